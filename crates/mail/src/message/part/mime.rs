//! What a part says of itself, and what it is called.

use super::{Head, MAX_BOUNDARY_BYTES, MAX_NAME_CHARS, MAX_PARAMETER_BYTES, Parameters, address, cut};

/// What the head of a part says of its body.
#[derive(Clone)]
pub(super) struct Mime {
    pub(super) kind: String,
    pub(super) subtype: String,
    pub(super) boundary: Option<String>,
    pub(super) charset: Option<String>,
    pub(super) report: Option<String>,
    /// `smime-type`
    pub(super) smime: Option<String>,
    pub(super) name: Option<String>,
    pub(super) is_attachment: bool,
    pub(super) encoding: String,
    pub(super) content_id: Option<String>,
}

impl Mime {
    pub(super) fn of(head: &Head<'_>) -> Self {
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

    pub(super) fn is(&self, kind: &str, subtype: &str) -> bool {
        self.kind == kind && self.subtype == subtype
    }

    pub(super) fn media_type(&self) -> String {
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
    pub(super) fn is_words(&self) -> bool {
        self.kind == "text"
            && matches!(self.subtype.as_str(), "plain" | "html" | "" | "markdown" | "enriched" | "richtext")
    }
}

/// A type that can be read, whatever was written: what makes no sense is text, as RFC 2045 §5.2 has it.
pub(super) fn kind(value: &str) -> (String, String) {
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

pub(super) fn parameter_line<'a>(head: &Head<'a>, name: &'static str) -> &'a [u8] {
    let value = head.first(name).map_or(&[][..], |field| field.value);
    cut(value, MAX_PARAMETER_BYTES)
}

/// A file's name that is only a name.
pub(super) fn file_name(given: &str, media_type: &str) -> String {
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
