//! Who is asking: what a mail's sender proves, and what becomes of the mail (rules Z1 to Z15, P2).
//!
//! Must never say whether an account exists: what an outsider is answered is the same for all. Start
//! reading at [`judge`], the one function that decides; [`Address`] and [`address_kind`] prepare its
//! facts.

mod address;
mod facts;
mod judge;
mod kind;
mod words;

pub use address::*;
pub use facts::*;
pub use judge::*;
pub use kind::*;
pub use words::*;
