//! Looks at the raw bytes of every HTTP/1 request before the HTTP parser sees them.
//!
//! Whatever two parsers could read differently is refused here with a plain answer, and the
//! connection closes (control 31). Must never change a byte: what passes, passes as it came. Bodies
//! are followed by their framing only, so that the next head is found; they are not copied.
//! Start reading at [`frame::Frame::advance`].

mod chunk;
mod frame;
mod head;
mod parsed;
pub(crate) mod target;

use std::{
    io,
    pin::Pin,
    task::{Context, Poll, ready},
};

use bytes::{Buf, Bytes, BytesMut};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio_util::io::poll_read_buf;

pub use frame::Rules;
use frame::{Frame, Progress};
pub(crate) use parsed::parsed;

/// How much more of an unfinished head is read at a time.
const READ: usize = 4096;

/// Why a request was refused before anybody parsed it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// 400, 417 or 431.
    pub status: u16,
    /// What was wrong, in one phrase; says nothing about the visit.
    pub detail: &'static str,
}

impl Refusal {
    pub(crate) const fn bad(detail: &'static str) -> Self {
        Self { status: 400, detail }
    }

    const fn reason(self) -> &'static str {
        match self.status {
            417 => "Expectation Failed",
            431 => "Request Header Fields Too Large",
            _ => "Bad Request",
        }
    }

    /// The problem as a browser reads it.
    pub(crate) fn body(self) -> String {
        format!(
            r#"{{"title":"{}","status":{},"code":"request.ambiguous","detail":"{}"}}"#,
            self.reason(),
            self.status,
            self.detail
        )
    }

    fn answer(self) -> Bytes {
        let (reason, body) = (self.reason(), self.body());
        Bytes::from(format!(
            "HTTP/1.1 {} {reason}\r\nContent-Type: application/problem+json\r\nContent-Length: {}\r\n\
             Cache-Control: no-store\r\nConnection: close\r\n\r\n{body}",
            self.status,
            body.len()
        ))
    }
}

/// A byte stream from a browser of which only vetted requests come out.
#[derive(Debug)]
pub struct Vetted<T> {
    io: T,
    frame: Frame,
    /// The beginning of a head whose end has not arrived.
    pending: BytesMut,
    /// Vetted, not yet handed out.
    ready: BytesMut,
    refused: Option<Bytes>,
}

impl<T> Vetted<T> {
    /// Vets everything read from `io`.
    pub fn new(io: T, rules: Rules) -> Self {
        Self { io, frame: Frame::new(rules), pending: BytesMut::new(), ready: BytesMut::new(), refused: None }
    }

    fn refuse(&mut self, refusal: Refusal) {
        tracing::debug!(status = refusal.status, detail = refusal.detail, "request refused");
        self.pending.clear();
        self.refused = Some(refusal.answer());
    }

    /// Vets what was collected in `pending`; moves what may pass to `ready`.
    fn vet_pending(&mut self) -> io::Result<()> {
        match self.frame.advance(&self.pending) {
            Progress::All => self.ready = self.pending.split(),
            Progress::Partial(at) => self.ready = self.pending.split_to(at),
            Progress::Refused(at, refusal) => {
                self.ready = self.pending.split_to(at);
                self.refuse(refusal);
            }
            Progress::BrokenBody(detail) => return Err(broken(detail)),
        }
        Ok(())
    }
}

fn broken(detail: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, detail)
}

impl<T: AsyncRead + Unpin> AsyncRead for Vetted<T> {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        loop {
            if !this.ready.is_empty() {
                let n = this.ready.len().min(buf.remaining());
                buf.put_slice(&this.ready[..n]);
                this.ready.advance(n);
                return Poll::Ready(Ok(()));
            }
            if this.refused.is_some() {
                return Poll::Ready(Ok(()));
            }
            if !this.pending.is_empty() {
                this.pending.reserve(READ);
                let n = ready!(poll_read_buf(Pin::new(&mut this.io), cx, &mut this.pending))?;
                if n == 0 {
                    return Poll::Ready(Ok(()));
                }
                // Without a new line there is nothing new to say about the head.
                let fresh = &this.pending[this.pending.len() - n..];
                if !fresh.contains(&b'\n') && this.pending.len() <= this.frame.head_bytes() {
                    continue;
                }
                this.vet_pending()?;
                continue;
            }
            let start = buf.filled().len();
            ready!(Pin::new(&mut this.io).poll_read(cx, buf))?;
            if buf.filled().len() == start {
                return Poll::Ready(Ok(()));
            }
            let passed = match this.frame.advance(&buf.filled()[start..]) {
                Progress::All => return Poll::Ready(Ok(())),
                Progress::Partial(at) => {
                    this.pending.extend_from_slice(&buf.filled()[start + at..]);
                    at
                }
                Progress::Refused(at, refusal) => {
                    this.refuse(refusal);
                    at
                }
                Progress::BrokenBody(detail) => return Poll::Ready(Err(broken(detail))),
            };
            buf.set_filled(start + passed);
            if passed > 0 {
                return Poll::Ready(Ok(()));
            }
        }
    }
}

impl<T: AsyncWrite + Unpin> AsyncWrite for Vetted<T> {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.get_mut().io).poll_write(cx, buf)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.get_mut().io).poll_write_vectored(cx, bufs)
    }

    fn is_write_vectored(&self) -> bool {
        self.io.is_write_vectored()
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().io).poll_flush(cx)
    }

    /// The refusal is the last thing written, after whatever was still under way.
    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        if let Some(answer) = &mut this.refused {
            while !answer.is_empty() {
                let n = ready!(Pin::new(&mut this.io).poll_write(cx, answer))?;
                answer.advance(n);
            }
            ready!(Pin::new(&mut this.io).poll_flush(cx))?;
        }
        Pin::new(&mut this.io).poll_shutdown(cx)
    }
}
