//! One search for the desk: tickets, customers, contacts.

use pforte_core::{
    entry::{Actor, Clean, Event},
    kernel::Moment,
};
use pforte_store::{
    Change, StoreError,
    search::{self as search_index, Document},
};
use pforte_testkit::{Browser, on_both};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::attachments::{ticket_with, upload};

async fn search(who: &Browser, q: &str) -> Value {
    let q: String = q.bytes().map(|b| format!("%{b:02X}")).collect();
    who.get(&format!("/search?q={q}")).await.ok()
}

fn ids(list: &Value) -> Vec<String> {
    let items = list.as_array().expect("a list");
    items
        .iter()
        .map(|item| item["id"].as_str().or(item["person"]["id"].as_str()).expect("an id").into())
        .collect()
}

fn sorted(list: &Value) -> Vec<String> {
    let mut ids = ids(list);
    ids.sort();
    ids
}

fn both(one: Uuid, other: Uuid) -> Vec<String> {
    let mut ids = vec![one.to_string(), other.to_string()];
    ids.sort();
    ids
}

on_both! {
    /// What is asked besides the words is asked of every hit, and not of the newest hundred: none is lost.
    async fn no_hit_is_lost_behind_newer_ones_that_are_not_wanted(app: TestApp) {
        let near = app.world.near.clone();
        let mut agent = app.sign_in(&near.agent).await;
        let body = |subject: &str| {
            json!({ "contact_id": near.customer.owner.id, "channel": "phone", "subject": subject, "text": "Drucker" })
        };
        let oldest = agent.post("/tickets", body("Drucker im Keller")).await.ok();
        let id = oldest["id"].as_str().expect("an id").to_owned();
        agent.post(&format!("/tickets/{id}/take-over"), json!({})).await.ok();
        for n in 0..130 {
            agent.post("/tickets", body(&format!("Drucker {n}"))).await.ok();
        }
        let mine = agent.get("/tickets?q=Drucker&assignee=me").await.ok();
        assert_eq!((ids(&mine["items"]), &mine["more"]), (vec![id], &json!(false)));
        // What does not fit on the page is said.
        let all = agent.get("/tickets?q=Drucker&limit=100").await.ok();
        assert_eq!((all["items"].as_array().map(Vec::len), &all["more"]), (Some(100), &json!(true)));
        let few = agent.get("/tickets?q=Keller").await.ok();
        assert_eq!((few["items"].as_array().map(Vec::len), &few["more"]), (Some(1), &json!(false)));
    }

    /// Tickets are found by words, also in another form of theirs, by names of files and by number; those
    /// of another provider are not.
    async fn tickets_are_found_by_words_files_and_number(app: TestApp) {
        let near = app.world.near.clone();
        let mut owner = app.sign_in(&near.customer.owner).await;
        let file = upload(&mut owner, "Zahlungen.txt", "text/plain", b"x").await;
        let ticket = ticket_with(&app, &near.customer.owner, vec![file]).await;
        ticket_with(&app, &app.world.far.customer.owner, vec![]).await;
        let agent = app.sign_in(&near.agent).await;
        let id = ticket.id().to_string();
        for q in ["shop error", "ERRORS", "zahlung", "sho", "1001"] {
            assert_eq!(ids(&search(&agent, q).await["tickets"]), std::slice::from_ref(&id), "{q}");
        }
        assert_eq!(search(&agent, "shop nonsense").await["tickets"], json!([]));
        for q in ["1001", "#1001"] {
            assert_eq!(search(&agent, q).await["exact"], json!({ "kind": "ticket", "id": id }), "{q}");
        }
        assert_eq!(search(&agent, " ").await, json!({ "tickets": [], "customers": [], "contacts": [], "exact": null }));
        assert_eq!(search(&agent, "' OR 1=1 --\u{0}\"*").await["exact"], Value::Null);
    }

    /// Customers and contacts are found by names and numbers; a contact's address only as a whole, so that
    /// trying letters tells nothing (rule B4).
    async fn b4_people_are_found_and_no_address_is_told(app: TestApp) {
        let near = app.world.near.clone();
        let agent = app.sign_in(&near.agent).await;
        let found = search(&agent, "oduya").await;
        // The other customer's contact has the same name.
        assert_eq!(sorted(&found["customers"]), both(near.customer.id, near.other.id));
        assert_eq!(sorted(&found["contacts"]), both(near.customer.owner.id, near.other.owner.id));
        let first = near.customer.owner.id.to_string();
        assert_eq!(found["exact"], Value::Null);
        let found = search(&agent, &near.customer.number).await;
        assert_eq!(found["exact"], json!({ "kind": "customer", "id": near.customer.id }));
        let address = near.customer.owner.address.clone();
        let found = search(&agent, &address.to_uppercase()).await;
        assert_eq!((ids(&found["contacts"]), &found["exact"]), (vec![first.clone()], &json!({ "kind": "contact", "id": first })));
        assert!(!found.to_string().to_lowercase().contains(&address), "the address is told");
        let part = &address[..address.len() - 2];
        assert_eq!(search(&agent, part).await["contacts"], json!([]));
        let far = search(&agent, &app.world.far.customer.owner.address).await;
        assert_eq!((&far["contacts"], &far["exact"]), (&json!([]), &Value::Null));
    }

    /// Words are found once their change is committed, and never of one that was undone.
    async fn what_was_undone_is_not_found(app: TestApp) {
        let near = app.world.near.clone();
        let ticket = ticket_with(&app, &near.customer.owner, vec![]).await;
        let agent = app.sign_in(&near.agent).await;
        for refused in [true, false] {
            let document = ticket.clone();
            let told = app.app.entry(Moment(1), near.provider, Actor::System, Event::RunStarted { version: Clean::name("1") });
            let change = app.app.writer.change(move |tx| {
                Box::pin(async move {
                    search_index::add(
                        tx,
                        &Document {
                            provider: document.provider,
                            customer: document.life.customer,
                            ticket: document.id(),
                            message: None,
                            note: false,
                            texts: vec!["Sonnenblume"],
                        },
                    );
                    if refused { Err(StoreError::Busy) } else { Ok(Change::logged((), told)) }
                })
            });
            assert_eq!(change.await.is_err(), refused);
            let found = search(&agent, "sonnenblumen").await["tickets"].as_array().expect("a list").len();
            assert_eq!(found, usize::from(!refused));
        }
    }
}
