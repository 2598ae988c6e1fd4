//! The cookie that carries a sign-in's token: this host only, never to scripts, never across sites.

use axum::http::{HeaderValue, header};

use super::Fresh;
use crate::people::COOKIE;

/// `Set-Cookie` for a fresh sign-in.
pub fn set(fresh: &Fresh) -> (header::HeaderName, HeaderValue) {
    let text = format!("{COOKIE}={}; Path=/; Secure; HttpOnly; SameSite=Strict", fresh.token);
    (header::SET_COOKIE, HeaderValue::from_str(&text).unwrap_or(HeaderValue::from_static("")))
}

/// `Set-Cookie` that takes it back.
pub fn clear() -> (header::HeaderName, HeaderValue) {
    const GONE: HeaderValue =
        HeaderValue::from_static("__Host-pforte=; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=0");
    (header::SET_COOKIE, GONE)
}
