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

/// Whether confirming it shows that two people use the address (rule Z8): somebody else than whose it is
/// is signed in, or somebody else has confirmed it before.
pub fn is_shared(owner: ContactId, confirmed_by: &[ContactId]) -> bool {
    confirmed_by.iter().any(|by| *by != owner)
}
