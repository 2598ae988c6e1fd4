//! What a ticket's clocks ask to be told or written now. Access never depends on it.

use super::{
    Ticket,
    clock::{TICKET_NOTICE, escalates_after},
};
use crate::{
    access::TicketAge,
    kernel::{Moment, words},
};

words! {
    /// Something to do because time passed. Each is due at most once for each wait.
    Due {
        /// Tell the customer that it closes in three days (rule B14).
        RemindClose = "remind_close",
        /// Tell both sides that it is locked in three days (rules B15, B16).
        RemindLock = "remind_lock",
        /// Write down that it closed by itself, and tell the customer (rule B14).
        CloseBySilence = "close_by_silence",
        /// Tell the leads that it waits for staff too long (rule B14).
        Escalate = "escalate",
    }
}

impl Ticket {
    /// What is due now. After doing one, keep the ticket that [`Self::told`] (or, for
    /// [`Due::CloseBySilence`], [`Self::close`]) gives; then it is not due again.
    ///
    /// Late is better than never only where it still helps: nobody is told that a ticket will close
    /// when it did already. Of a closed ticket's lock nobody is told either: its closing said until when
    /// it can be reopened.
    pub fn due(&self, age: TicketAge, now: Moment) -> Vec<Due> {
        let due = [
            (self.remind_close_due(age, now), Due::RemindClose),
            (self.remind_lock_due(age, now), Due::RemindLock),
            (self.silent_since(age, now).is_some(), Due::CloseBySilence),
            (self.escalate_due(age, now), Due::Escalate),
        ];
        due.into_iter().filter_map(|(is, due)| is.then_some(due)).collect()
    }

    /// Marks that it was told.
    #[must_use]
    pub fn told(self, due: Due, now: Moment) -> Self {
        match due {
            Due::RemindClose => Self { reminded_close_at: Some(now), ..self },
            Due::RemindLock => Self { reminded_lock_at: Some(now), ..self },
            Due::Escalate => Self { escalated_at: Some(now), ..self },
            Due::CloseBySilence => self,
        }
    }

    /// Since when it is closed by silence without that being written down. One that was locked before
    /// the 14 days were over never closed.
    pub(super) fn silent_since(&self, age: TicketAge, now: Moment) -> Option<Moment> {
        if self.closed.is_some() {
            return None;
        }
        self.closes_at().filter(|at| now >= *at && *at < self.locks_at(age))
    }

    fn remind_close_due(&self, age: TicketAge, now: Moment) -> bool {
        let Some((since, closes_at)) = self.waits.for_customer_since().zip(self.closes_at()) else {
            return false;
        };
        self.is_open(age, now)
            && closes_at < self.locks_at(age)
            && now >= closes_at - TICKET_NOTICE
            && not_since(self.reminded_close_at, since)
    }

    fn remind_lock_due(&self, age: TicketAge, now: Moment) -> bool {
        let from = self.locks_at(age) - TICKET_NOTICE;
        self.is_open(age, now) && now >= from && not_since(self.reminded_lock_at, from)
    }

    fn escalate_due(&self, age: TicketAge, now: Moment) -> bool {
        self.waits.for_staff_since().is_some_and(|since| {
            self.is_open(age, now)
                && now >= since + escalates_after(self.priority)
                && not_since(self.escalated_at, since)
        })
    }

    fn is_open(&self, age: TicketAge, now: Moment) -> bool {
        self.refuse_shut(age, now).is_ok()
    }
}

/// Whether the mark is missing, or belongs to an earlier wait.
fn not_since(mark: Option<Moment>, since: Moment) -> bool {
    mark.is_none_or(|at| at < since)
}
