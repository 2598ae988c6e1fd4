//! The HTTP API and the use cases behind it; one folder per noun.
//!
//! A use case loads through the store, decides through the core, and commits change, log entry and
//! outgoing messages in one transaction. Must hold no SQL and compare no roles or times where
//! `pforte_core::access` can answer. Start reading at `pin/mod.rs`, the model feature; `app.rs` is
//! what every use case gets, `api.rs` the index of all addresses.

mod api;
mod app;

pub mod alarm;
pub mod attachment;
pub mod call;
pub mod challenge;
pub mod contact;
pub mod customer;
pub mod door;
mod edge;
pub mod ground;
pub mod guest;
pub mod import;
pub mod kernel;
pub mod live;
pub mod mail;
pub mod pin;
pub mod quarantine;
pub mod search;
pub mod signin;
pub mod staff;
pub mod support;
pub mod ticket;
pub mod visit;

pub use api::{openapi, router};
pub use app::{App, AttachmentSettings, Parts, Settings, Shared, StartError};
pub use attachment::blobs::{BucketSettings, Waits};
pub use mail::{MailTarget, Relay, Smtp, SmtpTls};
pub use support::{How, Support};
