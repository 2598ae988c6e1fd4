//! Lines in, answers out. A line ends with CRLF and with nothing else.

use std::{io, time::Duration};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    time::timeout,
};
use tokio_util::sync::CancellationToken;

use crate::transport::stream::Stream;

/// A command's line with its CRLF.
const LINE_BYTES: usize = 4_096;
/// What is read ahead.
const BUFFER_BYTES: usize = 64 * 1024;

/// One connection's bytes.
pub(super) struct Wire {
    stream: Box<dyn Stream>,
    buffer: Vec<u8>,
    begin: usize,
    end: usize,
    out: Vec<u8>,
    idle: Duration,
    stop: CancellationToken,
}

/// What came instead of bytes.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Gone {
    /// The peer closed.
    Closed,
    /// The peer said nothing for too long.
    Idle,
    /// We stop.
    Stopping,
}

/// What was read.
pub(super) enum Line {
    /// A line with its CRLF.
    Whole(Vec<u8>),
    TooLong,
    /// CR or LF by itself: two servers could see two different ends.
    Bare,
    Gone(Gone),
}

impl Wire {
    pub(super) fn new(stream: Box<dyn Stream>, idle: Duration, stop: CancellationToken) -> Self {
        Self { stream, buffer: vec![0; BUFFER_BYTES], begin: 0, end: 0, out: Vec::new(), idle, stop }
    }

    /// An answer's line; sent before the next reading that has to wait.
    pub(super) fn say(&mut self, line: &str) {
        debug_assert!(!line.contains(['\r', '\n']), "an answer is one line");
        self.out.extend_from_slice(line.as_bytes());
        self.out.extend_from_slice(b"\r\n");
    }

    /// Sends what was said.
    pub(super) async fn flush(&mut self) -> io::Result<()> {
        if self.out.is_empty() {
            return Ok(());
        }
        let sending = async {
            self.stream.write_all(&self.out).await?;
            self.stream.flush().await
        };
        timeout(self.idle, sending).await.map_err(|_| io::ErrorKind::TimedOut)??;
        self.out.clear();
        Ok(())
    }

    /// The next line.
    pub(super) async fn line(&mut self) -> io::Result<Line> {
        let mut looked = 0;
        loop {
            let seen = &self.buffer[self.begin..self.end];
            let found = seen[looked..].iter().position(|b| matches!(b, b'\r' | b'\n')).map(|at| looked + at);
            match found {
                Some(at) if at + 1 >= LINE_BYTES => return Ok(Line::TooLong),
                Some(at) if seen[at] == b'\n' => return Ok(Line::Bare),
                Some(at) if seen.get(at + 1) == Some(&b'\n') => {
                    let line = seen[..at + 2].to_vec();
                    self.begin += line.len();
                    return Ok(Line::Whole(line));
                }
                Some(at) if seen.len() > at + 1 => return Ok(Line::Bare),
                Some(at) => looked = at,
                None if seen.len() >= LINE_BYTES => return Ok(Line::TooLong),
                None => looked = seen.len(),
            }
            if let Some(gone) = self.read().await? {
                return Ok(Line::Gone(gone));
            }
        }
    }

    /// Bytes that were read and not used; waits for some if there are none.
    pub(super) async fn bytes(&mut self) -> io::Result<Result<&[u8], Gone>> {
        if self.begin == self.end
            && let Some(gone) = self.read().await?
        {
            return Ok(Err(gone));
        }
        Ok(Ok(&self.buffer[self.begin..self.end]))
    }

    /// Counts bytes as used.
    pub(super) fn used(&mut self, count: usize) {
        self.begin += count;
    }

    /// The connection for TLS; `None` if the peer already sent something, which was not encrypted.
    pub(super) fn into_stream(self) -> Option<Box<dyn Stream>> {
        (self.begin == self.end && self.out.is_empty()).then_some(self.stream)
    }

    /// Reads more behind what is there; what was said goes out first.
    async fn read(&mut self) -> io::Result<Option<Gone>> {
        self.flush().await?;
        if self.begin > 0 {
            self.buffer.copy_within(self.begin..self.end, 0);
            self.end -= self.begin;
            self.begin = 0;
        }
        let reading = timeout(self.idle, self.stream.read(&mut self.buffer[self.end..]));
        tokio::select! {
            () = self.stop.cancelled() => Ok(Some(Gone::Stopping)),
            read = reading => match read {
                Err(_) => Ok(Some(Gone::Idle)),
                Ok(read) => match read? {
                    0 => Ok(Some(Gone::Closed)),
                    count => {
                        self.end += count;
                        Ok(None)
                    }
                },
            },
        }
    }
}
