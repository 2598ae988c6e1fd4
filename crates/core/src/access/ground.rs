//! The five grounds that open access, each with its own conditions and its own end.
//!
//! A ground says *whether* and *until when*; what it shows is decided in `judge`. Must never be
//! extended in time: every end here is computed from what is written at the ground's birth.

use super::{
    decision::{Closed, Decision, Need},
    ended::EndedHow,
    facts::{ContactFacts, Facts, Policy, SelfGrantPolicy, TicketAge},
};
use crate::{
    kernel::{ContactId, CustomerId, GroundId, Moment, Span, StaffId, StaffRole, TicketId},
    ticket::{self, ClosedHow, Opener},
};

/// Access by PIN ends this long after the PIN's *issue* (rules B7, B8).
pub const PIN_SPAN: Span = Span::minutes(60);
/// The longest grant, four months of thirty days (rules P9, P11). There is none without an end.
pub const GRANT_MAX: Span = Span::days(120);
/// The longest self-grant (rule T3): as long as the longest visit.
pub const SELF_GRANT_MAX: Span = Span::minutes(60);

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

/// A ticket that was taken over (rules B10 to B16).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Takeover {
    /// Who took it over.
    pub staff: StaffId,
    pub taken_over_at: Moment,
    pub ticket: TicketFacts,
    pub ended: Ended,
}

/// A ticket, as far as access depends on it. Expiry and lock are computed, not stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TicketFacts {
    pub id: TicketId,
    /// Whose ticket it is: whom the visits act as.
    pub contact: ContactFacts,
    /// Who has it now.
    pub assigned_to: Option<StaffId>,
    pub opened_at: Moment,
    pub opened_by: Opener,
    /// The last reopening, if there was one (rule B13).
    pub reopened: Option<Reopened>,
    /// The customer's last proven message or confirmation after the opening.
    pub customer_spoke_at: Option<Moment>,
    pub last_message_at: Moment,
    /// Since when it waits for the customer; `None` while it waits for staff (never closes by itself).
    pub waits_for_customer_since: Option<Moment>,
    /// Set while somebody has closed it (rule B12).
    pub closed: Option<(Moment, ClosedHow)>,
}

/// A reopening of a closed ticket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reopened {
    pub at: Moment,
    pub by: Opener,
}

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

impl Ground {
    /// The noun in the API and the log: `pin`, `takeover`, `grant`, `onboarding`, `self_grant`.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Pin(_) => "pin",
            Self::Takeover(_) => "takeover",
            Self::Grant(_) => "grant",
            Self::Onboarding(_) => "onboarding",
            Self::SelfGrant(_) => "self_grant",
        }
    }

    /// When and how it was ended, if it was.
    pub const fn ended(&self) -> Ended {
        match self {
            Self::Pin(g) => g.ended,
            Self::Takeover(g) => g.ended,
            Self::Grant(g) => g.ended,
            Self::Onboarding(g) => g.ended,
            Self::SelfGrant(g) => g.ended,
        }
    }

    /// Whom visits on this ground act as; a grant leaves the choice.
    pub const fn contact(&self) -> Option<&ContactFacts> {
        match self {
            Self::Pin(g) => Some(&g.contact),
            Self::Takeover(g) => Some(&g.ticket.contact),
            Self::Grant(_) => None,
            Self::Onboarding(g) => Some(&g.contact),
            Self::SelfGrant(g) => Some(&g.contact),
        }
    }

    /// Since when it opens, were it never interrupted.
    pub const fn since(&self) -> Moment {
        match self {
            Self::Pin(g) => g.redeemed_at,
            Self::Takeover(g) => g.taken_over_at,
            Self::Grant(g) => g.granted_at,
            Self::Onboarding(g) => g.began_at,
            Self::SelfGrant(g) => g.opened_at,
        }
    }

    /// Whether a visit that started then is no longer on it, though it opens now: the ticket was closed
    /// and reopened meanwhile, or taken over anew (rules B12, B13). In the same instant counts as yes.
    pub(super) fn interrupted_since(&self, started_at: Moment) -> bool {
        let reopened = match self {
            Self::Takeover(g) => g.ticket.reopened.is_some_and(|reopened| started_at <= reopened.at),
            _ => false,
        };
        reopened || started_at < self.since()
    }

    /// When it ends by itself at the latest, were nobody to end it.
    pub fn until(&self, policy: &Policy) -> Moment {
        match self {
            Self::Pin(g) => g.issued_at + PIN_SPAN,
            Self::Takeover(g) => g.ticket.until(policy.ticket_age),
            Self::Grant(g) => g.ends_at.min(g.granted_at + GRANT_MAX),
            Self::Onboarding(g) => g.ends_at,
            Self::SelfGrant(g) => g.ends_at.min(g.opened_at + SELF_GRANT_MAX),
        }
    }

    /// Whether it is over, and how: ended by somebody, or expired. For pages; doors ask `decide`.
    pub fn over(&self, policy: &Policy, now: Moment) -> Ended {
        if let Self::Takeover(g) = self
            && g.ended.is_none()
        {
            return g.asleep(policy.ticket_age, now);
        }
        let until = self.until(policy);
        self.ended().or((now >= until).then_some((until, EndedHow::Expired)))
    }

    /// What the ground itself demands; the first condition that fails.
    pub(super) fn refusal(&self, facts: &Facts, now: Moment) -> Option<Decision> {
        let me = facts.staff.id;
        if !self.is_for(facts) {
            Some(Closed::NoGround.into())
        } else if let Some((_, how)) = self.ended() {
            Some(Closed::GroundEnded(how).into())
        } else if self.contact().is_some_and(|c| !c.active) {
            Some(Closed::ContactGone.into())
        } else if let Some(refusal) = self.own_refusal(facts, me, now) {
            Some(refusal)
        } else {
            (now >= self.until(&facts.policy)).then_some(Closed::GroundExpired.into())
        }
    }

    /// Whether it is this staff member's at all. A ticket is everybody's to take over (rule B11).
    fn is_for(&self, facts: &Facts) -> bool {
        let me = facts.staff.id;
        match self {
            Self::Pin(g) => g.staff == me,
            Self::Takeover(_) => true,
            Self::Grant(g) => g.staff.is_none_or(|staff| staff == me),
            Self::Onboarding(g) => {
                g.manager == me && facts.staff.roles.contains(&StaffRole::OnboardingManager)
            }
            Self::SelfGrant(g) => g.staff == me,
        }
    }

    fn own_refusal(&self, facts: &Facts, me: StaffId, now: Moment) -> Option<Decision> {
        match self {
            Self::Pin(g) => (!g.contact.rights.support).then_some(Closed::ContactGone.into()),
            Self::Takeover(g) => g.refusal(me, facts.policy.ticket_age, now),
            Self::Grant(_) | Self::Onboarding(_) => None,
            Self::SelfGrant(_) => (facts.policy.self_grant == SelfGrantPolicy::Off
                || facts.customer.self_grant_opted_out)
                .then_some(Closed::SelfGrantOff.into()),
        }
    }
}

impl Takeover {
    fn refusal(&self, me: StaffId, age: TicketAge, now: Moment) -> Option<Decision> {
        let ticket = &self.ticket;
        if now >= ticket.locks_at(age) {
            Some(Closed::TicketLocked.into())
        } else if let Some((_, how)) = ticket.closed(now) {
            Some(Closed::TicketClosed(how).into())
        } else if self.staff != me || ticket.assigned_to != Some(me) {
            Some(Need::Takeover.into())
        } else if !ticket.customer_stands_behind() {
            Some(Need::CustomerWord.into())
        } else {
            None
        }
    }

    /// Since when it opens nothing because of its ticket, and why; it may open again unless it is locked.
    fn asleep(&self, age: TicketAge, now: Moment) -> Ended {
        let ticket = &self.ticket;
        let locks_at = ticket.locks_at(age);
        if let Some((at, how)) = ticket.closed(now)
            && at < locks_at
        {
            Some((at, EndedHow::closed(how)))
        } else if now >= locks_at {
            Some((locks_at, EndedHow::Locked))
        } else if !ticket.customer_stands_behind() {
            let since = ticket.reopened.map_or(ticket.opened_at, |reopened| reopened.at);
            Some((since.max(self.taken_over_at), EndedHow::CustomerWord))
        } else {
            None
        }
    }
}

impl TicketFacts {
    /// From when on nobody can write in it or enter on it (rules B15, B16).
    pub fn locks_at(&self, age: TicketAge) -> Moment {
        ticket::locks_at(age, self.opened_at, self.last_message_at)
    }

    /// When and how somebody closed it, or it closed by itself (rules B12, B14).
    pub fn closed(&self, now: Moment) -> Option<(Moment, ClosedHow)> {
        let silence = || self.closes_at().filter(|at| now >= *at).map(|at| (at, ClosedHow::Silence));
        self.closed.or_else(silence)
    }

    fn closes_at(&self) -> Option<Moment> {
        ticket::closes_at(self.waits_for_customer_since)
    }

    fn until(&self, age: TicketAge) -> Moment {
        let locks_at = self.locks_at(age);
        self.closes_at().map_or(locks_at, |at| at.min(locks_at))
    }

    /// Rules B10, B13: opened (or last reopened) by the customer, or the customer spoke since.
    fn customer_stands_behind(&self) -> bool {
        let last = self.reopened.map_or((self.opened_at, self.opened_by), |r| (r.at, r.by));
        ticket::customer_stands_behind(last, self.customer_spoke_at)
    }
}
