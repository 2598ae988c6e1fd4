//! Customers, their groups, and whether their PIN way is closed.

use pforte_core::kernel::{CustomerId, GroupId, Moment, ProviderId};
use sqlx::FromRow;
use uuid::Uuid;

use crate::{
    Conn, StoreError, Tx,
    conn::{all, one, run},
};

/// A customer account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Customer {
    pub id: CustomerId,
    pub provider: ProviderId,
    /// Short and readable, unique at the provider.
    pub number: String,
    pub name: String,
    pub group: Option<String>,
    pub address: Option<String>,
    pub active: bool,
    /// Since when the PIN way is closed, after too many wrong guesses.
    pub pin_closed_at: Option<Moment>,
    /// When an authorised contact last opened it again; guesses before it no longer count.
    pub pin_reopened_at: Option<Moment>,
}

impl Customer {
    /// Whether PINs open nothing for this customer at the moment.
    pub fn pin_closed(&self) -> bool {
        self.pin_closed_at.is_some()
    }
}

#[derive(FromRow)]
struct Row {
    id: Uuid,
    provider_id: Uuid,
    number: String,
    name: String,
    group_name: Option<String>,
    address: Option<String>,
    active: bool,
    pin_closed_at: Option<i64>,
    pin_reopened_at: Option<i64>,
}

impl From<Row> for Customer {
    fn from(row: Row) -> Self {
        Self {
            id: row.id.into(),
            provider: row.provider_id.into(),
            number: row.number,
            name: row.name,
            group: row.group_name,
            address: row.address,
            active: row.active,
            pin_closed_at: row.pin_closed_at.map(Moment),
            pin_reopened_at: row.pin_reopened_at.map(Moment),
        }
    }
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT c.id, c.provider_id, c.number, c.name, g.name AS group_name, c.address, c.active, \
             c.pin_closed_at, c.pin_reopened_at FROM customer c LEFT JOIN customer_group g \
             ON g.id = c.group_id AND g.provider_id = c.provider_id ",
            $rest
        )
    };
}

/// Adds a customer; [`StoreError::Conflict`] when the number is taken.
pub async fn insert(
    tx: &mut Tx,
    customer: &Customer,
    group: Option<GroupId>,
    at: Moment,
) -> Result<(), StoreError> {
    run!(
        tx.conn(),
        // A group of another provider's is none.
        "INSERT INTO customer (id, provider_id, number, name, group_id, address, active, created_at) \
         VALUES ($1, $2, $3, $4, (SELECT id FROM customer_group WHERE id = $5 AND provider_id = $2), $6, $7, $8)",
        customer.id.0,
        customer.provider.0,
        &customer.number,
        &customer.name,
        group.map(|g| g.0),
        customer.address.as_deref(),
        customer.active,
        at.0
    )
    .map(drop)
}

pub async fn by_id(
    conn: &mut Conn,
    provider: ProviderId,
    id: CustomerId,
) -> Result<Option<Customer>, StoreError> {
    let row = one!(conn, Row, select!("WHERE c.provider_id = $1 AND c.id = $2"), provider.0, id.0)?;
    Ok(row.map(Customer::from))
}

/// Finds customers by the beginning of the number, by a part of the name or of a contact's name, or by
/// a contact's registered phone number (E.164). An empty text finds the first ones.
pub async fn find(
    conn: &mut Conn,
    provider: ProviderId,
    text: &str,
    phone: Option<&str>,
    after: Option<CustomerId>,
    limit: i64,
) -> Result<Vec<Customer>, StoreError> {
    let escaped = text.to_lowercase().replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
    let sql = select!(
        "WHERE c.provider_id = $1 AND c.active AND c.id > $2 AND (LOWER(c.number) LIKE $3 ESCAPE '\\' \
         OR LOWER(c.name) LIKE $4 ESCAPE '\\' OR EXISTS (SELECT 1 FROM contact k WHERE \
         k.provider_id = c.provider_id AND k.customer_id = c.id AND k.active AND \
         (LOWER(k.first_name || ' ' || k.last_name) LIKE $4 ESCAPE '\\' OR EXISTS (SELECT 1 FROM \
         contact_phone p WHERE p.provider_id = k.provider_id AND p.contact_id = k.id AND p.number = $5)))) \
         ORDER BY c.id LIMIT $6"
    );
    let rows = all!(
        conn,
        Row,
        sql,
        provider.0,
        after.map_or(Uuid::nil(), |id| id.0),
        format!("{escaped}%"),
        format!("%{escaped}%"),
        phone.unwrap_or(""),
        limit
    )?;
    Ok(rows.into_iter().map(Customer::from).collect())
}

/// The highest purely numeric customer number, to make the next one from.
pub async fn highest_number(conn: &mut Conn, provider: ProviderId) -> Result<Option<i64>, StoreError> {
    let sql = "SELECT number FROM customer WHERE provider_id = $1 \
               ORDER BY LENGTH(number) DESC, number DESC LIMIT 50";
    let rows = all!(conn, (String,), sql, provider.0)?;
    Ok(rows.iter().filter_map(|(number,)| number.parse().ok()).max())
}

/// Closes the PIN way (15 wrong guesses in 24 hours).
pub async fn close_pin(
    tx: &mut Tx,
    provider: ProviderId,
    id: CustomerId,
    at: Moment,
) -> Result<(), StoreError> {
    let sql = "UPDATE customer SET pin_closed_at = $3 WHERE provider_id = $1 AND id = $2";
    run!(tx.conn(), sql, provider.0, id.0, at.0).map(drop)
}

/// Opens the PIN way again; `false` when it was not closed.
pub async fn reopen_pin(
    tx: &mut Tx,
    provider: ProviderId,
    id: CustomerId,
    at: Moment,
) -> Result<bool, StoreError> {
    let sql = "UPDATE customer SET pin_closed_at = NULL, pin_reopened_at = $3 \
               WHERE provider_id = $1 AND id = $2 AND pin_closed_at IS NOT NULL";
    Ok(run!(tx.conn(), sql, provider.0, id.0, at.0)? == 1)
}

/// Adds a group; [`StoreError::Conflict`] when the name is taken.
pub async fn insert_group(
    tx: &mut Tx,
    provider: ProviderId,
    id: GroupId,
    name: &str,
) -> Result<(), StoreError> {
    let sql = "INSERT INTO customer_group (id, provider_id, name) VALUES ($1, $2, $3)";
    run!(tx.conn(), sql, id.0, provider.0, name).map(drop)
}

/// A group's name.
pub async fn group(conn: &mut Conn, provider: ProviderId, id: GroupId) -> Result<Option<String>, StoreError> {
    let sql = "SELECT name FROM customer_group WHERE provider_id = $1 AND id = $2";
    Ok(one!(conn, (String,), sql, provider.0, id.0)?.map(|(name,)| name))
}

/// The provider's groups by name, at most 200.
pub async fn groups(conn: &mut Conn, provider: ProviderId) -> Result<Vec<(GroupId, String)>, StoreError> {
    let sql = "SELECT id, name FROM customer_group WHERE provider_id = $1 ORDER BY name LIMIT 200";
    Ok(all!(conn, (Uuid, String), sql, provider.0)?.into_iter().map(|(id, name)| (id.into(), name)).collect())
}
