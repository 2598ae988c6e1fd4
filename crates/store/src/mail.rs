//! Mail from outside: every message that was handed over, once, with what became of it.
//!
//! A row is written in the transaction of its ticket or its place in quarantine, so that a message is
//! never in both and never in neither. The whole message lies beside the database, by its hash.

use pforte_core::{
    kernel::{ContactId, MailId, MessageId, Moment, ProviderId, StaffId, TicketId},
    sender::{ANSWER_SPAN, Answered, BURST_SPAN, DOMAIN_ANSWERS, PROVIDER_ANSWERS, Proof},
};
use sqlx::FromRow;
use uuid::Uuid;

use crate::{
    Conn, StoreError, Tx, attachment,
    conn::{all, one, run},
};

/// What became of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MailState {
    /// It opened a ticket or stands in one.
    Ticket,
    /// It waits for somebody to look.
    Quarantine,
    /// It told that one of our mails came back.
    Bounce,
    /// Staff looked at it and put it away; it is kept.
    Discarded,
}

impl MailState {
    /// The word that database and API use.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Ticket => "ticket",
            Self::Quarantine => "quarantine",
            Self::Bounce => "bounce",
            Self::Discarded => "discarded",
        }
    }

    fn from_word(word: &str) -> Self {
        match word {
            "ticket" => Self::Ticket,
            "bounce" => Self::Bounce,
            "discarded" => Self::Discarded,
            _ => Self::Quarantine,
        }
    }
}

/// A message that was handed over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MailRecord {
    pub id: MailId,
    pub provider: ProviderId,
    /// A hash of what the sender wrote, without what servers on the way added.
    pub fingerprint: String,
    /// `imap`, `lmtp`, `smtp` or `stdin`.
    pub way: String,
    pub received_at: Moment,
    /// Where the whole message lies.
    pub hash: String,
    pub size_bytes: i64,
    /// As the message says: cleaned and cut, for staff to read.
    pub sender: String,
    pub subject: String,
    /// The sender's own Message-ID, without angle brackets.
    pub message_ref: Option<String>,
    pub proof: Proof,
    pub state: MailState,
    /// Stable codes, the most important first.
    pub why: Vec<String>,
    /// What was checked and found, as a JSON array.
    pub checks: serde_json::Value,
    /// Whose registered address it came from.
    pub contact: Option<ContactId>,
    pub ticket: Option<TicketId>,
    pub message: Option<MessageId>,
    pub decided_by: Option<StaffId>,
    pub decided_at: Option<Moment>,
}

#[derive(FromRow)]
struct Row {
    id: Uuid,
    provider_id: Uuid,
    fingerprint: String,
    way: String,
    received_at: i64,
    hash: String,
    size_bytes: i64,
    sender: String,
    subject: String,
    message_ref: Option<String>,
    proof: String,
    state: String,
    why: String,
    checks: String,
    contact_id: Option<Uuid>,
    ticket_id: Option<Uuid>,
    message_id: Option<Uuid>,
    decided_by: Option<Uuid>,
    decided_at: Option<i64>,
}

impl From<Row> for MailRecord {
    fn from(row: Row) -> Self {
        Self {
            id: row.id.into(),
            provider: row.provider_id.into(),
            fingerprint: row.fingerprint,
            way: row.way,
            received_at: Moment(row.received_at),
            hash: row.hash,
            size_bytes: row.size_bytes,
            sender: row.sender,
            subject: row.subject,
            message_ref: row.message_ref,
            proof: Proof::from_word(&row.proof).unwrap_or(Proof::Unproven),
            state: MailState::from_word(&row.state),
            why: row.why.split(' ').filter(|code| !code.is_empty()).map(str::to_owned).collect(),
            checks: serde_json::from_str(&row.checks).unwrap_or_default(),
            contact: row.contact_id.map(ContactId),
            ticket: row.ticket_id.map(TicketId),
            message: row.message_id.map(MessageId),
            decided_by: row.decided_by.map(StaffId),
            decided_at: row.decided_at.map(Moment),
        }
    }
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT id, provider_id, fingerprint, way, received_at, hash, size_bytes, sender, subject, message_ref, \
             proof, state, why, checks, contact_id, ticket_id, message_id, decided_by, decided_at FROM mail ",
            $rest
        )
    };
}

/// Writes what became of a message; `false` when it was handed over before (nothing is written then).
pub async fn insert(tx: &mut Tx, mail: &MailRecord) -> Result<bool, StoreError> {
    // Named in the same transaction: what nobody names is cleaned up.
    attachment::add_blob(tx, mail.provider, &mail.hash, mail.size_bytes, mail.received_at).await?;
    let sql = "INSERT INTO mail (id, provider_id, fingerprint, way, received_at, hash, size_bytes, sender, subject, \
               message_ref, proof, state, why, checks, contact_id, ticket_id, message_id) \
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17) \
               ON CONFLICT (provider_id, fingerprint) DO NOTHING";
    let rows = run!(
        tx.conn(),
        sql,
        mail.id.0,
        mail.provider.0,
        &mail.fingerprint,
        &mail.way,
        mail.received_at.0,
        &mail.hash,
        mail.size_bytes,
        &mail.sender,
        &mail.subject,
        mail.message_ref.as_deref(),
        mail.proof.word(),
        mail.state.word(),
        mail.why.join(" "),
        mail.checks.to_string(),
        mail.contact.map(|c| c.0),
        mail.ticket.map(|t| t.0),
        mail.message.map(|m| m.0)
    )?;
    Ok(rows == 1)
}

/// This very message, if it was handed over before.
pub async fn known(
    conn: &mut Conn,
    provider: ProviderId,
    fingerprint: &str,
) -> Result<Option<MailRecord>, StoreError> {
    let row =
        one!(conn, Row, select!("WHERE provider_id = $1 AND fingerprint = $2"), provider.0, fingerprint)?;
    Ok(row.map(MailRecord::from))
}

/// A message that waits unproven takes over the bytes and the proof of a copy of it; `false` when it
/// waits no more, or was proven meanwhile.
pub async fn renew(tx: &mut Tx, copy: &MailRecord) -> Result<bool, StoreError> {
    attachment::add_blob(tx, copy.provider, &copy.hash, copy.size_bytes, copy.received_at).await?;
    let sql = "UPDATE mail SET way = $3, hash = $4, size_bytes = $5, proof = $6, why = $7, checks = $8, \
               contact_id = $9 WHERE provider_id = $1 AND id = $2 AND state = 'quarantine' AND proof = 'unproven'";
    let rows = run!(
        tx.conn(),
        sql,
        copy.provider.0,
        copy.id.0,
        &copy.way,
        &copy.hash,
        copy.size_bytes,
        copy.proof.word(),
        copy.why.join(" "),
        copy.checks.to_string(),
        copy.contact.map(|c| c.0)
    )?;
    Ok(rows == 1)
}

/// Where a message that goes on waiting would belong.
pub async fn belongs(tx: &mut Tx, provider: ProviderId, id: MailId, to: TicketId) -> Result<(), StoreError> {
    let sql = "UPDATE mail SET ticket_id = $3 WHERE provider_id = $1 AND id = $2 AND state = 'quarantine'";
    run!(tx.conn(), sql, provider.0, id.0, to.0).map(drop)
}

pub async fn by_id(
    conn: &mut Conn,
    provider: ProviderId,
    id: MailId,
) -> Result<Option<MailRecord>, StoreError> {
    let row = one!(conn, Row, select!("WHERE provider_id = $1 AND id = $2"), provider.0, id.0)?;
    Ok(row.map(MailRecord::from))
}

/// A page of what waits in quarantine, newest first, older than `before`.
pub async fn in_quarantine(
    conn: &mut Conn,
    provider: ProviderId,
    before: Option<MailId>,
    limit: i64,
) -> Result<Vec<MailRecord>, StoreError> {
    let sql =
        select!("WHERE provider_id = $1 AND state = 'quarantine' AND id < $2 ORDER BY id DESC LIMIT $3");
    let before = before.map_or(Uuid::max(), |id| id.0);
    Ok(all!(conn, Row, sql, provider.0, before, limit)?.into_iter().map(MailRecord::from).collect())
}

/// How many wait in quarantine, counted up to `most`.
pub async fn quarantined(conn: &mut Conn, provider: ProviderId, most: i64) -> Result<i64, StoreError> {
    let sql = "SELECT COUNT(*) FROM (SELECT id FROM mail WHERE provider_id = $1 AND state = 'quarantine' LIMIT $2) q";
    Ok(one!(conn, (i64,), sql, provider.0, most)?.map_or(0, |(n,)| n))
}

/// What waits in quarantine and belongs to a ticket, newest first, at most 20.
pub async fn held_for(
    conn: &mut Conn,
    provider: ProviderId,
    ticket: TicketId,
) -> Result<Vec<MailRecord>, StoreError> {
    let sql = select!(
        "WHERE provider_id = $1 AND ticket_id = $2 AND state = 'quarantine' ORDER BY id DESC LIMIT 20"
    );
    Ok(all!(conn, Row, sql, provider.0, ticket.0)?.into_iter().map(MailRecord::from).collect())
}

/// The Message-IDs of the newest mails that stand in a ticket, newest first, at most 10.
pub async fn refs_of_ticket(
    conn: &mut Conn,
    provider: ProviderId,
    ticket: TicketId,
) -> Result<Vec<String>, StoreError> {
    let sql = "SELECT message_ref FROM mail WHERE provider_id = $1 AND ticket_id = $2 AND state = 'ticket' \
               AND message_ref IS NOT NULL ORDER BY id DESC LIMIT 10";
    Ok(all!(conn, (String,), sql, provider.0, ticket.0)?.into_iter().map(|(id,)| id).collect())
}

/// The ticket in which a contact's own mail of this Message-ID stands; the newest, if they gave it twice.
pub async fn ticket_of_own(
    conn: &mut Conn,
    provider: ProviderId,
    contact: ContactId,
    message_ref: &str,
) -> Result<Option<TicketId>, StoreError> {
    let sql = "SELECT ticket_id FROM mail WHERE provider_id = $1 AND sender IN (SELECT address FROM \
               contact_address WHERE provider_id = $1 AND contact_id = $2 AND confirmed_at IS NOT NULL) \
               AND message_ref = $3 AND state = 'ticket' AND proof <> 'unproven' AND ticket_id IS NOT NULL \
               ORDER BY received_at DESC, id DESC LIMIT 1";
    let row = one!(conn, (Uuid,), sql, provider.0, contact.0, message_ref)?;
    Ok(row.map(|(id,)| TicketId(id)))
}

/// How many messages came from one address since an instant, counted up to 1,000 (floods). With `proven`
/// only those that count: forged ones must not shut the address's owner out.
pub async fn from_sender_since(
    conn: &mut Conn,
    provider: ProviderId,
    sender: &str,
    proven: bool,
    since: Moment,
) -> Result<i64, StoreError> {
    let sql = "SELECT COUNT(*) FROM (SELECT id FROM mail WHERE provider_id = $1 AND sender = $2 \
               AND received_at > $3 AND (NOT $4 OR proof <> 'unproven') LIMIT 1000) q";
    Ok(one!(conn, (i64,), sql, provider.0, sender, since.0, proven)?.map_or(0, |(n,)| n))
}

/// What is decided about a message in quarantine.
#[derive(Clone, Copy, Debug)]
pub struct Decided {
    pub state: MailState,
    pub proof: Proof,
    pub ticket: Option<TicketId>,
    pub message: Option<MessageId>,
    /// `None`: the sender did, by answering a challenge.
    pub by: Option<StaffId>,
    pub at: Moment,
}

/// Decides about a message in quarantine, once; `false` when somebody was quicker.
pub async fn decide(
    tx: &mut Tx,
    provider: ProviderId,
    id: MailId,
    decided: Decided,
) -> Result<bool, StoreError> {
    let sql = "UPDATE mail SET state = $3, proof = $4, ticket_id = COALESCE($5, ticket_id), message_id = $6, \
               decided_by = $7, decided_at = $8 WHERE provider_id = $1 AND id = $2 AND state = 'quarantine'";
    let rows = run!(
        tx.conn(),
        sql,
        provider.0,
        id.0,
        decided.state.word(),
        decided.proof.word(),
        decided.ticket.map(|t| t.0),
        decided.message.map(|m| m.0),
        decided.by.map(|s| s.0),
        decided.at.0
    )?;
    Ok(rows == 1)
}

/// Whom an automatic answer goes to, by hashes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answerable {
    pub address: String,
    /// Of the organisation whose domain it is.
    pub domain: String,
}

/// Takes the one automatic answer an address may have since an instant; `false` when it had one
/// (control 46). Rows older than that are taken over.
pub async fn take_answer(
    tx: &mut Tx,
    provider: ProviderId,
    to: &Answerable,
    since: Moment,
    now: Moment,
) -> Result<bool, StoreError> {
    let sql = "INSERT INTO automatic_answer (provider_id, address_hash, at, domain_hash) VALUES ($1, $2, $3, $5) \
               ON CONFLICT (provider_id, address_hash) DO UPDATE SET at = excluded.at, \
               domain_hash = excluded.domain_hash WHERE automatic_answer.at <= $4";
    Ok(run!(tx.conn(), sql, provider.0, &to.address, now.0, since.0, &to.domain)? == 1)
}

/// How many addresses were answered automatically: of one organisation within [`ANSWER_SPAN`], and of all
/// within [`BURST_SPAN`]; each counted as far as it matters (control 46).
pub async fn answered(
    conn: &mut Conn,
    provider: ProviderId,
    domain_hash: &str,
    now: Moment,
) -> Result<Answered, StoreError> {
    let sql = "SELECT COUNT(*) FROM (SELECT at FROM automatic_answer WHERE provider_id = $1 \
               AND domain_hash = $2 AND at > $3 LIMIT $4) q";
    let since = now - ANSWER_SPAN;
    let domain = one!(conn, (i64,), sql, provider.0, domain_hash, since.0, DOMAIN_ANSWERS)?;
    let sql = "SELECT COUNT(*) FROM (SELECT at FROM automatic_answer WHERE provider_id = $1 AND at > $2 LIMIT $3) q";
    let since = now - BURST_SPAN;
    let all = one!(conn, (i64,), sql, provider.0, since.0, PROVIDER_ANSWERS)?;
    Ok(Answered { domain: domain.map_or(0, |(n,)| n), provider: all.map_or(0, |(n,)| n) })
}

/// Whether somebody was answered at or before an instant.
pub async fn has_answers(conn: &mut Conn, provider: ProviderId, until: Moment) -> Result<bool, StoreError> {
    let sql = "SELECT at FROM automatic_answer WHERE provider_id = $1 AND at <= $2 LIMIT 1";
    Ok(one!(conn, (i64,), sql, provider.0, until.0)?.is_some())
}

/// Forgets who was answered at or before an instant; at most `limit`.
pub async fn forget_answers(
    tx: &mut Tx,
    provider: ProviderId,
    until: Moment,
    limit: i64,
) -> Result<u64, StoreError> {
    let sql = "DELETE FROM automatic_answer WHERE provider_id = $1 AND address_hash IN (SELECT address_hash \
               FROM automatic_answer WHERE provider_id = $1 AND at <= $2 ORDER BY at LIMIT $3)";
    run!(tx.conn(), sql, provider.0, until.0, limit)
}

/// When an address was last answered automatically.
pub async fn answered_at(
    conn: &mut Conn,
    provider: ProviderId,
    address_hash: &str,
) -> Result<Option<Moment>, StoreError> {
    let sql = "SELECT at FROM automatic_answer WHERE provider_id = $1 AND address_hash = $2";
    Ok(one!(conn, (i64,), sql, provider.0, address_hash)?.map(|(at,)| Moment(at)))
}
