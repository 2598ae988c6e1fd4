//! Opening a ticket: by the customer, by staff for somebody on the phone, or out of a mail.

use super::{
    life::tell_readers,
    settle::settle,
    write::{NewMessage, proof_word, put, tell_removed},
};
use crate::{
    cx::{Problem, Shared, Step, Words},
    mail::TicketNews,
    people::{SignedIn, Who},
};
use pforte_core::{
    entry::Event,
    kernel::{AttachmentId, CallId, ContactId, TicketId},
    ticket::{self as rules, MessageKind, Opener, Priority, Ticket, TicketChannel, Voice, worth},
};
use pforte_store::{
    Change, Tx,
    contact::{self, Contact},
    message::MessageRecord,
    phone_call,
    search::{self, Document},
    ticket::{self, Request, TicketRecord},
};

/// What was asked (rule P1).
pub type Asked = Request;

/// A ticket before it has a number.
#[derive(Clone, Debug)]
pub struct NewTicket {
    /// Who asks.
    pub contact: Contact,
    pub channel: TicketChannel,
    pub subject: String,
    pub asked: Asked,
    pub priority: Priority,
    pub by: Opener,
    /// How the asking was proven: `proven`, `confirmed`, `signed_in`, `signed_in_by_link` or `unproven`.
    pub proof: Option<&'static str>,
    /// The locked ticket it goes on from.
    pub follows: Option<TicketId>,
    /// Its first message, if there is more than what was asked.
    pub message: Option<NewMessage>,
}

/// A ticket that was opened.
#[derive(Clone, Debug)]
pub struct Opened {
    pub ticket: TicketRecord,
    pub message: Option<MessageRecord>,
}

/// Opens a ticket, inside the caller's transaction.
pub async fn open_in(tx: &mut Tx, step: &mut Step, new: NewTicket) -> Result<Opened, Problem> {
    let opened = rules::Opened {
        id: step.id(),
        customer: new.contact.customer,
        contact: new.contact.id,
        by: new.by,
        priority: new.priority,
    };
    let mut found = Vec::new();
    let mut clean = |text: String| {
        let words = Words::new(text);
        found.extend_from_slice(words.found());
        words.into_string()
    };
    let Request { done, expected, happened, affected } = new.asked;
    let request = Request {
        done: done.map(&mut clean),
        expected: expected.map(&mut clean),
        happened: happened.map(&mut clean),
        affected: affected.map(&mut clean),
    };
    let record = TicketRecord {
        provider: step.provider,
        number: 0,
        channel: new.channel,
        subject: clean(new.subject),
        request,
        proof: new.proof.map(str::to_owned),
        follows: new.follows,
        life: Ticket::open(opened, step.now),
    };
    let record = ticket::insert(tx, record).await?;
    let event = Event::TicketOpened {
        ticket: record.id(),
        contact: new.contact.id,
        channel: record.channel,
        by: new.by,
        follows: record.follows,
    };
    step.log(record.life.customer, event);
    let covers = |message: &NewMessage| message.kind == MessageKind::Message;
    if record.request != Asked::default() || !new.message.as_ref().is_some_and(covers) {
        index(tx, &record);
    }
    tell_removed(tx, step, &record, &found, (MessageKind::Message, false)).await?;
    let message = match new.message {
        Some(message) => Some(put(tx, step, &record, message).await?),
        None => None,
    };
    Ok(Opened { ticket: record, message })
}

/// Makes the ticket itself found by its subject, its number and what was asked. Each message carries subject
/// and number as well.
pub(super) fn index(tx: &mut Tx, record: &TicketRecord) {
    let number = record.number.to_string();
    let Request { done, expected, happened, affected } = &record.request;
    let mut texts = vec![record.subject.as_str(), &number];
    texts.extend([done, expected, happened, affected].into_iter().filter_map(Option::as_deref));
    let document = Document {
        provider: record.provider,
        customer: record.life.customer,
        ticket: record.id(),
        message: None,
        note: false,
        texts,
    };
    search::add(tx, &document);
}

/// What a person asks on a page.
#[derive(Clone, Debug)]
pub struct OpenAsk {
    /// For whom staff open it; a contact opens for themselves.
    pub contact: Option<ContactId>,
    pub channel: TicketChannel,
    pub subject: String,
    pub asked: Asked,
    /// More than what was asked; what staff wrote down.
    pub text: Option<String>,
    pub attachments: Vec<AttachmentId>,
    pub priority: Priority,
    /// The call it comes from.
    pub call: Option<CallId>,
}

/// Opens a ticket: the customer's own, or one that staff type in, which opens nothing until the contact
/// confirms it (rule B10).
pub async fn open(app: &Shared, who: SignedIn, ask: OpenAsk) -> Result<TicketRecord, Problem> {
    let step = Step::new(app, who.sign_in.provider, who.actor());
    let opened = app.writer.change(move |tx| Box::pin(typed_in(tx, step, who, ask)));
    let record: TicketRecord = opened.await?;
    settle(app, &record).await;
    Ok(record)
}

async fn typed_in(
    tx: &mut Tx,
    mut step: Step,
    who: SignedIn,
    ask: OpenAsk,
) -> Result<Change<TicketRecord>, Problem> {
    let voice = Voice::SignedIn(who.sign_in.strength);
    let (contact, by) = match (&who.who, ask.contact) {
        (Who::Contact(contact), _) => (contact.clone(), worth(voice, true).opener()),
        (Who::Staff(_), Some(id)) => {
            let found = contact::by_id(tx.conn(), step.provider, id).await?.filter(|c| c.active);
            (found.ok_or_else(Problem::not_found)?, Opener::Staff)
        }
        (Who::Staff(_), None) => return Err(Problem::input([("contact_id", "Say who asks.")])),
    };
    let text = ask.text.unwrap_or_default();
    let message = (!text.is_empty() || !ask.attachments.is_empty()).then(|| {
        let typed = NewMessage::by(&who, MessageKind::Message, text, ask.attachments);
        NewMessage { via: ask.channel.word(), ..typed }
    });
    let new = NewTicket {
        contact,
        channel: ask.channel,
        subject: ask.subject,
        asked: ask.asked,
        priority: ask.priority,
        by,
        proof: (by != Opener::Staff).then(|| proof_word(voice)),
        follows: None,
        message,
    };
    let opened = open_in(tx, &mut step, new).await?;
    if let Some(call) = ask.call {
        link_call(tx, &step, &opened.ticket, call).await?;
    }
    if by == Opener::Staff {
        tell_readers(tx, &step, &opened.ticket, TicketNews::Confirm).await?;
    }
    Ok(step.done(opened.ticket)?)
}

/// The call that a ticket comes from, if it is this contact's and belongs to none yet (rules T4, X5).
async fn link_call(tx: &mut Tx, step: &Step, ticket: &TicketRecord, id: CallId) -> Result<(), Problem> {
    let call = phone_call::by_id(tx.conn(), step.provider, id).await?;
    let known = call.is_some_and(|call| call.contact == ticket.life.contact && call.ticket.is_none());
    if known && phone_call::set_ticket(tx, step.provider, id, ticket.id()).await? {
        return Ok(());
    }
    Err(Problem::input([("call_id", "Name a call of this contact that belongs to no request yet.")]))
}
