//! One newtype per noun, so that a contact's id can never stand where a customer's is meant.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self.0)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse().map(Self)
            }
        }

        impl From<Uuid> for $name {
            fn from(id: Uuid) -> Self {
                Self(id)
            }
        }
    )+};
}

ids! {
    /// The organisation that gives support. Nothing crosses from one to another.
    ProviderId,
    /// One of the provider's people.
    StaffId,
    /// A customer account of the provider.
    CustomerId,
    /// A person at the customer.
    ContactId,
    /// A group of customers (rule M3/M4).
    GroupId,
    /// A support PIN (rules B3 to B9).
    PinId,
    /// What opens access: a redeemed PIN, a takeover, a grant, onboarding, a self-grant.
    GroundId,
    /// An access session: one staff member inside one customer's product, from start to end.
    VisitId,
    /// A ticket.
    TicketId,
    /// An explicit written permission for one kind of action (rule T9).
    ConsentId,
    /// One entry of the log.
    EntryId,
    /// A sign-in of a person: one browser, from sign-in to sign-out.
    SignInId,
    /// A notice to the leads that something unusual happens.
    AlarmId,
    /// A message, note or happening in a ticket.
    MessageId,
    /// A file at a message.
    AttachmentId,
    /// Leave to see the original of a file with live secrets (control 48).
    LeaveId,
    /// A mail that was handed over to us.
    MailId,
    /// A personal question sent to one address (rules Z5, Z9).
    ChallengeId,
    /// A change of contacts that a second authorised contact confirms (rule P2).
    ChangeId,
    /// A call that staff wrote down (rule P6).
    CallId,
    /// A staff member's saved queue.
    ViewId,
    /// A note of staff's on a customer.
    NoteId,
    /// A recovery: somebody who cannot sign in sets their secrets anew (rule Z10).
    RecoveryId,
}
