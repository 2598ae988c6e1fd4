//! What a word is worth at each door of a ticket (rules B10, B13, X8; decision 0025).

use pforte_core::{
    entry::{Entry, Event},
    kernel::Span,
    ticket::Opener,
};
use pforte_testkit::{Browser, Letter, TestApp, entries_named, on_both};
use serde_json::{Value, json};

use super::{access, act, ask, fresh, id, running, take_over, view, write};

const SHUT: &str = "needs.customer_word";

/// A ticket that is shut for the agent who has it, made in one of the ways in which the customer's word would
/// open it; then the contact speaks through the door, signed in as they are.
async fn through(app: &TestApp, agent: &mut Browser, contact: &mut Browser, door: &str) -> String {
    let near = &app.world.near;
    app.advance(Span::seconds(31));
    match door {
        "new request" => {
            let ticket = ask(contact, "The shop shows an error").await;
            take_over(agent, &ticket).await;
            ticket
        }
        "message" => {
            let body = json!({ "contact_id": near.customer.owner.id, "channel": "phone", "subject": "Called",
                "text": "An error" });
            let ticket = id(&agent.post("/tickets", body).await.ok());
            take_over(agent, &ticket).await;
            write(contact, &ticket, "ok").await;
            ticket
        }
        "message in a closed one" | "reopen" => {
            let mut owner = fresh(app, &near.customer.owner).await;
            let ticket = ask(&mut owner, "The shop shows an error").await;
            take_over(agent, &ticket).await;
            act(agent, &ticket, "close").await.ok();
            app.advance(Span::seconds(1));
            match door {
                "reopen" => act(contact, &ticket, "reopen").await.ok(),
                _ => write(contact, &ticket, "Still there").await,
            };
            ticket
        }
        _ => panic!("no such door: {door}"),
    }
}

const DOORS: [&str; 4] = ["new request", "message", "message in a closed one", "reopen"];

on_both! {
    /// Rules B10, B13, X8: every door × a link from a mail and a password. What the link's word says is
    /// taken and opens nothing; both sides read what it waits for, and the password opens it.
    async fn x8_a_links_word_opens_nothing_at_any_door(app: TestApp) {
        let near = &app.world.near;
        let mut agent = app.sign_in(&near.agent).await;
        for door in DOORS {
            let mut by_link = app.sign_in_by_link(&near.customer.owner).await;
            let ticket = through(&app, &mut agent, &mut by_link, door).await;
            assert_eq!(access(&agent, &ticket).await, SHUT, "{door}");
            for side in [&agent, &by_link] {
                assert_eq!(view(side, &ticket).await["access_waits_for"], "sign_in", "{door}");
            }
            act(&mut by_link, &ticket, "confirm").await.refused(403, "sign_in.needs_confirmation");
            assert_eq!(access(&agent, &ticket).await, SHUT, "{door}");
            let mut sure = fresh(&app, &near.customer.owner).await;
            act(&mut sure, &ticket, "confirm").await.ok();
            assert_eq!(access(&agent, &ticket).await, "masked", "{door}");
            assert_eq!(view(&sure, &ticket).await["access_waits_for"], Value::Null, "{door}");
            // What weighs the same is opened by a password's word at once.
            let ticket = through(&app, &mut agent, &mut sure, door).await;
            assert_eq!(access(&agent, &ticket).await, "masked", "{door} by password");
        }
    }

    /// What was typed keeps how surely it was known whose it is, and the log tells the same.
    async fn x8_a_message_keeps_the_strength_it_was_written_with(app: TestApp) {
        let near = &app.world.near;
        let mut by_link = app.sign_in_by_link(&near.customer.owner).await;
        let ticket = ask(&mut by_link, "The shop shows an error").await;
        write(&mut by_link, &ticket, "by link").await;
        let mut sure = app.sign_in(&near.customer.owner).await;
        write(&mut sure, &ticket, "by password").await;
        let mut agent = app.sign_in(&near.agent).await;
        take_over(&mut agent, &ticket).await;
        write(&mut agent, &ticket, "by staff").await;
        let seen = view(&agent, &ticket).await;
        let strength = |text: &str| {
            let all = seen["messages"].as_array().expect("messages");
            all.iter().find(|m| m["text"] == text).expect("it stands there")["strength"].clone()
        };
        let found = ["by link", "by password", "by staff"].map(strength);
        assert_eq!(found, [json!("link"), json!("password"), Value::Null]);
        assert_eq!(seen["requester"]["proven"], "signed_in_by_link");
        let opened = entries_named(&app.app, near.provider, "ticket.opened").await;
        let by = |entry: &Entry| matches!(entry.event, Event::TicketOpened { by: Opener::Link, .. });
        assert!(opened.iter().any(by), "{opened:?}");
    }

    /// A follow-up of a locked one is a request like any other.
    async fn x8_b16_a_follow_up_by_link_opens_nothing(app: TestApp) {
        let near = &app.world.near;
        let mut owner = app.sign_in(&near.customer.owner).await;
        let ticket = ask(&mut owner, "The shop shows an error").await;
        app.advance(Span::days(31));
        let mut by_link = app.sign_in_by_link(&near.customer.owner).await;
        let wrote = by_link.post(&format!("/tickets/{ticket}/follow-up"), json!({ "text": "Once more" })).await.ok();
        let mut agent = app.sign_in(&near.agent).await;
        take_over(&mut agent, &id(&wrote)).await;
        assert_eq!(access(&agent, &id(&wrote)).await, SHUT);
    }

    /// What the customer opened by their own word stays open: a link's word takes nothing away either.
    async fn x8_a_links_word_shuts_nothing(app: TestApp) {
        let run = running(&app).await;
        let mut by_link = app.sign_in_by_link(&app.world.near.customer.owner).await;
        write(&mut by_link, &run.ticket, "It is still there").await;
        assert_eq!(access(&run.agent, &run.ticket).await, "masked");
        assert_eq!(view(&run.agent, &run.ticket).await["access_waits_for"], Value::Null);
    }

    /// Rule B13: a proven mail is the customer's own word; an unproven one, or a machine's, is none.
    async fn b13_x8_of_mails_only_a_proven_one_gives_access_back(app: TestApp) {
        let near = &app.world.near;
        let owner = &near.customer.owner;
        let run = running(&app).await;
        let mut agent = run.agent;
        write(&mut agent, &run.ticket, "Is it better?").await;
        let mail = app.mail(&owner.address, "Is it better?").await;
        act(&mut agent, &run.ticket, "close").await.ok();
        app.advance(Span::seconds(31));
        app.receive(&Letter::from(&owner.address).unproven().answering(&mail)).await;
        app.receive(&Letter::from(&owner.address).answering(&mail).header("Auto-Submitted", "auto-replied")).await;
        assert_eq!(view(&agent, &run.ticket).await["state"], "closed");
        app.receive(&Letter::from(&owner.address).answering(&mail)).await;
        assert_eq!(access(&agent, &run.ticket).await, "masked");
    }
}
