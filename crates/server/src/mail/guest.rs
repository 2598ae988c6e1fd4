//! What a guest is told: that they were invited to a request (rule M6).

use pforte_core::kernel::{Language, Moment};
use pforte_store::{
    outbox::{Message, Origin, Place},
    provider::Provider,
    staff::Staff,
    ticket::TicketRecord,
};

use crate::cx::App;

/// The invitation. With `url` the guest has no password yet. Names the request by its number alone: what
/// it is about is read after signing in.
pub fn guest_invited(
    app: &App,
    provider: &Provider,
    (guest, ticket): (&Staff, &TicketRecord),
    url: Option<&str>,
    now: Moment,
) -> Message {
    let language = Language::from_word(&guest.language).unwrap_or(Language::English);
    let (subject, body) = words(app, language, (&provider.name, guest, ticket.number), url);
    Message {
        id: app.sources.id(now),
        provider: provider.id,
        recipient: guest.email.clone(),
        subject,
        body,
        origin: Origin::Notice,
        ticket: None,
        contact: None,
        message: None,
        place: Place::default(),
        attempts: 0,
        created_at: now,
    }
}

fn words(
    app: &App,
    language: Language,
    (provider, guest, number): (&str, &Staff, i64),
    url: Option<&str>,
) -> (String, String) {
    let (who, user, desk) = (guest.name(), &guest.username, &app.settings.public_origin);
    match (language, url) {
        (Language::German, Some(url)) => (
            format!("{provider} lädt Sie zu Anfrage {number} ein"),
            format!(
                "Guten Tag {who},\n\n{provider} möchte mit Ihnen an Anfrage {number} arbeiten. Hier richten Sie \
                 Ihre Anmeldung ein:\n\n{url}\n\nDazu brauchen Sie den Code, den {provider} Ihnen auf einem \
                 anderen Weg gibt, und eine App für Einmal-Codes. Ihr Benutzername ist {user}. Der Link gilt \
                 sieben Tage.\n"
            ),
        ),
        (Language::German, None) => (
            format!("{provider} lädt Sie zu Anfrage {number} ein"),
            format!(
                "Guten Tag {who},\n\n{provider} möchte mit Ihnen an Anfrage {number} arbeiten. Melden Sie sich \
                 wie gewohnt an:\n\n{desk}\n"
            ),
        ),
        (Language::English, Some(url)) => (
            format!("{provider} invites you to request {number}"),
            format!(
                "Hello {who},\n\nYou are invited to work on request {number} with {provider}. Set up your \
                 sign-in here:\n\n{url}\n\nYou need the code that {provider} gives you another way, and an app \
                 for one-time codes. Your username is {user}. The link is good for seven days.\n"
            ),
        ),
        (Language::English, None) => (
            format!("{provider} invites you to request {number}"),
            format!(
                "Hello {who},\n\nYou are invited to work on request {number} with {provider}. Sign in as \
                 usual:\n\n{desk}\n"
            ),
        ),
    }
}
