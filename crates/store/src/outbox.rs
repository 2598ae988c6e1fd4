//! Mail to be sent: written in the transaction of what it tells, delivered later.

use pforte_core::kernel::{Moment, ProviderId};
use uuid::Uuid;

use crate::{
    Conn, StoreError, Tx,
    conn::{all, run},
};

/// A mail that waits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    pub id: Uuid,
    pub provider: ProviderId,
    pub recipient: String,
    pub subject: String,
    /// Plain text.
    pub body: String,
    pub attempts: i64,
    pub created_at: Moment,
}

type Row = (Uuid, Uuid, String, String, String, i64, i64);

/// Puts a mail into the queue, due at once.
pub async fn put(tx: &mut Tx, message: &Message) -> Result<(), StoreError> {
    run!(
        tx.conn(),
        "INSERT INTO outbox (id, provider_id, recipient, subject, body, created_at, due_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $6)",
        message.id,
        message.provider.0,
        &message.recipient,
        &message.subject,
        &message.body,
        message.created_at.0
    )
    .map(drop)
}

/// Mails that are due, oldest first, over all providers: the delivering job serves all of them.
pub async fn due(conn: &mut Conn, now: Moment, limit: i64) -> Result<Vec<Message>, StoreError> {
    let sql = "SELECT id, provider_id, recipient, subject, body, attempts, created_at FROM outbox \
               WHERE sent_at IS NULL AND given_up_at IS NULL AND due_at <= $1 ORDER BY due_at, id LIMIT $2";
    let rows = all!(conn, Row, sql, now.0, limit)?;
    Ok(rows
        .into_iter()
        .map(|(id, provider, recipient, subject, body, attempts, created_at)| Message {
            id,
            provider: provider.into(),
            recipient,
            subject,
            body,
            attempts,
            created_at: Moment(created_at),
        })
        .collect())
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
