//! What mails say, and how one is composed. They carry no PIN and open no door (rule X8).
//!
//! A mail is written in the transaction of what it tells and delivered after: `post/` does that.

pub(crate) mod answers;
pub(crate) mod compose;
mod guest;
pub(crate) mod link;
pub(crate) mod thread;
mod ticket;
mod words;

pub use answers::forget_answered;
pub use guest::guest_invited;
pub use link::sealed_link;
pub use ticket::{TicketNews, files_left_out, ticket_locks_soon, ticket_message, ticket_news};
pub use words::{
    ChangeMail, ChangeStep, Reader, RecoveryNews, activation, address_added, address_question,
    address_removed, codes_changed, codes_guessed, contact_change, phone_removed, pin_closed, pin_killed,
    primary_changed, recovery_link, recovery_own, recovery_told, sender_question, sign_in_link, visit_opened,
};
