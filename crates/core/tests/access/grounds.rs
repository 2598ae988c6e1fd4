//! Each ground's conditions and ends.

use pforte_core::{
    access::*,
    catalogue::{Action, DataClass},
    kernel::{Moment, Span, StaffRole},
    ticket::{ClosedHow, Opener},
};

use crate::fixture::*;

/// Whether a visit that starts at `now` may view a product page.
fn opens(ground: Ground, now: Moment) -> &'static str {
    let mut facts = visiting(ground);
    facts.visit = Some(visit(GROUND, now));
    viewing(&facts, now)
}

/// Rules B7, B8; control 2: from the issue, not from the redemption.
#[test]
fn b7_b8_a_pin_opens_for_60_minutes_from_its_issue() {
    let redeemed_late = Ground::Pin(PinGround {
        staff: ME,
        contact: contact(1),
        issued_at: T0,
        redeemed_at: T0 + Span::minutes(59),
        ended: None,
    });
    for ground in [pin(), redeemed_late] {
        assert_eq!(opens(ground.clone(), T0 + Span::seconds(3_599)), "open");
        assert_eq!(opens(ground.clone(), T0 + Span::seconds(3_600)), "ground.expired");
        assert_eq!(opens(ground, T0 + Span::seconds(3_601)), "ground.expired");
    }
}

/// Rule B8: *End now*, *Give back*, the lead and the kill switch end every ground for good.
#[test]
fn b8_an_ended_ground_stays_ended() {
    for (name, ground) in all() {
        for how in EndedHow::ALL {
            let mut ended = ground.clone();
            end(&mut ended, T0 + MINUTE, *how);
            for now in [T0, T0 + MINUTE, T0 + Span::minutes(5)] {
                assert_eq!(opens(ended.clone(), now), "ground.ended", "{name}, even with the clock back");
            }
        }
    }
}

#[test]
fn b5_a_pin_or_a_self_grant_is_its_own_staff_members_alone() {
    for (name, ground) in [("pin", pin()), ("self_grant", self_grant()), ("onboarding", onboarding())] {
        let mut facts = visiting(ground);
        facts.staff.id = COLLEAGUE;
        facts.visit.as_mut().expect("a visit").staff = COLLEAGUE;
        assert_eq!(viewing(&facts, T0), "ground.none", "{name}");
        assert_eq!(starting(&facts, T0), "ground.none", "{name}");
    }
}

/// Rule P2: a PIN rests on the contact's right; every ground on an active contact.
#[test]
fn p2_a_contact_who_lost_the_right_opens_nothing() {
    let Ground::Pin(mut g) = pin() else { unreachable!() };
    g.contact.rights.support = false;
    assert_eq!(opens(Ground::Pin(g), T0), "ground.contact_gone");

    let mut gone = ticket();
    gone.contact.active = false;
    assert_eq!(opens(takeover_of(gone), T0), "ground.contact_gone");

    let mut any_contact = ticket();
    any_contact.contact.rights.support = false;
    assert_eq!(opens(takeover_of(any_contact), T0), "open", "the portal's form is everybody's (rule P15)");
}

/// Rules B10, B11; control 12.
#[test]
fn b10_b11_only_who_has_taken_the_ticket_over_enters() {
    let assigned = |assigned_to| takeover_of(TicketFacts { assigned_to, ..ticket() });
    assert_eq!(opens(assigned(Some(ME)), T0), "open");
    assert_eq!(opens(assigned(Some(COLLEAGUE)), T0), "needs.takeover");
    assert_eq!(opens(assigned(None), T0), "needs.takeover");

    let Ground::Takeover(mine) = takeover() else { unreachable!() };
    let theirs = Ground::Takeover(Takeover { staff: COLLEAGUE, ..mine });
    assert_eq!(opens(theirs, T0), "needs.takeover", "somebody else's takeover of my ticket");

    let mut facts = visiting(takeover());
    facts.staff.id = COLLEAGUE;
    assert_eq!(starting(&facts, T0), "needs.takeover");
}

/// Rule B10: losing the ticket cuts the running visit.
#[test]
fn b10_a_ticket_given_to_somebody_else_ends_the_visit() {
    let facts = visiting(takeover_of(TicketFacts { assigned_to: Some(COLLEAGUE), ..ticket() }));
    let decision = decide(&facts, &Ask::Request(request(Action::View, DataClass::Product)), T0);
    assert_eq!(decision.ends_visit(), Some(EndedHow::TakenOver));
}

/// Rules B10, B13; controls 14, 15.
#[test]
fn b10_b13_a_ticket_opens_only_with_the_customer_behind_it() {
    use Opener::{Customer, Staff, Unproven};
    let (before, reopening, after) = (T0 + MINUTE, T0 + Span::minutes(2), T0 + Span::minutes(3));
    // Opened by, reopened by, the customer spoke at, the answer.
    let table = [
        (Customer, None, None, "open"),
        (Staff, None, None, "needs.customer_word"),
        (Unproven, None, None, "needs.customer_word"),
        (Staff, None, Some(before), "open"),
        (Unproven, None, Some(before), "open"),
        (Customer, Some(Customer), None, "open"),
        (Staff, Some(Customer), None, "open"),
        (Customer, Some(Staff), None, "needs.customer_word"),
        (Customer, Some(Staff), Some(before), "needs.customer_word"),
        (Customer, Some(Staff), Some(after), "open"),
        (Customer, Some(Unproven), Some(before), "needs.customer_word"),
        (Customer, Some(Unproven), Some(after), "open"),
    ];
    for (opened_by, reopened_by, customer_spoke_at, code) in table {
        let reopened = reopened_by.map(|by| Reopened { at: reopening, by });
        let ground = takeover_of(TicketFacts { opened_by, reopened, customer_spoke_at, ..ticket() });
        assert_eq!(
            opens(ground, T0 + Span::minutes(4)),
            code,
            "{opened_by:?} {reopened_by:?} {customer_spoke_at:?}"
        );
    }
}

/// Rules B12, B13; control 13.
#[test]
fn b12_closing_ends_the_running_visit_and_reopening_does_not_revive_it() {
    for (how, ended) in [
        (ClosedHow::Customer, EndedHow::ClosedByCustomer),
        (ClosedHow::Staff, EndedHow::ClosedByStaff),
        (ClosedHow::Silence, EndedHow::ClosedBySilence),
        (ClosedHow::Merged, EndedHow::Merged),
    ] {
        let closed = TicketFacts { closed: Some((T0 + MINUTE, how)), ..ticket() };
        let decision = decide(
            &visiting(takeover_of(closed)),
            &Ask::Request(request(Action::View, DataClass::Product)),
            T0 + MINUTE,
        );
        assert_eq!(decision.code(), "ticket.closed");
        assert_eq!(decision.ends_visit(), Some(ended), "it says who closed it");
    }

    let reopened =
        TicketFacts { reopened: Some(Reopened { at: T0 + MINUTE, by: Opener::Customer }), ..ticket() };
    let mut facts = visiting(takeover_of(reopened));
    let now = T0 + Span::minutes(2);
    assert_eq!(viewing(&facts, now), "visit.ended", "the old visit is over");
    assert_eq!(starting(&facts, now), "masked", "a new one may start");
    facts.visit = Some(visit(GROUND, T0 + MINUTE));
    assert_eq!(viewing(&facts, now), "visit.ended", "in the same instant counts as before");
    facts.visit = Some(visit(GROUND, T0 + MINUTE + Span(1)));
    assert_eq!(viewing(&facts, now), "open");
}

#[test]
fn b10_taking_over_anew_does_not_revive_a_visit_from_before() {
    let Ground::Takeover(mine) = takeover() else { unreachable!() };
    let anew = Ground::Takeover(Takeover { taken_over_at: T0 + MINUTE, ..mine });
    assert_eq!(viewing(&visiting(anew), T0 + Span::minutes(2)), "visit.ended");
}

/// Rule B14; control 16. A ticket that waits for staff never closes by itself.
#[test]
fn b14_a_ticket_closes_after_14_days_without_the_customers_answer() {
    let waiting =
        |since: Option<Moment>| takeover_of(TicketFacts { waits_for_customer_since: since, ..ticket() });
    let end = T0 + Span::days(1) + Span::days(14);
    assert_eq!(opens(waiting(Some(T0 + DAY)), end - SECOND), "open");
    assert_eq!(opens(waiting(Some(T0 + DAY)), end), "ticket.closed");
    assert_eq!(opens(waiting(None), end + Span::days(10)), "open");
    assert_eq!(waiting(Some(T0 + DAY)).until(&Policy::default()), end);
    assert_eq!(waiting(None).until(&Policy::default()), T0 + Span::days(30));
}

/// Rules B15, B16; control 16.
#[test]
fn b15_b16_a_ticket_older_than_30_days_is_locked_by_either_age() {
    let ground = takeover_of(TicketFacts { last_message_at: T0 + Span::days(20), ..ticket() });
    for (age, end) in [(TicketAge::Created, 30), (TicketAge::Activity, 50)] {
        let code = |now| {
            let mut facts = visiting(ground.clone());
            facts.policy.ticket_age = age;
            facts.visit = Some(visit(GROUND, now));
            viewing(&facts, now)
        };
        assert_eq!(code(T0 + Span::days(end) - SECOND), "open", "{age:?}");
        assert_eq!(code(T0 + Span::days(end)), "ticket.locked", "{age:?}");
    }
    assert_eq!(Policy::default().ticket_age, TicketAge::Created, "rule X4: the stricter is the default");
}

/// Rules P9, P11; control 17.
#[test]
fn p9_p11_a_grant_ends_on_its_day_and_never_later_than_four_months() {
    let ending = |ends_at| Ground::Grant(Grant { ends_at, ..a_grant() });
    assert_eq!(opens(grant(), T0 + Span::days(7) - SECOND), "open");
    assert_eq!(opens(grant(), T0 + Span::days(7)), "ground.expired");
    let unlimited = ending(Moment(i64::MAX));
    assert_eq!(opens(unlimited.clone(), T0 + GRANT_MAX - SECOND), "open");
    assert_eq!(opens(unlimited, T0 + GRANT_MAX), "ground.expired");
}

#[test]
fn p9_a_grant_is_for_whoever_meets_t21_unless_it_names_one() {
    let named = |staff| Ground::Grant(Grant { staff, ..a_grant() });
    assert_eq!(opens(named(None), T0), "open");
    assert_eq!(opens(named(Some(ME)), T0), "open");
    assert_eq!(opens(named(Some(COLLEAGUE)), T0), "ground.none");
}

/// Rule T10.
#[test]
fn t10_the_manager_enters_only_during_the_onboarding_and_only_as_manager() {
    assert_eq!(opens(onboarding(), T0 + Span::days(30) - SECOND), "open");
    assert_eq!(opens(onboarding(), T0 + Span::days(30)), "ground.expired");
    let mut facts = visiting(onboarding());
    facts.staff.roles = vec![StaffRole::Agent];
    assert_eq!(starting(&facts, T0), "ground.none");
}

/// Rule T3.
#[test]
fn t3_self_grant_is_off_unless_policy_and_customer_allow_it() {
    assert_eq!(Policy::default().self_grant, SelfGrantPolicy::Off);
    let mut facts = visiting(self_grant());
    assert_eq!(viewing(&facts, T0), "open");
    facts.customer.self_grant_opted_out = true;
    assert_eq!(viewing(&facts, T0), "self_grant.off");
    facts.customer.self_grant_opted_out = false;
    facts.policy.self_grant = SelfGrantPolicy::Off;
    assert_eq!(viewing(&facts, T0), "self_grant.off");

    let Ground::SelfGrant(g) = self_grant() else { unreachable!() };
    let endless = Ground::SelfGrant(SelfGrant { ends_at: Moment(i64::MAX), ..g });
    assert_eq!(opens(endless.clone(), T0 + SELF_GRANT_MAX - SECOND), "open");
    assert_eq!(opens(endless, T0 + SELF_GRANT_MAX), "ground.expired");
}

/// What pages show agrees with what doors do.
#[test]
fn over_says_when_and_how() {
    let policy = Policy::default();
    let mut ground = pin();
    assert_eq!(ground.over(&policy, T0 + Span::seconds(3_599)), None);
    let expired = Some((T0 + Span::minutes(60), EndedHow::Expired));
    assert_eq!(ground.over(&policy, T0 + DAY), expired);
    end(&mut ground, T0 + MINUTE, EndedHow::Customer);
    assert_eq!(ground.over(&policy, T0 + DAY), Some((T0 + MINUTE, EndedHow::Customer)));
}

/// What sleeps with its ticket says what shut it and since when, not that its time was up.
#[test]
fn b12_a_takeover_that_sleeps_says_what_its_ticket_did() {
    let policy = Policy::default();
    let over = |ticket, now| takeover_of(ticket).over(&policy, now);
    assert_eq!(over(ticket(), T0 + DAY), None);
    let closed = TicketFacts { closed: Some((T0 + MINUTE, ClosedHow::Customer)), ..ticket() };
    let by_customer = Some((T0 + MINUTE, EndedHow::ClosedByCustomer));
    assert_eq!(over(closed.clone(), T0 + DAY), by_customer);
    let months_later = T0 + Span::days(90);
    assert_eq!(over(closed, months_later), by_customer, "locking it later changes nothing of that");
    let silent = TicketFacts { waits_for_customer_since: Some(T0), ..ticket() };
    assert_eq!(over(silent, T0 + Span::days(14)), Some((T0 + Span::days(14), EndedHow::ClosedBySilence)));
    let (at, how) = over(ticket(), months_later).expect("over");
    assert_eq!((at, how), (ticket().locks_at(policy.ticket_age), EndedHow::Locked));
    let by_staff = Some(Reopened { at: T0 + MINUTE, by: Opener::Staff });
    let unsaid = TicketFacts { reopened: by_staff, ..ticket() };
    assert_eq!(over(unsaid, T0 + DAY), Some((T0 + MINUTE, EndedHow::CustomerWord)));
}

/// Rule T21: who no longer serves loses what they hold; what can be made up for only shuts the door.
#[test]
fn t21_only_who_no_longer_serves_loses_what_they_hold() {
    let agent = visiting(pin()).staff;
    assert_eq!(agent.gone(), None);
    assert_eq!(StaffFacts { trainings_done: false, ..agent.clone() }.gone(), None);
    assert_eq!(StaffFacts { guidelines_accepted: false, ..agent.clone() }.gone(), None);
    assert_eq!(StaffFacts { mfa: false, ..agent.clone() }.gone(), Some(EndedHow::MfaLost));
    assert_eq!(StaffFacts { roles: vec![], ..agent.clone() }.gone(), Some(EndedHow::RoleLost));
    assert_eq!(StaffFacts { active: false, ..agent }.gone(), Some(EndedHow::StaffInactive));
}
