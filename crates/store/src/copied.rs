//! Contacts whom a customer's mail named in copy. They read nothing by that (control 44).

use pforte_core::kernel::{ContactId, Moment, ProviderId, TicketId};
use uuid::Uuid;

use crate::{
    Conn, StoreError, Tx,
    conn::{all, run},
};

/// Of one ticket, as many are kept in mind.
pub const MANY: i64 = 20;

/// Notes that a contact was in copy; once, and no more than [`MANY`].
pub async fn note(
    tx: &mut Tx,
    provider: ProviderId,
    ticket: TicketId,
    contact: ContactId,
    at: Moment,
) -> Result<(), StoreError> {
    let sql = "INSERT INTO ticket_copied (provider_id, ticket_id, contact_id, at) SELECT $1, $2, $3, $4 \
               WHERE (SELECT COUNT(*) FROM ticket_copied WHERE ticket_id = $2) < $5 \
               ON CONFLICT (ticket_id, contact_id) DO NOTHING";
    run!(tx.conn(), sql, provider.0, ticket.0, contact.0, at.0, MANY).map(drop)
}

/// Who was in copy, is active and does not watch the ticket; those who came first first.
pub async fn waiting(
    conn: &mut Conn,
    provider: ProviderId,
    ticket: TicketId,
) -> Result<Vec<ContactId>, StoreError> {
    let sql = "SELECT c.contact_id FROM ticket_copied c JOIN contact k ON k.id = c.contact_id \
               WHERE c.provider_id = $1 AND c.ticket_id = $2 AND k.active \
               AND NOT EXISTS (SELECT 1 FROM ticket_watcher w WHERE w.ticket_id = c.ticket_id \
               AND w.contact_id = c.contact_id) ORDER BY c.at, c.contact_id LIMIT $3";
    let rows = all!(conn, (Uuid,), sql, provider.0, ticket.0, MANY)?;
    Ok(rows.into_iter().map(|(id,)| id.into()).collect())
}
