//! Watchers: who is told of a ticket besides its requester and assignee, from an instant on (control 44).

use pforte_core::kernel::{ContactId, Moment, ProviderId, StaffId, TicketId};
use uuid::Uuid;

use crate::{
    Conn, StoreError, Tx,
    conn::{all, one, run},
    sign_in::Person,
};

/// Watchers of one ticket at most.
pub const MANY: i64 = 50;

/// Somebody who watches a ticket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Watcher {
    pub person: Person,
    /// They see what was written from then on.
    pub since: Moment,
}

/// A ticket's watchers, those who came first first, at most [`MANY`].
pub async fn of_ticket(
    conn: &mut Conn,
    provider: ProviderId,
    ticket: TicketId,
) -> Result<Vec<Watcher>, StoreError> {
    let sql = "SELECT staff_id, contact_id, since FROM ticket_watcher \
               WHERE provider_id = $1 AND ticket_id = $2 ORDER BY since LIMIT $3";
    let rows = all!(conn, (Option<Uuid>, Option<Uuid>, i64), sql, provider.0, ticket.0, MANY)?;
    let watcher = |(staff, contact, since): (Option<Uuid>, Option<Uuid>, i64)| {
        let person = match (staff, contact) {
            (Some(id), _) => Person::Staff(StaffId(id)),
            (None, Some(id)) => Person::Contact(ContactId(id)),
            (None, None) => return None,
        };
        Some(Watcher { person, since: Moment(since) })
    };
    Ok(rows.into_iter().filter_map(watcher).collect())
}

/// Since when this person watches a ticket, if they do.
pub async fn since(
    conn: &mut Conn,
    provider: ProviderId,
    ticket: TicketId,
    person: Person,
) -> Result<Option<Moment>, StoreError> {
    let (staff, contact) = person.columns();
    let sql = "SELECT since FROM ticket_watcher WHERE provider_id = $1 AND ticket_id = $2 \
               AND (staff_id = $3 OR contact_id = $4)";
    Ok(one!(conn, (i64,), sql, provider.0, ticket.0, staff, contact)?.map(|(at,)| Moment(at)))
}

/// Adds a watcher; [`StoreError::Conflict`] when they watch already.
pub async fn add(
    tx: &mut Tx,
    provider: ProviderId,
    ticket: TicketId,
    watcher: Watcher,
) -> Result<(), StoreError> {
    let (staff, contact) = watcher.person.columns();
    let sql = "INSERT INTO ticket_watcher (provider_id, ticket_id, staff_id, contact_id, since) \
               VALUES ($1, $2, $3, $4, $5)";
    run!(tx.conn(), sql, provider.0, ticket.0, staff, contact, watcher.since.0).map(drop)
}

/// Takes a watcher away, contact or staff by the id alone; `false` when they did not watch.
pub async fn remove(
    tx: &mut Tx,
    provider: ProviderId,
    ticket: TicketId,
    person: Uuid,
) -> Result<bool, StoreError> {
    let sql = "DELETE FROM ticket_watcher WHERE provider_id = $1 AND ticket_id = $2 \
               AND (staff_id = $3 OR contact_id = $3)";
    Ok(run!(tx.conn(), sql, provider.0, ticket.0, person)? == 1)
}
