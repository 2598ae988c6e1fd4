//! How one ticket is shown: to the customer, to staff, to a guest.

use std::collections::{BTreeMap, HashMap};

use super::{
    door_view::{GroundRef, TicketAccess, access, grounds},
    line::{TicketLine, lines},
    message_view::{MessageView, People, messages},
};
use crate::{
    cx::{App, Problem, Timestamp},
    people::{SignedIn, Who, sees::Seen},
    show::{CallRef, Person, TicketRef, call_ref, references},
};
use pforte_core::{
    kernel::{ContactRole, MessageId},
    ticket::{self as rules, Opener, TicketAction, Viewer},
};
use pforte_store::{
    Conn, contact, copied,
    message::{self},
    phone_call,
    queue::{self, Desk, Filter, Sort, States},
    sign_in::Person as Watching,
    ticket,
    ticket::TicketRecord,
    watcher,
};
use serde::Serialize;
use utoipa::ToSchema;
const TAKE_OVER: &str = TicketAction::TakeOver.word();

/// What was asked (rule P1).
#[derive(Clone, Debug, Default, Serialize, ToSchema)]
#[schema(as = TicketRequestView)]
pub struct RequestView {
    pub done: Option<String>,
    pub expected: Option<String>,
    pub happened: Option<String>,
    pub affected: Option<String>,
}

/// Somebody who watches.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct WatcherView {
    /// `contact`, `staff` or `guest`.
    pub kind: &'static str,
    pub person: Person,
    pub since: Timestamp,
}

/// Who asks, as staff see it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct RequesterView {
    pub person: Person,
    #[schema(value_type = String)]
    pub role: ContactRole,
    pub support: bool,
    pub authorised: bool,
    /// Of the primary address: `unconfirmed`, `unreachable`, `shared`, `list`.
    pub address_flags: Vec<String>,
    pub proven: Option<String>,
    pub language: String,
}

/// A ticket.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct TicketView {
    #[serde(flatten)]
    pub line: TicketLine,
    pub request: RequestView,
    /// The newest two hundred, or those before `before`; oldest first.
    pub messages: Vec<MessageView>,
    /// Whether there are earlier ones.
    pub more: bool,
    pub follows: Option<TicketRef>,
    pub followed_by: Vec<TicketRef>,
    pub merged_into: Option<TicketRef>,
    pub merged: Vec<TicketRef>,
    pub watchers: Vec<WatcherView>,
    /// For staff: contacts whom the customer's mails named in copy, and who do not read along.
    pub copied: Vec<Person>,
    pub grounds: Vec<GroundRef>,
    /// The calls it came from or that were written down in it (rule X5).
    pub calls: Vec<CallRef>,
    /// What access still waits for: `confirmation` by the customer, or a stronger `sign_in` than the link from
    /// a mail by which they spoke (rules B10, B13, X8).
    pub access_waits_for: Option<&'static str>,
    /// What I may do now.
    pub can: Vec<String>,
    /// What I might do, but for the reason that stands with it.
    pub cannot: BTreeMap<String, String>,
    /// For staff.
    pub access: Option<TicketAccess>,
    /// For staff.
    pub requester: Option<RequesterView>,
}

/// Loads what this person sees of a ticket, with the messages before one of them.
pub async fn ticket_view(
    app: &App,
    conn: &mut Conn,
    who: &SignedIn,
    seen: &Seen,
    before: Option<MessageId>,
) -> Result<TicketView, Problem> {
    let (record, now) = (&seen.record, app.sources.now());
    let (provider, id) = (record.provider, record.id());
    let age = app.support(provider).ticket_age;
    let serves = matches!(seen.viewer, Viewer::Serving(_));
    let desk = Desk { provider, age, now };
    let filter = Filter { states: States::All, ids: Some(vec![id]), ..Filter::default() };
    let found = queue::list(conn, desk, &filter, Sort::Newest, None, 1).await?;
    let line = lines(app, conn, who, found, HashMap::new()).await?.pop().ok_or_else(Problem::not_found)?;
    let (messages, more) = messages(app, conn, seen, before).await?;
    let (mut can, mut cannot) = (vec![], BTreeMap::new());
    for (action, refusal) in rules::allowed(&record.life, seen.viewer, age, now) {
        match refusal {
            None => can.push(action.word().to_owned()),
            Some(refusal) => drop(cannot.insert(action.word().to_owned(), refusal.word().to_owned())),
        }
    }
    if let (Who::Staff(staff), true) = (&who.who, can.iter().any(|action| action == TAKE_OVER))
        && let Some(code) = super::take_over::hindrance(conn, app, staff, record).await?
    {
        can.retain(|action| action != TAKE_OVER);
        cannot.insert(TAKE_OVER.into(), code);
    }
    let request = if seen.shows_the_request() { record.request.clone() } else { Default::default() };
    let (access, requester) = match &who.who {
        Who::Staff(staff) if serves => {
            (Some(access(app, conn, staff, record).await?), requester(conn, record).await?)
        }
        _ => (None, None),
    };
    let followed_by = ticket::followed_by(conn, provider, id).await?;
    let merged = ticket::merged(conn, provider, id).await?;
    Ok(TicketView {
        line,
        request: RequestView {
            done: request.done,
            expected: request.expected,
            happened: request.happened,
            affected: request.affected,
        },
        messages,
        more,
        follows: link(conn, who, seen, record.follows).await?,
        followed_by: links(conn, who, seen, followed_by).await?,
        merged_into: link(conn, who, seen, record.life.merged_into).await?,
        merged: links(conn, who, seen, merged).await?,
        watchers: watchers(conn, record).await?,
        copied: if serves { copied(conn, record).await? } else { vec![] },
        grounds: if seen.viewer == Viewer::Guest { vec![] } else { grounds(app, conn, record).await? },
        calls: if seen.viewer == Viewer::Guest { vec![] } else { calls(conn, record).await? },
        access_waits_for: if seen.viewer == Viewer::Guest { None } else { waits_for(conn, record).await? },
        can,
        cannot,
        access,
        requester,
    })
}

/// What is missing before the ticket can open anything.
async fn waits_for(conn: &mut Conn, record: &TicketRecord) -> Result<Option<&'static str>, Problem> {
    let life = &record.life;
    if life.customer_stands_behind() {
        return Ok(None);
    }
    let (since, by) = life.last_opened();
    let by_link =
        by == Opener::Link || message::by_link_since(conn, record.provider, record.id(), since).await?;
    Ok(Some(if by_link { "sign_in" } else { "confirmation" }))
}

/// Links to other tickets, as far as this person may see them. Who was let in to this one alone sees none.
async fn links(
    conn: &mut Conn,
    who: &SignedIn,
    seen: &Seen,
    all: impl IntoIterator<Item = TicketRecord>,
) -> Result<Vec<TicketRef>, Problem> {
    if seen.since.is_some() { Ok(vec![]) } else { Ok(references(conn, who, all).await?) }
}

async fn link(
    conn: &mut Conn,
    who: &SignedIn,
    seen: &Seen,
    id: Option<pforte_core::kernel::TicketId>,
) -> Result<Option<TicketRef>, Problem> {
    let Some(id) = id else { return Ok(None) };
    let record = ticket::by_id(conn, seen.record.provider, id).await?;
    Ok(links(conn, who, seen, record).await?.pop())
}

async fn watchers(conn: &mut Conn, record: &TicketRecord) -> Result<Vec<WatcherView>, Problem> {
    let all = watcher::of_ticket(conn, record.provider, record.id()).await?;
    let mut people = People::new(conn, record.provider);
    let mut views = Vec::with_capacity(all.len());
    for watcher in all {
        let (kind, person) = match watcher.person {
            Watching::Staff(id) => {
                let (kind, member) = people.staff(id).await?;
                (kind, Person { id: member.id, name: member.name })
            }
            Watching::Contact(id) => ("contact", people.contact(id).await?),
        };
        views.push(WatcherView { kind, person, since: watcher.since.into() });
    }
    Ok(views)
}

async fn copied(conn: &mut Conn, record: &TicketRecord) -> Result<Vec<Person>, Problem> {
    let all = copied::waiting(conn, record.provider, record.id()).await?;
    let mut people = People::new(conn, record.provider);
    let mut views = Vec::with_capacity(all.len());
    for id in all {
        views.push(people.contact(id).await?);
    }
    Ok(views)
}

async fn calls(conn: &mut Conn, record: &TicketRecord) -> Result<Vec<CallRef>, Problem> {
    let mut views = vec![];
    for call in phone_call::of_ticket(conn, record.provider, record.id()).await? {
        views.push(call_ref(conn, &call).await?);
    }
    Ok(views)
}

async fn requester(conn: &mut Conn, record: &TicketRecord) -> Result<Option<RequesterView>, Problem> {
    let Some(asker) = contact::by_id(conn, record.provider, record.life.contact).await? else {
        return Ok(None);
    };
    let flags = contact::primary_flags(conn, record.provider, asker.id).await?;
    Ok(Some(RequesterView {
        person: Person { id: asker.id.0, name: asker.name() },
        role: asker.role,
        support: asker.rights.support,
        authorised: asker.rights.authorised(),
        address_flags: flags.into_iter().map(str::to_owned).collect(),
        proven: record.proof.clone(),
        language: asker.language,
    }))
}
