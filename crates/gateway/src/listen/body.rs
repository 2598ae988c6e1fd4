//! Bodies under watch: a request's that must arrive in time, and an answer's that must be taken.

use std::{
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll, ready},
    time::Duration,
};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use hyper::body::Incoming;
use tokio::time::{Instant, Sleep};

use super::{
    BoxError, Pace,
    connection::{Connection, Receiving, Request},
};

/// The rest of a body did not arrive in time.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("the body did not arrive in time")]
pub struct TooSlow;

/// A request's body that has to keep a pace while somebody waits for it.
#[derive(Debug)]
pub struct Timed {
    body: Incoming,
    pace: Pace,
    /// For the next piece; set anew with each.
    patience: Pin<Box<Sleep>>,
    /// How long was waited altogether, and since when again.
    waited: Duration,
    since: Option<Instant>,
    bytes: u64,
    receiving: Option<Receiving>,
}

impl Timed {
    /// Watches a body. Time in which nobody asks for it does not count.
    pub fn new(body: Incoming, pace: Pace, connection: &Arc<Connection>) -> Self {
        let receiving = (!body.is_end_stream()).then(|| connection.body());
        let patience = Box::pin(tokio::time::sleep(pace.pause));
        Self { body, pace, patience, waited: Duration::ZERO, since: None, bytes: 0, receiving }
    }

    /// When the whole must be given up, if nothing more comes.
    fn allowed(&self) -> Duration {
        let earned =
            Duration::from_millis(self.bytes.saturating_mul(1000) / self.pace.bytes_per_second.max(1));
        (self.pace.start + earned).min(self.pace.most)
    }

    fn wait(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let now = Instant::now();
        if self.since.is_none() {
            self.since = Some(now);
            let left = self.allowed().saturating_sub(self.waited);
            self.patience.as_mut().reset(now + left.min(self.pace.pause));
        }
        ready!(self.patience.as_mut().poll(cx));
        self.receiving = None;
        Poll::Ready(Some(Err(TooSlow.into())))
    }
}

impl Body for Timed {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let this = self.get_mut();
        let Poll::Ready(next) = Pin::new(&mut this.body).poll_frame(cx) else { return this.wait(cx) };
        if let Some(since) = this.since.take() {
            this.waited += since.elapsed();
        }
        if let Some(Ok(frame)) = &next {
            this.bytes += frame.data_ref().map_or(0, |data| data.len() as u64);
        }
        if let Some(receiving) = &this.receiving {
            receiving.touch();
        }
        if !matches!(next, Some(Ok(_))) || this.body.is_end_stream() {
            this.receiving = None;
        }
        Poll::Ready(next.map(|frame| frame.map_err(Into::into)))
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// An answer's body; the request is under way until it is gone.
pub(super) struct Answer<B> {
    body: Inner<B>,
    taken: Arc<Taken>,
    _request: Request,
}

enum Inner<B> {
    Of(Pin<Box<B>>),
    Ours(Bytes),
}

/// Since when a piece of an answer waits to be taken by the peer.
#[derive(Debug, Default)]
pub(super) struct Taken(Mutex<Option<Instant>>);

impl Taken {
    fn set(&self, since: Option<Instant>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = since;
    }

    /// Whether the peer left an answer lying for so long.
    pub(super) fn is_left_for(&self, stall: Duration) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).is_some_and(|since| since.elapsed() >= stall)
    }
}

impl<B> Answer<B> {
    pub(super) fn of(body: B, request: Request, taken: Arc<Taken>) -> Self {
        Self { body: Inner::Of(Box::pin(body)), taken, _request: request }
    }

    pub(super) fn ours(body: Bytes, request: Request, taken: Arc<Taken>) -> Self {
        Self { body: Inner::Ours(body), taken, _request: request }
    }
}

impl<B> Body for Answer<B>
where
    B: Body<Data = Bytes>,
    B::Error: Into<BoxError>,
{
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let this = self.get_mut();
        // Asked for more: what was given before is on its way.
        this.taken.set(None);
        let next = match &mut this.body {
            Inner::Ours(bytes) if bytes.is_empty() => return Poll::Ready(None),
            Inner::Ours(bytes) => Some(Ok(Frame::data(std::mem::take(bytes)))),
            Inner::Of(body) => ready!(body.as_mut().poll_frame(cx)).map(|frame| frame.map_err(Into::into)),
        };
        if next.is_some() {
            this.taken.set(Some(Instant::now()));
            this._request.connection().touch();
        }
        Poll::Ready(next)
    }

    fn is_end_stream(&self) -> bool {
        match &self.body {
            Inner::Of(body) => body.is_end_stream(),
            Inner::Ours(bytes) => bytes.is_empty(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match &self.body {
            Inner::Of(body) => body.size_hint(),
            Inner::Ours(bytes) => SizeHint::with_exact(bytes.len() as u64),
        }
    }
}
