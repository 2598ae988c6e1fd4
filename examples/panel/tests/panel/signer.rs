//! A stand-in for the gateway: signs tokens, and asks the panel with them.

use std::sync::Arc;

use axum::{Router, body::Body};
use http::{Request, Response, StatusCode};
use http_body_util::BodyExt;
use jiff::Timestamp;
use jsonwebtoken::{Algorithm, EncodingKey, Header, jwk::Jwk};
use panel::{Config, KeySource, app};
use serde_json::{Value, json};
use tower::ServiceExt;

pub const NOW: i64 = 1_795_000_000;
pub const ISSUER: &str = "https://pforte.example";

/// A key whose 32 secret bytes are all `seed` (PKCS#8, RFC 8410 §7).
pub fn key(seed: u8) -> EncodingKey {
    let mut der = b"\x30\x2e\x02\x01\x00\x30\x05\x06\x03\x2b\x65\x70\x04\x22\x04\x20".to_vec();
    der.extend([seed; 32]);
    EncodingKey::from_ed_der(&der)
}

/// A JWKS document with one key for each seed, named `k1`, `k2` …
pub fn jwks(seeds: &[u8]) -> String {
    let keys: Vec<Jwk> = seeds
        .iter()
        .map(|seed| {
            let mut jwk = Jwk::from_encoding_key(&key(*seed), Algorithm::EdDSA).expect("an Ed25519 key");
            jwk.common.key_id = Some(format!("k{seed}"));
            jwk
        })
        .collect();
    json!({ "keys": keys }).to_string()
}

pub fn config(keys: KeySource) -> Config {
    let clock = Arc::new(|| Timestamp::from_second(NOW).expect("a time"));
    Config { clock, ..Config::new(keys, ISSUER) }
}

/// A panel that knows the keys `k1` and `k2`.
pub fn panel() -> Router {
    app(config(KeySource::Fixed(jwks(&[1, 2]))))
}

pub fn header(kid: &str) -> Header {
    Header { typ: Some("at+jwt".into()), kid: Some(kid.into()), ..Header::new(Algorithm::EdDSA) }
}

/// The claims of a good token for this user.
pub fn claims(user: &str) -> Value {
    json!({
        "iss": ISSUER, "aud": "panel", "sub": user, "exp": NOW + 60, "jti": "01",
        "act": { "sub": "kim", "name": "Kim Becker" },
        "pforte": { "visit": "v", "ground": "g", "customer": "10001" },
    })
}

pub fn sign(header: &Header, claims: &Value, key: &EncodingKey) -> String {
    jsonwebtoken::encode(header, claims, key).expect("a token")
}

/// A request as the gateway sends it, for this user.
pub fn request(method: &str, path: &str, user: &str) -> http::request::Builder {
    let token = sign(&header("k1"), &claims(user), &key(1));
    bare(method, path, user, &token)
}

pub fn bare(method: &str, path: &str, user: &str, token: &str) -> http::request::Builder {
    Request::builder()
        .method(method)
        .uri(path)
        .header("X-Panel-User", user)
        .header("X-Panel-Staff", "kim")
        .header("X-Panel-Token", token)
}

pub async fn ask(panel: &Router, request: http::request::Builder) -> Response<Body> {
    send(panel, request, "").await
}

pub async fn send(panel: &Router, request: http::request::Builder, body: &'static str) -> Response<Body> {
    panel.clone().oneshot(request.body(Body::from(body)).expect("a request")).await.expect("an answer")
}

pub async fn text(response: Response<Body>) -> String {
    let bytes = response.into_body().collect().await.expect("a body").to_bytes();
    String::from_utf8_lossy(&bytes).into_owned()
}

/// GETs a page as the gateway would and expects 200.
pub async fn page(panel: &Router, path: &str, user: &str) -> String {
    let response = ask(panel, request("GET", path, user)).await;
    assert_eq!(response.status(), StatusCode::OK, "{path}");
    text(response).await
}
