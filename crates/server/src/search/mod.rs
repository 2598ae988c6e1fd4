//! One search for the desk: tickets by their words and number, customers, contacts.
//!
//! Shows no more than lists do before anything is open (rule B4): names and numbers. Addresses and
//! telephone numbers find a contact only when they are given whole, so that trying letters tells nothing.

pub mod routes;

use pforte_core::kernel::ProviderId;
use pforte_store::{
    Conn,
    contact::{self, Contact},
    customer::{self, Customer, Seek},
    ticket,
};
use uuid::Uuid;

use crate::{cx::Problem, people::e164};

const CUSTOMERS: i64 = 5;
const CONTACTS: i64 = 5;

/// What the question names exactly.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exact {
    Ticket(Uuid),
    Customer(Uuid),
    Contact(Uuid),
}

/// People and customers that were found.
#[derive(Debug)]
pub struct Found {
    pub customers: Vec<Customer>,
    pub contacts: Vec<Contact>,
    pub exact: Option<Exact>,
}

/// Finds customers and contacts, and what is meant exactly. `country` is that of telephone numbers
/// without one.
pub async fn find(
    conn: &mut Conn,
    provider: ProviderId,
    text: &str,
    country: &str,
) -> Result<Found, Problem> {
    let phone = e164(text, country);
    let seek = Seek { text, phone: phone.as_deref(), inactive: false };
    let customers = customer::find(conn, provider, seek, None, CUSTOMERS).await?;
    let contacts = contact::find(conn, provider, text, phone.as_deref(), CONTACTS).await?;
    let exact = exact(conn, provider, text, phone.is_some(), &contacts).await?;
    Ok(Found { customers, contacts, exact })
}

/// The one thing whose number, address or telephone number this is. A number that is both a ticket's and
/// a customer's names neither.
async fn exact(
    conn: &mut Conn,
    provider: ProviderId,
    text: &str,
    phone: bool,
    contacts: &[Contact],
) -> Result<Option<Exact>, Problem> {
    let marked = text.strip_prefix('#');
    let number = marked.unwrap_or(text).parse::<i64>().ok();
    let ticket = match number {
        Some(number) => ticket::by_number(conn, provider, number).await?.map(|t| Exact::Ticket(t.id().0)),
        None => None,
    };
    // Looked up by itself: it may be beyond the few that are shown.
    let customer = customer::by_number(conn, provider, text).await?.filter(|c| c.active);
    let customer = customer.map(|c| Exact::Customer(c.id.0));
    let named = text.contains('@') || phone;
    let contact = match contacts {
        [only] if named => Some(Exact::Contact(only.id.0)),
        _ => None,
    };
    Ok(match (ticket, customer) {
        (Some(_), Some(_)) if marked.is_none() => None,
        (ticket, customer) => ticket.or(customer).or(contact),
    })
}
