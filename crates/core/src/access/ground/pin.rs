//! Access by a support PIN that the customer read out.

use super::{Ended, Kind};
use crate::{
    access::{
        decision::{Closed, Decision},
        facts::{ContactFacts, Facts, Policy},
    },
    kernel::{Moment, Span, StaffId},
};

/// Access by PIN ends this long after the PIN's *issue* (rules B7, B8).
pub const PIN_SPAN: Span = Span::minutes(60);

/// A support PIN that was redeemed (rules B5, B7, B8).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PinGround {
    /// Who redeemed it; nobody else enters on it.
    pub staff: StaffId,
    /// Whose PIN it is: whom the visits act as.
    pub contact: ContactFacts,
    pub issued_at: Moment,
    pub redeemed_at: Moment,
    pub ended: Ended,
}

impl Kind for PinGround {
    fn ended(&self) -> Ended {
        self.ended
    }

    fn contact(&self) -> Option<&ContactFacts> {
        Some(&self.contact)
    }

    fn since(&self) -> Moment {
        self.redeemed_at
    }

    fn until(&self, _: &Policy) -> Moment {
        self.issued_at + PIN_SPAN
    }

    fn is_for(&self, facts: &Facts) -> bool {
        self.staff == facts.staff.id
    }

    /// The contact must still be allowed to call (rule P2).
    fn refusal(&self, _: &Facts, _: Moment) -> Option<Decision> {
        (!self.contact.rights.support).then_some(Closed::ContactGone.into())
    }
}
