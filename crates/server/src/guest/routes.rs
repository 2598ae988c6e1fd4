//! The addresses of guests: inviting them, and their first steps.

use axum::{Json, extract::State, response::IntoResponse};
use pforte_core::kernel::Language;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::GuestAsk;
use crate::{
    cx::{Problem, Shared},
    people::{Origin, StaffActor},
    show::StaffRef,
    signin::{self, FirstSteps, Me},
};

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct GuestBody {
    email: String,
    first_name: String,
    last_name: String,
    /// The request they are invited to.
    ticket_id: Uuid,
    /// `de` or `en`; English when left out.
    language: Option<String>,
}

/// A guest who was invited.
#[derive(Serialize, ToSchema)]
pub struct InvitedView {
    staff: StaffRef,
    /// To be handed over by another way than mail; shown only now. `null` when they have a password already.
    code: Option<String>,
}

/// Invite a guest to a request (admins and support leads)
///
/// They get a mail with a link. They see what is written in the request from now on, and nothing else.
#[utoipa::path(post, path = "/guests", tag = "guests", request_body = GuestBody, responses(
    (status = 200, body = InvitedView), (status = 403, body = Problem), (status = 404, body = Problem),
    (status = 409, body = Problem), (status = 422, body = Problem), (status = 423, body = Problem)))]
pub async fn invite(
    State(app): State<Shared>,
    who: StaffActor,
    Json(body): Json<GuestBody>,
) -> Result<Json<InvitedView>, Problem> {
    let language = body.language.as_deref().map_or(Some(Language::English), Language::from_word);
    let ask = GuestAsk {
        email: body.email,
        first_name: body.first_name,
        last_name: body.last_name,
        language: language.ok_or_else(|| Problem::input([("language", "Use `de` or `en`.")]))?,
        ticket: body.ticket_id.into(),
    };
    let invited = super::invite(&app, &who, ask).await?;
    let staff = invited.staff;
    Ok(Json(InvitedView {
        staff: StaffRef { id: staff.id.0, name: staff.name(), username: staff.username },
        code: invited.code,
    }))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct GuestLookBody {
    /// From the mail.
    token: String,
    /// Handed over by another way.
    code: String,
}

/// What a guest needs to set up their sign-in.
#[derive(Serialize, ToSchema)]
pub struct GuestStartView {
    name: String,
    /// To sign in with from now on.
    username: String,
    /// For an app that makes one-time codes; base 32.
    totp_secret: String,
    totp_url: String,
}

/// Begin to set up a guest's sign-in
#[utoipa::path(post, path = "/guests/activation/look", tag = "sign-in", request_body = GuestLookBody, responses(
    (status = 200, body = GuestStartView), (status = 401, body = Problem), (status = 410, body = Problem)))]
pub async fn look(
    State(app): State<Shared>,
    from: Origin,
    Json(body): Json<GuestLookBody>,
) -> Result<Json<GuestStartView>, Problem> {
    let start = signin::begin_guest(&app, &body.token, &body.code, from.browser()).await?;
    Ok(Json(GuestStartView {
        name: start.name,
        username: start.username,
        totp_secret: start.totp_secret,
        totp_url: start.totp_url,
    }))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct GuestActivationBody {
    /// From the mail.
    token: String,
    /// Handed over by another way.
    code: String,
    #[schema(format = Password)]
    password: String,
    /// The six digits that the app shows.
    totp: String,
}

/// Set a guest's first password, with a one-time code, and sign in
#[utoipa::path(post, path = "/guests/activation", tag = "sign-in", request_body = GuestActivationBody, responses(
    (status = 200, body = Me), (status = 401, body = Problem), (status = 410, body = Problem)))]
pub async fn activate(
    State(app): State<Shared>,
    from: Origin,
    Json(body): Json<GuestActivationBody>,
) -> Result<impl IntoResponse, Problem> {
    let GuestActivationBody { token, code, password, totp } = body;
    let steps = FirstSteps { token, code, password, totp };
    let fresh = signin::activate_guest(&app, steps, from.browser()).await?;
    signin::routes::welcome(&app, fresh).await
}
