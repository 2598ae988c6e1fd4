//! Staff: the provider's people (rule M5).

use pforte_core::kernel::{Moment, ProviderId, StaffId, StaffRole};
use sqlx::FromRow;
use uuid::Uuid;

use crate::{
    Conn, StoreError, Tx,
    conn::{all, one, run},
    name_key,
};

/// A staff member. Secrets are hashed or sealed before they come here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Staff {
    pub id: StaffId,
    pub provider: ProviderId,
    pub username: String,
    pub first_name: String,
    pub last_name: String,
    pub email: String,
    pub salutation: Option<String>,
    pub address: Option<String>,
    pub company: Option<String>,
    pub roles: Vec<StaffRole>,
    /// `de` or `en`.
    pub language: String,
    pub password_hash: String,
    pub totp_sealed: String,
    /// The last TOTP step that was used, against replay.
    pub totp_step: i64,
    pub training_done_at: Option<Moment>,
    pub guidelines_accepted_at: Option<Moment>,
    /// Since when the PIN form is locked, after too many wrong guesses.
    pub form_locked_at: Option<Moment>,
    /// When a lead last unlocked the PIN form; wrong guesses before it no longer count.
    pub form_unlocked_at: Option<Moment>,
    pub active: bool,
}

impl Staff {
    /// First and last name, as people are shown.
    pub fn name(&self) -> String {
        format!("{} {}", self.first_name, self.last_name)
    }

    /// Whether one of the roles leads.
    pub fn leads(&self) -> bool {
        self.roles.iter().any(|role| role.leads())
    }
}

#[derive(FromRow)]
struct Row {
    id: Uuid,
    provider_id: Uuid,
    username: String,
    first_name: String,
    last_name: String,
    email: String,
    salutation: Option<String>,
    address: Option<String>,
    company: Option<String>,
    roles: String,
    language: String,
    password_hash: String,
    totp_sealed: String,
    totp_step: i64,
    training_done_at: Option<i64>,
    guidelines_accepted_at: Option<i64>,
    form_locked_at: Option<i64>,
    form_unlocked_at: Option<i64>,
    active: bool,
}

impl From<Row> for Staff {
    fn from(row: Row) -> Self {
        Self {
            id: row.id.into(),
            provider: row.provider_id.into(),
            username: row.username,
            first_name: row.first_name,
            last_name: row.last_name,
            email: row.email,
            salutation: row.salutation,
            address: row.address,
            company: row.company,
            roles: row.roles.split(' ').filter_map(StaffRole::from_word).collect(),
            language: row.language,
            password_hash: row.password_hash,
            totp_sealed: row.totp_sealed,
            totp_step: row.totp_step,
            training_done_at: row.training_done_at.map(Moment),
            guidelines_accepted_at: row.guidelines_accepted_at.map(Moment),
            form_locked_at: row.form_locked_at.map(Moment),
            form_unlocked_at: row.form_unlocked_at.map(Moment),
            active: row.active,
        }
    }
}

fn words(roles: &[StaffRole]) -> String {
    roles.iter().map(|r| r.word()).collect::<Vec<_>>().join(" ")
}

/// Adds a staff member; [`StoreError::Conflict`] when the username is taken.
pub async fn insert(tx: &mut Tx, staff: &Staff, at: Moment) -> Result<(), StoreError> {
    run!(
        tx.conn(),
        "INSERT INTO staff (id, provider_id, username, first_name, last_name, email, salutation, address, \
         company, roles, language, password_hash, totp_sealed, totp_step, training_done_at, \
         guidelines_accepted_at, active, created_at, name_key) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, 0, $14, $15, $16, $17, $18)",
        staff.id.0,
        staff.provider.0,
        &staff.username,
        &staff.first_name,
        &staff.last_name,
        &staff.email,
        staff.salutation.as_deref(),
        staff.address.as_deref(),
        staff.company.as_deref(),
        words(&staff.roles),
        &staff.language,
        &staff.password_hash,
        &staff.totp_sealed,
        staff.training_done_at.map(|m| m.0),
        staff.guidelines_accepted_at.map(|m| m.0),
        staff.active,
        at.0,
        name_key::of_staff(&staff.first_name, &staff.last_name, &staff.username)
    )
    .map(drop)
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT id, provider_id, username, first_name, last_name, email, salutation, address, company, \
             roles, language, password_hash, totp_sealed, totp_step, training_done_at, \
             guidelines_accepted_at, form_locked_at, form_unlocked_at, active FROM staff ",
            $rest
        )
    };
}

pub async fn by_id(conn: &mut Conn, provider: ProviderId, id: StaffId) -> Result<Option<Staff>, StoreError> {
    let row = one!(conn, Row, select!("WHERE provider_id = $1 AND id = $2"), provider.0, id.0)?;
    Ok(row.map(Staff::from))
}

pub async fn by_username(
    conn: &mut Conn,
    provider: ProviderId,
    username: &str,
) -> Result<Option<Staff>, StoreError> {
    let row = one!(conn, Row, select!("WHERE provider_id = $1 AND username = $2"), provider.0, username)?;
    Ok(row.map(Staff::from))
}

/// Whoever has this mail address (lower case).
pub async fn by_email(
    conn: &mut Conn,
    provider: ProviderId,
    email: &str,
) -> Result<Option<Staff>, StoreError> {
    let sql = select!("WHERE provider_id = $1 AND email = $2 ORDER BY id LIMIT 1");
    Ok(one!(conn, Row, sql, provider.0, email)?.map(Staff::from))
}

/// A page of staff whose names hold these words (an empty text finds all), oldest first, after the given id.
pub async fn list(
    conn: &mut Conn,
    provider: ProviderId,
    text: &str,
    after: Option<StaffId>,
    limit: i64,
) -> Result<Vec<Staff>, StoreError> {
    let named = match name_key::patterns(text) {
        None if !text.trim().is_empty() => return Ok(vec![]),
        None => std::array::from_fn(|_| "%".to_owned()),
        Some(named) => named,
    };
    let [a, b, c, d, e, f] = named;
    let after = after.map_or(Uuid::nil(), |id| id.0);
    let sql = select!(
        "WHERE provider_id = $1 AND id > $2 AND name_key LIKE $3 AND name_key LIKE $4 AND name_key LIKE $5 \
         AND name_key LIKE $6 AND name_key LIKE $7 AND name_key LIKE $8 ORDER BY id LIMIT $9"
    );
    let rows = all!(conn, Row, sql, provider.0, after, &a, &b, &c, &d, &e, &f, limit)?;
    Ok(rows.into_iter().map(Staff::from).collect())
}

/// The first step of a new secret: what was used of the one before says nothing of it.
pub async fn first_totp_step(
    tx: &mut Tx,
    provider: ProviderId,
    id: StaffId,
    step: i64,
) -> Result<bool, StoreError> {
    let sql = "UPDATE staff SET totp_step = $3 WHERE provider_id = $1 AND id = $2";
    Ok(run!(tx.conn(), sql, provider.0, id.0, step)? == 1)
}

/// Takes a TOTP step once; `false` when that step or a later one was used before.
pub async fn take_totp_step(
    tx: &mut Tx,
    provider: ProviderId,
    id: StaffId,
    step: i64,
) -> Result<bool, StoreError> {
    let sql = "UPDATE staff SET totp_step = $3 WHERE provider_id = $1 AND id = $2 AND totp_step < $3";
    Ok(run!(tx.conn(), sql, provider.0, id.0, step)? == 1)
}

/// Locks the PIN form until a lead unlocks it.
pub async fn lock_form(tx: &mut Tx, provider: ProviderId, id: StaffId, at: Moment) -> Result<(), StoreError> {
    let sql = "UPDATE staff SET form_locked_at = $3 WHERE provider_id = $1 AND id = $2";
    run!(tx.conn(), sql, provider.0, id.0, at.0).map(drop)
}

/// Opens the PIN form again.
pub async fn unlock_form(
    tx: &mut Tx,
    provider: ProviderId,
    id: StaffId,
    at: Moment,
) -> Result<(), StoreError> {
    let sql =
        "UPDATE staff SET form_locked_at = NULL, form_unlocked_at = $3 WHERE provider_id = $1 AND id = $2";
    run!(tx.conn(), sql, provider.0, id.0, at.0).map(drop)
}

/// Saves what an admin may change. The caller has read the row in the same transaction.
pub async fn update(tx: &mut Tx, staff: &Staff) -> Result<(), StoreError> {
    run!(
        tx.conn(),
        "UPDATE staff SET roles = $3, active = $4, training_done_at = $5, guidelines_accepted_at = $6 \
         WHERE provider_id = $1 AND id = $2",
        staff.provider.0,
        staff.id.0,
        words(&staff.roles),
        staff.active,
        staff.training_done_at.map(|m| m.0),
        staff.guidelines_accepted_at.map(|m| m.0)
    )
    .map(drop)
}

pub async fn set_language(
    tx: &mut Tx,
    provider: ProviderId,
    id: StaffId,
    language: &str,
) -> Result<(), StoreError> {
    let sql = "UPDATE staff SET language = $3 WHERE provider_id = $1 AND id = $2";
    run!(tx.conn(), sql, provider.0, id.0, language).map(drop)
}

/// Replaces the password; `false` when it is no longer the one that was checked.
pub async fn set_password(
    tx: &mut Tx,
    provider: ProviderId,
    id: StaffId,
    old_hash: &str,
    hash: &str,
) -> Result<bool, StoreError> {
    let sql = "UPDATE staff SET password_hash = $4 WHERE provider_id = $1 AND id = $2 AND password_hash = $3";
    Ok(run!(tx.conn(), sql, provider.0, id.0, old_hash, hash)? == 1)
}

/// Sets password and one-time codes anew at once; `false` when they left, or either is no longer what it was.
pub async fn recover(
    tx: &mut Tx,
    was: &Staff,
    password_hash: &str,
    totp_sealed: &str,
) -> Result<bool, StoreError> {
    let sql = "UPDATE staff SET password_hash = $3, totp_sealed = $4 WHERE provider_id = $1 AND id = $2 AND active \
               AND password_hash = $5 AND totp_sealed = $6";
    let (provider, id) = (was.provider.0, was.id.0);
    let done =
        run!(tx.conn(), sql, provider, id, password_hash, totp_sealed, &was.password_hash, &was.totp_sealed)?;
    Ok(done == 1)
}

/// Everybody in office who leads or administers, oldest first, at most 100.
pub async fn overseers(conn: &mut Conn, provider: ProviderId) -> Result<Vec<Staff>, StoreError> {
    let sql = select!(
        "WHERE provider_id = $1 AND active AND (roles LIKE $2 OR roles LIKE $3) ORDER BY id LIMIT 100"
    );
    let rows = all!(conn, Row, sql, provider.0, "%lead%", "%admin%")?;
    let all = rows.into_iter().map(Staff::from);
    Ok(all.filter(|s| s.leads() || s.roles.contains(&StaffRole::Admin)).collect())
}
