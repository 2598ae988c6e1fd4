//! What was stored just now: its row may still be on the way, so it is never removed.
//!
//! Known only while the server runs. After a restart the age of a content has to do: the transactions that
//! were on their way are gone as well.

use std::{
    collections::HashMap,
    time::{Duration, Instant},
};

use tokio::sync::{Mutex, MutexGuard};

use super::key::Key;

/// For how long a content that was just stored is never removed.
const FRESH: Duration = Duration::from_secs(60 * 60);

type Part = HashMap<Key, Instant>;

/// The contents of the last hour, in as many parts as the bytes lie in: removing one holds up only those
/// who store into the same part.
#[derive(Debug)]
pub struct Fresh(Vec<Mutex<Part>>);

impl Default for Fresh {
    fn default() -> Self {
        Self((0..=u8::MAX).map(|_| Mutex::default()).collect())
    }
}

impl Fresh {
    /// From here on, and for an hour, this content is not removed.
    pub async fn keep(&self, key: &Key) {
        let mut part = self.part(key).await;
        part.retain(|_, since| since.elapsed() < FRESH);
        part.insert(key.clone(), Instant::now());
    }

    /// For removing: nobody stores this content as long as the guard lives. `None` when it was stored just now.
    pub async fn hold_stale(&self, key: &Key) -> Option<MutexGuard<'_, Part>> {
        let part = self.part(key).await;
        let fresh = part.get(key).is_some_and(|since| since.elapsed() < FRESH);
        (!fresh).then_some(part)
    }

    async fn part(&self, key: &Key) -> MutexGuard<'_, Part> {
        self.0[usize::from(key.part())].lock().await
    }
}
