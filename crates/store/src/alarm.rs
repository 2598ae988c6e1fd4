//! Alarms: what the leads are told.

use pforte_core::kernel::{AlarmId, CustomerId, Moment, ProviderId, StaffId};
use sqlx::FromRow;
use uuid::Uuid;

use crate::{
    Conn, StoreError, Tx,
    conn::{all, one, run},
};

/// One alarm. `code` is `pin.staff_locked`, `pin.flood`, `pin.customer_closed`, `ticket.waiting`,
/// `mail.outage` or `mail.undelivered`. Seen by nobody means over by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alarm {
    pub id: AlarmId,
    pub provider: ProviderId,
    pub code: String,
    pub at: Moment,
    pub staff: Option<StaffId>,
    pub customer: Option<CustomerId>,
    pub acknowledged_at: Option<Moment>,
    pub acknowledged_by: Option<StaffId>,
}

#[derive(FromRow)]
struct Row {
    id: Uuid,
    provider_id: Uuid,
    code: String,
    at: i64,
    staff_id: Option<Uuid>,
    customer_id: Option<Uuid>,
    acknowledged_at: Option<i64>,
    acknowledged_by: Option<Uuid>,
}

impl From<Row> for Alarm {
    fn from(row: Row) -> Self {
        Self {
            id: row.id.into(),
            provider: row.provider_id.into(),
            code: row.code,
            at: Moment(row.at),
            staff: row.staff_id.map(StaffId),
            customer: row.customer_id.map(CustomerId),
            acknowledged_at: row.acknowledged_at.map(Moment),
            acknowledged_by: row.acknowledged_by.map(StaffId),
        }
    }
}

pub async fn insert(tx: &mut Tx, alarm: &Alarm) -> Result<(), StoreError> {
    let sql = "INSERT INTO alarm (id, provider_id, code, at, staff_id, customer_id) VALUES ($1, $2, $3, $4, $5, $6)";
    run!(
        tx.conn(),
        sql,
        alarm.id.0,
        alarm.provider.0,
        &alarm.code,
        alarm.at.0,
        alarm.staff.map(|s| s.0),
        alarm.customer.map(|c| c.0)
    )
    .map(drop)
}

/// A page of alarms, newest first, older than `before`.
pub async fn list(
    conn: &mut Conn,
    provider: ProviderId,
    before: Option<AlarmId>,
    limit: i64,
) -> Result<Vec<Alarm>, StoreError> {
    let sql = "SELECT id, provider_id, code, at, staff_id, customer_id, acknowledged_at, acknowledged_by \
               FROM alarm WHERE provider_id = $1 AND id < $2 ORDER BY id DESC LIMIT $3";
    let rows = all!(conn, Row, sql, provider.0, before.map_or(Uuid::max(), |id| id.0), limit)?;
    Ok(rows.into_iter().map(Alarm::from).collect())
}

/// Whether an alarm of this code was raised since an instant.
pub async fn raised_since(
    conn: &mut Conn,
    provider: ProviderId,
    code: &str,
    since: Moment,
) -> Result<bool, StoreError> {
    let sql = "SELECT COUNT(*) FROM alarm WHERE provider_id = $1 AND code = $2 AND at > $3";
    Ok(one!(conn, (i64,), sql, provider.0, code, since.0)?.is_some_and(|(n,)| n > 0))
}

/// Ends all open alarms of a code, because what they told of is over; answers how many.
pub async fn clear(tx: &mut Tx, provider: ProviderId, code: &str, at: Moment) -> Result<u64, StoreError> {
    let sql = "UPDATE alarm SET acknowledged_at = $3 WHERE provider_id = $1 AND code = $2 \
               AND acknowledged_at IS NULL";
    run!(tx.conn(), sql, provider.0, code, at.0)
}

/// Notes who has seen an alarm; `false` when there is none or somebody had already.
pub async fn acknowledge(
    tx: &mut Tx,
    provider: ProviderId,
    id: AlarmId,
    by: StaffId,
    at: Moment,
) -> Result<bool, StoreError> {
    let sql = "UPDATE alarm SET acknowledged_at = $3, acknowledged_by = $4 \
               WHERE provider_id = $1 AND id = $2 AND acknowledged_at IS NULL";
    Ok(run!(tx.conn(), sql, provider.0, id.0, at.0, by.0)? == 1)
}
