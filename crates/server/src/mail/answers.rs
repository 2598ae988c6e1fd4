//! What a mail is answered by itself: neutral to all, helpful to a proven colleague. No text of the sender's stands in one, and no account information (rule Z3,
//! control 46).

use pforte_core::{
    kernel::{Language, ProviderId},
    sender::ANSWER_SPAN,
};
use pforte_store::{
    StoreError,
    contact::Contact,
    mail::{forget_answers, has_answers},
    outbox::{Message, Origin, Place},
    provider::Provider,
};

use crate::cx::App;

/// Whom an answer goes to, and what it answers.
#[derive(Clone, Debug)]
pub struct To<'a> {
    pub provider: &'a Provider,
    pub address: &'a str,
    /// The Message-ID of the mail that is answered.
    pub answers: Option<&'a str>,
    pub now: pforte_core::kernel::Moment,
}

/// Addresses that are forgotten in one go.
const FORGOTTEN: i64 = 1_000;

/// Forgets who was answered so long ago that it limits nothing any more.
pub async fn forget_answered(app: &App, provider: ProviderId) -> Result<(), StoreError> {
    let until = app.sources.now() - ANSWER_SPAN;
    if !has_answers(&mut *app.read().await?, provider, until).await? {
        return Ok(());
    }
    let forget = app.writer.upkeep(move |tx| {
        Box::pin(async move { forget_answers(tx, provider, until, FORGOTTEN).await.map(drop) })
    });
    forget.await
}

fn message(app: &App, to: &To<'_>, (subject, body): (String, String)) -> Message {
    Message {
        id: app.sources.id(to.now),
        provider: to.provider.id,
        recipient: to.address.to_owned(),
        subject,
        body,
        origin: Origin::Answer,
        ticket: None,
        contact: None,
        message: None,
        place: Place {
            in_reply_to: to.answers.map(str::to_owned),
            references: to.answers.map(str::to_owned).into_iter().collect(),
        },
        attempts: 0,
        created_at: to.now,
    }
}

/// The same for everybody whom we do not know or cannot be sure of, in both languages.
pub fn neutral(app: &App, to: &To<'_>) -> Message {
    let (name, portal) = (&to.provider.name, &app.settings.public_origin);
    let text = (
        format!("Ihre Nachricht an {name} · Your message to {name}"),
        format!(
            "Guten Tag,\n\nIhre Nachricht ist angekommen. Support geben wir eingetragenen Kontakten unserer Kunden, \
             wenn sie von ihrer eingetragenen Adresse schreiben. Sind Sie Kunde? Dann melden Sie sich am besten im \
             Portal an und schreiben uns dort:\n\n{portal}/requests/new\n\nHello,\n\nYour message has arrived. We \
             give support to our customers' registered contacts when they write from their registered address. Are \
             you a customer? Then please sign in to the portal and write to us there:\n\n{portal}/requests/new\n"
        ),
    );
    message(app, to, text)
}

/// To a proven, registered person whose mail waits until somebody has looked at it (rule Z5).
pub fn waits(app: &App, to: &To<'_>, contact: &Contact) -> Message {
    let (who, portal) = (contact.name(), &app.settings.public_origin);
    let text = match language(contact) {
        Language::German => (
            format!("Ihre Nachricht an {}", to.provider.name),
            format!(
                "Guten Tag {who},\n\nIhre Nachricht ist angekommen. Wir konnten sie noch keiner Anfrage zuordnen; \
                 jemand vom Support sieht sie sich an.\n\nIst es eilig? Dann schreiben Sie uns im \
                 Portal:\n\n{portal}/requests/new\n"
            ),
        ),
        Language::English => (
            format!("Your message to {}", to.provider.name),
            format!(
                "Hello {who},\n\nYour message has arrived. It does not belong to a request yet; somebody at support \
                 will look at it.\n\nIs it urgent? Then write to us in the portal:\n\n{portal}/requests/new\n"
            ),
        ),
    };
    message(app, to, text)
}

/// To a proven colleague who may not raise requests by mail: who may, and the way that is open to all
/// (rules P2, P15).
pub fn names_authorised(app: &App, to: &To<'_>, contact: &Contact, authorised: &[String]) -> Message {
    let (who, portal) = (contact.name(), &app.settings.public_origin);
    let names = authorised.join(", ");
    let text = match language(contact) {
        Language::German => {
            let first = if authorised.is_empty() {
                "Bei Ihnen ist noch niemand dafür eingetragen, uns per E-Mail zu schreiben.".to_owned()
            } else {
                format!("Per E-Mail schreiben uns bei Ihnen: {names}. Bitte wenden Sie sich dorthin.")
            };
            (
                format!("Ihre Nachricht an {}", to.provider.name),
                format!(
                    "Guten Tag {who},\n\n{first}\n\nOder schreiben Sie uns im Portal, das steht Ihnen immer \
                     offen:\n\n{portal}/requests/new\n"
                ),
            )
        }
        Language::English => {
            let first = if authorised.is_empty() {
                "Nobody at your company is registered yet to write to us by mail.".to_owned()
            } else {
                format!("At your company, these people write to us by mail: {names}. Please ask them.")
            };
            (
                format!("Your message to {}", to.provider.name),
                format!(
                    "Hello {who},\n\n{first}\n\nOr write to us in the portal, which is always open to \
                     you:\n\n{portal}/requests/new\n"
                ),
            )
        }
    };
    message(app, to, text)
}

fn language(contact: &Contact) -> Language {
    Language::from_word(&contact.language).unwrap_or(Language::English)
}
