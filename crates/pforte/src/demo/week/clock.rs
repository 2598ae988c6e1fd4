//! The clock of the story: it stands still until the story goes on.

use std::sync::atomic::{AtomicI64, Ordering};

use pforte_core::kernel::{Moment, Span};
use pforte_server::cx::Clock;

#[derive(Debug)]
pub struct StoryClock {
    began: Moment,
    now: AtomicI64,
}

impl StoryClock {
    pub const fn at(began: Moment) -> Self {
        Self { began, now: AtomicI64::new(began.0) }
    }

    /// Goes on to an instant; never back.
    pub fn go_on_to(&self, at: Moment) {
        self.now.fetch_max(at.0, Ordering::SeqCst);
    }
}

impl Clock for StoryClock {
    fn now(&self) -> Moment {
        Moment(self.now.load(Ordering::SeqCst))
    }

    fn elapsed(&self) -> Span {
        self.now() - self.began
    }
}
