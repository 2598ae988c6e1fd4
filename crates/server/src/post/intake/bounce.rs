//! Our own mails that came back.

use pforte_core::entry::{Actor, Event};
use pforte_store::{
    StoreError, Tx,
    mail::{Decided, MailState},
    outbox,
    ticket::TicketRecord,
};

use super::letter::{Letter, Undone, note, or_known, received};
use crate::{
    cx::{Problem, Shared, Step},
    post::undelivered::{flag, in_ticket},
};

/// One of our mails came back: noted at the mail, in its ticket and at the address (rule Z13).
pub async fn bounce(
    app: &Shared,
    letter: Letter,
    bounced: Option<outbox::Message>,
) -> Result<Option<()>, Problem> {
    let provider = letter.record.provider;
    let step = Step::new(app, provider, Actor::System);
    let done = app
        .writer
        .change(move |tx| {
            Box::pin(async move {
                let mut step = step;
                let about = bounced.as_ref();
                let ticket = about.and_then(|mail| mail.ticket);
                let noted = Decided {
                    state: MailState::Bounce,
                    proof: letter.record.proof,
                    ticket,
                    message: None,
                    by: None,
                    at: step.now,
                };
                note(tx, &letter, noted).await?;
                step.note(None, received(&letter, letter.record.proof, ticket));
                let Some(mail) = about else { return Ok(step.done((letter.record, None))?) };
                let record = came_back(tx, &mut step, mail, &letter).await?;
                Ok::<_, Undone>(step.done((letter.record, record))?)
            })
        })
        .await;
    let Some((_, ticket)) = or_known(done)? else { return Ok(None) };
    if let Some(ticket) = ticket {
        crate::ticket::tell(app, &ticket);
    }
    Ok(Some(()))
}

/// Only the address that we wrote to can be flagged, whatever a report names; a delay flags nothing.
async fn came_back(
    tx: &mut Tx,
    step: &mut Step,
    mail: &outbox::Message,
    letter: &Letter,
) -> Result<Option<TicketRecord>, StoreError> {
    let reached =
        letter.unreached.as_deref().is_some_and(|named| !named.eq_ignore_ascii_case(&mail.recipient));
    if !letter.permanent || reached {
        return Ok(None);
    }
    if !outbox::bounced(tx, mail.provider, mail.id, step.now).await? {
        return Ok(None);
    }
    flag(tx, step, mail).await?;
    step.note(None, Event::MailBounced { ticket: mail.ticket, contact: mail.contact });
    in_ticket(tx, step, mail, "mail.bounced").await
}
