//! Tickets: opened, written in, taken over, closed, locked (rules B10 to B16).
//!
//! Functions that end in `_in` work inside the writer's transaction, on a [`Step`]: the portal, the desk
//! and mail from outside all go through them. They read the ticket there, ask `pforte_core::ticket`, and
//! save ticket, message, entry and mails together. [`settle`] comes after the commit: it renews the doors
//! that the change touches, so that a closed ticket's visits end at once (rule B12). Whether a door is open
//! is asked of `pforte_core::access` alone. Start reading at `open.rs` and `write.rs`.

mod answer;
mod change;
mod door_view;
mod find;
mod life;
pub mod life_routes;
pub mod line;
pub mod list;
mod merge;
pub mod message_view;
mod open;
mod refusal;
pub mod routes;
mod saved;
pub mod saved_routes;
mod settle;
mod snippet;
mod sweep;
mod take_over;
pub mod view;
mod write;

pub use answer::{Answer, Answered, answer};
pub use life::close;
pub use open::{Asked, NewTicket, OpenAsk, Opened, open, open_in};
pub use refusal::refused;
pub use settle::{settle, shown_end, tell};
pub use sweep::{sweep, sweep_always};
pub use write::{
    Became, File, NewMessage, Wrote, customer_wrote_in, going_on, happened, put, readers, unproven_wrote_in,
};
