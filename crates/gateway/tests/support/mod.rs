//! A gateway with a permit in memory, before a real product on a free port.

#![allow(dead_code, reason = "each test binary uses its part")]
#![allow(unused_imports, reason = "each test binary uses its part")]
#![allow(clippy::unwrap_used, reason = "a test stops where something fails")]

mod authority;
mod product;
mod raw;

use std::{
    net::SocketAddr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use pforte_core::{
    access::{Closed, EndedHow, Need},
    catalogue::{Action, Asked, DataClass, IdentityHeaders, Methods, PassList, PathPattern, Product, Route},
    kernel::{EntryId, Moment, VisitId},
};
use pforte_gateway::{
    Ask, Bar, CookieJar, Ended, Entered, Gateway, GatewayConfig, Identity, Language, Leash, Pass, Permit,
    Scheme, Shut, Status, Why,
};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

pub use authority::authority;
pub use product::*;
pub use raw::*;

pub const LABEL: &str = "a1b2";
pub const COOKIE: &str = "s3cret";
pub const TOKEN: &str = "one-time";
pub const SUFFIX: &str = "gate.example";
pub const HOST: &str = "a1b2.gate.example";

/// A permit that keeps one visit in memory.
pub struct Fake {
    pub leash: Arc<Leash>,
    pub jar: Arc<CookieJar>,
    pub product: Arc<Product>,
    pub deadline: Mutex<Instant>,
    pub shut: Mutex<Option<Why>>,
    pub link: AtomicBool,
    /// Cuts the leash between admission and forwarding, this many times.
    pub stale: AtomicUsize,
    pub entered: AtomicUsize,
    pub admitted: AtomicUsize,
    pub not_forwarded: AtomicUsize,
    pub asked: Mutex<Vec<(String, String, bool)>>,
    /// Codes of what the gateway itself stopped.
    pub stopped: Mutex<Vec<&'static str>>,
    pub answered: Mutex<Vec<u16>>,
}

impl Fake {
    pub fn new(product: Product) -> Self {
        Self {
            leash: Arc::default(),
            jar: Arc::default(),
            product: Arc::new(product),
            deadline: Mutex::new(Instant::now() + Duration::from_secs(3600)),
            shut: Mutex::new(None),
            link: AtomicBool::new(true),
            stale: AtomicUsize::new(0),
            entered: AtomicUsize::new(0),
            admitted: AtomicUsize::new(0),
            not_forwarded: AtomicUsize::new(0),
            asked: Mutex::default(),
            stopped: Mutex::default(),
            answered: Mutex::default(),
        }
    }

    pub fn shut(&self, why: Why) {
        *self.shut.lock().unwrap() = Some(why);
    }

    fn door(&self, label: &str, cookie: Option<&str>) -> Result<(), Shut> {
        if label != LABEL || cookie != Some(COOKIE) {
            return Err(shut(Why::NotHere));
        }
        match &*self.shut.lock().unwrap() {
            Some(why) => Err(shut(why.clone())),
            None => Ok(()),
        }
    }
}

pub fn shut(why: Why) -> Shut {
    Shut::new(why, Language::English, "https://desk.example/desk".into())
}

impl Permit for Fake {
    async fn enter(&self, label: &str, token: &str) -> Result<Entered, Shut> {
        if label != LABEL || token != TOKEN || !self.link.swap(false, Ordering::SeqCst) {
            return Err(shut(Why::LinkSpent));
        }
        self.entered.fetch_add(1, Ordering::SeqCst);
        Ok(Entered { cookie: COOKIE.into() })
    }

    fn reads_body(&self, ask: &Ask<'_>) -> bool {
        self.product.reads_body(ask.method, ask.path)
    }

    async fn admit(&self, ask: Ask<'_>) -> Result<Pass, Shut> {
        self.asked.lock().unwrap().push((ask.method.into(), ask.path.into(), ask.websocket));
        self.door(ask.label, ask.cookie)?;
        if let Some(code) = ask.stopped {
            self.stopped.lock().unwrap().push(code);
            return Err(Shut { bar: Some(Box::new(bar())), ..shut(Why::Stopped) });
        }
        let asked = Asked { method: ask.method, path: ask.path, query: ask.query, body: ask.body };
        let found = self.product.classify(&asked);
        let (Some(route), true) = (found.route, found.action != Action::Never) else {
            return Err(shut(if found.route.is_some() {
                Why::Closed(Closed::Never)
            } else {
                Why::Unclassified
            }));
        };
        if ask.websocket && !found.websocket {
            return Err(shut(Why::Unclassified));
        }
        if found.action != Action::View {
            return Err(shut(Why::Needs(Need::Consent(found.action))));
        }
        self.admitted.fetch_add(1, Ordering::SeqCst);
        let pass = Pass {
            visit: VisitId(uuid::Uuid::nil()),
            entry: EntryId(uuid::Uuid::nil()),
            product: Arc::clone(&self.product),
            route,
            masked: found.class == DataClass::Personal,
            identity: Arc::new(Identity {
                user: "user-7".into(),
                staff: "jo.miller".into(),
                token: "head.body.sig".into(),
            }),
            bar: bar(),
            deadline: *self.deadline.lock().unwrap(),
            hold: self.leash.hold(),
            leash: Arc::clone(&self.leash),
            jar: Arc::clone(&self.jar),
        };
        if self.stale.load(Ordering::SeqCst) > 0 {
            self.stale.fetch_sub(1, Ordering::SeqCst);
            self.leash.cut();
        }
        Ok(pass)
    }

    fn answered(&self, _: &str, _: &Pass, status: u16) {
        self.answered.lock().unwrap().push(status);
    }

    async fn not_forwarded(&self, _: &Pass, why: &'static str) {
        self.stopped.lock().unwrap().push(why);
        self.not_forwarded.fetch_add(1, Ordering::SeqCst);
    }

    async fn status(&self, label: &str, cookie: Option<&str>) -> Result<Status, Shut> {
        self.door(label, cookie)?;
        Ok(Status { minutes_left: 41, ends_at: Moment(0) })
    }

    async fn end(&self, label: &str, cookie: Option<&str>) -> Result<Ended, Shut> {
        self.door(label, cookie)?;
        let cut = self.leash.cut_and_wait(Duration::from_secs(1)).await;
        self.shut(Why::Over { how: EndedHow::Staff, cut_millis: None });
        let cut_millis = u64::try_from(cut.took.as_millis()).unwrap();
        Ok(Ended { cut_millis, language: Language::English, desk: "https://desk.example/desk".into() })
    }
}

fn bar() -> Bar {
    Bar {
        language: Language::English,
        acting_as: "Erika <Muster>".into(),
        customer: "1042 Nordwind".into(),
        occasion: "call of 14:05".into(),
        minutes_left: 41,
    }
}

pub fn route(method: Option<&str>, path: &str, action: Action, class: DataClass) -> Route {
    Route {
        methods: method.map_or(Methods::Any, |name| Methods::Named(vec![name.to_owned()])),
        path: PathPattern::parse(path).unwrap(),
        when: vec![],
        query: None,
        body: None,
        area: "test".into(),
        action,
        class,
        websocket: path.starts_with("/ws"),
        pass: None,
    }
}

/// A product whose every way of passing has a route.
pub fn product(upstream: SocketAddr) -> Product {
    let all = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];
    let view = |path| Route {
        methods: Methods::Named(all.map(str::to_owned).to_vec()),
        ..route(None, path, Action::View, DataClass::Product)
    };
    let personal = |path: &str, pass: PassList| Route {
        pass: Some(pass),
        ..route(None, path, Action::View, DataClass::Personal)
    };
    let list = |items: &[&str]| items.iter().map(|item| (*item).to_owned()).collect();
    Product {
        id: "panel".into(),
        name: "Panel".into(),
        upstream: format!("http://{upstream}"),
        upstream_ca_pem: None,
        own_origins: vec!["https://panel.example".into()],
        identity: IdentityHeaders {
            user: Some("X-Panel-User".into()),
            staff: Some("X-Panel-Staff".into()),
            token: Some("Authorization".into()),
        },
        script_cookies: vec!["csrf".into()],
        request_headers: vec!["X-CSRF-Token".into(), "x_panel_user".into(), "X-Forwarded-For".into()],
        areas: vec![],
        routes: vec![
            route(None, "/account/password", Action::Never, DataClass::Personal),
            route(Some("POST"), "/change", Action::Change, DataClass::Product),
            route(None, "/export", Action::Download, DataClass::Product),
            personal("/people", PassList::default()),
            personal(
                "/customer",
                PassList {
                    json: list(&["/id", "/plan", "/servers/*/name"]),
                    json_mask: list(&["/name", "/servers/*/owner"]),
                    html: list(&[".pass", "h1"]),
                    html_mask: list(&[".mask"]),
                },
            ),
            view("/ws"),
            personal("/ws-personal", PassList::default()),
            view("/v/**"),
            view("/"),
        ],
    }
}

/// A running gateway with its permit and product.
pub struct Stage {
    pub permit: Arc<Fake>,
    pub addr: SocketAddr,
    pub product: Upstream,
    pub shutdown: CancellationToken,
}

impl Stage {
    pub async fn new(answer: impl Fn(Seen) -> Told + Send + Sync + 'static) -> Self {
        Self::with(answer, |_| {}, GatewayConfig::new(SUFFIX, Scheme::Http)).await
    }

    pub async fn with(
        answer: impl Fn(Seen) -> Told + Send + Sync + 'static,
        adjust: impl FnOnce(&mut Product),
        config: GatewayConfig,
    ) -> Self {
        let upstream = Upstream::start(answer).await;
        let mut product = product(upstream.addr);
        adjust(&mut product);
        Self::before(upstream, product, config, None).await
    }

    pub async fn before(
        upstream: Upstream,
        product: Product,
        config: GatewayConfig,
        tls: Option<Arc<rustls::ServerConfig>>,
    ) -> Self {
        let permit = Arc::new(Fake::new(product));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let addr = listener.local_addr().unwrap();
        let shutdown = CancellationToken::new();
        tokio::spawn(Gateway::new(config, Arc::clone(&permit)).serve(listener, tls, shutdown.clone()));
        Self { permit, addr, product: upstream, shutdown }
    }

    /// Sends a request of the visit's browser and reads the whole answer.
    pub async fn get(&self, target: &str) -> Answer {
        self.send("GET", target, "", b"").await
    }

    pub async fn send(&self, method: &str, target: &str, headers: &str, body: &[u8]) -> Answer {
        let length =
            if body.is_empty() { String::new() } else { format!("Content-Length: {}\r\n", body.len()) };
        let head = format!(
            "{method} {target} HTTP/1.1\r\nHost: {HOST}\r\nCookie: __Host-pforte-visit={COOKIE}\r\n\
             {length}{headers}Connection: close\r\n\r\n"
        );
        self.raw(&[head.as_bytes(), body].concat()).await
    }

    /// Sends raw bytes and reads until the gateway closes.
    pub async fn raw(&self, bytes: &[u8]) -> Answer {
        Answer::parse(&raw(self.addr, bytes).await)
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        self.shutdown.cancel();
    }
}
