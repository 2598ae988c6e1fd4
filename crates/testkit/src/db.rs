//! A database of one test's own.

use std::{fs, path::PathBuf};

use pforte_store::{Db, DbConfig};
use tempfile::TempDir;

use crate::{
    SmallDisk,
    cluster::{self, Server},
};

/// Which of the two it is.
#[derive(Debug)]
pub enum TestDbKind {
    Sqlite { file: PathBuf, disk: Option<SmallDisk> },
    Postgres { server: &'static Server, name: String },
}

/// An empty database, removed with the value.
#[derive(Debug)]
pub struct TestDb {
    pub kind: TestDbKind,
    /// Mails and everything else a test writes.
    pub folder: TempDir,
}

impl TestDb {
    /// One file in a folder of its own.
    pub fn sqlite() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let kind = TestDbKind::Sqlite { file: folder.path().join("pforte.db"), disk: None };
        Self { kind, folder }
    }

    /// One file on a disk of eight megabytes, which can be filled. `None` where nothing can be mounted.
    pub fn sqlite_on_small_disk() -> Option<Self> {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let disk = SmallDisk::mount(&folder.path().join("disk"))?;
        let kind = TestDbKind::Sqlite { file: disk.folder().join("pforte.db"), disk: Some(disk) };
        Some(Self { kind, folder })
    }

    /// A database in the throw-away cluster; `None` where PostgreSQL is not installed.
    pub fn postgres() -> Option<Self> {
        let server = cluster::server()?;
        let folder = tempfile::tempdir().expect("a temporary folder");
        Some(Self { kind: TestDbKind::Postgres { server, name: server.create() }, folder })
    }

    /// How the program's configuration would name it.
    pub fn config(&self) -> DbConfig {
        match &self.kind {
            TestDbKind::Sqlite { file, .. } => DbConfig::Sqlite(file.clone()),
            TestDbKind::Postgres { server, name } => DbConfig::Postgres(server.address(name)),
        }
    }

    /// Opens it, as the program does.
    pub async fn open(&self) -> Db {
        Db::open(&self.config()).await.expect("the test's database opens")
    }

    /// Everything the database holds on disk: the file with its write-ahead log, or a dump.
    pub fn bytes(&self) -> Vec<u8> {
        match &self.kind {
            TestDbKind::Sqlite { file, .. } => {
                let wal = file.with_extension("db-wal");
                let mut all = fs::read(file).expect("the database file");
                all.extend(fs::read(wal).unwrap_or_default());
                all
            }
            TestDbKind::Postgres { server, name } => server.dump(name),
        }
    }

    /// From now on nothing can be written: the disk is full, or the server fails over to a read-only one.
    pub fn make_unwritable(&self) {
        match &self.kind {
            TestDbKind::Sqlite { disk, .. } => disk.as_ref().expect("a database on a small disk").fill(),
            TestDbKind::Postgres { server, name } => {
                server.sql(None, &format!("ALTER DATABASE {name} SET default_transaction_read_only = on"));
                drop_connections(server, name);
            }
        }
    }

    /// Writing works again.
    pub fn make_writable(&self) {
        match &self.kind {
            TestDbKind::Sqlite { disk, .. } => disk.as_ref().expect("a database on a small disk").free(),
            TestDbKind::Postgres { server, name } => {
                server.sql(None, &format!("ALTER DATABASE {name} RESET default_transaction_read_only"));
                drop_connections(server, name);
            }
        }
    }
}

fn drop_connections(server: &Server, name: &str) {
    let sql =
        format!("SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = '{name}'");
    server.sql(None, &sql);
}
