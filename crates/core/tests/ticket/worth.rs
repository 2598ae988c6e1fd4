//! What a word is worth, at every door to the same effect (rules B10, B13, X2, X8; decision 0025).

use pforte_core::{access::TicketAge, kernel::*, sender::Proof, ticket::*};
use proptest::{prelude::*, test_runner::Config};

use crate::fixture::*;

/// Every way in which somebody can speak.
fn voices() -> Vec<Voice> {
    let signed_in = Strength::ALL.iter().map(|strength| Voice::SignedIn(*strength));
    let by_mail = Proof::ALL.iter().map(|proof| Voice::Mail(*proof));
    signed_in.chain(by_mail).chain([Voice::Guest, Voice::Machine]).collect()
}

#[test]
fn x8_only_a_sure_word_of_who_answers_for_the_ticket_is_the_customers_own() {
    for voice in voices() {
        let sure = match voice {
            Voice::SignedIn(strength) => strength.may_approve(),
            Voice::Mail(proof) => proof.counts(),
            Voice::Guest | Voice::Machine => false,
        };
        assert_eq!(worth(voice, true).opens(), sure, "{voice:?}");
        assert!(!worth(voice, false).opens(), "{voice:?} of one who only reads along");
    }
    assert_eq!(worth(Voice::SignedIn(Strength::Link), true), Worth::Link);
    assert_eq!(worth(Voice::Mail(Proof::Unproven), true), Worth::Nothing);
}

/// A door by which a word could open a product for whoever has the ticket.
#[derive(Clone, Copy, Debug)]
enum Door {
    NewRequest,
    MessageInStaffMade,
    MessageInClosed,
    MessageInReopenedByStaff,
    Reopen,
    Confirm,
    ConfirmAfterReopen,
}

const DOORS: [Door; 7] = [
    Door::NewRequest,
    Door::MessageInStaffMade,
    Door::MessageInClosed,
    Door::MessageInReopenedByStaff,
    Door::Reopen,
    Door::Confirm,
    Door::ConfirmAfterReopen,
];

/// The ticket after such a word went through the door on day two; `None` when it is refused.
fn through(door: Door, worth: Worth) -> Option<Ticket> {
    let staff_made = || mine(Opener::Staff);
    let by_staff = || closed().reopen(Opener::Staff, AGE, day(2)).expect("closed");
    let now = day(2) + MINUTE;
    match door {
        Door::NewRequest => Ticket::open(opened(worth.opener()), day(2)).take_over(ME, None, AGE, now),
        Door::MessageInStaffMade => staff_made().customer_wrote(worth, AGE, now),
        Door::MessageInClosed => closed().customer_wrote(worth, AGE, now),
        Door::MessageInReopenedByStaff => by_staff().customer_wrote(worth, AGE, now),
        Door::Reopen => closed().reopen(worth.opener(), AGE, now),
        Door::Confirm => staff_made().confirm(worth, AGE, now),
        Door::ConfirmAfterReopen => by_staff().confirm(worth, AGE, now),
    }
    .ok()
}

/// Every door × every worth: the product opens exactly by the customer's own word.
#[test]
fn x8_b10_b13_every_door_asks_what_the_word_is_worth() {
    let now = day(2) + MINUTE + MINUTE;
    for at in DOORS {
        for worth in Worth::ALL {
            let open = through(at, *worth).is_some_and(|t| door(&t, ME, AGE, now).opening().is_some());
            assert_eq!(open, worth.opens(), "{at:?} by {worth:?}");
        }
    }
}

/// What opens nothing is taken all the same: as an answer, and to be confirmed by a stronger sign-in.
#[test]
fn x8_a_links_word_is_taken_and_confirmed_later() {
    for at in [Door::NewRequest, Door::MessageInStaffMade, Door::MessageInClosed, Door::Reopen] {
        let taken = through(at, Worth::Link).expect("taken");
        assert!(taken.waits.for_staff_since().is_some(), "{at:?} is an answer");
        let listed = allowed(&taken, Viewer::Contact, AGE, day(3));
        assert!(listed.contains(&(TicketAction::Confirm, None)), "{at:?}");
        assert_eq!(taken.clone().confirm(Worth::Link, AGE, day(3)), Err(Refusal::NeedsConfirmation));
        let confirmed = taken.confirm(Worth::Own, AGE, day(3)).expect("open");
        assert!(door(&confirmed, ME, AGE, day(3)).opening().is_some(), "{at:?}");
    }
}

#[derive(Clone, Copy, Debug)]
enum Step {
    Hours(i64),
    Writes(Worth),
    Reopens(Worth),
    Confirms(Worth),
    StaffWrites,
    StaffReopens,
    TakesOver,
    Closes,
}

fn weak() -> impl Strategy<Value = Worth> {
    prop::sample::select(vec![Worth::Link, Worth::Along, Worth::Nothing])
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        (1..200i64).prop_map(Step::Hours),
        weak().prop_map(Step::Writes),
        weak().prop_map(Step::Reopens),
        weak().prop_map(Step::Confirms),
        Just(Step::StaffWrites),
        Just(Step::StaffReopens),
        Just(Step::TakesOver),
        Just(Step::Closes),
    ]
}

fn take(t: Ticket, step: Step, age: TicketAge, now: Moment) -> Result<Ticket, Refusal> {
    match step {
        Step::Hours(_) => Ok(t),
        Step::Writes(worth) => t.customer_wrote(worth, age, now),
        Step::Reopens(worth) => t.reopen(worth.opener(), age, now),
        Step::Confirms(worth) => t.confirm(worth, age, now),
        Step::StaffWrites => t.staff_wrote(age, now),
        Step::StaffReopens => t.reopen(Opener::Staff, age, now),
        Step::TakesOver => {
            let from = t.assigned_to;
            t.take_over(ME, from, age, now)
        }
        Step::Closes => t.close(ClosedHow::Staff, age, now),
    }
}

proptest! {
    #![proptest_config(Config { failure_persistence: None, cases: 512, ..Config::default() })]

    /// Whatever weaker words come in whatever order, by whatever was opened: no door opens.
    #[test]
    fn x8_no_sequence_of_weaker_words_opens_anything(
        by in weak(),
        age in prop::sample::select(TicketAge::ALL),
        was_the_customers in any::<bool>(),
        steps in prop::collection::vec(step(), 1..40),
    ) {
        let mut now = T0 + MINUTE;
        let mut ticket = if was_the_customers { closed() } else { Ticket::open(opened(by.opener()), T0) };
        if was_the_customers {
            now = day(1) + MINUTE;
        }
        for step in steps {
            now = now + MINUTE;
            if let Step::Hours(hours) = step {
                now = now + Span::hours(hours);
            }
            if let Ok(next) = take(ticket.clone(), step, age, now) {
                ticket = next;
            }
            prop_assert!(door(&ticket, ME, age, now).opening().is_none(), "{step:?}");
        }
    }
}
