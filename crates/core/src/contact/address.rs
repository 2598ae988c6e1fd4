//! One address, one person (rules P7, Z8, Z9).

use crate::kernel::{ContactId, words};

words! {
    /// What adding an address would be.
    Claim {
        Free = "free",
        /// This contact has it already.
        Own = "own",
        /// Another contact has it. A second profile of the same person is a contact of its own, with an
        /// address of its own (rule P7).
        Taken = "taken",
    }
}

/// Whether a contact may add an address that these hold already (rule Z8).
pub fn claim(held_by: &[ContactId], who: ContactId) -> Claim {
    if held_by.iter().any(|holder| *holder != who) {
        Claim::Taken
    } else if held_by.is_empty() {
        Claim::Free
    } else {
        Claim::Own
    }
}

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
