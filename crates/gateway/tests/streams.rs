//! Streams: never collected, and ended at once when the door shuts (control 24, gateway part).

#![allow(clippy::unwrap_used, reason = "a test stops where something fails")]

mod support;

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::SeqCst},
    },
    time::{Duration, Instant},
};

use http::Response;
use support::*;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

/// The bound of the rules; what is measured here is far below it.
const CUT: Duration = Duration::from_secs(1);

fn ask(path: &str, more: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nHost: {HOST}\r\nCookie: __Host-pforte-visit={COOKIE}\r\n{more}\r\n")
}

fn events() -> Told {
    Response::builder()
        .header("content-type", "text/event-stream")
        .body(endless(Duration::from_millis(5)))
        .unwrap()
}

async fn open(stage: &Stage, request: &str, until: &[u8]) -> TcpStream {
    let mut stream = TcpStream::connect(stage.addr).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let got = read_until(&mut stream, until).await;
    assert!(got.windows(until.len()).any(|w| w == until), "{}", String::from_utf8_lossy(&got));
    stream
}

async fn handshake(stage: &Stage) -> TcpStream {
    let more = "Connection: keep-alive, Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\
        Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: live\r\n";
    let more = format!("{more}Origin: http://{HOST}\r\n");
    let mut stream = TcpStream::connect(stage.addr).await.unwrap();
    stream.write_all(ask("/ws", &more).as_bytes()).await.unwrap();
    let head = String::from_utf8(read_until(&mut stream, b"\r\n\r\n").await).unwrap().to_ascii_lowercase();
    assert!(head.starts_with("http/1.1 101"), "{head}");
    assert!(
        head.contains("sec-websocket-accept: s3pplmbitxaq9kygzzhzrbk+xoo=") && !head.contains("x-more"),
        "{head}"
    );
    stream
}

fn socket(_: Seen) -> Told {
    Response::builder()
        .status(101)
        .header("connection", "Upgrade")
        .header("upgrade", "websocket")
        .header("sec-websocket-accept", "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")
        .header("x-more", "1")
        .body(full(""))
        .unwrap()
}

/// Reads until the stream breaks or ends; how long that took.
async fn until_gone(stream: &mut TcpStream) -> Duration {
    let started = Instant::now();
    read_all(stream).await;
    started.elapsed()
}

#[tokio::test]
async fn t24_control_24_a_long_answer_is_cut_with_the_leash() {
    let stage = Stage::new(|_| events()).await;
    let mut stream = open(&stage, &ask("/v/events", ""), b"data: 3").await;
    assert_eq!(stage.permit.leash.holders(), 1);
    let cut = stage.permit.leash.cut_and_wait(CUT).await;
    assert!(cut.took < CUT && cut.streams == 1, "{cut:?}");
    assert_eq!(stage.permit.leash.holders(), 0);
    assert!(until_gone(&mut stream).await < CUT);
}

/// A browser that does not read cannot hold the door open, and what it has not read is lost to it.
#[tokio::test]
async fn control_24_a_stalled_reader_is_cut_as_well() {
    let made = Arc::new(AtomicU64::new(0));
    let count = Arc::clone(&made);
    let stage = Stage::new(move |_| {
        let count = Arc::clone(&count);
        Response::builder().body(counted(4096, count)).unwrap()
    })
    .await;
    let mut stream = open(&stage, &ask("/v/large", ""), b"xxxx").await;
    let mut before = 0;
    while std::mem::replace(&mut before, made.load(SeqCst)) != before || before == 0 {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert!(before < 4096, "everything fits into the buffers: nothing stalls");
    let cut = stage.permit.leash.cut_and_wait(CUT).await;
    assert!(cut.took < CUT && cut.streams == 1, "{cut:?}");
    assert_eq!(stage.permit.leash.holders(), 0);
    let mut buffer = vec![0; 1 << 20];
    let broken = loop {
        match stream.read(&mut buffer).await {
            Ok(0) => break None,
            Ok(_) => {}
            Err(error) => break Some(error.kind()),
        }
    };
    assert_eq!(broken, Some(std::io::ErrorKind::ConnectionReset), "what was under way is forgotten");
}

/// Only what is under way is severed: a connection whose answers are complete goes on.
#[tokio::test]
async fn an_idle_connection_survives_the_cut() {
    let stage = Stage::new(|_| text("whole")).await;
    let mut stream = open(&stage, &ask("/v/x", ""), b"whole").await;
    while stage.permit.leash.holders() > 0 {
        tokio::task::yield_now().await;
    }
    stage.permit.leash.cut();
    tokio::task::yield_now().await;
    stream.write_all(ask("/v/x", "Connection: close\r\n").as_bytes()).await.unwrap();
    assert_eq!(Answer::parse(&read_all(&mut stream).await).text(), "whole");
}

#[tokio::test]
async fn t24_the_deadline_ends_streams_by_itself() {
    let stage = Stage::new(|_| events()).await;
    *stage.permit.deadline.lock().unwrap() = Instant::now() + Duration::from_millis(300);
    let mut stream = open(&stage, &ask("/v/events", ""), b"data: 1").await;
    assert!(until_gone(&mut stream).await < CUT);
    assert_eq!(stage.permit.leash.holders(), 0);
}

#[tokio::test]
async fn control_24_a_request_waiting_for_the_product_is_answered_with_the_last_page() {
    let stage = Stage::new(|_| text("never seen")).await;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mute = Upstream { addr: listener.local_addr().unwrap(), ..stage.product.clone() };
    let config = pforte_gateway::GatewayConfig::new(SUFFIX, pforte_gateway::Scheme::Http);
    let stage = Stage::before(mute.clone(), product(mute.addr), config, None).await;
    let leash = stage.permit.leash.clone();
    let waiting = stage.get("/v/slow");
    let ending = async {
        let (mut taken, _) = listener.accept().await.unwrap();
        read_until(&mut taken, b"\r\n\r\n").await;
        stage.permit.shut(pforte_gateway::Why::Over {
            how: pforte_core::access::EndedHow::Customer,
            cut_millis: Some(120),
        });
        let cut = leash.cut_and_wait(CUT).await;
        assert!(cut.took < CUT);
        // The upstream request is gone, too.
        let mut rest = [0; 1];
        assert!(matches!(taken.read(&mut rest).await, Ok(0) | Err(_)));
    };
    let (answer, ()) = tokio::join!(waiting, ending);
    assert_eq!(answer.status, 410);
    assert!(
        answer.text().contains("The customer ended the access. Everything was shut after 0.2 s.")
            || answer.text().contains("after 0.2 s")
    );
}

#[tokio::test]
async fn a_websocket_speaks_both_ways_and_is_cut_with_the_leash() {
    let stage = Stage::new(socket).await;
    let mut stream = handshake(&stage).await;
    assert_eq!(stage.product.last().header("upgrade"), Some("websocket"));
    assert_eq!(stage.product.last().header("sec-websocket-protocol"), Some("live"));
    assert_eq!(
        stage.product.last().header("origin"),
        Some(format!("http://{}", stage.product.addr).as_str())
    );
    for word in ["hello", "GET /v/x HTTP/1.1\r\n\r\n"] {
        stream.write_all(word.as_bytes()).await.unwrap();
        assert_eq!(read_until(&mut stream, word.as_bytes()).await, word.as_bytes());
    }
    assert_eq!(stage.product.count(), 1);
    let cut = stage.permit.leash.cut_and_wait(CUT).await;
    assert!(cut.took < CUT && cut.streams == 1, "{cut:?}");
    assert!(until_gone(&mut stream).await < CUT);
}

#[tokio::test]
async fn t24_the_deadline_ends_a_websocket() {
    let stage = Stage::new(socket).await;
    *stage.permit.deadline.lock().unwrap() = Instant::now() + Duration::from_millis(300);
    let mut stream = handshake(&stage).await;
    assert!(until_gone(&mut stream).await < CUT);
    assert_eq!(stage.permit.leash.holders(), 0);
}

/// After an upgrade that was not granted the connection closes: nothing behind it is read.
#[tokio::test]
async fn a_refused_upgrade_closes_the_connection() {
    let stage = Stage::new(|_| text("no socket")).await;
    let more = "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n";
    let both = format!("{}{}", ask("/ws", more), ask("/v/smuggled", ""));
    let answer = stage.raw(both.as_bytes()).await;
    assert_eq!((answer.status, answer.header("connection")), (200, Some("close")));
    assert_eq!(stage.product.count(), 1);
    let masked = stage.raw(ask("/ws-personal", more).as_bytes()).await;
    assert_eq!((masked.status, stage.product.count()), (403, 1));
}

/// Design, "Fresh and fast": a stale generation is noted and not forwarded.
#[tokio::test]
async fn w2_a_stale_generation_is_not_forwarded() {
    let stage = Stage::new(|_| text("ok")).await;
    stage.permit.stale.store(1, SeqCst);
    assert_eq!(stage.get("/v/x").await.status, 200, "decided anew");
    assert_eq!((stage.permit.admitted.load(SeqCst), stage.permit.not_forwarded.load(SeqCst)), (2, 1));
    assert_eq!(stage.product.count(), 1);
    stage.permit.stale.store(2, SeqCst);
    assert_eq!(stage.get("/v/x").await.status, 503);
    assert_eq!(stage.permit.not_forwarded.load(SeqCst), 3);
    assert_eq!(stage.product.count(), 1);
}

#[tokio::test]
async fn uploads_are_bounded() {
    let stage = Stage::new(|seen| told("text/plain", seen.body.len().to_string())).await;
    let answer = stage.send("POST", "/v/x", "", &vec![b'a'; 1024 * 1024]).await;
    assert_eq!(answer.text(), (1024 * 1024).to_string());
    let claimed = format!(
        "POST /v/x HTTP/1.1\r\nHost: {HOST}\r\nCookie: __Host-pforte-visit={COOKIE}\r\nContent-Length: 99999999999\r\nConnection: close\r\n\r\n"
    );
    assert_eq!(stage.raw(claimed.as_bytes()).await.status, 413);
    for coding in ["gzip", "br", "identity, gzip"] {
        let headers = format!("Content-Encoding: {coding}\r\n");
        assert_eq!(stage.send("POST", "/v/x", &headers, b"x").await.status, 415);
    }
    assert_eq!(stage.product.count(), 1);
}

#[tokio::test]
async fn a_product_that_is_down_or_slow_has_a_page() {
    let stage = Stage::with(
        |_| text("x"),
        |product| product.upstream = "http://127.0.0.1:9".into(),
        pforte_gateway::GatewayConfig::new(SUFFIX, pforte_gateway::Scheme::Http),
    )
    .await;
    let page = stage.send("GET", "/v/x", "Accept: text/html\r\n", b"").await;
    assert_eq!(page.status, 502);
    assert!(page.text().contains("The product does not answer."));
    let mut config = pforte_gateway::GatewayConfig::new(SUFFIX, pforte_gateway::Scheme::Http);
    config.limits.response_timeout = Duration::from_millis(100);
    let mute = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let upstream = Upstream { addr: mute.local_addr().unwrap(), ..stage.product.clone() };
    let stage = Stage::before(upstream.clone(), product(upstream.addr), config, None).await;
    assert_eq!(stage.get("/v/x").await.status, 504);
}
