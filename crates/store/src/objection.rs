//! Objections: a customer's word that a visit was not agreed. What they wrote stands in the entry alone.

use pforte_core::kernel::{AlarmId, ContactId, EntryId, GroundId, Moment, ProviderId, VisitId};
use sqlx::FromRow;
use uuid::Uuid;

use crate::{
    Conn, StoreError, Tx,
    conn::{all, one, run},
};

/// One objection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Objection {
    pub provider: ProviderId,
    pub visit: VisitId,
    pub ground: GroundId,
    pub contact: ContactId,
    pub alarm: AlarmId,
    pub entry: EntryId,
    pub at: Moment,
}

#[derive(FromRow)]
struct Row {
    provider_id: Uuid,
    visit_id: Uuid,
    ground_id: Uuid,
    contact_id: Uuid,
    alarm_id: Uuid,
    entry_id: Uuid,
    at: i64,
}

impl From<Row> for Objection {
    fn from(row: Row) -> Self {
        Self {
            provider: row.provider_id.into(),
            visit: row.visit_id.into(),
            ground: row.ground_id.into(),
            contact: row.contact_id.into(),
            alarm: row.alarm_id.into(),
            entry: row.entry_id.into(),
            at: Moment(row.at),
        }
    }
}

/// Keeps an objection; `false` when there is one to this visit already.
pub async fn insert(tx: &mut Tx, objection: &Objection) -> Result<bool, StoreError> {
    let sql = "INSERT INTO visit_objection (visit_id, provider_id, ground_id, contact_id, alarm_id, entry_id, at) \
               VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING";
    let o = objection;
    let (visit, provider, ground) = (o.visit.0, o.provider.0, o.ground.0);
    Ok(run!(tx.conn(), sql, visit, provider, ground, o.contact.0, o.alarm.0, o.entry.0, o.at.0)? == 1)
}

/// Of a ground's visits, oldest first, at most 100.
pub async fn of_ground(
    conn: &mut Conn,
    provider: ProviderId,
    ground: GroundId,
) -> Result<Vec<Objection>, StoreError> {
    let sql = "SELECT provider_id, visit_id, ground_id, contact_id, alarm_id, entry_id, at FROM visit_objection \
               WHERE provider_id = $1 AND ground_id = $2 ORDER BY at, visit_id LIMIT 100";
    let rows = all!(conn, Row, sql, provider.0, ground.0)?;
    Ok(rows.into_iter().map(Objection::from).collect())
}

/// The one that raised an alarm.
pub async fn by_alarm(
    conn: &mut Conn,
    provider: ProviderId,
    alarm: AlarmId,
) -> Result<Option<Objection>, StoreError> {
    let sql = "SELECT provider_id, visit_id, ground_id, contact_id, alarm_id, entry_id, at FROM visit_objection \
               WHERE provider_id = $1 AND alarm_id = $2";
    Ok(one!(conn, Row, sql, provider.0, alarm.0)?.map(Objection::from))
}
