//! Fields that decide, and who stands behind them: what somebody adds to a signed mail counts for nothing
//! (rule Z5).

use pforte_core::kernel::Span;
use pforte_testkit::{Browser, Letter, Mail, TestApp, on_both};
use serde_json::{Value, json};

use super::{agent, quarantine, texts, ticket, tickets, why};

const US: &str = "support@nordlicht.example";

fn path(id: &Value) -> String {
    format!("/tickets/{}", id.as_str().expect("an id"))
}

/// A closed ticket of the owner's that the agent had, and the agent's mail in it.
async fn closed(app: &TestApp) -> (Browser, Value, Mail) {
    let owner = &app.world.near.customer.owner;
    let mut agent = agent(app).await;
    app.receive(&Letter::from(&owner.address)).await;
    let id = tickets(&agent).await[0]["id"].clone();
    agent.post(&format!("{}/take-over", path(&id)), json!({ "from_staff_id": null })).await.ok();
    let body = json!({ "text": "Please empty the cache.", "kind": "message", "attachments": [] });
    agent.post(&format!("{}/messages", path(&id)), body).await.ok();
    let mail = app.mail(&owner.address, "empty the cache").await;
    agent.post(&format!("{}/close", path(&id)), json!({})).await.ok();
    app.advance(Span::minutes(5));
    (agent, id, mail)
}

on_both! {
    /// Rules Z5, B13: an added reference reopens nothing; the request is one of its own.
    async fn z5_b13_an_added_reference_reopens_nothing(app: TestApp) {
        let owner = &app.world.near.customer.owner;
        let (agent, id, mail) = closed(&app).await;
        let added = Letter::from(&owner.address).answering(&mail).text("Please do delete it.");
        app.receive(&added.signed_over("to:in-reply-to-x")).await;
        let whole = ticket(&agent, &id).await;
        assert_eq!((&whole["state"], texts(&whole).len()), (&json!("closed"), 2));
        assert_ne!(whole["access"]["decision"], "open");
        let all = tickets(&agent).await;
        assert_eq!((all.len(), &all[0]["proof"]), (2, &json!("proven")), "nothing is lost");
        // A signed one reopens it, for the same agent.
        let signed = Letter::from(&owner.address).answering(&mail).text("doch noch nicht");
        app.receive(&signed.signed_over("to:in-reply-to:references")).await;
        let whole = ticket(&agent, &id).await;
        assert_eq!((&whole["state"], &whole["access"]["decision"]), (&json!("open"), &json!("open")));
    }

    /// Rule Z5: one of the two fields that is signed is enough; the other one, added, changes nothing.
    async fn z5_a_signed_reference_stands_beside_an_added_one(app: TestApp) {
        let owner = &app.world.near.customer.owner;
        let (agent, id, mail) = closed(&app).await;
        app.receive(&Letter::from(&owner.address).answering(&mail).signed_over("to:references")).await;
        assert_eq!(ticket(&agent, &id).await["state"], "open");
        assert_eq!(tickets(&agent).await.len(), 1);
    }

    /// Rules Z5, B10: in an open ticket it is a message, and not the customer's word that opens the product.
    async fn z5_b10_an_added_reference_is_nobodys_word(app: TestApp) {
        let near = app.world.near.clone();
        let mut agent = agent(&app).await;
        let body = json!({ "contact_id": near.customer.owner.id, "channel": "phone", "subject": "A question", "text": "May I look?" });
        let opened = agent.post("/tickets", body).await.ok();
        let id = opened["id"].clone();
        agent.post(&format!("{}/take-over", path(&id)), json!({ "from_staff_id": null })).await.ok();
        assert_ne!(ticket(&agent, &id).await["access"]["decision"], "open");
        let mail = app.mails().await.into_iter().rfind(|mail| mail.to == near.customer.owner.address).expect("a mail");
        app.advance(Span::minutes(5));
        let answer = || Letter::from(&near.customer.owner.address).answering(&mail);
        app.receive(&answer().text("To a friend").signed_over("to")).await;
        let whole = ticket(&agent, &id).await;
        assert_eq!(texts(&whole).last().map(String::as_str), Some("To a friend"));
        assert_ne!(whole["access"]["decision"], "open");
        app.receive(&answer().text("Yes").signed_over("to:references")).await;
        assert_eq!(ticket(&agent, &id).await["access"]["decision"], "open");
    }

    /// Rule Z5: a mail to a friend with us added in Cc is not one to us; nor is a yes to it a reopening.
    async fn z5_an_added_cc_is_not_written_to_us(app: TestApp) {
        let owner = &app.world.near.customer.owner;
        let (agent, id, mail) = closed(&app).await;
        let friend = Letter::from(&owner.address).addressed("Friend <friend@elsewhere.example>").answering(&mail);
        app.receive(&friend.header("Cc", US).signed_over("to")).await;
        let waiting = quarantine(&agent).await;
        let codes: Vec<_> = waiting[0]["why"].as_array().expect("codes").iter().filter_map(Value::as_str).collect();
        assert_eq!(codes, ["sender.unproven", "auth.unsigned", "thread.unvouched"]);
        let token = app.mail(&owner.address, "/challenge#").await.token();
        app.browser().post("/challenge/answer", json!({ "token": token, "yes": true })).await.ok();
        let whole = ticket(&agent, &id).await;
        assert_eq!((&whole["state"], texts(&whole).len()), (&json!("closed"), 2));
        assert_eq!((tickets(&agent).await.len(), quarantine(&agent).await.len()), (2, 0));
        // Signed, or brought by the sender's own servers, the copy is meant.
        let copy = || Letter::from(&owner.address).addressed("friend@elsewhere.example").header("Cc", US);
        app.receive(&copy().signed_over("to:cc")).await;
        app.receive(&copy()).await;
        assert_eq!(tickets(&agent).await.len(), 4);
    }

    /// Rule Z5: another boundary makes an attached mail's words nobody's.
    async fn z5_an_unsigned_boundary_chooses_no_words(app: TestApp) {
        let owner = &app.world.near.customer.owner;
        let agent = agent(&app).await;
        let body = "--a\r\n\r\nSee below.\r\n--a\r\nContent-Type: message/rfc822\r\n\r\n\
                    Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nDelete all.\r\n--b--\r\n--a--\r\n";
        let letter = |mark: &str| {
            let kind = format!("multipart/mixed; boundary={mark}");
            Letter::from(&owner.address).header("Content-Type", &kind).text(body).signed_over("to")
        };
        app.receive(&letter("b")).await;
        assert_eq!(why(&agent).await, "sender.unproven");
        assert!(tickets(&agent).await.is_empty());
        app.receive(&letter("a")).await;
        let all = tickets(&agent).await;
        assert_eq!(texts(&ticket(&agent, &all[0]["id"]).await), ["See below."]);
    }

    /// Control 44: a colleague whom somebody added in Cc is offered to nobody.
    async fn z5_control_44_an_added_colleague_is_not_offered(app: TestApp) {
        let near = app.world.near.clone();
        let (agent, ..) = closed(&app).await;
        let letter = || Letter::from(&near.customer.owner.address).header("Cc", &near.customer.helper.address);
        app.receive(&letter().signed_over("to")).await;
        assert_eq!(ticket(&agent, &tickets(&agent).await[0]["id"]).await["copied"], json!([]));
        app.receive(&letter().signed_over("to:cc")).await;
        let copied = ticket(&agent, &tickets(&agent).await[0]["id"]).await["copied"].clone();
        assert_eq!(copied.as_array().map(Vec::len), Some(1), "{copied}");
    }

    /// Rule Z5, control 43: who answers their own mail, or names their ticket's number, goes on in it.
    async fn z5_control_43_ones_own_mail_and_number_lead_to_ones_own_ticket(app: TestApp) {
        let near = app.world.near.clone();
        let agent = agent(&app).await;
        let first = Letter::from(&near.customer.owner.address);
        app.receive(&first).await;
        let id = tickets(&agent).await[0]["id"].clone();
        let number = tickets(&agent).await[0]["number"].as_i64().expect("a number");
        let own = format!("<{}>", first.id);
        app.receive(&Letter::from(&near.customer.owner.address).header("In-Reply-To", &own).text("one more")).await;
        app.receive(&Letter::from(&near.customer.owner.address).header("References", &own).text("two more")).await;
        for subject in [format!("Re: error [#{number}]"), format!("AW: Anfrage #{number}: Kasse")] {
            app.receive(&Letter::from(&near.customer.owner.address).subject(&subject).text("by number")).await;
        }
        assert_eq!((tickets(&agent).await.len(), texts(&ticket(&agent, &id).await).len()), (1, 5));
        // Somebody else's number or mail lets nobody in, and is a request of their own.
        let subject = format!("Re: error [#{number}]");
        app.receive(&Letter::from(&near.customer.helper.address).subject(&subject)).await;
        app.receive(&Letter::from(&near.customer.helper.address).header("In-Reply-To", &own)).await;
        app.receive(&Letter::from(&near.customer.owner.address).subject(&format!("Invoice #{number}00"))).await;
        app.receive(&Letter::from("mallory@elsewhere.example").subject(&subject).header("In-Reply-To", &own)).await;
        assert_eq!((tickets(&agent).await.len(), texts(&ticket(&agent, &id).await).len()), (4, 5));
        assert_eq!(ticket(&agent, &id).await["watchers"].as_array().map(Vec::len), Some(0));
        // A forger learns nothing by a number, and leaves no line in the ticket.
        let before = ticket(&agent, &id).await["messages"].as_array().map(Vec::len);
        app.receive(&Letter::from(&near.customer.owner.address).subject(&subject).unproven()).await;
        assert_eq!(ticket(&agent, &id).await["messages"].as_array().map(Vec::len), before);
    }

    /// Rule Z5: an added reference to one's own mail reopens nothing either.
    async fn z5_an_added_reference_to_ones_own_mail_reopens_nothing(app: TestApp) {
        let owner = &app.world.near.customer.owner;
        let mut agent = agent(&app).await;
        let first = Letter::from(&owner.address);
        app.receive(&first).await;
        let id = tickets(&agent).await[0]["id"].clone();
        agent.post(&format!("{}/take-over", path(&id)), json!({ "from_staff_id": null })).await.ok();
        agent.post(&format!("{}/close", path(&id)), json!({})).await.ok();
        app.advance(Span::minutes(5));
        let own = format!("<{}>", first.id);
        app.receive(&Letter::from(&owner.address).header("In-Reply-To", &own).signed_over("to")).await;
        assert_eq!((ticket(&agent, &id).await["state"].clone(), tickets(&agent).await.len()), (json!("closed"), 2));
        // Nor does the person's yes to a mail to which it was added.
        app.receive(&Letter::from(&owner.address).header("In-Reply-To", &own).unproven()).await;
        let token = app.mail(&owner.address, "/challenge#").await.token();
        app.browser().post("/challenge/answer", json!({ "token": token, "yes": true })).await.ok();
        assert_eq!((ticket(&agent, &id).await["state"].clone(), tickets(&agent).await.len()), (json!("closed"), 3));
        app.receive(&Letter::from(&owner.address).header("In-Reply-To", &own).signed_over("to:in-reply-to")).await;
        assert_eq!(ticket(&agent, &id).await["state"], "open");
    }
}
