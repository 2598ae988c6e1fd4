//! Subject, priority, tags, and who watches.

use super::{happened, life::checked, open::index, refused, settle::tell, write::save};
use crate::{
    cx::{Problem, Shared, Step, without_secrets},
    people::{SignedIn, StaffActor, Who, must_invite, must_serve},
};
use pforte_core::{
    entry::{Actor, Clean, Event},
    kernel::{ContactId, StaffId, TicketId},
    ticket::{self as rules, Priority, TicketAction, Viewer},
};
use pforte_store::{
    contact,
    sign_in::Person,
    staff,
    ticket::{self, TicketRecord},
    watcher::{self, Watcher},
};
use serde_json::json;
use uuid::Uuid;

const TAGS: usize = 20;
const TAG_CHARS: usize = 40;

/// What is changed.
#[derive(Clone, Debug, Default)]
pub struct TicketChange {
    pub subject: Option<String>,
    pub priority: Option<Priority>,
    pub tags: Option<Vec<String>>,
}

/// Tags as they are kept: lower case, each once, in order.
fn tags(given: Vec<String>) -> Result<Vec<String>, Problem> {
    let mut all: Vec<String> = given.iter().map(|tag| tag.trim().to_lowercase()).collect();
    all.sort();
    all.dedup();
    let fine = |tag: &String| {
        (1..=TAG_CHARS).contains(&tag.chars().count()) && !tag.chars().any(|c| c.is_control() || c == ',')
    };
    if all.len() <= TAGS && all.iter().all(fine) {
        return Ok(all);
    }
    Err(Problem::input([("tags", "Use at most 20 words of 1 to 40 characters.")]))
}

/// Changes a ticket; what is so already is not logged. An earlier priority counts from since when it waits.
pub async fn change(
    app: &Shared,
    who: StaffActor,
    id: TicketId,
    change: TicketChange,
) -> Result<TicketRecord, Problem> {
    must_serve(&who.staff)?;
    let mut step = Step::new(app, who.staff.provider, Actor::Staff(who.staff.id));
    let tags = change.tags.map(tags).transpose()?;
    let (subject, priority) = (change.subject, change.priority);
    let record = app
        .writer
        .change(move |tx| {
            Box::pin(async move {
                let signed_in = SignedIn { sign_in: who.sign_in, who: Who::Staff(who.staff) };
                let (mut record, _) = checked(tx, &step, &signed_in, id, TicketAction::Change).await?;
                let mut fields = Vec::new();
                let subject = subject.map(|subject| without_secrets(&subject));
                let renamed = subject.filter(|subject| *subject != record.subject);
                if let Some(subject) = renamed {
                    record.subject = subject;
                    index(tx, &record);
                    fields.push("subject");
                }
                if let Some(priority) = priority.filter(|priority| *priority != record.life.priority) {
                    record.life.priority = priority;
                    fields.push("priority");
                }
                if let Some(tags) = tags
                    && tags != ticket::tags(tx.conn(), step.provider, id).await?
                {
                    ticket::set_tags(tx, step.provider, id, &tags).await?;
                    fields.push("tags");
                }
                if fields.is_empty() {
                    return Ok(step.nothing(record)?);
                }
                save(tx, &step, &record).await?;
                let named = fields.iter().map(|name| Clean::name(name)).collect();
                step.log(record.life.customer, Event::TicketChanged { ticket: id, fields: named });
                happened(tx, &step, &record, "ticket.changed", json!({ "fields": fields })).await?;
                Ok::<_, Problem>(step.done(record)?)
            })
        })
        .await?;
    tell(app, &record);
    Ok(record)
}

/// Who begins to watch.
#[derive(Clone, Copy, Debug)]
pub enum NewWatcher {
    Contact(ContactId),
    Staff(StaffId),
}

/// Adds a watcher, who sees what is written from now on (control 44). Oneself always; others when one may
/// change the ticket.
pub async fn watch(
    app: &Shared,
    who: StaffActor,
    id: TicketId,
    new: NewWatcher,
) -> Result<TicketRecord, Problem> {
    must_serve(&who.staff)?;
    let mut step = Step::new(app, who.staff.provider, Actor::Staff(who.staff.id));
    let record = app
        .writer
        .change(move |tx| {
            Box::pin(async move {
                let oneself = matches!(new, NewWatcher::Staff(id) if id == who.staff.id);
                let signed_in = SignedIn { sign_in: who.sign_in, who: Who::Staff(who.staff) };
                let record = if oneself {
                    let found = ticket::by_id(tx.conn(), step.provider, id).await?;
                    let record = found.ok_or_else(Problem::not_found)?;
                    record.life.refuse_locked(step.age, step.now).map_err(refused)?;
                    record
                } else {
                    checked(tx, &step, &signed_in, id, TicketAction::Change).await?.0
                };
                let person = known(tx.conn(), &record, new).await?;
                let watchers = watcher::of_ticket(tx.conn(), step.provider, id).await?;
                if watchers.iter().any(|w| w.person == person) {
                    return Ok(step.nothing(record)?);
                }
                if i64::try_from(watchers.len()).is_ok_and(|n| n >= watcher::MANY) {
                    return Err(Problem::input([("staff_id", "Fifty watch already.")]));
                }
                watcher::add(tx, step.provider, id, Watcher { person, since: step.now }).await?;
                let data = match person {
                    Person::Staff(id) => json!({ "staff": id }),
                    Person::Contact(id) => json!({ "contact": id }),
                };
                happened(tx, &step, &record, "ticket.watcher_added", data).await?;
                let fields = vec![Clean::name("watchers")];
                step.log(record.life.customer, Event::TicketChanged { ticket: id, fields });
                Ok(step.done(record)?)
            })
        })
        .await?;
    tell(app, &record);
    Ok(record)
}

/// Only the customer's own contacts, and the provider's own staff.
async fn known(
    conn: &mut pforte_store::Conn,
    record: &TicketRecord,
    new: NewWatcher,
) -> Result<Person, Problem> {
    match new {
        NewWatcher::Contact(id) => {
            let found = contact::by_id(conn, record.provider, id).await?;
            let fine = found.is_some_and(|c| c.active && c.customer == record.life.customer);
            let none = || Problem::input([("contact_id", "Name a contact of this customer.")]);
            if fine { Ok(Person::Contact(id)) } else { Err(none()) }
        }
        NewWatcher::Staff(id) => {
            let fine = staff::by_id(conn, record.provider, id).await?.is_some_and(|s| s.active);
            let none = || Problem::input([("staff_id", "Name a colleague or a guest.")]);
            if fine { Ok(Person::Staff(id)) } else { Err(none()) }
        }
    }
}

/// Takes a watcher away: oneself always, others when one has the ticket or nobody has. A locked ticket stays
/// as it is (rule B15): who no longer reads it stands in the log alone.
pub async fn unwatch(app: &Shared, who: StaffActor, id: TicketId, person: Uuid) -> Result<(), Problem> {
    must_serve(&who.staff)?;
    let mut step = Step::new(app, who.staff.provider, Actor::Staff(who.staff.id));
    let record = app
        .writer
        .change(move |tx| {
            Box::pin(async move {
                let found = ticket::by_id(tx.conn(), step.provider, id).await?;
                let record = found.ok_or_else(Problem::not_found)?;
                let member = staff::by_id(tx.conn(), step.provider, person.into()).await?;
                if person != who.staff.id.0 {
                    let guest = member.as_ref().is_some_and(|member| must_serve(member).is_err());
                    let mine = guest && must_invite(&who.staff).is_ok();
                    rules::may_take_off(&record.life, Viewer::Serving(who.staff.id), mine)
                        .map_err(refused)?;
                }
                if !watcher::remove(tx, step.provider, id, person).await? {
                    return Err(Problem::not_found());
                }
                let fields = vec![Clean::name("watchers")];
                step.log(record.life.customer, Event::TicketChanged { ticket: id, fields });
                if record.life.refuse_locked(step.age, step.now).is_ok() {
                    let key = if member.is_some() { "staff" } else { "contact" };
                    let data = json!({ key: person });
                    happened(tx, &step, &record, "ticket.watcher_removed", data).await?;
                }
                Ok(step.done(record)?)
            })
        })
        .await?;
    tell(app, &record);
    Ok(())
}
