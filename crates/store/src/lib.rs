//! The only SQL of Pforte: one text for SQLite and PostgreSQL, one file per noun.
//!
//! Rows never leave this crate; what does are plain records and the core's values. Every query names
//! the provider. Changes go through the [`Writer`], which alone may commit, and which takes the log
//! entry with the change, so that one cannot be forgotten. Start reading at `writer.rs`; what differs
//! between the two databases is in `conn.rs` and nowhere else.

mod conn;
mod db;
mod ending;
mod error;
mod name_key;
mod statement;
mod writer;

pub mod address;
pub mod alarm;
pub mod attachment;
pub mod challenge;
pub mod contact;
pub mod contact_change;
pub mod copied;
pub mod customer;
pub mod customer_note;
pub mod ground;
pub mod guest;
pub mod log;
pub mod mail;
pub mod mail_signature;
pub mod message;
pub mod notice;
pub mod objection;
pub mod outbox;
pub mod phone;
pub mod phone_call;
pub mod pin;
pub mod provider;
pub mod queue;
pub mod recovery;
pub mod run;
pub mod search;
pub mod sign_in;
pub mod staff;
pub mod support_address;
pub mod ticket;
pub mod ticket_view;
pub mod visit;
pub mod watcher;

pub use conn::Conn;
pub use db::{Db, DbConfig, urgently};
pub use ending::Ending;
pub use error::StoreError;
pub use writer::{Change, Health, Lent, Tx, Writer};
