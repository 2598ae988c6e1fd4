//! The reverse proxy in front of the provider's products: asks before it forwards.
//!
//! Knows no tickets and no SQL: who may pass is answered by a [`Permit`]. A request is first vetted
//! byte by byte (refused when two parsers could read it differently), then admitted (the log entry is
//! durable when [`Permit::admit`] answers), then rebuilt from an allow-list and forwarded. Streams end
//! when the visit's [`Leash`] is cut. Start reading at `permit.rs`, then `gateway.rs`.

mod body;
mod config;
mod cookies;
mod forward;
mod gateway;
mod leash;
pub mod listen;
mod mask;
mod origin;
mod pages;
pub mod peer;
mod permit;
mod pforte;
mod rewrite;
mod vet;

pub use body::{Broken, FilterError, OutBody};
pub use config::{GatewayConfig, Limits, Scheme};
pub use cookies::CookieJar;
pub use gateway::Gateway;
pub use leash::{Cut, Hold, Leash};
pub use permit::*;
pub use vet::{Refusal, Rules, Vetted};

/// Whether a selector of a pass list can be read; for checking a configuration before it is used.
pub fn selector_is_valid(text: &str) -> bool {
    scraper::Selector::parse(text).is_ok()
}
