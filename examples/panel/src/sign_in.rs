//! The customer's direct way in, for the demo: a button for each sample user, no password.
//!
//! Must answer 404 unless the panel was started with `--own-sign-in`.

use std::sync::Arc;

use axum::{
    extract::{Query, State},
    response::{IntoResponse, Redirect, Response},
};
use http::{HeaderMap, StatusCode};
use serde::Deserialize;

use crate::{
    Panel, data,
    identity::set_cookie,
    page::{self, Lang, esc},
};

#[derive(Deserialize)]
pub(crate) struct Choice {
    user: Option<String>,
}

pub(crate) async fn page(
    State(panel): State<Arc<Panel>>,
    headers: HeaderMap,
    Query(choice): Query<Choice>,
) -> Response {
    let lang = Lang::of(&headers);
    if !panel.config.own_sign_in {
        return page::bare(lang, StatusCode::NOT_FOUND, lang.t("Not found", "Nicht gefunden"), "");
    }
    if let Some(user) = choice.user.as_deref().and_then(data::user) {
        let mut response = Redirect::to("/").into_response();
        set_cookie(&mut response, &format!("panel_session={}; Path=/; HttpOnly; SameSite=Lax", user.id));
        return response;
    }
    let mut people = String::new();
    for user in &data::USERS {
        people.push_str(&format!(
            "<a class=\"person\" href=\"/login?user={}\"><strong>{}</strong><span>{}</span></a>",
            user.id,
            esc(user.name),
            esc(data::account(user.account).name)
        ));
    }
    let hint = lang.t(
        "A demo: pick who you are. No password is asked for.",
        "Eine Demo: Wählen Sie, wer Sie sind. Ein Passwort wird nicht gefragt.",
    );
    let body = format!("<p>{hint}</p><div class=\"people\">{people}</div>");
    page::bare(lang, StatusCode::OK, lang.t("Sign in", "Anmelden"), &body)
}

pub(crate) async fn out() -> Response {
    let mut response = Redirect::to("/login").into_response();
    set_cookie(&mut response, "panel_session=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0");
    response
}
