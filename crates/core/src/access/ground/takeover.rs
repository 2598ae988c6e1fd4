//! Access by a ticket that one staff member took over.

use super::{Ended, Kind};
use crate::{
    access::{
        decision::{Closed, Decision, Need},
        ended::EndedHow,
        facts::{ContactFacts, Facts, Policy, TicketAge},
    },
    kernel::{Moment, StaffId, TicketId},
    ticket::{self, ClosedHow, Opener},
};

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

impl Kind for Takeover {
    fn ended(&self) -> Ended {
        self.ended
    }

    fn contact(&self) -> Option<&ContactFacts> {
        Some(&self.ticket.contact)
    }

    fn since(&self) -> Moment {
        self.taken_over_at
    }

    fn until(&self, policy: &Policy) -> Moment {
        self.ticket.until(policy.ticket_age)
    }

    /// A ticket is everybody's to take over (rule B11).
    fn is_for(&self, _: &Facts) -> bool {
        true
    }

    fn refusal(&self, facts: &Facts, now: Moment) -> Option<Decision> {
        let (ticket, me, age) = (&self.ticket, facts.staff.id, facts.policy.ticket_age);
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

    /// A ticket that was closed and opened again keeps its takeover, and no visit from before (rule B13).
    fn interrupted_since(&self, started_at: Moment) -> bool {
        self.ticket.reopened.is_some_and(|reopened| started_at <= reopened.at)
    }

    fn over(&self, policy: &Policy, now: Moment) -> Ended {
        self.ended.or_else(|| self.asleep(policy.ticket_age, now))
    }
}

impl Takeover {
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
