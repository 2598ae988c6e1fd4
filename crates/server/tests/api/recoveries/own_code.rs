//! A contact's own second factor beside the link.

use pforte_core::{entry::Event, kernel::Span};
use pforte_testkit::{PASSWORD, entries_named, on_both, redeem_body};
use serde_json::{Value, json};

use super::{Asking, NEW, code, codes_on, enters, link};
use crate::sign_in::signed_in;

on_both! {
    /// Link and own one-time code set a new password; whoever was signed in is out, and the PIN of before is dead.
    async fn z10_link_and_own_code_set_a_new_password(app: TestApp) {
        let owner = app.world.near.customer.owner.clone();
        let secret = codes_on(&app, &owner).await;
        let mut before = app.browser();
        let typed = json!({ "provider": owner.slug, "address": owner.address, "password": PASSWORD, "totp": code(&app, &secret) });
        before.post("/sign-in/contact", typed).await.ok();
        let digits = before.pin().await;
        app.advance(Span::seconds(60));

        let mut asking = Asking::begin(&app, &owner).await;
        assert_eq!(asking.view["own_code"], true);
        asking.finish(json!({ "password": "short", "totp": code(&app, &secret) })).await.refused(422, "input.invalid");
        asking.finish(json!({ "password": NEW, "totp": code(&app, &secret) })).await.status(204);

        assert!(!signed_in(&before).await);
        app.advance(Span::seconds(60));
        enters(&app, &owner, PASSWORD, Some(&code(&app, &secret))).await.refused(401, "sign_in.wrong");
        enters(&app, &owner, NEW, None).await.refused(401, "sign_in.totp_needed");
        enters(&app, &owner, NEW, Some(&code(&app, &secret))).await.ok();
        let mut agent = app.sign_in(&app.world.near.agent).await;
        let customer = &app.world.near.customer;
        let old = redeem_body(customer, &customer.owner, &digits);
        agent.post("/pin/redeem", old).await.refused(403, "pin.wrong");
        // Everybody concerned is told, and it stands in the log.
        app.mail(&owner.address, "/recovery/stop#").await;
        app.mail(&customer.helper.address, "Ada Oduya has reset password").await;
        let entries = entries_named(&app.app, owner.provider, "account.recovered").await;
        assert!(matches!(entries[0].event, Event::Recovered { .. }), "{entries:?}");
        assert_eq!(entries[0].customer.map(|c| c.0), Some(customer.id));
        // Used up.
        asking.finish(json!({ "password": NEW, "totp": code(&app, &secret) })).await.refused(410, "recovery.over");
    }

    /// Rule X8, a stolen mailbox alone: with the link and nothing else nothing is set, and a few guesses end it.
    async fn z10_a_mailbox_alone_sets_nothing(app: TestApp) {
        let owner = app.world.near.customer.owner.clone();
        // No codes: only somebody's approval counts.
        let mut asking = Asking::begin(&app, &owner).await;
        assert_eq!(asking.view["own_code"], false);
        asking.finish(json!({ "password": NEW })).await.refused(409, "recovery.not_ready");
        asking.finish(json!({ "password": NEW, "totp": "000000" })).await.refused(409, "recovery.not_ready");

        let secret = codes_on(&app, &owner).await;
        let mut asking = Asking::begin(&app, &owner).await;
        for _ in 0..4 {
            asking.finish(json!({ "password": NEW, "totp": "000000" })).await.refused(401, "sign_in.wrong");
        }
        asking.finish(json!({ "password": NEW, "totp": Value::Null })).await.refused(410, "recovery.over");
        let right = json!({ "password": NEW, "totp": code(&app, &secret) });
        asking.finish(right).await.refused(410, "recovery.over");
        let mut lead = app.sign_in(&app.world.near.support_lead).await;
        assert_eq!(lead.get("/alarms").await.ok()["items"][0]["code"], "recovery.guessed");
        lead.post("/sign-out", Value::Null).await.status(204);
        enters(&app, &owner, PASSWORD, Some(&code(&app, &secret))).await.ok();
    }

    /// The link counts once, for a day; whoever opened it goes on, and nobody else.
    async fn z10_a_link_is_opened_once(app: TestApp) {
        let owner = app.world.near.customer.owner.clone();
        let secret = codes_on(&app, &owner).await;
        let token = link(&app, &owner).await.token();
        let first = Asking::with(&app, &token).await;
        let body = json!({ "token": token });
        app.browser().post("/recovery/begin", body).await.refused(410, "recovery.over");
        // Neither the link's token nor anything else is the key.
        let typed = json!({ "key": token, "password": NEW, "totp": code(&app, &secret) });
        app.browser().post("/recovery/finish", typed).await.refused(410, "recovery.over");
        let late = link(&app, &owner).await.token();
        app.advance(Span::hours(24));
        app.browser().post("/recovery/begin", json!({ "token": late })).await.refused(410, "recovery.over");
        let typed = json!({ "key": first.key, "password": NEW, "totp": code(&app, &secret) });
        app.browser().post("/recovery/finish", typed).await.refused(410, "recovery.over");
    }

    /// Codes that are closed after too many wrong ones stay closed here, too; guesses here count with the others.
    async fn z10_closed_codes_do_not_count_here(app: TestApp) {
        let owner = app.world.near.customer.owner.clone();
        let secret = codes_on(&app, &owner).await;
        for round in 0..4 {
            if round == 3 {
                app.advance(Span::hours(1));
            }
            let mut asking = Asking::begin(&app, &owner).await;
            for _ in 0..5 {
                asking.finish(json!({ "password": NEW, "totp": "000000" })).await;
            }
        }
        let mut asking = Asking::begin(&app, &owner).await;
        let right = json!({ "password": NEW, "totp": code(&app, &secret) });
        asking.finish(right).await.refused(429, "sign_in.throttled");
        enters(&app, &owner, PASSWORD, Some(&code(&app, &secret))).await.refused(429, "sign_in.throttled");
    }

    /// Rules Z13 to Z15: where an address is not surely one person's, the link says too little, and a colleague has to
    /// approve as well.
    async fn z14_a_shared_address_needs_approval(app: TestApp) {
        let owner = app.world.near.customer.owner.clone();
        let secret = codes_on(&app, &owner).await;
        app.sql("UPDATE contact_address SET shared_at = 1 WHERE address LIKE 'ada@%'").await;
        let mut asking = Asking::begin(&app, &owner).await;
        assert_eq!(asking.view["own_code"], false);
        let right = json!({ "password": NEW, "totp": code(&app, &secret) });
        asking.finish(right).await.refused(409, "recovery.not_ready");
    }

    /// Many codes that are tried side by side are no more than five, and the right one among them comes too late.
    async fn z10_codes_tried_side_by_side_all_count(app: TestApp) {
        let owner = app.world.near.customer.owner.clone();
        codes_on(&app, &owner).await;
        let asking = Asking::begin(&app, &owner).await;
        let tries = (0..30).map(|_| {
            let (mut browser, key) = (app.browser(), asking.key.clone());
            let body = json!({ "key": key, "password": NEW, "totp": "000000" });
            tokio::spawn(async move { browser.post("/recovery/finish", body).await.status.as_u16() })
        });
        let mut looked_at = 0;
        for tried in tries.collect::<Vec<_>>() {
            looked_at += usize::from(tried.await.expect("an answer") == 401);
        }
        assert!(looked_at <= 5, "{looked_at}");
        let now = app.app.sources.now();
        let mut conn = app.app.read().await.expect("reads");
        let key = pforte_server::cx::sources::hash_token(&asking.key);
        let found = pforte_store::recovery::by_key(&mut conn, &key).await.expect("reads").expect("one");
        assert_eq!(found.wrong_tries, 5);
        assert_eq!(found.course.state(true, now), pforte_core::recovery::RecoveryState::Over);
    }

    /// What support opened on this person's PIN ends with the old password.
    async fn z10_a_visit_on_the_pin_ends_with_the_old_password(app: TestApp) {
        let (_, _, visit) = app.visit().await;
        let owner = app.world.near.customer.owner.clone();
        app.advance(Span::seconds(60));
        let secret = codes_on(&app, &owner).await;
        visit.view().await.expect("open");
        let mut asking = Asking::begin(&app, &owner).await;
        asking.finish(json!({ "password": NEW, "totp": code(&app, &secret) })).await.status(204);
        assert!(visit.view().await.is_err());
        let agent = app.sign_in(&app.world.near.agent).await;
        let ended = agent.get(&format!("/grounds/{}", visit.ground)).await.ok();
        assert_eq!(ended["ended_how"], "recovered", "{ended}");
    }
}
