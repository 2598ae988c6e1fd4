//! The request target: one spelling for each path, so that the catalogue and every upstream read the
//! same one (control 31).

use super::Refusal;

const MAX_TARGET: usize = 8 * 1024;

/// Refuses any target that is not a plain absolute path in its canonical spelling, with or without
/// a query.
pub(crate) fn check(target: &[u8]) -> Result<(), Refusal> {
    if target.first() != Some(&b'/') {
        return Err(Refusal::bad("the target is not an absolute path"));
    }
    if target.len() > MAX_TARGET {
        return Err(Refusal { status: 431, detail: "the target is too long" });
    }
    let end = target.iter().position(|&b| b == b'?').unwrap_or(target.len());
    path(&target[..end])?;
    match target.get(end + 1..) {
        Some(query) if query.iter().any(|&b| !(0x21..0x7f).contains(&b) || b == b'#') => {
            Err(Refusal::bad("the query holds a character that must be escaped"))
        }
        _ => Ok(()),
    }
}

fn path(path: &[u8]) -> Result<(), Refusal> {
    if path
        .iter()
        .any(|&b| !(0x21..0x7f).contains(&b) || matches!(b, b'\\' | b';' | b'#' | b'"' | b'<' | b'>'))
    {
        return Err(Refusal::bad("the path holds a character that must be escaped"));
    }
    let mut segments = path[1..].split(|&b| b == b'/').peekable();
    while let Some(segment) = segments.next() {
        if matches!(segment, b"." | b"..") || (segment.is_empty() && segments.peek().is_some()) {
            return Err(Refusal::bad("the path is not canonical"));
        }
        if segment.contains(&b'%') {
            escapes(segment)?;
        }
    }
    Ok(())
}

/// An escape stands only for what cannot be written plainly, and never for a separator.
fn escapes(segment: &[u8]) -> Result<(), Refusal> {
    let mut decoded = Vec::with_capacity(segment.len());
    let mut rest = segment;
    while let Some((&first, tail)) = rest.split_first() {
        rest = tail;
        if first != b'%' {
            decoded.push(first);
            continue;
        }
        let (Some(high), Some(low)) = (tail.first().and_then(hex), tail.get(1).and_then(hex)) else {
            return Err(Refusal::bad("an escape in the path is malformed"));
        };
        let byte = high << 4 | low;
        if byte.is_ascii_alphanumeric()
            || byte < 0x20
            || matches!(byte, b'-' | b'.' | b'_' | b'~' | b'/' | b'\\' | b';' | b'%' | 0x7f)
        {
            return Err(Refusal::bad("the path is not canonical"));
        }
        decoded.push(byte);
        rest = &tail[2..];
    }
    std::str::from_utf8(&decoded).map(drop).map_err(|_| Refusal::bad("an escape in the path is not UTF-8"))
}

pub(crate) fn hex(byte: &u8) -> Option<u8> {
    (*byte as char).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}
