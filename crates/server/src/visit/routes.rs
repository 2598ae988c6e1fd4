//! The addresses of visits.

use super::{
    OpenAsk,
    objection::{self, ObjectionView},
    view::{RequestView, VisitView, visit_view},
};
use crate::{
    cx::{Page, PageQuery, Problem, Shared, without_secrets},
    door::EndedView,
    people::{ContactActor, SignedIn, StaffActor, must_serve},
    show::{ProductRef, ReasonBody, field},
};
use axum::{
    Json,
    extract::{Path, Query, State},
};
use pforte_core::entry::Reason;
use pforte_store::log;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OpenBody {
    ground_id: Uuid,
    /// The product's id.
    product: String,
    /// Why it is opened; only the first visit on a PIN's ground needs none.
    reason: Option<ReasonBody>,
}

/// A visit, and where to open it.
#[derive(Serialize, ToSchema)]
pub struct OpenedView {
    visit: VisitView,
    /// Works once, within a minute.
    url: String,
}

/// Open a product
#[utoipa::path(post, path = "/visits", tag = "visits", request_body = OpenBody, responses(
    (status = 200, body = OpenedView), (status = 403, body = Problem), (status = 404, body = Problem),
    (status = 409, body = Problem), (status = 503, body = Problem)))]
pub async fn open(
    State(app): State<Shared>,
    who: StaffActor,
    Json(body): Json<OpenBody>,
) -> Result<Json<OpenedView>, Problem> {
    let reason =
        body.reason.map(|r| Reason::new(r.category, &without_secrets(&r.text))).transpose().map_err(field)?;
    let ask = OpenAsk { ground: body.ground_id.into(), product: body.product, reason };
    let reader = who.signed_in();
    let opened = super::open(&app, who, ask).await?;
    let visit = visit_view(&app, &mut *app.read().await?, &reader, &opened.record).await?;
    Ok(Json(OpenedView { visit, url: opened.url }))
}

/// One visit
#[utoipa::path(get, path = "/visits/{id}", tag = "visits", params(("id" = Uuid, Path)),
    responses((status = 200, body = VisitView), (status = 404, body = Problem)))]
pub async fn one(
    State(app): State<Shared>,
    who: SignedIn,
    Path(id): Path<Uuid>,
) -> Result<Json<VisitView>, Problem> {
    let record = super::find(&app, &who, id.into()).await?;
    Ok(Json(visit_view(&app, &mut *app.read().await?, &who, &record).await?))
}

/// End one visit
#[utoipa::path(post, path = "/visits/{id}/end", tag = "visits", params(("id" = Uuid, Path)),
    responses((status = 200, body = EndedView), (status = 404, body = Problem)))]
pub async fn end(
    State(app): State<Shared>,
    who: SignedIn,
    Path(id): Path<Uuid>,
) -> Result<Json<EndedView>, Problem> {
    Ok(Json(super::end(&app, &who, id.into()).await?))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ObjectionBody {
    /// What was wrong, in a sentence; may be left out.
    said: Option<String>,
}

/// Say that a visit was not agreed
///
/// Any contact of the customer, once for each visit. The leads get an alarm that leads to the visit.
#[utoipa::path(post, path = "/visits/{id}/objection", tag = "visits", params(("id" = Uuid, Path)),
    request_body = ObjectionBody, responses((status = 200, body = ObjectionView), (status = 404, body = Problem),
    (status = 409, body = Problem), (status = 422, body = Problem)))]
pub async fn object(
    State(app): State<Shared>,
    who: ContactActor,
    Path(id): Path<Uuid>,
    Json(body): Json<ObjectionBody>,
) -> Result<Json<ObjectionView>, Problem> {
    Ok(Json(objection::object(&app, who, id.into(), body.said.as_deref()).await?))
}

/// What a visit opened, newest first
#[utoipa::path(get, path = "/visits/{id}/requests", tag = "visits", params(("id" = Uuid, Path), PageQuery),
    responses((status = 200, body = Page<RequestView>), (status = 404, body = Problem)))]
pub async fn requests(
    State(app): State<Shared>,
    who: SignedIn,
    Path(id): Path<Uuid>,
    Query(page): Query<PageQuery>,
) -> Result<Json<Page<RequestView>>, Problem> {
    let record = super::find(&app, &who, id.into()).await?;
    let before = match &page.cursor {
        None => None,
        Some(text) => Some(
            text.parse::<i64>()
                .map_err(|_| Problem::input([("cursor", "Use `next` of the page before.")]))?,
        ),
    };
    let limit = page.limit();
    let mut conn = app.read().await?;
    let found = log::requests_of_visit(&mut conn, record.provider, record.id, before, limit + 1).await?;
    let page = Page::cut(found, limit, |(seq, _)| seq.to_string());
    let oldest = page.items.last().map_or(0, |(seq, _)| *seq);
    let answers = log::answers_of_visit(&mut conn, record.provider, record.id, oldest).await?;
    let product = app.product(&record.product).map(|product| &**product);
    let items =
        page.items.into_iter().filter_map(|(_, entry)| RequestView::new(entry, product, &answers)).collect();
    Ok(Json(Page { items, next: page.next }))
}

/// The products behind the gateway
#[utoipa::path(get, path = "/products", tag = "visits", responses((status = 200, body = Vec<ProductRef>)))]
pub async fn products(State(app): State<Shared>, who: StaffActor) -> Result<Json<Vec<ProductRef>>, Problem> {
    must_serve(&who.staff)?;
    Ok(Json(app.products.iter().map(ProductRef::new).collect()))
}
