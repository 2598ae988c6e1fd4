//! “That was not me”, taking back, refusing.

use pforte_core::kernel::Span;
use pforte_testkit::{PASSWORD, on_both};
use serde_json::{Value, json};

use super::{Asking, NEW, approve, code, codes_on, enters, link, stop_token, two_authorised, waiting};
use crate::sign_in::signed_in;

on_both! {
    /// Whoever reads the mail says that it was not them: it ends, and the leads are told.
    async fn z10_that_was_not_me_ends_it_and_alarms(app: TestApp) {
        two_authorised(&app).await;
        let customer = app.world.near.customer.clone();
        let mail = link(&app, &customer.owner).await;
        let mut asking = Asking::with(&app, &mail.token()).await;
        asking.ask("password").await.ok();
        let mut helper = app.sign_in(&customer.helper).await;
        approve(&mut helper, &asking.words()).await.ok();
        let stop = json!({ "token": stop_token(&mail) });
        app.browser().post("/recovery/object", stop.clone()).await.status(204);
        asking.finish(json!({ "password": NEW })).await.refused(410, "recovery.over");
        app.browser().post("/recovery/object", stop).await.refused(410, "recovery.over");
        let lead = app.sign_in(&app.world.near.support_lead).await;
        let alarm = lead.get("/alarms").await.ok()["items"][0].clone();
        assert_eq!((&alarm["code"], &alarm["customer"]["id"]), (&json!("recovery.objected"), &json!(customer.id)));
        app.mail(&customer.helper.address, "it was not them").await;
        enters(&app, &customer.owner, PASSWORD, None).await.ok();
    }

    /// Also afterwards: then no password counts any more, and whoever is signed in is out. Once, and for a week.
    async fn z10_afterwards_it_shuts_the_account(app: TestApp) {
        let owner = app.world.near.customer.owner.clone();
        let secret = codes_on(&app, &owner).await;
        let mail = link(&app, &owner).await;
        let mut asking = Asking::with(&app, &mail.token()).await;
        asking.finish(json!({ "password": NEW, "totp": code(&app, &secret) })).await.status(204);
        app.advance(Span::seconds(60));
        let mut thief = app.browser();
        let typed = json!({ "provider": owner.slug, "address": owner.address, "password": NEW, "totp": code(&app, &secret) });
        thief.post("/sign-in/contact", typed).await.ok();
        let stop = json!({ "token": stop_token(&mail) });
        app.browser().post("/recovery/object", stop.clone()).await.status(204);
        assert!(!signed_in(&thief).await);
        app.advance(Span::seconds(60));
        for password in [NEW, PASSWORD] {
            enters(&app, &owner, password, Some(&code(&app, &secret))).await.refused(401, "sign_in.wrong");
        }
        app.browser().post("/recovery/object", stop).await.refused(410, "recovery.over");
        let lead = app.sign_in(&app.world.near.support_lead).await;
        assert_eq!(lead.get("/alarms").await.ok()["items"][0]["code"], "recovery.shut");
        // The way on is another one.
        app.advance(Span::hours(1));
        assert_eq!(Asking::begin(&app, &owner).await.view["own_code"], false);
    }

    /// The way to stop is a way to stop and no more, and is not made up.
    async fn z10_what_stops_opens_nothing(app: TestApp) {
        let owner = app.world.near.customer.owner.clone();
        let mail = link(&app, &owner).await;
        let stop = stop_token(&mail);
        app.browser().post("/recovery/begin", json!({ "token": stop })).await.refused(410, "recovery.over");
        app.browser().post("/recovery/look", json!({ "key": stop })).await.refused(410, "recovery.over");
        let (id, proof) = stop.split_once('.').expect("two parts");
        let other = proof.chars().rev().collect::<String>();
        for made_up in [id.to_owned(), format!("{id}."), format!("{id}.{other}"), format!("x.{proof}"), String::new()] {
            app.browser().post("/recovery/object", json!({ "token": made_up })).await.refused(410, "recovery.over");
        }
        let mut asking = Asking::with(&app, &mail.token()).await;
        assert_eq!(asking.state().await, "begun");
    }

    /// The person takes it back; and signed in elsewhere they say that it was not them, also by a link.
    async fn a_request_is_taken_back(app: TestApp) {
        two_authorised(&app).await;
        let customer = app.world.near.customer.clone();
        let mut asking = Asking::asked(&app, &customer.owner, "password").await;
        asking.withdraw().await.status(204);
        asking.look().await.refused(410, "recovery.over");
        let lead = app.sign_in(&app.world.near.support_lead).await;
        assert_eq!(lead.get("/alarms").await.ok()["items"], json!([]));

        let mut asking = Asking::asked(&app, &customer.owner, "password").await;
        let mut elsewhere = app.sign_in_by_link(&customer.owner).await;
        let seen = waiting(&elsewhere).await;
        assert_eq!(seen["mine"], true);
        let path = format!("/recoveries/{}/refuse", seen["id"].as_str().expect("an id"));
        elsewhere.post(&path, Value::Null).await.status(204);
        asking.look().await.refused(410, "recovery.over");
        assert_eq!(lead.get("/alarms").await.ok()["items"][0]["code"], "recovery.objected");
    }

    /// A colleague says no; a lead says no to one of the staff.
    async fn whoever_could_approve_can_refuse(app: TestApp) {
        two_authorised(&app).await;
        let near = app.world.near.clone();
        for (subject, decider) in [(&near.customer.owner, &near.customer.helper), (&near.agent, &near.success_lead)] {
            let mut asking = Asking::asked(&app, subject, "password").await;
            let mut browser = app.sign_in(decider).await;
            let path = format!("/recoveries/{}/refuse", waiting(&browser).await["id"].as_str().expect("an id"));
            browser.post(&path, Value::Null).await.status(204);
            asking.finish(json!({ "password": NEW })).await.refused(410, "recovery.over");
            browser.post(&path, Value::Null).await.refused(410, "recovery.over");
            app.mail(&subject.address, "refused the request").await;
        }
    }
}
