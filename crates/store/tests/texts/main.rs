//! Every text that the database ever gets is prepared on both databases: a name that is misspelt in a branch that no
//! other test takes, or a word that only one of the two knows, fails here.

mod assembled;
mod source;

use std::collections::BTreeSet;

use pforte_store::Db;
use pforte_testkit::on_both_stores;
use source::{Text, Texts, sources};
use sqlx::{AssertSqlSafe, Executor as _, SqlSafeStr as _};

/// The files whose texts differ between the databases; there one of the two has to know each.
const OF_ONE_DATABASE: [&str; 3] = ["conn.rs", "db.rs", "search.rs"];

/// What is put together while the program runs. `assembled.rs` runs each in all its forms.
const ASSEMBLED: [&str; 6] = [
    "log.rs: statement",
    "message.rs: texts",
    "queue.rs: count",
    "queue.rs: held",
    "queue.rs: list",
    "queue.rs: tags",
];

async fn prepare(db: &Db, text: &Text) -> Result<(), String> {
    let sql = AssertSqlSafe(text.sql.clone()).into_sql_str();
    let done = match db {
        Db::Sqlite { writer, .. } => {
            writer.acquire().await.expect("a connection").prepare(sql).await.map(drop)
        }
        Db::Postgres { writer, .. } => {
            writer.acquire().await.expect("a connection").prepare(sql).await.map(drop)
        }
    };
    done.map_err(|error| format!("{}:{}: {error}\n    {}", text.file, text.line, text.sql))
}

/// No statement is run whose text the next test would not see.
#[test]
fn every_text_is_found() {
    let texts = Texts::of(&sources());
    assert!(texts.missing.is_empty(), "these texts were not found:\n{}", texts.missing.join("\n"));
    let found: BTreeSet<&str> = texts.found.iter().map(|text| text.file.as_str()).collect();
    for (file, runs) in &texts.runs {
        assert!(found.contains(file.as_str()), "{file} runs {runs} statements, and no text was found");
    }
    let assembled: BTreeSet<&str> = texts.assembled.iter().map(String::as_str).collect();
    assert_eq!(assembled, BTreeSet::from(ASSEMBLED), "what is put together is run in `assembled.rs`");
    assert!(texts.found.len() > 250, "only {} texts", texts.found.len());
}

/// No value is bound that a statement does not ask for.
#[test]
fn every_parameter_says_something() {
    for Text { file, line, sql } in &Texts::of(&sources()).found {
        let numbers = sql.split('$').skip(1).map(|rest| {
            let digits = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
            rest[..digits].parse::<usize>().expect("a number")
        });
        let numbers: BTreeSet<usize> = numbers.collect();
        assert!(numbers.iter().copied().eq(1..=numbers.len()), "{file}:{line}: a number is left out: {sql}");
        for n in numbers {
            assert!(
                !sql.contains(&format!("${n} = ${n}")),
                "{file}:{line}: ${n} is compared with itself: {sql}"
            );
        }
    }
}

on_both_stores! {
    async fn every_text_can_be_prepared(db: TestDb) {
        let opened = db.open().await;
        let mut failed = Vec::new();
        for text in &Texts::of(&sources()).found {
            if let Err(error) = prepare(&opened, text).await
                && !OF_ONE_DATABASE.contains(&text.file.as_str())
            {
                failed.push(error);
            }
        }
        assert!(failed.is_empty(), "{} texts cannot be prepared:\n{}", failed.len(), failed.join("\n"));
    }
}

/// What only one database knows, one of them knows.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_differs_is_known_to_one_of_the_two() {
    let sqlite = pforte_testkit::TestDb::sqlite();
    let Some(postgres) = pforte_testkit::TestDb::postgres() else { return };
    let (sqlite, postgres) = (sqlite.open().await, postgres.open().await);
    for text in
        Texts::of(&sources()).found.iter().filter(|text| OF_ONE_DATABASE.contains(&text.file.as_str()))
    {
        let (one, other) = (prepare(&sqlite, text).await, prepare(&postgres, text).await);
        assert!(one.is_ok() || other.is_ok(), "{one:?} {other:?}");
    }
}
