//! Signing in and out: staff by password and one-time code, contacts by password or a link by mail.
//!
//! Must never tell whether a name exists: unknown and wrong get the same answer after the same work.

mod account;
pub(crate) mod codes;
mod contact;
pub mod cookie;
mod demo;
mod guest;
mod link;
pub mod routes;
mod staff;
pub mod view;

pub use account::*;
use axum::http::StatusCode;
pub use contact::{as_contact, confirm};
pub use demo::{as_demo_person, people};
pub use guest::{FirstSteps, Invite, activate_guest, begin_guest, new_invite};
pub use link::{Activation, activate, ask_for_link, by_link, new_activation};
pub(crate) use link::{flag_if_shared, hash_code, new_code};
use pforte_core::{
    entry::{Actor, Clean, Event, SignInWay},
    kernel::{ContactId, Moment, ProviderId, Strength},
};
use pforte_store::{
    Change, StoreError, Tx, customer,
    notice::{self, Notice},
    sign_in::{self, Person, SignIn},
};
pub use staff::as_staff;
pub use view::{Me, me};

use crate::{
    cx::{App, Problem, sources::hash_token},
    people::limits,
};

/// A fresh sign-in: the token goes into the cookie and is kept nowhere.
#[derive(Debug)]
pub struct Fresh {
    pub sign_in: SignIn,
    pub token: String,
}

/// The one answer to wrong and to unknown.
pub fn wrong() -> Problem {
    Problem::new(
        StatusCode::UNAUTHORIZED,
        "sign_in.wrong",
        "That did not match",
        "Check what you typed and try again.",
    )
}

pub(crate) fn unknown_provider() -> Problem {
    Problem::new(
        StatusCode::NOT_FOUND,
        "provider.unknown",
        "No such provider",
        "Use the address your provider gave you.",
    )
}

impl App {
    fn fresh(&self, provider: ProviderId, person: Person, strength: Strength, now: Moment) -> Fresh {
        let (idle, _) = limits(person);
        let sign_in = SignIn {
            id: self.sources.id(now),
            provider,
            person,
            strength,
            created_at: now,
            last_seen_at: now,
            expires_at: now + idle,
            ended_at: None,
        };
        Fresh { sign_in, token: self.sources.token() }
    }

    /// Notes a failed attempt: it counts against the name, and the log tells of it.
    async fn note_failure(
        &self,
        provider: ProviderId,
        key: &str,
        known: Option<Person>,
        way: SignInWay,
        browser: &str,
    ) -> Result<(), Problem> {
        let now = self.sources.now();
        let actor = known.map_or(Actor::System, actor);
        let event = Event::SignInFailed { way, browser: Clean::name(browser) };
        let entry = self.entry(now, provider, actor, event);
        let (id, key) = (self.sources.id(now), key.to_owned());
        self.writer
            .change(move |tx| {
                Box::pin(async move {
                    sign_in::add_failure(tx, provider, id, &key, now).await?;
                    Ok::<_, Problem>(Change::logged((), entry))
                })
            })
            .await
    }
}

/// The person as the log names them.
pub const fn actor(person: Person) -> Actor {
    match person {
        Person::Staff(id) => Actor::Staff(id),
        Person::Contact(id) => Actor::Contact(id),
    }
}

/// Saves a fresh sign-in, inside the caller's transaction.
async fn save(tx: &mut Tx, fresh: &Fresh) -> Result<(), StoreError> {
    sign_in::insert(tx, &fresh.sign_in, &hash_token(&fresh.token)).await
}

fn signed_in_event(fresh: &Fresh, browser: &str) -> Event {
    let SignIn { id, strength, .. } = fresh.sign_in;
    Event::SignedIn { sign_in: id, strength, browser: Clean::name(browser) }
}

/// Opens the customer's PIN way again when one of its authorised contacts signs in afresh (control 5).
/// Answers whether it was closed.
async fn reopen_pin_way(
    tx: &mut Tx,
    contact: &pforte_store::contact::Contact,
    notice_id: uuid::Uuid,
    now: Moment,
) -> Result<bool, StoreError> {
    if !contact.rights.authorised() {
        return Ok(false);
    }
    let reopened = customer::reopen_pin(tx, contact.provider, contact.customer, now).await?;
    if reopened {
        let notice = Notice { code: "pin.reopened".into(), at: now };
        notice::insert(tx, notice_id, contact.provider, contact.customer, &notice).await?;
    }
    Ok(reopened)
}

/// What a reopening writes into the log.
const fn reopened_event(contact: ContactId) -> Event {
    Event::PinReopened { contact }
}
