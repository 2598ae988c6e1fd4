//! A person signs in once, and their refresh token is kept in a file.
//!
//! By a code that is typed in on any device (RFC 8628), or by a browser that comes back to an address of this
//! machine: that page need not open, its address is all we want (RFC 8252 §7.3, with the proof of RFC 7636).

use std::time::Duration;

use data_encoding::BASE64URL_NOPAD;
use http::Uri;
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;
use sha2::{Digest, Sha256};
use tokio::time::{Instant, sleep};

use super::{
    SignIn, Trouble,
    endpoint::{Answer, encode},
    file, seconds, text,
};

/// A person has so long at most.
const LONGEST: Duration = Duration::from_secs(30 * 60);
/// Between two questions whether somebody has signed in (RFC 8628 §3.5).
const ASK_EVERY: Duration = Duration::from_secs(5);
const SOONEST: Duration = Duration::from_millis(200);
const LATEST: Duration = Duration::from_secs(60);
/// Where the browser is sent at the end. Nothing listens there.
const BACK: &str = "http://127.0.0.1:47610/";
/// So many random bytes make a proof.
pub const PROOF_BYTES: usize = 32;

/// What somebody has to do who signs in with a code.
pub struct Device {
    pub address: String,
    pub code: String,
    device_code: SecretString,
    every: Duration,
    until: Instant,
}

/// A sign-in in a browser that was begun.
pub struct Redirect {
    pub address: String,
    verifier: SecretString,
    state: String,
}

impl SignIn {
    /// Whether its tokens are a person's, who has to sign in once.
    pub fn is_of_a_person(&self) -> bool {
        self.settings.refresh_token_file.is_some()
    }

    /// Whether people sign in with a code.
    pub fn has_device(&self) -> bool {
        self.settings.device_url.is_some()
    }

    /// Begins a sign-in with a code.
    pub async fn device(&self) -> Result<Device, Trouble> {
        let url = self.settings.device_url.as_ref();
        let url = url.ok_or_else(|| Trouble::NoWay(self.settings.name.clone()))?;
        let answer = self.ask(url, &[]).await?;
        // RFC 8628 says `verification_uri`; Google says `verification_url`.
        let address = text(&answer, "verification_uri").or_else(|| text(&answer, "verification_url"));
        let (address, code, device_code) =
            match (address, text(&answer, "user_code"), text(&answer, "device_code")) {
                (Some(address), Some(code), Some(device_code)) => (address, code, device_code),
                _ => return Err(Trouble::Odd(self.settings.name.clone())),
            };
        let life = seconds(&answer, "expires_in").unwrap_or(LONGEST).min(LONGEST);
        Ok(Device {
            address: address.to_owned(),
            code: code.to_owned(),
            device_code: device_code.into(),
            every: seconds(&answer, "interval").unwrap_or(ASK_EVERY).clamp(SOONEST, LATEST),
            until: Instant::now() + life,
        })
    }

    /// Waits until somebody has signed in, and keeps the refresh token.
    pub async fn signed_in(&self, device: Device) -> Result<(), Trouble> {
        let name = || self.settings.name.clone();
        let grant = [
            ("grant_type", "urn:ietf:params:oauth:grant-type:device_code"),
            ("device_code", device.device_code.expose_secret()),
        ];
        let mut every = device.every;
        while Instant::now() < device.until {
            sleep(every).await;
            match self.answer(&self.settings.token_url, &grant).await {
                Ok(Answer::Yes(answer)) => return self.keep_first(&answer).await,
                Ok(Answer::No { error, said }) => match error.as_str() {
                    "authorization_pending" => {}
                    "slow_down" => every += ASK_EVERY,
                    "expired_token" => return Err(Trouble::TooLate(name())),
                    "access_denied" | "authorization_declined" => return Err(Trouble::Denied(name())),
                    _ => return Err(Trouble::answered(&self.settings, &error, said)),
                },
                // The person is at it: one lost answer does not end that.
                Err(Trouble::Unreached { .. } | Trouble::Slow { .. }) => {}
                Err(trouble) => return Err(trouble),
            }
        }
        Err(Trouble::TooLate(name()))
    }

    /// Begins a sign-in in a browser. `random` is nobody else's.
    pub fn redirect(&self, random: [[u8; PROOF_BYTES]; 2]) -> Result<Redirect, Trouble> {
        let url = self.settings.authorize_url.as_ref();
        let url = url.ok_or_else(|| Trouble::NoWay(self.settings.name.clone()))?;
        let [verifier, state] = random.map(|bytes| BASE64URL_NOPAD.encode(&bytes));
        let challenge = BASE64URL_NOPAD.encode(&Sha256::digest(verifier.as_bytes()));
        let query = encode(&[
            ("response_type", "code"),
            ("client_id", &self.settings.client_id),
            ("redirect_uri", BACK),
            ("scope", &self.settings.scope),
            ("state", &state),
            ("code_challenge", &challenge),
            ("code_challenge_method", "S256"),
            // Google gives a refresh token only so.
            ("access_type", "offline"),
            ("prompt", "consent"),
        ]);
        Ok(Redirect { address: format!("{url}?{query}"), verifier: verifier.into(), state })
    }

    /// Keeps the refresh token of who came back to `page`.
    pub async fn came_back(&self, redirect: Redirect, page: &str) -> Result<(), Trouble> {
        let other = || Trouble::NotThatPage(self.settings.name.clone());
        let uri: Uri = page.trim().parse().map_err(|_| other())?;
        let given = |key: &str| {
            let query = uri.query().unwrap_or_default();
            let found = query.split('&').filter_map(|pair| pair.split_once('=')).find(|(k, _)| *k == key);
            found.map(|(_, value)| decode(value))
        };
        if given("state").as_deref() != Some(redirect.state.as_str()) {
            return Err(other());
        }
        if given("error").is_some() {
            return Err(Trouble::Denied(self.settings.name.clone()));
        }
        let code = given("code").ok_or_else(other)?;
        let grant = [
            ("grant_type", "authorization_code"),
            ("code", code.as_str()),
            ("redirect_uri", BACK),
            ("code_verifier", redirect.verifier.expose_secret()),
        ];
        let answer = self.ask(&self.settings.token_url, &grant).await?;
        self.keep_first(&answer).await
    }

    async fn keep_first(&self, answer: &Value) -> Result<(), Trouble> {
        let name = || self.settings.name.clone();
        let path = self.settings.refresh_token_file.clone().ok_or_else(|| Trouble::NoWay(name()))?;
        let token = text(answer, "refresh_token").ok_or_else(|| Trouble::NoRefresh(name()))?;
        let _lock = file::lock(&path, self.settings.waits.answer).await;
        let written = file::write(path.clone(), token.into()).await;
        written.map_err(|error| Trouble::NotKept { path: path.display().to_string(), why: error.to_string() })
    }
}

/// What stands in an address, as text.
fn decode(value: &str) -> String {
    let mut bytes = Vec::with_capacity(value.len());
    let mut rest = value.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        rest = after;
        let pair = after.get(..2).and_then(|pair| std::str::from_utf8(pair).ok());
        match (first, pair.and_then(|pair| u8::from_str_radix(pair, 16).ok())) {
            (b'%', Some(byte)) => {
                bytes.push(byte);
                rest = &after[2..];
            }
            (b'+', _) => bytes.push(b' '),
            (other, _) => bytes.push(*other),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
