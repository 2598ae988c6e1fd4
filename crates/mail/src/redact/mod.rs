//! Files and words that carry somebody's session: recordings, commands and logs with cookies and tokens
//! (control 48). [`examine`] is for files, [`words`] for what somebody typed or wrote in a mail.
//!
//! What comes out is what staff see; the original stays behind the rule of two people. Recordings
//! (HAR) are written anew from a list of what may stay, so an unknown field cannot leak. Everything
//! else is searched for the usual forms; a search can miss what nobody thought of, which is why it
//! is only used where there is no structure. Mails in mails are read; packed files (zip, gz) are not.
//!
//! All of it takes one pass or two over the bytes.

mod curl;
mod har;
mod jar;
mod json;
mod letter;
mod names;
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
    let mut found = Found::default();
    let bytes = examine_at(name, media_type, bytes, 0, &mut found)?;
    Some(Redacted { bytes, found: found.sorted() })
}

/// What somebody wrote, without secrets; `None` if it holds none that we know.
pub fn words(text: &str) -> Option<(String, Vec<&'static str>)> {
    let mut found = Found::default();
    let clean = search(&without_cut_recording(text, &mut found), &mut found);
    (!found.0.is_empty()).then(|| (clean, found.sorted()))
}

fn examine_at(
    name: &str,
    media_type: &str,
    bytes: &[u8],
    depth: usize,
    found: &mut Found,
) -> Option<Vec<u8>> {
    if letter::looks_like(name, media_type, bytes) {
        return letter::redacted(bytes, depth, found);
    }
    let text = as_text(media_type, bytes)?;
    let named_har = name.to_ascii_lowercase().ends_with(".har") || media_type.ends_with("har+json");
    if named_har || har::looks_like(&text) {
        found.add("har");
        return Some(har::redacted(&text).unwrap_or_else(|| har::UNREADABLE.as_bytes().to_vec()));
    }
    let mut here = Found::default();
    let clean = search(&text, &mut here);
    if here.0.is_empty() {
        return None;
    }
    here.0.into_iter().for_each(|kind| found.add(kind));
    Some(clean.into_bytes())
}

fn search(text: &str, found: &mut Found) -> String {
    let without_jars = jar::redacted(text, found);
    let without_json = json::redacted(&without_jars, found);
    let without_arguments = curl::redacted(&without_json, found);
    text::redacted(&without_arguments, found)
}

/// A recording between words that cannot be read as one, e.g. since its end is missing, goes as a whole.
fn without_cut_recording<'a>(text: &'a str, found: &mut Found) -> Cow<'a, str> {
    let begin = text.find('{').filter(|begin| har::looks_like(&text[*begin..]));
    let Some(begin) = begin else { return Cow::Borrowed(text) };
    let whole = serde_json::Deserializer::from_str(&text[begin..]).into_iter::<serde_json::Value>().next();
    if matches!(whole, Some(Ok(_))) {
        return Cow::Borrowed(text);
    }
    let end = text.rfind(['}', ']', '"']).map_or(text.len(), |end| end + 1);
    found.add("har");
    Cow::Owned(format!("{}{}{}", &text[..begin], har::UNREADABLE, &text[end.max(begin)..]))
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
