//! Where a request comes from that nobody has signed in for yet.

use axum::{
    extract::FromRequestParts,
    http::{HeaderName, header, request::Parts},
};

use crate::cx::{Problem, Shared};

/// Where a request comes from: throttled by address before anything is looked at.
pub struct Origin {
    pub(crate) browser: String,
}

impl Origin {
    /// What the browser says it is.
    pub(crate) fn browser(&self) -> &str {
        &self.browser
    }
}

impl FromRequestParts<Shared> for Origin {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &Shared) -> Result<Self, Problem> {
        let text = |name: HeaderName| parts.headers.get(name).and_then(|v| v.to_str().ok());
        app.throttle.check(app.client_address(parts))?;
        Ok(Self { browser: text(header::USER_AGENT).unwrap_or_default().to_owned() })
    }
}
