//! What the gateway asks, and what it is answered. The server carries this trait out.

use std::{future::Future, sync::Arc, time::Instant};

use pforte_core::{
    access::{Closed, EndedHow, Need},
    catalogue::{Action, AskedBody, Because, DataClass, PassList, Product},
    kernel::{EntryId, Moment, VisitId},
};

pub use pforte_core::kernel::Language;

use crate::leash::{Hold, Leash};

/// Decides who may pass. Every request is asked afresh (rule X7).
pub trait Permit: Send + Sync + 'static {
    /// Exchanges a one-time opening token for the visit's cookie value.
    fn enter(&self, label: &str, token: &str) -> impl Future<Output = Result<Entered, Shut>> + Send;

    /// Whether this visit's product can only classify the request with its body. Says nothing about
    /// whether it passes.
    fn reads_body(&self, ask: &Ask<'_>) -> bool;

    /// Decides one request. When it answers `Ok`, the request's log entry is durable (rule W2).
    fn admit(&self, ask: Ask<'_>) -> impl Future<Output = Result<Pass, Shut>> + Send;

    /// Notes that an admitted request was not forwarded after all; `why` is the code of what stopped it.
    fn not_forwarded(&self, pass: &Pass, why: &'static str) -> impl Future<Output = ()> + Send;

    /// Notes what the product answered. Must not wait: it is written with others, a moment later.
    fn answered(&self, label: &str, pass: &Pass, status: u16);

    /// What the bar shows. Neither logged nor counted as activity.
    fn status(&self, label: &str, cookie: Option<&str>) -> impl Future<Output = Result<Status, Shut>> + Send;

    /// The staff member ends the visit from the bar.
    fn end(&self, label: &str, cookie: Option<&str>) -> impl Future<Output = Result<Ended, Shut>> + Send;
}

/// One request, as far as the decision may know it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Ask<'a> {
    /// The first label of the host name: names the visit.
    pub label: &'a str,
    /// The value of our own cookie, if the browser sent exactly one.
    pub cookie: Option<&'a str>,
    pub method: &'a str,
    /// Canonical path, without query.
    pub path: &'a str,
    /// As it was sent, without the question mark.
    pub query: &'a str,
    pub body: AskedBody<'a>,
    /// Whether the answer would fill a window.
    pub page: bool,
    /// The gateway's own code for why this goes no further: it is logged and refused.
    pub stopped: Option<&'static str>,
    /// Whether the request asks to become a WebSocket.
    pub websocket: bool,
}

/// The cookie that opens the visit's origin from now on.
#[derive(Clone, Debug)]
pub struct Entered {
    pub cookie: String,
}

/// Leave to forward one request. Forwarding consumes it.
#[derive(Debug)]
pub struct Pass {
    pub visit: VisitId,
    /// The durable log entry of this request.
    pub entry: EntryId,
    pub product: Arc<Product>,
    /// Position of the matched route in `product.routes`.
    pub route: usize,
    /// Whether the answer goes through the route's pass list.
    pub masked: bool,
    pub identity: Arc<Identity>,
    pub bar: Bar,
    /// When the visit ends at the latest, on the monotonic clock.
    pub deadline: Instant,
    /// Held while anything of this request is under way.
    pub hold: Hold,
    pub leash: Arc<Leash>,
    pub jar: Arc<crate::CookieJar>,
}

impl Pass {
    /// The pass list that applies, if the answer is masked.
    pub fn pass_list(&self) -> Option<&PassList> {
        self.masked.then(|| self.product.routes[self.route].pass.as_ref()).flatten()
    }
}

/// Who the upstream is told is asking.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// The id of the customer's user in this product: whom the visit acts as (rule T12).
    pub user: String,
    /// The staff member's username.
    pub staff: String,
    /// Signed, at most 60 seconds old.
    pub token: String,
}

/// What the bar over every page says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bar {
    pub language: Language,
    /// The name of the contact whose user the visit acts as.
    pub acting_as: String,
    /// The customer's number and name.
    pub customer: String,
    /// What the visit is for: "call of 14:05" or "ticket 1042".
    pub occasion: String,
    pub minutes_left: u32,
}

/// The bar's live state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Status {
    pub minutes_left: u32,
    pub ends_at: Moment,
}

/// A visit was ended; `cut_millis` is how long until everything was shut.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ended {
    pub cut_millis: u64,
    pub language: Language,
    /// Where the agent goes on: the desk's address.
    pub desk: String,
}

/// Why a request does not pass. Each has a page of its own, in the reader's language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shut {
    pub why: Why,
    pub language: Language,
    /// The desk's address, for the way back.
    pub desk: String,
    /// While the visit goes on: the bar stays.
    pub bar: Option<Box<Bar>>,
    /// What was asked for, and which rule refused it.
    pub told: Option<Box<Refused>>,
}

impl Shut {
    /// Says why, and nothing about the request.
    pub const fn new(why: Why, language: Language, desk: String) -> Self {
        Self { why, language, desk, bar: None, told: None }
    }
}

/// A refused request and its rule, for the page that says so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    pub method: String,
    pub path: String,
    /// The area as it is called in the reader's language.
    pub area: Option<String>,
    /// The path pattern of the route, with what the catalogue says of it.
    pub rule: Option<(String, Action, DataClass)>,
    pub because: Because,
    /// Names of the parameters, never a value.
    pub query: Vec<String>,
}

/// The reasons a request is refused, from the reader's side.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Why {
    /// No such visit, or not this browser's: says nothing about which (404).
    NotHere,
    /// The opening link was used or is too old (410).
    LinkSpent,
    /// The visit is over, and that is all this browser may know (410).
    Ended,
    /// The visit is over (410).
    Over { how: EndedHow, cut_millis: Option<u64> },
    /// Nobody classified the route (403).
    Unclassified,
    /// The decision shut it (403), or nothing can be logged (503).
    Closed(Closed),
    /// Something would open it (403).
    Needs(Need),
    /// One masked page was asked too often with parameters (429).
    TooOften,
    /// The gateway itself refuses; its own page says why.
    Stopped,
    /// Too many requests wait (503).
    Busy,
}
