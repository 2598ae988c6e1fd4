//! Writing in a ticket on a page: the customer's message, staff's answer, a note, a guest's word.

use super::{
    life::{checked, close_in},
    open::{Asked, NewTicket, open_in},
    refused,
    settle::settle,
    write::{Became, NewMessage, customer_wrote_in, follow_up_in, mail_readers, put, save},
};
use crate::{
    cx::{Problem, Shared, Step},
    people::{SignedIn, Who, sees},
};
use pforte_core::{
    kernel::{AttachmentId, TicketId},
    ticket::{ClosedHow, MessageKind, TicketAction, Viewer},
};
use pforte_store::{
    Change, Tx, contact,
    message::MessageRecord,
    ticket::{self, TicketRecord},
};

/// What somebody writes.
#[derive(Clone, Debug)]
pub struct Answer {
    pub text: String,
    pub kind: MessageKind,
    pub attachments: Vec<AttachmentId>,
    /// Whether the ticket is closed with it.
    pub close: bool,
}

/// What became of it.
#[derive(Clone, Debug)]
pub struct Answered {
    pub ticket: TicketRecord,
    pub message: MessageRecord,
    /// It opened a ticket that goes on from the locked one.
    pub follow_up: bool,
}

/// Writes a message or note.
pub async fn answer(app: &Shared, who: SignedIn, id: TicketId, answer: Answer) -> Result<Answered, Problem> {
    let step = Step::new(app, who.sign_in.provider, who.actor());
    let written = app.writer.change(move |tx| Box::pin(answer_in(tx, step, who, id, answer)));
    let answered: Answered = written.await?;
    settle(app, &answered.ticket).await;
    Ok(answered)
}

async fn answer_in(
    tx: &mut Tx,
    mut step: Step,
    who: SignedIn,
    id: TicketId,
    answer: Answer,
) -> Result<Change<Answered>, Problem> {
    let record = ticket::by_id(tx.conn(), step.provider, id).await?.ok_or_else(Problem::not_found)?;
    let viewer = sees::viewer(tx.conn(), &who, &record).await?;
    let new = NewMessage::by(&who, answer.kind, answer.text, answer.attachments);
    let (ticket, message, follow_up) = match (&who.who, viewer) {
        (Who::Contact(writer), _) => {
            let wrote = customer_wrote_in(tx, &mut step, id, writer, new).await?;
            (wrote.ticket, wrote.message, wrote.became == Became::FollowUp)
        }
        (Who::Staff(_), Viewer::Serving(_)) => {
            let (ticket, message) = staff_wrote_in(tx, &mut step, &who, id, new).await?;
            (ticket, message, false)
        }
        (Who::Staff(_), _) => {
            let (mut record, _) = checked(tx, &step, &who, id, TicketAction::Write).await?;
            record.life = record.life.guest_wrote(step.age, step.now).map_err(refused)?;
            save(tx, &step, &record).await?;
            let message = put(tx, &mut step, &record, new).await?;
            mail_readers(tx, &step, &record, &message).await?;
            (record, message, false)
        }
    };
    let ticket = if answer.close && !follow_up && viewer != Viewer::Guest {
        let by_staff = matches!(viewer, Viewer::Serving(_));
        let how = if by_staff { ClosedHow::Staff } else { ClosedHow::Customer };
        close_in(tx, &mut step, ticket, how).await?
    } else {
        ticket
    };
    Ok(step.done(Answered { ticket, message, follow_up })?)
}

/// An answer to the customer, whose turn it is then; or a note, which changes no clock.
async fn staff_wrote_in(
    tx: &mut Tx,
    step: &mut Step,
    who: &SignedIn,
    id: TicketId,
    new: NewMessage,
) -> Result<(TicketRecord, MessageRecord), Problem> {
    if new.kind == MessageKind::Note {
        let (record, _) = checked(tx, step, who, id, TicketAction::Note).await?;
        let message = put(tx, step, &record, new).await?;
        return Ok((record, message));
    }
    let (mut record, _) = checked(tx, step, who, id, TicketAction::Write).await?;
    record.life = record.life.staff_wrote(step.age, step.now).map_err(refused)?;
    save(tx, step, &record).await?;
    let message = put(tx, step, &record, new).await?;
    mail_readers(tx, step, &record, &message).await?;
    Ok((record, message))
}

/// Opens the ticket that goes on from a locked one (rules B15, B16).
pub async fn follow_up(
    app: &Shared,
    who: SignedIn,
    id: TicketId,
    text: String,
) -> Result<TicketRecord, Problem> {
    let mut step = Step::new(app, who.sign_in.provider, who.actor());
    let record = app
        .writer
        .change(move |tx| {
            Box::pin(async move {
                let (locked, _) = checked(tx, &step, &who, id, TicketAction::FollowUp).await?;
                let new = NewMessage::by(&who, MessageKind::Message, text, vec![]);
                let ticket = match &who.who {
                    Who::Contact(writer) => follow_up_in(tx, &mut step, &locked, writer, new).await?.ticket,
                    Who::Staff(_) => staff_follow_up_in(tx, &mut step, &locked, new).await?,
                };
                Ok::<_, Problem>(step.done(ticket)?)
            })
        })
        .await?;
    settle(app, &record).await;
    Ok(record)
}

/// Staff go on for the requester; it opens nothing until they confirm it (rule B10).
async fn staff_follow_up_in(
    tx: &mut Tx,
    step: &mut Step,
    locked: &TicketRecord,
    message: NewMessage,
) -> Result<TicketRecord, Problem> {
    let contact = contact::by_id(tx.conn(), step.provider, locked.life.contact).await?;
    let contact = contact.filter(|c| c.active).ok_or_else(Problem::not_found)?;
    let new = NewTicket {
        contact,
        channel: locked.channel,
        subject: locked.subject.clone(),
        asked: Asked::default(),
        priority: locked.life.priority,
        by: pforte_core::ticket::Opener::Staff,
        proof: None,
        follows: Some(locked.id()),
        message: Some(message),
    };
    let opened = open_in(tx, step, new).await?;
    super::life::tell_readers(tx, step, &opened.ticket, crate::mail::TicketNews::Confirm).await?;
    Ok(opened.ticket)
}
