//! Why a mail was not sent, in words for the administrator: what was tried, what the server said, what to do.

use lettre::transport::smtp::Error;
use pforte_mail::{oauth, transport::dial::Undialled};

/// Of what a server says.
const SAID_CHARS: usize = 240;

/// A mail that was not sent.
#[derive(Debug, thiserror::Error)]
pub enum Unsent {
    /// It is about us: nothing was said of the recipient.
    #[error(transparent)]
    Ours(#[from] Trouble),
    /// The server's answer to the recipient, or to the mail.
    #[error(transparent)]
    Answered(Error),
}

/// Why we cannot send at all. It holds no secret.
#[derive(Debug, thiserror::Error)]
pub enum Trouble {
    #[error("{at} cannot be reached: {why}")]
    Unreached { at: String, why: String },
    #[error("{at} does not answer in time")]
    Silent { at: String },
    #[error("{at} shows a certificate that {why}")]
    Certificate { at: String, why: &'static str },
    #[error(
        "{at} offers no STARTTLS, and nothing is sent in clear text; for TLS from the first byte write tls = \"implicit\""
    )]
    NoStartTls { at: String },
    #[error("{at} does not begin with TLS; on port 587 write tls = \"starttls\"")]
    NoTls { at: String },
    #[error("{at} takes no sign-in with {way}; see what your mail host asks for")]
    NoWay { at: String, way: &'static str },
    #[error("{at} does not accept user or password{}: {said}", hint(said))]
    SignIn { at: String, said: String },
    #[error("{at} does not accept the token{}: {said}", hint(said))]
    Token { at: String, said: String },
    #[error("no token for {at}: {trouble}")]
    NoToken { at: String, trouble: oauth::Trouble },
    #[error("{at} does not let this user send from the support address{}: {said}", hint(said))]
    Sender { at: String, said: String },
    #[error("{at} breaks off: {said}")]
    Broken { at: String, said: String },
}

impl Trouble {
    /// There is no connection.
    pub(super) fn dialling(at: &str, undialled: Undialled) -> Self {
        let at = at.to_owned();
        match undialled {
            Undialled::Certificate(why) => Self::Certificate { at, why },
            Undialled::NoTls => Self::NoTls { at },
            Undialled::NoStartTls => Self::NoStartTls { at },
            Undialled::Refused(said) => Self::Broken { at, said },
            other => Self::Unreached { at, why: other.to_string() },
        }
    }

    /// The server broke off, or said something nobody asked for.
    pub(super) fn talking(at: &str, error: &Error) -> Self {
        Self::Broken { at: at.to_owned(), said: said(error) }
    }
}

/// What the big hosts mean.
fn hint(said: &str) -> &'static str {
    let all = [
        ("5.7.139", " (Microsoft: SMTP AUTH is switched off for this mailbox or the whole tenant)"),
        ("5.7.3", " (Microsoft: has the app SMTP.SendAsApp, and was it given this mailbox?)"),
        ("5.7.60", " (Microsoft: give this user SendAs for the address)"),
        ("SendAsDenied", " (Microsoft: give this user SendAs for the address)"),
        ("5.7.9", " (Gmail: an app password is needed, or a token)"),
    ];
    all.iter().find(|(sign, _)| said.contains(sign)).map_or("", |(_, hint)| hint)
}

/// The error as one line. Servers repeat nothing of what was sent to them when they refuse a sign-in; whatever
/// they say is cut.
pub(super) fn said(error: &Error) -> String {
    let text = error.to_string();
    let words: Vec<&str> = text.split_whitespace().collect();
    words.join(" ").chars().filter(|c| !c.is_control()).take(SAID_CHARS).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn m11_what_the_big_hosts_say_is_told_with_what_to_do() {
        let at = || "smtp.office365.example:587".to_owned();
        let said = "535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled".to_owned();
        let told = Trouble::Token { at: at(), said }.to_string();
        assert!(told.contains("does not accept the token (Microsoft: SMTP AUTH is switched off"), "{told}");
        let said = "535 5.7.3 Authentication unsuccessful".to_owned();
        assert!(Trouble::Token { at: at(), said }.to_string().contains("SMTP.SendAsApp"));
        let said = "530 5.7.1 go away".to_owned();
        assert!(
            Trouble::SignIn { at: at(), said }.to_string().ends_with("user or password: 530 5.7.1 go away")
        );
    }
}
