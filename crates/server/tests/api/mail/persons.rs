//! Rule Z5, decision 0024: mail of a proven, registered person is always readable by staff and always leads to a
//! ticket or an answer, whatever its words and fields; and an absence gives nothing back.

use pforte_core::kernel::Span;
use pforte_testkit::{Letter, on_both};
use serde_json::{Value, json};

use super::{agent, quarantine, ticket, tickets, why};

/// Names and values of header fields.
type Fields = &'static [(&'static str, &'static str)];

/// Subjects, bodies and fields of people's mails, each full of what machines write.
const PERSONS: [(&str, &str, Fields); 20] = [
    (
        "=?utf-8?q?Passwort_zur=C3=BCcksetzen_geht_nicht?=",
        "der Knopf tut nichts.\r\n\r\nMarta\r\n10999 Berlin",
        &[],
    ),
    ("Cannot sign in to webmail", "since the update of 2026 it fails", &[]),
    ("Security code is not accepted", "The code from my app is rejected. Ines, 20457 Hamburg", &[]),
    ("Verify your email", "Your shop asks me: https://shop.example/confirm?code=482913", &[]),
    ("Ihr Sicherheitscode", "482913", &[]),
    ("Printer", "By our mail service.", &[("Feedback-ID", "1.eu-central-1.abc:AmazonSES")]),
    (
        "Printer",
        "By our newsletter tool.",
        &[("List-Unsubscribe", "<mailto:u@x.example>"), ("Precedence", "bulk")],
    ),
    ("Printer", "From the office.", &[("X-Auto-Response-Suppress", "All")]),
    ("Printer", "From the office.", &[("Auto-Submitted", "no"), ("X-Autoreply", "no")]),
    ("Printer", "Through a filter.", &[("X-Loop", "marta@x.example")]),
    ("Auto: Motorleuchte", "Sie geht nicht aus.", &[]),
    ("Abwesenheitsnotiz: wie stelle ich sie ein?", "Wo finde ich das?", &[]),
    ("Out of Office", "Where do I turn it on?", &[]),
    ("Automatic reply does not go out", "Nobody gets mine.", &[]),
    ("Vacation", "How do I plan it?", &[]),
    (
        "Undelivered Mail Returned to Sender",
        "All our mails come back.",
        &[("X-Failed-Recipients", "a@b.example")],
    ),
    ("Newsletter", "Unsubscribe here: https://list.example/u", &[("X-Campaign-ID", "7")]),
    ("Password reset", "no-reply@x.example sends none, error 5000", &[("Feedback-ID", "1:2:3:x")]),
    ("Welcome", "Your security code never arrives", &[("Precedence", "junk")]),
    ("", "No subject at all.", &[]),
];

/// Absences as usual servers and programs write them.
const ABSENCES: [(&str, Fields); 9] = [
    (
        "Automatische Antwort: Ihre Anfrage",
        &[("Auto-Submitted", "auto-generated"), ("X-Auto-Response-Suppress", "All")],
    ),
    ("Abwesenheitsnotiz: Ihre Anfrage", &[("X-Auto-Response-Suppress", "OOF, AutoReply")]),
    ("Bin bis Montag weg", &[("X-MS-Exchange-Inbox-Rules-Loop", "marta@x.example")]),
    ("Re: Ihre Anfrage", &[("X-MS-Exchange-Generated-Message-Source", "Mailbox Rules Agent")]),
    ("Re: Ihre Anfrage", &[("X-Autoreply", "yes"), ("Precedence", "bulk")]),
    ("Re: Ihre Anfrage", &[("Precedence", "auto_reply")]),
    ("=?utf-8?q?R=C3=A9ponse_automatique_=3A_Demande?=", &[("Return-Path", "<>")]),
    ("Risposta automatica: Richiesta", &[]),
    ("=?utf-8?q?Odpowied=C5=BA_automatyczna=3A_Zg=C5=82oszenie?=", &[]),
];

fn with(letter: Letter, fields: &[(&str, &str)]) -> Letter {
    fields.iter().fold(letter, |letter, (name, value)| letter.header(name, value))
}

on_both! {
    /// Each becomes a ticket of theirs, with the words in it.
    async fn z5_whatever_a_persons_words_and_fields_a_ticket_comes_of_it(app: TestApp) {
        let owner = &app.world.near.customer.owner;
        let agent = agent(&app).await;
        for (at, (subject, body, fields)) in PERSONS.iter().enumerate() {
            app.receive(&with(Letter::from(&owner.address).subject(subject).text(body), fields)).await;
            app.advance(Span::minutes(3));
            let all = tickets(&agent).await;
            assert_eq!(all.len(), at + 1, "{subject}: {:?}", quarantine(&agent).await);
            let newest = all.iter().max_by_key(|t| t["number"].as_i64()).expect("a ticket");
            let whole = ticket(&agent, &newest["id"]).await.to_string();
            let first = body.split(['.', '\r']).next().expect("words");
            assert!(whole.contains(first) && whole.contains("proven"), "{subject}: {whole}");
        }
        assert!(quarantine(&agent).await.is_empty());
    }

    /// Inside a ticket no answer vanishes.
    async fn z5_whatever_a_persons_words_an_answer_stands_in_its_ticket(app: TestApp) {
        let owner = &app.world.near.customer.owner;
        let mut agent = agent(&app).await;
        app.receive(&Letter::from(&owner.address)).await;
        let id = tickets(&agent).await[0]["id"].clone();
        let path = format!("/tickets/{}", id.as_str().expect("an id"));
        agent.post(&format!("{path}/take-over"), json!({ "from_staff_id": null })).await.ok();
        let body = json!({ "text": "Is it better?", "kind": "message", "attachments": [] });
        agent.post(&format!("{path}/messages"), body).await.ok();
        let mail = app.mail(&owner.address, "Is it better?").await;
        for (at, (_, body, fields)) in PERSONS.iter().enumerate() {
            let text = format!("{at}th answer. {body}");
            app.receive(&with(Letter::from(&owner.address).answering(&mail).text(&text), fields)).await;
            app.advance(Span::minutes(3));
            let whole = ticket(&agent, &id).await.to_string();
            assert!(whole.contains(&format!("{at}th answer")), "{fields:?}: {:?}", quarantine(&agent).await);
        }
        assert_eq!(tickets(&agent).await.len(), 1);
    }

    /// Rules B13, Z5: an absence reopens nothing, and staff read it; what only its words show is told to the person.
    async fn b13_z5_an_absence_gives_nothing_back_and_can_be_read(app: TestApp) {
        let owner = &app.world.near.customer.owner;
        let mut agent = agent(&app).await;
        app.receive(&Letter::from(&owner.address)).await;
        let id = tickets(&agent).await[0]["id"].clone();
        let path = format!("/tickets/{}", id.as_str().expect("an id"));
        agent.post(&format!("{path}/take-over"), json!({ "from_staff_id": null })).await.ok();
        let body = json!({ "text": "It is mended.", "kind": "message", "attachments": [] });
        agent.post(&format!("{path}/messages"), body).await.ok();
        let mail = app.mail(&owner.address, "It is mended.").await;
        agent.post(&format!("{path}/close"), Value::Null).await.ok();
        app.advance(Span::seconds(1));
        for (at, (subject, fields)) in ABSENCES.iter().enumerate() {
            let text = format!("The {at}th absence.");
            let letter = Letter::from(&owner.address).answering(&mail).subject(subject).text(&text);
            app.receive(&with(letter, fields)).await;
            app.advance(Span::minutes(3));
            let whole = ticket(&agent, &id).await;
            assert_eq!(whole["state"], "closed", "{subject} {fields:?}");
            assert_eq!(why(&agent).await, "mail.automatic", "{subject} {fields:?}");
            let held = quarantine(&agent).await[0]["id"].as_str().expect("an id").to_owned();
            let shown = agent.get(&format!("/quarantine/{held}")).await.ok();
            assert!(shown["text"].as_str().is_some_and(|shown| shown.contains(&text)), "{shown}");
        }
        assert_eq!(tickets(&agent).await.len(), 1);
        let told = app.mails().await;
        let told = told.iter().filter(|mail| mail.body.contains("somebody at support will look at it")).count();
        assert_eq!(told, 1, "once a day, and of those alone that do not say that nobody wrote them");
    }

    /// Control 45: what may be a third party's confirmation is hidden from those who answer requests; a lead can
    /// look at it and let it in.
    async fn control_45_a_lead_can_undo_it(app: TestApp) {
        let near = &app.world.near;
        let mut agent = agent(&app).await;
        let letter = Letter::from("no-reply@chat.example").subject("Reset your password").text("It is 482913");
        app.receive(&letter).await;
        let id = quarantine(&agent).await[0]["id"].as_str().expect("an id").to_owned();
        let shown = agent.get(&format!("/quarantine/{id}")).await.ok();
        assert!(!shown.to_string().contains("482913"), "{shown}");
        let body = json!({ "contact_id": near.customer.owner.id, "ticket_id": null });
        agent.post(&format!("/quarantine/{id}/release"), body.clone()).await.refused(403, "mail.verification");
        let mut lead = app.sign_in(&near.support_lead).await;
        let shown = lead.get(&format!("/quarantine/{id}")).await.ok();
        assert!(shown.to_string().contains("482913"), "{shown}");
        lead.post(&format!("/quarantine/{id}/release"), body).await.ok();
        // A stranger who writes about a password is no such service, and hears something (rule Z3).
        let stranger = Letter::from("nina@elsewhere.example").subject("Reset your password fails")
            .text("Nothing happens. Nina, 10999 Berlin");
        app.receive(&stranger).await;
        assert_eq!(why(&agent).await, "sender.unregistered");
        app.mail("nina@elsewhere.example", "Your message has arrived").await;
    }
}
