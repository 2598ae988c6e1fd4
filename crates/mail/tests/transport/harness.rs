//! An intake that remembers, a listener, and a peer that speaks raw bytes.

use std::{
    collections::VecDeque,
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::Duration,
};

use pforte_mail::transport::{
    Handed, Intake, TakeError, Taken,
    server::{self, Limits, Protocol, Settings},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::watch,
    time::timeout,
};
use tokio_util::sync::CancellationToken;

/// Nothing here takes longer, even on a busy machine.
pub const LONG: Duration = Duration::from_secs(60);

/// What an intake does with the next message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mood {
    Later,
    TooLarge,
    Panic,
    /// Takes it, and never says so: as if the program died in between.
    Silent,
}

/// Takes everything for `support@nordlicht.example` and `hilfe@nordlicht.example`, unless told otherwise.
pub struct Collector {
    moods: Mutex<VecDeque<Mood>>,
    taken: watch::Sender<Vec<Handed>>,
}

impl Collector {
    pub fn new() -> Arc<Self> {
        Arc::new(Self { moods: Mutex::default(), taken: watch::Sender::new(vec![]) })
    }

    /// What happens to the next messages.
    pub fn will(&self, moods: &[Mood]) {
        self.moods.lock().expect("a lock").extend(moods);
    }

    pub fn taken(&self) -> Vec<Handed> {
        self.taken.borrow().clone()
    }

    /// Waits until this many were taken.
    pub async fn until(&self, count: usize) -> Vec<Handed> {
        let mut watching = self.taken.subscribe();
        let waiting = watching.wait_for(|taken| taken.len() >= count);
        let waited = timeout(LONG, waiting).await;
        assert!(waited.is_ok(), "{count} wanted, {} came", self.taken().len());
        drop(waited);
        self.taken()
    }
}

impl Intake for Collector {
    fn accepts(&self, recipient: &str) -> bool {
        ["support@nordlicht.example", "hilfe@nordlicht.example"]
            .iter()
            .any(|own| own.eq_ignore_ascii_case(recipient))
    }

    async fn take(&self, handed: Handed) -> Result<Taken, TakeError> {
        let mood = self.moods.lock().expect("a lock").pop_front();
        match mood {
            Some(Mood::Later) => return Err(TakeError::Later("the disk is full".into())),
            Some(Mood::TooLarge) => return Err(TakeError::TooLarge),
            Some(Mood::Panic) => panic!("as wished by the test"),
            Some(Mood::Silent) | None => {}
        }
        self.taken.send_modify(|taken| taken.push(handed));
        if mood == Some(Mood::Silent) {
            std::future::pending::<()>().await;
        }
        Ok(Taken::New)
    }
}

/// A listener under test.
pub struct Door {
    pub at: SocketAddr,
    pub intake: Arc<Collector>,
    stop: CancellationToken,
}

impl Door {
    pub async fn open(protocol: Protocol) -> Self {
        Self::open_with(protocol, |_| {}).await
    }

    pub async fn open_with(protocol: Protocol, change: impl FnOnce(&mut Settings)) -> Self {
        let mut settings = Settings {
            protocol,
            host: "support.example".into(),
            tls: None,
            peers: vec![],
            limits: Limits::default(),
        };
        change(&mut settings);
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let at = listener.local_addr().expect("an address");
        let (intake, stop) = (Collector::new(), CancellationToken::new());
        tokio::spawn(server::serve(listener, settings, Arc::clone(&intake), stop.clone()));
        Self { at, intake, stop }
    }

    /// A peer that was greeted.
    pub async fn peer(&self) -> Peer {
        let mut peer = self.call().await;
        assert!(peer.answer().await.starts_with("220 support.example "));
        peer
    }

    /// A peer, before any greeting.
    pub async fn call(&self) -> Peer {
        Peer { stream: TcpStream::connect(self.at).await.expect("connects"), read: vec![] }
    }

    /// A peer with a message begun: the next bytes are the message.
    pub async fn peer_in_data(&self) -> Peer {
        let mut peer = self.peer().await;
        peer.begin().await;
        peer
    }

    pub fn stop(&self) {
        self.stop.cancel();
    }
}

/// Somebody who speaks to a listener.
pub struct Peer {
    pub stream: TcpStream,
    read: Vec<u8>,
}

impl Peer {
    pub async fn send(&mut self, bytes: impl AsRef<[u8]>) {
        self.stream.write_all(bytes.as_ref()).await.expect("sends");
    }

    /// Sends a command and answers the reply.
    pub async fn say(&mut self, line: &str) -> String {
        self.send(format!("{line}\r\n")).await;
        self.answer().await
    }

    /// Hello, envelope and DATA, in whichever protocol the listener speaks.
    pub async fn begin(&mut self) {
        let hello = self.say("LHLO mx.oduya-ceramics.example").await;
        if !hello.starts_with("250") {
            assert!(self.say("EHLO mx.oduya-ceramics.example").await.starts_with("250"));
        }
        assert!(self.say("MAIL FROM:<marta@oduya-ceramics.example>").await.starts_with("250 "));
        assert!(self.say("RCPT TO:<support@nordlicht.example>").await.starts_with("250 "));
        assert!(self.say("DATA").await.starts_with("354 "));
    }

    /// The next reply, with all its lines.
    pub async fn answer(&mut self) -> String {
        timeout(LONG, async {
            let mut reply = String::new();
            loop {
                let line = self.line().await.expect("a reply, but the connection is closed");
                let last = line.as_bytes().get(3) != Some(&b'-');
                reply += &line;
                reply.push('\n');
                if last {
                    return reply;
                }
            }
        })
        .await
        .expect("an answer in time")
    }

    /// Waits until the listener closes; answers what it said before.
    pub async fn closed(&mut self) -> String {
        timeout(LONG, async {
            let mut said = String::new();
            while let Some(line) = self.line().await {
                said += &line;
                said.push('\n');
            }
            said
        })
        .await
        .expect("it closes in time")
    }

    async fn line(&mut self) -> Option<String> {
        loop {
            if let Some(end) = self.read.windows(2).position(|pair| pair == b"\r\n") {
                let line: Vec<u8> = self.read.drain(..end + 2).collect();
                return Some(String::from_utf8_lossy(&line[..end]).into_owned());
            }
            let mut more = [0; 4096];
            match self.stream.read(&mut more).await {
                Ok(0) | Err(_) => return None,
                Ok(count) => self.read.extend_from_slice(&more[..count]),
            }
        }
    }
}
