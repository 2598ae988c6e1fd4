//! Where one request ends and the next begins.

use super::{
    Refusal,
    chunk::{Chunks, Step},
    head::{self, Body},
};

/// What the vetting enforces.
#[derive(Clone, Copy, Debug)]
pub struct Rules {
    /// Longest request head, in bytes.
    pub head_bytes: usize,
    /// Most header lines.
    pub headers: usize,
    /// Whether a request may ask to become a WebSocket.
    pub websocket: bool,
}

/// How far the bytes given could be vetted.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Progress {
    /// Everything given may pass.
    All,
    /// What lies before this position may pass; from it on a head begins whose end is missing.
    Partial(usize),
    /// What lies before this position may pass, nothing after it.
    Refused(usize, Refusal),
    /// The body's framing is broken; its request is already under way.
    BrokenBody(&'static str),
}

#[derive(Debug)]
enum State {
    Head,
    Length(u64),
    Chunked(Chunks),
    /// A WebSocket handshake passed: what follows is no HTTP. The service closes the connection
    /// after any answer but 101, so that no further head is read from it.
    Tunnel,
}

/// Follows the framing of one connection.
#[derive(Debug)]
pub(super) struct Frame {
    rules: Rules,
    state: State,
}

impl Frame {
    pub(super) fn new(rules: Rules) -> Self {
        Self { rules, state: State::Head }
    }

    pub(super) fn head_bytes(&self) -> usize {
        self.rules.head_bytes
    }

    /// Vets `bytes`, which follow directly on what was vetted before.
    pub(super) fn advance(&mut self, bytes: &[u8]) -> Progress {
        let mut at = 0;
        while at < bytes.len() {
            let rest = &bytes[at..];
            match &mut self.state {
                State::Tunnel => return Progress::All,
                State::Length(left) => {
                    let n = (rest.len() as u64).min(*left);
                    *left -= n;
                    at += usize::try_from(n).unwrap_or(rest.len());
                    if *left == 0 {
                        self.state = State::Head;
                    }
                }
                State::Chunked(chunks) => match chunks.advance(rest) {
                    Step::More => return Progress::All,
                    Step::Done(n) => {
                        at += n;
                        self.state = State::Head;
                    }
                    Step::Broken(detail) => return Progress::BrokenBody(detail),
                },
                State::Head => match self.advance_head(rest) {
                    Ok(Some(n)) => at += n,
                    Ok(None) => return Progress::Partial(at),
                    Err(refusal) => return Progress::Refused(at, refusal),
                },
            }
        }
        Progress::All
    }

    /// The length of the head at the start of `bytes`, or `None` while its end is missing.
    fn advance_head(&mut self, bytes: &[u8]) -> Result<Option<usize>, Refusal> {
        let end = head::end_of(bytes, self.rules.headers)?;
        if end.unwrap_or(bytes.len()) > self.rules.head_bytes {
            return Err(Refusal { status: 431, detail: "the request head is too long" });
        }
        let Some(end) = end else { return Ok(None) };
        self.state = match head::check(&bytes[..end], self.rules)? {
            Body::None | Body::Length(0) => State::Head,
            Body::Length(n) => State::Length(n),
            Body::Chunked => State::Chunked(Chunks::default()),
            Body::Tunnel => State::Tunnel,
        };
        Ok(Some(end))
    }
}
