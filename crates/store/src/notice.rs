//! Notices: what a customer is told on the portal.

use pforte_core::kernel::{CustomerId, Moment, ProviderId};
use uuid::Uuid;

use crate::{
    Conn, StoreError, Tx,
    conn::{all, run},
};

/// One notice. `code` is `pin.killed`, `pin.closed` or `pin.reopened`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    pub code: String,
    pub at: Moment,
}

pub async fn insert(
    tx: &mut Tx,
    id: Uuid,
    provider: ProviderId,
    customer: CustomerId,
    notice: &Notice,
) -> Result<(), StoreError> {
    let sql = "INSERT INTO notice (id, provider_id, customer_id, code, at) VALUES ($1, $2, $3, $4, $5)";
    run!(tx.conn(), sql, id, provider.0, customer.0, &notice.code, notice.at.0).map(drop)
}

/// A customer's notices since an instant, newest first, at most 10.
pub async fn since(
    conn: &mut Conn,
    provider: ProviderId,
    customer: CustomerId,
    since: Moment,
) -> Result<Vec<Notice>, StoreError> {
    let sql = "SELECT code, at FROM notice WHERE provider_id = $1 AND customer_id = $2 AND at > $3 \
               ORDER BY id DESC LIMIT 10";
    let rows = all!(conn, (String, i64), sql, provider.0, customer.0, since.0)?;
    Ok(rows.into_iter().map(|(code, at)| Notice { code, at: Moment(at) }).collect())
}
