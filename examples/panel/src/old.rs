//! What products have that are older than their rules: links that act, a query that chooses columns, a
//! GraphQL endpoint, JSON-RPC, a WebDAV calendar. Here so that `catalogue.toml` can show how each is
//! classified, and tests that nothing of it happens under a PIN.

use std::sync::Arc;

use axum::{
    Extension, Json,
    extract::{Path, Query, State},
    response::{IntoResponse, Response},
};
use http::{Method, StatusCode};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{
    Panel,
    data::{USERS, User},
    identity::Caller,
    page,
};

/// Changes that are kept; older ones go.
const KEPT: usize = 100;

/// What `/servers/{id}?action=…` is asked to do.
#[derive(Deserialize)]
pub(crate) struct Act {
    action: Option<String>,
}

impl Panel {
    /// Notes that something was really done.
    fn did(&self, what: String) {
        let mut done = self.done.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if done.len() == KEPT {
            done.remove(0);
        }
        done.push(what);
    }
}

/// What was changed in this product since it started.
pub(crate) async fn changes(State(panel): State<Arc<Panel>>, _: Extension<Caller>) -> Json<Value> {
    let done = panel.done.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    Json(json!({ "changes": *done }))
}

/// A server's page. With `?action=stop` it stops the server, by a mere link.
pub(crate) async fn server(
    State(panel): State<Arc<Panel>>,
    caller: Extension<Caller>,
    Path(id): Path<String>,
    Query(act): Query<Act>,
) -> Response {
    if let (Some(server), Some(action)) = (caller.account.server(&id), act.action) {
        panel.did(format!("{action} {}", server.id));
    }
    crate::servers::show(caller, Path(id)).await
}

/// Which people, and which of their columns.
#[derive(Deserialize)]
pub(crate) struct Wanted {
    /// The beginning of a name.
    q: Option<String>,
    columns: Option<String>,
    page: Option<usize>,
}

/// The account's people as rows; `columns` says what stands where.
pub(crate) async fn contacts(
    Extension(caller): Extension<Caller>,
    Query(wanted): Query<Wanted>,
) -> Json<Value> {
    let columns = wanted.columns.unwrap_or_else(|| "role,name,email".into());
    let column = |user: &User, name: &str| match name {
        "role" => user.role,
        "name" => user.name,
        "email" => user.email,
        _ => "",
    };
    let begins = wanted.q.unwrap_or_default().to_lowercase();
    let rows: Vec<Vec<&str>> = USERS
        .iter()
        .filter(|user| user.account == caller.user.account)
        .filter(|user| user.name.split(' ').any(|word| word.to_lowercase().starts_with(&begins)))
        .skip(wanted.page.unwrap_or_default() * 20)
        .take(20)
        .map(|user| columns.split(',').map(|name| column(user, name)).collect())
        .collect();
    Json(json!({ "found": rows.len(), "rows": rows }))
}

/// A very small GraphQL: flat fields of the account, with aliases, and one mutation.
pub(crate) async fn graphql(
    State(panel): State<Arc<Panel>>,
    Extension(caller): Extension<Caller>,
    method: Method,
    Query(query): Query<std::collections::HashMap<String, String>>,
    body: String,
) -> Response {
    let sent: Value = serde_json::from_str(&body).unwrap_or_default();
    let document = if method == Method::GET {
        query.get("query").cloned()
    } else {
        sent["query"].as_str().map(Into::into)
    };
    let Some(document) = document else { return StatusCode::BAD_REQUEST.into_response() };
    if document.trim_start().starts_with("mutation") {
        panel.did(format!("graphql {}", document.replace(char::is_whitespace, "")));
        return Json(json!({ "data": { "ok": true } })).into_response();
    }
    let fields =
        document.split_once('{').and_then(|(_, rest)| rest.rsplit_once('}')).map_or("", |(inner, _)| inner);
    let fields = fields.replace(": ", ":");
    let data: serde_json::Map<String, Value> = fields
        .split_whitespace()
        .map(|field| {
            let (alias, name) = field.split_once(':').unwrap_or((field, field));
            let value = match name {
                "plan" => json!(caller.account.plan),
                "owner" => json!(caller.user.name),
                _ => Value::Null,
            };
            (alias.to_owned(), value)
        })
        .collect();
    Json(json!({ "data": data })).into_response()
}

/// JSON-RPC, one call or a batch.
pub(crate) async fn rpc(
    State(panel): State<Arc<Panel>>,
    Extension(caller): Extension<Caller>,
    Json(body): Json<Value>,
) -> Json<Value> {
    let call = |call: &Value| {
        let result = match call["method"].as_str() {
            Some("server.list") => json!(caller.account.servers.iter().map(|s| s.name).collect::<Vec<_>>()),
            Some(method) => {
                panel.did(format!("rpc {method}"));
                json!(true)
            }
            None => Value::Null,
        };
        json!({ "jsonrpc": "2.0", "id": call["id"], "result": result })
    };
    Json(match &body {
        Value::Array(batch) => batch.iter().map(call).collect(),
        one => call(one),
    })
}

/// A maintenance calendar, by WebDAV: to read it, and with MKCALENDAR to make one.
pub(crate) async fn calendar(
    State(panel): State<Arc<Panel>>,
    Extension(caller): Extension<Caller>,
    method: Method,
    Path(name): Path<String>,
) -> Response {
    match method.as_str() {
        "GET" | "HEAD" | "PROPFIND" => {
            let title = caller.lang.t("Maintenance", "Wartung");
            let text = caller.lang.t("Nothing is planned.", "Es ist nichts geplant.");
            page::page(&caller, "", title, &format!("<p>{text}</p>"))
        }
        "OPTIONS" => StatusCode::NO_CONTENT.into_response(),
        other => {
            panel.did(format!("{other} {name}"));
            StatusCode::CREATED.into_response()
        }
    }
}
