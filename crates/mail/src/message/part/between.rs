//! Where the parts of a multipart begin and end.

use super::MAX_BOUNDARY_BYTES;

/// The boundary of a multipart that names none, or another one: the first line that begins a part.
pub(super) fn guessed_boundary(body: &[u8]) -> Option<String> {
    let mut lines = body.split(|byte| *byte == b'\n').take(200).peekable();
    while let Some(line) = lines.next() {
        let begins =
            lines.peek().is_some_and(|next| next.len() > 8 && next[..8].eq_ignore_ascii_case(b"content-"));
        if let Some(mark) = line.strip_prefix(b"--").filter(|mark| begins && mark.len() > 1) {
            let mark = std::str::from_utf8(mark).ok()?.trim_end();
            return (!mark.is_empty() && mark.len() <= MAX_BOUNDARY_BYTES).then(|| mark.to_owned());
        }
    }
    None
}

/// The parts between lines that begin with the boundary (RFC 2046 §5.1.1); linear.
pub(super) fn between<'a>(body: &'a [u8], boundary: &str, max: usize) -> Vec<&'a [u8]> {
    let mark = [b"--", boundary.as_bytes()].concat();
    let (mut parts, mut start, mut at) = (Vec::new(), None, 0);
    while at < body.len() && parts.len() < max {
        let end =
            body[at..].iter().position(|byte| *byte == b'\n').map_or(body.len(), |length| at + length + 1);
        let line = &body[at..end];
        if line.starts_with(&mark) {
            let rest = &line[mark.len()..];
            let closes = rest.starts_with(b"--");
            if closes || rest.iter().all(u8::is_ascii_whitespace) {
                if let Some(start) = start.take() {
                    parts.push(without_line_end(&body[start..at]));
                }
                if closes {
                    return parts;
                }
                start = Some(end);
            }
        }
        at = end;
    }
    if let Some(start) = start.filter(|_| parts.len() < max) {
        parts.push(&body[start..]);
    }
    parts
}

/// The line end before a boundary belongs to the boundary.
pub(super) fn without_line_end(part: &[u8]) -> &[u8] {
    part.strip_suffix(b"\r\n").or_else(|| part.strip_suffix(b"\n")).unwrap_or(part)
}
