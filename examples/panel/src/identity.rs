//! Who asks: through the gateway (headers and token) or directly (the panel's own cookie).
//!
//! A request that carries any of the gateway's headers is judged by its token alone; the cookie of a
//! direct sign-in never helps it. Every request is checked afresh.

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse, Redirect, Response},
};
use http::{HeaderMap, HeaderValue, StatusCode, header};

use crate::{
    Panel, data,
    keys::NoKey,
    page::{self, Lang},
    token::{self, Expected},
};

const USER: &str = "x-panel-user";
const STAFF: &str = "x-panel-staff";
const TOKEN: &str = "x-panel-token";

/// Whom a request acts for; every handler behind [`identify`] gets one.
#[derive(Clone, Debug)]
pub(crate) struct Caller {
    pub user: &'static data::User,
    pub account: &'static data::Account,
    /// The provider's staff member behind the request, if it came through the gateway.
    pub support: Option<Support>,
    pub lang: Lang,
    /// The value of the panel's session cookie, new or brought along.
    pub session: String,
    pub theme: &'static str,
}

/// A staff member acting as the customer's user.
#[derive(Clone, Debug)]
pub(crate) struct Support {
    pub staff: String,
    pub name: String,
}

enum Stranger {
    /// Nobody said who they are.
    NotSignedIn,
    /// The gateway's headers were there, and wrong.
    Refused(String),
    /// The gateway's keys cannot be read.
    NoKeys,
}

/// Lets a request on with its [`Caller`], or answers 401.
pub(crate) async fn identify(State(panel): State<Arc<Panel>>, mut request: Request, next: Next) -> Response {
    let headers = request.headers();
    let lang = Lang::of(headers);
    let known = match through_gateway(&panel, headers).await {
        Some(answer) => answer,
        None => direct(&panel, headers),
    };
    let (user, support) = match known {
        Ok(known) => known,
        Err(Stranger::NotSignedIn) if panel.config.own_sign_in => {
            return Redirect::to("/login").into_response();
        }
        Err(stranger) => return refuse(lang, &stranger),
    };
    let brought = cookie(headers, "panel_session2").map(str::to_owned);
    let theme = theme(headers);
    let session = brought.clone().unwrap_or_else(|| panel.next_session());
    let account = data::account(user.account);
    request.extensions_mut().insert(Caller {
        user,
        account,
        support,
        lang,
        session: session.clone(),
        theme: theme.unwrap_or("auto"),
    });
    let mut response = next.run(request).await;
    if brought.is_none() {
        set_cookie(&mut response, &format!("panel_session2={session}; Path=/; HttpOnly; SameSite=Lax"));
    }
    if theme.is_none() {
        set_cookie(&mut response, "panel_theme=auto; Path=/; SameSite=Lax");
    }
    response
}

type Known = Result<(&'static data::User, Option<Support>), Stranger>;

/// `None` when the request carries none of the gateway's headers.
async fn through_gateway(panel: &Panel, headers: &HeaderMap) -> Option<Known> {
    if ![USER, STAFF, TOKEN].iter().any(|name| headers.contains_key(*name)) {
        return None;
    }
    Some(check(panel, headers).await)
}

async fn check(panel: &Panel, headers: &HeaderMap) -> Known {
    let refused = |why: &str| Stranger::Refused(why.to_owned());
    let id = only(headers, USER).ok_or_else(|| refused("user header"))?;
    let staff = only(headers, STAFF).ok_or_else(|| refused("staff header"))?;
    let token = only(headers, TOKEN).ok_or_else(|| refused("token header"))?;
    let kid = token::key_id(token).map_err(|e| refused(&format!("{e:?}")))?;
    let now = panel.now();
    let key = panel.keys.find(&kid, now).await.map_err(|e| match e {
        NoKey::Unknown => refused("unknown key"),
        NoKey::Unreachable => Stranger::NoKeys,
    })?;
    let config = &panel.config;
    let expected =
        Expected { issuer: &config.issuer, audience: &config.audience, user: id, now: now.as_second() };
    let claims = token::verify(token, &key, expected).map_err(|e| refused(&format!("{e:?}")))?;
    if claims.act.sub != staff {
        return Err(refused("staff header"));
    }
    let user = data::user(id).ok_or_else(|| refused("unknown user"))?;
    tracing::debug!(jti = claims.jti, user = id, staff, "support request");
    let name = claims.act.name.unwrap_or_else(|| claims.act.sub.clone());
    Ok((user, Some(Support { staff: claims.act.sub, name })))
}

fn direct(panel: &Panel, headers: &HeaderMap) -> Known {
    if !panel.config.own_sign_in {
        return Err(Stranger::NotSignedIn);
    }
    let user = cookie(headers, "panel_session").and_then(data::user);
    user.map(|user| (user, None)).ok_or(Stranger::NotSignedIn)
}

fn refuse(lang: Lang, stranger: &Stranger) -> Response {
    let (status, why) = match stranger {
        Stranger::NotSignedIn => (StatusCode::UNAUTHORIZED, "no user"),
        Stranger::Refused(why) => (StatusCode::UNAUTHORIZED, why.as_str()),
        Stranger::NoKeys => (StatusCode::SERVICE_UNAVAILABLE, "keys unreachable"),
    };
    tracing::warn!(why, "request refused");
    page::refused(lang, status, why)
}

/// The header's value, if it is there exactly once and readable.
fn only<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    let mut values = headers.get_all(name).iter();
    let value = values.next()?.to_str().ok().filter(|v| !v.is_empty())?;
    values.next().is_none().then_some(value)
}

pub(crate) fn cookie<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    let lines = headers.get_all(header::COOKIE).iter().filter_map(|line| line.to_str().ok());
    lines
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find_map(|(found, value)| (found == name).then_some(value))
}

/// The look the reader chose, if they brought one along.
pub(crate) fn theme(headers: &HeaderMap) -> Option<&'static str> {
    match cookie(headers, "panel_theme")? {
        "light" => Some("light"),
        "dark" => Some("dark"),
        _ => Some("auto"),
    }
}

pub(crate) fn set_cookie(response: &mut Response, cookie: &str) {
    if let Ok(value) = HeaderValue::from_str(cookie) {
        response.headers_mut().append(header::SET_COOKIE, value);
    }
}
