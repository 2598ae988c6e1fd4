//! Changes of contacts that wait for a second authorised contact (rules P2 to P5, Z10, X6).

use pforte_core::kernel::{ChangeId, ContactId, CustomerId, Moment, ProviderId, StaffId};
use sqlx::FromRow;
use uuid::Uuid;

use crate::{
    Conn, StoreError, Tx,
    conn::{all, one, run},
};

/// A change that was asked for. Whether it ran out is computed, never stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContactChange {
    pub id: ChangeId,
    pub provider: ProviderId,
    pub customer: CustomerId,
    /// Whom it is about; `None` for somebody who is not there yet.
    pub contact: Option<ContactId>,
    pub kind: String,
    /// What would change, as JSON.
    pub change: String,
    pub asked_by_contact: Option<ContactId>,
    pub asked_by_staff: Option<StaffId>,
    pub asked_at: Moment,
    pub expires_at: Moment,
    pub decided_by: Option<ContactId>,
    pub decided_at: Option<Moment>,
    pub approved: Option<bool>,
}

impl ContactChange {
    /// Whether it can still be decided: silence is refusal (rule X6).
    pub fn waits(&self, now: Moment) -> bool {
        self.decided_at.is_none() && now < self.expires_at
    }
}

#[derive(FromRow)]
struct Row {
    id: Uuid,
    provider_id: Uuid,
    customer_id: Uuid,
    contact_id: Option<Uuid>,
    kind: String,
    change: String,
    asked_by_contact: Option<Uuid>,
    asked_by_staff: Option<Uuid>,
    asked_at: i64,
    expires_at: i64,
    decided_by: Option<Uuid>,
    decided_at: Option<i64>,
    approved: Option<bool>,
}

impl From<Row> for ContactChange {
    fn from(row: Row) -> Self {
        Self {
            id: row.id.into(),
            provider: row.provider_id.into(),
            customer: row.customer_id.into(),
            contact: row.contact_id.map(ContactId),
            kind: row.kind,
            change: row.change,
            asked_by_contact: row.asked_by_contact.map(ContactId),
            asked_by_staff: row.asked_by_staff.map(StaffId),
            asked_at: Moment(row.asked_at),
            expires_at: Moment(row.expires_at),
            decided_by: row.decided_by.map(ContactId),
            decided_at: row.decided_at.map(Moment),
            approved: row.approved,
        }
    }
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT id, provider_id, customer_id, contact_id, kind, change, asked_by_contact, asked_by_staff, \
             asked_at, expires_at, decided_by, decided_at, approved FROM contact_change ",
            $rest
        )
    };
}

pub async fn insert(tx: &mut Tx, change: &ContactChange) -> Result<(), StoreError> {
    run!(
        tx.conn(),
        "INSERT INTO contact_change (id, provider_id, customer_id, contact_id, kind, change, \
         asked_by_contact, asked_by_staff, asked_at, expires_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        change.id.0,
        change.provider.0,
        change.customer.0,
        change.contact.map(|c| c.0),
        &change.kind,
        &change.change,
        change.asked_by_contact.map(|c| c.0),
        change.asked_by_staff.map(|s| s.0),
        change.asked_at.0,
        change.expires_at.0
    )
    .map(drop)
}

pub async fn by_id(
    conn: &mut Conn,
    provider: ProviderId,
    id: ChangeId,
) -> Result<Option<ContactChange>, StoreError> {
    let row = one!(conn, Row, select!("WHERE provider_id = $1 AND id = $2"), provider.0, id.0)?;
    Ok(row.map(ContactChange::from))
}

/// A customer's changes, newest first: what waits, and what was asked for since an instant; at most 50.
pub async fn of_customer(
    conn: &mut Conn,
    provider: ProviderId,
    customer: CustomerId,
    since: Moment,
) -> Result<Vec<ContactChange>, StoreError> {
    let sql =
        select!("WHERE provider_id = $1 AND customer_id = $2 AND asked_at > $3 ORDER BY id DESC LIMIT 50");
    let rows = all!(conn, Row, sql, provider.0, customer.0, since.0)?;
    Ok(rows.into_iter().map(ContactChange::from).collect())
}

/// How many changes wait at a customer.
pub async fn waiting(
    conn: &mut Conn,
    provider: ProviderId,
    customer: CustomerId,
    now: Moment,
) -> Result<i64, StoreError> {
    let sql = "SELECT COUNT(*) FROM contact_change WHERE provider_id = $1 AND customer_id = $2 \
               AND decided_at IS NULL AND expires_at > $3";
    Ok(one!(conn, (i64,), sql, provider.0, customer.0, now.0)?.map_or(0, |(n,)| n))
}

/// Notes what was decided; `false` when it
/// was decided before.
pub async fn decide(
    tx: &mut Tx,
    provider: ProviderId,
    id: ChangeId,
    by: ContactId,
    approved: bool,
    at: Moment,
) -> Result<bool, StoreError> {
    let sql = "UPDATE contact_change SET decided_by = $3, decided_at = $4, approved = $5 \
               WHERE provider_id = $1 AND id = $2 AND decided_at IS NULL";
    Ok(run!(tx.conn(), sql, provider.0, id.0, by.0, at.0, approved)? == 1)
}
