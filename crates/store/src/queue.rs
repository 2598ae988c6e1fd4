//! Lists of tickets: the desk's queue, a customer's requests, and how many there are of each.
//!
//! Statements are put together, because a list must use the index that fits what is asked, also among a
//! million tickets.

use std::collections::HashMap;

use pforte_core::{
    access::TicketAge,
    kernel::{ContactId, CustomerId, Moment, ProviderId, StaffId, TicketId},
    ticket::{Priority, TICKET_ANSWER, TICKET_LOCK, TicketChannel, TicketState},
};
use sqlx::FromRow;
use uuid::Uuid;

use crate::{
    Conn, StoreError,
    sign_in::Person,
    statement::{Bind, Statement},
    ticket::{self, SECOND_HALF, TicketRecord},
};

/// What is counted goes no further than this.
pub const COUNTED: i64 = 1_000;

/// A list's order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sort {
    /// Whose answer is due first; after all of those, what waits for the customer.
    #[default]
    Urgent,
    /// What was opened last.
    Newest,
}

/// Which states are listed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum States {
    /// Neither closed nor locked.
    #[default]
    Open,
    One(TicketState),
    All,
}

/// Who has the tickets that are listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Assignee {
    Nobody,
    Staff(StaffId),
}

/// Which tickets are listed. What is left out does not matter.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    pub states: States,
    pub assignee: Option<Assignee>,
    pub customer: Option<CustomerId>,
    pub contact: Option<ContactId>,
    pub tag: Option<String>,
    pub channel: Option<TicketChannel>,
    pub priority: Option<Priority>,
    pub watched_by: Option<Person>,
    /// Requested or watched by this contact.
    pub concerns: Option<ContactId>,
    /// Only waiting for staff for too long.
    pub escalated: bool,
    /// Only these, e.g. because a search found them.
    pub ids: Option<Vec<TicketId>>,
}

/// Where a page begins: the order's value and the id of the last line before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct After {
    pub value: i64,
    pub id: TicketId,
}

/// A ticket with the names that a list shows.
#[derive(Clone, Debug)]
pub struct Line {
    pub ticket: TicketRecord,
    /// What the page after this line begins with.
    pub after: After,
    pub customer_number: String,
    pub customer_name: String,
    pub contact_name: String,
    /// Name and username of whoever has it.
    pub assignee: Option<(String, String)>,
}

#[derive(FromRow)]
struct Row {
    #[sqlx(flatten)]
    ticket: ticket::Row,
    place: i64,
    customer_number: String,
    customer_name: String,
    contact_first: String,
    contact_last: String,
    staff_first: Option<String>,
    staff_last: Option<String>,
    staff_username: Option<String>,
}

impl TryFrom<Row> for Line {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        let staff = row.staff_first.zip(row.staff_last).zip(row.staff_username);
        let ticket = TicketRecord::try_from(row.ticket)?;
        Ok(Self {
            after: After { value: row.place, id: ticket.id() },
            ticket,
            customer_number: row.customer_number,
            customer_name: row.customer_name,
            contact_name: format!("{} {}", row.contact_first, row.contact_last),
            assignee: staff.map(|((first, last), username)| (format!("{first} {last}"), username)),
        })
    }
}

/// What the states mean in columns, at an instant. A `+` keeps an index out that would not give the order.
fn states(statement: &mut Statement, filter: &Filter, age: TicketAge, now: Moment) {
    let aged = match age {
        TicketAge::Created => "t.opened_at",
        TicketAge::Activity => "t.last_message_at",
    };
    let locked_until = Bind::Int((now - TICKET_LOCK).0);
    let silent_until = Bind::Int((now - TICKET_ANSWER).0);
    let unlocked = format!("+{aged} > ?");
    let spoken = "(t.waits_for_customer_since IS NULL OR +t.waits_for_customer_since > ?)";
    let queued = |statement: &mut Statement, piece: &str| {
        statement.push(" AND t.urgency IS NOT NULL");
        statement.push(piece);
        statement.and(&unlocked, locked_until);
        statement.and(spoken, silent_until);
    };
    match filter.states {
        States::All => {}
        States::Open => queued(statement, ""),
        States::One(TicketState::New) => {
            queued(statement, " AND t.assigned_to IS NULL");
            statement.and("t.urgency < ?", Bind::Int(SECOND_HALF));
        }
        States::One(TicketState::Open) => {
            queued(statement, " AND t.assigned_to IS NOT NULL");
            statement.and("t.urgency < ?", Bind::Int(SECOND_HALF));
        }
        States::One(TicketState::Waiting) => {
            queued(statement, "");
            statement.and("t.urgency >= ?", Bind::Int(SECOND_HALF));
        }
        States::One(TicketState::Closed) => {
            statement.and(&format!("{aged} > ?"), Bind::Int((now - TICKET_LOCK).0));
            let shut = "(t.closed_at IS NOT NULL OR t.waits_for_customer_since <= ?)";
            statement.and(shut, Bind::Int((now - TICKET_ANSWER).0));
        }
        States::One(TicketState::Locked) => {
            statement.and(&format!("{aged} <= ?"), Bind::Int((now - TICKET_LOCK).0));
        }
    }
}

fn narrow(statement: &mut Statement, filter: &Filter, now: Moment) {
    match filter.assignee {
        None => {}
        Some(Assignee::Nobody) => statement.push(" AND t.assigned_to IS NULL"),
        Some(Assignee::Staff(id)) => statement.and("t.assigned_to = ?", Bind::Id(id.0)),
    }
    if let Some(id) = filter.customer {
        statement.and("t.customer_id = ?", Bind::Id(id.0));
    }
    if let Some(id) = filter.contact {
        statement.and("t.contact_id = ?", Bind::Id(id.0));
    }
    if let Some(tag) = &filter.tag {
        let tagged = "EXISTS (SELECT 1 FROM ticket_tag g WHERE g.ticket_id = t.id AND g.tag = ? \
                      AND g.provider_id = t.provider_id)";
        statement.and(tagged, Bind::Text(tag.clone()));
    }
    if let Some(channel) = filter.channel {
        statement.and("t.channel = ?", Bind::Text(channel.word().into()));
    }
    if let Some(priority) = filter.priority {
        statement.and("t.priority = ?", Bind::Text(priority.word().into()));
    }
    // The provider is what is bound first.
    let watched = |column: &str| {
        format!(
            "t.id IN (SELECT w.ticket_id FROM ticket_watcher w WHERE w.provider_id = $1 AND w.{column} = ?)"
        )
    };
    match filter.watched_by {
        None => {}
        Some(Person::Staff(id)) => statement.and(&watched("staff_id"), Bind::Id(id.0)),
        Some(Person::Contact(id)) => statement.and(&watched("contact_id"), Bind::Id(id.0)),
    }
    if let Some(id) = filter.concerns {
        let either = format!("(t.contact_id = ? OR {})", watched("contact_id"));
        statement.and(&either, Bind::Id(id.0));
    }
    if filter.escalated {
        statement.and("t.urgency <= ?", Bind::Int(now.0));
    }
    if let Some(ids) = &filter.ids {
        statement.push(" AND ");
        statement.within("t.id", ids.iter().map(|id| id.0));
    }
}

/// Whose tickets, how old they may get, and what time it is.
#[derive(Clone, Copy, Debug)]
pub struct Desk {
    pub provider: ProviderId,
    pub age: TicketAge,
    pub now: Moment,
}

/// Everything that is asked of a ticket.
fn begin(statement: &mut Statement, desk: Desk, filter: &Filter) {
    let provider = statement.bind(Bind::Id(desk.provider.0));
    // Those that are named, or watched by somebody, are found by their ids. SQLite would rather read all of
    // the provider's.
    let named = filter.ids.is_some() || filter.watched_by.is_some();
    let whose = if named { "COALESCE(t.provider_id, t.provider_id)" } else { "t.provider_id" };
    statement.push(&format!("{whose} = {provider}"));
    states(statement, filter, desk.age, desk.now);
    narrow(statement, filter, desk.now);
}

/// A page of tickets. At most 100 ids may be named in the filter.
pub async fn list(
    conn: &mut Conn,
    desk: Desk,
    filter: &Filter,
    sort: Sort,
    after: Option<After>,
    limit: i64,
) -> Result<Vec<Line>, StoreError> {
    // Closed and locked ones have no place in the queue.
    let queue = sort == Sort::Urgent
        && !matches!(
            filter.states,
            States::All | States::One(TicketState::Closed) | States::One(TicketState::Locked)
        );
    let place = if queue { "t.urgency" } else { "t.opened_at" };
    let mut statement = Statement::new(format!(
        "SELECT {}, {place} AS place, c.number AS customer_number, c.name AS customer_name, \
         k.first_name AS contact_first, k.last_name AS contact_last, s.first_name AS staff_first, \
         s.last_name AS staff_last, s.username AS staff_username \
         FROM ticket t JOIN customer c ON c.id = t.customer_id JOIN contact k ON k.id = t.contact_id \
         LEFT JOIN staff s ON s.id = t.assigned_to WHERE ",
        ticket::columns!()
    ));
    begin(&mut statement, desk, filter);
    if let Some(after) = after {
        let (value, id) = (statement.bind(Bind::Int(after.value)), statement.bind(Bind::Id(after.id.0)));
        let sign = if queue { '>' } else { '<' };
        statement.push(&format!(" AND ({place}, t.id) {sign} ({value}, {id})"));
    }
    let direction = if queue { "ASC" } else { "DESC" };
    let limit = statement.bind(Bind::Int(limit));
    statement.push(&format!(" ORDER BY {place} {direction}, t.id {direction} LIMIT {limit}"));
    let rows: Vec<Row> = statement.all(conn).await?;
    rows.into_iter().map(Line::try_from).collect()
}

/// How many tickets there are, at most [`COUNTED`].
pub async fn count(conn: &mut Conn, desk: Desk, filter: &Filter) -> Result<i64, StoreError> {
    let mut statement = Statement::new("SELECT COUNT(*) FROM (SELECT 1 FROM ticket t WHERE ");
    begin(&mut statement, desk, filter);
    let limit = statement.bind(Bind::Int(COUNTED));
    statement.push(&format!(" LIMIT {limit}) AS counted"));
    let rows: Vec<(i64,)> = statement.all(conn).await?;
    Ok(rows.first().map_or(0, |(n,)| *n))
}

/// The tags of some tickets.
pub async fn tags(
    conn: &mut Conn,
    provider: ProviderId,
    ids: &[TicketId],
) -> Result<HashMap<TicketId, Vec<String>>, StoreError> {
    let mut found: HashMap<TicketId, Vec<String>> = HashMap::new();
    if ids.is_empty() {
        return Ok(found);
    }
    let mut statement = Statement::new("SELECT ticket_id, tag FROM ticket_tag WHERE ");
    statement.named(provider, "ticket_id", ids.iter().map(|id| id.0));
    statement.push(" ORDER BY tag LIMIT 5000");
    let rows: Vec<(Uuid, String)> = statement.all(conn).await?;
    for (id, tag) in rows {
        found.entry(id.into()).or_default().push(tag);
    }
    Ok(found)
}

/// How many mails in quarantine belong to some tickets.
pub async fn held(
    conn: &mut Conn,
    provider: ProviderId,
    ids: &[TicketId],
) -> Result<HashMap<TicketId, i64>, StoreError> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let mut statement =
        Statement::new("SELECT ticket_id, COUNT(*) FROM mail WHERE state = 'quarantine' AND ");
    statement.named(provider, "ticket_id", ids.iter().map(|id| id.0));
    statement.push(" GROUP BY ticket_id");
    let rows: Vec<(Uuid, i64)> = statement.all(conn).await?;
    Ok(rows.into_iter().map(|(id, n)| (id.into(), n)).collect())
}
