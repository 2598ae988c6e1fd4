//! How long a sign-in lasts, and that it is still used.

use pforte_core::kernel::{Moment, ProviderId, SignInId, Span};
use pforte_store::sign_in::{self, Person, SignIn};

use crate::cx::Shared;

/// How long a sign-in lasts without use, and at most.
const STAFF_IDLE: Span = Span::hours(1);
const STAFF_MAX: Span = Span::hours(12);
const CONTACT_IDLE: Span = Span::hours(12);
const CONTACT_MAX: Span = Span::days(7);
/// A sign-in's last use is noted at most this often.
const NOTE_EVERY: Span = Span::minutes(1);

/// How long a person's sign-in lasts without use, and at most.
pub(crate) const fn limits(person: Person) -> (Span, Span) {
    match person {
        Person::Staff(_) => (STAFF_IDLE, STAFF_MAX),
        Person::Contact(_) => (CONTACT_IDLE, CONTACT_MAX),
    }
}

/// Notes the last use now and then, beside the request.
pub fn note_seen(app: &Shared, sign_in: &SignIn, now: Moment) {
    if now < sign_in.last_seen_at + NOTE_EVERY {
        return;
    }
    let (idle, max) = limits(sign_in.person);
    let expires_at = (now + idle).min(sign_in.created_at + max);
    let (app, provider, id): (Shared, ProviderId, SignInId) = (app.clone(), sign_in.provider, sign_in.id);
    tokio::spawn(async move {
        let noted = app.writer.upkeep(move |tx| Box::pin(sign_in::seen(tx, provider, id, now, expires_at)));
        if let Err(error) = noted.await {
            tracing::debug!(%error, "the last use of a sign-in is not noted");
        }
    });
}
