//! How mail comes in: a mailbox by IMAP, a mail server's LMTP or SMTP, standard input.
//!
//! A transport reads bytes and hands them to an [`Intake`]. It never looks into a message, never
//! refuses one for its content, and never says “taken” to anybody before the intake has said so.
//! There is no relaying: what is not for one of our own addresses is refused at the envelope.
//! Nothing is lost: whatever the intake has not taken stays with the sender or in the mailbox.
//! Something may be handed over twice (a crash between taking and marking); the intake notices.

pub mod dial;
pub mod imap;
mod login;
pub mod server;
pub mod stream;
pub mod trust;

use std::{future::Future, net::IpAddr, sync::Arc, time::Duration};

use bytes::Bytes;
pub use login::{Login, With};

/// How long the intake may take; senders wait ten minutes for an answer (RFC 5321 §4.5.3.2.6).
const TAKE_TIME: Duration = Duration::from_secs(240);

/// What takes messages in.
pub trait Intake: Send + Sync + 'static {
    /// Whether this recipient (`local@domain`, as in the envelope) is one of ours. Everybody else is
    /// answered with 550.
    fn accepts(&self, recipient: &str) -> bool;

    /// Takes a message. `Ok` only after it is durable: the transport then tells the sender so.
    fn take(&self, handed: Handed) -> impl Future<Output = Result<Taken, TakeError>> + Send;
}

/// One message for one recipient, as a transport hands it over.
#[derive(Debug, Clone)]
pub struct Handed {
    /// The message as it came, with CRLF or LF at the ends of lines. Cloning it copies no bytes.
    pub raw: Bytes,
    pub way: Way,
    /// The support address it is for: the envelope's recipient, or the address of the mailbox.
    pub recipient: String,
    /// The envelope's sender. `Some("")` is the empty one, of bounces; `None` if the way has none.
    pub return_path: Option<String>,
    /// Who connected, where the way shows it. Only with it can SPF be checked.
    pub client: Option<Client>,
    /// `Some(size)` if `raw` is only the header of a message of that many bytes, which was too large
    /// to take and stays where it is (`mail.too_large`).
    pub cut: Option<u64>,
}

/// The way a message came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Way {
    Imap,
    Lmtp,
    Smtp,
    /// `pforte mail receive`
    Stdin,
}

impl Way {
    /// The word kept with the message.
    pub fn word(self) -> &'static str {
        match self {
            Self::Imap => "imap",
            Self::Lmtp => "lmtp",
            Self::Smtp => "smtp",
            Self::Stdin => "stdin",
        }
    }
}

/// The server that handed a message to us by SMTP.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Client {
    pub ip: IpAddr,
    /// What it called itself in EHLO or HELO.
    pub helo: String,
}

/// What became of a message that was taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taken {
    New,
    /// It had been handed over before; nothing was done again.
    Known,
}

/// Why a message was not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TakeError {
    /// Not now: the sender keeps it and tries again (4xx). The text is for the log.
    #[error("not taken for now: {0}")]
    Later(String),
    /// Larger than is ever taken (552).
    #[error("larger than is taken")]
    TooLarge,
}

/// Hands a message over. The taking goes on to its end even if whoever waits for it is gone, and a
/// panic in it is no answer but “later”.
pub async fn hand_over<I: Intake>(intake: &Arc<I>, handed: Handed) -> Result<Taken, TakeError> {
    let intake = Arc::clone(intake);
    let taking = tokio::spawn(async move { intake.take(handed).await });
    match tokio::time::timeout(TAKE_TIME, taking).await {
        Ok(Ok(answer)) => answer,
        Ok(Err(_)) => Err(TakeError::Later("the intake failed".into())),
        Err(_) => Err(TakeError::Later("the intake takes too long".into())),
    }
}
