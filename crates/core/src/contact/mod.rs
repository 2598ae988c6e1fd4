//! The list of a customer's contacts: who may change it, who must agree, and what is wrong with it
//! (rules P2 to P5, P7, P12, Z8 to Z11).
//!
//! Must never loosen a rule for staff: what they ask for on a customer's behalf waits for the customer.
//! Start reading at [`needs_second`], then [`may_decide`].

mod address;
mod change;
mod warning;
mod words;

pub use address::*;
pub use change::*;
pub use warning::*;
pub use words::*;

use crate::kernel::{ContactId, ContactRights, ContactRole};

/// A contact on a customer's list, as far as its rules must know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Listed {
    pub id: ContactId,
    pub role: ContactRole,
    pub rights: ContactRights,
    pub active: bool,
    /// Of the primary address: mail to it came back (rule Z13).
    pub unreachable: bool,
    /// Two people use it (rule Z8).
    pub shared: bool,
    /// A list or role address (rules Z14, Z15).
    pub list: bool,
}

impl Listed {
    /// Active, and with both rights: grants, consents and this list are theirs.
    pub const fn authorised(&self) -> bool {
        self.active && self.rights.authorised()
    }

    /// Owner or admin, and active.
    pub const fn administers(&self) -> bool {
        self.active && matches!(self.role, ContactRole::Owner | ContactRole::Admin)
    }
}
