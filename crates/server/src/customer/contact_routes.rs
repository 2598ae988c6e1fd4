//! The addresses of a customer's contacts, as admins keep the list.

use std::collections::BTreeMap;

use axum::{
    Json,
    extract::{Path, State},
};
use pforte_core::kernel::{ContactRights, ContactRole, Language};
use pforte_store::{contact, customer};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{ContactAsk, ContactEditAsk, routes::ContactName};
use crate::{
    contact::Asked,
    cx::{Problem, Shared, Timestamp},
    people::{StaffActor, must_administer},
    show::Rights,
};

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ContactBody {
    first_name: String,
    last_name: String,
    /// `owner`, `admin` or `member`.
    #[schema(value_type = String)]
    role: ContactRole,
    rights: Rights,
    /// `de` or `en`.
    language: String,
    /// The first one is the primary one.
    addresses: Vec<String>,
    #[serde(default)]
    phones: Vec<String>,
    /// Whom sessions act as in each product: product id to user id.
    #[serde(default)]
    product_users: BTreeMap<String, String>,
}

/// A new contact, and the code that goes with the mail.
#[derive(Serialize, ToSchema)]
pub struct NewContact {
    /// `null` while an authorised contact of the customer has to agree.
    contact: Option<ContactName>,
    /// Hand it over by another way than mail. It is shown only now. Who agrees is shown it otherwise.
    activation_code: Option<String>,
    /// Until when an authorised contact of the customer can agree; they were told.
    waits_until: Option<Timestamp>,
}

/// Add a contact (admins)
#[utoipa::path(post, path = "/customers/{id}/contacts", tag = "admin", params(("id" = Uuid, Path)), request_body = ContactBody,
    responses((status = 200, body = NewContact), (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub async fn add_contact(
    State(app): State<Shared>,
    who: StaffActor,
    Path(id): Path<Uuid>,
    Json(body): Json<ContactBody>,
) -> Result<Json<NewContact>, Problem> {
    must_administer(&who.staff)?;
    let language = Language::from_word(&body.language);
    let ask = ContactAsk {
        first_name: body.first_name,
        last_name: body.last_name,
        role: body.role,
        rights: ContactRights { support: body.rights.support, instruction: body.rights.instruction },
        language: language.ok_or_else(|| Problem::input([("language", "Use `de` or `en`.")]))?,
        addresses: body.addresses,
        phones: body.phones,
        product_users: body.product_users,
    };
    Ok(Json(match super::add_contact(&app, &who, id.into(), ask).await? {
        Asked::Applied { added } => {
            let (contact, code) = added.unzip();
            let contact = contact.as_ref().map(ContactName::from);
            NewContact { contact, activation_code: code, waits_until: None }
        }
        Asked::Waits(change) => {
            NewContact { contact: None, activation_code: None, waits_until: Some(change.expires_at.into()) }
        }
    }))
}

/// A contact as admins keep the list. Addresses and numbers are not theirs to see (rule B4).
#[derive(Serialize, ToSchema)]
pub struct ListedContact {
    id: Uuid,
    first_name: String,
    last_name: String,
    #[schema(value_type = String)]
    role: ContactRole,
    rights: Rights,
    language: String,
    /// Whether they are on the list.
    active: bool,
    /// The contact's user in each product that they have one in.
    product_users: BTreeMap<String, String>,
}

/// A customer's contacts, also those who left (admins)
#[utoipa::path(get, path = "/customers/{id}/contacts", tag = "admin", params(("id" = Uuid, Path)),
    responses((status = 200, body = Vec<ListedContact>), (status = 403, body = Problem), (status = 404, body = Problem)))]
pub async fn contacts(
    State(app): State<Shared>,
    who: StaffActor,
    Path(id): Path<Uuid>,
) -> Result<Json<Vec<ListedContact>>, Problem> {
    must_administer(&who.staff)?;
    let provider = who.staff.provider;
    let mut conn = app.read().await?;
    let customer = customer::by_id(&mut conn, provider, id.into()).await?.ok_or_else(Problem::not_found)?;
    let listed = contact::of_customer(&mut conn, provider, customer.id).await?;
    let listed: Vec<_> = listed.into_iter().map(|contact| contact.id).collect();
    let mut all = vec![];
    for contact in contact::ever_of_customer(&mut conn, provider, customer.id).await? {
        all.push(ListedContact {
            id: contact.id.0,
            role: contact.role,
            rights: contact.rights.into(),
            active: listed.contains(&contact.id),
            product_users: contact::users(&mut conn, provider, contact.id).await?.into_iter().collect(),
            first_name: contact.first_name,
            last_name: contact.last_name,
            language: contact.language,
        });
    }
    Ok(Json(all))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ContactChangeBody {
    first_name: Option<String>,
    last_name: Option<String>,
    /// `owner`, `admin` or `member`.
    #[schema(value_type = Option<String>)]
    role: Option<ContactRole>,
    support: Option<bool>,
    instruction: Option<bool>,
    /// By product; an empty user takes it away. Products that are not named stay as they are.
    #[serde(default)]
    product_users: BTreeMap<String, String>,
    /// On the list or off it; stands alone.
    active: Option<bool>,
}

/// What became of a change of a contact.
#[derive(Serialize, ToSchema)]
pub struct ContactAsked {
    applied: bool,
    /// Until when one of the customer's contacts has to agree, where somebody has to (rule P2).
    waits_until: Option<Timestamp>,
}

/// Change a contact (admins)
///
/// Where the customer has somebody who can agree, it waits for them.
#[utoipa::path(patch, path = "/customers/{id}/contacts/{contact_id}", tag = "admin",
    params(("id" = Uuid, Path), ("contact_id" = Uuid, Path)), request_body = ContactChangeBody,
    responses((status = 200, body = ContactAsked), (status = 403, body = Problem), (status = 404, body = Problem),
    (status = 409, body = Problem), (status = 422, body = Problem)))]
pub async fn change_contact(
    State(app): State<Shared>,
    who: StaffActor,
    Path((id, contact)): Path<(Uuid, Uuid)>,
    Json(body): Json<ContactChangeBody>,
) -> Result<Json<ContactAsked>, Problem> {
    must_administer(&who.staff)?;
    let ask = ContactEditAsk {
        first_name: body.first_name,
        last_name: body.last_name,
        role: body.role,
        support: body.support,
        instruction: body.instruction,
        product_users: body.product_users,
    };
    let (customer, contact) = (id.into(), contact.into());
    let asked = match body.active {
        Some(active) if ask.is_empty() => {
            super::set_contact_active(&app, &who, customer, contact, active).await?
        }
        Some(_) => return Err(Problem::input([("active", "Change this by itself.")])),
        None => super::change_contact(&app, &who, customer, contact, ask).await?,
    };
    let waits_until = match asked {
        Asked::Applied { .. } => None,
        Asked::Waits(change) => Some(change.expires_at.into()),
    };
    Ok(Json(ContactAsked { applied: waits_until.is_none(), waits_until }))
}
