//! One-time links by mail: to sign in weakly (rule X8), and to set the first password.
//!
//! A first password takes two things from two ways: the link that went to the registered address, and
//! a code that the provider handed over otherwise: a read mailbox alone is not enough. The customer's
//! authorised contacts are told of every new contact.

use super::{Fresh, account::check_new_password, contact::Opening, unknown_provider, wrong};
use crate::{
    cx::{App, Problem, Shared, sources::hash_token, throttle},
    mail,
};
use axum::http::StatusCode;
use data_encoding::BASE32_NOPAD;
use pforte_core::{
    entry::{Actor, Clean, Entry, Event, SignInWay},
    kernel::{ContactId, Moment, Span, Strength},
    sender::Address,
};
use pforte_store::{
    Change, StoreError, Tx,
    address::{self, Flag},
    contact::{self, Contact},
    outbox,
    provider::Provider,
    sign_in::{self, Link, Person, Purpose},
};
use uuid::Uuid;

/// How long a link to sign in is good.
const LINK_LIFE: Span = Span::minutes(15);
/// Links one contact is sent within an hour.
const LINKS_PER_HOUR: i64 = 5;
/// How long an activation is good.
const ACTIVATION_LIFE: Span = Span::days(7);
/// Wrong codes after which an activation is spent.
const MAX_WRONG_CODES: i64 = 5;

pub(super) fn spent() -> Problem {
    Problem::new(
        StatusCode::GONE,
        "sign_in.link_spent",
        "This link is used up",
        "Ask for a new one. A link works once, for a quarter of an hour.",
    )
}

/// Sends a link to a registered address. The answer, and its time, are the same whether there is one
/// or not: the work is done beside it.
pub async fn ask_for_link(app: &Shared, provider: Option<&str>, address: &str) -> Result<(), Problem> {
    let provider = app.provider(provider).await?.ok_or_else(unknown_provider)?;
    let address = Address::spelling(address);
    let app = app.clone();
    tokio::spawn(async move {
        if let Err(problem) = send_link(&app, provider, address).await {
            tracing::warn!(code = problem.code, "a sign-in link was not sent");
        }
    });
    Ok(())
}

async fn send_link(app: &App, provider: Provider, address: String) -> Result<(), Problem> {
    let now = app.sources.now();
    let mut conn = app.read().await?;
    let Some(contact) = contact::by_address(&mut conn, provider.id, &address).await?.filter(|c| c.active)
    else {
        return Ok(());
    };
    drop(conn);
    let token = app.sources.token();
    let link = Link {
        id: app.sources.id(now),
        provider: provider.id,
        contact: contact.id,
        code_hash: None,
        wrong_codes: 0,
        expires_at: now + LINK_LIFE,
        used_at: None,
    };
    let url = mail::sealed_link(app, "/sign-in/link", &token);
    let message = mail::sign_in_link(app, &provider, &contact, &address, &url, now);
    app.writer
        .upkeep(move |tx| {
            Box::pin(async move {
                // Counted inside the transaction: many may ask at the same moment.
                let since = now - Span::hours(1);
                let sent = sign_in::links_since(tx.conn(), link.provider, link.contact, since).await?;
                if sent >= LINKS_PER_HOUR {
                    return Ok(());
                }
                sign_in::insert_link(tx, &link, Purpose::SignIn, &hash_token(&token), now).await?;
                outbox::put(tx, &message).await
            })
        })
        .await?;
    Ok(())
}

async fn live_link(
    app: &App,
    purpose: Purpose,
    token: &str,
    now: Moment,
) -> Result<(Link, Contact), Problem> {
    let mut conn = app.read().await?;
    let link = sign_in::link_by_token(&mut conn, purpose, &hash_token(token)).await?;
    let link = link.filter(|l| l.used_at.is_none() && now < l.expires_at).ok_or_else(spent)?;
    let contact = contact::by_id(&mut conn, link.provider, link.contact).await?;
    let contact = contact.filter(|c| c.active).ok_or_else(spent)?;
    Ok((link, contact))
}

/// Signs in by a link: weakly, and once.
pub async fn by_link(app: &App, token: &str, browser: &str) -> Result<Fresh, Problem> {
    let now = app.sources.now();
    let (link, contact) = live_link(app, Purpose::SignIn, token, now).await?;
    let provider = contact.provider;
    let fresh = app.fresh(provider, Person::Contact(contact.id), Strength::Link, now);
    let event = super::signed_in_event(&fresh, browser);
    let entry = app.entry(now, provider, Actor::Contact(contact.id), event);
    app.writer
        .change(move |tx| {
            Box::pin(async move {
                if !sign_in::use_link(tx, &link, now).await? {
                    return Err(spent());
                }
                super::save(tx, &fresh).await?;
                Ok(Change::logged(fresh, entry))
            })
        })
        .await
}

/// What setting up a new contact's first password takes.
#[derive(Debug)]
pub struct Activation {
    link: Link,
    token_hash: String,
    message: outbox::Message,
    /// To be handed over by another way than mail; shown once.
    pub code: String,
}

/// Makes an activation for a new contact.
pub fn new_activation(
    app: &App,
    provider: &Provider,
    contact: &Contact,
    address: &str,
    now: Moment,
) -> Activation {
    let token = app.sources.token();
    let code = new_code(app);
    let url = mail::sealed_link(app, "/activation", &token);
    Activation {
        link: Link {
            id: app.sources.id::<Uuid>(now),
            provider: provider.id,
            contact: contact.id,
            code_hash: Some(hash_code(app, &code)),
            wrong_codes: 0,
            expires_at: now + ACTIVATION_LIFE,
            used_at: None,
        },
        token_hash: hash_token(&token),
        message: mail::activation(app, provider, contact, address, &url, now),
        code,
    }
}

impl Activation {
    /// Saves it and puts the mail into the queue, inside the caller's transaction.
    pub async fn save(&self, tx: &mut Tx, now: Moment) -> Result<(), StoreError> {
        sign_in::insert_link(tx, &self.link, Purpose::Activation, &self.token_hash, now).await?;
        outbox::put(tx, &self.message).await
    }
}

/// Link and code proved whose mailbox it is, but somebody else has confirmed the address before: two people
/// read it, and both their rows are flagged (rule Z8, control 42). Answers who has it.
pub(crate) async fn flag_if_shared(
    tx: &mut Tx,
    contact: &Contact,
    now: Moment,
) -> Result<Option<ContactId>, StoreError> {
    let (provider, id) = (contact.provider, contact.id);
    let Some(own) = contact::primary_address(tx.conn(), provider, id).await? else { return Ok(None) };
    let holder = address::holder(tx.conn(), provider, &own).await?;
    let other = holder.filter(|holder| holder.contact != id && holder.confirmed_at.is_some());
    let Some(other) = other else { return Ok(None) };
    address::flag_shared(tx, &other, now).await?;
    if let Some(mine) = address::claim(tx.conn(), provider, id, &own).await? {
        address::flag_shared(tx, &mine, now).await?;
    }
    Ok(Some(other.contact))
}

/// A code to be read out: eight letters and digits.
pub(crate) fn new_code(app: &App) -> String {
    let code = BASE32_NOPAD.encode(&app.sources.bytes::<5>());
    format!("{}-{}", &code[..4], &code[4..])
}

/// Codes are short enough to be read out, and so to be tried: the key is not where their hashes are.
pub(crate) fn hash_code(app: &App, code: &str) -> String {
    let code: String = code.chars().filter(char::is_ascii_alphanumeric).collect();
    app.secrets.code_hash(&code.to_ascii_uppercase())
}

/// Sets the first password with link and code, and signs in.
pub async fn activate(
    app: &App,
    token: &str,
    code: &str,
    password: String,
    browser: &str,
) -> Result<Fresh, Problem> {
    let now = app.sources.now();
    let (link, mut contact) = live_link(app, Purpose::Activation, token, now).await?;
    check_new_password(&password)?;
    // One code is looked at after the other: many that are sent side by side are not more.
    let (asked, given) = (link.clone(), hash_code(app, code));
    let tried = app.writer.upkeep(move |tx| {
        Box::pin(async move { sign_in::try_code(tx, &asked, &given, MAX_WRONG_CODES).await })
    });
    let right = tried.await?.ok_or_else(spent)?;
    if !right {
        let key = throttle::name_key("activation", &link.id.to_string());
        let provider = contact.provider;
        let person = Some(Person::Contact(contact.id));
        app.note_failure(provider, &key, person, SignInWay::Activation, browser).await?;
        return Err(wrong());
    }
    let hash = app.passwords.hash(password, app.sources.bytes()).await;
    let before = contact.password_hash.take();
    contact.password_hash = Some(hash.ok_or_else(wrong)?);
    let entry = app.entry(now, contact.provider, Actor::Contact(contact.id), Event::Activated {});
    let saved = contact.clone();
    let shared = app
        .writer
        .change(move |tx| {
            Box::pin(async move {
                if let Some(other) = flag_if_shared(tx, &saved, now).await? {
                    let flag = Clean::name(Flag::Shared.word());
                    let event = Event::AddressFlagged { contact: other, flag };
                    return Ok(Change::logged(true, Entry { event, ..entry }));
                }
                if !sign_in::use_link(tx, &link, now).await? {
                    return Err(spent());
                }
                let hash = saved.password_hash.as_deref().unwrap_or_default();
                if !contact::set_password(tx, saved.provider, saved.id, before.as_deref(), hash).await? {
                    return Err(spent());
                }
                // The link went to the primary address: the password proves whose that is (rule Z9).
                address::confirm_primary(tx, saved.provider, saved.id, now).await?;
                Ok(Change::logged(false, entry))
            })
        })
        .await?;
    if shared {
        return Err(crate::people::shared());
    }
    let opening = Opening { contact, strength: Strength::Password, step: None, key: None };
    super::contact::open(app, opening, browser, now).await
}
