//! `[[mail.oauth]]`: where tokens for mail servers come from.

use std::{collections::BTreeMap, path::PathBuf, sync::Arc};

use http::Uri;
use pforte_mail::oauth::{Settings, SignIn, Waits};
use serde::Deserialize;
use toml::Spanned;

use super::{Servers, is_this_machine};
use crate::config::ConfigError;

const APP_SCOPE: &str = "https://outlook.office365.com/.default";
const PERSON_SCOPE: &str = "offline_access https://outlook.office.com/IMAP.AccessAsUser.All \
                            https://outlook.office.com/SMTP.Send";

/// One `[[mail.oauth]]`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OauthTable {
    name: Spanned<String>,
    /// `microsoft` or `google`: their addresses and scopes.
    at: Option<Spanned<String>>,
    tenant: Option<Spanned<String>>,
    client_id: Spanned<String>,
    client_secret_file: Option<Spanned<PathBuf>>,
    refresh_token_file: Option<PathBuf>,
    scope: Option<String>,
    token_url: Option<Spanned<String>>,
    device_url: Option<Spanned<String>>,
    authorize_url: Option<Spanned<String>>,
    ca: Option<Spanned<PathBuf>>,
}

/// All of them, by name.
#[derive(Clone, Debug, Default)]
pub struct SignIns(BTreeMap<String, Arc<SignIn>>);

impl SignIns {
    /// The one with this name.
    pub fn named(&self, name: &str) -> Option<Arc<SignIn>> {
        self.0.get(name).cloned()
    }

    /// All of them.
    pub fn all(&self) -> impl Iterator<Item = &Arc<SignIn>> {
        self.0.values()
    }
}

/// What a well-known host's tables need not say.
#[derive(Default)]
struct Usual {
    token_url: Option<String>,
    device_url: Option<String>,
    authorize_url: Option<String>,
    scope: String,
}

/// Checks the tables.
pub fn sign_ins(servers: &Servers<'_, '_>, tables: Vec<OauthTable>) -> Result<SignIns, ConfigError> {
    let mut all = BTreeMap::new();
    for table in tables {
        let name = table.name.get_ref().clone();
        let plain = |b: u8| b.is_ascii_alphanumeric() || b == b'-';
        if name.is_empty() || name.len() > 40 || !name.bytes().all(plain) {
            return servers.wrong(&table.name, "mail.oauth.name", "write letters, digits and dashes");
        }
        if all.contains_key(&name) {
            return servers.wrong(&table.name, "mail.oauth.name", "this name is taken");
        }
        let span = table.name.span();
        let unusable = |trouble: pforte_mail::oauth::Trouble| {
            servers.source.error(span.clone(), "mail.oauth", trouble.to_string())
        };
        let sign_in = SignIn::new(settings(servers, table)?).map_err(unusable)?;
        all.insert(name, Arc::new(sign_in));
    }
    Ok(SignIns(all))
}

fn settings(servers: &Servers<'_, '_>, table: OauthTable) -> Result<Settings, ConfigError> {
    let person = table.refresh_token_file.is_some();
    let usual = usual(servers, &table, person)?;
    if table.client_id.get_ref().trim().is_empty() {
        return servers.wrong(&table.client_id, "mail.oauth.client_id", "write the app's id");
    }
    if let (false, None) = (person, &table.client_secret_file) {
        let what = "an app that signs in by itself needs `client_secret_file`; for a person, add `refresh_token_file`";
        return servers.wrong(&table.client_id, "mail.oauth.client_secret_file", what);
    }
    if let Some(file) = &table.client_secret_file {
        servers.read("mail.oauth.client_secret_file", file)?;
    }
    let url = |key: &str, given: &Option<Spanned<String>>, usual: Option<String>| match given {
        Some(given) => address(servers, key, given).map(Some),
        None => Ok(usual),
    };
    let Some(token_url) = url("token_url", &table.token_url, usual.token_url)? else {
        let what = "name the server's address, or write at = \"microsoft\" or \"google\"";
        return servers.wrong(&table.name, "mail.oauth.token_url", what);
    };
    let device_url = url("device_url", &table.device_url, usual.device_url)?;
    let authorize_url = url("authorize_url", &table.authorize_url, usual.authorize_url)?;
    let ca = table.ca.as_ref().map(|ca| servers.read("mail.oauth.ca", ca)).transpose()?;
    Ok(Settings {
        name: table.name.into_inner(),
        token_url,
        device_url,
        authorize_url,
        client_id: table.client_id.into_inner().trim().to_owned(),
        client_secret_file: table.client_secret_file.map(|file| servers.home.join(file.get_ref())),
        scope: table.scope.unwrap_or(usual.scope),
        refresh_token_file: table.refresh_token_file.map(|file| servers.home.join(file)),
        ca,
        waits: Waits::default(),
    })
}

fn usual(servers: &Servers<'_, '_>, table: &OauthTable, person: bool) -> Result<Usual, ConfigError> {
    let at = table.at.as_ref().map(|at| at.get_ref().as_str());
    if let (Some(tenant), true) = (&table.tenant, at != Some("microsoft")) {
        return servers.wrong(tenant, "mail.oauth.tenant", "it is only for at = \"microsoft\"");
    }
    match (at, &table.at) {
        (Some("microsoft"), Some(at)) => {
            let Some(tenant) = &table.tenant else {
                return servers.wrong(
                    at,
                    "mail.oauth.tenant",
                    "name the directory (tenant): its id or domain",
                );
            };
            let plain = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'.';
            if tenant.get_ref().is_empty() || !tenant.get_ref().bytes().all(plain) {
                return servers.wrong(tenant, "mail.oauth.tenant", "write the directory's id or domain");
            }
            let base = format!("https://login.microsoftonline.com/{}/oauth2/v2.0", tenant.get_ref());
            Ok(Usual {
                token_url: Some(format!("{base}/token")),
                device_url: Some(format!("{base}/devicecode")),
                authorize_url: None,
                scope: if person { PERSON_SCOPE } else { APP_SCOPE }.into(),
            })
        }
        (Some("google"), Some(at)) => {
            if !person {
                let what = "Gmail's tokens are a person's: add it, and run `pforte mail login`";
                return servers.wrong(at, "mail.oauth.refresh_token_file", what);
            }
            Ok(Usual {
                token_url: Some("https://oauth2.googleapis.com/token".into()),
                device_url: None,
                authorize_url: Some("https://accounts.google.com/o/oauth2/v2/auth".into()),
                scope: "https://mail.google.com/".into(),
            })
        }
        (_, Some(at)) => {
            servers.wrong(at, "mail.oauth.at", "write \"microsoft\" or \"google\", or leave it out")
        }
        (_, None) => Ok(Usual::default()),
    }
}

/// `https`, or `http` to this machine.
fn address(servers: &Servers<'_, '_>, key: &str, given: &Spanned<String>) -> Result<String, ConfigError> {
    let key = format!("mail.oauth.{key}");
    let uri: Option<Uri> = given.get_ref().parse().ok().filter(|_| !given.get_ref().contains('@'));
    let uri = uri.as_ref();
    match (uri.and_then(Uri::scheme_str), uri.and_then(Uri::host)) {
        (Some("https"), Some(_)) => Ok(given.get_ref().clone()),
        (Some("http"), Some(host)) if is_this_machine(host) => Ok(given.get_ref().clone()),
        (Some("http"), Some(_)) => servers.wrong(given, &key, "http is only for this machine; use https"),
        _ => servers.wrong(given, &key, "begin it with https://"),
    }
}
