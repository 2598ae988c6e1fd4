//! Servers: product data, nothing personal. List, detail, console page, search, restart.

use axum::{
    Extension, Form,
    extract::Path,
    response::{IntoResponse, Redirect, Response},
};
use http::StatusCode;
use serde::Deserialize;

use crate::{
    data::{Health, Server},
    identity::Caller,
    page::{self, Lang, esc},
};

pub(crate) async fn list(Extension(caller): Extension<Caller>) -> Response {
    let lang = caller.lang;
    let search = format!(
        "<form class=\"search\" method=\"post\" action=\"/search\" role=\"search\">\
         <input type=\"search\" name=\"q\" aria-label=\"{0}\" placeholder=\"{0}\">\
         <button>{1}</button></form>",
        lang.t("Find a server", "Server suchen"),
        lang.t("Find", "Suchen")
    );
    let body = search + &table(&caller, caller.account.servers.iter());
    page::page(&caller, "/servers", lang.t("Servers", "Server"), &body)
}

#[derive(Deserialize)]
pub(crate) struct Search {
    q: String,
}

/// A view with a form body: changes nothing.
pub(crate) async fn search(Extension(caller): Extension<Caller>, Form(search): Form<Search>) -> Response {
    let wanted = search.q.trim().to_lowercase();
    let found = caller.account.servers.iter().filter(|s| {
        [s.name, s.plan, s.place, s.ipv4, s.id].iter().any(|field| field.to_lowercase().contains(&wanted))
    });
    let title = format!("{}: {}", caller.lang.t("Search", "Suche"), search.q);
    page::page(&caller, "/servers", &title, &table(&caller, found))
}

/// A table of servers, or what to do when there is none.
pub(crate) fn table<'s>(caller: &Caller, servers: impl Iterator<Item = &'s Server>) -> String {
    let lang = caller.lang;
    let mut rows = String::new();
    for s in servers {
        rows.push_str(&format!(
            "<tr><td class=\"server-name\"><a href=\"/servers/{}\">{}</a></td><td>{}</td>\
             <td class=\"wide\">{}</td><td class=\"wide mono\">{}</td><td class=\"plan\">{}</td></tr>",
            s.id,
            esc(s.name),
            health(lang, s.health),
            esc(s.place),
            s.ipv4,
            esc(s.plan)
        ));
    }
    if rows.is_empty() {
        return format!(
            "<section class=\"panel empty\"><span class=\"aurora big\"></span><h2>{}</h2><p>{}</p></section>",
            lang.t("No servers here", "Hier sind keine Server"),
            lang.t(
                "As soon as a server is ordered it appears here, usually within a minute.",
                "Sobald ein Server bestellt ist, erscheint er hier, meist binnen einer Minute."
            )
        );
    }
    format!(
        "<section class=\"panel\"><table><thead><tr><th>{}</th><th>Status</th><th class=\"wide\">{}</th>\
         <th class=\"wide\">IPv4</th><th>{}</th></tr></thead><tbody>{rows}</tbody></table></section>",
        lang.t("Name", "Name"),
        lang.t("Location", "Standort"),
        lang.t("Plan", "Tarif")
    )
}

fn health(lang: Lang, health: Health) -> String {
    let (class, text) = match health {
        Health::Running => ("ok", lang.t("running", "läuft")),
        Health::Updating => ("busy", lang.t("updating", "Update")),
        Health::Stopped => ("off", lang.t("stopped", "gestoppt")),
    };
    format!("<span class=\"status {class}\">{text}</span>")
}

pub(crate) async fn show(Extension(caller): Extension<Caller>, Path(id): Path<String>) -> Response {
    let Some(server) = caller.account.server(&id) else { return page::missing(&caller) };
    let lang = caller.lang;
    let facts = [
        (lang.t("Plan", "Tarif"), esc(server.plan)),
        (lang.t("Location", "Standort"), esc(server.place)),
        ("IPv4", server.ipv4.to_owned()),
        ("IPv6", server.ipv6.to_owned()),
        (lang.t("Processors", "Prozessoren"), server.cpu.to_string()),
        (lang.t("Memory", "Arbeitsspeicher"), format!("{} GB", server.memory)),
        (lang.t("Disk", "Speicher"), format!("{} GB", server.disk)),
    ];
    let facts: String = facts.iter().map(|(k, v)| format!("<div><dt>{k}</dt><dd>{v}</dd></div>")).collect();
    let body = format!(
        "<form class=\"actions\" method=\"post\">{status} <a class=\"button\" href=\"/servers/{id}/console\">{console}</a>\
         <button formaction=\"/servers/{id}/restart\" class=\"quiet\">{restart}</button>\
         <button formaction=\"/servers/{id}/alarm-test\" class=\"quiet\">{alarm}</button>\
         <a class=\"button quiet\" href=\"/servers/{id}/backup.tar\">{backup}</a></form>\
         <div class=\"columns uneven\"><section class=\"panel\"><h2>{cpu}</h2>{chart}</section>\
         <section class=\"panel\"><h2>{data}</h2><dl>{facts}</dl></section></div>\
         <section class=\"panel\"><h2>{log} <small class=\"live\" data-live>●</small></h2>\
         <pre class=\"log\" data-log=\"/servers/{id}/log/events\" tabindex=\"0\"></pre></section>",
        status = health(lang, server.health),
        id = server.id,
        console = lang.t("Open console", "Konsole öffnen"),
        backup = lang.t("Download backup", "Backup laden"),
        restart = lang.t("Restart", "Neu starten"),
        alarm = lang.t("Send test alarm", "Probealarm senden"),
        cpu = lang.t("CPU, last hour", "CPU, letzte Stunde"),
        chart = chart(server, lang),
        data = lang.t("Data", "Daten"),
        log = lang.t("Server log", "Serverprotokoll"),
    );
    page::page(&caller, "/servers", server.name, &body)
}

/// A line chart of the last hour; the same server always has the same curve.
fn chart(server: &Server, lang: Lang) -> String {
    let mut seed: u32 = server.id.bytes().fold(7, |h, b| h.wrapping_mul(31).wrapping_add(u32::from(b)));
    let mut level: i32 = 40;
    let mut points = Vec::new();
    for step in 0..=60 {
        seed = seed.wrapping_mul(1_103_515_245).wrapping_add(12_345);
        let drift = i32::try_from((seed >> 16) % 21).unwrap_or(10) - 10;
        level = if server.health == Health::Stopped { 2 } else { (level + drift).clamp(6, 94) };
        points.push(format!("{},{}", 30 + step * 9, 10 + (100 - level) * 23 / 10));
    }
    let line = points.join(" ");
    format!(
        "<svg class=\"chart\" viewBox=\"0 0 580 260\" role=\"img\" aria-label=\"{label} {level} %\">\
         <g class=\"grid\"><path d=\"M30 10h540M30 125h540M30 240h540\"/><text x=\"24\" y=\"14\">100</text>\
         <text x=\"24\" y=\"129\">50</text><text x=\"24\" y=\"244\">0</text></g>\
         <polygon class=\"area\" points=\"30,240 {line} 570,240\"/><polyline class=\"line\" points=\"{line}\"/></svg>",
        label = lang.t("CPU now at", "CPU jetzt bei"),
    )
}

/// The console's page; its script opens the WebSocket.
pub(crate) async fn console(Extension(caller): Extension<Caller>, Path(id): Path<String>) -> Response {
    let Some(server) = caller.account.server(&id) else { return page::missing(&caller) };
    let lang = caller.lang;
    let body = format!(
        "<p class=\"actions\"><a href=\"/servers/{id}\">← {name}</a> <span class=\"status\" data-console-state>…</span></p>\
         <section class=\"terminal\"><pre data-console=\"/servers/{id}/console/ws\" tabindex=\"0\" aria-live=\"off\"></pre>\
         <form data-console-form><label for=\"line\">$</label>\
         <input id=\"line\" autocomplete=\"off\" autocapitalize=\"none\" spellcheck=\"false\" aria-label=\"{command}\"></form></section>",
        id = server.id,
        name = esc(server.name),
        command = lang.t("Command", "Befehl"),
    );
    let title = format!("{} · {}", lang.t("Console", "Konsole"), server.name);
    page::page(&caller, "/servers", &title, &body)
}

/// Pretends to restart: nothing of the sample really runs.
pub(crate) async fn restart(Extension(caller): Extension<Caller>, Path(id): Path<String>) -> Response {
    back_to(&caller, &id)
}

pub(crate) async fn alarm_test(Extension(caller): Extension<Caller>, Path(id): Path<String>) -> Response {
    back_to(&caller, &id)
}

fn back_to(caller: &Caller, id: &str) -> Response {
    match caller.account.server(id) {
        Some(server) => Redirect::to(&format!("/servers/{}", server.id)).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}
