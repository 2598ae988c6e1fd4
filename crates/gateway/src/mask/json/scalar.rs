//! Strings and numbers of JSON, byte by byte.

use crate::body::FilterError;

/// Inside a string, after its opening quote.
#[derive(Debug, Default)]
pub(super) struct Text {
    escape: Escape,
    /// Continuation bytes still to come, and what the next one may be.
    more: u8,
    low: u8,
    high: u8,
}

#[derive(Debug, Default)]
enum Escape {
    #[default]
    None,
    Begun,
    /// Hexadecimal digits still to come.
    Unicode(u8),
}

const BAD: FilterError = FilterError("a text in the answer is malformed");

impl Text {
    /// Takes one byte; answers whether it was the closing quote.
    pub(super) fn push(&mut self, byte: u8) -> Result<bool, FilterError> {
        if self.more > 0 {
            if !(self.low..=self.high).contains(&byte) {
                return Err(BAD);
            }
            self.more -= 1;
            (self.low, self.high) = (0x80, 0xbf);
            return Ok(false);
        }
        match (&self.escape, byte) {
            (Escape::None, b'"') => return Ok(true),
            (Escape::None, b'\\') => self.escape = Escape::Begun,
            (Escape::None, 0x20..0x80) => {}
            (Escape::None, 0x80..) => self.lead(byte)?,
            (Escape::Begun, b'u') => self.escape = Escape::Unicode(4),
            (Escape::Begun, b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => {
                self.escape = Escape::None
            }
            (Escape::Unicode(1), b) if b.is_ascii_hexdigit() => self.escape = Escape::None,
            (Escape::Unicode(n), b) if b.is_ascii_hexdigit() => self.escape = Escape::Unicode(n - 1),
            _ => return Err(BAD),
        }
        Ok(false)
    }

    /// The first byte of a character outside ASCII (RFC 3629 §4).
    fn lead(&mut self, byte: u8) -> Result<(), FilterError> {
        (self.more, self.low, self.high) = match byte {
            0xc2..=0xdf => (1, 0x80, 0xbf),
            0xe0 => (2, 0xa0, 0xbf),
            0xed => (2, 0x80, 0x9f),
            0xe1..=0xef => (2, 0x80, 0xbf),
            0xf0 => (3, 0x90, 0xbf),
            0xf1..=0xf3 => (3, 0x80, 0xbf),
            0xf4 => (3, 0x80, 0x8f),
            _ => return Err(BAD),
        };
        Ok(())
    }
}

/// Inside a number (RFC 8259 §6).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Number {
    Minus,
    Zero,
    Integer,
    Point,
    Fraction,
    E,
    Sign,
    Exponent,
}

impl Number {
    pub(super) fn start(byte: u8) -> Option<Self> {
        match byte {
            b'-' => Some(Self::Minus),
            b'0' => Some(Self::Zero),
            b'1'..=b'9' => Some(Self::Integer),
            _ => None,
        }
    }

    /// Takes one byte if it belongs to the number.
    pub(super) fn push(&mut self, byte: u8) -> bool {
        let next = match (*self, byte) {
            (Self::Minus, b'0') => Self::Zero,
            (Self::Minus, b'1'..=b'9') | (Self::Integer, b'0'..=b'9') => Self::Integer,
            (Self::Zero | Self::Integer, b'.') => Self::Point,
            (Self::Point | Self::Fraction, b'0'..=b'9') => Self::Fraction,
            (Self::Zero | Self::Integer | Self::Fraction, b'e' | b'E') => Self::E,
            (Self::E, b'+' | b'-') => Self::Sign,
            (Self::E | Self::Sign | Self::Exponent, b'0'..=b'9') => Self::Exponent,
            _ => return false,
        };
        *self = next;
        true
    }

    /// Whether the number could end here.
    pub(super) fn is_whole(self) -> bool {
        matches!(self, Self::Zero | Self::Integer | Self::Fraction | Self::Exponent)
    }
}
