//! The addresses of files.

use axum::{
    Json,
    body::Body,
    extract::{Path, Query, State},
    http::{HeaderMap, header},
    response::Response,
};
use pforte_core::kernel::AttachmentId;
use pforte_store::attachment::AttachmentRecord;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::{
    leave,
    read::{self, Which},
    take, too_large,
    view::{AttachmentView, attachment_view},
};
use crate::{
    cx::{App, Problem, Shared},
    people::{SignedIn, StaffActor, Who, must_serve},
};

/// Whether leaves are shown to them.
fn serves(who: &Who) -> bool {
    matches!(who, Who::Staff(staff) if must_serve(staff).is_ok())
}

async fn view(app: &App, file: &AttachmentRecord, for_staff: bool) -> Result<Json<AttachmentView>, Problem> {
    Ok(Json(attachment_view(app, &mut *app.read().await?, file, for_staff).await?))
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct UploadQuery {
    /// What the file is called.
    name: Option<String>,
}

/// Upload a file
///
/// The body is the file itself, of any type. Nobody else sees it until a message carries it; what is not
/// sent within a day is forgotten.
#[utoipa::path(post, path = "/attachments", tag = "attachments", params(UploadQuery),
    request_body(content = inline(Vec<u8>), content_type = "application/octet-stream"), responses(
    (status = 200, body = AttachmentView), (status = 409, body = Problem), (status = 413, body = Problem),
    (status = 422, body = Problem),
    (status = 429, body = Problem)))]
pub async fn upload(
    State(app): State<Shared>,
    who: SignedIn,
    Query(query): Query<UploadQuery>,
    headers: HeaderMap,
    // Taken piece by piece and counted there: the limit of all other bodies does not apply.
    body: Body,
) -> Result<Json<AttachmentView>, Problem> {
    let header = |name| headers.get(name).and_then(|v| v.to_str().ok());
    let length = header(header::CONTENT_LENGTH).and_then(|v| v.parse::<usize>().ok());
    if length.is_some_and(|length| length > app.settings.attachments.max_bytes) {
        return Err(too_large());
    }
    let declared = header(header::CONTENT_TYPE).unwrap_or_default();
    let name = query.name.unwrap_or_default();
    let file = take::upload(&app, &who, (&name, declared), body).await?;
    view(&app, &file, serves(&who.who)).await
}

/// A file's bytes
///
/// Of a file with live secrets, the copy without them. Each reading is in the log.
#[utoipa::path(get, path = "/attachments/{id}", tag = "attachments", params(("id" = Uuid, Path)), responses(
    (status = 200, content_type = "application/octet-stream", body = inline(Vec<u8>)), (status = 404, body = Problem),
    (status = 503, body = Problem)))]
pub async fn one(
    State(app): State<Shared>,
    who: SignedIn,
    Path(id): Path<Uuid>,
) -> Result<Response, Problem> {
    read::read(&app, &who, id.into(), Which::Shown).await
}

/// A file's bytes as they came
///
/// Of a file with live secrets: for the contact who sent it, and for staff while they have leave.
#[utoipa::path(get, path = "/attachments/{id}/original", tag = "attachments", params(("id" = Uuid, Path)), responses(
    (status = 200, content_type = "application/octet-stream", body = inline(Vec<u8>)), (status = 403, body = Problem),
    (status = 404, body = Problem), (status = 503, body = Problem)))]
pub async fn original(
    State(app): State<Shared>,
    who: SignedIn,
    Path(id): Path<Uuid>,
) -> Result<Response, Problem> {
    read::read(&app, &who, id.into(), Which::Original).await
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AskOriginalBody {
    /// What it is needed for; whoever decides reads it.
    why: String,
}

/// Ask for leave to see a file with live secrets as it came
#[utoipa::path(post, path = "/attachments/{id}/original/ask", tag = "attachments", params(("id" = Uuid, Path)),
    request_body = AskOriginalBody, responses((status = 200, body = AttachmentView), (status = 404, body = Problem),
    (status = 409, body = Problem), (status = 422, body = Problem)))]
pub async fn ask(
    State(app): State<Shared>,
    who: StaffActor,
    Path(id): Path<Uuid>,
    Json(body): Json<AskOriginalBody>,
) -> Result<Json<AttachmentView>, Problem> {
    let file = leave::ask(&app, &who, AttachmentId(id), &body.why).await?;
    view(&app, &file, true).await
}

/// Give a colleague leave to see the original for an hour
#[utoipa::path(post, path = "/attachments/{id}/original/give", tag = "attachments", params(("id" = Uuid, Path)),
    responses((status = 200, body = AttachmentView), (status = 403, body = Problem), (status = 404, body = Problem),
    (status = 409, body = Problem)))]
pub async fn give(
    State(app): State<Shared>,
    who: StaffActor,
    Path(id): Path<Uuid>,
) -> Result<Json<AttachmentView>, Problem> {
    let file = leave::give(&app, &who, AttachmentId(id)).await?;
    view(&app, &file, true).await
}

/// Refuse a colleague the original, or take leave back
#[utoipa::path(post, path = "/attachments/{id}/original/refuse", tag = "attachments", params(("id" = Uuid, Path)),
    responses((status = 200, body = AttachmentView), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub async fn refuse(
    State(app): State<Shared>,
    who: StaffActor,
    Path(id): Path<Uuid>,
) -> Result<Json<AttachmentView>, Problem> {
    let file = leave::refuse(&app, &who, AttachmentId(id)).await?;
    view(&app, &file, true).await
}
