//! The addresses of alarms.

use axum::{
    Json,
    extract::{Path, Query, State},
    http::StatusCode,
};
use pforte_store::{Conn, alarm, alarm::Alarm, customer};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    cx::{Page, PageQuery, Problem, Shared, Timestamp},
    people::{StaffActor, must_oversee},
    show::{CustomerRef, Person, customer_ref, staff_name},
    visit::objection::{self, ObjectionView},
};

/// One alarm.
#[derive(Serialize, ToSchema)]
pub struct AlarmView {
    id: Uuid,
    at: Timestamp,
    /// Such as `pin.staff_locked`, `pin.flood`, `pin.customer_closed` or `visit.objected`.
    code: String,
    staff: Option<Person>,
    customer: Option<CustomerRef>,
    /// Of `visit.objected`: which visit, by whom, in what words.
    objection: Option<ObjectionView>,
    acknowledged_at: Option<Timestamp>,
    acknowledged_by: Option<Person>,
}

async fn view(conn: &mut Conn, alarm: Alarm) -> Result<AlarmView, Problem> {
    let mut people = [alarm.staff, alarm.acknowledged_by].map(|id| id.map(|id| (id, String::new())));
    for (id, name) in people.iter_mut().flatten() {
        *name = staff_name(conn, alarm.provider, *id).await?;
    }
    let [staff, acknowledged_by] = people.map(|p| p.map(|(id, name)| Person { id: id.0, name }));
    let customer = match alarm.customer {
        Some(id) => Some(customer_ref(customer::by_id(conn, alarm.provider, id).await?.as_ref(), id)),
        None => None,
    };
    let objected = match alarm.code == objection::CODE {
        true => pforte_store::objection::by_alarm(conn, alarm.provider, alarm.id).await?,
        false => None,
    };
    let objection = match objected {
        Some(objected) => Some(objection::view(conn, &objected).await?),
        None => None,
    };
    Ok(AlarmView {
        id: alarm.id.0,
        at: alarm.at.into(),
        code: alarm.code,
        staff,
        customer,
        objection,
        acknowledged_at: alarm.acknowledged_at.map(Timestamp),
        acknowledged_by,
    })
}

/// Alarms, newest first
#[utoipa::path(get, path = "/alarms", tag = "leads", params(PageQuery), responses((status = 200, body = Page<AlarmView>), (status = 403, body = Problem)))]
pub async fn list(
    State(app): State<Shared>,
    who: StaffActor,
    Query(page): Query<PageQuery>,
) -> Result<Json<Page<AlarmView>>, Problem> {
    must_oversee(&who.staff)?;
    let limit = page.limit();
    let mut conn = app.read().await?;
    let rows = alarm::list(&mut conn, who.staff.provider, page.id()?, limit + 1).await?;
    let page = Page::cut(rows, limit, |a| a.id.to_string());
    let mut items = Vec::with_capacity(page.items.len());
    for alarm in page.items {
        items.push(view(&mut conn, alarm).await?);
    }
    Ok(Json(Page { items, next: page.next }))
}

/// Take note of an alarm
#[utoipa::path(post, path = "/alarms/{id}/acknowledge", tag = "leads", params(("id" = Uuid, Path)),
    responses((status = 204), (status = 403, body = Problem), (status = 404, body = Problem)))]
pub async fn acknowledge(
    State(app): State<Shared>,
    who: StaffActor,
    Path(id): Path<Uuid>,
) -> Result<StatusCode, Problem> {
    super::acknowledge(&app, &who, id.into()).await?;
    Ok(StatusCode::NO_CONTENT)
}
