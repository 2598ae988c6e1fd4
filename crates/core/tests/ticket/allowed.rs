//! What each viewer may do in each state, and that the list and the steps agree.

use pforte_core::ticket::{TicketAction::*, *};

use crate::fixture::*;

fn may(ticket: &Ticket, viewer: Viewer, day_of: i64) -> Vec<TicketAction> {
    let listed = allowed(ticket, viewer, AGE, day(day_of));
    listed.into_iter().filter_map(|(action, refusal)| refusal.is_none().then_some(action)).collect()
}

fn refused(ticket: &Ticket, action: TicketAction, viewer: Viewer, day_of: i64) -> &'static str {
    check(ticket, action, viewer, AGE, day(day_of)).map_or_else(Refusal::word, |()| "allowed")
}

const I: Viewer = Viewer::Serving(ME);
const OTHER: Viewer = Viewer::Serving(COLLEAGUE);

#[test]
fn b11_all_other_staff_can_read_it_or_take_it_over_and_no_more() {
    assert_eq!(may(&ticket(), OTHER, 1), [TakeOver]);
    for action in [Write, Note, HandOver, Release, Close, Merge, Change] {
        assert_eq!(refused(&ticket(), action, OTHER, 1), "ticket.not_yours", "{action:?}");
    }
    assert_eq!(may(&closed(), OTHER, 1), []);
    assert_eq!(may(&ticket(), I, 1), [Write, Note, TakeOver, HandOver, Release, Close, Merge, Change]);
    assert_eq!(may(&closed(), I, 1), [Note, Reopen, Merge, Change]);
}

#[test]
fn what_nobody_has_is_everybodys_to_answer_and_sort() {
    let new = Ticket::open(opened(Opener::Customer), T0);
    for viewer in [I, OTHER] {
        assert_eq!(may(&new, viewer, 1), [Write, Note, TakeOver, Close, Merge, Change]);
    }
}

#[test]
fn b13_the_customer_writes_in_a_closed_ticket_and_thereby_reopens_it() {
    assert_eq!(may(&ticket(), Viewer::Contact, 1), [Write, Close]);
    assert_eq!(may(&closed(), Viewer::Contact, 1), [Write, Reopen]);
    assert_eq!(refused(&closed(), Close, Viewer::Contact, 1), "ticket.closed");
}

#[test]
fn b10_the_customer_is_asked_to_confirm_what_staff_opened() {
    let by_staff = mine(Opener::Staff);
    assert_eq!(may(&by_staff, Viewer::Contact, 1), [Write, Close, Confirm]);
    let confirmed = by_staff.confirm(Worth::Own, AGE, day(1)).expect("open");
    assert_eq!(may(&confirmed, Viewer::Contact, 1), [Write, Close], "asked once");
    assert_eq!(refused(&confirmed, Confirm, I, 1), "ticket.not_yours", "staff never confirm");
}

/// Rules B10, X2: a colleague who only reads along is not asked whether the ticket is the customer's.
#[test]
fn b10_who_reads_along_confirms_nothing() {
    let by_staff = mine(Opener::Staff);
    assert_eq!(may(&by_staff, Viewer::Along, 1), [Write, Close]);
    assert_eq!(may(&closed(), Viewer::Along, 1), [Write, Reopen]);
    assert_eq!(refused(&by_staff, Confirm, Viewer::Along, 1), "ticket.not_yours");
    assert_eq!(may(&by_staff, Viewer::Along, LATE), [FollowUp]);
}

/// Rules B11, B15: whoever has it takes watchers off, also when it is locked; others of the staff only guests,
/// and only if they may invite them.
#[test]
fn b11_only_who_has_it_takes_watchers_off() {
    for (viewer, expected) in
        [(I, Ok(())), (OTHER, Err(Refusal::NotYours)), (Viewer::Contact, Err(Refusal::NotYours))]
    {
        assert_eq!(may_take_off(&ticket(), viewer, false), expected, "{viewer:?}");
    }
    assert_eq!(may_take_off(&ticket(), OTHER, true), Ok(()));
    for viewer in [Viewer::Contact, Viewer::Along, Viewer::Guest] {
        assert_eq!(may_take_off(&ticket(), viewer, true), Err(Refusal::NotYours), "{viewer:?}");
    }
    let new = Ticket::open(opened(Opener::Customer), T0);
    assert_eq!(may_take_off(&new, OTHER, false), Ok(()));
    assert_eq!(may_take_off(&new, Viewer::Guest, false), Err(Refusal::NotYours));
}

#[test]
fn b15_b16_in_a_locked_ticket_only_a_follow_up_is_left() {
    for ticket in [ticket(), closed(), mine(Opener::Staff)] {
        assert_eq!(may(&ticket, Viewer::Contact, LATE), [FollowUp]);
        assert_eq!(may(&ticket, I, LATE), [FollowUp]);
        assert_eq!(may(&ticket, Viewer::Guest, LATE), []);
        assert_eq!(refused(&ticket, Write, I, LATE), "ticket.locked");
        assert_eq!(refused(&ticket, FollowUp, I, 1), "ticket.open");
    }
}

#[test]
fn m6_a_guest_reads_and_writes_and_no_more() {
    let listed = |ticket: &Ticket| allowed(ticket, Viewer::Guest, AGE, day(1));
    assert_eq!(listed(&ticket()), [(Write, None)]);
    assert_eq!(listed(&closed()), [(Write, Some(Refusal::Closed))]);
    for action in TicketAction::ALL.iter().filter(|action| **action != Write) {
        assert_eq!(refused(&ticket(), *action, Viewer::Guest, 1), "ticket.not_yours", "{action:?}");
    }
}

/// Whoever is told that a step is allowed is not refused it by the step itself.
#[test]
fn what_is_allowed_is_not_refused() {
    let merged = ticket().merge(&Ticket { id: other_id(), ..ticket() }, AGE, day(1)).expect("open");
    let silent = ticket().staff_wrote(AGE, day(1)).expect("open");
    let new = Ticket::open(opened(Opener::Staff), T0);
    for ticket in [ticket(), closed(), mine(Opener::Staff), merged, silent, new] {
        for day_of in [1, 16, LATE] {
            for action in may(&ticket, I, day_of) {
                assert!(
                    step(&ticket, action, true, day_of).is_ok(),
                    "{action:?} on day {day_of}: {ticket:?}"
                );
            }
            for action in may(&ticket, Viewer::Contact, day_of) {
                assert!(
                    step(&ticket, action, false, day_of).is_ok(),
                    "{action:?} on day {day_of}: {ticket:?}"
                );
            }
        }
    }
}

fn other_id() -> pforte_core::kernel::TicketId {
    pforte_core::kernel::TicketId(uuid::Uuid::from_u128(0x72))
}

fn step(ticket: &Ticket, action: TicketAction, staff: bool, day_of: i64) -> Result<Ticket, Refusal> {
    let (t, now) = (ticket.clone(), day(day_of));
    let (how, by) =
        if staff { (ClosedHow::Staff, Opener::Staff) } else { (ClosedHow::Customer, Opener::Customer) };
    match action {
        Write if staff => t.staff_wrote(AGE, now),
        Write => t.customer_wrote(Worth::Own, AGE, now),
        Note | Change => t.refuse_locked(AGE, now).map(|()| t),
        TakeOver => t.take_over(ME, None, AGE, now),
        HandOver => t.hand_over(ME, COLLEAGUE, AGE, now),
        Release => t.release(ME, AGE, now),
        Close => t.close(how, AGE, now),
        Reopen => t.reopen(by, AGE, now),
        Merge => t.merge(&Ticket { id: other_id(), ..Ticket::open(opened(by), now) }, AGE, now),
        Confirm => t.confirm(Worth::Own, AGE, now),
        FollowUp => Ok(t),
    }
}
