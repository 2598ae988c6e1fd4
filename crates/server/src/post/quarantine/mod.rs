//! Quarantine: mails that wait for somebody to look (rule Z3). Staff see why in one line, and may ask
//! the registered address, make a ticket of it, or put it away. Nothing is ever deleted here, and no
//! decision of staff proves a sender.

pub mod routes;
pub mod view;

use axum::http::StatusCode;
use bytes::Bytes;
use pforte_core::{
    entry::{Actor, Event},
    kernel::{ContactId, MailId, TicketId},
    sender::{Code, Proof},
};
use pforte_mail::{Message, message::coding, redact};
use pforte_store::{
    Change, StoreError, contact,
    mail::{self, Decided, MailRecord, MailState},
    staff::Staff,
    ticket::{self, TicketRecord},
};

use crate::{
    cx::{App, Audience, MailWords, News, Problem, Shared, Topic},
    people::{StaffActor, must_oversee, must_serve},
    post::intake,
};

fn decided() -> Problem {
    Problem::new(
        StatusCode::CONFLICT,
        "mail.decided",
        "Already decided",
        "Somebody has decided about this mail. Load the page anew.",
    )
}

/// A mail of this provider's that waits.
pub async fn find(app: &App, who: &StaffActor, id: MailId) -> Result<MailRecord, Problem> {
    must_serve(&who.staff)?;
    let found = mail::by_id(&mut *app.read().await?, who.staff.provider, id).await?;
    found.ok_or_else(Problem::not_found)
}

async fn waiting(app: &App, who: &StaffActor, id: MailId) -> Result<MailRecord, Problem> {
    let mail = find(app, who, id).await?;
    if mail.state == MailState::Quarantine { Ok(mail) } else { Err(decided()) }
}

/// The whole message as it came.
pub async fn raw(app: &App, mail: &MailRecord) -> Result<Bytes, Problem> {
    app.blobs.get(mail.provider, &mail.hash).await.map_err(|error| {
        tracing::error!(%error, mail = %mail.id, "a mail's bytes cannot be read");
        Problem::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "mail.unreadable",
            "The mail cannot be read just now",
            "Try again in a moment. If that does not help, tell the administrator the time.",
        )
    })
}

/// Reads a mail's message anew.
pub async fn message(app: &App, mail: &MailRecord) -> Result<(Bytes, Message), Problem> {
    let bytes = raw(app, mail).await?;
    let copy = bytes.clone();
    let read = tokio::task::spawn_blocking(move || pforte_mail::read(&copy)).await;
    Ok((bytes, read.map_err(|_| StoreError::Inconsistent("a mail cannot be read".into()))?))
}

/// Whether it is hidden from this staff member: another service's confirmation mail is not theirs to read or to
/// pass on who answer requests (control 45). Leads and admins see it and can let it in: what was taken for such a
/// mail may be somebody's question. Each look is logged.
pub(crate) fn hidden(mail: &MailRecord, staff: &Staff) -> bool {
    mail.why.iter().any(|code| code == Code::MailVerification.word()) && must_oversee(staff).is_err()
}

fn readable(mail: &MailRecord, who: &StaffActor) -> Result<(), Problem> {
    if hidden(mail, &who.staff) {
        return Err(Problem::forbidden(
            "mail.verification",
            "This may be another service's confirmation mail. A lead can look at it and let it in.",
        ));
    }
    Ok(())
}

/// The whole message for somebody who looks into it; the look is logged (control 58).
pub async fn read_raw(app: &App, who: &StaffActor, id: MailId) -> Result<Bytes, Problem> {
    let mail = find(app, who, id).await?;
    readable(&mail, who)?;
    let bytes = raw(app, &mail).await?;
    let copy = bytes.clone();
    if tokio::task::spawn_blocking(move || carries_secrets(&copy)).await.unwrap_or(true) {
        return Err(Problem::forbidden(
            "mail.live_secrets",
            "This mail carries live secrets. Make a ticket of it: there its files are shown without them.",
        ));
    }
    note_read(app, who, &mail).await?;
    Ok(bytes)
}

/// As many characters of a mail as its sender is shown to know it by.
const BEGINNING: usize = 600;

/// How a mail begins: what its sender says yes or no to. Without live secrets (control 48), and nothing of
/// another service's confirmation mail (control 45).
pub async fn beginning(app: &App, mail: &MailRecord) -> Result<Option<String>, Problem> {
    let (_, message) = message(app, mail).await?;
    if message.verification {
        return Ok(None);
    }
    let text = MailWords::new(message.text.own, None, None).await?.text.into_string();
    let shown: String = text.trim().chars().take(BEGINNING).collect();
    Ok(Some(shown).filter(|shown| !shown.is_empty()))
}

/// Whether anything of the message would be shown only without its secrets (control 48).
fn carries_secrets(raw: &[u8]) -> bool {
    let plain = || String::from_utf8_lossy(&coding::quoted_printable(raw)).into_owned();
    redact::examine("mail.eml", "message/rfc822", raw).is_some() || redact::words(&plain()).is_some()
}

/// Writes down that somebody looked into a mail, before they do.
pub async fn note_read(app: &App, who: &StaffActor, mail: &MailRecord) -> Result<(), Problem> {
    let event = Event::MailRead { mail: mail.id };
    let entry = app.entry(app.sources.now(), mail.provider, Actor::Staff(who.staff.id), event);
    app.writer.admit(entry).await?;
    Ok(())
}

/// Makes a ticket of a mail, or a message in one. Its sender stays unproven: it opens no product and
/// reopens nothing until the customer speaks (rules B10, B13).
pub async fn release(
    app: &Shared,
    who: &StaffActor,
    id: MailId,
    contact: ContactId,
    into: Option<TicketId>,
) -> Result<TicketRecord, Problem> {
    let mail = waiting(app, who, id).await?;
    readable(&mail, who)?;
    let provider = mail.provider;
    let mut conn = app.read().await?;
    let contact = contact::by_id(&mut conn, provider, contact).await?.filter(|c| c.active);
    let contact = contact.ok_or_else(|| Problem::input([("contact_id", "There is no such contact.")]))?;
    if let Some(into) = into {
        let ticket = ticket::by_id(&mut conn, provider, into).await?;
        let fits = ticket.is_some_and(|t| t.life.customer == contact.customer);
        if !fits {
            return Err(Problem::input([("ticket_id", "This customer has no such ticket.")]));
        }
    }
    drop(conn);
    let (_, message) = message(app, &mail).await?;
    let ticket = intake::release(app, who.staff.id, mail, message, contact, into).await?;
    ticket.ok_or_else(decided)
}

/// Puts a mail away. It is kept, and can still be read by its address.
pub async fn discard(app: &App, who: &StaffActor, id: MailId) -> Result<(), Problem> {
    let mail = waiting(app, who, id).await?;
    let now = app.sources.now();
    let entry = app.entry(now, mail.provider, Actor::Staff(who.staff.id), Event::MailDiscarded { mail: id });
    let decision = Decided {
        state: MailState::Discarded,
        proof: Proof::Unproven,
        ticket: None,
        message: None,
        by: Some(who.staff.id),
        at: now,
    };
    let provider = mail.provider;
    app.writer
        .change(move |tx| {
            Box::pin(async move {
                if !mail::decide(tx, provider, id, decision).await? {
                    return Err(decided());
                }
                Ok(Change::logged((), entry))
            })
        })
        .await?;
    tell(app, &mail);
    Ok(())
}

/// Asks the registered address whether it wrote this, once more or for the first time.
pub async fn ask(app: &Shared, who: &StaffActor, id: MailId) -> Result<MailRecord, Problem> {
    let mail = waiting(app, who, id).await?;
    readable(&mail, who)?;
    if mail.contact.is_none() {
        return Err(Problem::new(
            StatusCode::CONFLICT,
            "mail.unregistered",
            "Nobody to ask",
            "This address is not registered. Only a registered one can be asked.",
        ));
    }
    intake::ask_again(app, Actor::Staff(who.staff.id), &mail).await?;
    tell(app, &mail);
    Ok(mail)
}

pub(crate) fn tell(app: &App, mail: &MailRecord) {
    app.hub.publish(News::new(mail.provider, &[Audience::Desk], &[Topic::Quarantine]));
}
