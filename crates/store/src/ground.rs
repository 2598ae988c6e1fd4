//! Grounds: what opened a door, for whom, until when.

use pforte_core::kernel::{
    ContactId, CustomerId, EntryId, GroundId, Moment, PinId, ProviderId, StaffId, TicketId,
};
use sqlx::FromRow;
use uuid::Uuid;

use crate::{
    Conn, StoreError, Tx,
    conn::{all, one, run},
    ending::Ending,
};

/// The kind that opens again with its ticket.
const TAKEOVER: &str = "takeover";

/// A ground's row. Reason, record and names are in its entry (rule T22).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroundRecord {
    pub id: GroundId,
    pub provider: ProviderId,
    /// `pin`, and with later features `takeover`, `grant`, `onboarding`, `self_grant`.
    pub kind: String,
    pub customer: CustomerId,
    pub contact: ContactId,
    pub staff: StaffId,
    pub pin: Option<PinId>,
    pub pin_issued_at: Option<Moment>,
    /// The ticket that was taken over, or that a PIN was redeemed for.
    pub ticket: Option<TicketId>,
    pub entry: EntryId,
    pub opened_at: Moment,
    pub ends_at: Moment,
    pub ended: Option<Ending>,
}

impl GroundRecord {
    /// Whether it has neither been ended nor run out.
    pub fn open(&self, now: Moment) -> bool {
        self.ended.is_none() && now < self.ends_at
    }

    /// Whether it is open or could ever open again: a takeover sleeps while its ticket is closed, and the
    /// customer's next word wakes it (rule B13). Whatever ends access asks this, and not [`Self::open`].
    pub fn may_open(&self, now: Moment) -> bool {
        self.ended.is_none() && (self.kind == TAKEOVER || now < self.ends_at)
    }
}

#[derive(FromRow)]
struct Row {
    id: Uuid,
    provider_id: Uuid,
    kind: String,
    customer_id: Uuid,
    contact_id: Uuid,
    staff_id: Uuid,
    pin_id: Option<Uuid>,
    pin_issued_at: Option<i64>,
    ticket_id: Option<Uuid>,
    entry_id: Uuid,
    opened_at: i64,
    ends_at: i64,
    ended_at: Option<i64>,
    ended_how: Option<String>,
    ended_by_staff: Option<Uuid>,
    ended_by_contact: Option<Uuid>,
    cut_millis: Option<i64>,
}

impl From<Row> for GroundRecord {
    fn from(row: Row) -> Self {
        Self {
            id: row.id.into(),
            provider: row.provider_id.into(),
            kind: row.kind,
            customer: row.customer_id.into(),
            contact: row.contact_id.into(),
            staff: row.staff_id.into(),
            pin: row.pin_id.map(PinId),
            pin_issued_at: row.pin_issued_at.map(Moment),
            ticket: row.ticket_id.map(TicketId),
            entry: row.entry_id.into(),
            opened_at: Moment(row.opened_at),
            ends_at: Moment(row.ends_at),
            ended: Ending::read(
                row.ended_at,
                row.ended_how.as_deref(),
                (row.ended_by_staff, row.ended_by_contact),
                row.cut_millis,
            ),
        }
    }
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT id, provider_id, kind, customer_id, contact_id, staff_id, pin_id, pin_issued_at, \
             ticket_id, entry_id, opened_at, ends_at, ended_at, ended_how, ended_by_staff, ended_by_contact, \
             cut_millis FROM ground ",
            $rest
        )
    };
}

pub async fn insert(tx: &mut Tx, ground: &GroundRecord) -> Result<(), StoreError> {
    run!(
        tx.conn(),
        "INSERT INTO ground (id, provider_id, kind, customer_id, contact_id, staff_id, pin_id, pin_issued_at, \
         ticket_id, entry_id, opened_at, ends_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
        ground.id.0,
        ground.provider.0,
        &ground.kind,
        ground.customer.0,
        ground.contact.0,
        ground.staff.0,
        ground.pin.map(|p| p.0),
        ground.pin_issued_at.map(|m| m.0),
        ground.ticket.map(|t| t.0),
        ground.entry.0,
        ground.opened_at.0,
        ground.ends_at.0
    )
    .map(drop)
}

pub async fn by_id(
    conn: &mut Conn,
    provider: ProviderId,
    id: GroundId,
) -> Result<Option<GroundRecord>, StoreError> {
    let row = one!(conn, Row, select!("WHERE provider_id = $1 AND id = $2"), provider.0, id.0)?;
    Ok(row.map(GroundRecord::from))
}

/// Which grounds a list shows.
#[derive(Clone, Copy, Debug, Default)]
pub struct Filter {
    pub customer: Option<CustomerId>,
    pub contact: Option<ContactId>,
    pub staff: Option<StaffId>,
    pub standing: Option<Standing>,
}

/// How grounds stand at an instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// As lists show it.
    Open,
    Over,
    /// Open, or able to open again: what an ending has to end ([`GroundRecord::may_open`]).
    MayOpen,
}

/// A page of grounds, newest first, older than `before`.
pub async fn list(
    conn: &mut Conn,
    provider: ProviderId,
    filter: Filter,
    now: Moment,
    before: Option<GroundId>,
    limit: i64,
) -> Result<Vec<GroundRecord>, StoreError> {
    let sql = select!(
        "WHERE provider_id = $1 AND (NOT $2 OR customer_id = $3) AND (NOT $4 OR staff_id = $5) \
         AND (NOT $6 OR (ended_at IS NULL AND ends_at > $8)) \
         AND (NOT $7 OR NOT (ended_at IS NULL AND ends_at > $8)) \
         AND (NOT $9 OR (ended_at IS NULL AND (ends_at > $8 OR kind = 'takeover'))) \
         AND (NOT $10 OR contact_id = $11) AND id < $12 ORDER BY id DESC LIMIT $13"
    );
    let rows = all!(
        conn,
        Row,
        sql,
        provider.0,
        filter.customer.is_some(),
        filter.customer.map_or(Uuid::nil(), |c| c.0),
        filter.staff.is_some(),
        filter.staff.map_or(Uuid::nil(), |s| s.0),
        filter.standing == Some(Standing::Open),
        filter.standing == Some(Standing::Over),
        now.0,
        filter.standing == Some(Standing::MayOpen),
        filter.contact.is_some(),
        filter.contact.map_or(Uuid::nil(), |c| c.0),
        before.map_or(Uuid::max(), |id| id.0),
        limit
    )?;
    Ok(rows.into_iter().map(GroundRecord::from).collect())
}

/// Every ground that is open, of all providers, for a server that starts: also those of closed tickets,
/// which could open again (rule B13). At most 100,000.
pub async fn unended(conn: &mut Conn, now: Moment) -> Result<Vec<GroundRecord>, StoreError> {
    let sql =
        select!("WHERE ended_at IS NULL AND (ends_at > $1 OR kind = 'takeover') ORDER BY id LIMIT 100000");
    Ok(all!(conn, Row, sql, now.0)?.into_iter().map(GroundRecord::from).collect())
}

/// A ticket's grounds, newest first, at most 50.
pub async fn of_ticket(
    conn: &mut Conn,
    provider: ProviderId,
    ticket: TicketId,
) -> Result<Vec<GroundRecord>, StoreError> {
    let sql = select!("WHERE provider_id = $1 AND ticket_id = $2 ORDER BY id DESC LIMIT 50");
    Ok(all!(conn, Row, sql, provider.0, ticket.0)?.into_iter().map(GroundRecord::from).collect())
}

/// The takeovers of a ticket that were never ended, at most 100: there is one, of whoever has it. However many
/// calls belong to the ticket, none of them hides it.
pub async fn takeovers(
    conn: &mut Conn,
    provider: ProviderId,
    ticket: TicketId,
) -> Result<Vec<GroundRecord>, StoreError> {
    let sql = select!(
        "WHERE provider_id = $1 AND ticket_id = $2 AND kind = 'takeover' AND ended_at IS NULL \
         ORDER BY id DESC LIMIT 100"
    );
    Ok(all!(conn, Row, sql, provider.0, ticket.0)?.into_iter().map(GroundRecord::from).collect())
}

/// When the customer last ended anything on a ticket.
pub async fn ended_by_customer(
    conn: &mut Conn,
    provider: ProviderId,
    ticket: TicketId,
) -> Result<Option<Moment>, StoreError> {
    let sql = "SELECT MAX(ended_at) FROM ground WHERE provider_id = $1 AND ticket_id = $2 AND ended_how = 'customer'";
    let row = one!(conn, (Option<i64>,), sql, provider.0, ticket.0)?;
    Ok(row.and_then(|(at,)| at).map(Moment))
}

/// Links what a PIN opened to the ticket that the call became, once (rule X5).
pub async fn set_ticket(
    tx: &mut Tx,
    provider: ProviderId,
    id: GroundId,
    ticket: TicketId,
) -> Result<bool, StoreError> {
    let sql = "UPDATE ground SET ticket_id = $3 WHERE provider_id = $1 AND id = $2 AND ticket_id IS NULL";
    Ok(run!(tx.conn(), sql, provider.0, id.0, ticket.0)? == 1)
}

/// Rewrites until when a ticket's takeovers are open, as lists show it, after its clocks changed.
pub async fn set_ticket_end(
    tx: &mut Tx,
    provider: ProviderId,
    ticket: TicketId,
    ends_at: Moment,
) -> Result<(), StoreError> {
    let sql = "UPDATE ground SET ends_at = $3 WHERE provider_id = $1 AND ticket_id = $2 \
               AND kind = 'takeover' AND ended_at IS NULL";
    run!(tx.conn(), sql, provider.0, ticket.0, ends_at.0).map(drop)
}

/// Ends a ground; `false` when it had ended already.
pub async fn end(
    tx: &mut Tx,
    provider: ProviderId,
    id: GroundId,
    ending: Ending,
) -> Result<bool, StoreError> {
    let (staff, contact) = ending.who();
    let sql = "UPDATE ground SET ended_at = $3, ended_how = $4, cut_millis = $5, ended_by_staff = $6, \
               ended_by_contact = $7 \
               WHERE provider_id = $1 AND id = $2 AND ended_at IS NULL";
    Ok(run!(
        tx.conn(),
        sql,
        provider.0,
        id.0,
        ending.at.0,
        ending.how.word(),
        ending.cut_millis,
        staff,
        contact
    )? == 1)
}
