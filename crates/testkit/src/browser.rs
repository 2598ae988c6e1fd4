//! A browser: keeps its cookie, says where its requests come from, and checks what it is answered.

use std::{
    net::SocketAddr,
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};

use axum::{Router, body::Body, extract::ConnectInfo};
use bytes::Bytes;
use http::{HeaderMap, Method, Request, StatusCode, header};
use http_body_util::BodyExt;
use serde_json::{Value, json};
use tower::ServiceExt;

use crate::{PUBLIC_ORIGIN, Person, TestApp, world::PASSWORD};

/// One browser.
#[derive(Clone, Debug)]
pub struct Browser {
    router: Router,
    /// The value of our cookie.
    pub cookie: Option<String>,
    /// What it sends as `Origin` with changes.
    pub origin: Option<String>,
    /// Its own, so that throttling by address does not join the tests.
    pub peer: SocketAddr,
}

/// What the server answered.
#[derive(Clone, Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Bytes,
    asked: String,
}

impl Browser {
    /// A browser in which nobody is signed in.
    pub fn new(router: Router) -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let [_, a, b, c] = COUNT.fetch_add(1, Ordering::Relaxed).to_be_bytes();
        let peer = SocketAddr::from(([10, a, b, c], 443));
        Self { router, cookie: None, origin: Some(PUBLIC_ORIGIN.into()), peer }
    }

    /// The same browser, after the server was started anew.
    #[must_use]
    pub fn at(&self, app: &TestApp) -> Self {
        Self { router: app.router.clone(), ..self.clone() }
    }

    /// Sends a request as it is, with cookie and peer; keeps a fresh cookie.
    pub async fn send(&mut self, request: Request<Body>) -> Answer {
        let answer = self.ask(request).await;
        let set = answer.headers.get(header::SET_COOKIE).and_then(|v| v.to_str().ok());
        if let Some(value) = set.and_then(|v| v.strip_prefix("__Host-pforte=")) {
            let value = value.split(';').next().unwrap_or_default();
            self.cookie = (!value.is_empty()).then(|| value.to_owned());
        }
        answer
    }

    async fn ask(&self, request: Request<Body>) -> Answer {
        let asked = format!("{} {}", request.method(), request.uri());
        let response = self.start(request).await;
        let (head, body) = response.into_parts();
        let body = body.collect().await.expect("the answer's body").to_bytes();
        Answer { status: head.status, headers: head.headers, body, asked }
    }

    async fn start(&self, mut request: Request<Body>) -> http::Response<Body> {
        request.extensions_mut().insert(ConnectInfo(self.peer));
        if let Some(cookie) = &self.cookie {
            let value = format!("__Host-pforte={cookie}").parse().expect("a header");
            request.headers_mut().insert(header::COOKIE, value);
        }
        self.router.clone().oneshot(request).await.expect("the router answers")
    }

    fn request(&self, method: Method, path: &str, body: Option<&Value>) -> Request<Body> {
        let mut builder = Request::builder().method(&method).uri(format!("/api/v1{path}"));
        if method != Method::GET
            && let Some(origin) = &self.origin
        {
            builder = builder.header(header::ORIGIN, origin);
        }
        let body = match body {
            Some(body) => {
                builder = builder.header(header::CONTENT_TYPE, "application/json");
                Body::from(body.to_string())
            }
            None => Body::empty(),
        };
        builder.body(body).expect("a request")
    }

    /// `GET` below `/api/v1`.
    pub async fn get(&self, path: &str) -> Answer {
        self.ask(self.request(Method::GET, path, None)).await
    }

    /// `POST` below `/api/v1`; `Value::Null` sends no body.
    pub async fn post(&mut self, path: &str, body: Value) -> Answer {
        self.call(Method::POST, path, body).await
    }

    /// Any method below `/api/v1`.
    pub async fn call(&mut self, method: Method, path: &str, body: Value) -> Answer {
        let request = self.request(method, path, Some(&body).filter(|body| !body.is_null()));
        self.send(request).await
    }

    /// Types what this person types to sign in.
    pub async fn sign_in(&mut self, person: &Person, code: &str) -> Answer {
        match &person.username {
            Some(username) => {
                let body = json!({
                    "provider": person.slug, "username": username, "password": PASSWORD, "totp": code,
                });
                self.post("/sign-in/staff", body).await
            }
            None => {
                let body = json!({
                    "provider": person.slug, "address": person.address, "password": PASSWORD,
                });
                self.post("/sign-in/contact", body).await
            }
        }
    }

    /// The PIN that this contact's page shows.
    pub async fn pin(&mut self) -> String {
        let shown = self.post("/pin", Value::Null).await.ok();
        shown["digits"].as_str().expect("digits").to_owned()
    }

    /// Starts to listen to live updates.
    pub async fn listen(&self, last_id: Option<&str>) -> Listener {
        let mut request = self.request(Method::GET, "/events", None);
        if let Some(id) = last_id {
            request.headers_mut().insert("last-event-id", id.parse().expect("a header"));
        }
        self.listen_to(request).await
    }

    /// Starts to listen as a page does that knows everything up to an event.
    pub async fn listen_since(&self, id: &str) -> Listener {
        self.listen_to(self.request(Method::GET, &format!("/events?since={id}"), None)).await
    }

    async fn listen_to(&self, request: Request<Body>) -> Listener {
        let response = self.start(request).await;
        assert_eq!(response.status(), StatusCode::OK, "listening is refused");
        Listener { body: response.into_body(), waiting: String::new() }
    }
}

impl Answer {
    /// The body as JSON.
    pub fn json(&self) -> Value {
        if self.body.is_empty() {
            return Value::Null;
        }
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("{}: no JSON: {self:?}", self.asked))
    }

    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// Must be a success; answers the body.
    #[track_caller]
    pub fn ok(&self) -> Value {
        assert!(self.status.is_success(), "{}: {} {:?}", self.asked, self.status, self.body);
        self.json()
    }

    /// Must have this status.
    #[track_caller]
    pub fn status(&self, status: u16) -> &Self {
        assert_eq!(self.status.as_u16(), status, "{}: {:?}", self.asked, self.body);
        self
    }

    /// Must be a problem with this status and stable code; answers the body.
    #[track_caller]
    pub fn refused(&self, status: u16, code: &str) -> Value {
        self.status(status);
        let body = self.json();
        assert_eq!(body["code"], code, "{}: {body}", self.asked);
        assert_eq!(body["status"], status, "{}: the body names another status", self.asked);
        assert_eq!(self.headers[header::CONTENT_TYPE], "application/problem+json", "{}", self.asked);
        body
    }
}

/// Listens to server-sent events.
#[derive(Debug)]
pub struct Listener {
    body: Body,
    waiting: String,
}

/// One event as it was heard.
#[derive(Clone, Debug, PartialEq)]
pub struct Heard {
    pub event: String,
    pub id: String,
    pub data: Value,
}

impl Heard {
    /// Whether it names a topic.
    pub fn about(&self, topic: &str) -> bool {
        self.data["topics"].as_array().is_some_and(|topics| topics.iter().any(|t| t == topic))
    }
}

impl Listener {
    /// The next event; `None` when the server ended the stream. Fails after five seconds of silence.
    pub async fn next(&mut self) -> Option<Heard> {
        loop {
            if let Some((block, rest)) = self.waiting.split_once("\n\n") {
                let field = |name: &str| {
                    let line = block.lines().find_map(|line| line.strip_prefix(name));
                    line.unwrap_or_default().trim_start_matches(": ").to_owned()
                };
                let data = field("data");
                let heard = (!data.is_empty()).then(|| Heard {
                    event: field("event"),
                    id: field("id"),
                    data: serde_json::from_str(&data).expect("JSON in an event"),
                });
                self.waiting = rest.to_owned();
                match heard {
                    Some(heard) => return Some(heard),
                    None => continue,
                }
            }
            let frame = tokio::time::timeout(Duration::from_secs(5), self.body.frame()).await;
            let frame = frame.expect("nothing was heard for five seconds")?;
            let data = frame.expect("a frame").into_data().unwrap_or_default();
            self.waiting.push_str(&String::from_utf8_lossy(&data));
        }
    }

    /// What comes until the server ends the stream.
    pub async fn rest(&mut self) -> String {
        while let Some(frame) = self.body.frame().await {
            let data = frame.expect("a frame").into_data().unwrap_or_default();
            self.waiting.push_str(&String::from_utf8_lossy(&data));
        }
        std::mem::take(&mut self.waiting)
    }

    /// The next event about a topic.
    pub async fn hear(&mut self, topic: &str) -> Heard {
        loop {
            let heard = self.next().await.expect("the stream goes on");
            if heard.about(topic) {
                return heard;
            }
        }
    }
}
