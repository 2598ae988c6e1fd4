//! Recoveries: somebody who cannot sign in sets their secrets anew. Tokens and codes come here only as hashes.

use pforte_core::{
    kernel::{ContactId, CustomerId, Moment, ProviderId, RecoveryId, StaffId},
    recovery::{Course, Lost, RecoveryEnd, Way},
};
use sqlx::FromRow;
use uuid::Uuid;

use crate::{
    Conn, StoreError, Tx,
    conn::{all, one, run},
    sign_in::Person,
};

/// One recovery. Where it is is computed, never stored: see [`Course::state`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recovery {
    pub id: RecoveryId,
    pub provider: ProviderId,
    pub person: Person,
    /// A contact's.
    pub customer: Option<CustomerId>,
    /// What goes another way than mail, once the provider approved.
    pub code_hash: Option<String>,
    /// The new secret for one-time codes, until the first code of it was right.
    pub totp_sealed: Option<String>,
    /// Tries at codes and passwords, also those under way.
    pub wrong_tries: i64,
    pub wrong_words: i64,
    pub created_at: Moment,
    pub ended_at: Option<Moment>,
    pub course: Course,
}

/// Who approved, and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Approval {
    pub by: Person,
    pub at: Moment,
}

#[derive(FromRow)]
struct Row {
    id: Uuid,
    provider_id: Uuid,
    staff_id: Option<Uuid>,
    contact_id: Option<Uuid>,
    customer_id: Option<Uuid>,
    lost: Option<String>,
    way: Option<String>,
    code_hash: Option<String>,
    totp_sealed: Option<String>,
    wrong_tries: i64,
    wrong_words: i64,
    created_at: i64,
    begun_at: Option<i64>,
    asked_at: Option<i64>,
    ready_at: Option<i64>,
    expires_at: i64,
    ended_at: Option<i64>,
    ended_how: Option<String>,
}

impl TryFrom<Row> for Recovery {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        let strange = |what: &str| StoreError::Inconsistent(format!("recovery {}: {what}", row.id));
        let word = |text: &Option<String>, what: &str, known: bool| match text {
            Some(_) if !known => Err(strange(what)),
            _ => Ok(()),
        };
        let person = person(row.staff_id, row.contact_id).ok_or_else(|| strange("belongs to nobody"))?;
        let lost = row.lost.as_deref().and_then(Lost::from_word);
        let way = row.way.as_deref().and_then(Way::from_word);
        let ended = row.ended_how.as_deref().and_then(RecoveryEnd::from_word);
        word(&row.lost, "what was lost", lost.is_some())?;
        word(&row.way, "its way", way.is_some())?;
        word(&row.ended_how, "its end", ended.is_some())?;
        Ok(Self {
            id: row.id.into(),
            provider: row.provider_id.into(),
            person,
            customer: row.customer_id.map(CustomerId),
            code_hash: row.code_hash,
            totp_sealed: row.totp_sealed,
            wrong_tries: row.wrong_tries,
            wrong_words: row.wrong_words,
            created_at: Moment(row.created_at),
            ended_at: row.ended_at.map(Moment),
            course: Course {
                way,
                lost,
                begun_at: row.begun_at.map(Moment),
                asked_at: row.asked_at.map(Moment),
                ready_at: row.ready_at.map(Moment),
                expires_at: Moment(row.expires_at),
                ended,
            },
        })
    }
}

fn person(staff: Option<Uuid>, contact: Option<Uuid>) -> Option<Person> {
    match (staff, contact) {
        (Some(id), None) => Some(Person::Staff(StaffId(id))),
        (None, Some(id)) => Some(Person::Contact(ContactId(id))),
        _ => None,
    }
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT id, provider_id, staff_id, contact_id, customer_id, lost, way, code_hash, totp_sealed, \
             wrong_tries, wrong_words, created_at, begun_at, asked_at, ready_at, expires_at, ended_at, ended_how \
             FROM recovery ",
            $rest
        )
    };
}

/// Saves a recovery whose link is about to go out.
pub async fn insert(tx: &mut Tx, recovery: &Recovery, link_hash: &str) -> Result<(), StoreError> {
    let (staff, contact) = recovery.person.columns();
    run!(
        tx.conn(),
        "INSERT INTO recovery (id, provider_id, staff_id, contact_id, customer_id, link_hash, lost, way, \
         created_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        recovery.id.0,
        recovery.provider.0,
        staff,
        contact,
        recovery.customer.map(|c| c.0),
        link_hash,
        recovery.course.lost.map(Lost::word),
        recovery.course.way.map(Way::word),
        recovery.created_at.0,
        recovery.course.expires_at.0
    )
    .map(drop)
}

/// Looks a recovery up by the hash of its mail's link; the provider follows from it.
pub async fn by_link(conn: &mut Conn, link_hash: &str) -> Result<Option<Recovery>, StoreError> {
    one!(conn, Row, select!("WHERE link_hash = $1"), link_hash)?.map(Recovery::try_from).transpose()
}

/// Looks a recovery up by the hash of the key that a browser holds.
pub async fn by_key(conn: &mut Conn, key_hash: &str) -> Result<Option<Recovery>, StoreError> {
    one!(conn, Row, select!("WHERE key_hash = $1"), key_hash)?.map(Recovery::try_from).transpose()
}

/// Looks a recovery up for whoever brings a proof of it; the provider follows from it.
pub async fn by_proof(conn: &mut Conn, id: RecoveryId) -> Result<Option<Recovery>, StoreError> {
    one!(conn, Row, select!("WHERE id = $1"), id.0)?.map(Recovery::try_from).transpose()
}

pub async fn by_id(
    conn: &mut Conn,
    provider: ProviderId,
    id: RecoveryId,
) -> Result<Option<Recovery>, StoreError> {
    let row = one!(conn, Row, select!("WHERE provider_id = $1 AND id = $2"), provider.0, id.0)?;
    row.map(Recovery::try_from).transpose()
}

/// How many links a person was sent since an instant.
pub async fn links_since(
    conn: &mut Conn,
    provider: ProviderId,
    person: Person,
    since: Moment,
) -> Result<i64, StoreError> {
    let (staff, contact) = person.columns();
    let sql = "SELECT COUNT(*) FROM recovery WHERE provider_id = $1 AND (staff_id = $2 OR contact_id = $3) \
               AND created_at > $4";
    Ok(one!(conn, (i64,), sql, provider.0, staff, contact, since.0)?.map_or(0, |(n,)| n))
}

/// A customer's recoveries that were asked for since an instant, newest first, at most 50.
pub async fn of_customer(
    conn: &mut Conn,
    provider: ProviderId,
    customer: CustomerId,
    since: Moment,
) -> Result<Vec<Recovery>, StoreError> {
    let sql = select!(
        "WHERE provider_id = $1 AND customer_id = $2 AND created_at > $3 AND asked_at IS NOT NULL \
         ORDER BY id DESC LIMIT 50"
    );
    let rows = all!(conn, Row, sql, provider.0, customer.0, since.0)?;
    rows.into_iter().map(Recovery::try_from).collect()
}

/// What leads and admins have to do with, newest first, at most 100: staff's, and contacts' for which their customer has
/// nobody.
pub async fn of_provider(
    conn: &mut Conn,
    provider: ProviderId,
    since: Moment,
) -> Result<Vec<Recovery>, StoreError> {
    let sql = select!(
        "WHERE provider_id = $1 AND created_at > $2 AND way IN ('staff', 'provider', 'operator') \
         AND (asked_at IS NOT NULL OR way = 'operator') ORDER BY id DESC LIMIT 100"
    );
    let rows = all!(conn, Row, sql, provider.0, since.0)?;
    rows.into_iter().map(Recovery::try_from).collect()
}

/// Uses the link up: from now on the browser's key counts. `false` when it was used before, or is over.
pub async fn begin(tx: &mut Tx, recovery: &Recovery, key_hash: &str, at: Moment) -> Result<bool, StoreError> {
    let sql = "UPDATE recovery SET key_hash = $3, begun_at = $4 WHERE provider_id = $1 AND id = $2 \
               AND begun_at IS NULL AND ended_at IS NULL AND expires_at > $4";
    Ok(run!(tx.conn(), sql, recovery.provider.0, recovery.id.0, key_hash, at.0)? == 1)
}

/// Notes what is asked for and who has to agree; `false` when it was asked for before, or is over.
pub async fn ask(
    tx: &mut Tx,
    recovery: &Recovery,
    (lost, way): (Lost, Way),
    expires_at: Moment,
    at: Moment,
) -> Result<bool, StoreError> {
    let sql = "UPDATE recovery SET lost = $3, way = $4, asked_at = $5, expires_at = $6 \
               WHERE provider_id = $1 AND id = $2 AND begun_at IS NOT NULL AND asked_at IS NULL \
               AND ended_at IS NULL AND expires_at > $5";
    let (provider, id) = (recovery.provider.0, recovery.id.0);
    Ok(run!(tx.conn(), sql, provider, id, lost.word(), way.word(), at.0, expires_at.0)? == 1)
}

/// Notes an approval; `false` when this one approved before.
pub async fn approve(
    tx: &mut Tx,
    recovery: &Recovery,
    id: Uuid,
    approval: Approval,
) -> Result<bool, StoreError> {
    let (staff, contact) = approval.by.columns();
    let known = approvals(tx.conn(), recovery.provider, recovery.id).await?;
    if known.iter().any(|known| known.by == approval.by) {
        return Ok(false);
    }
    let sql = "INSERT INTO recovery_approval (id, provider_id, recovery_id, staff_id, contact_id, at) \
               VALUES ($1, $2, $3, $4, $5, $6)";
    run!(tx.conn(), sql, id, recovery.provider.0, recovery.id.0, staff, contact, approval.at.0)?;
    Ok(true)
}

/// Who approved, oldest first; no more than leads and admins there can be.
pub async fn approvals(
    conn: &mut Conn,
    provider: ProviderId,
    id: RecoveryId,
) -> Result<Vec<Approval>, StoreError> {
    let sql = "SELECT staff_id, contact_id, at FROM recovery_approval WHERE provider_id = $1 AND recovery_id = $2 \
               ORDER BY at, id LIMIT 50";
    let rows = all!(conn, (Option<Uuid>, Option<Uuid>, i64), sql, provider.0, id.0)?;
    let approval = |(staff, contact, at)| Some(Approval { by: person(staff, contact)?, at: Moment(at) });
    Ok(rows.into_iter().filter_map(approval).collect())
}

/// Notes that all have approved: from when on, until when, and what goes another way. A second time the code of before
/// stays the one that counts.
pub async fn make_ready(
    tx: &mut Tx,
    recovery: &Recovery,
    (ready_at, expires_at): (Moment, Moment),
    code_hash: Option<&str>,
) -> Result<bool, StoreError> {
    let sql = "UPDATE recovery SET ready_at = $3, expires_at = $4, code_hash = $5 \
               WHERE provider_id = $1 AND id = $2 AND ready_at IS NULL AND ended_at IS NULL";
    let (provider, id) = (recovery.provider.0, recovery.id.0);
    Ok(run!(tx.conn(), sql, provider, id, ready_at.0, expires_at.0, code_hash)? == 1)
}

/// Keeps the new secret for one-time codes until its first code was right.
pub async fn set_totp(tx: &mut Tx, recovery: &Recovery, sealed: &str) -> Result<bool, StoreError> {
    let sql = "UPDATE recovery SET totp_sealed = $3 WHERE provider_id = $1 AND id = $2 AND ended_at IS NULL";
    Ok(run!(tx.conn(), sql, recovery.provider.0, recovery.id.0, sealed)? == 1)
}

/// Counts a try at a code or password, before it is compared; answers how many there are now, `None` when as many were
/// counted as may be.
pub async fn count_try(tx: &mut Tx, recovery: &Recovery, most: i64) -> Result<Option<i64>, StoreError> {
    let sql = "UPDATE recovery SET wrong_tries = wrong_tries + 1 WHERE provider_id = $1 AND id = $2 \
               AND wrong_tries < $3 AND ended_at IS NULL RETURNING wrong_tries";
    let row = one!(tx.conn(), (i64,), sql, recovery.provider.0, recovery.id.0, most)?;
    Ok(row.map(|(n,)| n))
}

/// Takes a counted try back: it was right.
pub async fn strike_try(tx: &mut Tx, recovery: &Recovery) -> Result<(), StoreError> {
    let sql = "UPDATE recovery SET wrong_tries = wrong_tries - 1 WHERE provider_id = $1 AND id = $2 \
               AND wrong_tries > 0 AND ended_at IS NULL";
    run!(tx.conn(), sql, recovery.provider.0, recovery.id.0).map(drop)
}

/// Counts wrong words of an approver's; answers how many there are now.
pub async fn count_words(tx: &mut Tx, recovery: &Recovery) -> Result<i64, StoreError> {
    let sql = "UPDATE recovery SET wrong_words = wrong_words + 1 WHERE provider_id = $1 AND id = $2 \
               RETURNING wrong_words";
    Ok(one!(tx.conn(), (i64,), sql, recovery.provider.0, recovery.id.0)?.map_or(0, |(n,)| n))
}

/// Ends it; `false` when it had ended.
pub async fn end(tx: &mut Tx, recovery: &Recovery, how: RecoveryEnd, at: Moment) -> Result<bool, StoreError> {
    let sql = "UPDATE recovery SET ended_at = $3, ended_how = $4, totp_sealed = NULL \
               WHERE provider_id = $1 AND id = $2 AND ended_at IS NULL";
    Ok(run!(tx.conn(), sql, recovery.provider.0, recovery.id.0, at.0, how.word())? == 1)
}

/// Notes that the person says afterwards that it was not them; `false` when they said so before.
pub async fn take_back(tx: &mut Tx, recovery: &Recovery) -> Result<bool, StoreError> {
    let sql = "UPDATE recovery SET ended_how = $3 WHERE provider_id = $1 AND id = $2 AND ended_how = $4";
    let (objected, done) = (RecoveryEnd::Objected.word(), RecoveryEnd::Done.word());
    Ok(run!(tx.conn(), sql, recovery.provider.0, recovery.id.0, objected, done)? == 1)
}

/// Ends every other one of the person's that is not over; answers which.
pub async fn replace(tx: &mut Tx, recovery: &Recovery, at: Moment) -> Result<Vec<RecoveryId>, StoreError> {
    let (staff, contact) = recovery.person.columns();
    let sql = "UPDATE recovery SET ended_at = $5, ended_how = $6, totp_sealed = NULL WHERE provider_id = $1 \
               AND (staff_id = $2 OR contact_id = $3) AND id <> $4 AND ended_at IS NULL AND expires_at > $5 \
               RETURNING id";
    let how = RecoveryEnd::Replaced.word();
    let rows = all!(tx.conn(), (Uuid,), sql, recovery.provider.0, staff, contact, recovery.id.0, at.0, how)?;
    Ok(rows.into_iter().map(|(id,)| id.into()).collect())
}
