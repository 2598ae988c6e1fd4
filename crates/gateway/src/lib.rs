//! The reverse proxy in front of the provider's products: asks before it forwards.
//!
//! Knows no tickets and no SQL: who may pass is answered by a [`Permit`]. A request is first vetted
//! byte by byte (refused when two parsers could read it differently), then admitted (the log entry is
//! durable when [`Permit::admit`] answers), then rebuilt from an allow-list and forwarded. Streams end
//! when the visit's [`Leash`] is cut. Start reading at `permit.rs`.

mod leash;
mod permit;

pub use leash::{Cut, Hold, Leash};
pub use permit::*;

/// Upstream cookies of one visit, kept on this side (rule T15).
#[derive(Debug, Default)]
pub struct CookieJar;
