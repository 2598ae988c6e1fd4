//! What stands before every address: the origin check, limits, and problem bodies for everything.

use axum::body::Body;
use http::{Method, Request, header};
use pforte_testkit::{PUBLIC_ORIGIN, TestApp, TestDb};
use serde_json::{Value, json};

/// Changes are taken only with our own origin, named once.
#[tokio::test]
async fn changes_need_our_own_origin() {
    let app = TestApp::start(TestDb::sqlite()).await;
    let mut contact = app.sign_in(&app.world.near.customer.owner).await;
    for origin in
        [None, Some("null"), Some("https://support.example.evil.example"), Some("http://support.example")]
    {
        contact.origin = origin.map(Into::into);
        contact.post("/pin", Value::Null).await.refused(403, "origin.foreign");
        contact.post("/sign-out", Value::Null).await.refused(403, "origin.foreign");
    }
    let request = Request::post("/api/v1/pin")
        .header(header::ORIGIN, PUBLIC_ORIGIN)
        .header(header::ORIGIN, "https://evil.example");
    contact.send(request.body(Body::empty()).expect("a request")).await.refused(403, "origin.foreign");
    let read = Request::get("/api/v1/me").header(header::ORIGIN, "https://evil.example");
    contact.send(read.body(Body::empty()).expect("a request")).await.refused(403, "origin.foreign");
    contact.origin = Some(PUBLIC_ORIGIN.into());
    contact.post("/pin", Value::Null).await.ok();
}

/// Bodies have a limit; what is no JSON, or has unknown fields, is a problem body like any other.
#[tokio::test]
async fn bodies_are_bounded_and_strict() {
    let app = TestApp::start(TestDb::sqlite()).await;
    let mut browser = app.browser();
    let large = json!({ "provider": "nordlicht", "address": "x".repeat(70_000) });
    browser.post("/sign-in/link", large).await.refused(413, "body.too_large");
    let unknown = json!({ "provider": "nordlicht", "address": "x", "admin": true });
    browser.post("/sign-in/link", unknown).await.refused(422, "request.invalid");
    let mut send = async |kind: &str, body: &'static str| {
        let request = Request::post("/api/v1/sign-in/link").header(header::ORIGIN, PUBLIC_ORIGIN);
        let request = request.header(header::CONTENT_TYPE, kind).body(Body::from(body));
        browser.send(request.expect("a request")).await
    };
    send("text/plain", "{}").await.refused(415, "body.not_json");
    send("application/json", "{").await.refused(400, "request.invalid");
    send("application/json", "").await.refused(400, "request.invalid");
}

/// Unknown addresses and methods are told as problems; nothing is ever cached.
#[tokio::test]
async fn unknown_addresses_are_problems() {
    let app = TestApp::start(TestDb::sqlite()).await;
    let mut agent = app.sign_in(&app.world.near.agent).await;
    agent.get("/nothing").await.refused(404, "not_found");
    agent.call(Method::DELETE, "/me", Value::Null).await.refused(405, "method.not_allowed");
    // An address that names nothing there can be: whoever follows a bad link reads “not found”.
    agent.get("/customers/not-an-id").await.refused(404, "not_found");
    for path in ["/me", "/nothing", "/openapi.json"] {
        assert_eq!(agent.get(path).await.headers[header::CACHE_CONTROL], "no-store", "{path}");
    }
    assert_eq!(agent.get("/openapi.json").await.ok()["openapi"], "3.1.0");
}

/// Health says whether anything can be opened, and no more.
#[tokio::test]
async fn health_tells_whether_it_can_write() {
    let app = TestApp::start(TestDb::sqlite()).await;
    let request = Request::get("/health").body(Body::empty()).expect("a request");
    assert_eq!(app.browser().send(request).await.ok(), json!({ "writable": true }));
}
