//! Grounds: what opened a door. Here they are listed and ended; how each comes about is its own
//! feature's matter (`pin`, `ticket`).

pub mod routes;
pub mod view;

use pforte_core::{
    access::{EndedHow, GroundKind},
    entry::{Actor, Entry, Event, Reason, Record},
    kernel::{Channel, GroundId, Language, Moment, ProviderId},
};
use pforte_store::{
    Conn, Ending, StoreError,
    ground::{self, Filter, GroundRecord},
    log,
    message::{self, Author},
};

use crate::{
    App,
    door::{EndAsk, EndedView, held},
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

/// Who closed the ticket that ended a ground or a visit on it; `None` when it ended otherwise.
pub(crate) async fn closed_by(
    conn: &mut Conn,
    ground: &GroundRecord,
    how: EndedHow,
) -> Result<Option<Actor>, StoreError> {
    let Some(ticket) = ground.terms.ticket().filter(|_| how.by_closing() && !how.by_time()) else {
        return Ok(None);
    };
    Ok(message::closed_by(conn, ground.provider, ticket).await?.map(|author| match author {
        Author::Staff(id) => Actor::Staff(id),
        Author::Contact(id) => Actor::Contact(id),
        Author::System => Actor::System,
    }))
}

/// When, how and by whom a ground is over: as written, as shut in memory, or by what the decision finds now.
pub(crate) async fn over(
    app: &App,
    conn: &mut Conn,
    ground: &GroundRecord,
    now: Moment,
) -> Result<Option<Ending>, StoreError> {
    if let Some(ending) = ground.ended.or_else(|| app.door.shut(ground.id).map(|shut| shut.ending)) {
        return Ok(Some(ending));
    }
    let Some(held) = held(conn, ground).await? else {
        let expired = || Ending::of_itself(ground.ends_at, EndedHow::Expired);
        return Ok((now >= ground.ends_at).then(expired));
    };
    let Some((at, how)) = held.ground.over(&app.policy(ground.provider), now) else { return Ok(None) };
    let by = closed_by(conn, ground, how).await?.unwrap_or(Actor::System);
    Ok(Some(Ending { by, ..Ending::of_itself(at, how) }))
}

/// What a visit is for, in the bar: "call", "chat", "ticket" and so on.
pub(crate) async fn occasion(
    conn: &mut Conn,
    ground: &GroundRecord,
    language: Language,
) -> Result<&'static str, StoreError> {
    let (german, english) = match ground.terms.kind() {
        GroundKind::Takeover => ("Ticket", "ticket"),
        GroundKind::Grant => ("Freigabe", "grant"),
        GroundKind::Onboarding => ("Einführung", "onboarding"),
        GroundKind::SelfGrant => ("selbst geöffnet", "opened alone"),
        GroundKind::Pin => {
            let record = told(conn, ground).await?.and_then(|told| told.record);
            match record.map(|record| record.channel) {
                Some(Channel::Chat) => ("Chat", "chat"),
                _ => ("Anruf", "call"),
            }
        }
    };
    Ok(match language {
        Language::German => german,
        Language::English => english,
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
        Who::Staff(staff) => g.terms.opens_for(staff.id) || oversees(staff),
    };
    found.filter(may).ok_or_else(Problem::not_found)
}

/// Ends a ground: the customer's *End now*, the agent's *Give back*, or a lead's word. Works also when
/// nothing can be written, and says so.
pub async fn end(app: &App, who: &SignedIn, id: GroundId) -> Result<EndedView, Problem> {
    let record = find(app, who, id).await?;
    let how = match &who.who {
        Who::Contact(_) => EndedHow::Customer,
        Who::Staff(staff) if record.terms.staff() == Some(staff.id) => EndedHow::Staff,
        Who::Staff(_) => EndedHow::Lead,
    };
    Ok(app.end_ground(&record, EndAsk { how, actor: who.actor() }).await)
}
