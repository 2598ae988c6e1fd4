//! The clocks of a ticket, as functions of its instants. Every end is told as `now < end`.

use super::{Opener, Priority};
use crate::{
    access::TicketAge,
    kernel::{Moment, Span},
};

/// A ticket closes after this long without the customer's answer (rule B14).
pub const TICKET_ANSWER: Span = Span::days(14);
/// A ticket is locked once it is older than this (rules B15, B16).
pub const TICKET_LOCK: Span = Span::days(30);
/// This long before it closes or is locked it is told, once (rules B14 to B16).
pub const TICKET_NOTICE: Span = Span::days(3);

/// How long a ticket may wait for staff before the leads are told (rule B14).
pub const fn escalates_after(priority: Priority) -> Span {
    match priority {
        Priority::Low => Span::days(4),
        Priority::Normal => Span::days(2),
        Priority::High => Span::days(1),
        Priority::Urgent => Span::hours(4),
    }
}

/// From when on nobody can write in it or enter on it (rules B15, B16).
pub fn locks_at(age: TicketAge, opened_at: Moment, last_message_at: Moment) -> Moment {
    match age {
        TicketAge::Created => opened_at + TICKET_LOCK,
        TicketAge::Activity => last_message_at + TICKET_LOCK,
    }
}

/// When it closes by itself; never while it waits for staff (rule B14).
pub fn closes_at(waits_for_customer_since: Option<Moment>) -> Option<Moment> {
    waits_for_customer_since.map(|since| since + TICKET_ANSWER)
}

/// Rules B10, B13: whether the customer opened (or last reopened) it, or spoke since. `last` is the last
/// reopening, or else the opening.
pub fn customer_stands_behind(last: (Moment, Opener), customer_spoke_at: Option<Moment>) -> bool {
    match last.1 {
        Opener::Customer => true,
        Opener::Staff | Opener::Link | Opener::Along | Opener::Unproven => {
            customer_spoke_at.is_some_and(|spoke| spoke >= last.0)
        }
    }
}
