//! How a visit and its requests are shown.

use std::sync::Arc;

use pforte_core::{
    catalogue::{Action, DataClass, Product},
    entry::{Entry, Event, Outcome},
    kernel::Moment,
};
use pforte_store::{Conn, Ending, ground, log, visit::VisitRecord};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    App,
    app::{contact_name, staff_name},
    ground::view::{EndingView, Person, ReasonView},
    kernel::{Problem, SignedIn, Timestamp},
    ticket::Known,
};

/// The area of static files, by convention of the catalogue: nothing of the customer's.
pub(crate) const ASSETS: &str = "assets";
/// Among how many of the newest requests the last page is looked for.
const LOOKED_AT: i64 = 12;

/// A product by name.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ProductRef {
    pub id: String,
    pub name: String,
}

impl ProductRef {
    pub fn new(product: &Arc<Product>) -> Self {
        Self { id: product.id.clone(), name: product.name.clone() }
    }

    pub fn by_id(app: &App, id: &str) -> Self {
        app.product(id).map_or_else(|| Self { id: id.into(), name: id.into() }, Self::new)
    }
}

/// The newest request of a visit.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct LastRequest {
    pub at: Timestamp,
    pub path: String,
    pub area: String,
}

/// One staff member inside one product.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct VisitView {
    pub id: Uuid,
    pub ground_id: Uuid,
    pub product: ProductRef,
    pub staff: Person,
    /// Whose user the visit acts as.
    pub acting_as: Person,
    /// Why it was opened; `null` once the log entry is no longer readable, and for who may not read it.
    pub reason: Option<ReasonView>,
    /// It was for a colleague's request or call, which this person may not read.
    pub of_colleague: bool,
    /// `open` or `ended`.
    pub state: &'static str,
    pub started_at: Timestamp,
    pub ends_at: Timestamp,
    pub ended_at: Option<Timestamp>,
    /// The word of how it ended, as in `ending`.
    pub ended_how: Option<&'static str>,
    pub ending: Option<EndingView>,
    pub cut_millis: Option<i64>,
    /// Requests that were forwarded.
    pub pages: i64,
    pub refused: i64,
    pub last: Option<LastRequest>,
}

/// One request of a visit.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct RequestView {
    pub at: Timestamp,
    pub method: String,
    pub path: String,
    pub area: String,
    #[schema(value_type = String)]
    pub action: Action,
    #[schema(value_type = String)]
    pub class: DataClass,
    #[schema(value_type = String)]
    pub outcome: Outcome,
    /// The decision's code.
    pub code: String,
}

impl RequestView {
    /// From a log entry; `None` when it is none of a request.
    pub fn new(entry: Entry) -> Option<Self> {
        let Event::Request { method, path, area, action, class, outcome, code, .. } = entry.event else {
            return None;
        };
        Some(Self {
            at: entry.at.into(),
            method: method.to_string(),
            path: path.to_string(),
            area: area.to_string(),
            action,
            class,
            outcome,
            code: code.to_string(),
        })
    }
}

pub(crate) fn over(app: &App, visit: &VisitRecord, now: Moment) -> Option<Ending> {
    visit.ended.or_else(|| app.door.over(visit.id)).or_else(|| {
        let (how, at) = visit.runs_out();
        (now >= at).then(|| Ending::of_itself(at, how))
    })
}

/// Loads what this person is shown of a visit.
pub async fn visit_view(
    app: &App,
    conn: &mut Conn,
    who: &SignedIn,
    visit: &VisitRecord,
) -> Result<VisitView, Problem> {
    let ground = ground::by_id(conn, visit.provider, visit.ground).await?.ok_or_else(Problem::not_found)?;
    let known = Known::of(conn, who, &ground).await?;
    visit_of(app, conn, visit, known.matter).await
}

/// The same for whoever looked already whether this person may read what it was for.
pub(crate) async fn visit_of(
    app: &App,
    conn: &mut Conn,
    visit: &VisitRecord,
    matter: bool,
) -> Result<VisitView, Problem> {
    let provider = visit.provider;
    let sums = log::sums(conn, provider, visit.id).await?;
    // A page's own styles and scripts come after it; what was opened is the page.
    let newest = log::requests_of_visit(conn, provider, visit.id, None, LOOKED_AT).await?;
    let mut newest = newest.into_iter().filter_map(|(_, entry)| RequestView::new(entry));
    let last = newest.find(|request| request.area != ASSETS);
    let opened = log::by_id(conn, provider, visit.entry).await?;
    let reason = match opened.map(|entry| entry.event) {
        Some(Event::VisitOpened { reason, .. }) if matter => Some(ReasonView::from(&reason)),
        _ => None,
    };
    let over = over(app, visit, app.sources.now());
    let ending = match over {
        Some(ending) => Some(EndingView::new(conn, provider, ending).await?),
        None => None,
    };
    Ok(VisitView {
        id: visit.id.0,
        ground_id: visit.ground.0,
        product: ProductRef::by_id(app, &visit.product),
        staff: Person { id: visit.staff.0, name: staff_name(conn, provider, visit.staff).await? },
        acting_as: Person { id: visit.contact.0, name: contact_name(conn, provider, visit.contact).await? },
        reason,
        state: if over.is_none() { "open" } else { "ended" },
        started_at: visit.started_at.into(),
        ends_at: visit.ends_at.into(),
        ended_at: over.map(|ending| Timestamp(ending.at)),
        ended_how: ending.as_ref().map(|ending| ending.how),
        cut_millis: over.and_then(|ending| ending.cut_millis),
        ending,
        of_colleague: !matter,
        pages: sums.forwarded,
        refused: sums.refused,
        last: last.map(|r| LastRequest { at: r.at, path: r.path, area: r.area }),
    })
}
