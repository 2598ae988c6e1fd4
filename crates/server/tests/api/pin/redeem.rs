//! Redeeming: what opens, until when, and what is refused.

use bytes::Bytes;
use http::HeaderMap;
use pforte_core::{entry::Event, kernel::Span};
use pforte_testkit::{Browser, Customer, Person, TestApp, TestDb, entries_named, on_both, redeem_body};
use serde_json::{Value, json};

use super::{notices, wrong_digits};

/// Everything of the answer that the outside sees.
async fn guess(
    agent: &mut Browser,
    customer: &Customer,
    person: &Person,
    digits: &str,
) -> (HeaderMap, Bytes) {
    let answer = agent.post("/pin/redeem", redeem_body(customer, person, digits)).await;
    answer.refused(403, "pin.wrong");
    (answer.headers, answer.body)
}

on_both! {
    /// Rules T4 and T14: reason and record of the call are in the answer and in the entry.
    async fn t4_t14_reason_and_record_go_with_the_ground(app: TestApp) {
        let near = &app.world.near;
        let mut contact = app.sign_in(&near.customer.owner).await;
        let mut agent = app.sign_in(&near.agent).await;
        let digits = contact.pin().await;
        let mut body = redeem_body(&near.customer, &near.customer.owner, &digits);
        body["record"]["note"] = json!("calls from the shop");
        let ground = agent.post("/pin/redeem", body).await.ok();
        assert_eq!(ground["kind"], "pin");
        assert_eq!(ground["state"], "open");
        assert_eq!(ground["reason"], json!({ "category": "fault", "text": "The shop shows an error" }));
        assert_eq!(ground["record"]["channel"], "phone");
        assert_eq!(ground["record"]["from"], "+49 30 23125100");
        assert_eq!(ground["record"]["note"], "calls from the shop");
        assert_eq!(ground["record"]["at"], "2026-01-15T09:00:00.000000Z");
        let entries = entries_named(&app.app, near.provider, "pin.redeemed").await;
        let Event::PinRedeemed { staff_name, reason, record, .. } = &entries[0].event else { panic!("{entries:?}") };
        assert_eq!((entries.len(), staff_name.as_str()), (1, near.agent.name.as_str()));
        assert_eq!((reason.text(), record.from()), ("The shop shows an error", "+49 30 23125100"));
    }

    /// Rule P6: a number that is not this contact's leaves only the call-back; nothing is counted. Without a
    /// number the PIN is all there is (rule B3).
    async fn p6_b3_from_an_unregistered_number_a_pin_opens_nothing(app: TestApp) {
        let near = &app.world.near;
        let mut contact = app.sign_in(&near.customer.owner).await;
        let mut agent = app.sign_in(&near.agent).await;
        let digits = contact.pin().await;
        let mut body = redeem_body(&near.customer, &near.customer.owner, &digits);
        body["record"]["from"] = json!("030 55555555");
        agent.post("/pin/redeem", body.clone()).await.refused(409, "call.unregistered_number");
        assert!(entries_named(&app.app, near.provider, "pin.wrong").await.is_empty());
        body["record"]["channel"] = json!("voice");
        agent.post("/pin/redeem", body).await.ok();
    }

    /// Rules T4 and T14, control 23: without a reason or a record nothing is redeemed and nothing counts.
    async fn control_23_without_reason_or_record_nothing_opens(app: TestApp) {
        let near = &app.world.near;
        let mut contact = app.sign_in(&near.customer.owner).await;
        let mut agent = app.sign_in(&near.agent).await;
        let digits = contact.pin().await;
        let body = redeem_body(&near.customer, &near.customer.owner, &digits);
        for (object, field, value) in [
            ("reason", "text", json!("")),
            ("reason", "text", json!(" \u{200b}… ")),
            ("reason", "text", json!("x".repeat(2_001))),
            ("record", "from", json!("")),
        ] {
            let mut without = body.clone();
            without[object][field] = value;
            let refused = agent.post("/pin/redeem", without).await.refused(422, "input.invalid");
            assert!(refused["fields"][format!("{object}.{field}")].is_string(), "{refused}");
        }
        for missing in ["reason", "record"] {
            let mut without = body.clone();
            without.as_object_mut().expect("an object").remove(missing);
            agent.post("/pin/redeem", without).await.status(422);
        }
        assert_eq!(contact.get("/door").await.ok()["state"], "closed");
        agent.post("/pin/redeem", body).await.ok();
    }

    /// Control 23, rule T21: a staff member without training or without the role opens nothing.
    async fn control_23_without_training_or_role_nothing_opens(app: TestApp) {
        let near = &app.world.near;
        let digits = app.sign_in(&near.customer.owner).await.pin().await;
        let body = redeem_body(&near.customer, &near.customer.owner, &digits);
        for (person, lack) in [(&near.untrained, "training"), (&near.guest, "role"), (&near.admin, "role"), (&near.success_lead, "role")] {
            let mut staff = app.sign_in(person).await;
            let refused = staff.post("/pin/redeem", body.clone()).await.refused(403, "staff.lacks");
            assert_eq!(refused["fields"][lack], "missing", "{}: {refused}", person.name);
        }
        app.sign_in(&near.agent).await.post("/pin/redeem", body).await.ok();
    }

    /// Rules B7 and B8, control 2: a PIN is good at 59:59 after its issue.
    async fn control_2_a_pin_is_good_at_59_59(app: TestApp) {
        let near = &app.world.near;
        let digits = app.sign_in(&near.customer.owner).await.pin().await;
        app.advance(Span::seconds(59 * 60 + 59));
        let mut agent = app.sign_in(&near.agent).await;
        let ground = agent.redeem(&near.customer, &near.customer.owner, &digits).await;
        // Sixty minutes after the issue, not after the redemption.
        assert_eq!(ground["ends_at"], "2026-01-15T10:00:00.000000Z");
    }

    /// Rules B7 and B8, control 2: not at 60:01, and not when the clock is then set back.
    async fn control_2_a_pin_is_over_at_60_01_and_stays_over(app: TestApp) {
        let near = &app.world.near;
        let digits = app.sign_in(&near.customer.owner).await.pin().await;
        app.advance(Span::seconds(60 * 60 + 1));
        let mut agent = app.sign_in(&near.agent).await;
        let body = redeem_body(&near.customer, &near.customer.owner, &digits);
        agent.post("/pin/redeem", body.clone()).await.refused(403, "pin.wrong");
        app.clock.set_back(Span::minutes(30));
        agent.post("/pin/redeem", body.clone()).await.refused(403, "pin.wrong");
        // Nor after a restart with the clock set back: the database knows what time it was.
        let app = app.restart().await;
        let mut agent = agent.at(&app);
        agent.post("/pin/redeem", body).await.refused(403, "pin.wrong");
    }

    /// Rule B7: the ground is over 60 minutes after the PIN's issue, whenever it was redeemed.
    async fn b7_the_ground_ends_60_minutes_after_the_issue(app: TestApp) {
        let near = &app.world.near;
        let mut contact = app.sign_in(&near.customer.owner).await;
        let digits = contact.pin().await;
        app.advance(Span::minutes(50));
        let mut agent = app.sign_in(&near.agent).await;
        let ground = agent.redeem(&near.customer, &near.customer.owner, &digits).await;
        let visit = agent.open(&app, &ground).await;
        app.advance(Span::seconds(9 * 60 + 59));
        visit.view().await.expect("still open");
        app.advance(Span::seconds(1));
        assert_eq!(pforte_testkit::shut_code(&visit.view().await.expect_err("over")), "over.Expired");
        assert_eq!(contact.get("/door").await.ok()["state"], "closed");
        let path = format!("/grounds/{}", visit.ground);
        let ground = contact.get(&path).await.ok();
        assert_eq!((&ground["state"], &ground["ended_how"]), (&json!("ended"), &json!("expired")));
    }

    /// Control 3: a hundred redemptions of one PIN at the same moment give exactly one success.
    async fn control_3_one_of_a_hundred_parallel_redemptions_succeeds(app: TestApp) {
        let near = &app.world.near;
        let digits = app.sign_in(&near.customer.owner).await.pin().await;
        let agents = [app.sign_in(&near.agent).await, app.sign_in(&near.colleague).await, app.sign_in(&near.support_lead).await];
        let body = redeem_body(&near.customer, &near.customer.owner, &digits);
        let mut tasks = tokio::task::JoinSet::new();
        for n in 0..100 {
            let (mut agent, body) = (agents[n % 3].clone(), body.clone());
            tasks.spawn(async move { agent.post("/pin/redeem", body).await.status.as_u16() });
        }
        let answers = tasks.join_all().await;
        assert_eq!(answers.iter().filter(|status| **status == 200).count(), 1, "{answers:?}");
        // The others were wrong, or their form or the way was closed meanwhile.
        assert!(answers.iter().all(|s| [200, 403, 409, 423].contains(s)), "{answers:?}");
        let lead = app.sign_in(&near.success_lead).await;
        let grounds = lead.get("/grounds?scope=all&state=open").await.ok();
        assert_eq!(grounds["items"].as_array().map(Vec::len), Some(1));
        assert_eq!(entries_named(&app.app, near.provider, "pin.redeemed").await.len(), 1);
    }

    /// Control 8: wrong, expired, used, another customer's and dead: the same status and body.
    async fn control_8_every_wrong_pin_gets_the_same_answer(app: TestApp) {
        let near = &app.world.near;
        let (customer, owner, other) = (&near.customer, &near.customer.owner, &near.other);
        let mut contact = app.sign_in(owner).await;
        let mut agent = app.sign_in(&near.agent).await;
        let mut answers = Vec::new();
        let dead = contact.pin().await;
        contact.post("/pin/renew", Value::Null).await.ok();
        answers.push(guess(&mut agent, customer, owner, &dead).await);
        let mine = contact.pin().await;
        answers.push(guess(&mut agent, customer, owner, &wrong_digits(&mine)).await);
        answers.push(guess(&mut agent, other, &other.owner, &mine).await);
        answers.push(guess(&mut agent, customer, &customer.helper, &mine).await);
        answers.push(guess(&mut agent, customer, &customer.member, &mine).await);
        app.advance(Span::minutes(61));
        let mut agent = app.sign_in(&near.agent).await;
        answers.push(guess(&mut agent, customer, owner, &mine).await);
        let used = contact.pin().await;
        let mut colleague = app.sign_in(&near.colleague).await;
        colleague.redeem(customer, owner, &used).await;
        answers.push(guess(&mut agent, customer, owner, &used).await);
        assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:#?}");
    }

    /// Control 9: A's PIN against B is refused, and counted against B.
    async fn control_9_another_customers_pin_is_refused_and_counted(app: TestApp) {
        let near = &app.world.near;
        let digits = app.sign_in(&near.customer.owner).await.pin().await;
        let mut victim = app.sign_in(&near.other.owner).await;
        let before = victim.pin().await;
        let mut agent = app.sign_in(&near.agent).await;
        for _ in 0..5 {
            let body = redeem_body(&near.other, &near.other.owner, &digits);
            agent.post("/pin/redeem", body).await.refused(403, "pin.wrong");
        }
        assert_ne!(victim.pin().await, before, "five counted guesses kill the PIN");
        assert_eq!(notices(&victim).await, ["pin.killed"]);
        // The contact must be the customer's own, too; that is no guess at all.
        let crossed = redeem_body(&near.other, &near.customer.owner, &digits);
        agent.post("/pin/redeem", crossed).await.refused(404, "not_found");
    }

    /// A mistyped check digit costs no attempt.
    async fn mistyped_digits_cost_nothing(app: TestApp) {
        let near = &app.world.near;
        let digits = app.sign_in(&near.customer.owner).await.pin().await;
        let mut agent = app.sign_in(&near.agent).await;
        let last = digits.as_bytes()[8] - b'0';
        let mistyped = format!("{}{}", &digits[..8], (last + 1) % 10);
        for _ in 0..20 {
            let body = redeem_body(&near.customer, &near.customer.owner, &mistyped);
            agent.post("/pin/redeem", body).await.refused(422, "pin.mistyped");
        }
        let spoken = format!("{}-{} {}", &digits[..3], &digits[3..6], &digits[6..]);
        agent.redeem(&near.customer, &near.customer.owner, &spoken).await;
    }

    /// A PIN issued and redeemed within the same instant is the one that is looked at, not an older one.
    async fn a_pin_of_the_same_instant_is_found(app: TestApp) {
        let near = &app.world.near;
        let mut contact = app.sign_in(&near.customer.owner).await;
        let mut agent = app.sign_in(&near.agent).await;
        for _ in 0..12 {
            contact.post("/pin/renew", Value::Null).await.ok();
        }
        let digits = contact.pin().await;
        agent.redeem(&near.customer, &near.customer.owner, &digits).await;
    }
}

/// Control 8: a refusal is answered no earlier than the fixed minimum time, whatever was wrong.
#[tokio::test]
async fn control_8_refusals_are_held_to_a_minimum_time() {
    let floor = std::time::Duration::from_millis(300);
    let app = TestApp::start_with(TestDb::sqlite(), |settings| settings.pin_answer_floor = floor).await;
    let near = &app.world.near;
    let digits = app.sign_in(&near.customer.owner).await.pin().await;
    let mut agent = app.sign_in(&near.agent).await;
    for (customer, person) in [(&near.customer, &near.customer.helper), (&near.other, &near.other.owner)] {
        for typed in [digits.clone(), wrong_digits(&digits)] {
            let started = std::time::Instant::now();
            agent.post("/pin/redeem", redeem_body(customer, person, &typed)).await.refused(403, "pin.wrong");
            assert!(started.elapsed() >= floor, "answered after {:?}", started.elapsed());
        }
    }
}
