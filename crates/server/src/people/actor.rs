//! Who is signed in: read from the cookie on every request, refused in the same words for all.

use axum::{
    extract::FromRequestParts,
    http::{StatusCode, header, request::Parts},
};
use pforte_core::entry;
use pforte_store::{
    Conn,
    contact::{self, Contact},
    sign_in::{self, Person, SignIn},
    staff::{self, Staff},
};

use super::seen::note_seen;
use crate::cx::{By, Problem, Shared, sources::hash_token};

/// The cookie that carries a sign-in's token.
pub const COOKIE: &str = "__Host-pforte";

/// The person behind a sign-in.
#[derive(Clone, Debug)]
pub enum Who {
    Staff(Staff),
    Contact(Contact),
}

/// Anybody who is signed in.
#[derive(Clone, Debug)]
pub struct SignedIn {
    pub sign_in: SignIn,
    pub who: Who,
}

/// A staff member who is signed in.
#[derive(Clone, Debug)]
pub struct StaffActor {
    pub sign_in: SignIn,
    pub staff: Staff,
}

/// A contact who is signed in.
#[derive(Clone, Debug)]
pub struct ContactActor {
    pub sign_in: SignIn,
    pub contact: Contact,
}

impl SignedIn {
    /// The actor as the log names it.
    pub fn actor(&self) -> entry::Actor {
        match &self.who {
            Who::Staff(staff) => entry::Actor::Staff(staff.id),
            Who::Contact(contact) => entry::Actor::Contact(contact.id),
        }
    }
}

impl StaffActor {
    /// Whom the log names for what they change.
    pub const fn by(&self) -> By {
        By { provider: self.staff.provider, actor: entry::Actor::Staff(self.staff.id) }
    }

    /// The same person, as whoever may be anybody.
    pub fn signed_in(&self) -> SignedIn {
        SignedIn { sign_in: self.sign_in.clone(), who: Who::Staff(self.staff.clone()) }
    }
}

impl ContactActor {
    /// Whom the log names for what they change.
    pub const fn by(&self) -> By {
        By { provider: self.contact.provider, actor: entry::Actor::Contact(self.contact.id) }
    }

    /// The same person, as whoever may be anybody.
    pub fn signed_in(&self) -> SignedIn {
        SignedIn { sign_in: self.sign_in.clone(), who: Who::Contact(self.contact.clone()) }
    }

    /// Rule X8: refuses who signed in only by a link from a mail.
    pub fn must_be_confirmed(&self) -> Result<(), Problem> {
        if self.sign_in.strength.may_approve() {
            return Ok(());
        }
        Err(Problem::forbidden("sign_in.needs_confirmation", "Confirm with your password first."))
    }
}

/// The one answer to everybody who is not signed in.
pub fn sign_in_needed() -> Problem {
    Problem::new(StatusCode::UNAUTHORIZED, "sign_in.needed", "Please sign in", "Your sign-in has ended.")
}

impl FromRequestParts<Shared> for SignedIn {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &Shared) -> Result<Self, Problem> {
        let token = token(parts).ok_or_else(sign_in_needed)?;
        let now = app.sources.now();
        let mut conn = app.db.read().await?;
        let sign_in = sign_in::by_token(&mut conn, &hash_token(token)).await?;
        let sign_in = sign_in.filter(|s| s.alive(now) && !app.door.is_signed_out(s.id));
        let sign_in = sign_in.ok_or_else(sign_in_needed)?;
        let who = person(&mut conn, &sign_in).await?.ok_or_else(sign_in_needed)?;
        drop(conn);
        note_seen(app, &sign_in, now);
        Ok(Self { sign_in, who })
    }
}

pub(crate) async fn person(conn: &mut Conn, sign_in: &SignIn) -> Result<Option<Who>, Problem> {
    Ok(match sign_in.person {
        Person::Staff(id) => {
            staff::by_id(conn, sign_in.provider, id).await?.filter(|s| s.active).map(Who::Staff)
        }
        Person::Contact(id) => {
            contact::by_id(conn, sign_in.provider, id).await?.filter(|c| c.active).map(Who::Contact)
        }
    })
}

/// The token, if exactly one cookie carries one.
pub(crate) fn token(parts: &Parts) -> Option<&str> {
    let mut found = parts
        .headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .filter(|(name, _)| *name == COOKIE)
        .map(|(_, value)| value);
    let first = found.next()?;
    found.next().is_none().then_some(first)
}

impl FromRequestParts<Shared> for StaffActor {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &Shared) -> Result<Self, Problem> {
        let SignedIn { sign_in, who } = SignedIn::from_request_parts(parts, app).await?;
        match who {
            Who::Staff(staff) => Ok(Self { sign_in, staff }),
            Who::Contact(_) => Err(Problem::forbidden("actor.staff_only", "This is for staff.")),
        }
    }
}

impl FromRequestParts<Shared> for ContactActor {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &Shared) -> Result<Self, Problem> {
        let SignedIn { sign_in, who } = SignedIn::from_request_parts(parts, app).await?;
        match who {
            Who::Contact(contact) => Ok(Self { sign_in, contact }),
            Who::Staff(_) => Err(Problem::forbidden("actor.contacts_only", "This is for customers.")),
        }
    }
}
