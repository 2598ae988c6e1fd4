//! What is written in a ticket: by the customer, by staff, by a sender who is not proven, and what happened.

use super::{
    open::{Asked, NewTicket, open_in},
    refused,
};
use crate::{
    attachment::StoredFile,
    cx::{Problem, Step, Words, there},
    mail,
    people::{SignedIn, Who, sees},
};
use pforte_core::{
    entry::{Actor, Event},
    kernel::{AttachmentId, MailId, MessageId, Strength, TicketId},
    sender::Proof,
    ticket::{Due, MessageKind, Refusal, Voice, Worth, worth},
};
use pforte_store::{
    Conn, StoreError, Tx,
    attachment::{self, AttachmentRecord},
    contact::{self, Contact},
    ground,
    message::{self, Author, MessageRecord},
    search::{self, Document},
    sign_in::Person,
    ticket::{self, TicketRecord},
    watcher::{self, Watcher},
};
use serde_json::{Value, json};

/// How many merged tickets are followed to the one that goes on.
const MERGED: usize = 5;

/// A file that goes with a message.
#[derive(Clone, Debug)]
pub enum File {
    /// Uploaded before by the writer.
    Uploaded(AttachmentId),
    /// Lies in the blob store already, e.g. out of a mail.
    Stored(StoredFile),
}

/// A message before it stands in its ticket.
#[derive(Clone, Debug)]
pub struct NewMessage {
    pub kind: MessageKind,
    pub author: Author,
    /// `portal`, `mail`, `phone`, `voice` or `chat`.
    pub via: &'static str,
    /// Of a mail.
    pub proof: Option<Proof>,
    /// How the contact was signed in who typed it.
    pub strength: Option<Strength>,
    pub text: Words,
    pub quoted: Option<Words>,
    /// Safe HTML.
    pub html: Option<String>,
    pub mail: Option<MailId>,
    pub files: Vec<File>,
    /// Whether it is known to belong where it is put: a mail whose reference somebody may have added is
    /// nobody's word there (rules Z5, B10).
    pub vouched: bool,
}

impl NewMessage {
    /// Text without anything that shows who typed it: nobody's word.
    pub fn typed(author: Author, kind: MessageKind, text: String, uploads: Vec<AttachmentId>) -> Self {
        let text = Words::new(text);
        let files = uploads.into_iter().map(File::Uploaded).collect();
        Self {
            kind,
            author,
            via: "portal",
            proof: None,
            strength: None,
            text,
            quoted: None,
            html: None,
            mail: None,
            files,
            vouched: true,
        }
    }

    /// Text that somebody who is signed in typed into a page.
    pub fn by(who: &SignedIn, kind: MessageKind, text: String, uploads: Vec<AttachmentId>) -> Self {
        let (author, strength) = match &who.who {
            Who::Contact(contact) => (Author::Contact(contact.id), Some(who.sign_in.strength)),
            Who::Staff(staff) => (Author::Staff(staff.id), None),
        };
        Self { strength, ..Self::typed(author, kind, text, uploads) }
    }

    /// By which way its writer speaks. What neither names is nobody's word.
    pub fn voice(&self) -> Voice {
        match (self.proof, self.strength) {
            (Some(proof), _) => Voice::Mail(proof),
            (None, Some(strength)) => Voice::SignedIn(strength),
            (None, None) => Voice::Machine,
        }
    }
}

/// What became of a customer's message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Became {
    Appended,
    /// It opened the closed ticket again (rule B13).
    Reopened,
    /// The ticket is locked: it opened another one that goes on from it (rules B15, B16).
    FollowUp,
}

/// A customer's message in its ticket.
#[derive(Clone, Debug)]
pub struct Wrote {
    pub ticket: TicketRecord,
    pub message: MessageRecord,
    pub became: Became,
}

/// A message of the customer's: signed in, or by a proven or confirmed mail. The caller has seen to it
/// that the contact belongs to the ticket. Tells its other readers by mail.
pub async fn customer_wrote_in(
    tx: &mut Tx,
    step: &mut Step,
    id: TicketId,
    writer: &Contact,
    new: NewMessage,
) -> Result<Wrote, Problem> {
    let record = going_on(tx.conn(), step, id).await?;
    // What somebody may have put here is not the customer's word for it (rule Z5).
    let speaks = new.vouched && sees::speaks_for(record.life.contact, writer);
    let worth = worth(new.voice(), speaks);
    let was_closed = worth != Worth::Nothing && record.life.closed_at(step.now).is_some();
    let life = match record.life.clone().customer_wrote(worth, step.age, step.now) {
        Ok(life) => life,
        Err(Refusal::Locked) => return follow_up_in(tx, step, &record, writer, new).await,
        Err(refusal) => return Err(refused(refusal)),
    };
    let mut record = record;
    if was_closed {
        note_silence(tx, step, &mut record).await?;
        step.log(life.customer, Event::TicketReopened { ticket: life.id, by: worth.opener() });
        happened(tx, step, &record, "ticket.reopened", Value::Null).await?;
    }
    record.life = life;
    save(tx, step, &record).await?;
    watch_along(tx, step, &record, writer).await?;
    let message = put(tx, step, &record, new).await?;
    mail_readers(tx, step, &record, &message).await?;
    let became = if was_closed { Became::Reopened } else { Became::Appended };
    Ok(Wrote { ticket: record, message, became })
}

/// A message that proves nothing: it stands in the ticket for staff to see and changes no clock (control 15).
pub async fn unproven_wrote_in(
    tx: &mut Tx,
    step: &mut Step,
    id: TicketId,
    new: NewMessage,
) -> Result<Wrote, Problem> {
    let mut record = going_on(tx.conn(), step, id).await?;
    record.life = record.life.unproven_wrote(step.age, step.now).map_err(refused)?;
    let message = put(tx, step, &record, new).await?;
    Ok(Wrote { ticket: record, message, became: Became::Appended })
}

/// The ticket in which this one goes on, if it was merged.
pub async fn going_on(conn: &mut Conn, step: &Step, id: TicketId) -> Result<TicketRecord, Problem> {
    let mut record = ticket::by_id(conn, step.provider, id).await?.ok_or_else(Problem::not_found)?;
    for _ in 0..MERGED {
        let Some(into) = record.life.merged_into else { break };
        record = ticket::by_id(conn, step.provider, into).await?.ok_or_else(Problem::not_found)?;
    }
    Ok(record)
}

/// Opens the ticket that goes on from a locked one, with the message that could not go there.
pub(super) async fn follow_up_in(
    tx: &mut Tx,
    step: &mut Step,
    locked: &TicketRecord,
    writer: &Contact,
    message: NewMessage,
) -> Result<Wrote, Problem> {
    let channel = if message.via == "mail" { "mail" } else { "portal" };
    // It is the writer's own ticket.
    let voice = message.voice();
    let new = NewTicket {
        contact: writer.clone(),
        channel: pforte_core::ticket::TicketChannel::from_word(channel).unwrap_or(locked.channel),
        subject: locked.subject.clone(),
        asked: Asked::default(),
        priority: locked.life.priority,
        by: worth(voice, true).opener(),
        proof: Some(proof_word(voice)),
        follows: Some(locked.id()),
        message: Some(message),
    };
    let opened = open_in(tx, step, new).await?;
    let message = there(opened.message, "message in a follow-up")?;
    Ok(Wrote { ticket: opened.ticket, message, became: Became::FollowUp })
}

/// How a request was proven, as it stands at the ticket.
pub(super) const fn proof_word(voice: Voice) -> &'static str {
    match voice {
        Voice::Mail(proof) => proof.word(),
        Voice::SignedIn(Strength::Link) => "signed_in_by_link",
        Voice::SignedIn(_) => "signed_in",
        Voice::Guest | Voice::Machine => "unproven",
    }
}

/// Who writes in a colleague's ticket hears what is answered.
async fn watch_along(
    tx: &mut Tx,
    step: &Step,
    record: &TicketRecord,
    writer: &Contact,
) -> Result<(), StoreError> {
    let person = Person::Contact(writer.id);
    if writer.id == record.life.contact
        || watcher::since(tx.conn(), step.provider, record.id(), person).await?.is_some()
    {
        return Ok(());
    }
    watcher::add(tx, step.provider, record.id(), Watcher { person, since: step.now }).await
}

/// Writes down that a ticket closed by itself, before something else happens to it.
pub(super) async fn note_silence(
    tx: &mut Tx,
    step: &mut Step,
    record: &mut TicketRecord,
) -> Result<(), Problem> {
    if !record.life.due(step.age, step.now).contains(&Due::CloseBySilence) {
        return Ok(());
    }
    let how = pforte_core::ticket::ClosedHow::Silence;
    record.life = record.life.clone().close(how, step.age, step.now).map_err(refused)?;
    let actor = std::mem::replace(&mut step.actor, Actor::System);
    step.log(record.life.customer, Event::TicketClosed { ticket: record.id(), how });
    let told = happened(tx, step, record, "ticket.closed", json!({ "how": how.word() })).await;
    step.actor = actor;
    told.map(drop).map_err(Problem::from)
}

/// Saves a ticket whose clocks changed, and until when its takeovers are open as lists show it.
pub(super) async fn save(tx: &mut Tx, step: &Step, record: &TicketRecord) -> Result<(), StoreError> {
    ticket::update(tx, record).await?;
    ground::set_ticket_end(tx, step.provider, record.id(), super::shown_end(step, record)).await
}

/// Puts a message into its ticket: with its files, to be found by its words, and with its entry.
pub async fn put(
    tx: &mut Tx,
    step: &mut Step,
    ticket: &TicketRecord,
    new: NewMessage,
) -> Result<MessageRecord, Problem> {
    let found: Vec<&str> = new.quoted.iter().chain([&new.text]).flat_map(Words::found).copied().collect();
    let kept = new.mail.is_some();
    let message = MessageRecord {
        id: step.id(),
        provider: step.provider,
        ticket: ticket.id(),
        kind: new.kind,
        author: new.author,
        via: new.via.to_owned(),
        proof: new.proof,
        strength: new.strength,
        text: new.text.into_string(),
        quoted: new.quoted.map(Words::into_string),
        html: new.html,
        mail: new.mail,
        at: step.now,
    };
    message::insert(tx, &message).await?;
    let event = Event::MessageAdded { ticket: ticket.id(), message: message.id, kind: message.kind };
    step.log(ticket.life.customer, event);
    let names = attach(tx, step, ticket, &message, new.files).await?;
    index(tx, ticket, &message, &names);
    tell_removed(tx, step, ticket, &found, (message.kind, kept)).await?;
    Ok(message)
}

/// Tells the writer, and whoever reads along, that secrets were taken out of what was written. Of typed words
/// nothing else is kept; `kept` says that a mail's bytes lie behind the rule of two people.
pub(super) async fn tell_removed(
    tx: &mut Tx,
    step: &Step,
    ticket: &TicketRecord,
    found: &[&str],
    (kind, kept): (MessageKind, bool),
) -> Result<(), StoreError> {
    // Whoever may not read the note does not read about it; staff see the marks in it.
    if found.is_empty() || kind == MessageKind::Note {
        return Ok(());
    }
    let mut kinds = found.to_vec();
    kinds.sort_unstable();
    kinds.dedup();
    happened(tx, step, ticket, "secrets.removed", json!({ "found": kinds, "kept": kept })).await.map(drop)
}

/// Gives the message its files; answers what they are called.
async fn attach(
    tx: &mut Tx,
    step: &mut Step,
    ticket: &TicketRecord,
    message: &MessageRecord,
    files: Vec<File>,
) -> Result<Vec<String>, Problem> {
    if files.len() > step.app.settings.attachments.max_files {
        return Err(crate::attachment::too_many());
    }
    let mut names = Vec::with_capacity(files.len());
    for (position, file) in files.into_iter().enumerate() {
        match file {
            File::Uploaded(id) => {
                names.push(send(tx, step, ticket, message, id).await?);
                attachment::place(tx, step.provider, id, position).await?;
            }
            File::Stored(file) => {
                let record = AttachmentRecord {
                    id: step.id(),
                    provider: step.provider,
                    ticket: Some(ticket.id()),
                    message: Some(message.id),
                    owner: None,
                    name: file.name,
                    media_type: file.media_type,
                    content_id: file.content_id,
                    size_bytes: file.size_bytes,
                    hash: file.hash,
                    redacted: file.redacted,
                    created_at: step.now,
                };
                attachment::insert(tx, &record).await?;
                attachment::place(tx, record.provider, record.id, position).await?;
                let live_secrets = record.redacted.is_some();
                let event = Event::AttachmentAdded { attachment: record.id, live_secrets };
                step.log(ticket.life.customer, event);
                names.push(record.name);
            }
        }
    }
    Ok(names)
}

async fn send(
    tx: &mut Tx,
    step: &Step,
    ticket: &TicketRecord,
    message: &MessageRecord,
    id: AttachmentId,
) -> Result<String, Problem> {
    let unknown = || Problem::input([("attachments", "Upload each file first, and send it once.")]);
    let owner = match step.actor {
        Actor::Staff(id) => Person::Staff(id),
        Actor::Contact(id) => Person::Contact(id),
        Actor::System => return Err(unknown()),
    };
    if !attachment::send(tx, step.provider, id, owner, (ticket.id(), message.id)).await? {
        return Err(unknown());
    }
    let file = attachment::by_id(tx.conn(), step.provider, id).await?.ok_or_else(unknown)?;
    Ok(file.name)
}

fn index(tx: &mut Tx, ticket: &TicketRecord, message: &MessageRecord, names: &[String]) {
    let number = ticket.number.to_string();
    // What is folded away is found as well: an answer may stand between quoted lines.
    let quoted = message.quoted.as_deref().unwrap_or_default();
    let mut texts = vec![ticket.subject.as_str(), &number, &message.text, quoted];
    texts.extend(names.iter().map(String::as_str));
    let document = Document {
        provider: ticket.provider,
        customer: ticket.life.customer,
        ticket: ticket.id(),
        message: Some(message.id),
        note: message.kind == MessageKind::Note,
        texts,
    };
    search::add(tx, &document);
}

/// Writes one line about what happened, without names: ids, words and instants alone.
pub async fn happened(
    tx: &mut Tx,
    step: &Step,
    ticket: &TicketRecord,
    code: &str,
    data: Value,
) -> Result<MessageId, StoreError> {
    let line = MessageRecord {
        id: step.id(),
        provider: step.provider,
        ticket: ticket.id(),
        kind: MessageKind::Event,
        author: step.author(),
        via: "system".into(),
        proof: None,
        strength: None,
        text: json!({ "code": code, "data": data }).to_string(),
        quoted: None,
        html: None,
        mail: None,
        at: step.now,
    };
    message::insert(tx, &line).await?;
    Ok(line.id)
}

/// Sends a message to everybody at the customer's who reads the ticket, but for its writer: to the
/// requester and to contacts who watch.
pub(super) async fn mail_readers(
    tx: &mut Tx,
    step: &Step,
    ticket: &TicketRecord,
    message: &MessageRecord,
) -> Result<(), StoreError> {
    for reader in readers(tx.conn(), ticket).await? {
        if message.author != Author::Contact(reader.id) {
            let mail =
                mail::ticket_message(&step.app, tx.conn(), (ticket, message), &reader, step.now).await?;
            if let Some(mail) = mail {
                pforte_store::outbox::put(tx, &mail).await?;
            }
        }
    }
    Ok(())
}

/// The requester and the contacts who watch, as far as they are active.
pub async fn readers(conn: &mut Conn, ticket: &TicketRecord) -> Result<Vec<Contact>, StoreError> {
    let mut ids = vec![ticket.life.contact];
    for watcher in watcher::of_ticket(conn, ticket.provider, ticket.id()).await? {
        if let Person::Contact(id) = watcher.person
            && !ids.contains(&id)
        {
            ids.push(id);
        }
    }
    let mut readers = Vec::with_capacity(ids.len());
    for id in ids {
        readers.extend(contact::by_id(conn, ticket.provider, id).await?.filter(|c| c.active));
    }
    Ok(readers)
}
