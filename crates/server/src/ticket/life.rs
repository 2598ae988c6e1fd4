//! Closing, opening again, confirming: by the customer and by staff (rules B10, B12, B13).

use super::{
    happened, refused,
    settle::settle,
    write::{note_silence, readers, save},
};
use crate::{
    cx::{Problem, Shared, Step},
    mail::{self, TicketNews},
    people::{SignedIn, Who, sees},
};
use pforte_core::{
    entry::Event,
    kernel::TicketId,
    ticket::{self as rules, ClosedHow, Opener, TicketAction, Viewer, Voice, Worth, worth},
};
use pforte_store::{Tx, outbox, ticket, ticket::TicketRecord};
use serde_json::{Value, json};

/// A ticket as it is now, with who the person is to it; refuses what they may not do.
pub(super) async fn checked(
    tx: &mut Tx,
    step: &Step,
    who: &SignedIn,
    id: TicketId,
    action: TicketAction,
) -> Result<(TicketRecord, Viewer), Problem> {
    let record = ticket::by_id(tx.conn(), step.provider, id).await?.ok_or_else(Problem::not_found)?;
    let viewer = sees::viewer(tx.conn(), who, &record).await?;
    rules::check(&record.life, action, viewer, step.age, step.now).map_err(refused)?;
    Ok((record, viewer))
}

/// Tells the customer's readers of a ticket by mail what becomes of it.
pub(super) async fn tell_readers(
    tx: &mut Tx,
    step: &Step,
    record: &TicketRecord,
    news: TicketNews,
) -> Result<(), Problem> {
    for reader in readers(tx.conn(), record).await? {
        if let Some(mail) = mail::ticket_news(&step.app, tx.conn(), record, news, &reader, step.now).await? {
            outbox::put(tx, &mail).await?;
        }
    }
    Ok(())
}

/// Closes it, inside the caller's transaction; the caller has checked who does.
pub(super) async fn close_in(
    tx: &mut Tx,
    step: &mut Step,
    mut record: TicketRecord,
    how: ClosedHow,
) -> Result<TicketRecord, Problem> {
    record.life = record.life.close(how, step.age, step.now).map_err(refused)?;
    save(tx, step, &record).await?;
    step.log(record.life.customer, Event::TicketClosed { ticket: record.id(), how });
    happened(tx, step, &record, "ticket.closed", json!({ "how": how.word() })).await?;
    if how == ClosedHow::Staff {
        tell_readers(tx, step, &record, TicketNews::Closed).await?;
    }
    Ok(record)
}

/// Closes a ticket; visits on it end at once (rule B12).
pub async fn close(app: &Shared, who: SignedIn, id: TicketId) -> Result<TicketRecord, Problem> {
    let mut step = Step::new(app, who.sign_in.provider, who.actor());
    let how = match &who.who {
        Who::Contact(_) => ClosedHow::Customer,
        Who::Staff(_) => ClosedHow::Staff,
    };
    let record = app
        .writer
        .change(move |tx| {
            Box::pin(async move {
                let (record, _) = checked(tx, &step, &who, id, TicketAction::Close).await?;
                let record = close_in(tx, &mut step, record, how).await?;
                Ok::<_, Problem>(step.done(record)?)
            })
        })
        .await?;
    settle(app, &record).await;
    Ok(record)
}

/// What a contact's click is worth, as the viewer they are.
fn clicked(who: &SignedIn, viewer: Viewer) -> Worth {
    worth(Voice::SignedIn(who.sign_in.strength), viewer == Viewer::Contact)
}

/// Opens a closed ticket again. By the customer's own word it gives the access back to whoever has it; by
/// staff, by a link from a mail, or by a colleague who only reads along, it opens nothing until the customer
/// speaks (rules B10, B13, X8).
pub async fn reopen(app: &Shared, who: SignedIn, id: TicketId) -> Result<TicketRecord, Problem> {
    let mut step = Step::new(app, who.sign_in.provider, who.actor());
    let record = app
        .writer
        .change(move |tx| {
            Box::pin(async move {
                let (mut record, viewer) = checked(tx, &step, &who, id, TicketAction::Reopen).await?;
                note_silence(tx, &mut step, &mut record).await?;
                let by = match &who.who {
                    Who::Contact(_) => clicked(&who, viewer).opener(),
                    Who::Staff(_) => Opener::Staff,
                };
                record.life = record.life.reopen(by, step.age, step.now).map_err(refused)?;
                save(tx, &step, &record).await?;
                step.log(record.life.customer, Event::TicketReopened { ticket: id, by });
                happened(tx, &step, &record, "ticket.reopened", Value::Null).await?;
                Ok::<_, Problem>(step.done(record)?)
            })
        })
        .await?;
    settle(app, &record).await;
    Ok(record)
}

/// The customer says that a ticket which staff opened, or a link from a mail, is theirs (rules B10, X8).
pub async fn confirm(app: &Shared, who: SignedIn, id: TicketId) -> Result<TicketRecord, Problem> {
    let mut step = Step::new(app, who.sign_in.provider, who.actor());
    let record = app
        .writer
        .change(move |tx| {
            Box::pin(async move {
                let (mut record, viewer) = checked(tx, &step, &who, id, TicketAction::Confirm).await?;
                let worth = clicked(&who, viewer);
                record.life = record.life.confirm(worth, step.age, step.now).map_err(refused)?;
                save(tx, &step, &record).await?;
                step.log(record.life.customer, Event::TicketConfirmed { ticket: id });
                happened(tx, &step, &record, "ticket.confirmed", Value::Null).await?;
                Ok::<_, Problem>(step.done(record)?)
            })
        })
        .await?;
    settle(app, &record).await;
    Ok(record)
}
