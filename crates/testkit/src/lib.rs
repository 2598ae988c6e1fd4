//! What tests need: both databases, a clock to move, people, browsers, mails and a sample product.
//!
//! Each test is written once, with [`on_both`], and runs on SQLite and on PostgreSQL. Start reading at
//! [`TestApp`]; `world.rs` says who everybody is. Must never be linked into the program.

mod app;
mod browser;
mod bucket;
mod clock;
mod cluster;
mod db;
mod disk;
mod dovecot;
mod entries;
mod left;
mod letters;
mod mails;
mod postfix;
mod product;
mod tokens;
mod visits;
mod world;

pub use app::{PUBLIC_ORIGIN, TestApp, secrets};
pub use browser::{Answer, Browser, Heard, Listener};
pub use bucket::TestBucket;
pub use clock::{FakeClock, SeededRandom};
pub use db::{TestDb, TestDbKind};
pub use disk::SmallDisk;
pub use dovecot::{Dovecot, Kept, MAILBOX_PASSWORD};
pub use entries::{entries, entries_named, entries_until};
pub use letters::{Letter, date};
pub use mails::Mail;
pub use postfix::{Postfix, Takes};
pub use product::{PRODUCT, product};
pub use tokens::{CLIENT_SECRET, TokenServer};
pub use visits::{Opened, link as visit_link, redeem_body, shut_code};
pub use world::{Customer, PASSWORD, Person, Side, World};

/// Runs one test on SQLite and on PostgreSQL, as `name::sqlite` and `name::postgres`. The test gets a
/// [`TestApp`] of its own, and is held to what it leaves: see [`TestApp::through`]. Without PostgreSQL on the machine the second half says so and passes, unless
/// `PFORTE_TEST_POSTGRES=required`.
#[macro_export]
macro_rules! on_both {
    ($($(#[$meta:meta])* async fn $name:ident($app:ident: TestApp) $body:block)+) => {$(
        $(#[$meta])*
        mod $name {
            #[allow(unused_imports)]
            use super::*;

            async fn run($app: $crate::TestApp) $body

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                $crate::TestApp::through($crate::TestDb::sqlite(), run).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                if let Some(db) = $crate::TestDb::postgres() {
                    $crate::TestApp::through(db, run).await;
                }
            }
        }
    )+};
}

/// Like [`on_both`], for tests of the store: the test gets an empty, migrated [`TestDb`].
#[macro_export]
macro_rules! on_both_stores {
    ($($(#[$meta:meta])* async fn $name:ident($db:ident: TestDb) $body:block)+) => {$(
        $(#[$meta])*
        mod $name {
            #[allow(unused_imports)]
            use super::*;

            async fn run($db: $crate::TestDb) $body

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                run($crate::TestDb::sqlite()).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                if let Some(db) = $crate::TestDb::postgres() {
                    run(db).await;
                }
            }
        }
    )+};
}
