//! A mail host with a Postfix, a Dovecot and a token server.

use std::{sync::Arc, time::Duration};

use lettre::address::Envelope;
use pforte_mail::{
    oauth::{Settings, SignIn},
    transport::Login,
};
use pforte_server::cx::relay::{Relay, Smtp, SmtpTls};
use pforte_testkit::{Dovecot, MAILBOX_PASSWORD, Postfix, Takes, TokenServer};

pub const USER: &str = "support@nordlicht.example";

/// A mail host; it ends with the value.
pub struct Host {
    pub tokens: TokenServer,
    pub postfix: Postfix,
    pub dovecot: Dovecot,
    pub folder: tempfile::TempDir,
}

impl Host {
    /// One that takes every mail, if the machine has what it needs.
    pub fn start() -> Option<Self> {
        Self::taking(Takes::All)
    }

    pub fn taking(takes: Takes) -> Option<Self> {
        let tokens = TokenServer::start(USER);
        let dovecot = Dovecot::with_tokens(&tokens.introspection())?;
        let postfix = Postfix::start(&dovecot, takes)?;
        let folder = tempfile::tempdir().expect("a folder");
        Some(Self { tokens, postfix, dovecot, folder })
    }

    pub fn smtp(&self, tls: SmtpTls, login: Login) -> Smtp {
        let port = match tls {
            SmtpTls::Implicit => self.postfix.submissions,
            SmtpTls::StartTls => self.postfix.submission,
            SmtpTls::None => self.postfix.plain,
        };
        let ca = Some(self.postfix.certificate.clone().into_bytes());
        Smtp { ca, login: Some(login), ..Smtp::new("localhost", port, tls) }
    }

    /// The application signs in by itself.
    pub fn application(&self) -> Login {
        login(self.tokens.application(self.folder.path()))
    }

    /// A person has signed in.
    pub fn person(&self) -> Login {
        login(self.tokens.person(self.folder.path()))
    }

    /// The logs of both servers.
    pub fn told(&self) -> String {
        format!("{}\n{}", self.postfix.told(), self.dovecot.told())
    }
}

pub fn login(settings: Settings) -> Login {
    Login::token(USER, Arc::new(SignIn::new(settings).expect("settings")))
}

pub fn password() -> Login {
    Login::password(USER, MAILBOX_PASSWORD)
}

pub async fn send(relay: &Relay) -> Result<(), String> {
    send_to(relay, "ada@oduya.example").await
}

pub async fn send_to(relay: &Relay, recipient: &str) -> Result<(), String> {
    let address = |text: &str| text.parse().expect("an address");
    let envelope = Envelope::new(Some(address(USER)), vec![address(recipient)]).expect("one");
    let mail = b"From: support@nordlicht.example\r\nTo: ada@oduya.example\r\nSubject: x\r\n\r\nHello.\r\n";
    relay.send(&envelope, mail).await.map_err(|unsent| unsent.to_string())
}

/// Waits, at most ten seconds, until it is so.
pub async fn until(what: &str, so: impl Fn() -> bool) {
    let waits = async {
        while !so() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), waits).await.unwrap_or_else(|_| panic!("not {what}"));
}
