//! Grounds: what opened a door. Here they are listed and ended; how each comes about is its own
//! feature's matter (`pin`, `ticket`).

pub mod routes;
pub mod view;

use pforte_core::{
    access::EndedHow,
    entry::{Entry, Event, Reason, Record},
    kernel::{Channel, GroundId, Language, ProviderId},
};
use pforte_store::{
    Conn, StoreError,
    ground::{self, Filter, GroundRecord},
    log,
};

use crate::{
    App,
    door::{EndAsk, EndedView},
    kernel::{Problem, SignedIn, Who},
    staff::oversees,
};

/// What the opening entry says: who, why, and how the customer talked to us.
#[derive(Clone, Debug)]
pub struct Told {
    pub staff_name: String,
    /// A takeover has none of its own: each visit on it says why.
    pub reason: Option<Reason>,
    /// The call or chat; of a takeover the ticket is the link to the communication.
    pub record: Option<Record>,
}

/// Reads the opening entry of a ground; `None` when it is no longer readable (rule T22).
pub async fn told(conn: &mut Conn, ground: &GroundRecord) -> Result<Option<Told>, StoreError> {
    let entry = log::by_id(conn, ground.provider, ground.entry).await?;
    Ok(match entry {
        Some(Entry { event: Event::PinRedeemed { staff_name, reason, record, .. }, .. }) => Some(Told {
            staff_name: staff_name.as_str().to_owned(),
            reason: Some(reason),
            record: Some(record),
        }),
        Some(Entry { event: Event::TicketTakenOver { staff_name, .. }, .. }) => {
            Some(Told { staff_name: staff_name.as_str().to_owned(), reason: None, record: None })
        }
        _ => None,
    })
}

/// What a visit is for, in the bar: "call", "chat", "ticket".
pub(crate) async fn occasion(
    conn: &mut Conn,
    ground: &GroundRecord,
    language: Language,
) -> Result<&'static str, StoreError> {
    if ground.kind == "takeover" {
        return Ok(if language == Language::German { "Ticket" } else { "ticket" });
    }
    let channel = told(conn, ground).await?.and_then(|told| told.record).map(|record| record.channel);
    Ok(match (language, channel) {
        (Language::German, Some(Channel::Chat)) => "Chat",
        (Language::English, Some(Channel::Chat)) => "chat",
        (Language::German, _) => "Anruf",
        (Language::English, _) => "call",
    })
}

/// What a person may see: contacts their customer's grounds, staff their own, leads all.
pub fn visible(who: &SignedIn, all: bool) -> Filter {
    match &who.who {
        Who::Contact(contact) => Filter { customer: Some(contact.customer), ..Filter::default() },
        Who::Staff(staff) if all && oversees(staff) => Filter::default(),
        Who::Staff(staff) => Filter { staff: Some(staff.id), ..Filter::default() },
    }
}

/// A ground, if this person may see it.
pub async fn find(app: &App, who: &SignedIn, id: GroundId) -> Result<GroundRecord, Problem> {
    let provider: ProviderId = who.sign_in.provider;
    let found = ground::by_id(&mut *app.read().await?, provider, id).await?;
    let may = |g: &GroundRecord| match &who.who {
        Who::Contact(contact) => g.customer == contact.customer,
        Who::Staff(staff) => g.staff == staff.id || oversees(staff),
    };
    found.filter(may).ok_or_else(Problem::not_found)
}

/// Ends a ground: the customer's *End now*, the agent's *Give back*, or a lead's word. Works also when
/// nothing can be written, and says so.
pub async fn end(app: &App, who: &SignedIn, id: GroundId) -> Result<EndedView, Problem> {
    let record = find(app, who, id).await?;
    let how = match &who.who {
        Who::Contact(_) => EndedHow::Customer,
        Who::Staff(staff) if staff.id == record.staff => EndedHow::Staff,
        Who::Staff(_) => EndedHow::Lead,
    };
    Ok(app.end_ground(&record, EndAsk { how, actor: who.actor() }).await)
}
