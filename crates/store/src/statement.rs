//! The only statements that are put together at run time, from fixed pieces. Values are always bound.

use pforte_core::kernel::ProviderId;
use sqlx::{AssertSqlSafe, FromRow};
use uuid::Uuid;

use crate::{Conn, StoreError, conn::on};

pub(crate) enum Bind {
    Id(Uuid),
    Int(i64),
    Text(String),
}

/// A statement that grows: fixed pieces, and what is bound to them.
pub(crate) struct Statement {
    sql: String,
    binds: Vec<Bind>,
}

impl Statement {
    pub(crate) fn new(sql: impl Into<String>) -> Self {
        Self { sql: sql.into(), binds: vec![] }
    }

    /// Binds a value; answers its name in the text.
    pub(crate) fn bind(&mut self, bind: Bind) -> String {
        self.binds.push(bind);
        format!("${}", self.binds.len())
    }

    /// Adds a piece in which `?` stands for the value.
    pub(crate) fn and(&mut self, piece: &str, bind: Bind) {
        let name = self.bind(bind);
        self.sql.push_str(" AND ");
        self.sql.push_str(&piece.replace('?', &name));
    }

    /// Adds that a column is one of these.
    pub(crate) fn within(&mut self, column: &str, ids: impl Iterator<Item = Uuid>) {
        let names: Vec<String> = ids.map(|id| self.bind(Bind::Id(id))).collect();
        self.sql.push_str(&format!("{column} IN ({})", names.join(", ")));
    }

    /// Adds the condition of rows of a provider in which a column is one of these.
    pub(crate) fn named(&mut self, provider: ProviderId, column: &str, ids: impl Iterator<Item = Uuid>) {
        let provider = self.bind(Bind::Id(provider.0));
        self.sql.push_str(&format!("provider_id = {provider} AND "));
        self.within(column, ids);
    }

    pub(crate) fn push(&mut self, piece: &str) {
        self.sql.push_str(piece);
    }

    pub(crate) async fn all<T>(self, conn: &mut Conn) -> Result<Vec<T>, StoreError>
    where
        T: for<'r> FromRow<'r, sqlx::sqlite::SqliteRow>
            + for<'r> FromRow<'r, sqlx::postgres::PgRow>
            + Send
            + Unpin,
    {
        let Self { sql, binds } = self;
        on!(conn, c => {
            let mut query = sqlx::query_as::<_, T>(AssertSqlSafe(sql));
            for bind in binds {
                query = match bind {
                    Bind::Id(id) => query.bind(id),
                    Bind::Int(n) => query.bind(n),
                    Bind::Text(text) => query.bind(text),
                };
            }
            query.fetch_all(&mut **c).await.map_err(StoreError::from)
        })
    }
}
