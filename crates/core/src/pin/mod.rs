//! The support PIN: its digits, its life, and what a right or wrong guess brings (rules B3 to B9).
//!
//! The model feature: pure values in, values out. All instants are passed in, and `now` never falls
//! between calls (`cx.now` guarantees it), so that a clock set back revives no PIN (control 2). Must
//! never keep or print digits. Start reading at [`count`] and [`compare`].
//!
//! ```
//! use pforte_core::{kernel::*, pin::*};
//! # let id = |n: u128| uuid::Uuid::from_u128(n);
//! # let (staff, customer, contact) = (StaffId(id(1)), CustomerId(id(2)), ContactId(id(3)));
//! # let ground = GroundId(id(4));
//! let key = [7; 32]; // lies outside the database
//! let issued_at = Moment(0);
//! let pin = Pin::issue(PinId(id(9)), customer, contact, issued_at);
//! let shown = digits(&key, pin.id).reveal_grouped(); // "123 456 789"
//!
//! // The redemption, all in one transaction of the store:
//! let typed = parse(&shown)?; // a typing error costs no attempt
//! let counted = count(Counters::default())?; // locked or closed: refused, nothing compared
//! // … the store writes the attempt as a wrong guess here …
//! let guess = Guess { staff, customer, contact, digits: typed, ground };
//! match compare(counted, &key, &guess, Some(&pin), issued_at + Span::minutes(59)) {
//!     Verdict::Right(pin) => { /* save it, strike the guess, open the ground, issue a new PIN */
//! #       assert!(!pin.live(issued_at));
//!     }
//!     Verdict::Wrong { why, consequences } => { /* carry out the consequences; answer why.code() */
//! #       panic!("{why:?} {consequences:?}");
//!     }
//! }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod attempt;
mod digits;
mod state;
mod words;

pub use attempt::*;
pub use digits::{Mistyped, PinDigits, digits, parse};
pub use state::*;
pub use words::{WORDS_DE, WORDS_EN, recovery_pair, word_pair};
