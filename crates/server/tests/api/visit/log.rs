//! What the log holds of a visit: before anything is forwarded, and for the customer to read.

use std::time::Duration;

use pforte_core::{
    catalogue::AskedBody,
    entry::{Event, Outcome},
};
use pforte_gateway::{Ask, Permit};
use pforte_testkit::{entries, entries_named, on_both};
use serde_json::{Value, json};

on_both! {
    /// Rule W2: when a request is admitted its entry is committed: another connection reads it.
    async fn w2_the_entry_is_durable_before_the_answer(app: TestApp) {
        let (_, _, visit) = app.visit().await;
        for (method, path) in [("GET", "/servers"), ("GET", "/account")] {
            let pass = visit.admit(method, path).await.expect("open");
            let log = entries(&app.app, app.world.near.provider).await;
            let entry = log.iter().find(|entry| entry.id == pass.entry).expect("the entry is there");
            let Event::Request { path: logged, outcome, .. } = &entry.event else { panic!("{entry:?}") };
            assert_eq!(logged.as_str(), path);
            assert_eq!(*outcome, if pass.masked { Outcome::Masked } else { Outcome::Forwarded });
        }
        // Refusals too; and that something was not forwarded after all.
        let pass = visit.view().await.expect("open");
        pforte_gateway::Permit::not_forwarded(&*app.app, &pass, "visit.unsettled").await;
        assert!(visit.admit("POST", "/password").await.is_err());
        let log = entries_named(&app.app, app.world.near.provider, "visit.request").await;
        let Event::Request { outcome, code, .. } = &log.last().expect("entries").event else { panic!("{log:?}") };
        assert_eq!((*outcome, code.as_str()), (Outcome::Refused, "action.never"));
        let gone = entries_named(&app.app, app.world.near.provider, "visit.not_forwarded").await;
        assert!(matches!(gone[0].event, Event::NotForwarded { request, .. } if request == pass.entry));
        // Whoever reads along counts what went on, and sees which did not.
        let (contact, id) = (app.sign_in(&app.world.near.customer.owner).await, &visit.id);
        let view = contact.get(&format!("/visits/{id}")).await.ok();
        assert_eq!((&view["pages"], &view["refused"]), (&json!(2), &json!(1)));
        let requests = contact.get(&format!("/visits/{id}/requests")).await.ok();
        let outcomes: Vec<_> = requests["items"].as_array().expect("requests").iter().map(|r| r["outcome"].clone()).collect();
        assert_eq!(outcomes, ["refused", "not_forwarded", "masked", "forwarded"]);
        let entered = entries_named(&app.app, app.world.near.provider, "visit.entered").await;
        assert!(matches!(entered.as_slice(), [entry] if entry.customer.is_some()), "{entered:?}");
    }

    /// Rule W2: as long as the entry is not committed there is no answer.
    async fn w2_no_answer_before_the_entry(app: TestApp) {
        let (_, _, visit) = app.visit().await;
        let (let_go, gate) = tokio::sync::oneshot::channel::<()>();
        let (holding, holds) = tokio::sync::oneshot::channel::<()>();
        let writer = app.app.writer.clone();
        let held = tokio::spawn(async move {
            let wait = async move {
                let _ = holding.send(());
                let _ = gate.await;
                Ok(())
            };
            writer.upkeep(move |_| Box::pin(wait)).await
        });
        holds.await.expect("the writer is busy with it");
        let mut asking = tokio::spawn(async move { visit.view().await.map(|pass| pass.entry) });
        let early = tokio::time::timeout(Duration::from_millis(300), &mut asking).await;
        assert!(early.is_err(), "answered though nothing could be written yet: {early:?}");
        let_go.send(()).expect("the writer is held");
        let entry = asking.await.expect("it ran").expect("open");
        held.await.expect("it ran").expect("committed");
        assert!(entries(&app.app, app.world.near.provider).await.iter().any(|e| e.id == entry));
    }

    /// Many requests at once: every entry is there, each once, and no number is missing.
    async fn w2_many_requests_at_once_are_all_logged(app: TestApp) {
        let (_, _, visit) = app.visit().await;
        let mut tasks = tokio::task::JoinSet::new();
        for _ in 0..200 {
            let visit = visit.clone();
            tasks.spawn(async move { visit.view().await.map(|pass| pass.entry).expect("open") });
        }
        let ids: std::collections::HashSet<_> = tasks.join_all().await.into_iter().collect();
        let log = entries(&app.app, app.world.near.provider).await;
        assert_eq!(ids.len(), 200);
        assert_eq!(log.iter().filter(|entry| ids.contains(&entry.id)).count(), 200);
        let mut conn = app.app.read().await.expect("a connection");
        assert_eq!(pforte_store::log::gaps(&mut conn).await.expect("counts"), 0);
    }

    /// The visitor book: the customer reads who, when, why, what and how it ended; page by page.
    async fn the_customer_reads_what_was_opened(app: TestApp) {
        let (mut contact, _, visit) = app.visit().await;
        for path in ["/servers", "/account", "/servers", "/address", "/servers"] {
            let _ = visit.admit("GET", path).await;
        }
        contact.post(&format!("/grounds/{}/end", visit.ground), Value::Null).await.ok();
        let book = contact.get("/grounds?state=ended").await.ok();
        let ground = &book["items"][0];
        assert_eq!(ground["staff"]["name"], app.world.near.agent.name);
        assert_eq!(ground["reason"]["text"], "The shop shows an error");
        assert_eq!((&ground["visits"][0]["pages"], &ground["visits"][0]["refused"]), (&json!(4), &json!(1)));
        assert_eq!(ground["visits"][0]["acting_as"]["name"], app.world.near.customer.owner.name);

        let path = format!("/visits/{}/requests", visit.id);
        let (mut seen, mut cursor) = (vec![], String::new());
        loop {
            let page = contact.get(&format!("{path}?limit=2{cursor}")).await.ok();
            let items = page["items"].as_array().expect("items");
            assert!(items.len() <= 2);
            seen.extend(items.iter().map(|r| (r["path"].clone(), r["outcome"].clone())));
            match page["next"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => break,
            }
        }
        let paths: Vec<_> = seen.iter().map(|(path, _)| path.as_str().unwrap_or("")).collect();
        assert_eq!(paths, ["/servers", "/address", "/servers", "/account", "/servers"], "newest first");
        assert_eq!((&seen[1].1, &seen[3].1), (&json!("refused"), &json!("masked")));
        contact.get(&format!("{path}?cursor=nonsense")).await.refused(422, "input.invalid");
    }

    /// The whole request decides (rule B5): a link that acts needs consent, an unnamed parameter closes a
    /// masked page, and the log has the names, never a value.
    async fn b5_the_query_decides_and_is_logged_by_its_names(app: TestApp) {
        let (contact, _, visit) = app.visit().await;
        visit.admit("GET", "/account?page=2").await.expect("named");
        visit.admit("GET", "/servers?tab=log").await.expect("any may be there");
        for (path, code) in [
            ("/servers?action=stop", "needs.Consent"),
            ("/servers?tab=log&%61ction=stop", "needs.Consent"),
            ("/account?q=Mu", "needs.PersonalData"),
            ("/account?page=2&columns=name", "needs.PersonalData"),
        ] {
            let shut = visit.admit("GET", path).await.expect_err(path);
            assert_eq!(pforte_testkit::shut_code(&shut), code, "{path}");
            assert!(shut.bar.is_some() && shut.told.is_some(), "the page keeps its bar and says its rule");
        }
        let body = AskedBody::Unread;
        let posted = Ask { method: "GET", path: "/account", body, ..Ask::default() };
        assert!(visit.ask(posted).await.is_err(), "a body is a question, too");
        let stopped = Ask { method: "GET", path: "/servers", stopped: Some("request.foreign"), ..Ask::default() };
        assert_eq!(pforte_testkit::shut_code(&visit.ask(stopped).await.expect_err("stopped")), "stopped");

        let log = contact.get(&format!("/visits/{}/requests", visit.id)).await.ok();
        let items = log["items"].as_array().expect("items");
        let lines: Vec<_> = items.iter().rev().map(|item| (&item["query"], item["code"].as_str().unwrap_or(""))).collect();
        assert_eq!(lines[0].0, &json!(["page"]));
        assert_eq!(lines[2], (&json!(["action"]), "needs.consent.change"));
        assert_eq!(lines[4], (&json!(["q"]), "route.query"));
        assert_eq!(lines[5], (&json!(["page", "columns"]), "route.query"));
        assert_eq!(lines[6], (&json!([]), "route.body"));
        assert_eq!(lines[7], (&json!([]), "request.foreign"));
        assert!(!log.to_string().contains("stop\"") && !log.to_string().contains("Mu\""), "{log}");
    }

    /// What the product answered is written a moment later, many in one entry, and read with the request.
    async fn the_status_of_an_answer_stands_beside_its_request(app: TestApp) {
        let (contact, _, visit) = app.visit().await;
        for status in [200, 404, 500] {
            let pass = visit.view().await.expect("open");
            app.app.answered(&visit.label, &pass, status);
        }
        visit.view().await.expect("open, and never answered");
        // The watcher writes them by the machine's clock.
        let path = format!("/visits/{}/requests", visit.id);
        let mut told = vec![];
        for _ in 0..100 {
            let log = contact.get(&path).await.ok();
            told = log["items"].as_array().expect("items").iter().map(|item| item["status"].clone()).collect();
            if !told[3].is_null() {
                break;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        assert_eq!(told, [json!(null), json!(500), json!(404), json!(200)]);
        let entries = entries_named(&app.app, app.world.near.provider, "visit.answered").await;
        assert_eq!(entries.len(), 1, "one entry for all");
    }

    /// Control 64: line breaks, escapes and right-to-left marks are encoded in what is stored and shown.
    async fn control_64_hostile_text_is_encoded(app: TestApp) {
        let near = &app.world.near;
        let mut contact = app.sign_in(&near.customer.owner).await;
        let digits = contact.pin().await;
        let mut agent = app.sign_in(&near.agent).await;
        let mut body = pforte_testkit::redeem_body(&near.customer, &near.customer.owner, &digits);
        let hostile = "a\r\nSet-Cookie: x \u{1b}[31m red \u{202e}txt.exe \u{0}end";
        body["reason"]["text"] = json!(hostile);
        // On the phone only a registered number is taken (rule P6); a name in a chat is free text.
        body["record"]["channel"] = json!("chat");
        body["record"]["from"] = json!("\u{202e}0049 30");
        let ground = agent.post("/pin/redeem", body).await.ok();
        let visit = agent.open(&app, &ground).await;
        let _ = visit.admit("GET\r\nX", "/a\r\nb\u{1b}[2J\u{202e}").await;
        let shown = [
            contact.get(&format!("/grounds/{}", visit.ground)).await.ok().to_string(),
            contact.get(&format!("/visits/{}/requests", visit.id)).await.ok().to_string(),
        ];
        let bytes = app.db.bytes();
        for bad in ["\r\n", "\u{1b}", "\u{202e}", "\\r\\n", "\\u001b"] {
            assert!(shown.iter().all(|text| !text.contains(bad)), "{bad:?} in {shown:?}");
        }
        let marks = "\u{202e}".as_bytes();
        assert!(!bytes.windows(3).any(|w| w == marks), "the database holds a right-to-left override");
    }
}
