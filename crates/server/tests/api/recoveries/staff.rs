//! Staff: a lead and an admin approve; password and codes are set anew.

use pforte_core::kernel::Span;
use pforte_testkit::{PASSWORD, World, entries_named, on_both};
use serde_json::{Value, json};

use super::{Asking, NEW, approve, code, enters, waiting};
use crate::sign_in::signed_in;

on_both! {
    /// A lead and an admin approve; the second factor is set anew, sign-ins, grounds and visits end.
    async fn z10_staff_recover_by_a_lead_and_an_admin(app: TestApp) {
        let near = app.world.near.clone();
        let (owner, agent, visit) = app.visit().await;
        let mut asking = Asking::begin(&app, &near.agent).await;
        assert_eq!((&asking.view["way"], &asking.view["own_code"]), (&json!("staff"), &json!(false)));
        assert_eq!(asking.view["approvers"], json!([]));
        asking.ask("password").await.ok();
        for overseer in [&near.support_lead, &near.success_lead, &near.admin] {
            app.mail(&overseer.address, "Mara Lindqvist asks for approval").await;
        }
        let mut lead = app.sign_in(&near.success_lead).await;
        assert_eq!(approve(&mut lead, &asking.words()).await.ok()["complete"], false);
        assert_eq!(asking.state().await, "waiting");
        let mut admin = app.sign_in(&near.admin).await;
        let done = approve(&mut admin, &asking.words()).await.ok();
        assert_eq!((&done["complete"], &done["code_once"]), (&json!(true), &Value::Null));

        let old = app.code();
        asking.finish(json!({ "password": NEW, "totp": old })).await.refused(409, "recovery.not_ready");
        let secret = asking.new_secret().await;
        asking.finish(json!({ "password": NEW, "totp": "000000" })).await.refused(422, "input.invalid");
        asking.finish(json!({ "password": NEW, "totp": code(&app, &secret) })).await.status(204);
        assert!(!signed_in(&agent).await);
        assert!(signed_in(&owner).await);
        assert_eq!(owner.get("/door").await.ok()["state"], "closed");
        assert!(visit.view().await.is_err());
        let ended = owner.get(&format!("/grounds/{}", visit.ground)).await.ok();
        assert_eq!(ended["ended_how"], "recovered", "{ended}");

        app.advance(Span::seconds(60));
        enters(&app, &near.agent, NEW, Some(&app.code())).await.refused(401, "sign_in.wrong");
        enters(&app, &near.agent, PASSWORD, Some(&code(&app, &secret))).await.refused(401, "sign_in.wrong");
        enters(&app, &near.agent, NEW, Some(&code(&app, &secret))).await.ok();
        app.mail(&near.admin.address, "Mara Lindqvist has reset password").await;
        app.mail(&near.agent.address, "Your password or one-time codes were reset").await;
        assert_eq!(entries_named(&app.app, near.provider, "account.recovered").await.len(), 1);
    }

    /// For staff their own codes are never enough: mailbox and app lie on one telephone.
    async fn z10_staff_need_approval_even_with_their_codes(app: TestApp) {
        let mut asking = Asking::begin(&app, &app.world.near.agent).await;
        let typed = json!({ "password": NEW, "totp": app.code() });
        asking.finish(typed).await.refused(409, "recovery.not_ready");
    }

    /// One person is not two, whatever roles they have; and two leads are no lead and admin.
    async fn z10_a_lead_and_an_admin_are_two_people(app: TestApp) {
        let near = app.world.near.clone();
        app.sql("UPDATE staff SET roles = 'support_lead agent admin' WHERE username = 'iris'").await;
        let mut asking = Asking::asked(&app, &near.agent, "both").await;
        let mut iris = app.sign_in(&near.support_lead).await;
        assert_eq!(approve(&mut iris, &asking.words()).await.ok()["complete"], false);
        approve(&mut iris, &asking.words()).await.refused(409, "recovery.approved");
        assert_eq!(asking.state().await, "waiting");
        // Who is both counts for one of the two; another lead makes two people.
        let mut paul = app.sign_in(&near.success_lead).await;
        assert_eq!(approve(&mut paul, &asking.words()).await.ok()["complete"], true);
        app.sql("UPDATE staff SET roles = 'support_lead' WHERE username = 'iris'").await;
        assert_eq!(asking.state().await, "waiting");
    }

    /// What approvers are when it is used counts: who lost the role, or left, stands by nothing.
    async fn z10_an_approval_falls_with_the_approvers_role(app: TestApp) {
        let near = app.world.near.clone();
        let mut asking = Asking::asked(&app, &near.agent, "both").await;
        for approver in [&near.support_lead, &near.admin] {
            let mut browser = app.sign_in(approver).await;
            approve(&mut browser, &asking.words()).await.ok();
        }
        let secret = asking.new_secret().await;
        app.sql("UPDATE staff SET active = FALSE WHERE username = 'iris'").await;
        let typed = json!({ "password": NEW, "totp": code(&app, &secret) });
        asking.finish(typed.clone()).await.refused(409, "recovery.not_ready");
        let admin = app.sign_in(&near.colleague).await;
        admin.get("/recoveries").await.refused(403, "staff.leads_only");
        let mut paul = app.sign_in(&near.success_lead).await;
        let seen = waiting(&paul).await;
        let approvals = seen["approvals"].as_array().expect("approvals");
        let counts = |name: &str| approvals.iter().find(|a| a["by"]["name"] == name).expect("one")["counts"].clone();
        assert_eq!((counts("Iris Vandal"), counts("Nils Admiraal")), (json!(false), json!(true)));
        approve(&mut paul, &asking.words()).await.ok();
        asking.finish(json!({ "password": NEW, "totp": code(&app, &secret) })).await.status(204);
    }

    /// The own account is nobody's to approve, nor is one that looks like the same person's: by name, by mailbox.
    async fn z10_nobody_approves_themselves_through_another_account(app: TestApp) {
        let near = app.world.near.clone();
        // The lead forgot the password, and has a second account as an admin.
        for own in [
            "UPDATE staff SET first_name = 'IRIS', last_name = 'Vandäl' WHERE username = 'nils'",
            "UPDATE staff SET first_name = 'N', last_name = 'A', email = 'iris+admin@nordlicht.example' WHERE username = 'nils'",
        ] {
            app.sql(own).await;
            let mut asking = Asking::asked(&app, &near.support_lead, "both").await;
            let mut nils = app.sign_in(&near.admin).await;
            approve(&mut nils, &asking.words()).await.refused(403, "recovery.not_approver");
            let mut paul = app.sign_in(&near.success_lead).await;
            assert_eq!(approve(&mut paul, &asking.words()).await.ok()["complete"], false);
            assert_eq!(asking.state().await, "waiting");
            app.advance(Span::minutes(30));
        }
        // Signed in somewhere still: nor with the own account.
        let mut iris = app.sign_in(&near.support_lead).await;
        let seen = waiting(&iris).await;
        assert_eq!((&seen["mine"], &seen["may_approve"]), (&json!(true), &json!(false)));
        approve(&mut iris, "a b").await.refused(403, "recovery.not_approver");
    }

    /// Codes that are closed for a day are opened by the same approval, and by nothing less.
    async fn u11_closed_codes_are_opened_by_approval(app: TestApp) {
        let near: pforte_testkit::Side = World::clone(&app.world).near;
        for _ in 0..20 {
            enters(&app, &near.agent, PASSWORD, Some("000000")).await;
            app.advance(Span::minutes(2));
        }
        enters(&app, &near.agent, PASSWORD, Some(&app.code())).await.refused(429, "sign_in.throttled");
        let mut asking = Asking::asked(&app, &near.agent, "closed").await;
        for approver in [&near.support_lead, &near.admin] {
            let mut browser = app.sign_in(approver).await;
            approve(&mut browser, &asking.words()).await.ok();
        }
        enters(&app, &near.agent, PASSWORD, Some(&app.code())).await.refused(429, "sign_in.throttled");
        let secret = asking.new_secret().await;
        asking.finish(json!({ "password": NEW, "totp": code(&app, &secret) })).await.status(204);
        app.advance(Span::minutes(20));
        enters(&app, &near.agent, NEW, Some(&code(&app, &secret))).await.ok();
    }

    /// Whoever runs the server helps the only lead: told to everybody, in the log, for an hour, once.
    async fn u11_the_operator_helps_who_has_nobody(app: TestApp) {
        let near = app.world.near.clone();
        let printed = pforte_server::recovery::print_link(&app.app, Some("nordlicht"), "Iris").await.expect("a link");
        let token = printed.url.split('#').nth(1).expect("a token").to_owned();
        for person in [&near.support_lead, &near.success_lead, &near.admin] {
            app.mail(&person.address, "made a link").await;
        }
        let lead = app.sign_in(&near.success_lead).await;
        assert_eq!(lead.get("/alarms").await.ok()["items"][0]["code"], "recovery.printed");
        let mut asking = Asking::with(&app, &token).await;
        assert_eq!((&asking.view["state"], &asking.view["way"]), (&json!("ready"), &json!("operator")));
        let secret = asking.new_secret().await;
        asking.finish(json!({ "password": NEW, "totp": code(&app, &secret) })).await.status(204);
        app.advance(Span::seconds(60));
        enters(&app, &near.support_lead, NEW, Some(&code(&app, &secret))).await.ok();
        app.browser().post("/recovery/begin", json!({ "token": token })).await.refused(410, "recovery.over");

        let late = pforte_server::recovery::print_link(&app.app, Some("nordlicht"), "iris").await.expect("a link");
        app.advance(Span::hours(1));
        let token = late.url.split('#').nth(1).expect("a token");
        app.browser().post("/recovery/begin", json!({ "token": token })).await.refused(410, "recovery.over");
        for (provider, name) in [("nordlicht", "nobody"), ("elsewhere", "iris")] {
            let none = pforte_server::recovery::print_link(&app.app, Some(provider), name).await;
            assert_eq!(none.expect_err("nobody").code, "not_found");
        }
    }
}
