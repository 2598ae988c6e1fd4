//! The addresses of saved queues.

use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
};
use pforte_store::ticket_view;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::saved;
use crate::{
    cx::{Problem, Shared},
    people::{StaffActor, must_serve},
};

/// A saved queue.
#[derive(Serialize, ToSchema)]
#[schema(as = SavedView)]
pub struct SavedViewView {
    id: Uuid,
    name: String,
    /// The query string of `GET /tickets`.
    query: String,
}

impl From<ticket_view::SavedView> for SavedViewView {
    fn from(view: ticket_view::SavedView) -> Self {
        Self { id: view.id.0, name: view.name, query: view.query }
    }
}

/// My saved queues
#[utoipa::path(get, path = "/ticket-views", tag = "tickets", responses(
    (status = 200, body = Vec<SavedViewView>), (status = 403, body = Problem)))]
pub async fn views(State(app): State<Shared>, who: StaffActor) -> Result<Json<Vec<SavedViewView>>, Problem> {
    must_serve(&who.staff)?;
    let all = ticket_view::of_staff(&mut *app.read().await?, who.staff.provider, who.staff.id).await?;
    Ok(Json(all.into_iter().map(SavedViewView::from).collect()))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ViewBody {
    name: String,
    query: String,
}

/// Save a queue
#[utoipa::path(post, path = "/ticket-views", tag = "tickets", request_body = ViewBody, responses(
    (status = 200, body = SavedViewView), (status = 403, body = Problem), (status = 422, body = Problem)))]
pub async fn save_view(
    State(app): State<Shared>,
    who: StaffActor,
    Json(body): Json<ViewBody>,
) -> Result<Json<SavedViewView>, Problem> {
    Ok(Json(saved::save(&app, &who, body.name, body.query).await?.into()))
}

/// Remove a saved queue
#[utoipa::path(delete, path = "/ticket-views/{id}", tag = "tickets", params(("id" = Uuid, Path)),
    responses((status = 204), (status = 403, body = Problem), (status = 404, body = Problem)))]
pub async fn remove_view(
    State(app): State<Shared>,
    who: StaffActor,
    Path(id): Path<Uuid>,
) -> Result<StatusCode, Problem> {
    saved::remove(&app, &who, id.into()).await?;
    Ok(StatusCode::NO_CONTENT)
}
