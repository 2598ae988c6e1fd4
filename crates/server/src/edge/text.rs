//! Text that cannot be kept: U+0000, which PostgreSQL does not store, is left out here, for all use cases at once. Nobody
//! typed it, and what was typed beside it must not be lost.
//!
//! Halves of characters (lone surrogates) and bytes that are no UTF-8 are refused by the JSON parser.

use axum::http::{Uri, uri::PathAndQuery};
use bytes::Bytes;

const ESCAPE: &[u8] = b"\\u0000";

/// A JSON body without U+0000 in its strings and names. A backslash stands nowhere else.
pub(super) fn kept(body: Bytes) -> Bytes {
    let Some(first) = escape(&body) else { return body };
    let mut out = Vec::with_capacity(body.len());
    let (mut at, mut next) = (0, Some(first));
    while let Some(found) = next {
        out.extend_from_slice(&body[at..at + found]);
        at += found + ESCAPE.len();
        next = escape(&body[at..]);
    }
    out.extend_from_slice(&body[at..]);
    Bytes::from(out)
}

/// Where U+0000 stands next. An escaped backslash is no beginning of an escape.
fn escape(text: &[u8]) -> Option<usize> {
    let mut at = 0;
    while at < text.len() {
        match text[at] {
            b'\\' if text[at..].starts_with(ESCAPE) => return Some(at),
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
    None
}

/// An address without U+0000 in its query. In a path stand ids, which the use cases read strictly.
pub(super) fn kept_target(uri: &Uri) -> Option<Uri> {
    let query = uri.query().filter(|query| query.contains("%00"))?;
    let mut query = query.to_owned();
    // What is left may join to another one.
    while query.contains("%00") {
        query = query.replace("%00", "");
    }
    let mut parts = uri.clone().into_parts();
    parts.path_and_query = Some(PathAndQuery::try_from(format!("{}?{query}", uri.path())).ok()?);
    Uri::from_parts(parts).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_character_itself_is_left_out() {
        for (body, kept_body) in [
            (r#"{"a":"x\u0000y"}"#, r#"{"a":"xy"}"#),
            (r#"{"\u0000a":1}"#, r#"{"a":1}"#),
            (r#"["\\\u0000\u0000","\u0000"]"#, r#"["\\",""]"#),
            (r#"{"a":"\\u0000"}"#, r#"{"a":"\\u0000"}"#),
            (r#"{"a":"\u0001 u0000 \n\\"}"#, r#"{"a":"\u0001 u0000 \n\\"}"#),
            ("", ""),
            ("\\", "\\"),
        ] {
            assert_eq!(kept(Bytes::from_static(body.as_bytes())), kept_body.as_bytes(), "{body}");
        }
    }

    #[test]
    fn queries_are_kept_without_it() {
        for (target, clean) in [
            ("/a?q=x%00y&b=%2500", Some("/a?q=xy&b=%2500")),
            ("/a?q=%0%0000", Some("/a?q=0")),
            ("/a?q=0", None),
            ("/a%00", None),
        ] {
            let uri: Uri = target.parse().expect("an address");
            assert_eq!(kept_target(&uri).map(|uri| uri.to_string()), clean.map(str::to_owned), "{target}");
        }
    }
}
