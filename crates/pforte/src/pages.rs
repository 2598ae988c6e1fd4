//! The web pages, embedded in the binary, and the headers that keep them to themselves.

use axum::{
    body::Body,
    extract::State,
    http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Response, StatusCode, header},
};
use data_encoding::BASE64URL_NOPAD;
use pforte_server::{Shared, cx::encoding::accepts};
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
    // The packed twins and the pages themselves are reached by what they are, never by their own names.
    let hidden = path.ends_with(".html") || CODINGS.iter().any(|coding| path.ends_with(coding.ending));
    match Files::get(path).filter(|_| !hidden) {
        Some(file) => asset(path, request.headers(), file),
        None if path.starts_with("assets/") => text(StatusCode::NOT_FOUND, "Not found."),
        None => index(&app, path, request.headers()),
    }
}

/// A way in which the build packed each file that gains by it, best first.
struct Coding {
    name: &'static str,
    ending: &'static str,
}

const CODINGS: [Coding; 2] = [Coding { name: "br", ending: ".br" }, Coding { name: "gzip", ending: ".gz" }];

/// The file's packed twin that the client takes, if it has one.
fn twin(path: &str, asked: &HeaderMap) -> Option<(&'static str, EmbeddedFile)> {
    let taken = CODINGS.iter().filter(|coding| accepts(asked, coding.name));
    taken.filter_map(|c| Some((c.name, Files::get(&format!("{path}{}", c.ending))?))).next()
}

/// Says in which coding the bytes are, and that others get others.
fn encoded(headers: &mut HeaderMap, coding: Option<&'static str>) {
    headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    if let Some(coding) = coding {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(coding));
    }
}

/// What the pages may load: their own files, and nothing else.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
                      font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; \
                      frame-ancestors 'none'";

/// The page: the same application for everybody, but each side's names what its first screen needs.
fn index(app: &Shared, path: &str, asked: &HeaderMap) -> Response<Body> {
    let desk = path == "desk" || path.starts_with("desk/");
    let name = if desk { "desk.html" } else { "index.html" };
    let Some(plain) = Files::get(name) else {
        return text(
            StatusCode::NOT_FOUND,
            "The pages are not built into this binary: run `make web` first, then build it again.",
        );
    };
    let (coding, file) = match twin(name, asked) {
        Some((coding, file)) => (Some(coding), file),
        None => (None, plain),
    };
    let mut response = Response::new(Body::from(file.data));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    encoded(headers, coding);
    if app.settings.public_origin.starts_with("https:") {
        let year = HeaderValue::from_static("max-age=31536000");
        headers.insert(header::STRICT_TRANSPORT_SECURITY, year);
    }
    harden(headers);
    response
}

fn asset(path: &str, asked: &HeaderMap, plain: EmbeddedFile) -> Response<Body> {
    let kind = plain.metadata.mimetype().to_owned();
    let twin = twin(path, asked);
    let coding = twin.as_ref().map(|(coding, _)| *coding);
    let file = twin.map_or(plain, |(_, file)| file);
    // Made from the bytes as they are sent, so each coding has its own.
    let tag = format!("\"{}\"", BASE64URL_NOPAD.encode(&file.metadata.sha256_hash()[..16]));
    let mut response = if is_known(asked, &tag) {
        let mut response = Response::new(Body::empty());
        *response.status_mut() = StatusCode::NOT_MODIFIED;
        response
    } else {
        Response::new(Body::from(file.data))
    };
    let headers = response.headers_mut();
    // Built files below assets/ carry a hash in their name and never change.
    let keep = if path.starts_with("assets/") { "public, max-age=31536000, immutable" } else { "no-cache" };
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(keep));
    encoded(headers, coding);
    for (name, value) in [(header::CONTENT_TYPE, kind), (header::ETAG, tag)] {
        if let Ok(value) = HeaderValue::from_str(&value) {
            headers.insert(name, value);
        }
    }
    harden(headers);
    response
}

/// Whether the client has these very bytes (RFC 9110 §13.1.2).
fn is_known(asked: &HeaderMap, tag: &str) -> bool {
    let fields = asked.get_all(header::IF_NONE_MATCH).iter().filter_map(|field| field.to_str().ok());
    let mut tags = fields.flat_map(|field| field.split(',')).map(str::trim);
    tags.any(|known| known.trim_start_matches("W/") == tag)
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
