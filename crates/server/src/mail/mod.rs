//! Mails: their words, and the job that delivers what waits in the outbox.
//!
//! A mail is written in the transaction of what it tells and delivered after. Until SMTP is configured
//! it goes to a folder, one file each. Mails carry no PIN and open no door (rule X8).

mod answers;
mod compose;
mod deliver;
mod guest;
pub mod intake;
mod link;
pub mod relay;
mod relays;
pub(crate) mod thread;
mod ticket;
mod undelivered;
mod under_way;
mod words;

pub use answers::forget_answered;
pub(crate) use deliver::STOP_WITHIN;
pub use deliver::{MailTarget, deliver, deliver_due};
pub use guest::guest_invited;
pub use intake::intake;
pub use link::sealed_link;
pub use relay::{Relay, Smtp, SmtpTls};
pub(crate) use relays::Relays;
pub use ticket::{TicketNews, files_left_out, ticket_locks_soon, ticket_message, ticket_news};
pub(crate) use undelivered::Outages;
pub(crate) use under_way::UnderWay;
pub use words::{
    ChangeMail, ChangeStep, Reader, activation, address_added, address_question, address_removed,
    codes_changed, codes_guessed, contact_change, phone_removed, pin_closed, pin_killed, primary_changed,
    sender_question, sign_in_link, visit_opened,
};
