//! A guest's first steps (rule M6): the link from the mail and a code that came another way lead to the
//! secret for one-time codes; a password and the first code of it finish, and sign in.

use super::{
    Fresh, actor, check_new_password,
    link::{hash_code, new_code, spent},
    save, signed_in_event, wrong,
};
use crate::{
    cx::{App, Problem, password, sources::hash_token, throttle},
    mail,
};
use data_encoding::BASE32_NOPAD;
use pforte_core::{
    entry::{Event, SignInWay},
    kernel::{Moment, Span, Strength},
};
use pforte_store::{
    Change, StoreError, Tx,
    guest::{self, Invitation},
    sign_in::Person,
    staff::{self, Staff},
};
use uuid::Uuid;

/// How long an invitation is good.
const INVITATION_LIFE: Span = Span::days(7);
/// Wrong codes after which it is spent.
const MAX_WRONG_CODES: i64 = 5;

/// An invitation before it is saved.
#[derive(Debug)]
pub struct Invite {
    invitation: Invitation,
    token_hash: String,
    /// Goes into the mail.
    pub url: String,
    /// To be handed over by another way than mail; shown once.
    pub code: String,
}

/// Makes an invitation for a guest.
pub fn new_invite(app: &App, guest: &Staff, now: Moment) -> Invite {
    let (token, code) = (app.sources.token(), new_code(app));
    Invite {
        invitation: Invitation {
            id: app.sources.id::<Uuid>(now),
            provider: guest.provider,
            staff: guest.id,
            code_hash: hash_code(app, &code),
            wrong_codes: 0,
            expires_at: now + INVITATION_LIFE,
            used_at: None,
        },
        token_hash: hash_token(&token),
        url: mail::sealed_link(app, "/guest", &token),
        code,
    }
}

impl Invite {
    /// Saves it, inside the caller's transaction.
    pub async fn save(&self, tx: &mut Tx, now: Moment) -> Result<(), StoreError> {
        guest::insert(tx, &self.invitation, &self.token_hash, now).await
    }
}

/// What a guest types, with the link's token.
#[derive(Debug)]
pub struct FirstSteps {
    pub token: String,
    pub code: String,
    pub password: String,
    pub totp: String,
}

/// What the guest's app for one-time codes is fed with.
#[derive(Debug)]
pub struct Start {
    pub name: String,
    pub username: String,
    /// Base 32.
    pub totp_secret: String,
    pub totp_url: String,
}

/// The guest behind a link that is still good and a code that is right. Wrong codes count.
async fn invited(
    app: &App,
    (token, code): (&str, &str),
    browser: &str,
    now: Moment,
) -> Result<(Invitation, Staff), Problem> {
    let mut conn = app.read().await?;
    let found = guest::by_token(&mut conn, &hash_token(token)).await?;
    let live = found.filter(|i| i.used_at.is_none() && now < i.expires_at);
    let invitation = live.ok_or_else(spent)?;
    let guest = staff::by_id(&mut conn, invitation.provider, invitation.staff).await?;
    let guest = guest.filter(|s| s.active).ok_or_else(spent)?;
    drop(conn);
    let (asked, given) = (invitation.clone(), hash_code(app, code));
    let tried = app.writer.upkeep(move |tx| {
        Box::pin(async move { guest::try_code(tx, &asked, &given, MAX_WRONG_CODES).await })
    });
    if tried.await?.ok_or_else(spent)? {
        return Ok((invitation, guest));
    }
    let key = throttle::name_key("guest", &invitation.id.to_string());
    let person = Some(Person::Staff(guest.id));
    app.note_failure(guest.provider, &key, person, SignInWay::Activation, browser).await?;
    Err(wrong())
}

/// Shows the secret for one-time codes.
pub async fn begin_guest(app: &App, token: &str, code: &str, browser: &str) -> Result<Start, Problem> {
    let now = app.sources.now();
    let (_, guest) = invited(app, (token, code), browser, now).await?;
    let secret = app.secrets.open(&guest.totp_sealed).ok_or_else(wrong)?;
    let url = password::totp(&secret, &guest.username, "Pforte").and_then(|t| t.to_url().ok());
    Ok(Start {
        name: guest.name(),
        username: guest.username,
        totp_secret: BASE32_NOPAD.encode(&secret),
        totp_url: url.ok_or_else(wrong)?,
    })
}

/// Sets the password, takes the first one-time code, and signs in.
pub async fn activate_guest(app: &App, typed: FirstSteps, browser: &str) -> Result<Fresh, Problem> {
    let now = app.sources.now();
    let (invitation, guest) = invited(app, (&typed.token, &typed.code), browser, now).await?;
    check_new_password(&typed.password)?;
    let (provider, id) = (guest.provider, guest.id);
    let secret = app.secrets.open(&guest.totp_sealed).ok_or_else(wrong)?;
    let Some(step) = password::totp_step(&secret, &typed.totp, now) else {
        return Err(Problem::input([("totp", "Type the six digits that your app shows now.")]));
    };
    let hash = app.passwords.hash(typed.password, app.sources.bytes()).await.ok_or_else(wrong)?;
    let fresh = app.fresh(provider, Person::Staff(id), Strength::PasswordTotp, now);
    let by = actor(fresh.sign_in.person);
    let activated = app.entry(now, provider, by, Event::Activated {});
    let signed_in = app.entry(now, provider, by, signed_in_event(&fresh, browser));
    app.writer
        .change(move |tx| {
            Box::pin(async move {
                let used = guest::use_up(tx, &invitation, now).await?;
                if !used || !staff::set_password(tx, provider, id, &guest.password_hash, &hash).await? {
                    return Err(spent());
                }
                // A code counts once (RFC 6238 §5.2).
                if !staff::take_totp_step(tx, provider, id, step).await? {
                    return Err(wrong());
                }
                save(tx, &fresh).await?;
                Ok(Change::logged(fresh, activated).and(signed_in))
            })
        })
        .await
}
