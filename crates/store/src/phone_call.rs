//! Calls as staff wrote them down (rule P6). Numbers and notes are in the entry and in the ticket.

use pforte_core::kernel::{CallId, ContactId, CustomerId, GroundId, Moment, ProviderId, StaffId, TicketId};
use sqlx::FromRow;
use uuid::Uuid;

use crate::{
    Conn, StoreError, Tx,
    conn::{all, one, run},
};

/// One call. `proof` is `none`, `call_back` or `pin`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PhoneCall {
    pub id: CallId,
    pub provider: ProviderId,
    pub staff: StaffId,
    pub customer: CustomerId,
    pub contact: ContactId,
    pub proof: String,
    pub ticket: Option<TicketId>,
    pub ground: Option<GroundId>,
    pub at: Moment,
}

#[derive(FromRow)]
struct Row {
    id: Uuid,
    provider_id: Uuid,
    staff_id: Uuid,
    customer_id: Uuid,
    contact_id: Uuid,
    proof: String,
    ticket_id: Option<Uuid>,
    ground_id: Option<Uuid>,
    at: i64,
}

impl From<Row> for PhoneCall {
    fn from(row: Row) -> Self {
        Self {
            id: row.id.into(),
            provider: row.provider_id.into(),
            staff: row.staff_id.into(),
            customer: row.customer_id.into(),
            contact: row.contact_id.into(),
            proof: row.proof,
            ticket: row.ticket_id.map(TicketId),
            ground: row.ground_id.map(GroundId),
            at: Moment(row.at),
        }
    }
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT id, provider_id, staff_id, customer_id, contact_id, proof, ticket_id, ground_id, at \
             FROM phone_call ",
            $rest
        )
    };
}

pub async fn insert(tx: &mut Tx, call: &PhoneCall) -> Result<(), StoreError> {
    run!(
        tx.conn(),
        "INSERT INTO phone_call (id, provider_id, staff_id, customer_id, contact_id, proof, ticket_id, \
         ground_id, at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        call.id.0,
        call.provider.0,
        call.staff.0,
        call.customer.0,
        call.contact.0,
        &call.proof,
        call.ticket.map(|t| t.0),
        call.ground.map(|g| g.0),
        call.at.0
    )
    .map(drop)
}

pub async fn by_id(
    conn: &mut Conn,
    provider: ProviderId,
    id: CallId,
) -> Result<Option<PhoneCall>, StoreError> {
    let row = one!(conn, Row, select!("WHERE provider_id = $1 AND id = $2"), provider.0, id.0)?;
    Ok(row.map(PhoneCall::from))
}

/// A ticket's calls, oldest first, at most 100 (rule X5).
pub async fn of_ticket(
    conn: &mut Conn,
    provider: ProviderId,
    ticket: TicketId,
) -> Result<Vec<PhoneCall>, StoreError> {
    let sql = select!("WHERE provider_id = $1 AND ticket_id = $2 ORDER BY id LIMIT 100");
    Ok(all!(conn, Row, sql, provider.0, ticket.0)?.into_iter().map(PhoneCall::from).collect())
}

/// Links a call to the ticket it became, once.
pub async fn set_ticket(
    tx: &mut Tx,
    provider: ProviderId,
    id: CallId,
    ticket: TicketId,
) -> Result<bool, StoreError> {
    let sql = "UPDATE phone_call SET ticket_id = $3 WHERE provider_id = $1 AND id = $2 AND ticket_id IS NULL";
    Ok(run!(tx.conn(), sql, provider.0, id.0, ticket.0)? == 1)
}
