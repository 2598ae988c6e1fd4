//! Why there is no token, and what to do about it.

use std::{error::Error, path::Path};

use super::Settings;

/// In words for the administrator; it holds no secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Trouble {
    #[error("nobody has signed in for {0} yet; run: pforte mail login {0}")]
    Nobody(String),
    #[error("the sign-in for {name} is over ({said}); sign in again: pforte mail login {name}")]
    SignInAgain { name: String, said: String },
    #[error(
        "{name}: the client id or its secret is not accepted ({said}); make a new secret where the app is registered"
    )]
    Client { name: String, said: String },
    #[error(
        "{name}: the app may not have this scope ({said}); add the permission where it is registered, and give consent"
    )]
    Scope { name: String, said: String },
    #[error("{name}: no token ({said})")]
    Refused { name: String, said: String },
    #[error("{host} cannot be reached: {why}")]
    Unreached { host: String, why: String },
    #[error("{host} takes longer than {seconds} seconds to answer")]
    Slow { host: String, seconds: u64 },
    #[error("{host} answers {status}, and not as a token server does; is the address right?")]
    Status { host: String, status: u16 },
    #[error("{0}: the answer is not that of a token server; is the address right?")]
    Odd(String),
    #[error("TLS: {0}")]
    Tls(String),
    #[error("cannot read {path}: {why}")]
    File { path: String, why: String },
    #[error("cannot write {path}: {why}")]
    NotKept { path: String, why: String },
    #[error("{0} has no address to sign in at; set `device_url` or `authorize_url`")]
    NoWay(String),
    #[error("that was not the address of the page after signing in to {0}; begin again")]
    NotThatPage(String),
    #[error("nobody signed in to {0} in time; begin again")]
    TooLate(String),
    #[error("{0} was not allowed; begin again, and agree")]
    Denied(String),
    #[error("{0} gave no refresh token; its scope has to ask for one (Microsoft: offline_access)")]
    NoRefresh(String),
}

impl Trouble {
    /// What an error's code means (RFC 6749 §5.2).
    pub(super) fn answered(settings: &Settings, error: &str, said: String) -> Self {
        let name = settings.name.clone();
        let said = if said.is_empty() { error.to_owned() } else { format!("{error}: {said}") };
        match error {
            "invalid_grant" if settings.refresh_token_file.is_some() => Self::SignInAgain { name, said },
            "invalid_client" | "unauthorized_client" => Self::Client { name, said },
            "invalid_scope" => Self::Scope { name, said },
            _ => Self::Refused { name, said },
        }
    }

    pub(super) fn file(path: &Path, error: &std::io::Error) -> Self {
        Self::File { path: path.display().to_string(), why: error.to_string() }
    }

    /// No answer: the innermost reason says most.
    pub(super) fn unreached(host: &str, error: &(dyn Error + 'static)) -> Self {
        let mut innermost = error;
        // Bounded: nobody wraps more often.
        for _ in 0..16 {
            let Some(source) = innermost.source() else { break };
            innermost = source;
        }
        Self::Unreached { host: host.to_owned(), why: innermost.to_string() }
    }
}
