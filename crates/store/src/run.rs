//! Runs of the server and their leases: a visit may forward only while its run's lease is alive.

use pforte_core::kernel::Moment;
use uuid::Uuid;

use crate::{
    Conn, StoreError, Tx,
    conn::{one, run},
};

/// How the run before this one ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Before {
    /// There was none.
    First,
    /// Everything that was ended in memory had been written.
    Orderly,
    /// Killed, crashed, or its disk was full: something may have been ended that is not written.
    Torn,
}

/// Looks at the newest run.
pub async fn before(conn: &mut Conn) -> Result<Before, StoreError> {
    let sql = "SELECT ended_at FROM server_run ORDER BY started_at DESC, id DESC LIMIT 1";
    Ok(match one!(conn, (Option<i64>,), sql)? {
        None => Before::First,
        Some((Some(_),)) => Before::Orderly,
        Some((None,)) => Before::Torn,
    })
}

/// The latest instant the database knows: the clock never falls below it.
pub async fn latest(conn: &mut Conn) -> Result<Moment, StoreError> {
    let runs = one!(conn, (Option<i64>,), "SELECT MAX(COALESCE(ended_at, started_at)) FROM server_run")?;
    let entries = one!(conn, (i64,), "SELECT at FROM entry ORDER BY seq DESC LIMIT 1")?;
    let newest = runs.and_then(|(at,)| at).unwrap_or(0).max(entries.map_or(0, |(at,)| at));
    Ok(Moment(newest))
}

pub async fn start(tx: &mut Tx, id: Uuid, at: Moment, lease_until: Moment) -> Result<(), StoreError> {
    let sql = "INSERT INTO server_run (id, started_at, lease_until) VALUES ($1, $2, $3)";
    run!(tx.conn(), sql, id, at.0, lease_until.0).map(drop)
}

pub async fn renew(tx: &mut Tx, id: Uuid, lease_until: Moment) -> Result<(), StoreError> {
    run!(tx.conn(), "UPDATE server_run SET lease_until = $2 WHERE id = $1", id, lease_until.0).map(drop)
}

/// Ends a run in order: nothing waits to be written.
pub async fn end(tx: &mut Tx, id: Uuid, at: Moment) -> Result<(), StoreError> {
    run!(tx.conn(), "UPDATE server_run SET ended_at = $2 WHERE id = $1", id, at.0).map(drop)
}
