//! What stands before every use case: shares, proxies, and text that cannot be kept.

use std::{convert::Infallible, time::Duration};

use axum::body::Body;
use bytes::Bytes;
use http::{Request, header};
use pforte_gateway::peer::Proxies;
use pforte_testkit::{Browser, PUBLIC_ORIGIN, TestApp, TestDb, on_both};
use serde_json::{Value, json};

/// A change whose body never comes.
fn without_body(path: &str) -> Request<Body> {
    let never = futures_util::stream::pending::<Result<Bytes, Infallible>>();
    Request::post(format!("/api/v1{path}"))
        .header(header::ORIGIN, PUBLIC_ORIGIN)
        .header(header::CONTENT_TYPE, "application/json")
        .body(Body::from_stream(never))
        .expect("a request")
}

async fn at_once<T>(work: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(1), work).await.expect("an answer within a second")
}

fn hold(browser: &Browser, path: &'static str, times: usize) {
    for _ in 0..times {
        let mut browser = browser.clone();
        tokio::spawn(async move { browser.send(without_body(path)).await });
    }
}

on_both! {
    /// Bodies that never come, from the same house and even under the same sign-in, hold up neither an ending nor
    /// anything else.
    async fn bodies_that_never_come_hold_nobody_up(app: TestApp) {
        let (mut contact, agent, visit) = app.visit().await;
        hold(&contact, "/tickets", 400);
        hold(&agent, "/tickets", 100);
        let mut stranger = app.browser();
        stranger.peer = contact.peer;
        hold(&stranger, "/sign-in/staff", 1000);
        for _ in 0..100 {
            tokio::task::yield_now().await;
        }
        at_once(contact.get("/me")).await.ok();
        at_once(stranger.get("/sign-in?provider=nordlicht")).await.ok();
        at_once(contact.post(&format!("/grounds/{}/end", visit.ground), Value::Null)).await.ok();
        at_once(contact.post("/sign-out", Value::Null)).await.status(204);
    }

    /// One person listens in a dozen browsers; then the stream that is oldest gives way, and not at once comes back.
    async fn one_person_holds_a_few_streams(app: TestApp) {
        let owner = app.world.near.customer.owner.clone();
        let contact = app.sign_in(&owner).await;
        let mut oldest = contact.listen(None).await;
        let mut others = vec![];
        for _ in 0..300 {
            others.push(contact.listen(None).await);
        }
        let rest = at_once(oldest.rest()).await;
        assert_eq!(rest.trim(), "retry: 60000", "it ends and stays away for a minute");
        let mut alive = 0;
        for mut other in others {
            alive += usize::from(tokio::time::timeout(Duration::from_millis(1), other.rest()).await.is_err());
        }
        assert_eq!(alive, 12);
    }

    /// A page that knows all up to an event hears what comes after it, and nothing twice.
    async fn a_page_listens_from_what_it_knows(app: TestApp) {
        let mut contact = app.sign_in(&app.world.near.customer.owner).await;
        let known = contact.get("/me").await.headers["pforte-news"].to_str().expect("an id").to_owned();
        contact.call(http::Method::PATCH, "/me", json!({ "language": "de" })).await.ok();
        let heard = at_once(contact.listen_since(&known).await.next()).await.expect("what was missed");
        assert_eq!(heard.event, "change");
        let after = contact.get("/me").await.headers["pforte-news"].to_str().expect("an id").to_owned();
        assert_eq!(after, heard.id);
        let mut page = contact.listen_since(&after).await;
        assert!(tokio::time::timeout(Duration::from_millis(50), page.next()).await.is_err(), "heard twice");
        let heard = contact.listen_since("another-run-7").await.next().await.expect("an answer");
        assert_eq!(heard.event, "reset");
    }
}

/// Behind a proxy everybody is counted by their own address, however the proxy and its peer are written.
#[tokio::test]
async fn behind_a_proxy_each_customer_has_a_throttle_of_their_own() {
    for (named, peer) in [
        ("127.0.0.1", "127.0.0.1"),
        ("127.0.0.1", "::ffff:127.0.0.1"),
        ("::ffff:127.0.0.1", "127.0.0.1"),
        ("127.0.0.0/8", "::ffff:127.0.0.9"),
    ] {
        let proxies = Proxies::new(vec![named.parse().expect("a network")]);
        let app = TestApp::start_with(TestDb::sqlite(), |settings| settings.trusted_proxies = proxies).await;
        let ask = async |forwarded: &[String]| {
            let mut browser = app.browser();
            browser.peer = (peer.parse::<std::net::IpAddr>().expect("an address"), 4711).into();
            let mut request = Request::post("/api/v1/sign-in/link").header(header::ORIGIN, PUBLIC_ORIGIN);
            for field in forwarded {
                request = request.header("x-forwarded-for", field);
            }
            let body = json!({ "provider": "nordlicht", "address": "nobody@oduya.example" }).to_string();
            let request = request.header(header::CONTENT_TYPE, "application/json").body(Body::from(body));
            browser.send(request.expect("a request")).await.status
        };
        for n in 0..90 {
            for forwarded in [
                vec![format!("198.51.100.{n}:4711")],
                vec![format!("[2001:db8:0:{n:x}::1]:4711")],
                vec!["192.0.2.1".into(), format!("203.0.113.{n}, 127.0.0.1:9")],
            ] {
                assert_eq!(ask(&forwarded).await, 202, "{named} {peer} {forwarded:?}");
            }
        }
        // What the client writes itself changes nothing.
        let mut refused = 0;
        for n in 0..90 {
            refused += usize::from(ask(&[format!("10.9.8.{n}, 198.51.100.200")]).await == 429);
        }
        assert!(refused > 0, "one address is slowed down");
    }
}
