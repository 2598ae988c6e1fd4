//! What contacts ask, see and write (rules P1, P15; control 44).

use pforte_core::kernel::Span;
use pforte_testkit::on_both;
use serde_json::{Value, json};

use super::{act, ask, id, request, take_over, texts, view, write};

on_both! {
    /// Rule P1: the form asks what was done, what was expected, what happened; subject and what happened
    /// must be there.
    async fn p1_the_form_asks_what_happened(app: TestApp) {
        let mut owner = app.sign_in(&app.world.near.customer.owner).await;
        let refused = owner.post("/tickets", json!({ "subject": "Error" })).await.refused(422, "input.invalid");
        assert!(refused["fields"]["happened"].is_string(), "{refused}");
        let refused = owner.post("/tickets", request("  ")).await.refused(422, "input.invalid");
        assert!(refused["fields"]["subject"].is_string(), "{refused}");
        let body = json!({ "subject": "Error \u{0}\n in the shop", "done": "a", "expected": "b", "happened": "c\u{0}", "affected": "all" });
        let made = owner.post("/tickets", body).await.ok();
        assert_eq!((&made["number"], &made["subject"]), (&json!(1001), &json!("Error in the shop")));
        assert_eq!(made["request"], json!({ "done": "a", "expected": "b", "happened": "c", "affected": "all" }));
        assert_eq!((&made["state"], &made["proof"], &made["waits_for"]), (&json!("new"), &json!("signed_in"), &json!("staff")));
        assert_eq!(owner.post("/tickets", request("Another")).await.ok()["number"], 1002);
        // Each provider counts by itself.
        let mut far = app.sign_in(&app.world.far.customer.owner).await;
        assert_eq!(far.post("/tickets", request("Theirs")).await.ok()["number"], 1001);
    }

    /// Rule P15: the portal's form is open to every contact, with or without rights.
    async fn p15_every_contact_may_ask(app: TestApp) {
        let customer = &app.world.near.customer;
        for person in [&customer.owner, &customer.helper, &customer.member] {
            let mut contact = app.sign_in(person).await;
            let ticket = ask(&mut contact, "Error").await;
            assert_eq!(view(&contact, &ticket).await["mine"], true);
        }
    }

    /// Members see what they asked or watch; owner, admins and authorised contacts all of their customer's;
    /// nobody another customer's.
    async fn contacts_see_their_own(app: TestApp) {
        let near = &app.world.near;
        let mut helper = app.sign_in(&near.customer.helper).await;
        let ticket = ask(&mut helper, "Error").await;
        let owner = app.sign_in(&near.customer.owner).await;
        assert_eq!(view(&owner, &ticket).await["mine"], false);
        let member = app.sign_in(&near.customer.member).await;
        member.get(&format!("/tickets/{ticket}")).await.refused(404, "not_found");
        assert_eq!(member.get("/tickets?state=all").await.ok()["items"], json!([]));
        assert_eq!(member.get("/tickets?q=error").await.ok()["items"], json!([]));
        let mut other = app.sign_in(&near.other.owner).await;
        other.get(&format!("/tickets/{ticket}")).await.refused(404, "not_found");
        let path = format!("/tickets?customer={}&state=all", near.customer.id);
        assert_eq!(other.get(&path).await.ok()["items"], json!([]));
        let body = json!({ "text": "Hello", "kind": "message" });
        other.post(&format!("/tickets/{ticket}/messages"), body).await.refused(404, "not_found");
        act(&mut other, &ticket, "close").await.refused(404, "not_found");
    }

    /// Control 44: who is added sees nothing earlier: no message, no request, nothing by searching.
    async fn control_44_who_is_added_sees_nothing_earlier(app: TestApp) {
        let near = &app.world.near;
        let mut owner = app.sign_in(&near.customer.owner).await;
        let mut agent = app.sign_in(&near.agent).await;
        let ticket = ask(&mut owner, "Error").await;
        write(&mut owner, &ticket, "The password is xylophone").await;
        app.advance(Span::minutes(1));
        let body = json!({ "contact_id": near.customer.member.id });
        agent.post(&format!("/tickets/{ticket}/watchers"), body).await.ok();
        app.advance(Span::minutes(1));
        write(&mut agent, &ticket, "Solved with a trombone").await;
        let mut member = app.sign_in(&near.customer.member).await;
        let seen = view(&member, &ticket).await;
        assert_eq!(seen["request"]["happened"], Value::Null);
        assert_eq!(texts(&member, &ticket).await, ["ticket.watcher_added", "Solved with a trombone"]);
        assert_eq!(member.get("/tickets?q=xylophone").await.ok()["items"], json!([]));
        assert_eq!(member.get("/tickets?q=trombone").await.ok()["items"][0]["id"], ticket.as_str());
        // They are told by mail from now on, and their word reaches the others.
        app.mail(&near.customer.member.address, "Solved with a trombone").await;
        write(&mut member, &ticket, "Thank you").await;
        app.mail(&near.customer.owner.address, "Thank you").await;
        let gone = format!("/tickets/{ticket}/watchers/{}", near.customer.member.id);
        agent.call(http::Method::DELETE, &gone, Value::Null).await.status(204);
        member.get(&format!("/tickets/{ticket}")).await.refused(404, "not_found");
    }

    /// Staff's answers go to the requester by mail, in their language and with the ticket's number; the
    /// requester's own do not come back to them.
    async fn answers_go_out_by_mail(app: TestApp) {
        let near = &app.world.near;
        let mut owner = app.sign_in(&near.customer.owner).await;
        let mut agent = app.sign_in(&near.agent).await;
        let ticket = ask(&mut owner, "Error in the shop").await;
        write(&mut owner, &ticket, "One more thing").await;
        take_over(&mut agent, &ticket).await;
        write(&mut agent, &ticket, "Please try again").await;
        let mail = app.mail(&near.customer.owner.address, "Please try again").await;
        assert_eq!(mail.subject, "Error in the shop [#1001]");
        assert!(mail.body.contains("Mara Lindqvist writes") && mail.body.contains(&format!("/requests/{ticket}")));
        let mails = app.mails().await;
        assert!(!mails.iter().any(|m| m.body.contains("One more thing")));
    }

    /// Both sides' pages hear of it at once.
    async fn both_sides_hear_of_a_message(app: TestApp) {
        let near = &app.world.near;
        let mut owner = app.sign_in(&near.customer.owner).await;
        let mut agent = app.sign_in(&near.agent).await;
        let (mut portal, mut desk) = (owner.listen(None).await, agent.listen(None).await);
        let ticket = ask(&mut owner, "Error").await;
        assert_eq!(desk.hear("tickets").await.data["ticket"], ticket.as_str());
        portal.hear("tickets").await;
        write(&mut agent, &ticket, "We look into it").await;
        assert_eq!(portal.hear("ticket").await.data["ticket"], ticket.as_str());
        let far = app.sign_in(&app.world.far.agent).await;
        assert_eq!(far.get("/tickets?state=all").await.ok()["items"], json!([]));
    }

    /// Closing with the last message.
    async fn a_message_can_close_it(app: TestApp) {
        let mut owner = app.sign_in(&app.world.near.customer.owner).await;
        let ticket = ask(&mut owner, "Error").await;
        let body = json!({ "text": "It works again", "kind": "message", "close": true });
        let written = owner.post(&format!("/tickets/{ticket}/messages"), body).await.ok();
        assert_eq!(id(&written["ticket"]), ticket);
        assert_eq!(view(&owner, &ticket).await["state"], "closed");
        act(&mut owner, &ticket, "close").await.refused(409, "ticket.closed");
    }
}
