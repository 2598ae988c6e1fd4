//! Opening the database: pools, the lock that keeps a second server out, migrations.

use std::{path::PathBuf, str::FromStr, time::Duration};

use sqlx::{
    ConnectOptions, PgPool, SqlitePool,
    postgres::{PgConnectOptions, PgPoolOptions},
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};

use crate::{Conn, StoreError, conn::one, name_key, search};

static MIGRATIONS: sqlx::migrate::Migrator = sqlx::migrate!("../../migrations");

/// Connections that read, beside the one that writes.
const READERS: u32 = 4;
/// Connections that are kept free for endings.
const URGENT_READERS: u32 = 2;
/// Any fixed number: names our advisory lock in PostgreSQL.
const POSTGRES_LOCK: i64 = 0x7066_6f72_7465;

/// Where the data lies.
#[derive(Clone, Debug)]
pub enum DbConfig {
    /// One file beside its write-ahead log.
    Sqlite(PathBuf),
    /// `postgres://…`; the text may carry a password and is never printed.
    Postgres(String),
}

tokio::task_local! {
    /// Set while something runs that must not wait for others' reading.
    static URGENT: ();
}

/// Runs what must not wait until others have read: whatever ends access.
pub async fn urgently<F: Future>(work: F) -> F::Output {
    URGENT.scope((), work).await
}

/// The pools. Reading is free; writing goes through the [`crate::Writer`].
#[derive(Clone, Debug)]
pub enum Db {
    Sqlite { writer: SqlitePool, readers: SqlitePool, urgent: SqlitePool },
    Postgres { writer: PgPool, readers: PgPool, urgent: PgPool },
}

impl Db {
    /// Opens the database and brings its tables up to date. One server at a time: a second one is
    /// refused by PostgreSQL's advisory lock (taken by the writer) or by the caller's file lock.
    pub async fn open(config: &DbConfig) -> Result<Self, StoreError> {
        let db = match config {
            DbConfig::Sqlite(path) => Self::open_sqlite(path).await?,
            DbConfig::Postgres(address) => Self::open_postgres(address).await?,
        };
        search::create(&db).await?;
        name_key::fill_in(&db).await?;
        Ok(db)
    }

    async fn open_sqlite(path: &PathBuf) -> Result<Self, StoreError> {
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .foreign_keys(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(Duration::from_secs(5))
            // What a savepoint could undo stays in memory; else SQLite writes it into a file, page by page.
            .pragma("temp_store", "memory")
            .disable_statement_logging();
        let writer = SqlitePoolOptions::new()
            .max_connections(1)
            .idle_timeout(None)
            .max_lifetime(None)
            .connect_with(options.clone())
            .await?;
        MIGRATIONS.run(&writer).await.map_err(migration)?;
        let options = options.read_only(true).create_if_missing(false);
        // A file does not hang up.
        let pool = |size| SqlitePoolOptions::new().max_connections(size).test_before_acquire(false);
        let readers = pool(READERS).connect_with(options.clone()).await?;
        Ok(Self::Sqlite { writer, readers, urgent: pool(URGENT_READERS).connect_with(options).await? })
    }

    async fn open_postgres(address: &str) -> Result<Self, StoreError> {
        let options = PgConnectOptions::from_str(address)?
            .application_name("pforte")
            .options([("synchronous_commit", "on")])
            .disable_statement_logging();
        let pool = |size| PgPoolOptions::new().max_connections(size).acquire_timeout(Duration::from_secs(5));
        let writer = pool(1)
            .idle_timeout(None)
            .max_lifetime(None)
            .after_connect(|conn, _| {
                Box::pin(async move {
                    let free: bool = sqlx::query_scalar("SELECT pg_try_advisory_lock($1)")
                        .bind(POSTGRES_LOCK)
                        .fetch_one(conn)
                        .await?;
                    if free { Ok(()) } else { Err(sqlx::Error::Configuration(IN_USE.into())) }
                })
            })
            .connect_with(options.clone())
            .await?;
        MIGRATIONS.run(&writer).await.map_err(migration)?;
        let readers = pool(READERS).connect_with(options.clone()).await?;
        Ok(Self::Postgres { writer, readers, urgent: pool(URGENT_READERS).connect_with(options).await? })
    }

    /// A connection for reading; what runs [`urgently`] has one that nobody else takes.
    pub async fn read(&self) -> Result<Conn, StoreError> {
        let urgently = URGENT.try_with(|()| ()).is_ok();
        Ok(match self {
            Self::Sqlite { readers, urgent, .. } => {
                Conn::Sqlite(if urgently { urgent } else { readers }.acquire().await?)
            }
            Self::Postgres { readers, urgent, .. } => {
                Conn::Postgres(if urgently { urgent } else { readers }.acquire().await?)
            }
        })
    }

    /// The one connection that writes.
    pub(crate) async fn write(&self) -> Result<Conn, StoreError> {
        Ok(match self {
            Self::Sqlite { writer, .. } => Conn::Sqlite(writer.acquire().await?),
            Self::Postgres { writer, .. } => Conn::Postgres(writer.acquire().await?),
        })
    }

    /// Whether the database answers.
    pub async fn ping(&self) -> Result<(), StoreError> {
        let mut conn = self.read().await?;
        one!(&mut conn, (i64,), "SELECT CAST(1 AS BIGINT)").map(drop)
    }

    /// Closes the pools; what was committed stays.
    pub async fn close(&self) {
        match self {
            Self::Sqlite { writer, readers, urgent } => {
                urgent.close().await;
                readers.close().await;
                writer.close().await;
            }
            Self::Postgres { writer, readers, urgent } => {
                urgent.close().await;
                readers.close().await;
                writer.close().await;
            }
        }
    }
}

const IN_USE: &str = "another Pforte server holds this database; stop it first";

fn migration(error: sqlx::migrate::MigrateError) -> StoreError {
    StoreError::Driver(format!("bringing the tables up to date: {error}"))
}
