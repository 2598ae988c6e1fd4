//! What stands in a ticket: messages, notes and, one line each, what happened.

use std::collections::HashMap;

use pforte_core::{
    kernel::{ContactId, MailId, MessageId, Moment, ProviderId, StaffId, Strength, TicketId},
    sender::Proof,
    ticket::MessageKind,
};
use sqlx::FromRow;
use uuid::Uuid;

use crate::{
    Conn, StoreError, Tx,
    conn::{all, one, run},
    statement::Statement,
};

/// Who wrote it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Author {
    Staff(StaffId),
    Contact(ContactId),
    /// The server itself.
    System,
}

/// One message, note or happening.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MessageRecord {
    pub id: MessageId,
    pub provider: ProviderId,
    pub ticket: TicketId,
    pub kind: MessageKind,
    pub author: Author,
    /// `portal`, `mail`, `phone`, `voice`, `chat` or `system`.
    pub via: String,
    /// Of a mail.
    pub proof: Option<Proof>,
    /// How a contact was signed in who typed it (rule X8).
    pub strength: Option<Strength>,
    /// Of a happening: its code and data, as JSON.
    pub text: String,
    /// What the writer quoted.
    pub quoted: Option<String>,
    /// Safe HTML, when the mail had any.
    pub html: Option<String>,
    pub mail: Option<MailId>,
    pub at: Moment,
}

#[derive(FromRow)]
struct Row {
    id: Uuid,
    provider_id: Uuid,
    ticket_id: Uuid,
    kind: String,
    staff_id: Option<Uuid>,
    contact_id: Option<Uuid>,
    via: String,
    proof: Option<String>,
    strength: Option<String>,
    text: String,
    quoted: Option<String>,
    html: Option<String>,
    mail_id: Option<Uuid>,
    at: i64,
}

impl From<Row> for MessageRecord {
    fn from(row: Row) -> Self {
        let author = match (row.staff_id, row.contact_id) {
            (Some(id), _) => Author::Staff(id.into()),
            (None, Some(id)) => Author::Contact(id.into()),
            (None, None) => Author::System,
        };
        Self {
            id: row.id.into(),
            provider: row.provider_id.into(),
            ticket: row.ticket_id.into(),
            // An unknown kind is shown to staff only.
            kind: MessageKind::from_word(&row.kind).unwrap_or(MessageKind::Note),
            author,
            via: row.via,
            proof: row.proof.as_deref().and_then(Proof::from_word),
            strength: row.strength.as_deref().and_then(Strength::from_word),
            text: row.text,
            quoted: row.quoted,
            html: row.html,
            mail: row.mail_id.map(MailId),
            at: Moment(row.at),
        }
    }
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT id, provider_id, ticket_id, kind, staff_id, contact_id, via, proof, strength, text, \
             quoted, html, mail_id, at FROM ticket_message ",
            $rest
        )
    };
}

/// Adds it as the ticket's last.
pub async fn insert(tx: &mut Tx, message: &MessageRecord) -> Result<(), StoreError> {
    let (staff, contact) = match message.author {
        Author::Staff(id) => (Some(id.0), None),
        Author::Contact(id) => (None, Some(id.0)),
        Author::System => (None, None),
    };
    run!(
        tx.conn(),
        "INSERT INTO ticket_message (id, provider_id, ticket_id, place, kind, staff_id, contact_id, via, proof, \
         text, quoted, html, mail_id, at, strength) VALUES ($1, $2, $3, (SELECT COALESCE(MAX(m.place), 0) + 1 \
         FROM ticket_message m WHERE m.ticket_id = $3), $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
        message.id.0,
        message.provider.0,
        message.ticket.0,
        message.kind.word(),
        staff,
        contact,
        &message.via,
        message.proof.map(|p| p.word()),
        &message.text,
        message.quoted.as_deref(),
        message.html.as_deref(),
        message.mail.map(|m| m.0),
        message.at.0,
        message.strength.map(|s| s.word())
    )
    .map(drop)
}

/// Whether somebody at the customer's who was signed in only by a link from a mail wrote in a ticket since an
/// instant (rule X8).
pub async fn by_link_since(
    conn: &mut Conn,
    provider: ProviderId,
    ticket: TicketId,
    since: Moment,
) -> Result<bool, StoreError> {
    let sql = "SELECT COUNT(*) FROM ticket_message WHERE provider_id = $1 AND ticket_id = $2 AND strength = $3 \
               AND at >= $4";
    let found = one!(conn, (i64,), sql, provider.0, ticket.0, Strength::Link.word(), since.0)?;
    Ok(found.is_some_and(|(n,)| n > 0))
}

/// What of a ticket is read.
#[derive(Clone, Copy, Debug)]
pub struct Reading {
    /// Whether notes are shown: to staff who serve.
    pub notes: bool,
    /// Only what was written from then on (control 44).
    pub since: Option<Moment>,
}

/// A ticket's newest messages before one of them, newest first.
pub async fn of_ticket(
    conn: &mut Conn,
    provider: ProviderId,
    ticket: TicketId,
    reading: Reading,
    before: Option<MessageId>,
    limit: i64,
) -> Result<Vec<MessageRecord>, StoreError> {
    let sql = select!(
        "WHERE provider_id = $1 AND ticket_id = $2 AND place < COALESCE((SELECT m.place FROM ticket_message m \
         WHERE m.ticket_id = $2 AND m.id = $3), 9223372036854775807) AND ($4 OR kind <> 'note') AND at >= $5 \
         ORDER BY place DESC LIMIT $6"
    );
    let before = before.map_or(Uuid::nil(), |id| id.0);
    let since = reading.since.map_or(i64::MIN, |at| at.0);
    let rows = all!(conn, Row, sql, provider.0, ticket.0, before, reading.notes, since, limit)?;
    Ok(rows.into_iter().map(MessageRecord::from).collect())
}

pub async fn by_id(
    conn: &mut Conn,
    provider: ProviderId,
    id: MessageId,
) -> Result<Option<MessageRecord>, StoreError> {
    let row = one!(conn, Row, select!("WHERE provider_id = $1 AND id = $2"), provider.0, id.0)?;
    Ok(row.map(MessageRecord::from))
}

/// Who last closed a ticket, as its own line tells; `None` where there is no such line.
pub async fn closed_by(
    conn: &mut Conn,
    provider: ProviderId,
    ticket: TicketId,
) -> Result<Option<Author>, StoreError> {
    let sql = select!(
        "WHERE provider_id = $1 AND ticket_id = $2 AND kind = 'event' AND text LIKE '{\"code\":\"ticket.closed\"%' \
         ORDER BY place DESC LIMIT 1"
    );
    Ok(one!(conn, Row, sql, provider.0, ticket.0)?.map(|row| MessageRecord::from(row).author))
}

/// The texts of some messages, at most 100.
pub async fn texts(
    conn: &mut Conn,
    provider: ProviderId,
    ids: &[MessageId],
) -> Result<HashMap<MessageId, String>, StoreError> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let mut statement = Statement::new("SELECT id, text FROM ticket_message WHERE ");
    statement.named(provider, "id", ids.iter().map(|id| id.0));
    let rows: Vec<(Uuid, String)> = statement.all(conn).await?;
    Ok(rows.into_iter().map(|(id, text)| (MessageId(id), text)).collect())
}
