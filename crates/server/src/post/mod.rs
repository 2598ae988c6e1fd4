//! Mails on their way: taken in, held in quarantine, answered for, delivered.
//!
//! What mails say stands in `mail/`; nouns put them into the outbox with what they tell of.

pub mod challenge;
mod deliver;
pub mod intake;
pub mod quarantine;
mod undelivered;

pub(crate) use deliver::STOP_WITHIN;
pub use deliver::{deliver, deliver_due};
pub use intake::intake;
