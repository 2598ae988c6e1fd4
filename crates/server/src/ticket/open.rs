//! Opening a ticket: by the customer, by staff for somebody on the phone, or out of a mail.

use pforte_core::{
    entry::Event,
    kernel::TicketId,
    ticket::{self as rules, Opener, Priority, Ticket, TicketChannel},
};
use pforte_store::{
    Tx,
    contact::Contact,
    message::MessageRecord,
    search::{self, Document},
    ticket::{self, Request, TicketRecord},
};

use super::{
    Step,
    write::{NewMessage, put},
};
use crate::kernel::Problem;

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
    /// How the asking was proven: `proven`, `confirmed`, `signed_in` or `unproven`.
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
    let record = TicketRecord {
        provider: step.provider,
        number: 0,
        channel: new.channel,
        subject: new.subject,
        request: new.asked,
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
    index(tx, &record).await?;
    let message = match new.message {
        Some(message) => Some(put(tx, step, &record, message).await?),
        None => None,
    };
    Ok(Opened { ticket: record, message })
}

/// Makes the ticket itself found by its subject, its number and what was asked.
pub(super) async fn index(tx: &mut Tx, record: &TicketRecord) -> Result<(), Problem> {
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
    Ok(search::add(tx, &document).await?)
}
