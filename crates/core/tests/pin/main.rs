//! The support PIN: digits, redemption, guesses.

mod attempt;
mod digits;
