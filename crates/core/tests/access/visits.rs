//! Starting a visit, and its own ends: reason, link, staff's conditions, the hour, idleness.

use pforte_core::{
    access::*,
    catalogue::{Action, DataClass},
    kernel::{Span, StaffRole},
};

use crate::fixture::*;

#[test]
fn p8_without_a_ground_there_is_no_access() {
    let facts = nothing();
    assert_eq!(starting(&facts, T0), "ground.none");
    assert_eq!(viewing(&facts, T0), "visit.none");
    assert_eq!(decide(&facts, &Ask::List { product: PANEL }, T0).code(), "ground.none");
    let preview =
        Ask::Preview { request: request(Action::View, DataClass::Product), acting_as: None, ground: None };
    assert_eq!(decide(&facts, &preview, T0).code(), "ground.none");
}

/// Rule P13: nothing about the staff member replaces a ground.
#[test]
fn p13_no_role_overrides_the_missing_ground() {
    let mut facts = nothing();
    facts.staff.roles = StaffRole::ALL.to_vec();
    assert_eq!(starting(&facts, T0), "ground.none");
}

#[test]
fn x1_a_ground_alone_is_no_visit() {
    for (name, ground) in all() {
        let mut facts = visiting(ground);
        facts.visit = None;
        assert_eq!(viewing(&facts, T0), "visit.none", "{name}");
    }
}

/// Rules T4, T14; control 23.
#[test]
fn t4_t14_no_start_without_reason_and_link() {
    for (name, ground) in all() {
        let facts = visiting(ground);
        let code = |reason, link| {
            let start = Start { reason, link, acting_as: Some(contact(1)), ..start() };
            decide(&facts, &Ask::Start(start), T0).code()
        };
        assert_eq!(code(false, false), "needs.reason", "{name}");
        assert_eq!(code(false, true), "needs.reason", "{name}");
        assert_eq!(code(true, false), "needs.link", "{name}");
        assert!(["open", "masked"].contains(&code(true, true)), "{name}");
    }
}

/// A change to the staff member, what a start says to it, and what a running visit says.
type Loss = (fn(&mut StaffFacts), &'static str, &'static str);

/// Rules T11, T20, T21; control 23. Duties block the next access, not the running one.
#[test]
fn t21_every_condition_is_checked_at_the_start_and_on_every_request() {
    let losses: [Loss; 6] = [
        (|s| s.active = false, "staff.inactive", "staff.inactive"),
        (|s| s.roles = vec![StaffRole::Admin, StaffRole::Guest], "staff.lacks.role", "visit.condition_lost"),
        (|s| s.mfa = false, "staff.lacks.mfa", "visit.condition_lost"),
        (|s| s.trainings_done = false, "staff.lacks.training", "visit.condition_lost"),
        (|s| s.guidelines_accepted = false, "staff.lacks.guidelines", "visit.condition_lost"),
        (|s| s.overdue_duties = 1, "staff.lacks.duties", "open"),
    ];
    for (name, ground) in all() {
        for (lose, at_start, running) in losses {
            let mut facts = visiting(ground.clone());
            assert_eq!(viewing(&facts, T0), "open", "{name}");
            lose(&mut facts.staff);
            assert_eq!(starting(&facts, T0), at_start, "{name}");
            assert_eq!(viewing(&facts, T0), running, "{name}");
        }
    }
}

#[test]
fn t21_each_of_the_two_roles_is_enough_and_everything_missing_is_listed() {
    for (role, lack) in [
        (StaffRole::Agent, None),
        (StaffRole::OnboardingManager, None),
        (StaffRole::SupportLead, Some(Lack::Role)),
        (StaffRole::SuccessLead, Some(Lack::Role)),
        (StaffRole::Admin, Some(Lack::Role)),
        (StaffRole::Guest, Some(Lack::Role)),
    ] {
        let staff = StaffFacts { roles: vec![role], ..nothing().staff };
        assert_eq!(staff.lack(), lack);
    }
    let nobody = StaffFacts {
        roles: vec![],
        mfa: false,
        trainings_done: false,
        guidelines_accepted: false,
        overdue_duties: 3,
        ..nothing().staff
    };
    assert_eq!(nobody.lacks(), Lack::ALL);
    assert_eq!(nothing().staff.lacks(), []);
}

/// Rule T24; control 26: used all the time, over after 3,600 seconds all the same.
#[test]
fn t24_a_visit_ends_one_hour_after_its_start() {
    let mut facts = visiting(grant());
    for (seconds, code) in [(3_599, "open"), (3_600, "visit.hour_up"), (3_601, "visit.hour_up")] {
        let now = T0 + Span::seconds(seconds);
        facts.visit.as_mut().expect("a visit").last_active_at = now - SECOND;
        assert_eq!(viewing(&facts, now), code, "{seconds} s");
    }
}

/// Control 26: fifteen minutes without a request.
#[test]
fn control_26_fifteen_idle_minutes_end_a_visit() {
    let facts = visiting(grant());
    assert_eq!(viewing(&facts, T0 + Span::seconds(899)), "open");
    assert_eq!(viewing(&facts, T0 + Span::seconds(900)), "visit.idle");
    let opening =
        decide(&facts, &Ask::Request(request(Action::View, DataClass::Product)), T0 + Span::minutes(14))
            .opening()
            .expect("open");
    assert_eq!(opening.idle_at, T0 + Span::minutes(29), "the request is activity");
    assert_eq!(opening.until, T0 + Span::minutes(60), "idleness shortens no stream");
}

#[test]
fn t18_an_ended_visit_stays_ended_and_says_how() {
    for how in EndedHow::ALL {
        let mut facts = visiting(grant());
        facts.visit.as_mut().expect("a visit").ended = Some(*how);
        let decision = decide(&facts, &Ask::Request(request(Action::View, DataClass::Product)), T0);
        assert_eq!(decision, Decision::Closed(Closed::VisitEnded(*how)));
        assert_eq!(decision.ends_visit(), Some(*how));
    }
}

/// Rule X1: a visit rests on the ground it was started on, and no other takes over.
#[test]
fn x1_another_live_ground_does_not_carry_a_visit_on() {
    let mut facts = visiting(pin());
    facts.grounds.push(held(0x92, grant()));
    assert_eq!(viewing(&facts, T0), "open");
    end(&mut facts.grounds[0].ground, T0, EndedHow::Customer);
    assert_eq!(viewing(&facts, T0), "ground.ended");
    let start = Start { acting_as: Some(contact(1)), ..start() };
    assert_eq!(decide(&facts, &Ask::Start(start), T0).code(), "open", "a new visit may use it");
}

#[test]
fn x7_a_visit_of_someone_else_or_elsewhere_is_no_visit() {
    let changes: [fn(&mut VisitFacts); 3] =
        [|v| v.staff = COLLEAGUE, |v| v.customer = STRANGER, |v| v.product = "crm".to_owned()];
    for change in changes {
        let mut facts = visiting(grant());
        change(facts.visit.as_mut().expect("a visit"));
        assert_eq!(viewing(&facts, T0), "visit.none");
    }
}

/// Nothing crosses from one customer to another (controls 9, 36).
#[test]
fn control_36_a_ground_or_consent_of_another_customer_opens_nothing() {
    let mut facts = visiting(grant());
    facts.grounds[0].customer = STRANGER;
    assert_eq!(viewing(&facts, T0), "ground.none");
    assert_eq!(starting(&facts, T0), "ground.none");

    let mut facts = visiting(pin());
    let personal = Ask::Request(request(Action::View, DataClass::Personal));
    facts.consents.push(consent(ConsentTo::PersonalData));
    assert_eq!(decide(&facts, &personal, T0).code(), "open");
    facts.consents[0].customer = STRANGER;
    assert_eq!(decide(&facts, &personal, T0).code(), "needs.personal_data");
}

/// Rule W2; control 37: shut, but no visit is ended by it.
#[test]
fn w2_no_log_no_access() {
    for (name, ground) in all() {
        let mut facts = visiting(ground);
        facts.log_writable = false;
        assert_eq!(starting(&facts, T0), "log.down", "{name}");
        let decision = decide(&facts, &Ask::Request(request(Action::View, DataClass::Product)), T0);
        assert_eq!((decision.code(), decision.ends_visit()), ("log.down", None), "{name}");
    }
}

#[test]
fn an_inactive_customer_is_closed() {
    let mut facts = visiting(grant());
    facts.customer.active = false;
    assert_eq!(viewing(&facts, T0), "customer.inactive");
    assert_eq!(starting(&facts, T0), "customer.inactive");
}

#[test]
fn a_start_lasts_as_long_as_the_hour_and_the_ground_allow() {
    let until = |ground, now| {
        let start = Start { acting_as: Some(contact(1)), ..start() };
        decide(&visiting(ground), &Ask::Start(start), now).opening().expect("open").until
    };
    assert_eq!(until(grant(), T0 + DAY), T0 + DAY + Span::minutes(60));
    assert_eq!(until(pin(), T0 + Span::minutes(20)), T0 + Span::minutes(60));
    assert_eq!(until(self_grant(), T0), T0 + Span::minutes(30));
}

/// Of several grounds the one that shows most, then the one that lasts longest.
#[test]
fn the_best_ground_is_chosen_whatever_the_order() {
    let later = Ground::Pin(PinGround {
        staff: ME,
        contact: contact(1),
        issued_at: T0 + MINUTE,
        redeemed_at: T0 + MINUTE,
        ended: None,
    });
    let mut short = a_grant();
    short.ends_at = T0 + Span::minutes(10);
    let now = T0 + Span::minutes(2);
    let chosen = |grounds: Vec<HeldGround>| {
        let facts = Facts { grounds, ..nothing() };
        decide(&facts, &Ask::List { product: PANEL }, now).opening().map(|o| (o.ground.0.as_u128(), o.mask))
    };
    let (a, b, c) = (held(1, pin()), held(2, later.clone()), held(3, Ground::Grant(short)));
    assert_eq!(chosen(vec![a.clone(), b.clone()]), Some((2, Mask::Fields)), "the longer one");
    assert_eq!(chosen(vec![b.clone(), a.clone()]), Some((2, Mask::Fields)));
    assert_eq!(chosen(vec![a, b.clone(), c]), Some((3, Mask::None)), "the one that shows more");
    assert_eq!(chosen(vec![held(9, later), b]), Some((2, Mask::Fields)), "else the older id");
}

#[test]
fn a_start_on_a_named_ground_uses_no_other() {
    let mut facts = visiting(pin());
    facts.grounds.push(held(0x92, grant()));
    let start = Start { ground: Some(GROUND), ..start() };
    assert_eq!(decide(&facts, &Ask::Start(start), T0).opening().expect("open").ground, GROUND);
    end(&mut facts.grounds[0].ground, T0, EndedHow::Staff);
    assert_eq!(decide(&facts, &Ask::Start(start), T0).code(), "ground.ended");
}
