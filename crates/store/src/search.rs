//! Full text: which messages hold these words, newest first.
//!
//! Besides `conn.rs` the one place where the two databases differ: FTS5 there, a `tsvector` with a GIN
//! index here. The words are made by us, the same way for both: folded (`Straße` and `strasse`, `Ärger` and `arger`
//! are one), and besides as they are also by their German and English stems. The provider is a word
//! of its own in every document, so that the index itself keeps providers apart.

use std::{collections::BTreeSet, ops::RangeInclusive};

use pforte_core::kernel::{ContactId, CustomerId, MessageId, Moment, ProviderId, TicketId, fold};
use rust_stemmers::{Algorithm, Stemmer};
use uuid::Uuid;

use crate::{Conn, Db, StoreError, Tx, conn::on, sign_in::Person};

/// Different words of one document at most, and characters of one word.
const WORDS: usize = 4_000;
const WORD_CHARS: usize = 40;
/// Words of a question at most.
const ASKED: usize = 12;
/// From as many characters on the last word may be the beginning of another.
const BEGINNING: usize = 3;

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

/// Where is looked, and for whom.
#[derive(Clone, Copy, Debug)]
pub struct Scope {
    pub provider: ProviderId,
    /// Only this customer's, and no notes.
    pub customer: Option<CustomerId>,
    pub asks: Person,
}

/// A document that was found, with all that says whether they who ask may read it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Found {
    /// To go on from.
    pub number: i64,
    pub ticket: TicketId,
    /// `None`: what was asked at the ticket's opening.
    pub message: Option<MessageId>,
    pub customer: CustomerId,
    /// Whose ticket it is.
    pub contact: ContactId,
    /// When it was written.
    pub at: Moment,
    /// For staff who serve alone.
    pub note: bool,
    /// Since when whoever asks watches the ticket, if they do.
    pub watched: Option<Moment>,
}

fn provider_word(id: ProviderId) -> String {
    format!("p{}", id.0.simple())
}

fn customer_word(id: CustomerId) -> String {
    format!("c{}", id.0.simple())
}

/// In every document that contacts may find.
const SHOWN: &str = "v1shown";

fn stems() -> [Stemmer; 2] {
    [Stemmer::create(Algorithm::German), Stemmer::create(Algorithm::English)]
}

/// The words of a text, folded, as they stand.
fn words(text: &str) -> Vec<String> {
    let folded = fold(text);
    let words = folded.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.map(|word| one_token(word.chars().take(WORD_CHARS))).collect()
}

/// A word that is one word to SQLite too: its tables of letters are older than ours, and what it takes for a
/// sign would split the word and refuse the question.
fn one_token(word: impl Iterator<Item = char>) -> String {
    let mut token = String::new();
    for c in word {
        match u32::from(c) {
            0..0x1_0000 | 0x2_0000..0x4_0000 if !UNKNOWN.iter().any(|some| some.contains(&c)) => {
                token.push(c)
            }
            code => token.push_str(&format!("u{code:x}")),
        }
    }
    token
}

/// Letters that SQLite's tokenizer takes for signs.
const UNKNOWN: &[RangeInclusive<char>] =
    &['\u{19b0}'..='\u{19c0}', '\u{19c8}'..='\u{19c9}', '\u{1cf2}'..='\u{1cf3}'];

/// A document in the index's words.
#[derive(Clone, Debug)]
pub(crate) struct Indexed {
    provider: ProviderId,
    customer: CustomerId,
    ticket: TicketId,
    message: Option<MessageId>,
    words: Vec<String>,
}

/// Adds a document, in the transaction of the message it stands for. It is found once that is committed.
pub fn add(tx: &mut Tx, document: &Document<'_>) {
    tx.add_found(Indexed {
        provider: document.provider,
        customer: document.customer,
        ticket: document.ticket,
        message: document.message,
        words: indexed(document).into_iter().collect(),
    });
}

/// Writes documents into the index.
pub(crate) async fn write(conn: &mut Conn, documents: &[Indexed]) -> Result<(), StoreError> {
    for Indexed { provider, customer, ticket, message, words } in documents {
        let message = message.map(|m| m.0);
        match conn {
            Conn::Sqlite(c) => {
                let sql = "INSERT INTO search_document (provider_id, customer_id, ticket_id, message_id) \
                           VALUES ($1, $2, $3, $4)";
                let query = sqlx::query(sql).bind(provider.0).bind(customer.0).bind(ticket.0).bind(message);
                let number = query.execute(&mut **c).await?.last_insert_rowid();
                let sql = "INSERT INTO search_words (rowid, words) VALUES ($1, $2)";
                sqlx::query(sql).bind(number).bind(words.join(" ")).execute(&mut **c).await?;
            }
            Conn::Postgres(c) => {
                let sql = "INSERT INTO search_document (provider_id, customer_id, ticket_id, message_id, words) \
                           VALUES ($1, $2, $3, $4, array_to_tsvector($5))";
                let query = sqlx::query(sql).bind(provider.0).bind(customer.0).bind(ticket.0).bind(message);
                query.bind(words).execute(&mut **c).await?;
            }
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

/// What the last word of a question may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Last {
    /// A word, as the others are.
    Whole,
    /// Also the beginning of a word. All the words that begin so are brought together first, so this costs
    /// what they cost together.
    Beginning,
}

/// Whether the last word of a text is long enough to be a beginning.
pub fn may_begin(text: &str) -> bool {
    let asked = words(text);
    asked.iter().take(ASKED).next_back().is_some_and(|word| word.chars().count() >= BEGINNING)
}

/// The question in the database's own words; `None` when there is no word in it. Each word must be
/// there, as it is or by a stem.
fn question(scope: Scope, text: &str, last: Last, postgres: bool) -> Option<String> {
    let asked: Vec<String> = words(text).into_iter().take(ASKED).collect();
    let place = asked.len().checked_sub(1)?;
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
        let mut either = BTreeSet::from([one(word, n == place && last == Last::Beginning)]);
        either.extend(stems.iter().map(|stem| one(&stem.stem(word), false)));
        all.push(format!("({})", either.into_iter().collect::<Vec<_>>().join(or)));
    }
    Some(all.join(and))
}

/// The statement over a source of documents: their number there, and how the words are matched.
macro_rules! found {
    ($source:literal, $number:literal, $matched:literal) => {
        concat!(
            "SELECT d.id, d.ticket_id, d.message_id, t.customer_id, t.contact_id, COALESCE(m.at, t.opened_at), \
             COALESCE(m.kind = 'note', d.message_id IS NOT NULL), s.since FROM ",
            $source,
            " LEFT JOIN ticket_message m ON m.id = d.message_id \
             LEFT JOIN ticket_watcher s ON s.ticket_id = d.ticket_id AND (s.staff_id = $5 OR s.contact_id = $6) \
             WHERE ",
            $matched,
            " AND d.provider_id = $2 AND ",
            $number,
            " < $3 ORDER BY ",
            $number,
            " DESC LIMIT $4"
        )
    };
}

/// Documents that hold all the words, newest first, with numbers below `before`.
pub async fn find(
    conn: &mut Conn,
    scope: Scope,
    (text, last): (&str, Last),
    before: Option<i64>,
    limit: i64,
) -> Result<Vec<Found>, StoreError> {
    let postgres = matches!(conn, Conn::Postgres(_));
    let Some(question) = question(scope, text, last, postgres) else { return Ok(vec![]) };
    let before = before.unwrap_or(i64::MAX);
    let (staff, contact) = scope.asks.columns();
    // The number is compared in the index of the words, so that a common word costs no more than a rare one.
    let sql = if postgres {
        found!("search_document d JOIN ticket t ON t.id = d.ticket_id", "d.id", "d.words @@ $1::tsquery")
    } else {
        found!(
            "search_words w CROSS JOIN search_document d ON d.id = w.rowid CROSS JOIN ticket t ON t.id = d.ticket_id",
            "w.rowid",
            "w.search_words MATCH $1"
        )
    };
    let rows: Vec<Row> = on!(conn, c => {
        // PostgreSQL plans it each time, for these words: a plan for any would read everything for a rare one.
        let query = sqlx::query_as(sql).persistent(!postgres).bind(&question).bind(scope.provider.0).bind(before);
        query.bind(limit).bind(staff).bind(contact).fetch_all(&mut **c).await?
    });
    Ok(rows.into_iter().map(Found::from).collect())
}

type Row = (i64, Uuid, Option<Uuid>, Uuid, Uuid, i64, bool, Option<i64>);

impl From<Row> for Found {
    fn from((number, ticket, message, customer, contact, at, note, watched): Row) -> Self {
        Self {
            number,
            ticket: ticket.into(),
            message: message.map(MessageId),
            customer: customer.into(),
            contact: contact.into(),
            at: Moment(at),
            note,
            watched: watched.map(Moment),
        }
    }
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

    /// M10: whatever is a letter to us is no sign to SQLite: else a search for it fails.
    #[tokio::test]
    async fn m10_each_word_is_one_word_to_sqlite() {
        let folder = tempfile::tempdir().expect("a folder");
        let db =
            Db::open(&crate::DbConfig::Sqlite(folder.path().join("words.db"))).await.expect("a database");
        let letters = ('\0'..=char::MAX).filter(|c| c.is_alphanumeric());
        let all: BTreeSet<String> = letters.flat_map(|c| words(&format!("a{c}b"))).collect();
        assert!(all.len() > 100_000, "{}", all.len());
        let mut conn = db.write().await.expect("the writer");
        let Conn::Sqlite(c) = &mut conn else { panic!("SQLite") };
        let text = all.iter().cloned().collect::<Vec<_>>().join(" ");
        let index = "INSERT INTO search_words (rowid, words) VALUES (1, $1)";
        sqlx::query(index).bind(text).execute(&mut **c).await.expect("indexed");
        let sql = "CREATE VIRTUAL TABLE temp.known USING fts5vocab(main, search_words, row)";
        sqlx::query(sql).execute(&mut **c).await.expect("a list of words");
        let known = sqlx::query_as::<_, (String,)>("SELECT term FROM temp.known").fetch_all(&mut **c).await;
        let known: BTreeSet<String> = known.expect("words").into_iter().map(|(word,)| word).collect();
        let split: Vec<_> =
            all.difference(&known).take(50).map(|word| word.escape_unicode().to_string()).collect();
        assert_eq!(split, Vec::<String>::new());
    }

    #[test]
    fn a_question_is_nothing_but_words() {
        let asks = Person::Contact(ContactId(Uuid::nil()));
        let scope = Scope { provider: ProviderId(Uuid::nil()), customer: None, asks };
        let asked = question(scope, "Rechnungen' OR \"x\" --", Last::Beginning, true).expect("words");
        assert!(
            !asked.contains("OR \"") && asked.contains("'rechnungen'") && asked.contains("'rechnung'"),
            "{asked}"
        );
        assert_eq!(question(scope, "'\"()*", Last::Whole, false), None);
        assert_eq!([may_begin("a rech"), may_begin("rechnung b"), may_begin("--")], [true, false, false]);
    }
}
