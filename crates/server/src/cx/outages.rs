//! Since when no mail goes out, remembered in memory.

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
};

use pforte_core::kernel::{Moment, ProviderId, Span};

/// Nothing gone out for this long is an outage.
const OUTAGE_AFTER: Span = Span::hours(1);

/// Since when nothing goes out, for each provider. Remembered in memory: after a start the hour begins anew.
#[derive(Debug, Default)]
pub(crate) struct Outages(Mutex<BTreeMap<ProviderId, Outage>>);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outage {
    /// Mails go out, and no alarm says otherwise.
    None,
    Since(Moment),
    /// The leads know.
    Told,
}

impl Outages {
    pub(crate) fn change<T>(&self, change: impl FnOnce(&mut BTreeMap<ProviderId, Outage>) -> T) -> T {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Notes an attempt at `now` that failed because of us; whether the leads are to be told.
    pub(crate) fn failed(&self, provider: ProviderId, now: Moment) -> bool {
        self.change(|all| {
            let outage = all.entry(provider).or_insert(Outage::Since(now));
            match *outage {
                Outage::None => {
                    *outage = Outage::Since(now);
                    false
                }
                Outage::Since(since) => now >= since + OUTAGE_AFTER,
                Outage::Told => false,
            }
        })
    }

    /// Notes that the server takes mails; whether an alarm may say otherwise (also one of before the start).
    pub(crate) fn over(&self, provider: ProviderId) -> bool {
        let before = self.change(|all| all.insert(provider, Outage::None));
        matches!(before, None | Some(Outage::Told))
    }
}
