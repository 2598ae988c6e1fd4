//! Mails that become tickets.

use pforte_core::kernel::Span;
use pforte_mail::transport::Taken;
use pforte_testkit::{Letter, entries_named, on_both};
use serde_json::json;

use super::{agent, quarantine, texts, ticket, tickets};

on_both! {
    /// Rules Z1, Z2, Z5: a registered contact's proven mail is a ticket, with name, customer and proof.
    async fn z5_a_proven_mail_of_a_registered_contact_opens_a_ticket(app: TestApp) {
        let near = &app.world.near;
        let agent = agent(&app).await;
        app.receive(&Letter::from(&near.customer.owner.address)).await;
        let all = tickets(&agent).await;
        assert_eq!(all.len(), 1);
        let line = &all[0];
        assert_eq!(line["subject"], "The shop shows an error");
        assert_eq!(line["contact"]["name"], near.customer.owner.name);
        assert_eq!(line["customer"]["number"], near.customer.number);
        assert_eq!((&line["proof"], &line["channel"], &line["state"]), (&json!("proven"), &json!("mail"), &json!("new")));
        let whole = ticket(&agent, &line["id"]).await;
        assert_eq!(texts(&whole), ["Since this morning the basket stays empty."]);
        assert!(quarantine(&agent).await.is_empty());
        assert_eq!(entries_named(&app.app, app.world.near.provider, "mail.received").await.len(), 1);
    }

    /// Rule B10: taking the customer's own ticket over opens the product, for that one agent.
    async fn b10_x8_a_mail_opens_nothing_until_somebody_takes_it_over(app: TestApp) {
        let near = &app.world.near;
        let mut agent = agent(&app).await;
        app.receive(&Letter::from(&near.customer.owner.address)).await;
        let id = tickets(&agent).await[0]["id"].clone();
        let before = ticket(&agent, &id).await;
        assert_eq!(before["access"]["decision"], "needs");
        let path = format!("/tickets/{}/take-over", id.as_str().expect("an id"));
        let after = agent.post(&path, json!({ "from_staff_id": null })).await.ok();
        assert_eq!(after["access"]["decision"], "open", "{}", after["access"]);
    }

    /// Handed over twice (a crash between taking and marking), it is one ticket; trace fields do not matter.
    async fn a_message_handed_over_twice_makes_one_ticket(app: TestApp) {
        let near = &app.world.near;
        let agent = agent(&app).await;
        let letter = Letter::from(&near.customer.owner.address);
        assert_eq!(app.receive(&letter).await, Taken::New);
        assert_eq!(app.receive(&letter).await, Taken::Known);
        assert_eq!(app.receive(&letter.clone().header("Delivered-To", "hilfe@nordlicht.example")).await, Taken::Known);
        assert_eq!(tickets(&agent).await.len(), 1);
        assert_eq!(app.receive(&Letter::from(&near.customer.owner.address)).await, Taken::New);
        assert_eq!(tickets(&agent).await.len(), 2);
    }

    /// Rule P2: who may ask for support writes by mail; the other provider's contact is nobody here.
    async fn p2_only_support_authorised_contacts_of_this_provider_open_tickets(app: TestApp) {
        let (near, far) = (&app.world.near, &app.world.far);
        let agent = agent(&app).await;
        app.receive(&Letter::from(&near.customer.helper.address)).await;
        app.receive(&Letter::from(&near.customer.member.address)).await;
        app.receive(&Letter::from(&far.customer.owner.address)).await;
        let all = tickets(&agent).await;
        assert_eq!(all.len(), 1);
        assert_eq!(all[0]["contact"]["name"], near.customer.helper.name);
        let waiting = quarantine(&agent).await;
        assert_eq!(waiting[0]["why"][0], "sender.unregistered");
        assert_eq!(waiting[1]["why"][0], "sender.not_authorised");
    }

    /// Files come along, once each, and only a redacted copy of one with live secrets (control 48).
    async fn m10_control_48_files_come_along_and_secrets_do_not(app: TestApp) {
        let near = &app.world.near;
        let agent = agent(&app).await;
        let letter = Letter::from(&near.customer.owner.address)
            .header("Content-Type", "multipart/mixed; boundary=part")
            .text(
                "--part\r\nContent-Type: text/plain\r\n\r\nSee the file.\r\n--part\r\n\
                 Content-Type: text/plain; name=trace.txt\r\nContent-Disposition: attachment; filename=trace.txt\r\n\r\n\
                 curl https://shop.example/ -H 'Cookie: session=abcdef0123456789abcdef'\r\n--part--",
            );
        app.receive(&letter).await;
        let whole = ticket(&agent, &tickets(&agent).await[0]["id"]).await;
        let file = &whole["messages"][0]["attachments"][0];
        assert_eq!((&file["name"], &file["live_secrets"]), (&json!("trace.txt"), &json!(true)));
        let shown = agent.get(&format!("/attachments/{}", file["id"].as_str().expect("an id"))).await;
        let text = shown.status(200).text();
        assert!(text.contains("shop.example") && !text.contains("abcdef0123456789"), "{text}");
    }

    /// Nothing of the sender's is dropped: what the database refuses for now is asked for again.
    async fn w2_while_nothing_can_be_written_nothing_is_taken(app: TestApp) {
        let near = &app.world.near;
        let agent = agent(&app).await;
        app.advance(Span::seconds(1));
        app.app.writer.stop().await;
        let handed = pforte_mail::transport::Handed {
            raw: Letter::from(&near.customer.owner.address).raw().into(),
            way: pforte_mail::transport::Way::Lmtp,
            recipient: "support@nordlicht.example".into(),
            return_path: None,
            client: None,
            cut: None,
        };
        assert!(pforte_server::post::intake::take(&app.app, handed).await.is_err());
        assert!(tickets(&agent).await.is_empty() && quarantine(&agent).await.is_empty());
    }
}
