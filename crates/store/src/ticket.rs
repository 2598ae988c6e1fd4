//! Tickets: one row each, read and written inside the transaction of whatever happens to them.
//!
//! What a ticket *is* at an instant the core says ([`Ticket`]); here are its columns. Lists are in
//! `queue.rs`, what is written in it in `message.rs`, what its clocks bring up in `ticket/due.rs`.

mod due;

pub use due::{Age, Clock, DueAt, due};
use pforte_core::{
    access::Reopened,
    kernel::{Moment, ProviderId, StaffId, TicketId},
    ticket::{ClosedHow, Opener, Priority, Ticket, TicketChannel, Waits, escalates_after},
};
use sqlx::FromRow;
use uuid::Uuid;

use crate::{
    Conn, StoreError, Tx,
    conn::{all, one, run},
};

/// The number of a provider's first ticket.
const FIRST_NUMBER: i64 = 1_001;
/// Where the queue's second half begins: tickets that wait for the customer come after all others.
pub(crate) const SECOND_HALF: i64 = 4_000_000_000_000_000_000;

/// What was asked (rule P1).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Request {
    pub done: Option<String>,
    pub expected: Option<String>,
    pub happened: Option<String>,
    pub affected: Option<String>,
}

/// A ticket's row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TicketRecord {
    pub provider: ProviderId,
    /// Counted up for each provider; given by [`insert`].
    pub number: i64,
    pub channel: TicketChannel,
    pub subject: String,
    pub request: Request,
    /// `proven`, `confirmed`, `signed_in` or `unproven`; `None` when staff typed it in.
    pub proof: Option<String>,
    /// The locked ticket that this one goes on from.
    pub follows: Option<TicketId>,
    /// Who has it and what happened when.
    pub life: Ticket,
}

impl TicketRecord {
    pub const fn id(&self) -> TicketId {
        self.life.id
    }
}

/// Where an open ticket stands in the queue; `None` for a closed one.
fn urgency(ticket: &Ticket) -> Option<i64> {
    match ticket.waits {
        _ if ticket.closed.is_some() => None,
        Waits::Staff { since } => Some((since + escalates_after(ticket.priority)).0),
        Waits::Customer { since } => Some(SECOND_HALF.saturating_add(since.0)),
        Waits::Nobody => Some(SECOND_HALF),
    }
}

#[derive(Clone, Debug, FromRow)]
pub(crate) struct Row {
    id: Uuid,
    provider_id: Uuid,
    number: i64,
    customer_id: Uuid,
    contact_id: Uuid,
    channel: String,
    subject: String,
    done: Option<String>,
    expected: Option<String>,
    happened: Option<String>,
    affected: Option<String>,
    priority: String,
    opened_at: i64,
    opened_by: String,
    proof: Option<String>,
    assigned_to: Option<Uuid>,
    assigned_at: Option<i64>,
    reopened_at: Option<i64>,
    reopened_by: Option<String>,
    customer_spoke_at: Option<i64>,
    last_message_at: i64,
    waits_for_customer_since: Option<i64>,
    waits_for_staff_since: Option<i64>,
    closed_at: Option<i64>,
    closed_how: Option<String>,
    follows: Option<Uuid>,
    merged_into: Option<Uuid>,
    reminded_close_at: Option<i64>,
    reminded_lock_at: Option<i64>,
    escalated_at: Option<i64>,
}

/// A word that the core does not know means a database written by something newer.
fn known<T>(found: Option<T>, what: &str, word: &str) -> Result<T, StoreError> {
    found.ok_or_else(|| StoreError::Inconsistent(format!("a ticket's {what} {word:?}")))
}

/// An instant and its word are there together or not at all.
fn both<'a>(
    at: Option<i64>,
    word: Option<&'a str>,
    what: &str,
) -> Result<Option<(Moment, &'a str)>, StoreError> {
    match (at, word) {
        (Some(at), Some(word)) => Ok(Some((Moment(at), word))),
        (None, None) => Ok(None),
        _ => Err(StoreError::Inconsistent(format!("half of a ticket's {what}"))),
    }
}

impl TryFrom<Row> for TicketRecord {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        let opener = |word: &str| known(Opener::from_word(word), "opener", word);
        let reopened = both(row.reopened_at, row.reopened_by.as_deref(), "reopening")?
            .map(|(at, by)| Ok::<_, StoreError>(Reopened { at, by: opener(by)? }))
            .transpose()?;
        let closed = both(row.closed_at, row.closed_how.as_deref(), "closing")?
            .map(|(at, how)| Ok::<_, StoreError>((at, known(ClosedHow::from_word(how), "closing", how)?)))
            .transpose()?;
        let life = Ticket {
            id: row.id.into(),
            customer: row.customer_id.into(),
            contact: row.contact_id.into(),
            priority: known(Priority::from_word(&row.priority), "priority", &row.priority)?,
            opened_at: Moment(row.opened_at),
            opened_by: opener(&row.opened_by)?,
            assigned_to: row.assigned_to.map(StaffId),
            assigned_at: row.assigned_at.map(Moment),
            reopened,
            customer_spoke_at: row.customer_spoke_at.map(Moment),
            last_message_at: Moment(row.last_message_at),
            waits: Waits::new(
                row.waits_for_customer_since.map(Moment),
                row.waits_for_staff_since.map(Moment),
            ),
            closed,
            merged_into: row.merged_into.map(TicketId),
            reminded_close_at: row.reminded_close_at.map(Moment),
            reminded_lock_at: row.reminded_lock_at.map(Moment),
            escalated_at: row.escalated_at.map(Moment),
        };
        Ok(Self {
            provider: row.provider_id.into(),
            number: row.number,
            channel: known(TicketChannel::from_word(&row.channel), "channel", &row.channel)?,
            subject: row.subject,
            request: Request {
                done: row.done,
                expected: row.expected,
                happened: row.happened,
                affected: row.affected,
            },
            proof: row.proof,
            follows: row.follows.map(TicketId),
            life,
        })
    }
}

/// The columns of [`Row`], of a table named `t`.
macro_rules! columns {
    () => {
        "t.id, t.provider_id, t.number, t.customer_id, t.contact_id, t.channel, t.subject, t.done, \
         t.expected, t.happened, t.affected, t.priority, t.opened_at, t.opened_by, t.proof, t.assigned_to, \
         t.assigned_at, t.reopened_at, t.reopened_by, t.customer_spoke_at, t.last_message_at, \
         t.waits_for_customer_since, t.waits_for_staff_since, t.closed_at, t.closed_how, t.follows, \
         t.merged_into, t.reminded_close_at, t.reminded_lock_at, t.escalated_at"
    };
}
pub(crate) use columns;

macro_rules! select {
    ($rest:literal) => {
        concat!("SELECT ", columns!(), " FROM ticket t ", $rest)
    };
}

/// Adds a ticket and gives it the provider's next number. One writer: no two get the same.
pub async fn insert(tx: &mut Tx, new: TicketRecord) -> Result<TicketRecord, StoreError> {
    let sql = "SELECT MAX(number) FROM ticket WHERE provider_id = $1";
    let highest = one!(tx.conn(), (Option<i64>,), sql, new.provider.0)?.and_then(|(n,)| n);
    let record = TicketRecord { number: highest.map_or(FIRST_NUMBER, |n| n + 1), ..new };
    let life = &record.life;
    run!(
        tx.conn(),
        "INSERT INTO ticket (id, provider_id, number, customer_id, contact_id, channel, subject, done, expected, \
         happened, affected, priority, opened_at, opened_by, proof, follows, assigned_to, assigned_at, reopened_at, \
         reopened_by, customer_spoke_at, last_message_at, waits_for_customer_since, waits_for_staff_since, \
         closed_at, closed_how, merged_into, reminded_close_at, reminded_lock_at, escalated_at, urgency) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, \
         $22, $23, $24, $25, $26, $27, $28, $29, $30, $31)",
        life.id.0,
        record.provider.0,
        record.number,
        life.customer.0,
        life.contact.0,
        record.channel.word(),
        &record.subject,
        record.request.done.as_deref(),
        record.request.expected.as_deref(),
        record.request.happened.as_deref(),
        record.request.affected.as_deref(),
        life.priority.word(),
        life.opened_at.0,
        life.opened_by.word(),
        record.proof.as_deref(),
        record.follows.map(|t| t.0),
        life.assigned_to.map(|s| s.0),
        micros(life.assigned_at),
        micros(life.reopened.map(|r| r.at)),
        life.reopened.map(|r| r.by.word()),
        micros(life.customer_spoke_at),
        life.last_message_at.0,
        micros(life.waits.for_customer_since()),
        micros(life.waits.for_staff_since()),
        micros(life.closed.map(|(at, _)| at)),
        life.closed.map(|(_, how)| how.word()),
        life.merged_into.map(|t| t.0),
        micros(life.reminded_close_at),
        micros(life.reminded_lock_at),
        micros(life.escalated_at),
        urgency(life)
    )?;
    Ok(record)
}

fn micros(at: Option<Moment>) -> Option<i64> {
    at.map(|at| at.0)
}

/// Saves what may change. The caller has read the row in the same transaction.
pub async fn update(tx: &mut Tx, record: &TicketRecord) -> Result<(), StoreError> {
    let life = &record.life;
    run!(
        tx.conn(),
        "UPDATE ticket SET subject = $3, priority = $4, assigned_to = $5, assigned_at = $6, reopened_at = $7, \
         reopened_by = $8, customer_spoke_at = $9, last_message_at = $10, waits_for_customer_since = $11, \
         waits_for_staff_since = $12, closed_at = $13, closed_how = $14, merged_into = $15, \
         reminded_close_at = $16, reminded_lock_at = $17, escalated_at = $18, urgency = $19 \
         WHERE provider_id = $1 AND id = $2",
        record.provider.0,
        life.id.0,
        &record.subject,
        life.priority.word(),
        life.assigned_to.map(|s| s.0),
        micros(life.assigned_at),
        micros(life.reopened.map(|r| r.at)),
        life.reopened.map(|r| r.by.word()),
        micros(life.customer_spoke_at),
        life.last_message_at.0,
        micros(life.waits.for_customer_since()),
        micros(life.waits.for_staff_since()),
        micros(life.closed.map(|(at, _)| at)),
        life.closed.map(|(_, how)| how.word()),
        life.merged_into.map(|t| t.0),
        micros(life.reminded_close_at),
        micros(life.reminded_lock_at),
        micros(life.escalated_at),
        urgency(life)
    )
    .map(drop)
}

/// Takes a ticket that is locked out of the queue for good.
pub async fn shelve(tx: &mut Tx, provider: ProviderId, id: TicketId) -> Result<(), StoreError> {
    let sql = "UPDATE ticket SET urgency = NULL WHERE provider_id = $1 AND id = $2";
    run!(tx.conn(), sql, provider.0, id.0).map(drop)
}

pub async fn by_id(
    conn: &mut Conn,
    provider: ProviderId,
    id: TicketId,
) -> Result<Option<TicketRecord>, StoreError> {
    let row = one!(conn, Row, select!("WHERE t.provider_id = $1 AND t.id = $2"), provider.0, id.0)?;
    row.map(TicketRecord::try_from).transpose()
}

pub async fn by_number(
    conn: &mut Conn,
    provider: ProviderId,
    number: i64,
) -> Result<Option<TicketRecord>, StoreError> {
    let row = one!(conn, Row, select!("WHERE t.provider_id = $1 AND t.number = $2"), provider.0, number)?;
    row.map(TicketRecord::try_from).transpose()
}

/// The tickets that go on from this one, oldest first, at most 20.
pub async fn followed_by(
    conn: &mut Conn,
    provider: ProviderId,
    id: TicketId,
) -> Result<Vec<TicketRecord>, StoreError> {
    let sql = select!("WHERE t.provider_id = $1 AND t.follows = $2 ORDER BY t.id LIMIT 20");
    all!(conn, Row, sql, provider.0, id.0)?.into_iter().map(TicketRecord::try_from).collect()
}

/// The tickets that were merged into this one, oldest first, at most 20.
pub async fn merged(
    conn: &mut Conn,
    provider: ProviderId,
    id: TicketId,
) -> Result<Vec<TicketRecord>, StoreError> {
    let sql = select!("WHERE t.provider_id = $1 AND t.merged_into = $2 ORDER BY t.id LIMIT 20");
    all!(conn, Row, sql, provider.0, id.0)?.into_iter().map(TicketRecord::try_from).collect()
}

/// A ticket's tags, in their order.
pub async fn tags(conn: &mut Conn, provider: ProviderId, id: TicketId) -> Result<Vec<String>, StoreError> {
    let sql = "SELECT tag FROM ticket_tag WHERE provider_id = $1 AND ticket_id = $2 ORDER BY tag LIMIT 50";
    Ok(all!(conn, (String,), sql, provider.0, id.0)?.into_iter().map(|(tag,)| tag).collect())
}

/// Replaces a ticket's tags.
pub async fn set_tags(
    tx: &mut Tx,
    provider: ProviderId,
    id: TicketId,
    tags: &[String],
) -> Result<(), StoreError> {
    let sql = "DELETE FROM ticket_tag WHERE provider_id = $1 AND ticket_id = $2";
    run!(tx.conn(), sql, provider.0, id.0)?;
    for tag in tags {
        let sql = "INSERT INTO ticket_tag (provider_id, ticket_id, tag) VALUES ($1, $2, $3)";
        run!(tx.conn(), sql, provider.0, id.0, tag)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{StoreError, both};

    #[test]
    fn half_of_what_belongs_together_is_nothing_to_guess_at() {
        assert!(matches!(both(Some(1), Some("staff"), "closing"), Ok(Some(_))));
        assert!(matches!(both(None, None, "closing"), Ok(None)));
        assert!(matches!(both(Some(1), None, "closing"), Err(StoreError::Inconsistent(_))));
        assert!(matches!(both(None, Some("staff"), "closing"), Err(StoreError::Inconsistent(_))));
    }
}
