//! The HTTP API and the use cases behind it; one folder per noun.
//!
//! A use case loads through the store, decides through the core, and commits change, log entry and
//! outgoing messages in one transaction. Must hold no SQL and compare no roles or times where
//! `pforte_core::access` can answer. The folders are floors: `tests/floors.rs` knows their order, and imports
//! point down. Start reading at `pin/mod.rs`, the model feature; `cx/` is what every use case gets, `api.rs`
//! the index of all addresses.

mod api;
mod edge;
mod start;

pub mod alarm;
pub mod attachment;
pub mod call;
mod challenge;
pub mod contact;
pub mod customer;
pub mod cx;
pub mod door;
pub mod ground;
pub mod guest;
pub mod import;
mod live;
mod mail;
mod people;
pub mod pin;
pub mod post;
pub mod recovery;
pub mod search;
mod show;
pub mod signin;
pub mod staff;
pub mod ticket;
pub mod visit;

pub use api::{openapi, router};
pub use cx::{App, AttachmentSettings, How, MailTarget, Relay, Settings, Shared, Smtp, SmtpTls, Support};
pub use pforte_blobs::{BucketSettings, Waits};
pub use start::{Parts, StartError};
