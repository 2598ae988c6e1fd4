//! `GET /search`.

use axum::{
    Json,
    extract::{Query, State},
};
use pforte_store::customer;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::Exact;
use crate::{
    customer::routes::{CustomerFound, found},
    cx::{Problem, Shared, question},
    people::{SignedIn, StaffActor, Who, must_serve},
    show::{CustomerRef, Person, customer_ref},
    ticket::{
        line::TicketLine,
        list::{TicketQuery, list},
    },
};

const TICKETS: i64 = 10;

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct SearchQuery {
    /// Words, a name, or a whole number, address or telephone number.
    q: Option<String>,
}

/// A contact and the customer they belong to.
#[derive(Serialize, ToSchema)]
pub struct ContactFound {
    person: Person,
    customer: CustomerRef,
}

/// The one thing that was named exactly.
#[derive(Serialize, ToSchema)]
pub struct ExactView {
    /// `ticket`, `customer` or `contact`.
    kind: &'static str,
    id: Uuid,
}

impl From<Exact> for ExactView {
    fn from(exact: Exact) -> Self {
        let (kind, id) = match exact {
            Exact::Ticket(id) => ("ticket", id),
            Exact::Customer(id) => ("customer", id),
            Exact::Contact(id) => ("contact", id),
        };
        Self { kind, id }
    }
}

/// What was found, of each kind a few.
#[derive(Default, Serialize, ToSchema)]
pub struct SearchView {
    tickets: Vec<TicketLine>,
    customers: Vec<CustomerFound>,
    contacts: Vec<ContactFound>,
    exact: Option<ExactView>,
}

/// Search tickets, customers and contacts
#[utoipa::path(get, path = "/search", tag = "search", params(SearchQuery), responses(
    (status = 200, body = SearchView), (status = 403, body = Problem)))]
pub async fn search(
    State(app): State<Shared>,
    who: StaffActor,
    Query(query): Query<SearchQuery>,
) -> Result<Json<SearchView>, Problem> {
    must_serve(&who.staff)?;
    let text = question(&query.q.unwrap_or_default());
    if text.is_empty() {
        return Ok(Json(SearchView::default()));
    }
    let provider = who.staff.provider;
    let mut conn = app.read().await?;
    let people = super::find(&mut conn, provider, &text, &app.support(provider).country).await?;
    let mut customers = Vec::with_capacity(people.customers.len());
    for customer in people.customers {
        customers.push(found(&mut conn, customer).await?);
    }
    let mut contacts = Vec::with_capacity(people.contacts.len());
    for contact in people.contacts {
        let customer = customer::by_id(&mut conn, provider, contact.customer).await?;
        contacts.push(ContactFound {
            person: Person { id: contact.id.0, name: contact.name() },
            customer: customer_ref(customer.as_ref(), contact.customer),
        });
    }
    drop(conn);
    let who = SignedIn { sign_in: who.sign_in, who: Who::Staff(who.staff) };
    let words = text.strip_prefix('#').unwrap_or(&text).to_owned();
    let query = TicketQuery { q: Some(words), limit: Some(TICKETS), ..TicketQuery::default() };
    let tickets = list(&app, &who, query).await?.items;
    Ok(Json(SearchView { tickets, customers, contacts, exact: people.exact.map(Into::into) }))
}
