//! Mails about tickets: what was written in one, and what becomes of it.

use pforte_core::kernel::{Language, Moment};
use pforte_store::{
    Conn, StoreError, contact,
    contact::Contact,
    message::{Author, MessageRecord},
    outbox::{Message, Origin, Place},
    staff::{self, Staff},
    ticket::TicketRecord,
};

use super::thread;
use crate::cx::App;

/// What happened to a ticket, as its readers are told by mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TicketNews {
    /// Staff typed it in; the contact is asked whether it is theirs (rule B10).
    Confirm,
    /// Staff closed it.
    Closed,
    /// It closed by itself (rule B14).
    Silence,
    /// It closes in three days unless they answer (rule B14).
    ClosesSoon,
    /// It is locked in three days (rules B15, B16).
    LocksSoon,
    /// Their message came to a locked ticket and opened this one (rule B16).
    FollowUp,
}

fn language(contact: &Contact) -> Language {
    Language::from_word(&contact.language).unwrap_or(Language::English)
}

/// The page of a ticket on the portal.
fn link(app: &App, ticket: &TicketRecord) -> String {
    format!("{}/requests/{}", app.settings.public_origin, ticket.id())
}

/// The subject by which all mails of a ticket stand in one thread.
fn subject(ticket: &TicketRecord) -> String {
    format!("{} [#{}]", ticket.subject, ticket.number)
}

async fn author(conn: &mut Conn, message: &MessageRecord) -> Result<String, StoreError> {
    let name = match message.author {
        Author::Staff(id) => staff::by_id(conn, message.provider, id).await?.map(|s| s.name()),
        Author::Contact(id) => contact::by_id(conn, message.provider, id).await?.map(|c| c.name()),
        Author::System => None,
    };
    Ok(name.unwrap_or_else(|| "Support".to_owned()))
}

async fn mail(
    app: &App,
    conn: &mut Conn,
    ticket: &TicketRecord,
    reader: &Contact,
    now: Moment,
    (subject, body): (String, String),
) -> Result<Option<Message>, StoreError> {
    let Some(recipient) = contact::primary_address(conn, ticket.provider, reader.id).await? else {
        return Ok(None);
    };
    let place = thread::place(app, conn, ticket.provider, ticket.id(), &recipient).await?;
    Ok(Some(Message {
        id: app.sources.id(now),
        provider: ticket.provider,
        recipient,
        subject,
        body,
        origin: Origin::Notice,
        ticket: Some(ticket.id()),
        contact: Some(reader.id),
        message: None,
        place,
        attempts: 0,
        created_at: now,
    }))
}

/// A message that somebody else wrote in the ticket, for one reader: the writer greets, so we do not; `None` without an address.
pub async fn ticket_message(
    app: &App,
    conn: &mut Conn,
    (ticket, message): (&TicketRecord, &MessageRecord),
    reader: &Contact,
    now: Moment,
) -> Result<Option<Message>, StoreError> {
    let (writer, link) = (author(conn, message).await?, link(app, ticket));
    let text = message.text.trim_end();
    let body = match language(reader) {
        Language::German => format!(
            "{writer} schreibt zu Ihrer Anfrage #{}:\n\n{text}\n\nAntworten Sie einfach auf \
             diese E-Mail oder im Portal:\n\n{link}\n",
            ticket.number
        ),
        Language::English => format!(
            "{writer} writes about your request #{}:\n\n{text}\n\nSimply answer this mail, or \
             answer on the portal:\n\n{link}\n",
            ticket.number
        ),
    };
    let made = mail(app, conn, ticket, reader, now, (subject(ticket), body)).await?;
    Ok(made.map(|mail| Message { origin: Origin::Person, message: Some(message.id), ..mail }))
}

/// What becomes of the ticket, for one reader; `None` without an address.
pub async fn ticket_news(
    app: &App,
    conn: &mut Conn,
    ticket: &TicketRecord,
    news: TicketNews,
    reader: &Contact,
    now: Moment,
) -> Result<Option<Message>, StoreError> {
    let (who, number, link) = (reader.name(), ticket.number, link(app, ticket));
    let body = match language(reader) {
        Language::German => format!("Guten Tag {who},\n\n{}\n\n{link}\n", german(news, number)),
        Language::English => format!("Hello {who},\n\n{}\n\n{link}\n", english(news, number)),
    };
    mail(app, conn, ticket, reader, now, (subject(ticket), body)).await
}

/// Files of a mail that were too many, for whoever sent it.
pub async fn files_left_out(
    app: &App,
    conn: &mut Conn,
    ticket: &TicketRecord,
    reader: &Contact,
    names: &[String],
    now: Moment,
) -> Result<Option<Message>, StoreError> {
    let (who, number, link) = (reader.name(), ticket.number, link(app, ticket));
    let (most, list) = (app.settings.attachments.max_files, names.join("\n"));
    let body = match language(reader) {
        Language::German => format!(
            "Guten Tag {who},\n\nan einer Nachricht hängen höchstens {most} Dateien. Von Ihrer E-Mail zur Anfrage \
             #{number} fehlen deshalb dort diese:\n\n{list}\n\nSchicken Sie sie bitte mit einer weiteren E-Mail oder \
             im Portal.\n\n{link}\n"
        ),
        Language::English => format!(
            "Hello {who},\n\nA message carries {most} files at most. So these files of your mail are missing in \
             request #{number}:\n\n{list}\n\nPlease send them with another mail, or on the portal.\n\n{link}\n"
        ),
    };
    mail(app, conn, ticket, reader, now, (subject(ticket), body)).await
}

fn german(news: TicketNews, number: i64) -> String {
    match news {
        TicketNews::Confirm => format!(
            "wir haben Ihre Anfrage #{number} aufgenommen. Stimmt das? Dann bestätigen Sie sie bitte im Portal \
             oder schreiben Sie dort etwas dazu; erst danach kann der Support in Ihrem Produkt nachsehen."
        ),
        TicketNews::Closed => format!(
            "Ihre Anfrage #{number} ist geschlossen. Stimmt noch etwas nicht? Dann antworten Sie einfach, und sie \
             ist wieder offen."
        ),
        TicketNews::Silence => format!(
            "Ihre Anfrage #{number} wartete zwei Wochen auf eine Antwort und ist jetzt geschlossen. Antworten Sie \
             einfach, dann ist sie wieder offen."
        ),
        TicketNews::ClosesSoon => format!(
            "Ihre Anfrage #{number} wartet auf Ihre Antwort. Ohne sie schließt sie in drei Tagen; auch danach \
             öffnet eine Antwort sie wieder."
        ),
        TicketNews::LocksSoon => format!(
            "Ihre Anfrage #{number} wird in drei Tagen gesperrt, weil sie dann dreißig Tage alt ist. Lesen können \
             Sie sie weiterhin. Schreiben Sie danach, beginnt eine Folgeanfrage; es geht nichts verloren."
        ),
        TicketNews::FollowUp => format!(
            "Ihre frühere Anfrage ist älter als dreißig Tage und gesperrt. Aus Ihrer Nachricht ist deshalb die \
             Anfrage #{number} geworden, die auf die frühere verweist."
        ),
    }
}

fn english(news: TicketNews, number: i64) -> String {
    match news {
        TicketNews::Confirm => format!(
            "We wrote down your request #{number}. Is that right? Then please confirm it on the portal, or write \
             something there; only then can support look into your product."
        ),
        TicketNews::Closed => format!(
            "Your request #{number} is closed. Is something still wrong? Simply answer, and it is open again."
        ),
        TicketNews::Silence => format!(
            "Your request #{number} waited two weeks for an answer and is now closed. Simply answer, and it is \
             open again."
        ),
        TicketNews::ClosesSoon => format!(
            "Your request #{number} waits for your answer. Without one it closes in three days; an answer opens \
             it again also after that."
        ),
        TicketNews::LocksSoon => format!(
            "Your request #{number} will be locked in three days, since it is thirty days old then. You can still \
             read it. What you write after that begins a follow-up; nothing is lost."
        ),
        TicketNews::FollowUp => format!(
            "Your earlier request is older than thirty days, and locked. So your message became request \
             #{number}, which points to the earlier one."
        ),
    }
}

/// Whoever has the ticket is told as well that it will be locked (rules B15, B16).
pub fn ticket_locks_soon(app: &App, ticket: &TicketRecord, member: &Staff, now: Moment) -> Message {
    let (who, number) = (member.name(), ticket.number);
    let link = format!("{}/desk/tickets/{}", app.settings.public_origin, ticket.id());
    let body = match Language::from_word(&member.language).unwrap_or(Language::English) {
        Language::German => format!(
            "Guten Tag {who},\n\ndie Anfrage #{number} wird in drei Tagen gesperrt, weil sie dann dreißig Tage alt \
             ist. Danach geht es nur in einer Folgeanfrage weiter.\n\n{link}\n"
        ),
        Language::English => format!(
            "Hello {who},\n\nRequest #{number} will be locked in three days, since it is thirty days old then. \
             After that only a follow-up carries it on.\n\n{link}\n"
        ),
    };
    Message {
        id: app.sources.id(now),
        provider: ticket.provider,
        recipient: member.email.clone(),
        subject: subject(ticket),
        body,
        origin: Origin::Notice,
        ticket: None,
        contact: None,
        message: None,
        place: Place::default(),
        attempts: 0,
        created_at: now,
    }
}
