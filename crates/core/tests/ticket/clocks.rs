//! The clocks that close, lock, remind and escalate (rules B14 to B16, control 16).

use pforte_core::{access::TicketAge, kernel::*, ticket::*};

use crate::fixture::*;

const INSTANT: Span = Span(1);

/// Every step that somebody can take, at `now`.
fn every_step(ticket: &Ticket, age: TicketAge, now: Moment) -> Vec<(&'static str, Result<Ticket, Refusal>)> {
    let t = || ticket.clone();
    let into = Ticket { id: TicketId(uuid::Uuid::from_u128(0x72)), opened_at: now, ..self::ticket() };
    vec![
        ("customer_wrote", t().customer_wrote(Worth::Own, age, now)),
        ("unproven_wrote", t().unproven_wrote(age, now)),
        ("staff_wrote", t().staff_wrote(age, now)),
        ("guest_wrote", t().guest_wrote(age, now)),
        ("take_over", t().take_over(COLLEAGUE, Some(ME), age, now)),
        ("hand_over", t().hand_over(ME, COLLEAGUE, age, now)),
        ("release", t().release(ME, age, now)),
        ("close", t().close(ClosedHow::Staff, age, now)),
        ("reopen", t().reopen(Opener::Customer, age, now)),
        ("confirm", t().confirm(Worth::Own, age, now)),
        ("merge", t().merge(&into, age, now)),
    ]
}

/// Control 16.
#[test]
fn b14_closes_after_14_days_without_the_customers_answer() {
    let asked = ticket().staff_wrote(AGE, day(1)).expect("open");
    let end = day(15);
    assert_eq!(asked.closes_at(), Some(end));
    assert_eq!(asked.state(AGE, end - INSTANT), TicketState::Waiting);
    assert_eq!(code(&asked, ME, end - INSTANT), "open");
    assert_eq!(asked.state(AGE, end), TicketState::Closed);
    assert_eq!(code(&asked, ME, end), "ticket.closed");
    assert_eq!(asked.closed_at(end), Some((end, ClosedHow::Silence)));
    assert_eq!(asked.clone().staff_wrote(AGE, end), Err(Refusal::Closed), "closed for every step");
    assert_eq!(asked.clone().close(ClosedHow::Silence, AGE, end - INSTANT), Err(Refusal::Open), "not yet");
    let written = asked.close(ClosedHow::Silence, AGE, day(20)).expect("it is so");
    assert_eq!(written.closed, Some((end, ClosedHow::Silence)), "as of when it was so");
    assert_eq!(written.close(ClosedHow::Silence, AGE, day(20)), Err(Refusal::Closed), "once");
}

#[test]
fn b14_while_it_waits_for_staff_it_never_closes_and_escalates_once() {
    let spans = [
        (Priority::Low, Span::days(4)),
        (Priority::Normal, Span::days(2)),
        (Priority::High, Span::days(1)),
        (Priority::Urgent, Span::hours(4)),
    ];
    for (priority, span) in spans {
        let waiting = Ticket { priority, ..ticket() };
        assert_eq!(waiting.due(AGE, T0 + span - INSTANT), [], "{priority:?}");
        assert_eq!(waiting.due(AGE, T0 + span), [Due::Escalate], "{priority:?}");
        let told = waiting.told(Due::Escalate, T0 + span);
        assert_eq!(told.due(AGE, day(26)), [], "once for each wait");
        assert_eq!(told.state(AGE, day(29)), TicketState::Open);
        let again = told.customer_wrote(Worth::Own, AGE, day(10)).expect("open");
        assert_eq!(again.due(AGE, day(20)), [], "another message is not another wait");
        let answered = again.staff_wrote(AGE, day(20)).expect("open");
        let asked = answered.customer_wrote(Worth::Own, AGE, day(21)).expect("open");
        assert_eq!(asked.due(AGE, day(21) + span), [Due::Escalate], "another wait");
    }
}

#[test]
fn b14_the_customer_is_reminded_once_three_days_before_it_closes() {
    let asked = ticket().staff_wrote(AGE, day(1)).expect("open");
    assert_eq!(asked.due(AGE, day(12) - INSTANT), []);
    assert_eq!(asked.due(AGE, day(12)), [Due::RemindClose]);
    let told = asked.clone().told(Due::RemindClose, day(12));
    assert_eq!(told.due(AGE, day(14)), []);
    assert_eq!(told.due(AGE, day(15)), [Due::CloseBySilence]);
    assert_eq!(asked.due(AGE, day(15)), [Due::CloseBySilence], "too late to remind");
    let closed = told.clone().close(ClosedHow::Silence, AGE, day(15)).expect("silent");
    assert_eq!(closed.due(AGE, day(16)), []);
    let again = told.staff_wrote(AGE, day(13)).expect("open");
    assert_eq!(again.due(AGE, day(23)), []);
    assert_eq!(again.due(AGE, day(24)), [Due::RemindClose], "a wait of its own");
}

#[test]
fn b15_both_sides_are_told_once_three_days_before_the_lock() {
    let ticket = ticket().told(Due::Escalate, day(2));
    assert_eq!(ticket.due(AGE, day(27) - INSTANT), []);
    assert_eq!(ticket.due(AGE, day(27)), [Due::RemindLock]);
    let told = ticket.clone().told(Due::RemindLock, day(27));
    assert_eq!(told.due(AGE, day(28)), []);
    assert_eq!(ticket.due(AGE, day(30)), [], "too late");
    let active = TicketAge::Activity;
    let written = told.customer_wrote(Worth::Own, active, day(28)).expect("open");
    assert_eq!(written.due(active, day(54)), []);
    assert_eq!(written.due(active, day(55)), [Due::RemindLock], "a new cycle under age=activity");
}

/// Control 16: immutable for everybody, and access is over for good.
#[test]
fn b15_b16_a_locked_ticket_refuses_everything() {
    let end = day(30);
    let asked = ticket().staff_wrote(AGE, day(20)).expect("open");
    for ticket in [ticket(), closed(), asked, mine(Opener::Staff)] {
        assert_ne!(ticket.state(AGE, end - INSTANT), TicketState::Locked);
        for now in [end, day(31), day(300)] {
            assert_eq!(ticket.state(AGE, now), TicketState::Locked);
            assert_eq!(code(&ticket, ME, now), "ticket.locked");
            for (name, outcome) in every_step(&ticket, AGE, now) {
                assert_eq!(outcome, Err(Refusal::Locked), "{name}");
            }
        }
    }
}

#[test]
fn b16_age_counts_from_opening_or_from_the_last_message() {
    let written = ticket().customer_wrote(Worth::Own, AGE, day(20)).expect("open");
    assert_eq!(written.locks_at(TicketAge::Created), day(30));
    assert_eq!(written.locks_at(TicketAge::Activity), day(50));
    let unproven = written.clone().unproven_wrote(TicketAge::Activity, day(40)).expect("open");
    assert_eq!(unproven.locks_at(TicketAge::Activity), day(50), "an unproven mail prolongs nothing");
    for (name, outcome) in every_step(&written, TicketAge::Activity, day(50)) {
        assert_eq!(outcome, Err(Refusal::Locked), "{name}");
    }
}

#[test]
fn b14_b15_what_is_locked_first_does_not_close_by_silence() {
    let asked = ticket().staff_wrote(AGE, day(17)).expect("open");
    assert_eq!(asked.until(AGE), day(30));
    assert_eq!(asked.due(AGE, day(29)), [Due::RemindLock], "no word of closing: the lock comes first");
    assert_eq!(asked.due(AGE, day(LATE + 10)), []);
    let silent = ticket().staff_wrote(AGE, day(1)).expect("open");
    assert_eq!(silent.due(AGE, day(LATE)), [Due::CloseBySilence], "it closed before it was locked");
    assert!(silent.close(ClosedHow::Silence, AGE, day(LATE)).is_ok(), "and that is written down, late");
}

#[test]
fn the_two_columns_are_one_turn() {
    assert_eq!(Waits::new(None, None), Waits::Nobody);
    for waits in [Waits::Nobody, Waits::Customer { since: T0 }, Waits::Staff { since: T0 }] {
        assert_eq!(Waits::new(waits.for_customer_since(), waits.for_staff_since()), waits);
    }
}
