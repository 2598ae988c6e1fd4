//! What the agent needs on the phone, on the customer's page and beside a ticket: requests, visits, people,
//! notes.
//!
//! What is shown is the one decision's to say: names and requests always (rules B4, B11), notes while a door of
//! one's own to the customer is open, addresses and numbers only where personal data is (rules B5, X2).

use pforte_core::{
    access::{Ask, Mask, decide},
    catalogue::MASK,
    kernel::{ContactRole, Moment, NoteId},
};
use pforte_store::{
    Conn,
    customer::Customer,
    customer_note::{self, Note},
    ground::{self, Filter, Standing},
    phone,
    staff::Staff,
    visit,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    contact::Circle,
    cx::{App, Problem, Timestamp},
    door::load_facts,
    people::{SignedIn, StaffActor, Who, display},
    show::{EndingView, Person, ProductRef, staff_name},
    ticket::{
        line::TicketLine,
        list::{TicketQuery, list},
    },
    visit::view::over,
};

const OPEN: i64 = 8;
const LAST: i64 = 8;
const VISITS: i64 = 6;

/// How much of a customer a staff member sees now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sight {
    /// A door of theirs is open.
    pub open: bool,
    /// And it shows personal data.
    pub personal: bool,
}

/// Asks the one decision what is open to a staff member at a customer.
pub async fn sight(
    app: &App,
    conn: &mut Conn,
    staff: &Staff,
    customer: &Customer,
    now: Moment,
) -> Result<Sight, Problem> {
    let filter = Filter {
        customer: Some(customer.id),
        staff: Some(staff.id),
        standing: Some(Standing::Open),
        ..Filter::default()
    };
    let mut grounds = ground::list(conn, customer.provider, filter, now, None, 50).await?;
    grounds.retain(|ground| !app.door.ground_shut(ground.id));
    let facts = load_facts(app, conn, staff, customer, &grounds).await?;
    let mut seen = Sight { open: false, personal: false };
    for product in &app.products {
        let decision = decide(&facts, &Ask::List { product: &product.id }, now);
        if let Some(opening) = decision.opening() {
            seen.open = true;
            seen.personal |= opening.mask == Mask::None;
        }
    }
    Ok(seen)
}

/// A contact, as far as it may be known now.
#[derive(Serialize, ToSchema)]
pub struct PanelContact {
    id: Uuid,
    name: String,
    #[schema(value_type = String)]
    role: ContactRole,
    support: bool,
    /// With both rights.
    authorised: bool,
    /// The primary address, masked unless personal data is open; `null` when there is none.
    address: Option<String>,
    /// Masked alike.
    phones: Vec<String>,
}

/// A visit of somebody's in one of the customer's products.
#[derive(Serialize, ToSchema)]
pub struct PanelVisit {
    id: Uuid,
    ground_id: Uuid,
    product: ProductRef,
    staff: Person,
    started_at: Timestamp,
    ended_at: Option<Timestamp>,
    /// How, by whom, in words.
    ending: Option<EndingView>,
}

/// A note on the customer.
#[derive(Serialize, ToSchema)]
pub struct NoteView {
    id: Uuid,
    text: String,
    by: Person,
    written_at: Timestamp,
    edited_at: Option<Timestamp>,
    mine: bool,
    /// A lead or whoever wrote it.
    may_delete: bool,
}

/// What was written.
#[derive(Serialize, ToSchema)]
pub struct NoteWritten {
    #[serde(flatten)]
    note: NoteView,
    /// Whether something that looks like a password or token was taken out.
    redacted: bool,
}

impl NoteWritten {
    pub(super) async fn load(
        conn: &mut Conn,
        who: &StaffActor,
        (note, redacted): (Note, bool),
    ) -> Result<Self, Problem> {
        Ok(Self { note: note_view(conn, who, note).await?, redacted })
    }
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NoteBody {
    pub text: String,
}

/// A customer at a glance.
#[derive(Serialize, ToSchema)]
pub struct PanelView {
    /// Whether a door of mine to the customer is open.
    open: bool,
    /// Whether it shows personal data.
    personal: bool,
    /// Requests that are not closed, the most urgent first.
    open_tickets: Vec<TicketLine>,
    /// The newest of those that are closed or locked.
    last_tickets: Vec<TicketLine>,
    /// Newest first.
    visits: Vec<PanelVisit>,
    contacts: Vec<PanelContact>,
    /// How many notes there are.
    note_count: i64,
    /// Newest first; `null` until a door of mine is open.
    notes: Option<Vec<NoteView>>,
}

async fn note_view(conn: &mut Conn, who: &StaffActor, note: Note) -> Result<NoteView, Problem> {
    let name = staff_name(conn, note.provider, note.staff).await?;
    let (mine, id): (bool, NoteId) = (note.staff == who.staff.id, note.id);
    Ok(NoteView {
        id: id.0,
        text: note.body,
        by: Person { id: note.staff.0, name },
        written_at: note.written_at.into(),
        edited_at: note.edited_at.map(Into::into),
        mine,
        may_delete: mine || who.staff.leads(),
    })
}

/// Loads it.
pub async fn panel(app: &App, who: &StaffActor, customer: &Customer) -> Result<PanelView, Problem> {
    let now = app.sources.now();
    let mut conn = app.read().await?;
    let seen = sight(app, &mut conn, &who.staff, customer, now).await?;
    let contacts = contacts(&mut conn, customer, seen).await?;
    let visits = visits(app, &mut conn, customer, now).await?;
    let note_count = customer_note::count(&mut conn, customer.provider, customer.id).await?;
    let notes = match seen.open {
        false => None,
        true => {
            let mut all = vec![];
            for note in customer_note::of_customer(&mut conn, customer.provider, customer.id).await? {
                all.push(note_view(&mut conn, who, note).await?);
            }
            Some(all)
        }
    };
    drop(conn);
    let asks = SignedIn { sign_in: who.sign_in.clone(), who: Who::Staff(who.staff.clone()) };
    let tickets = |state: &str, sort: &str, limit| {
        let (state, sort) = (Some(state.to_owned()), Some(sort.to_owned()));
        TicketQuery {
            customer: Some(customer.id.0),
            state,
            sort,
            limit: Some(limit),
            ..TicketQuery::default()
        }
    };
    let open = TicketQuery { state: None, ..tickets("", "urgent", OPEN) };
    let open_tickets = list(app, &asks, open).await?.items;
    let mut last_tickets = list(app, &asks, tickets("closed", "newest", LAST)).await?.items;
    last_tickets.extend(list(app, &asks, tickets("locked", "newest", LAST)).await?.items);
    last_tickets.sort_by_key(|line| std::cmp::Reverse(line.number));
    last_tickets.truncate(usize::try_from(LAST).unwrap_or_default());
    Ok(PanelView {
        open: seen.open,
        personal: seen.personal,
        open_tickets,
        last_tickets,
        visits,
        contacts,
        note_count,
        notes,
    })
}

async fn contacts(conn: &mut Conn, customer: &Customer, seen: Sight) -> Result<Vec<PanelContact>, Problem> {
    let shown = |text: String| if seen.personal { text } else { MASK.to_owned() };
    let circle = Circle::load(conn, customer.provider, customer.id).await?;
    let mut all = Vec::with_capacity(circle.members.len());
    for (contact, address) in circle.members {
        let phones = phone::of_contact(conn, customer.provider, contact.id).await?;
        all.push(PanelContact {
            id: contact.id.0,
            name: contact.name(),
            role: contact.role,
            support: contact.rights.support,
            authorised: contact.rights.authorised(),
            address: address.map(|address| shown(address.address)),
            phones: phones.iter().map(|phone| shown(display(&phone.number))).collect(),
        });
    }
    Ok(all)
}

async fn visits(
    app: &App,
    conn: &mut Conn,
    customer: &Customer,
    now: Moment,
) -> Result<Vec<PanelVisit>, Problem> {
    let mut all = vec![];
    for record in visit::of_customer(conn, customer.provider, customer.id, VISITS).await? {
        let ended = over(app, &record, now);
        let name = staff_name(conn, record.provider, record.staff).await?;
        all.push(PanelVisit {
            id: record.id.0,
            ground_id: record.ground.0,
            product: ProductRef::by_id(app, &record.product),
            staff: Person { id: record.staff.0, name },
            started_at: record.started_at.into(),
            ended_at: ended.map(|ending| ending.at.into()),
            ending: match ended {
                Some(ending) => Some(EndingView::new(conn, record.provider, ending).await?),
                None => None,
            },
        });
    }
    Ok(all)
}
