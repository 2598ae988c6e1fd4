//! Files: in, out, and by whom (rule M10, controls 44, 48, 49, 58).

use std::{fs::File, time::SystemTime};

use axum::body::Body;
use http::{Request, header};
use pforte_core::{
    entry::{Actor, Event},
    kernel::Span,
    ticket::{MessageKind, Opener, Priority, TicketChannel},
};
use pforte_server::{
    attachment::sweep,
    cx::{Problem, Step},
    ticket::{Asked, NewMessage, NewTicket, Opened, open_in, put},
};
use pforte_store::{
    contact,
    message::{Author, MessageRecord},
    sign_in,
    ticket::TicketRecord,
    watcher::{self, Watcher},
};
use pforte_testkit::{Answer, Browser, PUBLIC_ORIGIN, Person, TestApp, entries_named, on_both};
use serde_json::{Value, json};
use uuid::Uuid;

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR";
/// A recording with somebody's session.
pub const HAR: &str = r#"{"log":{"version":"1.2","creator":{"name":"x","version":"1"},"entries":[{"startedDateTime":"2026-01-15T09:00:00Z","time":1,"request":{"method":"GET","url":"https://panel.example/","httpVersion":"HTTP/1.1","headers":[{"name":"Cookie","value":"session=OPENSESAME"}],"cookies":[{"name":"session","value":"OPENSESAME"}],"queryString":[],"headersSize":1,"bodySize":0},"response":{"status":200,"statusText":"OK","httpVersion":"HTTP/1.1","headers":[],"cookies":[],"content":{"size":0,"mimeType":"text/html"},"redirectURL":"","headersSize":1,"bodySize":0},"cache":{},"timings":{"send":1,"wait":1,"receive":1}}]}}"#;
const SECRET: &str = "OPENSESAME";

/// Uploads a file as a browser does.
pub async fn try_upload(who: &mut Browser, name: &str, media_type: &str, bytes: impl Into<Body>) -> Answer {
    let request = Request::post(format!("/api/v1/attachments?name={name}"))
        .header(header::ORIGIN, PUBLIC_ORIGIN)
        .header(header::CONTENT_TYPE, media_type)
        .body(bytes.into())
        .expect("a request");
    who.send(request).await
}

/// Uploads; answers the id.
pub async fn upload(who: &mut Browser, name: &str, media_type: &str, bytes: &[u8]) -> Uuid {
    let view = try_upload(who, name, media_type, bytes.to_vec()).await.ok();
    view["id"].as_str().expect("an id").parse().expect("an id")
}

/// A ticket of this contact's, with uploads of theirs at its first message.
pub async fn ticket_with(app: &TestApp, asks: &Person, uploads: Vec<Uuid>) -> TicketRecord {
    let mut conn = app.app.read().await.expect("a connection");
    let contact = contact::by_id(&mut conn, asks.provider, asks.id.into()).await.expect("read");
    let contact = contact.expect("a contact");
    drop(conn);
    let mut step = Step::new(&app.app, asks.provider, Actor::Contact(contact.id));
    let uploads = uploads.into_iter().map(Into::into).collect();
    let message =
        NewMessage::typed(Author::Contact(contact.id), MessageKind::Message, "See this".into(), uploads);
    let new = NewTicket {
        contact,
        channel: TicketChannel::Portal,
        subject: "The shop shows an error".into(),
        asked: Asked::default(),
        priority: Priority::Normal,
        by: Opener::Customer,
        proof: Some("signed_in"),
        follows: None,
        message: Some(message),
    };
    let opened: Result<Opened, Problem> = app
        .app
        .writer
        .change(move |tx| {
            Box::pin(async move {
                let opened = open_in(tx, &mut step, new).await?;
                Ok(step.done(opened)?)
            })
        })
        .await;
    opened.expect("a ticket").ticket
}

/// A staff member writes in it, with uploads of theirs.
async fn staff_writes(
    app: &TestApp,
    staff: &Person,
    ticket: &TicketRecord,
    kind: MessageKind,
    uploads: Vec<Uuid>,
) -> MessageRecord {
    let mut step = Step::new(&app.app, staff.provider, Actor::Staff(staff.id.into()));
    let uploads = uploads.into_iter().map(Into::into).collect();
    let new = NewMessage::typed(Author::Staff(staff.id.into()), kind, "Look".into(), uploads);
    let ticket = ticket.clone();
    let written: Result<MessageRecord, Problem> = app
        .app
        .writer
        .change(move |tx| {
            Box::pin(async move {
                let message = put(tx, &mut step, &ticket, new).await?;
                Ok(step.done(message)?)
            })
        })
        .await;
    written.expect("a message")
}

async fn watches(app: &TestApp, ticket: &TicketRecord, person: sign_in::Person) {
    let (provider, id, since) = (ticket.provider, ticket.id(), app.app.sources.now());
    let watcher = Watcher { person, since };
    let work = app.app.writer.upkeep(move |tx| Box::pin(watcher::add(tx, provider, id, watcher)));
    work.await.expect("a watcher");
}

fn at(id: Uuid) -> String {
    format!("/attachments/{id}")
}

fn original(id: Uuid) -> String {
    format!("/attachments/{id}/original")
}

fn text(answer: &Answer) -> String {
    assert!(answer.status.is_success(), "{answer:?}");
    String::from_utf8_lossy(&answer.body).into_owned()
}

on_both! {
    /// Rule M10: a file goes with a message, and those who see the message get it back byte for byte.
    async fn m10_a_file_comes_back_as_it_was(app: TestApp) {
        let near = app.world.near.clone();
        let mut owner = app.sign_in(&near.customer.owner).await;
        let view = try_upload(&mut owner, "Gr%C3%B6%C3%9Fe%2F..%2Fshot.png", "text/html", PNG).await.ok();
        assert_eq!((&view["name"], &view["media_type"]), (&json!("shot.png"), &json!("image/png")));
        assert_eq!((&view["inline"], &view["size_bytes"]), (&json!(true), &json!(PNG.len())));
        let id: Uuid = view["id"].as_str().expect("an id").parse().expect("an id");
        // Before it is sent it is the uploader's alone.
        let agent = app.sign_in(&near.agent).await;
        agent.get(&at(id)).await.refused(404, "not_found");
        app.sign_in(&near.customer.helper).await.get(&at(id)).await.refused(404, "not_found");
        assert_eq!(owner.get(&at(id)).await.body, PNG);

        ticket_with(&app, &near.customer.owner, vec![id]).await;
        for person in [&near.untrained, &near.success_lead, &near.admin, &near.customer.owner] {
            app.advance(Span::seconds(30));
            assert_eq!(app.sign_in(person).await.get(&at(id)).await.body, PNG, "{}", person.name);
        }
        let far = &app.world.far;
        for person in [&near.customer.helper, &near.customer.member, &near.other.owner, &near.guest, &far.agent] {
            app.advance(Span::seconds(30));
            app.sign_in(person).await.get(&at(id)).await.refused(404, "not_found");
        }
        app.browser().get(&at(id)).await.refused(401, "sign_in.needed");
    }

    /// Control 44: who comes later, and a guest, see the files of what is written from then on; notes' never.
    async fn control_44_who_is_added_sees_no_earlier_file(app: TestApp) {
        let near = app.world.near.clone();
        let mut owner = app.sign_in(&near.customer.owner).await;
        let early = upload(&mut owner, "early.txt", "text/plain", b"early").await;
        let ticket = ticket_with(&app, &near.customer.owner, vec![early]).await;
        app.advance(Span::minutes(1));
        watches(&app, &ticket, sign_in::Person::Contact(near.customer.member.id.into())).await;
        watches(&app, &ticket, sign_in::Person::Staff(near.guest.id.into())).await;
        app.advance(Span::minutes(1));
        let mut agent = app.sign_in(&near.agent).await;
        let late = upload(&mut agent, "late.txt", "text/plain", b"late").await;
        staff_writes(&app, &near.agent, &ticket, MessageKind::Message, vec![late]).await;
        let note = upload(&mut agent, "note.txt", "text/plain", b"note").await;
        staff_writes(&app, &near.agent, &ticket, MessageKind::Note, vec![note]).await;
        for person in [&near.customer.member, &near.guest] {
            let browser = app.sign_in(person).await;
            assert_eq!(text(&browser.get(&at(late)).await), "late", "{}", person.name);
            browser.get(&at(early)).await.refused(404, "not_found");
            browser.get(&at(note)).await.refused(404, "not_found");
        }
        assert_eq!(text(&owner.get(&at(early)).await), "early");
        owner.get(&at(note)).await.refused(404, "not_found");
        assert_eq!(text(&agent.get(&at(note)).await), "note");
    }

    /// Control 48: of a recording with a session only the copy without it is shown; its original takes
    /// two people, and is over after an hour.
    async fn control_48_an_original_takes_two_people_and_ends(app: TestApp) {
        let near = app.world.near.clone();
        let mut owner = app.sign_in(&near.customer.owner).await;
        let id = upload(&mut owner, "panel.har", "application/json", HAR.as_bytes()).await;
        ticket_with(&app, &near.customer.owner, vec![id]).await;
        let mut agent = app.sign_in(&near.agent).await;
        app.advance(Span::seconds(30));
        let mut colleague = app.sign_in(&near.colleague).await;
        for browser in [&owner, &agent] {
            let copy = text(&browser.get(&at(id)).await);
            assert!(copy.contains("panel.example") && !copy.contains(SECRET), "{copy}");
        }
        // Whoever sent it may see what they sent; nobody else, not even a colleague with all rights.
        assert!(text(&owner.get(&original(id)).await).contains(SECRET));
        agent.get(&original(id)).await.refused(403, "leave.none");
        agent.post(&format!("{}/give", original(id)), Value::Null).await.refused(409, "leave.none");

        let mut heard = colleague.listen(None).await;
        agent.post(&format!("{}/ask", original(id)), json!({ "why": "" })).await.refused(422, "input.invalid");
        let why = json!({ "why": "The token's signature does not match" });
        let view = agent.post(&format!("{}/ask", original(id)), why.clone()).await.ok();
        assert_eq!((&view["live_secrets"], &view["leave"]["state"]), (&json!(true), &json!("asked")));
        heard.hear("ticket").await;
        colleague.post(&format!("{}/ask", original(id)), why.clone()).await.refused(409, "leave.pending");
        agent.post(&format!("{}/give", original(id)), Value::Null).await.refused(403, "leave.own");
        agent.get(&original(id)).await.refused(403, "leave.none");
        let view = colleague.post(&format!("{}/give", original(id)), Value::Null).await.ok();
        assert_eq!((&view["leave"]["state"], &view["leave"]["why"]), (&json!("given"), &why["why"]));
        assert_eq!(view["leave"]["given_by"]["id"], json!(near.colleague.id));
        assert!(text(&agent.get(&original(id)).await).contains(SECRET));
        colleague.get(&original(id)).await.refused(403, "leave.none");
        assert!(!text(&agent.get(&at(id)).await).contains(SECRET));

        app.advance(Span::minutes(59));
        assert!(text(&agent.get(&original(id)).await).contains(SECRET));
        app.advance(Span::minutes(1));
        let mut agent = app.sign_in(&near.agent).await;
        agent.get(&original(id)).await.refused(403, "leave.none");

        // Refused, and taken back.
        agent.post(&format!("{}/ask", original(id)), why.clone()).await.ok();
        app.advance(Span::seconds(30));
        let mut colleague = app.sign_in(&near.colleague).await;
        let view = colleague.post(&format!("{}/refuse", original(id)), Value::Null).await.ok();
        assert_eq!(view["leave"]["state"], "refused");
        colleague.post(&format!("{}/give", original(id)), Value::Null).await.refused(409, "leave.none");
        agent.post(&format!("{}/ask", original(id)), why).await.ok();
        colleague.post(&format!("{}/give", original(id)), Value::Null).await.ok();
        colleague.post(&format!("{}/refuse", original(id)), Value::Null).await.ok();
        agent.get(&original(id)).await.refused(403, "leave.none");

        let count = async |event: &str| entries_named(&app.app, near.provider, event).await.len();
        assert_eq!(count("attachment.original_asked").await, 3);
        assert_eq!(count("attachment.original_given").await, 2);
        assert_eq!(count("attachment.original_refused").await, 2);
    }

    /// Control 48: a question that nobody answers is over after a day (rule X6).
    async fn control_48_silence_is_refusal(app: TestApp) {
        let near = app.world.near.clone();
        let mut owner = app.sign_in(&near.customer.owner).await;
        let id = upload(&mut owner, "panel.har", "application/json", HAR.as_bytes()).await;
        ticket_with(&app, &near.customer.owner, vec![id]).await;
        let mut agent = app.sign_in(&near.agent).await;
        agent.post(&format!("{}/ask", original(id)), json!({ "why": "the token" })).await.ok();
        app.advance(Span::hours(24));
        let mut colleague = app.sign_in(&near.colleague).await;
        colleague.post(&format!("{}/give", original(id)), Value::Null).await.refused(409, "leave.none");
    }

    /// Control 49: what a browser would run goes out as bytes to be saved, whatever it was called.
    async fn control_49_a_page_or_drawing_is_never_served_as_one(app: TestApp) {
        let near = app.world.near.clone();
        let mut owner = app.sign_in(&near.customer.owner).await;
        let svg = b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>";
        let html = b"<!doctype html><script>alert(1)</script>";
        let tried: [(&str, &str, &[u8]); 5] = [
            ("a.svg", "image/svg+xml", svg), ("a.png", "image/png", svg), ("a.html", "text/html", html),
            ("a.gif", "image/gif", html), ("a.xhtml", "application/xhtml+xml; charset=utf-8", html),
        ];
        for (name, media_type, bytes) in tried {
            let id = upload(&mut owner, name, media_type, bytes).await;
            let answer = owner.get(&at(id)).await;
            let header = |name: &str| answer.headers[name].to_str().expect("text").to_owned();
            assert_eq!(header("content-type"), "application/octet-stream", "{name}");
            assert!(header("content-disposition").starts_with("attachment; "), "{name}");
            assert_eq!(header("x-content-type-options"), "nosniff");
            assert_eq!(header("content-security-policy"), "sandbox; default-src 'none'");
            assert_eq!(header("cross-origin-resource-policy"), "same-origin");
            assert_eq!(header("cache-control"), "no-store");
            assert_eq!(answer.body, bytes);
        }
        let id = upload(&mut owner, "a.png", "", PNG).await;
        let answer = owner.get(&at(id)).await;
        assert_eq!(answer.headers["content-type"], "image/png");
        assert_eq!(answer.headers["content-disposition"], "inline; filename=\"a.png\"; filename*=UTF-8''a.png");
        assert_eq!(answer.headers["content-security-policy"], "sandbox; default-src 'none'");
    }

    /// Control 58: every way to a file's bytes leaves an entry with who, when and what; without one no
    /// byte goes out.
    async fn control_58_no_byte_goes_out_without_its_entry(app: TestApp) {
        let near = app.world.near.clone();
        let mut owner = app.sign_in(&near.customer.owner).await;
        let id = upload(&mut owner, "panel.har", "application/json", HAR.as_bytes()).await;
        ticket_with(&app, &near.customer.owner, vec![id]).await;
        let agent = app.sign_in(&near.agent).await;
        let now = app.app.sources.now();
        agent.get(&at(id)).await.status(200);
        owner.get(&original(id)).await.status(200);
        agent.get(&original(id)).await.refused(403, "leave.none");
        let entries = entries_named(&app.app, near.provider, "attachment.read").await;
        let read: Vec<_> = entries.iter().map(|e| (e.actor, e.at, e.customer, e.event.clone())).collect();
        let customer = Some(near.customer.id.into());
        let event = |original| Event::AttachmentRead { attachment: id.into(), original };
        assert_eq!(read, vec![
            (Actor::Staff(near.agent.id.into()), now, customer, event(false)),
            (Actor::Contact(near.customer.owner.id.into()), now, customer, event(true)),
        ]);
        app.app.writer.stop().await;
        let answer = agent.get(&at(id)).await;
        assert!(!answer.status.is_success() && !String::from_utf8_lossy(&answer.body).contains("panel.example"));
    }

    /// A file may be larger than any other body, up to its own limit; and nobody fills the disk with
    /// what they never send.
    async fn uploads_are_bounded(app: TestApp) {
        let mut owner = app.sign_in(&app.world.near.customer.owner).await;
        let max = app.app.settings.attachments.max_bytes;
        let large = vec![b'x'; 200 * 1024];
        let view = try_upload(&mut owner, "large.bin", "application/octet-stream", large).await.ok();
        assert_eq!(view["size_bytes"], 200 * 1024);
        try_upload(&mut owner, "x", "", "").await.refused(422, "attachment.empty");
        let too_large = vec![0_u8; max + 1];
        try_upload(&mut owner, "x", "", too_large).await.refused(413, "attachment.too_large");
        for n in 1..40 {
            upload(&mut owner, "small.txt", "text/plain", n.to_string().as_bytes()).await;
        }
        try_upload(&mut owner, "one.txt", "text/plain", "more").await.refused(409, "attachment.too_many");
        // Each person has their own.
        let mut helper = app.sign_in(&app.world.near.customer.helper).await;
        upload(&mut helper, "one.txt", "text/plain", b"more").await;
    }

    /// What was never sent goes after a day, and so do bytes that no row names; what was sent stays.
    async fn what_nobody_sent_is_forgotten(app: TestApp) {
        let near = app.world.near.clone();
        let mut owner = app.sign_in(&near.customer.owner).await;
        let sent = upload(&mut owner, "sent.txt", "text/plain", b"same bytes").await;
        ticket_with(&app, &near.customer.owner, vec![sent]).await;
        let unsent = upload(&mut owner, "unsent.txt", "text/plain", b"same bytes").await;
        // As a crash between bytes and row leaves them.
        let home = app.app.settings.attachments.folder.join(near.provider.0.simple().to_string());
        let lost = home.join("ab").join(format!("ab{}", "0".repeat(62)));
        std::fs::create_dir_all(home.join("ab")).expect("a folder");
        for path in [&lost, &home.join("ab").join(".begun-1-1")] {
            std::fs::write(path, "lost").expect("a file");
            let file = File::options().write(true).open(path).expect("a file");
            file.set_modified(SystemTime::UNIX_EPOCH).expect("its time");
        }
        app.advance(Span::hours(23));
        sweep(&app.app, 0xaa).await.expect("a round");
        let owner = app.sign_in(&near.customer.owner).await;
        assert_eq!(text(&owner.get(&at(unsent)).await), "same bytes");
        app.advance(Span::minutes(61));
        sweep(&app.app, 0xab).await.expect("a round");
        owner.get(&at(unsent)).await.refused(404, "not_found");
        assert_eq!(text(&owner.get(&at(sent)).await), "same bytes");
        assert_eq!(std::fs::read_dir(home.join("ab")).expect("a folder").count(), 0);
    }
}
