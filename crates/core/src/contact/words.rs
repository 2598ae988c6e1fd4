//! The words of contacts and their changes, as database, API and log use them.

use crate::kernel::words;

words! {
    /// What a change that somebody asks for would change.
    ChangeKind {
        ContactAdd = "contact_add",
        /// Role or rights.
        ContactChange = "contact_change",
        ContactRemove = "contact_remove",
        /// Somebody who left comes back, with the role and rights of before.
        ContactRestore = "contact_restore",
        /// Another primary address of a contact's (rule Z11).
        PrimaryAddress = "primary_address",
        /// Another number, which a call-back would prove a caller by (control 19, rule P6).
        PhoneAdd = "phone_add",
        SupportAddressAdd = "support_address_add",
        SupportAddressRemove = "support_address_remove",
    }
}

words! {
    /// What became of a change that waited for a second person.
    ChangeState {
        Waiting = "waiting",
        Approved = "approved",
        Refused = "refused",
        /// Nobody answered in time: silence is refusal (rule X6).
        Expired = "expired",
    }
}

words! {
    /// Why somebody may not ask for a change, or decide on it.
    ChangeRefusal {
        /// Who asked for it does not approve it.
        Own = "contact_change.own",
        /// Decided already, or expired.
        Over = "contact_change.over",
        /// Only an authorised contact may (rule P2), or owner or admin (rule Z11).
        NotAuthorised = "contact_change.not_authorised",
    }
}

words! {
    /// What the customer is warned of (rules P12, Z8, Z13 to Z15).
    Warning {
        NoneAuthorised = "contacts.none_authorised",
        OneAuthorised = "contacts.one_authorised",
        FewAdmins = "contacts.few_admins",
        AddressUnreachable = "address.unreachable",
        AddressShared = "address.shared",
        AddressList = "address.list",
    }
}
