//! People, customers, tickets and calls, named in a line.

use pforte_core::kernel::{ContactId, CustomerId, ProviderId, StaffId};
use pforte_store::{Conn, StoreError, contact, customer, phone_call::PhoneCall, staff, ticket::TicketRecord};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::cx::{Problem, Timestamp};

/// A person by name.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Person {
    pub id: Uuid,
    pub name: String,
}

/// The staff member.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct StaffRef {
    pub id: Uuid,
    pub name: String,
    pub username: String,
}

/// A customer by number and name.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct CustomerRef {
    pub id: Uuid,
    pub number: String,
    pub name: String,
}

impl CustomerRef {
    pub fn new(customer: &customer::Customer) -> Self {
        Self { id: customer.id.0, number: customer.number.clone(), name: customer.name.clone() }
    }
}

/// A customer's id where only the number and name are loaded otherwise.
pub fn customer_ref(customer: Option<&customer::Customer>, id: CustomerId) -> CustomerRef {
    customer.map_or_else(|| CustomerRef { id: id.0, number: "–".into(), name: "–".into() }, CustomerRef::new)
}

/// What a contact may do towards support.
#[derive(Clone, Copy, Debug, Serialize, serde::Deserialize, ToSchema)]
pub struct Rights {
    /// Mail, phone and PIN.
    pub support: bool,
    /// Deletion, export, owner change; with `support`: grants and consents.
    pub instruction: bool,
}

impl From<pforte_core::kernel::ContactRights> for Rights {
    fn from(rights: pforte_core::kernel::ContactRights) -> Self {
        Self { support: rights.support, instruction: rights.instruction }
    }
}

/// A ticket by number and subject.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct TicketRef {
    pub id: Uuid,
    pub number: i64,
    pub subject: String,
}

impl TicketRef {
    pub fn new(ticket: &TicketRecord) -> Self {
        Self { id: ticket.id().0, number: ticket.number, subject: ticket.subject.clone() }
    }
}

/// A call.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct CallRef {
    pub id: Uuid,
    /// `none`, `call_back` or `pin`.
    pub proof: String,
    pub at: Timestamp,
    pub staff: StaffRef,
}

/// Shows a call, e.g. in its ticket (rule X5).
pub async fn call_ref(conn: &mut Conn, call: &PhoneCall) -> Result<CallRef, Problem> {
    let member = staff::by_id(conn, call.provider, call.staff).await?;
    Ok(CallRef {
        id: call.id.0,
        proof: call.proof.clone(),
        at: call.at.into(),
        staff: StaffRef {
            id: call.staff.0,
            name: member.as_ref().map_or_else(|| "–".into(), |m| m.name()),
            username: member.map_or_else(String::new, |m| m.username),
        },
    })
}

/// Names as pages show them; missing rows read as a dash.
pub(crate) async fn staff_name(
    conn: &mut Conn,
    provider: ProviderId,
    id: StaffId,
) -> Result<String, StoreError> {
    Ok(staff::by_id(conn, provider, id).await?.map_or_else(|| "–".into(), |s| s.name()))
}

pub(crate) async fn contact_name(
    conn: &mut Conn,
    provider: ProviderId,
    id: ContactId,
) -> Result<String, StoreError> {
    Ok(contact::by_id(conn, provider, id).await?.map_or_else(|| "–".into(), |c| c.name()))
}
