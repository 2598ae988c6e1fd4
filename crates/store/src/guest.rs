//! Invitations of guests (rule M6): a one-time way to a first password, of which only hashes are kept.

use pforte_core::kernel::{Moment, ProviderId, StaffId};
use uuid::Uuid;

use crate::{
    Conn, StoreError, Tx,
    conn::{one, run},
};

/// An invitation that was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invitation {
    pub id: Uuid,
    pub provider: ProviderId,
    pub staff: StaffId,
    /// Of the code that is handed over by another way than mail.
    pub code_hash: String,
    pub wrong_codes: i64,
    pub expires_at: Moment,
    pub used_at: Option<Moment>,
}

pub async fn insert(
    tx: &mut Tx,
    invitation: &Invitation,
    token_hash: &str,
    at: Moment,
) -> Result<(), StoreError> {
    run!(
        tx.conn(),
        "INSERT INTO guest_invitation (id, provider_id, staff_id, token_hash, code_hash, created_at, expires_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        invitation.id,
        invitation.provider.0,
        invitation.staff.0,
        token_hash,
        &invitation.code_hash,
        at.0,
        invitation.expires_at.0
    )
    .map(drop)
}

type Row = (Uuid, Uuid, Uuid, String, i64, i64, Option<i64>);

/// Looks an invitation up by its token's hash; the provider follows from it.
pub async fn by_token(conn: &mut Conn, token_hash: &str) -> Result<Option<Invitation>, StoreError> {
    let sql = "SELECT id, provider_id, staff_id, code_hash, wrong_codes, expires_at, used_at \
               FROM guest_invitation WHERE token_hash = $1";
    let row = one!(conn, Row, sql, token_hash)?;
    Ok(row.map(|(id, provider, staff, code_hash, wrong_codes, expires_at, used_at)| Invitation {
        id,
        provider: provider.into(),
        staff: staff.into(),
        code_hash,
        wrong_codes,
        expires_at: Moment(expires_at),
        used_at: used_at.map(Moment),
    }))
}

/// Whether this guest was invited and has not set a password yet.
pub async fn waits(conn: &mut Conn, provider: ProviderId, staff: StaffId) -> Result<bool, StoreError> {
    let sql =
        "SELECT COUNT(*), COUNT(used_at) FROM guest_invitation WHERE provider_id = $1 AND staff_id = $2";
    let row = one!(conn, (i64, i64), sql, provider.0, staff.0)?;
    Ok(row.is_some_and(|(sent, used)| sent > 0 && used == 0))
}

/// Uses up this invitation and all others of the same guest; `false` when one was used before.
pub async fn use_up(tx: &mut Tx, invitation: &Invitation, at: Moment) -> Result<bool, StoreError> {
    if !waits(tx.conn(), invitation.provider, invitation.staff).await? {
        return Ok(false);
    }
    let sql = "UPDATE guest_invitation SET used_at = $3 WHERE provider_id = $1 AND staff_id = $2";
    run!(tx.conn(), sql, invitation.provider.0, invitation.staff.0, at.0).map(|_| true)
}

/// Compares a code's hash with the invitation's, and counts it if it is wrong. `None` when as many were wrong as may
/// be, or the invitation is used.
pub async fn try_code(
    tx: &mut Tx,
    invitation: &Invitation,
    given: &str,
    most: i64,
) -> Result<Option<bool>, StoreError> {
    let sql = "SELECT code_hash FROM guest_invitation WHERE provider_id = $1 AND id = $2 AND used_at IS NULL \
               AND wrong_codes < $3";
    let found = one!(tx.conn(), (String,), sql, invitation.provider.0, invitation.id, most)?;
    let Some((hash,)) = found else { return Ok(None) };
    if hash == given {
        return Ok(Some(true));
    }
    let sql = "UPDATE guest_invitation SET wrong_codes = wrong_codes + 1 WHERE provider_id = $1 AND id = $2";
    run!(tx.conn(), sql, invitation.provider.0, invitation.id)?;
    Ok(Some(false))
}
