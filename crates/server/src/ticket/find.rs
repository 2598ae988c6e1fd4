//! Full text: tickets by the words in their messages, subjects and names of files, or by their number.

use std::collections::{HashMap, HashSet};

use super::{
    line::{TicketLine, lines},
    snippet::snippet,
};
use crate::{
    cx::{App, Problem},
    people::{
        SignedIn, Who,
        sees::{look, may_read},
    },
};
use pforte_core::kernel::{MessageId, TicketId};
use pforte_store::{
    Conn, message,
    queue::{self, Desk, Filter, Line, Sort},
    search::{self, Last, Scope},
    ticket,
};

/// Documents that are looked through in one go, and in how many goes. What is asked besides the words is asked of
/// every go, so that no hit is lost behind others that are not wanted.
const DOCUMENTS: i64 = 250;
const GOES: usize = 40;
/// Tickets of which the rest of what is asked is asked in one statement.
const TOGETHER: usize = 100;

/// What a search found.
#[derive(Debug)]
pub struct Hits {
    pub items: Vec<TicketLine>,
    /// There may be more of them: who seeks on names more words.
    pub more: bool,
}

/// Tickets with these words that are all else that is asked, what was written last first. One page.
pub async fn find(
    app: &App,
    conn: &mut Conn,
    who: &SignedIn,
    (desk, filter): (Desk, Filter),
    text: &str,
    limit: i64,
) -> Result<Hits, Problem> {
    let wanted = usize::try_from(limit).unwrap_or(TOGETHER);
    let asked = Asked { who, desk, filter: &filter, wanted };
    let Gathered { lines: mut rows, places, more, .. } = asked.look_through(conn, text).await?;
    let more = more || rows.len() > wanted;
    rows.truncate(wanted);
    let snippets = snippets(conn, &rows, places, text).await?;
    Ok(Hits { items: lines(app, conn, who, rows, snippets).await?, more })
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

/// What is asked of a ticket besides the words.
struct Asked<'a> {
    who: &'a SignedIn,
    desk: Desk,
    filter: &'a Filter,
    wanted: usize,
}

/// What was found so far, what was written last first.
#[derive(Default)]
struct Gathered {
    lines: Vec<Line>,
    places: HashMap<TicketId, Where>,
    /// Looked at already, wanted or not.
    seen: HashSet<TicketId>,
    more: bool,
}

impl Asked<'_> {
    /// The tickets that hold these words where this person may read them, and are all else that is asked.
    async fn look_through(&self, conn: &mut Conn, text: &str) -> Result<Gathered, Problem> {
        let whole = self.documents(conn, (text, Last::Whole)).await?;
        // Whole words come first. Where there are few, what only begins so may be meant.
        if whole.more || !search::may_begin(text) {
            return Ok(whole);
        }
        self.documents(conn, (text, Last::Beginning)).await
    }

    async fn documents(&self, conn: &mut Conn, asked: (&str, Last)) -> Result<Gathered, Problem> {
        let provider = self.who.sign_in.provider;
        let customer = match &self.who.who {
            Who::Contact(contact) => Some(contact.customer),
            Who::Staff(_) => None,
        };
        let scope = Scope { provider, customer, asks: self.who.sign_in.person };
        let mut found = Gathered::default();
        if let Ok(number) = asked.0.trim_start_matches('#').parse::<i64>()
            && let Some(record) = ticket::by_number(conn, provider, number).await?
            && let Some(seen) = look(conn, self.who, record).await?
        {
            self.take(conn, &mut found, vec![(seen.record.id(), Where::Number)]).await?;
        }
        let mut before = None;
        for _ in 0..GOES {
            let documents = search::find(conn, scope, asked, before, DOCUMENTS).await?;
            before = documents.last().map(|found| found.number);
            let mut new = vec![];
            for document in documents.iter().filter(|document| may_read(self.who, document)) {
                let at = document.message.map_or(Where::Request, Where::Message);
                if let Some(place @ Where::Number) = found.places.get_mut(&document.ticket) {
                    *place = at;
                }
                if found.seen.insert(document.ticket) {
                    new.push((document.ticket, at));
                }
            }
            self.take(conn, &mut found, new).await?;
            if i64::try_from(documents.len()).is_ok_and(|n| n < DOCUMENTS) {
                return Ok(found);
            }
            if found.lines.len() > self.wanted {
                break;
            }
        }
        found.more = true;
        Ok(found)
    }

    /// Keeps those that are all else that is asked, in their order.
    async fn take(
        &self,
        conn: &mut Conn,
        found: &mut Gathered,
        new: Vec<(TicketId, Where)>,
    ) -> Result<(), Problem> {
        for some in new.chunks(TOGETHER) {
            let filter =
                Filter { ids: Some(some.iter().map(|(id, _)| *id).collect()), ..self.filter.clone() };
            let mut lines =
                queue::list(conn, self.desk, &filter, Sort::Newest, None, TOGETHER as i64).await?;
            lines.sort_by_key(|line| some.iter().position(|(id, _)| *id == line.ticket.id()));
            found.lines.extend(lines);
            found.seen.extend(some.iter().map(|(id, _)| *id));
            found.places.extend(some.iter().copied());
            if found.lines.len() > self.wanted {
                break;
            }
        }
        Ok(())
    }
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
