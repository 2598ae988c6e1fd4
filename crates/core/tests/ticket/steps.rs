//! Step by step: who opened, took over, closed and reopened it, and whether the door is open then.

use pforte_core::{kernel::*, ticket::*};
use uuid::Uuid;

use crate::fixture::*;

#[test]
fn b10_only_who_took_it_over_is_let_in() {
    let new = Ticket::open(opened(Opener::Customer), T0);
    assert_eq!(new.state(AGE, T0), TicketState::New);
    assert_eq!(code(&new, ME, T0), "needs.takeover");
    let ticket = new.take_over(ME, None, AGE, T0).expect("open");
    assert_eq!(ticket.state(AGE, T0), TicketState::Open);
    assert_eq!(code(&ticket, ME, T0), "open");
    assert_eq!(code(&ticket, COLLEAGUE, T0), "needs.takeover");
}

#[test]
fn b10_who_takes_it_from_somebody_names_them() {
    let cases = [(None, Err(Refusal::Taken)), (Some(COLLEAGUE), Err(Refusal::Taken)), (Some(ME), Ok(()))];
    for (from, expected) in cases {
        let taken = ticket().take_over(COLLEAGUE, from, AGE, day(1));
        assert_eq!(taken.as_ref().map(|_| ()).map_err(|e| *e), expected, "{from:?}");
        if let Ok(taken) = taken {
            assert_eq!((taken.assigned_to, taken.assigned_at), (Some(COLLEAGUE), Some(day(1))));
        }
    }
    assert_eq!(ticket().take_over(ME, None, AGE, day(1)), Ok(ticket()), "again: nothing changes");
}

/// Control 14: what staff opened themselves opens nothing by being taken over.
#[test]
fn b10_control_14_a_ticket_of_staff_waits_for_the_customers_word() {
    for by in [Opener::Staff, Opener::Unproven] {
        let ticket = mine(by);
        assert_eq!(code(&ticket, ME, day(1)), "needs.customer_word");
        let told = ticket.clone().staff_wrote(AGE, day(1)).expect("open");
        assert_eq!(code(&told, ME, day(1)), "needs.customer_word");
        let unproven = told.clone().unproven_wrote(AGE, day(1)).expect("open");
        assert_eq!(unproven, told, "an unproven mail changes nothing");
        let confirmed = told.clone().confirm(Worth::Own, AGE, day(2)).expect("open");
        assert_eq!(code(&confirmed, ME, day(2)), "open");
        assert_eq!(confirmed.closes_at(), Some(day(2 + 14)), "the customer answered");
        let wrote = told.customer_wrote(Worth::Own, AGE, day(2)).expect("open");
        assert_eq!(code(&wrote, ME, day(2)), "open");
    }
}

#[test]
fn b12_closing_shuts_the_door_and_keeps_whose_it_is() {
    let ticket = closed();
    assert_eq!(code(&ticket, ME, day(1)), "ticket.closed");
    assert_eq!(ticket.state(AGE, day(1)), TicketState::Closed);
    assert_eq!((ticket.assigned_to, ticket.waits), (Some(ME), Waits::Nobody));
    assert_eq!(ticket.until(AGE), day(1));
    assert_eq!(ticket.close(ClosedHow::Customer, AGE, day(2)), Err(Refusal::Closed));
}

/// Control 15: only the customer's own, proven word reopens; and it gives it back to the same one.
#[test]
fn b13_control_15_only_the_customers_word_gives_access_back() {
    let wrote = closed().customer_wrote(Worth::Own, AGE, day(2)).expect("not locked");
    let reopened = closed().reopen(Opener::Customer, AGE, day(2)).expect("closed");
    for ticket in [wrote, reopened] {
        assert_eq!(code(&ticket, ME, day(2)), "open");
        assert_eq!(code(&ticket, COLLEAGUE, day(2)), "needs.takeover");
        assert_eq!(ticket.reopened.map(|r| (r.at, r.by)), Some((day(2), Opener::Customer)));
        assert_eq!(ticket.waits, Waits::Staff { since: day(2) });
    }
    assert_eq!(closed().unproven_wrote(AGE, day(2)), Ok(closed()), "stays closed");
    assert_eq!(closed().reopen(Opener::Unproven, AGE, day(2)), Err(Refusal::Closed));
    let by_staff = closed().reopen(Opener::Staff, AGE, day(2)).expect("closed");
    assert_eq!(code(&by_staff, ME, day(2)), "needs.customer_word");
    let spoken = by_staff.customer_wrote(Worth::Own, AGE, day(3)).expect("open");
    assert_eq!(code(&spoken, ME, day(3)), "open");
}

#[test]
fn b13_what_closed_by_silence_is_reopened_by_the_customer_too() {
    let silent = ticket().staff_wrote(AGE, day(1)).expect("open");
    assert_eq!(silent.state(AGE, day(15)), TicketState::Closed, "nobody wrote it down yet");
    let reopened = silent.customer_wrote(Worth::Own, AGE, day(16)).expect("not locked");
    assert_eq!(reopened.reopened.map(|r| r.at), Some(day(16)));
    assert_eq!(code(&reopened, ME, day(16)), "open");
}

#[test]
fn b10_handing_over_opens_for_the_colleague_and_nobody_else() {
    let handed = ticket().hand_over(ME, COLLEAGUE, AGE, day(1)).expect("mine");
    assert_eq!(handed.assigned_to, Some(COLLEAGUE));
    assert_eq!(code(&handed, ME, day(1)), "needs.takeover");
    assert_eq!(ticket().hand_over(COLLEAGUE, ME, AGE, day(1)), Err(Refusal::NotYours));
    let released = ticket().release(ME, AGE, day(1)).expect("mine");
    assert_eq!((released.assigned_to, released.assigned_at), (None, None));
    assert_eq!(released.state(AGE, day(1)), TicketState::New);
    assert_eq!(code(&released, ME, day(1)), "needs.takeover");
    assert_eq!(ticket().release(COLLEAGUE, AGE, day(1)), Err(Refusal::NotYours));
}

#[test]
fn a_merged_ticket_goes_on_in_another_of_the_same_customer() {
    let other = |customer| Ticket { customer, id: TicketId(Uuid::from_u128(0x72)), ..ticket() };
    let into = other(CUSTOMER);
    let merged = ticket().merge(&into, AGE, day(1)).expect("open");
    assert_eq!(merged.merged_into, Some(into.id));
    assert_eq!(merged.closed, Some((day(1), ClosedHow::Merged)));
    assert_eq!(merged.clone().customer_wrote(Worth::Own, AGE, day(2)), Err(Refusal::Merged));
    assert_eq!(merged.clone().reopen(Opener::Customer, AGE, day(2)), Err(Refusal::Merged));
    assert_eq!(merged.due(AGE, day(29)), []);
    assert_eq!(into.clone().merge(&merged, AGE, day(2)), Err(Refusal::Merged), "no circle");
    assert_eq!(ticket().merge(&ticket(), AGE, day(1)), Err(Refusal::NotMergeable), "into itself");
    let foreign = other(CustomerId(Uuid::from_u128(0xc2)));
    assert_eq!(ticket().merge(&foreign, AGE, day(1)), Err(Refusal::NotMergeable));
    let shut = into.close(ClosedHow::Staff, AGE, day(1)).expect("open");
    assert_eq!(ticket().merge(&shut, AGE, day(1)), Err(Refusal::Closed));
}

#[test]
fn a_guests_message_leaves_the_turn_where_it_was() {
    let asked = ticket().staff_wrote(AGE, day(1)).expect("open");
    let read = asked.clone().guest_wrote(AGE, day(2)).expect("open");
    assert_eq!((read.waits, read.last_message_at), (asked.waits, day(2)));
    assert_eq!(read.customer_spoke_at, None);
}
