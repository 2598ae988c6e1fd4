//! Rules on small bodies: JSON-RPC by its methods, GraphQL by its operations, forms and JSON objects
//! by their members.
//!
//! What is not exactly what its type says is *unclear*: it fits no route that lets something through,
//! and every route that is stricter.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};

use super::{
    graphql,
    params::{Param, Params, shorten},
};

/// Up to here a body is read before it is classified.
pub const BODY_MOST: usize = 64 * 1024;
/// Calls of one batch at most.
const BATCH: usize = 100;

/// What a route says about the body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BodyRule {
    /// JSON-RPC calls of these methods; a `*` may stand at one end. Of a batch, each.
    Rpc(Vec<String>),
    /// GraphQL: queries, neither mutations nor subscriptions. Also in the query of a `GET`.
    GraphQl,
    /// A form with these fields, or fields with these values.
    Form(Vec<Param>),
    /// A JSON object with these members, or members with these values.
    Json(Vec<Param>),
}

/// A request's body, as far as anybody looked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AskedBody<'a> {
    #[default]
    None,
    /// There is one, and nobody read it.
    Unread,
    /// The whole body, with its only `Content-Type`.
    Read { kind: &'a str, bytes: &'a [u8] },
}

/// What a rule found in a body.
#[derive(Debug, Default)]
pub(super) struct Reading {
    /// All of it is what the rule names.
    pub surely: bool,
    /// Some of it is, or could be.
    pub possibly: bool,
    /// For the log.
    pub names: Vec<String>,
}

impl BodyRule {
    pub(super) fn read(&self, query: &Params, body: AskedBody<'_>) -> Reading {
        let unclear = || Reading { possibly: true, ..Reading::default() };
        match (self, body) {
            (Self::GraphQl, AskedBody::None) => in_query(query),
            (_, AskedBody::None) => Reading::default(),
            (_, AskedBody::Unread) => unclear(),
            (_, AskedBody::Read { bytes, .. }) if bytes.len() > BODY_MOST => unclear(),
            (rule, AskedBody::Read { kind, bytes }) => {
                if !is_utf8_of(kind, rule.kinds()) {
                    return unclear();
                }
                rule.judge(bytes).unwrap_or_else(unclear)
            }
        }
    }

    const fn kinds(&self) -> &'static [&'static str] {
        match self {
            Self::Rpc(_) => &["application/json", "application/json-rpc", "application/jsonrequest"],
            Self::GraphQl | Self::Json(_) => &["application/json"],
            Self::Form(_) => &["application/x-www-form-urlencoded"],
        }
    }

    fn judge(&self, bytes: &[u8]) -> Option<Reading> {
        match self {
            Self::Rpc(methods) => {
                let called = calls(&json(bytes)?)?;
                let surely = called.iter().all(|call| methods.iter().any(|method| fits(method, call)));
                let possibly = called.iter().any(|call| {
                    let call = call.trim().to_lowercase();
                    methods.iter().any(|method| fits(&method.to_lowercase(), &call))
                });
                Some(Reading { surely, possibly, names: logged(called) })
            }
            Self::GraphQl => {
                let documents = documents(&json(bytes)?)?;
                let surely = documents.iter().all(|document| graphql::only_queries(document));
                Some(Reading { surely, possibly: true, names: vec![operation(surely)] })
            }
            Self::Form(fields) => Some(members(&Params::read(std::str::from_utf8(bytes).ok()?), fields)),
            Self::Json(fields) => {
                let Json::Map(map) = json(bytes)? else { return None };
                let text = |value| match value {
                    Json::Text(text) | Json::Number(text) => Some(text),
                    Json::Bool(yes) => Some(yes.to_string()),
                    Json::Null | Json::List(_) | Json::Map(_) => None,
                };
                Some(members(
                    &Params::decoded(map.into_iter().map(|(name, value)| (name, text(value)))),
                    fields,
                ))
            }
        }
    }
}

fn members(given: &Params, fields: &[Param]) -> Reading {
    Reading {
        surely: given.unnamed(&[fields]).is_empty(),
        possibly: given.possibly(fields),
        names: given.names(),
    }
}

/// A query that came in the query of a `GET`.
fn in_query(query: &Params) -> Reading {
    let rules = ["query", "variables", "operationName"].map(|name| Param { name: name.into(), value: None });
    let alone = query.unnamed(&[&rules]).is_empty();
    let surely = alone && query.only("query").is_some_and(graphql::only_queries);
    Reading { surely, possibly: !query.is_empty(), names: vec![operation(surely)] }
}

fn operation(query: bool) -> String {
    if query { "query" } else { "no query" }.to_owned()
}

fn logged(calls: Vec<String>) -> Vec<String> {
    let plain = |name: &str| {
        name.len() <= 60 && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-./:".contains(&b))
    };
    let mut names: Vec<String> =
        calls.into_iter().map(|name| if plain(&name) { name } else { "?".to_owned() }).collect();
    names.dedup();
    shorten(names)
}

/// Exactly one of `kinds`, in UTF-8.
fn is_utf8_of(kind: &str, kinds: &[&str]) -> bool {
    let mut parts = kind.split(';').map(str::trim);
    let first = parts.next().unwrap_or_default();
    let charset = |part: &str| {
        let (name, value) = part.split_once('=').unwrap_or((part, ""));
        name.eq_ignore_ascii_case("charset") && value.trim_matches('"').eq_ignore_ascii_case("utf-8")
    };
    kinds.iter().any(|known| known.eq_ignore_ascii_case(first)) && parts.all(charset) && !kind.contains(',')
}

fn fits(pattern: &str, name: &str) -> bool {
    match (pattern.strip_prefix('*'), pattern.strip_suffix('*')) {
        (Some(end), _) => name.ends_with(end),
        (None, Some(start)) => name.starts_with(start),
        (None, None) => name == pattern,
    }
}

/// The methods of a call or of a batch; members that the protocol does not know make it unclear.
fn calls(value: &Json) -> Option<Vec<String>> {
    const MEMBERS: &[&str] = &["jsonrpc", "method", "params", "id", "auth"];
    each(value, |map| {
        let known = map.iter().all(|(name, _)| MEMBERS.contains(&name.as_str()));
        match map.iter().find(|(name, _)| name == "method") {
            Some((_, Json::Text(method))) if known => Some(method.clone()),
            _ => None,
        }
    })
}

/// The documents of a request or of a batch. `extensions` could name a stored document, so it is not taken.
fn documents(value: &Json) -> Option<Vec<String>> {
    const MEMBERS: &[&str] = &["query", "variables", "operationName"];
    each(value, |map| {
        let known = map.iter().all(|(name, _)| MEMBERS.contains(&name.as_str()));
        match map.iter().find(|(name, _)| name == "query") {
            Some((_, Json::Text(query))) if known => Some(query.clone()),
            _ => None,
        }
    })
}

fn each(value: &Json, one: impl Fn(&[(String, Json)]) -> Option<String>) -> Option<Vec<String>> {
    match value {
        Json::Map(map) => Some(vec![one(map)?]),
        Json::List(list) if !list.is_empty() && list.len() <= BATCH => list
            .iter()
            .map(|item| match item {
                Json::Map(map) => one(map),
                _ => None,
            })
            .collect(),
        _ => None,
    }
}

fn json(bytes: &[u8]) -> Option<Json> {
    serde_json::from_slice(bytes).ok()
}

/// JSON in which no object names a member twice: readers differ in which one counts.
#[derive(Debug, PartialEq)]
enum Json {
    Null,
    Bool(bool),
    Number(String),
    Text(String),
    List(Vec<Json>),
    Map(Vec<(String, Json)>),
}

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Reader)
    }
}

struct Reader;

impl<'de> Visitor<'de> for Reader {
    type Value = Json;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON without doubled members")
    }

    fn visit_unit<E>(self) -> Result<Json, E> {
        Ok(Json::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Json, E> {
        Ok(Json::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Json, E> {
        Ok(Json::Number(value.to_string()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Json, E> {
        Ok(Json::Number(value.to_string()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Json, E> {
        Ok(Json::Number(value.to_string()))
    }

    fn visit_str<E>(self, value: &str) -> Result<Json, E> {
        Ok(Json::Text(value.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Json, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(Json::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Json, A::Error> {
        let mut map: Vec<(String, Json)> = Vec::new();
        let mut seen = std::collections::HashSet::new();
        while let Some((name, value)) = members.next_entry::<String, Json>()? {
            // Some readers fold case.
            if !seen.insert(name.to_lowercase()) {
                return Err(A::Error::custom("a member is there twice"));
            }
            map.push((name, value));
        }
        Ok(Json::Map(map))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(rule: &BodyRule, kind: &str, body: &str) -> (bool, bool) {
        let reading = rule.read(&Params::default(), AskedBody::Read { kind, bytes: body.as_bytes() });
        (reading.surely, reading.possibly)
    }

    #[test]
    fn each_call_of_a_batch_must_be_named() {
        let rule = BodyRule::Rpc(vec!["host.get".into(), "*.list".into()]);
        let rpc = |body| read(&rule, "application/json; charset=UTF-8", body);
        for body in [
            r#"{"jsonrpc":"2.0","method":"host.get","params":{"a":1},"id":1}"#,
            r#"[{"method":"host.get"},{"method":"user.list"}]"#,
        ] {
            assert_eq!(rpc(body), (true, true), "{body}");
        }
        for body in [
            r#"{"method":"host.update"}"#,
            r#"[{"method":"host.get"},{"method":"host.update"}]"#,
            r#"{"method":"host.get","method":"host.update"}"#,
            r#"{"method":"host.get","Method":"host.update"}"#,
            r#"{"method":"host.get","extra":1}"#,
            r#"{"method":"Host.Get"}"#,
            r#"{"method":["host.get"]}"#,
            r#"{"method":"host.get"} {"method":"host.update"}"#,
            r#"{"params":{"method":"host.get"}}"#,
            "[]",
            "",
            "null",
            "\"host.get\"",
            "[[{\"method\":\"host.get\"}]]",
        ] {
            assert!(!rpc(body).0, "{body}");
        }
    }

    #[test]
    fn only_the_exact_type_is_read() {
        let rule = BodyRule::Rpc(vec!["a".into()]);
        for kind in [
            "text/plain",
            "application/json, text/plain",
            "application/json; charset=utf-7",
            "",
            "application/x-json",
            "application/json; x=1",
        ] {
            assert_eq!(read(&rule, kind, r#"{"method":"a"}"#), (false, true), "{kind}");
        }
        assert_eq!(read(&rule, "Application/JSON", r#"{"method":"a"}"#), (true, true));
    }

    #[test]
    fn graphql_takes_queries_in_one_reading_only() {
        let graphql = |body| read(&BodyRule::GraphQl, "application/json", body).0;
        assert!(graphql(r#"{"query":"{ a }","variables":{"x":1},"operationName":null}"#));
        assert!(graphql(r#"[{"query":"{ a }"},{"query":"query B { b }"}]"#));
        for body in [
            r#"{"query":"mutation { a }"}"#,
            r#"{"query":"\u006dutation { a }"}"#,
            r#"{"query":"{ a }","query":"mutation { a }"}"#,
            r#"{"query":"{ a }","extensions":{"persistedQuery":{"sha256Hash":"x"}}}"#,
            r#"[{"query":"{ a }"},{"query":"mutation { b }"}]"#,
            r#"{"id":"stored"}"#,
        ] {
            assert!(!graphql(body), "{body}");
        }
        let in_query = |query| BodyRule::GraphQl.read(&Params::read(query), AskedBody::None).surely;
        assert!(in_query("query=%7B+a+%7D&variables=%7B%7D"));
        for query in [
            "",
            "query=mutation+%7B+a+%7D",
            "query=%7Ba%7D&query=mutation%7Ba%7D",
            "Query=%7Ba%7D",
            "query=%7Ba%7D&extensions=x",
        ] {
            assert!(!in_query(query), "{query}");
        }
    }

    #[test]
    fn forms_and_objects_hold_what_is_named() {
        let fields = vec![Param { name: "q".into(), value: None }];
        let form = BodyRule::Form(fields.clone());
        let kind = "application/x-www-form-urlencoded";
        assert_eq!(read(&form, kind, "q=a"), (true, true));
        assert_eq!(read(&form, kind, "q=a&owner=7"), (false, true));
        assert_eq!(read(&form, kind, "owner=7"), (false, false));
        assert_eq!(read(&form, "multipart/form-data; boundary=x", "q=a"), (false, true));
        let object = BodyRule::Json(fields);
        assert_eq!(read(&object, "application/json", r#"{"q":"a"}"#), (true, true));
        assert_eq!(read(&object, "application/json", r#"{"q":"a","fields":["x"]}"#), (false, true));
        assert_eq!(read(&object, "application/json", r#"["q"]"#), (false, true));
    }
}
