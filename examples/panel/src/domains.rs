//! Domains: names and states are the product's, registrants are people.
//!
//! The markup is made to be masked: what may pass and what may not never share an element, and the
//! layout hangs on classes alone (see `catalogue.toml`).

use std::sync::Arc;

use axum::{
    Extension, Form,
    extract::{Path, State},
    response::{IntoResponse, Redirect, Response},
};
use http::StatusCode;

use crate::{
    Panel,
    data::{Domain, Registrant},
    identity::Caller,
    page::{self, Lang, esc},
};

const MAX_FIELD: usize = 200;
const MAX_ZONE: usize = 64 * 1024;

pub(crate) async fn list(State(panel): State<Arc<Panel>>, Extension(caller): Extension<Caller>) -> Response {
    let lang = caller.lang;
    let mut rows = String::new();
    for domain in caller.account.domains {
        let person = panel.registrant(domain);
        rows.push_str(&format!(
            "<tr><td class=\"domain-name\">{}</td><td>{}</td><td class=\"renews wide\">{}</td>\
             <td class=\"registrant\"><strong>{}</strong><br><span>{}</span><br><span>{}</span></td>\
             <td class=\"edit\"><a href=\"/domains/{}/edit\">{}</a></td></tr>",
            domain.name,
            state(lang, domain),
            domain.renews,
            esc(&person.name),
            esc(&person.address),
            esc(&person.email),
            domain.id,
            lang.t("Edit", "Ändern"),
        ));
    }
    let body = if rows.is_empty() {
        format!(
            "<section class=\"panel empty\"><span class=\"aurora big\"></span><h2>{}</h2></section>",
            lang.t("No domains yet", "Noch keine Domains")
        )
    } else {
        format!(
            "<section class=\"panel\"><table class=\"domains\"><thead><tr><th>Domain</th><th>Status</th>\
             <th class=\"wide\">{}</th><th>{}</th><th></th></tr></thead><tbody>{rows}</tbody></table></section>",
            lang.t("Renews on", "Verlängert am"),
            lang.t("Registered for", "Inhaber"),
        )
    };
    page::page(&caller, "/domains", "Domains", &body)
}

fn state(lang: Lang, domain: &Domain) -> String {
    let (class, text) = if domain.active {
        ("ok", lang.t("active", "aktiv"))
    } else {
        ("busy", lang.t("renewal due", "Verlängerung fällig"))
    };
    format!("<span class=\"status {class}\">{text}</span>")
}

/// The form that would save what is masked: prefilled with the registrant.
pub(crate) async fn form(
    State(panel): State<Arc<Panel>>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
) -> Response {
    let Some(domain) = caller.account.domain(&id) else { return page::missing(&caller) };
    let person = panel.registrant(domain);
    let lang = caller.lang;
    let fields = [
        ("name", lang.t("Name", "Name"), person.name),
        ("address", lang.t("Address", "Anschrift"), person.address),
        ("email", lang.t("E-mail", "E-Mail"), person.email),
    ];
    let fields: String = fields
        .iter()
        .map(|(name, label, value)| {
            format!(
                "<label class=\"field\"><span>{label}</span><input name=\"{name}\" value=\"{}\" required maxlength=\"{MAX_FIELD}\"></label>",
                esc(value)
            )
        })
        .collect();
    let body = format!(
        "<section class=\"panel narrow\"><p class=\"domain-name\">{}</p>\
         <form method=\"post\" action=\"/domains/{}/edit\">{fields}\
         <p class=\"actions\"><button>{}</button> <a href=\"/domains\">{}</a></p></form></section>",
        domain.name,
        domain.id,
        lang.t("Save", "Speichern"),
        lang.t("Back", "Zurück"),
    );
    page::page(&caller, "/domains", lang.t("Registrant", "Domaininhaber"), &body)
}

pub(crate) async fn save(
    State(panel): State<Arc<Panel>>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
    Form(given): Form<Registrant>,
) -> Response {
    let Some(domain) = caller.account.domain(&id) else { return page::missing(&caller) };
    let fits = |text: &str| !text.trim().is_empty() && text.chars().count() <= MAX_FIELD;
    if ![&given.name, &given.address, &given.email].into_iter().all(|text| fits(text)) {
        return (StatusCode::UNPROCESSABLE_ENTITY, "every field is needed, at most 200 letters\n")
            .into_response();
    }
    panel.save_registrant(domain, given);
    Redirect::to("/domains").into_response()
}

/// Takes a zone file; the sample only counts its lines.
pub(crate) async fn import_zone(
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
    zone: String,
) -> Response {
    match caller.account.domain(&id) {
        None => page::missing(&caller),
        Some(_) if zone.len() > MAX_ZONE => StatusCode::PAYLOAD_TOO_LARGE.into_response(),
        Some(_) => format!("{} records taken\n", zone.lines().count()).into_response(),
    }
}
