//! One accepted connection: what is under way on it, and what ends it.

use std::{
    net::SocketAddr,
    pin::Pin,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering},
    },
    task::{Context, Poll},
    time::{Duration, Instant},
};

use tokio::time::Sleep;
use tokio_util::sync::CancellationToken;

/// How little a connection is missed: who waits for its peer is dropped before who is being answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Doing {
    /// Between requests, or before the end of a head.
    Nothing,
    /// Every request on it waits for the rest of its body.
    Receiving,
    Answering,
}

/// One accepted connection; every request carries an `Arc` of it among its extensions.
#[derive(Debug)]
pub struct Connection {
    pub peer: SocketAddr,
    /// Whether the peer speaks TLS to us directly.
    pub tls: bool,
    began: Instant,
    watch: Mutex<Option<Watch>>,
    severed: AtomicBool,
    /// Requests that are not answered to the end, and those among them whose body is not there yet.
    requests: AtomicU32,
    bodies: AtomicU32,
    /// When anything last went on, in milliseconds after `began`.
    touched: AtomicU64,
    pub(super) stop: CancellationToken,
    /// Its place was given to another.
    pub(super) evicted: CancellationToken,
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
    pub(super) fn new(peer: SocketAddr, tls: bool, stop: CancellationToken) -> Self {
        Self {
            peer,
            tls,
            began: Instant::now(),
            watch: Mutex::new(None),
            severed: AtomicBool::new(false),
            requests: AtomicU32::new(0),
            bodies: AtomicU32::new(0),
            touched: AtomicU64::new(0),
            stop,
            evicted: CancellationToken::new(),
        }
    }

    /// Severs the connection when `cancelled` resolves or `deadline` passes, even while the peer does
    /// not read. Holds until [`Self::unwatch`]. Only for HTTP/1.1, where one answer is under way at a time.
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

    pub(super) fn is_severed(&self) -> bool {
        self.severed.load(Ordering::Acquire)
    }

    /// Resolves when the listener wants everything gone.
    pub fn stopped(&self) -> impl Future<Output = ()> + Send + use<> {
        self.stop.clone().cancelled_owned()
    }

    fn slot(&self) -> MutexGuard<'_, Option<Watch>> {
        self.watch.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn poll_cut(&self, cx: &mut Context<'_>) -> Poll<()> {
        let mut slot = self.slot();
        let Some(watch) = slot.as_mut() else { return Poll::Pending };
        if watch.cancelled.as_mut().poll(cx).is_ready() {
            return Poll::Ready(());
        }
        watch.deadline.as_mut().poll(cx)
    }

    pub(super) fn touch(&self) {
        let millis = u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.touched.store(millis, Ordering::Relaxed);
    }

    /// When anything last went on.
    pub(super) fn touched(&self) -> Instant {
        self.began + Duration::from_millis(self.touched.load(Ordering::Relaxed))
    }

    pub(super) fn doing(&self) -> Doing {
        let requests = self.requests.load(Ordering::Relaxed);
        match requests {
            0 => Doing::Nothing,
            _ if self.bodies.load(Ordering::Relaxed) >= requests => Doing::Receiving,
            _ => Doing::Answering,
        }
    }

    pub(super) fn request(self: &Arc<Self>) -> Request {
        self.touch();
        self.requests.fetch_add(1, Ordering::Relaxed);
        Request(Arc::clone(self))
    }

    pub(super) fn body(self: &Arc<Self>) -> Receiving {
        self.bodies.fetch_add(1, Ordering::Relaxed);
        Receiving(Arc::clone(self))
    }
}

/// A request that is under way.
#[derive(Debug)]
pub(super) struct Request(Arc<Connection>);

impl Request {
    pub(super) fn connection(&self) -> &Connection {
        &self.0
    }
}

impl Drop for Request {
    fn drop(&mut self) {
        self.0.requests.fetch_sub(1, Ordering::Relaxed);
        self.0.touch();
    }
}

/// A request's body that is under way.
#[derive(Debug)]
pub(super) struct Receiving(Arc<Connection>);

impl Receiving {
    pub(super) fn touch(&self) {
        self.0.touch();
    }
}

impl Drop for Receiving {
    fn drop(&mut self) {
        self.0.bodies.fetch_sub(1, Ordering::Relaxed);
    }
}
