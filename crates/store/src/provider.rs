//! Providers: the organisations that give support.

use pforte_core::kernel::{Moment, ProviderId};
use uuid::Uuid;

use crate::{
    Conn, StoreError, Tx,
    conn::{all, one, run},
};

/// A provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Provider {
    pub id: ProviderId,
    /// Short and stable; part of addresses.
    pub slug: String,
    pub name: String,
}

type Row = (Uuid, String, String);

fn record((id, slug, name): Row) -> Provider {
    Provider { id: id.into(), slug, name }
}

/// Adds a provider; [`StoreError::Conflict`] when the slug is taken.
pub async fn insert(tx: &mut Tx, provider: &Provider, at: Moment) -> Result<(), StoreError> {
    run!(
        tx.conn(),
        "INSERT INTO provider (id, slug, name, created_at) VALUES ($1, $2, $3, $4)",
        provider.id.0,
        &provider.slug,
        &provider.name,
        at.0
    )
    .map(drop)
}

pub async fn by_slug(conn: &mut Conn, slug: &str) -> Result<Option<Provider>, StoreError> {
    let row = one!(conn, Row, "SELECT id, slug, name FROM provider WHERE slug = $1", slug)?;
    Ok(row.map(record))
}

pub async fn by_id(conn: &mut Conn, id: ProviderId) -> Result<Option<Provider>, StoreError> {
    let row = one!(conn, Row, "SELECT id, slug, name FROM provider WHERE id = $1", id.0)?;
    Ok(row.map(record))
}

/// Providers of one page of [`all`].
const PAGE: i64 = 500;

/// Every provider, oldest first, read page by page.
pub async fn all(conn: &mut Conn) -> Result<Vec<Provider>, StoreError> {
    let (mut found, mut after) = (vec![], Uuid::nil());
    loop {
        let sql = "SELECT id, slug, name FROM provider WHERE id > $1 ORDER BY id LIMIT $2";
        let page = all!(conn, Row, sql, after, PAGE)?;
        let Some((last, ..)) = page.last() else { return Ok(found) };
        after = *last;
        found.extend(page.into_iter().map(record));
    }
}

/// The first few providers, oldest first.
pub async fn list(conn: &mut Conn, limit: i64) -> Result<Vec<Provider>, StoreError> {
    let rows = all!(conn, Row, "SELECT id, slug, name FROM provider ORDER BY id LIMIT $1", limit)?;
    Ok(rows.into_iter().map(record).collect())
}
