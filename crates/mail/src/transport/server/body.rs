//! A message after DATA: dots unstuffed, its end found at CRLF.CRLF and nowhere else.
//!
//! A CR or LF by itself ends nothing and spoils the message: servers that disagree about it could be
//! made to see two messages where there is one (“SMTP smuggling”). The message is kept in one buffer,
//! which is accounted for in steps; a large one is not copied while it grows.

use std::sync::Arc;

use bytes::Bytes;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

const FIRST_STEP: usize = 64 * 1024;
const LARGEST_STEP: usize = 4 * 1024 * 1024;

/// A message being read.
pub(super) struct Body {
    raw: Vec<u8>,
    limit: usize,
    place: Place,
    flaw: Option<Flaw>,
    memory: Arc<Semaphore>,
    held: Option<OwnedSemaphorePermit>,
    /// Bytes that `held` stands for.
    allowed: usize,
    /// Bytes of the message that came so far, kept or not.
    pub(super) came: usize,
}

/// Why a message that was read to its end is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Flaw {
    TooLarge,
    /// A CR or LF by itself.
    Bare,
    /// All connections together hold too much.
    Full,
}

/// Where in a line the next byte stands.
#[derive(Debug, Clone, Copy)]
enum Place {
    LineStart,
    /// After a dot at the start of a line.
    Dot,
    /// After a dot at the start of a line, and CR.
    DotCr,
    Inside,
    /// After CR.
    Cr,
}

/// A whole message, and its share of the memory while it is being taken.
pub(super) struct Whole {
    pub raw: Bytes,
    pub held: Option<OwnedSemaphorePermit>,
}

impl Body {
    pub(super) fn new(limit: usize, memory: Arc<Semaphore>) -> Self {
        let place = Place::LineStart;
        Self { raw: Vec::new(), limit, place, flaw: None, memory, held: None, allowed: 0, came: 0 }
    }

    /// Takes bytes in; answers how many belonged to the message if its end was among them.
    pub(super) fn feed(&mut self, bytes: &[u8]) -> Option<usize> {
        let mut at = 0;
        while at < bytes.len() {
            let byte = bytes[at];
            match (self.place, byte) {
                (Place::LineStart, b'.') => {
                    self.place = Place::Dot;
                    at += 1;
                }
                (Place::LineStart, _) => self.place = Place::Inside,
                (Place::Dot, b'\r') => {
                    self.place = Place::DotCr;
                    at += 1;
                }
                // The dot was stuffed in by the sender.
                (Place::Dot, _) => self.place = Place::Inside,
                (Place::DotCr, b'\n') => {
                    self.came += at + 1;
                    return Some(at + 1);
                }
                (Place::DotCr, _) => {
                    self.spoil(Flaw::Bare);
                    self.place = Place::Inside;
                }
                (Place::Cr, b'\n') => {
                    self.keep(b"\r\n");
                    self.place = Place::LineStart;
                    at += 1;
                }
                (Place::Cr, _) => {
                    self.spoil(Flaw::Bare);
                    self.place = Place::Inside;
                }
                (Place::Inside, b'\r') => {
                    self.place = Place::Cr;
                    at += 1;
                }
                (Place::Inside, b'\n') => {
                    self.spoil(Flaw::Bare);
                    at += 1;
                }
                (Place::Inside, _) => {
                    let rest = &bytes[at..];
                    let length = rest.iter().position(|b| matches!(b, b'\r' | b'\n')).unwrap_or(rest.len());
                    self.keep(&rest[..length]);
                    at += length;
                }
            }
        }
        self.came += bytes.len();
        None
    }

    /// The message, after its end was seen.
    pub(super) fn finish(self) -> Result<Whole, Flaw> {
        match self.flaw {
            None => Ok(Whole { raw: self.raw.into(), held: self.held }),
            Some(flaw) => Err(flaw),
        }
    }

    fn keep(&mut self, bytes: &[u8]) {
        if self.flaw.is_some() {
            return;
        }
        let needed = self.raw.len() + bytes.len();
        if needed > self.limit {
            return self.spoil(Flaw::TooLarge);
        }
        if needed > self.allowed && !self.grow(needed) {
            return self.spoil(Flaw::Full);
        }
        self.raw.extend_from_slice(bytes);
    }

    fn grow(&mut self, needed: usize) -> bool {
        let step = self.allowed.clamp(FIRST_STEP, LARGEST_STEP);
        let allowed = (self.allowed + step).max(needed);
        let permits = u32::try_from((allowed - self.allowed).div_ceil(1024)).unwrap_or(u32::MAX);
        let Ok(permit) = Arc::clone(&self.memory).try_acquire_many_owned(permits) else { return false };
        match &mut self.held {
            Some(held) => held.merge(permit),
            None => self.held = Some(permit),
        }
        self.allowed = allowed;
        // From the first large step on there is room for the largest message: what is not written to takes
        // no memory, and each copy of a buffer that grows would.
        let capacity = if allowed > LARGEST_STEP { self.limit.max(allowed) } else { allowed };
        self.raw.reserve_exact(capacity - self.raw.len());
        true
    }

    /// The first flaw stays; nothing more is kept.
    fn spoil(&mut self, flaw: Flaw) {
        self.flaw.get_or_insert(flaw);
        self.raw = Vec::new();
        self.held = None;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// What becomes of bytes that come in pieces of this size; with how many belonged to the message.
    fn read(bytes: &[u8], piece: usize) -> Option<(Result<Bytes, Flaw>, usize)> {
        let mut body = Body::new(64, Arc::new(Semaphore::new(1_000)));
        let mut before = 0;
        for part in bytes.chunks(piece) {
            if let Some(used) = body.feed(part) {
                return Some((body.finish().map(|whole| whole.raw), before + used));
            }
            before += part.len();
        }
        None
    }

    proptest! {
        /// However the bytes are cut into pieces, the message and its end are the same; and the end is the
        /// first CRLF.CRLF, nowhere before and nowhere after.
        #[test]
        fn the_end_does_not_depend_on_the_pieces(
            bytes in "[\r\n.a]{0,40}", tail in "[\r\n.a]{0,8}", piece in 1_usize..6,
        ) {
            let all = [bytes.as_bytes(), b"\r\n.\r\n", tail.as_bytes()].concat();
            let whole = read(&all, all.len()).expect("an end");
            prop_assert_eq!(&read(&all, piece).expect("an end"), &whole);
            let end = if all.starts_with(b".\r\n") {
                3
            } else {
                all.windows(5).position(|five| five == b"\r\n.\r\n").expect("one") + 5
            };
            prop_assert_eq!(whole.1, end);
            if let Ok(raw) = &whole.0 {
                // Not a bare CR or LF in what is taken.
                let without = String::from_utf8_lossy(raw).replace("\r\n", "");
                prop_assert!(!without.contains(['\r', '\n']));
            }
        }
    }

    #[test]
    fn dots_are_unstuffed_and_limits_kept() {
        let taken = |bytes: &[u8]| read(bytes, 3).expect("an end").0;
        assert_eq!(taken(b"..a\r\n.b\r\n..\r\n.\r\n").expect("whole"), ".".to_owned() + "a\r\nb\r\n.\r\n");
        assert_eq!(taken(b".\r\n").expect("whole"), "");
        assert_eq!(taken(&[&[b'x'; 62], &b"\r\n.\r\n"[..]].concat()).expect("whole").len(), 64);
        assert_eq!(taken(&[&[b'x'; 63], &b"\r\n.\r\n"[..]].concat()), Err(Flaw::TooLarge));
        assert_eq!(taken(b"a\nb\r\n.\r\n"), Err(Flaw::Bare));
    }
}
