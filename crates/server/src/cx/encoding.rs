//! What a client can unpack, and answers of the API packed for it.
//!
//! Must never pack an answer with a secret beside words that somebody else chose: its length would tell the
//! secret, guess by guess. So only the addresses of `PACKED` are; see decision 0031.

use std::io::Write;

use axum::{
    body::{Body, Bytes, HttpBody as _, to_bytes},
    extract::Request,
    http::{HeaderMap, HeaderValue, Method, Response, header},
    middleware::Next,
};
use flate2::{Compression, write::GzEncoder};

/// Whether the client takes this coding (RFC 9110 §12.5.3): named, or covered by `*`, and not with `q=0`.
pub fn accepts(headers: &HeaderMap, coding: &str) -> bool {
    let fields = headers.get_all(header::ACCEPT_ENCODING).iter().filter_map(|field| field.to_str().ok());
    let mut any = None;
    for part in fields.flat_map(|field| field.split(',')) {
        let mut words = part.split(';').map(str::trim);
        let name = words.next().unwrap_or_default();
        let wanted = words.all(|word| !is_zero(word));
        if name.eq_ignore_ascii_case(coding) {
            return wanted;
        }
        if name == "*" {
            any = Some(wanted);
        }
    }
    any.unwrap_or(false)
}

/// `q=0`, however many zeros follow.
fn is_zero(word: &str) -> bool {
    let quality = word.strip_prefix("q=").or_else(|| word.strip_prefix("Q="));
    quality.is_some_and(|quality| quality.trim().parse::<f32>().is_ok_and(|share| share <= 0.0))
}

/// Addresses whose answers are long and hold neither PIN, code, token nor the two words of a visit. `*` is one
/// part of the path.
const PACKED: [&[&str]; 12] = [
    &["tickets"],
    &["tickets", "counts"],
    &["tickets", "*"],
    &["ticket-views"],
    &["search"],
    &["customers"],
    &["callers"],
    &["alarms"],
    &["staff"],
    &["staff", "colleagues"],
    &["visits", "*", "requests"],
    &["openapi.json"],
];

/// Below this an answer fits into one packet anyway.
const WORTH_BYTES: usize = 1024;

/// Longer ones than any page of ours are left as they are.
const LONGEST_BYTES: usize = 2 * 1024 * 1024;

/// Packs long answers of `PACKED` addresses for whoever takes gzip.
pub async fn packed(request: Request, next: Next) -> Response<Body> {
    let path = request.uri().path().trim_start_matches("/api/v1");
    let named = *request.method() == Method::GET && is_packed(path);
    let gzip = named && accepts(request.headers(), "gzip");
    let mut response = next.run(request).await;
    if !named || !response.status().is_success() {
        return response;
    }
    response.headers_mut().insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    let length = response.body().size_hint().exact();
    let worth = length.is_some_and(|length| (WORTH_BYTES as u64..=LONGEST_BYTES as u64).contains(&length));
    if !gzip || !worth || response.headers().contains_key(header::CONTENT_ENCODING) {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    let Ok(plain) = to_bytes(body, LONGEST_BYTES).await else {
        return Response::from_parts(parts, Body::empty());
    };
    let Some(short) = gzipped(&plain) else { return Response::from_parts(parts, Body::from(plain)) };
    parts.headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    parts.headers.remove(header::CONTENT_LENGTH);
    Response::from_parts(parts, Body::from(short))
}

fn is_packed(path: &str) -> bool {
    let parts: Vec<&str> = path.trim_matches('/').split('/').collect();
    PACKED.iter().any(|known| {
        known.len() == parts.len()
            && known.iter().zip(&parts).all(|(known, part)| *known == "*" || known == part)
    })
}

fn gzipped(plain: &Bytes) -> Option<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::with_capacity(plain.len() / 3), Compression::fast());
    encoder.write_all(plain).ok()?;
    encoder.finish().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(field: &str) -> HeaderMap {
        HeaderMap::from_iter([(header::ACCEPT_ENCODING, HeaderValue::from_str(field).unwrap())])
    }

    #[test]
    fn a_coding_is_taken_when_named_and_not_refused() {
        assert!(accepts(&asked("gzip, deflate, br"), "br"));
        assert!(accepts(&asked("GZIP;q=0.5"), "gzip"));
        assert!(accepts(&asked("*"), "br"));
        assert!(!accepts(&asked("gzip, br;q=0"), "br"));
        assert!(!accepts(&asked("br; q=0.000, *"), "br"));
        assert!(!accepts(&asked("identity"), "gzip"));
        assert!(!accepts(&asked("*;q=0"), "gzip"));
        assert!(!accepts(&HeaderMap::new(), "gzip"));
    }

    #[test]
    fn nothing_with_a_secret_is_packed() {
        for path in [
            "/pin",
            "/me",
            "/sign-in",
            "/door",
            "/grounds",
            "/events",
            "/customers/1",
            "/grounds/1",
            "/quarantine",
        ] {
            assert!(!is_packed(path), "{path}");
        }
        assert!(is_packed("/tickets"));
        assert!(is_packed("/visits/1/requests"));
    }
}
