//! Saved queues: what a staff member looks at again and again, as the query of the list.

use pforte_core::kernel::{ProviderId, StaffId, ViewId};
use uuid::Uuid;

use crate::{
    Conn, StoreError, Tx,
    conn::{all, one, run},
};

/// One saved queue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SavedView {
    pub id: ViewId,
    pub name: String,
    /// The query string of `GET /tickets`.
    pub query: String,
}

/// How many a staff member has.
pub async fn count(conn: &mut Conn, provider: ProviderId, staff: StaffId) -> Result<i64, StoreError> {
    let sql = "SELECT COUNT(*) FROM ticket_view WHERE provider_id = $1 AND staff_id = $2";
    Ok(one!(conn, (i64,), sql, provider.0, staff.0)?.map_or(0, |(n,)| n))
}

/// A staff member's saved queues, oldest first, at most 50.
pub async fn of_staff(
    conn: &mut Conn,
    provider: ProviderId,
    staff: StaffId,
) -> Result<Vec<SavedView>, StoreError> {
    let sql = "SELECT id, name, query FROM ticket_view WHERE provider_id = $1 AND staff_id = $2 \
               ORDER BY id LIMIT 50";
    let rows = all!(conn, (Uuid, String, String), sql, provider.0, staff.0)?;
    Ok(rows.into_iter().map(|(id, name, query)| SavedView { id: id.into(), name, query }).collect())
}

pub async fn insert(
    tx: &mut Tx,
    provider: ProviderId,
    staff: StaffId,
    view: &SavedView,
) -> Result<(), StoreError> {
    let sql = "INSERT INTO ticket_view (id, provider_id, staff_id, name, query) VALUES ($1, $2, $3, $4, $5)";
    run!(tx.conn(), sql, view.id.0, provider.0, staff.0, &view.name, &view.query).map(drop)
}

/// Removes one of a staff member's own; `false` when there is none.
pub async fn remove(
    tx: &mut Tx,
    provider: ProviderId,
    staff: StaffId,
    id: ViewId,
) -> Result<bool, StoreError> {
    let sql = "DELETE FROM ticket_view WHERE provider_id = $1 AND staff_id = $2 AND id = $3";
    Ok(run!(tx.conn(), sql, provider.0, staff.0, id.0)? == 1)
}
