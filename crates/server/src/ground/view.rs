//! How a ground is shown: to the customer, to the staff member, to leads.

use pforte_core::{
    entry::Reason,
    kernel::{Channel, Language, Moment, ReasonCategory},
    pin,
};
use pforte_store::{
    Conn, contact, customer, ground::GroundRecord, staff, ticket, ticket::TicketRecord, visit,
};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::told;
use crate::{
    App,
    kernel::{Problem, Timestamp},
    signin::view::{CustomerRef, customer_ref},
    visit::view::{VisitView, visit_view},
};

/// Visits shown with a ground.
const VISITS: i64 = 20;

/// A person by name.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Person {
    pub id: Uuid,
    pub name: String,
}

/// The staff member.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct StaffRef {
    pub id: Uuid,
    pub name: String,
    pub username: String,
}

/// Why it was opened; `null` once the log entry is no longer readable.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ReasonView {
    #[schema(value_type = String)]
    pub category: ReasonCategory,
    pub text: String,
}

impl From<&Reason> for ReasonView {
    fn from(reason: &Reason) -> Self {
        Self { category: reason.category, text: reason.text().to_owned() }
    }
}

/// The call or chat it belongs to.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct RecordView {
    #[schema(value_type = String)]
    pub channel: Channel,
    pub from: String,
    pub at: Timestamp,
    pub note: Option<String>,
}

/// A ticket by number and subject.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct TicketRef {
    pub id: Uuid,
    pub number: i64,
    pub subject: String,
}

impl TicketRef {
    pub fn new(ticket: &TicketRecord) -> Self {
        Self { id: ticket.id().0, number: ticket.number, subject: ticket.subject.clone() }
    }
}

/// What opened the door, for whom, why, and what was done.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct GroundView {
    pub id: Uuid,
    /// `pin` or `takeover`, later also `grant`, `onboarding`, `self_grant`.
    pub kind: String,
    /// `open` or `ended`.
    pub state: &'static str,
    pub customer: CustomerRef,
    /// Whose PIN or ticket it is, and whom the visits act as.
    pub contact: Person,
    pub staff: StaffRef,
    /// Two words that both sides can read aloud to each other; only while it is open.
    pub words: Option<[String; 2]>,
    /// The ticket that was taken over, or that the PIN was redeemed for.
    pub ticket: Option<TicketRef>,
    pub reason: Option<ReasonView>,
    pub record: Option<RecordView>,
    pub opened_at: Timestamp,
    pub ends_at: Timestamp,
    pub ended_at: Option<Timestamp>,
    /// `customer`, `staff`, `lead`, `expired`, `condition_lost`, `restart` or `kill_switch`.
    pub ended_how: Option<String>,
    /// How long it took until everything was shut.
    pub cut_millis: Option<i64>,
    /// Newest first.
    pub visits: Vec<VisitView>,
}

/// When and how a row is over: as written, as shut in memory, or by its time.
pub(crate) fn over(app: &App, ground: &GroundRecord, now: Moment) -> Option<(Moment, String)> {
    if let Some(at) = ground.ended_at {
        return Some((at, ground.ended_how.clone().unwrap_or_else(|| "condition_lost".into())));
    }
    if let Some(shut) = app.door.shut(ground.id) {
        return Some((shut.at, shut.how.word().into()));
    }
    (now >= ground.ends_at).then(|| (ground.ends_at, "expired".into()))
}

/// Loads what is shown of a ground.
pub async fn ground_view(app: &App, conn: &mut Conn, ground: &GroundRecord) -> Result<GroundView, Problem> {
    let now = app.sources.now();
    let provider = ground.provider;
    let customer = customer::by_id(conn, provider, ground.customer).await?;
    let contact = contact::by_id(conn, provider, ground.contact).await?;
    let member = staff::by_id(conn, provider, ground.staff).await?;
    let told = told(conn, ground).await?;
    let over = over(app, ground, now);
    let language =
        contact.as_ref().and_then(|c| Language::from_word(&c.language)).unwrap_or(Language::English);
    let words = over.is_none().then(|| {
        let (a, b) = pin::word_pair(&app.secrets.pin, ground.id, language);
        [a.to_owned(), b.to_owned()]
    });
    let mut visits = Vec::new();
    for record in visit::of_ground(conn, provider, ground.id, VISITS).await? {
        visits.push(visit_view(app, conn, &record).await?);
    }
    // The name as it was then; the staff table only while the entry is unreadable.
    let name = told.as_ref().map(|t| t.staff_name.clone()).or_else(|| member.as_ref().map(|m| m.name()));
    let (ended_at, ended_how) = over.unzip();
    let (reason, record) = told.map_or((None, None), |t| (t.reason, t.record));
    let ticket = match ground.ticket {
        Some(id) => ticket::by_id(conn, provider, id).await?.as_ref().map(TicketRef::new),
        None => None,
    };
    Ok(GroundView {
        id: ground.id.0,
        kind: ground.kind.clone(),
        state: if ended_at.is_none() { "open" } else { "ended" },
        customer: customer_ref(customer.as_ref(), ground.customer),
        contact: Person {
            id: ground.contact.0, name: contact.map_or_else(|| "–".to_owned(), |c| c.name())
        },
        staff: StaffRef {
            id: ground.staff.0,
            name: name.unwrap_or_else(|| "–".to_owned()),
            username: member.map_or_else(String::new, |m| m.username),
        },
        words,
        ticket,
        reason: reason.as_ref().map(ReasonView::from),
        record: record.map(|r| RecordView {
            channel: r.channel,
            from: r.from().to_owned(),
            at: r.at.into(),
            note: r.note().map(str::to_owned),
        }),
        opened_at: ground.opened_at.into(),
        ends_at: ground.ends_at.into(),
        ended_at: ended_at.map(Timestamp),
        ended_how,
        cut_millis: ground.cut_millis,
        visits,
    })
}
