//! The gateway's own addresses, all under `/.pforte/`.
//!
//! Product scripts share the visit's origin, so there is nothing here but the opening link, the
//! status, *End* and the files of bar and pages.

use http::{Method, Request, Response, StatusCode, header::ORIGIN};
use hyper::body::Incoming;

use crate::{
    body::OutBody,
    gateway::{Inner, Scene},
    pages::{self, Own},
    permit::Permit,
};

/// Answers a request below `/.pforte/`.
pub(crate) async fn answer<P: Permit>(
    gateway: &Inner<P>,
    scene: &Scene,
    request: &Request<Incoming>,
) -> Response<OutBody> {
    let path = request.uri().path().strip_prefix("/.pforte/").unwrap_or_default();
    let read = matches!(*request.method(), Method::GET | Method::HEAD);
    match path {
        "open" if read => open(gateway, scene, request).await,
        "status" if read => status(gateway, scene).await,
        "end" if request.method() == Method::POST => end(gateway, scene, request).await,
        "page.css" if read => pages::file("text/css; charset=utf-8", pages::PAGE_CSS),
        "bar.css" if read => pages::file("text/css; charset=utf-8", pages::BAR_CSS),
        "bar.js" if read => pages::file("text/javascript; charset=utf-8", pages::BAR_JS),
        _ => pages::own(scene.reader, Own::NotFound),
    }
}

/// Exchanges the one-time link for the cookie. Whoever only looks ahead (HEAD, prefetch, preview)
/// does not spend it.
async fn open<P: Permit>(
    gateway: &Inner<P>,
    scene: &Scene,
    request: &Request<Incoming>,
) -> Response<OutBody> {
    let ahead = ["sec-purpose", "purpose", "x-moz", "x-purpose"].iter().any(|name| {
        let value = request.headers().get(*name).and_then(|v| v.to_str().ok()).unwrap_or_default();
        value.contains("prefetch") || value.contains("prerender") || value.contains("preview")
    });
    if ahead || request.method() == Method::HEAD {
        return pages::own(scene.reader, Own::Preview);
    }
    let query = request.uri().query().unwrap_or_default();
    let mut tokens = query.split('&').filter_map(|pair| pair.strip_prefix("t="));
    let (Some(token), None) = (tokens.next(), tokens.next()) else {
        return pages::own(scene.reader, Own::NotFound);
    };
    match gateway.permit.enter(&scene.label, token).await {
        Ok(entered) => pages::opened(&entered.cookie),
        Err(shut) => pages::shut(scene, &shut),
    }
}

async fn status<P: Permit>(gateway: &Inner<P>, scene: &Scene) -> Response<OutBody> {
    match gateway.permit.status(&scene.label, scene.cookie.as_deref()).await {
        Ok(status) => {
            let body = serde_json::json!({
                "minutes_left": status.minutes_left,
                "ends_at": status.ends_at,
            });
            pages::json(StatusCode::OK, "application/json", body.to_string())
        }
        Err(shut) => pages::shut(scene, &shut),
    }
}

async fn end<P: Permit>(gateway: &Inner<P>, scene: &Scene, request: &Request<Incoming>) -> Response<OutBody> {
    let origin = request.headers().get(ORIGIN).map(http::HeaderValue::as_bytes);
    if origin != Some(scene.origin.as_bytes()) {
        return pages::own(scene.reader, Own::Foreign);
    }
    match gateway.permit.end(&scene.label, scene.cookie.as_deref()).await {
        Ok(ended) => pages::ended(scene.reader, &ended),
        Err(shut) => pages::shut(scene, &shut),
    }
}
