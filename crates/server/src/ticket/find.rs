//! Full text: tickets by the words in their messages, subjects and names of files, or by their number.

use std::collections::HashMap;

use pforte_core::kernel::{MessageId, TicketId};
use pforte_store::{
    Conn, message,
    queue::{self, Desk, Filter, Line, Sort},
    search::{self, Last, Scope},
    ticket,
};

use super::{
    line::{TicketLine, lines},
    see::{look, may_read},
    snippet::snippet,
};
use crate::{
    App,
    kernel::{Page, Problem, SignedIn, Who},
};

/// Tickets that a search finds at most.
const FOUND: usize = 100;
/// Documents that are looked through for them, and in how many goes.
const DOCUMENTS: i64 = 250;
const GOES: usize = 4;

/// Tickets with these words, what was written last first. One page; who seeks on names more words.
pub async fn find(
    app: &App,
    conn: &mut Conn,
    who: &SignedIn,
    (desk, filter): (Desk, Filter),
    text: &str,
    limit: i64,
) -> Result<Page<TicketLine>, Problem> {
    let found = look_through(conn, who, text).await?;
    if found.is_empty() {
        return Ok(Page { items: vec![], next: None });
    }
    let place: HashMap<_, _> = found.iter().enumerate().map(|(n, (id, _))| (*id, n)).collect();
    let filter = Filter { ids: Some(found.iter().map(|(id, _)| *id).collect()), ..filter };
    let mut rows = queue::list(conn, desk, &filter, Sort::Newest, None, FOUND as i64).await?;
    rows.sort_by_key(|line| place.get(&line.ticket.id()));
    rows.truncate(usize::try_from(limit).unwrap_or(FOUND));
    let snippets = snippets(conn, &rows, found.into_iter().collect(), text).await?;
    let items = lines(app, conn, who, rows, snippets).await?;
    Ok(Page { items, next: None })
}

/// Where in a ticket the words stand that this person may read.
#[derive(Clone, Copy, Debug)]
enum Where {
    Message(MessageId),
    /// In what was asked at the opening.
    Request,
    /// It was found by its number.
    Number,
}

/// The tickets that hold these words where this person may read them, what was written last first.
async fn look_through(
    conn: &mut Conn,
    who: &SignedIn,
    text: &str,
) -> Result<Vec<(TicketId, Where)>, Problem> {
    let provider = who.sign_in.provider;
    let customer = match &who.who {
        Who::Contact(contact) => Some(contact.customer),
        Who::Staff(_) => None,
    };
    let scope = Scope { provider, customer, asks: who.sign_in.person };
    let mut numbered = vec![];
    if let Ok(number) = text.trim_start_matches('#').parse::<i64>()
        && let Some(record) = ticket::by_number(conn, provider, number).await?
        && let Some(seen) = look(conn, who, record).await?
    {
        numbered.push((seen.record.id(), Where::Number));
    }
    let (all, left) = documents(conn, who, scope, (text, Last::Whole), numbered.clone()).await?;
    // Whole words come first. Where there are few, what only begins so may be meant.
    if left || !search::may_begin(text) {
        return Ok(all);
    }
    Ok(documents(conn, who, scope, (text, Last::Beginning), numbered).await?.0)
}

/// Adds the tickets of the documents that are found; and whether there are more documents than were looked
/// through.
async fn documents(
    conn: &mut Conn,
    who: &SignedIn,
    scope: Scope,
    asked: (&str, Last),
    mut all: Vec<(TicketId, Where)>,
) -> Result<(Vec<(TicketId, Where)>, bool), Problem> {
    let mut before = None;
    for _ in 0..GOES {
        let documents = search::find(conn, scope, asked, before, DOCUMENTS).await?;
        before = documents.last().map(|found| found.number);
        for found in documents.iter().filter(|found| may_read(who, found)) {
            let at = found.message.map_or(Where::Request, Where::Message);
            match all.iter().position(|(id, _)| *id == found.ticket) {
                Some(n) if matches!(all[n].1, Where::Number) => all[n].1 = at,
                Some(_) => {}
                None if all.len() >= FOUND => return Ok((all, true)),
                None => all.push((found.ticket, at)),
            }
        }
        if i64::try_from(documents.len()).is_ok_and(|n| n < DOCUMENTS) {
            return Ok((all, false));
        }
    }
    Ok((all, true))
}

/// Pieces of the texts around the words; none where they stand in the subject alone.
async fn snippets(
    conn: &mut Conn,
    rows: &[Line],
    found: HashMap<TicketId, Where>,
    text: &str,
) -> Result<HashMap<TicketId, String>, Problem> {
    let place = |line: &Line| found.get(&line.ticket.id()).copied().unwrap_or(Where::Number);
    let messages: Vec<_> = rows
        .iter()
        .filter_map(|line| match place(line) {
            Where::Message(id) => Some(id),
            Where::Request | Where::Number => None,
        })
        .collect();
    let provider = rows.first().map(|line| line.ticket.provider);
    let texts = match provider {
        Some(provider) => message::texts(conn, provider, &messages).await?,
        None => HashMap::new(),
    };
    let piece = |line: &Line| {
        let body = match place(line) {
            Where::Message(id) => texts.get(&id)?,
            Where::Request => line.ticket.request.happened.as_ref()?,
            Where::Number => return None,
        };
        Some((line.ticket.id(), snippet(body, text)?))
    };
    Ok(rows.iter().filter_map(piece).collect())
}
