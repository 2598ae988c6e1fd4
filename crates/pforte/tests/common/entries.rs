//! The log as it lies in the database, read beside the server.

use std::collections::HashSet;

use pforte_core::entry::Event;
use pforte_store::{Db, DbConfig, log, provider};

use super::Site;

/// Every request that arrived at the product is in the log from this number on, and the log has no gap
/// anywhere. Answers the next number.
pub async fn all_logged(site: &Site, arrived: &[String], from: i64) -> i64 {
    let db = Db::open(&DbConfig::Sqlite(site.database())).await.expect("opens");
    let mut conn = db.read().await.expect("a connection");
    assert_eq!(log::gaps(&mut conn).await.expect("counts"), 0, "the log has a gap");
    let providers = provider::list(&mut conn, 2).await.expect("a provider");
    let entries = log::from_seq(&mut conn, providers[0].id, from, 1_000_000).await.expect("reads");
    drop(conn);
    db.close().await;
    let told: HashSet<&str> = entries
        .iter()
        .filter_map(|(_, entry)| match &entry.event {
            Event::Request { path, .. } => Some(path.as_str()),
            _ => None,
        })
        .collect();
    let lost: Vec<&String> = arrived.iter().filter(|path| !told.contains(path.as_str())).collect();
    assert!(lost.is_empty(), "forwarded, but not in the log: {lost:?}");
    entries.last().map_or(from, |(seq, _)| seq + 1)
}
