//! The five grounds that open access, each in a file of its own: for whom it opens, until when, what it shows.
//!
//! A ground says *whether*, *until when* and *how much*; consents add to it in `judge`. Must never be
//! extended in time: every end here is computed from what is written at the ground's birth.

mod grant;
mod onboarding;
mod pin;
mod self_grant;
mod takeover;
mod terms;

pub use grant::{GRANT_MAX, Grant};
pub use onboarding::Onboarding;
pub use pin::{PIN_SPAN, PinGround};
pub use self_grant::{SELF_GRANT_MAX, SelfGrant};
pub use takeover::{Reopened, Takeover, TicketFacts};
pub use terms::{GroundKind, Terms};

use super::{
    decision::{Closed, Decision},
    ended::EndedHow,
    facts::{ContactFacts, Facts, Policy},
};
use crate::kernel::{CustomerId, GroundId, Moment};

/// A ground with its id and the customer it belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeldGround {
    pub id: GroundId,
    pub customer: CustomerId,
    pub ground: Ground,
}

/// What opens access. `ended` in each: set once somebody or something ended it, and then for good.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ground {
    Pin(PinGround),
    Takeover(Takeover),
    Grant(Grant),
    Onboarding(Onboarding),
    SelfGrant(SelfGrant),
}

/// When and how a ground was ended.
pub type Ended = Option<(Moment, EndedHow)>;

/// What each kind of ground answers for itself. What is not said here holds for most of them.
trait Kind {
    fn ended(&self) -> Ended;

    /// Whom visits on this ground act as; `None` leaves the choice.
    fn contact(&self) -> Option<&ContactFacts>;

    /// Since when it opens, were it never interrupted.
    fn since(&self) -> Moment;

    /// When it ends by itself at the latest, were nobody to end it.
    fn until(&self, policy: &Policy) -> Moment;

    /// Whether it is this staff member's at all.
    fn is_for(&self, facts: &Facts) -> bool;

    /// The first condition of its own that fails.
    fn refusal(&self, _: &Facts, _: Moment) -> Option<Decision> {
        None
    }

    /// Whether it was interrupted after a visit started, though it opens now.
    fn interrupted_since(&self, _: Moment) -> bool {
        false
    }

    /// Whether it is over, and how: ended by somebody, or expired.
    fn over(&self, policy: &Policy, now: Moment) -> Ended {
        let until = self.until(policy);
        self.ended().or((now >= until).then_some((until, EndedHow::Expired)))
    }

    fn opens_product(&self, _: &str) -> bool {
        true
    }

    /// Rule T8: grants, onboarding and self-grants open an allow-list of areas.
    fn opens_area(&self, _: &Policy, _: &str) -> bool {
        true
    }

    /// Whether it shows people's data without consent (rule X2).
    fn shows_personal(&self) -> bool {
        false
    }

    /// Whether no consent lets it do more than look (rule T3).
    fn only_views(&self) -> bool {
        false
    }
}

impl Ground {
    fn as_kind(&self) -> &dyn Kind {
        match self {
            Self::Pin(ground) => ground,
            Self::Takeover(ground) => ground,
            Self::Grant(ground) => ground,
            Self::Onboarding(ground) => ground,
            Self::SelfGrant(ground) => ground,
        }
    }

    pub const fn kind(&self) -> GroundKind {
        match self {
            Self::Pin(_) => GroundKind::Pin,
            Self::Takeover(_) => GroundKind::Takeover,
            Self::Grant(_) => GroundKind::Grant,
            Self::Onboarding(_) => GroundKind::Onboarding,
            Self::SelfGrant(_) => GroundKind::SelfGrant,
        }
    }

    /// When and how it was ended, if it was.
    pub fn ended(&self) -> Ended {
        self.as_kind().ended()
    }

    /// Whom visits on this ground act as; a grant leaves the choice.
    pub fn contact(&self) -> Option<&ContactFacts> {
        self.as_kind().contact()
    }

    /// Since when it opens, were it never interrupted.
    pub fn since(&self) -> Moment {
        self.as_kind().since()
    }

    /// When it ends by itself at the latest, were nobody to end it.
    pub fn until(&self, policy: &Policy) -> Moment {
        self.as_kind().until(policy)
    }

    /// Whether it is over, and how: ended by somebody, or expired. For pages; doors ask `decide`.
    pub fn over(&self, policy: &Policy, now: Moment) -> Ended {
        self.as_kind().over(policy, now)
    }

    /// Whether a visit that started then is no longer on it, though it opens now: the ticket was closed
    /// and reopened meanwhile, or taken over anew (rules B12, B13). In the same instant counts as yes.
    pub(super) fn interrupted_since(&self, started_at: Moment) -> bool {
        self.as_kind().interrupted_since(started_at) || started_at < self.since()
    }

    /// What the ground itself demands; the first condition that fails.
    pub(super) fn refusal(&self, facts: &Facts, now: Moment) -> Option<Decision> {
        let kind = self.as_kind();
        if !kind.is_for(facts) {
            Some(Closed::NoGround.into())
        } else if let Some((_, how)) = kind.ended() {
            Some(Closed::GroundEnded(how).into())
        } else if kind.contact().is_some_and(|c| !c.active) {
            Some(Closed::ContactGone.into())
        } else if let Some(refusal) = kind.refusal(facts, now) {
            Some(refusal)
        } else {
            (now >= kind.until(&facts.policy)).then_some(Closed::GroundExpired.into())
        }
    }

    pub(super) fn opens_product(&self, product: &str) -> bool {
        self.as_kind().opens_product(product)
    }

    pub(super) fn opens_area(&self, policy: &Policy, area: &str) -> bool {
        self.as_kind().opens_area(policy, area)
    }

    pub(super) fn shows_personal(&self) -> bool {
        self.as_kind().shows_personal()
    }

    pub(super) fn only_views(&self) -> bool {
        self.as_kind().only_views()
    }
}

fn lists(list: &[String], wanted: &str) -> bool {
    list.iter().any(|item| item == wanted)
}
