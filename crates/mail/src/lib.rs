//! Mail from anybody: transports in, parsing, sender checks, safe HTML.
//!
//! Every byte that comes in here may be hostile. Nothing in this crate panics on one, works longer
//! than its length warrants, fetches anything a message names, or knows tickets and tables. Start
//! reading at [`message::read`], then [`authenticate::Checker`].

pub mod authenticate;
pub mod message;
#[cfg(feature = "network")]
pub mod oauth;
pub mod redact;
pub mod thread;
#[cfg(feature = "network")]
pub mod transport;

pub use message::fingerprint::fingerprint;
pub use message::{Message, read};
