//! Addresses at which a customer's own customers reach its support: no senders to us (rule Z4).

use pforte_core::kernel::{CustomerId, ProviderId};
use uuid::Uuid;

use crate::{
    Conn, StoreError, Tx,
    conn::{all, one, run},
};

/// What a customer named, by the alphabet, at most 50.
pub async fn of_customer(
    conn: &mut Conn,
    provider: ProviderId,
    customer: CustomerId,
) -> Result<Vec<String>, StoreError> {
    let sql = "SELECT address FROM customer_support_address WHERE provider_id = $1 AND customer_id = $2 \
               ORDER BY address LIMIT 50";
    Ok(all!(conn, (String,), sql, provider.0, customer.0)?.into_iter().map(|(a,)| a).collect())
}

/// Names an address (lower case); `false` when it is named already.
pub async fn insert(
    tx: &mut Tx,
    provider: ProviderId,
    customer: CustomerId,
    address: &str,
) -> Result<bool, StoreError> {
    let sql = "INSERT INTO customer_support_address (provider_id, customer_id, address) VALUES ($1, $2, $3) \
               ON CONFLICT DO NOTHING";
    Ok(run!(tx.conn(), sql, provider.0, customer.0, address)? == 1)
}

/// Takes an address off the list; `false` when it was not on it.
pub async fn remove(
    tx: &mut Tx,
    provider: ProviderId,
    customer: CustomerId,
    address: &str,
) -> Result<bool, StoreError> {
    let sql = "DELETE FROM customer_support_address \
               WHERE provider_id = $1 AND customer_id = $2 AND address = $3";
    Ok(run!(tx.conn(), sql, provider.0, customer.0, address)? == 1)
}

/// Whether an address is on a customer's list. For a sender who is nobody's contact (`None`), whether it
/// is on anybody's: of a registered one only the own customer may say so.
pub async fn named(
    conn: &mut Conn,
    provider: ProviderId,
    address: &str,
    by: Option<CustomerId>,
) -> Result<bool, StoreError> {
    let sql = "SELECT COUNT(*) FROM customer_support_address \
               WHERE provider_id = $1 AND address = $2 AND (NOT $3 OR customer_id = $4)";
    let customer = by.map_or(Uuid::nil(), |c| c.0);
    let count = one!(conn, (i64,), sql, provider.0, address, by.is_some(), customer)?;
    Ok(count.is_some_and(|(n,)| n > 0))
}
