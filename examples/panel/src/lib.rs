//! Nordlicht Hosting panel: the sample product behind the gateway.
//!
//! Stands in for a provider's own application. It knows nothing of Pforte but three headers and a
//! signed token, which it verifies as a provider's developer would ([`token`] is the part to copy).
//! It must never take an identity header at its word: without a valid token the answer is 401. All
//! data is invented and lives in memory. Start at [`app`], then `identity.rs`.

mod account;
mod api;
mod assets;
mod data;
mod domains;
mod files;
mod identity;
mod invoices;
mod keys;
mod live;
mod old;
mod overview;
mod page;
mod pdf;
mod servers;
mod sign_in;
pub mod token;

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use axum::{
    Router, middleware,
    routing::{any, get, post},
};
use jiff::Timestamp;

pub use keys::{KeySource, KeyUrlError};
pub use pdf::one_page as one_page_pdf;

/// Where the panel reads the time; tests hand in a clock they can move.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// What one panel needs to know.
#[derive(Clone)]
pub struct Config {
    /// The gateway's public keys.
    pub keys: KeySource,
    /// The only `iss` that is taken.
    pub issuer: String,
    /// The only `aud` that is taken.
    pub audience: String,
    /// Whether customers may sign in here directly (by a button; this is a demo).
    pub own_sign_in: bool,
    /// The product's own origin, for absolute redirects.
    pub origin: String,
    pub clock: Clock,
}

impl Config {
    /// Issuer and audience of the demo, the machine's clock, no direct sign-in.
    pub fn new(keys: KeySource, issuer: impl Into<String>) -> Self {
        Self {
            keys,
            issuer: issuer.into(),
            audience: "panel".into(),
            own_sign_in: false,
            origin: "http://127.0.0.1:7002".into(),
            clock: Arc::new(Timestamp::now),
        }
    }
}

/// Shared by all requests of one panel.
pub(crate) struct Panel {
    pub config: Config,
    pub keys: keys::Keys,
    /// Registrants as last saved, by domain id; a domain that is not in here has its sample one.
    pub saved: Mutex<HashMap<String, data::Registrant>>,
    /// What was really changed, for whoever wants to know.
    pub done: Mutex<Vec<String>>,
    pub sessions: AtomicU64,
}

impl Panel {
    pub fn now(&self) -> Timestamp {
        (self.config.clock)()
    }

    pub fn registrant(&self, domain: &data::Domain) -> data::Registrant {
        let saved = self.saved.lock().unwrap_or_else(PoisonError::into_inner);
        saved.get(domain.id).cloned().unwrap_or_else(|| domain.registrant.to_owned_registrant())
    }

    pub fn save_registrant(&self, domain: &data::Domain, registrant: data::Registrant) {
        let mut saved = self.saved.lock().unwrap_or_else(PoisonError::into_inner);
        saved.insert(domain.id.to_owned(), registrant);
    }

    /// The next value for the panel's session cookie.
    pub fn next_session(&self) -> String {
        format!("s-{}", self.sessions.fetch_add(1, Ordering::Relaxed) + 1)
    }
}

/// The whole product as a router, to serve on any listener.
pub fn app(config: Config) -> Router {
    let keys = keys::Keys::new(config.keys.clone());
    let panel = Arc::new(Panel {
        config,
        keys,
        saved: Mutex::default(),
        done: Mutex::default(),
        sessions: AtomicU64::new(0),
    });
    let known = pages()
        .merge(streams())
        .merge(calls())
        .fallback(page::not_found)
        .layer(middleware::from_fn_with_state(Arc::clone(&panel), identity::identify));
    Router::new()
        .route("/login", get(sign_in::page))
        .route("/logout", get(sign_in::out))
        .route("/assets/{*path}", get(assets::serve))
        .merge(known)
        .with_state(panel)
}

fn pages() -> Router<Arc<Panel>> {
    Router::new()
        .route("/", get(overview::page))
        .route("/servers", get(servers::list))
        .route("/servers/{id}", get(old::server))
        .route("/servers/{id}/console", get(servers::console))
        .route("/search", post(servers::search))
        .route("/domains", get(domains::list))
        .route("/domains/{id}/edit", get(domains::form).post(domains::save))
        .route("/account", get(account::page))
        .route("/people", get(account::people))
        .route("/invoices", get(invoices::list))
        .route("/settings/password", get(account::password).post(account::change_password))
        .route("/settings/api-keys", get(account::api_keys))
        .route("/redirect", get(overview::redirect))
        .route("/internal/debug", any(overview::debug))
}

fn streams() -> Router<Arc<Panel>> {
    Router::new()
        .route("/servers/{id}/console/ws", get(live::console))
        .route("/servers/{id}/log", get(live::log))
        .route("/servers/{id}/log/events", get(live::log_events))
        .route("/servers/{id}/blob", get(files::blob))
        .route("/servers/{id}/backup.tar", get(files::backup))
        .route("/invoices/{file}", get(invoices::pdf))
}

fn calls() -> Router<Arc<Panel>> {
    Router::new()
        .route("/servers/{id}/restart", post(servers::restart))
        .route("/servers/{id}/alarm-test", post(servers::alarm_test))
        .route("/domains/{id}/zone", post(domains::import_zone))
        .route("/api/servers", get(api::servers))
        .route("/api/domains", get(api::domains))
        .route("/api/account", get(api::account))
        .route("/api/session", get(api::session))
        .route("/api/changes", get(old::changes))
        .route("/api/contacts", get(old::contacts))
        .route("/api/graphql", get(old::graphql).post(old::graphql))
        .route("/api/rpc", post(old::rpc))
        .route("/calendar/{id}", any(old::calendar))
}
