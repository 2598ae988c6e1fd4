//! The log, as a test reads it: over a connection of its own, so only what was committed.

use std::time::Duration;

use pforte_core::{entry::Entry, kernel::ProviderId};
use pforte_server::App;
use pforte_store::log;

/// Every entry of a provider, in the order of their numbers.
pub async fn entries(app: &App, provider: ProviderId) -> Vec<Entry> {
    let mut conn = app.read().await.expect("a connection");
    let found = log::from_seq(&mut conn, provider, 0, 100_000).await.expect("the log reads");
    found.into_iter().map(|(_, entry)| entry).collect()
}

/// The entries of one event.
pub async fn entries_named(app: &App, provider: ProviderId, event: &str) -> Vec<Entry> {
    entries(app, provider).await.into_iter().filter(|entry| entry.event.name() == event).collect()
}

/// Waits, at most ten seconds, until there are so many entries of one event, and answers them.
pub async fn entries_until(app: &App, provider: ProviderId, event: &str, count: usize) -> Vec<Entry> {
    let enough = async {
        loop {
            let found = entries_named(app, provider, event).await;
            if found.len() >= count {
                return found;
            }
            tokio::task::yield_now().await;
        }
    };
    let waited = tokio::time::timeout(Duration::from_secs(10), enough).await;
    waited.unwrap_or_else(|_| panic!("{event} is not in the log {count} times after ten seconds"))
}
