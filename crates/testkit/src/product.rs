//! A sample product: one route of every kind that the decision tells apart.

use pforte_core::catalogue::{
    Action, Area, DataClass, IdentityHeaders, Methods, Param, PassList, PathPattern, Product, Route,
};

/// Its id.
pub const PRODUCT: &str = "panel";

/// A small hosting panel.
pub fn product() -> Product {
    use Action::{Change, Download, Import, Never, Test, View};
    let masked = PassList { json: vec!["/id".into(), "/domains/*".into()], ..PassList::default() };
    Product {
        id: PRODUCT.into(),
        name: "Hosting Panel".into(),
        upstream: "http://127.0.0.1:9".into(),
        upstream_ca_pem: None,
        own_origins: vec![],
        identity: IdentityHeaders {
            user: Some("X-Panel-User".into()),
            staff: Some("X-Panel-Staff".into()),
            token: Some("Authorization".into()),
        },
        script_cookies: vec![],
        request_headers: vec![],
        areas: vec![Area {
            id: "servers".into(),
            german: "Server".into(),
            english: "Servers".into(),
            files: false,
        }],
        routes: vec![
            route("GET", "/servers", "servers", View, DataClass::Product, None),
            route("POST", "/servers/*/restart", "servers", Change, DataClass::Product, None),
            route("POST", "/servers/*/test", "servers", Test, DataClass::Product, None),
            route("POST", "/import", "servers", Import, DataClass::Product, None),
            Route {
                query: Some(vec![Param { name: "page".into(), value: None }]),
                ..route("GET", "/account", "account", View, DataClass::Personal, Some(masked))
            },
            route("GET", "/address", "account", View, DataClass::Personal, None),
            route("GET", "/invoices/*/pdf", "billing", Download, DataClass::Product, None),
            route("POST", "/password", "security", Never, DataClass::Personal, None),
            Route {
                when: vec![Param { name: "action".into(), value: Some("stop".into()) }],
                ..route("GET", "/servers", "servers", Change, DataClass::Product, None)
            },
            Route { websocket: true, ..route("GET", "/console", "servers", View, DataClass::Product, None) },
        ],
    }
}

fn route(
    method: &str,
    path: &str,
    area: &str,
    action: Action,
    class: DataClass,
    pass: Option<PassList>,
) -> Route {
    Route {
        methods: Methods::Named(vec![method.into()]),
        path: PathPattern::parse(path).expect("a pattern"),
        when: vec![],
        query: None,
        body: None,
        area: area.into(),
        action,
        class,
        websocket: false,
        pass,
    }
}
