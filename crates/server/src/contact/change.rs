//! Asking for a change of the list, and deciding on it (rules P2 to P5, Z10, Z11, X6; control 19).
//!
//! Who may ask, who has to agree and until when is `pforte_core::contact`'s to say, and it is asked
//! inside the transaction: a contact who was just removed neither asks nor approves.

use pforte_core::{
    contact::{self as rules, Asker, Change as RulesChange},
    entry::{Actor, Clean, Entry, Event},
    kernel::{ChangeId, ContactId, ContactRole, CustomerId, Moment, ProviderId},
};
use pforte_store::{
    Change, Tx,
    contact::Contact,
    contact_change::{self, ContactChange},
    notice::{self, Notice},
    outbox::{self, Message},
    staff::Staff,
};
use uuid::Uuid;

use super::{
    What,
    apply::{Applied, Applying, Frame},
    circle::{Circle, concerned},
    refused, too_many,
};
use crate::{
    cx::{App, Audience, News, Problem, Topic, there},
    mail::{self, ChangeStep},
    people::ContactActor,
};

/// Changes that may wait at one customer.
pub const WAITING: i64 = 50;

/// Who asks.
#[derive(Clone, Copy, Debug)]
pub enum By<'a> {
    Contact(&'a Contact),
    Staff(&'a Staff),
}

impl By<'_> {
    fn asker(self) -> Asker {
        match self {
            Self::Contact(contact) => Asker::Contact(contact.id),
            Self::Staff(_) => Asker::Staff,
        }
    }

    fn actor(self) -> Actor {
        match self {
            Self::Contact(contact) => Actor::Contact(contact.id),
            Self::Staff(staff) => Actor::Staff(staff.id),
        }
    }

    fn provider(self) -> ProviderId {
        match self {
            Self::Contact(contact) => contact.provider,
            Self::Staff(staff) => staff.provider,
        }
    }

    fn name(self) -> String {
        match self {
            Self::Contact(contact) => contact.name(),
            Self::Staff(staff) => staff.name(),
        }
    }
}

/// What became of an ask.
#[derive(Debug)]
pub enum Asked {
    /// Nobody else had to agree.
    Applied {
        /// A new contact, with the code for the first password.
        added: Option<(Contact, String)>,
    },
    Waits(Box<ContactChange>),
}

/// Everything the transaction needs.
struct Prepared {
    now: Moment,
    provider: ProviderId,
    customer: CustomerId,
    asker: Asker,
    change: ContactChange,
    asked: Entry,
    notice: (Uuid, Notice, Notice),
    ask_mails: Vec<Message>,
    done_mails: Vec<Message>,
    applying: Applying,
}

enum Outcome {
    Applied(Box<Applied>),
    Waits(Box<ContactChange>),
}

/// Asks for a change: done at once, unless somebody else has to agree first.
pub async fn ask(
    app: &App,
    by: By<'_>,
    customer: CustomerId,
    about: Option<ContactId>,
    what: What,
) -> Result<Asked, Problem> {
    let provider = by.provider();
    let circle = Circle::load(&mut *app.read().await?, provider, customer).await?;
    rules::may_ask(what.kind(), &circle.listed(), by.asker()).map_err(refused)?;
    let comes_back = matches!(what, What::ContactRestore { .. });
    if !comes_back && about.is_some_and(|id| circle.contact(id).is_none()) {
        return Err(Problem::not_found());
    }
    let prepared = prepare(app, by, &circle, (customer, about), what).await?;
    match app.writer.change(move |tx| Box::pin(prepared.run(tx))).await? {
        Outcome::Applied(done) => {
            done.tell(app, provider, customer, by.actor()).await;
            Ok(Asked::Applied { added: done.added })
        }
        Outcome::Waits(change) => {
            app.hub.publish(News::new(
                provider,
                &[Audience::Customer(customer), Audience::Leads],
                &[Topic::Contacts, Topic::Door],
            ));
            Ok(Asked::Waits(change))
        }
    }
}

async fn prepare(
    app: &App,
    by: By<'_>,
    circle: &Circle,
    (customer, about): (CustomerId, Option<ContactId>),
    what: What,
) -> Result<Prepared, Problem> {
    let now = app.sources.now();
    let provider = by.provider();
    let (kind, asker) = (what.kind(), by.asker());
    let id: ChangeId = app.sources.id(now);
    let deciders: Vec<ContactId> = rules::deciders(kind, &circle.listed(), asker).collect();
    let said = Said::new(app, circle, &what, about, by.name());
    let ask_mails = said.mails(circle, ChangeStep::Asked, now, |c| deciders.contains(&c.id));
    let mut done_mails = said.mails(circle, ChangeStep::Done, now, |c| concerned(c, about));
    done_mails.extend(new_primary(app, circle, &what, about, now));
    let event = Event::ChangeAsked { change: id, contact: about, kind: Clean::name(kind.word()) };
    let asked = Entry { customer: Some(customer), ..app.entry(now, provider, by.actor(), event) };
    let change = ContactChange {
        id,
        provider,
        customer,
        contact: about,
        kind: kind.word().into(),
        change: serde_json::to_string(&what).unwrap_or_default(),
        asked_by_contact: match by {
            By::Contact(contact) => Some(contact.id),
            By::Staff(_) => None,
        },
        asked_by_staff: match by {
            By::Contact(_) => None,
            By::Staff(staff) => Some(staff.id),
        },
        asked_at: now,
        expires_at: rules::change_expires_at(now),
        decided_by: None,
        decided_at: None,
        approved: None,
    };
    let told = |code: &str| Notice { code: code.into(), at: now };
    let notice = (app.sources.id(now), told("contact_change.asked"), told(what.notice()));
    let by_staff = matches!(by, By::Staff(_));
    let frame = Frame { now, provider, customer, about, actor: by.actor(), by_staff };
    let applying = Applying::prepare(app, frame, what).await?;
    Ok(Prepared { now, provider, customer, asker, change, asked, notice, ask_mails, done_mails, applying })
}

impl Prepared {
    async fn run(self, tx: &mut Tx) -> Result<Change<Outcome>, Problem> {
        let circle = Circle::load(tx.conn(), self.provider, self.customer).await?;
        let listed = circle.listed();
        let kind = there(rules::ChangeKind::from_word(&self.change.kind), "such kind of change")?;
        rules::may_ask(kind, &listed, self.asker).map_err(refused)?;
        let (id, asked, done) = self.notice;
        if rules::needs_second(kind, &listed, self.asker) {
            if contact_change::waiting(tx.conn(), self.provider, self.customer, self.now).await? >= WAITING {
                return Err(too_many("Up to fifty changes wait at a time. Decide on some first."));
            }
            self.applying.refuse_taken(tx).await?;
            contact_change::insert(tx, &self.change).await?;
            notice::insert(tx, id, self.provider, self.customer, &asked).await?;
            put(tx, &self.ask_mails).await?;
            return Ok(Change::logged(Outcome::Waits(Box::new(self.change)), self.asked));
        }
        let mut applied = self.applying.run(tx).await?;
        notice::insert(tx, id, self.provider, self.customer, &done).await?;
        put(tx, &self.done_mails).await?;
        let mut entries = std::mem::take(&mut applied.entries).into_iter();
        let first = there(entries.next(), "entry of a change")?;
        Ok(Change::logged(Outcome::Applied(Box::new(applied)), first).and_all(entries))
    }
}

async fn put(tx: &mut Tx, mails: &[Message]) -> Result<(), Problem> {
    for mail in mails {
        outbox::put(tx, mail).await?;
    }
    Ok(())
}

/// What the mails say of a change.
struct Said<'a> {
    app: &'a App,
    what: &'a What,
    /// Whom it is about.
    name: String,
    by: String,
}

impl<'a> Said<'a> {
    fn new(app: &'a App, circle: &Circle, what: &'a What, about: Option<ContactId>, by: String) -> Self {
        let name = match what {
            What::ContactAdd(new) => new.name(),
            What::ContactRestore { name, .. } => name.clone(),
            _ => about.and_then(|id| circle.contact(id)).map_or_else(|| "–".into(), Contact::name),
        };
        Self { app, what, name, by }
    }

    fn mails(
        &self,
        circle: &Circle,
        step: ChangeStep,
        now: Moment,
        to: impl Fn(&Contact) -> bool,
    ) -> Vec<Message> {
        let change = mail::ChangeMail { step, kind: self.what.kind(), name: &self.name, by: &self.by };
        circle.mails(to, |contact, address| mail::contact_change(self.app, contact, address, change, now))
    }
}

/// Approves or refuses a change; answers it, and a new contact with the code for the first password.
pub async fn decide(
    app: &App,
    who: &ContactActor,
    id: ChangeId,
    approve: bool,
) -> Result<(ContactChange, Option<(Contact, String)>), Problem> {
    who.must_be_confirmed()?;
    let me = &who.contact;
    let (provider, customer, now) = (me.provider, me.customer, app.sources.now());
    let mut conn = app.read().await?;
    // Who never decides on anything is not told which changes there are.
    if !(me.rights.authorised() || matches!(me.role, ContactRole::Owner | ContactRole::Admin)) {
        return Err(refused(rules::ChangeRefusal::NotAuthorised));
    }
    let change = contact_change::by_id(&mut conn, provider, id).await?;
    let change = change.filter(|change| change.customer == customer).ok_or_else(Problem::not_found)?;
    let circle = Circle::load(&mut conn, provider, customer).await?;
    drop(conn);
    may_decide(&change, &circle, me.id, now)?;
    let what: What = serde_json::from_str(&change.change).map_err(|_| Problem::not_found())?;
    let step = if approve { ChangeStep::Done } else { ChangeStep::Refused };
    let said = Said::new(app, &circle, &what, change.contact, me.name());
    let asker = change.asked_by_contact;
    let mails = said.mails(&circle, step, now, |c| concerned(c, change.contact) || Some(c.id) == asker);
    let code = if approve { what.notice() } else { "contact_change.refused" };
    let decision = Decision {
        id,
        me: me.id,
        approve,
        now,
        provider,
        customer,
        entry: app.contact_entry(me, now, Event::ChangeDecided { change: id, approved: approve }),
        notice: (app.sources.id(now), Notice { code: code.into(), at: now }),
        mails,
        new_primary: new_primary(app, &circle, &what, change.contact, now),
        applying: {
            let actor = Actor::Contact(me.id);
            // Staff asked, but a contact is answered: of other customers they hear nothing (rule Z8).
            let frame = Frame { now, provider, customer, about: change.contact, actor, by_staff: false };
            Applying::prepare(app, frame, what).await?
        },
    };
    let (change, applied) = app.writer.change(move |tx| Box::pin(decision.run(tx))).await?;
    let Some(applied) = applied else {
        app.hub.publish(News::new(
            provider,
            &[Audience::Customer(customer)],
            &[Topic::Contacts, Topic::Door],
        ));
        return Ok((change, None));
    };
    applied.tell(app, provider, customer, Actor::Contact(me.id)).await;
    Ok((change, applied.added))
}

/// The new address hears of it, too; the mail to all goes to the old one still (rule Z9).
fn new_primary(
    app: &App,
    circle: &Circle,
    what: &What,
    about: Option<ContactId>,
    now: Moment,
) -> Option<Message> {
    let What::PrimaryAddress { address, .. } = what else { return None };
    let contact = circle.contact(about?)?;
    Some(mail::primary_changed(app, contact, address, now))
}

struct Decision {
    id: ChangeId,
    me: ContactId,
    approve: bool,
    now: Moment,
    provider: ProviderId,
    customer: CustomerId,
    entry: Entry,
    notice: (Uuid, Notice),
    mails: Vec<Message>,
    new_primary: Option<Message>,
    applying: Applying,
}

impl Decision {
    async fn run(self, tx: &mut Tx) -> Result<Change<(ContactChange, Option<Applied>)>, Problem> {
        let circle = Circle::load(tx.conn(), self.provider, self.customer).await?;
        let change = contact_change::by_id(tx.conn(), self.provider, self.id).await?;
        let mut change = change.ok_or_else(Problem::not_found)?;
        may_decide(&change, &circle, self.me, self.now)?;
        contact_change::decide(tx, self.provider, self.id, self.me, self.approve, self.now).await?;
        change.decided_by = Some(self.me);
        change.decided_at = Some(self.now);
        change.approved = Some(self.approve);
        let (id, notice) = self.notice;
        notice::insert(tx, id, self.provider, self.customer, &notice).await?;
        put(tx, &self.mails).await?;
        if !self.approve {
            return Ok(Change::logged((change, None), self.entry));
        }
        let mut applied = self.applying.run(tx).await?;
        put(tx, self.new_primary.as_slice()).await?;
        let entries = std::mem::take(&mut applied.entries);
        Ok(Change::logged((change, Some(applied)), self.entry).and_all(entries))
    }
}

/// Whether this contact may decide on it now, and whoever asked could still ask.
fn may_decide(change: &ContactChange, circle: &Circle, who: ContactId, now: Moment) -> Result<(), Problem> {
    let listed = circle.listed();
    let kind = there(rules::ChangeKind::from_word(&change.kind), "such kind of change")?;
    let asked_by = change.asked_by_contact.map_or(Asker::Staff, Asker::Contact);
    let core = RulesChange { kind, asked_by, expires_at: change.expires_at, approved: change.approved };
    rules::may_decide(&core, &listed, who, now).map_err(refused)?;
    rules::may_ask(kind, &listed, asked_by).map_err(|_| refused(rules::ChangeRefusal::Over))
}
