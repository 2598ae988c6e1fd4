//! Access that an authorised contact granted for some days.

use super::{Ended, Kind, lists};
use crate::{
    access::facts::{ContactFacts, Facts, Policy},
    kernel::{ContactId, Moment, Span, StaffId},
};

/// The longest grant, four months of thirty days (rules P9, P11). There is none without an end.
pub const GRANT_MAX: Span = Span::days(120);

/// Access granted by an authorised contact (rules P9, P11).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    pub granted_by: ContactId,
    pub granted_at: Moment,
    pub ends_at: Moment,
    /// For one staff member only; `None` = whoever meets rule T21.
    pub staff: Option<StaffId>,
    /// Narrowed to these products (rule W7); `None` = all.
    pub products: Option<Vec<String>>,
    /// Narrowed to these of the policy's areas (rule W7); `None` = all of them.
    pub areas: Option<Vec<String>>,
    pub ended: Ended,
}

impl Kind for Grant {
    fn ended(&self) -> Ended {
        self.ended
    }

    /// Whoever the staff member names: a grant leaves the choice.
    fn contact(&self) -> Option<&ContactFacts> {
        None
    }

    fn since(&self) -> Moment {
        self.granted_at
    }

    fn until(&self, _: &Policy) -> Moment {
        self.ends_at.min(self.granted_at + GRANT_MAX)
    }

    fn is_for(&self, facts: &Facts) -> bool {
        self.staff.is_none_or(|staff| staff == facts.staff.id)
    }

    fn opens_product(&self, product: &str) -> bool {
        self.products.as_ref().is_none_or(|list| lists(list, product))
    }

    fn opens_area(&self, policy: &Policy, area: &str) -> bool {
        lists(&policy.areas, area) && self.areas.as_ref().is_none_or(|list| lists(list, area))
    }

    /// Of all grounds, only this one shows customer data (rule X2).
    fn shows_personal(&self) -> bool {
        true
    }
}
