//! The gateway's public keys: fetched from its JWKS address, kept for a minute.
//!
//! A token that names an unknown key makes us look again at once (the keys may just have rotated),
//! but not more often than every two seconds. Old keys are never used when a refresh fails.

use std::{fmt, time::Duration};

use http_body_util::{BodyExt, Empty, Limited};
use hyper_util::rt::TokioIo;
use jiff::{SignedDuration, Timestamp};
use jsonwebtoken::{DecodingKey, jwk::JwkSet};
use tokio::{net::TcpStream, sync::Mutex, time::timeout};

const KEEP: SignedDuration = SignedDuration::from_secs(60);
const LOOK_AGAIN: SignedDuration = SignedDuration::from_secs(2);
const PATIENCE: Duration = Duration::from_secs(3);
const MAX_BYTES: usize = 64 * 1024;

/// Where the keys come from.
#[derive(Clone, Debug)]
pub enum KeySource {
    /// A JWKS document at an `http` address.
    Url(KeyUrl),
    /// A JWKS document as text, for tests.
    Fixed(String),
}

/// A plain-http address, taken apart.
#[derive(Clone, Debug)]
pub struct KeyUrl {
    host: String,
    port: u16,
    path: String,
}

/// Why an address cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyUrlError {
    NotHttp,
    NoHost,
    BadPort,
}

impl fmt::Display for KeyUrlError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotHttp => "must start with http:// (this sample reads keys over plain http only)",
            Self::NoHost => "names no host",
            Self::BadPort => "has a port that is no number from 1 to 65535",
        })
    }
}

impl std::error::Error for KeyUrlError {}

impl KeySource {
    /// Reads an address such as `http://pforte.localhost:7000/.well-known/jwks.json`.
    ///
    /// # Errors
    /// When it is no plain-http address with a host.
    pub fn url(text: &str) -> Result<Self, KeyUrlError> {
        let rest = text.strip_prefix("http://").ok_or(KeyUrlError::NotHttp)?;
        let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
        let (host, port) = match authority.rsplit_once(':') {
            Some((host, port)) => (host, port.parse().map_err(|_| KeyUrlError::BadPort)?),
            None => (authority, 80),
        };
        if host.is_empty() {
            return Err(KeyUrlError::NoHost);
        }
        Ok(Self::Url(KeyUrl { host: host.to_owned(), port, path: format!("/{path}") }))
    }
}

/// Why there is no key to check a token with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NoKey {
    /// The gateway has no such key.
    Unknown,
    /// The keys could not be read.
    Unreachable,
}

struct Kept {
    set: JwkSet,
    read_at: Timestamp,
}

/// The keys of one panel.
pub(crate) struct Keys {
    source: KeySource,
    kept: Mutex<Option<Kept>>,
}

impl Keys {
    pub fn new(source: KeySource) -> Self {
        Self { source, kept: Mutex::new(None) }
    }

    /// Finds the key with this id; one fetch at a time.
    pub async fn find(&self, kid: &str, now: Timestamp) -> Result<DecodingKey, NoKey> {
        let mut kept = self.kept.lock().await;
        if let Some(k) = kept.as_ref() {
            let age = now.duration_since(k.read_at);
            match pick(&k.set, kid) {
                // A clock that was set back must not keep old keys alive.
                _ if age.is_negative() || age >= KEEP => {}
                None if age >= LOOK_AGAIN => {}
                found => return found.ok_or(NoKey::Unknown),
            }
        }
        let text = match &self.source {
            KeySource::Fixed(text) => text.clone(),
            KeySource::Url(url) => match timeout(PATIENCE, fetch(url)).await {
                Ok(Some(text)) => text,
                _ => return Err(NoKey::Unreachable),
            },
        };
        let set: JwkSet = serde_json::from_str(&text).map_err(|_| NoKey::Unreachable)?;
        let found = pick(&set, kid).ok_or(NoKey::Unknown);
        *kept = Some(Kept { set, read_at: now });
        found
    }
}

fn pick(set: &JwkSet, kid: &str) -> Option<DecodingKey> {
    set.find(kid).and_then(|jwk| DecodingKey::from_jwk(jwk).ok())
}

async fn fetch(url: &KeyUrl) -> Option<String> {
    // Names under `localhost` are this machine (RFC 6761 §6.3), whatever the resolver says.
    let local = url.host == "localhost" || url.host.ends_with(".localhost");
    let host = if local { "127.0.0.1" } else { url.host.as_str() };
    let stream = TcpStream::connect((host, url.port)).await.ok()?;
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.ok()?;
    let driver = tokio::spawn(connection);
    let request = http::Request::get(&url.path)
        .header(http::header::HOST, format!("{}:{}", url.host, url.port))
        .header(http::header::ACCEPT, "application/json")
        .body(Empty::<bytes::Bytes>::new())
        .ok()?;
    let response = sender.send_request(request).await.ok()?;
    if response.status() != http::StatusCode::OK {
        return None;
    }
    let body = Limited::new(response.into_body(), MAX_BYTES).collect().await.ok()?;
    driver.abort();
    String::from_utf8(body.to_bytes().to_vec()).ok()
}
