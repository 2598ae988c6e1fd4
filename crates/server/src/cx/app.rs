//! What every use case may ask for, and how it reads.

use std::{
    net::{IpAddr, SocketAddr},
    path::PathBuf,
    sync::Arc,
    time::Duration,
};

use axum::{extract::ConnectInfo, http::request::Parts as HttpParts};
use pforte_blobs::{Blobs, BucketSettings, Trouble};
use pforte_core::{
    access::Policy,
    catalogue::Product,
    entry::{Actor, Entry, Event},
    kernel::{Moment, ProviderId},
};
use pforte_gateway::peer::Proxies;
use pforte_mail::authenticate::Checker;
use pforte_store::{Conn, Db, Health, StoreError, Writer, contact::Contact, provider};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::{
    Hub, MailTarget, Outages, Relays, Secrets, Shares, Sources, Support, Supports, Throttle, UnderWay,
    Uploads, password::Passwords,
};
use crate::door::Doors;

/// Entries that wait for one commit when every provider is told something.
const TOGETHER: usize = 256;

/// The application, shared by all requests.
pub type Shared = Arc<App>;

/// Settings that use cases need; everything else stays in the binary.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The origin of portal and desk, as `https://support.example`.
    pub public_origin: String,
    /// `http` or `https`, as browsers see the gateway.
    pub gateway_scheme: &'static str,
    /// What follows a visit's label in its host name, with the port if it is not the usual one.
    pub gateway_suffix: String,
    /// Whether sample people may be chosen at sign-in. Never on a real server.
    pub demo: bool,
    /// Refused PINs are answered after this time, whatever was wrong with them (control 8).
    pub pin_answer_floor: Duration,
    pub mail: MailTarget,
    /// Peers whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Proxies,
    /// One for each provider at most.
    pub support: Vec<Support>,
    /// A larger message is not taken in.
    pub max_mail_bytes: usize,
    /// Who is asked for names of mail servers and keys; without it the system's resolver.
    pub mail_dns: Option<SocketAddr>,
    pub attachments: AttachmentSettings,
}

/// Where attachments and whole mails lie, and how much is taken.
#[derive(Clone, Debug)]
pub struct AttachmentSettings {
    /// All of it; with a bucket only what is being received.
    pub folder: PathBuf,
    pub bucket: Option<BucketSettings>,
    /// Of one file.
    pub max_bytes: usize,
    /// In one message.
    pub max_files: usize,
}

impl AttachmentSettings {
    /// Whether they can be used, as far as can be said without asking a bucket.
    pub fn check(&self) -> Result<(), Trouble> {
        self.bucket.as_ref().map_or(Ok(()), BucketSettings::check)
    }
}

/// Everything a use case may ask for.
pub struct App {
    pub settings: Settings,
    pub products: Vec<Arc<Product>>,
    pub secrets: Secrets,
    pub sources: Sources,
    pub db: Db,
    pub writer: Writer,
    pub health: watch::Receiver<Health>,
    pub hub: Hub,
    pub door: Arc<Doors>,
    pub passwords: Passwords,
    pub throttle: Throttle,
    pub(crate) shares: Shares,
    pub(crate) supports: Supports,
    pub blobs: Blobs,
    pub(crate) uploads: Uploads,
    /// Proves senders of mail.
    pub mail_checker: Checker,
    /// To whom mails are under way.
    pub(crate) under_way: Arc<UnderWay>,
    /// The mail servers that take them.
    pub(crate) relays: Relays,
    /// Since when no mail goes out.
    pub(crate) outages: Outages,
    /// This run of the server.
    pub run: Uuid,
    /// Cancelled when the server stops.
    pub shutdown: CancellationToken,
    /// Cancelled when the server must stop: a sync failed.
    pub failed: CancellationToken,
}

impl App {
    /// Writes what concerns the whole server into every provider's log.
    pub(crate) async fn tell_all(&self, now: Moment, event: &Event) -> Result<(), StoreError> {
        let providers = provider::all(&mut *self.read().await?).await?;
        for some in providers.chunks(TOGETHER) {
            let entries = some.iter().map(|provider| {
                self.writer.admit(self.entry(now, provider.id, Actor::System, event.clone()))
            });
            futures_util::future::try_join_all(entries).await?;
        }
        Ok(())
    }

    /// A connection for reading.
    pub async fn read(&self) -> Result<Box<Conn>, StoreError> {
        Ok(Box::new(self.db.read().await?))
    }

    /// The product with this id.
    pub fn product(&self, id: &str) -> Option<&Arc<Product>> {
        self.products.iter().find(|product| product.id == id)
    }

    /// The address a request comes from: its peer's own, or what a trusted proxy says.
    pub fn client_address(&self, parts: &HttpParts) -> IpAddr {
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>();
        // Only tests come without a connection.
        let peer = peer.map_or(IpAddr::from([127, 0, 0, 1]), |info| info.0.ip());
        // A proxy appends, perhaps as a line of its own. What is no text reads as a word nobody understands.
        let forwarded = parts.headers.get_all("x-forwarded-for").iter();
        let forwarded: Vec<&str> = forwarded.map(|value| value.to_str().unwrap_or("unreadable")).collect();
        self.settings.trusted_proxies.client(peer, forwarded.into_iter())
    }

    /// Who is meant by a provider's slug; without one, the only provider there is.
    pub async fn provider(&self, slug: Option<&str>) -> Result<Option<provider::Provider>, StoreError> {
        let mut conn = self.read().await?;
        match slug.filter(|slug| !slug.is_empty()) {
            Some(slug) => provider::by_slug(&mut conn, slug).await,
            None => {
                let mut all = provider::list(&mut conn, 2).await?;
                Ok(if all.len() == 1 { all.pop() } else { None })
            }
        }
    }

    /// Makes a log entry's frame around an event.
    pub fn entry(&self, now: Moment, provider: ProviderId, actor: Actor, event: Event) -> Entry {
        Entry { id: self.sources.id(now), provider, customer: None, at: now, actor, event }
    }

    /// An entry about a customer by one of its contacts.
    pub(crate) fn contact_entry(&self, contact: &Contact, now: Moment, event: Event) -> Entry {
        Entry {
            customer: Some(contact.customer),
            ..self.entry(now, contact.provider, Actor::Contact(contact.id), event)
        }
    }

    /// The provider's choices, as the decision sees them.
    pub fn policy(&self, provider: ProviderId) -> Policy {
        Policy { ticket_age: self.support(provider).ticket_age, ..Policy::default() }
    }
}
