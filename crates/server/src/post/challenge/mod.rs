//! What becomes of a personal question when somebody answers it (rules Z5, Z7, Z9).

pub mod routes;

use pforte_core::entry::Event;
use pforte_store::{
    Change,
    challenge::{self, Challenge, Purpose},
    contact,
    mail::{self as store_mail, MailState},
    provider,
};

use super::intake;
use crate::{
    challenge::over,
    contact::answer_address,
    cx::{App, Problem, Shared, sources::hash_token},
    people::{ContactActor, SignedIn, Who, sign_in_needed},
};

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
