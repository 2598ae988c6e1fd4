//! A public listener: TLS, limits, vetting and an orderly end. The portal uses it as well.
//!
//! Every connection can be severed at once ([`Connection::watch`]): what the browser has not read by
//! then it never gets. Must never hand an unvetted byte to the HTTP/1 parser, nor an unvetted request of HTTP/2 to the
//! service, and must never refuse a newcomer because others hold on ([`places`]).

mod body;
mod connection;
mod http2;
mod places;
mod stream;

use std::{future::poll_fn, io, sync::Arc, time::Duration};

use bytes::Bytes;
use http_body::Body;
use hyper::{body::Incoming, server::conn::http1, service::Service};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use self::{
    body::{Answer, Taken},
    places::{Place, Places},
    stream::{Severable, Stream},
};
pub use self::{
    body::{Timed, TooSlow},
    connection::Connection,
};
use crate::{
    peer::Proxies,
    vet::{Rules, Vetted},
};

type BoxError = Box<dyn std::error::Error + Send + Sync>;
type Request = http::Request<Incoming>;

/// What one listener bears.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    pub rules: Rules,
    /// Whether HTTP/2 is offered, where TLS ends here.
    pub http2: bool,
    /// From the first wait for a request to its complete head; also bounds idle keep-alive.
    pub head_timeout: Duration,
    /// For how long a peer may take nothing of an answer.
    pub write_stall: Duration,
    /// Connections at a time; a further one takes the place of another, and nobody has more than a quarter.
    pub connections: usize,
    /// How long requests under way may still take after the shutdown began.
    pub grace: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            rules: Rules { head_bytes: 32 * 1024, headers: 100, websocket: false },
            http2: true,
            head_timeout: Duration::from_secs(10),
            write_stall: Duration::from_secs(30),
            connections: 4096,
            grace: Duration::from_secs(5),
        }
    }
}

/// How fast a request's body must arrive.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    /// For the next piece.
    pub pause: Duration,
    /// For the whole, however small; what has come earns more time, at this rate.
    pub start: Duration,
    pub bytes_per_second: u64,
    /// For the whole, however large.
    pub most: Duration,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            pause: Duration::from_secs(15),
            start: Duration::from_secs(20),
            bytes_per_second: 8 * 1024,
            most: Duration::from_secs(30 * 60),
        }
    }
}

/// Serves until `shutdown`, then lets requests under way finish within the grace period.
///
/// A `tower` service goes through `hyper_util::service::TowerToHyperService`.
pub async fn serve<S, B>(
    listener: TcpListener,
    tls: Option<Arc<rustls::ServerConfig>>,
    (limits, proxies): (Limits, Proxies),
    shutdown: CancellationToken,
    service: S,
) -> io::Result<()>
where
    S: Service<Request, Response = http::Response<B>> + Clone + Send + Sync + 'static,
    S::Future: Send + 'static,
    S::Error: Into<BoxError>,
    B: Body<Data = Bytes> + Send + 'static,
    B::Error: Into<BoxError>,
{
    let places = Arc::new(Places::new(limits.connections, proxies));
    let tasks = TaskTracker::new();
    let stop = CancellationToken::new();
    let acceptor = tls.map(|config| offering(config, limits.http2));
    loop {
        let accepted = tokio::select! {
            () = shutdown.cancelled() => break,
            accepted = listener.accept() => accepted,
        };
        let (tcp, peer) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                tracing::warn!(%error, "cannot accept a connection");
                tokio::time::sleep(Duration::from_millis(20)).await;
                continue;
            }
        };
        let connection = Arc::new(Connection::new(peer, acceptor.is_some(), stop.clone()));
        let place = places.take(Arc::clone(&connection));
        let held = Held { connection, limits, shutdown: shutdown.clone(), _place: place };
        tasks.spawn(held.connect(tcp, acceptor.clone(), service.clone()));
    }
    drop(listener);
    tasks.close();
    if tokio::time::timeout(limits.grace, tasks.wait()).await.is_err() {
        stop.cancel();
        tasks.wait().await;
    }
    // Tunnels live outside of these tasks.
    stop.cancel();
    Ok(())
}

/// Only what is vetted is offered.
fn offering(config: Arc<rustls::ServerConfig>, http2: bool) -> TlsAcceptor {
    let mut config = Arc::unwrap_or_clone(config);
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    if http2 {
        config.alpn_protocols.insert(0, b"h2".to_vec());
    }
    TlsAcceptor::from(Arc::new(config))
}

/// A connection on its place.
struct Held {
    connection: Arc<Connection>,
    limits: Limits,
    shutdown: CancellationToken,
    _place: Place,
}

impl Held {
    async fn connect<S, B>(self, tcp: TcpStream, acceptor: Option<TlsAcceptor>, service: S)
    where
        S: Service<Request, Response = http::Response<B>> + Clone + Send + Sync + 'static,
        S::Future: Send + 'static,
        S::Error: Into<BoxError>,
        B: Body<Data = Bytes> + Send + 'static,
        B::Error: Into<BoxError>,
    {
        let _ = tcp.set_nodelay(true);
        let stream = match acceptor {
            None => Stream::Plain(tcp),
            Some(acceptor) => {
                let shaken = tokio::time::timeout(self.limits.head_timeout, acceptor.accept(tcp));
                tokio::select! {
                    shaken = shaken => match shaken {
                        Ok(Ok(tls)) => Stream::Tls(Box::new(tls)),
                        _ => return,
                    },
                    () = self.connection.evicted.cancelled() => return,
                }
            }
        };
        let http2 = stream.is_http2();
        let io = Severable::new(stream, Arc::clone(&self.connection), self.limits.write_stall);
        if http2 {
            http2::serve(self, TokioIo::new(io), service).await;
        } else {
            self.http1(io, service).await;
        }
    }

    async fn http1<S, B>(self, io: Severable, service: S)
    where
        S: Service<Request, Response = http::Response<B>> + Send + 'static,
        S::Future: Send + 'static,
        S::Error: Into<BoxError>,
        B: Body<Data = Bytes> + Send + 'static,
        B::Error: Into<BoxError>,
    {
        let connection = self.connection;
        let io = TokioIo::new(Vetted::new(io, self.limits.rules));
        let tagged = Tagged { service, connection: Arc::clone(&connection) };
        let conn = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(self.limits.head_timeout)
            .max_headers(self.limits.rules.headers + 1)
            .serve_connection(io, tagged)
            .with_upgrades();
        let mut conn = std::pin::pin!(conn);
        let mut draining = false;
        loop {
            tokio::select! {
                biased;
                ended = conn.as_mut() => {
                    if let Err(error) = ended {
                        tracing::debug!(%error, peer = %connection.peer, "connection ended");
                    }
                    return;
                }
                () = poll_fn(|cx| connection.poll_cut(cx)) => {
                    connection.sever();
                    return;
                }
                () = connection.stop.cancelled() => return,
                () = connection.evicted.cancelled() => {
                    connection.sever();
                    return;
                }
                () = self.shutdown.cancelled(), if !draining => {
                    conn.as_mut().graceful_shutdown();
                    draining = true;
                }
            }
        }
    }
}

/// Gives every request the connection it came on, and counts it there until its answer is gone.
struct Tagged<S> {
    service: S,
    connection: Arc<Connection>,
}

impl<S, B> Service<Request> for Tagged<S>
where
    S: Service<Request, Response = http::Response<B>>,
    S::Future: Send + 'static,
{
    type Response = http::Response<Answer<B>>;
    type Error = S::Error;
    type Future = std::pin::Pin<Box<dyn Future<Output = Result<Self::Response, S::Error>> + Send>>;

    fn call(&self, mut request: Request) -> Self::Future {
        let under_way = self.connection.request();
        request.extensions_mut().insert(Arc::clone(&self.connection));
        let answer = self.service.call(request);
        Box::pin(async move {
            Ok(answer.await?.map(|body| Answer::of(body, under_way, Arc::new(Taken::default()))))
        })
    }
}
