//! Mails that go out: a slow recipient delays nobody else, and nothing is sent twice.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
    time::Duration,
};

use pforte_server::mail::{MailTarget, Smtp, deliver_due};
use pforte_store::outbox::{Message, Origin, Place, put};
use pforte_testkit::{TestApp, TestDb};
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
    sync::Semaphore,
};

const SLOW: &str = "slow@elsewhere.example";

/// A mail server that takes everything, but thinks about one recipient until it is let go on.
struct Server {
    port: u16,
    taken: Mutex<BTreeMap<String, usize>>,
    /// Connections at which it thinks about the slow recipient.
    thinks: Mutex<usize>,
    goes_on: Semaphore,
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
                if to == SLOW {
                    *self.thinks.lock().expect("a lock") += 1;
                    self.goes_on.acquire().await.ok()?.forget();
                }
            }
            if in_data {
                *self.taken.lock().expect("a lock").entry(to.clone()).or_default() += 1;
            }
            in_data = verb == "DATA";
            let answer = if in_data { "354 go on\r\n" } else { "250 yes\r\n" };
            stream.write_all(answer.as_bytes()).await.ok()?;
        }
    }

    fn taken(&self, address: &str) -> usize {
        self.taken.lock().expect("a lock").get(address).copied().unwrap_or_default()
    }
}

async fn write(app: &TestApp, recipient: &str) {
    let now = app.app.sources.now();
    let message = Message {
        id: app.app.sources.id(now),
        provider: app.world.near.provider,
        recipient: recipient.into(),
        subject: "x".into(),
        body: "x".into(),
        origin: Origin::Notice,
        ticket: None,
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
        settings.mail =
            MailTarget::Smtp(Smtp { host: "127.0.0.1".into(), port, tls: false, user: None, password: None });
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

/// Rule T5: an orderly stop waits for what is under way, and what arrived is not sent again.
#[tokio::test]
async fn t5_a_stop_waits_for_mails_under_way() {
    let server = Server::start().await;
    let port = server.port;
    let app = TestApp::start_with(TestDb::sqlite(), |settings| {
        settings.mail =
            MailTarget::Smtp(Smtp { host: "127.0.0.1".into(), port, tls: false, user: None, password: None });
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
