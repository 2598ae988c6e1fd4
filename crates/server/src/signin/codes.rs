//! Wrong one-time codes on a right password: somebody knows the password. Counted for each person over a day, whatever the
//! code was typed for and from wherever; then no code counts for a while, and those concerned are told.

use super::actor;
use crate::{
    cx::{App, Audience, News, Problem, Topic, throttle},
    mail::{self, Reader},
};
use pforte_core::{
    entry::{Clean, Event, SignInWay},
    kernel::{CustomerId, Moment, ProviderId, Span, StaffId},
};
use pforte_store::{
    Change, Conn, StoreError, Tx,
    alarm::{self, Alarm},
    contact::{self, Contact},
    notice::{self, Notice},
    outbox::{self, Message},
    sign_in::{self, Person},
    staff::Staff,
};
use uuid::Uuid;

/// Wrong codes on a right password within [`DAY`] after which none counts. One that is guessed is right three times in a
/// million.
pub const MAX_WRONG: i64 = 20;
const DAY: Span = Span::hours(24);
const ALARM: &str = "sign_in.codes";

/// Whose codes are guessed.
#[derive(Clone, Copy, Debug)]
pub enum Owner<'a> {
    Staff(&'a Staff),
    Contact(&'a Contact),
}

impl Owner<'_> {
    const fn person(self) -> Person {
        match self {
            Self::Staff(staff) => Person::Staff(staff.id),
            Self::Contact(contact) => Person::Contact(contact.id),
        }
    }

    const fn provider(self) -> ProviderId {
        match self {
            Self::Staff(staff) => staff.provider,
            Self::Contact(contact) => contact.provider,
        }
    }
}

fn key(person: Person) -> String {
    match person {
        Person::Staff(id) => throttle::name_key("codes of staff", &id.to_string()),
        Person::Contact(id) => throttle::name_key("codes of a contact", &id.to_string()),
    }
}

/// Refuses while too many codes were wrong. To be asked again where a right one is taken.
pub async fn check(
    conn: &mut Conn,
    provider: ProviderId,
    person: Person,
    now: Moment,
) -> Result<(), Problem> {
    if sign_in::failures(conn, provider, &key(person), now - DAY).await? >= MAX_WRONG {
        return Err(throttle::throttled());
    }
    Ok(())
}

/// Lets codes count again: whoever it is has shown otherwise who they are, and others have agreed.
pub async fn forgive(tx: &mut Tx, provider: ProviderId, person: Person) -> Result<(), StoreError> {
    sign_in::forgive(tx, provider, &key(person)).await
}

/// Counts a wrong code on a right password, under the name that was typed and for the person. With the last that is
/// allowed the person and the leads are told.
pub async fn wrong_code(app: &App, owner: Owner<'_>, typed: &str, browser: &str) -> Result<(), Problem> {
    let prepared = prepare(app, owner, typed, browser).await?;
    let alarmed = app.writer.change(move |tx| Box::pin(prepared.run(tx))).await?;
    if alarmed {
        let mut audience = vec![Audience::Leads];
        if let Owner::Contact(contact) = owner {
            audience.push(Audience::Customer(contact.customer));
        }
        app.hub.publish(News::new(owner.provider(), &audience, &[Topic::Alarms, Topic::Door]));
    }
    Ok(())
}

/// What the transaction needs, made before it.
struct Prepared {
    now: Moment,
    provider: ProviderId,
    person: Person,
    typed: String,
    ids: [Uuid; 3],
    failed: pforte_core::entry::Entry,
    raised: pforte_core::entry::Entry,
    alarm: Alarm,
    notice: Option<CustomerId>,
    mail: Option<Message>,
}

async fn prepare(app: &App, owner: Owner<'_>, typed: &str, browser: &str) -> Result<Prepared, Problem> {
    let (now, provider, person) = (app.sources.now(), owner.provider(), owner.person());
    let (staff, notice): (Option<StaffId>, _) = match owner {
        Owner::Staff(staff) => (Some(staff.id), None),
        Owner::Contact(contact) => (None, Some(contact.customer)),
    };
    let alarm = Alarm {
        id: app.sources.id(now),
        provider,
        code: ALARM.into(),
        at: now,
        staff,
        customer: notice,
        acknowledged_at: None,
        acknowledged_by: None,
    };
    let reader = match owner {
        Owner::Staff(staff) => Some(Reader::of_staff(staff)),
        Owner::Contact(contact) => {
            let address = contact::primary_address(&mut *app.read().await?, provider, contact.id).await?;
            address.map(|address| Reader::of_contact(contact, address))
        }
    };
    let by = actor(person);
    let failed = Event::SignInFailed { way: SignInWay::Totp, browser: Clean::name(browser) };
    let raised = Event::AlarmRaised { alarm: alarm.id, code: Clean::name(ALARM), staff };
    Ok(Prepared {
        now,
        provider,
        person,
        typed: typed.to_owned(),
        ids: std::array::from_fn(|_| app.sources.id(now)),
        failed: app.entry(now, provider, by, failed),
        raised: app.entry(now, provider, by, raised),
        alarm,
        notice,
        mail: reader.map(|reader| mail::codes_guessed(app, &reader, now)),
    })
}

impl Prepared {
    async fn run(self, tx: &mut Tx) -> Result<Change<bool>, Problem> {
        let (provider, now) = (self.provider, self.now);
        let key = key(self.person);
        sign_in::add_failure(tx, provider, self.ids[0], &self.typed, now).await?;
        sign_in::add_failure(tx, provider, self.ids[1], &key, now).await?;
        let wrong = sign_in::failures(tx.conn(), provider, &key, now - DAY).await?;
        if wrong != MAX_WRONG {
            return Ok(Change::logged(false, self.failed));
        }
        alarm::insert(tx, &self.alarm).await?;
        if let Some(customer) = self.notice {
            let notice = Notice { code: "codes.guessed".into(), at: now };
            notice::insert(tx, self.ids[2], provider, customer, &notice).await?;
        }
        if let Some(mail) = &self.mail {
            outbox::put(tx, mail).await?;
        }
        Ok(Change::logged(true, self.failed).and(self.raised))
    }
}
