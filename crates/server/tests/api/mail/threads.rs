//! Answers, and what only looks like one.

use pforte_core::kernel::Span;
use pforte_testkit::{Browser, Letter, Mail, TestApp, on_both};
use serde_json::{Value, json};

use super::{agent, texts, ticket, tickets, why};

/// A ticket by mail that the agent took over and answered; the agent, the ticket's id, and our mail.
async fn answered(app: &TestApp) -> (Browser, Value, Mail) {
    let near = &app.world.near;
    let mut agent = agent(app).await;
    app.receive(&Letter::from(&near.customer.owner.address)).await;
    let id = tickets(&agent).await[0]["id"].clone();
    let path = format!("/tickets/{}", id.as_str().expect("an id"));
    agent.post(&format!("{path}/take-over"), json!({ "from_staff_id": null })).await.ok();
    let body = json!({ "text": "Please empty the cache.", "kind": "message", "attachments": [] });
    agent.post(&format!("{path}/messages"), body).await.ok();
    let mail = app.mail(&near.customer.owner.address, "empty the cache").await;
    (agent, id, mail)
}

async fn close(agent: &mut Browser, id: &Value) {
    let path = format!("/tickets/{}/close", id.as_str().expect("an id"));
    agent.post(&path, json!({})).await.ok();
}

on_both! {
    /// One thread: our answer names the customer's mail, and theirs comes into the ticket.
    async fn an_answer_stands_in_its_ticket_and_in_one_thread(app: TestApp) {
        let near = &app.world.near;
        let first = Letter::from(&near.customer.owner.address);
        let mut agent = agent(&app).await;
        app.receive(&first).await;
        let id = tickets(&agent).await[0]["id"].clone();
        let path = format!("/tickets/{}", id.as_str().expect("an id"));
        agent.post(&format!("{path}/take-over"), json!({ "from_staff_id": null })).await.ok();
        agent.post(&format!("{path}/messages"), json!({ "text": "Which browser?", "kind": "message", "attachments": [] })).await.ok();
        let mail = app.mail(&near.customer.owner.address, "Which browser?").await;
        assert_eq!(mail.in_reply_to, std::slice::from_ref(&first.id));
        assert!(mail.references.contains(&first.id), "{:?}", mail.references);
        app.advance(Span::minutes(5));
        app.receive(&Letter::from(&near.customer.owner.address).answering(&mail).text("Chromium, the newest.")).await;
        let whole = ticket(&agent, &id).await;
        assert_eq!(tickets(&agent).await.len(), 1);
        assert_eq!(texts(&whole).last().map(String::as_str), Some("Chromium, the newest."));
        assert_eq!(whole["state"], "open");
    }

    /// M11: From names who answers, the writer alone greets, and what nobody wrote comes from support.
    async fn m11_an_answer_comes_from_its_writer_and_greets_once(app: TestApp) {
        let near = &app.world.near;
        let mut agent = agent(&app).await;
        app.receive(&Letter::from(&near.customer.owner.address)).await;
        let id = tickets(&agent).await[0]["id"].clone();
        let path = format!("/tickets/{}", id.as_str().expect("an id"));
        agent.post(&format!("{path}/take-over"), json!({ "from_staff_id": null })).await.ok();
        let text = "Hello Marta,\n\nplease empty the cache.";
        agent.post(&format!("{path}/messages"), json!({ "text": text, "kind": "message", "attachments": [] })).await.ok();
        let mail = app.mail(&near.customer.owner.address, "empty the cache").await;
        let (name, address) = &mail.from;
        assert!(name.starts_with(&near.agent.name) && name.contains(" · "), "{name} and {}", near.agent.name);
        assert_eq!(address, "support@nordlicht.example");
        assert_eq!(mail.body.matches("Hello").count() + mail.body.matches("Guten Tag").count(), 1, "{}", mail.body);
        app.receive(&Letter::from("stranger@elsewhere.example")).await;
        let answer = app.mail("stranger@elsewhere.example", "").await;
        assert!(answer.from.0.ends_with("Hosting Support"), "{:?}", answer.from);
    }

    /// Rule B13, control 15: the proven answer reopens, for the same agent.
    async fn b13_a_proven_answer_reopens_a_closed_ticket(app: TestApp) {
        let near = &app.world.near;
        let (mut agent, id, mail) = answered(&app).await;
        close(&mut agent, &id).await;
        assert_eq!(ticket(&agent, &id).await["state"], "closed");
        app.advance(Span::minutes(5));
        app.receive(&Letter::from(&near.customer.owner.address).answering(&mail).text("doch noch nicht")).await;
        let whole = ticket(&agent, &id).await;
        assert_eq!((&whole["state"], &whole["access"]["decision"]), (&json!("open"), &json!("open")));
        let other = app.sign_in(&near.colleague).await;
        assert_ne!(ticket(&other, &id).await["access"]["decision"], "open");
    }

    /// Rule B13, control 15: spoof, auto-reply and bounce leave it closed.
    async fn b13_control_15_nothing_but_a_proven_answer_reopens(app: TestApp) {
        let near = &app.world.near;
        let (mut agent, id, mail) = answered(&app).await;
        close(&mut agent, &id).await;
        app.advance(Span::minutes(5));
        let answer = || Letter::from(&near.customer.owner.address).answering(&mail);
        app.receive(&answer().unproven()).await;
        assert_eq!(why(&agent).await, "sender.unproven");
        app.receive(&answer().header("Auto-Submitted", "auto-replied").subject("Abwesenheitsnotiz")).await;
        assert_eq!(why(&agent).await, "mail.automatic");
        app.receive(&answer().from_nobody()).await;
        let whole = ticket(&agent, &id).await;
        assert_eq!(whole["state"], "closed");
        assert_ne!(whole["access"]["decision"], "open");
        assert_eq!(texts(&whole).len(), 2);
    }

    /// Control 43: a forged reference or a number in the subject joins nothing.
    async fn control_43_a_forged_reference_joins_nothing(app: TestApp) {
        let near = &app.world.near;
        let (agent, id, mail) = answered(&app).await;
        let (ticket_part, rest) = mail.message_id.split_once('.').expect("our form");
        let forged = format!("<{}.{}>", ticket_part, rest.replace(rest.split('.').nth(1).expect("a mac").split('@').next().expect("a mac"), "aaaaaaaaaaaaaaaaaaaa"));
        app.receive(&Letter::from(&near.customer.owner.address).header("In-Reply-To", &forged)).await;
        assert_eq!(why(&agent).await, "thread.forged");
        // A number in the subject is no thread: a contact's mail is a ticket of its own.
        app.receive(&Letter::from(&near.customer.helper.address).subject("Re: error [#1001]")).await;
        assert_eq!(texts(&ticket(&agent, &id).await).len(), 2);
        assert_eq!(tickets(&agent).await.len(), 2);
    }

    /// Control 43: the right reference from somebody else's address is no key to the ticket.
    async fn control_43_who_is_not_in_the_ticket_does_not_get_in(app: TestApp) {
        let near = &app.world.near;
        let (agent, id, mail) = answered(&app).await;
        app.receive(&Letter::from(&near.customer.helper.address).answering(&mail)).await;
        assert_eq!(why(&agent).await, "thread.not_participant");
        app.receive(&Letter::from("mallory@elsewhere.example").answering(&mail)).await;
        assert_eq!(why(&agent).await, "sender.unregistered");
        let whole = ticket(&agent, &id).await;
        assert_eq!(texts(&whole).len(), 2);
        assert_eq!(whole["watchers"].as_array().map(Vec::len), Some(0));
    }

    /// Control 44: an address in Cc becomes no watcher and sees nothing.
    async fn control_44_cc_lets_nobody_in(app: TestApp) {
        let near = &app.world.near;
        let (agent, id, mail) = answered(&app).await;
        let letter = Letter::from(&near.customer.owner.address).answering(&mail);
        app.receive(&letter.header("Cc", "mallory@elsewhere.example")).await;
        let whole = ticket(&agent, &id).await;
        assert_eq!(whole["watchers"].as_array().map(Vec::len), Some(0));
        assert_eq!(whole["copied"], json!([]));
    }

    /// Control 44: a colleague in Cc reads nothing by that, and is offered to staff.
    async fn control_44_a_colleague_in_cc_is_offered_once(app: TestApp) {
        let near = app.world.near.clone();
        let (mut agent, id, mail) = answered(&app).await;
        let helper = &near.customer.helper;
        let others = format!("{}, {}", helper.address.to_uppercase(), near.other.owner.address);
        for text in ["Please go on.", "And once more."] {
            let letter = Letter::from(&near.customer.owner.address).answering(&mail).text(text);
            app.receive(&letter.header("Cc", &others)).await;
        }
        let reads = app.sign_in(helper).await;
        reads.get(&format!("/tickets/{}", id.as_str().expect("an id"))).await.refused(404, "not_found");
        let whole = ticket(&agent, &id).await;
        assert_eq!(whole["watchers"], json!([]));
        let offered: Vec<&Value> = whole["copied"].as_array().expect("a list").iter().map(|c| &c["id"]).collect();
        assert_eq!(offered, [&json!(helper.id)]);
        let path = format!("/tickets/{}/watchers", id.as_str().expect("an id"));
        app.advance(Span::seconds(1));
        agent.post(&path, json!({ "contact_id": helper.id })).await.ok();
        assert_eq!(ticket(&agent, &id).await["copied"], json!([]));
        let seen = ticket(&reads, &id).await;
        assert_eq!((&seen["copied"], texts(&seen).len()), (&json!([]), 0));
        let owner = app.sign_in(&near.customer.owner).await;
        assert_eq!(ticket(&owner, &id).await["copied"], json!([]));
    }

    /// Rules B15, B16: a late mail loses nothing: it opens a follow-up, and its sender is told.
    async fn b16_a_mail_to_a_locked_ticket_opens_a_follow_up(app: TestApp) {
        let near = &app.world.near;
        let (_, id, mail) = answered(&app).await;
        app.advance(Span::days(31));
        app.receive(&Letter::from(&near.customer.owner.address).answering(&mail).text("It is back.")).await;
        let agent = agent(&app).await;
        let old = ticket(&agent, &id).await;
        assert_eq!(old["state"], "locked");
        let next = ticket(&agent, &old["followed_by"][0]["id"]).await;
        assert_eq!(next["follows"]["id"], id);
        assert_eq!(texts(&next), ["It is back."]);
        app.mail(&near.customer.owner.address, "thirty days").await;
    }
}
