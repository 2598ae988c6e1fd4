//! Files at messages: what is known of each, and the leave to see an original (control 48). The bytes
//! lie beside the database, by their hash.

use pforte_core::kernel::{
    AttachmentId, ContactId, LeaveId, MessageId, Moment, ProviderId, StaffId, TicketId,
};
use sqlx::FromRow;
use uuid::Uuid;

use crate::{
    Conn, StoreError, Tx,
    conn::{all, one, run},
    sign_in::Person,
};

/// The copy that is shown of a file with live secrets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RedactedCopy {
    pub hash: String,
    pub size_bytes: i64,
}

/// A file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AttachmentRecord {
    pub id: AttachmentId,
    pub provider: ProviderId,
    /// `None` until the message that carries it is sent.
    pub ticket: Option<TicketId>,
    pub message: Option<MessageId>,
    /// Who uploaded it; `None` when it came by mail.
    pub owner: Option<Person>,
    pub name: String,
    pub media_type: String,
    /// What the HTML of its mail calls it.
    pub content_id: Option<String>,
    pub size_bytes: i64,
    pub hash: String,
    pub redacted: Option<RedactedCopy>,
    pub created_at: Moment,
}

#[derive(FromRow)]
struct Row {
    id: Uuid,
    provider_id: Uuid,
    ticket_id: Option<Uuid>,
    message_id: Option<Uuid>,
    staff_id: Option<Uuid>,
    contact_id: Option<Uuid>,
    name: String,
    media_type: String,
    content_id: Option<String>,
    size_bytes: i64,
    hash: String,
    redacted_hash: Option<String>,
    redacted_size_bytes: Option<i64>,
    created_at: i64,
}

impl From<Row> for AttachmentRecord {
    fn from(row: Row) -> Self {
        let owner = match (row.staff_id, row.contact_id) {
            (Some(id), _) => Some(Person::Staff(StaffId(id))),
            (None, Some(id)) => Some(Person::Contact(ContactId(id))),
            (None, None) => None,
        };
        let redacted = row
            .redacted_hash
            .map(|hash| RedactedCopy { hash, size_bytes: row.redacted_size_bytes.unwrap_or(0) });
        Self {
            id: row.id.into(),
            provider: row.provider_id.into(),
            ticket: row.ticket_id.map(TicketId),
            message: row.message_id.map(MessageId),
            owner,
            name: row.name,
            media_type: row.media_type,
            content_id: row.content_id,
            size_bytes: row.size_bytes,
            hash: row.hash,
            redacted,
            created_at: Moment(row.created_at),
        }
    }
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT id, provider_id, ticket_id, message_id, staff_id, contact_id, name, media_type, content_id, \
             size_bytes, hash, redacted_hash, redacted_size_bytes, created_at FROM attachment ",
            $rest
        )
    };
}

/// Adds a file and, if they are new, the blobs it lies in.
pub async fn insert(tx: &mut Tx, file: &AttachmentRecord) -> Result<(), StoreError> {
    add_blob(tx, file.provider, &file.hash, file.size_bytes, file.created_at).await?;
    if let Some(copy) = &file.redacted {
        add_blob(tx, file.provider, &copy.hash, copy.size_bytes, file.created_at).await?;
    }
    let (staff, contact) = file.owner.map_or((None, None), Person::columns);
    run!(
        tx.conn(),
        "INSERT INTO attachment (id, provider_id, ticket_id, message_id, staff_id, contact_id, name, media_type, \
         content_id, size_bytes, hash, redacted_hash, redacted_size_bytes, created_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
        file.id.0,
        file.provider.0,
        file.ticket.map(|t| t.0),
        file.message.map(|m| m.0),
        staff,
        contact,
        &file.name,
        &file.media_type,
        file.content_id.as_deref(),
        file.size_bytes,
        &file.hash,
        file.redacted.as_ref().map(|r| r.hash.as_str()),
        file.redacted.as_ref().map(|r| r.size_bytes),
        file.created_at.0
    )
    .map(drop)
}

/// Notes that bytes lie under a hash.
pub async fn add_blob(
    tx: &mut Tx,
    provider: ProviderId,
    hash: &str,
    size_bytes: i64,
    at: Moment,
) -> Result<(), StoreError> {
    let sql = "INSERT INTO blob (provider_id, hash, size_bytes, created_at) VALUES ($1, $2, $3, $4) \
               ON CONFLICT (provider_id, hash) DO NOTHING";
    run!(tx.conn(), sql, provider.0, hash, size_bytes, at.0).map(drop)
}

pub async fn by_id(
    conn: &mut Conn,
    provider: ProviderId,
    id: AttachmentId,
) -> Result<Option<AttachmentRecord>, StoreError> {
    let row = one!(conn, Row, select!("WHERE provider_id = $1 AND id = $2"), provider.0, id.0)?;
    Ok(row.map(AttachmentRecord::from))
}

/// A message's files, in the order they came, at most 100.
pub async fn of_message(
    conn: &mut Conn,
    provider: ProviderId,
    message: MessageId,
) -> Result<Vec<AttachmentRecord>, StoreError> {
    let sql = select!("WHERE provider_id = $1 AND message_id = $2 ORDER BY position, id LIMIT 100");
    Ok(all!(conn, Row, sql, provider.0, message.0)?.into_iter().map(AttachmentRecord::from).collect())
}

/// A ticket's files, in the order they came, at most 2,000.
pub async fn of_ticket(
    conn: &mut Conn,
    provider: ProviderId,
    ticket: TicketId,
) -> Result<Vec<AttachmentRecord>, StoreError> {
    let sql = select!("WHERE provider_id = $1 AND ticket_id = $2 ORDER BY position, id LIMIT 2000");
    Ok(all!(conn, Row, sql, provider.0, ticket.0)?.into_iter().map(AttachmentRecord::from).collect())
}

/// Gives an uploaded file to the message that carries it; `false` when it is not this person's, or
/// was sent already.
pub async fn send(
    tx: &mut Tx,
    provider: ProviderId,
    id: AttachmentId,
    owner: Person,
    (ticket, message): (TicketId, MessageId),
) -> Result<bool, StoreError> {
    let (staff, contact) = owner.columns();
    let sql = "UPDATE attachment SET ticket_id = $5, message_id = $6 WHERE provider_id = $1 AND id = $2 \
               AND (staff_id = $3 OR contact_id = $4) AND message_id IS NULL";
    Ok(run!(tx.conn(), sql, provider.0, id.0, staff, contact, ticket.0, message.0)? == 1)
}

/// Says where a file stands among those of its message.
pub async fn place(
    tx: &mut Tx,
    provider: ProviderId,
    id: AttachmentId,
    position: usize,
) -> Result<(), StoreError> {
    let position = i64::try_from(position).unwrap_or(i64::MAX);
    let sql = "UPDATE attachment SET position = $3 WHERE provider_id = $1 AND id = $2";
    run!(tx.conn(), sql, provider.0, id.0, position).map(drop)
}

/// Uploads of all providers that no message carries, older than an instant.
pub async fn unsent(
    conn: &mut Conn,
    before: Moment,
    limit: i64,
) -> Result<Vec<AttachmentRecord>, StoreError> {
    let sql = select!("WHERE message_id IS NULL AND created_at < $1 ORDER BY created_at LIMIT $2");
    Ok(all!(conn, Row, sql, before.0, limit)?.into_iter().map(AttachmentRecord::from).collect())
}

/// How many uploads of this person no message carries yet.
pub async fn unsent_of(conn: &mut Conn, provider: ProviderId, owner: Person) -> Result<i64, StoreError> {
    let (staff, contact) = owner.columns();
    let sql = "SELECT COUNT(*) FROM attachment WHERE provider_id = $1 AND message_id IS NULL \
               AND (staff_id = $2 OR contact_id = $3)";
    Ok(one!(conn, (i64,), sql, provider.0, staff, contact)?.map_or(0, |(n,)| n))
}

/// Whether a row says that bytes lie under this hash.
pub async fn has_blob(conn: &mut Conn, provider: ProviderId, hash: &str) -> Result<bool, StoreError> {
    let sql = "SELECT size_bytes FROM blob WHERE provider_id = $1 AND hash = $2";
    Ok(one!(conn, (i64,), sql, provider.0, hash)?.is_some())
}

/// Forgets an upload that was never sent; `false` when it was meanwhile.
pub async fn forget(tx: &mut Tx, provider: ProviderId, id: AttachmentId) -> Result<bool, StoreError> {
    let sql = "DELETE FROM attachment WHERE provider_id = $1 AND id = $2 AND message_id IS NULL";
    Ok(run!(tx.conn(), sql, provider.0, id.0)? == 1)
}

/// Forgets a blob that nothing names any more; `false` when something does.
pub async fn forget_blob(tx: &mut Tx, provider: ProviderId, hash: &str) -> Result<bool, StoreError> {
    let sql = "DELETE FROM blob WHERE provider_id = $1 AND hash = $2 \
               AND NOT EXISTS (SELECT 1 FROM attachment a WHERE a.provider_id = $1 AND a.hash = $2) \
               AND NOT EXISTS (SELECT 1 FROM attachment a WHERE a.provider_id = $1 AND a.redacted_hash = $2) \
               AND NOT EXISTS (SELECT 1 FROM mail m WHERE m.provider_id = $1 AND m.hash = $2)";
    Ok(run!(tx.conn(), sql, provider.0, hash)? == 1)
}

/// Leave to see an original.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeaveRecord {
    pub id: LeaveId,
    pub provider: ProviderId,
    pub attachment: AttachmentId,
    pub asked_by: StaffId,
    pub asked_at: Moment,
    pub given_by: Option<StaffId>,
    pub given_at: Option<Moment>,
    pub ends_at: Option<Moment>,
    pub refused_at: Option<Moment>,
}

#[derive(FromRow)]
struct LeaveRow {
    id: Uuid,
    provider_id: Uuid,
    attachment_id: Uuid,
    asked_by: Uuid,
    asked_at: i64,
    given_by: Option<Uuid>,
    given_at: Option<i64>,
    ends_at: Option<i64>,
    refused_at: Option<i64>,
}

/// The newest leave that was asked for.
pub async fn leave(
    conn: &mut Conn,
    provider: ProviderId,
    attachment: AttachmentId,
) -> Result<Option<LeaveRecord>, StoreError> {
    let sql = "SELECT id, provider_id, attachment_id, asked_by, asked_at, given_by, given_at, ends_at, refused_at \
               FROM original_leave WHERE provider_id = $1 AND attachment_id = $2 ORDER BY id DESC LIMIT 1";
    let row = one!(conn, LeaveRow, sql, provider.0, attachment.0)?;
    Ok(row.map(|row| LeaveRecord {
        id: row.id.into(),
        provider: row.provider_id.into(),
        attachment: row.attachment_id.into(),
        asked_by: row.asked_by.into(),
        asked_at: Moment(row.asked_at),
        given_by: row.given_by.map(StaffId),
        given_at: row.given_at.map(Moment),
        ends_at: row.ends_at.map(Moment),
        refused_at: row.refused_at.map(Moment),
    }))
}

/// Writes down that somebody asks.
pub async fn ask_leave(tx: &mut Tx, leave: &LeaveRecord) -> Result<(), StoreError> {
    let sql = "INSERT INTO original_leave (id, provider_id, attachment_id, asked_by, asked_at) \
               VALUES ($1, $2, $3, $4, $5)";
    run!(tx.conn(), sql, leave.id.0, leave.provider.0, leave.attachment.0, leave.asked_by.0, leave.asked_at.0)
        .map(drop)
}

/// Saves who answered, and how. The caller has read the row in the same transaction.
pub async fn answer_leave(tx: &mut Tx, leave: &LeaveRecord) -> Result<(), StoreError> {
    let sql = "UPDATE original_leave SET given_by = $3, given_at = $4, ends_at = $5, refused_at = $6 \
               WHERE provider_id = $1 AND id = $2";
    run!(
        tx.conn(),
        sql,
        leave.provider.0,
        leave.id.0,
        leave.given_by.map(|s| s.0),
        leave.given_at.map(|m| m.0),
        leave.ends_at.map(|m| m.0),
        leave.refused_at.map(|m| m.0)
    )
    .map(drop)
}
