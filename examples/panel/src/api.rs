//! The product's JSON, as its own scripts and its customers' programs use it.

use std::sync::Arc;

use axum::{Extension, Json, extract::State};
use serde_json::{Value, json};

use crate::{Panel, identity::Caller};

/// Product data.
pub(crate) async fn servers(Extension(caller): Extension<Caller>) -> Json<Value> {
    let servers: Vec<Value> = caller
        .account
        .servers
        .iter()
        .map(|s| {
            json!({
                "id": s.id, "name": s.name, "plan": s.plan, "location": s.place,
                "status": format!("{:?}", s.health).to_lowercase(),
                "ipv4": s.ipv4, "ipv6": s.ipv6, "cpu": s.cpu, "memory_gb": s.memory, "disk_gb": s.disk,
            })
        })
        .collect();
    Json(json!({ "servers": servers }))
}

/// Product data and, in each `registrant`, a person's.
pub(crate) async fn domains(
    State(panel): State<Arc<Panel>>,
    Extension(caller): Extension<Caller>,
) -> Json<Value> {
    let domains: Vec<Value> = caller
        .account
        .domains
        .iter()
        .map(|d| {
            let person = panel.registrant(d);
            json!({
                "id": d.id, "name": d.name, "renews": d.renews,
                "status": if d.active { "active" } else { "renewal_due" },
                "registrant": { "name": person.name, "address": person.address, "email": person.email },
            })
        })
        .collect();
    Json(json!({ "domains": domains }))
}

/// Plan and limits; beside them the customer's name, address and billing.
pub(crate) async fn account(Extension(caller): Extension<Caller>) -> Json<Value> {
    let a = caller.account;
    Json(json!({
        "plan": a.plan,
        "limits": { "servers": a.max_servers, "domains": a.max_domains },
        "number": a.number,
        "name": a.name,
        "address": a.address,
        "email": caller.user.email,
        "billing": { "name": a.billing_name, "email": a.billing_email, "vat": a.vat, "iban": a.iban },
    }))
}

/// Who the product thinks is asking; `session` stays the same while the panel's cookie is kept.
pub(crate) async fn session(Extension(caller): Extension<Caller>) -> Json<Value> {
    Json(json!({
        "user": caller.user.id,
        "staff": caller.support.as_ref().map(|s| &s.staff),
        "session": caller.session,
        "theme": caller.theme,
    }))
}
