//! Mails that go out: a slow recipient delays nobody else, and nothing is sent twice.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use pforte_core::kernel::{Span, TicketId};
use pforte_server::{MailTarget, Smtp, SmtpTls, post::deliver_due};
use pforte_store::outbox::{Message, Origin, Place, put};
use pforte_testkit::{TestApp, TestDb, entries_named, on_both_stores};
use serde_json::Value;
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
    sync::Semaphore,
};
use uuid::Uuid;

/// Refused by the server for good, and for now.
const REFUSED: &str = "gone@elsewhere.example";
const LATER: &str = "full@elsewhere.example";
const SLOW: &str = "slow@elsewhere.example";

/// A mail server that takes everything, but thinks about one recipient until it is let go on.
struct Server {
    port: u16,
    taken: Mutex<BTreeMap<String, usize>>,
    /// Connections at which it thinks about the slow recipient.
    thinks: Mutex<usize>,
    goes_on: Semaphore,
    /// Takes nothing from anybody: it wants a sign-in that we do not have.
    shut: AtomicBool,
    /// Tried, for each recipient.
    tried: Mutex<BTreeMap<String, usize>>,
}

impl Server {
    async fn start() -> Arc<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let server = Arc::new(Self {
            port,
            taken: Mutex::default(),
            thinks: Mutex::default(),
            goes_on: Semaphore::new(0),
            shut: AtomicBool::new(false),
            tried: Mutex::default(),
        });
        let serving = Arc::clone(&server);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let server = Arc::clone(&serving);
                tokio::spawn(async move { server.talk(stream).await });
            }
        });
        server
    }

    async fn talk(&self, stream: TcpStream) -> Option<()> {
        let mut stream = BufReader::new(stream);
        stream.write_all(b"220 here\r\n").await.ok()?;
        let (mut line, mut to, mut in_data) = (String::new(), String::new(), false);
        loop {
            line.clear();
            if stream.read_line(&mut line).await.ok()? == 0 {
                return None;
            }
            let verb = line.trim_end().to_ascii_uppercase();
            if in_data && verb != "." {
                continue;
            }
            if verb.starts_with("RCPT TO:") {
                to = line.split(['<', '>']).nth(1)?.to_owned();
                *self.tried.lock().expect("a lock").entry(to.clone()).or_default() += 1;
                if to == SLOW {
                    *self.thinks.lock().expect("a lock") += 1;
                    self.goes_on.acquire().await.ok()?.forget();
                }
            }
            if in_data {
                *self.taken.lock().expect("a lock").entry(to.clone()).or_default() += 1;
            }
            in_data = verb == "DATA";
            let shut = self.shut.load(Ordering::Relaxed) && verb.starts_with("MAIL");
            let answer = match to.as_str() {
                _ if shut => "530 5.7.0 sign in first\r\n",
                REFUSED if verb.starts_with("RCPT") => "550 5.1.1 nobody here\r\n",
                LATER if verb.starts_with("RCPT") => "452 4.2.2 over quota\r\n",
                _ if in_data => "354 go on\r\n",
                _ => "250 yes\r\n",
            };
            stream.write_all(answer.as_bytes()).await.ok()?;
        }
    }

    fn tried(&self, address: &str) -> usize {
        self.tried.lock().expect("a lock").get(address).copied().unwrap_or_default()
    }

    fn taken(&self, address: &str) -> usize {
        self.taken.lock().expect("a lock").get(address).copied().unwrap_or_default()
    }
}

async fn write(app: &TestApp, recipient: &str) {
    put_mail(app, recipient, None).await;
}

async fn put_mail(app: &TestApp, recipient: &str, ticket: Option<Uuid>) {
    let now = app.app.sources.now();
    let message = Message {
        id: app.app.sources.id(now),
        provider: app.world.near.provider,
        recipient: recipient.into(),
        subject: "x".into(),
        body: "x".into(),
        origin: Origin::Notice,
        ticket: ticket.map(TicketId),
        contact: None,
        message: None,
        place: Place::default(),
        attempts: 0,
        created_at: now,
    };
    let written = app.app.writer.upkeep(move |tx| Box::pin(async move { put(tx, &message).await }));
    written.await.expect("it is written");
}

async fn until(what: &str, so: impl Fn() -> bool) {
    let waits = async {
        while !so() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), waits).await.unwrap_or_else(|_| panic!("not {what}"));
}

/// Rule T5: who waits for a mail does not wait for somebody else's mail server.
#[tokio::test]
async fn t5_a_slow_recipient_delays_nobody_else() {
    let server = Server::start().await;
    let port = server.port;
    let app = TestApp::start_with(TestDb::sqlite(), |settings| {
        settings.mail = MailTarget::Smtp(Smtp::new("127.0.0.1", port, SmtpTls::None));
    })
    .await;
    for _ in 0..12 {
        write(&app, SLOW).await;
    }
    let others: Vec<String> = (0..20).map(|n| format!("other{n}@elsewhere.example")).collect();
    for other in &others {
        write(&app, other).await;
    }
    let shared = Arc::clone(&app.app);
    let delivering = tokio::spawn(async move { deliver_due(&shared).await.is_ok() });
    until("delivered to the others", || others.iter().all(|other| server.taken(other) == 1)).await;
    assert_eq!((server.taken(SLOW), *server.thinks.lock().expect("a lock")), (0, 1), "one at a time");
    // Two who deliver at once send nothing twice, and each waits for the other.
    server.goes_on.add_permits(12);
    assert!(deliver_due(&app.app).await.is_ok() && delivering.await.expect("it ends"));
    assert_eq!(server.taken(SLOW), 12);
    assert!(others.iter().all(|other| server.taken(other) == 1));
}

/// M11: a server that offers no STARTTLS gets no mail in clear text.
#[tokio::test]
async fn m11_without_starttls_nothing_is_sent() {
    let server = Server::start().await;
    let port = server.port;
    let app = TestApp::start_with(TestDb::sqlite(), |settings| {
        settings.mail = MailTarget::Smtp(Smtp::new("127.0.0.1", port, SmtpTls::StartTls));
    })
    .await;
    write(&app, "someone@elsewhere.example").await;
    assert_eq!(deliver_due(&app.app).await.expect("it tries"), 0);
    assert_eq!(server.tried("someone@elsewhere.example"), 0);
}

/// Rule T5: an orderly stop waits for what is under way, and what arrived is not sent again.
#[tokio::test]
async fn t5_a_stop_waits_for_mails_under_way() {
    let server = Server::start().await;
    let port = server.port;
    let app = TestApp::start_with(TestDb::sqlite(), |settings| {
        settings.mail = MailTarget::Smtp(Smtp::new("127.0.0.1", port, SmtpTls::None));
    })
    .await;
    write(&app, SLOW).await;
    until("under way", || *server.thinks.lock().expect("a lock") == 1).await;
    let stopping = Arc::clone(&app.app);
    let stopped = tokio::spawn(async move { stopping.stop().await });
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert!(!stopped.is_finished(), "it waits");
    server.goes_on.add_permits(2);
    stopped.await.expect("it stops");
    assert_eq!(server.taken(SLOW), 1);
}

/// A server that delivers by SMTP, with a contact's ticket; the contact's address is refused or not.
async fn with_ticket(server: &Server, db: TestDb, address: &str) -> (TestApp, Uuid) {
    let port = server.port;
    let app = TestApp::start_with(db, |settings| {
        settings.mail = MailTarget::Smtp(Smtp::new("127.0.0.1", port, SmtpTls::None));
    })
    .await;
    let mut owner = app.sign_in(&app.world.near.customer.owner).await;
    let ticket: Uuid =
        crate::ticket::ask(&mut owner, "The shop shows an error").await.parse().expect("an id");
    put_mail(&app, address, Some(ticket)).await;
    (app, ticket)
}

/// Delivers again and again while the time goes on.
async fn deliver_for(app: &TestApp, hours: i64) {
    for _ in 0..hours * 2 {
        deliver_due(&app.app).await.expect("it delivers");
        app.advance(Span::minutes(30));
    }
}

async fn told(app: &TestApp, ticket: Uuid) -> usize {
    let agent = app.sign_in(&app.world.near.agent).await;
    let whole = crate::ticket::view(&agent, &ticket.to_string()).await;
    let lines = whole["messages"].as_array().expect("messages").iter();
    lines.filter(|line| line["event"]["code"] == "mail.undelivered").count()
}

async fn alarms(app: &TestApp, code: &str) -> Vec<Value> {
    app.advance(Span::seconds(31));
    let lead = app.sign_in(&app.world.near.support_lead).await;
    let page = lead.get("/alarms").await.ok();
    page["items"].as_array().expect("items").iter().filter(|alarm| alarm["code"] == code).cloned().collect()
}

on_both_stores! {
    /// Rule Z13: a refusal for good ends at once; the log and the ticket say so, and leads hear of one without a ticket.
    async fn z13_a_refusal_for_good_ends_at_once_and_is_told(db: TestDb) {
        let server = Server::start().await;
        let (app, ticket) = with_ticket(&server, db, REFUSED).await;
        deliver_for(&app, 3).await;
        assert_eq!(server.tried(REFUSED), 1, "not again and again");
        assert_eq!(told(&app, ticket).await, 1);
        let entries = entries_named(&app.app, app.world.near.provider, "mail.undelivered").await;
        assert_eq!(entries.len(), 1);
        assert!(alarms(&app, "mail.undelivered").await.is_empty(), "the ticket tells of it");
        for _ in 0..3 {
            put_mail(&app, REFUSED, None).await;
        }
        deliver_for(&app, 1).await;
        assert_eq!(alarms(&app, "mail.undelivered").await.len(), 1, "once an hour");
    }

    /// Rule Z13: what cannot be reached for now is tried for 72 hours, and then it is the same.
    async fn z13_for_now_is_tried_for_72_hours_and_then_told(db: TestDb) {
        let server = Server::start().await;
        let (app, ticket) = with_ticket(&server, db, LATER).await;
        deliver_for(&app, 60).await;
        assert_eq!(told(&app, ticket).await, 0);
        deliver_for(&app, 13).await;
        assert_eq!(told(&app, ticket).await, 1);
        let tried = server.tried(LATER);
        deliver_for(&app, 5).await;
        assert_eq!(server.tried(LATER), tried, "given up");
        assert!(alarms(&app, "mail.outage").await.is_empty(), "others can be reached");
    }

    /// Rule Z13: nothing going out for an hour is told once, flags nobody, and is over by itself.
    async fn z13_an_outage_of_an_hour_is_told_once_and_ends_by_itself(db: TestDb) {
        let server = Server::start().await;
        server.shut.store(true, Ordering::Relaxed);
        let owner = "someone@elsewhere.example";
        let (app, ticket) = with_ticket(&server, db, owner).await;
        deliver_for(&app, 1).await;
        assert!(alarms(&app, "mail.outage").await.is_empty(), "not yet an hour");
        deliver_for(&app, 4).await;
        put_mail(&app, owner, None).await;
        deliver_for(&app, 2).await;
        let raised = alarms(&app, "mail.outage").await;
        assert_eq!((raised.len(), &raised[0]["acknowledged_at"]), (1, &Value::Null), "{raised:?}");
        assert!(entries_named(&app.app, app.world.near.provider, "address.flagged").await.is_empty());
        server.shut.store(false, Ordering::Relaxed);
        deliver_for(&app, 5).await;
        assert!(server.taken(owner) >= 1);
        let raised = alarms(&app, "mail.outage").await;
        assert_eq!((raised.len(), &raised[0]["acknowledged_by"]), (1, &Value::Null));
        assert_ne!(raised[0]["acknowledged_at"], Value::Null, "over by itself");
        assert_eq!(told(&app, ticket).await, 0);
        // The next one is told anew.
        server.shut.store(true, Ordering::Relaxed);
        put_mail(&app, owner, None).await;
        deliver_for(&app, 4).await;
        assert_eq!(alarms(&app, "mail.outage").await.len(), 2);
    }
}
