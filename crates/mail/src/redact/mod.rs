//! Files that carry somebody's session: recordings, commands and logs with cookies and tokens
//! (control 48).
//!
//! What comes out is what staff see; the original stays behind the rule of two people. Recordings
//! (HAR) are written anew from a list of what may stay, so an unknown field cannot leak. Everything
//! else is searched for the usual forms; a search can miss what nobody thought of, which is why it
//! is only used where there is no structure. Packed files (zip, gz) are not looked into.
//!
//! All of it takes one pass or two over the bytes.

mod curl;
mod har;
#[cfg(test)]
mod tests;
mod text;

use std::borrow::Cow;

/// What stands where something was taken out.
pub const MARK: &str = "[removed]";

/// A copy without what was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Redacted {
    pub bytes: Vec<u8>,
    /// What was taken out: `har`, `cookie`, `authorization`, `password`, `token`, `key`, `body`.
    /// Each once, in this order.
    pub found: Vec<&'static str>,
}

/// The kinds of things that are taken out.
const KINDS: [&str; 7] = ["har", "cookie", "authorization", "password", "token", "key", "body"];

/// A copy without secrets, or `None` if the file holds none that we know, or is no text.
pub fn examine(name: &str, media_type: &str, bytes: &[u8]) -> Option<Redacted> {
    let text = as_text(media_type, bytes)?;
    let named_har = name.to_ascii_lowercase().ends_with(".har") || media_type.ends_with("har+json");
    if named_har || har::looks_like(&text) {
        let bytes = har::redacted(&text).unwrap_or_else(|| har::UNREADABLE.as_bytes().to_vec());
        return Some(Redacted { bytes, found: vec!["har"] });
    }
    let mut found = Found::default();
    let without_arguments = curl::redacted(&text, &mut found);
    let clean = text::redacted(&without_arguments, &mut found);
    (!found.0.is_empty()).then(|| Redacted { bytes: clean.into_bytes(), found: found.sorted() })
}

/// Kinds that were found.
#[derive(Default)]
struct Found(Vec<&'static str>);

impl Found {
    fn add(&mut self, kind: &'static str) {
        if !self.0.contains(&kind) {
            self.0.push(kind);
        }
    }

    fn sorted(mut self) -> Vec<&'static str> {
        self.0.sort_by_key(|kind| KINDS.iter().position(|known| known == kind));
        self.0
    }
}

/// The bytes as text, if that is what they are.
fn as_text<'a>(media_type: &str, bytes: &'a [u8]) -> Option<Cow<'a, str>> {
    match bytes {
        [0xff, 0xfe, rest @ ..] => return Some(utf16(rest, u16::from_le_bytes)),
        [0xfe, 0xff, rest @ ..] => return Some(utf16(rest, u16::from_be_bytes)),
        _ => {}
    }
    const OTHER: [&str; 3] = ["image/", "audio/", "video/"];
    // SVG is text, and says so.
    let other = OTHER.iter().any(|kind| media_type.starts_with(kind)) && !media_type.contains("svg");
    const MAGIC: [&[u8]; 4] = [b"%PDF-", b"PK\x03\x04", b"\x1f\x8b", b"\x89PNG"];
    let start = &bytes[..bytes.len().min(8 * 1024)];
    if other || start.contains(&0) || MAGIC.iter().any(|magic| bytes.starts_with(magic)) {
        return None;
    }
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    Some(String::from_utf8_lossy(bytes))
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Cow<'static, str> {
    let units = bytes.chunks_exact(2).map(|pair| unit([pair[0], pair[1]]));
    Cow::Owned(char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect())
}
