//! Entries of the log: every event survives JSON, names are stable, nothing harmful gets in.

use std::collections::BTreeSet;

use pforte_core::{
    access::EndedHow,
    catalogue::{Action, DataClass},
    entry::*,
    kernel::*,
    pin::{Consequences, DeadWhy, WrongWhy},
    recovery::{Lost, RecoveryEnd, Way},
    sender::Proof,
    ticket::{ClosedHow, MessageKind, Opener, TicketChannel},
};
use proptest::{prelude::*, test_runner::Config};
use uuid::Uuid;

fn id<T: From<Uuid>>(n: u128) -> T {
    Uuid::from_u128(n).into()
}

fn name(text: &str) -> Clean {
    Clean::name(text)
}

fn reason() -> Reason {
    Reason::new(ReasonCategory::Fault, "The mail server answers with 554").expect("valid")
}

fn record() -> Record {
    Record::new(Channel::Phone, "+49 30 901820", Moment(5), Some("calls back at 3")).expect("valid")
}

fn people() -> Vec<Event> {
    let rights = ContactRights { support: true, instruction: false };
    vec![
        Event::SignedIn { sign_in: id(1), strength: Strength::PasswordTotp, browser: name("Firefox") },
        Event::SignInConfirmed { sign_in: id(1), strength: Strength::Password },
        Event::SignInFailed { way: SignInWay::Totp, browser: name("curl") },
        Event::SignedOut { sign_in: id(1), everywhere: true },
        Event::Activated {},
        Event::PasswordChanged {},
        Event::TotpAdded {},
        Event::TotpRemoved {},
        Event::RecoverySent { recovery: id(11), staff: Some(id(2)), contact: None },
        Event::RecoveryBegun { recovery: id(11) },
        Event::RecoveryAsked { recovery: id(11), lost: Lost::Both, way: Way::Colleague },
        Event::RecoveryApproved { recovery: id(11), complete: true },
        Event::RecoveryMistaken { recovery: id(11) },
        Event::RecoveryEnded { recovery: id(11), how: RecoveryEnd::Objected },
        Event::Recovered { recovery: id(11), lost: Lost::Password, way: Way::Code },
        Event::AccountShut { recovery: id(11) },
        Event::StaffAdded { staff: id(2), roles: vec![StaffRole::Agent, StaffRole::SupportLead] },
        Event::StaffChanged { staff: id(2), fields: vec![name("roles")] },
        Event::CustomerAdded { customer: id(3) },
        Event::CustomerDeactivated { customer: id(3) },
        Event::CustomerReactivated { customer: id(3) },
        Event::NoteAdded { customer: id(3), note: id(4) },
        Event::NoteChanged { customer: id(3), note: id(4) },
        Event::NoteRemoved { customer: id(3), note: id(4) },
        Event::CustomerChanged { customer: id(3), fields: vec![] },
        Event::ContactAdded { contact: id(4), role: ContactRole::Owner, rights },
        Event::ContactChanged { contact: id(4), fields: vec![name("phones")] },
        Event::GroupAdded { group: id(5) },
        Event::ProviderAdded {},
    ]
}

fn doors() -> Vec<Event> {
    let (ground, visit, contact) = (id(6), id(7), id(4));
    vec![
        Event::PinIssued { pin: id(8), contact, expires_at: Moment(9) },
        Event::PinRedeemed {
            pin: id(8),
            ground,
            contact,
            staff_name: name("Mira Sand"),
            reason: reason(),
            record: record(),
            ends_at: Moment(9),
        },
        Event::PinWrong { pin: None, contact, why: WrongWhy::NoPin, consequences: Consequences::default() },
        Event::PinRefused { contact, code: name("pin.closed") },
        Event::PinKilled { pin: id(8), contact, why: DeadWhy::Guesses },
        Event::PinClosed {},
        Event::PinReopened { contact },
        Event::FormLocked { staff: id(2) },
        Event::FormUnlocked { staff: id(2) },
        Event::AlarmRaised { alarm: id(10), code: name("pin.flood"), staff: None },
        Event::AlarmAcknowledged { alarm: id(10) },
        Event::GroundEnded { ground, how: EndedHow::Customer, visits: 1, cut_millis: Some(12) },
        Event::VisitEntered { visit: id(9) },
        Event::VisitOpened {
            visit,
            ground,
            staff_name: name("Mira Sand"),
            product: name("panel"),
            acting_as: contact,
            reason: reason(),
            ends_at: Moment(9),
        },
        Event::VisitEnded { visit, how: EndedHow::HourUp, cut_millis: None, streams: 2 },
        Event::VisitObjected { visit, contact, said: Some(name("Nobody asked for this.")) },
        Event::Request {
            visit,
            method: name("GET"),
            path: Clean::path("/servers/17"),
            area: name("servers"),
            action: Action::View,
            class: DataClass::Product,
            outcome: Outcome::Masked,
            code: name("masked"),
            query: vec![name("page")],
            body: vec![name("host.get")],
            page: true,
        },
        Event::NotForwarded { visit, request: id(11), why: name("request.carries_mask") },
        Event::Answered { visit, answers: vec![Answer { request: id(11), status: 200 }] },
        Event::KillSwitch { grounds: 3, visits: 4, cut_millis: 5 },
        Event::RunStarted { version: name("0.1.0") },
        Event::LogRestored { down_since: Moment(1) },
    ]
}

fn tickets() -> Vec<Event> {
    let (ticket, contact, attachment, leave) = (id(12), id(4), id(13), id(14));
    vec![
        Event::TicketOpened {
            ticket,
            contact,
            channel: TicketChannel::Mail,
            by: Opener::Customer,
            follows: Some(id(15)),
        },
        Event::TicketTakenOver { ticket, ground: id(6), contact, staff_name: name("Mira Sand") },
        Event::TicketHandedOver { ticket, to: id(2) },
        Event::TicketReleased { ticket },
        Event::TicketClosed { ticket, how: ClosedHow::Silence },
        Event::TicketReopened { ticket, by: Opener::Unproven },
        Event::TicketConfirmed { ticket },
        Event::TicketMerged { ticket, into: id(15) },
        Event::TicketChanged { ticket, fields: vec![name("subject"), name("tags")] },
        Event::TicketEscalated { ticket },
        Event::MessageAdded { ticket, message: id(16), kind: MessageKind::Note },
        Event::ViewSaved { view: id(17) },
        Event::ViewRemoved { view: id(17) },
        Event::AttachmentAdded { attachment, live_secrets: true },
        Event::AttachmentRead { attachment, original: false },
        Event::OriginalAsked { attachment, leave, why: Clean::name("the log") },
        Event::OriginalGiven { attachment, leave, ends_at: Moment(9) },
        Event::OriginalRefused { attachment, leave },
    ]
}

fn mails_and_contacts() -> Vec<Event> {
    let (mail, ticket, contact, challenge, change) = (id(18), id(12), id(4), id(19), id(24));
    vec![
        Event::MailReceived {
            mail,
            proof: Proof::Unproven,
            ticket: None,
            why: vec![name("sender.unproven"), name("auth.none")],
        },
        Event::MailReleased { mail, ticket },
        Event::MailRead { mail },
        Event::MailDiscarded { mail },
        Event::MailUndelivered { ticket: Some(ticket), contact: None, how: name("refused") },
        Event::MailBounced { ticket: Some(ticket), contact: None },
        Event::ChallengeSent { challenge, contact },
        Event::ChallengeAnswered { challenge, contact, yes: true },
        Event::AddressAdded { contact },
        Event::AddressConfirmed { contact },
        Event::AddressRemoved { contact },
        Event::AddressMadePrimary { contact },
        Event::AddressFlagged { contact, flag: name("shared") },
        Event::AddressReached { contact },
        Event::PhoneAdded { contact },
        Event::PhoneRemoved { contact },
        Event::ContactRemoved { contact },
        Event::ContactRestored { contact },
        Event::ChangeAsked { change, contact: None, kind: name("contact_add") },
        Event::ChangeDecided { change, approved: false },
        Event::CallRecorded {
            call: id(25),
            contact,
            number: name("+49 30 901820"),
            proof: name("call_back"),
        },
    ]
}

fn entry(event: Event, actor: Actor) -> Entry {
    Entry { id: id(20), provider: id(21), customer: Some(id(22)), at: Moment(23), actor, event }
}

#[test]
fn every_event_survives_json_under_its_stable_name() {
    let events = [people(), doors(), tickets(), mails_and_contacts()].concat();
    let names: BTreeSet<_> = events.iter().map(Event::name).collect();
    assert_eq!(names, Event::NAMES.iter().copied().collect(), "an event has no example here");
    assert_eq!(names.len(), Event::NAMES.len(), "two events share a name");
    for event in events {
        for actor in [Actor::Staff(id(2)), Actor::Contact(id(4)), Actor::System] {
            let entry = entry(event.clone(), actor);
            let json = serde_json::to_string(&entry).expect("JSON");
            assert!(json.contains(&format!("\"event\":\"{}\"", event.name())), "{json}");
            assert_eq!(serde_json::from_str::<Entry>(&json).expect(&json), entry);
        }
    }
}

/// Rules T4, T14, T22: who, when, why and the record of the call stand in the entry.
#[test]
fn t4_t14_t22_a_redemption_says_who_when_why_and_by_which_call() {
    let redeemed = doors().into_iter().find(|e| e.name() == "pin.redeemed").expect("listed");
    let json = serde_json::to_value(entry(redeemed, Actor::Staff(id(2)))).expect("JSON");
    assert_eq!(json["staff_name"], "Mira Sand");
    assert_eq!(json["at"], 23);
    assert_eq!(json["reason"]["category"], "fault");
    assert_eq!(json["reason"]["text"], "The mail server answers with 554");
    assert_eq!(json["record"]["channel"], "phone");
    assert_eq!(json["record"]["from"], "+49 30 901820");
    assert_eq!(json["record"]["note"], "calls back at 3");
}

/// Control 64: also what was tampered with in the database is encoded when it is read.
#[test]
fn control_64_reading_cleans_too() {
    let json = serde_json::to_string(&entry(Event::RunStarted { version: name("X") }, Actor::System))
        .expect("JSON")
        .replace("\"X\"", r#""a\r\nb\u202ec""#);
    let read = serde_json::from_str::<Entry>(&json).expect("JSON");
    assert_eq!(read.event, Event::RunStarted { version: name("a\r\nb\u{202e}c") });
    assert!(!serde_json::to_string(&read).expect("JSON").contains("\\r"));
}

proptest! {
    #![proptest_config(Config { failure_persistence: None, ..Config::default() })]

    /// Control 64: whatever comes in, one line comes out, bounded, and cleaning it again changes nothing.
    #[test]
    fn control_64_cleaned_text_is_bounded_one_line_and_stays_as_it_is(text in any::<String>(), max in 1..300usize) {
        let cleaned = Clean::new(&text, max);
        prop_assert!(cleaned.as_str().chars().count() <= max);
        let harmful = |c: char| c.is_control() || ('\u{2028}'..='\u{202e}').contains(&c);
        prop_assert!(!cleaned.as_str().chars().any(harmful));
        let json = serde_json::to_string(&cleaned).expect("JSON");
        prop_assert_eq!(serde_json::from_str::<Clean>(&json).expect("JSON"), cleaned);
    }
}
