//! The account, its people, and the settings that no staff member may ever touch.

use axum::{
    Extension,
    response::{IntoResponse, Redirect, Response},
};

use crate::{
    identity::Caller,
    page::{esc, page as frame},
};

/// Plan and limits may pass; names, address and billing are masked. Never in one element.
pub(crate) async fn page(Extension(caller): Extension<Caller>) -> Response {
    let (lang, account) = (caller.lang, caller.account);
    let rows = |facts: &[(&str, String)]| -> String {
        facts.iter().map(|(k, v)| format!("<div><dt>{k}</dt><dd>{v}</dd></div>")).collect()
    };
    let products = rows(&[
        (lang.t("Plan", "Tarif"), esc(account.plan)),
        (lang.t("Servers", "Server"), format!("{} / {}", account.servers.len(), account.max_servers)),
        ("Domains", format!("{} / {}", account.domains.len(), account.max_domains)),
    ]);
    let address = rows(&[
        (lang.t("Account", "Konto"), esc(account.name)),
        (lang.t("Company", "Firma"), esc(account.address[0])),
        (lang.t("Street", "Straße"), esc(account.address[1])),
        (lang.t("City", "Ort"), esc(account.address[2])),
    ]);
    let billing = rows(&[
        (lang.t("Contact", "Ansprechpartner"), esc(account.billing_name)),
        (lang.t("E-mail", "E-Mail"), esc(account.billing_email)),
        (lang.t("VAT id", "USt-IdNr."), esc(account.vat)),
        ("IBAN", esc(account.iban)),
    ]);
    let body = format!(
        "<div class=\"columns\"><section class=\"panel products\"><h2>{}</h2><dl>{products}</dl></section>\
         <section class=\"panel\"><h2>{}</h2><dl class=\"personal\">{address}</dl></section>\
         <section class=\"panel\"><h2>{}</h2><dl class=\"personal\">{billing}</dl></section></div>\
         <p class=\"actions\"><a href=\"/settings/password\">{}</a> <a href=\"/settings/api-keys\">{}</a></p>",
        lang.t("Products", "Produkte"),
        lang.t("Address", "Anschrift"),
        lang.t("Billing", "Abrechnung"),
        lang.t("Change password", "Passwort ändern"),
        lang.t("API keys", "API-Schlüssel"),
    );
    frame(&caller, "/account", lang.t("Account", "Konto"), &body)
}

/// Personal data only: there is nothing here that could pass.
pub(crate) async fn people(Extension(caller): Extension<Caller>) -> Response {
    let lang = caller.lang;
    let mut rows = String::new();
    for user in caller.account.users() {
        rows.push_str(&format!(
            "<tr><td><strong>{}</strong></td><td>{}</td><td class=\"mono\">{}</td><td class=\"wide\">{}</td></tr>",
            esc(user.name),
            esc(user.email),
            esc(user.phone),
            user.role
        ));
    }
    let body = format!(
        "<section class=\"panel\"><table><thead><tr><th>Name</th><th>{}</th><th>{}</th><th class=\"wide\">{}</th></tr></thead>\
         <tbody>{rows}</tbody></table></section>",
        lang.t("E-mail", "E-Mail"),
        lang.t("Phone", "Telefon"),
        lang.t("Role", "Rolle"),
    );
    frame(&caller, "/people", lang.t("People", "Personen"), &body)
}

pub(crate) async fn password(Extension(caller): Extension<Caller>) -> Response {
    let lang = caller.lang;
    let body = format!(
        "<section class=\"panel narrow\"><form method=\"post\" action=\"/settings/password\">\
         <label class=\"field\"><span>{}</span><input type=\"password\" name=\"current\" autocomplete=\"current-password\" required></label>\
         <label class=\"field\"><span>{}</span><input type=\"password\" name=\"new\" autocomplete=\"new-password\" required></label>\
         <p class=\"actions\"><button>{}</button></p></form></section>",
        lang.t("Current password", "Bisheriges Passwort"),
        lang.t("New password", "Neues Passwort"),
        lang.t("Change password", "Passwort ändern"),
    );
    frame(&caller, "/settings/password", lang.t("Password", "Passwort"), &body)
}

/// The sample keeps no passwords, so there is nothing to change.
pub(crate) async fn change_password() -> Response {
    Redirect::to("/account").into_response()
}

pub(crate) async fn api_keys(Extension(caller): Extension<Caller>) -> Response {
    let lang = caller.lang;
    let body = format!(
        "<section class=\"panel narrow\"><p class=\"mono\">nl_sample_{}_not_a_key</p><p>{}</p></section>",
        caller.account.number,
        lang.t("This key may manage every server.", "Dieser Schlüssel darf jeden Server verwalten.")
    );
    frame(&caller, "/account", lang.t("API keys", "API-Schlüssel"), &body)
}
