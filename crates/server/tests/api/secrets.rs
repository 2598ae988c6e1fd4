//! Secrets that people paste into their words: whichever way these come and go, they are not there (control 48).

use pforte_testkit::{Letter, on_both};
use serde_json::json;

const PASTED: &str = "Hallo,\n\ncurl 'https://shop.example/cart' -H 'Cookie: sid=geheimkeks4711' -H 'Authorization: Bearer geheimtoken4711'\n\nDas Passwort lautet geheimwort4711.";

fn is_clean(shown: &str) {
    assert!(!shown.to_lowercase().contains("geheim"), "{shown}");
}

on_both! {
    /// Control 48: the request form, a message, a follow-up word, a call's note, a changed subject; and with them the
    /// search, the snippets, the mails that go out. The writer is told.
    async fn control_48_typed_words_hold_no_secrets(app: TestApp) {
        let near = app.world.near.clone();
        let mut owner = app.sign_in(&near.customer.owner).await;
        let mut agent = app.sign_in(&near.agent).await;
        let body = json!({
            "subject": "Anmeldung: password=geheimwort4711", "done": PASTED, "expected": "https://shop.example/cb?code=geheim4711geheim",
            "happened": "Nichts geht", "affected": PASTED, "text": PASTED,
        });
        let opened = owner.post("/tickets", body).await.ok();
        is_clean(&opened.to_string());
        let id = opened["id"].as_str().expect("an id").to_owned();
        let path = format!("/tickets/{id}");
        is_clean(&owner.post(&format!("{path}/messages"), json!({ "text": PASTED, "kind": "message" })).await.ok().to_string());
        let call = json!({ "contact_id": near.customer.owner.id, "proof": "none", "note": PASTED, "ticket_id": id });
        is_clean(&agent.post("/calls", call).await.ok().to_string());
        is_clean(&agent.post(&format!("{path}/messages"), json!({ "text": PASTED, "kind": "note" })).await.ok().to_string());
        is_clean(&agent.call(http::Method::PATCH, &path, json!({ "subject": "Neu: Passwort=geheimwort4711" })).await.ok().to_string());
        crate::ticket::take_over(&mut agent, &id).await;
        is_clean(&agent.post(&format!("{path}/messages"), json!({ "text": PASTED, "kind": "message" })).await.ok().to_string());
        for who in [&owner, &agent] {
            let shown = who.get(&path).await.ok();
            is_clean(&shown.to_string());
            assert!(shown.to_string().contains("https://shop.example/cart"), "{shown}");
            let told = shown["messages"].as_array().expect("messages").iter().filter(|m| m["event"]["code"] == "secrets.removed");
            assert_eq!(told.count(), 4, "request, its text, the customer's message, the agent's: {shown}");
        }
        for word in ["geheimtoken4711", "geheimkeks4711", "geheimwort4711"] {
            let found = agent.get(&format!("/search?q={word}")).await.ok();
            assert_eq!(found["tickets"], json!([]), "{found}");
        }
        for mail in app.mails().await {
            is_clean(&mail.subject);
            is_clean(&mail.body);
        }
    }

    /// Control 48: reasons in the log are words, too.
    async fn control_48_reasons_hold_no_secrets(app: TestApp) {
        let near = app.world.near.clone();
        let mut owner = app.sign_in(&near.customer.owner).await;
        let mut agent = app.sign_in(&near.agent).await;
        let id = crate::ticket::ask(&mut owner, "The shop shows an error").await;
        let ground = crate::ticket::take_over(&mut agent, &id).await["access"]["ground_id"].clone();
        let mut body = crate::ticket::visit_body(&ground);
        body["reason"] = json!({ "category": "fault", "text": "Login mit password=geheimwort4711 prüfen" });
        agent.post("/visits", body).await.ok();
        is_clean(&owner.get("/grounds").await.ok().to_string());
    }

    /// Control 48: quarantine shows a mail without its secrets, and its raw form not at all.
    async fn control_48_quarantine_shows_no_secrets(app: TestApp) {
        let mut agent = app.sign_in(&app.world.near.agent).await;
        let html = "<p>Das pass<b>word</b>=geheimwort4711</p><p>Nichts geht</p>";
        for (kind, text) in [("text/plain", PASTED), ("text/html", html)] {
            let letter = Letter::from("ada.private@elsewhere.example")
                .subject("password=geheimwort4711 geht nicht")
                .header("Content-Type", kind)
                .header("X-Note", "Authorization: Bearer geheimtoken4711")
                .text(text);
            app.receive(&letter).await;
            let listed = agent.get("/quarantine").await.ok();
            is_clean(&listed.to_string());
            let id = listed["items"][0]["id"].as_str().expect("an id").to_owned();
            let shown = agent.get(&format!("/quarantine/{id}")).await.ok();
            is_clean(&shown.to_string());
            assert_eq!(shown["secrets_removed"], true);
            agent.get(&format!("/mails/{id}/raw")).await.refused(403, "mail.live_secrets");
            let body = json!({ "contact_id": app.world.near.customer.owner.id });
            is_clean(&agent.post(&format!("/quarantine/{id}/release"), body).await.ok().to_string());
            is_clean(&agent.get(&format!("/quarantine/{id}")).await.ok().to_string());
        }
        // An ordinary one can still be read as it came.
        app.receive(&Letter::from("ada.private@elsewhere.example").text("Grüße, das Passwort: geht nicht")).await;
        let id = agent.get("/quarantine").await.ok()["items"][0]["id"].as_str().expect("an id").to_owned();
        agent.get(&format!("/mails/{id}/raw")).await.status(200);
    }

    /// Files beyond the limit: which ones, says the ticket to both sides, and a mail to the sender; the others
    /// stand in the order of the mail.
    async fn m5_files_beyond_the_limit_are_told(app: TestApp) {
        let near = app.world.near.clone();
        let agent = app.sign_in(&near.agent).await;
        let parts: String = (1..=25)
            .map(|n| format!("--M\r\nContent-Type: application/pdf\r\nContent-Disposition: attachment; filename=\"Seite {n}.pdf\"\r\n\r\n%PDF-1.4 {n}\r\n"))
            .collect();
        let letter = Letter::from(&near.customer.owner.address)
            .header("Content-Type", "multipart/mixed; boundary=M")
            .text(&format!("--M\r\nContent-Type: text/plain\r\n\r\nanbei\r\n{parts}--M--"));
        app.receive(&letter).await;
        let id = agent.get("/tickets?state=all&sort=newest").await.ok()["items"][0]["id"].as_str().expect("an id").to_owned();
        let shown = agent.get(&format!("/tickets/{id}")).await.ok();
        let messages = shown["messages"].as_array().expect("messages");
        let files = messages.iter().find(|m| m["kind"] == "message").expect("a message")["attachments"].clone();
        let names: Vec<&str> = files.as_array().expect("files").iter().map(|f| f["name"].as_str().expect("a name")).collect();
        let wanted: Vec<String> = (1..=names.len()).map(|n| format!("Seite {n}.pdf")).collect();
        assert_eq!(names, wanted);
        assert_eq!(names.len(), 20);
        let told = messages.iter().find(|m| m["event"]["code"] == "files.left_out").expect("it is told");
        assert_eq!(told["event"]["data"]["names"], json!(["Seite 21.pdf", "Seite 22.pdf", "Seite 23.pdf", "Seite 24.pdf", "Seite 25.pdf"]));
        let mails = app.mails().await;
        assert!(mails.iter().any(|mail| mail.to == near.customer.owner.address && mail.body.contains("Seite 25.pdf")), "{mails:?}");
    }

    /// One limit for what is written, in characters; its body has room for them in any letters.
    async fn m12_a_message_holds_a_hundred_thousand_characters(app: TestApp) {
        let near = app.world.near.clone();
        let mut owner = app.sign_in(&near.customer.owner).await;
        let id = crate::ticket::ask(&mut owner, "The shop shows an error").await;
        let write = |n: usize| json!({ "text": "ü".repeat(n), "kind": "message" });
        owner.post(&format!("/tickets/{id}/messages"), write(100_000)).await.ok();
        owner.post(&format!("/tickets/{id}/messages"), write(100_001)).await.refused(422, "input.invalid");
    }

    /// What is folded away as a quote is found all the same.
    async fn m5_words_in_a_quote_are_found(app: TestApp) {
        let near = app.world.near.clone();
        let agent = app.sign_in(&near.agent).await;
        let text = "Siehe unten.\r\n\r\n-----Original Message-----\r\nFrom: a\r\n\r\nHier steht Zwiebelkuchen.";
        app.receive(&Letter::from(&near.customer.owner.address).text(text)).await;
        let found = agent.get("/search?q=Zwiebelkuchen").await.ok();
        assert_eq!(found["tickets"].as_array().map(Vec::len), Some(1), "{found}");
    }

    /// `support+x@` is support, and every mail server knows a postmaster (RFC 5321 §4.5.1).
    async fn m12_tags_and_postmaster_are_taken(app: TestApp) {
        use pforte_mail::transport::Intake as _;
        let intake = pforte_server::post::intake::intake(app.app.clone());
        for ours in ["support+rechnung@nordlicht.example", "SUPPORT@Nordlicht.example", "postmaster@nordlicht.example", "Postmaster"] {
            assert!(intake.accepts(ours), "{ours}");
            assert!(app.app.support_at(ours).is_some(), "{ours}");
        }
        for other in ["other@nordlicht.example", "postmaster@elsewhere.example", "+support@nordlicht.example", "support@elsewhere.example"] {
            assert!(!intake.accepts(other), "{other}");
        }
    }
}
