//! What shuts by itself: the hour, the idle time, a lost lease, a log that cannot be written.

use std::{
    sync::{Arc, atomic::Ordering},
    time::{Duration, Instant},
};

use futures_util::future::join_all;
use pforte_core::{
    access::{Ask, EndedHow, Request, decide},
    catalogue::{Action, DataClass},
    entry::{Actor, Event},
    kernel::{Moment, Span},
};
use pforte_store::{Health, StoreError, run};
use tokio::time::{MissedTickBehavior, interval};

use super::{Door, EndAsk, Touched, lock};
use crate::cx::Shared;

/// How long a lease lasts; a visit may forward only while it is alive.
pub const LEASE: Span = Span::seconds(60);
/// How often it is renewed when nothing is open.
const RENEW_IDLE: u32 = 60;
/// How often the watcher looks. While streams are open, or writing has failed, each look also renews
/// the lease: so a full disk is noticed, and streams are cut, well within a second.
const TICK: Duration = Duration::from_millis(500);
/// After how long a write that has not been answered counts as failed.
pub(super) const HUNG: Duration = Duration::from_millis(900);
/// For how long an ended visit's origin still says how it ended.
const REMEMBERED: Span = Span::hours(2);

fn hung() -> StoreError {
    StoreError::Unwritable("the disk does not answer".into())
}

/// Watches until the server shuts down.
pub async fn start(app: Shared) {
    tokio::join!(keep_lease(&app), watch_time(&app), watch_log(&app));
}

/// Renews the lease beside everything else: no ending that takes its time lets it run out.
async fn keep_lease(app: &Shared) {
    let mut tick = interval(TICK);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut ticks = 0_u32;
    loop {
        tokio::select! {
            () = app.shutdown.cancelled() => return,
            _ = tick.tick() => {}
        }
        ticks = ticks.wrapping_add(1);
        let streams = app.door.pick(|door| door.leash.holders() > 0);
        if troubled(app) || !streams.is_empty() || ticks.is_multiple_of(RENEW_IDLE) {
            app.renew_lease().await;
        }
    }
}

/// Whether nothing can be written.
fn troubled(app: &Shared) -> bool {
    *app.health.borrow() != Health::Writable || !app.door.leased()
}

async fn watch_time(app: &Shared) {
    let mut tick = interval(TICK);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            () = app.shutdown.cancelled() => return,
            _ = tick.tick() => {}
        }
        app.end_what_is_over().await;
        for door in app.door.pick(|door| door.untold.load(Ordering::Relaxed)) {
            app.tell_visit(&door);
        }
        if !troubled(app) {
            app.write_answers().await;
            app.write_pending(HUNG * 2).await;
        }
        app.door.forget(app.sources.now() - REMEMBERED);
    }
}

async fn watch_log(app: &Shared) {
    let mut health = app.health.clone();
    let mut down_since = None;
    loop {
        let now = health.borrow_and_update().clone();
        app.door.set_log_writable(now == Health::Writable);
        match now {
            Health::Writable => {
                if !app.door.leased() {
                    // Doors open again with the disk, not half a second later.
                    app.renew_lease().await;
                }
                down_since = tell_restored(app, down_since).await;
            }
            _ => down_since = down_since.or_else(|| Some(app.sources.now())),
        }
        if let Health::Failed(why) = now {
            // What was promised may be lost: never go on after a failed sync.
            tracing::error!(why, "the disk failed to keep what was written; the server ends");
            app.failed.cancel();
        }
        tokio::select! {
            () = app.shutdown.cancelled() => return,
            changed = health.changed() => if changed.is_err() {
                if !app.shutdown.is_cancelled() {
                    tracing::error!("the writer has stopped; the server ends");
                    app.failed.cancel();
                }
                return;
            },
        }
    }
}

/// Leaves a trace of an outage in every provider's log, once it can be written again. Answers since when that is
/// still to be told.
async fn tell_restored(app: &Shared, down_since: Option<Moment>) -> Option<Moment> {
    let since = down_since?;
    match app.tell_all(app.sources.now(), &Event::LogRestored { down_since: since }).await {
        Ok(()) => None,
        Err(error) => {
            tracing::warn!(%error, "that the log could not be written is told later");
            Some(since)
        }
    }
}

impl crate::cx::App {
    /// Renews the run's lease durably. When that fails every door shuts, since nothing can be logged.
    pub(crate) async fn renew_lease(&self) {
        let began = Instant::now();
        let (id, until) = (self.run, self.sources.now() + LEASE);
        // A disk that hangs is a disk that cannot be written.
        let renewed = self.writer.upkeep(move |tx| Box::pin(run::renew(tx, id, until)));
        let renewed = tokio::time::timeout(HUNG, renewed).await.unwrap_or_else(|_| Err(hung()));
        let alive = renewed.is_ok().then(|| began + Duration::from(LEASE));
        *lock(&self.door.leased_until) = alive;
        if renewed.is_err() {
            self.door.set_log_writable(false);
        } else if *self.health.borrow() == Health::Writable {
            self.door.set_log_writable(true);
        }
    }

    /// Ends visits whose time is up. Between looks each request is decided afresh anyway.
    pub(crate) async fn end_what_is_over(&self) {
        self.end_over(self.door.pick(|door| door.over().is_none()), Actor::System).await;
    }

    /// Ends the visits that are over by a change, which somebody made; no other is looked at.
    pub(crate) async fn end_touched(&self, touched: &[Touched], actor: Actor) {
        let doors =
            self.door.pick(|door| door.over().is_none() && touched.iter().any(|t| door.touched_by(*t)));
        self.end_over(doors, actor).await;
    }

    /// Together: all of them are shut at once, and one that is slow to let go holds up no other.
    async fn end_over(&self, doors: Vec<Arc<Door>>, actor: Actor) {
        let now = self.sources.now();
        let over = doors.iter().filter_map(|door| Some((door, over_at(door, now)?)));
        join_all(over.map(|(door, how)| {
            // Time is nobody's doing, whoever happens to look.
            let actor = if how.by_time() { Actor::System } else { actor };
            self.end_visit(&door.visit, EndAsk { how, actor })
        }))
        .await;
    }
}

/// Whether the decision would end the visit now, whatever is asked of it.
fn over_at(door: &Door, now: Moment) -> Option<EndedHow> {
    let probe = Ask::Request(Request {
        product: &door.product.id,
        area: "",
        action: Action::View,
        class: DataClass::Product,
        has_pass_list: false,
    });
    decide(&lock(&door.state).facts, &probe, now).ends_visit()
}
