//! The own account: language, password, one-time codes, other sign-ins.

use super::{actor, contact::SecondFactor, wrong};
use crate::{
    cx::{
        App, Audience, News, Problem, Topic,
        password::{self, PASSWORD_MAX, PASSWORD_MIN},
        throttle,
    },
    mail,
    people::{ContactActor, SignedIn, Who},
};
use axum::http::StatusCode;
use data_encoding::BASE32_NOPAD;
use pforte_core::{
    entry::{Clean, Event, SignInWay},
    kernel::{CustomerId, Language, Moment, ProviderId, SignInId},
};
use pforte_store::{
    Change, StoreError, Tx,
    contact::{self, Contact},
    notice::{self, Notice},
    outbox,
    sign_in::{self, Person},
    staff,
};
use uuid::Uuid;

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
    let fields = vec![Clean::name("language")];
    let event = match &who.who {
        Who::Staff(member) => Event::StaffChanged { staff: member.id, fields },
        Who::Contact(person) => Event::ContactChanged { contact: person.id, fields },
    };
    let entry = app.entry(now, provider, who.actor(), event);
    app.writer
        .change(move |tx| {
            Box::pin(async move {
                match who.who {
                    Who::Staff(member) => {
                        staff::set_language(tx, provider, member.id, language.word()).await?;
                    }
                    Who::Contact(person) => {
                        contact::set_language(tx, provider, person.id, language.word()).await?;
                    }
                }
                Ok::<_, Problem>(Change::logged((), entry))
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
    app.note_failure(provider, &key, Some(who.sign_in.person), SignInWay::Password, "").await?;
    Err(wrong())
}

/// Changes the password, and ends every other sign-in.
pub async fn change_password(app: &App, who: SignedIn, current: String, new: String) -> Result<(), Problem> {
    check_new_password(&new)?;
    check_password(app, &who, current).await?;
    let (now, provider) = (app.sources.now(), who.sign_in.provider);
    let hash = app.passwords.hash(new, app.sources.bytes()).await.ok_or_else(wrong)?;
    let entry = app.entry(now, provider, who.actor(), Event::PasswordChanged {});
    let changed = who.who.clone();
    app.writer
        .change(move |tx| {
            Box::pin(async move {
                let done = match changed {
                    Who::Staff(member) => {
                        staff::set_password(tx, provider, member.id, &member.password_hash, &hash).await?
                    }
                    Who::Contact(person) => {
                        let old = person.password_hash.as_deref();
                        contact::set_password(tx, provider, person.id, old, &hash).await?
                    }
                };
                if done { Ok(Change::logged((), entry)) } else { Err(wrong()) }
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

/// Ends all of a person's sign-ins but one: in one transaction, or, when nothing can be written, one by
/// one in memory.
async fn end_sign_ins(app: &App, who: &SignedIn, keep: Option<SignInId>) -> Result<(), Problem> {
    let now = app.sources.now();
    let (provider, person) = (who.sign_in.provider, who.sign_in.person);
    let event = Event::SignedOut { sign_in: who.sign_in.id, everywhere: true };
    let entry = app.entry(now, provider, who.actor(), event);
    let ended = app
        .writer
        .change::<_, StoreError, _>(move |tx| {
            Box::pin(async move {
                let ended = sign_in::end_all(tx, provider, person, keep, now).await?;
                Ok(Change::logged(ended, entry))
            })
        })
        .await;
    match ended {
        Ok(ended) => {
            for id in ended {
                app.door.sign_out(id);
                app.end_visits_of_sign_in(id, actor(person)).await;
            }
        }
        Err(_) => {
            let mut conn = app.read().await?;
            let all = sign_in::of_person(&mut conn, provider, person, now).await?;
            drop(conn);
            for other in all.iter().filter(|s| Some(s.id) != keep) {
                end_one(app, who, other.id, true).await;
            }
        }
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

fn totp_there() -> Problem {
    Problem::new(
        StatusCode::CONFLICT,
        "totp.there",
        "Codes are on already",
        "Turn them off first, with your password and a code.",
    )
}

/// Makes a secret for one-time codes; it is asked for only once a code was right.
pub async fn begin_totp(app: &App, who: ContactActor) -> Result<NewTotp, Problem> {
    who.must_be_confirmed()?;
    let contact = who.contact;
    if contact.totp_confirmed {
        return Err(totp_there());
    }
    let secret = app.sources.bytes::<20>();
    let sealed = app.secrets.seal(app.sources.bytes(), &secret);
    let now = app.sources.now();
    let event = Event::ContactChanged { contact: contact.id, fields: vec![Clean::name("totp")] };
    let entry = app.entry(now, contact.provider, actor(who.sign_in.person), event);
    let url = password::totp(&secret, &contact.name(), "Pforte").and_then(|t| t.to_url().ok());
    app.writer
        .change(move |tx| {
            Box::pin(async move {
                if !contact::set_totp(tx, contact.provider, contact.id, sealed.as_deref()).await? {
                    return Err(totp_there());
                }
                Ok(Change::logged((), entry))
            })
        })
        .await?;
    Ok(NewTotp { secret: BASE32_NOPAD.encode(&secret), url: url.ok_or_else(wrong)? })
}

/// Turns one-time codes on, with the first right code. The code is used up by that.
pub async fn confirm_totp(app: &App, who: ContactActor, code: &str) -> Result<(), Problem> {
    who.must_be_confirmed()?;
    let contact = who.contact;
    let now = app.sources.now();
    let sealed = contact.totp_sealed.clone().ok_or_else(wrong)?;
    let step = app.secrets.open(&sealed).and_then(|secret| password::totp_step(&secret, code, now));
    let step = step.ok_or_else(wrong)?;
    let (provider, id) = (contact.provider, contact.id);
    let told = Told::new(app, &contact, true, now).await?;
    let entry = app.entry(now, provider, actor(who.sign_in.person), Event::TotpAdded {});
    app.writer
        .change(move |tx| {
            Box::pin(async move {
                let taken = contact::take_totp_step(tx, provider, id, step).await?;
                if !taken || !contact::confirm_totp(tx, provider, id, &sealed).await? {
                    return Err(wrong());
                }
                told.save(tx).await?;
                Ok(Change::logged((), entry))
            })
        })
        .await
}

/// Turns one-time codes off, with password and code. Wrong ones of either count.
pub async fn remove_totp(app: &App, who: ContactActor, typed: String, code: &str) -> Result<(), Problem> {
    let now = app.sources.now();
    let (provider, id) = (who.contact.provider, who.contact.id);
    let factor = super::contact::second_factor(app, &who.contact, Some(code), now);
    let signed_in = SignedIn { sign_in: who.sign_in, who: Who::Contact(who.contact) };
    check_password(app, &signed_in, typed).await?;
    let SecondFactor::Right(step) = factor else {
        let key = throttle::name_key("password", &id.to_string());
        let Who::Contact(contact) = &signed_in.who else { return Err(wrong()) };
        super::codes::wrong_code(app, super::codes::Owner::Contact(contact), &key, "").await?;
        return Err(wrong());
    };
    let Who::Contact(contact) = &signed_in.who else { return Err(wrong()) };
    let entry = app.entry(now, provider, signed_in.actor(), Event::TotpRemoved {});
    let told = Told::new(app, contact, false, now).await?;
    app.writer
        .change(move |tx| {
            Box::pin(async move {
                super::codes::check(tx.conn(), provider, Person::Contact(id), now).await?;
                // A code counts once, whatever it is typed for (RFC 6238 §5.2).
                if !contact::take_totp_step(tx, provider, id, step).await? {
                    return Err(wrong());
                }
                contact::set_totp(tx, provider, id, None).await?;
                told.save(tx).await?;
                Ok::<_, Problem>(Change::logged((), entry))
            })
        })
        .await
}

/// What is told when codes were turned on or off: on the portal, and to the person by mail.
struct Told {
    id: Uuid,
    provider: ProviderId,
    customer: CustomerId,
    notice: Notice,
    mail: Option<outbox::Message>,
}

impl Told {
    async fn new(app: &App, contact: &Contact, on: bool, now: Moment) -> Result<Self, Problem> {
        let address = contact::primary_address(&mut *app.read().await?, contact.provider, contact.id).await?;
        Ok(Self {
            id: app.sources.id(now),
            provider: contact.provider,
            customer: contact.customer,
            notice: Notice { code: if on { "totp.on" } else { "totp.off" }.into(), at: now },
            mail: address.map(|address| mail::codes_changed(app, contact, &address, on, now)),
        })
    }

    async fn save(&self, tx: &mut Tx) -> Result<(), StoreError> {
        notice::insert(tx, self.id, self.provider, self.customer, &self.notice).await?;
        match &self.mail {
            Some(mail) => outbox::put(tx, mail).await,
            None => Ok(()),
        }
    }
}

/// Tells a person's own pages that something about them changed.
pub fn tell_me(app: &App, who: &SignedIn) {
    let audience = match &who.who {
        Who::Staff(staff) => Audience::Staff(staff.id),
        Who::Contact(contact) => Audience::Customer(contact.customer),
    };
    app.hub.publish(News::new(who.sign_in.provider, &[audience], &[Topic::Me]));
}
