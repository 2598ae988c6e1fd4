//! Visits and the doors behind them, asked as the gateway asks.

mod ends;
mod link;
mod log;
mod objections;
mod opens;
mod together;
mod unwritable;

use pforte_gateway::{Pass, Shut};
use pforte_testkit::shut_code;

/// `open`, `masked`, or why it is shut.
pub fn told(answer: &Result<Pass, Shut>) -> String {
    match answer {
        Ok(pass) if pass.masked => "masked".into(),
        Ok(_) => "open".into(),
        Err(shut) => shut_code(shut),
    }
}
