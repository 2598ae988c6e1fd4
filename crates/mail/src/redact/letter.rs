//! A mail inside a mail: what it says and what its files hold, without secrets. Files are looked into only as
//! they are decoded, so an encoding hides nothing.

use std::fmt::Write as _;

use super::{Found, examine_at};
use crate::message;

/// Mails in mails are read so deep.
const MAX_DEPTH: usize = 4;

/// Whether a file is a mail, by its type, its name or its look.
pub(super) fn looks_like(name: &str, media_type: &str, bytes: &[u8]) -> bool {
    let lower = name.to_ascii_lowercase();
    if media_type.starts_with("message/")
        || [".eml", ".mht", ".mhtml", ".mbox"].iter().any(|end| lower.ends_with(end))
    {
        return true;
    }
    let start = String::from_utf8_lossy(&bytes[..bytes.len().min(16 * 1024)]);
    let has = |field: &str| {
        start.lines().take(200).any(|line| {
            line.len() > field.len()
                && line[..].get(..field.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(field))
        })
    };
    has("content-type:")
        && (has("mime-version:") || has("content-transfer-encoding:"))
        && (has("from:") || has("received:"))
}

/// The copy without secrets, or `None` if the mail holds none that we know.
pub(super) fn redacted(bytes: &[u8], depth: usize, found: &mut Found) -> Option<Vec<u8>> {
    if depth >= MAX_DEPTH {
        found.add("body");
        return Some(b"This mail is nested too deeply, so nothing of it is shown.\n".to_vec());
    }
    let mail = message::read(bytes);
    let mut shown = String::new();
    let from = mail.from.one().map(|from| format!("{} <{}>", from.name, from.address)).unwrap_or_default();
    let head = format!("From: {from}\nSubject: {}\n\n", mail.subject);
    let mut dirty = Found::default();
    let html = mail.html.as_deref().map(|html| format!("{html}\n{}", message::html::text(html)));
    if let Some(html) = html {
        // What the HTML alone says is not shown; it counts.
        drop(examine_at("mail.txt", "text/plain", html.as_bytes(), depth + 1, &mut dirty));
    }
    let quoted = mail.text.quoted.unwrap_or_default();
    for text in [head, mail.text.own, quoted] {
        let clean = examine_at("mail.txt", "text/plain", text.as_bytes(), depth + 1, &mut dirty);
        shown.push_str(&clean.map_or(text, |bytes| String::from_utf8_lossy(&bytes).into_owned()));
        shown.push('\n');
    }
    for file in &mail.attachments {
        let clean = examine_at(&file.name, &file.media_type, &file.bytes, depth + 1, &mut dirty);
        let _ = writeln!(shown, "\n--- {} ({}, {} bytes) ---", file.name, file.media_type, file.bytes.len());
        if let Some(bytes) = clean {
            shown.push_str(&String::from_utf8_lossy(&bytes));
            shown.push('\n');
        }
    }
    if dirty.0.is_empty() {
        return None;
    }
    dirty.0.into_iter().for_each(|kind| found.add(kind));
    Some(shown.into_bytes())
}
