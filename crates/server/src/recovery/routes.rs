//! The addresses of recoveries.

use axum::{
    Json,
    extract::{FromRequestParts, Path, State},
    http::{StatusCode, request::Parts},
};
use pforte_core::recovery::Lost;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    Name, Typed,
    view::{OwnRecovery, RecoveryKey, RecoveryView},
};
use crate::{
    cx::Problem,
    cx::Shared,
    people::Origin,
    people::must_oversee,
    people::{SignedIn, Who},
};

/// Who asks for a link: throttled more than sign-ins are, whatever name is given.
pub struct Asking;

impl FromRequestParts<Shared> for Asking {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &Shared) -> Result<Self, Problem> {
        app.throttle.check_recovery(app.client_address(parts))?;
        Ok(Self)
    }
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RecoveryLinkBody {
    provider: Option<String>,
    /// A contact's registered mail address; or else `username`.
    address: Option<String>,
    /// Of one of the staff.
    username: Option<String>,
}

/// Ask for a link to set password or codes anew
///
/// The answer is the same whether the name is known or not; the mail goes to the primary address. The link alone sets
/// nothing.
#[utoipa::path(post, path = "/recovery/link", tag = "recovery", request_body = RecoveryLinkBody, responses(
    (status = 202), (status = 422, body = Problem), (status = 429, body = Problem)))]
pub async fn ask_for_link(
    State(app): State<Shared>,
    _asking: Asking,
    Json(body): Json<RecoveryLinkBody>,
) -> Result<StatusCode, Problem> {
    let name = match (body.address, body.username) {
        (Some(address), None) => Name::Address(address),
        (None, Some(username)) => Name::Username(username),
        _ => return Err(Problem::input([("address", "Give an address, or a username.")])),
    };
    super::ask_for_link(&app, body.provider.as_deref(), name).await?;
    Ok(StatusCode::ACCEPTED)
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RecoveryTokenBody {
    token: String,
}

/// Open the link
///
/// Works once. The key it answers is what goes on from here.
#[utoipa::path(post, path = "/recovery/begin", tag = "recovery", request_body = RecoveryTokenBody, responses(
    (status = 200, body = RecoveryKey), (status = 410, body = Problem)))]
pub async fn begin(
    State(app): State<Shared>,
    _from: Origin,
    Json(body): Json<RecoveryTokenBody>,
) -> Result<Json<RecoveryKey>, Problem> {
    Ok(Json(super::begin(&app, &body.token).await?))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RecoveryKeyBody {
    key: String,
}

/// Where it is
#[utoipa::path(post, path = "/recovery/look", tag = "recovery", request_body = RecoveryKeyBody, responses(
    (status = 200, body = OwnRecovery), (status = 410, body = Problem)))]
pub async fn look(
    State(app): State<Shared>,
    _from: Origin,
    Json(body): Json<RecoveryKeyBody>,
) -> Result<Json<OwnRecovery>, Problem> {
    let case = super::by_key(&app, &body.key).await?;
    Ok(Json(super::view::own(&app, &case).await?))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RecoveryAskBody {
    key: String,
    /// `password`, `codes`, `both` or `closed`: too many wrong codes.
    #[schema(value_type = String)]
    lost: Lost,
    /// Where only the codes are lost.
    #[schema(format = Password)]
    password: Option<String>,
}

/// Ask for approval
///
/// Takes the place of earlier ones of the same person.
#[utoipa::path(post, path = "/recovery/ask", tag = "recovery", request_body = RecoveryAskBody, responses(
    (status = 200, body = OwnRecovery), (status = 401, body = Problem), (status = 410, body = Problem),
    (status = 422, body = Problem)))]
pub async fn ask(
    State(app): State<Shared>,
    _from: Origin,
    Json(body): Json<RecoveryAskBody>,
) -> Result<Json<OwnRecovery>, Problem> {
    Ok(Json(super::ask(&app, &body.key, body.lost, body.password).await?))
}

/// What to type, or scan, into an app that makes one-time codes.
#[derive(Serialize, ToSchema)]
pub struct RecoveryTotp {
    /// Base 32.
    secret: String,
    otpauth_url: String,
}

/// Make a new secret for one-time codes
#[utoipa::path(post, path = "/recovery/totp", tag = "recovery", request_body = RecoveryKeyBody, responses(
    (status = 200, body = RecoveryTotp), (status = 409, body = Problem), (status = 410, body = Problem)))]
pub async fn totp(
    State(app): State<Shared>,
    _from: Origin,
    Json(body): Json<RecoveryKeyBody>,
) -> Result<Json<RecoveryTotp>, Problem> {
    let new = super::new_totp(&app, &body.key).await?;
    Ok(Json(RecoveryTotp { secret: new.secret, otpauth_url: new.url }))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RecoveryFinishBody {
    key: String,
    /// The new one; where only the codes were lost, the one that stays.
    #[schema(format = Password)]
    password: String,
    /// A code of the new secret, or, where that is enough, of the own one.
    totp: Option<String>,
    /// What the provider handed over.
    code: Option<String>,
}

/// Set what is lost anew
///
/// Signs everybody out who was signed in as this person, and nobody in.
#[utoipa::path(post, path = "/recovery/finish", tag = "recovery", request_body = RecoveryFinishBody, responses(
    (status = 204), (status = 401, body = Problem), (status = 409, body = Problem), (status = 410, body = Problem),
    (status = 422, body = Problem), (status = 429, body = Problem)))]
pub async fn finish(
    State(app): State<Shared>,
    _from: Origin,
    Json(body): Json<RecoveryFinishBody>,
) -> Result<StatusCode, Problem> {
    let typed = Typed { password: body.password, totp: body.totp, code: body.code };
    super::finish(&app, &body.key, typed).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Take it back
#[utoipa::path(post, path = "/recovery/withdraw", tag = "recovery", request_body = RecoveryKeyBody, responses(
    (status = 204), (status = 410, body = Problem)))]
pub async fn withdraw(
    State(app): State<Shared>,
    _from: Origin,
    Json(body): Json<RecoveryKeyBody>,
) -> Result<StatusCode, Problem> {
    super::withdraw(&app, &body.key).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Say that it was not me
///
/// Ends it; afterwards it shuts the account until secrets are set anew once more.
#[utoipa::path(post, path = "/recovery/object", tag = "recovery", request_body = RecoveryTokenBody, responses(
    (status = 204), (status = 410, body = Problem)))]
pub async fn object(
    State(app): State<Shared>,
    _from: Origin,
    Json(body): Json<RecoveryTokenBody>,
) -> Result<StatusCode, Problem> {
    super::object(&app, &body.token).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Recoveries to know of, newest first: of colleagues, and for leads and admins
#[utoipa::path(get, path = "/recoveries", tag = "recovery", responses(
    (status = 200, body = Vec<RecoveryView>), (status = 403, body = Problem)))]
pub async fn list(State(app): State<Shared>, who: SignedIn) -> Result<Json<Vec<RecoveryView>>, Problem> {
    if let Who::Staff(staff) = &who.who {
        must_oversee(staff)?;
    }
    Ok(Json(super::view::list(&app, &who).await?))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ApproveBody {
    /// The two words that the person reads out; not where the provider approves for a customer who has nobody.
    words: Option<String>,
}

/// What an approval came to.
#[derive(Serialize, ToSchema)]
pub struct ApprovedView {
    /// Nobody's approval is missing any more.
    complete: bool,
    /// To be handed over by another way than mail; shown only now.
    code_once: Option<String>,
}

/// Approve somebody's recovery
#[utoipa::path(post, path = "/recoveries/{id}/approve", tag = "recovery", params(("id" = Uuid, Path)),
    request_body = ApproveBody, responses((status = 200, body = ApprovedView), (status = 403, body = Problem),
    (status = 404, body = Problem), (status = 409, body = Problem), (status = 410, body = Problem),
    (status = 422, body = Problem)))]
pub async fn approve(
    State(app): State<Shared>,
    who: SignedIn,
    Path(id): Path<Uuid>,
    Json(body): Json<ApproveBody>,
) -> Result<Json<ApprovedView>, Problem> {
    let done = super::approve(&app, &who, id.into(), body.words.as_deref().unwrap_or_default()).await?;
    Ok(Json(ApprovedView { complete: done.complete, code_once: done.code }))
}

/// Refuse somebody's recovery, or say that the own one was not me
#[utoipa::path(post, path = "/recoveries/{id}/refuse", tag = "recovery", params(("id" = Uuid, Path)),
    responses((status = 204), (status = 403, body = Problem), (status = 404, body = Problem), (status = 410, body = Problem)))]
pub async fn refuse(
    State(app): State<Shared>,
    who: SignedIn,
    Path(id): Path<Uuid>,
) -> Result<StatusCode, Problem> {
    super::refuse(&app, &who, id.into()).await?;
    Ok(StatusCode::NO_CONTENT)
}
