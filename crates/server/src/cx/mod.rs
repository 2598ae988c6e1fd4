//! The ground floor: what every use case gets and shares. Clock and randomness, secrets, error bodies, pages of
//! lists, live news, and the handles to store, doors and blobs.
//!
//! Must never know a single feature. Start at [`App`].

mod app;
mod change;
pub mod encoding;
mod hub;
mod mail_target;
mod outages;
mod page;
pub mod password;
mod problem;
pub mod relay;
mod relays;
mod secrets;
mod shares;
pub mod sources;
mod step;
mod support;
pub mod throttle;
mod under_way;
mod uploads;
mod words;

pub use app::{App, AttachmentSettings, Settings, Shared};
pub use change::{By, Cx, Done, there};
pub use hub::{Audience, Event, Hub, Missed, News, Topic};
pub use mail_target::MailTarget;
pub(crate) use outages::{Outage, Outages};
pub use page::{Page, PageQuery, Timestamp};
pub use problem::Problem;
pub use relay::{Relay, Smtp, SmtpTls, Unsent};
pub(crate) use relays::{Lane, Relays, asked};
pub use secrets::{Secrets, TokenKey};
pub(crate) use shares::{Crowded, Shares, UnderWay as Share};
pub use sources::{Clock, Random, Sources};
pub use step::Step;
pub(crate) use support::Supports;
pub use support::{How, Support};
pub use throttle::Throttle;
pub(crate) use under_way::{AT_ONCE as MAILS_AT_ONCE, Claim, UnderWay};
pub use uploads::Uploads;
pub(crate) use uploads::busy as uploads_busy;
pub use words::{MailWords, Words, question, without_secrets};
