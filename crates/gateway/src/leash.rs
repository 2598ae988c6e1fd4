//! The leash of a visit: what makes open streams end the moment the door shuts.
//!
//! Every request under way holds the leash ([`Hold`]). Cutting it cancels all of them and tells how
//! long it took until the last let go.

use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

/// One per visit. A generation starts with each renewal of the facts behind the visit.
#[derive(Debug)]
pub struct Leash {
    generation: AtomicU64,
    token: Mutex<CancellationToken>,
    holders: AtomicUsize,
    let_go: Notify,
}

/// What cutting did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cut {
    /// Requests that were under way.
    pub streams: usize,
    /// Time until the last of them had let go, or the given limit.
    pub took: Duration,
}

/// Held by everything that belongs to one request, streams above all.
#[derive(Debug)]
pub struct Hold {
    leash: Arc<Leash>,
    generation: u64,
    token: CancellationToken,
}

impl Default for Leash {
    fn default() -> Self {
        Self {
            generation: AtomicU64::new(1),
            token: Mutex::new(CancellationToken::new()),
            holders: AtomicUsize::new(0),
            let_go: Notify::new(),
        }
    }
}

impl Leash {
    /// Takes hold for one request.
    pub fn hold(self: &Arc<Self>) -> Hold {
        let guard = self.token.lock().unwrap_or_else(PoisonError::into_inner);
        self.holders.fetch_add(1, Ordering::SeqCst);
        Hold {
            leash: Arc::clone(self),
            generation: self.generation.load(Ordering::SeqCst),
            token: guard.clone(),
        }
    }

    /// Ends the current generation: cancels every holder, returns at once.
    pub fn cut(&self) {
        let mut guard = self.token.lock().unwrap_or_else(PoisonError::into_inner);
        self.generation.fetch_add(1, Ordering::SeqCst);
        let old = std::mem::replace(&mut *guard, CancellationToken::new());
        drop(guard);
        old.cancel();
    }

    /// Cuts, then waits until every holder has let go, at most `limit`.
    pub async fn cut_and_wait(&self, limit: Duration) -> Cut {
        let started = Instant::now();
        let streams = self.holders.load(Ordering::SeqCst);
        self.cut();
        let all_gone = async {
            loop {
                let notified = self.let_go.notified();
                if self.holders.load(Ordering::SeqCst) == 0 {
                    return;
                }
                notified.await;
            }
        };
        let _ = tokio::time::timeout(limit, all_gone).await;
        Cut { streams, took: started.elapsed() }
    }

    /// Requests under way now.
    pub fn holders(&self) -> usize {
        self.holders.load(Ordering::SeqCst)
    }
}

impl Hold {
    /// Whether the generation this request was admitted in still stands. Asked directly before the
    /// first byte goes upstream.
    pub fn is_current(&self) -> bool {
        self.leash.generation.load(Ordering::SeqCst) == self.generation
    }

    /// Resolves when the leash is cut.
    pub fn cancelled(&self) -> impl Future<Output = ()> + Send + use<> {
        self.token.clone().cancelled_owned()
    }
}

impl Clone for Hold {
    fn clone(&self) -> Self {
        self.leash.holders.fetch_add(1, Ordering::SeqCst);
        Self { leash: Arc::clone(&self.leash), generation: self.generation, token: self.token.clone() }
    }
}

impl Drop for Hold {
    fn drop(&mut self) {
        if self.leash.holders.fetch_sub(1, Ordering::SeqCst) == 1 {
            self.leash.let_go.notify_waiters();
        }
    }
}
