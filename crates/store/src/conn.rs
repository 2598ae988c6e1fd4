//! One connection to either database, and the macros that run one SQL text on it.
//!
//! This is the only place where the two databases differ.

use sqlx::{Postgres, Sqlite, pool::PoolConnection};

use crate::StoreError;

/// A connection borrowed from a pool.
#[derive(Debug)]
pub enum Conn {
    Sqlite(PoolConnection<Sqlite>),
    Postgres(PoolConnection<Postgres>),
}

/// Runs an expression on whichever connection it is.
macro_rules! on {
    ($conn:expr, $c:ident => $e:expr) => {
        match $conn {
            $crate::conn::Conn::Sqlite($c) => $e,
            $crate::conn::Conn::Postgres($c) => $e,
        }
    };
}

/// Executes a statement; answers the number of rows it touched.
macro_rules! run {
    ($conn:expr, $sql:expr $(, $bind:expr)* $(,)?) => {
        $crate::conn::on!($conn, c => sqlx::query($sql)$(.bind($bind))*.execute(&mut **c).await
            .map(|done| done.rows_affected()).map_err($crate::StoreError::from))
    };
}

/// Fetches one row or none, as `$row`.
macro_rules! one {
    ($conn:expr, $row:ty, $sql:expr $(, $bind:expr)* $(,)?) => {
        $crate::conn::on!($conn, c => sqlx::query_as::<_, $row>($sql)$(.bind($bind))*
            .fetch_optional(&mut **c).await.map_err($crate::StoreError::from))
    };
}

/// Fetches every row, as `$row`. The statement carries its own LIMIT.
macro_rules! all {
    ($conn:expr, $row:ty, $sql:expr $(, $bind:expr)* $(,)?) => {
        $crate::conn::on!($conn, c => sqlx::query_as::<_, $row>($sql)$(.bind($bind))*
            .fetch_all(&mut **c).await.map_err($crate::StoreError::from))
    };
}

pub(crate) use {all, on, one, run};

impl Conn {
    /// Opens the transaction that a batch of changes shares.
    pub(crate) async fn begin(&mut self) -> Result<(), StoreError> {
        let sql = match self {
            Self::Sqlite(_) => "BEGIN IMMEDIATE",
            Self::Postgres(_) => "BEGIN",
        };
        self.raw(sql).await
    }

    /// Runs a fixed statement without parameters.
    pub(crate) async fn raw(&mut self, sql: &'static str) -> Result<(), StoreError> {
        run!(self, sql).map(drop)
    }
}
