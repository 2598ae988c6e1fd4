//! The addresses of *Settings › Support*.

use super::{
    Asked, ContactEdit, NewContact, What, address, ask,
    change::{By, decide},
    circle::Circle,
    own,
    view::{AddressView, ChangeView, SupportSettings, address_view, change_view, settings},
    what,
};
use crate::{
    cx::{App, Problem, Shared},
    people::{ContactActor, parse_address},
};
use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
};
use pforte_core::kernel::{ContactRights, ContactRole, Language};
use pforte_store::{contact::Contact, contact_change::ContactChange};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// Contacts, addresses and numbers of my customer
#[utoipa::path(get, path = "/support-settings", tag = "contacts", responses((status = 200, body = SupportSettings)))]
pub async fn one(State(app): State<Shared>, who: ContactActor) -> Result<Json<SupportSettings>, Problem> {
    Ok(Json(settings(&app, &who.contact).await?))
}

/// What became of what was asked for.
#[derive(Serialize, ToSchema)]
pub struct ContactChanged {
    /// Done at once: nobody else had to agree.
    applied: bool,
    /// What waits for a second authorised contact.
    change: Option<ChangeView>,
    /// Of a new contact: hand it over by another way than mail. It is shown only now.
    activation_code: Option<String>,
}

async fn changed(app: &App, me: &Contact, asked: Asked) -> Result<Json<ContactChanged>, Problem> {
    Ok(Json(match asked {
        Asked::Applied { added } => {
            ContactChanged { applied: true, change: None, activation_code: added.map(|(_, code)| code) }
        }
        Asked::Waits(change) => {
            let view = shown(app, &change, me).await?;
            ContactChanged { applied: false, change: Some(view), activation_code: None }
        }
    }))
}

async fn shown(app: &App, change: &ContactChange, me: &Contact) -> Result<ChangeView, Problem> {
    let mut conn = app.read().await?;
    let listed = Circle::load(&mut conn, me.provider, me.customer).await?.listed();
    change_view(&mut conn, change, (me, &listed), app.sources.now()).await
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AddressBody {
    address: String,
}

/// Add an address
///
/// It is asked there whether it is mine; it counts once I confirmed that.
#[utoipa::path(post, path = "/support-settings/addresses", tag = "contacts", request_body = AddressBody, responses(
    (status = 200, body = AddressView), (status = 403, body = Problem), (status = 409, body = Problem),
    (status = 422, body = Problem), (status = 429, body = Problem)))]
pub async fn add_address(
    State(app): State<Shared>,
    who: ContactActor,
    Json(body): Json<AddressBody>,
) -> Result<Json<AddressView>, Problem> {
    let added = address::add(&app, &who, &body.address).await?;
    Ok(Json(address_view(&mut *app.read().await?, added).await?))
}

/// Ask again whether an address is mine
#[utoipa::path(post, path = "/support-settings/addresses/{id}/challenge", tag = "contacts", params(("id" = Uuid, Path)), responses(
    (status = 200, body = AddressView), (status = 403, body = Problem), (status = 404, body = Problem), (status = 429, body = Problem)))]
pub async fn ask_again(
    State(app): State<Shared>,
    who: ContactActor,
    Path(id): Path<Uuid>,
) -> Result<Json<AddressView>, Problem> {
    let asked = address::ask_again(&app, &who, id).await?;
    Ok(Json(address_view(&mut *app.read().await?, asked).await?))
}

/// Make a confirmed address my primary one
///
/// Owner or admin have to agree.
#[utoipa::path(post, path = "/support-settings/addresses/{id}/primary", tag = "contacts", params(("id" = Uuid, Path)), responses(
    (status = 200, body = ContactChanged), (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub async fn make_primary(
    State(app): State<Shared>,
    who: ContactActor,
    Path(id): Path<Uuid>,
) -> Result<Json<ContactChanged>, Problem> {
    let asked = own::make_primary(&app, &who, id).await?;
    changed(&app, &who.contact, asked).await
}

/// Remove one of my further addresses
#[utoipa::path(delete, path = "/support-settings/addresses/{id}", tag = "contacts", params(("id" = Uuid, Path)), responses(
    (status = 204), (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub async fn remove_address(
    State(app): State<Shared>,
    who: ContactActor,
    Path(id): Path<Uuid>,
) -> Result<StatusCode, Problem> {
    address::remove(&app, &who, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PhoneBody {
    /// In any usual spelling.
    number: String,
}

/// Register a telephone number
#[utoipa::path(post, path = "/support-settings/phones", tag = "contacts", request_body = PhoneBody, responses(
    (status = 200, body = ContactChanged), (status = 403, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub async fn add_phone(
    State(app): State<Shared>,
    who: ContactActor,
    Json(body): Json<PhoneBody>,
) -> Result<Json<ContactChanged>, Problem> {
    let asked = own::add_phone(&app, &who, &body.number).await?;
    changed(&app, &who.contact, asked).await
}

/// Remove one of my telephone numbers
#[utoipa::path(delete, path = "/support-settings/phones/{id}", tag = "contacts", params(("id" = Uuid, Path)), responses(
    (status = 204), (status = 403, body = Problem), (status = 404, body = Problem)))]
pub async fn remove_phone(
    State(app): State<Shared>,
    who: ContactActor,
    Path(id): Path<Uuid>,
) -> Result<StatusCode, Problem> {
    own::remove_phone(&app, &who, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SupportContactBody {
    first_name: String,
    last_name: String,
    address: String,
    /// `owner`, `admin` or `member`.
    #[schema(value_type = String)]
    role: ContactRole,
    support: bool,
    instruction: bool,
    /// `de` or `en`.
    language: String,
}

/// Add a contact (authorised contacts)
#[utoipa::path(post, path = "/support-settings/contacts", tag = "contacts", request_body = SupportContactBody, responses(
    (status = 200, body = ContactChanged), (status = 403, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub async fn add_contact(
    State(app): State<Shared>,
    who: ContactActor,
    Json(body): Json<SupportContactBody>,
) -> Result<Json<ContactChanged>, Problem> {
    who.must_be_confirmed()?;
    let me = &who.contact;
    let language = Language::from_word(&body.language);
    let new = NewContact {
        first_name: what::name("first_name", &body.first_name)?,
        last_name: what::name("last_name", &body.last_name)?,
        role: body.role,
        rights: ContactRights { support: body.support, instruction: body.instruction },
        language: language.ok_or_else(|| Problem::input([("language", "Use `de` or `en`.")]))?,
        addresses: vec![parse_address(&body.address)?.as_str().to_owned()],
        phones: vec![],
        product_users: Default::default(),
    };
    let asked = ask(&app, By::Contact(me), me.customer, None, What::ContactAdd(new)).await?;
    changed(&app, me, asked).await
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SupportContactChange {
    /// `owner`, `admin` or `member`.
    #[schema(value_type = Option<String>)]
    role: Option<ContactRole>,
    support: Option<bool>,
    instruction: Option<bool>,
}

/// Change a contact's role or rights (authorised contacts)
#[utoipa::path(patch, path = "/support-settings/contacts/{id}", tag = "contacts", params(("id" = Uuid, Path)), request_body = SupportContactChange,
    responses((status = 200, body = ContactChanged), (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub async fn change_contact(
    State(app): State<Shared>,
    who: ContactActor,
    Path(id): Path<Uuid>,
    Json(body): Json<SupportContactChange>,
) -> Result<Json<ContactChanged>, Problem> {
    who.must_be_confirmed()?;
    let me = &who.contact;
    let SupportContactChange { role, support, instruction } = body;
    let what = What::ContactChange(ContactEdit { role, support, instruction, ..ContactEdit::default() });
    let asked = ask(&app, By::Contact(me), me.customer, Some(id.into()), what).await?;
    changed(&app, me, asked).await
}

/// Remove a contact (authorised contacts)
///
/// Sign-ins, PIN and what they opened end at once.
#[utoipa::path(delete, path = "/support-settings/contacts/{id}", tag = "contacts", params(("id" = Uuid, Path)), responses(
    (status = 200, body = ContactChanged), (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub async fn remove_contact(
    State(app): State<Shared>,
    who: ContactActor,
    Path(id): Path<Uuid>,
) -> Result<Json<ContactChanged>, Problem> {
    who.must_be_confirmed()?;
    let me = &who.contact;
    let asked = ask(&app, By::Contact(me), me.customer, Some(id.into()), What::ContactRemove {}).await?;
    changed(&app, me, asked).await
}

/// Name an address at which our own customers reach us (authorised contacts)
///
/// Mails from there are not taken for a contact's (rule Z4).
#[utoipa::path(post, path = "/support-settings/support-addresses", tag = "contacts", request_body = AddressBody, responses(
    (status = 204), (status = 403, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub async fn add_support_address(
    State(app): State<Shared>,
    who: ContactActor,
    Json(body): Json<AddressBody>,
) -> Result<StatusCode, Problem> {
    own::set_support_address(&app, &who, &body.address, true).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Take such an address off the list (authorised contacts)
#[utoipa::path(delete, path = "/support-settings/support-addresses", tag = "contacts", request_body = AddressBody, responses(
    (status = 204), (status = 403, body = Problem), (status = 404, body = Problem), (status = 422, body = Problem)))]
pub async fn remove_support_address(
    State(app): State<Shared>,
    who: ContactActor,
    Json(body): Json<AddressBody>,
) -> Result<StatusCode, Problem> {
    own::set_support_address(&app, &who, &body.address, false).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A change that was decided.
#[derive(Serialize, ToSchema)]
pub struct ChangeDecided {
    #[serde(flatten)]
    change: ChangeView,
    /// Of a new contact: hand it over by another way than mail. It is shown only now.
    activation_code: Option<String>,
}

async fn decided(app: &App, who: &ContactActor, id: Uuid, yes: bool) -> Result<Json<ChangeDecided>, Problem> {
    let (change, added) = decide(app, who, id.into(), yes).await?;
    let view = shown(app, &change, &who.contact).await?;
    Ok(Json(ChangeDecided { change: view, activation_code: added.map(|(_, code)| code) }))
}

/// Approve a change that somebody else asked for (authorised contacts)
#[utoipa::path(post, path = "/contact-changes/{id}/approve", tag = "contacts", params(("id" = Uuid, Path)), responses(
    (status = 200, body = ChangeDecided), (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub async fn approve(
    State(app): State<Shared>,
    who: ContactActor,
    Path(id): Path<Uuid>,
) -> Result<Json<ChangeDecided>, Problem> {
    decided(&app, &who, id, true).await
}

/// Refuse a change that somebody else asked for (authorised contacts)
#[utoipa::path(post, path = "/contact-changes/{id}/refuse", tag = "contacts", params(("id" = Uuid, Path)), responses(
    (status = 200, body = ChangeDecided), (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub async fn refuse(
    State(app): State<Shared>,
    who: ContactActor,
    Path(id): Path<Uuid>,
) -> Result<Json<ChangeDecided>, Problem> {
    decided(&app, &who, id, false).await
}
