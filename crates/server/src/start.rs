//! How a server starts and stops: wiring, jobs, and what a torn run left open.
//!
//! The only file that knows everybody.

use std::{sync::Arc, time::Duration};

use pforte_blobs::{Blobs, Trouble};
use pforte_core::{
    access::EndedHow,
    catalogue::Product,
    entry::{Actor, Clean, Entry, Event},
    kernel::Moment,
};
use pforte_mail::authenticate::{Checker, NoResolver};
use pforte_store::{
    Change, Db, Ending, StoreError, Writer, ground,
    ground::GroundRecord,
    run::{self, Before},
    sign_in, visit,
    visit::VisitRecord,
};
use thiserror::Error;
use tokio_util::sync::CancellationToken;

use crate::{
    attachment,
    cx::{
        App, Clock, Hub, Outages, Random, Relays, Secrets, Settings, Shared, Shares, Sources, Supports,
        Throttle, Uploads, password::Passwords,
    },
    door::{self, LEASE},
    post, ticket,
};

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

/// Runs a job that may be broken off anywhere, since it begins anew with the next start. It ends with the server, and
/// so never finds the database closed beneath it.
fn until_stopped(app: &Shared, job: impl Future<Output = ()> + Send + 'static) {
    let stop = app.shutdown.clone();
    tokio::spawn(async move { stop.run_until_cancelled(job).await });
}

impl App {
    /// Starts the writer, settles what the run before left open, and starts the background jobs.
    pub async fn start(parts: Parts) -> Result<Shared, StartError> {
        let blobs = {
            let (clock, files) = (Arc::clone(&parts.clock), &parts.settings.attachments);
            Blobs::new(files.folder.clone(), files.bucket.clone(), Arc::new(move || clock.now()))?
        };
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
        tokio::spawn(post::deliver(Arc::clone(&app)));
        until_stopped(&app, attachment::keep_clean(Arc::clone(&app)));
        until_stopped(&app, ticket::sweep_always(Arc::clone(&app)));
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
        let _ = tokio::time::timeout(post::STOP_WITHIN, self.under_way.all_are_done()).await;
        self.relays.close().await;
        // The pool waits for every connection it lent, the writer's among them.
        self.writer.stop().await;
        self.db.close().await;
    }
}
