//! A mail server that takes our mails: how to reach it, and connections that are used again.
//!
//! A connection goes back only when the server and we agree that nothing is half done: whoever is cut off in the
//! middle takes the connection with them. What the server says before a recipient is named is about us, and never
//! an address's fault. Start at [`Relay::send`]; `session.rs` connects and signs in.

mod greeted;
mod session;
mod trouble;

use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

use lettre::{Address, address::Envelope, transport::smtp::Error};
use pforte_mail::transport::Login;
use tokio::time::{Instant, timeout};

use session::Session;
pub use trouble::{Trouble, Unsent};

/// As many connections to one server at once, unless told otherwise.
pub const CONNECTIONS: usize = 8;
/// Unused for so long a connection is given up: servers close theirs after some minutes.
const IDLE: Duration = Duration::from_secs(60);
/// So many mails go over one.
const MAILS: u32 = 100;
/// How long a server may take for a goodbye, or to forget a mail that it refused.
const POLITE: Duration = Duration::from_secs(5);
/// How long one that was used before may take to answer; then it counts as dead, and a new one is made.
const ALIVE: Duration = Duration::from_secs(10);

/// How to reach a mail server.
#[derive(Clone, Debug)]
pub struct Smtp {
    pub host: String,
    pub port: u16,
    pub tls: SmtpTls,
    /// Certificates in PEM that the server's is checked against, instead of the public ones.
    pub ca: Option<Vec<u8>>,
    pub login: Option<Login>,
    /// Mails that are sent at once, at most [`CONNECTIONS`].
    pub connections: usize,
}

impl Smtp {
    /// Without sign-in, checked against the public roots.
    pub fn new(host: impl Into<String>, port: u16, tls: SmtpTls) -> Self {
        Self { host: host.into(), port, tls, ca: None, login: None, connections: CONNECTIONS }
    }
}

/// How the way to it is secured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SmtpTls {
    /// From the first byte (port 465).
    Implicit,
    /// Asked for first (port 587); without it nothing is sent.
    StartTls,
    /// Only for a server on this machine.
    None,
}

/// One mail server, with the connections to it that nobody uses now.
#[derive(Debug)]
pub struct Relay {
    smtp: Smtp,
    idle: Mutex<Vec<Session>>,
}

impl Relay {
    /// Connects to nobody yet.
    pub fn new(smtp: Smtp) -> Self {
        Self { smtp, idle: Mutex::default() }
    }

    /// Mails that may be sent at once.
    pub fn connections(&self) -> usize {
        self.smtp.connections.clamp(1, CONNECTIONS)
    }

    /// Connects, signs in and names the sender, and sends nothing.
    pub async fn try_out(&self, from: Option<&str>) -> Result<(), Trouble> {
        let mut session = session::open(&self.smtp).await?;
        let from = from.and_then(|from| from.parse().ok());
        if let Some(envelope) =
            from.and_then(|from: Address| Envelope::new(Some(from.clone()), vec![from]).ok())
            && let Err(error) = session.sender(&envelope, b"").await
        {
            return Err(session.refuses_sender(error));
        }
        session.leave().await;
        Ok(())
    }

    /// Sends one mail. Whoever drops this on the way closes the connection.
    pub async fn send(&self, envelope: &Envelope, mail: &[u8]) -> Result<(), Unsent> {
        let mut session = self.begin(envelope, mail).await?;
        let sent = session.go_on(envelope, mail).await.map_err(|error| session.told(error));
        let clean = match &sent {
            Ok(()) => true,
            Err(unsent) => session.forgets(unsent).await,
        };
        if clean {
            self.put_back(session);
        }
        sent
    }

    /// A session that has taken the sender. One that died while nobody used it is replaced.
    async fn begin(&self, envelope: &Envelope, mail: &[u8]) -> Result<Session, Unsent> {
        if let Some(mut used) = self.take() {
            match timeout(ALIVE, used.sender(envelope, mail)).await {
                Ok(Ok(())) => return Ok(used),
                Ok(Err(error)) if session::is_alive(&error) => return Err(self.refused(used, error).await),
                // The others are as old.
                _ => drop(self.take_all()),
            }
        }
        let mut new = session::open(&self.smtp).await?;
        match new.sender(envelope, mail).await {
            Ok(()) => Ok(new),
            Err(error) => Err(self.refused(new, error).await),
        }
    }

    /// The server does not take what we send from: it may take another provider's.
    async fn refused(&self, mut session: Session, error: Error) -> Unsent {
        let refused = Unsent::from(session.refuses_sender(error));
        if session.forgets(&refused).await {
            self.put_back(session);
        }
        refused
    }

    /// Says goodbye on connections that nobody used for a while.
    pub fn tidy(&self) {
        let old: Vec<Session> = self.with_idle(|idle| {
            let now = Instant::now();
            let (keep, old) = idle.drain(..).partition(|session| now < session.used + IDLE);
            *idle = keep;
            old
        });
        for session in old {
            tokio::spawn(session.leave());
        }
    }

    /// Says goodbye on all of them.
    pub async fn close(&self) {
        let leaving = self.take_all().into_iter().map(Session::leave);
        futures_util::future::join_all(leaving).await;
    }

    fn take(&self) -> Option<Session> {
        self.tidy();
        self.with_idle(Vec::pop)
    }

    fn take_all(&self) -> Vec<Session> {
        self.with_idle(std::mem::take)
    }

    fn put_back(&self, mut session: Session) {
        session.used = Instant::now();
        session.mails += 1;
        let full = self.with_idle(|idle| idle.len() >= self.connections());
        if full || session.mails >= MAILS {
            tokio::spawn(session.leave());
        } else {
            self.with_idle(|idle| idle.push(session));
        }
    }

    fn with_idle<T>(&self, with: impl FnOnce(&mut Vec<Session>) -> T) -> T {
        with(&mut self.idle.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
