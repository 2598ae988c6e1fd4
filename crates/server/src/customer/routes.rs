//! The addresses of customers.

use axum::{
    Json,
    extract::{Path, Query, State},
    http::StatusCode,
};
use pforte_core::{catalogue::MASK, kernel::ContactRole};
use pforte_store::{
    Conn,
    contact::{self, Contact},
    customer::{self, Customer, Seek},
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::{
    CustomerEdit, note,
    panel::{self, NoteBody, NoteWritten, PanelView},
};
use crate::{
    cx::{Page, PageQuery, Problem, Shared, question},
    ground::view::{GroundView, ground_view},
    people::{ContactActor, StaffActor, must_administer, must_serve, oversees},
    show::{ProductDoorView, Rights},
};

/// A contact, as far as staff may know before a door is open (rule B4).
#[derive(Serialize, ToSchema)]
pub struct ContactName {
    id: Uuid,
    name: String,
    #[schema(value_type = String)]
    role: ContactRole,
    /// Whether a PIN of theirs opens anything.
    support: bool,
}

impl From<&Contact> for ContactName {
    fn from(contact: &Contact) -> Self {
        Self { id: contact.id.0, name: contact.name(), role: contact.role, support: contact.rights.support }
    }
}

/// A customer that was found.
#[derive(Serialize, ToSchema)]
pub struct CustomerFound {
    id: Uuid,
    number: String,
    name: String,
    group: Option<String>,
    /// Whether it is a customer now; nothing opens for one who is none any more.
    active: bool,
    contacts: Vec<ContactName>,
}

/// A customer as lists show it.
pub(crate) async fn found(conn: &mut Conn, customer: Customer) -> Result<CustomerFound, Problem> {
    let contacts = contact::of_customer(conn, customer.provider, customer.id).await?;
    Ok(CustomerFound {
        id: customer.id.0,
        number: customer.number,
        name: customer.name,
        group: customer.group,
        active: customer.active,
        contacts: contacts.iter().map(ContactName::from).collect(),
    })
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct FindQuery {
    /// Number, part of a name, part of a contact's name, or a phone number.
    q: Option<String>,
    /// Also those who are no customers any more (admins).
    inactive: Option<bool>,
    cursor: Option<String>,
    limit: Option<i64>,
}

/// Find a customer
#[utoipa::path(get, path = "/customers", tag = "customers", params(FindQuery), responses((status = 200, body = Page<CustomerFound>)))]
pub async fn find(
    State(app): State<Shared>,
    who: StaffActor,
    Query(query): Query<FindQuery>,
) -> Result<Json<Page<CustomerFound>>, Problem> {
    must_serve(&who.staff)?;
    let inactive = query.inactive.unwrap_or(false);
    if inactive {
        must_administer(&who.staff)?;
    }
    let page = PageQuery { cursor: query.cursor, limit: query.limit };
    let text = question(&query.q.unwrap_or_default());
    let provider = who.staff.provider;
    let phone = crate::people::e164(&text, &app.support(provider).country);
    let (after, limit) = (page.id()?, page.limit());
    let mut conn = app.read().await?;
    let seek = Seek { text: &text, phone: phone.as_deref(), inactive };
    let rows = customer::find(&mut conn, provider, seek, after, limit + 1).await?;
    let page = Page::cut(rows, limit, |c| c.id.to_string());
    let mut items = Vec::with_capacity(page.items.len());
    for customer in page.items {
        items.push(found(&mut conn, customer).await?);
    }
    Ok(Json(Page { items, next: page.next }))
}

/// A customer's card on the desk.
#[derive(Serialize, ToSchema)]
pub struct CustomerCard {
    id: Uuid,
    number: String,
    name: String,
    group: Option<String>,
    active: bool,
    contacts: Vec<ContactName>,
    /// Always masked: customer data needs more than a PIN (rule B5).
    address: Option<&'static str>,
    /// Whether PINs open nothing until an authorised contact signs in.
    pin_closed: bool,
    products: Vec<ProductDoorView>,
    /// My open ground, if there is one.
    ground: Option<GroundView>,
}

/// One customer
#[utoipa::path(get, path = "/customers/{id}", tag = "customers", params(("id" = Uuid, Path)),
    responses((status = 200, body = CustomerCard), (status = 404, body = Problem)))]
pub async fn one(
    State(app): State<Shared>,
    who: StaffActor,
    Path(id): Path<Uuid>,
) -> Result<Json<CustomerCard>, Problem> {
    must_serve(&who.staff)?;
    let mut conn = app.read().await?;
    // Also one that is none any more: its data stays, and nothing of it opens.
    let customer = customer::by_id(&mut conn, who.staff.provider, id.into()).await?;
    let customer = customer.ok_or_else(Problem::not_found)?;
    let now = app.sources.now();
    let (grounds, doors) = super::doors(&app, &mut conn, &who.staff, &customer, now).await?;
    let ground = match grounds.first() {
        Some(record) => Some(ground_view(&app, &mut conn, &who.signed_in(), record).await?),
        None => None,
    };
    let products = doors.into_iter().map(|door| ProductDoorView::new(&app, &door.product, door.decision));
    let products = products.collect();
    let (pin_closed, address) = (customer.pin_closed(), customer.address.as_ref().map(|_| MASK));
    let CustomerFound { id, number, name, group, active, contacts } = found(&mut conn, customer).await?;
    Ok(Json(CustomerCard {
        id,
        number,
        name,
        group,
        active,
        contacts,
        address,
        pin_closed,
        products,
        ground,
    }))
}

/// A customer at a glance
///
/// Requests, visits, contacts and notes, as far as they may be known now (rules B4, B5, B11).
#[utoipa::path(get, path = "/customers/{id}/panel", tag = "customers", params(("id" = Uuid, Path)),
    responses((status = 200, body = PanelView), (status = 403, body = Problem), (status = 404, body = Problem)))]
pub async fn panel(
    State(app): State<Shared>,
    who: StaffActor,
    Path(id): Path<Uuid>,
) -> Result<Json<PanelView>, Problem> {
    must_serve(&who.staff)?;
    let customer = customer::by_id(&mut *app.read().await?, who.staff.provider, id.into()).await?;
    Ok(Json(panel::panel(&app, &who, &customer.ok_or_else(Problem::not_found)?).await?))
}

/// Note something on a customer
///
/// Only while a door of mine to the customer is open.
#[utoipa::path(post, path = "/customers/{id}/notes", tag = "customers", params(("id" = Uuid, Path)), request_body = NoteBody,
    responses((status = 200, body = NoteWritten), (status = 403, body = Problem), (status = 404, body = Problem),
    (status = 409, body = Problem), (status = 422, body = Problem)))]
pub async fn add_note(
    State(app): State<Shared>,
    who: StaffActor,
    Path(id): Path<Uuid>,
    Json(body): Json<NoteBody>,
) -> Result<Json<NoteWritten>, Problem> {
    let written = note::add(&app, &who, id.into(), &body.text).await?;
    Ok(Json(NoteWritten::load(&mut *app.read().await?, &who, written).await?))
}

/// Change a note of mine
#[utoipa::path(patch, path = "/customers/{id}/notes/{note_id}", tag = "customers",
    params(("id" = Uuid, Path), ("note_id" = Uuid, Path)), request_body = NoteBody,
    responses((status = 200, body = NoteWritten), (status = 403, body = Problem), (status = 404, body = Problem), (status = 422, body = Problem)))]
pub async fn edit_note(
    State(app): State<Shared>,
    who: StaffActor,
    Path((id, note)): Path<(Uuid, Uuid)>,
    Json(body): Json<NoteBody>,
) -> Result<Json<NoteWritten>, Problem> {
    let written = note::edit(&app, &who, id.into(), note.into(), &body.text).await?;
    Ok(Json(NoteWritten::load(&mut *app.read().await?, &who, written).await?))
}

/// Delete a note: my own, or any as a lead
#[utoipa::path(delete, path = "/customers/{id}/notes/{note_id}", tag = "customers",
    params(("id" = Uuid, Path), ("note_id" = Uuid, Path)),
    responses((status = 204), (status = 403, body = Problem), (status = 404, body = Problem)))]
pub async fn remove_note(
    State(app): State<Shared>,
    who: StaffActor,
    Path((id, note)): Path<(Uuid, Uuid)>,
) -> Result<StatusCode, Problem> {
    note::remove(&app, &who, id.into(), note.into()).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A colleague.
#[derive(Serialize, ToSchema)]
pub struct Colleague {
    id: Uuid,
    name: String,
    #[schema(value_type = String)]
    role: ContactRole,
    rights: Rights,
}

/// My own customer.
#[derive(Serialize, ToSchema)]
pub struct OwnCustomer {
    number: String,
    name: String,
    group: Option<String>,
    /// Everybody can see who the owner and the admins are (rule Z12).
    contacts: Vec<Colleague>,
}

/// My own customer
#[utoipa::path(get, path = "/customer", tag = "customers", responses((status = 200, body = OwnCustomer)))]
pub async fn own(State(app): State<Shared>, who: ContactActor) -> Result<Json<OwnCustomer>, Problem> {
    let mut conn = app.read().await?;
    let (provider, id) = (who.contact.provider, who.contact.customer);
    let customer = super::find(&mut conn, provider, id).await?;
    let contacts = contact::of_customer(&mut conn, provider, id).await?;
    let colleague =
        |c: &Contact| Colleague { id: c.id.0, name: c.name(), role: c.role, rights: c.rights.into() };
    Ok(Json(OwnCustomer {
        number: customer.number,
        name: customer.name,
        group: customer.group,
        contacts: contacts.iter().map(colleague).collect(),
    }))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CustomerBody {
    /// The next free one when left out.
    number: Option<String>,
    name: String,
    group_id: Option<Uuid>,
}

/// Add a customer (admins)
#[utoipa::path(post, path = "/customers", tag = "admin", request_body = CustomerBody, responses(
    (status = 200, body = CustomerFound), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub async fn add(
    State(app): State<Shared>,
    who: StaffActor,
    Json(body): Json<CustomerBody>,
) -> Result<Json<CustomerFound>, Problem> {
    must_administer(&who.staff)?;
    let group = body.group_id.map(Into::into);
    let customer = super::add_customer(&app, &who, body.number.as_deref(), &body.name, group).await?;
    Ok(Json(found(&mut *app.read().await?, customer).await?))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CustomerChangeBody {
    name: Option<String>,
    number: Option<String>,
    group_id: Option<Uuid>,
    /// In no group any more.
    #[serde(default)]
    ungrouped: bool,
    /// `false`: no customer any more. Every ground and sign-in of theirs ends at once; the data stays.
    active: Option<bool>,
}

/// Change a customer (admins)
#[utoipa::path(patch, path = "/customers/{id}", tag = "admin", params(("id" = Uuid, Path)), request_body = CustomerChangeBody,
    responses((status = 200, body = CustomerFound), (status = 403, body = Problem), (status = 404, body = Problem),
    (status = 409, body = Problem), (status = 422, body = Problem)))]
pub async fn change(
    State(app): State<Shared>,
    who: StaffActor,
    Path(id): Path<Uuid>,
    Json(body): Json<CustomerChangeBody>,
) -> Result<Json<CustomerFound>, Problem> {
    must_administer(&who.staff)?;
    let group = body.group_id.map(|id| Some(id.into())).or(body.ungrouped.then_some(None));
    let edit = CustomerEdit { name: body.name, number: body.number, group, active: body.active };
    let customer = super::change(&app, &who, id.into(), edit).await?;
    Ok(Json(found(&mut *app.read().await?, customer).await?))
}

/// A group of customers.
#[derive(Serialize, ToSchema)]
pub struct GroupView {
    id: Uuid,
    name: String,
}

/// Groups of customers
#[utoipa::path(get, path = "/groups", tag = "admin", responses((status = 200, body = Vec<GroupView>)))]
pub async fn groups(State(app): State<Shared>, who: StaffActor) -> Result<Json<Vec<GroupView>>, Problem> {
    if !oversees(&who.staff) {
        return Err(Problem::forbidden("staff.leads_only", "This is for leads and admins."));
    }
    let all = customer::groups(&mut *app.read().await?, who.staff.provider).await?;
    Ok(Json(all.into_iter().map(|(id, name)| GroupView { id: id.0, name }).collect()))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct GroupBody {
    name: String,
}

/// Add a group (admins)
#[utoipa::path(post, path = "/groups", tag = "admin", request_body = GroupBody, responses(
    (status = 200, body = GroupView), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub async fn add_group(
    State(app): State<Shared>,
    who: StaffActor,
    Json(body): Json<GroupBody>,
) -> Result<Json<GroupView>, Problem> {
    must_administer(&who.staff)?;
    let (id, name) = super::add_group(&app, &who, &body.name).await?;
    Ok(Json(GroupView { id: id.0, name }))
}
