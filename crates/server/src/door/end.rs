//! Ending: shut in memory first, written after. It always works, also when nothing can be written.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use futures_util::future::join_all;
use pforte_core::{
    access::EndedHow,
    entry::{Actor, Entry, Event},
    kernel::{CustomerId, GroundId, Moment, ProviderId, SignInId, StaffId, VisitId},
};
use pforte_store::{Change, StoreError, ground, ground::GroundRecord, sign_in, visit, visit::VisitRecord};
use serde::Serialize;
use utoipa::ToSchema;

use super::{Door, Shut, Touched, lock, watch::HUNG};
use crate::{
    App,
    kernel::Timestamp,
    live::{Audience, News, Topic},
};

/// How long ending waits for open streams to let go; the rules give them a second.
const CUT_LIMIT: Duration = Duration::from_secs(1);

/// Who ends, and how that is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EndAsk {
    pub how: EndedHow,
    pub actor: Actor,
}

/// What ending did.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Ended)]
pub struct EndedView {
    pub ended_at: Timestamp,
    /// Milliseconds until everything was shut.
    pub cut_millis: u64,
    /// Requests and streams that were under way.
    pub streams: usize,
    /// `false`: it is shut, and stays shut, but the disk is full; it is written as soon as possible.
    pub written: bool,
}

#[derive(Clone, Debug)]
pub(super) struct GroundEnding {
    provider: ProviderId,
    ground: GroundId,
    customer: CustomerId,
    ask: EndAsk,
    at: Moment,
    cut_millis: i64,
    visits: u32,
    /// When it was begun here; whoever began it writes it, and the watcher only if that fails.
    begun: Instant,
}

#[derive(Clone, Debug)]
pub(super) struct VisitEnding {
    provider: ProviderId,
    visit: VisitId,
    customer: CustomerId,
    ask: EndAsk,
    at: Moment,
    cut_millis: i64,
    streams: u32,
    begun: Instant,
}

#[derive(Clone, Debug)]
pub(super) struct SignInEnding {
    provider: ProviderId,
    sign_in: SignInId,
    at: Moment,
    entry: Entry,
}

struct CutAll {
    millis: u64,
    streams: usize,
    doors: Vec<Arc<Door>>,
}

/// How a visit ends when its ground is ended.
const fn visit_how(how: EndedHow) -> EndedHow {
    match how {
        EndedHow::Expired => EndedHow::GroundOver,
        how => how,
    }
}

impl App {
    /// Ends a ground with all its visits (rule B7/B8: *End now*, *Give back*).
    pub async fn end_ground(&self, record: &GroundRecord, ask: EndAsk) -> EndedView {
        let now = self.sources.now();
        // A takeover that sleeps with its ticket is ended, too: it could wake (rule B13).
        let sleeps = record.kind == "takeover" && record.ended_at.is_none();
        if !record.open(now) && !sleeps {
            return already(record.ended_at.unwrap_or(record.ends_at));
        }
        let ending = GroundEnding {
            provider: record.provider,
            ground: record.id,
            customer: record.customer,
            ask,
            at: now,
            cut_millis: 0,
            visits: 0,
            begun: Instant::now(),
        };
        // From here on no visit can be opened on it, whatever becomes of the write.
        // Kept until it is written, also when the browser that asked goes away meanwhile.
        {
            let mut unwritten = lock(&self.door.unwritten);
            unwritten.shut.insert(record.id, Shut { how: ask.how, at: now, written: None });
            unwritten.grounds.insert(record.id, ending.clone());
        }
        let doors = self.door.pick(|door| door.visit.ground == record.id && door.over().is_none());
        let cut = cut(doors, visit_how(ask.how)).await;
        let ending = GroundEnding {
            cut_millis: i64::try_from(cut.millis).unwrap_or(i64::MAX),
            visits: u32::try_from(cut.doors.len()).unwrap_or(u32::MAX),
            ..ending
        };
        lock(&self.door.unwritten).grounds.insert(record.id, ending.clone());
        let written = in_time(self.write_ground_ending(ending)).await;
        self.renew(&[Touched::Ground(record.id)]).await;
        self.tell_ended(record.provider, record.customer, record.staff, record.id);
        EndedView { ended_at: now.into(), cut_millis: cut.millis, streams: cut.streams, written }
    }

    /// Ends one visit (rule T16/T18).
    pub async fn end_visit(&self, record: &VisitRecord, ask: EndAsk) -> EndedView {
        let now = self.sources.now();
        if let Some(at) = record.ended_at {
            return already(at);
        }
        let mut ending = VisitEnding {
            provider: record.provider,
            visit: record.id,
            customer: record.customer,
            ask,
            at: now,
            cut_millis: 0,
            streams: 0,
            begun: Instant::now(),
        };
        lock(&self.door.unwritten).visits.insert(record.id, ending.clone());
        let doors = self.door.pick(|door| door.visit.id == record.id && door.over().is_none());
        let cut = cut(doors, ask.how).await;
        ending.cut_millis = i64::try_from(cut.millis).unwrap_or(i64::MAX);
        ending.streams = u32::try_from(cut.streams).unwrap_or(u32::MAX);
        lock(&self.door.unwritten).visits.insert(record.id, ending.clone());
        let written = in_time(self.write_visit_ending(ending)).await;
        self.tell_ended(record.provider, record.customer, record.staff, record.ground);
        EndedView { ended_at: now.into(), cut_millis: cut.millis, streams: cut.streams, written }
    }

    /// Ends the visits that a sign-in opened: nobody works on behind a closed browser.
    pub async fn end_visits_of_sign_in(&self, sign_in: SignInId, actor: Actor) {
        let doors = self.door.pick(|door| door.visit.sign_in == sign_in && door.over().is_none());
        let ask = EndAsk { how: EndedHow::Staff, actor };
        join_all(doors.iter().map(|door| self.end_visit(&door.visit, ask))).await;
    }

    /// Signs out in memory, then writes it; stays signed out when that fails.
    pub async fn end_sign_in(&self, provider: ProviderId, id: SignInId, entry: Entry) {
        let now = self.sources.now();
        self.door.sign_out(id);
        let ending = SignInEnding { provider, sign_in: id, at: now, entry };
        lock(&self.door.unwritten).sign_ins.insert(id, ending.clone());
        if let Err(error) = self.write_sign_in_ending(ending).await {
            tracing::warn!(%error, "a sign-out is written later");
        }
    }

    async fn write_sign_in_ending(&self, e: SignInEnding) -> Result<(), StoreError> {
        let id = e.sign_in;
        let written = self
            .writer
            .change(move |tx| {
                Box::pin(async move {
                    if !sign_in::end(tx, e.provider, e.sign_in, e.at).await? {
                        return Err(NotWritten::Already);
                    }
                    Ok(Change::logged((), e.entry))
                })
            })
            .await;
        NotWritten::or_already(written)?;
        lock(&self.door.unwritten).sign_ins.remove(&id);
        Ok(())
    }

    async fn write_ground_ending(&self, e: GroundEnding) -> Result<(), StoreError> {
        let event = Event::GroundEnded {
            ground: e.ground,
            how: e.ask.how,
            visits: e.visits,
            cut_millis: u64::try_from(e.cut_millis).ok(),
        };
        let entry = self.ending_entry(e.provider, e.customer, e.ask, e.at, event);
        let ending = e.clone();
        let written = self
            .writer
            .change(move |tx| {
                Box::pin(async move {
                    let e = ending;
                    let cut = Some(e.cut_millis);
                    if !ground::end(tx, e.provider, e.ground, e.ask.how.word(), e.at, cut).await? {
                        return Err(NotWritten::Already);
                    }
                    let how = visit_how(e.ask.how).word();
                    visit::end_of_ground(tx, e.provider, e.ground, how, e.at, cut).await?;
                    Ok(Change::logged((), entry))
                })
            })
            .await;
        NotWritten::or_already(written)?;
        let mut unwritten = lock(&self.door.unwritten);
        unwritten.grounds.remove(&e.ground);
        if let Some(shut) = unwritten.shut.get_mut(&e.ground) {
            shut.written = Some(Instant::now());
        }
        Ok(())
    }

    async fn write_visit_ending(&self, e: VisitEnding) -> Result<(), StoreError> {
        let event = Event::VisitEnded {
            visit: e.visit,
            how: e.ask.how,
            cut_millis: u64::try_from(e.cut_millis).ok(),
            streams: e.streams,
        };
        let entry = self.ending_entry(e.provider, e.customer, e.ask, e.at, event);
        let ending = e.clone();
        let written = self
            .writer
            .change(move |tx| {
                Box::pin(async move {
                    let e = ending;
                    let cut = Some(e.cut_millis);
                    if !visit::end(tx, e.provider, e.visit, e.ask.how.word(), e.at, cut).await? {
                        return Err(NotWritten::Already);
                    }
                    Ok(Change::logged((), entry))
                })
            })
            .await;
        NotWritten::or_already(written)?;
        lock(&self.door.unwritten).visits.remove(&e.visit);
        Ok(())
    }

    fn ending_entry(
        &self,
        provider: ProviderId,
        customer: CustomerId,
        ask: EndAsk,
        at: Moment,
        event: Event,
    ) -> Entry {
        Entry { id: self.sources.id(at), provider, customer: Some(customer), at, actor: ask.actor, event }
    }

    /// Writes what was ended while nothing could be written. Answers whether nothing is left.
    ///
    /// Endings younger than `older_than` are left to whoever began them.
    pub(crate) async fn write_pending(&self, older_than: Duration) -> bool {
        let (grounds, visits, sign_ins) = {
            let unwritten = lock(&self.door.unwritten);
            (
                due(unwritten.grounds.values(), |e| e.begun, older_than),
                due(unwritten.visits.values(), |e| e.begun, older_than),
                unwritten.sign_ins.values().cloned().collect::<Vec<_>>(),
            )
        };
        let mut clean = true;
        // Visits first: writing the end of a ground ends what is left of its visits.
        for ending in visits {
            clean &= self.write_visit_ending(ending).await.is_ok();
        }
        for ending in grounds {
            clean &= self.write_ground_ending(ending).await.is_ok();
        }
        for ending in sign_ins {
            clean &= self.write_sign_in_ending(ending).await.is_ok();
        }
        clean
    }

    fn tell_ended(&self, provider: ProviderId, customer: CustomerId, staff: StaffId, ground: GroundId) {
        let audience = [Audience::Customer(customer), Audience::Staff(staff), Audience::Leads];
        let mut news =
            News::new(provider, &audience, &[Topic::Door, Topic::Grounds, Topic::Visits, Topic::Customers]);
        news.ground = Some(ground);
        self.hub.publish(news);
    }
}

/// The endings that are older than a span.
fn due<'a, T: Clone + 'a>(
    all: impl Iterator<Item = &'a T>,
    begun: impl Fn(&T) -> Instant,
    older_than: Duration,
) -> Vec<T> {
    all.filter(|ending| begun(ending).elapsed() >= older_than).cloned().collect()
}

/// Whether something was written before its answer is due; a disk that hangs is one that is full.
async fn in_time(written: impl Future<Output = Result<(), StoreError>>) -> bool {
    tokio::time::timeout(HUNG, written).await.is_ok_and(|written| written.is_ok())
}

/// Why an ending was not written now.
enum NotWritten {
    /// Somebody else's was first; that one stands.
    Already,
    Store(StoreError),
}

impl From<StoreError> for NotWritten {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl NotWritten {
    fn or_already(written: Result<(), Self>) -> Result<(), StoreError> {
        match written {
            Ok(()) | Err(Self::Already) => Ok(()),
            Err(Self::Store(error)) => Err(error),
        }
    }
}

/// It was over before; nothing had to be cut.
fn already(at: Moment) -> EndedView {
    EndedView { ended_at: at.into(), cut_millis: 0, streams: 0, written: true }
}

/// Shuts all doors at once and waits until their streams have let go.
async fn cut(doors: Vec<Arc<Door>>, how: EndedHow) -> CutAll {
    let started = Instant::now();
    // Counted before: a stream lets go as soon as its door is shut.
    let streams = doors.iter().map(|door| door.leash.holders()).sum();
    for door in &doors {
        door.shut(how);
    }
    join_all(doors.iter().map(|door| door.leash.cut_and_wait(CUT_LIMIT))).await;
    let millis = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
    for door in &doors {
        door.set_cut_millis(millis);
    }
    CutAll { millis, streams, doors }
}
