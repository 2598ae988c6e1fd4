//! Access of a customer's onboarding manager until the onboarding ends.

use super::{Ended, Kind, lists};
use crate::{
    access::facts::{ContactFacts, Facts, Policy},
    kernel::{Moment, StaffId, StaffRole},
};

/// A customer's onboarding (rule T10).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Onboarding {
    /// The customer's onboarding manager.
    pub manager: StaffId,
    /// Whom the visits act as.
    pub contact: ContactFacts,
    pub began_at: Moment,
    pub ends_at: Moment,
    pub ended: Ended,
}

impl Kind for Onboarding {
    fn ended(&self) -> Ended {
        self.ended
    }

    fn contact(&self) -> Option<&ContactFacts> {
        Some(&self.contact)
    }

    fn since(&self) -> Moment {
        self.began_at
    }

    fn until(&self, _: &Policy) -> Moment {
        self.ends_at
    }

    fn is_for(&self, facts: &Facts) -> bool {
        self.manager == facts.staff.id && facts.staff.roles.contains(&StaffRole::OnboardingManager)
    }

    fn opens_area(&self, policy: &Policy, area: &str) -> bool {
        lists(&policy.areas, area)
    }
}
