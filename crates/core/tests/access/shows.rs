//! What each ground shows: areas, actions, personal data, whose user.

use pforte_core::{
    access::*,
    catalogue::{Action, DataClass},
    kernel::Span,
};

use crate::fixture::*;

const ACTIONS: [Action; 5] = [Action::View, Action::Change, Action::Import, Action::Download, Action::Test];

fn code(facts: &Facts, request: Request<'_>) -> &'static str {
    decide(facts, &Ask::Request(request), T0).code()
}

/// Rules B5, T3, T9, T10, X2; controls 10, 32, 35: without any consent, for each kind of request.
#[test]
fn b5_x2_what_each_ground_shows_by_itself() {
    use Action::{Change, Download, Import, Never, Test, View};
    use DataClass::{Personal, Product};
    // Action, class, pass list; then pin, takeover, grant, onboarding, self-grant.
    #[rustfmt::skip]
    let table = [
        (View, Product, false, ["open", "open", "open", "open", "open"]),
        (View, Product, true, ["open", "open", "open", "open", "open"]),
        (View, Personal, true, ["masked", "masked", "open", "masked", "masked"]),
        (View, Personal, false, ["needs.personal_data", "needs.personal_data", "open", "needs.personal_data", "needs.personal_data"]),
        (Change, Product, false, ["needs.consent.change", "needs.consent.change", "needs.consent.change", "needs.consent.change", "ground.view_only"]),
        (Change, Personal, true, ["needs.consent.change", "needs.consent.change", "needs.consent.change", "needs.consent.change", "ground.view_only"]),
        (Import, Product, false, ["needs.consent.import", "needs.consent.import", "needs.consent.import", "needs.consent.import", "ground.view_only"]),
        (Download, Product, false, ["needs.consent.download", "needs.consent.download", "needs.consent.download", "needs.consent.download", "ground.view_only"]),
        (Download, Personal, true, ["needs.consent.download", "needs.consent.download", "needs.consent.download", "needs.consent.download", "ground.view_only"]),
        (Test, Product, false, ["needs.consent.test", "needs.consent.test", "needs.consent.test", "needs.consent.test", "ground.view_only"]),
        (Never, Product, false, ["action.never"; 5]),
        (Never, Personal, true, ["action.never"; 5]),
    ];
    for (action, class, has_pass_list, codes) in table {
        for ((name, ground), wanted) in all().into_iter().zip(codes) {
            let facts = visiting(ground);
            let request = Request { has_pass_list, ..request(action, class) };
            assert_eq!(code(&facts, request), wanted, "{name}: {action:?} {class:?} {has_pass_list}");
        }
    }
}

/// Rule T9; control 20: consent to one kind of action opens that kind and no other.
#[test]
fn t9_consent_opens_its_own_action_and_no_other() {
    for (name, ground) in all() {
        for consented in [Action::Change, Action::Import, Action::Download, Action::Test] {
            let mut facts = visiting(ground.clone());
            facts.consents.push(consent(ConsentTo::Action(consented)));
            for action in ACTIONS.into_iter().filter(|a| *a != Action::View) {
                let opened = code(&facts, request(action, DataClass::Product)) == "open";
                let wanted = action == consented && name != "self_grant";
                assert_eq!(opened, wanted, "{name}: consent to {consented:?}, tried {action:?}");
            }
        }
    }
}

/// Rule X2: consent to an action shows no personal data yet.
#[test]
fn x2_a_download_of_personal_data_needs_both_consents() {
    let mut facts = visiting(pin());
    let wanted = Request { has_pass_list: true, ..request(Action::Download, DataClass::Personal) };
    assert_eq!(code(&facts, wanted), "needs.consent.download");
    facts.consents.push(consent(ConsentTo::Action(Action::Download)));
    assert_eq!(code(&facts, wanted), "needs.personal_data");
    facts.consents.push(consent(ConsentTo::PersonalData));
    assert_eq!(code(&facts, wanted), "open");
    facts.consents.remove(0);
    assert_eq!(code(&facts, wanted), "needs.consent.download");
}

/// Control 35: closed to every ground, with every consent, and unclassified routes with it.
#[test]
fn control_35_never_is_never() {
    let every = [
        ConsentTo::Action(Action::Never),
        ConsentTo::Action(Action::Change),
        ConsentTo::PersonalData,
        ConsentTo::Area("settings".to_owned()),
    ];
    for (name, ground) in all() {
        let mut facts = visiting(ground);
        facts.consents = every.clone().map(consent).to_vec();
        let never = request(Action::Never, DataClass::Product);
        assert_eq!(code(&facts, never), "action.never", "{name}");
        let preview = Ask::Preview { request: never, acting_as: None, ground: None };
        assert_eq!(decide(&facts, &preview, T0).code(), "action.never", "{name}");
        facts.staff.mfa = false;
        assert_eq!(decide(&facts, &preview, T0).code(), "action.never", "{name}: nothing would open it");
    }
}

/// Rule T8: the allow-list binds grants, onboarding and self-grants; PIN and takeover open products.
#[test]
fn t8_areas_beyond_the_allow_list_need_consent() {
    for (name, ground) in all() {
        let mut facts = visiting(ground);
        let billing = Request { area: "billing", ..request(Action::View, DataClass::Product) };
        let free = ["pin", "takeover"].contains(&name);
        assert_eq!(code(&facts, billing), if free { "open" } else { "needs.area" }, "{name}");
        facts.consents.push(consent(ConsentTo::Area("billing".to_owned())));
        assert_eq!(code(&facts, billing), "open", "{name}");
        facts.consents[0].to = ConsentTo::Area("bill".to_owned());
        assert_eq!(code(&facts, billing), if free { "open" } else { "needs.area" }, "{name}");
    }
    for area in ["settings", "templates", "documents", "users", "rights", "notifications"] {
        assert!(Policy::default().areas.iter().any(|a| a == area), "{area}");
    }
}

/// Rule W7: a grant can be narrowed, never widened.
#[test]
fn w7_a_narrowed_grant_opens_only_what_is_left() {
    let narrowed = Ground::Grant(Grant {
        products: Some(vec![PANEL.to_owned()]),
        areas: Some(vec!["users".to_owned(), "billing".to_owned()]),
        ..a_grant()
    });
    let mut facts = visiting(narrowed);
    let area =
        |facts: &Facts, area| code(facts, Request { area, ..request(Action::View, DataClass::Product) });
    assert_eq!(area(&facts, "users"), "open");
    assert_eq!(area(&facts, "settings"), "needs.area", "struck");
    assert_eq!(area(&facts, "billing"), "needs.area", "not the policy's");

    let visit = facts.visit.as_mut().expect("a visit");
    visit.product = "crm".to_owned();
    let elsewhere = Request { product: "crm", area: "users", ..request(Action::View, DataClass::Product) };
    assert_eq!(code(&facts, elsewhere), "ground.product");
}

/// Rules T12, X2: the ground's own contact, or a grant, or consent.
#[test]
fn t12_x2_acting_as_another_user_needs_a_grant_or_consent() {
    for (name, ground) in all() {
        let mut facts = visiting(ground);
        let free = name == "grant";
        let start = |facts: &Facts| {
            decide(facts, &Ask::Start(Start { acting_as: Some(contact(3)), ..start() }), T0)
                .opening()
                .is_some()
        };
        facts.visit.as_mut().expect("a visit").acting_as = contact(3);
        assert_eq!(viewing(&facts, T0), if free { "open" } else { "needs.act_as" }, "{name}");
        assert_eq!(start(&facts), free, "{name}");
        facts.consents.push(consent(ConsentTo::ActAs(contact(2).id)));
        assert_eq!(start(&facts), free, "{name}: consent to another one");
        facts.consents.push(consent(ConsentTo::ActAs(contact(3).id)));
        assert_eq!(viewing(&facts, T0), "open", "{name}");
        assert!(start(&facts), "{name}");
        facts.visit.as_mut().expect("a visit").acting_as.active = false;
        assert_eq!(viewing(&facts, T0), "ground.contact_gone", "{name}");
    }
}

#[test]
fn t12_a_start_on_a_grant_must_name_whose_user() {
    assert_eq!(starting(&visiting(grant()), T0), "needs.acting_as");
}

/// Rule X6 and the consent's own bounds: end, withdrawal, another ground.
#[test]
fn t9_a_consent_counts_until_it_ends_and_only_where_it_was_given() {
    type Change = fn(&mut Consent);
    let changes: [(&str, Change, bool); 5] = [
        ("as given", |_| (), true),
        ("its ground", |c| c.ground = Some(GROUND), true),
        ("another ground", |c| c.ground = Some(held(0x99, pin()).id), false),
        ("withdrawn", |c| c.ended_at = Some(T0 + Span::minutes(5)), false),
        ("over", |c| c.ends_at = T0, false),
    ];
    for (name, change, opens) in changes {
        let mut facts = visiting(takeover());
        facts.consents.push(consent(ConsentTo::Action(Action::Test)));
        change(&mut facts.consents[0]);
        let decision = decide(&facts, &Ask::Request(request(Action::Test, DataClass::Product)), T0);
        assert_eq!(decision.opening().is_some(), opens, "{name}");
        if let Some(opening) = decision.opening() {
            assert_eq!(opening.until, T0 + Span::minutes(20), "not beyond the consent");
        }
    }
}

#[test]
fn t9_of_several_consents_the_longest_counts() {
    let mut facts = visiting(takeover());
    let test = ConsentTo::Action(Action::Test);
    for minutes in [5, 30, 10] {
        facts.consents.push(Consent { ends_at: T0 + Span::minutes(minutes), ..consent(test.clone()) });
    }
    let decision = decide(&facts, &Ask::Request(request(Action::Test, DataClass::Product)), T0);
    assert_eq!(decision.opening().expect("open").until, T0 + Span::minutes(30));
}

#[test]
fn a_preview_answers_as_the_visit_would() {
    for (name, ground) in all() {
        let mut facts = visiting(ground);
        for action in ACTIONS {
            for class in [DataClass::Product, DataClass::Personal] {
                let request = request(action, class);
                let in_visit = decide(&facts, &Ask::Request(request), T0);
                let visit = facts.visit.take();
                let preview = Ask::Preview { request, acting_as: Some(contact(1)), ground: Some(GROUND) };
                assert_eq!(decide(&facts, &preview, T0), in_visit, "{name}");
                facts.visit = visit;
            }
        }
    }
}

#[test]
fn codes_are_stable_and_distinct() {
    let mut codes: Vec<_> = [Need::Reason, Need::Link, Need::PersonalData, Need::Area, Need::ActAs]
        .into_iter()
        .chain([Need::ActingAs, Need::CustomerWord, Need::Takeover])
        .chain(ACTIONS.map(Need::Consent))
        .chain(Lack::ALL.iter().map(|lack| Need::Staff(*lack)))
        .map(Need::code)
        .collect();
    let count = codes.len();
    codes.sort_unstable();
    codes.dedup();
    assert_eq!(codes.len(), count);
    assert!(codes.iter().all(|c| c.contains('.') || *c == "needs.consent"));
}
