//! Lists of tickets, with full text, and how many there are.

use std::collections::{HashMap, hash_map::Entry};

use pforte_core::{
    kernel::{Moment, StaffId, TicketId},
    ticket::{Priority, TicketChannel, TicketState},
};
use pforte_store::{
    Conn, mail, message,
    queue::{self, After, Assignee, Desk, Filter, Line, Sort, States},
    search::{self, Found, Scope},
    ticket,
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::{
    line::{TicketLine, lines},
    see::{look, sees_all},
    snippet::snippet,
};
use crate::{
    App,
    kernel::{Page, PageQuery, Problem, SignedIn, StaffActor, Who},
    staff::must_serve,
};

/// Tickets that a search finds at most.
const FOUND: usize = 100;
/// Documents that are looked through for them, and in how many goes.
const DOCUMENTS: i64 = 250;
const GOES: usize = 4;

/// Which tickets are wanted.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct TicketQuery {
    /// `open`, `new`, `waiting`, `closed`, `locked` or `all`; those not closed when left out, and all when
    /// searching.
    pub state: Option<String>,
    /// `me`, `none` or a staff member's id.
    pub assignee: Option<String>,
    pub customer: Option<Uuid>,
    pub contact: Option<Uuid>,
    pub tag: Option<String>,
    pub channel: Option<String>,
    pub priority: Option<String>,
    /// `me`.
    pub watching: Option<String>,
    /// Words to be found in messages, subjects and names of files; or a ticket's number.
    pub q: Option<String>,
    /// `urgent` or `newest`.
    pub sort: Option<String>,
    pub cursor: Option<String>,
    pub limit: Option<i64>,
}

fn word<T>(
    field: &'static str,
    text: Option<&String>,
    read: impl Fn(&str) -> Option<T>,
) -> Result<Option<T>, Problem> {
    let Some(text) = text.filter(|text| !text.is_empty()) else { return Ok(None) };
    let found = read(text).ok_or_else(|| Problem::input([(field, "Use one of the words of this list.")]));
    found.map(Some)
}

/// Waits for staff for too long: a state of the queue, not of the ticket.
const ESCALATED: &str = "escalated";

fn states(query: &TicketQuery) -> Result<States, Problem> {
    let read = |text: &str| match text {
        "all" => Some(States::All),
        ESCALATED => Some(States::Open),
        text => TicketState::from_word(text).map(States::One),
    };
    let searching = query.q.as_ref().is_some_and(|q| !q.trim().is_empty());
    let usual = if searching { States::All } else { States::Open };
    Ok(word("state", query.state.as_ref(), read)?.unwrap_or(usual))
}

fn assignee(query: &TicketQuery, who: &SignedIn) -> Result<Option<Assignee>, Problem> {
    let me = match &who.who {
        Who::Staff(staff) => Some(staff.id),
        Who::Contact(_) => None,
    };
    word("assignee", query.assignee.as_ref(), |text| match text {
        "me" => me.map(Assignee::Staff),
        "none" => Some(Assignee::Nobody),
        id => id.parse::<Uuid>().ok().map(|id| Assignee::Staff(StaffId(id))),
    })
}

/// What is asked for, narrowed to what this person may see.
fn filter(query: &TicketQuery, who: &SignedIn) -> Result<Filter, Problem> {
    let watching = word("watching", query.watching.as_ref(), |text| (text == "me").then_some(()))?;
    let mut filter = Filter {
        states: states(query)?,
        assignee: assignee(query, who)?,
        customer: query.customer.map(Into::into),
        contact: query.contact.map(Into::into),
        tag: query.tag.as_ref().map(|tag| tag.trim().to_lowercase()).filter(|tag| !tag.is_empty()),
        channel: word("channel", query.channel.as_ref(), TicketChannel::from_word)?,
        priority: word("priority", query.priority.as_ref(), Priority::from_word)?,
        watched_by: watching.map(|()| who.sign_in.person),
        escalated: query.state.as_deref() == Some(ESCALATED),
        ..Filter::default()
    };
    match &who.who {
        Who::Contact(contact) => {
            // Whatever was asked for: never another customer's, and tags are the desk's own.
            filter.customer = Some(contact.customer);
            filter.tag = None;
            filter.concerns = (!sees_all(contact)).then_some(contact.id);
        }
        // A guest sees what they were invited to (rule M6).
        Who::Staff(staff) if must_serve(staff).is_err() => filter.watched_by = Some(who.sign_in.person),
        Who::Staff(_) => {}
    }
    Ok(filter)
}

fn after(cursor: Option<&str>) -> Result<Option<After>, Problem> {
    let Some(text) = cursor else { return Ok(None) };
    let wrong = || Problem::input([("cursor", "Use `next` of the page before.")]);
    let (value, id) = text.split_once('.').ok_or_else(wrong)?;
    let (value, id) = (value.parse().map_err(|_| wrong())?, id.parse().map_err(|_| wrong())?);
    Ok(Some(After { value, id }))
}

fn cursor(line: &Line) -> String {
    format!("{}.{}", line.after.value, line.after.id)
}

/// A page of tickets.
pub async fn list(app: &App, who: &SignedIn, query: TicketQuery) -> Result<Page<TicketLine>, Problem> {
    let provider = who.sign_in.provider;
    let desk = Desk { provider, age: app.support(provider).ticket_age, now: app.sources.now() };
    let filter = filter(&query, who)?;
    let text: String =
        query.q.as_deref().unwrap_or_default().trim().chars().take(200).filter(|c| !c.is_control()).collect();
    let page = PageQuery { cursor: query.cursor, limit: query.limit };
    let limit = page.limit();
    let mut conn = app.read().await?;
    if !text.is_empty() {
        return found(app, &mut conn, who, desk, filter, &text, limit).await;
    }
    let sort = word("sort", query.sort.as_ref(), |text| match text {
        "urgent" => Some(Sort::Urgent),
        "newest" => Some(Sort::Newest),
        _ => None,
    })?;
    let usual = if matches!(who.who, Who::Contact(_)) { Sort::Newest } else { Sort::Urgent };
    let sort = sort.unwrap_or(usual);
    let after = after(page.cursor.as_deref())?;
    let rows = queue::list(&mut conn, desk, &filter, sort, after, limit + 1).await?;
    let page = Page::cut(rows, limit, cursor);
    let items = lines(app, &mut conn, who, page.items, HashMap::new()).await?;
    Ok(Page { items, next: page.next })
}

/// Tickets with these words, what was written last first. One page; who seeks on names more words.
async fn found(
    app: &App,
    conn: &mut Conn,
    who: &SignedIn,
    desk: Desk,
    filter: Filter,
    text: &str,
    limit: i64,
) -> Result<Page<TicketLine>, Problem> {
    let (order, snippets) = search_all(conn, who, text).await?;
    if order.is_empty() {
        return Ok(Page { items: vec![], next: None });
    }
    let filter = Filter { ids: Some(order.clone()), ..filter };
    let mut rows = queue::list(conn, desk, &filter, Sort::Newest, None, FOUND as i64).await?;
    rows.sort_by_key(|line| order.iter().position(|id| *id == line.ticket.id()));
    rows.truncate(usize::try_from(limit).unwrap_or(FOUND));
    let items = lines(app, conn, who, rows, snippets).await?;
    Ok(Page { items, next: None })
}

type FoundTickets = (Vec<TicketId>, HashMap<TicketId, String>);

/// The tickets that hold these words where this person may read them, and a piece of the text.
async fn search_all(conn: &mut Conn, who: &SignedIn, text: &str) -> Result<FoundTickets, Problem> {
    let provider = who.sign_in.provider;
    let customer = match &who.who {
        Who::Contact(contact) => Some(contact.customer),
        Who::Staff(_) => None,
    };
    let scope = Scope { provider, customer };
    let (mut order, mut snippets) = (Vec::new(), HashMap::new());
    if let Ok(number) = text.trim_start_matches('#').parse::<i64>()
        && let Some(record) = ticket::by_number(conn, provider, number).await?
        && let Some(seen) = look(conn, who, record).await?
    {
        order.push(seen.record.id());
    }
    let mut limits = HashMap::new();
    let mut before = None;
    for _ in 0..GOES {
        let documents = search::find(conn, scope, text, before, DOCUMENTS).await?;
        before = documents.last().map(|found| found.number);
        for found in &documents {
            if order.len() >= FOUND {
                return Ok((order, snippets));
            }
            if snippets.contains_key(&found.ticket) {
                continue;
            }
            if let Some(piece) = readable(conn, who, found, text, &mut limits).await? {
                if !order.contains(&found.ticket) {
                    order.push(found.ticket);
                }
                snippets.insert(found.ticket, piece);
            }
        }
        if i64::try_from(documents.len()).is_ok_and(|n| n < DOCUMENTS) {
            break;
        }
    }
    snippets.retain(|_, piece| !piece.is_empty());
    Ok((order, snippets))
}

/// From when on somebody reads a ticket; `None` for one they do not see.
type Limits = HashMap<TicketId, Option<(Option<Moment>, bool, Moment, String)>>;

/// A piece of the text around the words, if this person may read it; empty when the words stand in the
/// subject alone.
async fn readable(
    conn: &mut Conn,
    who: &SignedIn,
    found: &Found,
    text: &str,
    limits: &mut Limits,
) -> Result<Option<String>, Problem> {
    let provider = who.sign_in.provider;
    if let Entry::Vacant(vacant) = limits.entry(found.ticket) {
        let record = ticket::by_id(conn, provider, found.ticket).await?;
        let seen = match record {
            Some(record) => look(conn, who, record).await?,
            None => None,
        };
        vacant.insert(seen.map(|seen| {
            let asked = seen.record.request.happened.clone().unwrap_or_default();
            (seen.since, seen.reading().notes, seen.record.life.opened_at, asked)
        }));
    }
    let Some(Some((since, notes, opened_at, asked))) = limits.get(&found.ticket) else { return Ok(None) };
    let (at, body) = match found.message {
        None => (*opened_at, asked.clone()),
        Some(id) => match message::by_id(conn, provider, id).await? {
            // Whatever the index says: notes are for staff who serve.
            Some(m) if m.kind == pforte_core::ticket::MessageKind::Note && !notes => {
                return Ok(None);
            }
            Some(m) => (m.at, m.text),
            None => return Ok(None),
        },
    };
    let allowed = since.is_none_or(|since| at >= since);
    Ok(allowed.then(|| snippet(&body, text).unwrap_or_default()))
}

/// How many tickets there are, each at most 1,000.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct TicketCounts {
    pub new: i64,
    pub mine: i64,
    pub open: i64,
    pub waiting: i64,
    pub unassigned: i64,
    pub watching: i64,
    pub quarantine: i64,
    pub escalated: i64,
}

/// Counts for the desk.
pub async fn counts(app: &App, who: &StaffActor) -> Result<TicketCounts, Problem> {
    let provider = who.staff.provider;
    let desk = Desk { provider, age: app.support(provider).ticket_age, now: app.sources.now() };
    let mut conn = app.read().await?;
    let state = |state| Filter { states: States::One(state), ..Filter::default() };
    let having = |assignee| Filter { assignee: Some(assignee), ..Filter::default() };
    let watching = Filter { watched_by: Some(who.sign_in.person), ..Filter::default() };
    let escalated = Filter { escalated: true, ..Filter::default() };
    Ok(TicketCounts {
        new: queue::count(&mut conn, desk, &state(TicketState::New)).await?,
        mine: queue::count(&mut conn, desk, &having(Assignee::Staff(who.staff.id))).await?,
        open: queue::count(&mut conn, desk, &state(TicketState::Open)).await?,
        waiting: queue::count(&mut conn, desk, &state(TicketState::Waiting)).await?,
        unassigned: queue::count(&mut conn, desk, &having(Assignee::Nobody)).await?,
        watching: queue::count(&mut conn, desk, &watching).await?,
        quarantine: mail::quarantined(&mut conn, provider, queue::COUNTED).await?,
        escalated: queue::count(&mut conn, desk, &escalated).await?,
    })
}
