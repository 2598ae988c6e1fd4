//! Opening, passing, being told why not, and ending.

#![allow(clippy::unwrap_used, reason = "a test stops where something fails")]

mod support;

use std::sync::atomic::Ordering;

use pforte_core::{
    access::{Closed, EndedHow, Lack, Need},
    catalogue::{Action, DataClass},
};
use pforte_gateway::{GatewayConfig, Scheme, Why};
use support::*;

const HTML: &str = "Accept: text/html\r\n";

#[tokio::test]
async fn the_link_opens_once_and_only_for_a_real_visit() {
    let stage = Stage::new(|_| text("hello")).await;
    let open = |method: &str, more: &str| {
        format!(
            "{method} /.pforte/open?t={TOKEN} HTTP/1.1\r\nHost: {HOST}\r\n{more}Connection: close\r\n\r\n"
        )
    };
    for looked in [
        open("HEAD", ""),
        open("GET", "Sec-Purpose: prefetch;prerender\r\n"),
        open("GET", "Purpose: prefetch\r\n"),
    ] {
        let answer = stage.raw(looked.as_bytes()).await;
        assert!(answer.header("set-cookie").is_none(), "{answer:?}");
    }
    assert_eq!(stage.permit.entered.load(Ordering::SeqCst), 0);
    let first = stage.raw(open("GET", "").as_bytes()).await;
    assert_eq!((first.status, first.header("location")), (303, Some("/")));
    let cookie = first.header("set-cookie").unwrap();
    assert_eq!(cookie, "__Host-pforte-visit=s3cret; Path=/; Secure; HttpOnly; SameSite=Lax");
    assert_eq!(first.header("cache-control"), Some("no-store"));
    let second = stage.raw(open("GET", HTML).as_bytes()).await;
    assert_eq!(second.status, 410);
    assert!(second.text().contains("This link is used up."));
}

#[tokio::test]
async fn a_request_with_the_cookie_reaches_the_product() {
    let stage = Stage::new(|_| text("hello")).await;
    let answer = stage.get("/v/hello?x=1").await;
    assert_eq!((answer.status, answer.text().as_str()), (200, "hello"));
    assert_eq!(stage.product.last().target, "/v/hello?x=1");
    assert_eq!(stage.product.last().header("host"), Some(stage.product.addr.to_string().as_str()));
}

/// Our own cookie counts only when there is exactly one; a sibling's cookies never do.
#[tokio::test]
async fn without_exactly_our_cookie_nothing_is_here() {
    let stage = Stage::new(|_| text("hello")).await;
    for cookies in [
        "",
        "Cookie: __Host-pforte-visit=wrong\r\n",
        "Cookie: __Host-pforte-visit=s3cret; __Host-pforte-visit=s3cret\r\n",
        "Cookie: __Host-pforte-visit=s3cret\r\nCookie: __Host-pforte-visit=evil\r\n",
        "Cookie: pforte-visit=s3cret\r\n",
        "Cookie: __host-pforte-visit=s3cret\r\n",
    ] {
        let request =
            format!("GET /v/x HTTP/1.1\r\nHost: {HOST}\r\n{cookies}{HTML}Connection: close\r\n\r\n");
        let answer = stage.raw(request.as_bytes()).await;
        assert_eq!(answer.status, 404, "{cookies}");
    }
    for host in [
        "gate.example",
        "x.a1b2.gate.example",
        "A1B2.gate.example",
        "a1b2.gate.example.evil.example",
        "other.example",
    ] {
        let request = format!(
            "GET /v/x HTTP/1.1\r\nHost: {host}\r\nCookie: __Host-pforte-visit={COOKIE}\r\nConnection: close\r\n\r\n"
        );
        assert_eq!(stage.raw(request.as_bytes()).await.status, 404, "{host}");
    }
    assert_eq!(stage.product.count(), 0);
}

#[tokio::test]
async fn every_reason_has_a_page_in_the_readers_language() {
    let stage = Stage::new(|_| text("hello")).await;
    let table: &[(Why, u16, &str)] = &[
        (Why::NotHere, 404, "There is nothing here."),
        (Why::Ended, 410, "This visit has ended."),
        (Why::TooOften, 429, "Too many searches were made here."),
        (
            Why::Over { how: EndedHow::Customer, cut_millis: Some(180) },
            410,
            "Everything was shut after 0.2 s.",
        ),
        (Why::Over { how: EndedHow::HourUp, cut_millis: None }, 410, "The hour was up."),
        (Why::Over { how: EndedHow::Idle, cut_millis: None }, 410, "Nothing was opened for 15 minutes."),
        (Why::Over { how: EndedHow::GroundOver, cut_millis: None }, 410, "Ended with the access."),
        (Why::Closed(Closed::Never), 403, "This never opens for support."),
        (Why::Unclassified, 403, "This page is not in the catalogue."),
        (Why::Needs(Need::Consent(Action::Download)), 403, "Downloading needs the customer’s consent."),
        (Why::Needs(Need::PersonalData), 403, "This page holds personal data."),
        (Why::Needs(Need::Staff(Lack::Training)), 403, "You have not done all trainings."),
        (Why::Closed(Closed::ViewOnly), 403, "This access is for viewing only."),
        (Why::Closed(Closed::LogDown), 503, "The log cannot be written right now."),
        (Why::Busy, 503, "Too much is going on"),
    ];
    for (why, status, words) in table {
        stage.permit.shut(why.clone());
        let page = stage.send("GET", "/v/x", HTML, b"").await;
        assert_eq!(page.status, *status, "{why:?}");
        assert!(page.text().contains(words), "{why:?}: {}", page.text());
        assert!(page.text().contains("https://desk.example/desk"), "{why:?}");
        for (name, value) in [
            ("cache-control", "no-store"),
            ("content-type", "text/html; charset=utf-8"),
            ("x-content-type-options", "nosniff"),
            ("referrer-policy", "same-origin"),
            ("cross-origin-resource-policy", "same-origin"),
        ] {
            assert_eq!(page.header(name), Some(value), "{why:?} {name}");
        }
        assert!(page.header("content-security-policy").unwrap().starts_with("default-src 'none'"));
        let over = matches!(why, Why::Over { .. } | Why::Ended);
        assert_eq!(page.header("clear-site-data").is_some(), over, "{why:?}");
        let problem = stage.get("/v/x").await;
        assert_eq!(problem.header("content-type"), Some("application/problem+json"), "{why:?}");
        assert_eq!(problem.status, *status);
        let kept = problem.header("clear-site-data").is_none() && problem.header("set-cookie").is_none();
        assert!(kept, "{why:?}: the page that says why must still be reachable");
    }
    assert_eq!(stage.product.count(), 0);
}

/// Control 37, rule W2: when the log is down nothing reaches the product.
#[tokio::test]
async fn control_37_a_log_that_is_down_forwards_nothing() {
    let stage = Stage::new(|_| text("hello")).await;
    stage.permit.shut(Why::Closed(Closed::LogDown));
    for _ in 0..3 {
        let answer = stage.get("/v/x").await;
        assert_eq!((answer.status, answer.header("retry-after")), (503, Some("5")));
    }
    assert_eq!(stage.product.count(), 0);
}

/// Control 32 and 35: what is unclassified, never or without consent gets 403 and not one byte.
#[tokio::test]
async fn control_32_35_closed_routes_give_no_byte() {
    let stage = Stage::new(|_| text("SECRET")).await;
    for (method, path) in
        [("GET", "/unknown"), ("POST", "/account/password"), ("POST", "/change"), ("GET", "/export")]
    {
        let answer = stage.send(method, path, "", b"x=1").await;
        assert_eq!(answer.status, 403, "{method} {path}");
        assert!(!answer.text().contains("SECRET"));
    }
    let handshake =
        "Upgrade: websocket\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n";
    let request = format!(
        "GET /v/x HTTP/1.1\r\nHost: {HOST}\r\nCookie: __Host-pforte-visit={COOKIE}\r\n{handshake}Connection: Upgrade\r\n\r\n"
    );
    assert_eq!(stage.raw(request.as_bytes()).await.status, 403);
    assert_eq!(stage.product.count(), 0);
}

/// Control 33 (gateway part), rule T18: one press ends, and the browser forgets.
#[tokio::test]
async fn control_33_ending_clears_the_browser() {
    let stage = Stage::new(|_| text("hello")).await;
    let origin = format!("Origin: http://{HOST}\r\n{HTML}");
    for foreign in ["", "Origin: http://b3.gate.example\r\n", "Origin: null\r\n"] {
        assert_eq!(stage.send("POST", "/.pforte/end", foreign, b"").await.status, 403, "{foreign}");
    }
    assert_eq!(stage.send("GET", "/.pforte/end", &origin, b"").await.status, 404);
    assert_eq!(stage.get("/v/x").await.status, 200);
    let page = stage.send("POST", "/.pforte/end", &origin, b"").await;
    assert_eq!(page.status, 200);
    assert_eq!(page.header("clear-site-data"), Some("\"cache\", \"cookies\", \"storage\""));
    assert!(page.header("set-cookie").unwrap().contains("Max-Age=0"));
    assert!(page.text().contains("Ended by support."));
    assert_eq!(stage.send("GET", "/v/x", HTML, b"").await.status, 410);
}

#[tokio::test]
async fn below_pforte_there_is_only_what_is_listed() {
    let stage = Stage::new(|_| text("hello")).await;
    assert_eq!(stage.get("/.pforte/status").await.text(), r#"{"ends_at":0,"minutes_left":41}"#);
    for (path, kind) in [("bar.css", "text/css"), ("bar.js", "text/javascript"), ("page.css", "text/css")] {
        let answer = stage.get(&format!("/.pforte/{path}")).await;
        assert!(answer.status == 200 && answer.header("content-type").unwrap().starts_with(kind), "{path}");
    }
    for path in
        ["/.pforte", "/.pforte/", "/.pforte/open", "/.pforte/open?t=a&t=b", "/.pforte/x", "/.pforte/status/x"]
    {
        assert_eq!(stage.get(path).await.status, 404, "{path}");
    }
    assert_eq!(stage.product.count(), 0);
}

/// A request that another page made the browser send is not the visit's.
#[tokio::test]
async fn foreign_pages_cannot_act_for_the_visit() {
    let stage = Stage::new(|_| text("hello")).await;
    for headers in [
        "Origin: https://evil.example\r\n",
        "Origin: http://b3.gate.example\r\n",
        "Origin: null\r\n",
        "Sec-Fetch-Site: same-site\r\nSec-Fetch-Mode: no-cors\r\n",
        "Sec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: cors\r\n",
        "Service-Worker: script\r\n",
    ] {
        assert_eq!(stage.send("GET", "/v/x", headers, b"").await.status, 403, "{headers}");
    }
    let navigation = "Sec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: navigate\r\nSec-Fetch-Dest: document\r\n";
    assert_eq!(stage.send("GET", "/v/x", navigation, b"").await.status, 200);
    assert_eq!(stage.send("POST", "/v/x", navigation, b"").await.status, 403);
    assert_eq!(stage.product.count(), 1);
}

/// The listener the portal shares: heads that never end are cut off, and a shutdown ends everything.
#[tokio::test]
async fn slow_heads_and_shutdowns_close_connections() {
    use std::time::{Duration, Instant};
    use tokio::io::AsyncWriteExt;
    let mut config = pforte_gateway::GatewayConfig::new(SUFFIX, pforte_gateway::Scheme::Http);
    config.limits.head_timeout = Duration::from_millis(200);
    config.limits.grace = Duration::from_millis(200);
    let events = || {
        http::Response::builder()
            .header("content-type", "text/event-stream")
            .body(endless(Duration::from_millis(5)))
            .unwrap()
    };
    let stage = Stage::with(move |_| events(), |_| {}, config).await;
    let started = Instant::now();
    stage.raw(b"GET /v/x HTTP/1.1\r\nHost: a").await;
    assert!(started.elapsed() >= Duration::from_millis(150), "{:?}", started.elapsed());
    let mut stream = tokio::net::TcpStream::connect(stage.addr).await.unwrap();
    let request =
        format!("GET /v/x HTTP/1.1\r\nHost: {HOST}\r\nCookie: __Host-pforte-visit={COOKIE}\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    read_until(&mut stream, b"data: 1").await;
    stage.shutdown.cancel();
    read_all(&mut stream).await;
    assert_eq!(stage.permit.leash.holders(), 0);
}

/// What the gateway itself refuses inside a visit is told to the log, and its page keeps the bar.
#[tokio::test]
async fn refusals_of_the_gateway_are_logged_and_keep_the_bar() {
    let stage = Stage::new(|_| text("hello")).await;
    for (target, headers, code) in [
        ("/v/x?_method=delete", "", "request.override"),
        ("/v/x?%5Fmethod=delete", "", "request.override"),
        ("/v/x", "Service-Worker: script\r\n", "request.service_worker"),
        ("/v/x", "Origin: https://evil.example\r\nSec-Fetch-Site: cross-site\r\n", "request.foreign"),
    ] {
        let page = stage.send("POST", target, &format!("{HTML}{headers}"), b"a=1").await;
        assert!((400..500).contains(&page.status), "{target}: {}", page.status);
        assert!(
            page.text().contains("<pforte-bar>") && page.text().contains(code),
            "{target}: {}",
            page.text()
        );
        assert!(page.header("content-security-policy").unwrap().contains("form-action 'self'"));
        assert_eq!(stage.permit.stopped.lock().unwrap().pop(), Some(code), "{target}");
    }
    let page = stage.send("POST", "/v/x", HTML, "name=•••••".as_bytes()).await;
    assert!(page.status == 422 && page.text().contains("<pforte-bar>"), "{}", page.text());
    assert_eq!(stage.permit.stopped.lock().unwrap().pop(), Some("request.carries_mask"));
    assert_eq!(stage.product.count(), 0);
}

/// The body is read before the decision only where a route asks; a longer one is the strictest it could be.
#[tokio::test]
async fn a_body_is_classified_before_anything_is_forwarded() {
    let stage = Stage::with(
        |_| text("done"),
        |product| {
            let rpc = pforte_core::catalogue::BodyRule::Rpc(vec!["host.get".into()]);
            let looks = pforte_core::catalogue::Route {
                body: Some(rpc),
                ..route(Some("POST"), "/rpc", Action::View, DataClass::Product)
            };
            let changes = route(Some("POST"), "/rpc", Action::Change, DataClass::Product);
            product.routes.splice(0..0, [looks, changes]);
        },
        GatewayConfig::new(SUFFIX, Scheme::Http),
    )
    .await;
    let call = |body: Vec<u8>| {
        let stage = &stage;
        async move { stage.send("POST", "/rpc", "Content-Type: application/json\r\n", &body).await }
    };
    let looked = call(br#"{"method":"host.get"}"#.to_vec()).await;
    assert_eq!((looked.status, looked.text().as_str()), (200, "done"));
    assert_eq!(stage.permit.answered.lock().unwrap().as_slice(), [200]);
    for body in [
        br#"{"method":"host.update"}"#.to_vec(),
        br#"[{"method":"host.get"},{"method":"host.update"}]"#.to_vec(),
        [br#"{"method":"host.get","params":""#.as_slice(), &[b'x'; 70_000], br#""}"#].concat(),
    ] {
        assert_eq!(call(body).await.status, 403);
    }
    assert_eq!(stage.product.count(), 1);
}
