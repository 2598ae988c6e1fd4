//! Customers, their groups, and whether their PIN way is closed.

use pforte_core::kernel::{CustomerId, GroupId, Moment, ProviderId};
use sqlx::FromRow;
use uuid::Uuid;

use crate::{
    Conn, StoreError, Tx,
    conn::{all, one, run},
    name_key,
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
        "INSERT INTO customer (id, provider_id, number, name, group_id, address, active, created_at, name_key) \
         VALUES ($1, $2, $3, $4, (SELECT id FROM customer_group WHERE id = $5 AND provider_id = $2), $6, $7, $8, $9)",
        customer.id.0,
        customer.provider.0,
        &customer.number,
        &customer.name,
        group.map(|g| g.0),
        customer.address.as_deref(),
        customer.active,
        at.0,
        name_key::of_customer(&customer.number, &customer.name)
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

/// Which customers are wanted.
#[derive(Clone, Copy, Debug, Default)]
pub struct Seek<'a> {
    /// Words of the name, of the number from its beginning, of a contact's name; an empty text finds all.
    pub text: &'a str,
    /// A contact's registered number in E.164.
    pub phone: Option<&'a str>,
    /// Those who are no customers any more, too.
    pub inactive: bool,
}

/// Finds customers, oldest first.
pub async fn find(
    conn: &mut Conn,
    provider: ProviderId,
    seek: Seek<'_>,
    after: Option<CustomerId>,
    limit: i64,
) -> Result<Vec<Customer>, StoreError> {
    let everybody = seek.text.trim().is_empty();
    let named = name_key::patterns(seek.text);
    if !everybody && named.is_none() && seek.phone.is_none() {
        return Ok(vec![]);
    }
    let sql = select!(
        "WHERE c.provider_id = $1 AND (c.active OR $2) AND c.id > $3 AND ($4 OR ($5 AND ((c.name_key LIKE $6 \
         AND c.name_key LIKE $7 AND c.name_key LIKE $8 AND c.name_key LIKE $9 AND c.name_key LIKE $10 \
         AND c.name_key LIKE $11) OR EXISTS (SELECT 1 FROM contact k WHERE k.provider_id = c.provider_id \
         AND k.customer_id = c.id AND k.active AND k.name_key || c.name_key LIKE $6 \
         AND k.name_key || c.name_key LIKE $7 AND k.name_key || c.name_key LIKE $8 \
         AND k.name_key || c.name_key LIKE $9 AND k.name_key || c.name_key LIKE $10 \
         AND k.name_key || c.name_key LIKE $11))) OR EXISTS (SELECT 1 FROM contact k JOIN contact_phone p \
         ON p.contact_id = k.id AND p.provider_id = k.provider_id WHERE k.provider_id = c.provider_id \
         AND k.customer_id = c.id AND k.active AND p.number = $12)) ORDER BY c.id LIMIT $13"
    );
    let by_name = named.is_some();
    let [a, b, c, d, e, f] = named.unwrap_or_default();
    let after = after.map_or(Uuid::nil(), |id| id.0);
    let (phone, inactive) = (seek.phone.unwrap_or(""), seek.inactive);
    let rows = all!(
        conn, Row, sql, provider.0, inactive, after, everybody, by_name, &a, &b, &c, &d, &e, &f, phone, limit
    )?;
    Ok(rows.into_iter().map(Customer::from).collect())
}

/// The customer with this number, in small or capital letters.
pub async fn by_number(
    conn: &mut Conn,
    provider: ProviderId,
    number: &str,
) -> Result<Option<Customer>, StoreError> {
    let (small, capital) = (number.to_ascii_lowercase(), number.to_ascii_uppercase());
    let sql = select!(
        "WHERE c.provider_id = $1 AND c.number IN ($2, $3, $4) \
         ORDER BY CASE WHEN c.number = $2 THEN 0 ELSE 1 END, c.id LIMIT 1"
    );
    Ok(one!(conn, Row, sql, provider.0, number, small, capital)?.map(Customer::from))
}

/// Longer numbers are of another kind (a phone's, an account's): ours do not go on from there.
const OWN_DIGITS: i64 = 12;
/// Numbers that are tried when the next ones are taken.
const TRIED: i64 = 100;

/// The next free number after the highest that is made of digits alone, and at least `first`. `None` when all that were
/// tried are taken.
pub async fn next_number(
    conn: &mut Conn,
    provider: ProviderId,
    first: i64,
) -> Result<Option<String>, StoreError> {
    let sql = "SELECT number FROM customer WHERE provider_id = $1 AND LENGTH(number) <= $2 AND number <> '' \
               AND LTRIM(number, '0123456789') = '' \
               ORDER BY LENGTH(LTRIM(number, '0')) DESC, LTRIM(number, '0') DESC LIMIT 1";
    let highest = one!(&mut *conn, (String,), sql, provider.0, OWN_DIGITS)?;
    let highest: i64 = highest.and_then(|(number,)| number.parse().ok()).unwrap_or_default();
    let next = first.max(highest + 1);
    for number in next..next + TRIED {
        let number = number.to_string();
        let sql = "SELECT COUNT(*) FROM customer WHERE provider_id = $1 AND number = $2";
        let taken = one!(&mut *conn, (i64,), sql, provider.0, &number)?;
        if taken.is_none_or(|(n,)| n == 0) {
            return Ok(Some(number));
        }
    }
    Ok(None)
}

/// Saves what an admin may change, and another group if one is named (`Some(None)`: none). The caller has read
/// the row in the same transaction. [`StoreError::Conflict`] when the number is taken.
pub async fn update(
    tx: &mut Tx,
    customer: &Customer,
    group: Option<Option<GroupId>>,
) -> Result<(), StoreError> {
    run!(
        tx.conn(),
        "UPDATE customer SET number = $3, name = $4, active = $5, name_key = $6, group_id = CASE WHEN $7 THEN \
         (SELECT id FROM customer_group WHERE id = $8 AND provider_id = $1) ELSE group_id END \
         WHERE provider_id = $1 AND id = $2",
        customer.provider.0,
        customer.id.0,
        &customer.number,
        &customer.name,
        customer.active,
        name_key::of_customer(&customer.number, &customer.name),
        group.is_some(),
        group.flatten().map(|g| g.0)
    )
    .map(drop)
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
