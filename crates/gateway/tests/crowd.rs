//! The listener under those who hold on: places, bodies that never come, answers that nobody takes, HTTP/2.

#![allow(clippy::unwrap_used, reason = "a test stops where something fails")]

mod support;

use std::{
    convert::Infallible,
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::SeqCst},
    },
    time::{Duration, Instant},
};

use bytes::Bytes;
use http::{Request, Response, StatusCode, header};
use http_body::{Body, Frame};
use http_body_util::{BodyExt, Full, StreamBody, combinators::UnsyncBoxBody};
use hyper::{body::Incoming, client::conn::http2::SendRequest};
use hyper_util::rt::{TokioExecutor, TokioIo};
use pforte_gateway::{
    listen::{self, Connection, Limits, Pace, Timed, TooSlow},
    peer::Proxies,
};
use support::*;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};
use tokio_util::sync::CancellationToken;

/// A listener whose service reads the body and says how long it was; `/much` answers 64 MiB.
struct Portal {
    addr: SocketAddr,
    stop: CancellationToken,
    under_way: Arc<AtomicUsize>,
}

impl Portal {
    async fn start(limits: Limits, pace: Pace, tls: Option<Arc<rustls::ServerConfig>>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let addr = listener.local_addr().unwrap();
        let stop = CancellationToken::new();
        let under_way = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&under_way);
        let service = hyper::service::service_fn(move |request| answer(request, pace, Arc::clone(&counted)));
        let limits = (limits, Proxies::default());
        tokio::spawn(listen::serve(listener, tls, limits, stop.clone(), service));
        Self { addr, stop, under_way }
    }

    async fn hold(&self, bytes: &str) -> TcpStream {
        let mut stream = TcpStream::connect(self.addr).await.unwrap();
        stream.write_all(bytes.as_bytes()).await.unwrap();
        stream
    }
}

impl Drop for Portal {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

struct Counted(Arc<AtomicUsize>);

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.fetch_sub(1, SeqCst);
    }
}

async fn answer(
    request: Request<Incoming>,
    pace: Pace,
    under_way: Arc<AtomicUsize>,
) -> Result<Response<UnsyncBoxBody<Bytes, Infallible>>, Infallible> {
    under_way.fetch_add(1, SeqCst);
    let _counted = Counted(under_way);
    let connection = Arc::clone(request.extensions().get::<Arc<Connection>>().expect("the connection"));
    let (parts, body) = request.into_parts();
    let (status, text) = match Timed::new(body, pace, &connection).collect().await {
        Ok(_) if parts.uri == "/much" => {
            let pieces = std::iter::repeat_n(Bytes::from(vec![b'x'; 64 * 1024]), 1024);
            let frames = futures_util::stream::iter(pieces.map(|piece| Ok(Frame::data(piece))));
            return Ok(Response::new(StreamBody::new(frames).boxed_unsync()));
        }
        Ok(whole) => {
            let host = parts.headers[header::HOST].to_str().unwrap();
            (StatusCode::OK, Bytes::from(format!("{host}{} {}", parts.uri, whole.to_bytes().len())))
        }
        Err(error) if error.is::<TooSlow>() => (StatusCode::REQUEST_TIMEOUT, Bytes::new()),
        Err(_) => (StatusCode::BAD_REQUEST, Bytes::new()),
    };
    let mut response = Response::new(Full::new(text).boxed_unsync());
    *response.status_mut() = status;
    Ok(response)
}

const GET: &str = "GET /x HTTP/1.1\r\nHost: a.example\r\nConnection: close\r\n\r\n";
const NO_BODY: &str = "POST /x HTTP/1.1\r\nHost: a.example\r\nContent-Length: 9\r\n\r\n";

fn brisk() -> Pace {
    let pause = Duration::from_millis(300);
    Pace {
        pause,
        start: Duration::from_millis(700),
        bytes_per_second: 1_000_000,
        most: Duration::from_secs(5),
    }
}

/// Whoever comes is answered at once, however many hold on, and in whichever way.
#[tokio::test]
async fn a_newcomer_is_answered_while_others_hold_every_place() {
    for held in [NO_BODY, "POST /x HT", "", "GET /x HTTP/1.1\r\nHost: a.example\r\n\r\n"] {
        let limits = Limits { connections: 64, ..Limits::default() };
        let portal = Portal::start(limits, Pace::default(), None).await;
        let mut siege = Vec::new();
        for _ in 0..300 {
            siege.push(portal.hold(held).await);
        }
        let began = Instant::now();
        let answer = Answer::parse(&raw(portal.addr, GET.as_bytes()).await);
        assert_eq!((answer.status, answer.text().as_str()), (200, "a.example/x 0"), "{held:?}");
        assert!(began.elapsed() < Duration::from_secs(1), "{:?} behind {held:?}", began.elapsed());
        assert!(portal.under_way.load(SeqCst) <= 64, "more places than there are");
    }
}

/// A body has to come on, and to keep its pace; time that the server itself takes does not count.
#[tokio::test]
async fn a_body_that_does_not_come_is_not_waited_for() {
    let portal = Portal::start(Limits::default(), brisk(), None).await;
    let began = Instant::now();
    assert_eq!(Answer::parse(&raw(portal.addr, NO_BODY.as_bytes()).await).status, 408);
    assert!(began.elapsed() < Duration::from_secs(2));
    // One byte at a time keeps no pace.
    let mut stream = portal.hold("POST /x HTTP/1.1\r\nHost: a.example\r\nContent-Length: 900\r\n\r\n").await;
    let drip = async {
        for _ in 0..100 {
            tokio::time::sleep(Duration::from_millis(100)).await;
            if stream.write_all(b"x").await.is_err() {
                return;
            }
            let mut head = [0; 12];
            if let Ok(Ok(12)) =
                tokio::time::timeout(Duration::from_millis(1), stream.read_exact(&mut head)).await
            {
                assert_eq!(&head, b"HTTP/1.1 408");
                return;
            }
        }
        panic!("it dripped on");
    };
    tokio::time::timeout(Duration::from_secs(5), drip).await.expect("given up in time");
    let whole = "POST /x HTTP/1.1\r\nHost: a.example\r\nContent-Length: 3\r\nConnection: close\r\n\r\nabc";
    assert_eq!(Answer::parse(&raw(portal.addr, whole.as_bytes()).await).text(), "a.example/x 3");
}

/// Who asks and then takes nothing loses the connection, and what was to be sent is let go.
#[tokio::test]
async fn an_answer_that_nobody_takes_is_given_up() {
    let limits = Limits { write_stall: Duration::from_millis(300), ..Limits::default() };
    let portal = Portal::start(limits, brisk(), None).await;
    let much = "GET /much HTTP/1.1\r\nHost: a.example\r\n\r\n";
    let mut stream = portal.hold(much).await;
    tokio::time::sleep(Duration::from_millis(1500)).await;
    let mut taken = 0;
    let mut buffer = vec![0; 1 << 20];
    while let Ok(n @ 1..) = stream.read(&mut buffer).await {
        taken += n;
    }
    assert!(taken < 64 * 1024 * 1024, "the whole answer waited");
    // Who takes it slowly but steadily gets it.
    let mut stream = portal.hold(much).await;
    let mut taken = 0;
    while taken < 64 * 1024 * 1024 {
        taken += stream.read(&mut buffer).await.expect("goes on");
    }
}

async fn http2<B>(portal: &Portal, client: &Arc<rustls::ClientConfig>) -> SendRequest<B>
where
    B: Body<Data = Bytes, Error = Infallible> + Unpin + Send + 'static,
{
    let mut client = rustls::ClientConfig::clone(client);
    client.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    let tcp = TcpStream::connect(portal.addr).await.unwrap();
    let name = rustls::pki_types::ServerName::try_from("localhost").unwrap();
    let tls = tokio_rustls::TlsConnector::from(Arc::new(client)).connect(name, tcp).await.unwrap();
    assert_eq!(tls.get_ref().1.alpn_protocol(), Some(&b"h2"[..]), "HTTP/2 is offered and chosen");
    let (sender, connection) =
        hyper::client::conn::http2::handshake(TokioExecutor::new(), TokioIo::new(tls)).await.unwrap();
    tokio::spawn(connection);
    sender
}

fn ask(method: &str, uri: &str) -> Request<Full<Bytes>> {
    Request::builder().method(method).uri(uri).body(Full::default()).unwrap()
}

/// HTTP/2 asks the same rules, and its requests look like any other to the service.
#[tokio::test]
async fn http_2_is_vetted_like_http_1() {
    let (server, client, _) = authority();
    let portal = Portal::start(Limits::default(), brisk(), Some(server)).await;
    let mut sender = http2(&portal, &client).await;
    let response = sender.send_request(ask("GET", "https://localhost/x?y=1")).await.unwrap();
    let body = response.into_body().collect().await.unwrap().to_bytes();
    assert_eq!(&body[..], b"localhost/x?y=1 0");
    for uri in ["/a/../b", "/a//b", "/a%2fb", "/%2e%2e/b", "/a;b"] {
        let response = sender.send_request(ask("GET", &format!("https://localhost{uri}"))).await.unwrap();
        assert_eq!(response.status(), StatusCode::BAD_REQUEST, "{uri}");
        let body = response.into_body().collect().await.unwrap().to_bytes();
        let problem: serde_json::Value = serde_json::from_slice(&body).unwrap();
        assert_eq!(problem["code"], "request.ambiguous");
    }
    let response = sender.send_request(ask("TRACE", "https://localhost/x")).await.unwrap();
    assert_eq!(response.status(), StatusCode::BAD_REQUEST);
    assert_eq!(portal.under_way.load(SeqCst), 0);
}

/// Bodies and answers keep their pace on HTTP/2 as well, where TCP itself may flow.
#[tokio::test]
async fn http_2_waits_no_longer_than_http_1() {
    let (server, client, _) = authority();
    let limits = Limits { write_stall: Duration::from_millis(300), ..Limits::default() };
    let portal = Portal::start(limits, brisk(), Some(server)).await;
    let mut sender = http2(&portal, &client).await;
    let mut slow = ask("POST", "https://localhost/x");
    slow.headers_mut().insert(header::CONTENT_LENGTH, "9".parse().unwrap());
    let (parts, _) = slow.into_parts();
    let never = StreamBody::new(futures_util::stream::pending::<Result<Frame<Bytes>, Infallible>>());
    let mut other = http2(&portal, &client).await;
    let response = other.send_request(Request::from_parts(parts, never)).await.unwrap();
    assert_eq!(response.status(), StatusCode::REQUEST_TIMEOUT);
    // The window is never opened again: nobody reads. The look comes every five seconds.
    let response = sender.send_request(ask("GET", "https://localhost/much")).await.unwrap();
    assert_eq!(response.status(), StatusCode::OK);
    let gone = async {
        while !sender.is_closed() {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(9), gone).await.expect("the connection is given up");
    drop(response);
}
