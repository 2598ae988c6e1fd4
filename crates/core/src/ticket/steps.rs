//! What can happen to a ticket. Each step consumes it and gives it back changed, or refuses.
//!
//! Only the customer's own word makes a ticket the customer's (rules B10, B13): no step of staff, of
//! time or of an unproven sender sets `customer_spoke_at` or an opening by the customer.

use super::{ClosedHow, Opener, Priority, Refusal, Ticket, Waits, Worth};
use crate::{
    access::{Reopened, TicketAge},
    kernel::{ContactId, CustomerId, Moment, StaffId, TicketId},
};

/// What a new ticket begins with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Opened {
    pub id: TicketId,
    pub customer: CustomerId,
    /// Who asks.
    pub contact: ContactId,
    pub by: Opener,
    pub priority: Priority,
}

impl Ticket {
    /// A new ticket; it waits for staff.
    pub const fn open(opened: Opened, now: Moment) -> Self {
        Self {
            id: opened.id,
            customer: opened.customer,
            contact: opened.contact,
            priority: opened.priority,
            opened_at: now,
            opened_by: opened.by,
            assigned_to: None,
            assigned_at: None,
            reopened: None,
            customer_spoke_at: None,
            last_message_at: now,
            waits: Waits::Staff { since: now },
            closed: None,
            merged_into: None,
            reminded_close_at: None,
            reminded_lock_at: None,
            escalated_at: None,
        }
    }

    /// A message of the customer's, in the portal or by mail. What is worth anything reopens a closed ticket;
    /// for the same staff member only the customer's own word does (rules B13, X8). When it waited for staff
    /// already, that wait goes on.
    pub fn customer_wrote(self, worth: Worth, age: TicketAge, now: Moment) -> Result<Self, Refusal> {
        if worth == Worth::Nothing {
            return self.unproven_wrote(age, now);
        }
        self.refuse_locked(age, now)?;
        let since = self.waits.for_staff_since().unwrap_or(now);
        let reopened = self.closed_at(now).map(|_| Reopened { at: now, by: worth.opener() });
        Ok(Self {
            reopened: reopened.or(self.reopened),
            closed: None,
            customer_spoke_at: if worth.opens() { Some(now) } else { self.customer_spoke_at },
            last_message_at: now,
            waits: Waits::Staff { since },
            ..self
        })
    }

    /// A message whose sender is not proven, an absence notice, a bounce: changes no clock and reopens
    /// nothing (rules B10, B13; control 15).
    pub fn unproven_wrote(self, age: TicketAge, now: Moment) -> Result<Self, Refusal> {
        self.refuse_locked(age, now)?;
        Ok(self)
    }

    /// A message of staff's to the customer, whose turn it is from now on.
    pub fn staff_wrote(self, age: TicketAge, now: Moment) -> Result<Self, Refusal> {
        self.refuse_shut(age, now)?;
        Ok(Self { last_message_at: now, waits: Waits::Customer { since: now }, ..self })
    }

    /// A message of a guest's (rule M6): it is still the turn of whom it was.
    pub fn guest_wrote(self, age: TicketAge, now: Moment) -> Result<Self, Refusal> {
        self.refuse_shut(age, now)?;
        Ok(Self { last_message_at: now, ..self })
    }

    /// From now on `staff` has it (rule B10). Who takes it from somebody names them in `from`, so that
    /// nobody takes it unawares. Taking over what one has changes nothing.
    pub fn take_over(
        self,
        staff: StaffId,
        from: Option<StaffId>,
        age: TicketAge,
        now: Moment,
    ) -> Result<Self, Refusal> {
        self.refuse_shut(age, now)?;
        match self.assigned_to {
            Some(has) if has == staff => Ok(self),
            Some(has) if from != Some(has) => Err(Refusal::Taken),
            Some(_) | None => Ok(self.assigned(Some(staff), now)),
        }
    }

    /// Gives it to a colleague, whose access opens only once they take it over.
    pub fn hand_over(self, from: StaffId, to: StaffId, age: TicketAge, now: Moment) -> Result<Self, Refusal> {
        self.refuse_shut(age, now)?;
        self.refuse_unless_had_by(from)?;
        Ok(if from == to { self } else { self.assigned(Some(to), now) })
    }

    /// Gives it back to the queue.
    pub fn release(self, staff: StaffId, age: TicketAge, now: Moment) -> Result<Self, Refusal> {
        self.refuse_shut(age, now)?;
        self.refuse_unless_had_by(staff)?;
        Ok(self.assigned(None, now))
    }

    /// Closes it (rule B12). Whoever has it keeps it, for the customer to reopen (rule B13).
    /// By [`ClosedHow::Silence`] only once it is so, and as of the instant at which it was so; never by
    /// [`ClosedHow::Merged`], which [`Self::merge`] alone does.
    pub fn close(self, how: ClosedHow, age: TicketAge, now: Moment) -> Result<Self, Refusal> {
        match how {
            ClosedHow::Silence => return self.close_by_silence(age, now),
            ClosedHow::Merged => return Err(Refusal::NotMergeable),
            ClosedHow::Customer | ClosedHow::Staff => self.refuse_shut(age, now)?,
        }
        Ok(Self { closed: Some((now, how)), waits: Waits::Nobody, ..self })
    }

    /// Opens a closed ticket again. By the customer's own word it is as if they had written (rule B13); by
    /// staff, a link from a mail or a colleague who reads along it gives no access back until the customer
    /// speaks; an unproven sender reopens nothing.
    pub fn reopen(self, by: Opener, age: TicketAge, now: Moment) -> Result<Self, Refusal> {
        self.refuse_locked(age, now)?;
        if self.closed_at(now).is_none() {
            return Err(Refusal::Open);
        }
        let spoke = match by {
            Opener::Unproven => return Err(Refusal::Closed),
            Opener::Customer => Some(now),
            Opener::Staff | Opener::Link | Opener::Along => self.customer_spoke_at,
        };
        Ok(Self {
            reopened: Some(Reopened { at: now, by }),
            closed: None,
            customer_spoke_at: spoke,
            waits: Waits::Staff { since: now },
            ..self
        })
    }

    /// The customer says that a ticket which staff opened, or a link from a mail, is theirs (rules B10, X8).
    /// That takes a word of their own. If it waits for the customer, the 14 days begin anew.
    pub fn confirm(self, worth: Worth, age: TicketAge, now: Moment) -> Result<Self, Refusal> {
        match worth {
            Worth::Own => self.refuse_shut(age, now)?,
            Worth::Link => return Err(Refusal::NeedsConfirmation),
            Worth::Along | Worth::Nothing => return Err(Refusal::NotYours),
        }
        let waits = match self.waits {
            Waits::Customer { .. } => Waits::Customer { since: now },
            other => other,
        };
        Ok(Self { customer_spoke_at: Some(now), waits, ..self })
    }

    /// Goes on in another open ticket of the same customer, and is closed for good.
    pub fn merge(self, into: &Self, age: TicketAge, now: Moment) -> Result<Self, Refusal> {
        self.refuse_locked(age, now)?;
        if self.id == into.id || self.customer != into.customer {
            return Err(Refusal::NotMergeable);
        }
        into.refuse_shut(age, now)?;
        Ok(Self {
            closed: Some((now, ClosedHow::Merged)),
            merged_into: Some(into.id),
            waits: Waits::Nobody,
            ..self
        })
    }

    /// Whether it may be changed at all: subject, priority, tags, notes. Only locking forbids it.
    pub fn refuse_locked(&self, age: TicketAge, now: Moment) -> Result<(), Refusal> {
        if now >= self.locks_at(age) {
            Err(Refusal::Locked)
        } else if self.merged_into.is_some() {
            Err(Refusal::Merged)
        } else {
            Ok(())
        }
    }

    /// Whether it is open, as most steps need.
    pub(super) fn refuse_shut(&self, age: TicketAge, now: Moment) -> Result<(), Refusal> {
        self.refuse_locked(age, now)?;
        if self.closed_at(now).is_some() { Err(Refusal::Closed) } else { Ok(()) }
    }

    pub(super) fn refuse_unless_had_by(&self, staff: StaffId) -> Result<(), Refusal> {
        if self.assigned_to == Some(staff) { Ok(()) } else { Err(Refusal::NotYours) }
    }

    /// Writes down what is so already, also when the ticket was locked meanwhile.
    fn close_by_silence(self, age: TicketAge, now: Moment) -> Result<Self, Refusal> {
        match self.silent_since(age, now) {
            Some(at) => Ok(Self { closed: Some((at, ClosedHow::Silence)), waits: Waits::Nobody, ..self }),
            None if self.closed.is_some() => Err(Refusal::Closed),
            None => Err(Refusal::Open),
        }
    }

    fn assigned(self, to: Option<StaffId>, now: Moment) -> Self {
        Self { assigned_to: to, assigned_at: to.map(|_| now), ..self }
    }
}
