//! What every use case gets, and how a server starts and stops.

use std::{
    net::{IpAddr, SocketAddr},
    path::PathBuf,
    sync::Arc,
    time::Duration,
};

use axum::{extract::ConnectInfo, http::request::Parts as HttpParts};
use pforte_core::{
    access::EndedHow,
    catalogue::Product,
    entry::{Actor, Clean, Entry, Event},
    kernel::{Moment, ProviderId},
};
use pforte_gateway::peer::Proxies;
use pforte_mail::authenticate::{Checker, NoResolver};
use pforte_store::{
    Change, Conn, Db, Ending, Health, StoreError, Writer, contact, ground,
    ground::GroundRecord,
    provider,
    run::{self, Before},
    sign_in, staff, visit,
    visit::VisitRecord,
};
use thiserror::Error;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::{
    attachment::{
        self, Uploads,
        blobs::{Blobs, BucketSettings, Trouble},
    },
    door::{self, Doors, LEASE},
    edge::Shares,
    kernel::{Clock, Random, Secrets, Sources, password::Passwords},
    live::Hub,
    mail::{MailTarget, Outages, Relays, STOP_WITHIN, UnderWay},
    signin::throttle::Throttle,
    support::{Support, Supports},
};

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

/// Why a server did not start.
#[derive(Debug, Error)]
pub enum StartError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Resolver(#[from] NoResolver),
    #[error("the bucket of [attachments.s3] cannot be used: {0}")]
    Bucket(#[from] Trouble),
}

/// What [`App::start`] is given.
pub struct Parts {
    pub settings: Settings,
    pub products: Vec<Product>,
    pub secrets: Secrets,
    pub clock: Arc<dyn Clock>,
    pub random: Arc<dyn Random>,
    pub db: Db,
}

impl App {
    /// Starts the writer, settles what the run before left open, and starts the background jobs.
    pub async fn start(parts: Parts) -> Result<Shared, StartError> {
        let blobs = Blobs::new(&parts.settings.attachments, Arc::clone(&parts.clock))?;
        match blobs.probe().await {
            // Doors need no bucket: files and mails have to wait until it is back.
            Err(trouble) if trouble.passes() => {
                tracing::warn!(%trouble, "files and mails cannot be stored: the bucket");
            }
            probed => probed?,
        }
        let mut conn = parts.db.read().await?;
        let floor = run::latest(&mut conn).await?;
        let before = run::before(&mut conn).await?;
        let sources = Sources::new(parts.clock, parts.random, floor);
        let now = sources.now();
        let grounds = ground::unended(&mut conn, now).await?;
        let visits = visit::unended(&mut conn).await?;
        drop(conn);
        let writer = Writer::start(parts.db.clone()).await?;
        let run = sources.id(now);
        let app = Arc::new(Self {
            health: writer.health(),
            hub: Hub::new(sources.token()),
            door: Arc::default(),
            passwords: Passwords::new(sources.bytes()),
            throttle: Throttle::default(),
            shares: Shares::default(),
            supports: Supports::new(parts.settings.support.clone()),
            mail_checker: match parts.settings.mail_dns {
                Some(server) => Checker::with_dns_server(server)?,
                None => Checker::with_system_dns()?,
            },
            blobs,
            under_way: Arc::default(),
            relays: Relays::new(&parts.settings),
            outages: Outages::default(),
            uploads: Uploads::default(),
            run,
            shutdown: CancellationToken::new(),
            failed: CancellationToken::new(),
            settings: parts.settings,
            products: parts.products.into_iter().map(Arc::new).collect(),
            secrets: parts.secrets,
            db: parts.db,
            sources,
            writer,
        });
        app.assign_support().await?;
        match before {
            Before::First => {}
            Before::Orderly => app.resume(visits, now).await?,
            Before::Torn => app.end_after_torn_run(grounds, visits, now).await?,
        }
        app.begin_run(now).await?;
        tokio::spawn(door::watch(Arc::clone(&app)));
        tokio::spawn(crate::mail::deliver(Arc::clone(&app)));
        tokio::spawn(attachment::keep_clean(Arc::clone(&app)));
        tokio::spawn(crate::ticket::sweep_always(Arc::clone(&app)));
        Ok(app)
    }

    async fn begin_run(&self, now: Moment) -> Result<(), StoreError> {
        let id = self.run;
        self.writer.upkeep(move |tx| Box::pin(run::start(tx, id, now, now + LEASE))).await?;
        let event = Event::RunStarted { version: Clean::name(env!("CARGO_PKG_VERSION")) };
        self.tell_all(now, &event).await?;
        self.renew_lease().await;
        Ok(())
    }

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

    /// After an orderly stop visits go on: everything that was ended had been written.
    async fn resume(&self, visits: Vec<VisitRecord>, now: Moment) -> Result<(), StoreError> {
        let mut conn = self.db.read().await?;
        for record in visits {
            if let Err(error) = self.open_door(&mut conn, record, now).await {
                tracing::error!(%error, "a visit cannot go on; it stays shut");
            }
        }
        drop(conn);
        self.end_what_is_over().await;
        Ok(())
    }

    /// After any other end something may have been shut that is not written: so nothing stays open.
    async fn end_after_torn_run(
        &self,
        grounds: Vec<GroundRecord>,
        visits: Vec<VisitRecord>,
        now: Moment,
    ) -> Result<(), StoreError> {
        let how = EndedHow::Restart;
        let entry = |provider, customer, event| Entry {
            id: self.sources.id(now),
            provider,
            customer: Some(customer),
            at: now,
            actor: Actor::System,
            event,
        };
        for record in visits {
            // Whatever had run out by itself before says so.
            let (how, at) = if now < record.ends_at { (how, now) } else { record.runs_out() };
            let event = Event::VisitEnded { visit: record.id, how, cut_millis: None, streams: 0 };
            let entry = entry(record.provider, record.customer, event);
            self.writer
                .change::<_, StoreError, _>(move |tx| {
                    Box::pin(async move {
                        visit::end(tx, record.provider, record.id, Ending::of_itself(at, how)).await?;
                        Ok(Change::logged((), entry))
                    })
                })
                .await?;
        }
        for record in grounds {
            let event = Event::GroundEnded { ground: record.id, how, visits: 0, cut_millis: None };
            let entry = entry(record.provider, record.customer, event);
            self.writer
                .change::<_, StoreError, _>(move |tx| {
                    Box::pin(async move {
                        ground::end(tx, record.provider, record.id, Ending::of_itself(now, how)).await?;
                        Ok(Change::logged((), entry))
                    })
                })
                .await?;
        }
        self.writer.upkeep(move |tx| Box::pin(sign_in::end_every(tx, now))).await?;
        Ok(())
    }

    /// Loads a visit's door into memory.
    pub(crate) async fn open_door(
        &self,
        conn: &mut Conn,
        record: VisitRecord,
        now: Moment,
    ) -> Result<(), StoreError> {
        let last = pforte_store::log::sums(conn, record.provider, record.id).await?.last_at;
        self.door.open(self, conn, record, last, now).await
    }

    /// Stops in order: nothing waits to be written, so the next run may go on where this one ended.
    pub async fn stop(&self) {
        self.shutdown.cancel();
        let now = self.sources.now();
        let id = self.run;
        self.door.cut_all();
        if self.write_pending(Duration::ZERO).await {
            let ended = self.writer.upkeep(move |tx| Box::pin(run::end(tx, id, now))).await;
            if let Err(error) = ended {
                tracing::warn!(%error, "the end of the run is not written; the next start shuts every door");
            }
        }
        // A mail that is sent and not noted would be sent again.
        let _ = tokio::time::timeout(STOP_WITHIN, self.under_way.all_are_done()).await;
        self.relays.close().await;
        // The pool waits for every connection it lent, the writer's among them.
        self.writer.stop().await;
        self.db.close().await;
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
}

/// Names as pages show them; missing rows read as a dash.
pub(crate) async fn staff_name(
    conn: &mut Conn,
    provider: ProviderId,
    id: pforte_core::kernel::StaffId,
) -> Result<String, StoreError> {
    Ok(staff::by_id(conn, provider, id).await?.map_or_else(|| "–".into(), |s| s.name()))
}

pub(crate) async fn contact_name(
    conn: &mut Conn,
    provider: ProviderId,
    id: pforte_core::kernel::ContactId,
) -> Result<String, StoreError> {
    Ok(contact::by_id(conn, provider, id).await?.map_or_else(|| "–".into(), |c| c.name()))
}
