//! What every test of the server has to leave: a log without gaps, no ending that is still to be written, a database
//! that takes changes, and no mail that waits though it could go out.

use std::time::Duration;

use pforte_server::{Shared, post};
use pforte_store::{Conn, Health, log};

const WAITING: &str = "SELECT COUNT(*) FROM outbox WHERE sent_at IS NULL AND given_up_at IS NULL";

/// Fails where something is left; with `mail`, mails may wait.
pub(crate) async fn is_sound(app: &Shared, mail: bool) {
    let written = async {
        while app.unwritten() > 0 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    let written = tokio::time::timeout(Duration::from_secs(10), written).await;
    assert!(written.is_ok(), "the test leaves {} endings that nobody wrote", app.unwritten());
    assert_eq!(*app.health.borrow(), Health::Writable, "the test leaves a database that takes no changes");
    if !mail {
        post::deliver_due(app).await.expect("mails are delivered");
    }
    let mut conn = app.read().await.expect("a connection");
    assert_eq!(log::gaps(&mut conn).await.expect("the log is read"), 0, "the test leaves a gap in the log");
    let waiting = waiting(&mut conn).await;
    assert_eq!(waiting > 0, mail, "{waiting} mails wait");
}

async fn waiting(conn: &mut Conn) -> i64 {
    match conn {
        Conn::Sqlite(conn) => sqlx::query_scalar(WAITING).fetch_one(&mut **conn).await,
        Conn::Postgres(conn) => sqlx::query_scalar(WAITING).fetch_one(&mut **conn).await,
    }
    .expect("the outbox is read")
}
