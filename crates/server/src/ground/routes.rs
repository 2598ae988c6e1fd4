//! The addresses of grounds, and of the customer's door.

use std::collections::HashSet;

use axum::{
    Json,
    extract::{Path, Query, State},
};
use pforte_core::{
    access::{Ask, Decision, Mask, Request, decide},
    kernel::{Span, StaffId},
};
use pforte_store::{Conn, customer, ground, notice, staff};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::view::{GroundView, ground_view};
use crate::{
    cx::{App, Page, PageQuery, Problem, Shared, Timestamp},
    door::{EndedView, load_facts},
    people::{ContactActor, SignedIn},
    show::ProductRef,
    visit::objection::ObjectionView,
};

/// Which grounds are wanted.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct GroundQuery {
    cursor: Option<String>,
    limit: Option<i64>,
    /// `open` or `ended`; both when left out.
    state: Option<String>,
    /// `all`: leads see everybody's.
    scope: Option<String>,
}

/// The visitor book
///
/// Contacts see their customer's, staff their own, leads with `scope=all` everybody's. Newest first.
#[utoipa::path(get, path = "/grounds", tag = "grounds", params(GroundQuery), responses((status = 200, body = Page<GroundView>)))]
pub async fn list(
    State(app): State<Shared>,
    who: SignedIn,
    Query(query): Query<GroundQuery>,
) -> Result<Json<Page<GroundView>>, Problem> {
    let page = PageQuery { cursor: query.cursor, limit: query.limit };
    let mut filter = super::visible(&who, query.scope.as_deref() == Some("all"));
    filter.standing = match query.state.as_deref() {
        None => None,
        Some("open") => Some(ground::Standing::Open),
        Some("ended") => Some(ground::Standing::Over),
        Some(_) => return Err(Problem::input([("state", "Use `open` or `ended`.")])),
    };
    let mut conn = app.read().await?;
    let provider = who.sign_in.provider;
    let (before, limit) = (page.id()?, page.limit());
    let records = ground::list(&mut conn, provider, filter, app.sources.now(), before, limit + 1).await?;
    let page = Page::cut(records, limit, |g| g.id.to_string());
    let mut items = Vec::with_capacity(page.items.len());
    for record in &page.items {
        items.push(ground_view(&app, &mut conn, &who, record).await?);
    }
    Ok(Json(Page { items, next: page.next }))
}

/// One ground
#[utoipa::path(get, path = "/grounds/{id}", tag = "grounds", params(("id" = Uuid, Path)),
    responses((status = 200, body = GroundView), (status = 404, body = Problem)))]
pub async fn one(
    State(app): State<Shared>,
    who: SignedIn,
    Path(id): Path<Uuid>,
) -> Result<Json<GroundView>, Problem> {
    let record = super::find(&app, &who, id.into()).await?;
    Ok(Json(ground_view(&app, &mut *app.read().await?, &who, &record).await?))
}

/// End access
///
/// The customer's *End now*, the agent's *Give back*, or a lead's word. Ends every visit on the ground
/// and tells how long that took. Works also when the log cannot be written.
#[utoipa::path(post, path = "/grounds/{id}/end", tag = "grounds", params(("id" = Uuid, Path)),
    responses((status = 200, body = EndedView), (status = 404, body = Problem)))]
pub async fn end(
    State(app): State<Shared>,
    who: SignedIn,
    Path(id): Path<Uuid>,
) -> Result<Json<EndedView>, Problem> {
    Ok(Json(super::end(&app, &who, id.into()).await?))
}

/// Something the customer should know.
#[derive(Serialize, ToSchema)]
pub struct NoticeView {
    /// `pin.killed`, `pin.closed`, `pin.reopened`, `contact.added`, `totp.on`, `totp.off`, `codes.guessed` …
    code: String,
    at: Timestamp,
}

/// One part of a product, and how much of it support can see.
#[derive(Serialize, ToSchema)]
pub struct AreaView {
    area: String,
    /// `shown`, `masked` or `closed`.
    how: &'static str,
}

/// What support can see of a product at most.
#[derive(Serialize, ToSchema)]
pub struct CanSee {
    product: ProductRef,
    areas: Vec<AreaView>,
}

/// The customer's door.
#[derive(Serialize, ToSchema)]
pub struct DoorView {
    /// `closed` or `open`.
    state: &'static str,
    /// The open grounds, newest first.
    grounds: Vec<GroundView>,
    /// What support can see at most right now; empty while it is closed.
    can_see: Vec<CanSee>,
    /// Whether the PIN way is closed after too many wrong guesses.
    pin_closed: bool,
    /// Of the last three days, newest first.
    notices: Vec<NoticeView>,
}

const NOTICES_SINCE: Span = Span::days(3);
const OPEN_SHOWN: i64 = 20;

/// My door
#[utoipa::path(get, path = "/door", tag = "grounds", responses((status = 200, body = DoorView)))]
pub async fn door(State(app): State<Shared>, who: ContactActor) -> Result<Json<DoorView>, Problem> {
    let (provider, id) = (who.contact.provider, who.contact.customer);
    let who = who.signed_in();
    let now = app.sources.now();
    let mut conn = app.read().await?;
    let customer = customer::by_id(&mut conn, provider, id).await?.ok_or_else(Problem::not_found)?;
    let filter = ground::Filter {
        customer: Some(id),
        standing: Some(ground::Standing::Open),
        ..ground::Filter::default()
    };
    let mut records = ground::list(&mut conn, provider, filter, now, None, OPEN_SHOWN).await?;
    records.retain(|record| !app.door.ground_shut(record.id));
    let mut grounds = Vec::with_capacity(records.len());
    for record in &records {
        grounds.push(ground_view(&app, &mut conn, &who, record).await?);
    }
    let can_see = can_see(&app, &mut conn, &customer, &records).await?;
    let notices = notice::since(&mut conn, provider, id, now - NOTICES_SINCE).await?;
    Ok(Json(DoorView {
        state: if grounds.is_empty() { "closed" } else { "open" },
        grounds,
        can_see,
        pin_closed: customer.pin_closed(),
        notices: notices.into_iter().map(|n| NoticeView { code: n.code, at: n.at.into() }).collect(),
    }))
}

/// Asks the decision about every classified route; an area shows the most that any of its routes does to
/// anybody for whom it is open.
async fn can_see(
    app: &App,
    conn: &mut Conn,
    customer: &customer::Customer,
    records: &[ground::GroundRecord],
) -> Result<Vec<CanSee>, Problem> {
    let staff: HashSet<StaffId> = records.iter().filter_map(|record| record.terms.staff()).collect();
    let mut sights = Vec::with_capacity(staff.len());
    for id in staff {
        let member = staff::by_id(conn, customer.provider, id).await?.ok_or_else(Problem::not_found)?;
        sights.push(load_facts(app, conn, &member, customer, records).await?);
    }
    if sights.is_empty() {
        return Ok(vec![]);
    }
    let now = app.sources.now();
    let products = app.products.iter().map(|product| {
        let mut areas: Vec<AreaView> = Vec::new();
        // Pictures, styles and scripts show nothing of the customer's.
        let shows = |area: &str| product.area(area).is_none_or(|area| !area.files);
        for route in product.routes.iter().filter(|route| shows(&route.area)) {
            let request = Request {
                product: &product.id,
                area: &route.area,
                action: route.action,
                class: route.class,
                has_pass_list: route.pass.is_some(),
            };
            let ask = Ask::Preview { request, acting_as: None, ground: None };
            let shown = sights.iter().map(|facts| match decide(facts, &ask, now) {
                Decision::Open(opening) if opening.mask == Mask::None => "shown",
                Decision::Open(_) => "masked",
                Decision::Needs(_) | Decision::Closed(_) => "closed",
            });
            let how = shown.max_by_key(|how| rank(how)).unwrap_or("closed");
            match areas.iter_mut().find(|a| a.area == route.area) {
                Some(known) if rank(how) > rank(known.how) => known.how = how,
                Some(_) => {}
                None => areas.push(AreaView { area: route.area.clone(), how }),
            }
        }
        CanSee { product: ProductRef::new(product), areas }
    });
    Ok(products.collect())
}

fn rank(how: &str) -> u8 {
    match how {
        "shown" => 2,
        "masked" => 1,
        _ => 0,
    }
}

/// Objections to a ground's visits
///
/// For the customer's contacts, leads and admins.
#[utoipa::path(get, path = "/grounds/{id}/objections", tag = "visits", params(("id" = Uuid, Path)),
    responses((status = 200, body = Vec<ObjectionView>), (status = 403, body = Problem), (status = 404, body = Problem)))]
pub async fn objections(
    State(app): State<Shared>,
    who: SignedIn,
    Path(id): Path<Uuid>,
) -> Result<Json<Vec<ObjectionView>>, Problem> {
    Ok(Json(super::objections(&app, &who, id).await?))
}
