//! What a word is worth: which of those that reach a ticket is the customer's own, and opens something
//! (rules B10, B13, X2, X8).
//!
//! Decided here once, and asked at every door to the same effect: a new request, a message, a reopening, a
//! confirmation. Whatever a word is worth, it is taken and read. What else opens something (a PIN, an
//! approval, a change of contacts) asks [`Strength::may_approve`], as this does.

use super::Opener;
use crate::{
    kernel::{Strength, words},
    sender::Proof,
};

/// By which way somebody speaks, and how sure it is that it is they.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Voice {
    /// A contact of the customer's on the portal.
    SignedIn(Strength),
    /// A mail from a contact's address.
    Mail(Proof),
    /// A guest whom staff invited (rule M6).
    Guest,
    /// An absence notice, a delivery report, a machine.
    Machine,
}

words! {
    /// What a word is worth in a ticket.
    Worth {
        /// The customer's own: it opens, confirms and gives back.
        Own = "own",
        /// Of somebody who signed in only by a link from a mail (rule X8): taken, also as an answer, and it
        /// opens nothing until they confirm it with a stronger sign-in.
        Link = "link",
        /// Of a colleague who only reads along (rule X2): taken, also as an answer, and it opens nothing.
        Along = "along",
        /// It stands there to be read, and changes no clock.
        Nothing = "nothing",
    }
}

/// What such a word is worth. `speaks` says whether this person answers for the ticket: its requester, or one
/// of those who answer for the customer.
pub const fn worth(voice: Voice, speaks: bool) -> Worth {
    match voice {
        Voice::Guest | Voice::Machine | Voice::Mail(Proof::Unproven) => Worth::Nothing,
        _ if !speaks => Worth::Along,
        Voice::SignedIn(strength) if !strength.may_approve() => Worth::Link,
        Voice::SignedIn(_) | Voice::Mail(Proof::Proven | Proof::Confirmed) => Worth::Own,
    }
}

impl Worth {
    /// Whether it is the customer's own word.
    pub const fn opens(self) -> bool {
        matches!(self, Self::Own)
    }

    /// Who opened or reopened a ticket by such a word.
    pub const fn opener(self) -> Opener {
        match self {
            Self::Own => Opener::Customer,
            Self::Link => Opener::Link,
            Self::Along => Opener::Along,
            Self::Nothing => Opener::Unproven,
        }
    }
}
