//! Tickets: who asks, who took it over, and the clocks that close and lock it (rules B10 to B16).
//!
//! Must never answer whether a door is open: that is [`crate::access::decide`] alone.

mod words;

pub use words::*;
