//! Sign-ins, failed attempts and one-time links. Tokens come here only as hashes.

use pforte_core::kernel::{ContactId, CustomerId, Moment, ProviderId, SignInId, Span, StaffId, Strength};
use sqlx::FromRow;
use uuid::Uuid;

use crate::{
    Conn, StoreError, Tx,
    conn::{all, one, run},
};

/// Who a sign-in belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Person {
    Staff(StaffId),
    Contact(ContactId),
}

/// One browser, from sign-in to sign-out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignIn {
    pub id: SignInId,
    pub provider: ProviderId,
    pub person: Person,
    pub strength: Strength,
    pub created_at: Moment,
    pub last_seen_at: Moment,
    pub expires_at: Moment,
    pub ended_at: Option<Moment>,
}

impl SignIn {
    /// Whether it still counts at `now`.
    pub fn alive(&self, now: Moment) -> bool {
        self.ended_at.is_none() && now < self.expires_at
    }
}

#[derive(FromRow)]
struct Row {
    id: Uuid,
    provider_id: Uuid,
    staff_id: Option<Uuid>,
    contact_id: Option<Uuid>,
    strength: String,
    created_at: i64,
    last_seen_at: i64,
    expires_at: i64,
    ended_at: Option<i64>,
}

impl TryFrom<Row> for SignIn {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        let person = match (row.staff_id, row.contact_id) {
            (Some(id), None) => Person::Staff(id.into()),
            (None, Some(id)) => Person::Contact(id.into()),
            _ => return Err(StoreError::Inconsistent(format!("sign-in {} belongs to nobody", row.id))),
        };
        Ok(Self {
            id: row.id.into(),
            provider: row.provider_id.into(),
            person,
            strength: Strength::from_word(&row.strength)
                .ok_or_else(|| StoreError::Inconsistent(format!("sign-in strength {:?}", row.strength)))?,
            created_at: Moment(row.created_at),
            last_seen_at: Moment(row.last_seen_at),
            expires_at: Moment(row.expires_at),
            ended_at: row.ended_at.map(Moment),
        })
    }
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT id, provider_id, staff_id, contact_id, strength, created_at, last_seen_at, expires_at, \
             ended_at FROM sign_in ",
            $rest
        )
    };
}

impl Person {
    pub(crate) fn columns(self) -> (Option<Uuid>, Option<Uuid>) {
        match self {
            Self::Staff(id) => (Some(id.0), None),
            Self::Contact(id) => (None, Some(id.0)),
        }
    }
}

pub async fn insert(tx: &mut Tx, sign_in: &SignIn, token_hash: &str) -> Result<(), StoreError> {
    let (staff, contact) = sign_in.person.columns();
    run!(
        tx.conn(),
        "INSERT INTO sign_in (id, provider_id, staff_id, contact_id, token_hash, strength, created_at, \
         last_seen_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $7, $8)",
        sign_in.id.0,
        sign_in.provider.0,
        staff,
        contact,
        token_hash,
        sign_in.strength.word(),
        sign_in.created_at.0,
        sign_in.expires_at.0
    )
    .map(drop)
}

/// Looks a token up by its hash; the provider follows from it.
pub async fn by_token(conn: &mut Conn, token_hash: &str) -> Result<Option<SignIn>, StoreError> {
    one!(conn, Row, select!("WHERE token_hash = $1"), token_hash)?.map(SignIn::try_from).transpose()
}

/// A person's living sign-ins, newest first, at most 50.
pub async fn of_person(
    conn: &mut Conn,
    provider: ProviderId,
    person: Person,
    now: Moment,
) -> Result<Vec<SignIn>, StoreError> {
    let (staff, contact) = person.columns();
    let sql = select!(
        "WHERE provider_id = $1 AND (staff_id = $2 OR contact_id = $3) AND ended_at IS NULL \
         AND expires_at > $4 ORDER BY id DESC LIMIT 50"
    );
    all!(conn, Row, sql, provider.0, staff, contact, now.0)?.into_iter().map(SignIn::try_from).collect()
}

/// Ends one sign-in; `false` when it had ended already.
pub async fn end(tx: &mut Tx, provider: ProviderId, id: SignInId, at: Moment) -> Result<bool, StoreError> {
    let sql = "UPDATE sign_in SET ended_at = $3 WHERE provider_id = $1 AND id = $2 AND ended_at IS NULL";
    Ok(run!(tx.conn(), sql, provider.0, id.0, at.0)? == 1)
}

/// Ends all sign-ins of a person but one; answers which.
pub async fn end_all(
    tx: &mut Tx,
    provider: ProviderId,
    person: Person,
    keep: Option<SignInId>,
    at: Moment,
) -> Result<Vec<SignInId>, StoreError> {
    let (staff, contact) = person.columns();
    let sql = "UPDATE sign_in SET ended_at = $5 WHERE provider_id = $1 AND (staff_id = $2 OR contact_id = $3) \
               AND id <> $4 AND ended_at IS NULL RETURNING id";
    let keep = keep.map_or(Uuid::nil(), |id| id.0);
    let rows = all!(tx.conn(), (Uuid,), sql, provider.0, staff, contact, keep, at.0)?;
    Ok(rows.into_iter().map(|(id,)| id.into()).collect())
}

/// Ends the sign-ins of all contacts of a customer; answers which.
pub async fn end_all_of_customer(
    tx: &mut Tx,
    provider: ProviderId,
    customer: CustomerId,
    at: Moment,
) -> Result<Vec<SignInId>, StoreError> {
    let sql = "UPDATE sign_in SET ended_at = $3 WHERE provider_id = $1 AND ended_at IS NULL AND contact_id IN \
               (SELECT id FROM contact WHERE provider_id = $1 AND customer_id = $2) RETURNING id";
    let rows = all!(tx.conn(), (Uuid,), sql, provider.0, customer.0, at.0)?;
    Ok(rows.into_iter().map(|(id,)| id.into()).collect())
}

/// Ends every sign-in of every provider: after a run that did not end in order.
pub async fn end_every(tx: &mut Tx, at: Moment) -> Result<u64, StoreError> {
    run!(tx.conn(), "UPDATE sign_in SET ended_at = $1 WHERE ended_at IS NULL", at.0)
}

/// Lifts a sign-in to a greater strength.
pub async fn strengthen(
    tx: &mut Tx,
    provider: ProviderId,
    id: SignInId,
    strength: Strength,
) -> Result<(), StoreError> {
    let sql = "UPDATE sign_in SET strength = $3 WHERE provider_id = $1 AND id = $2";
    run!(tx.conn(), sql, provider.0, id.0, strength.word()).map(drop)
}

/// Notes when a person was last here, and prolongs the sign-in.
pub async fn seen(
    tx: &mut Tx,
    provider: ProviderId,
    id: SignInId,
    at: Moment,
    expires_at: Moment,
) -> Result<(), StoreError> {
    let sql = "UPDATE sign_in SET last_seen_at = $3, expires_at = $4 \
               WHERE provider_id = $1 AND id = $2 AND ended_at IS NULL";
    run!(tx.conn(), sql, provider.0, id.0, at.0, expires_at.0).map(drop)
}

/// Longer than any window in which failed attempts are counted.
const FAILURES_KEPT: Span = Span::hours(48);

/// Notes a failed attempt under the hash of the name that was typed.
pub async fn add_failure(
    tx: &mut Tx,
    provider: ProviderId,
    id: Uuid,
    name_hash: &str,
    at: Moment,
) -> Result<(), StoreError> {
    // What no longer counts goes with what is new, so that there is never much of it.
    forget_failures(tx, at - FAILURES_KEPT).await?;
    let sql = "INSERT INTO sign_in_failure (id, provider_id, name_hash, at) VALUES ($1, $2, $3, $4)";
    run!(tx.conn(), sql, id, provider.0, name_hash, at.0).map(drop)
}

/// Failed attempts under a name since an instant.
pub async fn failures(
    conn: &mut Conn,
    provider: ProviderId,
    name_hash: &str,
    since: Moment,
) -> Result<i64, StoreError> {
    let sql = "SELECT COUNT(*) FROM sign_in_failure WHERE provider_id = $1 AND name_hash = $2 AND at > $3";
    Ok(one!(conn, (i64,), sql, provider.0, name_hash, since.0)?.map_or(0, |(n,)| n))
}

/// Forgets failed attempts that no longer count, for all providers.
pub async fn forget_failures(tx: &mut Tx, before: Moment) -> Result<u64, StoreError> {
    run!(tx.conn(), "DELETE FROM sign_in_failure WHERE at < $1", before.0)
}

/// Forgets the failed attempts under a name: whoever it is has shown otherwise who they are.
pub async fn forgive(tx: &mut Tx, provider: ProviderId, name_hash: &str) -> Result<(), StoreError> {
    let sql = "DELETE FROM sign_in_failure WHERE provider_id = $1 AND name_hash = $2";
    run!(tx.conn(), sql, provider.0, name_hash).map(drop)
}

/// What a one-time link is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    SignIn,
    Activation,
}

impl Purpose {
    const fn word(self) -> &'static str {
        match self {
            Self::SignIn => "sign_in",
            Self::Activation => "activation",
        }
    }
}

/// A one-time link sent by mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    pub id: Uuid,
    pub provider: ProviderId,
    pub contact: ContactId,
    pub code_hash: Option<String>,
    pub wrong_codes: i64,
    pub expires_at: Moment,
    pub used_at: Option<Moment>,
}

pub async fn insert_link(
    tx: &mut Tx,
    link: &Link,
    purpose: Purpose,
    token_hash: &str,
    at: Moment,
) -> Result<(), StoreError> {
    run!(
        tx.conn(),
        "INSERT INTO sign_in_link (id, provider_id, contact_id, purpose, token_hash, code_hash, created_at, \
         expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        link.id,
        link.provider.0,
        link.contact.0,
        purpose.word(),
        token_hash,
        link.code_hash.as_deref(),
        at.0,
        link.expires_at.0
    )
    .map(drop)
}

type LinkRow = (Uuid, Uuid, Uuid, Option<String>, i64, i64, Option<i64>);

/// Looks a link up by its token's hash.
pub async fn link_by_token(
    conn: &mut Conn,
    purpose: Purpose,
    token_hash: &str,
) -> Result<Option<Link>, StoreError> {
    let sql = "SELECT id, provider_id, contact_id, code_hash, wrong_codes, expires_at, used_at \
               FROM sign_in_link WHERE purpose = $1 AND token_hash = $2";
    let row = one!(conn, LinkRow, sql, purpose.word(), token_hash)?;
    Ok(row.map(|(id, provider, contact, code_hash, wrong_codes, expires_at, used_at)| Link {
        id,
        provider: provider.into(),
        contact: contact.into(),
        code_hash,
        wrong_codes,
        expires_at: Moment(expires_at),
        used_at: used_at.map(Moment),
    }))
}

/// How many links a contact was sent since an instant.
pub async fn links_since(
    conn: &mut Conn,
    provider: ProviderId,
    contact: ContactId,
    since: Moment,
) -> Result<i64, StoreError> {
    let sql =
        "SELECT COUNT(*) FROM sign_in_link WHERE provider_id = $1 AND contact_id = $2 AND created_at > $3";
    Ok(one!(conn, (i64,), sql, provider.0, contact.0, since.0)?.map_or(0, |(n,)| n))
}

/// Uses a link up; `false` when it was used before.
pub async fn use_link(tx: &mut Tx, link: &Link, at: Moment) -> Result<bool, StoreError> {
    let sql = "UPDATE sign_in_link SET used_at = $3 WHERE provider_id = $1 AND id = $2 AND used_at IS NULL";
    Ok(run!(tx.conn(), sql, link.provider.0, link.id, at.0)? == 1)
}

/// Uses all of a contact's links up: none that waits in a mailbox opens anything any more.
pub async fn use_all_links(
    tx: &mut Tx,
    provider: ProviderId,
    contact: ContactId,
    at: Moment,
) -> Result<u64, StoreError> {
    let sql =
        "UPDATE sign_in_link SET used_at = $3 WHERE provider_id = $1 AND contact_id = $2 AND used_at IS NULL";
    run!(tx.conn(), sql, provider.0, contact.0, at.0)
}

/// Compares an activation code's hash with the link's, and counts it if it is wrong. `None` when as many were wrong as
/// may be, or the link is used.
pub async fn try_code(tx: &mut Tx, link: &Link, given: &str, most: i64) -> Result<Option<bool>, StoreError> {
    let sql = "SELECT code_hash FROM sign_in_link WHERE provider_id = $1 AND id = $2 AND used_at IS NULL \
               AND wrong_codes < $3";
    let found = one!(tx.conn(), (Option<String>,), sql, link.provider.0, link.id, most)?;
    let Some((hash,)) = found else { return Ok(None) };
    if hash.as_deref() == Some(given) {
        return Ok(Some(true));
    }
    let sql = "UPDATE sign_in_link SET wrong_codes = wrong_codes + 1 WHERE provider_id = $1 AND id = $2";
    run!(tx.conn(), sql, link.provider.0, link.id)?;
    Ok(Some(false))
}
