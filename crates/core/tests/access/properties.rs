//! Properties of single decisions, over facts drawn at random.

use pforte_core::{
    access::*,
    catalogue::{Action, DataClass},
    kernel::{ConsentId, GroundId, Moment, Span, StaffRole},
    ticket::{ClosedHow, Opener},
};
use proptest::{
    prelude::*,
    strategy::ValueTree,
    test_runner::{Config, TestRunner},
};
use uuid::Uuid;

use crate::fixture::*;

/// Instants that matter: some minutes, or some days, around T0.
fn instant() -> impl Strategy<Value = Moment> {
    prop_oneof![
        6 => (-70..70i64).prop_map(|n| T0 + Span::minutes(n)),
        1 => (-40..40i64).prop_map(|n| T0 + Span::days(n)),
    ]
}

fn later() -> impl Strategy<Value = Moment> {
    (1..200i64).prop_map(|n| T0 + Span::minutes(n))
}

fn seldom<T: std::fmt::Debug>(value: impl Strategy<Value = T>) -> impl Strategy<Value = Option<T>> {
    prop::option::weighted(0.12, value)
}

fn ended() -> impl Strategy<Value = Ended> {
    seldom(instant().prop_map(|at| (at, EndedHow::Customer)))
}

fn opened_by() -> impl Strategy<Value = Opener> {
    prop_oneof![4 => Just(Opener::Customer), 1 => Just(Opener::Staff), 1 => Just(Opener::Unproven)]
}

fn a_ticket() -> impl Strategy<Value = TicketFacts> {
    (
        instant(),
        opened_by(),
        seldom((instant(), opened_by()).prop_map(|(at, by)| Reopened { at, by })),
        seldom(instant()),
        seldom(instant()),
        seldom(instant()),
        prop::bool::weighted(0.9),
    )
        .prop_map(|(opened_at, opened_by, reopened, spoke, waits, closed_at, mine)| TicketFacts {
            opened_at,
            opened_by,
            reopened,
            customer_spoke_at: spoke,
            waits_for_customer_since: waits,
            closed: closed_at.map(|at| (at, ClosedHow::Staff)),
            last_message_at: opened_at,
            assigned_to: mine.then_some(ME),
            ..ticket()
        })
}

fn ground() -> impl Strategy<Value = Ground> {
    let mine = || prop_oneof![8 => Just(ME), 1 => Just(COLLEAGUE)];
    prop_oneof![
        (mine(), instant(), ended()).prop_map(|(staff, at, ended)| {
            Ground::Pin(PinGround { staff, contact: contact(1), issued_at: at, redeemed_at: at, ended })
        }),
        (mine(), instant(), a_ticket(), ended()).prop_map(|(staff, taken_over_at, ticket, ended)| {
            Ground::Takeover(Takeover { staff, taken_over_at, ticket, ended })
        }),
        (instant(), later(), prop::bool::weighted(0.2), ended()).prop_map(|(at, ends_at, narrow, ended)| {
            let areas = narrow.then(|| vec!["users".to_owned()]);
            Ground::Grant(Grant { granted_at: at, ends_at, areas, ended, ..a_grant() })
        }),
        (mine(), later(), ended()).prop_map(|(manager, ends_at, ended)| {
            let (contact, began_at) = (contact(1), T0 - DAY);
            Ground::Onboarding(Onboarding { manager, contact, began_at, ends_at, ended })
        }),
        (mine(), instant(), later(), ended()).prop_map(|(staff, opened_at, ends_at, ended)| {
            Ground::SelfGrant(SelfGrant { staff, contact: contact(1), opened_at, ends_at, ended })
        }),
    ]
}

fn any_consent() -> impl Strategy<Value = Consent> {
    let to = prop_oneof![
        prop::sample::select(Action::ALL.to_vec()).prop_map(ConsentTo::Action),
        Just(ConsentTo::PersonalData),
        Just(ConsentTo::Area("billing".to_owned())),
        Just(ConsentTo::ActAs(contact(2).id)),
    ];
    (to, later(), seldom(instant()), seldom(1..6u128), any::<u128>()).prop_map(
        |(to, ends_at, ended_at, ground, id)| Consent {
            id: ConsentId(Uuid::from_u128(id)),
            ends_at,
            ended_at,
            ground: ground.map(|n| GroundId(Uuid::from_u128(n))),
            ..consent(to)
        },
    )
}

fn facts() -> impl Strategy<Value = Facts> {
    let staff = prop::collection::vec(prop::bool::weighted(0.95), 6);
    let others = (prop::bool::weighted(0.95), prop::bool::weighted(0.8), prop::bool::weighted(0.95));
    (
        prop::collection::vec(ground(), 1..6),
        prop::collection::vec(any_consent(), 0..6),
        (0..5usize, 1..3u128, 0..59i64, 0..14i64),
        staff,
        others,
    )
        .prop_map(|(grounds, consents, (on, acting_as, age, idle), staff, (log, self_grant, active))| {
            let mut facts = nothing();
            facts.grounds = grounds.into_iter().zip(1..).map(|(ground, id)| held(id, ground)).collect();
            facts.consents = consents;
            let ground = facts.grounds[on % facts.grounds.len()].id;
            let started_at = T0 - Span::minutes(age);
            facts.visit = Some(VisitFacts {
                acting_as: contact(acting_as),
                last_active_at: T0 - Span::minutes(idle.min(age)),
                ..visit(ground, started_at)
            });
            facts.staff.mfa = staff[0];
            facts.staff.trainings_done = staff[1];
            facts.staff.guidelines_accepted = staff[2];
            facts.staff.active = staff[3];
            facts.staff.overdue_duties = u32::from(!staff[4]);
            if !staff[5] {
                facts.staff.roles = vec![StaffRole::Agent];
            }
            facts.log_writable = log;
            facts.customer.active = active;
            facts.policy.self_grant = if self_grant { SelfGrantPolicy::On } else { SelfGrantPolicy::Off };
            facts
        })
}

fn any_request() -> impl Strategy<Value = Request<'static>> {
    let action = prop_oneof![3 => Just(Action::View), 2 => prop::sample::select(Action::ALL.to_vec())];
    let class = prop::sample::select(DataClass::ALL.to_vec());
    let area = prop::sample::select(vec!["settings", "users", "billing"]);
    (action, class, area, any::<bool>()).prop_map(|(action, class, area, has_pass_list)| Request {
        product: PANEL,
        area,
        action,
        class,
        has_pass_list,
    })
}

fn ask() -> impl Strategy<Value = Ask<'static>> {
    let acting_as = || prop::option::of((1..3u128).prop_map(contact));
    let start = (acting_as(), prop::bool::weighted(0.9)).prop_map(|(acting_as, reason)| {
        Ask::Start(Start { ground: None, product: PANEL, acting_as, reason, link: true })
    });
    let preview = (any_request(), acting_as()).prop_map(|(request, acting_as)| Ask::Preview {
        request,
        acting_as,
        ground: None,
    });
    prop_oneof![
        4 => any_request().prop_map(Ask::Request),
        2 => start,
        2 => preview,
        1 => Just(Ask::List { product: PANEL }),
    ]
}

/// Everything that takes something away, one at a time.
fn worsen(facts: &mut Facts, choice: usize, which: usize) {
    let ground_count = facts.grounds.len();
    let held = &mut facts.grounds[which % ground_count];
    match choice {
        0 => facts.staff.active = false,
        1 => facts.staff.roles.retain(|r| *r != StaffRole::OnboardingManager),
        2 => facts.staff.mfa = false,
        3 => facts.staff.trainings_done = false,
        4 => facts.staff.guidelines_accepted = false,
        5 => facts.staff.overdue_duties += 1,
        6 => facts.customer.active = false,
        7 => facts.customer.self_grant_opted_out = true,
        8 => facts.policy.self_grant = SelfGrantPolicy::Off,
        9 => facts.policy.areas.clear(),
        10 => facts.log_writable = false,
        11 => end(&mut held.ground, T0, EndedHow::Lead),
        12 => held.customer = STRANGER,
        13 => match &mut held.ground {
            Ground::Pin(g) => g.contact.rights.support = false,
            Ground::Takeover(g) => g.ticket.assigned_to = None,
            Ground::Grant(g) => g.areas = Some(vec![]),
            Ground::Onboarding(g) => g.contact.active = false,
            Ground::SelfGrant(g) => g.ends_at = T0 - DAY,
        },
        14 => match &mut held.ground {
            Ground::Takeover(g) => g.ticket.closed = Some((T0, ClosedHow::Staff)),
            Ground::Grant(g) => g.products = Some(vec![]),
            Ground::Pin(g) => g.issued_at = g.issued_at - Span::minutes(30),
            Ground::Onboarding(g) => g.manager = COLLEAGUE,
            Ground::SelfGrant(g) => g.staff = COLLEAGUE,
        },
        15 => {
            facts.grounds.remove(which % ground_count);
        }
        16 => {
            let count = facts.consents.len().max(1);
            facts.consents = facts
                .consents
                .drain(..)
                .enumerate()
                .filter(|(n, _)| *n != which % count)
                .map(|(_, c)| c)
                .collect();
        }
        17 => facts.consents.iter_mut().for_each(|c| c.ended_at = Some(T0)),
        18 => facts.visit.as_mut().expect("a visit").ended = Some(EndedHow::Staff),
        _ => facts.visit = None,
    }
}

proptest! {
    #![proptest_config(Config { cases: 1_000, failure_persistence: None, ..Config::default() })]

    /// P13, X7: taking a condition away never opens a door, and never shows more.
    #[test]
    fn p13_removing_a_condition_never_opens(
        facts in facts(), ask in ask(), now in instant(), choice in 0..20usize, which in 0..6usize,
    ) {
        let before = decide(&facts, &ask, now);
        let mut worse = facts;
        worsen(&mut worse, choice, which);
        let after = decide(&worse, &ask, now);
        if let Some(opening) = after.opening() {
            let open_before = before.opening();
            prop_assert!(open_before.is_some(), "{before:?} became {after:?}");
            prop_assert!(open_before.is_some_and(|b| b.mask <= opening.mask), "{before:?} became {after:?}");
        }
    }

    /// X1, T24: with nothing but time passing, a shut door stays shut.
    #[test]
    fn t24_time_alone_never_opens(facts in facts(), ask in ask(), a in instant(), b in instant()) {
        let (earlier, later) = (a.min(b), a.max(b));
        if decide(&facts, &ask, later).opening().is_some() {
            prop_assert!(decide(&facts, &ask, earlier).opening().is_some());
        }
    }

    /// `until` is the very instant: open a microsecond before, shut at it.
    #[test]
    fn x1_an_opening_never_outlasts_its_ground_the_hour_or_a_consent(
        mut facts in facts(), request in any_request(), now in instant(),
    ) {
        let ask = Ask::Request(request);
        if let Some(opening) = decide(&facts, &ask, now).opening() {
            prop_assert!(opening.until > now && opening.idle_at > now);
            let visit = facts.visit.as_mut().expect("open, so there is one");
            prop_assert!(opening.until <= visit.started_at + Span::minutes(60));
            prop_assert!(opening.idle_at <= now + Span::minutes(15));
            visit.last_active_at = opening.until - MINUTE;
            prop_assert!(opening.until <= facts.ground(opening.ground).expect("loaded").until(&facts.policy));
            let just_before = decide(&facts, &ask, opening.until - Span(1));
            prop_assert!(just_before.opening().is_some(), "{just_before:?}");
            let at_the_end = decide(&facts, &ask, opening.until).opening();
            prop_assert!(at_the_end.is_none_or(|o| o.mask > opening.mask), "{at_the_end:?}");
        }
    }

    /// Control 26: idle at `last_active_at + 15 min`, whatever else holds.
    #[test]
    fn control_26_an_idle_visit_is_never_open(facts in facts(), request in any_request(), over in 0..600i64) {
        let idle_at = facts.visit.as_ref().expect("a visit").last_active_at + Span::minutes(15);
        prop_assert!(decide(&facts, &Ask::Request(request), idle_at + Span::seconds(over)).opening().is_none());
    }

    /// The order in which facts were loaded is no matter.
    #[test]
    fn x7_the_same_facts_give_the_same_answer(facts in facts(), ask in ask(), now in instant(), turn in 0..6usize) {
        let mut turned = facts.clone();
        let (grounds, consents) = (facts.grounds.len(), facts.consents.len().max(1));
        turned.grounds.rotate_left(turn % grounds);
        turned.grounds.reverse();
        if !turned.consents.is_empty() {
            turned.consents.rotate_left(turn % consents);
        }
        prop_assert_eq!(decide(&facts, &ask, now), decide(&turned, &ask, now));
    }

    /// B5, X2, control 35: `never` is never open; personal data under a PIN or takeover shows unmasked
    /// only with consent; only what views goes without consent.
    #[test]
    fn b5_x2_control_35_masks_and_actions(facts in facts(), request in any_request(), now in instant()) {
        for ask in [Ask::Request(request), Ask::Preview { request, acting_as: None, ground: None }] {
            let Some(opening) = decide(&facts, &ask, now).opening() else { continue };
            prop_assert!(request.action != Action::Never);
            let gave = |to: &ConsentTo| facts.consents.iter().any(|c| c.to == *to && c.ended_at.is_none() && now < c.ends_at);
            prop_assert!(request.action == Action::View || gave(&ConsentTo::Action(request.action)));
            let by_grant = matches!(facts.ground(opening.ground), Some(Ground::Grant(_)));
            if request.class == DataClass::Personal && !by_grant && !gave(&ConsentTo::PersonalData) {
                prop_assert_eq!(opening.mask, Mask::Fields);
                prop_assert!(request.has_pass_list && request.action == Action::View);
            }
        }
    }
}

/// The properties above would say nothing if hardly any drawn door were open.
#[test]
fn the_drawn_facts_open_doors_often_enough() {
    let mut runner = TestRunner::deterministic();
    let draw = (facts(), ask(), instant());
    let open = (0..2_000)
        .filter(|_| {
            let (facts, ask, now) = draw.new_tree(&mut runner).expect("drawn").current();
            decide(&facts, &ask, now).opening().is_some()
        })
        .count();
    assert!(open > 200, "{open} of 2000 are open");
}
