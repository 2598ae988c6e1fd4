//! The log as a table: entries in the order of their numbers, appended and never changed.
//!
//! This is the seam behind which sealing, the tree and its proofs will stand: everything appends
//! through [`append`], and nothing else in the workspace writes to the table. Numbers have no gaps.

use std::collections::{HashMap, HashSet};

use pforte_core::{
    entry::{Entry, Event, Outcome},
    kernel::{EntryId, Moment, ProviderId, VisitId},
};
use serde_json as json;

use crate::{
    Conn, StoreError, Tx,
    conn::{all, on, one},
};

/// Rows of one statement at most. Each number of rows has a statement of its own, prepared once.
pub(crate) const ROWS: usize = 64;
const COLUMNS: usize = 9;

/// Appends entries and numbers them. They are durable when the transaction is.
pub(crate) async fn append(tx: &mut Tx, entries: &[Entry]) -> Result<(), StoreError> {
    for chunk in entries.chunks(ROWS) {
        insert(tx, chunk).await?;
    }
    Ok(())
}

async fn insert(tx: &mut Tx, entries: &[Entry]) -> Result<(), StoreError> {
    let mut rows = Vec::with_capacity(entries.len());
    for entry in entries {
        let data = json::to_string(entry).map_err(|e| StoreError::Inconsistent(e.to_string()))?;
        let (visit, outcome) = columns(&entry.event);
        rows.push((tx.take_seq(), entry, visit, outcome, data));
    }
    on!(tx.conn(), c => {
        let mut query = sqlx::query(statement(entries.len()));
        for (seq, entry, visit, outcome, data) in rows {
            query = query
                .bind(seq)
                .bind(entry.id.0)
                .bind(entry.provider.0)
                .bind(entry.customer.map(|c| c.0))
                .bind(visit.map(|v| v.0))
                .bind(entry.at.0)
                .bind(entry.event.name())
                .bind(outcome)
                .bind(data);
        }
        query.execute(&mut **c).await?;
    });
    Ok(())
}

/// The visit an event belongs to, and what became of a request.
fn columns(event: &Event) -> (Option<VisitId>, Option<&'static str>) {
    match event {
        Event::Request { visit, outcome, .. } => (Some(*visit), Some(outcome.word())),
        Event::VisitOpened { visit, .. }
        | Event::VisitEntered { visit }
        | Event::VisitEnded { visit, .. }
        | Event::Answered { visit, .. }
        | Event::NotForwarded { visit, .. } => (Some(*visit), None),
        _ => (None, None),
    }
}

/// The statement for as many rows; made once for each size.
fn statement(rows: usize) -> &'static str {
    use std::sync::OnceLock;
    static MADE: [OnceLock<String>; ROWS + 1] = [const { OnceLock::new() }; ROWS + 1];
    MADE[rows].get_or_init(|| {
        let values: Vec<String> = (0..rows)
            .map(|row| {
                let binds: Vec<String> = (1..=COLUMNS).map(|n| format!("${}", row * COLUMNS + n)).collect();
                format!("({})", binds.join(", "))
            })
            .collect();
        format!(
            "INSERT INTO entry (seq, id, provider_id, customer_id, visit_id, at, event, outcome, data) VALUES {}",
            values.join(", ")
        )
    })
}

/// The number of the newest entry; 0 when there is none.
pub(crate) async fn last_seq(conn: &mut Conn) -> Result<i64, StoreError> {
    let row = one!(conn, (Option<i64>,), "SELECT MAX(seq) FROM entry")?;
    Ok(row.and_then(|(seq,)| seq).unwrap_or(0))
}

fn read(data: &str) -> Result<Entry, StoreError> {
    json::from_str(data).map_err(|e| StoreError::Inconsistent(format!("a log entry: {e}")))
}

/// One entry by its id; a request's is not found this way.
pub async fn by_id(conn: &mut Conn, provider: ProviderId, id: EntryId) -> Result<Option<Entry>, StoreError> {
    // Requests are many, and nobody asks for one by its id: the index leaves them out.
    let sql = "SELECT data FROM entry WHERE provider_id = $1 AND id = $2 AND outcome IS NULL";
    one!(conn, (String,), sql, provider.0, id.0)?.map(|(data,)| read(&data)).transpose()
}

/// A page of a visit's requests, newest first, with numbers below `before`.
pub async fn requests_of_visit(
    conn: &mut Conn,
    provider: ProviderId,
    visit: VisitId,
    before: Option<i64>,
    limit: i64,
) -> Result<Vec<(i64, Entry)>, StoreError> {
    let sql = "SELECT seq, data FROM entry WHERE provider_id = $1 AND visit_id = $2 AND seq < $3 \
               AND outcome IS NOT NULL ORDER BY seq DESC LIMIT $4";
    let rows = all!(conn, (i64, String), sql, provider.0, visit.0, before.unwrap_or(i64::MAX), limit)?;
    let mut found = rows
        .into_iter()
        .map(|(seq, data)| Ok((seq, read(&data)?)))
        .collect::<Result<Vec<_>, StoreError>>()?;
    let Some((oldest, _)) = found.last() else { return Ok(found) };
    let gone = not_forwarded(conn, provider, visit, *oldest).await?;
    for (_, entry) in &mut found {
        if let Event::Request { outcome, .. } = &mut entry.event
            && gone.contains(&entry.id)
        {
            *outcome = Outcome::NotForwarded;
        }
    }
    Ok(found)
}

/// The requests of a visit that went nowhere after all, as the log was told since a number; at most 1,000.
async fn not_forwarded(
    conn: &mut Conn,
    provider: ProviderId,
    visit: VisitId,
    since: i64,
) -> Result<HashSet<EntryId>, StoreError> {
    let sql = "SELECT data FROM entry WHERE provider_id = $1 AND visit_id = $2 AND seq > $3 \
               AND event = 'visit.not_forwarded' ORDER BY seq LIMIT 1000";
    let mut gone = HashSet::new();
    for (data,) in all!(conn, (String,), sql, provider.0, visit.0, since)? {
        if let Event::NotForwarded { request, .. } = read(&data)?.event {
            gone.insert(request);
        }
    }
    Ok(gone)
}

/// What the product answered to a visit's requests from the number `from` on.
pub async fn answers_of_visit(
    conn: &mut Conn,
    provider: ProviderId,
    visit: VisitId,
    from: i64,
) -> Result<HashMap<EntryId, u16>, StoreError> {
    // A visit lasts an hour, and its answers are written at most twice a second.
    let sql = "SELECT data FROM entry WHERE provider_id = $1 AND visit_id = $2 AND seq > $3 \
               AND event = 'visit.answered' ORDER BY seq LIMIT 7200";
    let rows = all!(conn, (String,), sql, provider.0, visit.0, from)?;
    let mut answers = HashMap::new();
    for (data,) in rows {
        if let Event::Answered { answers: told, .. } = read(&data)?.event {
            answers.extend(told.into_iter().map(|answer| (answer.request, answer.status)));
        }
    }
    Ok(answers)
}

/// Entries in their order, from a number on: for exports, checks and the tree.
pub async fn from_seq(
    conn: &mut Conn,
    provider: ProviderId,
    from: i64,
    limit: i64,
) -> Result<Vec<(i64, Entry)>, StoreError> {
    let sql = "SELECT seq, data FROM entry WHERE provider_id = $1 AND seq >= $2 ORDER BY seq LIMIT $3";
    let rows = all!(conn, (i64, String), sql, provider.0, from, limit)?;
    rows.into_iter().map(|(seq, data)| Ok((seq, read(&data)?))).collect()
}

/// What the log says of a visit's requests.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct VisitSums {
    /// Forwarded, masked or not; without what was admitted and went nowhere after all.
    pub forwarded: i64,
    pub refused: i64,
    /// Of the forwarded ones, those that filled a window.
    pub pages: i64,
    pub last_at: Option<Moment>,
}

/// Counts a visit's requests.
pub async fn sums(conn: &mut Conn, provider: ProviderId, visit: VisitId) -> Result<VisitSums, StoreError> {
    let sql = "SELECT COUNT(*) FILTER (WHERE outcome <> 'refused'), COUNT(*) FILTER (WHERE outcome = 'refused'), \
               COUNT(*) FILTER (WHERE outcome <> 'refused' AND data LIKE '%\"page\":true%'), \
               MAX(at) FROM entry WHERE provider_id = $1 AND visit_id = $2 AND outcome IS NOT NULL";
    // Within a text of the entry a quote is escaped: what is looked for is a member, never a word.
    let row = one!(conn, (i64, i64, i64, Option<i64>), sql, provider.0, visit.0)?;
    let mut sums = row.map_or_else(VisitSums::default, |(forwarded, refused, pages, last_at)| VisitSums {
        forwarded,
        refused,
        pages,
        last_at: last_at.map(Moment),
    });
    // Seldom any: what was admitted and went nowhere after all.
    for request in not_forwarded(conn, provider, visit, 0).await? {
        let sql = "SELECT data FROM entry WHERE provider_id = $1 AND visit_id = $2 AND id = $3";
        let Some((data,)) = one!(conn, (String,), sql, provider.0, visit.0, request.0)? else { continue };
        sums.forwarded -= 1;
        sums.pages -= i64::from(matches!(read(&data)?.event, Event::Request { page: true, .. }));
    }
    Ok(sums)
}

/// How many numbers are missing among the entries of all providers; 0 in a sound log.
pub async fn gaps(conn: &mut Conn) -> Result<i64, StoreError> {
    let sql = "SELECT COALESCE(MAX(seq), 0) - COUNT(*) FROM entry";
    let row = one!(conn, (i64,), sql)?;
    Ok(row.map_or(0, |(n,)| n))
}
