//! What people write, without the secrets they paste into it (control 48).
//!
//! The only way for words into a ticket, its search, its mails and the log: what is in a [`Words`] holds no
//! cookie, token or password that we know. Of typed words nothing else is kept; what was taken out is gone, and
//! the writer is told. A mail's own bytes stay in its blob, behind the same rule.

use pforte_mail::{message::html, redact};
use pforte_store::StoreError;

use super::Problem;

/// Words without secrets.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Words {
    text: String,
    found: Vec<&'static str>,
}

impl Words {
    /// Takes out what is secret. Linear; long texts belong into a thread of their own.
    pub fn new(text: impl Into<String>) -> Self {
        let text = text.into();
        match redact::words(&text) {
            Some((text, found)) => Self { text, found },
            None => Self { text, found: Vec::new() },
        }
    }

    pub fn as_str(&self) -> &str {
        &self.text
    }

    pub fn into_string(self) -> String {
        self.text
    }

    /// What was taken out: `cookie`, `password` … (see [`redact::Redacted`]).
    pub fn found(&self) -> &[&'static str] {
        &self.found
    }
}

/// A line as it goes into the log or a list.
pub fn without_secrets(text: &str) -> String {
    Words::new(text).text
}

/// A mail's words as they may be shown.
#[derive(Clone, Debug, Default)]
pub struct MailWords {
    pub text: Words,
    pub quoted: Option<Words>,
    /// None if the HTML holds a secret, or the text did: it would show it all the same.
    pub html: Option<String>,
}

impl MailWords {
    /// Looks into all of it, in a thread of its own.
    pub async fn new(text: String, quoted: Option<String>, html: Option<String>) -> Result<Self, Problem> {
        let looked = tokio::task::spawn_blocking(move || {
            let (text, quoted) = (Words::new(text), quoted.map(Words::new));
            let is_clean =
                text.found.is_empty() && quoted.as_ref().is_none_or(|quoted| quoted.found.is_empty());
            // A tag may stand in the middle of a secret, and an attribute may hold one.
            let shows = |source: &str| {
                redact::words(&html::text(source)).is_some() || redact::words(source).is_some()
            };
            let html = html.filter(|source| is_clean && !shows(source));
            Self { text, quoted, html }
        });
        looked.await.map_err(|_| StoreError::Inconsistent("a mail's words cannot be read".into()).into())
    }
}

/// Characters of a question that are read.
const ASKED: usize = 200;

/// A question as it is looked up, for every field in which one can be typed: without signs that no text has.
/// What stands between two words (tabs, line breaks, several blanks) is one blank.
pub fn question(text: &str) -> String {
    let plain: String = text.chars().take(ASKED).map(|c| if c.is_control() { ' ' } else { c }).collect();
    plain.split_whitespace().collect::<Vec<_>>().join(" ")
}
