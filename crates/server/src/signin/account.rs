//! The own account: language, password, one-time codes, other sign-ins.

use axum::http::StatusCode;
use data_encoding::BASE32_NOPAD;
use pforte_core::{
    entry::{Entry, Event},
    kernel::{Language, SignInId},
};
use pforte_store::{Change, contact, contact::Contact, sign_in, staff};

use super::{actor, contact::SecondFactor, throttle, wrong};
use crate::{
    App,
    kernel::{
        ContactActor, Problem, SignedIn, Who,
        password::{self, PASSWORD_MAX, PASSWORD_MIN},
    },
    live::{Audience, News, Topic},
};

/// Refuses a password that is too short or too long.
pub fn check_new_password(password: &str) -> Result<(), Problem> {
    let length = password.chars().count();
    if (PASSWORD_MIN..=PASSWORD_MAX).contains(&length) {
        return Ok(());
    }
    Err(Problem::input([("password", format!("Use {PASSWORD_MIN} to {PASSWORD_MAX} characters."))]))
}

/// Changes the language of pages and mails.
pub async fn set_language(app: &App, who: SignedIn, language: Language) -> Result<(), Problem> {
    let (now, provider) = (app.sources.now(), who.sign_in.provider);
    let fields = vec![pforte_core::entry::Clean::name("language")];
    let by = who.actor();
    let entry = |event| app.entry(now, provider, by, event);
    match who.who {
        Who::Staff(mut member) => {
            member.language = language.word().into();
            let entry = entry(Event::StaffChanged { staff: member.id, fields });
            app.writer
                .change(move |tx| {
                    Box::pin(async move {
                        staff::update(tx, &member).await?;
                        Ok::<_, Problem>(Change::logged((), entry))
                    })
                })
                .await
        }
        Who::Contact(mut person) => {
            person.language = language.word().into();
            let entry = entry(Event::ContactChanged { contact: person.id, fields });
            save_contact(app, person, entry).await
        }
    }
}

async fn save_contact(app: &App, contact: Contact, entry: Entry) -> Result<(), Problem> {
    app.writer
        .change(move |tx| {
            Box::pin(async move {
                contact::update_sign_in(tx, &contact).await?;
                Ok(Change::logged((), entry))
            })
        })
        .await
}

/// Refuses unless the current password is right; wrong ones count.
async fn check_password(app: &App, who: &SignedIn, typed: String) -> Result<(), Problem> {
    let (key, hash) = match &who.who {
        Who::Staff(staff) => (staff.id.to_string(), Some(staff.password_hash.clone())),
        Who::Contact(contact) => (contact.id.to_string(), contact.password_hash.clone()),
    };
    let key = throttle::name_key("password", &key);
    let (now, provider) = (app.sources.now(), who.sign_in.provider);
    throttle::check_name(&mut *app.read().await?, provider, &key, now).await?;
    if app.passwords.check(typed, hash).await {
        return Ok(());
    }
    let way = pforte_core::entry::SignInWay::Password;
    app.note_failure(provider, &key, Some(who.sign_in.person), way, "").await?;
    Err(wrong())
}

/// Changes the password, and ends every other sign-in.
pub async fn change_password(app: &App, who: SignedIn, current: String, new: String) -> Result<(), Problem> {
    check_new_password(&new)?;
    check_password(app, &who, current).await?;
    let now = app.sources.now();
    let hash = app.passwords.hash(new, app.sources.bytes()).await.ok_or_else(wrong)?;
    let entry = app.entry(now, who.sign_in.provider, who.actor(), Event::PasswordChanged {});
    let changed = who.who.clone();
    app.writer
        .change(move |tx| {
            Box::pin(async move {
                match changed {
                    Who::Staff(member) => {
                        staff::update(tx, &staff::Staff { password_hash: hash, ..member }).await?;
                    }
                    Who::Contact(person) => {
                        let person = Contact { password_hash: Some(hash), ..person };
                        contact::update_sign_in(tx, &person).await?;
                    }
                }
                Ok::<_, Problem>(Change::logged((), entry))
            })
        })
        .await?;
    end_sign_ins(app, &who, Some(who.sign_in.id)).await
}

/// Signs out of this browser, or of every one. Works also when nothing can be written.
pub async fn sign_out(app: &App, who: &SignedIn, everywhere: bool) -> Result<(), Problem> {
    if everywhere {
        return end_sign_ins(app, who, None).await;
    }
    end_one(app, who, who.sign_in.id, false).await;
    Ok(())
}

async fn end_sign_ins(app: &App, who: &SignedIn, keep: Option<SignInId>) -> Result<(), Problem> {
    let now = app.sources.now();
    let mut conn = app.read().await?;
    let all = sign_in::of_person(&mut conn, who.sign_in.provider, who.sign_in.person, now).await?;
    drop(conn);
    for other in all.iter().filter(|s| Some(s.id) != keep) {
        end_one(app, who, other.id, true).await;
    }
    Ok(())
}

async fn end_one(app: &App, who: &SignedIn, id: SignInId, everywhere: bool) {
    let now = app.sources.now();
    let provider = who.sign_in.provider;
    let entry = app.entry(now, provider, who.actor(), Event::SignedOut { sign_in: id, everywhere });
    app.end_sign_in(provider, id, entry).await;
    app.end_visits_of_sign_in(id, actor(who.sign_in.person)).await;
}

/// What a contact types into an app that makes one-time codes.
#[derive(Debug)]
pub struct NewTotp {
    pub secret: String,
    pub url: String,
}

/// Makes a secret for one-time codes; it is asked for only once a code was right.
pub async fn begin_totp(app: &App, who: ContactActor) -> Result<NewTotp, Problem> {
    who.must_be_confirmed()?;
    let mut contact = who.contact;
    if contact.totp_confirmed {
        return Err(Problem::new(
            StatusCode::CONFLICT,
            "totp.there",
            "Codes are on already",
            "Turn them off first, with your password and a code.",
        ));
    }
    let secret = app.sources.bytes::<20>();
    contact.totp_sealed = app.secrets.seal(app.sources.bytes(), &secret);
    let now = app.sources.now();
    let name = contact.name();
    let fields = vec![pforte_core::entry::Clean::name("totp")];
    let event = Event::ContactChanged { contact: contact.id, fields };
    let entry = app.entry(now, contact.provider, actor(who.sign_in.person), event);
    save_contact(app, contact, entry).await?;
    let url = password::totp(&secret, &name, "Pforte").and_then(|t| t.to_url().ok()).ok_or_else(wrong)?;
    Ok(NewTotp { secret: BASE32_NOPAD.encode(&secret), url })
}

/// Turns one-time codes on, with the first right code.
pub async fn confirm_totp(app: &App, who: ContactActor, code: &str) -> Result<(), Problem> {
    who.must_be_confirmed()?;
    let mut contact = who.contact;
    let now = app.sources.now();
    let secret = contact.totp_sealed.as_deref().and_then(|sealed| app.secrets.open(sealed));
    if secret.and_then(|secret| password::totp_step(&secret, code, now)).is_none() {
        return Err(wrong());
    }
    contact.totp_confirmed = true;
    let entry = app.entry(now, contact.provider, actor(who.sign_in.person), Event::TotpAdded {});
    save_contact(app, contact, entry).await
}

/// Turns one-time codes off, with password and code.
pub async fn remove_totp(app: &App, who: ContactActor, typed: String, code: &str) -> Result<(), Problem> {
    let now = app.sources.now();
    let factor = super::contact::second_factor(app, &who.contact, Some(code), now);
    if !matches!(factor, SecondFactor::Right(_)) {
        return Err(wrong());
    }
    let signed_in = SignedIn { sign_in: who.sign_in, who: Who::Contact(who.contact.clone()) };
    check_password(app, &signed_in, typed).await?;
    let contact = Contact { totp_sealed: None, totp_confirmed: false, ..who.contact };
    let entry = app.entry(now, contact.provider, signed_in.actor(), Event::TotpRemoved {});
    save_contact(app, contact, entry).await
}

/// Tells a person's own pages that something about them changed.
pub fn tell_me(app: &App, who: &SignedIn) {
    let audience = match &who.who {
        Who::Staff(staff) => Audience::Staff(staff.id),
        Who::Contact(contact) => Audience::Customer(contact.customer),
    };
    app.hub.publish(News::new(who.sign_in.provider, &[audience], &[Topic::Me]));
}
