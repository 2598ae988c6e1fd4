//! The addresses of staff, for leads and admins.

use super::{StaffAsk, StaffChange};
use crate::{
    cx::{Page, PageQuery, Problem, Shared, question},
    door::staff_facts,
    people::{StaffActor, must_administer, must_oversee, must_serve},
};
use axum::{
    Json,
    extract::{Path, Query, State},
    http::StatusCode,
};
use pforte_core::{
    access::Lack,
    entry::Actor,
    kernel::{Language, ProviderId, StaffRole},
};
use pforte_store::{
    Conn,
    staff::{self, Staff},
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

/// A staff member, as leads and admins see them.
#[derive(Serialize, ToSchema)]
pub struct StaffView {
    id: Uuid,
    name: String,
    username: String,
    email: String,
    #[schema(value_type = Vec<String>)]
    roles: Vec<StaffRole>,
    active: bool,
    form_locked: bool,
    /// What is missing to enter customers' products.
    #[schema(value_type = Vec<String>)]
    lacks: Vec<Lack>,
}

impl From<&Staff> for StaffView {
    fn from(staff: &Staff) -> Self {
        Self {
            id: staff.id.0,
            name: staff.name(),
            username: staff.username.clone(),
            email: staff.email.clone(),
            roles: staff.roles.clone(),
            active: staff.active,
            form_locked: staff.form_locked_at.is_some(),
            lacks: staff_facts(staff).lacks(),
        }
    }
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct StaffQuery {
    /// Words of the name or of the username.
    q: Option<String>,
    cursor: Option<String>,
    limit: Option<i64>,
}

impl StaffQuery {
    /// A page of whoever is meant; one more than asked for tells whether there is another page.
    async fn load(self, conn: &mut Conn, provider: ProviderId) -> Result<Page<Staff>, Problem> {
        let text = question(&self.q.unwrap_or_default());
        let page = PageQuery { cursor: self.cursor, limit: self.limit };
        let limit = page.limit();
        let rows = staff::list(conn, provider, &text, page.id()?, limit + 1).await?;
        Ok(Page::cut(rows, limit, |s| s.id.to_string()))
    }
}

/// The provider's staff
#[utoipa::path(get, path = "/staff", tag = "leads", params(StaffQuery), responses((status = 200, body = Page<StaffView>), (status = 403, body = Problem)))]
pub async fn list(
    State(app): State<Shared>,
    who: StaffActor,
    Query(query): Query<StaffQuery>,
) -> Result<Json<Page<StaffView>>, Problem> {
    must_oversee(&who.staff)?;
    let page = query.load(&mut *app.read().await?, who.staff.provider).await?;
    Ok(Json(page.map(|s| StaffView::from(&s))))
}

/// Somebody a ticket can be handed to.
#[derive(Serialize, ToSchema)]
pub struct ColleagueView {
    id: Uuid,
    name: String,
    username: String,
    /// Whether they could open anything for its customer (rule T21).
    may_enter: bool,
}

/// Colleagues who serve, to hand a ticket over to
#[utoipa::path(get, path = "/colleagues", tag = "staff", params(StaffQuery), responses((status = 200, body = Page<ColleagueView>), (status = 403, body = Problem)))]
pub async fn colleagues(
    State(app): State<Shared>,
    who: StaffActor,
    Query(query): Query<StaffQuery>,
) -> Result<Json<Page<ColleagueView>>, Problem> {
    must_serve(&who.staff)?;
    let mut page = query.load(&mut *app.read().await?, who.staff.provider).await?;
    page.items.retain(|s| s.active && must_serve(s).is_ok());
    Ok(Json(page.map(|s| ColleagueView {
        id: s.id.0,
        name: s.name(),
        may_enter: staff_facts(&s).lacks().is_empty(),
        username: s.username,
    })))
}

/// Unlock a staff member's PIN form (leads)
#[utoipa::path(post, path = "/staff/{id}/unlock", tag = "leads", params(("id" = Uuid, Path)),
    responses((status = 204), (status = 403, body = Problem), (status = 404, body = Problem)))]
pub async fn unlock(
    State(app): State<Shared>,
    who: StaffActor,
    Path(id): Path<Uuid>,
) -> Result<StatusCode, Problem> {
    super::unlock_form(&app, &who, id.into()).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What the kill switch did.
#[derive(Serialize, ToSchema)]
pub struct KilledView {
    /// Grounds that were ended.
    ended: usize,
    cut_millis: u64,
}

/// End everything that is open (leads)
#[utoipa::path(post, path = "/kill-switch", tag = "leads", responses((status = 200, body = KilledView), (status = 403, body = Problem)))]
pub async fn kill_switch(State(app): State<Shared>, who: StaffActor) -> Result<Json<KilledView>, Problem> {
    let killed = super::kill_switch(&app, &who).await?;
    Ok(Json(KilledView { ended: killed.grounds, cut_millis: killed.cut_millis }))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StaffBody {
    username: String,
    first_name: String,
    last_name: String,
    email: String,
    salutation: Option<String>,
    address: Option<String>,
    company: Option<String>,
    /// `agent`, `onboarding_manager`, `support_lead`, `success_lead`, `admin` or `guest`.
    #[schema(value_type = Vec<String>)]
    roles: Vec<StaffRole>,
    /// `de` or `en`; English when left out.
    language: Option<String>,
}

/// A new staff member, and what is shown only now.
#[derive(Serialize, ToSchema)]
pub struct NewStaffView {
    staff: StaffView,
    /// A first password; to be changed at once.
    password_once: String,
    /// For an app that makes one-time codes.
    totp_secret: String,
    totp_url: String,
}

/// Add a staff member (admins)
#[utoipa::path(post, path = "/staff", tag = "admin", request_body = StaffBody, responses(
    (status = 200, body = NewStaffView), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub async fn add(
    State(app): State<Shared>,
    who: StaffActor,
    Json(body): Json<StaffBody>,
) -> Result<Json<NewStaffView>, Problem> {
    must_administer(&who.staff)?;
    let language = body.language.as_deref().map_or(Some(Language::English), Language::from_word);
    let ask = StaffAsk {
        username: body.username,
        first_name: body.first_name,
        last_name: body.last_name,
        email: body.email,
        salutation: body.salutation,
        address: body.address,
        company: body.company,
        roles: body.roles,
        language: language.ok_or_else(|| Problem::input([("language", "Use `de` or `en`.")]))?,
    };
    let password_once = app.sources.token();
    let provider = who.staff.provider;
    let made = (&app.sources, &app.secrets);
    let new = super::prepare_staff(made, &app.passwords, provider, ask, password_once.clone()).await?;
    let staff = super::add_staff(&app, Actor::Staff(who.staff.id), new.staff).await?;
    Ok(Json(NewStaffView {
        staff: (&staff).into(),
        password_once,
        totp_secret: new.totp_secret,
        totp_url: new.totp_url,
    }))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StaffChangeBody {
    active: Option<bool>,
    #[schema(value_type = Option<Vec<String>>)]
    roles: Option<Vec<StaffRole>>,
    /// Whether all trainings are done.
    training_done: Option<bool>,
    /// Whether the current guidelines are accepted.
    guidelines_accepted: Option<bool>,
}

/// Change a staff member (admins)
#[utoipa::path(patch, path = "/staff/{id}", tag = "admin", params(("id" = Uuid, Path)), request_body = StaffChangeBody,
    responses((status = 200, body = StaffView), (status = 403, body = Problem), (status = 404, body = Problem)))]
pub async fn change(
    State(app): State<Shared>,
    who: StaffActor,
    Path(id): Path<Uuid>,
    Json(body): Json<StaffChangeBody>,
) -> Result<Json<StaffView>, Problem> {
    let change = StaffChange {
        active: body.active,
        roles: body.roles,
        training_done: body.training_done,
        guidelines_accepted: body.guidelines_accepted,
    };
    Ok(Json((&super::change(&app, &who, id.into(), change).await?).into()))
}
