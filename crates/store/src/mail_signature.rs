//! Signatures of proven mails, by their hashes. A row is written with its mail's, and kept as long.

use pforte_core::{
    kernel::{MailId, ProviderId, TicketId},
    sender::Replay,
};
use uuid::Uuid;

use crate::{
    Conn, StoreError, Tx,
    conn::{one, run},
};

/// The earlier mail that bears one of these signatures, if any does.
pub async fn seen(
    conn: &mut Conn,
    provider: ProviderId,
    hashes: &[String],
) -> Result<Option<Replay>, StoreError> {
    let sql = "SELECT m.ticket_id FROM mail_signature s JOIN mail m ON m.provider_id = s.provider_id \
               AND m.id = s.mail_id WHERE s.provider_id = $1 AND s.hash = $2";
    for hash in hashes {
        if let Some((ticket,)) = one!(conn, (Option<Uuid>,), sql, provider.0, hash)? {
            return Ok(Some(Replay { ticket: ticket.map(TicketId) }));
        }
    }
    Ok(None)
}

/// Keeps a proven mail's signatures; `false` when one of them stands under another mail.
pub async fn keep(
    tx: &mut Tx,
    provider: ProviderId,
    mail: MailId,
    hashes: &[String],
) -> Result<bool, StoreError> {
    let sql = "INSERT INTO mail_signature (provider_id, hash, mail_id) VALUES ($1, $2, $3) \
               ON CONFLICT (provider_id, hash) DO NOTHING";
    for hash in hashes {
        if run!(tx.conn(), sql, provider.0, hash, mail.0)? != 1 {
            return Ok(false);
        }
    }
    Ok(true)
}
