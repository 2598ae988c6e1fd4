//! Error bodies (RFC 9457) with stable codes. Built at the edge; the text never holds a secret.

use std::collections::BTreeMap;

use axum::{
    body::Body,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use pforte_store::StoreError;
use serde::Serialize;
use utoipa::ToSchema;

/// What went wrong and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Problem {
    /// An address that names the kind of problem.
    #[serde(rename = "type")]
    pub kind: String,
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// Stable; programs and translations go by it.
    pub code: String,
    /// What to do, in English.
    pub detail: String,
    /// What is wrong with single fields of the request.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    #[schema(required = false)]
    pub fields: BTreeMap<String, String>,
}

impl Problem {
    pub fn new(status: StatusCode, code: &str, title: &str, detail: impl Into<String>) -> Self {
        Self {
            kind: format!("tag:pforte.example,2026:{code}"),
            title: title.into(),
            status: status.as_u16(),
            code: code.into(),
            detail: detail.into(),
            fields: BTreeMap::new(),
        }
    }

    /// Something in the request is not as it has to be.
    pub fn input(fields: impl IntoIterator<Item = (impl Into<String>, impl Into<String>)>) -> Self {
        let mut problem = Self::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "input.invalid",
            "Some fields need another value",
            "See `fields` for each of them.",
        );
        problem.fields = fields.into_iter().map(|(k, v)| (k.into(), v.into())).collect();
        problem
    }

    /// Nothing here, or nothing that this person may know of.
    pub fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "not_found", "Not found", "There is nothing here for you.")
    }

    /// Signed in, but this is for others.
    pub fn forbidden(code: &str, detail: &str) -> Self {
        Self::new(StatusCode::FORBIDDEN, code, "Not allowed", detail)
    }

    /// The database cannot be written: doors are shut.
    pub fn unwritable() -> Self {
        Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "log.down",
            "The log cannot be written",
            "Nothing is opened until it can. Ending access and signing out still work.",
        )
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Unwritable(_) | StoreError::Sync(_) => {
                tracing::warn!(%error, "not written");
                Self::unwritable()
            }
            StoreError::Busy => Self::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "busy",
                "Too much is waiting",
                "Try again in a moment.",
            ),
            StoreError::Conflict(_) => Self::new(
                StatusCode::CONFLICT,
                "conflict",
                "Already there",
                "Something with the same name or number exists. Choose another one.",
            ),
            StoreError::Inconsistent(_) | StoreError::Driver(_) => {
                tracing::error!(%error, "the store failed");
                Self::new(
                    StatusCode::INTERNAL_SERVER_ERROR,
                    "internal",
                    "Something failed on our side",
                    "Nothing was changed. Try again; if it stays, tell the administrator the time.",
                )
            }
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let body = serde_json::to_vec(&self).unwrap_or_default();
        let mut response = Response::new(Body::from(body));
        *response.status_mut() = status;
        response
            .headers_mut()
            .insert(header::CONTENT_TYPE, header::HeaderValue::from_static("application/problem+json"));
        response
    }
}
