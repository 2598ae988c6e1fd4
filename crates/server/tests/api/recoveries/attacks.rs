//! Enumeration, flooding, replay, races, foreign people (controls 4, 8, 18, 36).

use std::net::SocketAddr;

use pforte_core::kernel::Span;
use pforte_testkit::{PASSWORD, on_both};
use serde_json::{Value, json};

use super::{Asking, NEW, approve, enters, link, two_authorised, waiting};

on_both! {
    /// Asking tells nothing about a name: not by its status, not by a header, not by its body.
    async fn control_8_asking_for_a_link_tells_nothing(app: TestApp) {
        let near = app.world.near.clone();
        let ask = async |body: Value| {
            let answer = app.browser().post("/recovery/link", body).await;
            answer.status(202);
            (answer.headers, answer.body)
        };
        let address = |address: &str| json!({ "provider": "nordlicht", "address": address });
        let username = |name: &str| json!({ "provider": "nordlicht", "username": name });
        let known = ask(address(&near.customer.owner.address)).await;
        assert_eq!(known, ask(address("nobody@oduya.example")).await);
        assert_eq!(known, ask(address("no address at all")).await);
        assert_eq!(known, ask(username("mara")).await);
        assert_eq!(known, ask(username("nobody")).await);
        // Nor is anybody of another provider's found.
        assert_eq!(known, ask(address(&app.world.far.customer.owner.address)).await);
        app.mail(&near.agent.address, "/recovery#").await;
        app.mail(&near.customer.owner.address, "/recovery#").await;
        assert_eq!(app.mails().await.len(), 2);
        let both = json!({ "provider": "nordlicht", "username": "mara", "address": "a@b.example" });
        app.browser().post("/recovery/link", both).await.refused(422, "input.invalid");
    }

    /// Nothing is done before the answer: a known name takes no longer than an unknown one, also when it cannot be written.
    async fn control_8_the_work_is_done_beside_the_answer(app: TestApp) {
        let owner = app.world.near.customer.owner.clone();
        // Stopped for good: nothing is looked at afterwards.
        app.app.shutdown.cancel();
        app.app.writer.stop().await;
        for address in [owner.address.as_str(), "nobody@oduya.example"] {
            let body = json!({ "provider": "nordlicht", "address": address });
            app.browser().post("/recovery/link", body).await.status(202);
        }
    }

    /// Three mails an hour and ten a day, however many ask from wherever; one address asks twenty times an hour.
    async fn no_mailbox_is_flooded_with_recoveries(app: TestApp) {
        let owner = app.world.near.customer.owner.clone();
        let body = json!({ "provider": "nordlicht", "address": owner.address });
        let count = async || app.mails().await.iter().filter(|m| m.to == owner.address).count();
        for hour in 1..=5 {
            for _ in 0..6 {
                app.browser().post("/recovery/link", body.clone()).await.status(202);
            }
            // The work is done beside the answers; somebody else's link comes after it.
            link(&app, &app.world.near.other.owner).await;
            assert_eq!(count().await, (hour * 3).min(9) + usize::from(hour > 3), "in hour {hour}");
            app.advance(Span::minutes(61));
        }
        let mut one = app.browser();
        one.peer = SocketAddr::from(([203, 0, 113, 7], 443));
        let unknown = json!({ "provider": "nordlicht", "address": "nobody@oduya.example" });
        for _ in 0..20 {
            one.post("/recovery/link", unknown.clone()).await.status(202);
        }
        one.post("/recovery/link", unknown).await.refused(429, "sign_in.throttled");
    }

    /// A mail goes to the primary address alone, whichever was typed; who left gets none.
    async fn z9_the_link_goes_to_the_primary_address(app: TestApp) {
        let customer = app.world.near.customer.clone();
        let mut owner = app.sign_in(&customer.owner).await;
        owner.post("/support-settings/addresses", json!({ "address": "ada@private.example" })).await.ok();
        app.sql("UPDATE contact_address SET confirmed_at = 1 WHERE address = 'ada@private.example'").await;
        let body = json!({ "provider": "nordlicht", "address": "Ada@Private.example" });
        app.browser().post("/recovery/link", body).await.status(202);
        app.mail(&customer.owner.address, "/recovery#").await;
        let links = |to: &str, mails: &[pforte_testkit::Mail]| mails.iter().any(|m| m.to == to && m.body.contains("/recovery#"));
        assert!(!links("ada@private.example", &app.mails().await));
        // What is asked is told to all addresses: a stolen mailbox does not hide it.
        let mut asking = Asking::begin(&app, &customer.owner).await;
        asking.ask("password").await.ok();
        app.mail("ada@private.example", "/recovery/stop#").await;

        app.sql("UPDATE contact SET active = FALSE WHERE first_name = 'Ben'").await;
        let body = json!({ "provider": "nordlicht", "address": customer.helper.address });
        app.browser().post("/recovery/link", body).await.status(202);
        link(&app, &app.world.near.other.owner).await;
        assert!(!links(&customer.helper.address, &app.mails().await));
    }

    /// The words are this request's: whoever approves another one without talking to the person is told so, and five times
    /// wrong ends it.
    async fn z10_other_words_approve_nothing(app: TestApp) {
        two_authorised(&app).await;
        let customer = app.world.near.customer.clone();
        let mut asking = Asking::asked(&app, &customer.owner, "password").await;
        let mut helper = app.sign_in(&customer.helper).await;
        let words = asking.words();
        let (first, second) = words.split_once(' ').expect("two");
        for wrong in ["", first, &format!("{second} {first}"), "open sesame"] {
            approve(&mut helper, wrong).await.refused(422, "recovery.words_wrong");
        }
        assert_eq!(asking.state().await, "waiting");
        approve(&mut helper, "one two").await.refused(422, "recovery.words_wrong");
        asking.look().await.refused(410, "recovery.over");
        let lead = app.sign_in(&app.world.near.support_lead).await;
        assert_eq!(lead.get("/alarms").await.ok()["items"][0]["code"], "recovery.guessed");
    }

    /// Rule X8: who signed in only by a link approves nothing. Nor does who is not authorised, of another customer or of
    /// another provider, and a second time counts no more than once.
    async fn x8_only_authorised_colleagues_approve(app: TestApp) {
        two_authorised(&app).await;
        let near = app.world.near.clone();
        let mut asking = Asking::asked(&app, &near.customer.owner, "password").await;
        let mut helper = app.sign_in(&near.customer.helper).await;
        let id = waiting(&helper).await["id"].as_str().expect("an id").to_owned();
        let path = format!("/recoveries/{id}/approve");
        let body = json!({ "words": asking.words() });
        let mut by_link = app.sign_in_by_link(&near.customer.helper).await;
        by_link.post(&path, body.clone()).await.refused(403, "sign_in.needs_confirmation");
        let mut own = app.sign_in(&near.customer.owner).await;
        own.post(&path, body.clone()).await.refused(403, "recovery.not_approver");
        for stranger in [&near.customer.member, &near.other.owner, &app.world.far.customer.owner] {
            let mut browser = app.sign_in(stranger).await;
            browser.post(&path, body.clone()).await.refused(404, "not_found");
            browser.post(&path.replace("approve", "refuse"), Value::Null).await.refused(404, "not_found");
        }
        let mut foreign = app.sign_in(&app.world.far.admin).await;
        foreign.post(&path, body.clone()).await.refused(404, "not_found");
        assert_eq!(asking.state().await, "waiting");
        helper.post(&path, body.clone()).await.ok();
        helper.post(&path, body).await.refused(410, "recovery.over");
    }

    /// Control 18: an approval falls with the right to it.
    async fn control_18_an_approval_falls_with_the_right(app: TestApp) {
        two_authorised(&app).await;
        let customer = app.world.near.customer.clone();
        let mut asking = Asking::asked(&app, &customer.owner, "password").await;
        let mut helper = app.sign_in(&customer.helper).await;
        approve(&mut helper, &asking.words()).await.ok();
        app.sql("UPDATE contact SET right_instruction = FALSE WHERE first_name = 'Ben'").await;
        asking.finish(json!({ "password": NEW })).await.refused(409, "recovery.not_ready");
        app.sql("UPDATE contact SET active = FALSE, right_instruction = TRUE WHERE first_name = 'Ben'").await;
        asking.finish(json!({ "password": NEW })).await.refused(409, "recovery.not_ready");
        app.sql("UPDATE contact SET active = TRUE WHERE first_name = 'Ben'").await;
        asking.finish(json!({ "password": NEW })).await.status(204);
    }

    /// Who left, or whose customer did, sets nothing anew.
    async fn who_left_sets_nothing_anew(app: TestApp) {
        two_authorised(&app).await;
        let customer = app.world.near.customer.clone();
        let mut asking = Asking::asked(&app, &customer.owner, "password").await;
        let mut helper = app.sign_in(&customer.helper).await;
        approve(&mut helper, &asking.words()).await.ok();
        app.sql("UPDATE contact SET active = FALSE WHERE first_name = 'Ada'").await;
        asking.finish(json!({ "password": NEW })).await.refused(410, "recovery.over");
        app.sql("UPDATE contact SET active = TRUE WHERE first_name = 'Ada'").await;
        app.sql("UPDATE customer SET active = FALSE").await;
        asking.finish(json!({ "password": NEW })).await.refused(410, "recovery.over");
    }

    /// Rule P7: a second profile of the same person approves nothing for the first.
    async fn p7_a_second_profile_does_not_approve(app: TestApp) {
        two_authorised(&app).await;
        let customer = app.world.near.customer.clone();
        app.sql("UPDATE contact SET first_name = 'Ada', last_name = 'Oduya' WHERE first_name = 'Ben'").await;
        let asking = Asking::begin(&app, &customer.owner).await;
        assert_eq!(asking.view["way"], "provider");
    }

    /// Approving and taking back at once: whatever comes first, what was taken back is never finished.
    async fn control_18_approving_races_with_taking_back(app: TestApp) {
        two_authorised(&app).await;
        let customer = app.world.near.customer.clone();
        let mut helper = app.sign_in(&customer.helper).await;
        for _ in 0..3 {
            let mut asking = Asking::asked(&app, &customer.owner, "password").await;
            let (key, words) = (asking.key.clone(), asking.words());
            let (mut taker, mut approver) = (asking.browser.clone(), helper.clone());
            let id = waiting(&helper).await["id"].as_str().expect("an id").to_owned();
            let back = tokio::spawn(async move { taker.post("/recovery/withdraw", json!({ "key": key })).await });
            let yes = tokio::spawn(async move {
                approver.post(&format!("/recoveries/{id}/approve"), json!({ "words": words })).await
            });
            assert_eq!(back.await.expect("an answer").status, 204);
            let yes = yes.await.expect("an answer").status.as_u16();
            assert!([200, 410].contains(&yes), "{yes}");
            asking.finish(json!({ "password": NEW })).await.refused(410, "recovery.over");
            app.advance(Span::minutes(25));
        }
        helper.post("/sign-out", Value::Null).await.status(204);
        enters(&app, &customer.owner, PASSWORD, None).await.ok();
    }

    /// Ten times finished at once, it is done once.
    async fn a_recovery_is_finished_once(app: TestApp) {
        two_authorised(&app).await;
        let customer = app.world.near.customer.clone();
        let asking = Asking::asked(&app, &customer.owner, "password").await;
        let mut helper = app.sign_in(&customer.helper).await;
        approve(&mut helper, &asking.words()).await.ok();
        let tries = (0..10).map(|n| {
            let (mut browser, key) = (app.browser(), asking.key.clone());
            let body = json!({ "key": key, "password": format!("{NEW} {n}") });
            tokio::spawn(async move { browser.post("/recovery/finish", body).await.status.as_u16() })
        });
        let mut done = 0;
        for tried in tries.collect::<Vec<_>>() {
            done += usize::from(tried.await.expect("an answer") == 204);
        }
        assert_eq!(done, 1);
    }
}
