//! What comes back: told as if the product lived at the visit's origin, stored nowhere.

#![allow(clippy::unwrap_used, reason = "a test stops where something fails")]

mod support;

use http::Response;
use pforte_gateway::{GatewayConfig, Scheme, peer::Proxies};
use support::*;

fn with(headers: &[(&str, &str)], body: &'static str) -> Told {
    let mut told = Response::builder();
    for (name, value) in headers {
        told = told.header(*name, *value);
    }
    told.body(full(body)).unwrap()
}

/// Rule T15, control 33: nothing may be stored, whatever the product says.
#[tokio::test]
async fn t15_no_store_everywhere() {
    let stage = Stage::new(|_| {
        with(
            &[
                ("cache-control", "public, max-age=86400"),
                ("expires", "Thu, 01 Jan 2099 00:00:00 GMT"),
                ("pragma", "cache"),
                ("strict-transport-security", "max-age=1"),
                ("alt-svc", "h3=\":443\""),
                ("clear-site-data", "\"*\""),
                ("service-worker-allowed", "/"),
                ("server-timing", "db;dur=1"),
                ("access-control-allow-origin", "*"),
                ("referrer-policy", "unsafe-url"),
                ("nel", "{}"),
                ("connection", "X-Hop, keep-alive"),
                ("x-hop", "1"),
                ("keep-alive", "timeout=5"),
                ("x-kept", "1"),
                ("etag", "\"1\""),
                ("content-type", "image/png"),
                ("link", "<https://panel.example/a.css>; rel=preload"),
                ("link", "</b.css>; rel=preload"),
            ],
            "png",
        )
    })
    .await;
    let answer = stage.get("/v/x").await;
    assert_eq!(answer.all("cache-control"), ["no-store"]);
    assert_eq!(answer.all("referrer-policy"), ["same-origin"]);
    assert_eq!(answer.all("content-security-policy"), ["frame-ancestors 'self'"]);
    for gone in [
        "expires",
        "pragma",
        "strict-transport-security",
        "alt-svc",
        "clear-site-data",
        "service-worker-allowed",
        "server-timing",
        "access-control-allow-origin",
        "nel",
        "x-hop",
        "keep-alive",
    ] {
        assert_eq!(answer.header(gone), None, "{gone}");
    }
    assert_eq!(
        (answer.header("x-kept"), answer.header("etag"), answer.text().as_str()),
        (Some("1"), Some("\"1\""), "png")
    );
    assert_eq!(answer.all("link"), ["</b.css>; rel=preload"]);
    for path in ["/.pforte/status", "/.pforte/bar.js", "/.pforte/none", "/account/password", "/people"] {
        assert_eq!(stage.get(path).await.all("cache-control"), ["no-store"], "{path}");
    }
}

#[tokio::test]
async fn redirects_and_links_come_home() {
    let stage = Stage::new(|seen| {
        let location = seen.target.strip_prefix("/v/to?").unwrap_or("/").to_owned();
        Response::builder().status(302).header("location", location).body(full("")).unwrap()
    })
    .await;
    let product = stage.product.addr;
    for (location, told) in [
        ("https://panel.example/v/next?x=1".to_owned(), format!("http://{HOST}/v/next?x=1")),
        (format!("http://{product}/v/next"), format!("http://{HOST}/v/next")),
        ("//panel.example/v".to_owned(), format!("//{HOST}/v")),
        ("/v/next".to_owned(), "/v/next".to_owned()),
        ("https://elsewhere.example/".to_owned(), "https://elsewhere.example/".to_owned()),
    ] {
        assert_eq!(stage.get(&format!("/v/to?{location}")).await.header("location"), Some(told.as_str()));
    }
}

#[tokio::test]
async fn pages_carry_the_bar_and_links_come_home() {
    let page = "<!doctype html><html><head><title>T</title><link rel=stylesheet href=https://panel.example/a.css>\
        <meta http-equiv=refresh content='5; url=https://panel.example/n'></head><body class=x>\
        <a href=\"https://panel.example/v?a=1&amp;b=2\">in</a><a href=https://other.example/>out</a>\
        <img srcset=\"https://panel.example/a.png 1x, /b.png 2x\"><form action=//panel.example/f></form></body></html>";
    let stage = Stage::new(move |_| {
        with(
            &[
                ("content-type", "text/html; charset=utf-8"),
                ("content-length", &page.len().to_string()),
                ("etag", "\"1\""),
                (
                    "content-security-policy",
                    "default-src 'self'; script-src 'nonce-abc'; form-action 'none'; report-uri /r",
                ),
            ],
            page,
        )
    })
    .await;
    let answer = stage.get("/v/page").await;
    let text = answer.text();
    let at = text.find("<body class=x><pforte-bar>").expect("the bar is the body's first child");
    assert!(
        text[at..]
            .contains("You are acting as <b>Erika &lt;Muster&gt;</b> of 1042 Nordwind &#183; call of 14:05"),
        "{text}"
    );
    assert!(text.contains("41 min left") && text.contains(">End</button>"));
    assert!(
        text.contains(&format!("action=\"http://{HOST}/.pforte/end\"")) && text.contains("nonce=\"abc\"")
    );
    for home in [
        format!("href=\"http://{HOST}/a.css\""),
        format!("url=http://{HOST}/n"),
        format!("href=\"http://{HOST}/v?a=1&amp;b=2\""),
        format!("srcset=\"http://{HOST}/a.png 1x, /b.png 2x\""),
        format!("action=\"//{HOST}/f\""),
    ] {
        assert!(text.contains(&home), "{home} in {text}");
    }
    assert!(text.contains("https://other.example/") && !text.contains("panel.example"));
    assert_eq!((answer.header("content-length"), answer.header("etag")), (None, None));
    let policy = answer.header("content-security-policy").unwrap();
    assert!(
        policy.contains(&format!("form-action http://{HOST}/.pforte/end")) && !policy.contains("report-uri"),
        "{policy}"
    );
    for fragment in
        ["Sec-Fetch-Dest: empty\r\n", "Sec-Fetch-Dest: iframe\r\n", "X-Requested-With: XMLHttpRequest\r\n"]
    {
        assert!(
            !stage.send("GET", "/v/page", fragment, b"").await.text().contains("pforte-bar"),
            "{fragment}"
        );
    }
    let head = stage.send("HEAD", "/v/page", "", b"").await;
    assert!(head.body.is_empty() && head.header("content-length").is_none());
}

/// Rule B5, controls 10 and 32: a masked route shows what is named, in both forms.
#[tokio::test]
async fn b5_control_10_masked_answers_show_only_what_is_named() {
    let stage = Stage::new(|seen| match seen.target.as_str() {
        "/customer?html" => with(
            &[("content-type", "text/html")],
            "<body><h1>Server</h1><p title=SECRET>SECRET</p><b class=pass>open <i class=mask>SECRET</i></b></body>",
        ),
        _ => with(
            &[
                ("content-type", "application/json"), ("etag", "SECRET"), ("x-name", "SECRET"), ("last-modified", "SECRET"),
                ("content-disposition", "attachment; filename=SECRET"), ("link", "</SECRET>"), ("set-cookie", "csrf=SECRET"),
            ],
            r#"{"id":7,"name":"SECRET","street":"SECRET","servers":[{"name":"web1","owner":"SECRET","SECRET":1}]}"#,
        ),
    })
    .await;
    let json = stage.get("/customer").await;
    assert_eq!(json.text(), r#"{"id":7,"name":"•••••","servers":[{"name":"web1","owner":"•••••"}]}"#);
    let html = stage.get("/customer?html").await;
    assert!(
        html.text()
            .contains("<h1>Server</h1><p>•••••</p><b class=\"pass\">open <i class=\"mask\">•••••</i></b>"),
        "{}",
        html.text()
    );
    assert!(html.text().contains("<body><pforte-bar>"));
    for answer in [json, html] {
        assert!(
            !String::from_utf8_lossy(&answer.raw).contains("SECRET"),
            "{}",
            String::from_utf8_lossy(&answer.raw)
        );
        assert_eq!((answer.status, answer.header("cache-control")), (200, Some("no-store")));
    }
}

/// Control 32: what cannot be masked is withheld, not one byte of it.
#[tokio::test]
async fn control_32_what_cannot_be_masked_is_withheld() {
    let stage = Stage::new(|seen| {
        let (status, headers): (u16, &[(&str, &str)]) = match seen.target.rsplit('?').next().unwrap() {
            "pdf" => (200, &[("content-type", "application/pdf")]),
            "none" => (200, &[]),
            "csv" => (200, &[("content-type", "text/csv")]),
            "gzip" => (200, &[("content-type", "application/json"), ("content-encoding", "gzip")]),
            "part" => (206, &[("content-type", "application/json"), ("content-range", "bytes 0-1/2")]),
            "utf16" => (200, &[("content-type", "text/html; charset=utf-16")]),
            "two" => (200, &[("content-type", "application/json"), ("content-type", "text/plain")]),
            "moved" => (302, &[("location", "/x?name=SECRET"), ("content-type", "text/html")]),
            "home" => (302, &[("location", "https://panel.example/v/x"), ("content-type", "text/plain")]),
            _ => (200, &[("content-type", "application/json")]),
        };
        let mut told = with(headers, "{\"name\":\"SECRET");
        *told.status_mut() = http::StatusCode::from_u16(status).unwrap();
        told
    })
    .await;
    for kind in ["pdf", "none", "csv", "gzip", "part", "utf16", "two", "moved"] {
        let answer = stage.send("GET", &format!("/customer?{kind}"), "Accept: text/html\r\n", b"").await;
        assert_eq!(answer.status, 403, "{kind}");
        assert!(!String::from_utf8_lossy(&answer.raw).contains("SECRET"), "{kind}");
        assert!(answer.text().contains("This page holds personal data."));
    }
    let home = stage.get("/customer?home").await;
    assert_eq!(
        (home.status, home.header("location"), home.text().as_str()),
        (302, Some(format!("http://{HOST}/v/x").as_str()), "")
    );
    assert_eq!(stage.get("/people?pdf").await.status, 403);
    // A list that names nothing still answers, with nothing.
    let broken = stage.get("/customer").await;
    assert!(!broken.is_complete() && !broken.text().contains("SECRET"), "a broken stream is cut");
}

/// Design, "Product catalogue": a request that carries a mask back is refused in any spelling.
#[tokio::test]
async fn a_mask_never_comes_back() {
    let stage = Stage::new(|_| text("saved")).await;
    let bodies = [
        "name=•••••".to_owned(),
        "name=%E2%80%A2%E2%80%A2%E2%80%A2%E2%80%A2%E2%80%A2".to_owned(),
        "name=%e2%80%a2%e2%80%a2%e2%80%a2%e2%80%a2%e2%80%a2&x=1".to_owned(),
        "name=%E2\u{80}".replace('\u{80}', "%80") + "%A2••••",
        "{\"name\":\"\\u2022\\u2022\\u2022\\u2022\\u2022\"}".to_owned(),
        "{\"name\":\"\\u2022•\\u2022•\\u2022\"}".to_owned(),
        "name=&bull;&bull;&bull;&bull;&bull;".to_owned(),
        "&bull&bull&bull&bull&bull".to_owned(),
        "&#8226;&#8226;&#8226;&#8226;&#8226;".to_owned(),
        "&#x2022;&#X2022;&#x02022;&bullet;•".to_owned(),
        "name=%26%238226%3B%26%238226%3B%26%238226%3B%26%238226%3B%26%238226%3B".to_owned(),
        "name=%25E2%2580%25A2%25E2%2580%25A2%25E2%2580%25A2%25E2%2580%25A2%25E2%2580%25A2".to_owned(),
        "name=%95%95%95%95%95".to_owned(),
        format!("{}•••••{}", "a".repeat(30_000), "b".repeat(1000)),
    ];
    for body in &bodies {
        let answer = stage.send("POST", "/v/save", "Accept: text/html\r\n", body.as_bytes()).await;
        assert_eq!(answer.status, 422, "{body}");
        assert!(answer.text().contains("Nothing was saved."));
    }
    assert_eq!(stage.get("/v/x?q=%E2%80%A2%E2%80%A2%E2%80%A2%E2%80%A2%E2%80%A2").await.status, 422);
    assert_eq!(stage.get("/v/%E2%80%A2%E2%80%A2%E2%80%A2%E2%80%A2%E2%80%A2").await.status, 422);
    assert_eq!(stage.product.count(), 0);
    for fine in ["name=••••", "a & b", "100%", "c:\\users", "&bull; &bull; &bull; &bull; &bull;", "•• •••"]
    {
        assert_eq!(stage.send("POST", "/v/save", "", fine.as_bytes()).await.status, 200, "{fine}");
    }
}

/// A large body is scanned while it passes; the upstream request breaks off on a hit.
#[tokio::test]
async fn a_mask_in_a_large_body_breaks_the_upload() {
    let stage = Stage::new(|_| text("saved")).await;
    for cut in [0, 1, 2, 7] {
        let body = format!("{}{}•••••{}", "a".repeat(200_000), "x".repeat(cut), "b".repeat(100_000));
        let answer = stage.send("POST", "/v/save", "", body.as_bytes()).await;
        assert_eq!(answer.status, 422, "{cut}");
    }
    let unfinished = format!("{}{}", "a".repeat(200_000), "&bull".repeat(5));
    assert_eq!(stage.send("POST", "/v/save", "", unfinished.as_bytes()).await.status, 422);
    assert_eq!(stage.product.count(), 0, "no upload was complete");
    let fine = "••••a".repeat(40_000);
    assert_eq!(stage.send("POST", "/v/save", "", fine.as_bytes()).await.status, 200);
}

#[tokio::test]
async fn tls_ends_here_and_the_cookie_stays_secure() {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let (server, client, _) = authority();
    let upstream = Upstream::start(|_| text("over tls")).await;
    let config = GatewayConfig::new(SUFFIX, Scheme::Https);
    let stage = Stage::before(upstream.clone(), product(upstream.addr), config, Some(server)).await;
    let tcp = tokio::net::TcpStream::connect(stage.addr).await.unwrap();
    let name = rustls::pki_types::ServerName::try_from(HOST).unwrap();
    let mut tls = tokio_rustls::TlsConnector::from(client).connect(name, tcp).await.unwrap();
    let request = format!(
        "GET /v/x HTTP/1.1\r\nHost: {HOST}\r\nOrigin: https://{HOST}\r\nCookie: __Host-pforte-visit={COOKIE}\r\nConnection: close\r\n\r\n"
    );
    tls.write_all(request.as_bytes()).await.unwrap();
    let mut raw = Vec::new();
    let _ = tls.read_to_end(&mut raw).await;
    assert_eq!(Answer::parse(&raw).text(), "over tls");
}

/// "TLS behind a named, trusted proxy": anybody else's word for it does not count.
#[tokio::test]
async fn without_tls_only_a_named_proxy_is_believed() {
    let proto = "X-Forwarded-Proto: https\r\n";
    let mut config = GatewayConfig::new(SUFFIX, Scheme::Https);
    let stage = Stage::with(|_| text("ok"), |_| {}, config.clone()).await;
    assert_eq!(stage.send("GET", "/v/x", proto, b"").await.status, 400);
    config.trusted_proxies = Proxies::new(vec!["127.0.0.1".parse().unwrap()]);
    let stage = Stage::with(|_| text("ok"), |_| {}, config).await;
    assert_eq!(stage.send("GET", "/v/x", proto, b"").await.status, 200);
    for other in
        ["", "X-Forwarded-Proto: http\r\n", "X-Forwarded-Proto: http\r\nX-Forwarded-Proto: https\r\n"]
    {
        assert_eq!(stage.send("GET", "/v/x", other, b"").await.status, 400, "{other}");
    }
}

#[tokio::test]
async fn an_https_product_is_checked_against_its_own_authority() {
    let (server, _, pem) = authority();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let addr = listener.local_addr().unwrap();
    let acceptor = tokio_rustls::TlsAcceptor::from(server);
    tokio::spawn(async move {
        while let Ok((tcp, _)) = listener.accept().await {
            let Ok(tls) = acceptor.accept(tcp).await else { continue };
            let service =
                hyper::service::service_fn(|_| async { Ok::<_, std::convert::Infallible>(text("secure")) });
            let io = hyper_util::rt::TokioIo::new(tls);
            tokio::spawn(hyper::server::conn::http1::Builder::new().serve_connection(io, service));
        }
    });
    for (ca, status) in [(Some(pem), 200), (None, 502)] {
        let set = |product: &mut pforte_core::catalogue::Product| {
            product.upstream = format!("https://{addr}");
            product.upstream_ca_pem = ca;
        };
        let stage = Stage::with(|_| text("x"), set, GatewayConfig::new(SUFFIX, Scheme::Http)).await;
        assert_eq!(stage.get("/v/x").await.status, status);
    }
}
