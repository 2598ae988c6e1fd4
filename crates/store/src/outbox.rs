//! Mail to be sent: written in the transaction of what it tells, delivered later.

use pforte_core::kernel::{ContactId, MessageId, Moment, ProviderId, TicketId};
use sqlx::FromRow;
use uuid::Uuid;

use crate::{
    Conn, StoreError, Tx,
    conn::{all, on, one, run},
};

/// Who is behind a mail (RFC 3834).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Origin {
    /// Somebody wrote it.
    Person,
    /// Pforte tells of something; what comes back is read.
    #[default]
    Notice,
    /// Answers a mail by itself; nothing may come back.
    Answer,
}

impl Origin {
    const fn word(self) -> &'static str {
        match self {
            Self::Person => "person",
            Self::Notice => "notice",
            Self::Answer => "answer",
        }
    }

    fn from_word(word: &str) -> Self {
        match word {
            "person" => Self::Person,
            "answer" => Self::Answer,
            _ => Self::Notice,
        }
    }
}

/// Where a mail stands in its reader's mail program: Message-IDs without angle brackets.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place {
    pub in_reply_to: Option<String>,
    pub references: Vec<String>,
}

/// A mail that waits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    pub id: Uuid,
    pub provider: ProviderId,
    pub recipient: String,
    pub subject: String,
    /// Plain text; the HTML is made of it.
    pub body: String,
    pub origin: Origin,
    pub ticket: Option<TicketId>,
    pub contact: Option<ContactId>,
    /// The message whose attachments go along.
    pub message: Option<MessageId>,
    pub place: Place,
    pub attempts: i64,
    pub created_at: Moment,
}

#[derive(FromRow)]
struct Row {
    id: Uuid,
    provider_id: Uuid,
    recipient: String,
    subject: String,
    body: String,
    origin: String,
    ticket_id: Option<Uuid>,
    contact_id: Option<Uuid>,
    message_id: Option<Uuid>,
    in_reply_to: Option<String>,
    refs: Option<String>,
    attempts: i64,
    created_at: i64,
}

impl From<Row> for Message {
    fn from(row: Row) -> Self {
        let refs = row.refs.unwrap_or_default();
        let references = refs.split(' ').filter(|r| !r.is_empty()).map(str::to_owned);
        Self {
            id: row.id,
            provider: row.provider_id.into(),
            recipient: row.recipient,
            subject: row.subject,
            body: row.body,
            origin: Origin::from_word(&row.origin),
            ticket: row.ticket_id.map(TicketId),
            contact: row.contact_id.map(ContactId),
            message: row.message_id.map(MessageId),
            place: Place { in_reply_to: row.in_reply_to, references: references.collect() },
            attempts: row.attempts,
            created_at: Moment(row.created_at),
        }
    }
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT id, provider_id, recipient, subject, body, origin, ticket_id, contact_id, message_id, \
             in_reply_to, refs, attempts, created_at FROM outbox ",
            $rest
        )
    };
}

/// Puts a mail into the queue, due at once.
pub async fn put(tx: &mut Tx, message: &Message) -> Result<(), StoreError> {
    let refs = (!message.place.references.is_empty()).then(|| message.place.references.join(" "));
    run!(
        tx.conn(),
        "INSERT INTO outbox (id, provider_id, recipient, subject, body, origin, ticket_id, contact_id, message_id, \
         in_reply_to, refs, created_at, due_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $12)",
        message.id,
        message.provider.0,
        &message.recipient,
        &message.subject,
        &message.body,
        message.origin.word(),
        message.ticket.map(|t| t.0),
        message.contact.map(|c| c.0),
        message.message.map(|m| m.0),
        message.place.in_reply_to.as_deref(),
        refs,
        message.created_at.0
    )
    .map(drop)
}

/// As many recipients can be left out of [`due`].
pub const BUSY_MAX: usize = 8;
/// As many providers can have a mail server of their own.
pub const OWN_MAX: usize = 32;

/// Whose mails go over one mail server.
#[derive(Clone, Copy, Debug)]
pub enum Lane<'a> {
    /// Those of one provider.
    Own(ProviderId),
    /// All but those of providers with a server of their own, at most [`OWN_MAX`].
    Shared(&'a [ProviderId]),
}

/// Mails of one lane that are due, oldest first. Left out are those to recipients to whom something is under
/// way, at most [`BUSY_MAX`].
pub async fn due(
    conn: &mut Conn,
    lane: Lane<'_>,
    now: Moment,
    busy: &[String],
    limit: i64,
) -> Result<Vec<Message>, StoreError> {
    let own = select!(
        "WHERE sent_at IS NULL AND given_up_at IS NULL AND due_at <= $1 \
         AND recipient NOT IN ($3, $4, $5, $6, $7, $8, $9, $10) AND provider_id = $11 \
         ORDER BY due_at, id LIMIT $2"
    );
    let shared = select!(
        "WHERE sent_at IS NULL AND given_up_at IS NULL AND due_at <= $1 \
         AND recipient NOT IN ($3, $4, $5, $6, $7, $8, $9, $10) AND provider_id NOT IN ($11, $12, $13, $14, $15, \
         $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30, $31, $32, $33, $34, $35, $36, \
         $37, $38, $39, $40, $41, $42) ORDER BY due_at, id LIMIT $2"
    );
    let mut providers: Vec<Uuid> = match lane {
        Lane::Own(provider) => vec![provider.0],
        Lane::Shared(others) => others.iter().map(|other| other.0).collect(),
    };
    if let Lane::Shared(_) = lane {
        // Nobody's.
        providers.resize(OWN_MAX, Uuid::nil());
    }
    let busy = (0..BUSY_MAX).map(|at| busy.get(at).cloned().unwrap_or_default());
    let rows = on!(conn, c => {
        let query = match lane {
            Lane::Own(_) => sqlx::query_as::<_, Row>(own),
            Lane::Shared(_) => sqlx::query_as::<_, Row>(shared),
        };
        let mut query = query.bind(now.0).bind(limit);
        for recipient in busy {
            query = query.bind(recipient);
        }
        for provider in providers {
            query = query.bind(provider);
        }
        query.fetch_all(&mut **c).await.map_err(StoreError::from)
    })?;
    Ok(rows.into_iter().map(Message::from).collect())
}

/// Whether a mail is still to be sent: neither sent, given up nor put off since it was read.
pub async fn is_due(conn: &mut Conn, message: &Message) -> Result<bool, StoreError> {
    let sql = "SELECT attempts FROM outbox WHERE provider_id = $1 AND id = $2 AND sent_at IS NULL \
               AND given_up_at IS NULL";
    let row = one!(conn, (i64,), sql, message.provider.0, message.id)?;
    Ok(row.is_some_and(|(attempts,)| attempts == message.attempts))
}

/// A mail by its id, sent or not.
pub async fn by_id(conn: &mut Conn, provider: ProviderId, id: Uuid) -> Result<Option<Message>, StoreError> {
    let row = one!(conn, Row, select!("WHERE provider_id = $1 AND id = $2"), provider.0, id)?;
    Ok(row.map(Message::from))
}

/// The ids of the newest mails of a ticket to one address, newest first, at most 20.
pub async fn of_ticket(
    conn: &mut Conn,
    provider: ProviderId,
    ticket: TicketId,
    recipient: &str,
) -> Result<Vec<Uuid>, StoreError> {
    let sql = "SELECT id FROM outbox WHERE provider_id = $1 AND ticket_id = $2 AND recipient = $3 \
               ORDER BY id DESC LIMIT 20";
    let rows = all!(conn, (Uuid,), sql, provider.0, ticket.0, recipient)?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

/// Marks a mail as delivered and forgets its text: links in it must not stay readable.
pub async fn sent(tx: &mut Tx, message: &Message, at: Moment) -> Result<(), StoreError> {
    let sql = "UPDATE outbox SET sent_at = $3, body = '' WHERE provider_id = $1 AND id = $2";
    run!(tx.conn(), sql, message.provider.0, message.id, at.0).map(drop)
}

/// Counts a failed attempt: due again later, or given up.
pub async fn failed(
    tx: &mut Tx,
    message: &Message,
    retry_at: Option<Moment>,
    now: Moment,
) -> Result<(), StoreError> {
    let sql = "UPDATE outbox SET attempts = attempts + 1, due_at = $3, given_up_at = $4 \
               WHERE provider_id = $1 AND id = $2";
    let given_up = retry_at.is_none().then_some(now.0);
    run!(tx.conn(), sql, message.provider.0, message.id, retry_at.unwrap_or(now).0, given_up).map(drop)
}

/// Notes that a mail came back; `false` when that was known.
pub async fn bounced(tx: &mut Tx, provider: ProviderId, id: Uuid, at: Moment) -> Result<bool, StoreError> {
    let sql = "UPDATE outbox SET bounced_at = $3 WHERE provider_id = $1 AND id = $2 AND bounced_at IS NULL";
    Ok(run!(tx.conn(), sql, provider.0, id, at.0)? == 1)
}
