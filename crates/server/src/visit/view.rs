//! How a visit and its requests are shown.

use std::{collections::HashMap, sync::Arc};

use pforte_core::{
    catalogue::{Action, Area, DataClass, Product},
    entry::{Clean, Entry, Event, Outcome},
    kernel::{EntryId, Moment},
};
use pforte_store::{Conn, Ending, ground, log, visit::VisitRecord};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    cx::{App, Problem, Timestamp, there},
    people::SignedIn,
    show::{EndingView, Known, Person, ProductRef, ReasonView, contact_name, staff_name},
};

/// Among how many of the newest requests the last page is looked for.
const LOOKED_AT: i64 = 12;

/// What an area is called.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct AreaName {
    pub de: String,
    pub en: String,
}

impl AreaName {
    fn new(area: &Area) -> Self {
        Self { de: area.german.clone(), en: area.english.clone() }
    }
}

/// The newest request of a visit.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct LastRequest {
    pub at: Timestamp,
    pub path: String,
    pub area: String,
    /// `null` where the catalogue gives it no name.
    pub area_name: Option<AreaName>,
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
    /// Pages that were opened.
    pub pages: i64,
    /// Further requests that were forwarded: what pages load.
    pub loaded: i64,
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
    /// `null` where the catalogue gives it no name.
    pub area_name: Option<AreaName>,
    /// Whether it filled a window.
    pub page: bool,
    /// Whether it is a mere file of the product: a style, a script, a picture.
    pub file: bool,
    /// Names of the parameters, never a value.
    pub query: Vec<String>,
    /// Names in the body, where the catalogue had it read.
    pub body: Vec<String>,
    /// What the product answered; `null` where that is not known.
    pub status: Option<u16>,
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
    pub fn new(entry: Entry, product: Option<&Product>, answers: &HashMap<EntryId, u16>) -> Option<Self> {
        let Event::Request { method, path, area, action, class, outcome, code, query, body, page, .. } =
            entry.event
        else {
            return None;
        };
        let known = product.and_then(|product| product.area(area.as_str()));
        let names = |list: Vec<Clean>| list.iter().map(Clean::to_string).collect();
        Some(Self {
            at: entry.at.into(),
            area_name: known.map(AreaName::new),
            page,
            file: known.is_some_and(|area| area.files),
            query: names(query),
            body: names(body),
            status: answers.get(&entry.id).copied(),
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
    let ground = there(ground::by_id(conn, visit.provider, visit.ground).await?, "ground of a visit")?;
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
    let product = app.product(&visit.product).map(Arc::as_ref);
    let newest =
        newest.into_iter().filter_map(|(_, entry)| RequestView::new(entry, product, &HashMap::new()));
    let newest: Vec<RequestView> = newest.collect();
    let last = newest.iter().find(|request| request.page);
    let last = last.or_else(|| newest.iter().find(|request| !request.file)).cloned();
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
        pages: sums.pages,
        loaded: sums.forwarded - sums.pages,
        refused: sums.refused,
        last: last.map(|r| LastRequest { at: r.at, path: r.path, area: r.area, area_name: r.area_name }),
    })
}
