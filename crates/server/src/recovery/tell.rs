//! Who is told of a recovery, and how: mails to the person and to everybody concerned, a notice on the customer's
//! portal, an alarm for the leads where something is wrong. All of it in the transaction of what it tells.

use pforte_core::{
    entry::{Clean, Entry, Event},
    kernel::{AlarmId, CustomerId, Moment, ProviderId, StaffId},
    recovery::{Lost, RecoveryEnd, Way},
};
use pforte_store::{
    StoreError, Tx,
    alarm::{self, Alarm},
    contact,
    notice::{self, Notice},
    outbox::{self, Message},
    sign_in::Person,
    staff,
};
use uuid::Uuid;

use super::{Case, ask::asks_staff, case, stop::stop_link};
use crate::{
    cx::App,
    cx::Problem,
    cx::{Audience, News, Topic},
    mail::{self, Reader, RecoveryNews},
    people::Who,
};

/// What happened.
#[derive(Clone, Debug)]
pub(super) enum Step {
    Asked {
        lost: Lost,
        way: Way,
    },
    /// All have approved, the last by name.
    Ready {
        by: String,
    },
    Done,
    Stopped {
        how: RecoveryEnd,
        by: String,
    },
    /// “That was not me”, afterwards.
    Shut,
    /// Whoever runs the server had a link printed.
    Printed,
}

impl Step {
    /// The code of notice and alarm.
    const fn code(&self) -> &'static str {
        match self {
            Self::Asked { .. } => "recovery.asked",
            Self::Ready { .. } => "recovery.ready",
            Self::Done => "recovery.done",
            Self::Stopped { how: RecoveryEnd::Withdrawn, .. } => "recovery.withdrawn",
            Self::Stopped { how: RecoveryEnd::Objected, .. } => "recovery.objected",
            Self::Stopped { how: RecoveryEnd::Guessed, .. } => "recovery.guessed",
            Self::Stopped { .. } => "recovery.refused",
            Self::Shut => "recovery.shut",
            Self::Printed => "recovery.printed",
        }
    }

    /// Whether the leads have to look at it.
    const fn alarms(&self) -> bool {
        match self {
            Self::Stopped { how, .. } => !matches!(how, RecoveryEnd::Withdrawn),
            Self::Shut | Self::Printed => true,
            _ => false,
        }
    }
}

/// Everything that tells of one step.
#[derive(Debug)]
pub(super) struct Post {
    provider: ProviderId,
    customer: Option<CustomerId>,
    person: Person,
    notice: Option<(Uuid, Notice)>,
    alarm: Option<(Alarm, Entry)>,
    mails: Vec<Message>,
}

/// Who reads of a recovery.
struct Readers {
    /// The person, at every address that is surely theirs.
    own: Vec<Reader>,
    /// Who can approve it.
    approvers: Vec<Reader>,
    /// Who else is to know.
    others: Vec<Reader>,
}

impl Post {
    pub async fn new(app: &App, case: &Case, step: Step, now: Moment) -> Result<Self, Problem> {
        let way = match step {
            Step::Asked { way, .. } => Some(way),
            _ => case.recovery.course.way,
        };
        let readers = readers(app, case, way).await?;
        let (provider, customer, person) =
            (case.recovery.provider, case.recovery.customer, case.recovery.person);
        let notice = Notice { code: step.code().into(), at: now };
        Ok(Self {
            provider,
            customer,
            person,
            notice: customer.map(|_| (app.sources.id(now), notice)),
            alarm: step.alarms().then(|| alarm(app, case, step.code(), now)),
            mails: mails(app, case, &readers, (&step, way), now),
        })
    }

    pub async fn save(&self, tx: &mut Tx) -> Result<(), StoreError> {
        if let (Some(customer), Some((id, notice))) = (self.customer, &self.notice) {
            notice::insert(tx, *id, self.provider, customer, notice).await?;
        }
        if let Some((alarm, _)) = &self.alarm {
            alarm::insert(tx, alarm).await?;
        }
        for mail in &self.mails {
            outbox::put(tx, mail).await?;
        }
        Ok(())
    }

    /// The entry of the alarm.
    pub fn raised(&self) -> Option<Entry> {
        self.alarm.as_ref().map(|(_, entry)| entry.clone())
    }

    /// Tells the pages, after the commit.
    pub fn publish(&self, app: &App) {
        publish(app, self.provider, self.customer, self.person);
    }
}

/// Tells the pages that one more has approved.
pub(super) fn changed(app: &App, case: &Case) {
    publish(app, case.recovery.provider, case.recovery.customer, case.recovery.person);
}

fn publish(app: &App, provider: ProviderId, customer: Option<CustomerId>, person: Person) {
    let mut audience = vec![Audience::Leads];
    audience.extend(customer.map(Audience::Customer));
    if let Person::Staff(id) = person {
        audience.push(Audience::Staff(id));
    }
    let topics = [Topic::Recoveries, Topic::Contacts, Topic::Alarms, Topic::Door, Topic::Pin, Topic::Me];
    app.hub.publish(News::new(provider, &audience, &topics));
}

fn alarm(app: &App, case: &Case, code: &'static str, now: Moment) -> (Alarm, Entry) {
    let staff: Option<StaffId> = match case.recovery.person {
        Person::Staff(id) => Some(id),
        Person::Contact(_) => None,
    };
    let id: AlarmId = app.sources.id(now);
    let alarm = Alarm {
        id,
        provider: case.recovery.provider,
        code: code.into(),
        at: now,
        staff,
        customer: case.recovery.customer,
        acknowledged_at: None,
        acknowledged_by: None,
    };
    let event = Event::AlarmRaised { alarm: id, code: Clean::name(code), staff };
    (alarm, case.entry(app, now, case.actor(), event))
}

/// Reads who is to be told.
async fn readers(app: &App, case: &Case, way: Option<Way>) -> Result<Readers, Problem> {
    let mut conn = app.read().await?;
    let mut readers = Readers { own: vec![], approvers: vec![], others: vec![] };
    match &case.who {
        Who::Staff(person) => readers.own.push(Reader::of_staff(person)),
        Who::Contact(person) => {
            for address in case::own_addresses(&mut conn, person).await? {
                readers.own.push(Reader::of_contact(person, address.address));
            }
            let deciders = case::deciders(&mut conn, person).await?;
            for other in contact::of_customer(&mut conn, person.provider, person.customer).await? {
                let primary = contact::primary_address(&mut conn, person.provider, other.id).await?;
                let Some(primary) = primary.filter(|_| other.id != person.id) else { continue };
                let reader = Reader::of_contact(&other, primary);
                let has_rights = other.rights.support || other.rights.instruction;
                if way == Some(Way::Colleague) && deciders.contains(&other.id) {
                    readers.approvers.push(reader);
                } else if way == Some(Way::Provider) || has_rights {
                    readers.others.push(reader);
                }
            }
        }
    }
    if way.is_some_and(|way| asks_staff(way) || way == Way::Operator) {
        let subject = case::profile(&mut conn, &case.who).await?;
        for colleague in staff::overseers(&mut conn, case.recovery.provider).await? {
            let reader = Reader::of_staff(&colleague);
            if case.recovery.person == Person::Staff(colleague.id) {
                continue;
            }
            if case::overseer(&colleague).may_approve(&subject) {
                readers.approvers.push(reader);
            } else {
                readers.others.push(reader);
            }
        }
    }
    Ok(readers)
}

fn mails(
    app: &App,
    case: &Case,
    readers: &Readers,
    (step, way): (&Step, Option<Way>),
    now: Moment,
) -> Vec<Message> {
    let name = case.name();
    let stop = stop_link(app, case.recovery.id);
    let own = |news: RecoveryNews<'_>| {
        readers.own.iter().map(|r| mail::recovery_own(app, r, news, &stop, now)).collect::<Vec<_>>()
    };
    let told = |to: &[Reader], news: RecoveryNews<'_>| {
        to.iter().map(|r| mail::recovery_told(app, r, &name, news, now)).collect::<Vec<_>>()
    };
    let all = |news: RecoveryNews<'_>| {
        [own(news), told(&readers.approvers, news), told(&readers.others, news)].concat()
    };
    match step {
        Step::Asked { lost, way } => {
            let asked = RecoveryNews::Asked { lost: *lost, way: *way };
            let mut some = own(asked);
            some.extend(told(&readers.approvers, RecoveryNews::Approve { lost: *lost }));
            // Where the customer has nobody, everybody there can say no.
            if *way == Way::Provider {
                some.extend(told(&readers.others, asked));
            }
            some
        }
        Step::Ready { by } => {
            let news = RecoveryNews::Ready { by, rests: way == Some(Way::Provider) };
            let mut some = own(news);
            if way == Some(Way::Provider) {
                some.extend(told(&readers.others, news));
            }
            some
        }
        Step::Done => all(RecoveryNews::Done),
        Step::Stopped { how, by } => {
            let news = RecoveryNews::Stopped { how: *how, by };
            all(news)
        }
        Step::Shut => all(RecoveryNews::Shut),
        Step::Printed => all(RecoveryNews::Printed),
    }
}
