//! Asking for a link. The answer, and its time, are the same for every name: the work is done beside it.

use pforte_core::{
    entry::{Actor, Entry, Event},
    kernel::{CustomerId, Moment, RecoveryId, Span},
    recovery::{Course, Lost, RECOVERY_SPAN, Way},
    sender::Address,
};
use pforte_store::{
    Change, Tx,
    contact::{self, Contact},
    outbox,
    provider::Provider,
    recovery::{self, Recovery},
    sign_in::Person,
    staff::{self, Staff},
};

use super::stop::stop_link;
use crate::{
    cx::{App, Shared},
    cx::{Problem, sources::hash_token},
    mail::{self, Reader},
    signin::unknown_provider,
};

/// Links one person is sent within an hour, and within a day.
const LINKS_PER_HOUR: i64 = 3;
const LINKS_PER_DAY: i64 = 10;

/// How somebody names themselves.
#[derive(Clone, Debug)]
pub enum Name {
    /// A contact, by a registered address.
    Address(String),
    /// One of the staff.
    Username(String),
}

/// Sends a link to whoever is named, at their primary address.
pub async fn ask_for_link(app: &Shared, provider: Option<&str>, name: Name) -> Result<(), Problem> {
    let provider = app.provider(provider).await?.ok_or_else(unknown_provider)?;
    let app = app.clone();
    tokio::spawn(async move {
        if let Err(problem) = send(&app, provider, name).await {
            tracing::warn!(code = problem.code, "a link to set secrets anew was not sent");
        }
    });
    Ok(())
}

async fn send(app: &App, provider: Provider, name: Name) -> Result<(), Problem> {
    let mut conn = app.read().await?;
    let (person, reader) = match name {
        Name::Address(address) => {
            let typed = Address::spelling(&address);
            let found = contact::by_address(&mut conn, provider.id, &typed).await?.filter(|c| c.active);
            let Some(contact) = found else { return Ok(()) };
            let primary = contact::primary_address(&mut conn, provider.id, contact.id).await?;
            let Some(primary) = primary else { return Ok(()) };
            (Whose::Contact(contact.clone()), Reader::of_contact(&contact, primary))
        }
        Name::Username(username) => {
            let username = username.trim().to_lowercase();
            let found = staff::by_username(&mut conn, provider.id, &username).await?.filter(|s| s.active);
            let Some(staff) = found else { return Ok(()) };
            let reader = Reader::of_staff(&staff);
            (Whose::Staff(staff), reader)
        }
    };
    drop(conn);
    let now = app.sources.now();
    let new = Link::new(app, &person, None, now);
    let url = mail::sealed_link(app, "/recovery", &new.token);
    let stop = stop_link(app, new.recovery.id);
    let message = mail::recovery_link(app, &reader, &provider.name, &url, &stop, now);
    app.writer
        .change(move |tx| {
            Box::pin(async move {
                new.save(tx, now).await?;
                outbox::put(tx, &message).await?;
                Ok(Change::logged((), new.entry))
            })
        })
        .await
}

/// Whose a new recovery is.
pub(super) enum Whose {
    Staff(Staff),
    Contact(Contact),
}

/// A recovery with its link, before it is saved.
pub(super) struct Link {
    pub recovery: Recovery,
    pub token: String,
    pub entry: Entry,
}

impl Link {
    /// Made before the transaction. `operator` when whoever runs the server had it made.
    pub fn new(app: &App, whose: &Whose, operator: Option<Moment>, now: Moment) -> Self {
        let (provider, person, customer): (_, _, Option<CustomerId>) = match whose {
            Whose::Staff(staff) => (staff.provider, Person::Staff(staff.id), None),
            Whose::Contact(contact) => {
                (contact.provider, Person::Contact(contact.id), Some(contact.customer))
            }
        };
        let id: RecoveryId = app.sources.id(now);
        let event = match person {
            Person::Staff(id_) => Event::RecoverySent { recovery: id, staff: Some(id_), contact: None },
            Person::Contact(id_) => Event::RecoverySent { recovery: id, staff: None, contact: Some(id_) },
        };
        let recovery = Recovery {
            id,
            provider,
            person,
            customer,
            code_hash: None,
            totp_sealed: None,
            wrong_tries: 0,
            wrong_words: 0,
            created_at: now,
            ended_at: None,
            course: Course {
                way: operator.map(|_| Way::Operator),
                lost: operator.map(|_| Lost::Both),
                begun_at: None,
                asked_at: None,
                ready_at: None,
                expires_at: operator.unwrap_or(now + RECOVERY_SPAN),
                ended: None,
            },
        };
        let entry = Entry { customer, ..app.entry(now, provider, Actor::System, event) };
        Self { recovery, token: app.sources.token(), entry }
    }

    /// Saves it; refused when the person was sent as many as may be. Whoever runs the server is not held up by others
    /// who ask.
    pub async fn save(&self, tx: &mut Tx, now: Moment) -> Result<(), Problem> {
        let (provider, person) = (self.recovery.provider, self.recovery.person);
        // Counted inside the transaction: many may ask at the same moment.
        let hour = recovery::links_since(tx.conn(), provider, person, now - Span::hours(1)).await?;
        let day = recovery::links_since(tx.conn(), provider, person, now - Span::hours(24)).await?;
        let many = hour >= LINKS_PER_HOUR || day >= LINKS_PER_DAY;
        if many && self.recovery.course.way != Some(Way::Operator) {
            return Err(crate::cx::throttle::throttled());
        }
        Ok(recovery::insert(tx, &self.recovery, &hash_token(&self.token)).await?)
    }
}
