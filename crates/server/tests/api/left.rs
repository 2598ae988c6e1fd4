//! What a test leaves is looked at: a server that leaves any of these fails whatever test it ran.

use std::{fs, panic::AssertUnwindSafe};

use futures_util::FutureExt as _;
use pforte_testkit::{TestApp, TestDb};
use serde_json::Value;

/// Runs a test that leaves something, and answers what was said about it.
async fn said<F: Future<Output = ()>>(db: TestDb, test: impl FnOnce(TestApp) -> F) -> String {
    let failed =
        AssertUnwindSafe(TestApp::through(db, test)).catch_unwind().await.expect_err("it is looked at");
    failed.downcast_ref::<String>().cloned().unwrap_or_default()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_gap_in_the_log_is_seen() {
    let said = said(TestDb::sqlite(), |app| async move {
        app.sql("DELETE FROM entry WHERE seq = 1").await;
    });
    assert!(said.await.contains("a gap in the log"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_mail_that_waits_is_seen() {
    let said = said(TestDb::sqlite(), |app| async move {
        let mails = app.db.folder.path().join("mails");
        let _ = fs::remove_dir_all(&mails);
        fs::write(&mails, "no folder").expect("a file");
        app.visit().await;
    });
    assert!(said.await.contains("mails wait"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_ending_that_nobody_wrote_is_seen() {
    let Some(db) = TestDb::sqlite_on_small_disk() else { return };
    let said = said(db, |app| async move {
        let (mut contact, _, visit) = app.visit().await;
        app.db.make_unwritable();
        contact.post(&format!("/grounds/{}/end", visit.ground), Value::Null).await.ok();
    });
    assert!(said.await.contains("endings that nobody wrote"));
}
