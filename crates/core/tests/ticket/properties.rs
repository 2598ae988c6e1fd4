//! Whole stories, drawn at random: what no sequence of steps can do.

use pforte_core::{access::TicketAge, kernel::*, ticket::*};
use proptest::{prelude::*, test_runner::Config};

use crate::fixture::*;

#[derive(Clone, Copy, Debug)]
enum Step {
    Hours(i64),
    TakeOver(StaffId),
    HandOver,
    Release,
    StaffWrites,
    GuestWrites,
    /// An unproven mail, an absence notice, a bounce.
    UnprovenMail,
    StaffReopens,
    UnprovenReopens,
    Closes(ClosedHow),
    Sweep,
    CustomerWrites,
    CustomerReopens,
    CustomerConfirms,
}

fn staff() -> impl Strategy<Value = StaffId> {
    prop_oneof![3 => Just(ME), 1 => Just(COLLEAGUE)]
}

fn others_step() -> impl Strategy<Value = Step> {
    prop_oneof![
        3 => (1..240i64).prop_map(Step::Hours),
        3 => staff().prop_map(Step::TakeOver),
        1 => Just(Step::HandOver),
        1 => Just(Step::Release),
        2 => Just(Step::StaffWrites),
        1 => Just(Step::GuestWrites),
        2 => Just(Step::UnprovenMail),
        2 => Just(Step::StaffReopens),
        1 => Just(Step::UnprovenReopens),
        1 => prop::sample::select(ClosedHow::ALL).prop_map(Step::Closes),
        1 => Just(Step::Sweep),
    ]
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => others_step(),
        1 => Just(Step::CustomerWrites),
        1 => Just(Step::CustomerReopens),
        1 => Just(Step::CustomerConfirms),
    ]
}

fn age() -> impl Strategy<Value = TicketAge> {
    prop::sample::select(TicketAge::ALL)
}

fn opener() -> impl Strategy<Value = Opener> {
    prop::sample::select(Opener::ALL)
}

/// A ticket and the instant it is at; a refused step leaves it as it is.
#[derive(Clone, Debug)]
struct Story {
    ticket: Ticket,
    age: TicketAge,
    now: Moment,
    told: Vec<(Due, Waits)>,
}

impl Story {
    fn new(by: Opener, age: TicketAge) -> Self {
        Self { ticket: Ticket::open(opened(by), T0), age, now: T0, told: vec![] }
    }

    /// Whether the step was taken.
    fn take(&mut self, step: Step) -> bool {
        self.now = self.now + Span::seconds(1);
        let (t, age, now) = (self.ticket.clone(), self.age, self.now);
        let outcome = match step {
            Step::Hours(hours) => {
                self.now = now + Span::hours(hours);
                Ok(t)
            }
            Step::TakeOver(staff) => {
                let from = t.assigned_to;
                t.take_over(staff, from, age, now)
            }
            Step::HandOver => t.hand_over(ME, COLLEAGUE, age, now),
            Step::Release => t.release(ME, age, now),
            Step::StaffWrites => t.staff_wrote(age, now),
            Step::GuestWrites => t.guest_wrote(age, now),
            Step::UnprovenMail => t.unproven_wrote(age, now),
            Step::StaffReopens => t.reopen(Opener::Staff, age, now),
            Step::UnprovenReopens => t.reopen(Opener::Unproven, age, now),
            Step::Closes(how) => t.close(how, age, now),
            Step::Sweep => Ok(self.sweep(t)),
            Step::CustomerWrites => t.customer_wrote(Worth::Own, age, now),
            Step::CustomerReopens => t.reopen(Opener::Customer, age, now),
            Step::CustomerConfirms => t.confirm(Worth::Own, age, now),
        };
        match outcome {
            Ok(ticket) => self.ticket = ticket,
            Err(_) => return false,
        }
        true
    }

    fn sweep(&mut self, mut ticket: Ticket) -> Ticket {
        for due in ticket.due(self.age, self.now) {
            self.told.push((due, ticket.waits));
            ticket = match due {
                Due::CloseBySilence => {
                    ticket.close(ClosedHow::Silence, self.age, self.now).expect("it was due")
                }
                other => ticket.told(other, self.now),
            };
        }
        ticket
    }

    fn open_for(&self, staff: StaffId) -> bool {
        door(&self.ticket, staff, self.age, self.now).opening().is_some()
    }
}

proptest! {
    #![proptest_config(Config { failure_persistence: None, cases: 512, ..Config::default() })]

    /// Control 14: without a word of the customer's, whatever staff and strangers do.
    #[test]
    fn b10_what_staff_opened_opens_nothing_without_the_customers_word(
        by in prop_oneof![Just(Opener::Staff), Just(Opener::Unproven)],
        age in age(),
        steps in prop::collection::vec(others_step(), 1..40),
    ) {
        let mut story = Story::new(by, age);
        for step in steps {
            story.take(step);
            prop_assert!(!story.open_for(ME) && !story.open_for(COLLEAGUE), "{step:?}");
        }
    }

    /// Control 15: once closed, the customer alone opens it again.
    #[test]
    fn b12_b13_after_closing_nothing_opens_until_the_customer_speaks(
        before in prop::collection::vec(step(), 0..15),
        age in age(),
        after in prop::collection::vec(others_step(), 1..25),
    ) {
        let mut story = Story::new(Opener::Customer, age);
        for step in before {
            story.take(step);
        }
        story.take(Step::Closes(ClosedHow::Staff));
        prop_assume!(story.ticket.closed_at(story.now).is_some());
        for step in after {
            story.take(step);
            prop_assert!(!story.open_for(ME) && !story.open_for(COLLEAGUE), "{step:?}");
        }
        let locked = story.ticket.state(age, story.now) == TicketState::Locked;
        story.take(Step::CustomerWrites);
        if let Some(staff) = story.ticket.assigned_to {
            prop_assert_eq!(story.open_for(staff), !locked, "given back to the same one");
        }
    }

    #[test]
    fn b15_b16_locked_is_for_good(
        by in opener(),
        age in age(),
        steps in prop::collection::vec(step(), 1..60),
    ) {
        let mut story = Story::new(by, age);
        let mut locked = None;
        for step in steps {
            let took = story.take(step);
            if let Some(before) = &locked {
                let happened = !matches!(step, Step::Hours(_) | Step::Sweep | Step::Closes(ClosedHow::Silence));
                prop_assert!(!(took && happened), "{step:?}");
                prop_assert_eq!(story.ticket.state(age, story.now), TicketState::Locked);
                prop_assert_eq!(story.ticket.locks_at(age), *before);
                prop_assert!(!story.open_for(ME) && !story.open_for(COLLEAGUE));
            } else if story.ticket.state(age, story.now) == TicketState::Locked {
                locked = Some(story.ticket.locks_at(age));
            }
        }
    }

    #[test]
    fn b10_b11_whoever_does_not_have_it_is_never_let_in(
        by in opener(),
        age in age(),
        steps in prop::collection::vec(step(), 1..40),
    ) {
        let mut story = Story::new(by, age);
        for step in steps {
            story.take(step);
            for staff in [ME, COLLEAGUE] {
                prop_assert!(!story.open_for(staff) || story.ticket.assigned_to == Some(staff));
            }
        }
    }

    /// The decision and the pages read the same clocks.
    #[test]
    fn x7_the_door_agrees_with_the_state(
        by in opener(),
        age in age(),
        steps in prop::collection::vec(step(), 1..40),
    ) {
        let mut story = Story::new(by, age);
        for step in steps {
            story.take(step);
            let state = story.ticket.state(age, story.now);
            let code = door(&story.ticket, ME, age, story.now).code();
            prop_assert_eq!(code == "ticket.locked", state == TicketState::Locked);
            prop_assert_eq!(code == "ticket.closed", state == TicketState::Closed);
            if code == "open" {
                prop_assert!(story.now < story.ticket.until(age) && story.ticket.customer_stands_behind());
            }
            let open = !matches!(state, TicketState::Closed | TicketState::Locked);
            prop_assert_eq!(open, story.now < story.ticket.until(age), "until is when it shuts");
        }
    }

    /// However often one looks, each reminder is told once for each wait, and closing is written once.
    #[test]
    fn b14_b15_each_is_due_at_most_once_for_each_wait(
        by in opener(),
        age in age(),
        steps in prop::collection::vec(step(), 1..60),
    ) {
        let mut story = Story::new(by, age);
        for step in steps {
            story.take(step);
            story.take(Step::Sweep);
            let again = story.ticket.due(age, story.now);
            prop_assert_eq!(&again, &vec![], "told just now");
        }
        let waits: Vec<_> = story.told.iter().filter(|(due, _)| *due != Due::RemindLock).collect();
        for (n, told) in waits.iter().enumerate() {
            prop_assert!(!waits[..n].contains(told), "{told:?} twice");
        }
        let locks = story.told.len() - waits.len();
        prop_assert!(age == TicketAge::Activity || locks <= 1);
    }
}
