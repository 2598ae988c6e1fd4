//! One signed-in connection with one folder open.

use std::{future::Future, time::Duration};

use async_imap::{
    Authenticator, Client, Session,
    error::Error as ImapError,
    types::{Flag, UnsolicitedResponse},
};
use bytes::Bytes;
use futures_util::TryStreamExt;
use secrecy::ExposeSecret;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use super::{After, Settings, Trouble, Waits, connect::connect, utf7};
use crate::{
    oauth::Token,
    transport::{With, stream::Stream},
};

/// The mark on what was taken, where the server keeps such marks.
const KEYWORD: &str = "PforteTaken";
/// A message is fetched in pieces of this size: one buffer holds it, and no more than a piece besides.
const PIECE: usize = 1024 * 1024;
/// Of a message that is too large, no more of the header than this.
const HEADER_BYTES: usize = 256 * 1024;
/// Messages looked at in one round; more come in the next.
const AT_ONCE: usize = 1_000;

pub(super) struct Mailbox {
    session: Session<Box<dyn Stream>>,
    answer: Duration,
    keywords: bool,
    idle: bool,
    uidplus: bool,
    after: After,
}

/// A message that was fetched.
pub(super) enum Found {
    Whole(Bytes),
    /// It is too large; this is its header.
    Header {
        raw: Bytes,
        size: u64,
    },
}

/// What is noted on a message.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Mark {
    Taken,
    TooLarge,
}

impl Mailbox {
    /// Connects, signs in and opens the folder.
    pub(super) async fn open(settings: &Settings) -> Result<Self, Trouble> {
        let answer = settings.waits.answer;
        let mut session = sign_in(settings).await?;
        let can = in_time(answer, session.capabilities()).await?;
        let opened = in_time(answer, session.select(utf7::encode(&settings.folder))).await;
        let opened = opened.map_err(|trouble| match trouble {
            Trouble::Broken("NO" | "BAD") => Trouble::Folder,
            other => other,
        })?;
        Ok(Self {
            answer,
            keywords: opened.permanent_flags.iter().any(|flag| match flag {
                Flag::MayCreate => true,
                Flag::Custom(name) => name.eq_ignore_ascii_case(KEYWORD),
                _ => false,
            }),
            idle: can.has_str("IDLE"),
            uidplus: can.has_str("UIDPLUS"),
            after: settings.after,
            session,
        })
    }

    /// What was not taken yet, oldest first.
    pub(super) async fn untaken(&mut self) -> Result<Vec<u32>, Trouble> {
        // Whatever was told before this look is answered by it.
        while self.session.unsolicited_responses.try_recv().is_ok() {}
        let query = if self.keywords {
            format!("UNDELETED UNKEYWORD {KEYWORD}")
        } else {
            "UNDELETED UNSEEN".to_owned()
        };
        let found = in_time(self.answer, self.session.uid_search(query)).await?;
        let mut uids: Vec<u32> = found.into_iter().collect();
        uids.sort_unstable();
        uids.truncate(AT_ONCE);
        Ok(uids)
    }

    /// Fetches a message without changing its marks; `None` if it is not there any more.
    pub(super) async fn fetch(&mut self, uid: u32, max_bytes: usize) -> Result<Option<Found>, Trouble> {
        let Some(size) = self.size(uid).await? else { return Ok(None) };
        if size > max_bytes {
            return self.header(uid, size).await;
        }
        let mut raw = Vec::new();
        raw.reserve_exact(size);
        // Some servers only estimate the size: the end is where a piece comes short.
        loop {
            let before = raw.len();
            if !self.piece(uid, &format!("BODY.PEEK[]<{before}.{PIECE}>"), &mut raw).await? && before < size {
                return Ok(None);
            }
            if raw.len() > max_bytes {
                drop(raw);
                return self.header(uid, size.max(max_bytes + 1)).await;
            }
            if raw.len() - before < PIECE {
                return Ok(Some(Found::Whole(raw.into())));
            }
        }
    }

    async fn header(&mut self, uid: u32, size: usize) -> Result<Option<Found>, Trouble> {
        let mut raw = Vec::new();
        let there = self.piece(uid, &format!("BODY.PEEK[HEADER]<0.{HEADER_BYTES}>"), &mut raw).await?;
        Ok(there.then(|| Found::Header { raw: raw.into(), size: size as u64 }))
    }

    async fn size(&mut self, uid: u32) -> Result<Option<usize>, Trouble> {
        let session = &mut self.session;
        in_time(self.answer, async {
            let mut fetched = session.uid_fetch(uid.to_string(), "(UID RFC822.SIZE)").await?;
            let mut size = None;
            while let Some(fetch) = fetched.try_next().await? {
                if fetch.uid == Some(uid) {
                    size = fetch.size.map(|size| size as usize).or(size);
                }
            }
            Ok(size)
        })
        .await
    }

    /// Appends one piece; `false` if the server gave none.
    async fn piece(&mut self, uid: u32, what: &str, raw: &mut Vec<u8>) -> Result<bool, Trouble> {
        let session = &mut self.session;
        in_time(self.answer, async {
            let mut fetched = session.uid_fetch(uid.to_string(), format!("(UID {what})")).await?;
            let mut there = false;
            while let Some(fetch) = fetched.try_next().await? {
                if fetch.uid != Some(uid) {
                    continue;
                }
                if let Some(piece) = fetch.body().or_else(|| fetch.header()) {
                    raw.extend_from_slice(piece);
                    there = true;
                }
            }
            Ok(there)
        })
        .await
    }

    /// Notes on the message what became of it. What was too large is never deleted.
    pub(super) async fn mark(&mut self, uid: u32, mark: Mark) -> Result<(), Trouble> {
        let keyword = if self.keywords { format!(" {KEYWORD}") } else { String::new() };
        let flags = match (mark, self.after) {
            (Mark::TooLarge, _) => format!("\\Seen \\Flagged{keyword}"),
            (Mark::Taken, After::Keep) => format!("\\Seen{keyword}"),
            (Mark::Taken, After::Delete) => format!("\\Seen \\Deleted{keyword}"),
        };
        self.run(&format!("UID STORE {uid} +FLAGS.SILENT ({flags})")).await?;
        if mark == Mark::Taken && self.after == After::Delete {
            // Without UIDPLUS only everything that is marked as deleted can be removed.
            let remove = if self.uidplus { format!("UID EXPUNGE {uid}") } else { "EXPUNGE".into() };
            self.run(&remove).await?;
        }
        Ok(())
    }

    async fn run(&mut self, command: &str) -> Result<(), Trouble> {
        in_time(self.answer, self.session.run_command_and_check_ok(command)).await
    }

    /// Waits until the server tells news, or until it is time to look anyway.
    pub(super) async fn wait(mut self, waits: &Waits, stop: &CancellationToken) -> Result<Self, Trouble> {
        if self.news() {
            return Ok(self);
        }
        if !self.idle {
            tokio::select! {
                () = stop.cancelled() => {}
                () = tokio::time::sleep(waits.poll) => {}
            }
            in_time(self.answer, self.session.noop()).await?;
            return Ok(self);
        }
        let told = self.session.unsolicited_responses.clone();
        let mut idle = self.session.idle();
        in_time(self.answer, idle.init()).await?;
        // News may have come before the waiting began.
        let news = std::iter::from_fn(|| told.try_recv().ok()).any(|response| is_news(&response));
        if !news {
            let (waiting, _interrupt) = idle.wait_with_timeout(waits.renew);
            tokio::select! {
                () = stop.cancelled() => {}
                waited = timeout(waits.renew, waiting) => if let Ok(waited) = waited { waited?; },
            }
        }
        self.session = in_time(self.answer, idle.done()).await?;
        Ok(self)
    }

    /// Whether something was told since the last look that asks for another.
    fn news(&mut self) -> bool {
        let told = &self.session.unsolicited_responses;
        std::iter::from_fn(|| told.try_recv().ok()).any(|response| is_news(&response))
    }

    /// Says goodbye; whatever goes wrong with that does not matter.
    pub(super) async fn leave(mut self) {
        let _ = timeout(Duration::from_secs(2), self.session.logout()).await;
    }
}

/// A token that is refused is replaced once: it may have been taken back before its time.
async fn sign_in(settings: &Settings) -> Result<Session<Box<dyn Stream>>, Trouble> {
    let With::Token(tokens) = &settings.login.with else {
        return sign_in_with(settings, None).await;
    };
    let token = tokens.token().await?;
    match sign_in_with(settings, Some(&token)).await {
        Err(Trouble::Token) => match tokens.instead_of(&token).await? {
            Some(other) => sign_in_with(settings, Some(&other)).await,
            None => Err(Trouble::Token),
        },
        done => done,
    }
}

async fn sign_in_with(
    settings: &Settings,
    token: Option<&Token>,
) -> Result<Session<Box<dyn Stream>>, Trouble> {
    let (answer, user) = (settings.waits.answer, &settings.login.user);
    let mut client = Client::new(connect(settings).await?);
    in_time(answer, async { client.read_response().await.map_err(ImapError::from) })
        .await?
        .ok_or(Trouble::Broken("closed"))?;
    let signing = async {
        match (&settings.login.with, token) {
            (With::Password(password), _) => client.login(user, password.expose_secret()).await,
            (With::Token(_), None) => Err((ImapError::ConnectionLost, client)),
            (With::Token(_), Some(token)) => client.authenticate("XOAUTH2", Xoauth2::new(token, user)).await,
        }
    };
    match timeout(answer, signing).await {
        Err(_) => Err(Trouble::Silent),
        Ok(Err((ImapError::No(_) | ImapError::Bad(_) | ImapError::Validate(_), _))) => {
            Err(if token.is_some() { Trouble::Token } else { Trouble::SignIn })
        }
        Ok(Err((error, _))) => Err(error.into()),
        Ok(Ok(session)) => Ok(session),
    }
}

/// User and token once; to the server's account of what is wrong with them, nothing.
struct Xoauth2(Option<Vec<u8>>);

impl Xoauth2 {
    fn new(token: &Token, user: &str) -> Self {
        Self(Some(token.xoauth2(user)))
    }
}

impl Authenticator for Xoauth2 {
    type Response = Vec<u8>;

    fn process(&mut self, _challenge: &[u8]) -> Vec<u8> {
        self.0.take().unwrap_or_default()
    }
}

fn is_news(response: &UnsolicitedResponse) -> bool {
    matches!(response, UnsolicitedResponse::Exists(_) | UnsolicitedResponse::Recent(_))
}

async fn in_time<T>(
    answer: Duration,
    asking: impl Future<Output = Result<T, ImapError>>,
) -> Result<T, Trouble> {
    match timeout(answer, asking).await {
        Err(_) => Err(Trouble::Silent),
        Ok(answered) => Ok(answered?),
    }
}
