//! The chunked coding (RFC 9112 §7.1) in its narrowest form: no extensions, no trailers.

/// Follows one chunked body.
#[derive(Debug)]
pub(super) enum Chunks {
    Size { value: u64, digits: u8 },
    SizeLf(u64),
    Data(u64),
    DataCr,
    DataLf,
    EndCr,
    EndLf,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// All bytes given belong to the body and more are to come.
    More,
    /// The body ended after this many bytes.
    Done(usize),
    Broken(&'static str),
}

/// More digits than any body needs are refused.
const MAX_DIGITS: u8 = 8;

impl Default for Chunks {
    fn default() -> Self {
        Self::Size { value: 0, digits: 0 }
    }
}

impl Chunks {
    pub(super) fn advance(&mut self, bytes: &[u8]) -> Step {
        let mut at = 0;
        while at < bytes.len() {
            if let Self::Data(left) = self {
                let n = (bytes.len() - at).min(usize::try_from(*left).unwrap_or(usize::MAX));
                *left -= n as u64;
                at += n;
                if *left == 0 {
                    *self = Self::DataCr;
                }
                continue;
            }
            let byte = bytes[at];
            at += 1;
            *self = match (&*self, byte) {
                (Self::Size { value, digits }, b) if b.is_ascii_hexdigit() && *digits < MAX_DIGITS => {
                    let digit = u64::from((b as char).to_digit(16).unwrap_or_default());
                    Self::Size { value: value * 16 + digit, digits: digits + 1 }
                }
                (Self::Size { value, digits: 1.. }, b'\r') => Self::SizeLf(*value),
                (Self::SizeLf(0), b'\n') => Self::EndCr,
                (Self::SizeLf(n), b'\n') => Self::Data(*n),
                (Self::DataCr, b'\r') => Self::DataLf,
                (Self::DataLf, b'\n') => Self::default(),
                (Self::EndCr, b'\r') => Self::EndLf,
                (Self::EndLf, b'\n') => return Step::Done(at),
                (Self::EndCr, _) => return Step::Broken("trailers are not accepted"),
                _ => return Step::Broken("a chunk is malformed"),
            };
        }
        Step::More
    }
}
