//! Mail that goes out, and how Pforte signs in to mail servers, as it is written in the configuration file.
//!
//! `oauth.rs` reads `[[mail.oauth]]`, `login.rs` is `pforte mail login`, `connect.rs` tries servers out.

pub mod connect;
pub mod login;
mod oauth;

use std::{
    fs,
    net::IpAddr,
    path::{Path, PathBuf},
};

use pforte_mail::transport::{Login, With};
use pforte_server::{Smtp, SmtpTls, cx::relay::CONNECTIONS};
use serde::Deserialize;
use toml::Spanned;

use crate::config::{ConfigError, Source};
pub use oauth::{OauthTable, SignIns, sign_ins};

/// Microsoft takes no more from one mailbox.
const MICROSOFT: (&str, usize) = ("smtp.office365.com", 3);

/// `[mail.smtp]` and `[support.smtp]`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SmtpTable {
    host: Spanned<String>,
    port: Option<u16>,
    tls: Option<Spanned<toml::Value>>,
    ca: Option<Spanned<PathBuf>>,
    user: Option<Spanned<String>>,
    password_file: Option<Spanned<PathBuf>>,
    oauth: Option<Spanned<String>>,
    connections: Option<Spanned<u64>>,
}

/// Reading tables about mail servers.
pub struct Servers<'a, 's> {
    pub source: &'a Source<'s>,
    pub home: &'a Path,
    pub sign_ins: &'a SignIns,
}

/// How a table says who signs in.
pub struct Given<'a> {
    pub user: &'a Spanned<String>,
    pub password_file: Option<&'a Spanned<PathBuf>>,
    pub oauth: Option<&'a Spanned<String>>,
}

impl Servers<'_, '_> {
    fn wrong<T, V>(&self, at: &Spanned<V>, key: &str, what: &str) -> Result<T, ConfigError> {
        Err(self.source.error(at.span(), key, what))
    }

    /// One mail server that takes our mails; `table` is its name.
    pub fn smtp(&self, table: &str, given: SmtpTable) -> Result<Smtp, ConfigError> {
        let key = |key: &str| format!("{table}.{key}");
        let host = self.host(&key("host"), &given.host)?;
        let tls = given.tls.as_ref().map_or(Ok(SmtpTls::Implicit), |tls| self.tls(&key("tls"), tls))?;
        if tls == SmtpTls::None && !is_this_machine(&host) {
            let what = "mail goes out without TLS only to localhost";
            return match &given.tls {
                Some(tls) => self.wrong(tls, &key("tls"), what),
                None => self.wrong(&given.host, &key("tls"), what),
            };
        }
        let ca = match &given.ca {
            Some(ca) if tls == SmtpTls::None => {
                return self.wrong(ca, &key("ca"), "it is only for TLS");
            }
            ca => ca.as_ref().map(|ca| self.read(&key("ca"), ca)).transpose()?,
        };
        let login = match (&given.user, &given.password_file, &given.oauth) {
            (None, None, None) => None,
            (None, Some(file), _) => return self.wrong(file, &key("user"), "say who signs in"),
            (None, None, Some(oauth)) => return self.wrong(oauth, &key("user"), "say who signs in"),
            (Some(user), password_file, oauth) => {
                let given = Given { user, password_file: password_file.as_ref(), oauth: oauth.as_ref() };
                Some(self.login(table, &given)?)
            }
        };
        let usual = if host == MICROSOFT.0 { MICROSOFT.1 } else { CONNECTIONS };
        let connections = match &given.connections {
            None => usual,
            Some(wish) => match usize::try_from(*wish.get_ref()) {
                Ok(fits @ 1..=CONNECTIONS) => fits,
                _ => return self.wrong(wish, &key("connections"), "write a number from 1 to 8"),
            },
        };
        let port = given.port.unwrap_or(match tls {
            SmtpTls::Implicit => 465,
            SmtpTls::StartTls => 587,
            SmtpTls::None => 25,
        });
        Ok(Smtp { ca, login, connections, ..Smtp::new(host, port, tls) })
    }

    /// Who signs in, and with what: one password or one kind of token.
    pub fn login(&self, table: &str, given: &Given<'_>) -> Result<Login, ConfigError> {
        let key = |key: &str| format!("{table}.{key}");
        let user = given.user.get_ref().clone();
        if user.is_empty() || user.contains(char::is_control) {
            return self.wrong(given.user, &key("user"), "write the name that signs in");
        }
        match (given.password_file, given.oauth) {
            (Some(file), None) => {
                let password = self.read(&key("password_file"), file)?;
                let password = String::from_utf8_lossy(&password).trim_end_matches(['\r', '\n']).to_owned();
                if password.is_empty() {
                    return self.wrong(file, &key("password_file"), "the file is empty");
                }
                Ok(Login::password(user, password))
            }
            (None, Some(name)) => match self.sign_ins.named(name.get_ref()) {
                Some(sign_in) => Ok(Login { user, with: With::Token(sign_in) }),
                None => self.wrong(name, &key("oauth"), "no [[mail.oauth]] has this name"),
            },
            (Some(_), Some(oauth)) => {
                self.wrong(oauth, &key("oauth"), "take `password_file` or `oauth`, not both")
            }
            (None, None) => {
                self.wrong(given.user, &key("password_file"), "add `password_file`, or `oauth` for tokens")
            }
        }
    }

    /// A server's name, and nothing else.
    pub fn host(&self, key: &str, given: &Spanned<String>) -> Result<String, ConfigError> {
        let host = given.get_ref().trim().to_owned();
        if host.is_empty() || host.contains(|c: char| c.is_whitespace() || c == '/' || c == '@') {
            return self.wrong(given, key, "write only the server's name");
        }
        Ok(host)
    }

    /// `true` and `false` are the spelling of before.
    fn tls(&self, key: &str, given: &Spanned<toml::Value>) -> Result<SmtpTls, ConfigError> {
        match given.get_ref() {
            toml::Value::Boolean(true) => Ok(SmtpTls::Implicit),
            toml::Value::Boolean(false) => Ok(SmtpTls::None),
            toml::Value::String(word) if word == "implicit" => Ok(SmtpTls::Implicit),
            toml::Value::String(word) if word == "starttls" => Ok(SmtpTls::StartTls),
            toml::Value::String(word) if word == "none" => Ok(SmtpTls::None),
            _ => self.wrong(given, key, "write \"starttls\", \"implicit\" or \"none\""),
        }
    }

    /// A file that the configuration names.
    pub fn read(&self, key: &str, path: &Spanned<PathBuf>) -> Result<Vec<u8>, ConfigError> {
        let at = self.home.join(path.get_ref());
        fs::read(&at)
            .map_err(|e| self.source.error(path.span(), key, format!("cannot read {}: {e}", at.display())))
    }
}

/// Whether a host's name can only mean this machine.
pub fn is_this_machine(host: &str) -> bool {
    let host = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost"
        || host.ends_with(".localhost")
        || host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}
