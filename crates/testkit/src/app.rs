//! A running server in the test's own process: real store, real use cases, a clock to move.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use axum::Router;
use pforte_core::kernel::{Moment, Span};
use pforte_gateway::peer::Proxies;
use pforte_server::{
    App, AttachmentSettings, How, MailTarget, Parts, Settings, Shared, Support,
    cx::{Clock, Secrets, Sources, TokenKey, password},
    post,
};
use pforte_store::{Conn, StoreError};

use crate::{Browser, FakeClock, Mail, Person, SeededRandom, TestDb, World, left, product, world};

/// Where portal and desk live.
pub const PUBLIC_ORIGIN: &str = "https://support.example";

/// The keys of every test server.
pub fn secrets() -> Secrets {
    let key = TokenKey::from_seed(&[7; 32]).expect("any seed makes a key");
    Secrets::new([1; 32], &[2; 32], vec![key])
}

/// The support of one of the two providers, at `support@<slug>.example`.
fn support(slug: &str) -> Support {
    Support {
        provider: Some(slug.into()),
        address: Some(format!("support@{slug}.example")),
        check: How::Header { authserv_id: format!("mx.{slug}.example") },
        ..Support::default()
    }
}

/// A server under test.
pub struct TestApp {
    pub app: Shared,
    pub clock: Arc<FakeClock>,
    random: Arc<SeededRandom>,
    pub db: Arc<TestDb>,
    pub world: World,
    pub(crate) router: Router,
    settings: Settings,
    left: Arc<Mutex<Left>>,
}

/// What a test leaves behind.
struct Left {
    app: Shared,
    /// Mails that cannot be delivered stay, and the test says so.
    mail: bool,
    /// Until all was looked at.
    _db: Arc<TestDb>,
}

impl TestApp {
    /// Starts on an empty database and puts everybody into it.
    pub async fn start(db: TestDb) -> Self {
        Self::start_with(db, |_| {}).await
    }

    /// The same, with other settings.
    pub async fn start_with(db: TestDb, change: impl FnOnce(&mut Settings)) -> Self {
        let (clock, random) = (Arc::new(FakeClock::default()), Arc::new(SeededRandom::new(1)));
        let mut settings = Settings {
            public_origin: PUBLIC_ORIGIN.into(),
            gateway_scheme: "https",
            gateway_suffix: "gate.example".into(),
            demo: false,
            pin_answer_floor: Duration::ZERO,
            mail: MailTarget::Folder(db.folder.path().join("mails")),
            trusted_proxies: Proxies::default(),
            support: vec![support("nordlicht"), support("suedwind")],
            max_mail_bytes: 50 * 1024 * 1024,
            mail_dns: None,
            attachments: AttachmentSettings {
                folder: db.folder.path().join("blobs"),
                bucket: None,
                max_bytes: 25 * 1024 * 1024,
                max_files: 20,
            },
        };
        change(&mut settings);
        let opened = db.open().await;
        let sources = Sources::new(clock.clone(), random.clone(), Moment(0));
        let world = World::seed(&opened, &sources, &*clock).await;
        let app = boot(opened, &settings, &clock, &random).await;
        let router = pforte_server::router(app.clone());
        let db = Arc::new(db);
        let left = Left { app: app.clone(), mail: false, _db: db.clone() };
        Self { app, clock, random, db, world, router, settings, left: Arc::new(Mutex::new(left)) }
    }

    /// Runs a test on a server of its own, and looks at what it leaves.
    pub async fn through<F: Future<Output = ()>>(db: TestDb, test: impl FnOnce(Self) -> F) {
        let app = Self::start(db).await;
        let left = app.left.clone();
        test(app).await;
        let (app, mail) = {
            let left = left.lock().unwrap_or_else(PoisonError::into_inner);
            (left.app.clone(), left.mail)
        };
        // A server that the test itself stopped has nothing more to say.
        if !app.shutdown.is_cancelled() {
            left::is_sound(&app, mail).await;
        }
        app.shutdown.cancel();
    }

    /// Stops in order and starts anew on the same database.
    pub async fn restart(mut self) -> Self {
        self.app.stop().await;
        self.boot_again().await;
        self
    }

    /// The same with a mail folder that cannot be written: what is to be sent waits.
    pub async fn without_mail(mut self) -> Self {
        self.settings.mail = MailTarget::Folder("/dev/null/mails".into());
        self.left.lock().unwrap_or_else(PoisonError::into_inner).mail = true;
        self.restart().await
    }

    /// Starts anew as after `kill -9`: the run before never said that it ended.
    pub async fn restart_torn(mut self) -> Self {
        self.app.shutdown.cancel();
        self.app.writer.stop().await;
        self.app.db.close().await;
        self.boot_again().await;
        self
    }

    async fn boot_again(&mut self) {
        self.app = boot(self.db.open().await, &self.settings, &self.clock, &self.random).await;
        self.router = pforte_server::router(self.app.clone());
        self.left.lock().unwrap_or_else(PoisonError::into_inner).app = self.app.clone();
    }

    /// Runs a statement behind the server's back: what no use case would write.
    pub async fn sql(&self, sql: &'static str) {
        let done = self.app.writer.upkeep(move |tx| {
            Box::pin(async move {
                match tx.conn() {
                    Conn::Sqlite(conn) => sqlx::query(sql).execute(&mut **conn).await.map(drop),
                    Conn::Postgres(conn) => sqlx::query(sql).execute(&mut **conn).await.map(drop),
                }
                .map_err(StoreError::from)
            })
        });
        done.await.expect("the statement runs");
    }

    /// Moves the clock on.
    pub fn advance(&self, span: Span) {
        self.clock.advance(span);
    }

    /// A browser in which nobody is signed in.
    pub fn browser(&self) -> Browser {
        Browser::new(self.router.clone())
    }

    /// Signs somebody in, the way they do: with a password, and staff with a code.
    pub async fn sign_in(&self, person: &Person) -> Browser {
        let mut browser = self.browser();
        browser.sign_in(person, &self.code()).await.ok();
        browser
    }

    /// Signs a contact in by a link from a mail.
    pub async fn sign_in_by_link(&self, person: &Person) -> Browser {
        let mut browser = self.browser();
        let before = self.mails().await;
        let ask = serde_json::json!({ "provider": person.slug, "address": person.address });
        browser.post("/sign-in/link", ask).await.status(202);
        let arrives = async {
            loop {
                let mail = self.mail(&person.address, "/sign-in/link#").await;
                if !before.contains(&mail) {
                    return mail.token();
                }
            }
        };
        let token = tokio::time::timeout(Duration::from_secs(10), arrives).await.expect("a new link");
        browser.post("/sign-in/link/redeem", serde_json::json!({ "token": token })).await.ok();
        browser
    }

    /// The one-time code that everybody's app shows now.
    pub fn code(&self) -> String {
        let seconds = u64::try_from(self.clock.now().0 / 1_000_000).expect("after 1970");
        let totp = password::totp(&world::TOTP_SECRET, "", "").expect("a secret");
        totp.generate(seconds).to_string()
    }

    /// Waits, at most ten seconds, for a mail to an address with this in its text; answers the newest.
    pub async fn mail(&self, to: &str, text: &str) -> Mail {
        let arrives = async {
            loop {
                let mails = self.mails().await;
                let found = mails.into_iter().rev().find(|m| m.to == to && m.body.contains(text));
                match found {
                    Some(mail) => return mail,
                    None => tokio::task::yield_now().await,
                }
            }
        };
        let waited = tokio::time::timeout(Duration::from_secs(10), arrives).await;
        waited.unwrap_or_else(|_| panic!("no mail to {to} with {text:?} after ten seconds"))
    }

    /// Delivers what waits, and answers every mail delivered so far, oldest first.
    pub async fn mails(&self) -> Vec<Mail> {
        post::deliver_due(&self.app).await.expect("mails are delivered");
        Mail::all(&self.db.folder.path().join("mails"))
    }
}

async fn boot(
    db: pforte_store::Db,
    settings: &Settings,
    clock: &Arc<FakeClock>,
    random: &Arc<SeededRandom>,
) -> Shared {
    let parts = Parts {
        settings: settings.clone(),
        products: vec![product()],
        secrets: secrets(),
        clock: clock.clone(),
        random: random.clone(),
        db,
    };
    App::start(parts).await.expect("the server starts")
}

impl Drop for TestApp {
    fn drop(&mut self) {
        // Whoever looks at what is left stops it afterwards.
        if Arc::strong_count(&self.left) == 1 {
            self.app.shutdown.cancel();
        }
    }
}
