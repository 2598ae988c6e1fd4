//! Support PINs and the guesses at them. Nothing here reveals a PIN: its digits are derived elsewhere.

use pforte_core::kernel::{ContactId, CustomerId, Moment, PinId, ProviderId, StaffId};
use sqlx::FromRow;
use uuid::Uuid;

use crate::{
    Conn, StoreError, Tx,
    conn::{one, run},
};

/// A PIN's row. `ended_how` is `redeemed`, `killed`, `deactivated`, `expired`, `renewed` or `restart`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PinRecord {
    pub id: PinId,
    pub provider: ProviderId,
    pub customer: CustomerId,
    pub contact: ContactId,
    pub issued_at: Moment,
    pub ended_at: Option<Moment>,
    pub ended_how: Option<String>,
}

#[derive(FromRow)]
struct Row {
    id: Uuid,
    provider_id: Uuid,
    customer_id: Uuid,
    contact_id: Uuid,
    issued_at: i64,
    ended_at: Option<i64>,
    ended_how: Option<String>,
}

impl From<Row> for PinRecord {
    fn from(row: Row) -> Self {
        Self {
            id: row.id.into(),
            provider: row.provider_id.into(),
            customer: row.customer_id.into(),
            contact: row.contact_id.into(),
            issued_at: Moment(row.issued_at),
            ended_at: row.ended_at.map(Moment),
            ended_how: row.ended_how,
        }
    }
}

/// Wrong guesses so far, as the rules count them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Guesses {
    pub on_pin: i64,
    pub on_customer: i64,
    pub by_staff: i64,
    pub overall: i64,
}

/// From when on guesses count.
#[derive(Clone, Copy, Debug)]
pub struct Windows {
    pub customer_since: Moment,
    pub staff_since: Moment,
    pub overall_since: Moment,
}

/// The contact's PIN that has not ended; it may be past its 60 minutes.
pub async fn unended(
    conn: &mut Conn,
    provider: ProviderId,
    contact: ContactId,
) -> Result<Option<PinRecord>, StoreError> {
    let sql = "SELECT id, provider_id, customer_id, contact_id, issued_at, ended_at, ended_how FROM pin \
               WHERE provider_id = $1 AND contact_id = $2 AND ended_at IS NULL";
    Ok(one!(conn, Row, sql, provider.0, contact.0)?.map(PinRecord::from))
}

/// The contact's PIN that has not ended, else the newest one. Ids of one instant have no order.
pub async fn latest(
    conn: &mut Conn,
    provider: ProviderId,
    contact: ContactId,
) -> Result<Option<PinRecord>, StoreError> {
    let sql = "SELECT id, provider_id, customer_id, contact_id, issued_at, ended_at, ended_how FROM pin \
               WHERE provider_id = $1 AND contact_id = $2 \
               ORDER BY CASE WHEN ended_at IS NULL THEN 0 ELSE 1 END, id DESC LIMIT 1";
    Ok(one!(conn, Row, sql, provider.0, contact.0)?.map(PinRecord::from))
}

pub async fn insert(tx: &mut Tx, pin: &PinRecord) -> Result<(), StoreError> {
    let sql =
        "INSERT INTO pin (id, provider_id, customer_id, contact_id, issued_at) VALUES ($1, $2, $3, $4, $5)";
    run!(tx.conn(), sql, pin.id.0, pin.provider.0, pin.customer.0, pin.contact.0, pin.issued_at.0).map(drop)
}

/// Ends a PIN; `false` when it had ended already.
pub async fn end(
    tx: &mut Tx,
    provider: ProviderId,
    id: PinId,
    how: &str,
    at: Moment,
) -> Result<bool, StoreError> {
    let sql = "UPDATE pin SET ended_at = $3, ended_how = $4 \
               WHERE provider_id = $1 AND id = $2 AND ended_at IS NULL";
    Ok(run!(tx.conn(), sql, provider.0, id.0, at.0, how)? == 1)
}

/// One guess at a PIN.
#[derive(Clone, Copy, Debug)]
pub struct Attempt {
    pub id: Uuid,
    pub provider: ProviderId,
    pub staff: StaffId,
    pub customer: CustomerId,
    pub contact: ContactId,
    pub pin: Option<PinId>,
    pub at: Moment,
}

/// Counts a guess as wrong, before anything is compared.
pub async fn count(tx: &mut Tx, attempt: &Attempt) -> Result<(), StoreError> {
    run!(
        tx.conn(),
        "INSERT INTO pin_attempt (id, provider_id, staff_id, customer_id, contact_id, pin_id, at, wrong) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, TRUE)",
        attempt.id,
        attempt.provider.0,
        attempt.staff.0,
        attempt.customer.0,
        attempt.contact.0,
        attempt.pin.map(|p| p.0),
        attempt.at.0
    )
    .map(drop)
}

/// Takes the count back: the guess was right.
pub async fn was_right(tx: &mut Tx, attempt: &Attempt) -> Result<(), StoreError> {
    let sql = "UPDATE pin_attempt SET wrong = FALSE WHERE provider_id = $1 AND id = $2";
    run!(tx.conn(), sql, attempt.provider.0, attempt.id).map(drop)
}

/// Counts wrong guesses within the windows.
pub async fn guesses(
    conn: &mut Conn,
    provider: ProviderId,
    pin: Option<PinId>,
    customer: CustomerId,
    staff: StaffId,
    windows: Windows,
) -> Result<Guesses, StoreError> {
    let sql = "SELECT \
        (SELECT COUNT(*) FROM pin_attempt WHERE provider_id = $1 AND pin_id = $2 AND wrong) AS on_pin, \
        (SELECT COUNT(*) FROM pin_attempt WHERE provider_id = $1 AND customer_id = $3 AND at > $4 AND wrong) AS on_customer, \
        (SELECT COUNT(*) FROM pin_attempt WHERE provider_id = $1 AND staff_id = $5 AND at > $6 AND wrong) AS by_staff, \
        (SELECT COUNT(*) FROM pin_attempt WHERE provider_id = $1 AND at > $7 AND wrong) AS overall";
    let row = one!(
        conn,
        (i64, i64, i64, i64),
        sql,
        provider.0,
        pin.map(|p| p.0),
        customer.0,
        windows.customer_since.0,
        staff.0,
        windows.staff_since.0,
        windows.overall_since.0
    )?;
    Ok(row.map_or_else(Guesses::default, |(on_pin, on_customer, by_staff, overall)| Guesses {
        on_pin,
        on_customer,
        by_staff,
        overall,
    }))
}
