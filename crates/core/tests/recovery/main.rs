//! Who lets whom back in, and how long each step has (rules Z10, Z11, P7, X6).

use pforte_core::{contact::Listed, kernel::*, recovery::*};
use uuid::Uuid;

const T0: Moment = Moment(1_800_000_000_000_000);

fn id(n: u128) -> ContactId {
    ContactId(Uuid::from_u128(n))
}

fn person(n: u128, name: &str, role: ContactRole, both: bool) -> Candidate {
    let rights = ContactRights { support: true, instruction: both };
    let listed =
        Listed { id: id(n), role, rights, active: true, unreachable: false, shared: false, list: false };
    let (first, last) = name.split_once(' ').expect("two names");
    let address = format!("{first}.{last}@oduya.example");
    Candidate { listed, profile: Profile::new(first, last, [address.as_str()]) }
}

fn ada() -> Candidate {
    person(1, "Ada Oduya", ContactRole::Owner, true)
}

fn ben() -> Candidate {
    person(2, "Ben Sawada", ContactRole::Member, true)
}

fn cleo() -> Candidate {
    person(3, "Cleo Marsh", ContactRole::Admin, true)
}

fn overseer(name: &str, leads: bool, administers: bool) -> Overseer {
    let (first, last) = name.split_once(' ').expect("two names");
    let address = format!("{first}@nordlicht.example");
    Overseer { active: true, leads, administers, profile: Profile::new(first, last, [address.as_str()]) }
}

#[test]
fn z10_another_person_with_both_rights_decides() {
    assert_eq!(deciders(&[ada(), ben()], id(1)), [id(2)]);
    assert_eq!(way(&[ada(), ben()], id(1)), Way::Colleague);
    assert_eq!(way(&[ada()], id(1)), Way::Provider);
    let half = person(4, "Dan Roe", ContactRole::Admin, false);
    assert_eq!(way(&[ada(), half], id(1)), Way::Provider);
    let mut gone = ben();
    gone.listed.active = false;
    assert_eq!(way(&[ada(), gone], id(1)), Way::Provider);
    // Who is not on the list is helped by nobody on it.
    assert_eq!(deciders(&[ada(), ben()], id(9)), []);
}

#[test]
fn z11_owner_and_admins_come_before_members() {
    assert_eq!(deciders(&[ada(), ben(), cleo()], id(1)), [id(3)]);
    assert_eq!(deciders(&[ada(), ben(), cleo()], id(2)), [id(1), id(3)]);
    assert_eq!(deciders(&[ada(), ben()], id(2)), [id(1)]);
}

#[test]
fn p7_a_second_profile_is_the_same_person() {
    for (name, address, same) in [
        ("Ada Oduya", "x@y.example", true),
        ("ADA Odüya", "x@y.example", true),
        ("Eve Stone", "ADA.Oduya+support@oduya.example", true),
        ("Eve Stone", "eve@oduya.example", false),
        ("Ada Stone", "ada@oduya.example", false),
    ] {
        let (first, last) = name.split_once(' ').expect("two names");
        let second = Candidate { profile: Profile::new(first, last, [address]), ..ben() };
        assert_eq!(deciders(&[ada(), second], id(1)).is_empty(), same, "{name} {address}");
    }
}

#[test]
fn z10_staff_need_a_lead_and_an_admin_who_are_two() {
    let subject = Profile::new("Mara", "Lindqvist", ["mara@nordlicht.example"]);
    let lead = || overseer("Iris Vandal", true, false);
    let admin = || overseer("Nils Admiraal", false, true);
    let both = || overseer("Olga Both", true, true);
    assert!(complete(&[lead(), admin()], &subject));
    assert!(complete(&[both(), admin()], &subject) && complete(&[lead(), both()], &subject));
    assert!(complete(&[both(), overseer("Piet Both", true, true)], &subject));
    assert!(!complete(&[], &subject) && !complete(&[both()], &subject));
    assert!(!complete(&[lead(), overseer("Paul Brandis", true, false)], &subject));
    assert!(!complete(&[admin(), overseer("Paul Brandis", false, true)], &subject));
    assert!(!complete(
        &[overseer("Iris Vandal", true, false), overseer("Iris Vandal", false, true)],
        &subject
    ));
    // Neither of them is the one whom it is about, nor looks like it; nor one who left.
    assert!(!complete(&[overseer("Mara Lindqvist", true, false), admin()], &subject));
    assert!(!complete(&[lead(), Overseer { active: false, ..admin() }], &subject));
}

#[test]
fn x6_each_step_has_its_time() {
    let course = Course {
        way: Some(Way::Provider),
        lost: Some(Lost::Password),
        begun_at: Some(T0),
        asked_at: Some(T0),
        ready_at: None,
        expires_at: asked_until(Way::Provider, T0),
        ended: None,
    };
    let later = |span: Span| T0 + span;
    assert_eq!(course.state(false, T0), RecoveryState::Waiting);
    assert_eq!(course.state(false, later(PROVIDER_SPAN)), RecoveryState::Over);
    let (ready, until) = approved_until(Way::Provider, T0);
    let approved = Course { ready_at: Some(ready), expires_at: until, ..course };
    assert_eq!(approved.state(true, T0), RecoveryState::Resting);
    assert_eq!(approved.state(true, T0 + OBJECTION_SPAN), RecoveryState::Ready);
    assert_eq!(approved.state(false, T0 + OBJECTION_SPAN), RecoveryState::Waiting);
    assert_eq!(approved.state(true, T0 + OBJECTION_SPAN + CODE_SPAN), RecoveryState::Over);
    let ended = Course { ended: Some(RecoveryEnd::Refused), ..approved };
    assert_eq!(ended.state(true, T0 + OBJECTION_SPAN), RecoveryState::Over);
    assert_eq!(approved_until(Way::Staff, T0), (T0, T0 + RECOVERY_SPAN));
    assert_eq!(Course { asked_at: None, ..course }.state(true, T0), RecoveryState::Begun);
    assert_eq!(Course { begun_at: None, ..course }.state(true, T0), RecoveryState::Sent);
}
