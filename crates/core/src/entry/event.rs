//! What can be written in the log. Each event has a stable dotted name.
//!
//! Names of staff and reasons stand in entries and nowhere else (rule T22): the entry is what becomes
//! unreadable after 90 days. Secrets, digits, addresses and bodies never stand in one.

use serde::{Deserialize, Serialize};

use super::{
    clean::Clean,
    reason::{Reason, Record},
};
use crate::{
    access::EndedHow,
    catalogue::{Action, DataClass},
    kernel::{
        AlarmId, ContactId, ContactRights, ContactRole, CustomerId, EntryId, GroundId, GroupId, Moment,
        PinId, SignInId, StaffId, StaffRole, Strength, VisitId, words,
    },
    pin::{Consequences, DeadWhy, WrongWhy},
};

macro_rules! events {
    ($($(#[$doc:meta])* $variant:ident = $name:literal { $($(#[$fdoc:meta])* $field:ident : $type:ty),* $(,)? })+) => {
        /// What happened, with what one must know to understand it later.
        #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
        #[serde(tag = "event")]
        pub enum Event {
            $($(#[$doc])* #[serde(rename = $name)] $variant { $($(#[$fdoc])* $field: $type),* }),+
        }

        impl Event {
            /// Every name there is.
            pub const NAMES: &'static [&'static str] = &[$($name),+];

            /// The stable name, as `pin.redeemed`.
            pub const fn name(&self) -> &'static str {
                match self { $(Self::$variant { .. } => $name),+ }
            }
        }
    };
}

events! {
    SignedIn = "sign_in.opened" { sign_in: SignInId, strength: Strength, browser: Clean }
    SignInConfirmed = "sign_in.confirmed" { sign_in: SignInId, strength: Strength }
    /// A refused sign-in; the actor is the person if the name was known, else the system.
    SignInFailed = "sign_in.failed" { way: SignInWay, browser: Clean }
    SignedOut = "sign_in.closed" { sign_in: SignInId, everywhere: bool }
    Activated = "account.activated" {}
    PasswordChanged = "account.password_changed" {}
    TotpAdded = "account.totp_added" {}
    TotpRemoved = "account.totp_removed" {}

    PinIssued = "pin.issued" { pin: PinId, contact: ContactId, expires_at: Moment }
    /// Opens the ground (rules B7, T4, T14).
    PinRedeemed = "pin.redeemed" {
        pin: PinId, ground: GroundId, contact: ContactId, staff_name: Clean, reason: Reason, record: Record,
        ends_at: Moment,
    }
    PinWrong = "pin.wrong" {
        pin: Option<PinId>, contact: ContactId, why: WrongWhy, consequences: Consequences,
    }
    /// Refused without a comparison: form locked or PIN way closed.
    PinRefused = "pin.refused" { contact: ContactId, code: Clean }
    PinKilled = "pin.killed" { pin: PinId, contact: ContactId, why: DeadWhy }
    PinClosed = "pin.closed" {}
    /// An authorised contact signed in afresh.
    PinReopened = "pin.reopened" { contact: ContactId }
    FormLocked = "pin.form_locked" { staff: StaffId }
    FormUnlocked = "pin.form_unlocked" { staff: StaffId }
    AlarmRaised = "alarm.raised" { alarm: AlarmId, code: Clean, staff: Option<StaffId> }
    AlarmAcknowledged = "alarm.acknowledged" { alarm: AlarmId }

    GroundEnded = "ground.ended" { ground: GroundId, how: EndedHow, visits: u32, cut_millis: Option<u64> }
    VisitOpened = "visit.opened" {
        visit: VisitId, ground: GroundId, staff_name: Clean, product: Clean, acting_as: ContactId,
        reason: Reason, ends_at: Moment,
    }
    VisitEnded = "visit.ended" { visit: VisitId, how: EndedHow, cut_millis: Option<u64>, streams: u32 }
    /// One request, written before it is forwarded or as it is refused (rule W2).
    Request = "visit.request" {
        visit: VisitId, method: Clean, path: Clean, area: Clean, action: Action, class: DataClass,
        outcome: Outcome,
        /// The decision's code.
        code: Clean,
    }
    /// An admitted request went nowhere after all.
    NotForwarded = "visit.not_forwarded" { visit: VisitId, request: EntryId }

    StaffAdded = "staff.added" { staff: StaffId, roles: Vec<StaffRole> }
    StaffChanged = "staff.changed" { staff: StaffId, fields: Vec<Clean> }
    CustomerAdded = "customer.added" { customer: CustomerId }
    CustomerChanged = "customer.changed" { customer: CustomerId, fields: Vec<Clean> }
    ContactAdded = "contact.added" { contact: ContactId, role: ContactRole, rights: ContactRights }
    ContactChanged = "contact.changed" { contact: ContactId, fields: Vec<Clean> }
    GroupAdded = "group.added" { group: GroupId }
    ProviderAdded = "provider.added" {}

    /// A lead ended everything that was open at the provider.
    KillSwitch = "kill_switch.pressed" { grounds: u32, visits: u32, cut_millis: u64 }
    RunStarted = "run.started" { version: Clean }
    /// The log could not be written for a while, and can again.
    LogRestored = "log.restored" { down_since: Moment }
}

words! {
    /// How somebody tried to sign in.
    SignInWay { Password = "password", Totp = "totp", Link = "link", Activation = "activation" }
}

words! {
    /// What became of a request.
    Outcome {
        Forwarded = "forwarded",
        /// Forwarded, and the answer goes through the pass list.
        Masked = "masked",
        Refused = "refused",
        NotForwarded = "not_forwarded",
    }
}
