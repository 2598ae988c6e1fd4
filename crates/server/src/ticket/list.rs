//! Lists of tickets, and how many there are.

use std::collections::HashMap;

use super::{
    find::{Hits, find},
    line::{TicketLine, lines},
};
use crate::{
    cx::{App, Page, PageQuery, Problem, question},
    people::{SignedIn, StaffActor, Who, must_serve, sees::sees_all},
};
use pforte_core::{
    kernel::StaffId,
    ticket::{Priority, TicketChannel, TicketState},
};
use pforte_store::{
    mail,
    queue::{self, After, Assignee, Desk, Filter, Line, Sort, States},
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

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
    /// This one alone, if it is among them: a row asked anew.
    pub only: Option<Uuid>,
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
        ids: query.only.map(|id| vec![id.into()]),
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
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct TicketPage {
    pub items: Vec<TicketLine>,
    /// The cursor of the next page; `null` on the last one, and for a search, which has one page.
    pub next: Option<String>,
    /// Of a search: there may be further hits. Who seeks on names more words.
    pub more: bool,
}

/// A page of tickets.
pub async fn list(app: &App, who: &SignedIn, query: TicketQuery) -> Result<TicketPage, Problem> {
    let provider = who.sign_in.provider;
    let desk = Desk { provider, age: app.support(provider).ticket_age, now: app.sources.now() };
    let filter = filter(&query, who)?;
    let text = question(query.q.as_deref().unwrap_or_default());
    let page = PageQuery { cursor: query.cursor, limit: query.limit };
    let limit = page.limit();
    let mut conn = app.read().await?;
    if !text.is_empty() {
        let Hits { items, more } = find(app, &mut conn, who, (desk, filter), &text, limit).await?;
        return Ok(TicketPage { items, next: None, more });
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
    Ok(TicketPage { items, next: page.next, more: false })
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
