//! The request head: request line and header lines, read as strictly as they are written.

use super::{Refusal, frame::Rules, target};

/// What follows the head.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Body {
    None,
    Length(u64),
    Chunked,
    Tunnel,
}

/// Finds the end of the head at the start of `bytes`; refuses lines that end in a bare LF and heads
/// with too many lines even before the end has arrived.
pub(super) fn end_of(bytes: &[u8], max_headers: usize) -> Result<Option<usize>, Refusal> {
    let mut start = 0;
    let mut lines = 0;
    while let Some(n) = bytes[start..].iter().position(|&b| b == b'\n') {
        let lf = start + n;
        if lf == 0 || bytes[lf - 1] != b'\r' {
            return Err(Refusal::bad("a line ends without CR"));
        }
        if lf - 1 == start {
            if lines == 0 {
                return Err(Refusal::bad("an empty line before the request"));
            }
            return Ok(Some(lf + 1));
        }
        lines += 1;
        if lines > max_headers + 1 {
            return Err(Refusal { status: 431, detail: "too many header lines" });
        }
        start = lf + 1;
    }
    Ok(None)
}

/// What the header lines said, as far as framing and routing depend on it.
#[derive(Debug, Default)]
pub(super) struct Seen {
    hosts: u8,
    length: Option<u64>,
    chunked: bool,
    upgrade: bool,
    connection_upgrade: bool,
}

/// Checks a complete head, its final empty line included, and says what follows it.
pub(super) fn check(head: &[u8], rules: Rules) -> Result<Body, Refusal> {
    let mut lines =
        head[..head.len() - 4].split(|&b| b == b'\n').map(|line| line.strip_suffix(b"\r").unwrap_or(line));
    let (method, version_10) = request_line(lines.next().unwrap_or_default())?;
    let mut seen = Seen::default();
    for line in lines {
        header_line(line, &mut seen)?;
    }
    if seen.hosts != 1 {
        return Err(Refusal::bad("exactly one Host is needed"));
    }
    if seen.chunked && (seen.length.is_some() || version_10) {
        return Err(Refusal::bad("Transfer-Encoding does not go with this request"));
    }
    if seen.upgrade {
        let plain = method == b"GET" && !version_10 && !seen.chunked && seen.length.is_none();
        if !(rules.websocket && plain && seen.connection_upgrade) {
            return Err(Refusal::bad("this upgrade is not offered"));
        }
        return Ok(Body::Tunnel);
    }
    Ok(match seen.length {
        _ if seen.chunked => Body::Chunked,
        Some(n) => Body::Length(n),
        None => Body::None,
    })
}

/// The method, and whether the version is HTTP/1.0.
fn request_line(line: &[u8]) -> Result<(&[u8], bool), Refusal> {
    let mut parts = line.split(|&b| b == b' ');
    let (Some(method), Some(target), Some(version), None) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return Err(Refusal::bad("the request line is malformed"));
    };
    self::method(method)?;
    target::check(target)?;
    match version {
        b"HTTP/1.1" => Ok((method, false)),
        b"HTTP/1.0" => Ok((method, true)),
        _ => Err(Refusal::bad("the version is not HTTP/1.1")),
    }
}

/// Refuses a method that is none, or that nobody may use here.
pub(super) fn method(method: &[u8]) -> Result<(), Refusal> {
    if method.is_empty() || method.len() > 20 || !method.iter().all(|b| b.is_ascii_uppercase() || *b == b'-')
    {
        return Err(Refusal::bad("the method is malformed"));
    }
    if matches!(method, b"CONNECT" | b"TRACE" | b"TRACK" | b"PRI") {
        return Err(Refusal::bad("this method is not offered"));
    }
    Ok(())
}

fn header_line(line: &[u8], seen: &mut Seen) -> Result<(), Refusal> {
    if matches!(line.first(), Some(b' ' | b'\t')) {
        return Err(Refusal::bad("a folded header line"));
    }
    let Some(colon) = line.iter().position(|&b| b == b':') else {
        return Err(Refusal::bad("a header line without colon"));
    };
    field(&line[..colon], &line[colon + 1..], seen)
}

/// Checks one header field and notes what it says about framing and routing.
pub(super) fn field(name: &[u8], value: &[u8], seen: &mut Seen) -> Result<(), Refusal> {
    if name.is_empty() || !name.iter().all(|&b| is_token(b)) {
        return Err(Refusal::bad("a header name is malformed"));
    }
    if value.iter().any(|&b| (b < 0x20 && b != b'\t') || b == 0x7f) {
        return Err(Refusal::bad("a control character in a header"));
    }
    let value = value.trim_ascii();
    match name.len() {
        4 if is(name, b"host") => host(value, seen),
        6 if is(name, b"expect") => expect(value),
        7 if is(name, b"upgrade") => upgrade(value, seen),
        7 if is(name, b"trailer") => Err(Refusal::bad("trailers are not accepted")),
        10 if is(name, b"connection") => connection(value, seen),
        14 if is(name, b"content-length") => content_length(value, seen),
        14 if is(name, b"http2-settings") => Err(Refusal::bad("this upgrade is not offered")),
        17 if is(name, b"transfer-encoding") => transfer_encoding(value, seen),
        4.. if name.iter().any(|b| matches!(b, b'_' | b'.')) => no_lookalike(name),
        _ => Ok(()),
    }
}

/// Names that some servers read as a framing header (`Content_Length`) do not pass.
fn no_lookalike(name: &[u8]) -> Result<(), Refusal> {
    let alike = |wanted: &[u8]| {
        name.len() == wanted.len()
            && name.iter().zip(wanted).all(|(&a, &b)| {
                let a = if matches!(a, b'_' | b'.') { b'-' } else { a.to_ascii_lowercase() };
                a == b
            })
    };
    if alike(b"content-length") || alike(b"transfer-encoding") {
        return Err(Refusal::bad("a header name that looks like another"));
    }
    Ok(())
}

fn host(value: &[u8], seen: &mut Seen) -> Result<(), Refusal> {
    seen.hosts = seen.hosts.saturating_add(1);
    host_text(value)
}

/// Refuses what is no host's name.
pub(super) fn host_text(value: &[u8]) -> Result<(), Refusal> {
    let plain = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b':' | b'[' | b']');
    if value.is_empty() || value.len() > 300 || !value.iter().all(plain) {
        return Err(Refusal::bad("the Host is malformed"));
    }
    Ok(())
}

fn content_length(value: &[u8], seen: &mut Seen) -> Result<(), Refusal> {
    if seen.length.is_some() {
        return Err(Refusal::bad("more than one Content-Length"));
    }
    if value.is_empty() || value.len() > 15 || !value.iter().all(u8::is_ascii_digit) {
        return Err(Refusal::bad("the Content-Length is malformed"));
    }
    seen.length = Some(value.iter().fold(0, |n, b| n * 10 + u64::from(b - b'0')));
    Ok(())
}

fn transfer_encoding(value: &[u8], seen: &mut Seen) -> Result<(), Refusal> {
    if seen.chunked || value != b"chunked" {
        return Err(Refusal::bad("the Transfer-Encoding is not exactly chunked"));
    }
    seen.chunked = true;
    Ok(())
}

fn expect(value: &[u8]) -> Result<(), Refusal> {
    if is(value, b"100-continue") {
        return Ok(());
    }
    Err(Refusal { status: 417, detail: "this expectation is not met" })
}

fn upgrade(value: &[u8], seen: &mut Seen) -> Result<(), Refusal> {
    if seen.upgrade || !is(value, b"websocket") {
        return Err(Refusal::bad("this upgrade is not offered"));
    }
    seen.upgrade = true;
    Ok(())
}

fn connection(value: &[u8], seen: &mut Seen) -> Result<(), Refusal> {
    for option in value.split(|&b| b == b',').map(<[u8]>::trim_ascii) {
        if is(option, b"upgrade") {
            seen.connection_upgrade = true;
        } else if [&b"host"[..], b"content-length", b"transfer-encoding"].iter().any(|name| is(option, name))
        {
            return Err(Refusal::bad("Connection names a header it must not"));
        }
    }
    Ok(())
}

fn is(given: &[u8], wanted: &[u8]) -> bool {
    given.eq_ignore_ascii_case(wanted)
}

fn is_token(b: u8) -> bool {
    b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b)
}
