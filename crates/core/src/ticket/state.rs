//! A ticket's instants, and what it is at one of them. Nothing here is stored that can be computed.

use super::{
    ClosedHow, Opener, Priority, TicketState,
    clock::{closes_at, customer_stands_behind, locks_at},
};
use crate::{
    access::{ContactFacts, Reopened, TicketAge, TicketFacts},
    kernel::{ContactId, CustomerId, Moment, StaffId, TicketId, words},
};

/// A ticket, without its words: who has it and what happened when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ticket {
    pub id: TicketId,
    pub customer: CustomerId,
    /// Who asks: whose user a visit acts as.
    pub contact: ContactId,
    pub priority: Priority,
    pub opened_at: Moment,
    pub opened_by: Opener,
    /// Who has it. Access opens only after taking it over (rule B10).
    pub assigned_to: Option<StaffId>,
    pub assigned_at: Option<Moment>,
    /// The last reopening, if there was one (rule B13).
    pub reopened: Option<Reopened>,
    /// The last word of the customer's own after the opening ([`super::Worth::Own`]).
    pub customer_spoke_at: Option<Moment>,
    /// The last message that counts; notes, happenings and unproven mail do not.
    pub last_message_at: Moment,
    pub waits: Waits,
    /// When and how somebody closed it; also written, late, for those that closed by themselves.
    pub closed: Option<(Moment, ClosedHow)>,
    pub merged_into: Option<TicketId>,
    /// What was told already; a mark older than the wait it is about counts as none.
    pub reminded_close_at: Option<Moment>,
    pub reminded_lock_at: Option<Moment>,
    pub escalated_at: Option<Moment>,
}

/// Whose turn it is, and since when. A closed ticket waits for nobody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Waits {
    /// Closes by itself 14 days later (rule B14).
    Customer {
        since: Moment,
    },
    /// Never closes by itself; escalates.
    Staff {
        since: Moment,
    },
    Nobody,
}

impl Waits {
    /// From the two columns that keep it; at most one of them is set.
    pub fn new(for_customer_since: Option<Moment>, for_staff_since: Option<Moment>) -> Self {
        match (for_customer_since, for_staff_since) {
            (_, Some(since)) => Self::Staff { since },
            (Some(since), None) => Self::Customer { since },
            (None, None) => Self::Nobody,
        }
    }

    pub const fn for_customer_since(self) -> Option<Moment> {
        match self {
            Self::Customer { since } => Some(since),
            Self::Staff { .. } | Self::Nobody => None,
        }
    }

    pub const fn for_staff_since(self) -> Option<Moment> {
        match self {
            Self::Staff { since } => Some(since),
            Self::Customer { .. } | Self::Nobody => None,
        }
    }
}

words! {
    /// Why a step is refused.
    Refusal {
        /// Older than 30 days: no message, no edit, by nobody (rules B15, B16).
        Locked = "ticket.locked",
        Closed = "ticket.closed",
        /// Somebody else has it; to take it from them, name them.
        Taken = "ticket.taken",
        /// It goes on in another ticket.
        Merged = "ticket.merged",
        /// Somebody else has it, who alone works in it (rule B11).
        NotYours = "ticket.not_yours",
        /// It is open; what was asked for is for closed or locked ones.
        Open = "ticket.open",
        /// Into itself, or into another customer's.
        NotMergeable = "ticket.not_mergeable",
        /// Takes a stronger sign-in than a link from a mail (rule X8).
        NeedsConfirmation = "sign_in.needs_confirmation",
    }
}

impl Ticket {
    /// What it is now. Locked before closed, closed before waiting: a locked ticket stays locked.
    pub fn state(&self, age: TicketAge, now: Moment) -> TicketState {
        if now >= self.locks_at(age) {
            TicketState::Locked
        } else if self.closed_at(now).is_some() {
            TicketState::Closed
        } else if matches!(self.waits, Waits::Customer { .. }) {
            TicketState::Waiting
        } else if self.assigned_to.is_none() {
            TicketState::New
        } else {
            TicketState::Open
        }
    }

    /// When and how it was closed, by somebody or by itself (rules B12, B14).
    pub fn closed_at(&self, now: Moment) -> Option<(Moment, ClosedHow)> {
        let silence = || self.closes_at().filter(|at| now >= *at).map(|at| (at, ClosedHow::Silence));
        self.closed.or_else(silence)
    }

    /// When it closes by itself, unless the customer answers (rule B14).
    pub fn closes_at(&self) -> Option<Moment> {
        closes_at(self.waits.for_customer_since())
    }

    /// From when on nobody can write in it (rules B15, B16).
    pub fn locks_at(&self, age: TicketAge) -> Moment {
        locks_at(age, self.opened_at, self.last_message_at)
    }

    /// The earliest instant at which it shuts, were nothing to happen.
    pub fn until(&self, age: TicketAge) -> Moment {
        let locks_at = self.locks_at(age);
        let shuts_at = self.closed.map(|(at, _)| at).or_else(|| self.closes_at());
        shuts_at.map_or(locks_at, |at| at.min(locks_at))
    }

    /// Rules B10, B13: whether the customer opened (or last reopened) it, or spoke since.
    pub fn customer_stands_behind(&self) -> bool {
        customer_stands_behind(self.last_opened(), self.customer_spoke_at)
    }

    /// When and by whom it was last opened: its last reopening, or else its opening.
    pub fn last_opened(&self) -> (Moment, Opener) {
        self.reopened.map_or((self.opened_at, self.opened_by), |r| (r.at, r.by))
    }

    /// As the one decision sees it. `contact` is the requester's, read in the same transaction.
    pub fn facts(&self, contact: ContactFacts) -> TicketFacts {
        TicketFacts {
            id: self.id,
            contact,
            assigned_to: self.assigned_to,
            opened_at: self.opened_at,
            opened_by: self.opened_by,
            reopened: self.reopened,
            customer_spoke_at: self.customer_spoke_at,
            last_message_at: self.last_message_at,
            waits_for_customer_since: self.waits.for_customer_since(),
            closed: self.closed,
        }
    }
}
