//! Contacts: the customer's people, their addresses, numbers and users in the products.

use pforte_core::kernel::{ContactId, ContactRights, ContactRole, CustomerId, Moment, ProviderId};
use sqlx::FromRow;
use uuid::Uuid;

use crate::{
    Conn, StoreError, Tx,
    conn::{all, one, run},
};

/// A person at a customer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contact {
    pub id: ContactId,
    pub provider: ProviderId,
    pub customer: CustomerId,
    pub first_name: String,
    pub last_name: String,
    pub role: ContactRole,
    pub rights: ContactRights,
    /// `de` or `en`.
    pub language: String,
    /// `None` until the contact has set one.
    pub password_hash: Option<String>,
    pub totp_sealed: Option<String>,
    /// Whether the TOTP secret was proven once; only then it is asked for.
    pub totp_confirmed: bool,
    pub totp_step: i64,
    pub active: bool,
}

impl Contact {
    /// First and last name, as people are shown.
    pub fn name(&self) -> String {
        format!("{} {}", self.first_name, self.last_name)
    }
}

#[derive(FromRow)]
struct Row {
    id: Uuid,
    provider_id: Uuid,
    customer_id: Uuid,
    first_name: String,
    last_name: String,
    role: String,
    right_support: bool,
    right_instruction: bool,
    language: String,
    password_hash: Option<String>,
    totp_sealed: Option<String>,
    totp_confirmed: bool,
    totp_step: i64,
    active: bool,
}

impl From<Row> for Contact {
    fn from(row: Row) -> Self {
        Self {
            id: row.id.into(),
            provider: row.provider_id.into(),
            customer: row.customer_id.into(),
            first_name: row.first_name,
            last_name: row.last_name,
            role: ContactRole::from_word(&row.role).unwrap_or(ContactRole::Member),
            rights: ContactRights { support: row.right_support, instruction: row.right_instruction },
            language: row.language,
            password_hash: row.password_hash,
            totp_sealed: row.totp_sealed,
            totp_confirmed: row.totp_confirmed,
            totp_step: row.totp_step,
            active: row.active,
        }
    }
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT k.id, k.provider_id, k.customer_id, k.first_name, k.last_name, k.role, k.right_support, \
             k.right_instruction, k.language, k.password_hash, k.totp_sealed, k.totp_confirmed, k.totp_step, \
             k.active FROM contact k ",
            $rest
        )
    };
}

/// Adds a contact without addresses or numbers.
pub async fn insert(tx: &mut Tx, contact: &Contact, at: Moment) -> Result<(), StoreError> {
    run!(
        tx.conn(),
        "INSERT INTO contact (id, provider_id, customer_id, first_name, last_name, role, right_support, \
         right_instruction, language, password_hash, active, created_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
        contact.id.0,
        contact.provider.0,
        contact.customer.0,
        &contact.first_name,
        &contact.last_name,
        contact.role.word(),
        contact.rights.support,
        contact.rights.instruction,
        &contact.language,
        contact.password_hash.as_deref(),
        contact.active,
        at.0
    )
    .map(drop)
}

pub async fn by_id(
    conn: &mut Conn,
    provider: ProviderId,
    id: ContactId,
) -> Result<Option<Contact>, StoreError> {
    let row = one!(conn, Row, select!("WHERE k.provider_id = $1 AND k.id = $2"), provider.0, id.0)?;
    Ok(row.map(Contact::from))
}

/// The contact whose mail address (lower case) it is: who confirmed it, else whose primary one it is.
pub async fn by_address(
    conn: &mut Conn,
    provider: ProviderId,
    address: &str,
) -> Result<Option<Contact>, StoreError> {
    let sql = select!(
        "JOIN contact_address a ON a.contact_id = k.id AND a.provider_id = k.provider_id \
         WHERE k.provider_id = $1 AND a.address = $2 AND (a.is_primary OR a.confirmed_at IS NOT NULL) \
         ORDER BY CASE WHEN a.confirmed_at IS NULL THEN 1 ELSE 0 END, k.id LIMIT 1"
    );
    Ok(one!(conn, Row, sql, provider.0, address)?.map(Contact::from))
}

/// A customer's contacts, oldest first, at most 200.
pub async fn of_customer(
    conn: &mut Conn,
    provider: ProviderId,
    customer: CustomerId,
) -> Result<Vec<Contact>, StoreError> {
    let sql = select!("WHERE k.provider_id = $1 AND k.customer_id = $2 AND k.active ORDER BY k.id LIMIT 200");
    Ok(all!(conn, Row, sql, provider.0, customer.0)?.into_iter().map(Contact::from).collect())
}

/// Active contacts by a part of the name, oldest first.
pub async fn by_name(
    conn: &mut Conn,
    provider: ProviderId,
    text: &str,
    limit: i64,
) -> Result<Vec<Contact>, StoreError> {
    let escaped = text.to_lowercase().replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
    let sql = select!(
        "JOIN customer c ON c.id = k.customer_id AND c.provider_id = k.provider_id \
         WHERE k.provider_id = $1 AND k.active AND c.active \
         AND LOWER(k.first_name || ' ' || k.last_name) LIKE $2 ESCAPE '\\' ORDER BY k.id LIMIT $3"
    );
    let rows = all!(conn, Row, sql, provider.0, format!("%{escaped}%"), limit)?;
    Ok(rows.into_iter().map(Contact::from).collect())
}

/// Finds active contacts by a part of the name, by a whole registered address (lower or upper case), or
/// by a registered phone number (E.164).
pub async fn find(
    conn: &mut Conn,
    provider: ProviderId,
    text: &str,
    phone: Option<&str>,
    limit: i64,
) -> Result<Vec<Contact>, StoreError> {
    let lower = text.to_lowercase();
    let escaped = lower.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
    let sql = select!(
        "JOIN customer c ON c.id = k.customer_id AND c.provider_id = k.provider_id \
         WHERE k.provider_id = $1 AND k.active AND c.active AND (LOWER(k.first_name || ' ' || k.last_name) LIKE $2 ESCAPE '\\' \
         OR EXISTS (SELECT 1 FROM contact_address a WHERE a.provider_id = k.provider_id \
         AND a.contact_id = k.id AND a.address = $3) \
         OR EXISTS (SELECT 1 FROM contact_phone p WHERE p.provider_id = k.provider_id \
         AND p.contact_id = k.id AND p.number = $4)) ORDER BY k.id LIMIT $5"
    );
    let like = format!("%{escaped}%");
    let rows = all!(conn, Row, sql, provider.0, like, lower, phone.unwrap_or(""), limit)?;
    Ok(rows.into_iter().map(Contact::from).collect())
}

/// Changes role and rights; `false` when there is no such active contact.
pub async fn set_rights(
    tx: &mut Tx,
    provider: ProviderId,
    id: ContactId,
    role: ContactRole,
    rights: ContactRights,
) -> Result<bool, StoreError> {
    let sql = "UPDATE contact SET role = $3, right_support = $4, right_instruction = $5 \
               WHERE provider_id = $1 AND id = $2 AND active";
    Ok(run!(tx.conn(), sql, provider.0, id.0, role.word(), rights.support, rights.instruction)? == 1)
}

/// Takes a contact off the list; `false` when they had left already.
pub async fn deactivate(tx: &mut Tx, provider: ProviderId, id: ContactId) -> Result<bool, StoreError> {
    let sql = "UPDATE contact SET active = FALSE WHERE provider_id = $1 AND id = $2 AND active";
    Ok(run!(tx.conn(), sql, provider.0, id.0)? == 1)
}

/// Names the contact's user in a product.
pub async fn add_user(tx: &mut Tx, contact: &Contact, product: &str, user: &str) -> Result<(), StoreError> {
    let sql = "INSERT INTO contact_user (provider_id, contact_id, product, user_id) VALUES ($1, $2, $3, $4)";
    run!(tx.conn(), sql, contact.provider.0, contact.id.0, product, user).map(drop)
}

/// Whether an active contact of the provider's is this user in a product, whichever customer's. Writers come
/// one after the other: asked in the transaction that adds one, it holds for that one.
pub async fn user_taken(
    conn: &mut Conn,
    provider: ProviderId,
    product: &str,
    user: &str,
) -> Result<bool, StoreError> {
    let sql = "SELECT k.id FROM contact_user u JOIN contact k ON k.id = u.contact_id AND k.provider_id = u.provider_id \
               WHERE u.provider_id = $1 AND u.product = $2 AND u.user_id = $3 AND k.active LIMIT 1";
    Ok(one!(conn, (Uuid,), sql, provider.0, product, user)?.is_some())
}

/// The contact's user in a product, if there is one.
pub async fn user_in(
    conn: &mut Conn,
    provider: ProviderId,
    contact: ContactId,
    product: &str,
) -> Result<Option<String>, StoreError> {
    let sql = "SELECT user_id FROM contact_user WHERE provider_id = $1 AND contact_id = $2 AND product = $3";
    Ok(one!(conn, (String,), sql, provider.0, contact.0, product)?.map(|(user,)| user))
}

/// The primary mail address, if one is registered.
pub async fn primary_address(
    conn: &mut Conn,
    provider: ProviderId,
    contact: ContactId,
) -> Result<Option<String>, StoreError> {
    let sql = "SELECT address FROM contact_address WHERE provider_id = $1 AND contact_id = $2 AND is_primary \
               ORDER BY id LIMIT 1";
    Ok(one!(conn, (String,), sql, provider.0, contact.0)?.map(|(address,)| address))
}

/// What is known of the primary address: `unconfirmed`, `unreachable`, `shared`, `list` (rules Z8, Z9, Z13 to
/// Z15).
pub async fn primary_flags(
    conn: &mut Conn,
    provider: ProviderId,
    contact: ContactId,
) -> Result<Vec<&'static str>, StoreError> {
    let sql = "SELECT confirmed_at, unreachable_at, shared_at, list_at FROM contact_address \
               WHERE provider_id = $1 AND contact_id = $2 AND is_primary ORDER BY id LIMIT 1";
    type Flags = (Option<i64>, Option<i64>, Option<i64>, Option<i64>);
    let row = one!(conn, Flags, sql, provider.0, contact.0)?;
    let Some((confirmed, unreachable, shared, list)) = row else { return Ok(vec![]) };
    let flags = [
        (confirmed.is_none(), "unconfirmed"),
        (unreachable.is_some(), "unreachable"),
        (shared.is_some(), "shared"),
        (list.is_some(), "list"),
    ];
    Ok(flags.into_iter().filter_map(|(set, flag)| set.then_some(flag)).collect())
}

pub async fn set_language(
    tx: &mut Tx,
    provider: ProviderId,
    id: ContactId,
    language: &str,
) -> Result<(), StoreError> {
    let sql = "UPDATE contact SET language = $3 WHERE provider_id = $1 AND id = $2";
    run!(tx.conn(), sql, provider.0, id.0, language).map(drop)
}

/// Replaces the password (or sets the first one); `false` when it is no longer the one that was there.
pub async fn set_password(
    tx: &mut Tx,
    provider: ProviderId,
    id: ContactId,
    old_hash: Option<&str>,
    hash: &str,
) -> Result<bool, StoreError> {
    let sql = "UPDATE contact SET password_hash = $4 WHERE provider_id = $1 AND id = $2 \
               AND COALESCE(password_hash, '') = $3";
    Ok(run!(tx.conn(), sql, provider.0, id.0, old_hash.unwrap_or(""), hash)? == 1)
}

/// Saves a secret for one-time codes, or takes it away; `false` when codes are on already.
pub async fn set_totp(
    tx: &mut Tx,
    provider: ProviderId,
    id: ContactId,
    sealed: Option<&str>,
) -> Result<bool, StoreError> {
    let sql = "UPDATE contact SET totp_sealed = $3, totp_confirmed = FALSE \
               WHERE provider_id = $1 AND id = $2 AND ($4 OR NOT totp_confirmed)";
    Ok(run!(tx.conn(), sql, provider.0, id.0, sealed, sealed.is_none())? == 1)
}

/// Turns one-time codes on, if the secret is still the one that was proven.
pub async fn confirm_totp(
    tx: &mut Tx,
    provider: ProviderId,
    id: ContactId,
    sealed: &str,
) -> Result<bool, StoreError> {
    let sql =
        "UPDATE contact SET totp_confirmed = TRUE WHERE provider_id = $1 AND id = $2 AND totp_sealed = $3";
    Ok(run!(tx.conn(), sql, provider.0, id.0, sealed)? == 1)
}

/// Takes a TOTP step once; `false` when that step or a later one was used before.
pub async fn take_totp_step(
    tx: &mut Tx,
    provider: ProviderId,
    id: ContactId,
    step: i64,
) -> Result<bool, StoreError> {
    let sql = "UPDATE contact SET totp_step = $3 WHERE provider_id = $1 AND id = $2 AND totp_step < $3";
    Ok(run!(tx.conn(), sql, provider.0, id.0, step)? == 1)
}
