//! Redeeming: the locks, counting before comparing, the consequences.

use pforte_core::{
    access::{ContactFacts, EndedHow},
    kernel::*,
    pin::*,
};
use proptest::{prelude::*, test_runner::Config};
use uuid::Uuid;

const KEY: [u8; 32] = [7; 32];
const T0: Moment = Moment(1_800_000_000_000_000);

fn id(n: u128) -> Uuid {
    Uuid::from_u128(n)
}

fn a_pin() -> Pin {
    Pin::issue(PinId(id(1)), CustomerId(id(2)), ContactId(id(3)), T0)
}

fn guess(digits: PinDigits) -> Guess {
    Guess {
        staff: StaffId(id(5)),
        customer: CustomerId(id(2)),
        contact: ContactId(id(3)),
        digits,
        ground: GroundId(id(6)),
    }
}

fn right() -> Guess {
    guess(digits(&KEY, a_pin().id))
}

fn wrong() -> Guess {
    guess(digits(&KEY, PinId(id(999))))
}

fn compare_with(counters: Counters, guess: &Guess, pin: Option<&Pin>, now: Moment) -> Verdict {
    compare(count(counters).expect("not locked"), &KEY, guess, pin, now)
}

fn why(verdict: Verdict) -> WrongWhy {
    match verdict {
        Verdict::Wrong { why, .. } => why,
        Verdict::Right(_) => panic!("was right"),
    }
}

fn consequences(counters: Counters) -> Consequences {
    match compare_with(counters, &wrong(), Some(&a_pin()), T0) {
        Verdict::Wrong { consequences, .. } => consequences,
        Verdict::Right(_) => panic!("was right"),
    }
}

/// Rules B7, B8; control 2.
#[test]
fn b7_b8_control_2_a_pin_is_good_for_60_minutes_from_issue() {
    let pin = a_pin();
    for (seconds, good) in [(0, true), (3_599, true), (3_600, false), (3_601, false)] {
        let now = T0 + Span::seconds(seconds);
        let verdict = compare_with(Counters::default(), &right(), Some(&pin), now);
        assert_eq!(matches!(verdict, Verdict::Right(_)), good, "{seconds} s");
        assert_eq!(pin.live(now), good);
        if !good {
            assert_eq!(why(verdict), WrongWhy::Expired);
        }
    }
}

/// Rule B7; control 3: used up by the first redemption, also with the clock set back.
#[test]
fn b7_control_3_a_pin_is_redeemed_once() {
    let Verdict::Right(used) = compare_with(Counters::default(), &right(), Some(&a_pin()), T0) else {
        panic!("is right")
    };
    for now in [T0 - Span::hours(1), T0, T0 + Span::minutes(1)] {
        assert_eq!(why(compare_with(Counters::default(), &right(), Some(&used), now)), WrongWhy::Used);
    }
    let contact = ContactFacts {
        id: used.contact,
        active: true,
        rights: ContactRights { support: true, instruction: false },
    };
    let ended = Some((T0, EndedHow::Staff));
    let ground = used.ground(contact, ended).expect("redeemed");
    assert_eq!(
        (ground.staff, ground.issued_at, ground.redeemed_at, ground.ended),
        (right().staff, T0, T0, ended)
    );
    assert_eq!(a_pin().ground(contact, None), None, "an unused PIN is no ground");
}

/// Control 4: the fifth wrong guess kills, and then the right PIN is refused.
#[test]
fn control_4_five_wrong_guesses_kill_the_pin() {
    for (before, kills) in [(0, false), (3, false), (4, true), (5, true)] {
        assert_eq!(
            consequences(Counters { on_pin: before, ..Counters::default() }).kill_pin,
            kills,
            "{before}"
        );
    }
    let dead = a_pin().kill(DeadWhy::Guesses, T0);
    assert!(!dead.live(T0));
    assert_eq!(why(compare_with(Counters::default(), &right(), Some(&dead), T0)), WrongWhy::Dead);
    let expired = compare_with(
        Counters { on_pin: 9, ..Counters::default() },
        &wrong(),
        Some(&a_pin()),
        T0 + Span::hours(2),
    );
    let Verdict::Wrong { consequences, .. } = expired else { panic!("was right") };
    assert!(!consequences.kill_pin, "what is not live is not killed again");
}

/// Control 5, until one of the customer's authorised contacts signs in afresh.
#[test]
fn control_5_fifteen_wrong_guesses_close_the_customers_pin_way() {
    for (before, closes) in [(13, false), (14, true)] {
        let counters = Counters { at_customer: before, ..Counters::default() };
        assert_eq!(consequences(counters).close_customer, closes, "{before}");
    }
    assert_eq!(count(Counters { at_customer: 15, ..Counters::default() }), Err(PinRefusal::Closed));
    let a_day_later = Counters { customer_closed: true, ..Counters::default() };
    assert_eq!(count(a_day_later), Err(PinRefusal::Closed), "time alone does not reopen it");
    assert_eq!(PinRefusal::Closed.code(), "pin.closed");
}

/// Control 6, until a lead unlocks it.
#[test]
fn control_6_ten_wrong_guesses_lock_the_form() {
    for (before, locks) in [(8, false), (9, true)] {
        let counters = Counters { by_staff: before, ..Counters::default() };
        assert_eq!(consequences(counters).lock_form, locks, "{before}");
    }
    assert_eq!(count(Counters { by_staff: 10, ..Counters::default() }), Err(PinRefusal::FormLocked));
    let a_day_later = Counters { form_locked: true, ..Counters::default() };
    assert_eq!(count(a_day_later), Err(PinRefusal::FormLocked), "time alone does not unlock it");
    assert_eq!(PinRefusal::FormLocked.code(), "pin.form_locked");
}

/// Control 7: once an hour.
#[test]
fn control_7_thirty_wrong_guesses_raise_one_alarm() {
    for (overall, alarm_raised, raises) in
        [(28, false, false), (29, false, true), (29, true, false), (90, false, true)]
    {
        let counters = Counters { overall, alarm_raised, ..Counters::default() };
        assert_eq!(consequences(counters).raise_alarm, raises, "{overall} {alarm_raised}");
    }
}

/// Control 8: to the outside all the same.
#[test]
fn control_8_every_wrong_guess_has_the_same_code() {
    for why in WrongWhy::ALL {
        assert_eq!(why.code(), "pin.wrong");
    }
}

/// Control 9: A's digits against B are wrong, and count as such.
#[test]
fn control_9_a_pin_of_another_customer_or_contact_is_wrong_and_counts() {
    let counters = Counters { at_customer: 14, ..Counters::default() };
    let elsewhere = Guess { customer: CustomerId(id(20)), ..right() };
    let someone_else = Guess { contact: ContactId(id(30)), ..right() };
    let none = compare_with(counters, &right(), None, T0);
    for verdict in [
        compare_with(counters, &elsewhere, Some(&a_pin()), T0),
        compare_with(counters, &someone_else, Some(&a_pin()), T0),
        none,
    ] {
        let Verdict::Wrong { why, consequences } = verdict else { panic!("was right") };
        assert_eq!(why, WrongWhy::NoPin);
        assert!(consequences.close_customer);
    }
}

/// The tenth, the fifteenth guess may still be right: its own count is struck, nothing follows.
#[test]
fn a_right_guess_brings_no_consequences() {
    let counters = Counters { on_pin: 4, at_customer: 14, by_staff: 9, overall: 29, ..Counters::default() };
    assert!(matches!(compare_with(counters, &right(), Some(&a_pin()), T0), Verdict::Right(_)));
}

#[test]
fn b8_only_an_unused_pin_can_be_killed() {
    let Verdict::Right(used) = compare_with(Counters::default(), &right(), Some(&a_pin()), T0) else {
        panic!("is right")
    };
    assert_eq!(used.clone().kill(DeadWhy::Deactivated, T0), used);
    let dead = a_pin().kill(DeadWhy::Renewed, T0);
    assert_eq!(dead.clone().kill(DeadWhy::Guesses, T0), dead);
    assert!(matches!(dead.state, PinState::Dead { why: DeadWhy::Renewed, .. }));
}

/// A store of the simplest kind, to play whole days against the rules.
#[derive(Default)]
struct Guesses {
    wrong: Vec<WrongGuess>,
    closed: [bool; 2],
    locked: [bool; 3],
}

#[derive(Clone, Copy)]
struct WrongGuess {
    at: Moment,
    staff: usize,
    customer: usize,
    pin: PinId,
}

impl Guesses {
    fn tally(&self, keep: impl Fn(&WrongGuess) -> bool) -> u32 {
        self.wrong.iter().filter(|w| keep(w)).count().try_into().expect("few")
    }

    fn counters(&self, next: WrongGuess) -> Counters {
        Counters {
            on_pin: self.tally(|w| w.pin == next.pin),
            at_customer: self.tally(|w| w.customer == next.customer && w.at > next.at - DAY),
            by_staff: self.tally(|w| w.staff == next.staff && w.at > next.at - DAY),
            overall: self.tally(|w| w.at > next.at - HOUR),
            customer_closed: self.closed[next.customer],
            form_locked: self.locked[next.staff],
            alarm_raised: false,
        }
    }
}

proptest! {
    #![proptest_config(Config { cases: 200, failure_persistence: None, ..Config::default() })]

    /// Whatever staff type, and however often PINs are renewed: no more than five comparisons against
    /// one PIN, fifteen a day against one customer, ten a day by one staff member.
    #[test]
    fn controls_4_5_6_no_day_holds_more_guesses_than_the_limits(
        steps in prop::collection::vec((0..3usize, 0..2usize, 0..40i64), 1..150),
    ) {
        let mut store = Guesses::default();
        let mut pins = [0, 1].map(|n| Pin::issue(PinId(id(10 + n)), CustomerId(id(n)), ContactId(id(n)), T0));
        let mut now = T0;
        for ((staff, customer, minutes), fresh) in steps.into_iter().zip(100..) {
            now = now + Span::minutes(minutes);
            if !pins[customer].live(now) {
                let (of, contact) = (pins[customer].customer, pins[customer].contact);
                pins[customer] = Pin::issue(PinId(id(fresh)), of, contact, now);
            }
            let pin = pins[customer].clone();
            let next = WrongGuess { at: now, staff, customer, pin: pin.id };
            let Ok(counted) = count(store.counters(next)) else { continue };
            store.wrong.push(next);
            let guess = Guess { customer: pin.customer, contact: pin.contact, ..wrong() };
            let Verdict::Wrong { consequences, .. } = compare(counted, &KEY, &guess, Some(&pin), now) else {
                return Err(TestCaseError::fail("a wrong guess was right"));
            };
            if consequences.kill_pin {
                pins[customer] = pin.kill(DeadWhy::Guesses, now);
            }
            store.closed[customer] |= consequences.close_customer;
            store.locked[staff] |= consequences.lock_form;
        }
        for last in &store.wrong {
            let that_day = |w: &WrongGuess| w.at > last.at - DAY && w.at <= last.at;
            prop_assert!(store.tally(|w| w.pin == last.pin) <= 5);
            prop_assert!(store.tally(|w| w.customer == last.customer && that_day(w)) <= 15);
            prop_assert!(store.tally(|w| w.staff == last.staff && that_day(w)) <= 10);
        }
    }
}
