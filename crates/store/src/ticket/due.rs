//! Tickets that a clock brings up: those that may be due to be told of, closed or locked.

use pforte_core::{
    kernel::{Moment, ProviderId, TicketId},
    ticket::TICKET_NOTICE,
};
use uuid::Uuid;

use super::SECOND_HALF;
use crate::{Conn, StoreError, conn::all};

/// Which clock of tickets is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Clock {
    /// Waits for the customer, at least since then.
    Silent { since: Moment },
    /// Has waited for staff too long, and nobody was told.
    TooLong { at: Moment },
    /// Was opened (or last written in, by activity) at or before this instant and is still in the queue.
    Old { by: Age, until: Moment },
    /// The same, and nobody was told that it will be locked.
    Untold { by: Age, until: Moment },
}

/// From when a ticket's age counts (rules B15, B16).
pub type Age = pforte_core::access::TicketAge;

/// A ticket that a clock names, and where it stands on that clock: the next page begins after it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DueAt {
    pub ticket: TicketId,
    key: i64,
}

impl From<(Uuid, i64)> for DueAt {
    fn from((ticket, key): (Uuid, i64)) -> Self {
        Self { ticket: ticket.into(), key }
    }
}

/// What a clock asks of the tickets of the queue: up to `$2` on that clock, after the place `$3`, `$4`.
macro_rules! due {
    ($key:literal, $condition:literal) => {
        concat!(
            "SELECT t.id, t.",
            $key,
            " FROM ticket t WHERE t.provider_id = $1 AND t.urgency IS NOT NULL AND t.",
            $key,
            " <= $2 AND (t.",
            $key,
            " > $3 OR (t.",
            $key,
            " = $3 AND t.id > $4))",
            $condition,
            " ORDER BY t.",
            $key,
            ", t.id LIMIT $5"
        )
    };
}

/// Tickets of the queue of which a clock says that something may be due; the core decides what. At most `limit`,
/// those that have waited longest first, after one of them. Only their ids: one that cannot be read hides no other.
pub async fn due(
    conn: &mut Conn,
    provider: ProviderId,
    clock: Clock,
    after: Option<DueAt>,
    limit: i64,
) -> Result<Vec<DueAt>, StoreError> {
    let (key, id) = after.map_or((i64::MIN, Uuid::nil()), |after| (after.key, after.ticket.0));
    let (sql, until) = match clock {
        Clock::Silent { since } => {
            let sql = due!(
                "urgency",
                " AND t.urgency >= $6 AND (t.reminded_close_at IS NULL \
                 OR t.reminded_close_at < t.waits_for_customer_since OR t.waits_for_customer_since <= $7)"
            );
            // Those who were told are looked at again only once the fourteen days are over.
            let (until, told) = (SECOND_HALF.saturating_add(since.0), (since - TICKET_NOTICE).0);
            let rows = all!(conn, (Uuid, i64), sql, provider.0, until, key, id, limit, SECOND_HALF, told)?;
            return Ok(rows.into_iter().map(DueAt::from).collect());
        }
        Clock::TooLong { at } => {
            (due!("urgency", " AND (t.escalated_at IS NULL OR t.escalated_at < t.waits_for_staff_since)"), at)
        }
        Clock::Old { by: Age::Created, until } => (due!("opened_at", ""), until),
        Clock::Old { by: Age::Activity, until } => (due!("last_message_at", ""), until),
        Clock::Untold { by: Age::Created, until } => {
            (due!("opened_at", " AND t.reminded_lock_at IS NULL"), until)
        }
        Clock::Untold { by: Age::Activity, until } => (
            due!(
                "last_message_at",
                " AND (t.reminded_lock_at IS NULL OR t.reminded_lock_at < t.last_message_at)"
            ),
            until,
        ),
    };
    let rows = all!(conn, (Uuid, i64), sql, provider.0, until.0, key, id, limit)?;
    Ok(rows.into_iter().map(DueAt::from).collect())
}
