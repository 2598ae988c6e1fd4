//! One address, one person (rules P7, Z8, Z9).

use crate::kernel::{ContactId, words};

words! {
    /// What it shows that somebody, reading the mail there, says that a claimed address is theirs.
    Confirmation {
        Confirmed = "confirmed",
        /// Whoever held it already answered: one person reads it, and the claim is somebody else's.
        Held = "held",
        /// Two people read it (rule Z8, control 42).
        Shared = "shared",
    }
}

/// What follows when `by` says yes to `owner`'s claim of an address that `holder` confirmed before.
///
/// The claim itself never counts against the holder: anybody can claim any address (rules Z8, Z9).
pub fn confirm(owner: ContactId, by: ContactId, holder: Option<ContactId>) -> Confirmation {
    let others = holder.filter(|holder| *holder != owner);
    match others {
        None if by == owner => Confirmation::Confirmed,
        Some(holder) if by == holder => Confirmation::Held,
        _ => Confirmation::Shared,
    }
}
