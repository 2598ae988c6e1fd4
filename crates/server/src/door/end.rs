//! Ending: shut in memory first, written after. It always works, also when nothing can be written.

use std::{
    collections::HashSet,
    sync::Arc,
    time::{Duration, Instant},
};

use futures_util::future::join_all;
use pforte_core::{
    access::EndedHow,
    entry::{Actor, Entry, Event},
    kernel::{ContactId, CustomerId, GroundId, Moment, ProviderId, SignInId, StaffId, VisitId},
};
use pforte_store::{
    Change, Ending, StoreError,
    ground::{self, Filter, GroundRecord, Standing},
    sign_in, visit,
    visit::VisitRecord,
};
use serde::Serialize;
use utoipa::ToSchema;

use super::{Door, Shut, Touched, lock, watch::HUNG};
use crate::cx::{App, Audience, News, Timestamp, Topic};

/// How long ending waits for open streams to let go; the rules give them a second.
const CUT_LIMIT: Duration = Duration::from_secs(1);
/// How often the end of everything looks for what was opened while it worked, and at how many at a time.
const PASSES: u32 = 3;
const PAGE: i64 = 200;

/// Who ends, and how that is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EndAsk {
    pub how: EndedHow,
    pub actor: Actor,
}

impl EndAsk {
    const fn at(self, at: Moment) -> Ending {
        Ending { at, how: self.how, by: self.actor, cut_millis: None }
    }
}

const fn runs_out(how: EndedHow) -> bool {
    matches!(how, EndedHow::HourUp | EndedHow::Expired)
}

/// Whose grounds end, all of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whose {
    /// Everybody's at the provider (control 24).
    Everybodys,
    Staff(StaffId),
    /// Everybody's at this customer.
    Customer(CustomerId),
    /// Whose PINs and tickets opened them.
    Contact(ContactId),
    /// A contact's who may no longer read out a PIN: their tickets are theirs as before (rule P15).
    PinsOf(ContactId),
}

impl Whose {
    fn filter(self) -> Filter {
        let all = Filter { standing: Some(Standing::MayOpen), ..Filter::default() };
        match self {
            Self::Everybodys => all,
            Self::Staff(id) => Filter { staff: Some(id), ..all },
            Self::Customer(id) => Filter { customer: Some(id), ..all },
            Self::Contact(id) | Self::PinsOf(id) => Filter { contact: Some(id), ..all },
        }
    }

    const fn pins_alone(self) -> bool {
        matches!(self, Self::PinsOf(_))
    }
}

/// What ending did.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Ended)]
pub struct EndedView {
    pub ended_at: Timestamp,
    /// Milliseconds until everything was shut.
    pub cut_millis: u64,
    /// Visits that ended with it.
    #[serde(skip)]
    pub visits: usize,
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
    ending: Ending,
    visits: u32,
    /// When it was begun here; whoever began it writes it, and the watcher only if that fails.
    begun: Instant,
}

#[derive(Clone, Debug)]
pub(super) struct VisitEnding {
    provider: ProviderId,
    visit: VisitId,
    customer: CustomerId,
    ending: Ending,
    streams: u32,
    begun: Instant,
}

impl VisitEnding {
    pub(super) const fn ending(&self) -> Ending {
        self.ending
    }
}

#[derive(Clone, Debug)]
pub(super) struct SignInEnding {
    provider: ProviderId,
    sign_in: SignInId,
    at: Moment,
    entry: Entry,
}

struct CutAll {
    millis: i64,
    streams: usize,
    doors: Vec<Arc<Door>>,
}

impl CutAll {
    /// What it says of the cut; when and whether it is written is the caller's to say.
    fn view(&self) -> EndedView {
        let cut_millis = u64::try_from(self.millis).unwrap_or(0);
        EndedView { cut_millis, visits: self.doors.len(), streams: self.streams, ..already(Moment(0)) }
    }
}

impl App {
    /// How many endings are shut in memory and not written yet.
    pub fn unwritten(&self) -> usize {
        let unwritten = lock(&self.door.unwritten);
        unwritten.grounds.len() + unwritten.visits.len() + unwritten.sign_ins.len()
    }

    /// Ends a ground with all its visits (rule B7/B8: *End now*, *Give back*), also one that sleeps with its
    /// ticket: it could wake (rule B13). Who comes second changes nothing of how, when and by whom.
    pub async fn end_ground(&self, record: &GroundRecord, ask: EndAsk) -> EndedView {
        let now = self.sources.now();
        if !record.may_open(now) {
            return already(record.ended.map_or(record.ends_at, |ending| ending.at));
        }
        let ending = ask.at(now);
        let mut new = GroundEnding {
            provider: record.provider,
            ground: record.id,
            customer: record.customer,
            ending,
            visits: 0,
            begun: Instant::now(),
        };
        // From here on no visit can be opened on it, whatever becomes of the write.
        // Kept until it is written, also when the browser that asked goes away meanwhile.
        let first = {
            let mut unwritten = lock(&self.door.unwritten);
            let first = unwritten.shut.get(&record.id).copied();
            if first.is_none() {
                unwritten.shut.insert(record.id, Shut { ending, written: None });
                unwritten.grounds.insert(record.id, new.clone());
            }
            first
        };
        if let Some(first) = first {
            let doors = self.door.pick(|door| door.visit.ground == record.id);
            let cut = cut(doors, first.ending).await;
            let written = self.door.shut(record.id).is_none_or(|shut| shut.written.is_some());
            return EndedView { ended_at: first.ending.at.into(), written, ..cut.view() };
        }
        let doors = self.door.pick(|door| door.visit.ground == record.id && door.over().is_none());
        let cut = cut(doors, ending).await;
        new.ending.cut_millis = Some(cut.millis);
        new.visits = u32::try_from(cut.doors.len()).unwrap_or(u32::MAX);
        {
            let mut unwritten = lock(&self.door.unwritten);
            unwritten.shut.insert(record.id, Shut { ending: new.ending, written: None });
            unwritten.grounds.insert(record.id, new.clone());
        }
        let written = in_time(self.write_ground_ending(new)).await;
        self.renew(&[Touched::Ground(record.id)]).await;
        self.tell_ended(record.provider, record.customer, record.terms.staff(), record.id);
        EndedView { ended_at: now.into(), written, ..cut.view() }
    }

    /// Ends one visit (rule T16/T18). Who comes second changes nothing, also while the first is unwritten.
    pub async fn end_visit(&self, record: &VisitRecord, ask: EndAsk) -> EndedView {
        let now = self.sources.now();
        if let Some(ending) = record.ended {
            return already(ending.at);
        }
        if let Some(first) = self.door.over(record.id) {
            let doors = self.door.pick(|door| door.visit.id == record.id);
            let cut = cut(doors, first).await;
            let written = !lock(&self.door.unwritten).visits.contains_key(&record.id);
            return EndedView { ended_at: first.at.into(), written, ..cut.view() };
        }
        let mut new = VisitEnding {
            provider: record.provider,
            visit: record.id,
            customer: record.customer,
            // By time it was over at its time, whenever somebody looked: nothing passed after that (rule T24).
            ending: ask.at(if runs_out(ask.how) { now.min(record.ends_at) } else { now }),
            streams: 0,
            begun: Instant::now(),
        };
        let first = {
            let mut unwritten = lock(&self.door.unwritten);
            unwritten.visits.entry(record.id).or_insert_with(|| new.clone()).ending
        };
        let doors = self.door.pick(|door| door.visit.id == record.id && door.over().is_none());
        let cut = cut(doors, first).await;
        new.ending = Ending { cut_millis: Some(cut.millis), ..first };
        new.streams = u32::try_from(cut.streams).unwrap_or(u32::MAX);
        // Shut already; only the name of who was behind it is still to be found.
        if new.ending.by == Actor::System
            && let Some(by) = self.who_ended(record, new.ending.how).await
        {
            new.ending.by = by;
            cut.doors.iter().for_each(|door| door.complete(cut.millis, Some(by)));
        }
        lock(&self.door.unwritten).visits.insert(record.id, new.clone());
        let written = in_time(self.write_visit_ending(new)).await;
        self.tell_ended(record.provider, record.customer, Some(record.staff), record.ground);
        EndedView { ended_at: first.at.into(), written, ..cut.view() }
    }

    /// Who was behind what the decision found: whoever ended the ground, or closed the ticket.
    async fn who_ended(&self, visit: &VisitRecord, how: EndedHow) -> Option<Actor> {
        let look = async {
            let mut conn = self.db.read().await?;
            let ground = ground::by_id(&mut conn, visit.provider, visit.ground).await?;
            match ground {
                Some(GroundRecord { ended: Some(ending), .. }) if ending.how == how => Ok(Some(ending.by)),
                Some(ground) => crate::door::closed_by(&mut conn, &ground, how).await,
                None => Ok(None),
            }
        };
        tokio::time::timeout(HUNG, look).await.ok().and_then(|found: Result<_, StoreError>| found.ok())?
    }

    /// Ends every ground of somebody that is open or could ever open again, and not only what reads as open.
    /// What is opened meanwhile is found by a further pass.
    pub async fn end_every(
        &self,
        provider: ProviderId,
        whose: Whose,
        ask: EndAsk,
    ) -> Result<Vec<EndedView>, StoreError> {
        let filter = whose.filter();
        let (mut ended, mut seen) = (vec![], HashSet::new());
        let (mut before, mut passes) = (None, 0);
        while passes < PASSES {
            let now = self.sources.now();
            let mut conn = self.db.read().await?;
            let found = ground::list(&mut conn, provider, filter, now, before, PAGE).await?;
            drop(conn);
            before = found.last().map(|last| last.id);
            if before.is_none() {
                passes += 1;
                continue;
            }
            let new: Vec<_> = found
                .iter()
                .filter(|record| seen.insert(record.id))
                .filter(|record| !whose.pins_alone() || record.terms.rests_on_support())
                .collect();
            ended.extend(join_all(new.into_iter().map(|record| self.end_ground(record, ask))).await);
        }
        Ok(ended)
    }

    /// Ends the visits in these products that act as a contact's user.
    pub async fn end_visits_as(&self, contact: ContactId, products: &[String], ask: EndAsk) {
        let acts = |door: &Door| door.visit.contact == contact && products.contains(&door.visit.product);
        let doors = self.door.pick(|door| door.over().is_none() && acts(door));
        join_all(doors.iter().map(|door| self.end_visit(&door.visit, ask))).await;
    }

    /// Ends the visits that a sign-in opened: nobody works on behind a closed browser.
    pub async fn end_visits_of_sign_in(&self, sign_in: SignInId, actor: Actor) {
        let doors = self.door.pick(|door| door.visit.sign_in == sign_in && door.over().is_none());
        let ask = EndAsk { how: EndedHow::SignedOut, actor };
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
            how: e.ending.how,
            visits: e.visits,
            cut_millis: e.ending.cut_millis.and_then(|millis| u64::try_from(millis).ok()),
        };
        let entry = self.ending_entry(e.provider, e.customer, e.ending, event);
        let ending = e.clone();
        let written = self
            .writer
            .change(move |tx| {
                Box::pin(async move {
                    let e = ending;
                    if !ground::end(tx, e.provider, e.ground, e.ending).await? {
                        return Err(NotWritten::Already);
                    }
                    visit::end_of_ground(tx, e.provider, e.ground, e.ending).await?;
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
            how: e.ending.how,
            cut_millis: e.ending.cut_millis.and_then(|millis| u64::try_from(millis).ok()),
            streams: e.streams,
        };
        let entry = self.ending_entry(e.provider, e.customer, e.ending, event);
        let ending = e.clone();
        let written = self
            .writer
            .change(move |tx| {
                Box::pin(async move {
                    let e = ending;
                    if !visit::end(tx, e.provider, e.visit, e.ending).await? {
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
        ending: Ending,
        event: Event,
    ) -> Entry {
        let (at, actor) = (ending.at, ending.by);
        Entry { id: self.sources.id(at), provider, customer: Some(customer), at, actor, event }
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

    fn tell_ended(
        &self,
        provider: ProviderId,
        customer: CustomerId,
        staff: Option<StaffId>,
        ground: GroundId,
    ) {
        let mut audience = vec![Audience::Customer(customer), Audience::Leads];
        audience.extend(staff.map(Audience::Staff));
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
    EndedView { ended_at: at.into(), cut_millis: 0, visits: 0, streams: 0, written: true }
}

/// Shuts all doors at once and waits until their streams have let go.
async fn cut(doors: Vec<Arc<Door>>, ending: Ending) -> CutAll {
    let started = Instant::now();
    // Counted before: a stream lets go as soon as its door is shut.
    let streams = doors.iter().map(|door| door.leash.holders()).sum();
    for door in &doors {
        door.shut(ending);
    }
    join_all(doors.iter().map(|door| door.leash.cut_and_wait(CUT_LIMIT))).await;
    let millis = i64::try_from(started.elapsed().as_millis()).unwrap_or(i64::MAX);
    for door in &doors {
        door.complete(millis, None);
    }
    CutAll { millis, streams, doors }
}
