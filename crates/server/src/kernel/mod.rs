//! What every use case shares: clock and randomness, secrets, who is signed in, error bodies, pages, packing.
//!
//! Must never know a single feature.

pub mod actor;
pub mod encoding;
pub mod page;
pub mod password;
pub mod problem;
pub mod secrets;
pub mod sources;
pub mod words;

pub use actor::{ContactActor, SignedIn, StaffActor, Who};
pub use page::{Page, PageQuery, Timestamp};
pub use problem::Problem;
pub use secrets::{Secrets, TokenKey};
pub use sources::{Clock, Random, Sources};
pub use words::{MailWords, Words, without_secrets};
