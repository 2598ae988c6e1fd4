//! The addresses of the PIN.

use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
};
use pforte_core::{
    entry::{Reason, Record},
    kernel::Channel,
    pin,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{RedeemAsk, Shown};
use crate::{
    cx::{Problem, Shared, Timestamp, without_secrets},
    ground::view::{GroundView, ground_view},
    people::{ContactActor, StaffActor},
    show::{ReasonBody, field},
};

/// The contact's PIN.
#[derive(Serialize, ToSchema)]
pub struct PinView {
    /// Nine digits; the last one is a check digit.
    digits: String,
    issued_at: Timestamp,
    /// Sixty minutes after the issue.
    expires_at: Timestamp,
}

impl From<Shown> for PinView {
    fn from(shown: Shown) -> Self {
        Self {
            digits: shown.digits.reveal(),
            issued_at: shown.issued_at.into(),
            expires_at: shown.expires_at.into(),
        }
    }
}

/// Show my PIN
///
/// Issues one if there is none that is still good.
#[utoipa::path(post, path = "/pin", tag = "pin", responses((status = 200, body = PinView), (status = 403, body = Problem), (status = 409, body = Problem)))]
pub async fn show(State(app): State<Shared>, who: ContactActor) -> Result<Json<PinView>, Problem> {
    Ok(Json(super::show(&app, who, false).await?.into()))
}

/// Replace my PIN by another one
#[utoipa::path(post, path = "/pin/renew", tag = "pin", responses((status = 200, body = PinView), (status = 403, body = Problem), (status = 409, body = Problem)))]
pub async fn renew(State(app): State<Shared>, who: ContactActor) -> Result<Json<PinView>, Problem> {
    Ok(Json(super::show(&app, who, true).await?.into()))
}

/// The record of the call or chat.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RecordBody {
    /// `phone`, `voice` or `chat`.
    #[schema(value_type = String)]
    channel: Channel,
    /// The number or the name the customer used.
    from: String,
    note: Option<String>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RedeemBody {
    customer_id: Uuid,
    contact_id: Uuid,
    /// As read out; blanks and dashes do not matter.
    digits: String,
    reason: ReasonBody,
    record: RecordBody,
    /// The ticket it is redeemed for.
    ticket_id: Option<Uuid>,
}

/// Redeem a PIN that the customer reads out
///
/// A mistyped check digit (`pin.mistyped`) costs no attempt. Wrong, expired, used and another
/// customer's are all `pin.wrong`.
#[utoipa::path(post, path = "/pin/redeem", tag = "pin", request_body = RedeemBody, responses(
    (status = 200, body = GroundView), (status = 403, body = Problem), (status = 409, body = Problem),
    (status = 422, body = Problem), (status = 423, body = Problem)))]
pub async fn redeem(
    State(app): State<Shared>,
    who: StaffActor,
    Json(body): Json<RedeemBody>,
) -> Result<Json<GroundView>, Problem> {
    let digits = pin::parse(&body.digits).map_err(|_| {
        Problem::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "pin.mistyped",
            "A digit is mistyped",
            "Have the PIN read out again. This did not count as an attempt.",
        )
    })?;
    let reason = Reason::new(body.reason.category, &without_secrets(&body.reason.text)).map_err(field)?;
    let RecordBody { channel, from, note } = body.record;
    let note = note.as_deref().map(without_secrets);
    let record = Record::new(channel, &from, app.sources.now(), note.as_deref()).map_err(field)?;
    let ask = RedeemAsk {
        customer: body.customer_id.into(),
        contact: body.contact_id.into(),
        digits,
        reason,
        record,
        ticket: body.ticket_id.map(Into::into),
    };
    let reader = who.signed_in();
    let ground = super::redeem(&app, who, ask).await?;
    Ok(Json(ground_view(&app, &mut *app.read().await?, &reader, &ground).await?))
}

/// Deactivate a contact's PIN that was not redeemed
///
/// The contact has another one at once.
#[utoipa::path(post, path = "/customers/{id}/contacts/{contact_id}/pin/deactivate", tag = "pin",
    params(("id" = Uuid, Path), ("contact_id" = Uuid, Path)), responses((status = 204), (status = 404, body = Problem)))]
pub async fn deactivate(
    State(app): State<Shared>,
    who: StaffActor,
    Path((customer, contact)): Path<(Uuid, Uuid)>,
) -> Result<StatusCode, Problem> {
    super::deactivate(&app, who, customer.into(), contact.into()).await?;
    Ok(StatusCode::NO_CONTENT)
}
