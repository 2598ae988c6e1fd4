//! Control 31: requests that two parsers could read differently do not pass, and what follows on the
//! connection is never read as a request.

#![allow(clippy::unwrap_used, reason = "a test stops where something fails")]

mod support;

use support::*;

/// A request line and Host, then `rest` as it is.
fn head(rest: &str) -> Vec<u8> {
    format!("POST /v/x HTTP/1.1\r\nHost: {HOST}\r\nCookie: __Host-pforte-visit={COOKIE}\r\n{rest}")
        .into_bytes()
}

fn target(target: &str) -> Vec<u8> {
    format!("GET {target} HTTP/1.1\r\nHost: {HOST}\r\nCookie: __Host-pforte-visit={COOKIE}\r\nConnection: close\r\n\r\n").into_bytes()
}

async fn is_refused(stage: &Stage, request: &[u8], status: u16) {
    let answer = stage.raw(request).await;
    let shown = String::from_utf8_lossy(request).into_owned();
    assert_eq!(answer.status, status, "{shown:?} gave {:?}", String::from_utf8_lossy(&answer.raw));
    assert_eq!(stage.product.count(), 0, "{shown:?} reached the product");
}

#[tokio::test]
async fn control_31_ambiguous_framing_is_refused() {
    let stage = Stage::new(|_| text("reached")).await;
    let smuggled = "GET /v/smuggled HTTP/1.1\r\nHost: a\r\n\r\n";
    let heads = [
        "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n",
        "Content-Length: 4\r\nContent-Length: 4\r\n\r\nabcd",
        "Content-Length: 4\r\nContent-Length: 5\r\n\r\nabcd",
        "Content-Length: 4, 4\r\n\r\nabcd",
        "Content-Length: +4\r\n\r\nabcd",
        "Content-Length: -1\r\n\r\nabcd",
        "Content-Length: 0x4\r\n\r\nabcd",
        "Content-Length: 4 4\r\n\r\nabcd",
        "Content-Length: \r\n\r\nabcd",
        "Content-Length: 99999999999999999999\r\n\r\nabcd",
        "Content-Length : 4\r\n\r\nabcd",
        "Content_Length: 4\r\n\r\nabcd",
        "Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
        "Transfer-Encoding: Chunked\r\n\r\n0\r\n\r\n",
        "Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n",
        "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
        "Transfer-Encoding: identity\r\n\r\n",
        "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n",
        "Transfer-Encoding: \x0bchunked\r\n\r\n0\r\n\r\n",
        "Transfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n",
        "Transfer_Encoding: chunked\r\n\r\n0\r\n\r\n",
        "Transfer.Encoding: chunked\r\n\r\n0\r\n\r\n",
        "X: y\n\r\n",
        "X: y\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "X: y\rContent-Length: 4\r\n\r\n",
        "X: a\0b\r\n\r\n",
        "X: a\x1b[2J\r\n\r\n",
        "X: a\r\n folded\r\n\r\n",
        " X: leading\r\n\r\n",
        "X Y: space\r\n\r\n",
        "X(Y): z\r\n\r\n",
        ": empty\r\n\r\n",
        "no colon\r\n\r\n",
        "Host: other.example\r\n\r\n",
        "Trailer: X\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "Upgrade: h2c\r\nConnection: Upgrade, HTTP2-Settings\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\n",
        "HTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\n",
        "Upgrade: TLS/1.0\r\nConnection: Upgrade\r\n\r\n",
        "Upgrade: websocket\r\nConnection: Upgrade\r\n\r\n",
        "Connection: Content-Length\r\nContent-Length: 4\r\n\r\nabcd",
        "Connection: close, transfer-encoding\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    ];
    for rest in heads {
        is_refused(&stage, &[head(rest), smuggled.as_bytes().to_vec()].concat(), 400).await;
    }
    is_refused(&stage, &head("Expect: 200-ok\r\n\r\n"), 417).await;
    is_refused(&stage, &head("Expect: 100-continue, x\r\n\r\n"), 417).await;
}

#[tokio::test]
async fn control_31_malformed_requests_are_refused() {
    let stage = Stage::new(|_| text("reached")).await;
    let lines = [
        "GET /v/x HTTP/1.1\r\n\r\n",
        "GET /v/x HTTP/1.1\r\nHost: \r\n\r\n",
        "GET /v/x HTTP/1.1\r\nHost: a b\r\n\r\n",
        "GET /v/x HTTP/1.1\r\nHost: user@a1b2.gate.example\r\n\r\n",
        "GET /v/x HTTP/1.1\r\nHost: a1b2.gate.example/\r\n\r\n",
        "\r\nGET /v/x HTTP/1.1\r\nHost: a1b2.gate.example\r\n\r\n",
        "GET  /v/x HTTP/1.1\r\nHost: a1b2.gate.example\r\n\r\n",
        "GET /v/x  HTTP/1.1\r\nHost: a1b2.gate.example\r\n\r\n",
        "GET\t/v/x HTTP/1.1\r\nHost: a1b2.gate.example\r\n\r\n",
        "GET /v/x\r\nHost: a1b2.gate.example\r\n\r\n",
        "GET /v/x HTTP/2.0\r\nHost: a1b2.gate.example\r\n\r\n",
        "GET /v/x HTTP/1.2\r\nHost: a1b2.gate.example\r\n\r\n",
        "GET /v/x http/1.1\r\nHost: a1b2.gate.example\r\n\r\n",
        "get /v/x HTTP/1.1\r\nHost: a1b2.gate.example\r\n\r\n",
        "G@T /v/x HTTP/1.1\r\nHost: a1b2.gate.example\r\n\r\n",
        "TRACE /v/x HTTP/1.1\r\nHost: a1b2.gate.example\r\n\r\n",
        "CONNECT a1b2.gate.example:80 HTTP/1.1\r\nHost: a1b2.gate.example\r\n\r\n",
        "OPTIONS * HTTP/1.1\r\nHost: a1b2.gate.example\r\n\r\n",
        "GET http://a1b2.gate.example/v/x HTTP/1.1\r\nHost: a1b2.gate.example\r\n\r\n",
        "GET http://other.example/v/x HTTP/1.1\r\nHost: a1b2.gate.example\r\n\r\n",
        "GET v/x HTTP/1.1\r\nHost: a1b2.gate.example\r\n\r\n",
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        "POST /v/x HTTP/1.0\r\nHost: a1b2.gate.example\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "GET /v/x HTTP/1.1\nHost: a1b2.gate.example\n\n",
    ];
    for line in lines {
        is_refused(&stage, line.as_bytes(), 400).await;
    }
}

#[tokio::test]
async fn control_31_paths_have_one_spelling() {
    let stage = Stage::new(|_| text("reached")).await;
    for path in [
        "/v/%2e%2e/x",
        "/v/%2E/x",
        "/v/../account/password",
        "/v/./x",
        "/v//x",
        "//v/x",
        "/v/x/..",
        "/v/x/.",
        "/v/%2fx",
        "/v/%5Cx",
        "/v/\\x",
        "/v/x;y=1",
        "/v/x%3By",
        "/v/%00",
        "/v/%0a",
        "/v/%41",
        "/v/%7e",
        "/v/%252e",
        "/v/%c0%ae",
        "/v/%ff",
        "/v/%",
        "/v/%2",
        "/v/%zz",
        "/v/x#y",
        "/v/\u{e9}",
        "/v/\x7f",
        "/v/<x>",
        "/v/x?y#z",
        "/v/x?\u{e9}",
    ] {
        is_refused(&stage, &target(path), 400).await;
    }
    for path in
        ["/v/%20x", "/v/%C3%A9", "/v/a:b@c", "/v/x?y=%2e%2e/;&z=%00", "/v/x/", "/v/...", "/v/.well-known"]
    {
        let before = stage.product.count();
        assert_eq!(stage.raw(&target(path)).await.status, 200, "{path}");
        assert_eq!(stage.product.count(), before + 1);
        assert_eq!(stage.product.last().target, path);
    }
}

#[tokio::test]
async fn control_31_broken_chunks_end_the_request() {
    let stage = Stage::new(|_| text("reached")).await;
    for chunks in [
        "4;ext=1\r\nabcd\r\n0\r\n\r\n",
        "4 \r\nabcd\r\n0\r\n\r\n",
        "0x4\r\nabcd\r\n0\r\n\r\n",
        "\r\nabcd\r\n0\r\n\r\n",
        "4\nabcd\r\n0\r\n\r\n",
        "4\r\nabcdX\r\n0\r\n\r\n",
        "4\r\nabcd\n0\r\n\r\n",
        "000000004\r\nabcd\r\n0\r\n\r\n",
        "-4\r\nabcd\r\n0\r\n\r\n",
        "0\r\nX-Trailer: 1\r\n\r\n",
        "0\r\nContent-Length: 5\r\n\r\n",
    ] {
        let request = head(&format!("Transfer-Encoding: chunked\r\n\r\n{chunks}"));
        let answer = stage.raw(&request).await;
        assert!(matches!(answer.status, 0 | 400), "{chunks:?} gave {}", answer.status);
        assert_eq!(stage.product.count(), 0, "{chunks:?}");
    }
}

/// What is good passes whole, however it is cut into packets, and pipelined requests stay apart.
#[tokio::test]
async fn good_requests_pass_in_any_pieces() {
    use tokio::io::AsyncWriteExt;
    let stage = Stage::new(|seen| told("text/plain", seen.body)).await;
    let request = [
        head("Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\nA\r\n0123456789\r\n0\r\n\r\n"),
        head("Content-Length: 3\r\n\r\nabc"),
        head("Content-Length: 2\r\nConnection: close\r\n\r\nxy"),
    ]
    .concat();
    for size in [1, 7, request.len()] {
        let mut stream = tokio::net::TcpStream::connect(stage.addr).await.unwrap();
        stream.set_nodelay(true).unwrap();
        for piece in request.chunks(size) {
            stream.write_all(piece).await.unwrap();
            tokio::task::yield_now().await;
        }
        read_all(&mut stream).await;
        let seen = stage.product.seen.lock().unwrap();
        let bodies: Vec<_> = seen.iter().rev().take(3).rev().map(|s| s.body.clone()).collect();
        assert_eq!(bodies, ["hello0123456789", "abc", "xy"], "in pieces of {size}");
    }
}

/// A client that waits to be told goes on is told so, and only when the request was admitted.
#[tokio::test]
async fn expectations_are_met_after_admission() {
    use tokio::io::AsyncWriteExt;
    let stage = Stage::new(|seen| told("text/plain", seen.body)).await;
    let mut stream = tokio::net::TcpStream::connect(stage.addr).await.unwrap();
    let waiting = head("Content-Length: 5\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n");
    stream.write_all(&waiting).await.unwrap();
    assert!(read_until(&mut stream, b"\r\n\r\n").await.starts_with(b"HTTP/1.1 100"));
    stream.write_all(b"hello").await.unwrap();
    assert_eq!(Answer::parse(&read_all(&mut stream).await).text(), "hello");
    stage.permit.shut(pforte_gateway::Why::Closed(pforte_core::access::Closed::LogDown));
    assert_eq!(stage.raw(&waiting).await.status, 503);
}

#[tokio::test]
async fn control_31_a_method_cannot_be_changed_on_the_way() {
    let stage = Stage::new(|_| text("reached")).await;
    for header in [
        "X-HTTP-Method-Override: DELETE\r\n",
        "X-HTTP-Method: PUT\r\n",
        "X-Method-Override: PUT\r\n",
        "x_http_method_override: PUT\r\n",
    ] {
        assert_eq!(stage.send("POST", "/v/x", header, b"a=1").await.status, 200);
        let seen = stage.product.last();
        assert_eq!(seen.method, "POST");
        assert!(seen.headers.keys().all(|name| !name.as_str().contains("method")), "{header}");
    }
    let passed = stage.product.count();
    for query in
        ["_method=DELETE", "a=1&_method=PUT", "%5Fmethod=PUT", "_METHOD=put", "x-http-method-override=PUT"]
    {
        assert_eq!(stage.send("POST", &format!("/v/x?{query}"), "", b"").await.status, 400, "{query}");
    }
    let form = "Content-Type: application/x-www-form-urlencoded\r\n";
    let parts = "Content-Type: multipart/form-data; boundary=b\r\n";
    let json = "Content-Type: application/json\r\n";
    for (kind, body) in [
        (form, "_method=DELETE"),
        (form, "a=1&_method=DELETE&b=2"),
        (form, "a=1&%5fmethod=DELETE"),
        (parts, "--b\r\nContent-Disposition: form-data; name=\"_method\"\r\n\r\nPUT\r\n--b--\r\n"),
        (parts, "--b\r\nContent-Disposition: form-data; name=_method\r\n\r\nPUT\r\n--b--\r\n"),
        (json, "{\"_method\":\"PUT\"}"),
    ] {
        assert_eq!(stage.send("POST", "/v/x", kind, body.as_bytes()).await.status, 400, "{body}");
    }
    assert_eq!(stage.product.count(), passed);
    for (kind, body) in [(form, "payment_method=card&a=_method"), (json, "{\"payment_method\":1}")] {
        assert_eq!(stage.send("POST", "/v/x", kind, body.as_bytes()).await.status, 200, "{body}");
    }
}

#[tokio::test]
async fn heads_have_bounds() {
    let stage = Stage::new(|_| text("reached")).await;
    let many: String = (0..101).map(|n| format!("X-{n}: 1\r\n")).collect();
    is_refused(&stage, &head(&format!("{many}\r\n")), 431).await;
    is_refused(&stage, &head(&format!("X: {}\r\n\r\n", "x".repeat(40_000))), 431).await;
    is_refused(&stage, &head(&format!("X: {}", "x".repeat(40_000))), 431).await;
    is_refused(&stage, &target(&format!("/v/{}", "x".repeat(9_000))), 431).await;
}
