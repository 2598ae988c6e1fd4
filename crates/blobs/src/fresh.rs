//! What was stored just now: its row may still be on the way, so it is never removed. And what may still
//! vanish: a bucket was asked to remove it and did not say that it had.
//!
//! Known only while the server runs. After a restart the age of a content has to do: the transactions that
//! were on their way are gone as well. One server at a time has a database, and a bucket or a prefix in it
//! belongs to one database.

use std::{
    collections::HashMap,
    io,
    time::{Duration, Instant},
};

use tokio::sync::{Mutex, MutexGuard};

use super::key::Key;

/// For how long a content that was just stored is never removed.
const FRESH: Duration = Duration::from_secs(60 * 60);
/// For how long a removal may still come true: S3 takes a signature of 15 minutes ago or ahead.
const DOUBT: Duration = Duration::from_secs(30 * 60);

#[derive(Clone, Copy, Debug)]
enum Mark {
    Stored(Instant),
    Doubted(Instant),
}

impl Mark {
    fn holds(self) -> bool {
        match self {
            Self::Stored(since) => since.elapsed() < FRESH,
            Self::Doubted(since) => since.elapsed() < DOUBT,
        }
    }
}

/// The marks of one part.
#[derive(Debug, Default)]
pub struct Part(HashMap<Key, Mark>);

impl Part {
    /// The content is being removed; it may go as long as this is not settled.
    pub fn doubt(&mut self, key: &Key) {
        self.0.insert(key.clone(), Mark::Doubted(Instant::now()));
    }

    /// The content is removed, or certainly is not.
    pub fn settle(&mut self, key: &Key) {
        self.0.remove(key);
    }
}

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
    /// From here on, and for an hour, this content is not removed. An error while it may still vanish.
    pub async fn keep(&self, key: &Key) -> io::Result<()> {
        let mut part = self.part(key).await;
        part.0.retain(|_, mark| mark.holds());
        if matches!(part.0.get(key), Some(Mark::Doubted(_))) {
            let what =
                "the same content is being removed, and the bucket did not answer; later it can be stored";
            return Err(io::Error::other(what));
        }
        part.0.insert(key.clone(), Mark::Stored(Instant::now()));
        Ok(())
    }

    /// For removing: nobody stores this content as long as the guard lives. `None` when it was stored just now.
    pub async fn hold_stale(&self, key: &Key) -> Option<MutexGuard<'_, Part>> {
        let part = self.part(key).await;
        let fresh = part.0.get(key).is_some_and(|mark| matches!(mark, Mark::Stored(_)) && mark.holds());
        (!fresh).then_some(part)
    }

    async fn part(&self, key: &Key) -> MutexGuard<'_, Part> {
        self.0[usize::from(key.part())].lock().await
    }
}
