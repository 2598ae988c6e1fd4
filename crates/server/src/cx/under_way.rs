//! To whom mails are under way: on each lane one at a time to each, and so many in all.
//!
//! Whoever sends holds a [`Claim`]; nobody else of its lane sends to that recipient meanwhile. So a slow recipient
//! holds up its own mails only, a slow server its own lane only, and no mail is sent twice.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::sync::Notify;

use super::relays::Lane;

/// As many mails of a lane are under way at once.
pub(crate) const AT_ONCE: usize = pforte_store::outbox::BUSY_MAX;

/// The recipients.
#[derive(Debug, Default)]
pub(crate) struct UnderWay {
    to: Mutex<BTreeSet<(Lane, String)>>,
    freed: Notify,
}

impl UnderWay {
    fn to(&self) -> MutexGuard<'_, BTreeSet<(Lane, String)>> {
        self.to.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Who is being written to on a lane.
    pub fn recipients(&self, lane: Lane) -> Vec<String> {
        self.to().iter().filter(|(on, _)| *on == lane).map(|(_, to)| to.clone()).collect()
    }

    /// Whether nothing is under way.
    pub fn is_idle(&self) -> bool {
        self.to().is_empty()
    }

    /// The leave to send to somebody; none while somebody else does, or when `most` are under way.
    pub(crate) fn claim(self: &Arc<Self>, lane: Lane, recipient: &str, most: usize) -> Option<Claim> {
        let mut to = self.to();
        let room = to.iter().filter(|(on, _)| *on == lane).count() < most;
        let key = (lane, recipient.to_owned());
        (room && to.insert(key.clone())).then(|| Claim { under_way: Arc::clone(self), key })
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
pub(crate) struct Claim {
    under_way: Arc<UnderWay>,
    key: (Lane, String),
}

impl Claim {
    /// Over which server it goes.
    pub fn lane(&self) -> Lane {
        self.key.0
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        self.under_way.to().remove(&self.key);
        self.under_way.freed.notify_waiters();
    }
}
