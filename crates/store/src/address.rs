//! Mail addresses of contacts: claimed, confirmed, flagged (rules Z6 to Z9, Z13 to Z15).
//!
//! Several people may claim an address, so that claiming one tells nobody whether it is known here. Only
//! one *holds* it: who confirmed it.

use pforte_core::{
    kernel::{ContactId, ContactRights, CustomerId, Moment, ProviderId},
    sender,
};
use sqlx::FromRow;
use uuid::Uuid;

use crate::{
    Conn, StoreError, Tx,
    conn::{all, one, run},
};

/// What is wrong with an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Flag {
    /// Mail to it came back (rule Z13).
    Unreachable,
    /// Two people use it, or say so (rule Z8).
    Shared,
    /// A list or a role address (rules Z14, Z15).
    List,
}

impl Flag {
    /// The word that the API and the log use.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Unreachable => "unreachable",
            Self::Shared => "shared",
            Self::List => "list",
        }
    }
}

/// One contact's address, in lower case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    pub id: Uuid,
    pub provider: ProviderId,
    pub contact: ContactId,
    pub address: String,
    pub primary: bool,
    pub added_at: Moment,
    pub confirmed_at: Option<Moment>,
    pub unreachable_at: Option<Moment>,
    pub shared_at: Option<Moment>,
    pub list_at: Option<Moment>,
}

impl Address {
    /// What is wrong with it.
    pub fn flags(&self) -> Vec<Flag> {
        let flags = [
            (self.unreachable_at, Flag::Unreachable),
            (self.shared_at, Flag::Shared),
            (self.list_at, Flag::List),
        ];
        flags.into_iter().filter(|(at, _)| at.is_some()).map(|(_, flag)| flag).collect()
    }
}

#[derive(FromRow)]
struct Row {
    id: Uuid,
    provider_id: Uuid,
    contact_id: Uuid,
    address: String,
    is_primary: bool,
    added_at: i64,
    confirmed_at: Option<i64>,
    unreachable_at: Option<i64>,
    shared_at: Option<i64>,
    list_at: Option<i64>,
}

impl From<Row> for Address {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            provider: row.provider_id.into(),
            contact: row.contact_id.into(),
            address: row.address,
            primary: row.is_primary,
            added_at: Moment(row.added_at),
            confirmed_at: row.confirmed_at.map(Moment),
            unreachable_at: row.unreachable_at.map(Moment),
            shared_at: row.shared_at.map(Moment),
            list_at: row.list_at.map(Moment),
        }
    }
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT id, provider_id, contact_id, address, is_primary, added_at, confirmed_at, unreachable_at, \
             shared_at, list_at FROM contact_address ",
            $rest
        )
    };
}

/// Adds an address; [`StoreError::Conflict`] when this contact has it, or it would be confirmed twice.
pub async fn insert(tx: &mut Tx, address: &Address) -> Result<(), StoreError> {
    run!(
        tx.conn(),
        "INSERT INTO contact_address (id, provider_id, contact_id, address, is_primary, added_at, \
         confirmed_at, list_at, skeleton) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        address.id,
        address.provider.0,
        address.contact.0,
        &address.address,
        address.primary,
        address.added_at.0,
        address.confirmed_at.map(|m| m.0),
        address.list_at.map(|m| m.0),
        sender::Address::parse(&address.address).ok().map(|address| address.skeleton())
    )
    .map(drop)
}

/// A contact's addresses, the primary one first, at most 20.
pub async fn of_contact(
    conn: &mut Conn,
    provider: ProviderId,
    contact: ContactId,
) -> Result<Vec<Address>, StoreError> {
    let sql = select!(
        "WHERE provider_id = $1 AND contact_id = $2 \
         ORDER BY CASE WHEN is_primary THEN 0 ELSE 1 END, id LIMIT 20"
    );
    Ok(all!(conn, Row, sql, provider.0, contact.0)?.into_iter().map(Address::from).collect())
}

/// A contact's address by its id.
pub async fn by_id(
    conn: &mut Conn,
    provider: ProviderId,
    contact: ContactId,
    id: Uuid,
) -> Result<Option<Address>, StoreError> {
    let sql = select!("WHERE provider_id = $1 AND contact_id = $2 AND id = $3");
    Ok(one!(conn, Row, sql, provider.0, contact.0, id)?.map(Address::from))
}

/// The active contacts of a customer who claim or hold an address, at most 20.
pub async fn claimed_at(
    conn: &mut Conn,
    provider: ProviderId,
    customer: CustomerId,
    address: &str,
) -> Result<Vec<ContactId>, StoreError> {
    let sql = "SELECT a.contact_id FROM contact_address a \
               JOIN contact k ON k.id = a.contact_id AND k.provider_id = a.provider_id \
               WHERE a.provider_id = $1 AND k.customer_id = $2 AND a.address = $3 AND k.active \
               ORDER BY a.contact_id LIMIT 20";
    let rows = all!(conn, (Uuid,), sql, provider.0, customer.0, address)?;
    Ok(rows.into_iter().map(|(id,)| id.into()).collect())
}

/// All addresses of a customer's active contacts that are surely theirs: primary or confirmed; at most 2,000.
pub async fn owned_at(
    conn: &mut Conn,
    provider: ProviderId,
    customer: CustomerId,
) -> Result<Vec<Address>, StoreError> {
    let sql = select!(
        "WHERE provider_id = $1 AND (is_primary OR confirmed_at IS NOT NULL) AND contact_id IN \
         (SELECT id FROM contact WHERE provider_id = $1 AND customer_id = $2 AND active) ORDER BY id LIMIT 2000"
    );
    Ok(all!(conn, Row, sql, provider.0, customer.0)?.into_iter().map(Address::from).collect())
}

/// The primary addresses of a customer's active contacts, at most 200.
pub async fn primaries(
    conn: &mut Conn,
    provider: ProviderId,
    customer: CustomerId,
) -> Result<Vec<Address>, StoreError> {
    let sql = "SELECT a.id, a.provider_id, a.contact_id, a.address, a.is_primary, a.added_at, a.confirmed_at, \
               a.unreachable_at, a.shared_at, a.list_at FROM contact_address a \
               JOIN contact k ON k.id = a.contact_id AND k.provider_id = a.provider_id \
               WHERE a.provider_id = $1 AND k.customer_id = $2 AND k.active AND a.is_primary \
               ORDER BY a.contact_id LIMIT 200";
    Ok(all!(conn, Row, sql, provider.0, customer.0)?.into_iter().map(Address::from).collect())
}

/// A contact's row of an address.
pub async fn claim(
    conn: &mut Conn,
    provider: ProviderId,
    contact: ContactId,
    address: &str,
) -> Result<Option<Address>, StoreError> {
    let sql = select!("WHERE provider_id = $1 AND contact_id = $2 AND address = $3");
    Ok(one!(conn, Row, sql, provider.0, contact.0, address)?.map(Address::from))
}

/// Whoever confirmed an address; while nobody has, the oldest whose primary one it is.
pub async fn holder(
    conn: &mut Conn,
    provider: ProviderId,
    address: &str,
) -> Result<Option<Address>, StoreError> {
    let sql = select!(
        "WHERE provider_id = $1 AND address = $2 AND (is_primary OR confirmed_at IS NOT NULL) \
         ORDER BY CASE WHEN confirmed_at IS NULL THEN 1 ELSE 0 END, contact_id LIMIT 1"
    );
    Ok(one!(conn, Row, sql, provider.0, address)?.map(Address::from))
}

/// Takes an address away from who left, so that its owner can be registered anew.
pub async fn release_of_inactive(
    tx: &mut Tx,
    provider: ProviderId,
    address: &str,
) -> Result<u64, StoreError> {
    let sql = "DELETE FROM contact_address WHERE provider_id = $1 AND address = $2 AND contact_id IN \
               (SELECT id FROM contact WHERE provider_id = $1 AND NOT active)";
    run!(tx.conn(), sql, provider.0, address)
}

/// Notes that its owner answered; what bounced or was shared before is settled by that.
/// [`StoreError::Conflict`] when somebody else holds it.
pub async fn confirm(tx: &mut Tx, address: &Address, at: Moment) -> Result<(), StoreError> {
    let sql = "UPDATE contact_address SET confirmed_at = $3, unreachable_at = NULL, shared_at = NULL \
               WHERE provider_id = $1 AND id = $2";
    run!(tx.conn(), sql, address.provider.0, address.id, at.0).map(drop)
}

/// Confirms the primary address that a first password was set through, unless it is already.
pub async fn confirm_primary(
    tx: &mut Tx,
    provider: ProviderId,
    contact: ContactId,
    at: Moment,
) -> Result<(), StoreError> {
    let sql = "UPDATE contact_address SET confirmed_at = $3 \
               WHERE provider_id = $1 AND contact_id = $2 AND is_primary AND confirmed_at IS NULL";
    run!(tx.conn(), sql, provider.0, contact.0, at.0).map(drop)
}

/// Makes a confirmed address the primary one; `false` when it is none of this contact's, or unconfirmed.
pub async fn make_primary(tx: &mut Tx, address: &Address) -> Result<bool, StoreError> {
    let (provider, contact) = (address.provider.0, address.contact.0);
    let old = "UPDATE contact_address SET is_primary = FALSE \
               WHERE provider_id = $1 AND contact_id = $2 AND is_primary AND EXISTS (SELECT 1 FROM \
               contact_address n WHERE n.provider_id = $1 AND n.contact_id = $2 AND n.id = $3 \
               AND n.confirmed_at IS NOT NULL)";
    run!(tx.conn(), old, provider, contact, address.id)?;
    let new = "UPDATE contact_address SET is_primary = TRUE \
               WHERE provider_id = $1 AND contact_id = $2 AND id = $3 AND confirmed_at IS NOT NULL";
    Ok(run!(tx.conn(), new, provider, contact, address.id)? == 1)
}

/// Removes a secondary address; `false` when there is none.
pub async fn remove(
    tx: &mut Tx,
    provider: ProviderId,
    contact: ContactId,
    id: Uuid,
) -> Result<bool, StoreError> {
    let sql = "DELETE FROM contact_address WHERE provider_id = $1 AND contact_id = $2 AND id = $3 \
               AND NOT is_primary";
    Ok(run!(tx.conn(), sql, provider.0, contact.0, id)? == 1)
}

/// Flags whoever holds an address, or, while nobody does, all who claim it; answers those for whom that
/// is new. For bounces: mail that came back from `address`.
pub async fn flag(
    tx: &mut Tx,
    provider: ProviderId,
    address: &str,
    flag: Flag,
    at: Moment,
) -> Result<Vec<ContactId>, StoreError> {
    macro_rules! set {
        ($column:literal) => {
            concat!(
                "UPDATE contact_address SET ",
                $column,
                " = $3 WHERE provider_id = $1 AND address = $2 AND ",
                $column,
                " IS NULL AND (confirmed_at IS NOT NULL OR NOT EXISTS (SELECT 1 FROM \
                 contact_address h WHERE h.provider_id = $1 AND h.address = $2 \
                 AND h.confirmed_at IS NOT NULL)) RETURNING contact_id"
            )
        };
    }
    let sql = match flag {
        Flag::Unreachable => set!("unreachable_at"),
        Flag::Shared => set!("shared_at"),
        Flag::List => set!("list_at"),
    };
    let rows = all!(tx.conn(), (Uuid,), sql, provider.0, address, at.0)?;
    Ok(rows.into_iter().map(|(id,)| id.into()).collect())
}

/// Takes back that mail to a contact's address came back; `false` when it had not.
pub async fn reached(
    tx: &mut Tx,
    provider: ProviderId,
    contact: ContactId,
    address: &str,
) -> Result<bool, StoreError> {
    let sql = "UPDATE contact_address SET unreachable_at = NULL WHERE provider_id = $1 AND contact_id = $2 \
               AND address = $3 AND unreachable_at IS NOT NULL";
    Ok(run!(tx.conn(), sql, provider.0, contact.0, address)? > 0)
}

/// Flags one contact's row of an address as shared.
pub async fn flag_shared(tx: &mut Tx, address: &Address, at: Moment) -> Result<(), StoreError> {
    let sql = "UPDATE contact_address SET shared_at = COALESCE(shared_at, $3) \
               WHERE provider_id = $1 AND id = $2";
    run!(tx.conn(), sql, address.provider.0, address.id, at.0).map(drop)
}

/// What is known of a sender's address (rules Z1, Z2, Z5).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    pub contact: ContactId,
    pub customer: CustomerId,
    /// Only a confirmed address counts as registered.
    pub confirmed: bool,
    pub flags: Vec<Flag>,
    /// Whether the contact is still one.
    pub active: bool,
    pub rights: ContactRights,
}

/// Whether a reader could take an address for one that somebody holds, which it is not.
pub async fn look_alike(
    conn: &mut Conn,
    provider: ProviderId,
    address: &sender::Address,
) -> Result<bool, StoreError> {
    let sql = "SELECT address FROM contact_address WHERE provider_id = $1 AND skeleton = $2 AND address <> $3 \
               AND (is_primary OR confirmed_at IS NOT NULL) LIMIT 1";
    Ok(one!(conn, (String,), sql, provider.0, address.skeleton(), address.as_str())?.is_some())
}

/// Whose address it is, if anybody holds it.
pub async fn standing(
    conn: &mut Conn,
    provider: ProviderId,
    address: &str,
) -> Result<Option<Standing>, StoreError> {
    let Some(found) = holder(conn, provider, address).await? else { return Ok(None) };
    let contact = crate::contact::by_id(conn, provider, found.contact).await?;
    Ok(contact.map(|contact| Standing {
        contact: contact.id,
        customer: contact.customer,
        confirmed: found.confirmed_at.is_some(),
        flags: found.flags(),
        active: contact.active,
        rights: contact.rights,
    }))
}
