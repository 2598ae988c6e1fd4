//! Guests: invited to a ticket, and nothing else (rule M6).

use http::Method;
use pforte_core::kernel::Span;
use pforte_testkit::{Browser, PASSWORD, TestApp, on_both};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::attachments::{ticket_with, upload};

const EMAIL: &str = "gero@partner.example";

fn invitation(ticket: Uuid) -> Value {
    json!({ "email": EMAIL, "first_name": "Gero", "last_name": "Halm", "ticket_id": ticket, "language": "en" })
}

/// The code that an app with this secret shows now.
fn code_of(app: &TestApp, secret: &str) -> String {
    let secret = data_encoding::BASE32_NOPAD.decode(secret.as_bytes()).expect("base 32");
    let totp = pforte_server::cx::password::totp(&secret, "", "").expect("a secret");
    totp.generate(u64::try_from(app.app.sources.now().0 / 1_000_000).expect("after 1970")).to_string()
}

/// Has the support lead invite a guest; answers token and code.
async fn invite(app: &TestApp, lead: &mut Browser, ticket: Uuid) -> (String, String) {
    let invited = lead.post("/guests", invitation(ticket)).await.ok();
    assert_eq!(invited["staff"]["username"], "gero");
    let code = invited["code"].as_str().expect("a code").to_owned();
    let mail = app.mail(EMAIL, "/guest#").await;
    assert!(!mail.raw.contains(&code), "the code is in the mail");
    (mail.token(), code)
}

on_both! {
    /// Rule M6: a guest is invited by mail, sets up password and one-time codes with a code that came another
    /// way, and sees the one ticket from then on; no other, no customers, no search, no access.
    async fn m6_a_guest_sees_the_ticket_they_were_invited_to(app: TestApp) {
        let near = app.world.near.clone();
        let mut owner = app.sign_in(&near.customer.owner).await;
        let early = upload(&mut owner, "early.txt", "text/plain", b"early").await;
        let ticket = ticket_with(&app, &near.customer.owner, vec![early]).await;
        let other = ticket_with(&app, &near.other.owner, vec![]).await;
        app.advance(Span::minutes(1));
        let mut lead = app.sign_in(&near.support_lead).await;
        let (token, code) = invite(&app, &mut lead, ticket.id().0).await;

        let mut guest = app.browser();
        let look = json!({ "token": token, "code": code.to_lowercase() });
        let start = guest.post("/guests/activation/look", look).await.ok();
        assert_eq!(start["username"], "gero");
        let totp = code_of(&app, start["totp_secret"].as_str().expect("a secret"));
        let with = |password: &str, totp: &str| {
            json!({ "token": token, "code": code, "password": password, "totp": totp })
        };
        guest.post("/guests/activation", with(PASSWORD, "000000")).await.refused(422, "input.invalid");
        guest.post("/guests/activation", with("short", &totp)).await.refused(422, "input.invalid");
        let me = guest.post("/guests/activation", with(PASSWORD, &totp)).await.ok();
        assert_eq!((&me["strength"], &me["staff"]["roles"]), (&json!("password_totp"), &json!(["guest"])));
        guest.clone().post("/guests/activation", with(PASSWORD, &totp)).await.refused(410, "sign_in.link_spent");

        // What was written before is not theirs to read (control 44).
        let shown = guest.get(&format!("/tickets/{}", ticket.id())).await.ok();
        assert_eq!(shown["messages"], json!([]));
        guest.get(&format!("/attachments/{early}")).await.refused(404, "not_found");
        let write = json!({ "text": "Anything new?", "kind": "message", "attachments": [], "close": false });
        owner.post(&format!("/tickets/{}/messages", ticket.id()), write).await.ok();
        let shown = guest.get(&format!("/tickets/{}", ticket.id())).await.ok();
        assert_eq!(shown["messages"].as_array().map(Vec::len), Some(1));
        assert_eq!(guest.get("/tickets").await.ok()["items"].as_array().map(Vec::len), Some(1));
        guest.get(&format!("/tickets/{}", other.id())).await.refused(404, "not_found");
        let note = json!({ "text": "psst", "kind": "note", "attachments": [], "close": false });
        let answer = guest.post(&format!("/tickets/{}/messages", ticket.id()), note).await;
        assert!(answer.status.is_client_error(), "{answer:?}");
        for path in ["/customers", "/search?q=Oduya", "/products", "/staff", "/tickets/counts"] {
            guest.get(path).await.status(403);
        }
        guest.post(&format!("/tickets/{}/take-over", ticket.id()), json!({ "from_staff_id": null })).await.status(403);

        // They sign in like staff, and a further invitation tells them without a new link.
        app.advance(Span::minutes(1));
        let totp = code_of(&app, start["totp_secret"].as_str().expect("a secret"));
        let body = json!({ "provider": "nordlicht", "username": "gero", "password": PASSWORD, "totp": totp });
        let mut again = app.browser();
        again.post("/sign-in/staff", body).await.ok();
        let invited = lead.post("/guests", invitation(other.id().0)).await.ok();
        assert_eq!(invited["code"], Value::Null);
        again.get(&format!("/tickets/{}", other.id())).await.ok();

        // Who may invite them takes them off, also of a colleague's ticket (rule B11).
        let mut agent = app.sign_in(&near.agent).await;
        let take = format!("/tickets/{}/take-over", other.id());
        agent.post(&take, json!({ "from_staff_id": null })).await.ok();
        let off = format!("/tickets/{}/watchers/{}", other.id(), me["id"].as_str().expect("an id"));
        let mut colleague = app.sign_in(&near.colleague).await;
        colleague.call(Method::DELETE, &off, Value::Null).await.refused(403, "ticket.not_yours");
        lead.call(Method::DELETE, &off, Value::Null).await.status(204);
        again.get(&format!("/tickets/{}", other.id())).await.refused(404, "not_found");
    }

    /// An invitation is spent after five wrong codes, and after seven days.
    async fn m6_an_invitation_cannot_be_guessed(app: TestApp) {
        let near = app.world.near.clone();
        let ticket = ticket_with(&app, &near.customer.owner, vec![]).await;
        let mut lead = app.sign_in(&near.support_lead).await;
        let (token, code) = invite(&app, &mut lead, ticket.id().0).await;
        let mut browser = app.browser();
        for _ in 0..5 {
            let wrong = json!({ "token": token, "code": "AAAA-AAAA" });
            browser.post("/guests/activation/look", wrong).await.refused(401, "sign_in.wrong");
        }
        let right = json!({ "token": token, "code": code });
        browser.post("/guests/activation/look", right).await.refused(410, "sign_in.link_spent");
        // Another invitation works, until it is too old.
        let invited = lead.post("/guests", invitation(ticket.id().0)).await.ok();
        let mails = app.mails().await;
        let mail = mails.iter().rev().find(|m| m.to == EMAIL && !m.body.contains(&token)).expect("another mail");
        let right = json!({ "token": mail.token(), "code": invited["code"] });
        browser.post("/guests/activation/look", right.clone()).await.ok();
        app.advance(Span::days(7));
        browser.post("/guests/activation/look", right).await.refused(410, "sign_in.link_spent");
    }

    /// Rules M6, B15, B16: nobody is invited to a locked or merged request; to a closed one they are, for it
    /// can be opened again. Who watches a locked one can be taken off, and that writes nothing in it.
    async fn m6_b15_nobody_is_invited_to_a_locked_request(app: TestApp) {
        let near = app.world.near.clone();
        let ticket = ticket_with(&app, &near.customer.owner, vec![]).await.id();
        let other = ticket_with(&app, &near.customer.owner, vec![]).await.id();
        let mut lead = app.sign_in(&near.support_lead).await;
        lead.post(&format!("/tickets/{other}/merge"), json!({ "into_id": ticket })).await.ok();
        lead.post("/guests", invitation(other.0)).await.refused(409, "ticket.merged");
        lead.post(&format!("/tickets/{ticket}/close"), Value::Null).await.ok();
        let invited = lead.post("/guests", invitation(ticket.0)).await.ok();
        app.advance(Span::days(30));
        let mut lead = app.sign_in(&near.support_lead).await;
        let mails = app.mails().await.len();
        lead.post("/guests", invitation(ticket.0)).await.refused(423, "ticket.locked");
        assert_eq!(app.mails().await.len(), mails);
        let before = lead.get(&format!("/tickets/{ticket}")).await.ok();
        let gone = format!("/tickets/{ticket}/watchers/{}", invited["staff"]["id"].as_str().expect("an id"));
        lead.call(http::Method::DELETE, &gone, Value::Null).await.status(204);
        let after = lead.get(&format!("/tickets/{ticket}")).await.ok();
        assert_eq!(after["messages"], before["messages"], "a locked request stays as it is");
        assert_eq!(after["watchers"], json!([]));
    }

    /// A colleague is no guest, and nobody is invited to what is not there.
    async fn m6_only_strangers_are_invited(app: TestApp) {
        let near = app.world.near.clone();
        let ticket = ticket_with(&app, &near.customer.owner, vec![]).await;
        let far = ticket_with(&app, &app.world.far.customer.owner, vec![]).await;
        let mut admin = app.sign_in(&near.admin).await;
        let mut body = invitation(ticket.id().0);
        body["email"] = json!(near.agent.address);
        admin.post("/guests", body.clone()).await.refused(409, "guest.is_staff");
        body["email"] = json!("no address");
        admin.post("/guests", body).await.refused(422, "input.invalid");
        admin.post("/guests", invitation(far.id().0)).await.refused(404, "not_found");
        let mut agent = app.sign_in(&near.agent).await;
        agent.post("/guests", invitation(ticket.id().0)).await.refused(403, "staff.leads_only");
        let mut success = app.sign_in(&near.success_lead).await;
        success.post("/guests", invitation(ticket.id().0)).await.refused(403, "staff.leads_only");
    }
}
