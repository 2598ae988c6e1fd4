//! Full text: which messages hold these words, newest first.
//!
//! Besides `conn.rs` the one place where the two databases differ: FTS5 there, a `tsvector` with a GIN
//! index here. The words are made by us, the same way for both: folded (`Straße` and `strasse`, `Ärger` and `arger`
//! are one), and besides as they are also by their German and English stems. The provider is a word
//! of its own in every document, so that the index itself keeps providers apart.

use std::collections::BTreeSet;

use pforte_core::kernel::{CustomerId, MessageId, ProviderId, TicketId};
use rust_stemmers::{Algorithm, Stemmer};
use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};
use uuid::Uuid;

use crate::{Conn, Db, StoreError, Tx, conn::on};

/// Different words of one document at most, and characters of one word.
const WORDS: usize = 4_000;
const WORD_CHARS: usize = 40;
/// Words of a question at most.
const ASKED: usize = 12;

const SQLITE: &[&str] = &[
    "CREATE TABLE IF NOT EXISTS search_document (id INTEGER PRIMARY KEY, provider_id BLOB NOT NULL, \
     customer_id BLOB NOT NULL, ticket_id BLOB NOT NULL, message_id BLOB)",
    "CREATE INDEX IF NOT EXISTS search_document_by_ticket ON search_document (provider_id, ticket_id)",
    "CREATE VIRTUAL TABLE IF NOT EXISTS search_words USING fts5(words, content='', contentless_delete=1, \
     tokenize='unicode61 remove_diacritics 0', detail='none')",
];
const POSTGRES: &[&str] = &[
    "CREATE TABLE IF NOT EXISTS search_document (id BIGSERIAL PRIMARY KEY, provider_id UUID NOT NULL, \
     customer_id UUID NOT NULL, ticket_id UUID NOT NULL, message_id UUID, words TSVECTOR NOT NULL)",
    "CREATE INDEX IF NOT EXISTS search_document_by_ticket ON search_document (provider_id, ticket_id)",
    "CREATE INDEX IF NOT EXISTS search_document_words ON search_document USING GIN (words)",
];

/// Makes the tables, after the migrations: their SQL is not the same in both databases.
pub(crate) async fn create(db: &Db) -> Result<(), StoreError> {
    match db {
        Db::Sqlite { writer, .. } => {
            for sql in SQLITE {
                sqlx::query(*sql).execute(writer).await?;
            }
        }
        Db::Postgres { writer, .. } => {
            for sql in POSTGRES {
                sqlx::query(*sql).execute(writer).await?;
            }
        }
    }
    Ok(())
}

/// What is found by: one message with its ticket's subject and number, and the names of its files.
#[derive(Clone, Debug)]
pub struct Document<'a> {
    pub provider: ProviderId,
    pub customer: CustomerId,
    pub ticket: TicketId,
    pub message: Option<MessageId>,
    /// Whether only staff may find it.
    pub note: bool,
    pub texts: Vec<&'a str>,
}

/// Who asks: only what they may see is found.
#[derive(Clone, Copy, Debug)]
pub struct Scope {
    pub provider: ProviderId,
    /// Only this customer's, and no notes.
    pub customer: Option<CustomerId>,
}

/// A document that was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Found {
    /// To go on from.
    pub number: i64,
    pub ticket: TicketId,
    pub message: Option<MessageId>,
}

fn provider_word(id: ProviderId) -> String {
    format!("p{}", id.0.simple())
}

fn customer_word(id: CustomerId) -> String {
    format!("c{}", id.0.simple())
}

/// In every document that contacts may find.
const SHOWN: &str = "v1shown";

/// Lower case, without accents and the like: `Größe` is `grosse`.
pub fn fold(text: &str) -> String {
    // Taken apart first: what is one sign may hold capital letters.
    let plain: String = text.nfkd().filter(|c| !is_combining_mark(*c)).collect();
    plain.to_lowercase().replace('ß', "ss")
}

fn stems() -> [Stemmer; 2] {
    [Stemmer::create(Algorithm::German), Stemmer::create(Algorithm::English)]
}

/// The words of a text, folded, as they stand.
fn words(text: &str) -> Vec<String> {
    let folded = fold(text);
    let words = folded.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.map(|word| word.chars().take(WORD_CHARS).collect()).collect()
}

/// Adds a document, in the transaction of the message it stands for.
pub async fn add(tx: &mut Tx, document: &Document<'_>) -> Result<(), StoreError> {
    let text = indexed(document);
    let ids = [document.provider.0, document.customer.0, document.ticket.0];
    let message = document.message.map(|m| m.0);
    match tx.conn() {
        Conn::Sqlite(c) => {
            let sql = "INSERT INTO search_document (provider_id, customer_id, ticket_id, message_id) \
                       VALUES ($1, $2, $3, $4)";
            let query = sqlx::query(sql).bind(ids[0]).bind(ids[1]).bind(ids[2]).bind(message);
            let number = query.execute(&mut **c).await?.last_insert_rowid();
            let sql = "INSERT INTO search_words (rowid, words) VALUES ($1, $2)";
            let joined: Vec<String> = text.into_iter().collect();
            sqlx::query(sql).bind(number).bind(joined.join(" ")).execute(&mut **c).await?;
        }
        Conn::Postgres(c) => {
            let sql = "INSERT INTO search_document (provider_id, customer_id, ticket_id, message_id, words) \
                       VALUES ($1, $2, $3, $4, array_to_tsvector($5))";
            let query = sqlx::query(sql).bind(ids[0]).bind(ids[1]).bind(ids[2]).bind(message);
            let all: Vec<String> = text.into_iter().collect();
            query.bind(all).execute(&mut **c).await?;
        }
    }
    Ok(())
}

/// All that a document is found by: words, stems, whose it is.
fn indexed(document: &Document<'_>) -> BTreeSet<String> {
    let stems = stems();
    let mut all = BTreeSet::from([provider_word(document.provider), customer_word(document.customer)]);
    if !document.note {
        all.insert(SHOWN.into());
    }
    for word in document.texts.iter().flat_map(|text| words(text)) {
        if all.len() >= WORDS {
            break;
        }
        all.extend(stems.iter().map(|stem| stem.stem(&word).into_owned()));
        all.insert(word);
    }
    all
}

/// The question in the database's own words; `None` when there is no word in it. Each word must be
/// there, as it is or by a stem, the last also as a beginning.
fn question(scope: Scope, text: &str, postgres: bool) -> Option<String> {
    let asked: Vec<String> = words(text).into_iter().take(ASKED).collect();
    let last = asked.len().checked_sub(1)?;
    let stems = stems();
    let one = |word: &str, beginning: bool| match (postgres, beginning) {
        (true, false) => format!("'{word}'"),
        (true, true) => format!("'{word}':*"),
        (false, false) => format!("\"{word}\""),
        (false, true) => format!("\"{word}\"*"),
    };
    let (and, or) = if postgres { (" & ", " | ") } else { (" AND ", " OR ") };
    let mut all = vec![one(&provider_word(scope.provider), false)];
    if let Some(customer) = scope.customer {
        all.extend([one(&customer_word(customer), false), one(SHOWN, false)]);
    }
    for (n, word) in asked.iter().enumerate() {
        let mut either = BTreeSet::from([one(word, n == last)]);
        either.extend(stems.iter().map(|stem| one(&stem.stem(word), false)));
        all.push(format!("({})", either.into_iter().collect::<Vec<_>>().join(or)));
    }
    Some(all.join(and))
}

/// Documents that hold all the words, newest first, with numbers below `before`.
pub async fn find(
    conn: &mut Conn,
    scope: Scope,
    text: &str,
    before: Option<i64>,
    limit: i64,
) -> Result<Vec<Found>, StoreError> {
    let postgres = matches!(conn, Conn::Postgres(_));
    let Some(question) = question(scope, text, postgres) else { return Ok(vec![]) };
    // The number is compared in the index of the words, so that a common word costs no more than a rare one.
    let sql = if postgres {
        "SELECT id, ticket_id, message_id FROM search_document \
         WHERE words @@ $1::tsquery AND provider_id = $2 AND id < $3 ORDER BY id DESC LIMIT $4"
    } else {
        "SELECT d.id, d.ticket_id, d.message_id FROM search_words w CROSS JOIN search_document d ON d.id = w.rowid \
         WHERE w.search_words MATCH $1 AND d.provider_id = $2 AND w.rowid < $3 ORDER BY w.rowid DESC LIMIT $4"
    };
    let before = before.unwrap_or(i64::MAX);
    let rows: Vec<(i64, Uuid, Option<Uuid>)> = on!(conn, c => {
        let query = sqlx::query_as(sql).bind(&question).bind(scope.provider.0).bind(before).bind(limit);
        query.fetch_all(&mut **c).await?
    });
    let found = |(number, ticket, message): (i64, Uuid, Option<Uuid>)| Found {
        number,
        ticket: ticket.into(),
        message: message.map(MessageId),
    };
    Ok(rows.into_iter().map(found).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_folded_alike() {
        assert_eq!(
            words("Größe, STRASSE; Straße! e-Mail №5"),
            ["grosse", "strasse", "strasse", "e", "mail", "no5"]
        );
        assert_eq!(words("  …  "), Vec::<String>::new());
    }

    #[test]
    fn a_question_is_nothing_but_words() {
        let scope = Scope { provider: ProviderId(Uuid::nil()), customer: None };
        let asked = question(scope, "Rechnungen' OR \"x\" --", true).expect("words");
        assert!(
            !asked.contains("OR \"") && asked.contains("'rechnungen'") && asked.contains("'rechnung'"),
            "{asked}"
        );
        assert_eq!(question(scope, "'\"()*", false), None);
    }
}
