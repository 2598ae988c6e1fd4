//! Mails that go into a ticket: the customer's own word, or a mail that staff let in, which proves
//! nothing.

use pforte_core::{
    entry::{Actor, Event},
    kernel::{Moment, StaffId, TicketId},
    sender::{Code, Disposition, Proof, Replay, Thread},
    ticket::{self as rules, Opener, Priority, TicketAction, TicketChannel, Viewer},
};
use pforte_mail::{Message, authenticate::Vouched};
use pforte_store::{
    StoreError, Tx, address,
    challenge::{self, Challenge},
    contact::{self, Contact},
    copied,
    mail::{Decided, MailRecord, MailState},
    message::{Author, MessageRecord},
    outbox,
    ticket::TicketRecord,
};
use serde_json::json;

use super::{
    gather::{self, Gathered, Seen},
    letter::{Letter, Row, Undone, note, or_known, received},
};
use crate::{
    cx::{Problem, Shared, Step, there},
    mail::{TicketNews, files_left_out, ticket_news},
    post::quarantine,
    ticket::{
        Asked, Became, NewMessage, NewTicket, customer_wrote_in, going_on, happened, open_in, refused,
        settle, unproven_wrote_in,
    },
};

/// What was written in, or from, a ticket by a mail.
#[derive(Debug)]
struct Stands {
    ticket: TicketRecord,
    message: MessageRecord,
}

fn stands(stands: &Stands, proof: Proof, by: Option<StaffId>, now: Moment) -> Decided {
    Decided {
        state: MailState::Ticket,
        proof,
        ticket: Some(stands.ticket.id()),
        message: Some(stands.message.id),
        by,
        at: now,
    }
}

/// A proven or confirmed mail of a contact's: a new ticket, or a message in one.
pub async fn into_ticket(
    app: &Shared,
    mut letter: Letter,
    gathered: &Gathered,
    ticket: Option<TicketId>,
    asked: Option<Challenge>,
) -> Result<Option<()>, Problem> {
    let (provider, proof) = (letter.record.provider, gathered.facts.proof);
    let sender = gathered.sender.as_ref().ok_or_else(Problem::not_found)?;
    let contact = contact::by_id(&mut *app.read().await?, provider, sender.contact).await?;
    let contact = contact.ok_or_else(Problem::not_found)?;
    letter.vouched = !matches!(gathered.facts.thread, Thread::Ours(thread) if !thread.vouched);
    let contact_again = contact.clone();
    let new = letter.written(app, Author::Contact(contact.id), proof).await?;
    let mut step = Step::new(app, provider, Actor::Contact(contact.id));
    let (first, now) = (letter.row != Row::Held, step.now);
    let done = app
        .writer
        .change(move |tx| {
            Box::pin(async move {
                let subject = letter.subject.clone();
                let written = match still(tx, &step, ticket, letter.vouched).await? {
                    Some(ticket) => {
                        let wrote = customer_wrote_in(tx, &mut step, ticket, &contact, new).await?;
                        if wrote.became == Became::FollowUp {
                            tell_follow_up(tx, &step, &wrote.ticket, &contact).await?;
                        }
                        Stands { ticket: wrote.ticket, message: wrote.message }
                    }
                    None => open(tx, &mut step, (contact, subject), new, (Opener::Customer, proof)).await?,
                };
                tell_left_out(tx, &step, &written.ticket, &letter.over, Some(&contact_again)).await?;
                note(tx, &letter, stands(&written, proof, None, now)).await?;
                reached(tx, &mut step, &letter, &written.ticket).await?;
                note_copied(tx, &letter, &written.ticket, now).await?;
                if let Some(asked) = &asked {
                    if !challenge::answer(tx, asked, true, now).await? {
                        return Err(Undone::Known);
                    }
                    let event =
                        Event::ChallengeAnswered { challenge: asked.id, contact: asked.contact, yes: true };
                    step.log(written.ticket.life.customer, event);
                }
                if first {
                    let event = received(&letter, proof, Some(written.ticket.id()));
                    step.log(written.ticket.life.customer, event);
                }
                Ok::<_, Undone>(step.done((written.ticket, letter.record))?)
            })
        })
        .await;
    let Some((ticket, record)) = or_known(done)? else { return Ok(None) };
    settle(app, &ticket).await;
    quarantine::tell(app, &record);
    Ok(Some(()))
}

/// Whoever writes from an address is there: an earlier report that it cannot be reached is over (rule Z13).
async fn reached(
    tx: &mut Tx,
    step: &mut Step,
    letter: &Letter,
    ticket: &TicketRecord,
) -> Result<(), StoreError> {
    let Actor::Contact(contact) = step.actor else { return Ok(()) };
    if address::reached(tx, ticket.provider, contact, &letter.record.sender).await? {
        step.log(ticket.life.customer, Event::AddressReached { contact });
    }
    Ok(())
}

/// The ticket that a mail goes into; none when it was closed meanwhile, and nobody vouches for what the
/// mail answers.
async fn still(
    tx: &mut Tx,
    step: &Step,
    ticket: Option<TicketId>,
    vouched: bool,
) -> Result<Option<TicketId>, Problem> {
    let Some(id) = ticket.filter(|_| !vouched) else { return Ok(ticket) };
    let shut = going_on(tx.conn(), step, id).await?.life.closed_at(step.now).is_some();
    Ok((!shut).then_some(id))
}

/// Says in the ticket, and to its sender, which files were too many.
async fn tell_left_out(
    tx: &mut Tx,
    step: &Step,
    ticket: &TicketRecord,
    names: &[String],
    sender: Option<&Contact>,
) -> Result<(), StoreError> {
    if names.is_empty() {
        return Ok(());
    }
    let kept = step.app.settings.attachments.max_files;
    happened(tx, step, ticket, "files.left_out", json!({ "names": names, "kept": kept })).await?;
    let Some(sender) = sender else { return Ok(()) };
    match files_left_out(&step.app, tx.conn(), ticket, sender, names, step.now).await? {
        Some(mail) => outbox::put(tx, &mail).await,
        None => Ok(()),
    }
}

/// Keeps in mind which colleagues the mail named in copy, for staff to let them read along (control 44).
async fn note_copied(
    tx: &mut Tx,
    letter: &Letter,
    ticket: &TicketRecord,
    now: Moment,
) -> Result<(), StoreError> {
    for one in &letter.copied {
        let found = address::standing(tx.conn(), ticket.provider, one.as_str()).await?;
        let colleague = found.filter(|one| {
            one.confirmed && one.active && one.flags.is_empty() && one.customer == ticket.life.customer
        });
        if let Some(colleague) = colleague.filter(|one| one.contact != ticket.life.contact) {
            copied::note(tx, ticket.provider, ticket.id(), colleague.contact, now).await?;
        }
    }
    Ok(())
}

async fn open(
    tx: &mut Tx,
    step: &mut Step,
    (contact, subject): (Contact, String),
    message: NewMessage,
    (by, proof): (Opener, Proof),
) -> Result<Stands, Problem> {
    let new = NewTicket {
        contact,
        channel: TicketChannel::Mail,
        subject,
        asked: Asked::default(),
        priority: Priority::Normal,
        by,
        proof: Some(proof.word()),
        follows: None,
        message: Some(message),
    };
    let opened = open_in(tx, step, new).await?;
    let message = there(opened.message, "message in a ticket by mail")?;
    Ok(Stands { ticket: opened.ticket, message })
}

/// A late mail opened a follow-up: its sender should know why the number is another one (rule B16).
async fn tell_follow_up(
    tx: &mut Tx,
    step: &Step,
    ticket: &TicketRecord,
    contact: &Contact,
) -> Result<(), StoreError> {
    let news = TicketNews::FollowUp;
    let mail = ticket_news(&step.app, tx.conn(), ticket, news, contact, step.now).await?;
    match mail {
        Some(mail) => outbox::put(tx, &mail).await,
        None => Ok(()),
    }
}

/// The person answers yes: the mail is judged once more, as confirmed, and the answer is taken with what
/// becomes of it. `None` when nothing does: it was decided about, or something else speaks against it.
pub async fn confirm(app: &Shared, record: MailRecord, asked: Challenge) -> Result<Option<()>, Problem> {
    let (_, message) = quarantine::message(app, &record).await?;
    let now = app.sources.now();
    let mut conn = app.read().await?;
    // A yes to what was once written must not let in what somebody made of it.
    let is_replay = record.why.iter().any(|code| code == Code::AuthReplayed.word());
    let replay = is_replay.then_some(Replay { ticket: record.ticket });
    // What the person says yes to is the mail, not what somebody may have added to it.
    let added = record.why.iter().any(|code| code == Code::ThreadUnvouched.word());
    let vouched = if added || is_replay { Vouched::default() } else { Vouched::all() };
    let seen = Seen { proof: Proof::Confirmed, codes: vec![], replay, vouched, from_nobody: false };
    let gathered = gather::gather(app, &mut conn, record.provider, &message, &seen, now).await?;
    drop(conn);
    // The address may have changed hands since it was asked.
    if gathered.sender.as_ref().map(|sender| sender.contact) != Some(asked.contact) {
        return Ok(None);
    }
    let verdict = pforte_core::sender::judge(&gathered.facts, now);
    let ticket = match verdict.disposition {
        Disposition::Open => None,
        Disposition::Append { ticket }
        | Disposition::Reopen { ticket }
        | Disposition::FollowUp { ticket } => Some(ticket),
        // Something else speaks against it by now; it goes on waiting, and staff see why.
        _ => return Ok(None),
    };
    let mut letter = Letter::new(record, message, Row::Held);
    letter.copied = Vec::new();
    into_ticket(app, letter, &gathered, ticket, Some(asked)).await
}

/// Staff make a ticket of a mail, or a message in one. It proves nothing. `None` when somebody was
/// quicker.
pub async fn release(
    app: &Shared,
    staff: StaffId,
    record: MailRecord,
    message: Message,
    contact: Contact,
    into: Option<TicketId>,
) -> Result<Option<TicketRecord>, Problem> {
    let mut letter = Letter::new(record, message, Row::Held);
    let new = letter.written(app, Author::System, Proof::Unproven).await?;
    let mut step = Step::new(app, letter.record.provider, Actor::Staff(staff));
    let now = step.now;
    let done = app
        .writer
        .change(move |tx| {
            Box::pin(async move {
                let subject = letter.subject.clone();
                let written = match into {
                    Some(ticket) => {
                        let found = going_on(tx.conn(), &step, ticket).await?;
                        // By hand it is staff's work in the ticket (rule B11).
                        let (action, viewer) = (TicketAction::Note, Viewer::Serving(staff));
                        rules::check(&found.life, action, viewer, step.age, step.now).map_err(refused)?;
                        let wrote = unproven_wrote_in(tx, &mut step, ticket, new).await?;
                        Stands { ticket: wrote.ticket, message: wrote.message }
                    }
                    None => {
                        let by = (Opener::Unproven, Proof::Unproven);
                        open(tx, &mut step, (contact, subject), new, by).await?
                    }
                };
                tell_left_out(tx, &step, &written.ticket, &letter.over, None).await?;
                note(tx, &letter, stands(&written, Proof::Unproven, Some(staff), now)).await?;
                let event = Event::MailReleased { mail: letter.record.id, ticket: written.ticket.id() };
                step.log(written.ticket.life.customer, event);
                Ok::<_, Undone>(step.done((written.ticket, letter.record))?)
            })
        })
        .await;
    let Some((ticket, record)) = or_known(done)? else { return Ok(None) };
    settle(app, &ticket).await;
    quarantine::tell(app, &record);
    Ok(Some(ticket))
}
