//! Another authorised contact approves.

use pforte_core::kernel::Span;
use pforte_testkit::{PASSWORD, entries_named, on_both};
use serde_json::{Value, json};

use super::{Asking, NEW, approve, code, codes_on, enters, two_authorised, waiting};

on_both! {
    /// A forgotten password: the link, and a colleague who has two words read out.
    async fn z10_a_colleague_approves_a_forgotten_password(app: TestApp) {
        two_authorised(&app).await;
        let customer = app.world.near.customer.clone();
        let mut asking = Asking::begin(&app, &customer.owner).await;
        assert_eq!(asking.view["way"], "colleague");
        assert_eq!(asking.view["approvers"], json!(["Ben Sawada"]));
        asking.ask("password").await.ok();
        asking.finish(json!({ "password": NEW })).await.refused(409, "recovery.not_ready");
        app.mail(&customer.helper.address, "Ada Oduya asks for approval").await;
        app.mail(&customer.owner.address, "Somebody else with full rights has to approve").await;

        let mut helper = app.sign_in(&customer.helper).await;
        let seen = waiting(&helper).await;
        assert_eq!((&seen["person"]["name"], &seen["lost"]), (&json!("Ada Oduya"), &json!("password")));
        assert_eq!((&seen["may_approve"], &seen["mine"]), (&json!(true), &json!(false)));
        let shouted = asking.words().to_uppercase().replace(' ', ", ");
        assert_eq!(approve(&mut helper, &shouted).await.ok()["complete"], true);
        assert_eq!(asking.state().await, "ready");
        app.mail(&customer.owner.address, "Ben Sawada approved").await;
        asking.finish(json!({ "password": NEW })).await.status(204);
        enters(&app, &customer.owner, PASSWORD, None).await.refused(401, "sign_in.wrong");
        enters(&app, &customer.owner, NEW, None).await.ok();
        app.mail(&customer.helper.address, "Ada Oduya has reset password").await;
        let names = ["recovery.sent", "recovery.begun", "recovery.asked", "recovery.approved", "account.recovered"];
        for name in names {
            assert_eq!(entries_named(&app.app, customer.owner.provider, name).await.len(), 1, "{name}");
        }
    }

    /// A lost second factor: password, link and approval; a new one is set at once, the old one is dead.
    async fn z10_lost_codes_take_password_link_and_approval(app: TestApp) {
        two_authorised(&app).await;
        let customer = app.world.near.customer.clone();
        let old = codes_on(&app, &customer.owner).await;
        let mut asking = Asking::begin(&app, &customer.owner).await;
        let ask = |key: &str, password: &str| json!({ "key": key, "lost": "codes", "password": password });
        let key = asking.key.clone();
        asking.browser.post("/recovery/ask", ask(&key, "wrong")).await.refused(401, "sign_in.wrong");
        asking.browser.post("/recovery/ask", ask(&key, PASSWORD)).await.ok();
        asking.browser.post("/recovery/totp", json!({ "key": key })).await.refused(409, "recovery.not_ready");
        let mut helper = app.sign_in(&customer.helper).await;
        approve(&mut helper, &asking.words()).await.ok();

        let first = asking.new_secret().await;
        let secret = asking.new_secret().await;
        assert_ne!(first, secret);
        let typed = |password: &str, totp: String| json!({ "password": password, "totp": totp });
        asking.finish(typed(PASSWORD, code(&app, &old))).await.refused(422, "input.invalid");
        asking.finish(typed(PASSWORD, code(&app, &first))).await.refused(422, "input.invalid");
        asking.finish(typed(NEW, code(&app, &secret))).await.refused(401, "sign_in.wrong");
        asking.finish(typed(PASSWORD, code(&app, &secret))).await.status(204);
        app.advance(Span::seconds(60));
        enters(&app, &customer.owner, PASSWORD, Some(&code(&app, &old))).await.refused(401, "sign_in.wrong");
        enters(&app, &customer.owner, PASSWORD, None).await.refused(401, "sign_in.totp_needed");
        app.advance(Span::seconds(60));
        enters(&app, &customer.owner, PASSWORD, Some(&code(&app, &secret))).await.ok();
    }

    /// It counts for what was asked for, and nothing else: who forgot the password keeps the second factor.
    async fn z10_a_forgotten_password_leaves_the_codes(app: TestApp) {
        two_authorised(&app).await;
        let customer = app.world.near.customer.clone();
        let secret = codes_on(&app, &customer.owner).await;
        let mut asking = Asking::asked(&app, &customer.owner, "password").await;
        let mut helper = app.sign_in(&customer.helper).await;
        approve(&mut helper, &asking.words()).await.ok();
        let refused = asking.browser.post("/recovery/totp", json!({ "key": asking.key })).await;
        refused.refused(409, "recovery.not_ready");
        asking.finish(json!({ "password": NEW })).await.status(204);
        enters(&app, &customer.owner, NEW, None).await.refused(401, "sign_in.totp_needed");
        enters(&app, &customer.owner, NEW, Some(&code(&app, &secret))).await.ok();
    }

    /// What was never there cannot be lost.
    async fn lost_codes_need_codes(app: TestApp) {
        let mut asking = Asking::begin(&app, &app.world.near.customer.owner).await;
        for lost in ["codes", "both", "closed"] {
            asking.ask(lost).await.refused(422, "input.invalid");
        }
        asking.ask("everything").await.status(422);
        asking.ask("password").await.ok();
        asking.ask("password").await.refused(409, "recovery.not_ready");
    }

    /// The later one takes the place of the earlier; a link that only lies in a mailbox takes nobody's place.
    async fn z10_a_later_request_replaces_the_earlier(app: TestApp) {
        two_authorised(&app).await;
        let customer = app.world.near.customer.clone();
        let mut first = Asking::asked(&app, &customer.owner, "password").await;
        let mut helper = app.sign_in(&customer.helper).await;
        approve(&mut helper, &first.words()).await.ok();
        // Anybody can have links sent: that ends nothing.
        let mut second = Asking::begin(&app, &customer.owner).await;
        assert_eq!(first.state().await, "ready");
        second.ask("password").await.ok();
        first.look().await.refused(410, "recovery.over");
        first.finish(json!({ "password": NEW })).await.refused(410, "recovery.over");
        assert_eq!(second.state().await, "waiting");
        let ended = entries_named(&app.app, customer.owner.provider, "recovery.ended").await;
        assert_eq!(ended.len(), 1, "{ended:?}");
    }

    /// Rule X6: silence is refusal.
    async fn x6_a_request_that_nobody_answers_lapses(app: TestApp) {
        two_authorised(&app).await;
        let customer = app.world.near.customer.clone();
        let mut asking = Asking::asked(&app, &customer.owner, "password").await;
        app.advance(Span::hours(24));
        asking.look().await.refused(410, "recovery.over");
        let mut helper = app.sign_in(&customer.helper).await;
        let seen = helper.get("/recoveries").await.ok();
        assert_eq!(seen[0]["state"], "over");
        let path = format!("/recoveries/{}/approve", seen[0]["id"].as_str().expect("an id"));
        helper.post(&path, json!({ "words": asking.words() })).await.refused(410, "recovery.over");
    }

    /// Where an owner or admin has both rights it is theirs to approve (rules Z10, Z11); members see nothing of it.
    async fn z11_owner_or_admin_approves_where_there_is_one(app: TestApp) {
        two_authorised(&app).await;
        let customer = app.world.near.customer.clone();
        app.sql("UPDATE contact SET right_support = TRUE, right_instruction = TRUE WHERE first_name = 'Cleo'").await;
        let asking = Asking::asked(&app, &customer.helper, "password").await;
        assert_eq!(asking.view["approvers"], json!(["Ada Oduya"]));
        let member = app.sign_in(&customer.member).await;
        assert_eq!(member.get("/recoveries").await.ok(), json!([]));
        let mut owner = app.sign_in(&customer.owner).await;
        approve(&mut owner, &asking.words()).await.ok();
    }

    /// A contact who never had a password: approval lets them in like the first code would have.
    async fn who_never_had_a_password_can_be_approved(app: TestApp) {
        let customer = app.world.near.customer.clone();
        app.sql("UPDATE contact SET password_hash = NULL WHERE first_name = 'Ben'").await;
        let mut asking = Asking::asked(&app, &customer.helper, "password").await;
        let mut owner = app.sign_in(&customer.owner).await;
        assert_eq!(approve(&mut owner, &asking.words()).await.ok()["code_once"], Value::Null);
        asking.finish(json!({ "password": NEW })).await.status(204);
        enters(&app, &customer.helper, NEW, None).await.ok();
    }
}
