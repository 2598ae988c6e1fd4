//! One line of a list of tickets.

use std::collections::HashMap;

use pforte_core::{
    kernel::{Moment, TicketId},
    ticket::{Priority, TicketChannel, TicketState, Waits},
};
use pforte_store::{
    Conn,
    queue::{self, Line},
};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    cx::{App, Problem, Timestamp},
    people::{SignedIn, Who, must_serve},
    show::{CustomerRef, Person, StaffRef},
};

/// A ticket in a list.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct TicketLine {
    pub id: Uuid,
    pub number: i64,
    pub subject: String,
    /// `new`, `open`, `waiting`, `closed` or `locked`.
    #[schema(value_type = String)]
    pub state: TicketState,
    /// `portal`, `mail`, `phone`, `voice` or `chat`.
    #[schema(value_type = String)]
    pub channel: TicketChannel,
    /// `low`, `normal`, `high` or `urgent`.
    #[schema(value_type = String)]
    pub priority: Priority,
    pub customer: CustomerRef,
    /// Who asks.
    pub contact: Person,
    /// Who has it.
    pub assignee: Option<StaffRef>,
    pub opened_at: Timestamp,
    pub last_message_at: Timestamp,
    /// When it closes by itself, while it waits for the customer.
    pub closes_at: Option<Timestamp>,
    /// From when on nobody can write in it.
    pub locks_at: Timestamp,
    pub waits_since: Option<Timestamp>,
    /// `staff` or `customer`.
    pub waits_for: Option<&'static str>,
    pub tags: Vec<String>,
    /// How the asking was proven: `proven`, `confirmed`, `signed_in` or `unproven`; `null` when staff
    /// typed it in.
    pub proof: Option<String>,
    /// For staff: I have it; for contacts: I asked.
    pub mine: bool,
    /// For staff: mails in quarantine that belong to it.
    pub held: i64,
    /// Where the searched words were found.
    pub snippet: Option<String>,
}

/// Makes lines of what a list found, in its order.
pub async fn lines(
    app: &App,
    conn: &mut Conn,
    who: &SignedIn,
    found: Vec<Line>,
    mut snippets: HashMap<TicketId, String>,
) -> Result<Vec<TicketLine>, Problem> {
    let provider = who.sign_in.provider;
    let ids: Vec<TicketId> = found.iter().map(|line| line.ticket.id()).collect();
    let serves = matches!(&who.who, Who::Staff(staff) if must_serve(staff).is_ok());
    let mut tags = if serves { queue::tags(conn, provider, &ids).await? } else { HashMap::new() };
    let held = if serves { queue::held(conn, provider, &ids).await? } else { HashMap::new() };
    let now = app.sources.now();
    Ok(found
        .into_iter()
        .map(|found| {
            let id = found.ticket.id();
            TicketLine {
                tags: tags.remove(&id).unwrap_or_default(),
                held: held.get(&id).copied().unwrap_or(0),
                snippet: snippets.remove(&id),
                ..line(app, who, found, now)
            }
        })
        .collect())
}

fn line(app: &App, who: &SignedIn, found: Line, now: Moment) -> TicketLine {
    let Line { ticket, customer_number, customer_name, contact_name, assignee, .. } = found;
    let age = app.support(ticket.provider).ticket_age;
    let life = &ticket.life;
    let state = life.state(age, now);
    let shut = matches!(state, TicketState::Closed | TicketState::Locked);
    let (waits_for, waits_since) = match life.waits {
        Waits::Staff { since } if !shut => (Some("staff"), Some(since)),
        Waits::Customer { since } if !shut => (Some("customer"), Some(since)),
        _ => (None, None),
    };
    let mine = match &who.who {
        Who::Staff(staff) => life.assigned_to == Some(staff.id),
        Who::Contact(contact) => life.contact == contact.id,
    };
    let assignee = life.assigned_to.zip(assignee);
    TicketLine {
        id: life.id.0,
        number: ticket.number,
        state,
        channel: ticket.channel,
        priority: life.priority,
        customer: CustomerRef { id: life.customer.0, number: customer_number, name: customer_name },
        contact: Person { id: life.contact.0, name: contact_name },
        assignee: assignee.map(|(id, (name, username))| StaffRef { id: id.0, name, username }),
        opened_at: life.opened_at.into(),
        last_message_at: life.last_message_at.into(),
        closes_at: life.closes_at().filter(|_| !shut).map(Timestamp),
        locks_at: life.locks_at(age).into(),
        waits_since: waits_since.map(Timestamp),
        waits_for,
        tags: vec![],
        proof: ticket.proof,
        mine,
        held: 0,
        snippet: None,
        subject: ticket.subject,
    }
}
