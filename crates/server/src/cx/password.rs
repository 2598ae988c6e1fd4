//! Passwords (Argon2id) and one-time passwords (TOTP, RFC 6238).

use std::sync::Arc;

use argon2::{
    Argon2, PasswordHash, PasswordHasher, PasswordVerifier,
    password_hash::{Salt, SaltString},
};
use pforte_core::kernel::Moment;
use tokio::sync::Semaphore;
use totp_rs::{Builder, Secret, Totp};

/// Bounds of a password, in characters (NIST SP 800-63B-4 asks for no composition rules).
pub const PASSWORD_MIN: usize = 12;
pub const PASSWORD_MAX: usize = 256;

/// Hashes and checks passwords beside the async threads, two at a time: one check takes about 50 ms
/// and 19 MiB.
#[derive(Clone, Debug)]
pub struct Passwords {
    gate: Arc<Semaphore>,
    /// Checked when there is no such person, so that the answer takes as long.
    decoy: Arc<str>,
}

impl Passwords {
    /// `salt` makes the decoy.
    pub fn new(salt: [u8; 16]) -> Self {
        let decoy = hash("no such person", salt).unwrap_or_default();
        Self { gate: Arc::new(Semaphore::new(2)), decoy: decoy.into() }
    }

    /// Hashes a new password.
    pub async fn hash(&self, password: String, salt: [u8; 16]) -> Option<String> {
        let _permit = self.gate.acquire().await.ok()?;
        tokio::task::spawn_blocking(move || hash(&password, salt)).await.ok()?
    }

    /// Checks a password; with no hash it takes the same time and answers `false`.
    pub async fn check(&self, password: String, hashed: Option<String>) -> bool {
        let Ok(_permit) = self.gate.acquire().await else { return false };
        let known = hashed.is_some();
        let hashed = hashed.unwrap_or_else(|| self.decoy.to_string());
        let checked = tokio::task::spawn_blocking(move || {
            let Ok(parsed) = PasswordHash::new(&hashed) else { return false };
            Argon2::default().verify_password(password.as_bytes(), &parsed).is_ok()
        });
        checked.await.unwrap_or(false) && known
    }
}

fn hash(password: &str, salt: [u8; 16]) -> Option<String> {
    let salt = SaltString::encode_b64(&salt).ok()?;
    let salt: Salt<'_> = salt.as_salt();
    Argon2::default().hash_password(password.as_bytes(), salt).ok().map(|h| h.to_string())
}

/// A TOTP with the usual parameters (SHA-1, 6 digits, 30 seconds, one step of tolerance).
pub fn totp(secret: &[u8], account: &str, issuer: &str) -> Option<Totp> {
    let clean = |text: &str| text.replace(':', " ");
    Builder::new()
        .with_secret(Secret::from(secret.to_vec()))
        .with_skew(1)
        .with_account_name(clean(account))
        .with_issuer(Some(clean(issuer)))
        .build()
        .ok()
}

/// Checks a code; answers the step it belongs to, to be stored against replay.
pub fn totp_step(secret: &[u8], code: &str, now: Moment) -> Option<i64> {
    let code: String = code.chars().filter(|c| !c.is_whitespace()).collect();
    let seconds = u64::try_from(now.0 / 1_000_000).ok()?;
    let step = totp(secret, "", "")?.check(&code, seconds)?;
    i64::try_from(step).ok()
}
