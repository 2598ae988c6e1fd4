//! The sample product behind the real server, under a PIN: what a path does not tell is refused, logged
//! by the names of its parameters, and has no effect. Rules B5, T9.

mod common;

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use common::{
    Inside, Site, Upstream,
    api::{AGENT, ODUYA, walk_in},
};
use http::StatusCode;
use serde_json::Value;

/// The sample product on a free port; it believes the server whose portal is at `portal`.
async fn panel(portal: u16) -> SocketAddr {
    let listener = tokio::net::TcpListener::bind((IpAddr::V4(Ipv4Addr::LOCALHOST), 0)).await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let keys = format!("http://127.0.0.1:{portal}/.well-known/jwks.json");
    let keys = panel::KeySource::url(&keys).expect("an address");
    let config = panel::Config::new(keys, format!("http://pforte.localhost:{portal}"));
    tokio::spawn(async move { axum::serve(listener, panel::app(config)).await });
    address
}

/// What the sample product says was really changed in it.
async fn changes(inside: &Inside) -> Vec<Value> {
    let (status, body) = inside.send("GET", "/api/changes", None).await.expect("an answer");
    assert_eq!(status, StatusCode::OK, "{body}");
    let body: Value = serde_json::from_str(&body).expect("JSON");
    body["changes"].as_array().expect("a list").clone()
}

const JSON: &str = "application/json";

#[tokio::test]
async fn b5_query_body_and_method_are_refused_and_logged_and_change_nothing() {
    let mut site = Site::new(&Upstream::start().await);
    let product = panel(site.portal).await;
    let catalogue = include_str!("../../../examples/panel/catalogue.toml")
        .replace("127.0.0.1:7002", &product.to_string());
    let text = common::site::config_text(site.portal, site.gateway, &site.data);
    std::fs::write(site.config(), text + &catalogue).expect("a configuration");
    let api = site.start().await;
    let agent = api.sign_in(AGENT).await.expect("signed in");
    let contact = api.sign_in(ODUYA.contact).await.expect("signed in");
    let (_, visit, inside) = walk_in(&agent, &contact, ODUYA).await;

    // What may be is still open: a page with a harmless parameter, a masked list, a call that looks.
    let open: &[(&str, &str, Option<&str>)] = &[
        ("GET", "/servers/srv-101?tab=log", None),
        ("GET", "/api/contacts?page=0", None),
        ("POST", "/api/rpc", Some(r#"{"jsonrpc":"2.0","method":"server.list","id":1}"#)),
        ("PROPFIND", "/calendar/work", None),
    ];
    for (method, path, body) in open {
        let (status, said) = inside.send(method, path, body.map(|b| (JSON, b))).await.expect("an answer");
        assert_eq!(status, StatusCode::OK, "{method} {path}: {said}");
        assert!(!path.starts_with("/api/") || !said.contains("Marta"), "{method} {path}: {said}");
    }
    let refused: &[(&str, &str, Option<&str>)] = &[
        ("GET", "/servers/srv-101?action=stop", None),
        ("GET", "/servers/srv-101?tab=log;%61ction=stop", None),
        ("GET", "/api/contacts?q=od", None),
        ("GET", "/api/contacts?page=0&columns=name,role", None),
        ("POST", "/api/graphql", Some(r#"{"query":"{ plan: owner }"}"#)),
        ("GET", "/api/graphql?query=%7Bplan:%20owner%7D", None),
        ("POST", "/api/graphql", Some(r#"{"query":"mutation { stop }"}"#)),
        ("POST", "/api/rpc", Some(r#"{"jsonrpc":"2.0","method":"server.stop","id":1}"#)),
        ("POST", "/api/rpc", Some(r#"[{"method":"server.list"},{"method":"server.stop"}]"#)),
        ("MKCALENDAR", "/calendar/new", None),
        ("LOCK", "/calendar/new", None),
        ("GET", "/servers/srv-101?_method=delete", None),
    ];
    for (method, path, body) in refused {
        let (status, said) = inside.send(method, path, body.map(|b| (JSON, b))).await.expect("an answer");
        assert!(
            status == StatusCode::FORBIDDEN || status == StatusCode::BAD_REQUEST,
            "{method} {path}: {status} {said}"
        );
        assert!(!said.contains("Marta"), "{method} {path}: {said}");
    }
    assert_eq!(changes(&inside).await, Vec::<Value>::new(), "something happened in the product");
    let served = inside.send("GET", "/api/contacts?page=0", None).await.expect("an answer").1;
    let served: Value = serde_json::from_str(&served).expect("JSON");
    assert_eq!(served["rows"][0], serde_json::json!(["owner"]), "the list shows its first column: {served}");

    // The customer reads names, never values, and what the product answered.
    let status_is_there = |item: &Value| item["outcome"] == "refused" || !item["status"].is_null();
    let mut items = Vec::new();
    for _ in 0..200 {
        let page =
            contact.get(&format!("/visits/{visit}/requests?limit=100")).await.expect("an answer").good();
        items = page["items"].as_array().expect("items").clone();
        if items.iter().all(status_is_there) {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    let logged = |wanted: &str| items.iter().filter(|item| item["path"] == wanted).collect::<Vec<_>>();
    assert!(items.iter().all(status_is_there), "{items:?}");
    for item in &items {
        let line = item.to_string();
        for value in ["stop\"", "=od", "\"od\"", "name,role", "mutation"] {
            assert!(!line.contains(value) || line.contains("server.stop"), "a value is in the log: {line}");
        }
    }
    let (server, contacts) = (logged("/servers/srv-101"), logged("/api/contacts"));
    assert!(
        server
            .iter()
            .any(|item| item["query"] == serde_json::json!(["action"])
                && item["code"] == "needs.consent.change"),
        "{server:?}"
    );
    assert!(
        contacts
            .iter()
            .any(|item| item["query"] == serde_json::json!(["page", "columns"])
                && item["code"] == "route.query"),
        "{contacts:?}"
    );
    assert!(logged("/api/rpc").iter().any(|item| item["body"] == serde_json::json!(["server.stop"])));
    assert!(items.iter().any(|item| item["method"] == "MKCALENDAR" && item["outcome"] == "refused"));
    assert!(items.iter().any(|item| item["code"] == "request.override"));
    assert!(items.iter().any(|item| item["status"] == 200));
}

/// A surname behind a mask took 63 questions: here they end before, and the leads hear of it.
#[tokio::test]
async fn b5_many_questions_to_one_masked_page_end_and_raise_an_alarm() {
    let mut site = Site::new(&Upstream::start().await);
    let product = panel(site.portal).await;
    let catalogue = include_str!("../../../examples/panel/catalogue.toml")
        .replace("127.0.0.1:7002", &product.to_string())
        .replace("query = [\"page\"]", "query = [\"page\", \"q\"]");
    let text = common::site::config_text(site.portal, site.gateway, &site.data);
    std::fs::write(site.config(), text + &catalogue).expect("a configuration");
    let api = site.start().await;
    let agent = api.sign_in(AGENT).await.expect("signed in");
    let contact = api.sign_in(ODUYA.contact).await.expect("signed in");
    let (_, _, inside) = walk_in(&agent, &contact, ODUYA).await;
    let mut answered = 0;
    for n in 0..63 {
        let (status, said) =
            inside.send("GET", &format!("/api/contacts?q=o{n}"), None).await.expect("an answer");
        match status {
            StatusCode::OK => answered += 1,
            StatusCode::TOO_MANY_REQUESTS => {}
            other => panic!("{other}: {said}"),
        }
    }
    assert!((20..50).contains(&answered), "{answered} of 63 questions were answered");
    let lead = api.sign_in(common::api::LEAD).await.expect("signed in");
    let alarms = lead.get("/alarms").await.expect("an answer").good();
    let raised =
        alarms["items"].as_array().expect("items").iter().filter(|a| a["code"] == "visit.many_questions");
    assert_eq!(raised.count(), 1, "{alarms}");
}
