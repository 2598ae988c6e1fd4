//! Notes on customers: texts by staff, for staff.

use pforte_core::kernel::{CustomerId, Moment, NoteId, ProviderId, StaffId};
use sqlx::FromRow;
use uuid::Uuid;

use crate::{
    Conn, StoreError, Tx,
    conn::{all, one, run},
};

/// Notes on one customer at most.
pub const NOTES: i64 = 100;

/// A note.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    pub id: NoteId,
    pub provider: ProviderId,
    pub customer: CustomerId,
    /// Who wrote it.
    pub staff: StaffId,
    pub body: String,
    pub written_at: Moment,
    pub edited_at: Option<Moment>,
}

#[derive(FromRow)]
struct Row {
    id: Uuid,
    provider_id: Uuid,
    customer_id: Uuid,
    staff_id: Uuid,
    body: String,
    written_at: i64,
    edited_at: Option<i64>,
}

impl From<Row> for Note {
    fn from(row: Row) -> Self {
        Self {
            id: row.id.into(),
            provider: row.provider_id.into(),
            customer: row.customer_id.into(),
            staff: row.staff_id.into(),
            body: row.body,
            written_at: Moment(row.written_at),
            edited_at: row.edited_at.map(Moment),
        }
    }
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT id, provider_id, customer_id, staff_id, body, written_at, edited_at FROM customer_note ",
            $rest
        )
    };
}

pub async fn insert(tx: &mut Tx, note: &Note) -> Result<(), StoreError> {
    run!(
        tx.conn(),
        "INSERT INTO customer_note (id, provider_id, customer_id, staff_id, body, written_at) \
         VALUES ($1, $2, $3, $4, $5, $6)",
        note.id.0,
        note.provider.0,
        note.customer.0,
        note.staff.0,
        &note.body,
        note.written_at.0
    )
    .map(drop)
}

/// A customer's notes, newest first, at most [`NOTES`].
pub async fn of_customer(
    conn: &mut Conn,
    provider: ProviderId,
    customer: CustomerId,
) -> Result<Vec<Note>, StoreError> {
    let sql = select!("WHERE provider_id = $1 AND customer_id = $2 ORDER BY id DESC LIMIT $3");
    Ok(all!(conn, Row, sql, provider.0, customer.0, NOTES)?.into_iter().map(Note::from).collect())
}

/// How many notes there are on a customer.
pub async fn count(conn: &mut Conn, provider: ProviderId, customer: CustomerId) -> Result<i64, StoreError> {
    let sql = "SELECT COUNT(*) FROM customer_note WHERE provider_id = $1 AND customer_id = $2";
    Ok(one!(conn, (i64,), sql, provider.0, customer.0)?.map_or(0, |(n,)| n))
}

/// One note on this customer.
pub async fn by_id(
    conn: &mut Conn,
    provider: ProviderId,
    customer: CustomerId,
    id: NoteId,
) -> Result<Option<Note>, StoreError> {
    let sql = select!("WHERE provider_id = $1 AND customer_id = $2 AND id = $3");
    Ok(one!(conn, Row, sql, provider.0, customer.0, id.0)?.map(Note::from))
}

/// Replaces a note's text; `false` when it is gone.
pub async fn edit(
    tx: &mut Tx,
    provider: ProviderId,
    id: NoteId,
    body: &str,
    at: Moment,
) -> Result<bool, StoreError> {
    let sql = "UPDATE customer_note SET body = $3, edited_at = $4 WHERE provider_id = $1 AND id = $2";
    Ok(run!(tx.conn(), sql, provider.0, id.0, body, at.0)? == 1)
}

/// Deletes a note; `false` when it is gone.
pub async fn remove(tx: &mut Tx, provider: ProviderId, id: NoteId) -> Result<bool, StoreError> {
    let sql = "DELETE FROM customer_note WHERE provider_id = $1 AND id = $2";
    Ok(run!(tx.conn(), sql, provider.0, id.0)? == 1)
}
