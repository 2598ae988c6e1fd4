//! Request bodies: checked before they go on, streamed, never collected beyond 64 KiB.
//!
//! A body that carries a mask back, or that would change the method behind the decision's back, is
//! refused. Small bodies are checked whole before anything is forwarded; large ones while they pass,
//! and the upstream request breaks off on a hit.

use std::{
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicU8, Ordering},
    },
    task::{Context, Poll, ready},
};

use bytes::Bytes;
use http::{
    Method,
    header::{CONTENT_ENCODING, CONTENT_TYPE},
    request::Parts,
};
use http_body::{Body, Frame, SizeHint};
use hyper::body::Incoming;
use tokio::time::{Instant, Sleep};

use super::payload::{ARRIVAL, Payload};
use crate::{
    mask::carried::{Finding, Scanner},
    pages::Own,
};

type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// Up to here a body is checked whole before anything is forwarded.
const WHOLE: usize = 64 * 1024;

/// A body on its way upstream.
#[derive(Debug)]
pub(crate) struct Upload(Kind);

#[derive(Debug)]
enum Kind {
    Empty,
    Full(Bytes),
    Stream(Box<Stream>),
}

#[derive(Debug)]
struct Stream {
    first: Bytes,
    rest: Incoming,
    length: Option<u64>,
    /// What may still come.
    left: u64,
    /// What must still come, when the length was announced.
    due: Option<u64>,
    patience: Pin<Box<Sleep>>,
    scanner: Scanner,
    report: Report,
}

/// Why a streamed body was broken off, told to whoever waits for the answer.
#[derive(Clone, Debug, Default)]
pub(super) struct Report(Arc<AtomicU8>);

impl Report {
    pub(super) fn refused(&self) -> Option<Own> {
        match self.0.load(Ordering::Acquire) {
            1 => Some(Own::CarriesMask),
            2 => Some(Own::Override),
            3 => Some(Own::TooLarge),
            4 => Some(Own::SlowBody),
            5 => Some(Own::Bad),
            _ => None,
        }
    }

    fn set(&self, own: Own) {
        let code = match own {
            Own::CarriesMask => 1,
            Own::TooLarge => 3,
            Own::SlowBody => 4,
            Own::Override => 2,
            _ => 5,
        };
        self.0.store(code, Ordering::Release);
    }
}

/// Takes the body in, as far as it must be checked before anything is forwarded.
pub(super) async fn read(parts: &Parts, mut body: Payload, most: u64) -> Result<Upload, Own> {
    let target = parts.uri.path_and_query().map(|target| target.as_str()).unwrap_or_default();
    if Scanner::find_mask(target.as_bytes()) {
        return Err(Own::CarriesMask);
    }
    if body.is_empty() {
        return Ok(Upload(Kind::Empty));
    }
    let kind = Content::of(parts)?;
    let length = body.length();
    if length.is_some_and(|length| length > most) {
        return Err(Own::TooLarge);
    }
    let mut scanner =
        Scanner::new(kind.form && parts.method == Method::POST, kind.json && parts.method == Method::POST);
    body.read(WHOLE).await?;
    let Payload { first, rest } = body;
    scan(&mut scanner, &first)?;
    let rest = match rest {
        Some(rest) if length != Some(first.len() as u64) => rest,
        _ => {
            end(&mut scanner)?;
            return Ok(Upload(if first.is_empty() { Kind::Empty } else { Kind::Full(first) }));
        }
    };
    let left = most.checked_sub(first.len() as u64).ok_or(Own::TooLarge)?;
    let due = length.map(|length| length.saturating_sub(first.len() as u64));
    let patience = Box::pin(tokio::time::sleep(ARRIVAL));
    let stream = Stream { first, rest, length, left, due, patience, scanner, report: Report::default() };
    Ok(Upload(Kind::Stream(Box::new(stream))))
}

fn scan(scanner: &mut Scanner, bytes: &[u8]) -> Result<(), Own> {
    finding(scanner.push(bytes))
}

fn end(scanner: &mut Scanner) -> Result<(), Own> {
    finding(scanner.finish())
}

fn finding(found: Option<Finding>) -> Result<(), Own> {
    match found {
        Some(Finding::Mask) => Err(Own::CarriesMask),
        Some(Finding::MethodOverride) => Err(Own::Override),
        None => Ok(()),
    }
}

/// What the body says it is.
struct Content {
    form: bool,
    json: bool,
}

impl Content {
    /// Refuses what could not be read through: compressed bodies and foreign character sets.
    fn of(parts: &Parts) -> Result<Self, Own> {
        let coded = |v: &http::HeaderValue| !v.as_bytes().trim_ascii().eq_ignore_ascii_case(b"identity");
        if parts.headers.get_all(CONTENT_ENCODING).iter().any(coded) {
            return Err(Own::Compressed);
        }
        let mut kinds = parts.headers.get_all(CONTENT_TYPE).iter();
        let first = kinds.next().map(http::HeaderValue::to_str);
        if kinds.next().is_some() {
            return Err(Own::Bad);
        }
        let kind = first.unwrap_or(Ok("")).map_err(|_| Own::Bad)?.to_ascii_lowercase();
        if let Some((_, charset)) = kind.split_once("charset=") {
            let name = charset.trim_matches(|c: char| c == '"' || c == ' ' || c == '\'');
            let name = name.split([';', '"']).next().unwrap_or_default().trim();
            if !["utf-8", "utf8", "us-ascii", "iso-8859-1", "windows-1252"].contains(&name) {
                return Err(Own::Compressed);
            }
        }
        let form = kind.starts_with("application/x-www-form-urlencoded") || kind.starts_with("multipart/");
        Ok(Self { form, json: kind.contains("json") })
    }
}

/// Whether a query would turn the method into another one behind the decision's back.
pub(crate) fn overrides_method(query: &str) -> bool {
    const NAMES: &[&str] =
        &["_method", "$method", "x-http-method-override", "x-http-method", "x-method-override"];
    query.split('&').any(|pair| {
        let key = pair.split('=').next().unwrap_or_default();
        if !key.bytes().any(|b| matches!(b, b'%' | b'_' | b'$' | b'x' | b'X')) {
            return false;
        }
        let mut plain = Vec::with_capacity(key.len());
        crate::mask::carried::percent_decode(key.as_bytes(), &mut plain);
        NAMES.iter().any(|name| plain.eq_ignore_ascii_case(name.as_bytes()))
    })
}

impl Upload {
    pub(super) fn is_streaming(&self) -> bool {
        matches!(self.0, Kind::Stream(_))
    }

    pub(super) fn report(&self) -> Option<Report> {
        match &self.0 {
            Kind::Stream(stream) => Some(stream.report.clone()),
            _ => None,
        }
    }

    /// What Content-Length says, when it must be said.
    pub(super) fn known_length(&self) -> Option<u64> {
        match &self.0 {
            Kind::Empty => None,
            Kind::Full(bytes) => Some(bytes.len() as u64),
            Kind::Stream(stream) => stream.length,
        }
    }
}

impl Stream {
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        if !self.first.is_empty() {
            return Poll::Ready(Some(Ok(Frame::data(std::mem::take(&mut self.first)))));
        }
        let Poll::Ready(frame) = Pin::new(&mut self.rest).poll_frame(cx) else {
            ready!(self.patience.as_mut().poll(cx));
            return Poll::Ready(Some(
                self.checked(|_| Err(Own::SlowBody)).map(|()| Frame::data(Bytes::new())),
            ));
        };
        self.patience.as_mut().reset(Instant::now() + ARRIVAL);
        let data = match frame {
            None => return Poll::Ready(self.checked(end).err().map(Err)),
            Some(Err(error)) => return Poll::Ready(Some(Err(error.into()))),
            Some(Ok(frame)) => frame.into_data().unwrap_or_default(),
        };
        let checked = match self.left.checked_sub(data.len() as u64) {
            Some(left) => {
                self.left = left;
                self.due = self.due.map(|due| due.saturating_sub(data.len() as u64));
                let last = self.due == Some(0);
                self.checked(|scanner| {
                    scan(scanner, &data)?;
                    // Nobody asks for the end of a body whose length is known.
                    if last { end(scanner) } else { Ok(()) }
                })
            }
            None => self.checked(|_| Err(Own::TooLarge)),
        };
        Poll::Ready(Some(checked.map(|()| Frame::data(data))))
    }

    fn checked(&mut self, check: impl FnOnce(&mut Scanner) -> Result<(), Own>) -> Result<(), BoxError> {
        check(&mut self.scanner).map_err(|own| {
            self.report.set(own);
            BoxError::from("the upload was refused on the way")
        })
    }
}

impl Body for Upload {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Self::Data>, Self::Error>>> {
        let this = self.get_mut();
        match &mut this.0 {
            Kind::Empty => Poll::Ready(None),
            Kind::Full(bytes) => {
                let bytes = std::mem::take(bytes);
                this.0 = Kind::Empty;
                Poll::Ready(Some(Ok(Frame::data(bytes))))
            }
            Kind::Stream(stream) => stream.poll(cx),
        }
    }

    fn is_end_stream(&self) -> bool {
        matches!(self.0, Kind::Empty)
    }

    fn size_hint(&self) -> SizeHint {
        match &self.0 {
            Kind::Empty => SizeHint::with_exact(0),
            Kind::Full(bytes) => SizeHint::with_exact(bytes.len() as u64),
            Kind::Stream(stream) => stream.length.map_or_else(SizeHint::default, SizeHint::with_exact),
        }
    }
}
