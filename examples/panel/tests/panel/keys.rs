//! The keys' address: names under localhost, caching, rotation, an address that is down.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicI64, AtomicUsize, Ordering},
};

use axum::{Router, routing::get};
use http::StatusCode;
use jiff::Timestamp;
use panel::{KeySource, KeyUrlError, app};
use tokio::net::TcpListener;

use crate::signer::{NOW, ask, bare, claims, config, header, jwks, key, request, sign};

struct Published {
    address: String,
    document: Arc<Mutex<String>>,
    reads: Arc<AtomicUsize>,
}

/// Serves a JWKS document on a free port, under a name that only means this machine by convention.
async fn publish(seeds: &[u8]) -> Published {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let port = listener.local_addr().expect("an address").port();
    let document = Arc::new(Mutex::new(jwks(seeds)));
    let reads = Arc::new(AtomicUsize::new(0));
    let (text, count) = (Arc::clone(&document), Arc::clone(&reads));
    let serve = move || async move {
        count.fetch_add(1, Ordering::SeqCst);
        text.lock().expect("no panic before").clone()
    };
    let router = Router::new().route("/keys.json", get(serve));
    tokio::spawn(async move { axum::serve(listener, router).await });
    Published { address: format!("http://pforte.localhost:{port}/keys.json"), document, reads }
}

#[tokio::test]
async fn keys_are_read_once_and_kept() {
    let published = publish(&[1]).await;
    let panel = app(config(KeySource::url(&published.address).unwrap()));
    for _ in 0..5 {
        assert_eq!(ask(&panel, request("GET", "/", "u-100")).await.status(), StatusCode::OK);
    }
    assert_eq!(published.reads.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn an_unknown_key_leads_to_one_fresh_look_but_not_to_a_flood() {
    let published = publish(&[1]).await;
    let seconds = Arc::new(AtomicI64::new(NOW));
    let (mut config, moved) = (config(KeySource::url(&published.address).unwrap()), Arc::clone(&seconds));
    config.clock = Arc::new(move || Timestamp::from_second(moved.load(Ordering::SeqCst)).unwrap());
    let panel = app(config);
    assert_eq!(ask(&panel, request("GET", "/", "u-100")).await.status(), StatusCode::OK);
    *published.document.lock().unwrap() = jwks(&[1, 2]);
    let second = || bare("GET", "/", "u-100", &sign(&header("k2"), &claims("u-100"), &key(2)));
    for _ in 0..5 {
        assert_eq!(ask(&panel, second()).await.status(), StatusCode::UNAUTHORIZED);
    }
    assert_eq!(published.reads.load(Ordering::SeqCst), 1);
    seconds.fetch_add(3, Ordering::SeqCst);
    assert_eq!(ask(&panel, second()).await.status(), StatusCode::OK);
    assert_eq!(published.reads.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn a_withdrawn_key_is_refused_after_a_minute() {
    let published = publish(&[1]).await;
    let seconds = Arc::new(AtomicI64::new(NOW));
    let (mut config, moved) = (config(KeySource::url(&published.address).unwrap()), Arc::clone(&seconds));
    config.clock = Arc::new(move || Timestamp::from_second(moved.load(Ordering::SeqCst)).unwrap());
    let panel = app(config);
    assert_eq!(ask(&panel, request("GET", "/", "u-100")).await.status(), StatusCode::OK);
    *published.document.lock().unwrap() = jwks(&[2]);
    seconds.fetch_add(60, Ordering::SeqCst);
    // Still within the token's life and the allowed skew: only the key is gone.
    assert_eq!(ask(&panel, request("GET", "/", "u-100")).await.status(), StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn keys_out_of_reach_are_no_reason_to_let_anybody_in() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    drop(listener);
    let panel = app(config(KeySource::url(&format!("http://127.0.0.1:{port}/keys.json")).unwrap()));
    assert_eq!(ask(&panel, request("GET", "/", "u-100")).await.status(), StatusCode::SERVICE_UNAVAILABLE);
}

#[test]
fn a_bad_address_is_told_apart() {
    assert_eq!(KeySource::url("https://a.example/k").unwrap_err(), KeyUrlError::NotHttp);
    assert_eq!(KeySource::url("http:///k").unwrap_err(), KeyUrlError::NoHost);
    assert_eq!(KeySource::url("http://a.example:x/k").unwrap_err(), KeyUrlError::BadPort);
}
