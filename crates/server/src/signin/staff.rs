//! Staff sign in with password **and** one-time code; nothing works before both were right.

use super::{
    Fresh, actor,
    codes::{self, Owner},
    save, signed_in_event, unknown_provider, wrong,
};
use crate::cx::{App, Problem, password, throttle};
use pforte_core::{entry::SignInWay, kernel::Strength};
use pforte_store::{Change, sign_in::Person, staff};

/// What a staff member types.
#[derive(Debug)]
pub struct StaffSignIn {
    pub provider: Option<String>,
    pub username: String,
    pub password: String,
    pub totp: String,
}

/// Signs a staff member in.
pub async fn as_staff(app: &App, typed: StaffSignIn, browser: &str) -> Result<Fresh, Problem> {
    let provider = app.provider(typed.provider.as_deref()).await?.ok_or_else(unknown_provider)?.id;
    let username = typed.username.trim().to_lowercase();
    let key = throttle::name_key("staff", &username);
    let now = app.sources.now();
    let mut conn = app.read().await?;
    throttle::check_name(&mut conn, provider, &key, now).await?;
    let found = staff::by_username(&mut conn, provider, &username).await?.filter(|s| s.active);
    drop(conn);

    let hash = found.as_ref().map(|s| s.password_hash.clone());
    let password_right = app.passwords.check(typed.password, hash).await;
    let step = found.as_ref().and_then(|s| {
        let secret = app.secrets.open(&s.totp_sealed)?;
        password::totp_step(&secret, &typed.totp, now)
    });
    let person = found.as_ref().map(|s| Person::Staff(s.id));
    let staff = match (found, password_right) {
        (Some(staff), true) => staff,
        _ => {
            app.note_failure(provider, &key, person, SignInWay::Password, browser).await?;
            return Err(wrong());
        }
    };
    codes::check(&mut *app.read().await?, provider, Person::Staff(staff.id), now).await?;
    let Some(step) = step else {
        codes::wrong_code(app, Owner::Staff(&staff), &key, browser).await?;
        return Err(wrong());
    };

    let fresh = app.fresh(provider, Person::Staff(staff.id), Strength::PasswordTotp, now);
    let entry = app.entry(now, provider, actor(fresh.sign_in.person), signed_in_event(&fresh, browser));
    let id = staff.id;
    app.writer
        .change(move |tx| {
            Box::pin(async move {
                throttle::check_name_again(tx, provider, &key, now).await?;
                let same = staff::by_id(tx.conn(), provider, id).await?;
                // Changed or deactivated since the password was checked.
                if !same.is_some_and(|s| s.active && s.password_hash == staff.password_hash) {
                    return Err(wrong());
                }
                codes::check(tx.conn(), provider, Person::Staff(id), now).await?;
                // A code counts once (RFC 6238 §5.2).
                if !staff::take_totp_step(tx, provider, id, step).await? {
                    return Err(wrong());
                }
                save(tx, &fresh).await?;
                Ok(Change::logged(fresh, entry))
            })
        })
        .await
}
