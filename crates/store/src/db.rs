//! Opening the database: pools, the lock that keeps a second server out, migrations.

use std::{path::PathBuf, str::FromStr, time::Duration};

use sqlx::{
    ConnectOptions, PgPool, SqlitePool,
    postgres::{PgConnectOptions, PgPoolOptions},
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};

use crate::{Conn, StoreError, conn::one, search};

static MIGRATIONS: sqlx::migrate::Migrator = sqlx::migrate!("../../migrations");

/// Connections that read, beside the one that writes.
const READERS: u32 = 4;
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

/// Both pools. Reading is free; writing goes through the [`crate::Writer`].
#[derive(Clone, Debug)]
pub enum Db {
    Sqlite { writer: SqlitePool, readers: SqlitePool },
    Postgres { writer: PgPool, readers: PgPool },
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
        let readers = SqlitePoolOptions::new()
            .max_connections(READERS)
            // A file does not hang up.
            .test_before_acquire(false)
            .connect_with(options.read_only(true).create_if_missing(false))
            .await?;
        Ok(Self::Sqlite { writer, readers })
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
        let readers = pool(READERS).connect_with(options).await?;
        Ok(Self::Postgres { writer, readers })
    }

    /// A connection for reading.
    pub async fn read(&self) -> Result<Conn, StoreError> {
        Ok(match self {
            Self::Sqlite { readers, .. } => Conn::Sqlite(readers.acquire().await?),
            Self::Postgres { readers, .. } => Conn::Postgres(readers.acquire().await?),
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

    /// Closes both pools; what was committed stays.
    pub async fn close(&self) {
        match self {
            Self::Sqlite { writer, readers } => {
                readers.close().await;
                writer.close().await;
            }
            Self::Postgres { writer, readers } => {
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
