//! The addresses by which a ticket's life goes on: closed, opened again, confirmed, merged, followed.

use axum::{
    Json,
    extract::{Path, State},
};
use pforte_store::ticket::TicketRecord;
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    answer::follow_up as carry_on,
    routes::{as_signed_in, shown, text},
    view::TicketView,
};
use crate::{
    cx::{Problem, Shared},
    people::{ContactActor, SignedIn, StaffActor, Who},
};

/// Close a ticket
///
/// Ends the access that was opened by it, running sessions included.
#[utoipa::path(post, path = "/tickets/{id}/close", tag = "tickets", params(("id" = Uuid, Path)), responses(
    (status = 200, body = TicketView), (status = 403, body = Problem), (status = 404, body = Problem),
    (status = 409, body = Problem), (status = 423, body = Problem)))]
pub async fn close(
    State(app): State<Shared>,
    who: SignedIn,
    Path(id): Path<Uuid>,
) -> Result<Json<TicketView>, Problem> {
    super::life::close(&app, who.clone(), id.into()).await?;
    shown(&app, &who, id.into(), None).await
}

/// Open a closed ticket again
///
/// By the customer it gives the access back to whoever has the ticket; by staff it opens nothing.
#[utoipa::path(post, path = "/tickets/{id}/reopen", tag = "tickets", params(("id" = Uuid, Path)), responses(
    (status = 200, body = TicketView), (status = 403, body = Problem), (status = 404, body = Problem),
    (status = 409, body = Problem), (status = 423, body = Problem)))]
pub async fn reopen(
    State(app): State<Shared>,
    who: SignedIn,
    Path(id): Path<Uuid>,
) -> Result<Json<TicketView>, Problem> {
    super::life::reopen(&app, who.clone(), id.into()).await?;
    shown(&app, &who, id.into(), None).await
}

/// Say that a ticket which staff opened is mine
#[utoipa::path(post, path = "/tickets/{id}/confirm", tag = "tickets", params(("id" = Uuid, Path)), responses(
    (status = 200, body = TicketView), (status = 403, body = Problem), (status = 404, body = Problem),
    (status = 409, body = Problem), (status = 423, body = Problem)))]
pub async fn confirm(
    State(app): State<Shared>,
    who: ContactActor,
    Path(id): Path<Uuid>,
) -> Result<Json<TicketView>, Problem> {
    // Asked before whose ticket it is: the same for all (control 36).
    who.must_be_confirmed()?;
    let me = SignedIn { sign_in: who.sign_in, who: Who::Contact(who.contact) };
    super::life::confirm(&app, me.clone(), id.into()).await?;
    shown(&app, &me, id.into(), None).await
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MergeBody {
    into_id: Uuid,
}

/// Merge a ticket into another one of the same customer
#[utoipa::path(post, path = "/tickets/{id}/merge", tag = "tickets", params(("id" = Uuid, Path)), request_body = MergeBody,
    responses((status = 200, body = TicketView), (status = 403, body = Problem), (status = 404, body = Problem),
    (status = 409, body = Problem), (status = 422, body = Problem), (status = 423, body = Problem)))]
pub async fn merge(
    State(app): State<Shared>,
    who: StaffActor,
    Path(id): Path<Uuid>,
    Json(body): Json<MergeBody>,
) -> Result<Json<TicketView>, Problem> {
    let me = as_signed_in(&who);
    super::merge::merge(&app, who, id.into(), body.into_id.into()).await?;
    shown(&app, &me, id.into(), None).await
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FollowUpBody {
    text: String,
}

/// Go on from a locked ticket in a new one
#[utoipa::path(post, path = "/tickets/{id}/follow-up", tag = "tickets", params(("id" = Uuid, Path)), request_body = FollowUpBody,
    responses((status = 200, body = TicketView), (status = 403, body = Problem), (status = 404, body = Problem),
    (status = 409, body = Problem), (status = 422, body = Problem)))]
pub async fn follow_up(
    State(app): State<Shared>,
    who: SignedIn,
    Path(id): Path<Uuid>,
    Json(body): Json<FollowUpBody>,
) -> Result<Json<TicketView>, Problem> {
    let text = text("text", &body.text)?.ok_or_else(|| Problem::input([("text", "Write something.")]))?;
    let record: TicketRecord = carry_on(&app, who.clone(), id.into(), text).await?;
    shown(&app, &who, record.id(), None).await
}
