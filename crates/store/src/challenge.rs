//! Personal questions sent to one address: “is this yours?”, “was that you?”. Answered once.

use pforte_core::kernel::{ChallengeId, ContactId, MailId, Moment, ProviderId};
use sqlx::FromRow;
use uuid::Uuid;

use crate::{
    Conn, StoreError, Tx,
    conn::{one, run},
};

/// What is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Whether a mail in quarantine came from them (rule Z5).
    Sender,
    /// Whether an address is theirs (rules Z7, Z9).
    Address,
}

impl Purpose {
    /// The word that database and API use.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Sender => "sender",
            Self::Address => "address",
        }
    }

    fn from_word(word: &str) -> Option<Self> {
        [Self::Sender, Self::Address].into_iter().find(|purpose| purpose.word() == word)
    }
}

/// One question. Its token is kept only as a hash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Challenge {
    pub id: ChallengeId,
    pub provider: ProviderId,
    pub purpose: Purpose,
    pub contact: ContactId,
    /// Where it was sent, in lower case.
    pub address: String,
    /// Of a question about a mail.
    pub mail: Option<MailId>,
    pub created_at: Moment,
    pub expires_at: Moment,
    pub used_at: Option<Moment>,
    /// What was answered.
    pub yes: Option<bool>,
}

impl Challenge {
    /// Whether it can still be answered.
    pub fn open(&self, now: Moment) -> bool {
        self.used_at.is_none() && now < self.expires_at
    }
}

#[derive(FromRow)]
struct Row {
    id: Uuid,
    provider_id: Uuid,
    purpose: String,
    contact_id: Uuid,
    address: String,
    mail_id: Option<Uuid>,
    created_at: i64,
    expires_at: i64,
    used_at: Option<i64>,
    said_yes: Option<bool>,
}

impl TryFrom<Row> for Challenge {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        let purpose = Purpose::from_word(&row.purpose)
            .ok_or_else(|| StoreError::Inconsistent(format!("challenge {:?}", row.purpose)))?;
        Ok(Self {
            id: row.id.into(),
            provider: row.provider_id.into(),
            purpose,
            contact: row.contact_id.into(),
            address: row.address,
            mail: row.mail_id.map(MailId),
            created_at: Moment(row.created_at),
            expires_at: Moment(row.expires_at),
            used_at: row.used_at.map(Moment),
            yes: row.said_yes,
        })
    }
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT id, provider_id, purpose, contact_id, address, mail_id, created_at, expires_at, used_at, \
             said_yes FROM challenge ",
            $rest
        )
    };
}

pub async fn insert(tx: &mut Tx, challenge: &Challenge, token_hash: &str) -> Result<(), StoreError> {
    run!(
        tx.conn(),
        "INSERT INTO challenge (id, provider_id, purpose, contact_id, address, mail_id, token_hash, \
         created_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        challenge.id.0,
        challenge.provider.0,
        challenge.purpose.word(),
        challenge.contact.0,
        &challenge.address,
        challenge.mail.map(|m| m.0),
        token_hash,
        challenge.created_at.0,
        challenge.expires_at.0
    )
    .map(drop)
}

/// Looks a question up by its token's hash; the provider follows from it.
pub async fn by_token(conn: &mut Conn, token_hash: &str) -> Result<Option<Challenge>, StoreError> {
    one!(conn, Row, select!("WHERE token_hash = $1"), token_hash)?.map(Challenge::try_from).transpose()
}

/// The newest question about a mail.
pub async fn of_mail(
    conn: &mut Conn,
    provider: ProviderId,
    mail: MailId,
) -> Result<Option<Challenge>, StoreError> {
    let sql = select!("WHERE provider_id = $1 AND mail_id = $2 ORDER BY created_at DESC, id DESC LIMIT 1");
    one!(conn, Row, sql, provider.0, mail.0)?.map(Challenge::try_from).transpose()
}

/// The newest question whether an address is a contact's.
pub async fn of_address(
    conn: &mut Conn,
    provider: ProviderId,
    contact: ContactId,
    address: &str,
) -> Result<Option<Challenge>, StoreError> {
    let sql = select!(
        "WHERE provider_id = $1 AND contact_id = $2 AND address = $3 AND purpose = 'address' \
         ORDER BY created_at DESC, id DESC LIMIT 1"
    );
    one!(conn, Row, sql, provider.0, contact.0, address)?.map(Challenge::try_from).transpose()
}

/// How many questions went to an address since an instant, whoever caused them.
pub async fn sent_since(
    conn: &mut Conn,
    provider: ProviderId,
    address: &str,
    since: Moment,
) -> Result<i64, StoreError> {
    let sql = "SELECT COUNT(*) FROM challenge WHERE provider_id = $1 AND address = $2 AND created_at > $3";
    Ok(one!(conn, (i64,), sql, provider.0, address, since.0)?.map_or(0, |(n,)| n))
}

/// How many questions a contact caused since an instant.
pub async fn caused_since(
    conn: &mut Conn,
    provider: ProviderId,
    contact: ContactId,
    since: Moment,
) -> Result<i64, StoreError> {
    let sql = "SELECT COUNT(*) FROM challenge WHERE provider_id = $1 AND contact_id = $2 AND created_at > $3";
    Ok(one!(conn, (i64,), sql, provider.0, contact.0, since.0)?.map_or(0, |(n,)| n))
}

/// Notes the answer; `false` when there was one already.
pub async fn answer(tx: &mut Tx, challenge: &Challenge, yes: bool, at: Moment) -> Result<bool, StoreError> {
    let sql = "UPDATE challenge SET used_at = $3, said_yes = $4 \
               WHERE provider_id = $1 AND id = $2 AND used_at IS NULL";
    Ok(run!(tx.conn(), sql, challenge.provider.0, challenge.id.0, at.0, yes)? == 1)
}
