//! The words of a recovery, as database, API and log use them.

use crate::kernel::words;

words! {
    /// What somebody no longer has; the recovery counts for that and nothing else.
    Lost {
        Password = "password",
        /// The second factor; the password is known.
        Codes = "codes",
        Both = "both",
        /// Too many wrong codes were typed: none counts any more. Password and codes may be known to somebody.
        Closed = "closed",
    }
}

impl Lost {
    /// Whether the password is set anew; otherwise it has to be right.
    pub const fn password(self) -> bool {
        !matches!(self, Self::Codes)
    }

    /// Whether a contact's second factor is set anew. A staff member's always is.
    pub const fn codes(self) -> bool {
        matches!(self, Self::Codes | Self::Both)
    }
}

words! {
    /// What counts beside the link.
    Way {
        /// The person's own one-time code.
        Code = "code",
        /// Another authorised contact of the same customer.
        Colleague = "colleague",
        /// A lead and an admin of the provider's, a code that goes another way, and time to object.
        Provider = "provider",
        /// A lead and an admin, for one of the staff.
        Staff = "staff",
        /// Whoever runs the server.
        Operator = "operator",
    }
}

words! {
    /// How a recovery ended.
    RecoveryEnd {
        Done = "done",
        /// The person took it back.
        Withdrawn = "withdrawn",
        /// Somebody who could have approved said no.
        Refused = "refused",
        /// “That was not me.”
        Objected = "objected",
        /// A later one of the same person's took its place.
        Replaced = "replaced",
        /// Too many wrong codes, passwords or words.
        Guessed = "guessed",
    }
}

words! {
    /// Where a recovery is.
    RecoveryState {
        /// The link is in the mail.
        Sent = "sent",
        /// A browser opened it.
        Begun = "begun",
        /// Somebody has to approve it.
        Waiting = "waiting",
        /// Approved; the time to object runs.
        Resting = "resting",
        /// What is lost can be set anew.
        Ready = "ready",
        /// Ended, or nobody finished it in time (rule X6).
        Over = "over",
    }
}
