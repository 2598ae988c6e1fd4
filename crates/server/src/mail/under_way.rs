//! To whom mails are under way: one at a time to each, and so many in all.
//!
//! Whoever sends holds a [`Claim`]; nobody else sends to that recipient meanwhile. So a slow recipient
//! holds up its own mails only, and none is sent twice.

use std::{
    collections::HashSet,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::sync::Notify;

/// As many mails are under way at once.
pub(super) const AT_ONCE: usize = pforte_store::outbox::BUSY_MAX;

/// The recipients.
#[derive(Debug, Default)]
pub(crate) struct UnderWay {
    to: Mutex<HashSet<String>>,
    freed: Notify,
}

impl UnderWay {
    fn to(&self) -> MutexGuard<'_, HashSet<String>> {
        self.to.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Who is being written to.
    pub fn recipients(&self) -> Vec<String> {
        self.to().iter().cloned().collect()
    }

    /// The leave to send to somebody; none while somebody else does, or when enough is under way.
    pub(super) fn claim(self: &Arc<Self>, recipient: &str) -> Option<Claim> {
        let mut to = self.to();
        let free = to.len() < AT_ONCE && to.insert(recipient.to_owned());
        free.then(|| Claim { under_way: Arc::clone(self), recipient: recipient.to_owned() })
    }

    /// Waits until one of those who send is done; at once when nobody does.
    pub async fn one_is_done(&self) {
        let freed = self.freed.notified();
        if !self.to().is_empty() {
            freed.await;
        }
    }

    /// Waits until nothing is under way.
    pub async fn all_are_done(&self) {
        while !self.to().is_empty() {
            self.one_is_done().await;
        }
    }
}

/// The leave to send to one recipient, until it is dropped.
#[derive(Debug)]
pub(super) struct Claim {
    under_way: Arc<UnderWay>,
    recipient: String,
}

impl Drop for Claim {
    fn drop(&mut self) {
        self.under_way.to().remove(&self.recipient);
        self.under_way.freed.notify_waiters();
    }
}
