//! The checker, with its resolver and its bound on time.

use std::{net::SocketAddr, time::Duration};

use hickory_resolver::config::{ConnectionConfig, NameServerConfig, ResolverConfig, ResolverOpts};
use mail_auth::MessageAuthenticator;

use pforte_core::sender::Proof;

use super::{Checked, How, Occasion, Vouched, check_header, checkable, own};
use crate::{
    message::{FromField, Mailbox, Message},
    transport::Client,
};

/// As long as one message's checks may take in all.
pub const MAX_TIME: Duration = Duration::from_secs(5);

/// What is known of a message besides its bytes.
#[derive(Clone, Copy, Debug)]
pub struct Delivery<'a> {
    pub how: &'a How,
    pub client: Option<&'a Client>,
    pub return_path: Option<&'a str>,
    pub occasion: Occasion<'a>,
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
        let checked = match delivery.how {
            How::None => Checked::unproven(vec!["auth.none"], Vec::new()),
            How::Header { authserv_id } => self.front(raw, message, authserv_id, delivery).await,
            How::Own => match checkable(raw, message) {
                Ok((raw, _, from)) => self.own(raw, from, delivery).await,
                Err(code) => Checked::unproven(vec![code], Vec::new()),
            },
        };
        delivery.occasion.doubt(message, checked)
    }

    /// The server in front says who it is from; where it also told who brought it, SPF is asked for what
    /// no signature covers.
    async fn front(
        &self,
        raw: &[u8],
        message: &Message,
        authserv_id: &str,
        delivery: Delivery<'_>,
    ) -> Checked {
        let mut checked = check_header(raw, message, authserv_id);
        let all = Vouched::all();
        if let (FromField::One(from), true) = (&message.from, delivery.client.is_some())
            && checked.proof == Proof::Proven
            && checked.vouched != all
        {
            let asked = own::is_delivered_by(&self.dns, from, delivery);
            if tokio::time::timeout(MAX_TIME, asked).await.unwrap_or(false) {
                checked.vouched = all;
            }
        }
        checked
    }

    async fn own(&self, raw: &[u8], from: &Mailbox, delivery: Delivery<'_>) -> Checked {
        match tokio::time::timeout(MAX_TIME, own::check(&self.dns, raw, from, delivery)).await {
            Ok(checked) => checked,
            Err(_) => Checked::unproven(vec!["auth.dns"], Vec::new()),
        }
    }
}
