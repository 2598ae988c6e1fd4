//! The web pages, embedded in the binary, and the headers that keep them to themselves.

use axum::{
    body::Body,
    extract::State,
    http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Response, StatusCode, header},
};
use data_encoding::BASE64URL_NOPAD;
use pforte_server::Shared;
use rust_embed::{Embed, EmbeddedFile};

/// What Vite built.
#[derive(Embed)]
#[folder = "../../web/dist"]
struct Files;

/// Answers a page, a script, a style or a font; every other path below a page's is the application.
pub async fn page(State(app): State<Shared>, request: Request<Body>) -> Response<Body> {
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return text(StatusCode::METHOD_NOT_ALLOWED, "Only GET.");
    }
    let path = request.uri().path().trim_start_matches('/');
    match Files::get(path).filter(|_| path != "index.html") {
        Some(file) => asset(path, request.headers(), file),
        None if path.starts_with("assets/") => text(StatusCode::NOT_FOUND, "Not found."),
        None => index(&app),
    }
}

/// What the pages may load: their own files, and nothing else.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
                      font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; \
                      frame-ancestors 'none'";

fn index(app: &Shared) -> Response<Body> {
    let Some(file) = Files::get("index.html") else {
        return text(
            StatusCode::NOT_FOUND,
            "The pages are not built into this binary: run `make web` first, then build it again.",
        );
    };
    let mut response = Response::new(Body::from(file.data.into_owned()));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    if app.settings.public_origin.starts_with("https:") {
        let year = HeaderValue::from_static("max-age=31536000");
        headers.insert(header::STRICT_TRANSPORT_SECURITY, year);
    }
    harden(headers);
    response
}

fn asset(path: &str, asked: &HeaderMap, file: EmbeddedFile) -> Response<Body> {
    let tag = format!("\"{}\"", BASE64URL_NOPAD.encode(&file.metadata.sha256_hash()[..16]));
    let known = asked.get(header::IF_NONE_MATCH).is_some_and(|t| t.as_bytes() == tag.as_bytes());
    let kind = file.metadata.mimetype().to_owned();
    let mut response = if known {
        let mut response = Response::new(Body::empty());
        *response.status_mut() = StatusCode::NOT_MODIFIED;
        response
    } else {
        Response::new(Body::from(file.data.into_owned()))
    };
    let headers = response.headers_mut();
    // Built files below assets/ carry a hash in their name and never change.
    let keep = if path.starts_with("assets/") { "public, max-age=31536000, immutable" } else { "no-cache" };
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(keep));
    for (name, value) in [(header::CONTENT_TYPE, kind), (header::ETAG, tag)] {
        if let Ok(value) = HeaderValue::from_str(&value) {
            headers.insert(name, value);
        }
    }
    harden(headers);
    response
}

fn harden(headers: &mut HeaderMap) {
    let fixed: [(HeaderName, &str); 4] = [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "same-origin"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (
            HeaderName::from_static("permissions-policy"),
            "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
        ),
    ];
    for (name, value) in fixed {
        headers.insert(name, HeaderValue::from_static(value));
    }
}

fn text(status: StatusCode, words: &'static str) -> Response<Body> {
    let mut response = Response::new(Body::from(words));
    *response.status_mut() = status;
    let kind = HeaderValue::from_static("text/plain; charset=utf-8");
    response.headers_mut().insert(header::CONTENT_TYPE, kind);
    harden(response.headers_mut());
    response
}
