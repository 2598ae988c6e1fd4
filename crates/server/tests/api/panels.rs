//! A customer at a glance, and notes: what is shown, to whom, and when.

use http::Method;
use pforte_core::kernel::Span;
use pforte_testkit::{entries_named, on_both};
use serde_json::{Value, json};

on_both! {
    /// Rules B4, B5, B11: requests, visits and names before anything is open; addresses and numbers stay masked,
    /// also with a PIN; notes are there while a door of one's own is open.
    async fn b4_b11_the_panel_shows_no_more_than_is_open(app: TestApp) {
        let near = app.world.near.clone();
        let mut owner = app.sign_in(&near.customer.owner).await;
        owner.post("/tickets", json!({ "subject": "The basket", "happened": "It stays empty" })).await.ok();
        let closed = owner.post("/tickets", json!({ "subject": "Done", "happened": "Long ago" })).await.ok();
        owner.post(&format!("/tickets/{}/close", closed["id"].as_str().expect("an id")), Value::Null).await.ok();
        let agent = app.sign_in(&near.agent).await;
        let path = format!("/customers/{}/panel", near.customer.id);
        let before = agent.get(&path).await.ok();
        assert_eq!((&before["open"], &before["personal"], &before["notes"]), (&json!(false), &json!(false), &Value::Null));
        assert_eq!((&before["open_tickets"][0]["subject"], &before["last_tickets"][0]["subject"]), (&json!("The basket"), &json!("Done")));
        let names: std::collections::BTreeSet<_> =
            before["contacts"].as_array().expect("contacts").iter().map(|one| one["name"].clone().to_string()).collect();
        assert_eq!(names.len(), 3, "each by name: {before}");
        let hidden = |panel: &Value| {
            for secret in ["@", "+49", "23125", "Quay Street"] {
                assert!(!panel.to_string().contains(secret), "{secret} in {panel}");
            }
        };
        hidden(&before);
        app.advance(Span::seconds(30));
        let (_, mut agent, visit) = app.visit().await;
        let notes = format!("/customers/{}/notes", near.customer.id);
        agent.post(&notes, json!({ "text": "Prefers calls after noon" })).await.ok();
        let open = agent.get(&path).await.ok();
        assert_eq!((&open["open"], &open["personal"]), (&json!(true), &json!(false)));
        assert_eq!((&open["notes"][0]["text"], &open["notes"][0]["mine"]), (&json!("Prefers calls after noon"), &json!(true)));
        assert_eq!((&open["visits"][0]["id"], &open["visits"][0]["staff"]["name"]), (&json!(visit.id), &json!(near.agent.name)));
        hidden(&open);
        // A colleague reads along, and no more; the count tells that there is something.
        let colleague = app.sign_in(&near.colleague).await;
        let theirs = colleague.get(&path).await.ok();
        assert_eq!((&theirs["notes"], &theirs["note_count"]), (&Value::Null, &json!(1)));
        assert!(!theirs.to_string().contains("after noon"));
        // It closes with the door.
        agent.post(&format!("/grounds/{}/end", visit.ground), Value::Null).await.ok();
        let after = agent.get(&path).await.ok();
        assert_eq!((&after["open"], &after["notes"]), (&json!(false), &Value::Null));
        assert!(after["visits"][0]["ended_at"].is_string());
        app.sign_in(&near.guest).await.get(&path).await.refused(403, "staff.guest");
        agent.get(&format!("/customers/{}/panel", app.world.far.customer.id)).await.refused(404, "not_found");
    }

    /// Notes are written, changed and deleted by who wrote them, each with its entry; secrets are taken out; whoever
    /// has no open door is told of none.
    async fn notes_are_their_writers_and_hold_no_secrets(app: TestApp) {
        let near = app.world.near.clone();
        let (_, mut agent, visit) = app.visit().await;
        let notes = format!("/customers/{}/notes", near.customer.id);
        let written = agent.post(&notes, json!({ "text": "password: hunter2hunter2" })).await.ok();
        assert_eq!(written["redacted"], true, "{written}");
        assert!(!written["text"].as_str().expect("a text").contains("hunter2"), "{written}");
        let one = format!("{notes}/{}", written["id"].as_str().expect("an id"));
        let edited = agent.call(Method::PATCH, &one, json!({ "text": "Has two shops" })).await.ok();
        assert_eq!((&edited["text"], edited["edited_at"].is_string()), (&json!("Has two shops"), true));
        for text in [String::new(), " \n ".into(), "x".repeat(5_001), "a\u{1}b".into()] {
            agent.post(&notes, json!({ "text": text })).await.refused(422, "input.invalid");
        }
        // No door, no note: not for colleagues, not for admins.
        for person in [&near.colleague, &near.admin, &near.success_lead] {
            let mut other = app.sign_in(person).await;
            other.post(&notes, json!({ "text": "Me too" })).await.refused(404, "not_found");
            other.call(Method::PATCH, &one, json!({ "text": "Mine now" })).await.refused(404, "not_found");
            other.call(Method::DELETE, &one, Value::Null).await.refused(404, "not_found");
        }
        // A colleague whose own door is open reads it, and changes nothing; a lead may delete it.
        let mut owner = app.sign_in(&near.customer.owner).await;
        for (person, code) in [(&near.colleague, Some("note.not_yours")), (&near.support_lead, None)] {
            let digits = owner.pin().await;
            app.advance(Span::seconds(30));
            let mut other = app.sign_in(person).await;
            other.redeem(&near.customer, &near.customer.owner, &digits).await;
            let panel = other.get(&format!("/customers/{}/panel", near.customer.id)).await.ok();
            assert_eq!((&panel["notes"][0]["text"], &panel["notes"][0]["mine"]), (&json!("Has two shops"), &json!(false)));
            other.call(Method::PATCH, &one, json!({ "text": "Mine now" })).await.refused(403, "note.not_yours");
            let removed = other.call(Method::DELETE, &one, Value::Null).await;
            match code {
                Some(code) => drop(removed.refused(403, code)),
                None => drop(removed.status(204)),
            }
        }
        agent.call(Method::DELETE, &one, Value::Null).await.refused(404, "not_found");
        for (event, count) in [("customer.note_added", 1), ("customer.note_changed", 1), ("customer.note_removed", 1)] {
            assert_eq!(entries_named(&app.app, near.provider, event).await.len(), count, "{event}");
        }
        agent.post(&format!("/grounds/{}/end", visit.ground), Value::Null).await.ok();
        agent.post(&notes, json!({ "text": "Too late" })).await.refused(404, "not_found");
    }
}
