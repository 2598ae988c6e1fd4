//! Places in a text: where a value begins, and where it ends.

use super::{MAX_BRACKETS, MAX_PASSWORD};

/// The text up to a little behind `at`.
pub(super) fn near(text: &str, at: usize, bytes: usize) -> &str {
    &text[..text.floor_char_boundary(at + bytes)]
}

/// Where the value of a name that ends at `end` begins, if something is assigned to it.
pub(super) fn assigned(text: &str, end: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut at = end;
    let skip = |at: &mut usize, set: &[u8]| {
        while bytes.get(*at).is_some_and(|byte| set.contains(byte)) {
            *at += 1;
        }
    };
    skip(&mut at, b"\\\"'] \t`");
    if !matches!(bytes.get(at), Some(b':' | b'=')) || bytes.get(at + 1) == Some(&b'/') && bytes[at] == b':' {
        return None;
    }
    at += 1;
    skip(&mut at, b"=> \t");
    Some(at)
}

/// The value that begins at `at`: quoted, up to a blank, or one word.
pub(super) fn value_of(text: &str, at: usize, to_blank: bool) -> (usize, usize) {
    let bytes = text.as_bytes();
    let prefixed = usize::from(bytes.get(at).is_some_and(|byte| b"fbru$@".contains(byte)));
    for at in [at, at + prefixed] {
        let escaped = matches!(bytes.get(at), Some(b'\\'));
        let quote_at = at + usize::from(escaped);
        if let Some(quote @ (b'"' | b'\'' | b'`')) = bytes.get(quote_at) {
            return (quote_at + 1, quote_end(bytes, quote_at + 1, *quote, escaped));
        }
    }
    let to = match to_blank {
        true => {
            let near = near(text, at, MAX_PASSWORD);
            near[at..].find(char::is_whitespace).map_or(near.len(), |length| at + length)
        }
        false => plain_end(bytes, at),
    };
    (at, to)
}

/// The next quoted text, if only blanks and signs stand before it.
pub(super) fn quoted_at(text: &str, from: usize) -> Option<(usize, usize)> {
    let bytes = text.as_bytes();
    let length = bytes.get(from..)?.iter().take(8).position(|byte| b"\"'`".contains(byte))?;
    let blank = |byte: &u8| byte.is_ascii_whitespace() || b"\\fbru$@".contains(byte);
    if !bytes[from..from + length].iter().all(blank) {
        return None;
    }
    let at = from + length;
    let escaped = at > 0 && bytes[at - 1] == b'\\';
    Some((at + 1, quote_end(bytes, at + 1, bytes[at], escaped)))
}

/// Where the list or object that begins at `at` ends.
pub(super) fn brackets_end(text: &str, at: usize) -> usize {
    let bytes = text.as_bytes();
    let (mut depth, mut place) = (0_usize, at);
    while place < bytes.len().min(at + MAX_BRACKETS) {
        match bytes[place] {
            b'[' | b'{' | b'(' => depth += 1,
            b']' | b'}' | b')' => {
                depth -= 1;
                if depth == 0 {
                    return place;
                }
            }
            quote @ (b'"' | b'\'') if place > at => place = quote_end(bytes, place + 1, quote, false),
            _ => {}
        }
        place += 1;
    }
    text.floor_char_boundary(place.min(text.len()))
}

/// Where the quoted value ends: at the same quote, escaped as the first one was.
pub(super) fn quote_end(bytes: &[u8], from: usize, quote: u8, escaped: bool) -> usize {
    let mut at = from;
    while at < bytes.len() {
        match bytes[at] {
            b'\\' if escaped && bytes.get(at + 1) == Some(&quote) => return at,
            // `\"`, and PowerShell's `` `" ``.
            b'\\' if !escaped => at += 1,
            b'`' if !escaped && quote == b'"' && bytes.get(at + 1) == Some(&b'"') => at += 1,
            byte if byte == quote && !escaped => return at,
            b'\n' if escaped => return at,
            _ => {}
        }
        at += 1;
    }
    bytes.len()
}

pub(super) fn line_end(bytes: &[u8], from: usize) -> usize {
    bytes[from..]
        .iter()
        .position(|byte| matches!(byte, b'\r' | b'\n'))
        .map_or(bytes.len(), |length| from + length)
}

pub(super) fn plain_end(bytes: &[u8], from: usize) -> usize {
    let ends = |byte: &u8| byte.is_ascii_whitespace() || b"&,;\"')]}<".contains(byte);
    bytes[from..].iter().position(ends).map_or(bytes.len(), |length| from + length)
}
