//! The addresses of the quarantine.

use axum::{
    Json,
    extract::{Path, Query, State},
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use pforte_store::mail;
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    hidden,
    view::{MailLine, MailView, mail_line, mail_view},
};
use crate::{
    cx::{Page, PageQuery, Problem, Shared},
    people::{StaffActor, must_serve},
    show::TicketRef,
};

/// Mails that wait, newest first
#[utoipa::path(get, path = "/quarantine", tag = "quarantine", params(PageQuery),
    responses((status = 200, body = Page<MailLine>), (status = 403, body = Problem)))]
pub async fn list(
    State(app): State<Shared>,
    who: StaffActor,
    Query(page): Query<PageQuery>,
) -> Result<Json<Page<MailLine>>, Problem> {
    must_serve(&who.staff)?;
    let limit = page.limit();
    let mut conn = app.read().await?;
    let rows = mail::in_quarantine(&mut conn, who.staff.provider, page.id()?, limit + 1).await?;
    let page = Page::cut(rows, limit, |m| m.id.to_string());
    let mut items = Vec::with_capacity(page.items.len());
    for mail in &page.items {
        items.push(mail_line(&mut conn, mail, &who.staff).await?);
    }
    Ok(Json(Page { items, next: page.next }))
}

/// One mail, with what it says and how its sender was checked
#[utoipa::path(get, path = "/quarantine/{id}", tag = "quarantine", params(("id" = Uuid, Path)),
    responses((status = 200, body = MailView), (status = 403, body = Problem), (status = 404, body = Problem),
    (status = 503, body = Problem)))]
pub async fn one(
    State(app): State<Shared>,
    who: StaffActor,
    Path(id): Path<Uuid>,
) -> Result<Json<MailView>, Problem> {
    let mail = super::find(&app, &who, id.into()).await?;
    let (raw, message) = super::message(&app, &mail).await?;
    super::note_read(&app, &who, &mail).await?;
    let line = mail_line(&mut *app.read().await?, &mail, &who.staff).await?;
    Ok(Json(mail_view(line, (&mail, hidden(&mail, &who.staff)), &raw, message).await?))
}

/// The whole message as it came
#[utoipa::path(get, path = "/mails/{id}/raw", tag = "quarantine", params(("id" = Uuid, Path)),
    responses((status = 200, content_type = "text/plain"), (status = 403, body = Problem), (status = 404, body = Problem),
    (status = 503, body = Problem)))]
pub async fn raw(
    State(app): State<Shared>,
    who: StaffActor,
    Path(id): Path<Uuid>,
) -> Result<Response, Problem> {
    let bytes = super::read_raw(&app, &who, id.into()).await?;
    let named = HeaderValue::from_str(&format!("attachment; filename=\"mail-{id}.txt\""));
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8")),
        (header::CONTENT_DISPOSITION, named.unwrap_or(HeaderValue::from_static("attachment"))),
        (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static("sandbox; default-src 'none'")),
    ];
    Ok((headers, bytes).into_response())
}

/// Whose matter a mail is.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReleaseBody {
    contact_id: Uuid,
    /// An open ticket of the same customer's; without one, a new ticket.
    ticket_id: Option<Uuid>,
}

/// Make a ticket of a mail
///
/// Its sender stays unproven: the ticket opens no product until the customer speaks.
#[utoipa::path(post, path = "/quarantine/{id}/release", tag = "quarantine", params(("id" = Uuid, Path)), request_body = ReleaseBody,
    responses((status = 200, body = TicketRef), (status = 403, body = Problem), (status = 404, body = Problem),
    (status = 409, body = Problem), (status = 422, body = Problem), (status = 423, body = Problem), (status = 503, body = Problem)))]
pub async fn release(
    State(app): State<Shared>,
    who: StaffActor,
    Path(id): Path<Uuid>,
    Json(body): Json<ReleaseBody>,
) -> Result<Json<TicketRef>, Problem> {
    let into = body.ticket_id.map(Into::into);
    let ticket = super::release(&app, &who, id.into(), body.contact_id.into(), into).await?;
    Ok(Json(TicketRef::new(&ticket)))
}

/// Put a mail away
#[utoipa::path(post, path = "/quarantine/{id}/discard", tag = "quarantine", params(("id" = Uuid, Path)),
    responses((status = 204), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub async fn discard(
    State(app): State<Shared>,
    who: StaffActor,
    Path(id): Path<Uuid>,
) -> Result<StatusCode, Problem> {
    super::discard(&app, &who, id.into()).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Ask the registered address whether it wrote this
#[utoipa::path(post, path = "/quarantine/{id}/challenge", tag = "quarantine", params(("id" = Uuid, Path)),
    responses((status = 200, body = MailLine), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub async fn challenge(
    State(app): State<Shared>,
    who: StaffActor,
    Path(id): Path<Uuid>,
) -> Result<Json<MailLine>, Problem> {
    let mail = super::ask(&app, &who, id.into()).await?;
    Ok(Json(mail_line(&mut *app.read().await?, &mail, &who.staff).await?))
}
