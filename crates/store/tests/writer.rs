//! The one writer, on both databases: what shares a commit, what is undone, and what is numbered.

use std::{
    path::{Path, PathBuf},
    pin::pin,
    sync::{Arc, Mutex},
    time::Duration,
};

use futures_util::future::{join, join_all};
use pforte_core::{
    entry::{Actor, Clean, Entry, Event},
    kernel::{Moment, ProviderId},
};
use pforte_store::{
    Change, Conn, Db, DbConfig, Health, Lent, StoreError, Writer, log,
    provider::{self, Provider},
    search::{self, Document},
};
use pforte_testkit::{TestDb, TestDbKind, on_both_stores};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{UnixListener, UnixStream},
    sync::oneshot,
    task::JoinSet,
};
use uuid::Uuid;

const HOME: ProviderId = ProviderId(Uuid::from_u128(7));

fn entry(n: u128) -> Entry {
    Entry {
        id: Uuid::from_u128(n).into(),
        provider: HOME,
        customer: None,
        at: Moment(1),
        actor: Actor::System,
        event: Event::RunStarted { version: Clean::name("1") },
    }
}

fn a_provider(n: u128, slug: &str) -> Provider {
    Provider { id: Uuid::from_u128(n).into(), slug: slug.into(), name: slug.into() }
}

/// A change that is to be found by its words.
async fn said(writer: &Writer, n: u128) -> Result<(), StoreError> {
    let told = entry(n);
    writer
        .change(move |tx| {
            Box::pin(async move {
                let document = Document {
                    provider: HOME,
                    customer: Uuid::from_u128(1).into(),
                    ticket: Uuid::from_u128(n).into(),
                    message: None,
                    note: false,
                    texts: vec!["onions"],
                };
                search::add(tx, &document);
                Ok(Change::logged((), told))
            })
        })
        .await
}

async fn rename(writer: &Writer, sql: &'static str) {
    let done = writer.upkeep(move |tx| {
        Box::pin(async move {
            match tx.conn() {
                Conn::Sqlite(conn) => sqlx::query(sql).execute(&mut **conn).await.map(drop),
                Conn::Postgres(conn) => sqlx::query(sql).execute(&mut **conn).await.map(drop),
            }
            .map_err(StoreError::from)
        })
    });
    done.await.expect("renamed");
}

async fn documents(db: &Db) -> i64 {
    const COUNT: &str = "SELECT COUNT(*) FROM search_document";
    match &mut read(db).await {
        Conn::Sqlite(conn) => sqlx::query_scalar(COUNT).fetch_one(&mut **conn).await,
        Conn::Postgres(conn) => sqlx::query_scalar(COUNT).fetch_one(&mut **conn).await,
    }
    .expect("counted")
}

/// Adds a provider with an entry of its own; `refused` undoes it at the last moment.
async fn add(writer: &Writer, n: u128, slug: &str, refused: bool) -> Result<(), StoreError> {
    let (new, told) = (a_provider(n, slug), entry(n));
    writer
        .change(move |tx| {
            Box::pin(async move {
                provider::insert(tx, &new, Moment(1)).await?;
                if refused {
                    return Err(StoreError::Inconsistent("no".into()));
                }
                Ok(Change::logged((), told))
            })
        })
        .await
}

/// Holds the writer inside a change, so that whatever comes meanwhile waits for the next commit.
async fn hold(writer: &Writer, n: u128) -> (oneshot::Sender<()>, tokio::task::JoinHandle<()>) {
    let (let_go, gate) = oneshot::channel::<()>();
    let (inside, is_inside) = oneshot::channel();
    let writer = writer.clone();
    let told = entry(n);
    let held = tokio::spawn(async move {
        let change = writer.change::<_, StoreError, _>(move |_| {
            Box::pin(async move {
                let _ = inside.send(());
                let _ = gate.await;
                Ok(Change::logged((), told))
            })
        });
        change.await.expect("committed");
    });
    is_inside.await.expect("the writer is held");
    (let_go, held)
}

async fn start(db: &TestDb) -> (Db, Writer) {
    let opened = db.open().await;
    let writer = Writer::start(opened.clone()).await.expect("a writer");
    (opened, writer)
}

async fn read(db: &Db) -> Conn {
    db.read().await.expect("a connection")
}

async fn numbers(db: &Db) -> Vec<i64> {
    let found = log::from_seq(&mut read(db).await, HOME, 0, 100_000).await.expect("the log reads");
    found.into_iter().map(|(seq, _)| seq).collect()
}

async fn there(db: &Db, slug: &str) -> bool {
    provider::by_slug(&mut read(db).await, slug).await.expect("reads").is_some()
}

/// How many commits wrote what is in the database so far.
fn commits(db: &TestDb) -> usize {
    match &db.kind {
        // A frame of the write-ahead log that ends a transaction names the size of the database.
        TestDbKind::Sqlite { file, .. } => {
            let wal = std::fs::read(file.with_extension("db-wal")).expect("the write-ahead log");
            let page = u32::from_be_bytes(wal[8..12].try_into().expect("four bytes"));
            let frames = wal[32..].chunks_exact(24 + usize::try_from(page).expect("a size"));
            frames.filter(|frame| frame[4..8] != [0; 4]).count()
        }
        TestDbKind::Postgres { server, name } => {
            let sql = "SELECT COUNT(DISTINCT pg_xact_commit_timestamp(xmin)) FROM entry";
            let count = server.sql(Some(name), sql);
            count.trim().parse().expect("a number")
        }
    }
}

/// Adds a provider in a transaction that is lent; `end` says what becomes of it.
async fn lent(writer: &Writer, n: u128, slug: &str, end: Lending) -> Result<u128, StoreError> {
    let (new, told) = (a_provider(n, slug), entry(n));
    writer
        .lend(move |mut tx: Lent| async move {
            provider::insert(&mut tx, &new, Moment(1)).await?;
            match end {
                Lending::Keep => Ok(Change::logged(n, told)),
                Lending::Nothing => Ok(Change::nothing(n)),
                Lending::Fail => Err(StoreError::Inconsistent("no".into())),
            }
        })
        .await
}

#[derive(Clone, Copy)]
enum Lending {
    Keep,
    Nothing,
    Fail,
}

on_both_stores! {
    /// A transaction that was lent comes back however the use case ends; what changed nothing is undone and
    /// answered, and takes no number of the log.
    async fn a_lent_transaction_comes_back(db: TestDb) {
        let (opened, writer) = start(&db).await;
        assert_eq!(lent(&writer, 11, "kept", Lending::Keep).await.expect("kept"), 11);
        assert_eq!(lent(&writer, 12, "nothing", Lending::Nothing).await.expect("answered"), 12);
        lent(&writer, 13, "failed", Lending::Fail).await.expect_err("refused");
        lent(&writer, 14, "last", Lending::Keep).await.expect("kept");
        assert_eq!(numbers(&opened).await, [1, 2]);
        for (slug, stands) in [("kept", true), ("nothing", false), ("failed", false), ("last", true)] {
            assert_eq!(there(&opened, slug).await, stands, "{slug}");
        }
    }

    /// What waits together is committed together: sixty entries and ten changes in one commit.
    async fn what_waits_shares_one_commit(db: TestDb) {
        let (opened, writer) = start(&db).await;
        let (let_go, held) = hold(&writer, 1).await;
        let entries = join_all((0..60).map(|n| writer.admit(entry(1_000 + n))));
        let slugs: Vec<String> = (0..10).map(|n| format!("p{n}")).collect();
        let changes = (0..10).map(|n| add(&writer, 2_000 + n as u128, &slugs[n], false));
        let mut waiting = pin!(join(entries, join_all(changes)));
        // Asked once, all of them are in the queue.
        tokio::select! {
            biased;
            _ = &mut waiting => panic!("the writer is held"),
            () = std::future::ready(()) => {}
        }
        let before = commits(&db);
        let_go.send(()).expect("the writer is held");
        held.await.expect("committed");
        let (entries, changes) = waiting.await;
        assert!(entries.iter().all(Result::is_ok) && changes.iter().all(Result::is_ok));
        // The one that was held, and one for all that waited.
        let shared = commits(&db) - before;
        assert_eq!(shared, 2, "commits for 71 pieces of work");
        assert_eq!(numbers(&opened).await, (1..=71).collect::<Vec<_>>());
    }

    /// A use case that fails is undone, its neighbours in the same commit are kept, and no number is lost.
    async fn a_failed_change_is_undone_alone(db: TestDb) {
        let (opened, writer) = start(&db).await;
        let (let_go, held) = hold(&writer, 1).await;
        let writers = [writer.clone(), writer.clone(), writer.clone(), writer.clone(), writer.clone()];
        let [a, b, c, d, e] = writers;
        let work = async {
            tokio::join!(
                add(&a, 11, "first", false),
                add(&b, 12, "refused", true),
                // The name is taken: the database itself refuses, inside the shared transaction.
                add(&c, 13, "first", false),
                add(&d, 14, "last", false),
                e.admit(entry(15)),
            )
        };
        let (answers, ()) = tokio::join!(work, async {
            let_go.send(()).expect("the writer is held");
        });
        held.await.expect("committed");
        let (first, refused, taken, last, admitted) = answers;
        first.expect("kept");
        assert!(matches!(refused, Err(StoreError::Inconsistent(_))), "{refused:?}");
        assert!(matches!(taken, Err(StoreError::Conflict(_))), "{taken:?}");
        last.expect("kept");
        admitted.expect("kept");
        assert!(there(&opened, "first").await && there(&opened, "last").await);
        assert!(!there(&opened, "refused").await);
        assert_eq!(numbers(&opened).await, [1, 2, 3, 4]);
        assert_eq!(*writer.health().borrow(), Health::Writable);
    }

    /// Change and entry are one: when the entry cannot be written, the change is undone.
    /// Where the index of words is in trouble, what was written is written and doors stay open; the words are found
    /// once the index can be written again.
    async fn trouble_with_the_index_loses_no_change(db: TestDb) {
        let (opened, writer) = start(&db).await;
        said(&writer, 1).await.expect("written");
        rename(&writer, "ALTER TABLE search_document RENAME TO away").await;
        for n in 2..4 {
            said(&writer, n).await.expect("a change is not lost with its words");
        }
        assert_eq!(*writer.health().borrow(), Health::Writable);
        assert_eq!(numbers(&opened).await.len(), 3);
        rename(&writer, "ALTER TABLE away RENAME TO search_document").await;
        assert_eq!(documents(&opened).await, 1);
        said(&writer, 4).await.expect("written");
        assert_eq!(documents(&opened).await, 4);
        said(&writer, 5).await.expect("written");
        assert_eq!(documents(&opened).await, 5, "each is written once");
    }

    async fn without_its_entry_no_change(db: TestDb) {
        let (opened, writer) = start(&db).await;
        add(&writer, 21, "first", false).await.expect("written");
        let (new, told) = (a_provider(22, "second"), entry(21));
        let answer = writer.change::<_, StoreError, _>(move |tx| {
            Box::pin(async move {
                provider::insert(tx, &new, Moment(1)).await?;
                Ok(Change::logged((), told))
            })
        });
        let answer = answer.await;
        assert!(matches!(answer, Err(StoreError::Conflict(_))), "{answer:?}");
        assert!(!there(&opened, "second").await);
        add(&writer, 23, "third", false).await.expect("written");
        assert_eq!(numbers(&opened).await, [1, 2]);
    }

    /// An entry's number is answered when it is committed: another connection reads it.
    async fn w2_an_admitted_entry_is_committed(db: TestDb) {
        let (opened, writer) = start(&db).await;
        for n in 1..=20 {
            let seq = writer.admit(entry(n)).await.expect("written");
            let found = log::from_seq(&mut read(&opened).await, HOME, seq, 1).await.expect("reads");
            assert_eq!(found.first().map(|(seq, e)| (*seq, e.id)), Some((seq, entry(n).id)));
        }
    }

    /// Numbers go on after a restart, without a gap and without a repetition.
    async fn numbers_go_on_after_a_restart(db: TestDb) {
        for run in 0..3 {
            let (opened, writer) = start(&db).await;
            for n in 0..5 {
                writer.admit(entry(run * 100 + n)).await.expect("written");
            }
            assert!(add(&writer, 900 + run, "refused", true).await.is_err());
            writer.stop().await;
            assert!(writer.admit(entry(999)).await.is_err(), "a stopped writer takes nothing");
            opened.close().await;
        }
        let (opened, _writer) = start(&db).await;
        assert_eq!(numbers(&opened).await, (1..=15).collect::<Vec<_>>());
        assert_eq!(log::gaps(&mut read(&opened).await).await.expect("counts"), 0);
    }

    /// The queue has a bound: beyond it the answer is that too much waits, at once.
    async fn a_full_queue_says_so(db: TestDb) {
        let (_opened, writer) = start(&db).await;
        let (let_go, held) = hold(&writer, 1).await;
        let mut waiting = JoinSet::new();
        for n in 0..5_000 {
            let writer = writer.clone();
            waiting.spawn(async move { writer.admit(entry(10 + n)).await });
        }
        // Those that are refused answer while the writer is still held.
        let refused = tokio::time::timeout(Duration::from_secs(10), waiting.join_next()).await;
        let refused = refused.expect("answered at once").expect("one of them").expect("it ran");
        assert!(matches!(refused, Err(StoreError::Busy)), "{refused:?}");
        let_go.send(()).expect("the writer is held");
        held.await.expect("committed");
        let answers = waiting.join_all().await;
        assert!(answers.iter().filter(|answer| answer.is_ok()).count() >= 4_000);
        assert!(answers.iter().all(|answer| matches!(answer, Ok(_) | Err(StoreError::Busy))));
    }
}

/// When nothing can be written, everything is refused and the health says so; afterwards it goes on, and
/// no number is missing.
async fn goes_on_when_it_can_write_again(db: TestDb) {
    let (opened, writer) = start(&db).await;
    let mut health = writer.health();
    writer.admit(entry(1)).await.expect("written");
    db.make_unwritable();
    for n in 0..3 {
        let answer = writer.admit(entry(10 + n)).await;
        assert!(answer.as_ref().is_err_and(StoreError::shuts_doors), "{answer:?}");
        let answer = add(&writer, 20 + n, "never", false).await;
        assert!(answer.as_ref().is_err_and(StoreError::shuts_doors), "{answer:?}");
        assert!(matches!(*health.borrow_and_update(), Health::Unwritable(_)));
    }
    db.make_writable();
    let again = async { while writer.admit(entry(100)).await.is_err() {} };
    tokio::time::timeout(Duration::from_secs(10), again).await.expect("writing works again");
    assert_eq!(*health.borrow_and_update(), Health::Writable);
    assert!(!there(&opened, "never").await);
    assert_eq!(numbers(&opened).await, [1, 2]);
}

/// Control 37: a full disk.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn control_37_full_disk_sqlite() {
    if let Some(db) = TestDb::sqlite_on_small_disk() {
        goes_on_when_it_can_write_again(db).await;
    }
}

/// Control 37: a server that became read-only, and dropped its connections.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn control_37_read_only_server_postgres() {
    if let Some(db) = TestDb::postgres() {
        goes_on_when_it_can_write_again(db).await;
    }
}

/// Two servers on one PostgreSQL database would hand out the same numbers: the second does not start.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_second_server_is_refused_postgres() {
    let Some(db) = TestDb::postgres() else { return };
    let (opened, writer) = start(&db).await;
    assert!(Db::open(&db.config()).await.is_err());
    writer.stop().await;
    opened.close().await;
    start(&db).await;
}

/// Stands between the store and PostgreSQL, and once it is told to, loses one answer of the server's and hangs
/// up: the server did what it was asked, and nobody hears of it.
struct Lossy {
    losing: Arc<Mutex<Option<&'static [u8]>>>,
}

impl Lossy {
    /// Listens in `folder` and hands on to the cluster's own socket.
    fn start(folder: &Path, server: PathBuf) -> Self {
        let listener = UnixListener::bind(folder.join(".s.PGSQL.5432")).expect("a socket");
        let losing: Arc<Mutex<Option<&'static [u8]>>> = Arc::default();
        let shared = Arc::clone(&losing);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let server = UnixStream::connect(&server).await.expect("the cluster");
                tokio::spawn(Self::hand_on(client, server, Arc::clone(&shared)));
            }
        });
        Self { losing }
    }

    async fn hand_on(client: UnixStream, server: UnixStream, losing: Arc<Mutex<Option<&'static [u8]>>>) {
        let (mut from_client, mut to_client) = client.into_split();
        let (mut from_server, mut to_server) = server.into_split();
        let up = tokio::spawn(async move { tokio::io::copy(&mut from_client, &mut to_server).await });
        let mut buffer = vec![0; 64 * 1024];
        while let Ok(n @ 1..) = from_server.read(&mut buffer).await {
            let lost = {
                let mut losing = losing.lock().expect("not poisoned");
                let lost = losing.is_some_and(|tag| buffer[..n].windows(tag.len()).any(|w| w == tag));
                if lost {
                    *losing = None;
                }
                lost
            };
            if lost || to_client.write_all(&buffer[..n]).await.is_err() {
                break;
            }
        }
        up.abort();
    }

    fn lose(&self, tag: &'static [u8]) {
        *self.losing.lock().expect("not poisoned") = Some(tag);
    }

    fn lost(&self) -> bool {
        self.losing.lock().expect("not poisoned").is_none()
    }
}

/// PostgreSQL committed and its answer was lost: whoever waits is told the truth, and everything goes on with the
/// number that comes next. Before, every later batch met a number that was taken, until a restart.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lost_answer_to_a_commit_shuts_nothing_postgres() {
    let Some(db) = TestDb::postgres() else { return };
    let DbConfig::Postgres(address) = db.config() else { panic!("PostgreSQL") };
    // Only the throw-away cluster has a socket to stand in front of.
    let Some((base, folder)) = address.split_once("?host=") else { return };
    let lossy = Lossy::start(db.folder.path(), Path::new(folder).join(".s.PGSQL.5432"));
    let config = DbConfig::Postgres(format!("{base}?host={}", db.folder.path().display()));
    let opened = Db::open(&config).await.expect("opens");
    let writer = Writer::start(opened.clone()).await.expect("a writer");
    let mut health = writer.health();
    add(&writer, 1, "one", false).await.expect("written");

    lossy.lose(b"COMMIT\0");
    add(&writer, 2, "two", false).await.expect("it was committed, and that is said");
    assert!(lossy.lost() && there(&opened, "two").await);
    add(&writer, 3, "three", false).await.expect("it goes on");

    lossy.lose(b"INSERT 0 1\0");
    assert_eq!(writer.admit(entry(4)).await.expect("it was committed, and that is said"), 4);
    assert!(lossy.lost());
    assert_eq!(writer.admit(entry(5)).await.expect("it goes on"), 5);
    assert_eq!(numbers(&opened).await, [1, 2, 3, 4, 5]);

    // A connection that is lost before the commit loses what was in it, and nothing else.
    let TestDbKind::Postgres { server, name } = &db.kind else { panic!("PostgreSQL") };
    let (let_go, held) = hold(&writer, 6).await;
    let sql =
        format!("SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = '{name}'");
    server.sql(None, &sql);
    let_go.send(()).expect("the writer is held");
    assert!(held.await.is_err(), "what was not committed is not said to be");
    writer.admit(entry(7)).await.expect("it goes on");
    assert_eq!(numbers(&opened).await, [1, 2, 3, 4, 5, 6]);
    assert_eq!(*health.borrow_and_update(), Health::Writable);
}
