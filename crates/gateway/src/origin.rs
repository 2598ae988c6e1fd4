//! Which visit a request is for, and whether the browser sent it on the visit's own behalf.
//!
//! Each visit has an origin of its own; the first label of the host names it. Sibling origins are
//! strangers: their cookies and their requests do not count.

use http::{
    HeaderMap, Method,
    header::{COOKIE, HOST, ORIGIN},
};

use crate::config::GatewayConfig;

/// Our own cookie. The prefix keeps siblings from setting it (RFC 6265bis §4.1.3.2).
pub(crate) const COOKIE_NAME: &str = "__Host-pforte-visit";

/// The label in the request's host, if the host is one of ours.
pub(crate) fn label<'h>(headers: &'h HeaderMap, suffix: &str) -> Option<&'h str> {
    let host = headers.get(HOST)?.to_str().ok()?;
    let at = host.len().checked_sub(suffix.len())?;
    let (front, back) = (host.get(..at)?, host.get(at..)?);
    let label = front.strip_suffix('.')?;
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    let good = !label.is_empty() && label.len() <= 63 && label.bytes().all(plain);
    (good && back.eq_ignore_ascii_case(suffix)).then_some(label)
}

/// The visit's origin as the browser writes it.
pub(crate) fn session_origin(config: &GatewayConfig, label: &str) -> String {
    format!("{}://{label}.{}", config.scheme.name(), config.suffix)
}

/// The value of our own cookie, if there is exactly one.
pub(crate) fn own_cookie(headers: &HeaderMap) -> Option<&str> {
    let mut found = cookies(headers).filter(|(name, _)| *name == COOKIE_NAME);
    match (found.next(), found.next()) {
        (Some((_, value)), None) if !value.is_empty() => Some(value),
        _ => None,
    }
}

/// Every cookie the browser sent, as name and value.
pub(crate) fn cookies(headers: &HeaderMap) -> impl Iterator<Item = (&str, &str)> {
    headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
}

/// Whether some other page made the browser send this. Only a plain navigation by link may come
/// from elsewhere.
pub(crate) fn is_foreign(headers: &HeaderMap, method: &Method, own: &str, websocket: bool) -> bool {
    if let Some(origin) = headers.get(ORIGIN) {
        return origin.as_bytes() != own.as_bytes();
    }
    if websocket {
        // A browser always names its origin here; anything else has our cookie by other means.
        return headers.contains_key("sec-fetch-site");
    }
    let value = |name| headers.get(name).and_then(|v| v.to_str().ok());
    match value("sec-fetch-site") {
        Some("cross-site" | "same-site") => {
            value("sec-fetch-mode") != Some("navigate") || !matches!(*method, Method::GET | Method::HEAD)
        }
        _ => false,
    }
}
