//! Notes on a customer: what colleagues should know the next time.
//!
//! They are about people, so they are read, written and deleted only while a door to the customer is open for
//! whoever asks (rule B4). To all others they are not there. Secrets that are typed in are taken out.

use axum::http::StatusCode;
use pforte_core::{
    entry::{Actor, Entry, Event},
    kernel::{CustomerId, NoteId},
};
use pforte_store::{
    Change, Conn,
    customer_note::{self, NOTES, Note},
};

use super::panel::sight;
use crate::{
    cx::{App, Audience, News, Problem, Topic},
    people::{StaffActor, must_serve},
};

/// The longest note, in characters.
const NOTE_MAX: usize = 5_000;

/// A note as it is kept: without secrets that we know the form of; and whether something was taken out.
fn text(given: &str) -> Result<(String, bool), Problem> {
    let given = given.trim();
    let odd = |c: char| c.is_control() && !matches!(c, '\n' | '\t' | '\r');
    if given.is_empty() || given.chars().count() > NOTE_MAX || given.chars().any(odd) {
        return Err(Problem::input([("text", format!("Use 1 to {NOTE_MAX} characters."))]));
    }
    Ok(match pforte_mail::redact::examine("note.txt", "text/plain", given.as_bytes()) {
        Some(copy) => (String::from_utf8_lossy(&copy.bytes).into_owned(), true),
        None => (given.to_owned(), false),
    })
}

/// Refuses whoever has no open door to the customer: to them there are no notes.
async fn must_see(app: &App, conn: &mut Conn, who: &StaffActor, id: CustomerId) -> Result<(), Problem> {
    must_serve(&who.staff)?;
    let customer = super::find(conn, who.staff.provider, id).await?;
    if sight(app, conn, &who.staff, &customer, app.sources.now()).await?.open {
        return Ok(());
    }
    Err(Problem::not_found())
}

fn entry(app: &App, who: &StaffActor, customer: CustomerId, event: Event) -> Entry {
    let entry = app.entry(app.sources.now(), who.staff.provider, Actor::Staff(who.staff.id), event);
    Entry { customer: Some(customer), ..entry }
}

fn tell(app: &App, who: &StaffActor) {
    app.hub.publish(News::new(who.staff.provider, &[Audience::Desk], &[Topic::Customers]));
}

/// Writes a note; answers whether a secret was taken out of it.
pub async fn add(
    app: &App,
    who: &StaffActor,
    customer: CustomerId,
    given: &str,
) -> Result<(Note, bool), Problem> {
    must_see(app, &mut *app.read().await?, who, customer).await?;
    let (body, redacted) = text(given)?;
    let now = app.sources.now();
    let note = Note {
        id: app.sources.id(now),
        provider: who.staff.provider,
        customer,
        staff: who.staff.id,
        body,
        written_at: now,
        edited_at: None,
    };
    let entry = entry(app, who, customer, Event::NoteAdded { customer, note: note.id });
    let note = app
        .writer
        .change(move |tx| {
            Box::pin(async move {
                if customer_note::count(tx.conn(), note.provider, customer).await? >= NOTES {
                    return Err(Problem::new(
                        StatusCode::CONFLICT,
                        "note.too_many",
                        "That is too many",
                        "A customer has up to a hundred notes. Delete one first.",
                    ));
                }
                customer_note::insert(tx, &note).await?;
                Ok(Change::logged(note, entry))
            })
        })
        .await?;
    tell(app, who);
    Ok((note, redacted))
}

fn not_yours() -> Problem {
    Problem::forbidden("note.not_yours", "Only whoever wrote a note changes it; leads may delete it.")
}

/// Changes one's own note.
pub async fn edit(
    app: &App,
    who: &StaffActor,
    customer: CustomerId,
    id: NoteId,
    given: &str,
) -> Result<(Note, bool), Problem> {
    let mut conn = app.read().await?;
    must_see(app, &mut conn, who, customer).await?;
    let provider = who.staff.provider;
    let was =
        customer_note::by_id(&mut conn, provider, customer, id).await?.ok_or_else(Problem::not_found)?;
    drop(conn);
    if was.staff != who.staff.id {
        return Err(not_yours());
    }
    let (body, redacted) = text(given)?;
    if body == was.body {
        return Ok((was, redacted));
    }
    let now = app.sources.now();
    let note = Note { body, edited_at: Some(now), ..was };
    let entry = entry(app, who, customer, Event::NoteChanged { customer, note: id });
    let note = app
        .writer
        .change(move |tx| {
            Box::pin(async move {
                if !customer_note::edit(tx, provider, id, &note.body, now).await? {
                    return Err(Problem::not_found());
                }
                Ok(Change::logged(note, entry))
            })
        })
        .await?;
    tell(app, who);
    Ok((note, redacted))
}

/// Deletes a note of one's own; leads any.
pub async fn remove(app: &App, who: &StaffActor, customer: CustomerId, id: NoteId) -> Result<(), Problem> {
    let mut conn = app.read().await?;
    must_see(app, &mut conn, who, customer).await?;
    let provider = who.staff.provider;
    let was =
        customer_note::by_id(&mut conn, provider, customer, id).await?.ok_or_else(Problem::not_found)?;
    drop(conn);
    if was.staff != who.staff.id && !who.staff.leads() {
        return Err(not_yours());
    }
    let entry = entry(app, who, customer, Event::NoteRemoved { customer, note: id });
    app.writer
        .change(move |tx| {
            Box::pin(async move {
                if !customer_note::remove(tx, provider, id).await? {
                    return Err(Problem::not_found());
                }
                Ok(Change::logged((), entry))
            })
        })
        .await?;
    tell(app, who);
    Ok(())
}
