//! Roles and rights of people ("Who is who" in the rules).

use serde::{Deserialize, Serialize};

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $word:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, ::serde::Serialize, ::serde::Deserialize)]
        pub enum $name { $($(#[$vdoc])* #[serde(rename = $word)] $variant),+ }

        impl $name {
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The word the database, the API and the log use.
            pub const fn word(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }

            /// The reverse of [`Self::word`]; `None` for any other text.
            pub fn from_word(word: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|v| v.word() == word)
            }
        }
    };
}
pub(crate) use words;

words! {
    /// What a staff member does. One person can have several.
    StaffRole {
        Agent = "agent",
        OnboardingManager = "onboarding_manager",
        SupportLead = "support_lead",
        SuccessLead = "success_lead",
        Admin = "admin",
        Guest = "guest",
    }
}

impl StaffRole {
    /// Whether this role may unlock, review and end for others.
    pub const fn leads(self) -> bool {
        matches!(self, Self::SupportLead | Self::SuccessLead)
    }
}

words! {
    /// A contact's role at the customer.
    ContactRole { Owner = "owner", Admin = "admin", Member = "member" }
}

/// What a contact may do towards support (rules P2 to P5).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContactRights {
    /// May raise requests by mail and phone and read out a PIN.
    pub support: bool,
    /// May give instructions: deletion, export, owner change.
    pub instruction: bool,
}

impl ContactRights {
    /// An *authorised contact* has both rights: grants and consents are theirs.
    pub const fn authorised(self) -> bool {
        self.support && self.instruction
    }
}

words! {
    /// How surely we know who is signed in (rule X8).
    Strength {
        /// By a link from a mail only: sees no PIN, approves nothing.
        Link = "link",
        Password = "password",
        PasswordTotp = "password_totp",
    }
}

impl Strength {
    /// Rule X8: approving, and seeing a PIN, takes more than a link from a mail.
    pub const fn may_approve(self) -> bool {
        !matches!(self, Self::Link)
    }
}

words! {
    /// Why a session is opened (rule T4); a text goes with it.
    ReasonCategory {
        Fault = "fault",
        Question = "question",
        Setup = "setup",
        Change = "change",
        Performance = "performance",
        Other = "other",
    }
}

words! {
    /// How the customer talks to us (rules B3, T4).
    Channel { Phone = "phone", Voice = "voice", Chat = "chat" }
}

words! {
    /// The languages that pages, mails and word pairs speak.
    Language { German = "de", English = "en" }
}
