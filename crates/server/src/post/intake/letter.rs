//! A mail that is ready to be carried out, and its row with what became of it.

use pforte_core::{
    entry::{Clean, Event},
    kernel::TicketId,
    sender::{Address, Proof},
    ticket::MessageKind,
};
use pforte_mail::{Message, message::Nature};
use pforte_store::{
    StoreError, Tx,
    mail::{self, Decided, MailRecord, MailState},
    mail_signature,
    message::Author,
};

use super::files;
use crate::{
    cx::{App, MailWords, Problem},
    ticket::{File, NewMessage},
};

/// So many of those it was written to are looked at.
const COPIED_MAX: usize = 20;
/// Characters of a ticket's subject.
const SUBJECT_MAX: usize = 200;

/// Whether the mail's row is to be written or is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Row {
    New,
    /// It waits in quarantine.
    Held,
    /// It waits in quarantine unproven, and this is a copy of it that is proven.
    Renewed,
}

/// A mail that is ready to be carried out: read, its files stored.
#[derive(Debug)]
pub struct Letter {
    pub record: MailRecord,
    pub row: Row,
    /// Hashes of the signatures that prove it.
    pub signatures: Vec<String>,
    pub subject: String,
    text: String,
    quoted: Option<String>,
    html: Option<String>,
    attachments: Vec<pforte_mail::message::Attachment>,
    /// Those that are stored already.
    pub files: Vec<File>,
    /// Names of files beyond the limit.
    pub over: Vec<String>,
    /// To whom it was written besides.
    pub copied: Vec<Address>,
    /// Whether what it answers is known, and not somebody's addition (rule Z5).
    pub vouched: bool,
    /// Whom a report says our mail did not reach.
    pub unreached: Option<String>,
    pub permanent: bool,
}

impl Letter {
    pub fn new(record: MailRecord, message: Message, row: Row) -> Self {
        let (unreached, permanent) = match message.nature {
            Nature::Bounce(bounce) => (bounce.recipient, bounce.permanent),
            _ => (None, false),
        };
        let others = message.to.iter().chain(&message.cc);
        let copied = others.filter_map(|one| Address::parse(&one.address).ok()).take(COPIED_MAX).collect();
        let subject = Clean::new(message.subject.trim(), SUBJECT_MAX).to_string();
        Self {
            record,
            row,
            signatures: Vec::new(),
            subject: if subject.is_empty() { "–".into() } else { subject },
            text: message.text.own,
            quoted: message.text.quoted,
            html: message.html,
            attachments: message.attachments,
            files: Vec::new(),
            over: Vec::new(),
            copied,
            vouched: true,
            unreached,
            permanent,
        }
    }

    /// As it goes into a ticket, with its files stored.
    pub async fn written(&mut self, app: &App, author: Author, proof: Proof) -> Result<NewMessage, Problem> {
        let attachments = std::mem::take(&mut self.attachments);
        let (text, quoted, html) = (std::mem::take(&mut self.text), self.quoted.take(), self.html.take());
        let MailWords { text, quoted, html } = MailWords::new(text, quoted, html).await?;
        let mut files = std::mem::take(&mut self.files);
        let stored = files::store(app, self.record.provider, attachments).await?;
        files.extend(stored.stored);
        self.over.extend(stored.over);
        Ok(NewMessage {
            kind: MessageKind::Message,
            author,
            via: "mail",
            proof: Some(proof),
            strength: None,
            text,
            quoted,
            html,
            mail: Some(self.record.id),
            files,
            vouched: self.vouched,
        })
    }
}

/// Why nothing was written.
pub enum Undone {
    /// It had been handed over, or decided about, before, or one of its signatures was there.
    Known,
    Problem(Problem),
}

impl From<Problem> for Undone {
    fn from(problem: Problem) -> Self {
        Self::Problem(problem)
    }
}

impl From<StoreError> for Undone {
    fn from(error: StoreError) -> Self {
        Self::Problem(error.into())
    }
}

pub fn or_known<T>(done: Result<T, Undone>) -> Result<Option<T>, Problem> {
    match done {
        Ok(done) => Ok(Some(done)),
        Err(Undone::Known) => Ok(None),
        Err(Undone::Problem(problem)) => Err(problem),
    }
}

/// Writes the row with what became of the mail, and its signatures; undoes everything when it was known.
pub async fn note(tx: &mut Tx, letter: &Letter, decided: Decided) -> Result<(), Undone> {
    let fresh = match letter.row {
        Row::New => {
            let record = MailRecord {
                state: decided.state,
                proof: decided.proof,
                ticket: decided.ticket,
                message: decided.message,
                ..letter.record.clone()
            };
            mail::insert(tx, &record).await?
        }
        Row::Held => mail::decide(tx, letter.record.provider, letter.record.id, decided).await?,
        Row::Renewed => mail::renew(tx, &letter.record).await? && renewed(tx, letter, decided).await?,
    };
    let (provider, id) = (letter.record.provider, letter.record.id);
    if fresh && mail_signature::keep(tx, provider, id, &letter.signatures).await? {
        Ok(())
    } else {
        Err(Undone::Known)
    }
}

/// What became of a mail that waited before; if it goes on waiting nobody decided anything.
async fn renewed(tx: &mut Tx, letter: &Letter, decided: Decided) -> Result<bool, StoreError> {
    let (provider, id) = (letter.record.provider, letter.record.id);
    if decided.state != MailState::Quarantine {
        return mail::decide(tx, provider, id, decided).await;
    }
    if let Some(ticket) = decided.ticket {
        mail::belongs(tx, provider, id, ticket).await?;
    }
    Ok(true)
}

pub fn received(letter: &Letter, proof: Proof, ticket: Option<TicketId>) -> Event {
    let why = letter.record.why.iter().map(|code| Clean::name(code)).collect();
    Event::MailReceived { mail: letter.record.id, proof, ticket, why }
}
