//! Streams are never collected. Alone in its program, so that no other test moves the figure.

#![allow(clippy::unwrap_used, reason = "a test stops where something fails")]

mod support;

use http::Response;
use support::*;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

fn resident_bytes() -> usize {
    let pages = std::fs::read_to_string("/proc/self/statm").unwrap();
    pages.split(' ').nth(1).unwrap().parse::<usize>().unwrap() * 4096
}

/// 256 MiB pass without being collected.
#[tokio::test(flavor = "multi_thread")]
async fn large_bodies_do_not_grow_memory() {
    let stage = Stage::new(|_| Response::builder().body(large(4096)).unwrap()).await;
    let mut stream = TcpStream::connect(stage.addr).await.unwrap();
    let request = format!(
        "GET /v/large HTTP/1.1\r\nHost: {HOST}\r\nCookie: __Host-pforte-visit={COOKIE}\r\nConnection: close\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let before = resident_bytes();
    let (mut total, mut most, mut buffer) = (0_usize, 0, vec![0; 256 * 1024]);
    while let Ok(n) = stream.read(&mut buffer).await {
        if n == 0 {
            break;
        }
        total += n;
        most = most.max(resident_bytes());
    }
    assert!(total > 250 * 1024 * 1024, "{total}");
    assert!(most.saturating_sub(before) < 48 * 1024 * 1024, "grew by {} bytes", most - before);
}
