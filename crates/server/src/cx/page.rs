//! Pages of lists (cursor and limit) and times as the API writes them.

use pforte_core::kernel::Moment;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::Problem;

const DEFAULT_LIMIT: i64 = 20;
const MAX_LIMIT: i64 = 100;

/// Which page of a list is wanted.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PageQuery {
    /// `next` of the page before.
    pub cursor: Option<String>,
    /// At most 100; 20 when left out.
    pub limit: Option<i64>,
}

/// One page of a list.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Page<T> {
    pub items: Vec<T>,
    /// The cursor of the next page; `null` on the last one.
    pub next: Option<String>,
}

impl PageQuery {
    /// The limit, between 1 and 100.
    pub fn limit(&self) -> i64 {
        self.limit.unwrap_or(DEFAULT_LIMIT).clamp(1, MAX_LIMIT)
    }

    /// The cursor as an id.
    pub fn id<T: From<Uuid>>(&self) -> Result<Option<T>, Problem> {
        match &self.cursor {
            None => Ok(None),
            Some(text) => text
                .parse::<Uuid>()
                .map(|id| Some(id.into()))
                .map_err(|_| Problem::input([("cursor", "Use `next` of the page before.")])),
        }
    }
}

impl<T> Page<T> {
    /// Makes a page of up to `limit` items out of `limit + 1` that were loaded.
    pub fn cut(mut items: Vec<T>, limit: i64, cursor: impl Fn(&T) -> String) -> Self {
        let limit = usize::try_from(limit).unwrap_or(0);
        let more = items.len() > limit;
        items.truncate(limit);
        let next = if more { items.last().map(cursor) } else { None };
        Self { items, next }
    }

    /// Replaces each item.
    pub fn map<U>(self, f: impl FnMut(T) -> U) -> Page<U> {
        Page { items: self.items.into_iter().map(f).collect(), next: self.next }
    }
}

/// An instant as the API writes it: RFC 3339 in UTC, with microseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ToSchema)]
#[schema(value_type = String, format = DateTime, example = "2026-11-21T14:32:00.000000Z")]
pub struct Timestamp(pub Moment);

impl From<Moment> for Timestamp {
    fn from(moment: Moment) -> Self {
        Self(moment)
    }
}

impl Serialize for Timestamp {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let instant = jiff::Timestamp::from_microsecond(self.0.0).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
        serializer.collect_str(&format_args!("{instant:.6}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_tells_where_the_next_begins() {
        let page = Page::cut(vec![3, 2, 1], 2, |n: &i32| n.to_string());
        assert_eq!((page.items, page.next), (vec![3, 2], Some("2".to_owned())));
        let last = Page::cut(vec![1], 2, |n: &i32| n.to_string());
        assert_eq!(last.next, None);
    }

    #[test]
    fn times_are_written_in_utc() {
        let text = serde_json::to_string(&Timestamp(Moment(1_000_001))).expect("serialises");
        assert_eq!(text, r#""1970-01-01T00:00:01.000001Z""#);
    }
}
