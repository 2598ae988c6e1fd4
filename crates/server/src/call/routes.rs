//! The addresses of calls.

use axum::{
    Json,
    extract::{Query, State},
};
use pforte_core::kernel::{ContactRole, Moment, ProviderId};
use pforte_store::{
    Conn,
    contact::{self, Contact},
    customer, phone,
    queue::{self, Desk, Filter, Sort, States},
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::{CallAsk, CallProof};
use crate::{
    cx::{App, Problem, Shared, Timestamp, question},
    people::{StaffActor, display, e164, must_serve},
    show::{CallRef, CustomerRef, Person, TicketRef, call_ref, customer_ref},
};

/// Contacts shown for a name or number.
const MATCHES: i64 = 10;
/// Open tickets shown with each.
const TICKETS: i64 = 5;

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct CallerQuery {
    /// What the display shows, in any spelling, or part of a name.
    q: String,
}

/// An open ticket of a caller's.
#[derive(Serialize, ToSchema)]
pub struct CallerTicket {
    id: Uuid,
    number: i64,
    subject: String,
    /// `new`, `open` or `waiting`.
    state: &'static str,
    opened_at: Timestamp,
    last_message_at: Timestamp,
}

/// Somebody who may be calling. Nothing here proves that they are.
#[derive(Serialize, ToSchema)]
pub struct CallerMatch {
    contact: Person,
    customer: CustomerRef,
    #[schema(value_type = String)]
    role: ContactRole,
    /// May ask for support by phone.
    support: bool,
    authorised: bool,
    /// Registered numbers, to call back on.
    call_back: Vec<String>,
    open_tickets: Vec<CallerTicket>,
}

/// Who may be calling.
#[derive(Serialize, ToSchema)]
pub struct Callers {
    /// In E.164, if a number was asked for.
    number: Option<String>,
    /// As people read it.
    display: Option<String>,
    /// Whether somebody registered the number; from any other one only a call-back proves who it is.
    registered: bool,
    matches: Vec<CallerMatch>,
}

/// Who may be calling
#[utoipa::path(get, path = "/callers", tag = "calls", params(CallerQuery), responses(
    (status = 200, body = Callers), (status = 403, body = Problem)))]
pub async fn callers(
    State(app): State<Shared>,
    who: StaffActor,
    Query(query): Query<CallerQuery>,
) -> Result<Json<Callers>, Problem> {
    must_serve(&who.staff)?;
    let provider = who.staff.provider;
    let text = question(&query.q);
    let number = e164(&text, &app.support(provider).country);
    let mut conn = app.read().await?;
    let mut found = Vec::new();
    match &number {
        Some(number) => {
            for (id, _) in phone::registered(&mut conn, provider, number).await? {
                found.extend(contact::by_id(&mut conn, provider, id).await?);
            }
        }
        None if text.is_empty() => {}
        None => found = contact::find(&mut conn, provider, &text, None, MATCHES).await?,
    }
    let registered = number.is_some() && !found.is_empty();
    let now = app.sources.now();
    let mut matches = Vec::with_capacity(found.len());
    for contact in found {
        matches.push(caller(&app, &mut conn, &contact, now).await?);
    }
    let display = number.as_deref().map(display);
    Ok(Json(Callers { number, display, registered, matches }))
}

async fn caller(app: &App, conn: &mut Conn, contact: &Contact, now: Moment) -> Result<CallerMatch, Problem> {
    let provider: ProviderId = contact.provider;
    let home = customer::by_id(conn, provider, contact.customer).await?;
    let phones = phone::of_contact(conn, provider, contact.id).await?;
    let age = app.support(provider).ticket_age;
    let filter = Filter { contact: Some(contact.id), states: States::Open, ..Filter::default() };
    let desk = Desk { provider, age, now };
    let lines = queue::list(conn, desk, &filter, Sort::Newest, None, TICKETS).await?;
    let open_tickets = lines.into_iter().map(|line| CallerTicket {
        id: line.ticket.id().0,
        number: line.ticket.number,
        state: line.ticket.life.state(age, now).word(),
        opened_at: line.ticket.life.opened_at.into(),
        last_message_at: line.ticket.life.last_message_at.into(),
        subject: line.ticket.subject,
    });
    Ok(CallerMatch {
        contact: Person { id: contact.id.0, name: contact.name() },
        customer: customer_ref(home.as_ref(), contact.customer),
        role: contact.role,
        support: contact.rights.support,
        authorised: contact.rights.authorised(),
        call_back: phones.iter().map(|phone| display(&phone.number)).collect(),
        open_tickets: open_tickets.collect(),
    })
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CallBody {
    contact_id: Uuid,
    /// What the display showed; left out for a voice channel without numbers.
    number: Option<String>,
    /// `none`, `call_back` or `pin`.
    #[schema(value_type = String)]
    proof: CallProof,
    /// A registered number of the contact's.
    call_back_number: Option<String>,
    /// What the PIN opened.
    ground_id: Option<Uuid>,
    note: String,
    /// The note's beginning when left out.
    subject: Option<String>,
    /// Another ticket is opened when left out.
    ticket_id: Option<Uuid>,
}

/// A call, and the ticket it is written down in.
#[derive(Serialize, ToSchema)]
pub struct RecordedCall {
    call: CallRef,
    ticket: TicketRef,
}

/// Write a call down
///
/// A number on the display proves nothing. A call-back proves only on a registered number; from any
/// other number a PIN proves nothing either (`call.unregistered_number`).
#[utoipa::path(post, path = "/calls", tag = "calls", request_body = CallBody, responses(
    (status = 200, body = RecordedCall), (status = 403, body = Problem), (status = 404, body = Problem),
    (status = 409, body = Problem), (status = 422, body = Problem), (status = 423, body = Problem)))]
pub async fn record(
    State(app): State<Shared>,
    who: StaffActor,
    Json(body): Json<CallBody>,
) -> Result<Json<RecordedCall>, Problem> {
    let ask = CallAsk {
        contact: body.contact_id.into(),
        number: body.number,
        proof: body.proof,
        call_back_number: body.call_back_number,
        ground: body.ground_id.map(Into::into),
        note: body.note,
        subject: body.subject,
        ticket: body.ticket_id.map(Into::into),
    };
    let (call, ticket) = super::record(&app, who, ask).await?;
    let call = call_ref(&mut *app.read().await?, &call).await?;
    Ok(Json(RecordedCall { call, ticket: TicketRef::new(&ticket) }))
}
