//! Lists and full text: `GET /tickets`, `GET /tickets/counts`.

use pforte_core::kernel::Span;
use pforte_testkit::{Browser, on_both};
use serde_json::{Value, json};

use super::{act, ask, fresh, id, request, take_over, write};

/// The subjects of a list, in its order.
async fn subjects(browser: &Browser, query: &str) -> Vec<String> {
    let page = browser.get(&format!("/tickets{query}")).await.ok();
    page["items"]
        .as_array()
        .expect("items")
        .iter()
        .map(|t| t["subject"].as_str().unwrap_or("").to_owned())
        .collect()
}

on_both! {
    /// Urgent first: whose answer is due soonest; what waits for the customer comes after all others.
    async fn the_queue_is_sorted_by_when_an_answer_is_due(app: TestApp) {
        let near = &app.world.near;
        let mut owner = app.sign_in(&near.customer.owner).await;
        let answered = ask(&mut owner, "answered").await;
        ask(&mut owner, "first").await;
        app.advance(Span::hours(1));
        let mut owner = app.sign_in(&near.customer.owner).await;
        ask(&mut owner, "second").await;
        let mut urgent = request("urgent");
        urgent["priority"] = json!("urgent");
        owner.post("/tickets", urgent).await.ok();
        let mut agent = fresh(&app, &near.agent).await;
        write(&mut agent, &answered, "Done").await;
        assert_eq!(subjects(&agent, "").await, ["urgent", "first", "second", "answered"]);
        assert_eq!(subjects(&agent, "?sort=newest").await.len(), 4);
        assert_eq!(subjects(&agent, "?state=waiting").await, ["answered"]);
        assert_eq!(subjects(&agent, "?state=new&limit=2").await, ["urgent", "first"]);
        assert_eq!(subjects(&agent, "?priority=urgent").await, ["urgent"]);
        agent.get("/tickets?state=odd").await.refused(422, "input.invalid");
        agent.get("/tickets?cursor=odd").await.refused(422, "input.invalid");
    }

    /// Pages hold every ticket once, in both orders.
    async fn pages_go_on_where_they_ended(app: TestApp) {
        let near = &app.world.near;
        let mut owner = app.sign_in(&near.customer.owner).await;
        for n in 0..5 {
            ask(&mut owner, &format!("number {n}")).await;
            app.advance(Span::seconds(n % 2));
        }
        let agent = app.sign_in(&near.agent).await;
        for sort in ["urgent", "newest"] {
            let (mut seen, mut cursor) = (Vec::new(), String::new());
            for _ in 0..3 {
                let page = agent.get(&format!("/tickets?limit=2&sort={sort}{cursor}")).await.ok();
                seen.extend(page["items"].as_array().expect("items").iter().map(id));
                match page["next"].as_str() {
                    Some(next) => cursor = format!("&cursor={next}"),
                    None => break,
                }
            }
            let pieces = seen.len();
            seen.sort();
            seen.dedup();
            assert_eq!((pieces, seen.len()), (5, 5), "{sort}");
        }
    }

    /// By who has it, by customer, by state; and how many there are.
    async fn filters_and_counts_agree(app: TestApp) {
        let near = &app.world.near;
        let mut owner = app.sign_in(&near.customer.owner).await;
        let mut other = app.sign_in(&near.other.owner).await;
        let mut agent = app.sign_in(&near.agent).await;
        let mine = ask(&mut owner, "mine").await;
        ask(&mut other, "theirs").await;
        let closed = ask(&mut owner, "closed").await;
        act(&mut owner, &closed, "close").await.ok();
        take_over(&mut agent, &mine).await;
        assert_eq!(subjects(&agent, "?assignee=me").await, ["mine"]);
        assert_eq!(subjects(&agent, "?assignee=none").await, ["theirs"]);
        assert_eq!(subjects(&agent, &format!("?assignee={}", near.colleague.id)).await, Vec::<String>::new());
        let mut all = subjects(&agent, &format!("?customer={}&state=all", near.customer.id)).await;
        all.sort();
        assert_eq!(all, ["closed", "mine"]);
        assert_eq!(subjects(&agent, "?state=open").await, ["mine"]);
        assert_eq!(subjects(&agent, "?state=closed").await, ["closed"]);
        let counts = agent.get("/tickets/counts").await.ok();
        let expected = json!({ "new": 1, "mine": 1, "open": 1, "waiting": 0, "unassigned": 1, "watching": 0,
            "quarantine": 0, "escalated": 0 });
        assert_eq!(counts, expected);
        owner.get("/tickets/counts").await.refused(403, "actor.staff_only");
    }

    /// Words are found by their stems in both languages, with accents and without, by their beginning, in
    /// subjects, messages and requests; what was written last comes first.
    async fn full_text_finds_words(app: TestApp) {
        let near = &app.world.near;
        let mut owner = app.sign_in(&near.customer.owner).await;
        let older = ask(&mut owner, "Fehlerhafte Größen").await;
        let newer = ask(&mut owner, "Invoices are missing").await;
        write(&mut owner, &older, "Die Rechnungen für die Straße fehlen").await;
        let agent = app.sign_in(&near.agent).await;
        for (query, wanted) in [
            ("grosse", &older), ("GRÖSSE", &older), ("rechnung", &older), ("strasse", &older), ("rechnungen%20fehlen", &older),
            ("invoice", &newer), ("missin", &newer), ("%231002", &newer), ("1001", &older),
        ] {
            let page = agent.get(&format!("/tickets?q={query}")).await.ok();
            assert_eq!(page["items"][0]["id"], wanted.as_str(), "{query}");
        }
        assert_eq!(subjects(&agent, "?q=error%20page").await.len(), 2, "what happened is found in both");
        assert_eq!(subjects(&agent, "?q=rechnung%20invoice").await, Vec::<String>::new());
        let found = agent.get("/tickets?q=strasse").await.ok();
        assert_eq!(found["items"][0]["snippet"], "Die Rechnungen für die Straße fehlen");
        // Quotes and operators are nothing but text.
        for odd in ["%22", "'", "a%20OR%20b", "*", "%3A%2A", "%5C", "%00"] {
            assert!(agent.get(&format!("/tickets?q={odd}")).await.status.is_success(), "{odd}");
        }
        let far = app.sign_in(&app.world.far.agent).await;
        assert_eq!(far.get("/tickets?q=rechnung").await.ok()["items"], json!([]));
        assert_eq!(far.get("/tickets?q=1001").await.ok()["items"], json!([]));
        assert_ne!(found["items"], Value::Null);
    }
}
