//! Live updates: who hears what, and coming back after a break.

use pforte_core::kernel::Span;
use pforte_testkit::on_both;
use serde_json::{Value, json};

on_both! {
    /// Who comes back with the last id hears what was missed, and nothing twice.
    async fn a_reconnect_misses_nothing(app: TestApp) {
        let near = &app.world.near;
        let contact = app.sign_in(&near.customer.owner).await;
        let mut page = contact.listen(None).await;
        let (mut ending, mut agent, visit) = app.visit().await;
        let first = page.hear("door").await;
        drop(page);
        agent.post(&format!("/visits/{}/end", visit.id), Value::Null).await.ok();
        ending.post(&format!("/grounds/{}/end", visit.ground), Value::Null).await.ok();
        let mut page = contact.listen(Some(&first.id)).await;
        let mut ids = vec![first.id];
        for _ in 0..3 {
            let heard = page.next().await.expect("missed events");
            assert!(!ids.contains(&heard.id), "{heard:?} twice");
            assert_eq!(heard.event, "change");
            ids.push(heard.id);
        }
    }

    /// Who comes back from before a restart fetches everything anew.
    async fn after_a_restart_everything_is_fetched_anew(app: TestApp) {
        let owner = app.world.near.customer.owner.clone();
        let (contact, _, _) = app.visit().await;
        let mut page = contact.listen(Some("nonsense")).await;
        let reset = page.next().await.expect("an answer");
        assert_eq!(reset.event, "reset");
        let app = app.restart().await;
        let contact = app.sign_in(&owner).await;
        let heard = contact.listen(Some(&reset.id)).await.next().await.expect("an answer");
        assert_eq!(heard.event, "reset");
    }

    /// Nobody hears of another customer's or provider's matters; leads hear of all at their provider.
    async fn only_those_concerned_hear(app: TestApp) {
        let (near, far) = (app.world.near.clone(), &app.world.far);
        let lead = app.sign_in(&near.success_lead).await;
        let mut board = lead.listen(None).await;
        let mut silent = vec![];
        for person in [&near.other.owner, &near.colleague, &far.customer.owner, &far.success_lead, &far.agent] {
            let browser = app.sign_in(person).await;
            let page = browser.listen(None).await;
            silent.push((person.name.clone(), browser, page));
        }
        let (_, _, visit) = app.visit().await;
        assert_eq!(board.hear("grounds").await.data["ground"], visit.ground.as_str());
        // Each of the others hears first of their own, later change.
        for (name, browser, page) in &mut silent {
            browser.call(http::Method::PATCH, "/me", json!({ "language": "de" })).await.ok();
            let heard = page.next().await.expect("the own change");
            assert!(heard.about("me") && heard.data.get("ground").is_none(), "{name} heard {heard:?}");
        }
    }

    /// A message concerns one ticket, and neither doors nor visits, of which nothing changed.
    async fn a_message_tells_of_one_ticket(app: TestApp) {
        let near = app.world.near.clone();
        let mut contact = app.sign_in(&near.customer.owner).await;
        let ask = json!({ "subject": "Shop", "happened": "It stands still" });
        let ticket = contact.post("/tickets", ask).await.ok();
        let id = ticket["id"].as_str().expect("an id").to_owned();
        let agent = app.sign_in(&near.agent).await;
        let mut desk = agent.listen(None).await;
        for text in ["One more thing", "And another"] {
            let body = json!({ "text": text, "kind": "message" });
            contact.post(&format!("/tickets/{id}/messages"), body).await.ok();
            let heard = desk.hear("ticket").await;
            assert_eq!((&heard.data["topics"], &heard.data["ticket"]), (&json!(["tickets", "ticket"]), &json!(id)));
        }
        let mut taker = agent.clone();
        taker.post(&format!("/tickets/{id}/take-over"), json!({ "from_staff_id": null })).await.ok();
        assert!(desk.hear("ticket").await.about("grounds"), "a take-over changes what is open");
    }

    /// Events name topics and ids, and no data.
    async fn events_carry_no_data(app: TestApp) {
        let near = &app.world.near;
        let mut contact = app.sign_in(&near.customer.owner).await;
        let mut page = contact.listen(None).await;
        let digits = contact.pin().await;
        let mut agent = app.sign_in(&near.agent).await;
        agent.redeem(&near.customer, &near.customer.owner, &digits).await;
        let heard = page.hear("door").await;
        let keys: Vec<_> = heard.data.as_object().expect("an object").keys().cloned().collect();
        assert!(keys.iter().all(|key| ["topics", "ground", "visit"].contains(&key.as_str())), "{heard:?}");
    }

    /// Whoever is no longer signed in, or was deactivated, hears nothing more.
    async fn listening_ends_with_the_sign_in(app: TestApp) {
        let near = &app.world.near;
        app.browser().get("/events").await.refused(401, "sign_in.needed");
        let mut agent = app.sign_in(&near.colleague).await;
        let mut page = agent.listen(None).await;
        agent.post("/sign-out/everywhere", Value::Null).await.status(204);
        while page.next().await.is_some() {}
        app.advance(Span::seconds(30));
        let agent = app.sign_in(&near.colleague).await;
        let mut page = agent.listen(None).await;
        let mut admin = app.sign_in(&near.admin).await;
        let off = json!({ "active": false });
        admin.call(http::Method::PATCH, &format!("/staff/{}", near.colleague.id), off).await.ok();
        while page.next().await.is_some() {}
    }
}
