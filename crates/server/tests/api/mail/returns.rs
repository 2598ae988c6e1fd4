//! Mails of ours that come back.

use pforte_core::kernel::Span;
use pforte_testkit::{Letter, Mail, TestApp, entries_named, on_both};
use serde_json::{Value, json};

use super::{agent, ticket, tickets};

/// A delivery report about one of our mails (RFC 3464).
fn report(about: &str, recipient: &str, status: &str) -> Letter {
    Letter::from("MAILER-DAEMON@mx.elsewhere.example")
        .from_nobody()
        .subject("Undelivered Mail Returned to Sender")
        .header("Content-Type", "multipart/report; report-type=delivery-status; boundary=b")
        .text(&format!(
            "--b\r\nContent-Type: text/plain\r\n\r\nIt could not be delivered.\r\n--b\r\n\
             Content-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.elsewhere.example\r\n\r\n\
             Final-Recipient: rfc822; {recipient}\r\nAction: failed\r\nStatus: {status}\r\n\r\n--b\r\n\
             Content-Type: text/rfc822-headers\r\n\r\nMessage-ID: <{about}>\r\nSubject: x\r\n\r\n--b--"
        ))
}

/// What is still being tried.
fn delayed(about: &str, recipient: &str) -> Letter {
    let failed = report(about, recipient, "4.2.0");
    failed.rewritten("Action: failed", "Action: delayed")
}

async fn our_mail(app: &TestApp) -> (Value, Mail) {
    let near = &app.world.near;
    let mut agent = agent(app).await;
    app.receive(&Letter::from(&near.customer.owner.address)).await;
    let id = tickets(&agent).await[0]["id"].clone();
    let path = format!("/tickets/{}", id.as_str().expect("an id"));
    agent.post(&format!("{path}/take-over"), json!({ "from_staff_id": null })).await.ok();
    let body = json!({ "text": "Is it better?", "kind": "message", "attachments": [] });
    agent.post(&format!("{path}/messages"), body).await.ok();
    (id, app.mail(&near.customer.owner.address, "Is it better?").await)
}

on_both! {
    /// Rule Z13: the address is flagged, and the ticket says so in a line.
    async fn z13_a_bounce_flags_the_address_and_stands_in_the_ticket(app: TestApp) {
        let near = &app.world.near;
        let (id, mail) = our_mail(&app).await;
        app.advance(Span::seconds(31));
        app.receive(&report(&mail.message_id, &near.customer.owner.address, "5.1.1")).await;
        let agent = agent(&app).await;
        let whole = ticket(&agent, &id).await;
        assert_eq!(whole["requester"]["address_flags"], json!(["unreachable"]));
        let events: Vec<&Value> = whole["messages"].as_array().expect("messages").iter().filter_map(|m| m["event"].get("code")).collect();
        assert!(events.contains(&&json!("mail.bounced")), "{events:?}");
        assert_eq!(whole["state"], "waiting");
        assert_eq!(entries_named(&app.app, app.world.near.provider, "mail.bounced").await.len(), 1);
    }

    /// Rule Z13: what was tried until it was given up has failed, whatever its status.
    async fn z13_a_failure_after_many_tries_is_a_failure(app: TestApp) {
        let near = &app.world.near;
        let (id, mail) = our_mail(&app).await;
        app.receive(&report(&mail.message_id, &near.customer.owner.address, "4.4.7")).await;
        app.advance(Span::seconds(31));
        let agent = agent(&app).await;
        assert_eq!(ticket(&agent, &id).await["requester"]["address_flags"], json!(["unreachable"]));
    }

    /// A report that names a mail we never sent, or another address, flags nobody.
    async fn z13_a_forged_report_flags_nobody(app: TestApp) {
        let near = &app.world.near;
        let (_, mail) = our_mail(&app).await;
        let mac = mail.message_id.split('@').next().and_then(|l| l.rsplit('.').next()).expect("a mac");
        let forged = mail.message_id.replace(mac, "aaaaaaaaaaaaaaaaaaaa");
        app.receive(&report(&forged, &near.customer.owner.address, "5.1.1")).await;
        app.receive(&report(&mail.message_id, &near.customer.helper.address, "5.1.1")).await;
        app.receive(&delayed(&mail.message_id, &near.customer.owner.address)).await;
        assert!(entries_named(&app.app, app.world.near.provider, "address.flagged").await.is_empty());
    }

    /// Rule Z13: anybody may know one of our ids; a report counts only as one from the way our mail went.
    async fn z13_a_report_by_anybody_flags_nobody(app: TestApp) {
        let near = &app.world.near;
        let (_, mail) = our_mail(&app).await;
        let address = &near.customer.owner.address;
        let made = |from: &str| {
            let report = report(&mail.message_id, address, "5.1.1");
            report.sender(from)
        };
        // By a person, by a contact, with a sender in the envelope.
        app.receive(&made("mallory@elsewhere.example")).await;
        app.receive(&made(&near.customer.helper.address)).await;
        app.receive(&made("MAILER-DAEMON@elsewhere.example").returned_to("mallory@elsewhere.example")).await;
        // Of another mail, that only names ours as what it answers.
        let other = report("1@elsewhere.example", address, "5.1.1");
        app.receive(&other.header("In-Reply-To", &format!("<{}>", mail.message_id))).await;
        // Long after.
        app.advance(Span::days(11));
        app.receive(&made("MAILER-DAEMON@mx.elsewhere.example")).await;
        assert!(entries_named(&app.app, near.provider, "address.flagged").await.is_empty());
    }

    /// Rule Z13: who writes from an address is there; an unproven mail says nothing of that.
    async fn z13_a_later_proven_mail_takes_the_flag_back(app: TestApp) {
        let near = &app.world.near;
        let (id, mail) = our_mail(&app).await;
        let address = &near.customer.owner.address;
        app.advance(Span::seconds(31));
        app.receive(&report(&mail.message_id, address, "5.1.1")).await;
        let agent = agent(&app).await;
        app.receive(&Letter::from(address).unproven()).await;
        app.receive(&Letter::from(&near.customer.helper.address)).await;
        assert_eq!(ticket(&agent, &id).await["requester"]["address_flags"], json!(["unreachable"]));
        app.receive(&Letter::from(address).answering(&mail)).await;
        assert_eq!(ticket(&agent, &id).await["requester"]["address_flags"], json!([]));
        assert_eq!(entries_named(&app.app, near.provider, "address.reached").await.len(), 1);
        app.receive(&Letter::from(address).answering(&mail)).await;
        assert_eq!(entries_named(&app.app, near.provider, "address.reached").await.len(), 1);
    }
}
