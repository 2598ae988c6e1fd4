//! What somebody may do in a ticket now, for pages to show and for addresses to check.
//!
//! Whether somebody sees the ticket at all is asked before; access to products is asked of
//! [`crate::access::decide`].

use super::{Refusal, Ticket, TicketState};
use crate::{
    access::TicketAge,
    kernel::{Moment, StaffId, words},
};

/// Who looks at a ticket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Viewer {
    /// The requester, or a contact who answers for the customer: their word counts (rules B10, X2).
    Contact,
    /// A contact who only reads along: writes and closes, and their word opens nothing.
    Along,
    /// Staff who serve.
    Serving(StaffId),
    /// A guest who was invited to it (rule M6): reads and writes, no more.
    Guest,
}

words! {
    /// What can be done in a ticket.
    TicketAction {
        Write = "write",
        /// A note that only staff see.
        Note = "note",
        TakeOver = "take_over",
        HandOver = "hand_over",
        Release = "release",
        Close = "close",
        Reopen = "reopen",
        Merge = "merge",
        /// The customer says that a ticket which staff opened is theirs (rule B10).
        Confirm = "confirm",
        /// Subject, priority, tags.
        Change = "change",
        /// Go on in a new ticket when this one is locked.
        FollowUp = "follow_up",
    }
}

/// What this viewer may do (`None`), or might do but for a reason. What is not for such a viewer at all
/// is left out.
///
/// Rule B11: once somebody has the ticket, all other staff read it, take it over, and no more. While
/// nobody has it, all who serve may answer, sort and close it: that opens no product.
pub fn allowed(
    ticket: &Ticket,
    viewer: Viewer,
    age: TicketAge,
    now: Moment,
) -> Vec<(TicketAction, Option<Refusal>)> {
    use TicketAction::*;
    let actions: &[TicketAction] = match viewer {
        Viewer::Contact if ticket.customer_stands_behind() => &[Write, Close, Reopen, FollowUp],
        Viewer::Contact => &[Write, Close, Reopen, Confirm, FollowUp],
        Viewer::Along => &[Write, Close, Reopen, FollowUp],
        Viewer::Serving(_) => {
            &[Write, Note, TakeOver, HandOver, Release, Close, Reopen, Merge, Change, FollowUp]
        }
        Viewer::Guest => &[Write],
    };
    actions.iter().map(|action| (*action, refusal(ticket, *action, viewer, age, now))).collect()
}

/// Whether this viewer may do this now. What is not for such a viewer at all is [`Refusal::NotYours`].
pub fn check(
    ticket: &Ticket,
    action: TicketAction,
    viewer: Viewer,
    age: TicketAge,
    now: Moment,
) -> Result<(), Refusal> {
    match allowed(ticket, viewer, age, now).into_iter().find(|(listed, _)| *listed == action) {
        Some((_, None)) => Ok(()),
        Some((_, Some(refusal))) => Err(refusal),
        None => Err(Refusal::NotYours),
    }
}

fn refusal(
    ticket: &Ticket,
    action: TicketAction,
    viewer: Viewer,
    age: TicketAge,
    now: Moment,
) -> Option<Refusal> {
    use TicketAction::*;
    let state = ticket.state(age, now);
    if action == FollowUp {
        return (state != TicketState::Locked).then_some(Refusal::Open);
    }
    if let Err(refusal) = ticket.refuse_locked(age, now) {
        return Some(refusal);
    }
    let closed = state == TicketState::Closed;
    match action {
        Reopen if !closed => return Some(Refusal::Open),
        // Reopens it (rule B13).
        Write if closed && matches!(viewer, Viewer::Contact | Viewer::Along) => return None,
        Write | TakeOver | HandOver | Release | Close | Confirm if closed => return Some(Refusal::Closed),
        _ => {}
    }
    match (viewer, action) {
        (Viewer::Contact | Viewer::Along | Viewer::Guest, _) | (_, TakeOver) => None,
        (Viewer::Serving(me), HandOver | Release) => ticket.refuse_unless_had_by(me).err(),
        (Viewer::Serving(me), _) => {
            ticket.assigned_to.is_some_and(|has| has != me).then_some(Refusal::NotYours)
        }
    }
}

/// Whether this viewer may take somebody off those who watch it (rule B11); a guest also whoever may invite
/// guests. Also while it is locked or was merged: that writes nothing in it, and whoever reads along must
/// not have to for ever.
pub fn may_take_off(ticket: &Ticket, viewer: Viewer, invited_guest: bool) -> Result<(), Refusal> {
    match viewer {
        Viewer::Serving(me) if invited_guest || ticket.assigned_to.is_none_or(|has| has == me) => Ok(()),
        _ => Err(Refusal::NotYours),
    }
}
