//! Mail that comes in, as it is written in the configuration file.

use std::{
    collections::HashSet,
    net::{IpAddr, SocketAddr},
    ops::Range,
    path::{Path, PathBuf},
};

use pforte_core::access::TicketAge;
use pforte_mail::transport::{
    imap::{After, Settings as Mailbox, Waits},
    server::Protocol,
};
use pforte_server::{AttachmentSettings, How, Support};
use pforte_store::outbox::OWN_MAX;
use serde::Deserialize;
use toml::Spanned;

use super::{
    Door, Incoming,
    bucket::{self, S3Table},
};
use crate::{
    config::{ConfigError, Source},
    outgoing::{Given, Servers, SmtpTable, is_this_machine},
};

/// Of a message: 50 MiB, unless told otherwise, and never more than 200.
const MAIL_BYTES: u64 = 50 * MIB;
const MAIL_BYTES_MOST: u64 = 200 * MIB;
/// Of a file.
const FILE_BYTES: u64 = 25 * MIB;
const MIB: u64 = 1024 * 1024;
/// Of files in one message.
const FILES: u64 = 20;
const FILES_MOST: u64 = 100;

/// One `[[support]]`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SupportTable {
    provider: Option<Spanned<String>>,
    address: Spanned<String>,
    #[serde(default)]
    aliases: Vec<Spanned<String>>,
    country: Option<Spanned<String>>,
    ticket_age: Option<Spanned<String>>,
    check: Option<CheckTable>,
    imap: Option<ImapTable>,
    smtp: Option<Spanned<SmtpTable>>,
    bounce_address: Option<Spanned<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CheckTable {
    how: Spanned<String>,
    authserv_id: Option<Spanned<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ImapTable {
    host: Spanned<String>,
    port: Option<u16>,
    tls: Option<Spanned<bool>>,
    ca: Option<Spanned<PathBuf>>,
    user: Spanned<String>,
    password_file: Option<Spanned<PathBuf>>,
    oauth: Option<Spanned<String>>,
    folder: Option<Spanned<String>>,
    after: Option<Spanned<String>>,
}

/// `[mail.lmtp]` and `[mail.receive]`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DoorTable {
    listen: Spanned<SocketAddr>,
    #[serde(default)]
    peers: Vec<IpAddr>,
    certificate: Option<Spanned<PathBuf>>,
    key: Option<Spanned<PathBuf>>,
}

/// `[mail.dns]`
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DnsTable {
    server: SocketAddr,
}

/// `[attachments]`
#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
pub struct AttachmentsTable {
    folder: Option<PathBuf>,
    s3: Option<S3Table>,
    max_bytes: Option<Spanned<u64>>,
    max_files: Option<Spanned<u64>>,
}

/// All tables about mail that comes in.
pub struct Tables {
    pub support: Vec<SupportTable>,
    pub lmtp: Option<DoorTable>,
    pub receive: Option<DoorTable>,
    pub dns: Option<DnsTable>,
    pub max_bytes: Option<Spanned<u64>>,
}

/// Checks the tables.
pub fn incoming(servers: &Servers<'_, '_>, tables: Tables) -> Result<Incoming, ConfigError> {
    let (source, home) = (servers.source, servers.home);
    let max_bytes = number(source, "mail.max_bytes", tables.max_bytes, MAIL_BYTES, MIB..MAIL_BYTES_MOST + 1)?;
    let lonely = tables.support.len() == 1;
    let (mut support, mut mailboxes) = (Vec::new(), Vec::new());
    let (mut providers, mut taken) = (HashSet::new(), HashSet::new());
    for table in tables.support {
        let span = table.address.span();
        match &table.provider {
            Some(slug) if !providers.insert(slug.get_ref().clone()) => {
                return Err(source.error(slug.span(), "support.provider", "it has a [[support]] already"));
            }
            None if !lonely => {
                let what = "with several [[support]], each names its `provider`";
                return Err(source.error(span, "support.provider", what));
            }
            _ => {}
        }
        let smtp = table.smtp.as_ref().map(|smtp| smtp.span());
        let (one, mailbox) = Reading { servers, max_bytes, taken: &mut taken }.support(table)?;
        support.push(one);
        if let Some(span) = smtp
            && support.iter().filter(|support| support.smtp.is_some()).count() > OWN_MAX
        {
            let what = format!("at most {OWN_MAX} providers have a mail server of their own");
            return Err(source.error(span, "support.smtp", what));
        }
        mailboxes.extend(mailbox);
    }
    let mut doors = Vec::new();
    for (protocol, table) in [(Protocol::Lmtp, tables.lmtp), (Protocol::Smtp, tables.receive)] {
        doors.extend(table.map(|table| door(source, home, protocol, table, &support)).transpose()?);
    }
    Ok(Incoming { support, mailboxes, doors, dns: tables.dns.map(|dns| dns.server), max_bytes })
}

/// Where attachments lie and how much is taken.
pub fn attachments(
    source: &Source<'_>,
    home: &Path,
    data: &Path,
    table: AttachmentsTable,
) -> Result<AttachmentSettings, ConfigError> {
    let (bytes, files) = ("attachments.max_bytes", "attachments.max_files");
    Ok(AttachmentSettings {
        folder: table.folder.map_or_else(|| data.join("blobs"), |folder| home.join(folder)),
        bucket: table.s3.map(|s3| bucket::bucket(source, home, s3)).transpose()?,
        max_bytes: number(source, bytes, table.max_bytes, FILE_BYTES, 1024..MAIL_BYTES_MOST + 1)?,
        max_files: number(source, files, table.max_files, FILES, 1..FILES_MOST + 1)?,
    })
}

fn number(
    source: &Source<'_>,
    key: &str,
    given: Option<Spanned<u64>>,
    usual: u64,
    range: Range<u64>,
) -> Result<usize, ConfigError> {
    let value = given.as_ref().map_or(usual, |given| *given.get_ref());
    match usize::try_from(value) {
        Ok(fits) if range.contains(&value) => Ok(fits),
        _ => {
            let what = format!("write a number from {} to {}", range.start, range.end - 1);
            Err(source.error(given.map_or(0..0, |given| given.span()), key, what))
        }
    }
}

/// Reading one `[[support]]`.
struct Reading<'a, 's> {
    servers: &'a Servers<'a, 's>,
    max_bytes: usize,
    /// Addresses of those that were read before.
    taken: &'a mut HashSet<String>,
}

impl Reading<'_, '_> {
    fn support(&mut self, table: SupportTable) -> Result<(Support, Option<Mailbox>), ConfigError> {
        let address = self.address("support.address", &table.address)?;
        let aliases = table.aliases.iter().map(|alias| self.address("support.aliases", alias));
        let aliases = aliases.collect::<Result<Vec<_>, _>>()?;
        let bounces = table.bounce_address.as_ref();
        let bounce_address = bounces.map(|at| self.address("support.bounce_address", at)).transpose()?;
        let plain = Support::default();
        let country = match &table.country {
            None => plain.country.clone(),
            Some(country) if is_country(country.get_ref()) => country.get_ref().clone(),
            Some(country) => {
                return self.wrong(country, "support.country", "write two capital letters, as DE");
            }
        };
        let ticket_age = match &table.ticket_age {
            None => plain.ticket_age,
            Some(age) => match TicketAge::from_word(age.get_ref()) {
                Some(word) => word,
                None => return self.wrong(age, "support.ticket_age", "write \"created\" or \"activity\""),
            },
        };
        let check = match table.check {
            Some(check) => self.check(check)?,
            // Who reads a mailbox cannot tell which of its headers are true.
            None if table.imap.is_some() => How::Nothing,
            None => How::Own,
        };
        let mailbox = table.imap.map(|imap| self.mailbox(imap, &address)).transpose()?;
        let provider = table.provider.map(Spanned::into_inner);
        let smtp = table.smtp.map(|smtp| self.servers.smtp("support.smtp", smtp.into_inner())).transpose()?;
        let address = Some(address);
        let support =
            Support { provider, address, aliases, country, ticket_age, check, smtp, bounce_address };
        Ok((support, mailbox))
    }

    fn wrong<T, V>(&self, at: &Spanned<V>, key: &str, what: &str) -> Result<T, ConfigError> {
        Err(self.servers.source.error(at.span(), key, what))
    }

    fn address(&mut self, key: &str, given: &Spanned<String>) -> Result<String, ConfigError> {
        let address = given.get_ref().trim().to_ascii_lowercase();
        if !is_address(&address) {
            return self.wrong(given, key, "write one address, as support@nordlicht.example");
        }
        if !self.taken.insert(address.clone()) {
            return self.wrong(given, key, "this address is named already");
        }
        Ok(address)
    }

    fn check(&self, table: CheckTable) -> Result<How, ConfigError> {
        let id = table.authserv_id;
        match table.how.get_ref().as_str() {
            "own" => match id {
                None => Ok(How::Own),
                Some(id) => self.wrong(&id, "support.check.authserv_id", "it is only for `how = \"header\"`"),
            },
            "header" => match id {
                Some(id) if is_server_name(id.get_ref()) => Ok(How::Header { authserv_id: id.into_inner() }),
                Some(id) => {
                    self.wrong(&id, "support.check.authserv_id", "write the name as your mail server does")
                }
                None => self.wrong(
                    &table.how,
                    "support.check.authserv_id",
                    "name the mail server whose Authentication-Results count",
                ),
            },
            _ => self.wrong(&table.how, "support.check.how", "write \"own\" or \"header\""),
        }
    }

    fn mailbox(&self, table: ImapTable, address: &str) -> Result<Mailbox, ConfigError> {
        let host = self.servers.host("support.imap.host", &table.host)?;
        let tls = table.tls.as_ref().is_none_or(|tls| *tls.get_ref());
        if let (Some(given), false) = (&table.tls, tls || is_this_machine(&host)) {
            return self.wrong(given, "support.imap.tls", "a mailbox is read without TLS only on localhost");
        }
        let ca = match &table.ca {
            Some(ca) if !tls => {
                return self.wrong(ca, "support.imap.ca", "it is only for `tls = true`");
            }
            Some(ca) => Some(self.servers.read("support.imap.ca", ca)?),
            None => None,
        };
        let (password_file, oauth) = (table.password_file.as_ref(), table.oauth.as_ref());
        let login = self.servers.login("support.imap", &Given { user: &table.user, password_file, oauth })?;
        let folder = table.folder.as_ref().map_or("INBOX", |folder| folder.get_ref());
        if let Some(given) = &table.folder
            && (folder.is_empty() || folder.contains(char::is_control))
        {
            return self.wrong(given, "support.imap.folder", "write the folder's name, as INBOX");
        }
        let after = match table.after.as_ref().map(|after| (after, after.get_ref().as_str())) {
            None | Some((_, "keep")) => After::Keep,
            Some((_, "delete")) => After::Delete,
            Some((given, _)) => {
                return self.wrong(given, "support.imap.after", "write \"keep\" or \"delete\"");
            }
        };
        Ok(Mailbox {
            host,
            port: table.port.unwrap_or(if tls { 993 } else { 143 }),
            tls,
            ca,
            login,
            folder: folder.to_owned(),
            after,
            recipient: address.to_owned(),
            max_bytes: self.max_bytes,
            waits: Waits::default(),
        })
    }
}

fn door(
    source: &Source<'_>,
    home: &Path,
    protocol: Protocol,
    table: DoorTable,
    support: &[Support],
) -> Result<Door, ConfigError> {
    let name = match protocol {
        Protocol::Lmtp => "mail.lmtp",
        Protocol::Smtp => "mail.receive",
    };
    let listen = *table.listen.get_ref();
    let wrong = |what: &str| Err(source.error(table.listen.span(), &format!("{name}.listen"), what));
    if support.is_empty() {
        return wrong("mail comes in only for the addresses of a [[support]]; add one");
    }
    let by_header = support.iter().any(|support| matches!(support.check, How::Header { .. }));
    let open = table.peers.is_empty();
    if open && protocol == Protocol::Lmtp && !listen.ip().is_loopback() {
        return wrong("outside this machine, name the mail servers in front in `peers`");
    }
    if open && protocol == Protocol::Smtp && by_header {
        return wrong(
            "with `how = \"header\"` anybody could claim to be proven; name the mail servers in front in `peers`",
        );
    }
    let tls = match (table.certificate, table.key) {
        (None, None) => None,
        (Some(given), _) | (_, Some(given)) if protocol == Protocol::Lmtp => {
            return Err(source.error(given.span(), name, "LMTP has no TLS; use [mail.receive]"));
        }
        (Some(certificate), Some(key)) => {
            Some((home.join(certificate.into_inner()), home.join(key.into_inner())))
        }
        (Some(given), None) | (None, Some(given)) => {
            return Err(source.error(given.span(), name, "`certificate` and `key` belong together"));
        }
    };
    Ok(Door { protocol, listen, peers: table.peers, tls })
}

fn is_country(text: &str) -> bool {
    text.len() == 2 && text.bytes().all(|b| b.is_ascii_uppercase())
}

/// A server's name, `*.` and a domain for every host below it, or `-` for one that writes none.
fn is_server_name(text: &str) -> bool {
    match text.strip_prefix('*') {
        Some(below) => {
            below.strip_prefix('.').is_some_and(|domain| domain.contains('.') && !domain.contains('*'))
        }
        None => is_token(text) && !text.contains('*'),
    }
}

fn is_token(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_graphic() && !b"()<>@,;:\\\"/[]?=".contains(&b))
}

/// One plain address: no name, no quotes, the domain in ASCII.
fn is_address(text: &str) -> bool {
    let Some((local, domain)) = text.split_once('@') else { return false };
    let label = |label: &str| {
        let inside = |b: u8| b.is_ascii_alphanumeric() || b == b'-';
        !label.is_empty() && label.len() <= 63 && !label.starts_with('-') && label.bytes().all(inside)
    };
    let special = |b: u8| b"()<>@,;:\\\"[]".contains(&b);
    (1..=64).contains(&local.len())
        && local.bytes().all(|b| b.is_ascii_graphic() && !special(b))
        && local.split('.').all(|part| !part.is_empty())
        && domain.len() <= 253
        && domain.contains('.')
        && domain.split('.').all(label)
}
