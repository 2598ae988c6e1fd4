//! What stands before every use case: everybody's share of what all have in common, and text without what cannot be kept.
//!
//! Whatever ends access is always let through, and reads on a connection that is kept free for it.

mod text;

use std::time::Duration;

use axum::{
    body::{Body, HttpBody},
    extract::{Request, State},
    http::{HeaderMap, Method, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use http_body_util::BodyExt;
use pforte_core::ticket::TEXT_BODY_BYTES;
use pforte_gateway::{listen::TooSlow, peer::household};

use crate::{
    cx::{Crowded, Problem, Share, Shared, sources::hash_token},
    people::token,
};

/// Endings take no body worth the name; one that is slow is not waited for.
const ENDING_BODY: Duration = Duration::from_secs(5);

/// Lets a request through within its shares, with a body that is there and text without what cannot be kept.
pub(crate) async fn admit(State(app): State<Shared>, limit: usize, request: Request, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    let ends = always(&parts.method, parts.uri.path());
    let signed_in = token(&parts).is_some();
    let limit =
        if signed_in && takes_long_texts(&parts.method, parts.uri.path()) { TEXT_BODY_BYTES } else { limit };
    let under_way = if ends {
        None
    } else {
        let home = household(app.client_address(&parts));
        let sign_in = token(&parts).map(hash_token);
        match app.shares.begin(home, sign_in) {
            Ok(under_way) => Some(under_way),
            Err(Crowded) => return crowded().into_response(),
        }
    };
    let body = match received(&parts.headers, body, limit, under_way.as_ref()).await {
        Ok(body) => body,
        Err(problem) => return problem.into_response(),
    };
    if let Some(uri) = text::kept_target(&parts.uri) {
        parts.uri = uri;
    }
    let request = Request::from_parts(parts, body);
    if ends {
        return pforte_store::urgently(next.run(request)).await;
    }
    let response = next.run(request).await;
    drop(under_way);
    response
}

/// What ends access or a sign-in: never counted, never refused for others' sake.
fn always(method: &Method, path: &str) -> bool {
    if *method != Method::POST {
        return false;
    }
    let path = path.strip_prefix("/api/v1").unwrap_or(path);
    let mut segments = path.split('/').skip(1);
    matches!(
        (segments.next(), segments.next(), segments.next(), segments.next()),
        (Some("grounds" | "visits"), Some(_), Some("end"), None)
            | (Some("tickets"), Some(_), Some("close" | "release"), None)
            | (Some("kill-switch" | "sign-out"), None, None, None)
            | (Some("sign-out"), Some("everywhere"), None, None)
    ) || (path.starts_with("/customers/") && path.ends_with("/pin/deactivate"))
}

/// Where people write texts of [`pforte_core::ticket::TEXT_CHARS`].
fn takes_long_texts(method: &Method, path: &str) -> bool {
    let path = path.strip_prefix("/api/v1").unwrap_or(path);
    let mut segments = path.split('/').skip(1);
    *method == Method::POST
        && matches!(
            (segments.next(), segments.next(), segments.next(), segments.next()),
            (Some("tickets" | "calls"), None, None, None)
                | (Some("tickets"), Some(_), Some("messages" | "follow-up"), None)
        )
}

/// The body, whole and looked at if it is JSON; files are taken piece by piece by their use case.
async fn received(
    headers: &HeaderMap,
    body: Body,
    limit: usize,
    under_way: Option<&Share>,
) -> Result<Body, Problem> {
    if body.is_end_stream() || !is_json(headers) {
        return Ok(body);
    }
    let whole = collect(body, limit);
    let bytes = match under_way {
        Some(under_way) => tokio::select! {
            whole = whole => whole?,
            // Somebody else of the same house has something to say, and we wait here for nothing.
            () = under_way.overtaken() => return Err(slow()),
        },
        None => tokio::time::timeout(ENDING_BODY, whole).await.map_err(|_| slow())??,
    };
    if let Some(under_way) = under_way {
        under_way.received();
    }
    Ok(Body::from(text::kept(bytes)))
}

fn is_json(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    kind == "application/json" || (kind.starts_with("application/") && kind.ends_with("+json"))
}

async fn collect(body: Body, limit: usize) -> Result<Bytes, Problem> {
    match http_body_util::Limited::new(body, limit).collect().await {
        Ok(whole) => Ok(whole.to_bytes()),
        Err(error) if error.is::<http_body_util::LengthLimitError>() => Err(Problem::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "body.too_large",
            "The body is too large",
            "Send less at once.",
        )),
        Err(error) if is_too_slow(&*error) => Err(slow()),
        Err(_) => Err(Problem::new(
            StatusCode::BAD_REQUEST,
            "request.invalid",
            "The request cannot be read",
            "Its body broke off.",
        )),
    }
}

fn is_too_slow(error: &(dyn std::error::Error + 'static)) -> bool {
    let mut cause = Some(error);
    while let Some(error) = cause {
        if error.is::<TooSlow>() {
            return true;
        }
        cause = error.source();
    }
    false
}

fn slow() -> Problem {
    Problem::new(
        StatusCode::REQUEST_TIMEOUT,
        "body.too_slow",
        "The request did not arrive in time",
        "Check your connection and try again.",
    )
}

fn crowded() -> Problem {
    Problem::new(
        StatusCode::TOO_MANY_REQUESTS,
        "request.too_many",
        "Too many requests at a time",
        "Wait until the ones before are answered.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endings_are_known_by_their_address() {
        for path in [
            "/grounds/1/end",
            "/visits/1/end",
            "/tickets/1/close",
            "/tickets/1/release",
            "/kill-switch",
            "/sign-out",
            "/sign-out/everywhere",
            "/customers/1/contacts/2/pin/deactivate",
            "/api/v1/grounds/1/end",
        ] {
            assert!(always(&Method::POST, path), "{path}");
            assert!(!always(&Method::GET, path), "{path}");
        }
        for path in ["/visits", "/pin/redeem", "/sign-in/staff", "/tickets/1/messages", "/grounds/1/end/2"] {
            assert!(!always(&Method::POST, path), "{path}");
        }
    }
}
