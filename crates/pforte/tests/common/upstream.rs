//! A product behind the gateway that remembers what reached it.

use std::{
    net::Ipv4Addr,
    sync::{Arc, Mutex},
    time::Duration,
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
    time::sleep,
};

/// Listens until it is dropped. `/stream` answers without end, everything else with two letters.
pub struct Upstream {
    pub port: u16,
    seen: Arc<Mutex<Vec<String>>>,
    task: JoinHandle<()>,
}

impl Upstream {
    pub async fn start() -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let seen = Arc::<Mutex<Vec<String>>>::default();
        let noted = Arc::clone(&seen);
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, Arc::clone(&noted)));
            }
        });
        Self { port, seen, task }
    }

    /// How many requests arrived.
    pub fn count(&self) -> usize {
        self.seen.lock().expect("not poisoned").len()
    }

    /// The paths of the requests that arrived since the last call.
    pub fn take(&self) -> Vec<String> {
        std::mem::take(&mut self.seen.lock().expect("not poisoned"))
    }
}

impl Drop for Upstream {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Serves one connection; ends with it.
async fn serve(mut stream: TcpStream, seen: Arc<Mutex<Vec<String>>>) -> std::io::Result<()> {
    let mut held = Vec::new();
    loop {
        while !held.ends_with(b"\r\n\r\n") {
            if stream.read_buf(&mut held).await? == 0 {
                return Ok(());
            }
        }
        let head = String::from_utf8_lossy(&held);
        let path = head.split(' ').nth(1).unwrap_or_default().to_owned();
        held.clear();
        seen.lock().expect("not poisoned").push(path.clone());
        if path == "/stream" {
            let head = "HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ntransfer-encoding: chunked\r\n\r\n";
            stream.write_all(head.as_bytes()).await?;
            loop {
                stream.write_all(b"5\r\ntick\n\r\n").await?;
                sleep(Duration::from_millis(20)).await;
            }
        }
        let answer = "HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ncontent-length: 2\r\n\r\nok";
        stream.write_all(answer.as_bytes()).await?;
    }
}
