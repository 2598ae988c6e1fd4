//! Grounds: what opened a door, for whom, until when.

use pforte_core::{
    access::{GroundKind, Terms},
    kernel::{ContactId, CustomerId, EntryId, GroundId, Moment, PinId, ProviderId, StaffId, TicketId},
};
use serde::{Deserialize, Serialize};
use sqlx::FromRow;
use uuid::Uuid;

use crate::{
    Conn, StoreError, Tx,
    conn::{all, one, run},
    ending::Ending,
};

/// A ground's row with whom it opens for and whom it concerns. Reason, record and names are in its entry
/// (rule T22).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroundRecord {
    pub id: GroundId,
    pub provider: ProviderId,
    pub customer: CustomerId,
    pub terms: Terms,
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

    /// Whether it is open or could ever open again. Whatever ends access asks this, and not [`Self::open`].
    pub fn may_open(&self, now: Moment) -> bool {
        self.ended.is_none() && (self.terms.wakes() || now < self.ends_at)
    }
}

#[derive(FromRow)]
struct Row {
    id: Uuid,
    provider_id: Uuid,
    kind: String,
    customer_id: Uuid,
    staff_id: Option<Uuid>,
    contact_id: Option<Uuid>,
    pin_id: Option<Uuid>,
    ticket_id: Option<Uuid>,
    terms: String,
    entry_id: Uuid,
    opened_at: i64,
    ends_at: i64,
    ended_at: Option<i64>,
    ended_how: Option<String>,
    ended_by_staff: Option<Uuid>,
    ended_by_contact: Option<Uuid>,
    cut_millis: Option<i64>,
}

/// What a kind's terms say beside the rows they point at, as JSON.
#[derive(Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    issued_at: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    products: Option<Vec<String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    areas: Option<Vec<String>>,
}

impl Written {
    fn of(terms: &Terms) -> Self {
        match terms {
            Terms::Pin { issued_at, .. } => Self { issued_at: Some(issued_at.0), ..Self::default() },
            Terms::Grant { products, areas, .. } => {
                Self { products: products.clone(), areas: areas.clone(), ..Self::default() }
            }
            Terms::Takeover { .. } | Terms::Onboarding { .. } | Terms::SelfGrant { .. } => Self::default(),
        }
    }
}

impl Row {
    /// Reads the terms back; `None` when something they need is missing, or something stands there that this
    /// kind does not have.
    fn terms(&self) -> Option<Terms> {
        let Written { issued_at, products, areas } = serde_json::from_str(&self.terms).ok()?;
        let staff = self.staff_id.map(StaffId);
        let contact = self.contact_id.map(ContactId)?;
        let (pin, ticket) = (self.pin_id.map(PinId), self.ticket_id.map(TicketId));
        Some(match (GroundKind::from_word(&self.kind)?, pin, issued_at, ticket, products, areas) {
            (GroundKind::Pin, Some(pin), Some(issued_at), ticket, None, None) => {
                Terms::Pin { staff: staff?, contact, pin, issued_at: Moment(issued_at), ticket }
            }
            (GroundKind::Takeover, None, None, Some(ticket), None, None) => {
                Terms::Takeover { staff: staff?, contact, ticket }
            }
            (GroundKind::Grant, None, None, None, products, areas) => {
                Terms::Grant { by: contact, staff, products, areas }
            }
            (GroundKind::Onboarding, None, None, None, None, None) => {
                Terms::Onboarding { manager: staff?, contact }
            }
            (GroundKind::SelfGrant, None, None, None, None, None) => {
                Terms::SelfGrant { staff: staff?, contact }
            }
            _ => return None,
        })
    }
}

impl TryFrom<Row> for GroundRecord {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        let unreadable =
            || StoreError::Inconsistent(format!("ground {}: its terms make no {}", row.id, row.kind));
        Ok(Self {
            terms: row.terms().ok_or_else(unreadable)?,
            id: row.id.into(),
            provider: row.provider_id.into(),
            customer: row.customer_id.into(),
            entry: row.entry_id.into(),
            opened_at: Moment(row.opened_at),
            ends_at: Moment(row.ends_at),
            ended: Ending::read(
                row.ended_at,
                row.ended_how.as_deref(),
                (row.ended_by_staff, row.ended_by_contact),
                row.cut_millis,
            ),
        })
    }
}

/// Those that can be read. What cannot be read opens nothing, and must not keep the others open, nor the
/// server from starting.
fn readable(rows: Vec<Row>) -> Vec<GroundRecord> {
    let mut all = Vec::with_capacity(rows.len());
    for row in rows {
        match GroundRecord::try_from(row) {
            Ok(ground) => all.push(ground),
            Err(error) => tracing::error!(%error, "a ground opens nothing"),
        }
    }
    all
}

fn read(rows: Vec<Row>) -> Result<Vec<GroundRecord>, StoreError> {
    rows.into_iter().map(GroundRecord::try_from).collect()
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT g.id, g.provider_id, g.kind, g.customer_id, s.staff_id, c.contact_id, g.pin_id, g.ticket_id, \
             g.terms, g.entry_id, g.opened_at, g.ends_at, g.ended_at, g.ended_how, g.ended_by_staff, \
             g.ended_by_contact, g.cut_millis FROM ground g \
             LEFT JOIN ground_staff s ON s.ground_id = g.id \
             LEFT JOIN ground_contact c ON c.ground_id = g.id ",
            $rest
        )
    };
}

pub async fn insert(tx: &mut Tx, ground: &GroundRecord) -> Result<(), StoreError> {
    let pin = if let Terms::Pin { pin, .. } = &ground.terms { Some(pin.0) } else { None };
    let terms = serde_json::to_string(&Written::of(&ground.terms))
        .map_err(|error| StoreError::Inconsistent(format!("terms that cannot be written: {error}")))?;
    run!(
        tx.conn(),
        "INSERT INTO ground (id, provider_id, kind, customer_id, pin_id, ticket_id, terms, entry_id, opened_at, \
         ends_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        ground.id.0,
        ground.provider.0,
        ground.terms.kind().word(),
        ground.customer.0,
        pin,
        ground.terms.ticket().map(|t| t.0),
        &terms,
        ground.entry.0,
        ground.opened_at.0,
        ground.ends_at.0
    )?;
    if let Some(staff) = ground.terms.staff() {
        let sql = "INSERT INTO ground_staff (ground_id, provider_id, staff_id) VALUES ($1, $2, $3)";
        run!(tx.conn(), sql, ground.id.0, ground.provider.0, staff.0)?;
    }
    let sql = "INSERT INTO ground_contact (ground_id, provider_id, contact_id) VALUES ($1, $2, $3)";
    run!(tx.conn(), sql, ground.id.0, ground.provider.0, ground.terms.contact().0).map(drop)
}

pub async fn by_id(
    conn: &mut Conn,
    provider: ProviderId,
    id: GroundId,
) -> Result<Option<GroundRecord>, StoreError> {
    let row = one!(conn, Row, select!("WHERE g.provider_id = $1 AND g.id = $2"), provider.0, id.0)?;
    row.map(GroundRecord::try_from).transpose()
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
        "WHERE g.provider_id = $1 AND (NOT $2 OR g.customer_id = $3) AND (NOT $4 OR s.staff_id = $5) \
         AND (NOT $6 OR (g.ended_at IS NULL AND g.ends_at > $8)) \
         AND (NOT $7 OR NOT (g.ended_at IS NULL AND g.ends_at > $8)) \
         AND (NOT $9 OR (g.ended_at IS NULL AND (g.ends_at > $8 OR g.kind = 'takeover'))) \
         AND (NOT $10 OR c.contact_id = $11) AND g.id < $12 ORDER BY g.id DESC LIMIT $13"
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
    if filter.standing == Some(Standing::MayOpen) { Ok(readable(rows)) } else { read(rows) }
}

/// Every ground that is open, of all providers, for a server that starts: also those of closed tickets,
/// which could open again (rule B13). At most 100,000.
pub async fn unended(conn: &mut Conn, now: Moment) -> Result<Vec<GroundRecord>, StoreError> {
    let sql = select!(
        "WHERE g.ended_at IS NULL AND (g.ends_at > $1 OR g.kind = 'takeover') ORDER BY g.id LIMIT 100000"
    );
    Ok(readable(all!(conn, Row, sql, now.0)?))
}

/// A ticket's grounds, newest first, at most 50.
pub async fn of_ticket(
    conn: &mut Conn,
    provider: ProviderId,
    ticket: TicketId,
) -> Result<Vec<GroundRecord>, StoreError> {
    let sql = select!("WHERE g.provider_id = $1 AND g.ticket_id = $2 ORDER BY g.id DESC LIMIT 50");
    read(all!(conn, Row, sql, provider.0, ticket.0)?)
}

/// The takeovers of a ticket that were never ended, at most 100: there is one, of whoever has it. However many
/// calls belong to the ticket, none of them hides it.
pub async fn takeovers(
    conn: &mut Conn,
    provider: ProviderId,
    ticket: TicketId,
) -> Result<Vec<GroundRecord>, StoreError> {
    let sql = select!(
        "WHERE g.provider_id = $1 AND g.ticket_id = $2 AND g.kind = 'takeover' AND g.ended_at IS NULL \
         ORDER BY g.id DESC LIMIT 100"
    );
    read(all!(conn, Row, sql, provider.0, ticket.0)?)
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
