//! Contacts sign in with a password, and with a one-time code if they wish.

use super::{
    Fresh, actor,
    codes::{self, Owner},
    reopen_pin_way, reopened_event, save, signed_in_event, unknown_provider, wrong,
};
use crate::{
    cx::{App, Audience, News, Problem, Topic, password, throttle},
    people::ContactActor,
};
use axum::http::StatusCode;
use pforte_core::{
    entry::{Event, SignInWay},
    kernel::{Moment, Strength},
    sender::Address,
};
use pforte_store::{
    Change, Tx, contact,
    contact::Contact,
    sign_in::{self, Person},
};

/// What a contact types.
#[derive(Debug)]
pub struct ContactSignIn {
    pub provider: Option<String>,
    pub address: String,
    pub password: String,
    pub totp: Option<String>,
}

/// The password was right, and the contact wants to be asked for a code as well.
fn totp_needed() -> Problem {
    Problem::new(
        StatusCode::UNAUTHORIZED,
        "sign_in.totp_needed",
        "One more thing",
        "Type the code that your app shows.",
    )
}

/// Signs a contact in.
pub async fn as_contact(app: &App, typed: ContactSignIn, browser: &str) -> Result<Fresh, Problem> {
    let provider = app.provider(typed.provider.as_deref()).await?.ok_or_else(unknown_provider)?.id;
    let address = Address::spelling(&typed.address);
    let key = throttle::name_key("contact", &address);
    let now = app.sources.now();
    let mut conn = app.read().await?;
    throttle::check_name(&mut conn, provider, &key, now).await?;
    let found = contact::by_address(&mut conn, provider, &address).await?.filter(|c| c.active);
    drop(conn);

    let hash = found.as_ref().and_then(|c| c.password_hash.clone());
    let person = found.as_ref().map(|c| Person::Contact(c.id));
    let right = app.passwords.check(typed.password, hash).await;
    let (Some(contact), true) = (found, right) else {
        app.note_failure(provider, &key, person, SignInWay::Password, browser).await?;
        return Err(wrong());
    };
    if contact.totp_confirmed {
        codes::check(&mut *app.read().await?, provider, Person::Contact(contact.id), now).await?;
    }
    let step = match second_factor(app, &contact, typed.totp.as_deref(), now) {
        SecondFactor::NotAsked => None,
        SecondFactor::Right(step) => Some(step),
        SecondFactor::Missing => return Err(totp_needed()),
        SecondFactor::Wrong => {
            codes::wrong_code(app, Owner::Contact(&contact), &key, browser).await?;
            return Err(wrong());
        }
    };
    let strength = if step.is_some() { Strength::PasswordTotp } else { Strength::Password };
    open(app, Opening { contact, strength, step, key: Some(key) }, browser, now).await
}

/// A sign-in whose secrets were right.
pub(super) struct Opening {
    pub contact: Contact,
    pub strength: Strength,
    /// The one-time code's step.
    pub step: Option<i64>,
    /// Under what failed attempts are counted.
    pub key: Option<String>,
}

pub(super) enum SecondFactor {
    NotAsked,
    Missing,
    Wrong,
    Right(i64),
}

/// Looks at the one-time code, if the contact chose to be asked for one.
pub(super) fn second_factor(app: &App, contact: &Contact, code: Option<&str>, now: Moment) -> SecondFactor {
    if !contact.totp_confirmed {
        return SecondFactor::NotAsked;
    }
    let Some(code) = code.filter(|code| !code.trim().is_empty()) else { return SecondFactor::Missing };
    let secret = contact.totp_sealed.as_deref().and_then(|sealed| app.secrets.open(sealed));
    match secret.and_then(|secret| password::totp_step(&secret, code, now)) {
        Some(step) => SecondFactor::Right(step),
        None => SecondFactor::Wrong,
    }
}

/// Opens the sign-in, and with it the customer's PIN way if that was closed.
pub(super) async fn open(app: &App, opening: Opening, browser: &str, now: Moment) -> Result<Fresh, Problem> {
    let Opening { contact, strength, step, key } = opening;
    let provider = contact.provider;
    let fresh = app.fresh(provider, Person::Contact(contact.id), strength, now);
    let who = actor(fresh.sign_in.person);
    let entry = app.entry(now, provider, who, signed_in_event(&fresh, browser));
    let reopened = app.entry(now, provider, who, reopened_event(contact.id));
    let notice_id = app.sources.id(now);
    let customer = contact.customer;
    let (fresh, opened_again) = app
        .writer
        .change(move |tx| {
            Box::pin(async move {
                if let Some(key) = key {
                    throttle::check_name_again(tx, provider, &key, now).await?;
                }
                unchanged(tx, &contact).await?;
                if step.is_some() {
                    codes::check(tx.conn(), provider, Person::Contact(contact.id), now).await?;
                }
                if let Some(step) = step
                    && !contact::take_totp_step(tx, provider, contact.id, step).await?
                {
                    return Err(wrong());
                }
                save(tx, &fresh).await?;
                let again = strength.may_approve() && reopen_pin_way(tx, &contact, notice_id, now).await?;
                let change = Change::logged((fresh, again), entry);
                Ok(if again { change.and(reopened) } else { change })
            })
        })
        .await?;
    if opened_again {
        let audience = [Audience::Customer(customer), Audience::Leads];
        app.hub.publish(News::new(provider, &audience, &[Topic::Pin, Topic::Door, Topic::Customers]));
    }
    Ok(fresh)
}

/// Refuses when password or codes were changed since they were checked, or the contact left.
async fn unchanged(tx: &mut Tx, checked: &Contact) -> Result<(), Problem> {
    let now = contact::by_id(tx.conn(), checked.provider, checked.id).await?;
    let same = now.is_some_and(|now| {
        now.active
            && now.password_hash == checked.password_hash
            && now.totp_confirmed == checked.totp_confirmed
            && now.totp_sealed == checked.totp_sealed
    });
    if same { Ok(()) } else { Err(wrong()) }
}

/// Lifts a sign-in by link to password strength (rule X8).
pub async fn confirm(
    app: &App,
    who: ContactActor,
    password: String,
    totp: Option<String>,
) -> Result<(), Problem> {
    let ContactActor { sign_in, contact } = who;
    let now = app.sources.now();
    let provider = contact.provider;
    let key = throttle::name_key("confirm", &contact.id.to_string());
    throttle::check_name(&mut *app.read().await?, provider, &key, now).await?;
    let right = app.passwords.check(password, contact.password_hash.clone()).await;
    let factor = second_factor(app, &contact, totp.as_deref(), now);
    let step = match (right, factor) {
        (true, SecondFactor::NotAsked) => None,
        (true, SecondFactor::Right(step)) => Some(step),
        (true, SecondFactor::Missing) => return Err(totp_needed()),
        (true, SecondFactor::Wrong) => {
            codes::wrong_code(app, Owner::Contact(&contact), &key, "").await?;
            return Err(wrong());
        }
        (false, _) => {
            app.note_failure(provider, &key, Some(sign_in.person), SignInWay::Password, "").await?;
            return Err(wrong());
        }
    };
    let strength = if step.is_some() { Strength::PasswordTotp } else { Strength::Password };
    let event = Event::SignInConfirmed { sign_in: sign_in.id, strength };
    let entry = app.entry(now, provider, actor(sign_in.person), event);
    let reopened = app.entry(now, provider, actor(sign_in.person), reopened_event(contact.id));
    let notice_id = app.sources.id(now);
    app.writer
        .change(move |tx| {
            Box::pin(async move {
                throttle::check_name_again(tx, provider, &key, now).await?;
                unchanged(tx, &contact).await?;
                if step.is_some() {
                    codes::check(tx.conn(), provider, Person::Contact(contact.id), now).await?;
                }
                if let Some(step) = step
                    && !contact::take_totp_step(tx, provider, contact.id, step).await?
                {
                    return Err(wrong());
                }
                sign_in::strengthen(tx, provider, sign_in.id, strength).await?;
                let again = reopen_pin_way(tx, &contact, notice_id, now).await?;
                let change = Change::logged((), entry);
                Ok(if again { change.and(reopened) } else { change })
            })
        })
        .await
}
