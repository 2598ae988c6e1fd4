//! How a ticket's door is shown: what it opened, and what it opens to the staff member who asks.

use pforte_core::{
    access::{Ask, ContactFacts, Decision, Ground, HeldGround, Takeover, Terms, decide},
    kernel::{GroundId, Moment, StaffId},
};
use pforte_store::{
    Conn,
    contact::{self, Contact},
    customer,
    ground::{self, GroundRecord},
    staff::Staff,
    ticket::TicketRecord,
};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::message_view::People;
use crate::{
    cx::{App, Problem, Timestamp},
    door::{load_facts, over},
    show::{ProductDoorView, StaffRef},
};

/// A ground that belongs to the ticket (rule X5).
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct GroundRef {
    pub id: Uuid,
    pub kind: &'static str,
    /// `open` or `ended`.
    pub state: &'static str,
    /// `null` when it opens for whoever meets the conditions.
    pub staff: Option<StaffRef>,
    pub opened_at: Timestamp,
}

/// What of the door is open to the staff member who asks.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct TicketAccess {
    /// The decision's code.
    pub code: String,
    /// `open`, `needs` or `closed`.
    pub decision: &'static str,
    pub products: Vec<ProductDoorView>,
    pub ground_id: Option<Uuid>,
    /// Whether the customer has yet to say that it is theirs (rules B10, B13).
    pub needs_confirmation: bool,
}

pub(super) async fn grounds(
    app: &App,
    conn: &mut Conn,
    record: &TicketRecord,
) -> Result<Vec<GroundRef>, Problem> {
    let now = app.sources.now();
    let all = ground::of_ticket(conn, record.provider, record.id()).await?;
    let mut people = People::new(conn, record.provider);
    let mut views = Vec::with_capacity(all.len());
    for held in all {
        views.push(GroundRef {
            id: held.id.0,
            kind: held.terms.kind().word(),
            state: if over(app, people.conn, &held, now).await?.is_none() { "open" } else { "ended" },
            staff: match held.terms.staff() {
                Some(id) => Some(people.staff(id).await?.1),
                None => None,
            },
            opened_at: held.opened_at.into(),
        });
    }
    Ok(views)
}

/// What is open to this staff member because of the ticket. Whoever has no ground yet is told what the
/// decision says about one that nobody has.
pub(super) async fn access(
    app: &App,
    conn: &mut Conn,
    staff: &Staff,
    record: &TicketRecord,
) -> Result<TicketAccess, Problem> {
    let now = app.sources.now();
    let customer = customer::by_id(conn, record.provider, record.life.customer).await?;
    let customer = customer.ok_or_else(Problem::not_found)?;
    let mine =
        |g: &GroundRecord| g.terms.opens_for(staff.id) && g.ended.is_none() && !app.door.ground_shut(g.id);
    let all = ground::of_ticket(conn, record.provider, record.id()).await?;
    let held: Vec<GroundRecord> = all.into_iter().filter(mine).collect();
    let mut facts = load_facts(app, conn, staff, &customer, &held).await?;
    if !held.iter().any(|g| matches!(g.terms, Terms::Takeover { .. })) {
        let asker = contact::by_id(conn, record.provider, record.life.contact).await?;
        facts.grounds.push(nobodys(record, &asker.ok_or_else(Problem::not_found)?, now));
    }
    let products = app.products.iter().map(|product| {
        let decision = decide(&facts, &Ask::List { product: &product.id }, now);
        (ProductDoorView::new(app, &product.id, decision), decision)
    });
    let (products, decisions): (Vec<_>, Vec<Decision>) = products.unzip();
    // The answer for the product that opens, if one does.
    let best = decisions.iter().find(|d| d.opening().is_some()).or(decisions.first());
    Ok(TicketAccess {
        code: best.map_or("ground.none", |d| d.code()).to_owned(),
        decision: best.map_or("closed", |d| d.word()),
        products,
        ground_id: best.and_then(Decision::opening).map(|o| o.ground.0),
        needs_confirmation: !record.life.customer_stands_behind(),
    })
}

/// A takeover by nobody: so that the decision says what would open the ticket.
fn nobodys(record: &TicketRecord, asker: &Contact, now: Moment) -> HeldGround {
    let contact = ContactFacts { id: asker.id, active: asker.active, rights: asker.rights };
    HeldGround {
        id: GroundId(Uuid::nil()),
        customer: record.life.customer,
        ground: Ground::Takeover(Takeover {
            staff: StaffId(Uuid::nil()),
            taken_over_at: now,
            ticket: record.life.facts(contact),
            ended: None,
        }),
    }
}
