//! Personal questions sent to one address: “is this yours?”, “was that you?” (rules Z5, Z7, Z9).
//!
//! A question opens no door and signs nobody in. The link only leads to a page; answering takes a click
//! there (a program that follows links answers nothing), and counts once. The mails hold no text of
//! whoever caused them (control 46).

use axum::http::StatusCode;
use pforte_core::{
    entry::{Entry, Event},
    kernel::{ChallengeId, MailId, Moment, Span},
};
use pforte_store::{
    StoreError, Tx,
    challenge::{self, Challenge, Purpose},
    contact::Contact,
    outbox::{self, Message},
    provider,
};

use crate::{
    cx::{App, Problem, sources::hash_token, there},
    mail::{self},
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
        let home = there(home, "provider of a contact")?;
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
