//! Keeping one mailbox: everything in its folder is handed to the intake, and marked when taken.
//!
//! What was taken is known by a mark on the message in the mailbox (a keyword where the server keeps
//! keywords, else `\Seen`), never by numbers that we remember: so a new UIDVALIDITY changes nothing, and
//! a crash between taking and marking only hands a message over twice. A message that is too large to
//! take is never deleted: the intake is told its header, and it stays where it is, flagged.
//! Start reading at [`keep`]; `mailbox.rs` speaks IMAP.

mod connect;
mod mailbox;
mod utf7;

use std::{sync::Arc, time::Duration};

use async_imap::error::Error as ImapError;
use tokio_util::sync::CancellationToken;

use super::{Handed, Intake, Login, TakeError, Way, dial::Undialled, hand_over};
use crate::oauth;
use mailbox::{Found, Mailbox, Mark};

/// The mailbox to be kept.
#[derive(Debug, Clone)]
pub struct Settings {
    pub host: String,
    pub port: u16,
    /// Without it the connection is in clear text: only to this machine.
    pub tls: bool,
    /// Certificates in PEM that the server's is checked against, instead of the public ones.
    pub ca: Option<Vec<u8>>,
    pub login: Login,
    /// As people write it.
    pub folder: String,
    pub after: After,
    /// The support address that the mailbox belongs to.
    pub recipient: String,
    /// What is larger stays in the mailbox.
    pub max_bytes: usize,
    pub waits: Waits,
}

/// What is done with a message that was taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum After {
    /// It stays, marked and seen.
    #[default]
    Keep,
    Delete,
}

/// How long is waited for what.
#[derive(Debug, Clone)]
pub struct Waits {
    /// For the answer to a command.
    pub answer: Duration,
    /// After which the waiting for news (IDLE) is begun anew; also finds connections that died.
    pub renew: Duration,
    /// Between two looks when the server cannot tell news.
    pub poll: Duration,
    /// Before the first further attempt after something failed; doubled each time …
    pub first: Duration,
    /// … up to this.
    pub longest: Duration,
}

impl Default for Waits {
    fn default() -> Self {
        Self {
            answer: Duration::from_secs(60),
            renew: Duration::from_secs(9 * 60),
            poll: Duration::from_secs(60),
            first: Duration::from_secs(1),
            longest: Duration::from_secs(300),
        }
    }
}

/// Why a connection to the mailbox ended.
#[derive(Debug, thiserror::Error)]
pub enum Trouble {
    #[error(transparent)]
    Dial(#[from] Undialled),
    #[error("user or password is not accepted")]
    SignIn,
    #[error("there is no token: {0}")]
    NoToken(#[from] oauth::Trouble),
    #[error(
        "the token is not accepted; may the app read this mailbox by IMAP (Microsoft: IMAP.AccessAsApp and \
         Add-MailboxPermission), and is `user` the mailbox?"
    )]
    Token,
    #[error("the folder cannot be opened")]
    Folder,
    /// Only the kind: the text could hold parts of somebody's mail.
    #[error("the server does not go on ({0})")]
    Broken(&'static str),
    #[error("the server does not answer in time")]
    Silent,
    #[error("{0} messages are not taken yet")]
    Untaken(usize),
}

impl From<ImapError> for Trouble {
    fn from(error: ImapError) -> Self {
        Self::Broken(match error {
            ImapError::Io(_) => "connection",
            ImapError::Bad(_) => "BAD",
            ImapError::No(_) => "NO",
            ImapError::ConnectionLost => "closed",
            ImapError::Parse(_) => "not understood",
            _ => "other",
        })
    }
}

/// Connects, signs in and opens the folder once; nothing is read.
pub async fn try_out(settings: &Settings) -> Result<(), Trouble> {
    Mailbox::open(settings).await?.leave().await;
    Ok(())
}

/// Keeps the mailbox until it is told to stop: connects, takes, waits for news, and begins anew after
/// whatever fails.
pub async fn keep<I: Intake>(settings: Settings, intake: Arc<I>, stop: CancellationToken) {
    let settings = Arc::new(settings);
    let mut wait = settings.waits.first;
    while !stop.is_cancelled() {
        let mut went_well = false;
        // A task of its own: whatever panics in it is one more failure.
        let visit = tokio::spawn(visit(Arc::clone(&settings), Arc::clone(&intake), stop.clone()));
        match visit.await {
            Ok((well, Ok(()))) => went_well = well,
            Ok((well, Err(trouble))) => {
                went_well = well;
                tracing::warn!(host = settings.host, folder = settings.folder, %trouble, "mailbox");
            }
            Err(_) => tracing::error!(host = settings.host, "reading the mailbox failed"),
        }
        wait = if went_well { settings.waits.first } else { wait };
        tokio::select! {
            () = stop.cancelled() => {}
            () = tokio::time::sleep(wait) => {}
        }
        wait = (wait * 2).min(settings.waits.longest);
    }
}

/// One connection, from sign-in to its end; also answers whether a round went well.
async fn visit<I: Intake>(
    settings: Arc<Settings>,
    intake: Arc<I>,
    stop: CancellationToken,
) -> (bool, Result<(), Trouble>) {
    let mut well = false;
    let ended = rounds(&settings, &intake, &stop, &mut well).await;
    (well, ended)
}

async fn rounds<I: Intake>(
    settings: &Settings,
    intake: &Arc<I>,
    stop: &CancellationToken,
    well: &mut bool,
) -> Result<(), Trouble> {
    let opening = Mailbox::open(settings);
    let mut mailbox = tokio::select! {
        () = stop.cancelled() => return Ok(()),
        opened = opening => opened?,
    };
    tracing::info!(host = settings.host, folder = settings.folder, "keeping a mailbox");
    while !stop.is_cancelled() {
        match round(&mut mailbox, settings, intake, stop).await? {
            // What could not be taken is not asked for again at once.
            Round { untaken, .. } if untaken > 0 => return Err(Trouble::Untaken(untaken)),
            Round { taken, .. } if taken > 0 => *well = true,
            // Only an empty look may be followed by waiting: news could have come with the last answers.
            Round { .. } => {
                *well = true;
                mailbox = mailbox.wait(&settings.waits, stop).await?;
            }
        }
    }
    mailbox.leave().await;
    Ok(())
}

struct Round {
    taken: usize,
    untaken: usize,
}

/// Takes everything that is there now.
async fn round<I: Intake>(
    mailbox: &mut Mailbox,
    settings: &Settings,
    intake: &Arc<I>,
    stop: &CancellationToken,
) -> Result<Round, Trouble> {
    let mut round = Round { taken: 0, untaken: 0 };
    for uid in mailbox.untaken().await? {
        if stop.is_cancelled() {
            break;
        }
        // Gone meanwhile: somebody else moved or deleted it.
        let Some(found) = mailbox.fetch(uid, settings.max_bytes).await? else { continue };
        let (raw, cut) = match found {
            Found::Whole(raw) => (raw, None),
            Found::Header { raw, size } => (raw, Some(size)),
        };
        let handed = Handed {
            raw,
            way: Way::Imap,
            recipient: settings.recipient.clone(),
            return_path: None,
            client: None,
            cut,
        };
        match hand_over(intake, handed).await {
            Ok(_) if cut.is_some() => mailbox.mark(uid, Mark::TooLarge).await?,
            Ok(_) => mailbox.mark(uid, Mark::Taken).await?,
            Err(TakeError::TooLarge) => mailbox.mark(uid, Mark::TooLarge).await?,
            Err(TakeError::Later(why)) => {
                tracing::warn!(host = settings.host, uid, why, "a mail was not taken; it stays");
                round.untaken += 1;
                continue;
            }
        }
        round.taken += 1;
    }
    Ok(round)
}
