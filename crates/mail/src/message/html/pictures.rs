//! Pictures that stand in the HTML itself (`data:`): they become files like any other, and the HTML names them.

use crate::message::coding;

/// A picture out of the HTML.
pub(in crate::message) struct Picture {
    pub content_id: String,
    pub media_type: String,
    pub bytes: Vec<u8>,
}

const BEGINS: &str = "data:image/";

/// The HTML with `cid:` in place of its `data:` pictures, at most `max` of them; `from` numbers the first one.
pub(in crate::message) fn take_pictures(source: String, from: usize, max: usize) -> (String, Vec<Picture>) {
    let mut pictures = Vec::new();
    let mut out = String::new();
    let (mut copied, mut at) = (0, 0);
    while let Some(begin) = source[at..].find(BEGINS).map(|found| found + at) {
        at = begin + BEGINS.len();
        let end = source[at..].find(['"', '\'', '>', '<', ')']).map_or(source.len(), |n| at + n);
        let Some((kind, data)) = source[at..end].split_once(',') else { continue };
        let name = kind.split(';').next().unwrap_or_default().to_ascii_lowercase();
        let known = matches!(name.as_str(), "png" | "jpeg" | "jpg" | "gif" | "webp" | "bmp" | "svg+xml");
        if !known || pictures.len() >= max {
            continue;
        }
        let data = coding::percent(data.as_bytes());
        let bytes = if kind.contains(";base64") { coding::base64(&data) } else { data };
        if bytes.is_empty() {
            continue;
        }
        let content_id = format!("picture-{}@here", from + pictures.len() + 1);
        out.push_str(&source[copied..begin]);
        out.push_str("cid:");
        out.push_str(&content_id);
        (copied, at) = (end, end);
        pictures.push(Picture { content_id, media_type: format!("image/{name}"), bytes });
    }
    if copied == 0 {
        return (source, pictures);
    }
    out.push_str(&source[copied..]);
    (out, pictures)
}
