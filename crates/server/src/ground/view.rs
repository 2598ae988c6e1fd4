//! How a ground is shown: to the customer, to the staff member, to leads.

use crate::{
    cx::{App, Problem, Timestamp},
    door::{over, told},
    people::SignedIn,
    show::{CustomerRef, EndingView, Known, Person, ReasonView, StaffRef, TicketRef, customer_ref},
    visit::view::{VisitView, visit_of},
};
use pforte_core::{
    kernel::{Channel, Language},
    pin,
};
use pforte_store::{Conn, contact, customer, ground::GroundRecord, staff, visit};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// Visits shown with a ground.
const VISITS: i64 = 20;

/// The call or chat it belongs to.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct RecordView {
    #[schema(value_type = String)]
    pub channel: Channel,
    pub from: String,
    pub at: Timestamp,
    pub note: Option<String>,
}

/// What opened the door, for whom, why, and what was done.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct GroundView {
    pub id: Uuid,
    /// `pin`, `takeover`, `grant`, `onboarding` or `self_grant`.
    pub kind: &'static str,
    /// `open` or `ended`.
    pub state: &'static str,
    pub customer: CustomerRef,
    /// Whose PIN or ticket it is, and whom the visits act as.
    pub contact: Person,
    /// Whom it opens for; `null` when it opens for whoever meets the conditions.
    pub staff: Option<StaffRef>,
    /// Two words that both sides can read aloud to each other; only while it is open.
    pub words: Option<[String; 2]>,
    /// The ticket that was taken over, or that the PIN was redeemed for.
    pub ticket: Option<TicketRef>,
    /// It was for a colleague's request or call, which this person may not read: then neither the request nor
    /// what was said is there.
    pub of_colleague: bool,
    pub reason: Option<ReasonView>,
    pub record: Option<RecordView>,
    pub opened_at: Timestamp,
    pub ends_at: Timestamp,
    pub ended_at: Option<Timestamp>,
    /// The word of how it ended, as in `ending`.
    pub ended_how: Option<&'static str>,
    pub ending: Option<EndingView>,
    /// How long it took until everything was shut.
    pub cut_millis: Option<i64>,
    /// Newest first.
    pub visits: Vec<VisitView>,
}

/// Loads what is shown of a ground.
pub async fn ground_view(
    app: &App,
    conn: &mut Conn,
    who: &SignedIn,
    ground: &GroundRecord,
) -> Result<GroundView, Problem> {
    let now = app.sources.now();
    let provider = ground.provider;
    let customer = customer::by_id(conn, provider, ground.customer).await?;
    let contact = contact::by_id(conn, provider, ground.terms.contact()).await?;
    let member = match ground.terms.staff() {
        Some(id) => staff::by_id(conn, provider, id).await?,
        None => None,
    };
    let told = told(conn, ground).await?;
    let over = over(app, conn, ground, now).await?;
    let known = Known::of(conn, who, ground).await?;
    let language =
        contact.as_ref().and_then(|c| Language::from_word(&c.language)).unwrap_or(Language::English);
    let words = over.is_none().then(|| {
        let (a, b) = pin::word_pair(&app.secrets.pin, ground.id, language);
        [a.to_owned(), b.to_owned()]
    });
    let mut visits = Vec::new();
    for record in visit::of_ground(conn, provider, ground.id, VISITS).await? {
        visits.push(visit_of(app, conn, &record, known.matter).await?);
    }
    // The name as it was then; the staff table only while the entry is unreadable.
    let name = told.as_ref().map(|t| t.staff_name.clone()).or_else(|| member.as_ref().map(|m| m.name()));
    let told = told.filter(|_| known.matter);
    let (reason, record) = told.map_or((None, None), |t| (t.reason, t.record));
    let ending = match over {
        Some(ending) => Some(EndingView::new(conn, provider, ending).await?),
        None => None,
    };
    Ok(GroundView {
        id: ground.id.0,
        kind: ground.terms.kind().word(),
        state: if over.is_none() { "open" } else { "ended" },
        customer: customer_ref(customer.as_ref(), ground.customer),
        contact: Person {
            id: ground.terms.contact().0,
            name: contact.map_or_else(|| "–".to_owned(), |c| c.name()),
        },
        staff: ground.terms.staff().map(|id| StaffRef {
            id: id.0,
            name: name.unwrap_or_else(|| "–".to_owned()),
            username: member.map_or_else(String::new, |m| m.username),
        }),
        words,
        ticket: known.ticket,
        of_colleague: !known.matter,
        reason: reason.as_ref().map(ReasonView::from),
        record: record.map(|r| RecordView {
            channel: r.channel,
            from: r.from().to_owned(),
            at: r.at.into(),
            note: r.note().map(str::to_owned),
        }),
        opened_at: ground.opened_at.into(),
        ends_at: ground.ends_at.into(),
        ended_at: over.map(|ending| Timestamp(ending.at)),
        ended_how: ending.as_ref().map(|ending| ending.how),
        cut_millis: over.and_then(|ending| ending.cut_millis),
        ending,
        visits,
    })
}
