//! The parts of a message (RFC 2045, 2046, 2183, 2231), found with bounds on number and depth.
//!
//! A walk of our own: each level is scanned once, so the work is at most the message's length times
//! the depth. Only single parts' encodings, charsets and parameters are left to the parser crate.

use mail_parser::{
    HeaderValue,
    decoders::{
        base64::base64_decode, charsets::map::charset_decoder, quoted_printable::quoted_printable_decode,
    },
    parsers::MessageStream,
};

use super::{
    MAX_TEXT_CHARS, address,
    head::{self, Head},
    html,
};

pub const MAX_PARTS: usize = 200;
pub const MAX_DEPTH: usize = 20;
pub const MAX_ATTACHMENTS: usize = 50;
/// As many bytes of HTML as are looked at; a longer one is not shown.
pub const MAX_HTML_BYTES: usize = 1024 * 1024;
const MAX_NAME_CHARS: usize = 150;
const MAX_BOUNDARY_BYTES: usize = 200;
/// As much of a Content-Type or Content-Disposition as is read.
const MAX_PARAMETER_BYTES: usize = 8 * 1024;

/// A file that came with a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attachment {
    /// Without folders, control characters and tricks; never empty.
    pub name: String,
    /// As the sender says, in lower case; `application/octet-stream` if that makes no sense.
    pub media_type: String,
    /// Without angle brackets: what `cid:` in the HTML names.
    pub content_id: Option<String>,
    pub bytes: Vec<u8>,
}

/// What was found.
#[derive(Default)]
pub(super) struct Parts {
    plain: Vec<String>,
    pub html: Vec<String>,
    pub attachments: Vec<Attachment>,
    /// `message/delivery-status` of a report (RFC 3464).
    pub delivery_status: Option<Vec<u8>>,
    /// The message, or its head, that a report gives back.
    pub returned: Option<Vec<u8>>,
    /// `report-type` of the outermost `multipart/report`.
    pub report: Option<String>,
    pub flaws: Vec<&'static str>,
    seen: usize,
}

impl Parts {
    /// The text, or what the HTML says.
    pub fn text(&self) -> String {
        let text = if self.plain.iter().any(|text| !text.trim().is_empty()) {
            self.plain.join("\n")
        } else {
            self.html.iter().map(|source| html::text(source)).collect::<Vec<_>>().join("\n")
        };
        address::cut(text, MAX_TEXT_CHARS)
    }

    pub fn safe_html(&self, flaws: &mut Vec<&'static str>) -> Option<String> {
        let source = self.html.join("\n");
        if source.trim().is_empty() {
            return None;
        }
        if source.len() > MAX_HTML_BYTES {
            flaws.push("mail.cut");
            return None;
        }
        Some(html::safe(&source)).filter(|safe| !safe.trim().is_empty())
    }
}

pub(super) fn walk(head: &Head<'_>, raw: &[u8]) -> Parts {
    let mut parts = Parts::default();
    parts.part(&Mime::of(head), &raw[head.body_at..], 0);
    parts
}

/// What the head of a part says of its body.
struct Mime {
    kind: String,
    subtype: String,
    boundary: Option<String>,
    charset: Option<String>,
    report: Option<String>,
    name: Option<String>,
    is_attachment: bool,
    encoding: String,
    content_id: Option<String>,
}

impl Mime {
    fn of(head: &Head<'_>) -> Self {
        let type_line = parameter_line(head, "Content-Type");
        let disposition_line = parameter_line(head, "Content-Disposition");
        let (type_value, disposition_value) = (parsed(&type_line), parsed(&disposition_line));
        let content_type = type_value.as_content_type();
        let disposition = disposition_value.as_content_type();
        let of_type = |name: &str| content_type.and_then(|value| value.attribute(name)).map(str::to_owned);
        let file_name = disposition.and_then(|value| value.attribute("filename")).map(str::to_owned);
        Self {
            kind: content_type.map_or("text".into(), |value| value.ctype().to_ascii_lowercase()),
            subtype: content_type
                .map_or("plain".into(), |value| value.subtype().unwrap_or_default().to_ascii_lowercase()),
            boundary: of_type("boundary").filter(|mark| !mark.is_empty() && mark.len() <= MAX_BOUNDARY_BYTES),
            charset: of_type("charset"),
            report: of_type("report-type").map(|value| value.to_ascii_lowercase()),
            name: file_name.or_else(|| of_type("name")),
            is_attachment: disposition.is_some_and(|value| value.ctype().eq_ignore_ascii_case("attachment")),
            encoding: head.line("Content-Transfer-Encoding").unwrap_or_default().to_ascii_lowercase(),
            content_id: head.line("Content-ID").map(|line| line.trim_matches(['<', '>', ' ']).to_owned()),
        }
    }

    fn is(&self, kind: &str, subtype: &str) -> bool {
        self.kind == kind && self.subtype == subtype
    }

    fn media_type(&self) -> String {
        let word = |text: &str| {
            !text.is_empty()
                && text.len() <= 100
                && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$&^_.+-".contains(&byte))
        };
        if word(&self.kind) && word(&self.subtype) {
            format!("{}/{}", self.kind, self.subtype)
        } else {
            "application/octet-stream".into()
        }
    }
}

fn parameter_line(head: &Head<'_>, name: &'static str) -> Vec<u8> {
    let value = head.first(name).map_or(&[][..], |field| field.value);
    let mut line = value[..value.len().min(MAX_PARAMETER_BYTES)].to_vec();
    line.push(b'\n');
    line
}

fn parsed(line: &[u8]) -> HeaderValue<'_> {
    MessageStream::new(line).parse_content_type()
}

impl Parts {
    fn part(&mut self, mime: &Mime, body: &[u8], depth: usize) {
        self.seen += 1;
        if self.seen > MAX_PARTS {
            return self.flaws.push("mail.cut");
        }
        if mime.kind == "multipart" {
            if depth >= MAX_DEPTH {
                return self.flaws.push("mail.too_deep");
            }
            return self.multipart(mime, body, depth);
        }
        let bytes = self.decoded(mime, body);
        self.single(mime, bytes);
    }

    fn multipart(&mut self, mime: &Mime, body: &[u8], depth: usize) {
        if depth == 0 {
            self.report.clone_from(&mime.report.clone().filter(|_| mime.subtype == "report"));
        }
        let Some(boundary) = &mime.boundary else {
            self.flaws.push("mail.broken");
            return self.add_text(mime, body.to_vec());
        };
        let inner = between(body, boundary, MAX_PARTS + 1);
        if inner.is_empty() {
            self.flaws.push("mail.broken");
        }
        for raw in inner {
            let head = head::split(raw);
            self.part(&Mime::of(&head), &raw[head.body_at..], depth + 1);
            if self.seen > MAX_PARTS {
                break;
            }
        }
    }

    fn single(&mut self, mime: &Mime, bytes: Vec<u8>) {
        let reports = self.report.as_deref() == Some("delivery-status");
        if reports && mime.kind == "message" && mime.subtype.ends_with("delivery-status") {
            self.delivery_status.get_or_insert(bytes);
        } else if reports && (mime.is("message", "rfc822") || mime.is("text", "rfc822-headers")) {
            self.returned.get_or_insert(bytes);
        } else if mime.kind == "text"
            && !mime.is_attachment
            && matches!(mime.subtype.as_str(), "plain" | "html")
        {
            // A named text that is not the first one is a file; so are calendars and the like.
            if mime.name.is_some() && !(self.plain.is_empty() && self.html.is_empty()) {
                self.file(mime, bytes);
            } else {
                self.add_text(mime, bytes);
            }
        } else {
            self.file(mime, bytes);
        }
    }

    fn add_text(&mut self, mime: &Mime, mut bytes: Vec<u8>) {
        // Six bytes are enough for a character in any charset here.
        if bytes.len() > MAX_TEXT_CHARS * 6 {
            bytes.truncate(MAX_TEXT_CHARS * 6);
            self.flaws.push("mail.cut");
        }
        let text = characters(&bytes, mime.charset.as_deref());
        if mime.subtype == "html" {
            self.html.push(text);
        } else {
            self.plain.push(text);
        }
    }

    fn file(&mut self, mime: &Mime, bytes: Vec<u8>) {
        if self.attachments.len() >= MAX_ATTACHMENTS {
            return self.flaws.push("mail.cut");
        }
        let content_id = mime.content_id.clone().filter(|id| {
            !id.is_empty() && id.len() <= 200 && id.bytes().all(|byte| (33..127).contains(&byte))
        });
        let media_type = mime.media_type();
        let name = file_name(mime.name.as_deref().unwrap_or_default(), &media_type);
        self.attachments.push(Attachment { name, media_type, content_id, bytes });
    }

    fn decoded(&mut self, mime: &Mime, body: &[u8]) -> Vec<u8> {
        let decoded = match mime.encoding.as_str() {
            "base64" => base64_decode(body),
            "quoted-printable" => quoted_printable_decode(body),
            _ => Some(body.to_vec()),
        };
        decoded.unwrap_or_else(|| {
            self.flaws.push("mail.broken");
            body.to_vec()
        })
    }
}

/// The parts between lines that begin with the boundary (RFC 2046 §5.1.1); linear.
fn between<'a>(body: &'a [u8], boundary: &str, max: usize) -> Vec<&'a [u8]> {
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
fn without_line_end(part: &[u8]) -> &[u8] {
    part.strip_suffix(b"\r\n").or_else(|| part.strip_suffix(b"\n")).unwrap_or(part)
}

/// Text in its charset; unknown charsets and wrong bytes become replacement characters.
fn characters(bytes: &[u8], charset: Option<&str>) -> String {
    let decoder = charset.map(str::trim).filter(|name| !name.is_empty() && !is_utf8(name));
    let text = match decoder.and_then(|name| charset_decoder(name.as_bytes())) {
        Some(decode) => decode(bytes),
        None => String::from_utf8_lossy(bytes).into_owned(),
    };
    text.chars().filter(|c| !matches!(c, '\0' | '\u{feff}')).collect::<String>().replace("\r\n", "\n")
}

fn is_utf8(name: &str) -> bool {
    name.eq_ignore_ascii_case("utf-8") || name.eq_ignore_ascii_case("utf8")
}

/// A file's name that is only a name.
fn file_name(given: &str, media_type: &str) -> String {
    let last = given.rsplit(['/', '\\']).next().unwrap_or_default();
    let clean: String =
        last.chars().filter(|c| !c.is_control() && !address::turns(*c) && !"<>:\"|?*".contains(*c)).collect();
    let clean = clean.trim().trim_start_matches('.').trim();
    let clean = match clean.char_indices().rev().nth(MAX_NAME_CHARS - 1) {
        // The end says what it is.
        Some((at, _)) if at > 0 => &clean[at..],
        _ => clean,
    };
    if !clean.is_empty() {
        return clean.to_owned();
    }
    match media_type {
        "message/rfc822" => "message.eml".into(),
        "text/calendar" => "invitation.ics".into(),
        "image/png" => "image.png".into(),
        "image/jpeg" => "image.jpg".into(),
        "image/gif" => "image.gif".into(),
        _ => "attachment".into(),
    }
}
