//! What goes to a bucket and comes back from it, as one type.

use std::{error::Error, io};

use bytes::Bytes;
use futures_util::{Stream, TryStreamExt};
use http_body::Frame;
use http_body_util::{BodyExt, Empty, StreamBody, combinators::UnsyncBoxBody};
use hyper::body::Incoming;

/// Why a body broke off.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub struct Failure(Box<dyn Error + Send + Sync>);

/// The body of a request or an answer.
pub type Body = UnsyncBoxBody<Bytes, Failure>;

/// Nothing.
pub fn empty() -> Body {
    Empty::new().map_err(|never| match never {}).boxed_unsync()
}

/// An answer, as it comes in.
pub fn received(body: Incoming) -> Body {
    body.map_err(failed).boxed_unsync()
}

/// Pieces, one after the other.
pub fn pieces(pieces: impl Stream<Item = io::Result<Bytes>> + Send + 'static) -> Body {
    StreamBody::new(pieces.map_ok(Frame::data).map_err(failed)).boxed_unsync()
}

fn failed<E: Error + Send + Sync + 'static>(error: E) -> Failure {
    Failure(Box::new(error))
}
