//! The list of contacts: who may change it, who must agree, and what is wrong with it.

use pforte_core::{contact::*, kernel::*};
use uuid::Uuid;

const T0: Moment = Moment(1_800_000_000_000_000);

fn id(n: u128) -> ContactId {
    ContactId(Uuid::from_u128(n))
}

fn listed(n: u128, role: ContactRole, support: bool, instruction: bool) -> Listed {
    let rights = ContactRights { support, instruction };
    Listed { id: id(n), role, rights, active: true, unreachable: false, shared: false, list: false }
}

fn owner() -> Listed {
    listed(1, ContactRole::Owner, true, true)
}

fn admin() -> Listed {
    listed(2, ContactRole::Admin, true, true)
}

fn member() -> Listed {
    listed(3, ContactRole::Member, true, false)
}

fn by(contact: Listed) -> Asker {
    Asker::Contact(contact.id)
}

const LIST_CHANGES: [ChangeKind; 5] = [
    ChangeKind::ContactAdd,
    ChangeKind::ContactChange,
    ChangeKind::ContactRemove,
    ChangeKind::SupportAddressAdd,
    ChangeKind::SupportAddressRemove,
];

#[test]
fn p2_changes_need_a_second_authorised_contact_where_there_is_one() {
    let gone = Listed { active: false, ..admin() };
    let half = Listed { rights: ContactRights { support: true, instruction: false }, ..admin() };
    let cases = [
        (vec![owner(), admin()], by(owner()), true),
        (vec![owner(), member()], by(owner()), false),
        (vec![owner(), gone], by(owner()), false),
        (vec![owner(), half], by(owner()), false),
        (vec![owner()], Asker::Staff, true),
        (vec![member()], Asker::Staff, false),
        (vec![], Asker::Staff, false),
    ];
    for (contacts, asker, waits) in cases {
        for kind in LIST_CHANGES {
            assert_eq!(needs_second(kind, &contacts, asker), waits, "{kind:?} {asker:?} {contacts:?}");
        }
    }
    let contacts = [owner(), admin(), member()];
    assert_eq!(deciders(ChangeKind::ContactAdd, &contacts, by(owner())).collect::<Vec<_>>(), [id(2)]);
}

/// Rules P2, Z10, control 19: what staff ask for never goes round whoever answers for the customer.
#[test]
fn p2_z10_staff_wait_for_owner_or_admin_where_nobody_is_authorised() {
    let bare = |contact: Listed| Listed { rights: ContactRights::default(), ..contact };
    let gone = |contact: Listed| Listed { active: false, ..contact };
    let half = Listed { rights: ContactRights { support: true, instruction: false }, ..admin() };
    let cases = [
        (vec![bare(owner()), member()], vec![1]),
        (vec![bare(owner()), bare(admin())], vec![1]),
        (vec![gone(owner()), bare(admin()), member()], vec![2]),
        (vec![half, member()], vec![2]),
        (vec![bare(owner()), admin()], vec![2]),
        (vec![bare(owner()), gone(admin())], vec![1]),
        (vec![gone(bare(owner())), member()], vec![]),
        (vec![], vec![]),
    ];
    for (contacts, expected) in cases {
        for kind in LIST_CHANGES {
            let asked: Vec<u128> = deciders(kind, &contacts, Asker::Staff).map(|id| id.0.as_u128()).collect();
            assert_eq!(asked, expected, "{kind:?} {contacts:?}");
            assert_eq!(needs_second(kind, &contacts, Asker::Staff), !expected.is_empty(), "{contacts:?}");
            for contact in &contacts {
                let may = may_decide(&change(kind, Asker::Staff), &contacts, contact.id, T0).is_ok();
                assert_eq!(may, expected.contains(&contact.id.0.as_u128()), "{kind:?} {contact:?}");
            }
        }
    }
    // A member's new number waits for the owner, too; the owner helps themselves (rule P12).
    let contacts = [bare(owner()), member()];
    assert!(needs_second(ChangeKind::PhoneAdd, &contacts, by(member())));
    assert!(!needs_second(ChangeKind::ContactChange, &contacts, by(bare(owner()))));
}

#[test]
fn p2_p5_only_authorised_contacts_ask_for_changes_of_the_list() {
    let contacts = [owner(), admin(), member()];
    for kind in LIST_CHANGES {
        assert_eq!(may_ask(kind, &contacts, by(owner())), Ok(()));
        assert_eq!(may_ask(kind, &contacts, by(member())), Err(ChangeRefusal::NotAuthorised));
        assert_eq!(may_ask(kind, &contacts, Asker::Contact(id(9))), Err(ChangeRefusal::NotAuthorised));
        assert_eq!(may_ask(kind, &contacts, Asker::Staff), Ok(()));
    }
    assert_eq!(may_ask(ChangeKind::PrimaryAddress, &contacts, by(member())), Ok(()), "one's own");
    let left = Listed { active: false, ..owner() };
    assert_eq!(
        may_ask(ChangeKind::ContactAdd, &[left, admin()], by(left)),
        Err(ChangeRefusal::NotAuthorised)
    );
}

/// Rule P12: a customer without an authorised contact helps itself through the owner, and nobody else.
#[test]
fn p12_the_owner_helps_when_nobody_is_authorised() {
    let bare = listed(1, ContactRole::Owner, false, false);
    assert_eq!(may_ask(ChangeKind::ContactChange, &[bare, member()], by(bare)), Ok(()));
    assert_eq!(
        may_ask(ChangeKind::ContactChange, &[bare, member()], by(member())),
        Err(ChangeRefusal::NotAuthorised)
    );
    assert_eq!(
        may_ask(ChangeKind::ContactChange, &[bare, admin()], by(bare)),
        Err(ChangeRefusal::NotAuthorised)
    );
}

#[test]
fn p12_the_customer_is_warned() {
    use Warning::*;
    let with = |change: fn(&mut Listed)| {
        let mut contacts = vec![owner(), admin()];
        change(&mut contacts[1]);
        contacts
    };
    let cases = [
        (vec![], vec![NoneAuthorised, FewAdmins]),
        (vec![member()], vec![NoneAuthorised, FewAdmins]),
        (vec![owner()], vec![OneAuthorised, FewAdmins]),
        (vec![owner(), admin()], vec![]),
        (with(|c| c.role = ContactRole::Member), vec![FewAdmins]),
        (with(|c| c.active = false), vec![OneAuthorised, FewAdmins]),
        (with(|c| c.rights.instruction = false), vec![OneAuthorised]),
        (with(|c| c.unreachable = true), vec![AddressUnreachable]),
        (with(|c| c.shared = true), vec![AddressShared]),
        (with(|c| c.list = true), vec![AddressList]),
    ];
    for (contacts, expected) in cases {
        assert_eq!(warnings(&contacts), expected, "{contacts:?}");
    }
}

fn change(kind: ChangeKind, asked_by: Asker) -> Change {
    Change { kind, asked_by, expires_at: change_expires_at(T0), approved: None }
}

#[test]
fn p2_who_asked_does_not_approve() {
    let contacts = [owner(), admin(), member()];
    let asked = change(ChangeKind::ContactAdd, by(owner()));
    let cases = [
        (admin().id, Ok(())),
        (owner().id, Err(ChangeRefusal::Own)),
        (member().id, Err(ChangeRefusal::NotAuthorised)),
        (id(9), Err(ChangeRefusal::NotAuthorised)),
    ];
    for (who, expected) in cases {
        assert_eq!(may_decide(&asked, &contacts, who, T0), expected);
    }
    let by_staff = change(ChangeKind::ContactAdd, Asker::Staff);
    assert_eq!(may_decide(&by_staff, &contacts, owner().id, T0), Ok(()));
}

#[test]
fn x6_silence_is_refusal_after_seven_days() {
    let contacts = [owner(), admin()];
    let asked = change(ChangeKind::ContactAdd, by(owner()));
    let end = T0 + Span::days(7);
    assert_eq!(asked.state(end - Span(1)), ChangeState::Waiting);
    assert_eq!(may_decide(&asked, &contacts, admin().id, end - Span(1)), Ok(()));
    assert_eq!(asked.state(end), ChangeState::Expired);
    assert_eq!(may_decide(&asked, &contacts, admin().id, end), Err(ChangeRefusal::Over));
    for (approved, state) in [(true, ChangeState::Approved), (false, ChangeState::Refused)] {
        let decided = Change { approved: Some(approved), ..asked };
        assert_eq!(decided.state(T0), state);
        assert_eq!(decided.state(end), state, "what was decided in time stays");
        assert_eq!(may_decide(&decided, &contacts, admin().id, T0), Err(ChangeRefusal::Over), "once");
    }
}

/// Rule Z11: owner or admin approves another primary address.
#[test]
fn z11_another_primary_address_needs_owner_or_admin() {
    let kind = ChangeKind::PrimaryAddress;
    let contacts = [owner(), member()];
    assert!(needs_second(kind, &contacts, by(member())));
    assert!(!needs_second(kind, &contacts, by(owner())), "the owner's own word is the approval");
    assert!(needs_second(kind, &[member()], by(member())), "nobody there: it waits, and lapses");
    assert!(needs_second(kind, &contacts, Asker::Staff));
    let asked = change(kind, by(member()));
    assert_eq!(may_decide(&asked, &contacts, owner().id, T0), Ok(()));
    assert_eq!(may_decide(&asked, &contacts, member().id, T0), Err(ChangeRefusal::NotAuthorised));
}

/// Rule Z8, control 42: two people who confirm one address share it; a claim alone shares nothing.
#[test]
fn z8_two_people_who_confirm_share_an_address() {
    use Confirmation::*;
    let (owner, other, third) = (id(1), id(2), id(3));
    let cases = [
        (owner, None, Confirmed),
        (owner, Some(owner), Confirmed),
        (owner, Some(other), Shared),
        (other, None, Shared),
        (other, Some(owner), Shared),
        (other, Some(other), Held),
        (third, Some(other), Shared),
    ];
    for (by, holder, expected) in cases {
        assert_eq!(confirm(owner, by, holder), expected, "{by:?} {holder:?}");
    }
}
