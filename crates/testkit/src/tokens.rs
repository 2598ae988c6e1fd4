//! A token server of the test's own: gives tokens, tells mail servers which are good, and does what it is told
//! to do wrong. Plain HTTP on a free port of this machine.

use std::{
    collections::{BTreeMap, HashSet},
    io::{BufRead, BufReader, Read, Write},
    net::{Ipv4Addr, TcpListener, TcpStream},
    path::Path,
    sync::{
        Arc, Mutex, MutexGuard,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use pforte_mail::oauth::{Settings, Waits};
use serde_json::{Value, json};

/// The application's own secret.
pub const CLIENT_SECRET: &str = "only-for-this-test-too";

/// A running token server; it ends with the value.
pub struct TokenServer {
    port: u16,
    state: Arc<Mutex<State>>,
    over: Arc<AtomicBool>,
}

struct State {
    /// Whose mailbox its tokens are for.
    user: String,
    expires_in: Value,
    good: HashSet<String>,
    given: usize,
    /// Questions, by kind of grant.
    asked: BTreeMap<String, usize>,
    /// The refresh token that is good now; each use makes another one.
    refresh: Option<String>,
    /// An error for every question, until further notice.
    error: Option<(String, String)>,
    /// So long it thinks.
    thinks: Duration,
    /// So often “not yet” to a device.
    pending: usize,
    /// What was sent, for looking into.
    forms: Vec<BTreeMap<String, String>>,
}

impl TokenServer {
    /// Starts one that gives tokens for `user`.
    pub fn start(user: &str) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let state = Arc::new(Mutex::new(State {
            user: user.into(),
            expires_in: json!(3599),
            good: HashSet::new(),
            given: 0,
            asked: BTreeMap::new(),
            refresh: None,
            error: None,
            thinks: Duration::ZERO,
            pending: 0,
            forms: vec![],
        }));
        let over = Arc::new(AtomicBool::new(false));
        let (serving, ended) = (Arc::clone(&state), Arc::clone(&over));
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                if ended.load(Ordering::Relaxed) {
                    return;
                }
                let (Ok(stream), state) = (stream, Arc::clone(&serving)) else { continue };
                std::thread::spawn(move || answer(&stream, &state));
            }
        });
        Self { port, state, over }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("a lock")
    }

    fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    /// Where mail servers ask which tokens are good; a token follows.
    pub fn introspection(&self) -> String {
        self.url("/introspect?token=")
    }

    /// A sign-in of the application itself; its secret lies in `folder`.
    pub fn application(&self, folder: &Path) -> Settings {
        let secret = folder.join("client-secret");
        std::fs::write(&secret, format!("{CLIENT_SECRET}\n")).expect("writes");
        Settings {
            name: "host".into(),
            token_url: self.url("/token"),
            device_url: Some(self.url("/device")),
            authorize_url: None,
            client_id: "the-app".into(),
            client_secret_file: Some(secret),
            scope: "https://mail.example/.default".into(),
            refresh_token_file: None,
            ca: None,
            waits: Waits { answer: Duration::from_secs(10), failed: Duration::ZERO },
        }
    }

    /// A sign-in with somebody's refresh token, which lies in `folder`.
    pub fn person(&self, folder: &Path) -> Settings {
        let file = folder.join("refresh-token");
        std::fs::write(&file, "refresh-0\n").expect("writes");
        self.state().refresh = Some("refresh-0".into());
        Settings { refresh_token_file: Some(file), ..self.application(folder) }
    }

    /// How long its tokens live, as it writes it.
    pub fn expires_in(&self, value: Value) {
        self.state().expires_in = value;
    }

    /// Takes all tokens back.
    pub fn take_back(&self) {
        self.state().good.clear();
    }

    /// Answers every question with an error, or none any more.
    pub fn refuse(&self, error: Option<(&str, &str)>) {
        self.state().error = error.map(|(error, said)| (error.into(), said.into()));
    }

    /// Thinks so long about every question.
    pub fn think(&self, thinks: Duration) {
        self.state().thinks = thinks;
    }

    /// Says so often to a device that nobody has signed in yet.
    pub fn pending(&self, times: usize) {
        self.state().pending = times;
    }

    /// How many tokens it gave.
    pub fn given(&self) -> usize {
        self.state().given
    }

    /// How often it was asked for a kind of grant.
    pub fn asked(&self, grant: &str) -> usize {
        self.state().asked.get(grant).copied().unwrap_or_default()
    }

    /// The refresh token that is good now.
    pub fn refresh_token(&self) -> Option<String> {
        self.state().refresh.clone()
    }

    /// Everything that was sent to it.
    pub fn forms(&self) -> Vec<BTreeMap<String, String>> {
        self.state().forms.clone()
    }
}

impl Drop for TokenServer {
    fn drop(&mut self) {
        self.over.store(true, Ordering::Relaxed);
        // It waits for somebody.
        let _ = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port));
    }
}

fn answer(stream: &TcpStream, state: &Mutex<State>) -> Option<()> {
    stream.set_read_timeout(Some(Duration::from_secs(10))).ok()?;
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    reader.read_line(&mut line).ok()?;
    let path = line.split(' ').nth(1)?.to_owned();
    let (mut length, mut header) = (0, String::new());
    loop {
        header.clear();
        reader.read_line(&mut header).ok()?;
        let header = header.trim().to_ascii_lowercase();
        if header.is_empty() {
            break;
        }
        if let Some(value) = header.strip_prefix("content-length:") {
            length = value.trim().parse().ok()?;
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    let form = form(&String::from_utf8(body).ok()?);
    let thinks = state.lock().expect("a lock").thinks;
    std::thread::sleep(thinks);
    let (status, answer) = match path.split_once('?') {
        Some(("/introspect", query)) => (200, introspect(state, query)),
        _ => state.lock().expect("a lock").answer(&path, form),
    };
    let answer = answer.to_string();
    let mut stream = stream;
    write!(
        stream,
        "HTTP/1.1 {status} x\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{answer}",
        answer.len()
    )
    .ok()
}

fn introspect(state: &Mutex<State>, query: &str) -> Value {
    let state = state.lock().expect("a lock");
    let token = query.split('&').find_map(|pair| pair.strip_prefix("token=")).unwrap_or_default();
    // Our Dovecot knows its users without what follows the `@`.
    let user = state.user.split('@').next();
    json!({ "active": state.good.contains(token), "username": user })
}

impl State {
    fn answer(&mut self, path: &str, form: BTreeMap<String, String>) -> (u16, Value) {
        let grant = form.get("grant_type").cloned().unwrap_or_default();
        let secret = form.get("client_secret").cloned();
        let (refresh, verifier) = (form.get("refresh_token").cloned(), form.contains_key("code_verifier"));
        *self.asked.entry(grant.clone()).or_default() += 1;
        self.forms.push(form);
        if let Some((error, said)) = &self.error {
            return (400, json!({ "error": error, "error_description": format!("{said}\r\nTrace ID: 1") }));
        }
        if secret.as_deref() != Some(CLIENT_SECRET) {
            return (401, json!({ "error": "invalid_client", "error_description": "a wrong secret" }));
        }
        if path == "/device" {
            let address = "https://host.example/device";
            return (
                200,
                json!({ "user_code": "WDJB-MJHT", "device_code": "the-device", "verification_uri": address,
                    "expires_in": 600, "interval": 0 }),
            );
        }
        match grant.as_str() {
            "client_credentials" => (200, self.token(None)),
            "refresh_token" if refresh.is_some() && refresh == self.refresh => self.with_next(),
            "authorization_code" if verifier => self.with_next(),
            "urn:ietf:params:oauth:grant-type:device_code" if self.pending > 0 => {
                self.pending -= 1;
                (400, json!({ "error": "authorization_pending" }))
            }
            "urn:ietf:params:oauth:grant-type:device_code" => self.with_next(),
            _ => (400, json!({ "error": "invalid_grant", "error_description": "that token is over" })),
        }
    }

    fn with_next(&mut self) -> (u16, Value) {
        let next = format!("refresh-{}", self.given + 1);
        self.refresh = Some(next.clone());
        (200, self.token(Some(next)))
    }

    fn token(&mut self, refresh: Option<String>) -> Value {
        self.given += 1;
        let token = format!("secret-token-{}", self.given);
        self.good.insert(token.clone());
        json!({ "token_type": "Bearer", "access_token": token, "expires_in": self.expires_in, "refresh_token": refresh })
    }
}

fn form(text: &str) -> BTreeMap<String, String> {
    let pairs = text.split('&').filter_map(|pair| pair.split_once('='));
    pairs.map(|(key, value)| (decode(key), decode(value))).collect()
}

fn decode(text: &str) -> String {
    let mut parts = text.split('%');
    let mut bytes = parts.next().unwrap_or_default().as_bytes().to_vec();
    for part in parts {
        bytes.push(u8::from_str_radix(&part[..2], 16).expect("an escape"));
        bytes.extend_from_slice(&part.as_bytes()[2..]);
    }
    String::from_utf8(bytes).expect("text")
}
