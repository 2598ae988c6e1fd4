//! Mails that wait in quarantine, and what staff can do about them.

use pforte_testkit::{Letter, entries_named, on_both};
use serde_json::json;

use super::{agent, quarantine, ticket, tickets, why};

on_both! {
    /// Rule Z4: neither our own address nor a customer's support address is a sender.
    async fn z4_own_and_support_addresses_are_no_senders(app: TestApp) {
        let near = &app.world.near;
        let agent = agent(&app).await;
        app.receive(&Letter::from("support@nordlicht.example")).await;
        assert_eq!(why(&agent).await, "sender.own_address");
        app.receive(&Letter::from("hilfe@oduya.example")).await;
        assert_eq!(why(&agent).await, "sender.customers_support");
        app.receive(&Letter::from("noreply@oduya.example")).await;
        assert_eq!(why(&agent).await, "sender.role_address");
        assert!(tickets(&agent).await.is_empty());
        let mails = app.mails().await;
        assert!(mails.iter().all(|m| m.subject != "x" && !m.body.contains(&near.customer.name)), "{mails:?}");
    }

    /// Lists, newsletters, other services' confirmations, our own mails that come back round.
    async fn control_42_45_47_what_nobody_wrote_waits(app: TestApp) {
        let near = &app.world.near;
        let agent = agent(&app).await;
        let from = || Letter::from(&near.customer.owner.address);
        app.receive(&from().header("List-Id", "<all.oduya.example>")).await;
        assert_eq!(why(&agent).await, "mail.list");
        app.receive(&Letter::from("news@shop.example").header("Precedence", "bulk")).await;
        assert_eq!(why(&agent).await, "mail.bulk");
        app.receive(&from().header("X-Pforte", "0193")).await;
        assert_eq!(why(&agent).await, "mail.loop");
        let letter = Letter::from("no-reply@chat.example").subject("Confirm your email address")
            .text("Click to verify your email: https://chat.example/verify?code=123456");
        app.receive(&letter).await;
        assert_eq!(why(&agent).await, "mail.verification");
        let id = quarantine(&agent).await[0]["id"].as_str().expect("an id").to_owned();
        let shown = agent.get(&format!("/quarantine/{id}")).await.ok();
        assert!(!shown.to_string().contains("chat.example/verify"), "{shown}");
        agent.get(&format!("/mails/{id}/raw")).await.status(403);
        assert!(tickets(&agent).await.is_empty());
        assert!(app.mails().await.iter().all(|m| m.to != "no-reply@chat.example"));
    }

    /// A look-alike of a registered address is told apart, in one word.
    async fn control_40_a_look_alike_is_named(app: TestApp) {
        let near = &app.world.near;
        let agent = agent(&app).await;
        let alike = near.customer.owner.address.replacen("oduya", "0duya", 1);
        app.receive(&Letter::from(&alike)).await;
        assert_eq!(why(&agent).await, "sender.look_alike");
    }

    /// Rules Z3, B10: staff may make a ticket of it; that proves nothing and opens nothing.
    async fn z3_b10_a_released_mail_opens_nothing(app: TestApp) {
        let near = &app.world.near;
        let mut agent = agent(&app).await;
        app.receive(&Letter::from("ada.private@elsewhere.example")).await;
        let id = quarantine(&agent).await[0]["id"].as_str().expect("an id").to_owned();
        let body = json!({ "contact_id": near.customer.owner.id, "ticket_id": null });
        let made = agent.post(&format!("/quarantine/{id}/release"), body.clone()).await.ok();
        agent.post(&format!("/quarantine/{id}/release"), body).await.status(409);
        assert!(quarantine(&agent).await.is_empty());
        let path = format!("/tickets/{}/take-over", made["id"].as_str().expect("an id"));
        let whole = agent.post(&path, json!({ "from_staff_id": null })).await.ok();
        assert_eq!((&whole["proof"], &whole["access"]["code"]), (&json!("unproven"), &json!("needs.customer_word")));
        // The customer's own word in the portal opens it.
        let mut owner = app.sign_in(&near.customer.owner).await;
        let path = format!("/tickets/{}", made["id"].as_str().expect("an id"));
        owner.post(&format!("{path}/messages"), json!({ "text": "Yes, that was me.", "kind": "message", "attachments": [] })).await.ok();
        assert_eq!(ticket(&agent, &made["id"]).await["access"]["decision"], "open");
    }

    /// Rule B11: a mail is let into a request by whoever has it, and by nobody into a locked one.
    async fn b11_a_mail_goes_into_a_request_by_whoever_has_it(app: TestApp) {
        let near = &app.world.near;
        let mut agent = agent(&app).await;
        let mut owner = app.sign_in(&near.customer.owner).await;
        let into = crate::ticket::ask(&mut owner, "The shop shows an error").await;
        let mut colleague = app.sign_in(&near.colleague).await;
        crate::ticket::take_over(&mut colleague, &into).await;
        app.receive(&Letter::from("ada.private@elsewhere.example")).await;
        let id = quarantine(&agent).await[0]["id"].as_str().expect("an id").to_owned();
        let body = json!({ "contact_id": near.customer.owner.id, "ticket_id": into });
        let path = format!("/quarantine/{id}/release");
        agent.post(&path, body.clone()).await.refused(403, "ticket.not_yours");
        colleague.post(&path, body).await.ok();
    }

    /// What is put away is kept, and every look into a whole mail is written down (control 58).
    async fn control_58_nothing_is_deleted_and_every_look_is_logged(app: TestApp) {
        let mut agent = agent(&app).await;
        app.receive(&Letter::from("somebody@elsewhere.example").text("hello there")).await;
        let id = quarantine(&agent).await[0]["id"].as_str().expect("an id").to_owned();
        let one = agent.get(&format!("/quarantine/{id}")).await.ok();
        assert_eq!(one["text"].as_str().map(str::trim), Some("hello there"));
        assert_eq!(one["auth"][0]["check"], "header");
        agent.post(&format!("/quarantine/{id}/discard"), json!({})).await.status(204);
        assert!(quarantine(&agent).await.is_empty());
        let raw = agent.get(&format!("/mails/{id}/raw")).await.status(200).text();
        assert!(raw.contains("hello there"), "{raw}");
        assert_eq!(entries_named(&app.app, app.world.near.provider, "mail.read").await.len(), 2);
        assert_eq!(entries_named(&app.app, app.world.near.provider, "mail.discarded").await.len(), 1);
    }

    /// A flood of one address waits; a proven person hears of it once (rule Z5).
    async fn z3_a_flood_waits(app: TestApp) {
        let near = &app.world.near;
        let agent = agent(&app).await;
        for _ in 0..31 {
            app.receive(&Letter::from(&near.customer.owner.address)).await;
        }
        assert_eq!(why(&agent).await, "mail.flood");
        assert_eq!(quarantine(&agent).await.len(), 1);
        app.mail(&near.customer.owner.address, "somebody at support will look at it").await;
    }
}
