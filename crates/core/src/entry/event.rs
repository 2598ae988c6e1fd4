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
        AlarmId, AttachmentId, CallId, ChallengeId, ChangeId, ContactId, ContactRights, ContactRole,
        CustomerId, EntryId, GroundId, GroupId, LeaveId, MailId, MessageId, Moment, NoteId, PinId,
        RecoveryId, SignInId, StaffId, StaffRole, Strength, TicketId, ViewId, VisitId, words,
    },
    pin::{Consequences, DeadWhy, WrongWhy},
    recovery::{Lost, RecoveryEnd, Way},
    sender::Proof,
    ticket::{ClosedHow, MessageKind, Opener, TicketChannel},
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

    /// A link went to a person's primary address, or was printed for whoever runs the server (rule Z10).
    RecoverySent = "recovery.sent" { recovery: RecoveryId, staff: Option<StaffId>, contact: Option<ContactId> }
    /// A browser opened the link; from now on only that one goes on.
    RecoveryBegun = "recovery.begun" { recovery: RecoveryId }
    RecoveryAsked = "recovery.asked" { recovery: RecoveryId, lost: Lost, way: Way }
    /// `complete` when nobody's word is missing any more.
    RecoveryApproved = "recovery.approved" { recovery: RecoveryId, complete: bool }
    /// The words that were read out are not the ones of this recovery.
    RecoveryMistaken = "recovery.mistaken" { recovery: RecoveryId }
    RecoveryEnded = "recovery.ended" { recovery: RecoveryId, how: RecoveryEnd }
    /// Secrets were set anew, and everything the person had open ended.
    Recovered = "account.recovered" { recovery: RecoveryId, lost: Lost, way: Way }
    /// “That was not me”, afterwards: no secret of the account counts any more.
    AccountShut = "account.shut" { recovery: RecoveryId }

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
    /// The opening link was spent: a browser has the visit from now on.
    VisitEntered = "visit.entered" { visit: VisitId }
    VisitEnded = "visit.ended" { visit: VisitId, how: EndedHow, cut_millis: Option<u64>, streams: u32 }
    /// A contact says that it was not agreed; `said` is what they wrote.
    VisitObjected = "visit.objected" { visit: VisitId, contact: ContactId, said: Option<Clean> }
    /// One request, written before it is forwarded or as it is refused (rule W2).
    Request = "visit.request" {
        visit: VisitId, method: Clean, path: Clean, area: Clean, action: Action, class: DataClass,
        outcome: Outcome,
        /// The decision's code, or what in the request closed its route.
        code: Clean,
        /// Names of the query's parameters, never a value.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        query: Vec<Clean>,
        /// Names in the body, where the catalogue had it read: fields, or methods that were called.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        body: Vec<Clean>,
        /// Whether it filled a window: a page, and not what a page loads.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        page: bool,
    }
    /// An admitted request went nowhere after all; `why` is the code of what stopped it.
    NotForwarded = "visit.not_forwarded" {
        visit: VisitId, request: EntryId,
        #[serde(default = "Clean::nothing", skip_serializing_if = "Clean::is_empty")]
        why: Clean,
    }
    /// What the product answered to requests of before: many in one entry, told once they came.
    Answered = "visit.answered" { visit: VisitId, answers: Vec<Answer> }

    StaffAdded = "staff.added" { staff: StaffId, roles: Vec<StaffRole> }
    StaffChanged = "staff.changed" { staff: StaffId, fields: Vec<Clean> }
    CustomerAdded = "customer.added" { customer: CustomerId }
    CustomerChanged = "customer.changed" { customer: CustomerId, fields: Vec<Clean> }
    /// Every ground and sign-in of theirs ends with it.
    CustomerDeactivated = "customer.deactivated" { customer: CustomerId }
    CustomerReactivated = "customer.reactivated" { customer: CustomerId }
    ContactAdded = "contact.added" { contact: ContactId, role: ContactRole, rights: ContactRights }
    ContactChanged = "contact.changed" { contact: ContactId, fields: Vec<Clean> }
    NoteAdded = "customer.note_added" { customer: CustomerId, note: NoteId }
    NoteChanged = "customer.note_changed" { customer: CustomerId, note: NoteId }
    NoteRemoved = "customer.note_removed" { customer: CustomerId, note: NoteId }
    GroupAdded = "group.added" { group: GroupId }
    ProviderAdded = "provider.added" {}

    TicketOpened = "ticket.opened" {
        ticket: TicketId, contact: ContactId, channel: TicketChannel, by: Opener, follows: Option<TicketId>,
    }
    /// Opens the ground (rules B10, T14): the ticket is the link to the communication.
    TicketTakenOver = "ticket.taken_over" {
        ticket: TicketId, ground: GroundId, contact: ContactId, staff_name: Clean,
    }
    TicketHandedOver = "ticket.handed_over" { ticket: TicketId, to: StaffId }
    TicketReleased = "ticket.released" { ticket: TicketId }
    TicketClosed = "ticket.closed" { ticket: TicketId, how: ClosedHow }
    TicketReopened = "ticket.reopened" { ticket: TicketId, by: Opener }
    /// The customer stands behind a ticket that staff opened (rule B10).
    TicketConfirmed = "ticket.confirmed" { ticket: TicketId }
    TicketMerged = "ticket.merged" { ticket: TicketId, into: TicketId }
    /// Subject, priority, tags, watchers and the like; the fields by name.
    TicketChanged = "ticket.changed" { ticket: TicketId, fields: Vec<Clean> }
    TicketEscalated = "ticket.escalated" { ticket: TicketId }
    MessageAdded = "ticket.message_added" { ticket: TicketId, message: MessageId, kind: MessageKind }
    ViewSaved = "ticket.view_saved" { view: ViewId }
    ViewRemoved = "ticket.view_removed" { view: ViewId }
    AttachmentAdded = "attachment.added" { attachment: AttachmentId, live_secrets: bool }
    /// Every way to a file's bytes (control 58).
    AttachmentRead = "attachment.read" { attachment: AttachmentId, original: bool }
    OriginalAsked = "attachment.original_asked" { attachment: AttachmentId, leave: LeaveId, why: Clean }
    OriginalGiven = "attachment.original_given" { attachment: AttachmentId, leave: LeaveId, ends_at: Moment }
    OriginalRefused = "attachment.original_refused" { attachment: AttachmentId, leave: LeaveId }

    /// A message was handed over; `why` are the codes of what became of it.
    MailReceived = "mail.received" {
        mail: MailId, proof: Proof, ticket: Option<TicketId>, why: Vec<Clean>,
    }
    /// Staff made a ticket or message of a mail in quarantine; that proves nothing.
    MailReleased = "mail.released" { mail: MailId, ticket: TicketId }
    /// Somebody looked into the whole message (control 58).
    MailRead = "mail.read" { mail: MailId }
    MailDiscarded = "mail.discarded" { mail: MailId }
    /// A mail of ours was given up: `refused` for good, `expired`, or tried through an `outage` (rule Z13).
    MailUndelivered = "mail.undelivered" {
        ticket: Option<TicketId>, contact: Option<ContactId>, how: Clean,
    }
    MailBounced = "mail.bounced" { ticket: Option<TicketId>, contact: Option<ContactId> }
    ChallengeSent = "challenge.sent" { challenge: ChallengeId, contact: ContactId }
    ChallengeAnswered = "challenge.answered" { challenge: ChallengeId, contact: ContactId, yes: bool }

    AddressAdded = "address.added" { contact: ContactId }
    AddressConfirmed = "address.confirmed" { contact: ContactId }
    AddressRemoved = "address.removed" { contact: ContactId }
    AddressMadePrimary = "address.made_primary" { contact: ContactId }
    /// `unreachable`, `shared` or `list` (rules Z8, Z13 to Z15).
    AddressFlagged = "address.flagged" { contact: ContactId, flag: Clean }
    /// A mail came from an address to which mail could not be delivered.
    AddressReached = "address.reached" { contact: ContactId }
    PhoneAdded = "phone.added" { contact: ContactId }
    PhoneRemoved = "phone.removed" { contact: ContactId }
    ContactRemoved = "contact.removed" { contact: ContactId }
    ContactRestored = "contact.restored" { contact: ContactId }
    ChangeAsked = "contact_change.asked" { change: ChangeId, contact: Option<ContactId>, kind: Clean }
    ChangeDecided = "contact_change.decided" { change: ChangeId, approved: bool }
    /// A call: who, proven how, and what it became (rules P6, T4).
    CallRecorded = "call.recorded" { call: CallId, contact: ContactId, number: Clean, proof: Clean }

    /// A lead ended everything that was open at the provider.
    KillSwitch = "kill_switch.pressed" { grounds: u32, visits: u32, cut_millis: u64 }
    RunStarted = "run.started" { version: Clean }
    /// The log could not be written for a while, and can again.
    LogRestored = "log.restored" { down_since: Moment }
}

/// The status that the product answered a request with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    pub request: EntryId,
    pub status: u16,
}

words! {
    /// How somebody tried to sign in.
    SignInWay { Password = "password", Totp = "totp", Link = "link", Activation = "activation", Recovery = "recovery" }
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
