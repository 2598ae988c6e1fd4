//! The parts of a message (RFC 2045, 2046, 2183, 2231), found with bounds on number and depth.
//!
//! A walk of our own: each level is scanned once, so the work is at most the message's length times the depth.
//! What it finds stands in the order of the mail: parts in a row are shown in a row, and only those of one
//! `multipart/alternative` replace each other. A message in which anything can be read is never empty.

mod between;
mod mime;
mod row;

use between::{between, guessed_boundary};
use mime::{Mime, file_name};
use row::{Piece, Row, chosen};

use super::{
    MAX_TEXT_CHARS, address, coding,
    head::{self, Head},
    html, opaque,
    params::Parameters,
};

pub const MAX_PARTS: usize = 200;
pub const MAX_DEPTH: usize = 20;
pub const MAX_ATTACHMENTS: usize = 100;
/// As many bytes of HTML as are looked at; a longer one is not shown.
pub const MAX_HTML_BYTES: usize = 1024 * 1024;
const MAX_NAME_CHARS: usize = 150;
const MAX_BOUNDARY_BYTES: usize = 200;
/// As much of a Content-Type or Content-Disposition as is read.
const MAX_PARAMETER_BYTES: usize = 8 * 1024;
/// Mails in mails are read so deep, where a message has no words of its own.
const MAX_NESTED: usize = 3;
/// As many characters of a file as stand for a message without words.
const MAX_STAND_IN: usize = 20_000;

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
    row: Row,
    pub attachments: Vec<Attachment>,
    /// `message/delivery-status` of a report (RFC 3464).
    pub delivery_status: Option<Vec<u8>>,
    /// The message, or its head, that a report gives back.
    pub returned: Option<Vec<u8>>,
    /// `report-type` of the outermost `multipart/report`.
    pub report: Option<String>,
    pub flaws: Vec<&'static str>,
    seen: usize,
    pictures: usize,
    has_words: bool,
    /// Mails around this one.
    nested: usize,
    /// Said when there are no other words.
    opaque: Option<&'static str>,
}

impl Parts {
    /// What is read: in the order of the mail.
    pub fn text(&mut self) -> String {
        let texts = self.row.text.iter().map(|piece| piece.text().trim_matches('\n'));
        let text = texts.filter(|text| has_letters(text)).collect::<Vec<_>>().join("\n\n");
        let text = if text.is_empty() { self.stand_in() } else { text };
        let text = if text.is_empty() {
            self.row.text.iter().map(Piece::text).collect::<Vec<_>>().join("\n")
        } else {
            text
        };
        if text.len() > MAX_TEXT_CHARS && text.chars().nth(MAX_TEXT_CHARS).is_some() {
            self.flaws.push("mail.cut");
        }
        address::cut(text, MAX_TEXT_CHARS)
    }

    /// As it was sent, safe to show; none if no part of it was HTML.
    pub fn safe_html(&self, flaws: &mut Vec<&'static str>) -> Option<String> {
        if !self.row.has_html() {
            return None;
        }
        let source = self.row.sent.iter().map(Piece::source).collect::<Vec<_>>().join("\n");
        if source.trim().is_empty() {
            return None;
        }
        if source.len() > MAX_HTML_BYTES {
            flaws.push("mail.cut");
            return None;
        }
        Some(html::safe(&source)).filter(|safe| !safe.trim().is_empty())
    }

    /// The words of a message whose words are all in its files.
    fn stand_in(&self) -> String {
        let read = |file: &Attachment| self.file_text(file);
        let texts = self.attachments.iter().map(read).filter(|text| has_letters(text));
        let text = texts.take(5).collect::<Vec<_>>().join("\n\n");
        if !text.is_empty() {
            return address::cut(text, MAX_TEXT_CHARS);
        }
        self.opaque.map(str::to_owned).unwrap_or_default()
    }

    fn file_text(&self, file: &Attachment) -> String {
        let text = match file.media_type.as_str() {
            "message/rfc822" | "message/global" if self.nested < MAX_NESTED => {
                nested(&file.bytes, self.nested + 1)
            }
            "text/calendar" => opaque::calendar(&coding::characters(&file.bytes, None)),
            "text/html" | "application/xhtml+xml" => {
                html::text(&address::cut(coding::page(&file.bytes, None), MAX_HTML_BYTES))
            }
            kind if kind.starts_with("text/") => coding::characters(cut(&file.bytes, MAX_STAND_IN * 6), None),
            _ => String::new(),
        };
        address::cut(text, MAX_STAND_IN)
    }
}

/// A mail in a mail, for a reader.
fn nested(raw: &[u8], level: usize) -> String {
    let head = head::split(raw);
    let mut inner = Parts { nested: level, ..Parts::default() };
    inner.row = inner.part(&Mime::of(&head), &raw[head.body_at..], 0);
    let line = |name: &'static str| {
        let value =
            head.first(name).map(|field| address::decode(field.value)).filter(|value| !value.is_empty());
        value.map(|value| format!("{name}: {value}\n")).unwrap_or_default()
    };
    format!("{}{}{}{}\n{}", line("From"), line("To"), line("Date"), line("Subject"), inner.text())
}

/// Whether a person can read anything in it.
fn has_letters(text: &str) -> bool {
    let shows = |c: char| {
        let joins = matches!(c, '\u{200c}' | '\u{200d}' | '\u{fe00}'..='\u{fe0f}');
        c.is_alphanumeric()
            || !(c.is_ascii() || c.is_whitespace() || c.is_control() || joins || address::is_invisible(c))
    };
    text.chars().any(shows)
}

fn cut(bytes: &[u8], max: usize) -> &[u8] {
    &bytes[..bytes.len().min(max)]
}

pub(super) fn walk(head: &Head<'_>, raw: &[u8]) -> Parts {
    let mut parts = Parts::default();
    parts.row = parts.part(&Mime::of(head), &raw[head.body_at..], 0);
    parts
}

impl Parts {
    fn part(&mut self, mime: &Mime, body: &[u8], depth: usize) -> Row {
        self.seen += 1;
        if self.seen > MAX_PARTS {
            self.flaws.push("mail.cut");
            return Row::default();
        }
        // A misspelt type with a boundary that is there.
        let marked = mime.kind == "text"
            && mime.boundary.as_deref().is_some_and(|boundary| !between(body, boundary, 1).is_empty());
        if mime.kind == "multipart" || marked {
            if depth >= MAX_DEPTH {
                self.flaws.push("mail.too_deep");
                return Row::default();
            }
            return self.multipart(mime, body, depth);
        }
        let bytes = self.decoded(mime, body);
        self.single(mime, bytes, depth)
    }

    fn multipart(&mut self, mime: &Mime, body: &[u8], depth: usize) -> Row {
        if depth == 0 {
            self.report.clone_from(&mime.report.clone().filter(|_| mime.subtype == "report"));
        }
        if mime.subtype == "encrypted" {
            self.opaque = Some(opaque::ENCRYPTED_PGP);
        }
        let mut inner =
            mime.boundary.as_deref().map(|mark| between(body, mark, MAX_PARTS + 1)).unwrap_or_default();
        if inner.is_empty() {
            self.flaws.push("mail.broken");
            if let Some(mark) = guessed_boundary(body) {
                inner = between(body, &mark, MAX_PARTS + 1);
            }
        }
        if inner.is_empty() {
            let lone = Mime { kind: "text".into(), subtype: "plain".into(), name: None, ..mime.clone() };
            return self.words(&lone, body.to_vec());
        }
        let mut rows = Vec::with_capacity(inner.len());
        for raw in inner {
            let head = head::split(raw);
            let mut inside = Mime::of(&head);
            if mime.subtype == "digest" && head.first("Content-Type").is_none() {
                (inside.kind, inside.subtype) = ("message".into(), "rfc822".into());
            }
            rows.push(self.part(&inside, &raw[head.body_at..], depth + 1));
            if self.seen > MAX_PARTS {
                break;
            }
        }
        if mime.subtype == "alternative" {
            return chosen(rows);
        }
        rows.into_iter().fold(Row::default(), |mut all, row| {
            all.append(row);
            all
        })
    }

    fn single(&mut self, mime: &Mime, bytes: Vec<u8>, depth: usize) -> Row {
        let reports = self.report.as_deref() == Some("delivery-status");
        if reports && mime.kind == "message" && mime.subtype.ends_with("delivery-status") {
            self.delivery_status.get_or_insert(bytes);
            return Row::default();
        }
        if reports && (mime.is("message", "rfc822") || mime.is("text", "rfc822-headers")) {
            self.returned.get_or_insert(bytes);
            return Row::default();
        }
        if mime.kind == "application" && matches!(mime.subtype.as_str(), "pkcs7-mime" | "x-pkcs7-mime") {
            return self.smime(mime, bytes, depth);
        }
        if mime.is("application", "ms-tnef")
            || mime.name.as_deref().is_some_and(|name| name.eq_ignore_ascii_case("winmail.dat"))
        {
            return self.tnef(mime, bytes);
        }
        // A named text that is not the first one is a file; so are calendars and the like.
        let stands = mime.is_words() && (!mime.is_attachment || depth == 0);
        if stands && !(mime.name.is_some() && (self.has_words || mime.is_attachment)) {
            return self.words(mime, bytes);
        }
        self.file(mime, bytes);
        Row::default()
    }

    /// Opaque S/MIME: what is only signed is read as though it lay there openly.
    fn smime(&mut self, mime: &Mime, bytes: Vec<u8>, depth: usize) -> Row {
        if depth < MAX_DEPTH
            && let Some(content) = opaque::signed_content(&bytes)
        {
            let head = head::split(&content);
            return self.part(&Mime::of(&head), &content[head.body_at..], depth + 1);
        }
        if mime.smime.as_deref() != Some("certs-only") {
            self.opaque = Some(opaque::ENCRYPTED_SMIME);
        }
        self.file(mime, bytes);
        Row::default()
    }

    fn tnef(&mut self, mime: &Mime, bytes: Vec<u8>) -> Row {
        let room = MAX_ATTACHMENTS.saturating_sub(self.attachments.len());
        let Some((text, files)) = opaque::tnef(&bytes, room) else {
            self.file(mime, bytes);
            return Row::default();
        };
        self.opaque = Some(opaque::TNEF);
        if files.is_empty() {
            self.file(mime, bytes);
        }
        for file in files {
            let name = file_name(&file.name, "application/octet-stream");
            let media_type = "application/octet-stream".into();
            self.attachments.push(Attachment { name, media_type, content_id: None, bytes: file.bytes });
        }
        if has_letters(&text) && !self.has_words { Row::one(Piece::Plain(text)) } else { Row::default() }
    }

    /// Text that stands in the message.
    fn words(&mut self, mime: &Mime, mut bytes: Vec<u8>) -> Row {
        let is_html = matches!(mime.subtype.as_str(), "html" | "enriched" | "richtext");
        // Six bytes are enough for a character in any charset here; pictures in HTML are taken out first.
        if !is_html && bytes.len() > MAX_TEXT_CHARS * 6 {
            bytes.truncate(MAX_TEXT_CHARS * 6);
            self.flaws.push("mail.cut");
        }
        let charset = mime.charset.as_deref();
        let decoded =
            if is_html { coding::page(&bytes, charset) } else { coding::characters(&bytes, charset) };
        let decoded = decoded
            .chars()
            .filter(|c| !matches!(c, '\0' | '\u{feff}'))
            .collect::<String>()
            .replace("\r\n", "\n");
        let piece = if is_html {
            let source = self.with_pictures_as_files(decoded);
            if source.len() > MAX_TEXT_CHARS * 6 {
                self.flaws.push("mail.cut");
            }
            let readable = &source[..source.floor_char_boundary(MAX_TEXT_CHARS * 6)];
            let text = html::text(readable);
            Piece::Html(source, text)
        } else {
            if decoded.trim_start().starts_with("-----BEGIN PGP MESSAGE-----") {
                self.opaque = Some(opaque::ENCRYPTED_PGP);
                self.file(
                    &Mime { kind: "application".into(), subtype: "pgp-encrypted".into(), ..mime.clone() },
                    bytes,
                );
                return Row::default();
            }
            Piece::Plain(decoded)
        };
        self.has_words |= has_letters(piece.text());
        Row::one(piece)
    }

    /// Pictures that were pasted into the HTML become files.
    fn with_pictures_as_files(&mut self, source: String) -> String {
        let room = MAX_ATTACHMENTS.saturating_sub(self.attachments.len());
        let (source, pictures) = html::take_pictures(source, self.pictures, room);
        self.pictures += pictures.len();
        for picture in pictures {
            let html::Picture { content_id, media_type, bytes } = picture;
            let name = file_name("", &media_type);
            self.attachments.push(Attachment { name, media_type, content_id: Some(content_id), bytes });
        }
        source
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
        match mime.encoding.as_str() {
            "base64" | "b" if coding::looks_base64(body) => coding::base64(body),
            "base64" | "b" => {
                self.flaws.push("mail.broken");
                body.to_vec()
            }
            "quoted-printable" | "quoted_printable" | "quotedprintable" | "q" => {
                coding::quoted_printable(body)
            }
            _ => body.to_vec(),
        }
    }
}
