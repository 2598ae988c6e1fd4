//! The first page, and two small routes that the gateway's tests need.

use std::sync::Arc;

use axum::{
    Extension,
    extract::State,
    response::{IntoResponse, Response},
};
use http::{HeaderMap, StatusCode, header};

use crate::{
    Panel,
    data::Health,
    identity::Caller,
    page::{esc, page as frame},
    servers,
};

/// Product data only: counts, states, plan. No name but the account's.
pub(crate) async fn page(Extension(caller): Extension<Caller>) -> Response {
    let (lang, account) = (caller.lang, caller.account);
    let running = account.servers.iter().filter(|s| s.health == Health::Running).count();
    let tiles = [
        (
            lang.t("Servers", "Server"),
            account.servers.len().to_string(),
            format!("/ {}", account.max_servers),
        ),
        (lang.t("Running", "In Betrieb"), running.to_string(), String::new()),
        (
            lang.t("Domains", "Domains"),
            account.domains.len().to_string(),
            format!("/ {}", account.max_domains),
        ),
        (lang.t("Plan", "Tarif"), esc(account.plan), String::new()),
    ];
    let mut body = String::from("<section class=\"tiles\">");
    for (label, value, of) in tiles {
        body.push_str(&format!(
            "<div class=\"tile\"><span>{label}</span><strong>{value} <small>{of}</small></strong></div>"
        ));
    }
    body.push_str("</section>");
    body.push_str(&servers::table(&caller, account.servers.iter()));
    body.push_str(&format!(
        "<section class=\"panel note\"><h2>{}</h2><p>{}</p></section>",
        lang.t("Maintenance", "Wartung"),
        lang.t(
            "Storage in Falkenstein is renewed on 2 December between 02:00 and 04:00. No restart is needed.",
            "Am 2. Dezember zwischen 02:00 und 04:00 Uhr wird der Speicher in Falkenstein erneuert. Kein Neustart nötig."
        )
    ));
    frame(&caller, "/", lang.t("Overview", "Übersicht"), &body)
}

/// Redirects to an absolute address of the product's own, as older products do.
pub(crate) async fn redirect(State(panel): State<Arc<Panel>>) -> Response {
    (StatusCode::FOUND, [(header::LOCATION, format!("{}/servers", panel.config.origin))]).into_response()
}

/// What a developer forgot to classify: the names of the request's headers.
pub(crate) async fn debug(headers: HeaderMap) -> String {
    let mut names: Vec<&str> = headers.keys().map(|name| name.as_str()).collect();
    names.sort_unstable();
    names.join("\n") + "\n"
}
