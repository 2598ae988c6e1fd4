//! Taking mail from mail servers: LMTP (from the one in front of us) and SMTP (directly).
//!
//! Receives for our own addresses only: there is no relaying, no authentication, no XCLIENT; XFORWARD
//! is heard in LMTP only. A message is answered with 250 only after the intake has taken it. Everything is bounded: connections, lines,
//! messages, recipients, faults, time and the bytes that all connections hold together.
//! Start reading at `session.rs`, the dialogue; `body.rs` finds the end of a message.

mod body;
mod forward;
mod session;
mod wire;

use std::{
    io,
    net::{IpAddr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use rustls::ServerConfig;
use tokio::{
    io::AsyncWriteExt,
    net::{TcpListener, TcpStream},
    sync::Semaphore,
    task::JoinSet,
    time::timeout,
};
use tokio_util::sync::CancellationToken;

use super::Intake;
use session::Session;

/// Which of the two dialogues is spoken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Protocol {
    /// RFC 2033: an answer for each recipient after the message.
    Lmtp,
    /// RFC 5321: one answer for all.
    Smtp,
}

/// How a listener behaves.
#[derive(Debug, Clone)]
pub struct Settings {
    pub protocol: Protocol,
    /// What we call ourselves.
    pub host: String,
    /// With it STARTTLS is offered.
    pub tls: Option<Arc<ServerConfig>>,
    /// Who may connect; nobody in it means everybody.
    pub peers: Vec<IpAddr>,
    pub limits: Limits,
}

/// The bounds of a listener.
#[derive(Debug, Clone)]
pub struct Limits {
    pub message_bytes: usize,
    pub connections: usize,
    /// Of one address that is not this machine's.
    pub connections_of_one: usize,
    pub recipients: usize,
    /// On one connection.
    pub messages: usize,
    /// Commands that cannot be carried out, on one connection.
    pub faults: usize,
    /// Without a byte from the peer.
    pub idle: Duration,
    /// Of a connection in all.
    pub lifetime: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            message_bytes: 50 * 1024 * 1024,
            connections: 64,
            connections_of_one: 16,
            recipients: 100,
            messages: 100,
            faults: 20,
            idle: Duration::from_secs(300),
            lifetime: Duration::from_secs(3_600),
        }
    }
}

/// What all connections of a listener share.
pub(crate) struct Shared<I> {
    pub settings: Settings,
    pub intake: Arc<I>,
    /// One permit is 1 KiB of message in memory.
    pub memory: Arc<Semaphore>,
    pub stop: CancellationToken,
}

/// Messages of the largest size that all connections may hold together.
const LARGEST_AT_ONCE: usize = 4;

/// Takes mail until it is told to stop; then connections end, and what is being taken is still answered.
pub async fn serve<I: Intake>(
    listener: TcpListener,
    settings: Settings,
    intake: Arc<I>,
    stop: CancellationToken,
) -> io::Result<()> {
    let memory = (settings.limits.message_bytes / 1024 + 1) * LARGEST_AT_ONCE;
    let shared =
        Arc::new(Shared { settings, intake, memory: Arc::new(Semaphore::new(memory)), stop: stop.clone() });
    let mut open = JoinSet::new();
    let mut peers: Vec<(tokio::task::Id, IpAddr)> = Vec::new();
    loop {
        let accepted = tokio::select! {
            () = stop.cancelled() => break,
            Some(ended) = open.join_next_with_id(), if !open.is_empty() => {
                let id = ended.map_or_else(|error| error.id(), |(id, ())| id);
                peers.retain(|(of, _)| *of != id);
                continue;
            }
            accepted = listener.accept() => accepted,
        };
        let Ok((stream, peer)) = accepted else {
            // Out of descriptors, or gone before it was there: neither is worth ending for.
            tokio::time::sleep(Duration::from_millis(100)).await;
            continue;
        };
        let ip = peer.ip().to_canonical();
        if let Some(why) = shared.settings.unwelcome(ip, &peers) {
            turn_away(stream, &shared.settings.host, why).await;
            continue;
        }
        let shared = Arc::clone(&shared);
        let task = open.spawn(async move { converse(stream, peer, shared).await });
        peers.push((task.id(), ip));
    }
    drop(listener);
    while open.join_next().await.is_some() {}
    Ok(())
}

impl Settings {
    /// Why a peer cannot be served now, as the end of a 421 or 554.
    fn unwelcome(&self, ip: IpAddr, open: &[(tokio::task::Id, IpAddr)]) -> Option<&'static str> {
        if !self.peers.is_empty() && !self.peers.contains(&ip) {
            return Some("554 5.7.1 You are not among those who may deliver here");
        }
        let of_one = open.iter().filter(|(_, other)| *other == ip).count();
        let too_many = open.len() >= self.limits.connections
            || (!ip.is_loopback() && of_one >= self.limits.connections_of_one);
        too_many.then_some("421 4.7.0 Too many connections; please try again later")
    }
}

async fn turn_away(mut stream: TcpStream, host: &str, why: &str) {
    let (code, text) = why.split_at(10);
    let line = format!("{code}{host} {text}\r\n");
    let _ = timeout(Duration::from_secs(1), stream.write_all(line.as_bytes())).await;
}

async fn converse<I: Intake>(stream: TcpStream, peer: SocketAddr, shared: Arc<Shared<I>>) {
    let _ = stream.set_nodelay(true);
    let lifetime = shared.settings.limits.lifetime;
    let mut session = Session::new(shared, peer.ip().to_canonical());
    match timeout(lifetime, session.run(Box::new(stream))).await {
        Ok(Ok(())) => {}
        Ok(Err(error)) => tracing::debug!(%peer, %error, "a mail connection broke off"),
        Err(_) => tracing::debug!(%peer, "a mail connection took too long"),
    }
}
