//! The console over a real connection, by hand: handshake, greeting, an answered command.

use http::Request;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

use crate::signer::{claims, header, key, panel, sign};

async fn connect(token: &str) -> TcpStream {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move { axum::serve(listener, panel()).await });
    let request = Request::get("/servers/srv-101/console/ws")
        .header("Host", "panel.example")
        .header("Connection", "Upgrade")
        .header("Upgrade", "websocket")
        .header("Sec-WebSocket-Version", "13")
        .header("Sec-WebSocket-Key", "AAAAAAAAAAAAAAAAAAAAAA==")
        .header("X-Panel-User", "u-100")
        .header("X-Panel-Staff", "kim")
        .header("X-Panel-Token", token)
        .body(())
        .expect("a request");
    let mut text = format!("GET {} HTTP/1.1\r\n", request.uri());
    for (name, value) in request.headers() {
        text.push_str(&format!("{name}: {}\r\n", value.to_str().expect("ASCII")));
    }
    let mut stream = TcpStream::connect(address).await.expect("a connection");
    stream.write_all((text + "\r\n").as_bytes()).await.expect("sent");
    stream
}

async fn head(stream: &mut TcpStream) -> String {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.expect("more of the head"));
    }
    String::from_utf8(head).expect("ASCII")
}

/// The next short text frame (RFC 6455 §5.2).
async fn frame(stream: &mut TcpStream) -> String {
    assert_eq!(stream.read_u8().await.expect("a frame"), 0x81, "a whole text frame");
    let length = stream.read_u8().await.expect("a length");
    assert!(length < 126, "a short frame");
    let mut text = vec![0; usize::from(length)];
    stream.read_exact(&mut text).await.expect("the text");
    String::from_utf8(text).expect("UTF-8")
}

#[tokio::test]
async fn the_console_greets_beats_and_answers() {
    let mut stream = connect(&sign(&header("k1"), &claims("u-100"), &key(1))).await;
    assert!(head(&mut stream).await.starts_with("HTTP/1.1 101 "));
    assert_eq!(frame(&mut stream).await, "shop-01 · type help");
    assert!(frame(&mut stream).await.starts_with("[heartbeat 1] "));
    // A masked frame with an all-zero mask: the text goes as it is.
    let command = b"echo hello";
    let mut sent = vec![0x81, 0x80 | u8::try_from(command.len()).unwrap(), 0, 0, 0, 0];
    sent.extend_from_slice(command);
    stream.write_all(&sent).await.unwrap();
    loop {
        let line = frame(&mut stream).await;
        if !line.starts_with("[heartbeat") {
            assert_eq!(line, "hello");
            return;
        }
    }
}

#[tokio::test]
async fn t12_no_token_no_console() {
    let mut stream = connect("no.token").await;
    assert!(head(&mut stream).await.starts_with("HTTP/1.1 401 "));
}
