//! `catalogue.toml` classifies everything the panel serves, and nothing more openly than it should.

use pforte_core::catalogue::{
    Action, Area, Asked, AskedBody, Because, BodyRule, Classified, DataClass, IdentityHeaders, Methods,
    Param, PassList, PathPattern, Product, Route, UNCLASSIFIED,
};
use serde::Deserialize;

#[derive(Deserialize)]
struct File {
    product: Vec<ProductText>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ProductText {
    id: String,
    name: String,
    upstream: String,
    own_origins: Vec<String>,
    script_cookies: Vec<String>,
    request_headers: Vec<String>,
    identity: IdentityText,
    area: Vec<AreaText>,
    route: Vec<RouteText>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct IdentityText {
    user: String,
    staff: String,
    token: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AreaText {
    id: String,
    name: NameText,
    #[serde(default)]
    files: bool,
}

#[derive(Deserialize)]
struct NameText {
    de: String,
    en: String,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Words {
    One(String),
    Several(Vec<String>),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "snake_case")]
enum BodyText {
    JsonRpc(Vec<String>),
    Graphql(String),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RouteText {
    method: Words,
    path: String,
    #[serde(default)]
    when: Vec<String>,
    query: Option<Vec<String>>,
    body: Option<BodyText>,
    area: String,
    action: String,
    class: String,
    #[serde(default)]
    websocket: bool,
    pass: Option<PassText>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
#[derive(Default)]
struct PassText {
    json: Vec<String>,
    json_mask: Vec<String>,
    html: Vec<String>,
    html_mask: Vec<String>,
}

fn route(text: RouteText) -> Route {
    let action = Action::from_word(&text.action);
    let params =
        |list: Vec<String>| list.iter().map(|text| Param::parse(text).expect("a parameter")).collect();
    Route {
        methods: match text.method {
            Words::One(word) if word == "*" => Methods::Any,
            Words::One(word) => Methods::Named(vec![word]),
            Words::Several(words) => Methods::Named(words),
        },
        path: PathPattern::parse(&text.path).expect("a pattern"),
        when: params(text.when),
        query: text.query.map(params),
        body: text.body.map(|body| match body {
            BodyText::JsonRpc(methods) => BodyRule::Rpc(methods),
            BodyText::Graphql(word) => {
                assert_eq!(word, "query");
                BodyRule::GraphQl
            }
        }),
        area: text.area,
        action: action.expect("an action"),
        class: if text.class == "product" { DataClass::Product } else { DataClass::Personal },
        websocket: text.websocket,
        pass: text.pass.map(|p| PassList {
            json: p.json,
            json_mask: p.json_mask,
            html: p.html,
            html_mask: p.html_mask,
        }),
    }
}

fn panel() -> Product {
    let file: File = toml::from_str(include_str!("../../catalogue.toml")).expect("valid TOML");
    let [p] = <[ProductText; 1]>::try_from(file.product).ok().expect("one product");
    Product {
        id: p.id,
        name: p.name,
        upstream: p.upstream,
        upstream_ca_pem: None,
        own_origins: p.own_origins,
        identity: IdentityHeaders {
            user: Some(p.identity.user),
            staff: Some(p.identity.staff),
            token: Some(p.identity.token),
        },
        script_cookies: p.script_cookies,
        request_headers: p.request_headers,
        areas: p
            .area
            .into_iter()
            .map(|a| Area { id: a.id, german: a.name.de, english: a.name.en, files: a.files })
            .collect(),
        routes: p.route.into_iter().map(route).collect(),
    }
}

fn of<'p>(panel: &'p Product, method: &str, target: &str) -> Classified<'p> {
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    panel.classify(&Asked { method, path, query, ..Asked::default() })
}

fn sent<'p>(panel: &'p Product, path: &str, body: &str) -> Classified<'p> {
    let body = AskedBody::Read { kind: "application/json", bytes: body.as_bytes() };
    panel.classify(&Asked { method: "POST", path, query: "", body })
}

/// Every route of the panel but `/internal/debug`.
const SAMPLES: [(&str, &str, Action, DataClass, bool); 37] = {
    use Action::{Change, Download, Import, Never, Test, View};
    use DataClass::{Personal, Product};
    [
        ("GET", "/", View, Product, false),
        ("GET", "/redirect", View, Product, false),
        ("GET", "/assets/panel.css", View, Product, false),
        ("HEAD", "/servers", View, Product, false),
        ("GET", "/servers", View, Product, false),
        ("GET", "/servers/srv-101", View, Product, false),
        ("GET", "/servers/srv-101/console", View, Product, false),
        ("GET", "/servers/srv-101/console/ws", View, Product, false),
        ("GET", "/servers/srv-101/log", View, Product, false),
        ("GET", "/servers/srv-101/log/events", View, Product, false),
        ("GET", "/servers/srv-101/blob", View, Product, false),
        ("GET", "/servers/srv-101/backup.tar", Download, Personal, false),
        ("POST", "/servers/srv-101/restart", Change, Product, false),
        ("POST", "/servers/srv-101/alarm-test", Test, Product, false),
        ("POST", "/search", View, Product, false),
        ("GET", "/api/servers", View, Product, false),
        ("GET", "/api/session", View, Product, false),
        ("GET", "/api/changes", View, Product, false),
        ("GET", "/api/contacts", View, Personal, true),
        ("GET", "/calendar/work", View, Product, false),
        ("MKCALENDAR", "/calendar/work", Change, Product, false),
        ("POST", "/api/rpc", Change, Product, false),
        ("GET", "/domains", View, Personal, true),
        ("GET", "/domains/dom-1/edit", View, Personal, true),
        ("POST", "/domains/dom-1/edit", Change, Personal, false),
        ("POST", "/domains/dom-1/zone", Import, Product, false),
        ("GET", "/api/domains", View, Personal, true),
        ("GET", "/account", View, Personal, true),
        ("GET", "/api/account", View, Personal, true),
        ("GET", "/people", View, Personal, false),
        ("GET", "/invoices", View, Personal, true),
        ("GET", "/invoices/2026-1104.pdf", Download, Personal, false),
        ("GET", "/settings/password", Never, Personal, false),
        ("POST", "/settings/password", Never, Personal, false),
        ("GET", "/settings/api-keys", Never, Personal, false),
        ("GET", "/login", Never, Personal, false),
        ("GET", "/logout", Never, Personal, false),
    ]
};

#[test]
fn b5_every_route_of_the_panel_is_classified_as_meant() {
    let panel = panel();
    for (method, path, action, class, passes) in SAMPLES {
        let found = of(&panel, method, path);
        assert!(found.route.is_some(), "{method} {path} is unclassified");
        assert_eq!(
            (found.action, found.class, found.pass.is_some()),
            (action, class, passes),
            "{method} {path}"
        );
        assert_eq!(found.websocket, path.ends_with("/ws"), "{method} {path}");
    }
}

/// The routes as the panel's own source names them, so that a new one cannot be forgotten here.
#[test]
fn b5_no_route_of_the_source_is_missing_from_the_samples() {
    let panel = panel();
    let source = include_str!("../../src/lib.rs");
    let paths: Vec<&str> =
        source.split(".route(\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    assert!(paths.len() >= 25, "the source is no longer read as it should be: {paths:?}");
    for path in paths.into_iter().filter(|p| *p != "/internal/debug") {
        let pattern = path.replace("{*path}", "**").replace("{id}", "*").replace("{file}", "*");
        let pattern = PathPattern::parse(&pattern).unwrap();
        let sampled = path == "/api/graphql" || SAMPLES.iter().any(|(_, sample, ..)| pattern.matches(sample));
        assert!(sampled, "{path} has no sample");
        let example = path.replace("{*path}", "x").replace("{id}", "x").replace("{file}", "x.pdf");
        let known = ["GET", "POST"]
            .iter()
            .any(|m| of(&panel, m, &example).route.is_some() || panel.reads_body(m, &example));
        assert!(known, "{path} is unclassified");
    }
}

#[test]
fn b5_what_nobody_classified_is_closed() {
    let panel = panel();
    for (method, path) in [
        ("GET", "/internal/debug"),
        ("DELETE", "/servers/srv-101"),
        ("POST", "/people"),
        ("GET", "/servers/"),
    ] {
        let found = of(&panel, method, path);
        assert_eq!((found.action, found.area), (Action::Never, UNCLASSIFIED), "{method} {path}");
    }
}

/// What a path alone does not tell: links that act, chosen columns, calls, methods.
#[test]
fn b5_query_body_and_method_are_classified_as_meant() {
    let panel = panel();
    for query in ["?action=stop", "?ACTION=stop", "?a=1;action=stop", "?%61ction=stop", "?action[]=stop"] {
        assert_eq!(of(&panel, "GET", &format!("/servers/srv-101{query}")).action, Action::Change, "{query}");
    }
    assert_eq!(of(&panel, "GET", "/servers/srv-101?tab=log").action, Action::View);
    assert!(of(&panel, "GET", "/api/contacts?page=1").pass.is_some());
    for query in ["q=O", "columns=name,role", "page=1&columns=name", "PAGE=1", "page[]=1"] {
        let found = of(&panel, "GET", &format!("/api/contacts?{query}"));
        assert_eq!((found.pass, found.because), (None, Because::Query), "{query}");
    }
    for (body, action) in [
        (r#"{"method":"server.list"}"#, Action::View),
        (r#"{"method":"server.stop"}"#, Action::Change),
        (r#"[{"method":"server.list"},{"method":"server.stop"}]"#, Action::Change),
    ] {
        assert_eq!(sent(&panel, "/api/rpc", body).action, action, "{body}");
    }
    let query = sent(&panel, "/api/graphql", r#"{"query":"{ plan: owner }"}"#);
    assert_eq!((query.action, query.class, query.pass), (Action::View, DataClass::Personal, None));
    assert_eq!(sent(&panel, "/api/graphql", r#"{"query":"mutation { stop }"}"#).action, Action::Never);
    assert_eq!(of(&panel, "PROPPATCH", "/calendar/work").action, Action::Change);
    assert_eq!(of(&panel, "LOCK", "/calendar/work").action, Action::Never);
}

/// What customers read is named in both languages.
#[test]
fn every_area_of_the_catalogue_has_a_name() {
    let panel = panel();
    for route in &panel.routes {
        assert!(panel.area(&route.area).is_some(), "{} has no name", route.area);
    }
}
