//! An entry of the log, as a value.
//!
//! Every change of state goes with one, in the same transaction. The log's own crate will seal and
//! number it; here it only has its content. Must never hold what outlives the 90 days elsewhere, nor
//! text from outside that was not cleaned: the fields are [`Clean`], which has no other way in.
//!
//! ```
//! use pforte_core::{entry::*, kernel::*};
//! # let id = |n: u128| uuid::Uuid::from_u128(n);
//! let entry = Entry {
//!     id: EntryId(id(1)),
//!     provider: ProviderId(id(2)),
//!     customer: Some(CustomerId(id(3))),
//!     at: Moment(0),
//!     actor: Actor::Contact(ContactId(id(4))),
//!     event: Event::PinReopened { contact: ContactId(id(4)) },
//! };
//! let json = serde_json::to_value(&entry)?;
//! assert_eq!(json["event"], "pin.reopened");
//! assert_eq!(serde_json::from_value::<Entry>(json)?, entry);
//! # Ok::<(), serde_json::Error>(())
//! ```

mod clean;
mod event;
mod reason;

pub use clean::{Clean, clean};
pub use event::*;
pub use reason::*;

use serde::{Deserialize, Serialize};

use crate::kernel::{ContactId, CustomerId, EntryId, Moment, ProviderId, StaffId};

/// One entry: who did what, where, when. In JSON the event's fields stand beside these.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    #[serde(rename = "entry")]
    pub id: EntryId,
    pub provider: ProviderId,
    /// The customer it concerns; `None` when it concerns the provider alone.
    #[serde(rename = "of_customer")]
    pub customer: Option<CustomerId>,
    pub at: Moment,
    pub actor: Actor,
    #[serde(flatten)]
    pub event: Event,
}

/// Who did it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "kind", content = "id", rename_all = "snake_case")]
pub enum Actor {
    Staff(StaffId),
    Contact(ContactId),
    /// The server itself: something expired, a run began.
    System,
}
