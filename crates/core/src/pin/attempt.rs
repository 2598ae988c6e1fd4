//! Redeeming a PIN: look at the locks, count the attempt, compare, draw the consequences.
//!
//! The order is in the types: [`compare`] takes a [`Counted`], and only [`count`] makes one. Must
//! never tell the outside why a guess was wrong (control 8).

use serde::{Deserialize, Serialize};

use super::{
    digits::{PinDigits, digits},
    state::{Pin, PinState},
};
use crate::kernel::{ContactId, CustomerId, GroundId, Moment, PinId, Span, StaffId, words};

/// Wrong guesses that kill the contact's PIN (control 4).
pub const KILLS_PIN: u32 = 5;
/// Wrong guesses against one customer, over all staff and PINs, that close its PIN way (control 5).
pub const CLOSES_CUSTOMER: u32 = 15;
/// How far back [`Counters::at_customer`] and [`Counters::by_staff`] look.
pub const DAY: Span = Span::hours(24);
/// Wrong guesses of one staff member that lock their form (control 6).
pub const LOCKS_FORM: u32 = 10;
/// Wrong guesses over everything at one provider that raise an alarm (control 7).
pub const RAISES_ALARM: u32 = 30;
/// How far back [`Counters::overall`] looks.
pub const HOUR: Span = Span::hours(1);

/// The wrong guesses so far, as the store counts them in the transaction of the attempt.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counters {
    /// Against the contact's current PIN; 0 when there is none.
    pub on_pin: u32,
    /// Against this customer, since the later of `now - DAY` and the last reopening.
    pub at_customer: u32,
    /// By this staff member, since the later of `now - DAY` and the last unlock.
    pub by_staff: u32,
    /// At this provider, since `now - HOUR`.
    pub overall: u32,
    /// The PIN way was closed, and no authorised contact has signed in afresh since.
    pub customer_closed: bool,
    /// The form was locked, and no lead has unlocked it since.
    pub form_locked: bool,
    /// An alarm about the whole was raised since `now - HOUR`; a second one says nothing new.
    pub alarm_raised: bool,
}

/// Refused before any comparison; nothing is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PinRefusal {
    /// This staff member's form is locked until a lead unlocks it (control 6).
    FormLocked,
    /// This customer's PIN way is closed until one of its authorised contacts signs in (control 5).
    Closed,
}

impl PinRefusal {
    /// The stable code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::FormLocked => "pin.form_locked",
            Self::Closed => "pin.closed",
        }
    }
}

impl std::fmt::Display for PinRefusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::FormLocked => "too many wrong PINs today: a lead must unlock this form",
            Self::Closed => {
                "too many wrong PINs at this customer: one of its authorised contacts must sign in first"
            }
        })
    }
}

impl std::error::Error for PinRefusal {}

/// An attempt that counts as wrong already. The store writes it as a wrong guess before [`compare`]
/// is called, and strikes it again only for [`Verdict::Right`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use = "a counted attempt must be written as a wrong guess"]
pub struct Counted {
    after: Counters,
}

/// Looks at the locks, then counts.
pub const fn count(before: Counters) -> Result<Counted, PinRefusal> {
    if before.form_locked || before.by_staff >= LOCKS_FORM {
        return Err(PinRefusal::FormLocked);
    }
    if before.customer_closed || before.at_customer >= CLOSES_CUSTOMER {
        return Err(PinRefusal::Closed);
    }
    Ok(Counted {
        after: Counters {
            on_pin: before.on_pin.saturating_add(1),
            at_customer: before.at_customer.saturating_add(1),
            by_staff: before.by_staff.saturating_add(1),
            overall: before.overall.saturating_add(1),
            ..before
        },
    })
}

/// What a staff member typed, and for whom. The check digit was right already ([`super::parse`]).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Guess {
    pub staff: StaffId,
    pub customer: CustomerId,
    pub contact: ContactId,
    pub digits: PinDigits,
    /// The id the ground will have, should the guess be right.
    pub ground: GroundId,
}

/// The outcome of a comparison.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub enum Verdict {
    /// Used up: save this PIN, open the ground, strike the counted guess, issue another PIN (rule B9).
    Right(Pin),
    /// To the outside always `pin.wrong`.
    Wrong {
        /// For the log only.
        why: WrongWhy,
        consequences: Consequences,
    },
}

words! {
    /// Why a guess was wrong; for the log only, since the answer must not tell (control 8).
    WrongWhy {
        /// The contact has no PIN, or it is another's (control 9).
        NoPin = "no_pin",
        Digits = "digits",
        Expired = "expired",
        Used = "used",
        Dead = "dead",
    }
}

impl WrongWhy {
    /// The stable code, the same for all (control 8).
    pub const fn code(self) -> &'static str {
        "pin.wrong"
    }
}

/// What follows from a wrong guess; each to be carried out in the same transaction.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Consequences {
    /// Kill the contact's PIN ([`Pin::kill`]) and tell the customer.
    pub kill_pin: bool,
    /// Close the customer's PIN way, tell the customer, alarm the leads.
    pub close_customer: bool,
    /// Lock the staff member's form, alarm the leads.
    pub lock_form: bool,
    /// Alarm the leads about the whole.
    pub raise_alarm: bool,
}

/// Compares a counted guess with the contact's latest PIN (`None` when there never was one).
///
/// Derives digits and compares in every case, so that all wrong guesses take the same work.
pub fn compare(counted: Counted, key: &[u8; 32], guess: &Guess, pin: Option<&Pin>, now: Moment) -> Verdict {
    let id = pin.map_or(PinId(uuid::Uuid::nil()), |pin| pin.id);
    let same = digits(key, id) == guess.digits;
    let why = match pin {
        None => WrongWhy::NoPin,
        Some(pin) if pin.customer != guess.customer || pin.contact != guess.contact => WrongWhy::NoPin,
        Some(_) if !same => WrongWhy::Digits,
        Some(pin) => match pin.clone().redeem(guess.staff, guess.ground, now) {
            Some(redeemed) => return Verdict::Right(redeemed),
            None => match pin.state {
                PinState::Unused => WrongWhy::Expired,
                PinState::Redeemed { .. } => WrongWhy::Used,
                PinState::Dead { .. } => WrongWhy::Dead,
            },
        },
    };
    let live = pin.is_some_and(|pin| pin.live(now));
    Verdict::Wrong { why, consequences: consequences(&counted.after, live) }
}

const fn consequences(after: &Counters, pin_live: bool) -> Consequences {
    Consequences {
        kill_pin: pin_live && after.on_pin >= KILLS_PIN,
        close_customer: after.at_customer >= CLOSES_CUSTOMER,
        lock_form: after.by_staff >= LOCKS_FORM,
        raise_alarm: !after.alarm_raised && after.overall >= RAISES_ALARM,
    }
}
