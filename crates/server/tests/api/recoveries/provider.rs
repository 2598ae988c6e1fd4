//! A customer who has nobody else: a lead and an admin, a code that goes another way, and time to object.

use pforte_core::kernel::Span;
use pforte_testkit::{Browser, TestApp, on_both};
use serde_json::{Value, json};

use super::{Asking, NEW, approve, enters, two_authorised, waiting};

/// A lead and an admin approve; answers the code for the customer.
async fn both_approve(app: &TestApp) -> String {
    let near = &app.world.near;
    let mut lead = app.sign_in(&near.support_lead).await;
    let seen = waiting(&lead).await;
    assert_eq!((&seen["way"], &seen["needs_words"]), (&json!("provider"), &json!(false)));
    let first = approve(&mut lead, "").await.ok();
    assert_eq!((&first["complete"], &first["code_once"]), (&json!(false), &Value::Null));
    let mut admin = app.sign_in(&near.admin).await;
    let second = approve(&mut admin, "").await.ok();
    assert_eq!(second["complete"], true);
    second["code_once"].as_str().expect("a code").to_owned()
}

on_both! {
    /// Nobody at the customer can approve: a lead and an admin do, everybody there is told, and after three days link and
    /// code together set a new password.
    async fn z10_a_customer_who_has_nobody_waits_three_days(app: TestApp) {
        let customer = app.world.near.customer.clone();
        let mut asking = Asking::begin(&app, &customer.owner).await;
        assert_eq!((&asking.view["way"], &asking.view["approvers"]), (&json!("provider"), &json!([])));
        asking.ask("password").await.ok();
        for contact in [&customer.helper, &customer.member] {
            app.mail(&contact.address, "Nobody else of yours can approve").await;
        }
        let code = both_approve(&app).await;
        assert_eq!(asking.state().await, "resting");
        for contact in [&customer.helper, &customer.member, &customer.owner] {
            app.mail(&contact.address, "In three days").await;
        }
        let typed = |code: &str| json!({ "password": NEW, "code": code });
        asking.finish(typed(&code)).await.refused(409, "recovery.not_ready");
        app.advance(Span::hours(72));
        assert_eq!(asking.state().await, "ready");
        asking.finish(json!({ "password": NEW })).await.refused(401, "sign_in.wrong");
        asking.finish(typed("AAAA-BBBB")).await.refused(401, "sign_in.wrong");
        asking.finish(typed(&code.to_lowercase().replace('-', " "))).await.status(204);
        enters(&app, &customer.owner, NEW, None).await.ok();
        // The code never went by mail.
        let mails = app.mails().await;
        assert!(!mails.iter().any(|mail| mail.raw.contains(&code)), "the code is in a mail");
    }

    /// The code can be tried five times; then even the right one does nothing.
    async fn z10_the_code_is_not_guessed(app: TestApp) {
        let customer = app.world.near.customer.clone();
        let mut asking = Asking::asked(&app, &customer.owner, "password").await;
        let code = both_approve(&app).await;
        app.advance(Span::hours(72));
        for _ in 0..4 {
            asking.finish(json!({ "password": NEW, "code": "AAAA-BBBB" })).await.refused(401, "sign_in.wrong");
        }
        asking.finish(json!({ "password": NEW, "code": "AAAA-BBBB" })).await.refused(410, "recovery.over");
        asking.finish(json!({ "password": NEW, "code": code })).await.refused(410, "recovery.over");
    }

    /// Anybody at the customer can say no while it waits, also a member without rights, also signed in by a link.
    async fn z10_everybody_at_the_customer_can_object(app: TestApp) {
        let customer = app.world.near.customer.clone();
        let mut asking = Asking::asked(&app, &customer.owner, "password").await;
        let code = both_approve(&app).await;
        let mut member: Browser = app.sign_in_by_link(&customer.member).await;
        let all = member.get("/recoveries").await.ok();
        assert_eq!((&all[0]["state"], &all[0]["may_approve"]), (&json!("resting"), &json!(false)));
        let id = all[0]["id"].as_str().expect("an id").to_owned();
        member.post(&format!("/recoveries/{id}/approve"), json!({})).await.refused(403, "sign_in.needs_confirmation");
        let mut helper = app.sign_in(&customer.helper).await;
        helper.post(&format!("/recoveries/{id}/approve"), json!({})).await.refused(403, "recovery.not_approver");
        member.post(&format!("/recoveries/{id}/refuse"), Value::Null).await.status(204);
        app.advance(Span::hours(72));
        asking.finish(json!({ "password": NEW, "code": code })).await.refused(410, "recovery.over");
        let lead = app.sign_in(&app.world.near.support_lead).await;
        assert_eq!(lead.get("/alarms").await.ok()["items"][0]["code"], "recovery.refused");
    }

    /// Where somebody at the customer can approve, staff see nothing of it and approve nothing.
    async fn z10_staff_have_no_say_where_a_colleague_has(app: TestApp) {
        two_authorised(&app).await;
        let customer = app.world.near.customer.clone();
        Asking::asked(&app, &customer.owner, "password").await;
        let helper = app.sign_in(&customer.helper).await;
        let id = waiting(&helper).await["id"].as_str().expect("an id").to_owned();
        for person in [&app.world.near.support_lead, &app.world.near.admin] {
            let mut staff = app.sign_in(person).await;
            assert_eq!(staff.get("/recoveries").await.ok(), json!([]));
            for step in ["approve", "refuse"] {
                let path = format!("/recoveries/{id}/{step}");
                staff.post(&path, json!({ "words": "a b" })).await.refused(404, "not_found");
            }
        }
    }
}
