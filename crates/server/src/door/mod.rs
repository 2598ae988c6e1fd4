//! The doors: every running visit with the facts that decide about it, held in memory.
//!
//! The gateway asks here on each request (`permit.rs`); a committed change renews the facts it touches
//! before it is answered (`facts.rs`); ending shuts in memory first and is written after (`end.rs`);
//! `watch.rs` shuts what time, a lost lease or a full disk shuts. Must never open anything that
//! [`pforte_core::access::decide`] did not open.

mod answers;
mod end;
mod facts;
mod opened;
mod pace;
mod permit;
mod watch;

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError, RwLock,
        atomic::{AtomicBool, AtomicI64},
    },
    time::{Duration, Instant},
};

pub use end::{EndAsk, EndedView, Whose};
pub use facts::{held, load_facts, staff_facts};
pub use opened::{Told, told};
pub(crate) use opened::{closed_by, occasion, over};
use pforte_core::{
    access::Facts,
    catalogue::Product,
    entry::Actor,
    kernel::{CustomerId, GroundId, Language, Moment, SignInId, StaffId, TicketId, VisitId},
};
use pforte_gateway::{CookieJar, Identity, Leash};
use pforte_store::{Conn, Ending, StoreError, visit::VisitRecord};
use tokio::sync::Notify;
pub use watch::{LEASE, start as watch};

use crate::cx::App;

/// One running visit.
pub struct Door {
    pub visit: VisitRecord,
    pub product: Arc<Product>,
    pub leash: Arc<Leash>,
    jar: Arc<CookieJar>,
    /// When the hour is up, on the monotonic clock.
    deadline: Instant,
    shown: Shown,
    /// When the customer's pages were last told of a request, and whether more came since.
    told_at: AtomicI64,
    untold: AtomicBool,
    /// Held while facts are read and taken over.
    renewing: tokio::sync::Mutex<()>,
    state: Mutex<State>,
    /// What the product answered and is not written yet.
    answers: Mutex<answers::Answers>,
}

/// What the bar and the token say; fixed for the visit's life.
#[derive(Clone, Debug)]
pub struct Shown {
    pub language: Language,
    /// The customer's user in the product (rule T12).
    pub user: String,
    pub staff_username: String,
    pub staff_name: String,
    pub acting_as: String,
    pub customer_number: String,
    pub customer_name: String,
    pub occasion: &'static str,
    /// The ticket that its ground belongs to.
    pub ticket: Option<TicketId>,
}

struct State {
    facts: Facts,
    link: Option<(String, Moment)>,
    cookie_hash: Option<String>,
    over: Option<Ending>,
    identity: Option<(Arc<Identity>, Moment)>,
}

/// How long one listener to live updates is served before it has to come back and be asked again.
pub const LISTEN_MAX: Duration = Duration::from_secs(60 * 60);
/// No request still works with a row that it read longer ago.
const READ_MAX: Duration = Duration::from_secs(60);

/// What a committed change may have touched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Touched {
    Staff(StaffId),
    Customer(CustomerId),
    Ground(GroundId),
    /// Through the takeovers of it.
    Ticket(TicketId),
}

/// All doors of this server.
#[derive(Default)]
pub struct Doors {
    by_label: RwLock<HashMap<String, Arc<Door>>>,
    /// Ended in memory while the database could not be written; stays shut until it is.
    unwritten: Mutex<Unwritten>,
    /// Until when this run's lease is alive, on the monotonic clock.
    leased_until: Mutex<Option<Instant>>,
    sign_in_ended: Notify,
    /// How often masked pages were asked with parameters.
    questions: pace::Questions,
}

#[derive(Default)]
struct Unwritten {
    /// Grounds that are ended in memory, whether or not the first attempt to write it has failed yet. Kept
    /// for a while after it is written: whoever read the row before still finds here that it is over.
    shut: HashMap<GroundId, Shut>,
    grounds: HashMap<GroundId, end::GroundEnding>,
    visits: HashMap<VisitId, end::VisitEnding>,
    sign_ins: HashMap<SignInId, end::SignInEnding>,
    /// Sign-ins ended in this run: listeners are cut without asking the database.
    signed_out: HashMap<SignInId, Instant>,
}

/// How a ground was ended in memory.
#[derive(Clone, Copy, Debug)]
pub struct Shut {
    pub ending: Ending,
    /// When its row said so, too.
    written: Option<Instant>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Door {
    fn new(visit: VisitRecord, product: Arc<Product>, shown: Shown, facts: Facts, now: Moment) -> Self {
        let left: Duration = (visit.ends_at - now).into();
        let link = visit.link_hash.clone().zip(visit.link_until);
        let cookie_hash = visit.cookie_hash.clone();
        Self {
            product,
            leash: Arc::default(),
            jar: Arc::default(),
            deadline: Instant::now() + left,
            shown,
            told_at: AtomicI64::new(0),
            untold: AtomicBool::new(false),
            renewing: tokio::sync::Mutex::new(()),
            state: Mutex::new(State { facts, link, cookie_hash, over: None, identity: None }),
            answers: Mutex::default(),
            visit,
        }
    }

    /// Whether the visit is over, when, how and by whom.
    pub fn over(&self) -> Option<Ending> {
        lock(&self.state).over
    }

    /// Shuts at once, in memory: nothing more is admitted, open streams end. The first ending stays.
    fn shut(&self, ending: Ending) {
        let mut state = lock(&self.state);
        if state.over.is_none() {
            state.over = Some(ending);
            if let Some(visit) = &mut state.facts.visit {
                visit.ended = Some(ending.how);
            }
        }
        drop(state);
        self.leash.cut();
    }

    /// Completes what is known of the ending: how long the cut took, and who was behind it.
    fn complete(&self, millis: i64, by: Option<Actor>) {
        if let Some(over) = &mut lock(&self.state).over {
            over.cut_millis.get_or_insert(millis);
            if over.by == Actor::System {
                over.by = by.unwrap_or(Actor::System);
            }
        }
    }
}

impl Doors {
    /// The door behind a host name's first label.
    fn by_label(&self, label: &str) -> Option<Arc<Door>> {
        self.by_label.read().unwrap_or_else(PoisonError::into_inner).get(label).cloned()
    }

    /// Every door that a condition picks.
    fn pick(&self, condition: impl Fn(&Door) -> bool) -> Vec<Arc<Door>> {
        let doors = self.by_label.read().unwrap_or_else(PoisonError::into_inner);
        doors.values().filter(|door| condition(door)).cloned().collect()
    }

    fn add(&self, door: Arc<Door>) {
        let mut doors = self.by_label.write().unwrap_or_else(PoisonError::into_inner);
        doors.insert(door.visit.label.clone(), door);
    }

    /// Opens a visit's door: loads its facts and what its bar shows.
    pub(crate) async fn open(
        &self,
        app: &App,
        conn: &mut Conn,
        visit: VisitRecord,
        last_active_at: Option<Moment>,
        now: Moment,
    ) -> Result<(), StoreError> {
        let missing = |what: &str| StoreError::Inconsistent(format!("visit {}: no {what}", visit.id));
        let product = app.product(&visit.product).cloned().ok_or_else(|| missing("product"))?;
        let last_active_at = last_active_at.unwrap_or(visit.started_at);
        let facts = facts::visit_facts(app, conn, &visit, last_active_at).await?;
        let facts = facts.ok_or_else(|| missing("facts"))?;
        let shown = facts::shown(conn, &visit).await?.ok_or_else(|| missing("user"))?;
        self.add(Arc::new(Door::new(visit, product, shown, facts, now)));
        Ok(())
    }

    /// Ends every open stream; doors stay as they are.
    pub fn cut_all(&self) {
        for door in self.pick(|_| true) {
            door.leash.cut();
        }
    }

    /// Forgets doors that have been over for a while; until then their page can say how they ended.
    fn forget(&self, before: Moment) {
        let mut doors = self.by_label.write().unwrap_or_else(PoisonError::into_inner);
        doors.retain(|_, door| door.over().is_none() || door.visit.ends_at > before);
        drop(doors);
        let mut unwritten = lock(&self.unwritten);
        let Unwritten { shut, signed_out, sign_ins, .. } = &mut *unwritten;
        shut.retain(|_, shut| shut.written.is_none_or(|written| written.elapsed() < READ_MAX));
        signed_out.retain(|id, at| at.elapsed() < LISTEN_MAX * 2 || sign_ins.contains_key(id));
    }

    /// How a visit is over in memory; `None` while it runs or is not held here.
    pub fn over(&self, visit: VisitId) -> Option<Ending> {
        let held = self.pick(|door| door.visit.id == visit).first().and_then(|door| door.over());
        held.or_else(|| lock(&self.unwritten).visits.get(&visit).map(end::VisitEnding::ending))
    }

    /// Visits that are running now.
    pub fn running(&self) -> usize {
        self.pick(|door| door.over().is_none()).len()
    }

    /// How a ground was ended in memory, where its row may not say so: it is not written yet, or only
    /// since the row was read.
    pub fn shut(&self, ground: GroundId) -> Option<Shut> {
        lock(&self.unwritten).shut.get(&ground).copied()
    }

    pub fn ground_shut(&self, ground: GroundId) -> bool {
        self.shut(ground).is_some()
    }

    /// Whether a sign-in ended in this run.
    pub fn is_signed_out(&self, sign_in: SignInId) -> bool {
        lock(&self.unwritten).signed_out.contains_key(&sign_in)
    }

    /// Ends a sign-in in memory, before it is written.
    pub fn sign_out(&self, sign_in: SignInId) {
        lock(&self.unwritten).signed_out.insert(sign_in, Instant::now());
        self.sign_in_ended.notify_waiters();
    }

    /// Resolves when the sign-in has ended.
    pub fn sign_in_ended(self: &Arc<Self>, sign_in: SignInId) -> impl Future<Output = ()> + Send + use<> {
        let doors = Arc::clone(self);
        async move {
            loop {
                let notified = doors.sign_in_ended.notified();
                if doors.is_signed_out(sign_in) {
                    return;
                }
                notified.await;
            }
        }
    }

    /// Whether anything may be forwarded at all: the lease is alive.
    pub fn leased(&self) -> bool {
        lock(&self.leased_until).is_some_and(|until| Instant::now() < until)
    }
}

impl App {
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
}
