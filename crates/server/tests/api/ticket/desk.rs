//! What staff do in a ticket: notes, tags, watching, saved queues. What guests do (rule M6).

use http::Method;
use pforte_core::kernel::Span;
use pforte_testkit::{Browser, entries, on_both};
use serde_json::{Value, json};

use super::{act, ask, fresh, take_over, texts, view, write};

on_both! {
    /// D10: who watches already, has it already, or changes a word to itself changes nothing, and the log says
    /// nothing of it.
    async fn d10_what_is_so_already_leaves_no_entry(app: TestApp) {
        let near = &app.world.near;
        let ticket = ask(&mut app.sign_in(&near.customer.owner).await, "Error").await;
        let mut agent = app.sign_in(&near.agent).await;
        let mut admin = app.sign_in(&near.admin).await;
        let path = format!("/tickets/{ticket}");
        let watch = json!({ "contact_id": near.customer.member.id });
        let change = json!({ "subject": "Another", "priority": "high", "tags": ["mail", "dns"] });
        let training = json!({ "roles": ["agent"] });
        let staff = format!("/staff/{}", near.agent.id);
        let mut before = 0;
        for again in [false, true] {
            agent.post(&format!("{path}/take-over"), json!({})).await.ok();
            agent.post(&format!("{path}/watchers"), watch.clone()).await.ok();
            let changed = agent.call(Method::PATCH, &path, change.clone()).await.ok();
            assert_eq!(changed["subject"], "Another");
            agent.call(http::Method::PATCH, &path, json!({})).await.ok();
            admin.call(http::Method::PATCH, &staff, training.clone()).await.ok();
            let told = entries(&app.app, near.provider).await.len();
            assert_eq!(told == before, again, "{before} and then {told}");
            before = told;
        }
    }

    /// Notes are staff's own: no contact and no guest reads, finds or writes one.
    async fn notes_are_for_staff(app: TestApp) {
        let near = &app.world.near;
        let mut owner = app.sign_in(&near.customer.owner).await;
        let mut agent = app.sign_in(&near.agent).await;
        let ticket = ask(&mut owner, "Error").await;
        let guest = json!({ "staff_id": near.guest.id });
        agent.post(&format!("/tickets/{ticket}/watchers"), guest).await.ok();
        let note = json!({ "text": "Careful with the xylophone", "kind": "note" });
        let path = format!("/tickets/{ticket}/messages");
        agent.post(&path, note.clone()).await.ok();
        assert!(texts(&agent, &ticket).await.contains(&"Careful with the xylophone".to_owned()));
        assert_eq!(agent.get("/tickets?q=xylophone").await.ok()["items"][0]["id"], ticket.as_str());
        let mut guest = app.sign_in(&near.guest).await;
        for person in [&mut owner, &mut guest] {
            let text = String::from_utf8_lossy(&person.get(&format!("/tickets/{ticket}")).await.body).into_owned();
            assert!(text.contains("Error") && !text.contains("xylophone"), "{text}");
            assert_eq!(person.get("/tickets?q=xylophone").await.ok()["items"], json!([]));
            person.post(&path, note.clone()).await.refused(422, "input.invalid");
        }
        assert!(!app.mails().await.iter().any(|m| m.body.contains("xylophone")));
    }

    /// Rule M6: a guest sees the tickets they were invited to, from then on, and nothing else: no other
    /// ticket, no customer, no access.
    async fn m6_guests_see_what_they_were_invited_to(app: TestApp) {
        let near = &app.world.near;
        let mut owner = app.sign_in(&near.customer.owner).await;
        let mut agent = app.sign_in(&near.agent).await;
        let ticket = ask(&mut owner, "Error").await;
        let other = ask(&mut owner, "Another").await;
        write(&mut owner, &ticket, "Before").await;
        app.advance(Span::minutes(1));
        let body = json!({ "staff_id": near.guest.id });
        agent.post(&format!("/tickets/{ticket}/watchers"), body).await.ok();
        write(&mut owner, &ticket, "After").await;
        let mut guest = app.sign_in(&near.guest).await;
        let listed = guest.get("/tickets?state=all").await.ok();
        assert_eq!(listed["items"].as_array().map(Vec::len), Some(1), "{listed}");
        assert_eq!(texts(&guest, &ticket).await, ["ticket.watcher_added", "After"]);
        let seen = view(&guest, &ticket).await;
        assert_eq!((&seen["can"], &seen["access"], &seen["grounds"]), (&json!(["write"]), &Value::Null, &json!([])));
        guest.get(&format!("/tickets/{other}")).await.refused(404, "not_found");
        guest.get("/tickets/counts").await.refused(403, "staff.guest");
        write(&mut guest, &ticket, "My part works").await;
        let message = view(&owner, &ticket).await["messages"].as_array().and_then(|m| m.last().cloned());
        assert_eq!(message.expect("a message")["author"]["kind"], "guest");
        guest.post(&format!("/tickets/{ticket}/take-over"), json!({})).await.refused(403, "staff.guest");
        act(&mut guest, &ticket, "close").await.refused(403, "ticket.not_yours");
        act(&mut guest, &ticket, "release").await.refused(403, "staff.guest");
        guest.get(&format!("/customers/{}", near.customer.id)).await.refused(403, "staff.guest");
    }

    /// Subject, priority and tags; each change is written down.
    async fn staff_sort_tickets(app: TestApp) {
        let near = &app.world.near;
        let mut owner = app.sign_in(&near.customer.owner).await;
        let mut agent = app.sign_in(&near.agent).await;
        let ticket = ask(&mut owner, "Error").await;
        let path = format!("/tickets/{ticket}");
        let change = json!({ "subject": "Kaputte Rechnungen", "priority": "urgent", "tags": ["Shop", " shop ", "billing"] });
        let changed = agent.call(Method::PATCH, &path, change).await.ok();
        assert_eq!((&changed["subject"], &changed["priority"], &changed["tags"]),
            (&json!("Kaputte Rechnungen"), &json!("urgent"), &json!(["billing", "shop"])));
        assert_eq!(agent.get("/tickets?tag=SHOP").await.ok()["items"][0]["id"], ticket.as_str());
        assert_eq!(agent.get("/tickets?q=rechnung").await.ok()["items"][0]["id"], ticket.as_str());
        agent.call(Method::PATCH, &path, json!({ "tags": [""] })).await.refused(422, "input.invalid");
        owner.call(Method::PATCH, &path, json!({ "priority": "low" })).await.refused(403, "actor.staff_only");
        // The desk's own tags are not the customer's to read.
        assert_eq!(view(&owner, &ticket).await["tags"], json!([]));
        let mut colleague = fresh(&app, &near.colleague).await;
        take_over(&mut colleague, &ticket).await;
        agent.call(Method::PATCH, &path, json!({ "priority": "low" })).await.refused(403, "ticket.not_yours");
    }

    /// Watching oneself takes nobody's leave; others are added by whoever may change the ticket.
    async fn staff_watch(app: TestApp) {
        let near = &app.world.near;
        let mut owner = app.sign_in(&near.customer.owner).await;
        let mut agent = app.sign_in(&near.agent).await;
        let mut colleague = app.sign_in(&near.colleague).await;
        let ticket = ask(&mut owner, "Error").await;
        take_over(&mut agent, &ticket).await;
        let path = format!("/tickets/{ticket}/watchers");
        colleague.post(&path, json!({ "staff_id": near.colleague.id })).await.ok();
        colleague.post(&path, json!({ "staff_id": near.colleague.id })).await.ok();
        assert_eq!(colleague.get("/tickets?watching=me").await.ok()["items"].as_array().map(Vec::len), Some(1));
        assert_eq!(colleague.get("/tickets/counts").await.ok()["watching"], 1);
        colleague.post(&path, json!({ "staff_id": near.guest.id })).await.refused(403, "ticket.not_yours");
        let foreign = json!({ "contact_id": near.other.owner.id });
        agent.post(&path, foreign).await.refused(422, "input.invalid");
        agent.post(&path, json!({ "staff_id": app.world.far.agent.id })).await.refused(422, "input.invalid");
        colleague.call(Method::DELETE, &format!("{path}/{}", near.colleague.id), Value::Null).await.status(204);
        assert_eq!(view(&agent, &ticket).await["watchers"], json!([]));
    }

    /// Saved queues are one's own.
    async fn saved_queues_are_ones_own(app: TestApp) {
        let near = &app.world.near;
        let mut agent = app.sign_in(&near.agent).await;
        let body = json!({ "name": "Shop", "query": "tag=shop&sort=newest" });
        let saved = agent.post("/ticket-views", body).await.ok();
        assert_eq!(agent.get("/ticket-views").await.ok(), json!([saved]));
        let mut colleague = app.sign_in(&near.colleague).await;
        assert_eq!(colleague.get("/ticket-views").await.ok(), json!([]));
        let path = format!("/ticket-views/{}", saved["id"].as_str().expect("an id"));
        colleague.call(Method::DELETE, &path, Value::Null).await.refused(404, "not_found");
        agent.call(Method::DELETE, &path, Value::Null).await.status(204);
        agent.post("/ticket-views", json!({ "name": " ", "query": "" })).await.refused(422, "input.invalid");
    }

    /// Rule B11: whoever has one of two requests is alone to merge it, away or with another one.
    async fn b11_both_requests_of_a_merge_are_ones_own(app: TestApp) {
        let near = &app.world.near;
        let mut owner = app.sign_in(&near.customer.owner).await;
        let mut agent = app.sign_in(&near.agent).await;
        let mut colleague = app.sign_in(&near.colleague).await;
        let (mine, theirs) = (ask(&mut owner, "Error").await, ask(&mut owner, "The same error").await);
        take_over(&mut agent, &mine).await;
        take_over(&mut colleague, &theirs).await;
        for (from, into) in [(&mine, &theirs), (&theirs, &mine)] {
            let path = format!("/tickets/{from}/merge");
            agent.post(&path, json!({ "into_id": into })).await.refused(403, "ticket.not_yours");
        }
        assert_eq!(view(&colleague, &theirs).await["merged"], json!([]));
        act(&mut colleague, &theirs, "release").await.ok();
        agent.post(&format!("/tickets/{mine}/merge"), json!({ "into_id": theirs })).await.ok();
    }

    /// Rules T21, B10: whoever lacks something is told what instead of a button that is refused; so is whoever
    /// the customer sent away.
    async fn t21_b10_what_hinders_taking_over_is_told(app: TestApp) {
        let near = &app.world.near;
        let mut owner = app.sign_in(&near.customer.owner).await;
        let ticket = ask(&mut owner, "Error").await;
        let told = async |browser: &Browser| {
            let view = view(browser, &ticket).await;
            let can = view["can"].as_array().expect("can").contains(&json!("take_over"));
            (can, view["cannot"]["take_over"].clone())
        };
        let untrained = app.sign_in(&near.untrained).await;
        assert_eq!(told(&untrained).await, (false, json!("staff.lacks.training")));
        let admin = app.sign_in(&near.admin).await;
        assert_eq!(told(&admin).await, (false, json!("staff.lacks.role")));
        let mut agent = app.sign_in(&near.agent).await;
        assert_eq!(told(&agent).await, (true, Value::Null));
        take_over(&mut agent, &ticket).await;
        let ground = view(&agent, &ticket).await["access"]["ground_id"].as_str().expect("a ground").to_owned();
        owner.post(&format!("/grounds/{ground}/end"), Value::Null).await.ok();
        assert_eq!(told(&agent).await, (false, json!("needs.customer_word")));
        let refused = agent.post(&format!("/tickets/{ticket}/take-over"), json!({})).await;
        refused.refused(403, "needs.customer_word");
        app.advance(Span::seconds(1));
        write(&mut owner, &ticket, "Please look again").await;
        assert!(told(&agent).await.0);
    }

    /// Rule B10: the history says to whom a request went, and from whom it was taken.
    async fn b10_the_history_names_who_it_went_to(app: TestApp) {
        let near = &app.world.near;
        let mut owner = app.sign_in(&near.customer.owner).await;
        let mut agent = app.sign_in(&near.agent).await;
        let ticket = ask(&mut owner, "Error").await;
        take_over(&mut agent, &ticket).await;
        let to = json!({ "staff_id": near.colleague.id });
        agent.post(&format!("/tickets/{ticket}/hand-over"), to).await.ok();
        let back = json!({ "from_staff_id": near.colleague.id });
        agent.post(&format!("/tickets/{ticket}/take-over"), back).await.ok();
        let watch = json!({ "contact_id": near.customer.helper.id });
        agent.post(&format!("/tickets/{ticket}/watchers"), watch).await.ok();
        let view = view(&owner, &ticket).await;
        let events: Vec<_> = view["messages"].as_array().expect("messages").iter().map(|m| &m["event"]).collect();
        let named: Vec<_> = events.iter().filter(|e| e["person"].is_object())
            .map(|e| (e["code"].as_str().expect("a code"), e["person"]["name"].as_str().expect("a name"))).collect();
        assert_eq!(named, [
            ("ticket.handed_over", "Tomas Reuter"), ("ticket.taken_over", "Tomas Reuter"),
            ("ticket.watcher_added", "Ben Sawada"),
        ]);
    }

    /// Only tickets of the same customer are merged, and never into themselves.
    async fn merging_stays_within_a_customer(app: TestApp) {
        let near = &app.world.near;
        let mut owner = app.sign_in(&near.customer.owner).await;
        let mut other = app.sign_in(&near.other.owner).await;
        let mut agent = app.sign_in(&near.agent).await;
        let (ticket, theirs) = (ask(&mut owner, "Error").await, ask(&mut other, "Error").await);
        for into in [&theirs, &ticket] {
            let path = format!("/tickets/{ticket}/merge");
            agent.post(&path, json!({ "into_id": into })).await.refused(409, "ticket.not_mergeable");
        }
        let far = app.sign_in(&app.world.far.customer.owner).await;
        let nowhere = json!({ "into_id": app.world.far.customer.id });
        agent.post(&format!("/tickets/{ticket}/merge"), nowhere).await.refused(422, "input.invalid");
        drop(far);
    }
}
