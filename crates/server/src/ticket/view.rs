//! How one ticket is shown: to the customer, to staff, to a guest.

use std::collections::{BTreeMap, HashMap};

use super::line::{TicketLine, lines};
use crate::{
    attachment::view::{AttachmentView, attachment_view},
    cx::{App, Problem, Timestamp},
    door::{load_facts, over},
    people::{SignedIn, Who, must_serve, sees::Seen},
    show::{CallRef, Person, ProductDoorView, StaffRef, TicketRef, call_ref, references},
};
use pforte_core::{
    access::{Ask, Decision, Ground, HeldGround, Takeover, Terms, decide},
    kernel::{ContactRole, GroundId, MessageId, StaffId, Strength},
    sender::Proof,
    ticket::{self as rules, MessageKind, Opener, TicketAction, Viewer},
};
use pforte_store::{
    Conn, attachment, contact,
    contact::Contact,
    copied, customer, ground,
    ground::GroundRecord,
    message::{self, Author, MessageRecord},
    phone_call,
    queue::{self, Desk, Filter, Sort, States},
    sign_in::Person as Watching,
    staff,
    staff::Staff,
    ticket,
    ticket::TicketRecord,
    watcher,
};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

/// Messages of one page.
const MESSAGES: i64 = 200;
const TAKE_OVER: &str = TicketAction::TakeOver.word();
/// What happened that only staff read of.
const FOR_STAFF: [&str; 6] =
    ["ticket.escalated", "ticket.changed", "mail.bounced", "mail.held", "mail.undelivered", "call.recorded"];

/// What was asked (rule P1).
#[derive(Clone, Debug, Default, Serialize, ToSchema)]
#[schema(as = TicketRequestView)]
pub struct RequestView {
    pub done: Option<String>,
    pub expected: Option<String>,
    pub happened: Option<String>,
    pub affected: Option<String>,
}

/// Who wrote something.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct AuthorView {
    /// `contact`, `staff`, `guest` or `system`.
    pub kind: &'static str,
    pub person: Option<Person>,
}

/// What happened, in a word.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct EventView {
    pub code: String,
    /// Ids and words that go with it; `null` where none do.
    #[schema(value_type = Option<Object>)]
    pub data: Value,
    /// Whom it is about: to or from whom it went, who watches.
    pub person: Option<Person>,
}

/// One message, note or happening.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct MessageView {
    pub id: Uuid,
    /// `message`, `note` or `event`.
    #[schema(value_type = String)]
    pub kind: MessageKind,
    /// `portal`, `mail`, `phone`, `voice`, `chat` or `system`.
    pub via: String,
    /// Of a mail: `proven`, `confirmed` or `unproven`.
    #[schema(value_type = Option<String>)]
    pub proof: Option<Proof>,
    /// Of a contact who typed it: `link`, `password` or `password_totp`. What came by `link` opens nothing
    /// (rule X8).
    #[schema(value_type = Option<String>)]
    pub strength: Option<Strength>,
    pub author: AuthorView,
    pub at: Timestamp,
    pub text: String,
    pub quoted: Option<String>,
    /// Safe HTML, for a sandboxed frame.
    pub html: Option<String>,
    pub attachments: Vec<AttachmentView>,
    /// For staff: the mail it came by.
    pub mail_id: Option<Uuid>,
    pub event: Option<EventView>,
}

/// Somebody who watches.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct WatcherView {
    /// `contact`, `staff` or `guest`.
    pub kind: &'static str,
    pub person: Person,
    pub since: Timestamp,
}

/// A ground that belongs to the ticket (rule X5).
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct GroundRef {
    pub id: Uuid,
    pub kind: &'static str,
    /// `open` or `ended`.
    pub state: &'static str,
    /// `null` when it opens for whoever meets the conditions.
    pub staff: Option<StaffRef>,
    pub opened_at: Timestamp,
}

/// What of the door is open to the staff member who asks.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct TicketAccess {
    /// The decision's code.
    pub code: String,
    /// `open`, `needs` or `closed`.
    pub decision: &'static str,
    pub products: Vec<ProductDoorView>,
    pub ground_id: Option<Uuid>,
    /// Whether the customer has yet to say that it is theirs (rules B10, B13).
    pub needs_confirmation: bool,
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

/// Names that were looked up, so that each is read once.
struct People<'c> {
    conn: &'c mut Conn,
    provider: pforte_core::kernel::ProviderId,
    known: HashMap<Uuid, (&'static str, String, String)>,
}

impl People<'_> {
    async fn staff(&mut self, id: StaffId) -> Result<(&'static str, StaffRef), Problem> {
        if !self.known.contains_key(&id.0) {
            let found = staff::by_id(self.conn, self.provider, id).await?;
            let guest = found.as_ref().is_some_and(|s| must_serve(s).is_err());
            let kind = if guest { "guest" } else { "staff" };
            let (name, username) = found.map_or(("–".into(), String::new()), |s| (s.name(), s.username));
            self.known.insert(id.0, (kind, name, username));
        }
        let (kind, name, username) = self.known.get(&id.0).cloned().ok_or_else(Problem::not_found)?;
        Ok((kind, StaffRef { id: id.0, name, username }))
    }

    async fn contact(&mut self, id: pforte_core::kernel::ContactId) -> Result<Person, Problem> {
        if !self.known.contains_key(&id.0) {
            let name = crate::show::contact_name(self.conn, self.provider, id).await?;
            self.known.insert(id.0, ("contact", name, String::new()));
        }
        let name = self.known.get(&id.0).map(|(_, name, _)| name.clone());
        Ok(Person { id: id.0, name: name.unwrap_or_default() })
    }

    async fn author(&mut self, author: Author) -> Result<AuthorView, Problem> {
        Ok(match author {
            Author::Staff(id) => {
                let (kind, member) = self.staff(id).await?;
                AuthorView { kind, person: Some(Person { id: member.id, name: member.name }) }
            }
            Author::Contact(id) => AuthorView { kind: "contact", person: Some(self.contact(id).await?) },
            Author::System => AuthorView { kind: "system", person: None },
        })
    }
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

async fn messages(
    app: &App,
    conn: &mut Conn,
    seen: &Seen,
    before: Option<MessageId>,
) -> Result<(Vec<MessageView>, bool), Problem> {
    let (provider, id) = (seen.record.provider, seen.record.id());
    let mut found = message::of_ticket(conn, provider, id, seen.reading(), before, MESSAGES + 1).await?;
    let more = i64::try_from(found.len()).is_ok_and(|n| n > MESSAGES);
    found.truncate(usize::try_from(MESSAGES).unwrap_or(usize::MAX));
    let serves = matches!(seen.viewer, Viewer::Serving(_));
    let mut files: HashMap<MessageId, Vec<_>> = HashMap::new();
    for file in attachment::of_ticket(conn, provider, id).await? {
        if let Some(message) = file.message {
            files.entry(message).or_default().push(file);
        }
    }
    let mut views = Vec::with_capacity(found.len());
    let mut people = People { conn, provider, known: HashMap::new() };
    for mut message in found.into_iter().rev() {
        if seen.since.is_some() {
            // What is quoted may be older than what they were let in to (control 44).
            (message.quoted, message.html) = (None, None);
        }
        let files = files.remove(&message.id).unwrap_or_default();
        let mut attachments = Vec::with_capacity(files.len());
        for file in &files {
            attachments.push(attachment_view(app, people.conn, file, serves).await?);
        }
        let view = one(&mut people, message, attachments, serves).await?;
        let hidden = view.event.as_ref().is_some_and(|e| FOR_STAFF.contains(&e.code.as_str())) && !serves;
        if !hidden {
            views.push(view);
        }
    }
    Ok((views, more))
}

async fn one(
    people: &mut People<'_>,
    message: MessageRecord,
    attachments: Vec<AttachmentView>,
    serves: bool,
) -> Result<MessageView, Problem> {
    let event = match message.kind {
        MessageKind::Event => Some(event(people, &message.text).await?),
        MessageKind::Message | MessageKind::Note => None,
    };
    Ok(MessageView {
        id: message.id.0,
        kind: message.kind,
        via: message.via,
        proof: message.proof,
        strength: message.strength,
        author: people.author(message.author).await?,
        at: message.at.into(),
        text: if event.is_some() { String::new() } else { message.text },
        quoted: message.quoted,
        html: message.html,
        attachments,
        mail_id: message.mail.filter(|_| serves).map(|m| m.0),
        event,
    })
}

/// The line keeps ids; whose they are is looked up for whoever reads it.
async fn event(people: &mut People<'_>, text: &str) -> Result<EventView, Problem> {
    let told: Value = serde_json::from_str(text).unwrap_or_default();
    let code = told["code"].as_str().unwrap_or_default().to_owned();
    let data = told["data"].clone();
    let id = |key: &str| data[key].as_str().and_then(|id| Uuid::parse_str(id).ok());
    let person = match (id("to").or(id("from")).or(id("staff")), id("contact")) {
        (Some(staff), _) => {
            let member = people.staff(StaffId(staff)).await?.1;
            Some(Person { id: member.id, name: member.name })
        }
        (None, Some(contact)) => Some(people.contact(contact.into()).await?),
        (None, None) => None,
    };
    Ok(EventView { code, data, person })
}

/// One message as its writer is shown it.
pub async fn message_view(
    app: &App,
    conn: &mut Conn,
    message: MessageRecord,
    serves: bool,
) -> Result<MessageView, Problem> {
    let mut attachments = Vec::new();
    for file in attachment::of_message(conn, message.provider, message.id).await? {
        attachments.push(attachment_view(app, conn, &file, serves).await?);
    }
    let provider = message.provider;
    one(&mut People { conn, provider, known: HashMap::new() }, message, attachments, serves).await
}

async fn watchers(conn: &mut Conn, record: &TicketRecord) -> Result<Vec<WatcherView>, Problem> {
    let all = watcher::of_ticket(conn, record.provider, record.id()).await?;
    let mut people = People { conn, provider: record.provider, known: HashMap::new() };
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
    let mut people = People { conn, provider: record.provider, known: HashMap::new() };
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

async fn grounds(app: &App, conn: &mut Conn, record: &TicketRecord) -> Result<Vec<GroundRef>, Problem> {
    let now = app.sources.now();
    let all = ground::of_ticket(conn, record.provider, record.id()).await?;
    let mut people = People { conn, provider: record.provider, known: HashMap::new() };
    let mut views = Vec::with_capacity(all.len());
    for held in all {
        views.push(GroundRef {
            id: held.id.0,
            kind: held.terms.kind().word(),
            state: if over(app, people.conn, &held, now).await?.is_none() { "open" } else { "ended" },
            staff: match held.terms.staff() {
                Some(id) => Some(people.staff(id).await?.1),
                None => None,
            },
            opened_at: held.opened_at.into(),
        });
    }
    Ok(views)
}

/// What is open to this staff member because of the ticket. Whoever has no ground yet is told what the
/// decision says about one that nobody has.
async fn access(
    app: &App,
    conn: &mut Conn,
    staff: &Staff,
    record: &TicketRecord,
) -> Result<TicketAccess, Problem> {
    let now = app.sources.now();
    let customer = customer::by_id(conn, record.provider, record.life.customer).await?;
    let customer = customer.ok_or_else(Problem::not_found)?;
    let mine =
        |g: &GroundRecord| g.terms.opens_for(staff.id) && g.ended.is_none() && !app.door.ground_shut(g.id);
    let all = ground::of_ticket(conn, record.provider, record.id()).await?;
    let held: Vec<GroundRecord> = all.into_iter().filter(mine).collect();
    let mut facts = load_facts(app, conn, staff, &customer, &held).await?;
    if !held.iter().any(|g| matches!(g.terms, Terms::Takeover { .. })) {
        let asker = contact::by_id(conn, record.provider, record.life.contact).await?;
        facts.grounds.push(nobodys(record, &asker.ok_or_else(Problem::not_found)?, now));
    }
    let products = app.products.iter().map(|product| {
        let decision = decide(&facts, &Ask::List { product: &product.id }, now);
        (ProductDoorView::new(app, &product.id, decision), decision)
    });
    let (products, decisions): (Vec<_>, Vec<Decision>) = products.unzip();
    // The answer for the product that opens, if one does.
    let best = decisions.iter().find(|d| d.opening().is_some()).or(decisions.first());
    Ok(TicketAccess {
        code: best.map_or("ground.none", |d| d.code()).to_owned(),
        decision: best.map_or("closed", |d| d.word()),
        products,
        ground_id: best.and_then(Decision::opening).map(|o| o.ground.0),
        needs_confirmation: !record.life.customer_stands_behind(),
    })
}

/// A takeover by nobody: so that the decision says what would open the ticket.
fn nobodys(record: &TicketRecord, asker: &Contact, now: pforte_core::kernel::Moment) -> HeldGround {
    let contact =
        pforte_core::access::ContactFacts { id: asker.id, active: asker.active, rights: asker.rights };
    HeldGround {
        id: GroundId(Uuid::nil()),
        customer: record.life.customer,
        ground: Ground::Takeover(Takeover {
            staff: StaffId(Uuid::nil()),
            taken_over_at: now,
            ticket: record.life.facts(contact),
            ended: None,
        }),
    }
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
