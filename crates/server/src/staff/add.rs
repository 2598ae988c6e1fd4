//! Adding a staff member: by an admin, or from the command line for the first one.

use data_encoding::BASE32_NOPAD;
use pforte_core::{
    entry::{Actor, Event},
    kernel::{Language, ProviderId, StaffRole},
    sender::Address,
};
use pforte_store::{
    Change,
    staff::{self, Staff},
};

use crate::{
    cx::{App, Problem, Secrets, Sources, password},
    signin::check_new_password,
};

/// A new staff member (rule M5).
#[derive(Clone, Debug)]
pub struct StaffAsk {
    pub username: String,
    pub first_name: String,
    pub last_name: String,
    pub email: String,
    pub salutation: Option<String>,
    pub address: Option<String>,
    pub company: Option<String>,
    pub roles: Vec<StaffRole>,
    pub language: Language,
}

/// A staff member ready to be saved, with what is shown once.
#[derive(Debug)]
pub struct NewStaff {
    pub staff: Staff,
    /// Base 32, to type into an app that makes one-time codes.
    pub totp_secret: String,
    pub totp_url: String,
}

/// Checks the fields, hashes the password, makes and seals the secret for one-time codes.
pub async fn prepare_staff(
    (sources, secrets): (&Sources, &Secrets),
    passwords: &password::Passwords,
    provider: ProviderId,
    ask: StaffAsk,
    password: String,
) -> Result<NewStaff, Problem> {
    check(&ask)?;
    check_new_password(&password)?;
    let now = sources.now();
    let secret = sources.bytes::<20>();
    let failed = || Problem::input([("password", "It cannot be hashed; use another one.")]);
    let password_hash = passwords.hash(password, sources.bytes()).await.ok_or_else(failed)?;
    let username = ask.username.trim().to_lowercase();
    let totp_url = password::totp(&secret, &username, "Pforte").and_then(|t| t.to_url().ok());
    let staff = Staff {
        id: sources.id(now),
        provider,
        username,
        first_name: ask.first_name.trim().into(),
        last_name: ask.last_name.trim().into(),
        email: Address::spelling(&ask.email),
        salutation: ask.salutation,
        address: ask.address,
        company: ask.company,
        roles: ask.roles,
        language: ask.language.word().into(),
        password_hash,
        totp_sealed: secrets.seal(sources.bytes(), &secret).ok_or_else(failed)?,
        totp_step: 0,
        training_done_at: None,
        guidelines_accepted_at: None,
        form_locked_at: None,
        form_unlocked_at: None,
        active: true,
    };
    Ok(NewStaff {
        staff,
        totp_secret: BASE32_NOPAD.encode(&secret),
        totp_url: totp_url.ok_or_else(|| Problem::input([("username", "Choose another one.")]))?,
    })
}

fn check(ask: &StaffAsk) -> Result<(), Problem> {
    let name = |text: &str| {
        let text = text.trim();
        !text.is_empty() && text.chars().count() <= 100 && !text.chars().any(char::is_control)
    };
    let username = ask.username.trim();
    let plain = username.chars().all(|c| c.is_ascii_alphanumeric() || ".-_".contains(c));
    let mut wrong = Vec::new();
    if !(2..=40).contains(&username.len()) || !plain {
        wrong.push(("username", "Use 2 to 40 letters, digits, dots and dashes."));
    }
    if !name(&ask.first_name) {
        wrong.push(("first_name", "Use 1 to 100 characters."));
    }
    if !name(&ask.last_name) {
        wrong.push(("last_name", "Use 1 to 100 characters."));
    }
    if Address::parse(&ask.email).is_err() {
        wrong.push(("email", "Give a mail address."));
    }
    if ask.roles.is_empty() {
        wrong.push(("roles", "Give at least one role."));
    }
    if wrong.is_empty() { Ok(()) } else { Err(Problem::input(wrong)) }
}

/// Saves a new staff member.
pub async fn add_staff(app: &App, by: Actor, new: Staff) -> Result<Staff, Problem> {
    let now = app.sources.now();
    let event = Event::StaffAdded { staff: new.id, roles: new.roles.clone() };
    let entry = app.entry(now, new.provider, by, event);
    app.writer
        .change(move |tx| {
            Box::pin(async move {
                staff::insert(tx, &new, now).await?;
                Ok(Change::logged(new, entry))
            })
        })
        .await
}
