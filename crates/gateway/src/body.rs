//! The bodies that go to the browser: whole pages of ours, or the product's stream under watch.
//!
//! A stream ends in an error, never quietly, when the visit's leash is cut or its deadline passes;
//! the browser sees a broken answer. Nothing is collected: one frame in, one frame out.

use std::{
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
    time::Instant,
};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use hyper::body::Incoming;

use crate::{leash::Hold, listen::Connection};

/// Why a stream to the browser was broken off.
#[derive(Debug, thiserror::Error)]
pub enum Broken {
    #[error("the visit ended")]
    Cut,
    #[error("the product broke off: {0}")]
    Upstream(#[from] hyper::Error),
    #[error("the answer could not be filtered: {0}")]
    Filter(FilterError),
}

/// Why an answer could not go through a mask or be rewritten. Nothing of it is shown further.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct FilterError(pub &'static str);

/// Changes a stream as it passes.
pub(crate) trait Filter: Send {
    /// Takes the next bytes; appends to `out` what may go on.
    fn push(&mut self, chunk: &[u8], out: &mut Vec<u8>) -> Result<(), FilterError>;
    /// The stream ended; appends what was still held back.
    fn finish(&mut self, out: &mut Vec<u8>) -> Result<(), FilterError>;
}

/// A body towards the browser.
#[derive(Debug)]
pub struct OutBody(Kind);

#[derive(Debug)]
enum Kind {
    Full(Bytes),
    Stream(Box<Watched>),
}

/// The product's stream, held by the leash.
struct Watched {
    source: Incoming,
    filter: Option<Box<dyn Filter>>,
    done: bool,
    deadline: Instant,
    hold: Hold,
    connection: Arc<Connection>,
}

impl std::fmt::Debug for Watched {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Watched").field("hold", &self.hold).finish_non_exhaustive()
    }
}

impl OutBody {
    pub(crate) const fn empty() -> Self {
        Self(Kind::Full(Bytes::new()))
    }

    pub(crate) fn full(body: impl Into<Bytes>) -> Self {
        Self(Kind::Full(body.into()))
    }

    /// Streams `source` until it ends, the leash is cut or the deadline passes.
    pub(crate) fn watched(
        source: Incoming,
        filter: Option<Box<dyn Filter>>,
        hold: Hold,
        deadline: Instant,
        connection: Arc<Connection>,
    ) -> Self {
        connection.watch(hold.cancelled(), deadline);
        Self(Kind::Stream(Box::new(Watched { source, filter, done: false, deadline, hold, connection })))
    }
}

impl Watched {
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Broken>>> {
        loop {
            if self.done {
                return Poll::Ready(None);
            }
            if !self.hold.is_current() || Instant::now() >= self.deadline {
                self.done = true;
                return Poll::Ready(Some(Err(Broken::Cut)));
            }
            let mut out = Vec::new();
            match ready!(Pin::new(&mut self.source).poll_frame(cx)) {
                Some(Ok(frame)) => {
                    // Trailers are dropped: no header list covers them.
                    let Ok(data) = frame.into_data() else { continue };
                    let Some(filter) = &mut self.filter else {
                        return Poll::Ready(Some(Ok(Frame::data(data))));
                    };
                    if let Err(error) = filter.push(&data, &mut out) {
                        self.done = true;
                        return Poll::Ready(Some(Err(Broken::Filter(error))));
                    }
                }
                Some(Err(error)) => {
                    self.done = true;
                    return Poll::Ready(Some(Err(error.into())));
                }
                None => {
                    self.done = true;
                    if let Some(Err(error)) = self.filter.as_mut().map(|filter| filter.finish(&mut out)) {
                        return Poll::Ready(Some(Err(Broken::Filter(error))));
                    }
                }
            }
            if !out.is_empty() {
                return Poll::Ready(Some(Ok(Frame::data(out.into()))));
            }
        }
    }
}

impl Body for OutBody {
    type Data = Bytes;
    type Error = Broken;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Self::Data>, Self::Error>>> {
        match &mut self.get_mut().0 {
            Kind::Full(bytes) if bytes.is_empty() => Poll::Ready(None),
            Kind::Full(bytes) => Poll::Ready(Some(Ok(Frame::data(std::mem::take(bytes))))),
            Kind::Stream(watched) => watched.poll(cx),
        }
    }

    fn is_end_stream(&self) -> bool {
        match &self.0 {
            Kind::Full(bytes) => bytes.is_empty(),
            Kind::Stream(watched) => {
                watched.done || (watched.filter.is_none() && watched.source.is_end_stream())
            }
        }
    }

    fn size_hint(&self) -> SizeHint {
        match &self.0 {
            Kind::Full(bytes) => SizeHint::with_exact(bytes.len() as u64),
            Kind::Stream(watched) if watched.filter.is_none() => watched.source.size_hint(),
            Kind::Stream(_) => SizeHint::default(),
        }
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        self.connection.unwatch();
    }
}
