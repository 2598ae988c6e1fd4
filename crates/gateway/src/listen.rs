//! A public listener: TLS, limits, vetting and an orderly end. The portal uses it as well.
//!
//! Every connection can be severed at once ([`Connection::watch`]): what the browser has not read by
//! then it never gets. Must never hand an unvetted byte to the HTTP parser.

use std::{
    future::poll_fn,
    io,
    net::SocketAddr,
    pin::Pin,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll},
    time::{Duration, Instant},
};

use http::{Request, Response};
use http_body::Body;
use hyper::{body::Incoming, server::conn::http1, service::Service};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::{TcpListener, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore},
    time::Sleep,
};
use tokio_rustls::{TlsAcceptor, server::TlsStream};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::vet::{Rules, Vetted};

type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// What one listener bears.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    pub rules: Rules,
    /// From the first wait for a request to its complete head; also bounds idle keep-alive.
    pub head_timeout: Duration,
    /// Connections at a time; further ones wait to be accepted.
    pub connections: usize,
    /// How long requests under way may still take after the shutdown began.
    pub grace: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            rules: Rules { head_bytes: 32 * 1024, headers: 100, websocket: false },
            head_timeout: Duration::from_secs(10),
            connections: 4096,
            grace: Duration::from_secs(5),
        }
    }
}

/// One accepted connection; every request carries an `Arc` of it among its extensions.
#[derive(Debug)]
pub struct Connection {
    pub peer: SocketAddr,
    /// Whether the peer speaks TLS to us directly.
    pub tls: bool,
    watch: Mutex<Option<Watch>>,
    severed: AtomicBool,
    stop: CancellationToken,
    _slot: OwnedSemaphorePermit,
}

struct Watch {
    cancelled: Pin<Box<dyn Future<Output = ()> + Send>>,
    deadline: Pin<Box<Sleep>>,
}

impl std::fmt::Debug for Watch {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Watch")
    }
}

impl Connection {
    /// Severs the connection when `cancelled` resolves or `deadline` passes, even while the peer does
    /// not read. Holds until [`Self::unwatch`]. A connection has one answer under way at a time.
    pub fn watch(&self, cancelled: impl Future<Output = ()> + Send + 'static, deadline: Instant) {
        let deadline = Box::pin(tokio::time::sleep_until(deadline.into()));
        *self.slot() = Some(Watch { cancelled: Box::pin(cancelled), deadline });
    }

    /// The answer ended on its own.
    pub fn unwatch(&self) {
        self.slot().take();
    }

    /// What is still undelivered when the stream is dropped is forgotten.
    pub fn sever(&self) {
        self.severed.store(true, Ordering::Release);
    }

    /// Resolves when the listener wants everything gone.
    pub fn stopped(&self) -> impl Future<Output = ()> + Send + use<> {
        self.stop.clone().cancelled_owned()
    }

    fn slot(&self) -> std::sync::MutexGuard<'_, Option<Watch>> {
        self.watch.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn poll_cut(&self, cx: &mut Context<'_>) -> Poll<()> {
        let mut slot = self.slot();
        let Some(watch) = slot.as_mut() else { return Poll::Pending };
        if watch.cancelled.as_mut().poll(cx).is_ready() {
            return Poll::Ready(());
        }
        watch.deadline.as_mut().poll(cx)
    }
}

/// Serves HTTP/1.1 until `shutdown`, then lets requests under way finish within the grace period.
///
/// A `tower` service goes through `hyper_util::service::TowerToHyperService`.
pub async fn serve<S, B>(
    listener: TcpListener,
    tls: Option<Arc<rustls::ServerConfig>>,
    limits: Limits,
    shutdown: CancellationToken,
    service: S,
) -> io::Result<()>
where
    S: Service<Request<Incoming>, Response = Response<B>> + Clone + Send + 'static,
    S::Future: Send + 'static,
    S::Error: Into<BoxError>,
    B: Body + Send + 'static,
    B::Data: Send,
    B::Error: Into<BoxError>,
{
    let slots = Arc::new(Semaphore::new(limits.connections));
    let tasks = TaskTracker::new();
    let stop = CancellationToken::new();
    let acceptor = tls.map(only_http1);
    loop {
        let accepted = async {
            let slot = Arc::clone(&slots).acquire_owned().await.map_err(io::Error::other)?;
            Ok::<_, io::Error>((listener.accept().await, slot))
        };
        let (accepted, slot) = tokio::select! {
            () = shutdown.cancelled() => break,
            accepted = accepted => accepted?,
        };
        let (tcp, peer) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                tracing::warn!(%error, "cannot accept a connection");
                tokio::time::sleep(Duration::from_millis(20)).await;
                continue;
            }
        };
        let connection = Arc::new(Connection {
            peer,
            tls: acceptor.is_some(),
            watch: Mutex::new(None),
            severed: AtomicBool::new(false),
            stop: stop.clone(),
            _slot: slot,
        });
        let task = connect(tcp, acceptor.clone(), limits, connection, shutdown.clone(), service.clone());
        tasks.spawn(task);
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

/// HTTP/1.1 is all that is vetted, so it is all that is offered.
fn only_http1(config: Arc<rustls::ServerConfig>) -> TlsAcceptor {
    let mut config = Arc::unwrap_or_clone(config);
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    TlsAcceptor::from(Arc::new(config))
}

async fn connect<S, B>(
    tcp: TcpStream,
    acceptor: Option<TlsAcceptor>,
    limits: Limits,
    connection: Arc<Connection>,
    shutdown: CancellationToken,
    service: S,
) where
    S: Service<Request<Incoming>, Response = Response<B>> + Send + 'static,
    S::Future: Send + 'static,
    S::Error: Into<BoxError>,
    B: Body + Send + 'static,
    B::Data: Send,
    B::Error: Into<BoxError>,
{
    let _ = tcp.set_nodelay(true);
    let stream = match acceptor {
        None => Stream::Plain(tcp),
        Some(acceptor) => match tokio::time::timeout(limits.head_timeout, acceptor.accept(tcp)).await {
            Ok(Ok(tls)) => Stream::Tls(Box::new(tls)),
            _ => return,
        },
    };
    let io = Severable { stream, connection: Arc::clone(&connection) };
    let io = TokioIo::new(Vetted::new(io, limits.rules));
    let tagged = Tagged { service, connection: Arc::clone(&connection) };
    let conn = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(limits.head_timeout)
        .max_headers(limits.rules.headers + 1)
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
            () = shutdown.cancelled(), if !draining => {
                conn.as_mut().graceful_shutdown();
                draining = true;
            }
        }
    }
}

/// Gives every request the connection it came on.
struct Tagged<S> {
    service: S,
    connection: Arc<Connection>,
}

impl<S: Service<Request<Incoming>>> Service<Request<Incoming>> for Tagged<S> {
    type Response = S::Response;
    type Error = S::Error;
    type Future = S::Future;

    fn call(&self, mut request: Request<Incoming>) -> Self::Future {
        request.extensions_mut().insert(Arc::clone(&self.connection));
        self.service.call(request)
    }
}

enum Stream {
    Plain(TcpStream),
    Tls(Box<TlsStream<TcpStream>>),
}

/// A stream that, when severed, forgets what it has not delivered.
struct Severable {
    stream: Stream,
    connection: Arc<Connection>,
}

impl Drop for Severable {
    fn drop(&mut self) {
        if self.connection.severed.load(Ordering::Acquire) {
            let tcp = match &self.stream {
                Stream::Plain(tcp) => tcp,
                Stream::Tls(tls) => tls.get_ref().0,
            };
            let _ = tcp.set_zero_linger();
        }
    }
}

impl AsyncRead for Severable {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        match &mut self.get_mut().stream {
            Stream::Plain(tcp) => Pin::new(tcp).poll_read(cx, buf),
            Stream::Tls(tls) => Pin::new(tls).poll_read(cx, buf),
        }
    }
}

impl AsyncWrite for Severable {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        match &mut self.get_mut().stream {
            Stream::Plain(tcp) => Pin::new(tcp).poll_write(cx, buf),
            Stream::Tls(tls) => Pin::new(tls).poll_write(cx, buf),
        }
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        match &mut self.get_mut().stream {
            Stream::Plain(tcp) => Pin::new(tcp).poll_write_vectored(cx, bufs),
            Stream::Tls(tls) => Pin::new(tls).poll_write_vectored(cx, bufs),
        }
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.get_mut().stream {
            Stream::Plain(tcp) => Pin::new(tcp).poll_flush(cx),
            Stream::Tls(tls) => Pin::new(tls).poll_flush(cx),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.get_mut().stream {
            Stream::Plain(tcp) => Pin::new(tcp).poll_shutdown(cx),
            Stream::Tls(tls) => Pin::new(tls).poll_shutdown(cx),
        }
    }
}
