//! Whether a message really comes from the address it names (rule Z5, controls 38 to 41).
//!
//! Two ways, chosen for each inbox: our own check of DKIM, SPF and DMARC, or the result that a mail
//! server in front wrote into the head. Either proves a *domain*, nothing more. In doubt the answer
//! is “unproven”, and a challenge to the registered address decides; a check that cannot be made
//! (no DNS, too slow) is doubt. Start at [`Checker::check`].

mod answers;
mod dkim;
pub mod header;
mod own;

use std::{net::SocketAddr, time::Duration};

use hickory_resolver::config::{ConnectionConfig, NameServerConfig, ResolverConfig, ResolverOpts};
use mail_auth::MessageAuthenticator;
use pforte_core::sender::Proof;

use crate::{
    message::{
        FromField, Mailbox, Message, address,
        head::{self, Head},
    },
    transport::Client,
};

/// As long as one message's checks may take in all.
pub const MAX_TIME: Duration = Duration::from_secs(5);

/// How an inbox proves its senders.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum How {
    /// We check signatures and policies ourselves.
    Own,
    /// The server in front does, and says so under this name (RFC 8601).
    ///
    /// It must take away every such field that comes from outside (RFC 8601 §5).
    Header { authserv_id: String },
    /// Nobody does.
    None,
}

/// What is known of a message besides its bytes.
#[derive(Clone, Copy, Debug)]
pub struct Delivery<'a> {
    pub how: &'a How,
    pub client: Option<&'a Client>,
    pub return_path: Option<&'a str>,
}

/// One check and how it went, for staff to read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckResult {
    /// `dkim`, `spf`, `dmarc`, `arc` or `header`.
    pub check: &'static str,
    /// `pass`, `fail`, `none` or `error`.
    pub result: &'static str,
    pub domain: String,
    /// In English, for the technical view.
    pub why: String,
}

/// The answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checked {
    /// Never [`Proof::Confirmed`]: that is a person's to give.
    pub proof: Proof,
    /// Why it is unproven, most important first; empty when proven.
    pub codes: Vec<&'static str>,
    pub results: Vec<CheckResult>,
}

impl Checked {
    fn unproven(codes: Vec<&'static str>, results: Vec<CheckResult>) -> Self {
        Self { proof: Proof::Unproven, codes, results }
    }
}

/// The checks need a resolver that could not be made from the configuration.
#[derive(Debug, thiserror::Error)]
#[error("the name server for mail checks cannot be used: {0}")]
pub struct NoResolver(String);

/// Checks senders. One for the whole server; its resolver keeps answers for as long as they live.
pub struct Checker {
    dns: MessageAuthenticator,
}

impl Checker {
    /// Asks the name servers of the system.
    pub fn with_system_dns() -> Result<Self, NoResolver> {
        let (config, options) = hickory_resolver::system_conf::read_system_conf()
            .map_err(|error| NoResolver(error.to_string()))?;
        Self::new(config, options)
    }

    /// Asks this name server only.
    pub fn with_dns_server(server: SocketAddr) -> Result<Self, NoResolver> {
        let connections = [ConnectionConfig::udp(), ConnectionConfig::tcp()].map(|mut connection| {
            connection.port = server.port();
            connection
        });
        let server = NameServerConfig::new(server.ip(), true, connections.into());
        Self::new(ResolverConfig::from_name_servers(vec![server]), ResolverOpts::default())
    }

    fn new(config: ResolverConfig, mut options: ResolverOpts) -> Result<Self, NoResolver> {
        options.timeout = Duration::from_millis(1_500);
        options.attempts = 1;
        let dns =
            MessageAuthenticator::new(config, options).map_err(|error| NoResolver(error.to_string()))?;
        Ok(Self { dns })
    }

    /// Checks the message `raw`, which was read as `message`. Takes at most [`MAX_TIME`].
    pub async fn check(&self, raw: &[u8], message: &Message, delivery: Delivery<'_>) -> Checked {
        let raw = head::without_mbox_line(raw);
        let head = head::split(raw);
        let from = match &message.from {
            FromField::One(from) => from,
            odd => return Checked::unproven(odd.code().into_iter().collect(), Vec::new()),
        };
        if head.broken || has_twice(&head) {
            return Checked::unproven(vec!["mail.broken"], Vec::new());
        }
        match delivery.how {
            How::None => Checked::unproven(vec!["auth.none"], Vec::new()),
            How::Header { authserv_id } => header::check(&head, authserv_id, from),
            How::Own => self.own(raw, from, delivery).await,
        }
    }

    async fn own(&self, raw: &[u8], from: &Mailbox, delivery: Delivery<'_>) -> Checked {
        match tokio::time::timeout(MAX_TIME, own::check(&self.dns, raw, from, delivery)).await {
            Ok(checked) => checked,
            Err(_) => Checked::unproven(vec!["auth.dns"], Vec::new()),
        }
    }
}

/// Fields that a message has once (RFC 5322 §3.6): a second one, unsigned, could be what is shown.
fn has_twice(head: &Head<'_>) -> bool {
    const ONCE: [&str; 13] = [
        "From",
        "Sender",
        "Reply-To",
        "To",
        "Cc",
        "Subject",
        "Date",
        "Message-ID",
        "In-Reply-To",
        "References",
        "MIME-Version",
        "Content-Type",
        "Content-Transfer-Encoding",
    ];
    ONCE.iter().any(|name| head.all(name).count() > 1)
}

/// Whether two domains belong to one organisation.
fn same_organisation(one: &str, other: &str) -> bool {
    one == other
        || address::organisation(one)
            .is_some_and(|organisation| address::organisation(other) == Some(organisation))
}
