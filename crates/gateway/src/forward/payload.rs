//! A request's body on its way in, of which the beginning may already have been read.

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http_body::Body;
use http_body_util::BodyExt;
use hyper::body::Incoming;
use pforte_core::catalogue::BODY_MOST;

use crate::pages::Own;

/// For a small body to arrive, or the next piece of a large one.
pub(super) const ARRIVAL: Duration = Duration::from_secs(15);

/// What was read, and what is still to come.
#[derive(Debug)]
pub(crate) struct Payload {
    pub(super) first: Bytes,
    pub(super) rest: Option<Incoming>,
}

impl Payload {
    pub(crate) fn new(body: Incoming) -> Self {
        Self { first: Bytes::new(), rest: (!body.is_end_stream()).then_some(body) }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.first.is_empty() && self.rest.is_none()
    }

    /// The whole body, if all of it was read.
    pub(crate) fn whole(&self) -> Option<&[u8]> {
        self.rest.is_none().then_some(&self.first)
    }

    /// The length, if it was announced.
    pub(super) fn length(&self) -> Option<u64> {
        let rest = self.rest.as_ref().map_or(Some(0), |rest| rest.size_hint().exact())?;
        Some(rest + self.first.len() as u64)
    }

    /// Reads a body that is small; of a long one, only its beginning.
    pub(crate) async fn read_ahead(&mut self) -> Result<(), Own> {
        if self.length().is_some_and(|length| length > BODY_MOST as u64) {
            return Ok(());
        }
        self.read(BODY_MOST + 1).await
    }

    /// Reads until `enough` bytes are there, or the end.
    pub(super) async fn read(&mut self, enough: usize) -> Result<(), Own> {
        tokio::time::timeout(ARRIVAL, self.take(enough)).await.map_err(|_| Own::SlowBody)?
    }

    async fn take(&mut self, enough: usize) -> Result<(), Own> {
        let mut more = BytesMut::new();
        while let Some(rest) = &mut self.rest {
            let so_far = if more.is_empty() { self.first.len() } else { more.len() };
            if so_far >= enough {
                break;
            }
            let Some(frame) = rest.frame().await else {
                self.rest = None;
                break;
            };
            let Ok(data) = frame.map_err(|_| Own::Bad)?.into_data() else { return Err(Own::Bad) };
            if self.first.is_empty() {
                self.first = data;
            } else {
                if more.is_empty() {
                    more.extend_from_slice(&self.first);
                }
                more.extend_from_slice(&data);
            }
            if rest.is_end_stream() {
                self.rest = None;
            }
        }
        if !more.is_empty() {
            self.first = more.freeze();
        }
        Ok(())
    }
}
