//! Access that a staff member opened alone, where policy and customer allow it.

use super::{Ended, Kind, lists};
use crate::{
    access::{
        decision::{Closed, Decision},
        facts::{ContactFacts, Facts, Policy, SelfGrantPolicy},
    },
    kernel::{Moment, Span, StaffId},
};

/// The longest self-grant (rule T3): as long as the longest visit.
pub const SELF_GRANT_MAX: Span = Span::minutes(60);

/// Access that a staff member opened alone (rule T3).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SelfGrant {
    pub staff: StaffId,
    /// Whom the visits act as.
    pub contact: ContactFacts,
    /// Also when the customer was told: the message and the self-grant are one transaction.
    pub opened_at: Moment,
    pub ends_at: Moment,
    pub ended: Ended,
}

impl Kind for SelfGrant {
    fn ended(&self) -> Ended {
        self.ended
    }

    fn contact(&self) -> Option<&ContactFacts> {
        Some(&self.contact)
    }

    fn since(&self) -> Moment {
        self.opened_at
    }

    fn until(&self, _: &Policy) -> Moment {
        self.ends_at.min(self.opened_at + SELF_GRANT_MAX)
    }

    fn is_for(&self, facts: &Facts) -> bool {
        self.staff == facts.staff.id
    }

    fn refusal(&self, facts: &Facts, _: Moment) -> Option<Decision> {
        (facts.policy.self_grant == SelfGrantPolicy::Off || facts.customer.self_grant_opted_out)
            .then_some(Closed::SelfGrantOff.into())
    }

    fn opens_area(&self, policy: &Policy, area: &str) -> bool {
        lists(&policy.areas, area)
    }

    fn only_views(&self) -> bool {
        true
    }
}
