//! The answers of the decision, each with a stable code.

use std::cmp::Ordering;

use super::{ended::EndedHow, facts::Lack};
use crate::{
    catalogue::Action,
    kernel::{GroundId, Moment},
    ticket::ClosedHow,
};

/// The answer to every door (rule X7).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Decision {
    /// Open, on this ground, no longer than this.
    Open(Opening),
    /// Shut; this would open it.
    Needs(Need),
    /// Shut.
    Closed(Closed),
}

/// An open door.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Opening {
    pub ground: GroundId,
    /// The latest end, whatever happens: the ground's, the visit's hour, a consent's. Never later.
    pub until: Moment,
    /// When the visit falls idle unless there is another request before (control 26).
    pub idle_at: Moment,
    pub mask: Mask,
}

/// How much of the answer is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mask {
    /// Everything.
    None,
    /// Only what the route's pass list names (rule B5).
    Fields,
}

/// What would open the door. Earlier variants are told first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Need {
    /// A valid reason (rule T4).
    Reason,
    /// The link to the communication with the customer (rule T14).
    Link,
    /// Written consent to this kind of action (rule T9).
    Consent(Action),
    /// Personal data: a grant or consent (rule X2).
    PersonalData,
    /// An area beyond the allow-list: consent (rule T8).
    Area,
    /// Acting as a user other than the ground's: a grant or consent (rule X2).
    ActAs,
    /// To name whose user to act as (a grant has no contact of its own).
    ActingAs,
    /// The customer's word in a ticket that staff or nobody proven (re)opened (rules B10, B13).
    CustomerWord,
    /// To take the ticket over (rule B10).
    Takeover,
    /// Something the staff member lacks (rules T11, T20, T21).
    Staff(Lack),
}

/// Why the door is shut. Earlier variants are told first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Closed {
    /// Nothing is forwarded while the log cannot be written (rule W2).
    LogDown,
    StaffInactive,
    CustomerInactive,
    /// Closed to every ground, with every consent (control 35).
    Never,
    /// The visit is not there, or not this one's staff, customer or product.
    NoVisit,
    VisitEnded(EndedHow),
    /// One hour after its start (rule T24).
    HourUp,
    /// Fifteen minutes without a request (control 26).
    Idle,
    /// The staff member lost a condition while the visit ran (rule T21).
    ConditionLost(Lack),
    /// A self-grant only views (rule T3).
    ViewOnly,
    /// The grant was narrowed to other products (rule W7).
    Product,
    /// The contact is inactive or lost the right the ground rests on (rule P2).
    ContactGone,
    GroundExpired,
    GroundEnded(EndedHow),
    /// Rules B12, B14.
    TicketClosed(ClosedHow),
    /// Rules B15, B16.
    TicketLocked,
    /// The provider's policy or the customer switched self-grants off (rule T3).
    SelfGrantOff,
    /// No access by default, no override (rules P8, P13).
    NoGround,
}

impl Decision {
    /// The stable code; `open` or `masked` for an open door.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Open(Opening { mask: Mask::None, .. }) => "open",
            Self::Open(Opening { mask: Mask::Fields, .. }) => "masked",
            Self::Needs(need) => need.code(),
            Self::Closed(closed) => closed.code(),
        }
    }

    /// `open`, `needs` or `closed`.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Open(_) => "open",
            Self::Needs(_) => "needs",
            Self::Closed(_) => "closed",
        }
    }

    /// The opening, if the door is open.
    pub const fn opening(&self) -> Option<Opening> {
        match self {
            Self::Open(opening) => Some(*opening),
            Self::Needs(_) | Self::Closed(_) => None,
        }
    }

    /// How a running visit is over by this answer; `None` when it goes on and at most this request is
    /// refused. Losing the ticket ends the visit, though taking it over again would open another.
    pub const fn ends_visit(&self) -> Option<EndedHow> {
        match self {
            Self::Open(_) => None,
            Self::Needs(Need::Takeover) => Some(EndedHow::TakenOver),
            Self::Needs(Need::CustomerWord) => Some(EndedHow::CustomerWord),
            Self::Needs(_) => None,
            Self::Closed(closed) => closed.ends_visit(),
        }
    }

    /// The answer that shows more, for longer; among shut doors, the one nearer to opening.
    #[inline]
    pub(super) fn better(self, other: Self) -> Self {
        let rest = || match (&self, &other) {
            (Self::Open(a), Self::Open(b)) => {
                b.mask.cmp(&a.mask).then(a.until.cmp(&b.until)).then(b.ground.cmp(&a.ground))
            }
            (Self::Needs(a), Self::Needs(b)) => b.cmp(a),
            (Self::Closed(a), Self::Closed(b)) => b.cmp(a),
            _ => Ordering::Equal,
        };
        if self.rank().cmp(&other.rank()).then_with(rest) == Ordering::Less { other } else { self }
    }

    const fn rank(&self) -> u8 {
        match self {
            Self::Open(_) => 2,
            Self::Needs(_) => 1,
            Self::Closed(_) => 0,
        }
    }
}

impl From<Need> for Decision {
    fn from(need: Need) -> Self {
        Self::Needs(need)
    }
}

impl From<Closed> for Decision {
    fn from(closed: Closed) -> Self {
        Self::Closed(closed)
    }
}

impl Need {
    /// The stable code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Reason => "needs.reason",
            Self::Link => "needs.link",
            Self::Consent(Action::Change) => "needs.consent.change",
            Self::Consent(Action::Import) => "needs.consent.import",
            Self::Consent(Action::Download) => "needs.consent.download",
            Self::Consent(Action::Test) => "needs.consent.test",
            Self::Consent(Action::View | Action::Never) => "needs.consent",
            Self::PersonalData => "needs.personal_data",
            Self::Area => "needs.area",
            Self::ActAs => "needs.act_as",
            Self::ActingAs => "needs.acting_as",
            Self::CustomerWord => "needs.customer_word",
            Self::Takeover => "needs.takeover",
            Self::Staff(Lack::Role) => "staff.lacks.role",
            Self::Staff(Lack::Mfa) => "staff.lacks.mfa",
            Self::Staff(Lack::Training) => "staff.lacks.training",
            Self::Staff(Lack::Guidelines) => "staff.lacks.guidelines",
            Self::Staff(Lack::Duties) => "staff.lacks.duties",
        }
    }
}

impl Closed {
    /// The stable code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::LogDown => "log.down",
            Self::StaffInactive => "staff.inactive",
            Self::CustomerInactive => "customer.inactive",
            Self::Never => "action.never",
            Self::NoVisit => "visit.none",
            Self::VisitEnded(_) => "visit.ended",
            Self::HourUp => "visit.hour_up",
            Self::Idle => "visit.idle",
            Self::ConditionLost(_) => "visit.condition_lost",
            Self::ViewOnly => "ground.view_only",
            Self::Product => "ground.product",
            Self::ContactGone => "ground.contact_gone",
            Self::GroundExpired => "ground.expired",
            Self::GroundEnded(_) => "ground.ended",
            Self::TicketClosed(_) => "ticket.closed",
            Self::TicketLocked => "ticket.locked",
            Self::SelfGrantOff => "self_grant.off",
            Self::NoGround => "ground.none",
        }
    }

    /// How a running visit is over by this, or `None` when only this request is refused and the visit
    /// goes on (a full disk shuts every door, but ends no visit).
    pub const fn ends_visit(self) -> Option<EndedHow> {
        match self {
            Self::LogDown | Self::Never | Self::NoVisit | Self::ViewOnly | Self::Product => None,
            Self::VisitEnded(how) | Self::GroundEnded(how) => Some(how),
            Self::HourUp => Some(EndedHow::HourUp),
            Self::Idle => Some(EndedHow::Idle),
            Self::GroundExpired => Some(EndedHow::Expired),
            Self::NoGround => Some(EndedHow::GroundOver),
            Self::StaffInactive => Some(EndedHow::StaffInactive),
            Self::CustomerInactive => Some(EndedHow::CustomerInactive),
            Self::ConditionLost(lack) => Some(EndedHow::lost(lack)),
            Self::ContactGone => Some(EndedHow::ContactGone),
            Self::TicketClosed(how) => Some(EndedHow::closed(how)),
            Self::TicketLocked => Some(EndedHow::Locked),
            Self::SelfGrantOff => Some(EndedHow::SelfGrantOff),
        }
    }
}
