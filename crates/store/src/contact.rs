//! Contacts: the customer's people, their addresses, numbers and users in the products.

use pforte_core::{
    kernel::{ContactId, ContactRights, ContactRole, CustomerId, Moment, ProviderId},
    sender::Address,
};
use sqlx::FromRow;
use uuid::Uuid;

use crate::{
    Conn, StoreError, Tx,
    conn::{all, one, run},
    name_key,
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
    /// Whether they are a contact now: they did not leave, and their customer is one still.
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
             (k.active AND (SELECT h.active FROM customer h WHERE h.id = k.customer_id)) AS active FROM contact k ",
            $rest
        )
    };
}

/// Adds a contact without addresses or numbers.
pub async fn insert(tx: &mut Tx, contact: &Contact, at: Moment) -> Result<(), StoreError> {
    run!(
        tx.conn(),
        "INSERT INTO contact (id, provider_id, customer_id, first_name, last_name, role, right_support, \
         right_instruction, language, password_hash, active, created_at, name_key) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
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
        at.0,
        name_key::of_contact(&contact.first_name, &contact.last_name)
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

/// Finds active contacts by words of their name and their customer's (one of them in their own), by a whole
/// registered address, or by a registered phone number (E.164); oldest first.
pub async fn find(
    conn: &mut Conn,
    provider: ProviderId,
    text: &str,
    phone: Option<&str>,
    limit: i64,
) -> Result<Vec<Contact>, StoreError> {
    let named = name_key::patterns(text);
    if named.is_none() && phone.is_none() {
        return Ok(vec![]);
    }
    let sql = select!(
        "JOIN customer c ON c.id = k.customer_id AND c.provider_id = k.provider_id \
         WHERE k.provider_id = $1 AND k.active AND c.active AND (($2 AND k.name_key || c.name_key LIKE $3 \
         AND k.name_key || c.name_key LIKE $4 AND k.name_key || c.name_key LIKE $5 \
         AND k.name_key || c.name_key LIKE $6 AND k.name_key || c.name_key LIKE $7 \
         AND k.name_key || c.name_key LIKE $8 AND (k.name_key LIKE $3 OR k.name_key LIKE $9 \
         OR k.name_key LIKE $10 OR k.name_key LIKE $11 OR k.name_key LIKE $12 OR k.name_key LIKE $13)) \
         OR EXISTS (SELECT 1 FROM contact_address a WHERE a.provider_id = k.provider_id \
         AND a.contact_id = k.id AND a.address = $14) \
         OR EXISTS (SELECT 1 FROM contact_phone p WHERE p.provider_id = k.provider_id \
         AND p.contact_id = k.id AND p.number = $15)) ORDER BY k.id LIMIT $16"
    );
    let by_name = named.is_some();
    let [a, b, c, d, e, f] = named.unwrap_or_default();
    // A place without a word fits everybody, and makes nobody a hit.
    let own = |pattern: &String| if pattern == "%" { String::new() } else { pattern.clone() };
    let [own_b, own_c, own_d, own_e, own_f] = [&b, &c, &d, &e, &f].map(own);
    let (address, phone) = (Address::spelling(text), phone.unwrap_or(""));
    let rows = all!(
        conn, Row, sql, provider.0, by_name, &a, &b, &c, &d, &e, &f, own_b, own_c, own_d, own_e, own_f,
        address, phone, limit
    )?;
    Ok(rows.into_iter().map(Contact::from).collect())
}

/// A contact who left this customer, though the customer is one still.
pub async fn left(
    conn: &mut Conn,
    provider: ProviderId,
    customer: CustomerId,
    id: ContactId,
) -> Result<Option<Contact>, StoreError> {
    let sql = select!("WHERE k.provider_id = $1 AND k.customer_id = $2 AND k.id = $3 AND NOT k.active");
    Ok(one!(conn, Row, sql, provider.0, customer.0, id.0)?.map(Contact::from))
}

/// A customer's contacts, also those who left, oldest first, at most 400.
pub async fn ever_of_customer(
    conn: &mut Conn,
    provider: ProviderId,
    customer: CustomerId,
) -> Result<Vec<Contact>, StoreError> {
    let sql = select!("WHERE k.provider_id = $1 AND k.customer_id = $2 ORDER BY k.id LIMIT 400");
    Ok(all!(conn, Row, sql, provider.0, customer.0)?.into_iter().map(Contact::from).collect())
}

/// Changes a contact's name.
pub async fn rename(
    tx: &mut Tx,
    provider: ProviderId,
    id: ContactId,
    (first, last): (&str, &str),
) -> Result<(), StoreError> {
    let sql = "UPDATE contact SET first_name = $3, last_name = $4, name_key = $5 \
               WHERE provider_id = $1 AND id = $2 AND active";
    run!(tx.conn(), sql, provider.0, id.0, first, last, name_key::of_contact(first, last)).map(drop)
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

/// Puts a contact who left back on the list; `false` when they are there.
pub async fn restore(tx: &mut Tx, provider: ProviderId, id: ContactId) -> Result<bool, StoreError> {
    let sql = "UPDATE contact SET active = TRUE WHERE provider_id = $1 AND id = $2 AND NOT active";
    Ok(run!(tx.conn(), sql, provider.0, id.0)? == 1)
}

/// The contact's users, by product.
pub async fn users(
    conn: &mut Conn,
    provider: ProviderId,
    contact: ContactId,
) -> Result<Vec<(String, String)>, StoreError> {
    let sql = "SELECT product, user_id FROM contact_user WHERE provider_id = $1 AND contact_id = $2 \
               ORDER BY product LIMIT 200";
    all!(conn, (String, String), sql, provider.0, contact.0)
}

/// Takes the contact's user in a product away; `false` when there was none.
pub async fn remove_user(
    tx: &mut Tx,
    provider: ProviderId,
    contact: ContactId,
    product: &str,
) -> Result<bool, StoreError> {
    let sql = "DELETE FROM contact_user WHERE provider_id = $1 AND contact_id = $2 AND product = $3";
    Ok(run!(tx.conn(), sql, provider.0, contact.0, product)? == 1)
}

/// Names the contact's user in a product.
pub async fn add_user(tx: &mut Tx, contact: &Contact, product: &str, user: &str) -> Result<(), StoreError> {
    let sql = "INSERT INTO contact_user (provider_id, contact_id, product, user_id) VALUES ($1, $2, $3, $4)";
    run!(tx.conn(), sql, contact.provider.0, contact.id.0, product, user).map(drop)
}

/// Which active contact of the provider's is this user in a product, whichever customer's. Writers come
/// one after the other: asked in the transaction that adds one, it holds for that one.
pub async fn user_taken(
    conn: &mut Conn,
    provider: ProviderId,
    product: &str,
    user: &str,
) -> Result<Option<ContactId>, StoreError> {
    let sql = "SELECT k.id FROM contact_user u JOIN contact k ON k.id = u.contact_id AND k.provider_id = u.provider_id \
               WHERE u.provider_id = $1 AND u.product = $2 AND u.user_id = $3 AND k.active LIMIT 1";
    Ok(one!(conn, (Uuid,), sql, provider.0, product, user)?.map(|(id,)| id.into()))
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

/// Sets password and one-time codes anew at once; `false` when the contact left, or either is no longer what it was.
pub async fn recover(
    tx: &mut Tx,
    was: &Contact,
    password_hash: Option<&str>,
    totp_sealed: Option<&str>,
) -> Result<bool, StoreError> {
    let sql = "UPDATE contact SET password_hash = $3, totp_sealed = $4, totp_confirmed = $5 \
               WHERE provider_id = $1 AND id = $2 AND active AND COALESCE(password_hash, '') = $6 \
               AND COALESCE(totp_sealed, '') = $7";
    let (old_hash, old_totp) = (was.password_hash.as_deref(), was.totp_sealed.as_deref());
    let done = run!(
        tx.conn(),
        sql,
        was.provider.0,
        was.id.0,
        password_hash,
        totp_sealed,
        totp_sealed.is_some(),
        old_hash.unwrap_or(""),
        old_totp.unwrap_or("")
    )?;
    Ok(done == 1)
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

/// The first step of a new secret: what was used of the one before says nothing of it.
pub async fn first_totp_step(
    tx: &mut Tx,
    provider: ProviderId,
    id: ContactId,
    step: i64,
) -> Result<bool, StoreError> {
    let sql = "UPDATE contact SET totp_step = $3 WHERE provider_id = $1 AND id = $2";
    Ok(run!(tx.conn(), sql, provider.0, id.0, step)? == 1)
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
