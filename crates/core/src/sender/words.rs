//! The words of senders and mails, as database, API and log use them.

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

impl Proof {
    /// Whether it counts as the sender's own word.
    pub const fn counts(self) -> bool {
        !matches!(self, Self::Unproven)
    }
}

words! {
    /// Why a mail became what it became, for staff to read in one line.
    Code {
        Proven = "proven",
        Confirmed = "confirmed",

        /// Nothing shows that it comes from the address it names (rule Z5).
        SenderUnproven = "sender.unproven",
        SenderUnregistered = "sender.unregistered",
        /// Looks like a registered address and is none.
        SenderLookAlike = "sender.look_alike",
        /// One of the provider's own (rule Z4).
        SenderOwnAddress = "sender.own_address",
        /// A role or a list, by its name or by what is known of it (rules Z14, Z15).
        SenderRoleAddress = "sender.role_address",
        /// Where a customer's own customers reach its support (rule Z4).
        SenderCustomersSupport = "sender.customers_support",
        /// A contact without the right to raise requests by mail (rule P2).
        SenderNotAuthorised = "sender.not_authorised",
        SenderInactive = "sender.inactive",
        /// Two people use the address (rule Z8).
        SenderShared = "sender.shared",

        FromMany = "from.many",
        FromMissing = "from.missing",
        FromOdd = "from.odd",

        /// Carries the signature of an earlier mail: somebody sends that one again, changed.
        AuthReplayed = "auth.replayed",
        /// Its date is missing, too old or ahead: it may be an old mail that is sent again.
        AuthStale = "auth.stale",
        /// Names none of our addresses: it may have been written to somebody else.
        AuthNotAddressed = "auth.not_addressed",
        /// Whom it is written to, or which words it has, nobody vouches for: somebody may have changed that.
        AuthUnsigned = "auth.unsigned",
        /// The name server did not answer.
        AuthDns = "auth.dns",
        AuthNone = "auth.none",
        AuthDkimFail = "auth.dkim_fail",
        AuthSpfOnly = "auth.spf_only",
        AuthNotAligned = "auth.not_aligned",
        AuthHeaderMissing = "auth.header_missing",
        AuthHeaderTwice = "auth.header_twice",
        AuthArcOnly = "auth.arc_only",
        AuthDkimWeak = "auth.dkim_weak",
        AuthDkimLength = "auth.dkim_length",
        AuthExpired = "auth.expired",

        MailList = "mail.list",
        MailBulk = "mail.bulk",
        /// Nobody wrote it: an absence notice, an automatic answer.
        MailAutomatic = "mail.automatic",
        MailBounce = "mail.bounce",
        MailLoop = "mail.loop",
        MailFlood = "mail.flood",
        /// Too many answers went out already (control 46).
        MailNotAnswered = "mail.not_answered",
        /// Another service's confirmation mail (control 45).
        MailVerification = "mail.verification",

        /// Refers to a message of ours that we never sent (control 43).
        ThreadForged = "thread.forged",
        /// Nobody vouches for what it answers: somebody may have added that.
        ThreadUnvouched = "thread.unvouched",
        /// Answers in a ticket that is not the sender's (control 43).
        ThreadNotParticipant = "thread.not_participant",

        MailBroken = "mail.broken",
        MailTooDeep = "mail.too_deep",
        /// Too long, or too many parts: only the beginning was read.
        MailCut = "mail.cut",
        MailTooLarge = "mail.too_large",
    }
}
