//! The parts of a message (RFC 2045, 2046, 2183, 2231), found with bounds on number and depth.
//!
//! A walk of our own: each level is scanned once, so the work is at most the message's length times the depth.
//! What it finds stands in the order of the mail: parts in a row are shown in a row, and only those of one
//! `multipart/alternative` replace each other. A message in which anything can be read is never empty.

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

/// Something to read, where it stood.
#[derive(Clone, Debug)]
enum Piece {
    Plain(String),
    /// The source, and what it says.
    Html(String, String),
}

impl Piece {
    fn text(&self) -> &str {
        match self {
            Self::Plain(text) | Self::Html(_, text) => text,
        }
    }

    fn source(&self) -> String {
        match self {
            Self::Plain(text) => html::plain(text),
            Self::Html(source, _) => source.clone(),
        }
    }
}

/// A row of pieces: one for the text, and one for how it was sent.
#[derive(Clone, Debug, Default)]
struct Row {
    text: Vec<Piece>,
    sent: Vec<Piece>,
}

impl Row {
    fn one(piece: Piece) -> Self {
        Self { text: vec![piece.clone()], sent: vec![piece] }
    }

    fn says_something(&self) -> bool {
        self.text.iter().any(|piece| has_letters(piece.text()))
    }

    fn has_html(&self) -> bool {
        self.sent.iter().any(|piece| matches!(piece, Piece::Html(..)))
    }

    fn append(&mut self, mut other: Self) {
        self.text.append(&mut other.text);
        self.sent.append(&mut other.sent);
    }
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

/// What the head of a part says of its body.
#[derive(Clone)]
struct Mime {
    kind: String,
    subtype: String,
    boundary: Option<String>,
    charset: Option<String>,
    report: Option<String>,
    /// `smime-type`
    smime: Option<String>,
    name: Option<String>,
    is_attachment: bool,
    encoding: String,
    content_id: Option<String>,
}

impl Mime {
    fn of(head: &Head<'_>) -> Self {
        let content_type = Parameters::of(parameter_line(head, "Content-Type"));
        let disposition = Parameters::of(parameter_line(head, "Content-Disposition"));
        let (kind, subtype) = kind(&content_type.value);
        let encoding = head.line("Content-Transfer-Encoding").unwrap_or_default().to_ascii_lowercase();
        let encoding =
            encoding.split([';', ' ', '(']).next().unwrap_or_default().trim_matches('"').to_owned();
        Self {
            kind,
            subtype,
            boundary: content_type
                .get("boundary")
                .map(|mark| mark.trim_end().to_owned())
                .filter(|mark| !mark.is_empty() && mark.len() <= MAX_BOUNDARY_BYTES),
            charset: content_type.get("charset"),
            report: content_type.get("report-type").map(|value| value.to_ascii_lowercase()),
            smime: content_type.get("smime-type").map(|value| value.to_ascii_lowercase()),
            name: disposition.get("filename").or_else(|| content_type.get("name")),
            is_attachment: disposition.value == "attachment",
            encoding,
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

    /// Text that stands in the message itself, by its label.
    fn is_words(&self) -> bool {
        self.kind == "text"
            && matches!(self.subtype.as_str(), "plain" | "html" | "" | "markdown" | "enriched" | "richtext")
    }
}

/// A type that can be read, whatever was written: what makes no sense is text, as RFC 2045 §5.2 has it.
fn kind(value: &str) -> (String, String) {
    const KINDS: [&str; 9] =
        ["text", "multipart", "message", "application", "image", "audio", "video", "font", "model"];
    let (kind, subtype) = value.split_once('/').unwrap_or((value, ""));
    let (kind, subtype) = (kind.trim(), subtype.split(['/', ' ', ',']).next().unwrap_or_default().trim());
    let (kind, subtype) = match (kind, subtype) {
        ("html", _) => ("text", "html"),
        ("text", "") | ("plain", _) => ("text", "plain"),
        ("multipart", "") => ("multipart", "mixed"),
        (kind, subtype) if KINDS.contains(&kind) => (kind, subtype),
        // `x-…` is somebody's own; anything else is nothing.
        (kind, subtype) if kind.starts_with("x-") && !subtype.is_empty() => (kind, subtype),
        ("chemical" | "haptics" | "example", subtype) => ("application", subtype),
        _ => ("text", "plain"),
    };
    (kind.to_owned(), subtype.to_owned())
}

fn parameter_line<'a>(head: &Head<'a>, name: &'static str) -> &'a [u8] {
    let value = head.first(name).map_or(&[][..], |field| field.value);
    cut(value, MAX_PARAMETER_BYTES)
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

/// Of several forms of one thing the first plain one that says something, else the HTML; and for how it was sent
/// the last HTML.
fn chosen(rows: Vec<Row>) -> Row {
    let plain =
        |row: &&Row| row.says_something() && !row.text.iter().any(|piece| matches!(piece, Piece::Html(..)));
    let rich = rows.iter().rev().find(|row| row.has_html() && row.says_something());
    let text = rows.iter().find(plain).filter(|row| rich.is_none_or(|rich| !only_points_at(row, rich)));
    let any = text.or(rich).or_else(|| rows.iter().find(|row| row.says_something())).or_else(|| rows.first());
    let sent = rich.or_else(|| rows.iter().rev().find(|row| row.has_html())).or(any);
    Row {
        text: any.map(|row| row.text.clone()).unwrap_or_default(),
        sent: sent.map(|row| row.sent.clone()).unwrap_or_default(),
    }
}

/// Whether the plain form only says that the HTML one is to be read.
fn only_points_at(plain: &Row, rich: &Row) -> bool {
    let join = |row: &Row| row.text.iter().map(Piece::text).collect::<Vec<_>>().join(" ");
    let (plain, rich) = (join(plain), join(rich));
    plain.chars().count() < 300
        && plain.to_lowercase().contains("html")
        && !rich.to_lowercase().contains("html")
}

/// The boundary of a multipart that names none, or another one: the first line that begins a part.
fn guessed_boundary(body: &[u8]) -> Option<String> {
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

/// A file's name that is only a name.
fn file_name(given: &str, media_type: &str) -> String {
    let last = given.rsplit(['/', '\\']).next().unwrap_or_default();
    let clean: String = last
        .chars()
        .filter(|c| {
            !c.is_control() && !address::turns(*c) && !address::is_invisible(*c) && !"<>:\"|?*".contains(*c)
        })
        .collect();
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
        "image/webp" => "image.webp".into(),
        "application/pkcs7-mime" => "smime.p7m".into(),
        "application/pgp-encrypted" => "message.asc".into(),
        kind if kind.starts_with("text/") => "text.txt".into(),
        _ => "attachment".into(),
    }
}
