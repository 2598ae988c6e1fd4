//! The addresses of signing in, and of the own account.

use axum::{
    Json,
    extract::{Query, State},
    http::{HeaderName, HeaderValue, StatusCode},
    response::{AppendHeaders, IntoResponse},
};
use pforte_core::kernel::{Language, SignInId};
use pforte_store::sign_in;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::{
    Fresh, Me,
    contact::ContactSignIn,
    cookie,
    demo::{self, DemoPerson},
    staff::StaffSignIn,
    unknown_provider,
    view::ProviderView,
};
use crate::{
    cx::{App, Problem, Shared, Timestamp, sources::hash_token},
    people::{ContactActor, Origin, SignedIn, sign_in_needed},
};

pub(crate) type WithCookie = (AppendHeaders<[(HeaderName, HeaderValue); 2]>, Json<Me>);

/// Answers a fresh sign-in: who it is, and the cookie.
pub(crate) async fn welcome(app: &App, fresh: Fresh) -> Result<WithCookie, Problem> {
    let (cookie, news) = (cookie::set(&fresh), known_news(app));
    let mut conn = app.read().await?;
    let stored = sign_in::by_token(&mut conn, &hash_token(&fresh.token)).await?;
    let stored = stored.ok_or_else(sign_in_needed)?;
    let who = crate::people::person(&mut conn, &stored).await?.ok_or_else(sign_in_needed)?;
    drop(conn);
    let me = super::me(app, &SignedIn { sign_in: stored, who }).await?;
    Ok((AppendHeaders([cookie, news]), Json(me)))
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ProviderQuery {
    /// The provider's slug; may be left out where there is only one.
    provider: Option<String>,
}

/// What the sign-in page shows.
#[derive(Serialize, ToSchema)]
pub struct SignInPage {
    provider: ProviderView,
    /// Sample people; `null` unless this is a demo.
    demo: Option<Vec<DemoPerson>>,
}

/// What the sign-in page shows
#[utoipa::path(get, path = "/sign-in", tag = "sign-in", params(ProviderQuery), responses((status = 200, body = SignInPage)))]
pub async fn page(
    State(app): State<Shared>,
    Query(query): Query<ProviderQuery>,
) -> Result<Json<SignInPage>, Problem> {
    let provider = app.provider(query.provider.as_deref()).await?.ok_or_else(unknown_provider)?;
    let demo = demo::people(&app, &provider).await?;
    Ok(Json(SignInPage { provider: ProviderView { slug: provider.slug, name: provider.name }, demo }))
}

#[derive(Deserialize, ToSchema)]
#[schema(as = StaffSignInBody)]
#[serde(deny_unknown_fields)]
pub struct StaffBody {
    provider: Option<String>,
    username: String,
    #[schema(format = Password)]
    password: String,
    /// The six digits that the app shows.
    totp: String,
}

/// Sign in as staff
#[utoipa::path(post, path = "/sign-in/staff", tag = "sign-in", request_body = StaffBody, responses(
    (status = 200, body = Me), (status = 401, body = Problem), (status = 429, body = Problem)))]
pub async fn as_staff(
    State(app): State<Shared>,
    from: Origin,
    Json(body): Json<StaffBody>,
) -> Result<impl IntoResponse, Problem> {
    let StaffBody { provider, username, password, totp } = body;
    let typed = StaffSignIn { provider, username, password, totp };
    let fresh = super::as_staff(&app, typed, &from.browser).await?;
    welcome(&app, fresh).await
}

#[derive(Deserialize, ToSchema)]
#[schema(as = ContactSignInBody)]
#[serde(deny_unknown_fields)]
pub struct ContactBody {
    provider: Option<String>,
    /// A registered mail address.
    address: String,
    #[schema(format = Password)]
    password: String,
    totp: Option<String>,
}

/// Sign in as a contact
#[utoipa::path(post, path = "/sign-in/contact", tag = "sign-in", request_body = ContactBody, responses(
    (status = 200, body = Me), (status = 401, body = Problem), (status = 429, body = Problem)))]
pub async fn as_contact(
    State(app): State<Shared>,
    from: Origin,
    Json(body): Json<ContactBody>,
) -> Result<impl IntoResponse, Problem> {
    let ContactBody { provider, address, password, totp } = body;
    let typed = ContactSignIn { provider, address, password, totp };
    let fresh = super::as_contact(&app, typed, &from.browser).await?;
    welcome(&app, fresh).await
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LinkBody {
    provider: Option<String>,
    address: String,
}

/// Ask for a link by mail
///
/// The answer is the same whether the address is registered or not.
#[utoipa::path(post, path = "/sign-in/link", tag = "sign-in", request_body = LinkBody, responses((status = 202)))]
pub async fn ask_for_link(
    State(app): State<Shared>,
    _from: Origin,
    Json(body): Json<LinkBody>,
) -> Result<StatusCode, Problem> {
    super::ask_for_link(&app, body.provider.as_deref(), &body.address).await?;
    Ok(StatusCode::ACCEPTED)
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TokenBody {
    token: String,
}

/// Sign in by a link from a mail
#[utoipa::path(post, path = "/sign-in/link/redeem", tag = "sign-in", request_body = TokenBody, responses(
    (status = 200, body = Me), (status = 410, body = Problem)))]
pub async fn by_link(
    State(app): State<Shared>,
    from: Origin,
    Json(body): Json<TokenBody>,
) -> Result<impl IntoResponse, Problem> {
    let fresh = super::by_link(&app, &body.token, &from.browser).await?;
    welcome(&app, fresh).await
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DemoBody {
    provider: Option<String>,
    person: Uuid,
}

/// Sign in as a sample person (demo only)
#[utoipa::path(post, path = "/sign-in/demo", tag = "sign-in", request_body = DemoBody, responses(
    (status = 200, body = Me), (status = 404, body = Problem)))]
pub async fn as_demo_person(
    State(app): State<Shared>,
    from: Origin,
    Json(body): Json<DemoBody>,
) -> Result<impl IntoResponse, Problem> {
    let fresh = super::as_demo_person(&app, body.provider.as_deref(), body.person, &from.browser).await?;
    welcome(&app, fresh).await
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ActivationBody {
    /// From the mail.
    token: String,
    /// Handed over by another way.
    code: String,
    #[schema(format = Password)]
    password: String,
}

/// Set the first password
#[utoipa::path(post, path = "/activation", tag = "sign-in", request_body = ActivationBody, responses(
    (status = 200, body = Me), (status = 401, body = Problem), (status = 410, body = Problem)))]
pub async fn activate(
    State(app): State<Shared>,
    from: Origin,
    Json(body): Json<ActivationBody>,
) -> Result<impl IntoResponse, Problem> {
    let fresh = super::activate(&app, &body.token, &body.code, body.password, &from.browser).await?;
    welcome(&app, fresh).await
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ConfirmBody {
    #[schema(format = Password)]
    password: String,
    totp: Option<String>,
}

/// Confirm a sign-in by link with the password
#[utoipa::path(post, path = "/sign-in/confirm", tag = "sign-in", request_body = ConfirmBody, responses(
    (status = 200, body = Me), (status = 401, body = Problem)))]
pub async fn confirm(
    State(app): State<Shared>,
    _from: Origin,
    who: ContactActor,
    Json(body): Json<ConfirmBody>,
) -> Result<Json<Me>, Problem> {
    let ContactActor { mut sign_in, contact } = who.clone();
    super::confirm(&app, who, body.password, body.totp).await?;
    if let Some(now) = current(&app, sign_in.id, &sign_in).await? {
        sign_in = now;
    }
    let who = SignedIn { sign_in, who: crate::people::Who::Contact(contact) };
    super::tell_me(&app, &who);
    Ok(Json(super::me(&app, &who).await?))
}

/// A sign-in as it is now.
async fn current(app: &App, id: SignInId, old: &sign_in::SignIn) -> Result<Option<sign_in::SignIn>, Problem> {
    let mut conn = app.read().await?;
    let all = sign_in::of_person(&mut conn, old.provider, old.person, app.sources.now()).await?;
    Ok(all.into_iter().find(|s| s.id == id))
}

/// Who is signed in
#[utoipa::path(get, path = "/me", tag = "account", responses((status = 200, body = Me), (status = 401, body = Problem)))]
pub async fn me(State(app): State<Shared>, who: SignedIn) -> Result<impl IntoResponse, Problem> {
    let news = known_news(&app);
    Ok((AppendHeaders([news]), Json(super::me(&app, &who).await?)))
}

/// Up to which event whatever is asked from now on knows everything: from there a page begins to listen.
fn known_news(app: &App) -> (HeaderName, HeaderValue) {
    let id = HeaderValue::from_str(&app.hub.id(app.hub.last()));
    (HeaderName::from_static("pforte-news"), id.unwrap_or(HeaderValue::from_static("")))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MeBody {
    /// `de` or `en`.
    language: String,
}

/// Choose the language
#[utoipa::path(patch, path = "/me", tag = "account", request_body = MeBody, responses((status = 200, body = Me), (status = 422, body = Problem)))]
pub async fn change_me(
    State(app): State<Shared>,
    who: SignedIn,
    Json(body): Json<MeBody>,
) -> Result<Json<Me>, Problem> {
    let language = Language::from_word(&body.language);
    let language = language.ok_or_else(|| Problem::input([("language", "Use `de` or `en`.")]))?;
    super::set_language(&app, who.clone(), language).await?;
    super::tell_me(&app, &who);
    let mut me = super::me(&app, &who).await?;
    me.language = body.language;
    Ok(Json(me))
}

/// Sign out of this browser
#[utoipa::path(post, path = "/sign-out", tag = "account", responses((status = 204)))]
pub async fn sign_out(State(app): State<Shared>, who: SignedIn) -> Result<impl IntoResponse, Problem> {
    super::sign_out(&app, &who, false).await?;
    Ok((StatusCode::NO_CONTENT, AppendHeaders([cookie::clear()])))
}

/// Sign out of every browser
#[utoipa::path(post, path = "/sign-out/everywhere", tag = "account", responses((status = 204)))]
pub async fn sign_out_everywhere(
    State(app): State<Shared>,
    who: SignedIn,
) -> Result<impl IntoResponse, Problem> {
    super::sign_out(&app, &who, true).await?;
    Ok((StatusCode::NO_CONTENT, AppendHeaders([cookie::clear()])))
}

/// One of the own sign-ins.
#[derive(Serialize, ToSchema)]
pub struct SignInView {
    id: Uuid,
    /// Whether it is this browser's.
    current: bool,
    #[schema(value_type = String)]
    strength: pforte_core::kernel::Strength,
    created_at: Timestamp,
    last_seen_at: Timestamp,
}

/// The own sign-ins, newest first
#[utoipa::path(get, path = "/sign-ins", tag = "account", responses((status = 200, body = Vec<SignInView>)))]
pub async fn sign_ins(State(app): State<Shared>, who: SignedIn) -> Result<Json<Vec<SignInView>>, Problem> {
    let mut conn = app.read().await?;
    let all =
        sign_in::of_person(&mut conn, who.sign_in.provider, who.sign_in.person, app.sources.now()).await?;
    let view = |s: sign_in::SignIn| SignInView {
        id: s.id.0,
        current: s.id == who.sign_in.id,
        strength: s.strength,
        created_at: s.created_at.into(),
        last_seen_at: s.last_seen_at.into(),
    };
    Ok(Json(all.into_iter().map(view).collect()))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PasswordBody {
    #[schema(format = Password)]
    current: String,
    #[schema(format = Password)]
    new: String,
}

/// Change the password
///
/// Ends every other sign-in.
#[utoipa::path(post, path = "/password", tag = "account", request_body = PasswordBody, responses(
    (status = 204), (status = 401, body = Problem), (status = 422, body = Problem)))]
pub async fn change_password(
    State(app): State<Shared>,
    _from: Origin,
    who: SignedIn,
    Json(body): Json<PasswordBody>,
) -> Result<StatusCode, Problem> {
    super::change_password(&app, who, body.current, body.new).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What to type, or scan, into an app that makes one-time codes.
#[derive(Serialize, ToSchema)]
pub struct NewTotpView {
    /// Base 32.
    secret: String,
    otpauth_url: String,
}

/// Begin to use one-time codes
#[utoipa::path(post, path = "/totp", tag = "account", responses((status = 200, body = NewTotpView), (status = 409, body = Problem)))]
pub async fn begin_totp(State(app): State<Shared>, who: ContactActor) -> Result<Json<NewTotpView>, Problem> {
    let new = super::begin_totp(&app, who).await?;
    Ok(Json(NewTotpView { secret: new.secret, otpauth_url: new.url }))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CodeBody {
    code: String,
}

/// Turn one-time codes on
#[utoipa::path(post, path = "/totp/confirm", tag = "account", request_body = CodeBody, responses((status = 204), (status = 401, body = Problem)))]
pub async fn confirm_totp(
    State(app): State<Shared>,
    _from: Origin,
    who: ContactActor,
    Json(body): Json<CodeBody>,
) -> Result<StatusCode, Problem> {
    super::confirm_totp(&app, who, &body.code).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RemoveTotpBody {
    #[schema(format = Password)]
    password: String,
    code: String,
}

/// Turn one-time codes off
#[utoipa::path(post, path = "/totp/remove", tag = "account", request_body = RemoveTotpBody, responses((status = 204), (status = 401, body = Problem)))]
pub async fn remove_totp(
    State(app): State<Shared>,
    _from: Origin,
    who: ContactActor,
    Json(body): Json<RemoveTotpBody>,
) -> Result<StatusCode, Problem> {
    super::remove_totp(&app, who, body.password, &body.code).await?;
    Ok(StatusCode::NO_CONTENT)
}
