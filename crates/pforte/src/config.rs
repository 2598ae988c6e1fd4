//! The configuration file: read strictly, with errors that name file, line and key.

use std::{
    fs,
    net::{IpAddr, SocketAddr},
    ops::Range,
    path::{Path, PathBuf},
};

use http::Uri;
use pforte_core::catalogue::Product;
use pforte_gateway::{Scheme, peer::Proxies};
use pforte_server::{AttachmentSettings, Smtp};
use pforte_store::DbConfig;
use serde::Deserialize;
use thiserror::Error;
use toml::Spanned;

use crate::{
    Failure,
    incoming::{
        Incoming,
        tables::{self, AttachmentsTable, DnsTable, DoorTable, SupportTable, Tables},
    },
    outgoing::{OauthTable, Servers, SignIns, SmtpTable, sign_ins},
    product,
};

/// Something in a configuration file that has to be changed.
#[derive(Debug, Error, PartialEq, Eq)]
#[error("{file}:{line}: {key}: {what}")]
pub struct ConfigError {
    pub file: String,
    pub line: usize,
    pub key: String,
    pub what: String,
}

/// A file's text, to find lines in.
pub struct Source<'a> {
    pub file: &'a Path,
    pub text: &'a str,
}

impl Source<'_> {
    /// An error at a place in the file.
    pub fn error(&self, span: Range<usize>, key: &str, what: impl Into<String>) -> ConfigError {
        let before = self.text.get(..span.start).unwrap_or(self.text);
        ConfigError {
            file: self.file.display().to_string(),
            line: before.matches('\n').count() + 1,
            key: key.into(),
            what: what.into(),
        }
    }

    /// Parses the file; what the parser refuses is told with its line and the key on it.
    pub fn parse<T: serde::de::DeserializeOwned>(&self) -> Result<T, ConfigError> {
        toml::from_str(self.text).map_err(|error| {
            let span = error.span().unwrap_or(0..0);
            let mut told = self.error(span, "", error.message());
            let line = self.text.lines().nth(told.line - 1).unwrap_or_default();
            let key = line.split('=').next().unwrap_or_default().trim();
            told.key = if key.is_empty() { "(file)".into() } else { key.into() };
            told
        })
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    server: ServerTable,
    #[serde(default)]
    database: DatabaseTable,
    gateway: GatewayTable,
    #[serde(default)]
    mail: MailTable,
    #[serde(default)]
    support: Vec<SupportTable>,
    #[serde(default)]
    attachments: AttachmentsTable,
    /// Further files with `[[product]]` tables.
    #[serde(default)]
    catalogue: Vec<Spanned<PathBuf>>,
    #[serde(default)]
    product: Vec<product::ProductTable>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ServerTable {
    listen: SocketAddr,
    public_url: Spanned<String>,
    data: PathBuf,
    secrets: PathBuf,
    #[serde(default)]
    trusted_proxies: Proxies,
    certificate: Option<PathBuf>,
    key: Option<Spanned<PathBuf>>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct DatabaseTable {
    url: Option<Spanned<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct GatewayTable {
    listen: SocketAddr,
    public_url: Spanned<String>,
    #[serde(default)]
    trusted_proxies: Proxies,
    certificate: Option<PathBuf>,
    key: Option<Spanned<PathBuf>>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct MailTable {
    folder: Option<PathBuf>,
    smtp: Option<SmtpTable>,
    #[serde(default)]
    oauth: Vec<OauthTable>,
    lmtp: Option<DoorTable>,
    receive: Option<DoorTable>,
    dns: Option<DnsTable>,
    max_bytes: Option<Spanned<u64>>,
}

/// One public listener.
#[derive(Clone, Debug)]
pub struct Listener {
    pub listen: SocketAddr,
    pub scheme: Scheme,
    /// Host, with the port when it is not the scheme's own.
    pub authority: String,
    pub trusted_proxies: Proxies,
    /// Certificate chain and key, when TLS ends here.
    pub tls: Option<(PathBuf, PathBuf)>,
}

impl Listener {
    /// Scheme and authority, as browsers write an origin.
    pub fn origin(&self) -> String {
        let scheme = match self.scheme {
            Scheme::Http => "http",
            Scheme::Https => "https",
        };
        format!("{scheme}://{}", self.authority)
    }

    /// The host's name alone.
    pub fn host(&self) -> &str {
        self.authority.split(':').next().unwrap_or_default()
    }
}

/// Everything the server is told.
#[derive(Clone, Debug)]
pub struct Config {
    pub portal: Listener,
    pub gateway: Listener,
    pub data: PathBuf,
    pub secrets: PathBuf,
    pub database: DbConfig,
    pub mail_folder: PathBuf,
    pub smtp: Option<Smtp>,
    pub sign_ins: SignIns,
    pub incoming: Incoming,
    pub attachments: AttachmentSettings,
    pub products: Vec<Product>,
}

/// Reads the configuration and the catalogue files it names.
pub fn read(path: &Path) -> Result<Config, Failure> {
    let text = fs::read_to_string(path)
        .map_err(|e| format!("cannot read {}: {e}. `pforte init` makes one", path.display()))?;
    let source = Source { file: path, text: &text };
    let file: File = source.parse()?;
    let home = path.parent().unwrap_or(Path::new("."));
    let portal = listener(
        &source,
        "server",
        Table {
            listen: file.server.listen,
            url: &file.server.public_url,
            trusted_proxies: file.server.trusted_proxies,
            certificate: file.server.certificate.map(|p| home.join(p)),
            key: file.server.key.map(|k| Spanned::new(k.span(), home.join(k.into_inner()))),
        },
    )?;
    let gateway_url = file.gateway.public_url;
    let gateway = listener(
        &source,
        "gateway",
        Table {
            listen: file.gateway.listen,
            url: &gateway_url,
            trusted_proxies: file.gateway.trusted_proxies,
            certificate: file.gateway.certificate.map(|p| home.join(p)),
            key: file.gateway.key.map(|k| Spanned::new(k.span(), home.join(k.into_inner()))),
        },
    )?;
    apart(&source, gateway_url.span(), &portal, &gateway)?;
    let data = home.join(file.server.data);
    let database = database(&source, &data, file.database.url)?;
    let mut products = product::products(&source, home, file.product)?;
    for named in file.catalogue {
        let at = home.join(named.get_ref());
        let text = fs::read_to_string(&at).map_err(|e| {
            source.error(named.span(), "catalogue", format!("cannot read {}: {e}", at.display()))
        })?;
        products.extend(product::read(&Source { file: &at, text: &text })?);
    }
    product::unique(&products).map_err(|what| source.error(0..0, "product.id", what))?;
    let none = SignIns::default();
    let sign_ins = sign_ins(&Servers { source: &source, home, sign_ins: &none }, file.mail.oauth)?;
    let servers = Servers { source: &source, home, sign_ins: &sign_ins };
    let smtp = file.mail.smtp.map(|smtp| servers.smtp("mail.smtp", smtp)).transpose()?;
    let given = Tables {
        support: file.support,
        lmtp: file.mail.lmtp,
        receive: file.mail.receive,
        dns: file.mail.dns,
        max_bytes: file.mail.max_bytes,
    };
    let incoming = tables::incoming(&servers, given)?;
    let attachments = tables::attachments(&source, home, &data, file.attachments)?;
    Ok(Config {
        portal,
        gateway,
        secrets: home.join(file.server.secrets),
        database,
        mail_folder: file.mail.folder.map_or_else(|| data.join("mail"), |folder| home.join(folder)),
        smtp,
        sign_ins,
        data,
        incoming,
        attachments,
        products,
    })
}

struct Table<'a> {
    listen: SocketAddr,
    url: &'a Spanned<String>,
    trusted_proxies: Proxies,
    certificate: Option<PathBuf>,
    key: Option<Spanned<PathBuf>>,
}

fn listener(source: &Source<'_>, table: &str, given: Table<'_>) -> Result<Listener, ConfigError> {
    let key = format!("{table}.public_url");
    let wrong = |what: &str| source.error(given.url.span(), &key, what);
    let url: Uri = given
        .url
        .get_ref()
        .parse()
        .map_err(|_| wrong("write it as https://support.example, without a path"))?;
    let scheme = match url.scheme_str() {
        Some("http") => Scheme::Http,
        Some("https") => Scheme::Https,
        _ => return Err(wrong("begin it with https:// (or http:// on this machine)")),
    };
    let authority = url.authority().ok_or_else(|| wrong("name a host"))?.as_str().to_ascii_lowercase();
    if authority.contains('@') || url.path_and_query().is_some_and(|p| p.as_str() != "/") {
        return Err(wrong("write only scheme, host and port"));
    }
    let tls = match (given.certificate, given.key) {
        (Some(certificate), Some(key)) => Some((certificate, key.into_inner())),
        (None, None) => None,
        (Some(_), None) => return Err(wrong("`certificate` needs `key` beside it")),
        (None, Some(key)) => {
            return Err(source.error(
                key.span(),
                &format!("{table}.key"),
                "`key` needs `certificate` beside it",
            ));
        }
    };
    match scheme {
        Scheme::Https if tls.is_none() && given.trusted_proxies.is_empty() => {
            return Err(wrong(
                "https needs `certificate` and `key`, or the address of the proxy in `trusted_proxies`",
            ));
        }
        Scheme::Http if tls.is_some() => return Err(wrong("with a certificate, write https")),
        Scheme::Http if !local(&authority) => {
            return Err(wrong("http is only for localhost and names below it; use https"));
        }
        Scheme::Http | Scheme::Https => {}
    }
    Ok(Listener { listen: given.listen, scheme, authority, trusted_proxies: given.trusted_proxies, tls })
}

fn local(authority: &str) -> bool {
    let host = authority.split(':').next().unwrap_or_default();
    host == "localhost" || host == "127.0.0.1" || host.ends_with(".localhost")
}

/// A page under the gateway's domain could set cookies for all of its registrable domain: so portal
/// and gateway must not share one.
fn apart(
    source: &Source<'_>,
    span: Range<usize>,
    portal: &Listener,
    gateway: &Listener,
) -> Result<(), ConfigError> {
    let wrong = |what: String| source.error(span.clone(), "gateway.public_url", what);
    if gateway.host().parse::<IpAddr>().is_ok() {
        return Err(wrong("name a domain: each session gets a name below it".into()));
    }
    let domain = |host: &str| psl::domain_str(host).unwrap_or(host).to_owned();
    let (ours, theirs) = (domain(portal.host()), domain(gateway.host()));
    if ours == theirs {
        return Err(wrong(format!(
            "portal and gateway share the domain {ours}; a product's page could set cookies for both. \
             Give the gateway a registered domain of its own"
        )));
    }
    Ok(())
}

fn database(source: &Source<'_>, data: &Path, url: Option<Spanned<String>>) -> Result<DbConfig, ConfigError> {
    let Some(url) = url else { return Ok(DbConfig::Sqlite(data.join("pforte.db"))) };
    match url.get_ref().split_once(':') {
        Some(("sqlite", path)) => Ok(DbConfig::Sqlite(data.join(path.trim_start_matches("//")))),
        Some(("postgres" | "postgresql", _)) => Ok(DbConfig::Postgres(url.into_inner())),
        _ => Err(source.error(url.span(), "database.url", "begin it with sqlite: or postgres://")),
    }
}
