//! Tokens instead of passwords, for mail hosts that take nothing else (RFC 6749).
//!
//! A [`SignIn`] answers a token that is good for a while and gets another shortly before that ends: with the
//! application's own secret (client credentials, §4.4), or with the refresh token that somebody got by signing
//! in once (§6). One asks at a time; everybody else waits for the answer. Whoever is refused with a token gets
//! another one, once for each attempt. Must never put a secret into an error, a log or a `Debug`. Start at
//! [`SignIn::token`]; `login.rs` is how a person signs in.

mod endpoint;
mod file;
mod login;
mod trouble;

use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;
use tokio::{sync::Mutex, time::Instant};

use endpoint::{Answer, Endpoint};
pub use login::{Device, PROOF_BYTES, Redirect};
pub use trouble::Trouble;

/// A token is not used in the last minutes of its life: a mail may be long under way.
const SPARE: Duration = Duration::from_secs(300);
/// How long a token is used whose server does not say how long it lives, and the longest that is believed.
const USUAL_LIFE: Duration = Duration::from_secs(600);
const LONGEST_LIFE: Duration = Duration::from_secs(24 * 60 * 60);

/// Where tokens come from, one `[[mail.oauth]]`.
#[derive(Clone, Debug)]
pub struct Settings {
    /// What the configuration calls it.
    pub name: String,
    /// `https`, or `http` to this machine.
    pub token_url: String,
    /// Where a person signs in with a code on another device (RFC 8628).
    pub device_url: Option<String>,
    /// Where a person signs in with a browser (RFC 6749 §4.1).
    pub authorize_url: Option<String>,
    pub client_id: String,
    /// Read anew each time: a new secret needs no restart.
    pub client_secret_file: Option<PathBuf>,
    pub scope: String,
    /// Somebody's refresh token; without it the application signs in by itself.
    pub refresh_token_file: Option<PathBuf>,
    /// Certificates in PEM that the server's is checked against, instead of the public ones.
    pub ca: Option<Vec<u8>>,
    pub waits: Waits,
}

/// How long is waited for what.
#[derive(Clone, Copy, Debug)]
pub struct Waits {
    /// For one answer.
    pub answer: Duration,
    /// After a failure everybody hears the same for so long, and nobody is asked.
    pub failed: Duration,
}

impl Default for Waits {
    fn default() -> Self {
        Self { answer: Duration::from_secs(30), failed: Duration::from_secs(10) }
    }
}

/// A token that is good for now.
#[derive(Clone, Debug)]
pub struct Token {
    secret: SecretString,
    /// Counts those of one [`SignIn`].
    number: u64,
    until: Instant,
    /// Whether it was fetched for this very question.
    fresh: bool,
}

impl Token {
    /// What a mail server is told: user and token as XOAUTH2 writes them, before base 64. Never to be shown.
    pub fn xoauth2(&self, user: &str) -> Vec<u8> {
        let token = self.secret.expose_secret();
        format!("user={user}\u{1}auth=Bearer {token}\u{1}\u{1}").into_bytes()
    }
}

/// One way to get tokens, shared by all that use it.
pub struct SignIn {
    settings: Settings,
    endpoint: Endpoint,
    held: Mutex<Held>,
}

#[derive(Default)]
struct Held {
    token: Option<Token>,
    number: u64,
    failed: Option<(Instant, Trouble)>,
    /// A new refresh token that could not be written, and the one in the file that it replaces.
    unsaved: Option<(SecretString, SecretString)>,
}

impl std::fmt::Debug for SignIn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SignIn").field("name", &self.settings.name).finish_non_exhaustive()
    }
}

impl SignIn {
    /// Asks nobody yet.
    pub fn new(settings: Settings) -> Result<Self, Trouble> {
        let endpoint = Endpoint::new(settings.ca.as_deref(), settings.waits.answer)?;
        Ok(Self { settings, endpoint, held: Mutex::default() })
    }

    /// What the configuration calls it.
    pub fn name(&self) -> &str {
        &self.settings.name
    }

    /// Whether its files can be read, and somebody has signed in where a person has to.
    pub fn check(&self) -> Result<(), Trouble> {
        self.client_secret()?;
        self.settings.refresh_token_file.as_ref().map_or(Ok(()), |path| self.kept(path).map(drop))
    }

    /// Its files with secrets.
    pub fn files(&self) -> impl Iterator<Item = &PathBuf> {
        self.settings.client_secret_file.iter().chain(&self.settings.refresh_token_file)
    }

    fn client_secret(&self) -> Result<Option<SecretString>, Trouble> {
        let read = self
            .settings
            .client_secret_file
            .as_ref()
            .map(|path| file::read(path).map_err(|error| Trouble::file(path, &error)));
        read.transpose()
    }

    fn kept(&self, path: &Path) -> Result<SecretString, Trouble> {
        file::read(path).map_err(|error| match error.kind() {
            std::io::ErrorKind::NotFound => Trouble::Nobody(self.settings.name.clone()),
            _ => Trouble::file(path, &error),
        })
    }

    /// A token that is good for some minutes at least.
    pub async fn token(self: &Arc<Self>) -> Result<Token, Trouble> {
        let this = Arc::clone(self);
        // A task of its own: whoever asks may be cut off, and what the server gave must not be lost.
        let asked = tokio::spawn(async move { this.current().await });
        asked.await.map_err(|_| Trouble::Odd(self.settings.name.clone()))?
    }

    /// The server refused a token: another one, or `None` if it was fetched for this very attempt.
    pub async fn instead_of(self: &Arc<Self>, refused: &Token) -> Result<Option<Token>, Trouble> {
        let mut held = self.held.lock().await;
        if held.token.as_ref().is_some_and(|token| token.number == refused.number) {
            held.token = None;
        }
        drop(held);
        if refused.fresh { Ok(None) } else { self.token().await.map(Some) }
    }

    async fn current(&self) -> Result<Token, Trouble> {
        let mut held = self.held.lock().await;
        let asked_at = Instant::now();
        if let Some(token) = held.token.as_ref().filter(|token| asked_at < token.until) {
            return Ok(Token { fresh: false, ..token.clone() });
        }
        if let Some((at, trouble)) = &held.failed
            && at.elapsed() < self.settings.waits.failed
        {
            return Err(trouble.clone());
        }
        let fetched = self.fetch(&mut held).await.and_then(|answer| self.read(&answer));
        match fetched {
            Ok((secret, life)) => {
                held.number += 1;
                // Counted from the question: a slow server's token is older than its answer.
                let until = asked_at + life.saturating_sub(SPARE.min(life / 2));
                let token = Token { secret, number: held.number, until, fresh: true };
                (held.token, held.failed) = (Some(token.clone()), None);
                Ok(token)
            }
            Err(trouble) => {
                held.failed = Some((Instant::now(), trouble.clone()));
                Err(trouble)
            }
        }
    }

    async fn fetch(&self, held: &mut Held) -> Result<Value, Trouble> {
        match self.settings.refresh_token_file.clone() {
            None => self.ask(&self.settings.token_url, &[("grant_type", "client_credentials")]).await,
            Some(path) => self.refresh(held, path).await,
        }
    }

    /// Exchanges the refresh token; keeps the new one if there is one.
    async fn refresh(&self, held: &mut Held, path: PathBuf) -> Result<Value, Trouble> {
        // Nobody else exchanges it meanwhile: some servers end a sign-in whose token is used twice.
        let _lock = file::lock(&path, self.settings.waits.answer).await;
        let kept = self.kept(&path)?;
        let newest = match &held.unsaved {
            Some((newer, replaces)) if replaces.expose_secret() == kept.expose_secret() => newer.clone(),
            _ => kept.clone(),
        };
        let grant = [("grant_type", "refresh_token"), ("refresh_token", newest.expose_secret())];
        let answer = self.ask(&self.settings.token_url, &grant).await?;
        match text(&answer, "refresh_token") {
            Some(next) if next != newest.expose_secret() => self.keep(held, path, kept, next.into()).await,
            _ => {}
        }
        Ok(answer)
    }

    async fn keep(&self, held: &mut Held, path: PathBuf, kept: SecretString, next: SecretString) {
        match file::write(path.clone(), next.clone()).await {
            Ok(()) => held.unsaved = None,
            Err(error) => {
                tracing::warn!(%error, path = %path.display(), "the new refresh token cannot be written; \
                     it is kept until the server stops");
                held.unsaved = Some((next, kept));
            }
        }
    }

    /// Asks the server as this application; an answer that is not “yes” is trouble.
    async fn ask(&self, url: &str, form: &[(&str, &str)]) -> Result<Value, Trouble> {
        match self.answer(url, form).await? {
            Answer::Yes(answer) => Ok(answer),
            Answer::No { error, said } => Err(Trouble::answered(&self.settings, &error, said)),
        }
    }

    async fn answer(&self, url: &str, form: &[(&str, &str)]) -> Result<Answer, Trouble> {
        let secret = self.client_secret()?;
        let mut all = vec![("client_id", self.settings.client_id.as_str())];
        if let Some(secret) = &secret {
            all.push(("client_secret", secret.expose_secret()));
        }
        if !self.settings.scope.is_empty() {
            all.push(("scope", &self.settings.scope));
        }
        all.extend_from_slice(form);
        self.endpoint.post(url, &all).await
    }

    /// The token and how long it lives.
    fn read(&self, answer: &Value) -> Result<(SecretString, Duration), Trouble> {
        let odd = || Trouble::Odd(self.settings.name.clone());
        let token = text(answer, "access_token").ok_or_else(odd)?;
        // Whatever could end a line of SMTP or IMAP is no token (RFC 6750 §2.1).
        if !token.bytes().all(|b| b.is_ascii_graphic()) {
            return Err(odd());
        }
        Ok((token.into(), seconds(answer, "expires_in").unwrap_or(USUAL_LIFE).min(LONGEST_LIFE)))
    }
}

fn text<'a>(answer: &'a Value, key: &str) -> Option<&'a str> {
    answer.get(key).and_then(Value::as_str).filter(|text| !text.is_empty())
}

/// A number of seconds; some servers write it as text.
fn seconds(answer: &Value, key: &str) -> Option<Duration> {
    let value = answer.get(key)?;
    value.as_u64().or_else(|| value.as_str()?.parse().ok()).map(Duration::from_secs)
}
