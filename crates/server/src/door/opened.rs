//! How a ground was opened and how it is over: what the log, the ticket and the memory say of it.

use pforte_core::{
    access::{EndedHow, GroundKind},
    entry::{Actor, Entry, Event, Reason, Record},
    kernel::{Channel, Language, Moment},
};
use pforte_store::{
    Conn, Ending, StoreError,
    ground::GroundRecord,
    log,
    message::{self, Author},
};

use super::held;
use crate::cx::App;

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
