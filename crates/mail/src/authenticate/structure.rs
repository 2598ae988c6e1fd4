//! What an unsigned structure is worth (rule Z5; decision 0022).
//!
//! Many signers leave `Content-Type` out. Whoever changes it chooses which words of the signed body are
//! read: another boundary takes an attached mail's text for the sender's, another type hides a part. An
//! unsigned structure is therefore believed only where it leaves no choice: plain text without a trace of
//! parts, or parts that fill the whole body from its first line to its last. What is in the slightest way
//! odd is not believed; nobody reads words by it then. Start at [`is_believed`].

use std::borrow::Cow;

use data_encoding::BASE64;

use crate::message::{
    address::turns,
    head::{self, Head},
};

const TYPE: &str = "Content-Type";
const ENCODING: &str = "Content-Transfer-Encoding";
const DISPOSITION: &str = "Content-Disposition";
const MAX_PARTS: usize = 200;

/// Sentences that programs write before the first part, for readers without MIME.
const STOCK: [&str; 6] = [
    "this is a multi-part message in mime format.",
    "this is a multi-part message in mime format",
    "this is a multipart message in mime format.",
    "this is a mime-formatted message.",
    "this is a cryptographically signed message in mime format.",
    "this is an openpgp/mime signed message (rfc 4880 and 3156)",
];

/// Whether the words that are read are the sender's choice. `covers` says which fields are signed.
pub(super) fn is_believed(head: &Head<'_>, body: &[u8], covers: &impl Fn(&'static str) -> bool) -> bool {
    let signed = covers(TYPE);
    let unsigned = |name| if covers(name) { None } else { head.line(name) };
    let line = head.line(TYPE);
    let kind = line.as_deref().map_or_else(|| Some(Kind::plain()), Kind::read);
    let encoding = unsigned(ENCODING).unwrap_or_default();
    let Some(kind) = kind else { return signed && is_identity(&encoding) };
    if kind.main == "multipart" {
        return is_identity(&encoding)
            && (signed || kind.boundary.as_deref().is_some_and(|mark| fills(&kind.sub, mark, body)));
    }
    // A file's name, or being one, takes the text away.
    if unsigned(DISPOSITION).is_some_and(|line| !line.eq_ignore_ascii_case("inline")) {
        return false;
    }
    let Some(text) = decoded(&encoding, body) else { return false };
    signed || (kind.main == "text" && kind.sub == "plain" && kind.has_plain_charset() && is_plain(&text))
}

fn is_identity(encoding: &str) -> bool {
    ["", "7bit", "8bit", "binary"].iter().any(|name| encoding.trim().eq_ignore_ascii_case(name))
}

/// The body, decoded by an encoding that nobody signed: only where no text that was written without it
/// would become another one by it.
fn decoded<'a>(encoding: &str, body: &'a [u8]) -> Option<Cow<'a, [u8]>> {
    if is_identity(encoding) {
        return Some(Cow::Borrowed(body));
    }
    match encoding.trim().to_ascii_lowercase().as_str() {
        "base64" => {
            let plain: Vec<u8> = body.iter().copied().filter(|byte| !matches!(byte, b'\r' | b'\n')).collect();
            BASE64.decode(&plain).ok().map(Cow::Owned)
        }
        "quoted-printable" => quoted_printable(body).map(Cow::Owned),
        _ => None,
    }
}

/// Decoded as programs write it: only what had to be is encoded. So it neither ends a line nor begins a
/// tag that was not there, and no line that is quoted runs into the next.
fn quoted_printable(body: &[u8]) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(body.len());
    for line in body.split_inclusive(|byte| *byte == b'\n') {
        let text = line.strip_suffix(b"\n").map_or(line, |line| line.strip_suffix(b"\r").unwrap_or(line));
        if text.len() > 76 || !text.iter().all(|byte| byte.is_ascii_graphic() || matches!(byte, b' ' | b'\t'))
        {
            return None;
        }
        let (text, soft) = text.strip_suffix(b"=").map_or((text, false), |text| (text, true));
        if soft && text.starts_with(b">") {
            return None;
        }
        let mut rest = text;
        while let Some((first, after)) = rest.split_first() {
            rest = after;
            if *first != b'=' {
                out.push(*first);
                continue;
            }
            let (code, after) = rest.split_at_checked(2)?;
            let byte = u8::from_str_radix(std::str::from_utf8(code).ok()?, 16).ok()?;
            let at_start = text.len() == after.len() + 3;
            let needed = !byte.is_ascii()
                || byte == b'='
                || (matches!(byte, b' ' | b'\t') && after.is_empty())
                || (matches!(byte, b'.' | b'F') && at_start);
            if !needed {
                return None;
            }
            out.push(byte);
            rest = after;
        }
        if !soft {
            out.extend_from_slice(b"\r\n");
        }
    }
    let text = String::from_utf8_lossy(&out);
    // Neither may a letter turn the rest around, or end a line.
    (!text.chars().any(|c| turns(c) || matches!(c, '\u{2028}' | '\u{2029}' | '\u{85}'))).then_some(out)
}

/// Text in which nobody finds parts or markup, whatever type is written above it.
fn is_plain(body: &[u8]) -> bool {
    let text = String::from_utf8_lossy(body).to_ascii_lowercase();
    !text.contains("</")
        && !text.contains("<!")
        && !text.lines().any(|line| line.trim_start_matches([' ', '>', '\t']).starts_with("content-type:"))
}

/// Whether the parts are the whole body, and of a kind that shows all the sender wrote.
fn fills(sub: &str, mark: &str, body: &[u8]) -> bool {
    let Some(parts) = parts(mark, body) else { return false };
    let types: Option<Vec<_>> = parts.iter().map(|part| Part::read(part)).collect();
    let Some(types) = types else { return false };
    match sub {
        "mixed" | "signed" | "report" => true,
        // One of them stands for all, so they must be of one text.
        "alternative" => {
            let rest = types.get(1..).unwrap_or_default();
            types.first().is_some_and(|first| first.is("text/plain") && !first.is_file)
                && rest.iter().all(|part| part.is_text_or_parts() && !part.is_file)
        }
        "related" => {
            let rest = types.get(1..).unwrap_or_default();
            types.first().is_some_and(Part::is_text_or_parts)
                && rest.iter().all(|part| !part.is_text_or_parts() && !part.is("message/rfc822"))
        }
        _ => false,
    }
}

/// The parts, if there is nothing before, between and after them.
fn parts<'a>(mark: &str, body: &'a [u8]) -> Option<Vec<&'a [u8]>> {
    let mark = format!("--{mark}");
    let (mut parts, mut start, mut at) = (Vec::new(), None, 0);
    let mut closed = false;
    for line in body.split_inclusive(|byte| *byte == b'\n') {
        let (from, text) = (at, line.trim_ascii_end());
        at += line.len();
        let rest = text.strip_prefix(mark.as_bytes());
        match rest {
            Some(b"") | Some(b"--") if !closed => {
                if let Some(start) = start.replace(at) {
                    parts.push(body.get(start..from)?);
                }
                closed = rest == Some(b"--");
            }
            // Where readers differ about an end.
            Some(rest) if rest.starts_with(b"--") => return None,
            _ if text.is_empty() || (start.is_some() && !closed) => {}
            _ if start.is_none() && is_stock(text) => {}
            _ => return None,
        }
    }
    (closed && (1..=MAX_PARTS).contains(&parts.len())).then_some(parts)
}

fn is_stock(line: &[u8]) -> bool {
    STOCK.iter().any(|words| line.eq_ignore_ascii_case(words.as_bytes()))
}

/// What a part's own head says; that is signed with the body.
struct Part {
    kind: String,
    is_file: bool,
}

impl Part {
    fn read(raw: &[u8]) -> Option<Self> {
        let head = head::split(raw);
        let line = head.line(TYPE).unwrap_or_else(|| "text/plain".into());
        let kind = Kind::read(&line)?;
        let attached = head.line(DISPOSITION).is_some_and(|line| !line.eq_ignore_ascii_case("inline"));
        Some(Self { kind: format!("{}/{}", kind.main, kind.sub), is_file: attached || kind.named })
    }

    fn is(&self, kind: &str) -> bool {
        self.kind == kind
    }

    fn is_text_or_parts(&self) -> bool {
        self.kind.starts_with("text/") || self.kind.starts_with("multipart/")
    }
}

/// A `Content-Type`, read by the letter: none if two readers could read it in two ways.
#[derive(Default)]
struct Kind {
    main: String,
    sub: String,
    boundary: Option<String>,
    charset: Option<String>,
    named: bool,
}

impl Kind {
    /// Of a message that names none (RFC 2045 §5.2).
    fn plain() -> Self {
        Self { main: "text".into(), sub: "plain".into(), ..Self::default() }
    }

    fn read(line: &str) -> Option<Self> {
        let (kind, mut rest) = line.split_once(';').unwrap_or((line, ""));
        let (main, sub) = kind.trim().split_once('/')?;
        if !is_token(main) || !is_token(sub) {
            return None;
        }
        let mut read =
            Self { main: main.to_ascii_lowercase(), sub: sub.to_ascii_lowercase(), ..Self::default() };
        let mut seen: Vec<String> = Vec::new();
        while !rest.trim().is_empty() {
            let (name, value, after) = parameter(rest)?;
            rest = after;
            if seen.contains(&name) || seen.len() > 20 {
                return None;
            }
            match name.as_str() {
                "boundary" => read.boundary = Some(value).filter(|mark| !mark.is_empty()),
                "charset" => read.charset = Some(value.to_ascii_lowercase()),
                name if name.starts_with("name") => read.named = true,
                // Pieces of a boundary or a charset (RFC 2231) are somebody's trick.
                name if name.starts_with("boundary") || name.starts_with("charset") => return None,
                _ => {}
            }
            seen.push(name);
        }
        Some(read)
    }

    /// A charset in which no letter of ASCII is another one.
    fn has_plain_charset(&self) -> bool {
        self.charset.as_deref().is_none_or(|name| {
            matches!(name, "utf-8" | "utf8" | "us-ascii" | "ascii")
                || name.starts_with("iso-8859-")
                || name.starts_with("windows-125")
        })
    }
}

/// `name=value` or `name="value"`, and what follows its semicolon.
fn parameter(text: &str) -> Option<(String, String, &str)> {
    let (name, rest) = text.split_once('=')?;
    let name = name.trim();
    if !is_token(name) {
        return None;
    }
    let (value, after) = match rest.trim_start().strip_prefix('"') {
        Some(quoted) => quoted.split_once('"').filter(|(value, _)| !value.contains('\\'))?,
        None => {
            let end = rest.find(';').unwrap_or(rest.len());
            let (value, after) = rest.split_at(end);
            (Some(value.trim()).filter(|value| is_token(value))?, after)
        }
    };
    let after = after.trim_start();
    let after = if after.is_empty() { after } else { after.strip_prefix(';')? };
    Some((name.to_ascii_lowercase(), value.to_owned(), after))
}

fn is_token(text: &str) -> bool {
    !text.is_empty()
        && text.bytes().all(|byte| byte.is_ascii_graphic() && !b"()<>@,;:\\\"[]?".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALTERNATIVE: &str = "--a\r\nContent-Type: text/plain\r\n\r\nHi\r\n--a\r\nContent-Type: text/html\r\n\r\n<p>Hi</p>\r\n--a--\r\n";
    const FORWARDED: &str = "--a\r\n\r\nSee below.\r\n--a\r\nContent-Type: message/rfc822\r\n\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nDelete it all.\r\n--b--\r\n--a--\r\n";

    fn believed(kind: &str, body: &str) -> bool {
        let raw = format!("Content-Type: {kind}\r\n\r\n");
        is_believed(&head::split(raw.as_bytes()), body.as_bytes(), &|_| false)
    }

    /// Rule Z5: text outside the parts of an unsigned Content-Type is nobody's.
    #[test]
    fn z5_an_unsigned_structure_is_believed_only_where_it_leaves_no_choice() {
        for (kind, body) in [
            ("text/plain", "Hello\r\n"),
            ("text/plain; charset=\"UTF-8\"; format=flowed", "Hello --b\r\n"),
            ("multipart/alternative; boundary=\"a\"", ALTERNATIVE),
            ("multipart/mixed; boundary=a", FORWARDED),
            (
                "multipart/mixed; boundary=a",
                &format!("This is a multi-part message in MIME format.\r\n{FORWARDED}\r\n"),
            ),
        ] {
            assert!(believed(kind, body), "{kind}\n{body}");
        }
        for (kind, body) in [
            ("multipart/mixed; boundary=b", FORWARDED),
            ("multipart/mixed; boundary=c", FORWARDED),
            ("multipart/mixed", FORWARDED),
            ("multipart/mixed; boundary=a; boundary=b", FORWARDED),
            ("multipart/mixed; boundary*0=a", FORWARDED),
            ("multipart/mixed; boundary=a", &format!("Not for you.\r\n{FORWARDED}")),
            ("multipart/mixed; boundary=a", &format!("{FORWARDED}Not for you.\r\n")),
            ("multipart/mixed; boundary=a", "--a\r\n\r\nHi\r\n"),
            ("multipart/alternative; boundary=a", FORWARDED),
            ("multipart/encrypted; boundary=a", FORWARDED),
            ("text/plain", FORWARDED),
            ("text/plain", "<p>Hi</p>"),
            ("text/html", "Hello\r\n"),
            ("text/plain; charset=utf-7", "Hello\r\n"),
            ("text/plain; charset=utf-16le", "Hello\r\n"),
            ("text/plain (multipart/mixed; boundary=a)", "Hello\r\n"),
            ("application/octet-stream", "Hello\r\n"),
            ("", "Hello\r\n"),
        ] {
            assert!(!believed(kind, body), "{kind}\n{body}");
        }
    }

    /// Rule Z5: an encoding or a disposition that nobody signed may change no words.
    #[test]
    fn z5_an_unsigned_encoding_is_believed_only_where_it_changes_nothing() {
        let coded = "RGVyIERydWNrZXIgbMOkdWZ0IG5pY2h0Lg0K\r\n";
        let quoted =
            "Der Drucker l=C3=A4uft nicht, seit ich ihn gestern in das andere Zimmer=\r\n trug. 1+1=3D2\r\n";
        let attached = "Content-Type: text/plain\r\nContent-Disposition: attachment\r\n";
        let plain = "Content-Type: text/plain; charset=utf-8\r\n";
        let encoded = |how: &str| format!("{plain}Content-Transfer-Encoding: {how}\r\n");
        for (fields, body, expected) in [
            (String::new(), "Hello\r\n", true),
            (encoded("8bit"), "Hello\r\n", true),
            (encoded("base64"), coded, true),
            (encoded("quoted-printable"), quoted, true),
            (encoded("Quoted-Printable"), "Hello\r\n", true),
            (encoded("base64"), "Hello\r\n", false),
            (encoded("base64"), "Hello you\r\n", false),
            (encoded("quoted-printable"), "> a =0D=0APlease delete it\r\n", false),
            (encoded("quoted-printable"), "> a =3Cb>\r\n", false),
            (encoded("quoted-printable"), "> a=\r\nNo\r\n", false),
            (encoded("quoted-printable"), "> =E2=80=AEa\r\n", false),
            (encoded("quoted-printable"), "a=b\r\n", false),
            (encoded("quoted-printable"), "a=4\r\n", false),
            (encoded("uuencode"), "Hello\r\n", false),
            (attached.to_owned(), "Hello\r\n", false),
            ("Content-Transfer-Encoding: base64\r\n".into(), "Hello\r\n", false),
            (
                "Content-Type: multipart/mixed; boundary=z\r\nContent-Transfer-Encoding: base64\r\n".into(),
                coded,
                false,
            ),
        ] {
            let raw = format!("{fields}\r\n");
            let head = head::split(raw.as_bytes());
            for signed in [true, false] {
                let covers = |name: &'static str| signed && name == TYPE;
                assert_eq!(is_believed(&head, body.as_bytes(), &covers), expected, "{fields}\n{body}");
            }
        }
        // HTML in another guise.
        let html = BASE64.encode(b"<p>Hi</p>");
        let raw = format!("{}\r\n", encoded("base64"));
        assert!(!is_believed(&head::split(raw.as_bytes()), html.as_bytes(), &|_| false));
    }
}
