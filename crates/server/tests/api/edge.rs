//! What stands before every use case: shares, proxies, and text that cannot be kept.

use std::{convert::Infallible, time::Duration};

use axum::body::Body;
use bytes::Bytes;
use http::{Request, header};
use pforte_gateway::peer::Proxies;
use pforte_testkit::{Browser, Letter, PUBLIC_ORIGIN, TestApp, TestDb, on_both};
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

/// Whoever is held up waits for ever here; how fast it is, `e2e/tests/siege.test.mjs` measures.
async fn at_once<T>(work: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(20), work).await.expect("an answer")
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

    /// No text that cannot be kept reaches the database: every field of every body, every query and path, signed in or not.
    /// PostgreSQL stores no U+0000.
    async fn what_cannot_be_kept_breaks_nothing(app: TestApp) {
        let near = app.world.near.clone();
        let people = [None, Some(&near.customer.owner), Some(&near.agent), Some(&near.admin)];
        let document = serde_json::to_value(pforte_server::openapi()).expect("a document");
        let (customer, contact) = (near.customer.id.to_string(), near.customer.owner.id.to_string());
        let mut seen = 0_u128;
        for person in people {
            let mut browser = match person {
                Some(person) => app.sign_in(person).await,
                None => app.browser(),
            };
            for (path, item) in document["paths"].as_object().expect("paths") {
                let filled = path.replace("{id}", &customer).replace("{contact_id}", &contact);
                for (method, operation) in item.as_object().expect("operations") {
                    let method: http::Method = method.to_uppercase().parse().expect("a method");
                    // A stream that goes on for ever has no body to wait for.
                    if path == "/events" {
                        continue;
                    }
                    for parameter in operation["parameters"].as_array().into_iter().flatten() {
                        let name = parameter["name"].as_str().expect("a name");
                        let target = match parameter["in"].as_str() {
                            Some("query") => format!("{filled}?{name}=a%00b"),
                            _ => path.replace(&format!("{{{name}}}"), "a%00b").replace("{id}", &customer),
                        };
                        let answer = browser.call(method.clone(), &target, Value::Null).await;
                        assert!(!answer.status.is_server_error(), "{method} {target} {}", answer.status);
                        seen += 1;
                    }
                    let schema = &operation["requestBody"]["content"]["application/json"]["schema"];
                    for open in strings(&document, schema) {
                        for text in ["a\\u0000b", "a\\ud800b"] {
                            let body = open.to_string().replace('?', text);
                            // Each from a house of its own, so that the throttle looks away.
                            seen += 1;
                            browser.peer = (std::net::Ipv6Addr::from(seen << 64), 443).into();
                            let request = Request::builder()
                                .method(method.clone())
                                .uri(format!("/api/v1{filled}"))
                                .header(header::ORIGIN, PUBLIC_ORIGIN)
                                .header(header::CONTENT_TYPE, "application/json")
                                .body(Body::from(body.clone()));
                            let answer = browser.send(request.expect("a request")).await;
                            assert!(!answer.status.is_server_error(), "{method} {filled} {body} {}", answer.status);
                        }
                    }
                }
            }
        }
        assert!(seen > 500, "only {seen}");
    }

    /// Mails may hold anything; what cannot be kept is left out of them, and they are taken.
    async fn a_mail_with_what_cannot_be_kept_is_taken(app: TestApp) {
        let owner = &app.world.near.customer.owner;
        for (n, letter) in [
            Letter::from(&owner.address).subject("A\0B").text("one\0two"),
            Letter::from(&owner.address).subject("=?utf-8?Q?A=00B?=").text("three"),
            Letter::from(&owner.address).subject("=?utf-8?B?QQBC?=").text("four").unproven(),
            Letter::from(&owner.address)
                .subject("five")
                .header("Content-Type", "text/plain; charset=utf-8; name*=utf-8''a%00b.txt")
                .header("Content-Transfer-Encoding", "quoted-printable")
                .text("six=00seven"),
        ]
        .into_iter()
        .enumerate()
        {
            app.advance(pforte_core::kernel::Span::minutes(1));
            app.receive(&letter.dated(app.app.sources.now())).await;
            let agent = app.sign_in(&app.world.near.agent).await;
            let tickets = agent.get("/tickets?state=all").await.ok()["items"].as_array().map_or(0, Vec::len);
            let waiting = agent.get("/quarantine").await.ok()["items"].as_array().map_or(0, Vec::len);
            assert_eq!(tickets + waiting, n + 1, "letter {n} is gone");
        }
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

fn resolved<'a>(document: &'a Value, schema: &'a Value) -> &'a Value {
    if let Some(name) = schema["$ref"].as_str() {
        return resolved(document, document.pointer(name.trim_start_matches('#')).expect("a schema"));
    }
    // Of what may be one thing or null, the thing.
    for several in ["oneOf", "anyOf", "allOf"] {
        if let Some(one) =
            schema[several].as_array().and_then(|all| all.iter().find(|one| one["type"] != "null"))
        {
            return resolved(document, one);
        }
    }
    schema
}

fn is(schema: &Value, kind: &str) -> bool {
    schema["type"] == kind || schema["type"].as_array().is_some_and(|all| all.iter().any(|t| t == kind))
}

/// A value that fits a schema.
fn fitting(document: &Value, schema: &Value) -> Value {
    let schema = resolved(document, schema);
    if is(schema, "string") {
        let word = schema["enum"].as_array().and_then(|all| all.first().cloned());
        return match schema["format"].as_str() {
            Some("uuid") => json!("00000000-0000-7000-8000-000000000001"),
            _ => word.unwrap_or_else(|| json!("en")),
        };
    }
    match () {
        () if is(schema, "boolean") => json!(true),
        () if is(schema, "integer") || is(schema, "number") => json!(1),
        () if is(schema, "array") => json!([]),
        () => {
            let fields = schema["properties"].as_object().into_iter().flatten();
            fields
                .map(|(name, field)| (name.clone(), fitting(document, field)))
                .collect::<serde_json::Map<_, _>>()
                .into()
        }
    }
}

/// Bodies that fit a schema, each with one of its strings left open as `?`.
fn strings(document: &Value, schema: &Value) -> Vec<Value> {
    let schema = resolved(document, schema);
    if is(schema, "string") {
        return vec![json!("?")];
    }
    if is(schema, "array") {
        return strings(document, &schema["items"]).into_iter().map(|one| json!([one])).collect();
    }
    let whole = fitting(document, schema);
    let fields = schema["properties"].as_object().into_iter().flatten();
    fields
        .flat_map(|(name, field)| {
            let whole = whole.clone();
            strings(document, field).into_iter().map(move |one| {
                let mut body = whole.clone();
                body[name] = one;
                body
            })
        })
        .collect()
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
