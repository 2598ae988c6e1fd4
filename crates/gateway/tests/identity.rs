//! Who the product is told is asking, and what of the browser's headers it sees.

#![allow(clippy::unwrap_used, reason = "a test stops where something fails")]

mod support;

use support::*;

fn only(seen: &Seen, name: &str) -> Vec<String> {
    seen.headers.get_all(name).iter().map(|v| v.to_str().unwrap().to_owned()).collect()
}

/// Control 30, rule T12: in whatever spelling a browser writes them, the product sees only ours.
#[tokio::test]
async fn control_30_identity_is_only_ever_ours() {
    let stage = Stage::new(|_| text("ok")).await;
    let spellings = [
        "X-Panel-User: evil\r\n",
        "x-panel-user: evil\r\n",
        "X_Panel_User: evil\r\n",
        "X-Panel_User: evil\r\n",
        "X.Panel.User: evil\r\n",
        "x.panel-user: evil\r\n",
        "X-Panel-User: evil\r\nX-Panel-User: evil2\r\n",
        "X-Panel-User: evil\r\nX_PANEL_USER: evil\r\nX.PANEL.USER: evil\r\n",
        "X-Panel-User: \r\n",
        "X-Panel-Staff: evil\r\nX_Panel_Staff: evil\r\n",
        "Authorization: Bearer evil\r\n",
        "AUTHORIZATION: Basic ZXZpbDpldmls\r\nauthorization: evil\r\n",
    ];
    for spelling in spellings {
        assert_eq!(stage.send("GET", "/v/x", spelling, b"").await.status, 200, "{spelling}");
        let seen = stage.product.last();
        assert_eq!(only(&seen, "x-panel-user"), ["user-7"], "{spelling}");
        assert_eq!(only(&seen, "x-panel-staff"), ["jo.miller"], "{spelling}");
        assert_eq!(only(&seen, "authorization"), ["Bearer head.body.sig"], "{spelling}");
        let text = format!("{:?}", seen.headers);
        assert!(!text.contains("evil") && !text.contains("ZXZpb"), "{spelling}: {text}");
    }
}

/// Control 30: naming ours in Connection does not take them away.
#[tokio::test]
async fn control_30_connection_cannot_take_ours_away() {
    let stage = Stage::new(|_| text("ok")).await;
    for listed in ["X-Panel-User", "x-panel-user, x-panel-staff, authorization", "X_Panel_User, cookie"] {
        let request = format!(
            "GET /v/x HTTP/1.1\r\nHost: {HOST}\r\nCookie: __Host-pforte-visit={COOKIE}\r\nConnection: close, {listed}\r\n\r\n"
        );
        assert_eq!(stage.raw(request.as_bytes()).await.status, 200, "{listed}");
        let seen = stage.product.last();
        assert_eq!(only(&seen, "x-panel-user"), ["user-7"], "{listed}");
        assert_eq!(only(&seen, "x-panel-staff"), ["jo.miller"], "{listed}");
        assert!(seen.header("connection").is_none());
    }
}

#[tokio::test]
async fn only_listed_headers_go_on() {
    let stage = Stage::new(|_| text("ok")).await;
    let headers = "Accept: text/plain\r\nAccept-Language: de\r\nUser-Agent: T/1\r\nX-Requested-With: XMLHttpRequest\r\n\
        Range: bytes=0-1\r\nIf-None-Match: \"1\"\r\nX-CSRF-Token: c\r\nx_csrf_token: d\r\nForwarded: for=1.2.3.4\r\n\
        X-Forwarded-For: 1.2.3.4\r\nX-Forwarded-Host: evil\r\nX-Real-IP: 1.2.3.4\r\nX-Original-URL: /account/password\r\n\
        X-Rewrite-URL: /a\r\nProxy-Authorization: x\r\nTE: trailers\r\nKeep-Alive: 5\r\nAccept-Encoding: gzip\r\n\
        X-Unknown: 1\r\nVia: 1.1 x\r\n";
    stage.send("GET", "/v/x", headers, b"").await;
    let seen = stage.product.last();
    let mut names: Vec<&str> = seen.headers.keys().map(http::HeaderName::as_str).collect();
    names.sort_unstable();
    assert_eq!(
        names,
        [
            "accept",
            "accept-encoding",
            "accept-language",
            "authorization",
            "host",
            "if-none-match",
            "range",
            "user-agent",
            "x-csrf-token",
            "x-panel-staff",
            "x-panel-user",
            "x-requested-with",
            "x_csrf_token",
        ]
    );
    assert_eq!(seen.header("accept-encoding"), Some("identity"));
}

#[tokio::test]
async fn an_empty_post_says_that_it_is_empty() {
    let stage = Stage::new(|_| text("ok")).await;
    for (method, length) in [("POST", Some("0")), ("PUT", Some("0")), ("GET", None), ("DELETE", None)] {
        assert_eq!(stage.send(method, "/v/x", "", b"").await.status, 200);
        assert_eq!(stage.product.last().header("content-length"), length, "{method}");
    }
}

#[tokio::test]
async fn origin_and_referer_are_told_as_the_products_own() {
    let stage = Stage::new(|_| text("ok")).await;
    let own = format!("http://{}", stage.product.addr);
    let headers = format!("Origin: http://{HOST}\r\nReferer: http://{HOST}/v/page?x=1\r\n");
    stage.send("POST", "/v/x", &headers, b"a=1").await;
    let seen = stage.product.last();
    assert_eq!(seen.header("origin"), Some(own.as_str()));
    assert_eq!(seen.header("referer"), Some(format!("{own}/v/page?x=1").as_str()));
    for referer in ["https://desk.example/customers/7", "http://a1b2.gate.example.evil.example/x"] {
        stage.send("GET", "/v/x", &format!("Referer: {referer}\r\n"), b"").await;
        assert_eq!(stage.product.last().header("referer"), None, "{referer}");
    }
}

/// Rule T15: upstream cookies stay here; only what scripts must read goes to the browser.
#[tokio::test]
async fn t15_upstream_cookies_stay_on_this_side() {
    let stage = Stage::new(|_| {
        let mut told = text("ok");
        for cookie in [
            "sid=s1; Path=/; HttpOnly; Domain=panel.example; Max-Age=3600",
            "csrf=c1; Path=/; HttpOnly; Domain=panel.example; Expires=Sun, 22 Nov 2099 10:00:00 GMT",
            "__Host-pforte-visit=evil; Path=/; Secure",
        ] {
            told.headers_mut().append("set-cookie", cookie.parse().unwrap());
        }
        told
    })
    .await;
    let answer = stage.get("/v/login").await;
    assert_eq!(answer.all("set-cookie"), ["csrf=c1; Path=/; SameSite=Lax"]);
    assert_eq!(stage.product.last().header("cookie"), None);
    let request = format!(
        "GET /v/x HTTP/1.1\r\nHost: {HOST}\r\nCookie: a=1; __Host-pforte-visit={COOKIE}; csrf=mine; sid=forged\r\nConnection: close\r\n\r\n"
    );
    stage.raw(request.as_bytes()).await;
    assert_eq!(stage.product.last().header("cookie"), Some("csrf=mine; sid=s1"));
}

/// A masked route gets no validators and no ranges.
#[tokio::test]
async fn masked_routes_take_off_ranges_and_validators() {
    let stage = Stage::new(|_| told("application/json", "{}")).await;
    let headers = "Range: bytes=0-1\r\nIf-Range: x\r\nIf-None-Match: x\r\nIf-Modified-Since: x\r\nIf-Match: x\r\nIf-Unmodified-Since: x\r\n";
    stage.send("GET", "/customer", headers, b"").await;
    let names: Vec<String> = stage.product.last().headers.keys().map(ToString::to_string).collect();
    assert!(names.iter().all(|name| name != "range" && !name.starts_with("if-")), "{names:?}");
}
