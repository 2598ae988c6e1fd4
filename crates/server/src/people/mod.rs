//! Who is signed in, and what people may: roles, sight of tickets, addresses and numbers as they type them.
//!
//! Times and grounds are compared in `pforte_core::access` alone; here is what a role is by itself.

mod actor;
mod address;
mod number;
mod origin;
mod roles;
mod seen;
pub mod sees;

pub use actor::{COOKIE, ContactActor, SignedIn, StaffActor, Who, sign_in_needed};
pub(crate) use actor::{person, token};
pub(crate) use address::{parse_address, shared, taken};
pub(crate) use number::unregistered;
pub use number::{display, e164};
pub use origin::Origin;
pub(crate) use roles::lacks;
pub use roles::{must_administer, must_invite, must_lead, must_oversee, must_serve, oversees};
pub(crate) use seen::limits;
