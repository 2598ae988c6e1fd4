//! Phone numbers of contacts, in E.164 (rule P6).

use pforte_core::kernel::{ContactId, CustomerId, Moment, ProviderId};
use uuid::Uuid;

use crate::{
    Conn, StoreError, Tx,
    conn::{all, one, run},
};

/// One contact's number. People of a company share numbers, so two contacts may have the same one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Phone {
    pub id: Uuid,
    pub provider: ProviderId,
    pub contact: ContactId,
    /// In E.164.
    pub number: String,
}

type Row = (Uuid, Uuid, Uuid, String);

fn record((id, provider, contact, number): Row) -> Phone {
    Phone { id, provider: provider.into(), contact: contact.into(), number }
}

pub async fn insert(tx: &mut Tx, phone: &Phone, at: Moment) -> Result<(), StoreError> {
    let sql = "INSERT INTO contact_phone (id, provider_id, contact_id, number, added_at) \
               VALUES ($1, $2, $3, $4, $5)";
    run!(tx.conn(), sql, phone.id, phone.provider.0, phone.contact.0, &phone.number, at.0).map(drop)
}

/// A contact's numbers, oldest first, at most 20.
pub async fn of_contact(
    conn: &mut Conn,
    provider: ProviderId,
    contact: ContactId,
) -> Result<Vec<Phone>, StoreError> {
    let sql = "SELECT id, provider_id, contact_id, number FROM contact_phone \
               WHERE provider_id = $1 AND contact_id = $2 ORDER BY id LIMIT 20";
    Ok(all!(conn, Row, sql, provider.0, contact.0)?.into_iter().map(record).collect())
}

/// The active contacts who registered a number, oldest first, at most 20, with their customers.
pub async fn registered(
    conn: &mut Conn,
    provider: ProviderId,
    number: &str,
) -> Result<Vec<(ContactId, CustomerId)>, StoreError> {
    let sql = "SELECT k.id, k.customer_id FROM contact_phone p \
               JOIN contact k ON k.id = p.contact_id AND k.provider_id = p.provider_id \
               JOIN customer c ON c.id = k.customer_id AND c.provider_id = k.provider_id \
               WHERE p.provider_id = $1 AND p.number = $2 AND k.active AND c.active \
               GROUP BY k.id, k.customer_id ORDER BY k.id LIMIT 20";
    let rows = all!(conn, (Uuid, Uuid), sql, provider.0, number)?;
    Ok(rows.into_iter().map(|(contact, customer)| (contact.into(), customer.into())).collect())
}

/// Whether a contact registered a number.
pub async fn is_registered(
    conn: &mut Conn,
    provider: ProviderId,
    contact: ContactId,
    number: &str,
) -> Result<bool, StoreError> {
    let sql = "SELECT COUNT(*) FROM contact_phone WHERE provider_id = $1 AND contact_id = $2 AND number = $3";
    Ok(one!(conn, (i64,), sql, provider.0, contact.0, number)?.is_some_and(|(n,)| n > 0))
}

/// Removes a number; `false` when there is none.
pub async fn remove(
    tx: &mut Tx,
    provider: ProviderId,
    contact: ContactId,
    id: Uuid,
) -> Result<bool, StoreError> {
    let sql = "DELETE FROM contact_phone WHERE provider_id = $1 AND contact_id = $2 AND id = $3";
    Ok(run!(tx.conn(), sql, provider.0, contact.0, id)? == 1)
}
