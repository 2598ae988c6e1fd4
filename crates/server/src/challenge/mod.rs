//! Personal questions sent to one address: “is this yours?”, “was that you?” (rules Z5, Z7, Z9).
//!
//! A question opens no door and signs nobody in. The link only leads to a page; answering takes a click
//! there (a program that follows links answers nothing), and counts once. The mails hold no text of
//! whoever caused them (control 46).

pub mod routes;

use axum::http::StatusCode;
use pforte_core::{
    entry::{Entry, Event},
    kernel::{ChallengeId, MailId, Moment, Span},
};
use pforte_store::{
    Change, StoreError, Tx,
    challenge::{self, Challenge, Purpose},
    contact::{self, Contact},
    mail::{self as store_mail, MailState},
    outbox::{self, Message},
    provider,
};

use crate::{
    App, Shared,
    contact::answer_address,
    kernel::{ContactActor, Problem, SignedIn, Who, actor::sign_in_needed, sources::hash_token},
    mail::{self, intake},
};

/// How long a question can be answered.
pub const CHALLENGE_SPAN: Span = Span::days(7);

/// Unknown, answered or too old: nobody is told which.
pub(crate) fn over() -> Problem {
    Problem::new(
        StatusCode::GONE,
        "challenge.over",
        "This question is over",
        "It can be answered once, within seven days. Have another one sent if you need it.",
    )
}

/// A question with the mail that asks it, made before the transaction.
#[derive(Clone, Debug)]
pub struct Question {
    pub challenge: Challenge,
    token_hash: String,
    message: Message,
}

impl Question {
    /// Asks at an address whether it is this contact's.
    pub async fn about_address(
        app: &App,
        contact: &Contact,
        address: &str,
        now: Moment,
    ) -> Result<Self, Problem> {
        Self::new(app, contact, address, None, now).await
    }

    /// Asks at a contact's registered address whether a mail in quarantine came from them.
    pub async fn about_mail(
        app: &App,
        contact: &Contact,
        address: &str,
        mail: MailId,
        now: Moment,
    ) -> Result<Self, Problem> {
        Self::new(app, contact, address, Some(mail), now).await
    }

    async fn new(
        app: &App,
        contact: &Contact,
        address: &str,
        about: Option<MailId>,
        now: Moment,
    ) -> Result<Self, Problem> {
        let home = provider::by_id(&mut *app.read().await?, contact.provider).await?;
        let home = home.ok_or_else(Problem::not_found)?;
        let token = app.sources.token();
        let url = mail::sealed_link(app, "/challenge", &token);
        let write = if about.is_some() { mail::sender_question } else { mail::address_question };
        let challenge = Challenge {
            id: app.sources.id::<ChallengeId>(now),
            provider: contact.provider,
            purpose: if about.is_some() { Purpose::Sender } else { Purpose::Address },
            contact: contact.id,
            address: address.to_owned(),
            mail: about,
            created_at: now,
            expires_at: now + CHALLENGE_SPAN,
            used_at: None,
            yes: None,
        };
        Ok(Self {
            challenge,
            token_hash: hash_token(&token),
            message: write(app, &home, contact, address, &url, now),
        })
    }

    /// Saves it and puts the mail into the queue, inside the caller's transaction.
    pub async fn save(&self, tx: &mut Tx) -> Result<(), StoreError> {
        challenge::insert(tx, &self.challenge, &self.token_hash).await?;
        outbox::put(tx, &self.message).await
    }

    /// The entry that tells of it, when the contact caused it.
    pub fn entry(&self, app: &App, contact: &Contact) -> Entry {
        app.contact_entry(contact, self.challenge.created_at, self.event())
    }

    /// What is logged of it.
    pub fn event(&self) -> Event {
        Event::ChallengeSent { challenge: self.challenge.id, contact: self.challenge.contact }
    }
}

/// A question that can still be answered.
pub async fn find(app: &App, token: &str) -> Result<(Challenge, provider::Provider), Problem> {
    let mut conn = app.read().await?;
    let found = challenge::by_token(&mut conn, &hash_token(token)).await?;
    let found = found.filter(|found| found.open(app.sources.now())).ok_or_else(over)?;
    let home = provider::by_id(&mut conn, found.provider).await?.ok_or_else(over)?;
    Ok((found, home))
}

/// Takes the answer. Whose an address is says only who is signed in; “no” says whoever reads it.
pub async fn answer(
    app: &Shared,
    token: &str,
    yes: bool,
    by: Result<SignedIn, Problem>,
) -> Result<(), Problem> {
    let (asked, _) = find(app, token).await?;
    match asked.purpose {
        Purpose::Sender => answer_sender(app, asked, yes).await,
        Purpose::Address => {
            // Whoever is signed in at another provider is nobody here.
            let here = |by: &SignedIn| by.sign_in.provider == asked.provider;
            let by = by.and_then(|by| if here(&by) { Ok(by) } else { Err(sign_in_needed()) });
            let by = match by {
                Ok(SignedIn { sign_in, who: Who::Contact(contact) }) => {
                    Some(ContactActor { sign_in, contact })
                }
                Ok(_) if yes => {
                    return Err(Problem::forbidden("actor.contacts_only", "This is for customers."));
                }
                Err(_) if yes => return Err(sign_in_needed()),
                _ => None,
            };
            answer_address(app, asked, by.as_ref(), yes).await?.told()
        }
    }
}

/// Whoever reads the registered address says whether the mail was theirs.
async fn answer_sender(app: &Shared, asked: Challenge, yes: bool) -> Result<(), Problem> {
    if yes && taken_in(app, &asked).await? {
        return Ok(());
    }
    let now = app.sources.now();
    let contact = contact::by_id(&mut *app.read().await?, asked.provider, asked.contact).await?;
    let contact = contact.filter(|contact| contact.active).ok_or_else(over)?;
    let event = Event::ChallengeAnswered { challenge: asked.id, contact: contact.id, yes };
    let entry = app.contact_entry(&contact, now, event);
    app.writer
        .change(move |tx| {
            Box::pin(async move {
                if !challenge::answer(tx, &asked, yes, now).await? {
                    return Err(over());
                }
                Ok(Change::logged((), entry))
            })
        })
        .await
}

/// Lets the mail in that was asked about; the answer is taken with it. `false` when it stays where it is.
async fn taken_in(app: &Shared, asked: &Challenge) -> Result<bool, Problem> {
    let Some(id) = asked.mail else { return Ok(false) };
    let mail = store_mail::by_id(&mut *app.read().await?, asked.provider, id).await?;
    let Some(mail) = mail.filter(|mail| mail.state == MailState::Quarantine) else { return Ok(false) };
    Ok(intake::confirm(app, mail, asked.clone()).await?.is_some())
}

/// An address as far as its reader needs it to recognise it: `m…@company.example`.
pub fn hint(address: &str) -> String {
    let (local, domain) = address.split_once('@').unwrap_or((address, ""));
    let first: String = local.chars().take(1).collect();
    format!("{first}…@{domain}")
}
