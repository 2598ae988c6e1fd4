//! What people and customers are found by: folded when they are saved, and at start for rows of before.
//!
//! Comparing is the core's (`kernel::name_key`): no SQL folds, the two databases do it differently.

use pforte_core::kernel::{asked_words, name_key};
use uuid::Uuid;

use crate::{
    Conn, Db, StoreError,
    conn::{all, run},
};

/// Rows of one go.
const ROWS: i64 = 500;
/// Words of a question, each a parameter.
pub(crate) const WORDS: usize = 6;

/// What a customer is found by.
pub(crate) fn of_customer(number: &str, name: &str) -> String {
    name_key([number, name])
}

/// What a contact is found by.
pub(crate) fn of_contact(first: &str, last: &str) -> String {
    name_key([first, last])
}

/// What a staff member is found by.
pub(crate) fn of_staff(first: &str, last: &str, username: &str) -> String {
    name_key([first, last, username])
}

/// The patterns of a question; a place without a word fits everything. `None` when there is no word in it.
pub(crate) fn patterns(text: &str) -> Option<[String; WORDS]> {
    let words = asked_words(text);
    // Nothing in a word has a meaning in a pattern: they are letters and digits.
    let pattern = |n: usize| words.get(n).map_or_else(|| "%".to_owned(), |word| format!("%{word}%"));
    (!words.is_empty()).then(|| std::array::from_fn(pattern))
}

/// Fills in what rows of an older version lack.
pub(crate) async fn fill_in(db: &Db) -> Result<(), StoreError> {
    let mut conn = db.write().await?;
    let tables = [
        (
            "SELECT id, number, name, '' FROM customer WHERE name_key IS NULL LIMIT $1",
            "UPDATE customer SET name_key = $2 WHERE id = $1",
        ),
        (
            "SELECT id, first_name, last_name, '' FROM contact WHERE name_key IS NULL LIMIT $1",
            "UPDATE contact SET name_key = $2 WHERE id = $1",
        ),
        (
            "SELECT id, first_name, last_name, username FROM staff WHERE name_key IS NULL LIMIT $1",
            "UPDATE staff SET name_key = $2 WHERE id = $1",
        ),
    ];
    for (select, update) in tables {
        while fill(&mut conn, select, update).await? {}
    }
    Ok(())
}

/// One go, in one transaction; `false` when nothing is left.
async fn fill(conn: &mut Conn, select: &'static str, update: &'static str) -> Result<bool, StoreError> {
    run!(&mut *conn, "BEGIN")?;
    let filled = fill_rows(conn, select, update).await;
    run!(&mut *conn, if filled.is_ok() { "COMMIT" } else { "ROLLBACK" })?;
    filled
}

async fn fill_rows(conn: &mut Conn, select: &'static str, update: &'static str) -> Result<bool, StoreError> {
    let rows = all!(&mut *conn, (Uuid, String, String, String), select, ROWS)?;
    for (id, one, two, three) in &rows {
        let key = name_key([one.as_str(), two.as_str(), three.as_str()]);
        run!(&mut *conn, update, id, key)?;
    }
    Ok(i64::try_from(rows.len()).is_ok_and(|n| n == ROWS))
}
