//! Who is asking: what a mail's sender proves, and what becomes of the mail (rules Z1 to Z15, P2).
//!
//! Must never say whether an account exists: what an outsider is answered is the same for all.

use crate::kernel::words;

words! {
    /// How surely a mail comes from the address it names (rule Z5).
    Proof {
        /// Aligned DMARC pass or aligned DKIM.
        Proven = "proven",
        /// By a challenge to the registered address.
        Confirmed = "confirmed",
        Unproven = "unproven",
    }
}
