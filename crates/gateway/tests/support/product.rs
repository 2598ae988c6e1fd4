//! A product that answers as a test tells it to, and remembers what it was asked.

use std::{
    convert::Infallible,
    net::SocketAddr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
};

use bytes::Bytes;
use http::{HeaderMap, Method, Request, Response};
use http_body_util::{BodyExt, Full, StreamBody, combinators::UnsyncBoxBody};
use hyper::{
    body::{Frame, Incoming},
    server::conn::http1,
    service::service_fn,
};
use hyper_util::rt::TokioIo;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};

pub type Body = UnsyncBoxBody<Bytes, Infallible>;
pub type Told = Response<Body>;

/// A request as the product got it.
#[derive(Clone, Debug)]
pub struct Seen {
    pub method: Method,
    pub target: String,
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl Seen {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|v| v.to_str().unwrap())
    }
}

#[derive(Clone)]
pub struct Upstream {
    pub addr: SocketAddr,
    pub seen: Arc<Mutex<Vec<Seen>>>,
}

impl Upstream {
    pub async fn start(answer: impl Fn(Seen) -> Told + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let addr = listener.local_addr().unwrap();
        let seen = Arc::new(Mutex::new(Vec::new()));
        let (log, answer) = (Arc::clone(&seen), Arc::new(answer));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (log, answer) = (Arc::clone(&log), Arc::clone(&answer));
                let service =
                    service_fn(move |request| respond(request, Arc::clone(&log), Arc::clone(&answer)));
                tokio::spawn(
                    http1::Builder::new().serve_connection(TokioIo::new(stream), service).with_upgrades(),
                );
            }
        });
        Self { addr, seen }
    }

    pub fn count(&self) -> usize {
        self.seen.lock().unwrap().len()
    }

    pub fn last(&self) -> Seen {
        self.seen.lock().unwrap().last().expect("the product was asked").clone()
    }
}

async fn respond(
    mut request: Request<Incoming>,
    log: Arc<Mutex<Vec<Seen>>>,
    answer: Arc<impl Fn(Seen) -> Told>,
) -> Result<Told, Infallible> {
    let upgrade = request.headers().contains_key("upgrade").then(|| hyper::upgrade::on(&mut request));
    let (parts, body) = request.into_parts();
    let Ok(body) = body.collect().await else { return Ok(Response::new(full("broken upload"))) };
    let seen = Seen {
        method: parts.method,
        target: parts.uri.to_string(),
        headers: parts.headers,
        body: body.to_bytes(),
    };
    log.lock().unwrap().push(seen.clone());
    let response = answer(seen);
    if let Some(upgrade) = upgrade {
        tokio::spawn(async move {
            let Ok(upgraded) = upgrade.await else { return };
            // An echo: what comes in goes out.
            let mut stream = TokioIo::new(upgraded);
            let mut buffer = [0; 1024];
            while let Ok(n) = stream.read(&mut buffer).await {
                if n == 0 || stream.write_all(&buffer[..n]).await.is_err() {
                    break;
                }
            }
        });
    }
    Ok(response)
}

pub fn full(body: impl Into<Bytes>) -> Body {
    Full::new(body.into()).boxed_unsync()
}

pub fn told(kind: &str, body: impl Into<Bytes>) -> Told {
    Response::builder().header("content-type", kind).body(full(body)).unwrap()
}

pub fn text(body: &'static str) -> Told {
    told("text/plain", body)
}

/// A body that never ends: a piece now and then.
pub fn endless(every: std::time::Duration) -> Body {
    let stream = futures_util::stream::unfold(0_u64, move |n| async move {
        if n > 0 {
            tokio::time::sleep(every).await;
        }
        Some((Ok(Frame::data(Bytes::from(format!("data: {n}\n\n")))), n + 1))
    });
    StreamBody::new(stream).boxed_unsync()
}

/// `pieces` pieces of 64 KiB.
pub fn large(pieces: usize) -> Body {
    counted(pieces, Arc::default())
}

/// The same, counting the pieces as they are taken.
pub fn counted(pieces: usize, count: Arc<AtomicU64>) -> Body {
    let piece = Bytes::from(vec![b'x'; 64 * 1024]);
    let stream = futures_util::stream::iter((0..pieces).map(move |_| {
        count.fetch_add(1, Ordering::SeqCst);
        Ok(Frame::data(piece.clone()))
    }));
    StreamBody::new(stream).boxed_unsync()
}
