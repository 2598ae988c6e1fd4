//! M11: mails go out over the ways that the big hosts offer, and only over those.

use std::sync::Arc;

use lettre::address::Envelope;
use pforte_mail::{oauth::SignIn, transport::Login};
use pforte_server::cx::relay::{Relay, Smtp, SmtpTls};
use pforte_testkit::{Dovecot, MAILBOX_PASSWORD, Postfix, Takes, TokenServer};

const USER: &str = "support@nordlicht.example";

/// A mail host.
struct Host {
    tokens: TokenServer,
    postfix: Postfix,
    folder: tempfile::TempDir,
    dovecot: Dovecot,
}

impl Host {
    fn start() -> Option<Self> {
        let tokens = TokenServer::start(USER);
        let dovecot = Dovecot::with_tokens(&tokens.introspection())?;
        let postfix = Postfix::start(&dovecot, Takes::All)?;
        let folder = tempfile::tempdir().expect("a folder");
        Some(Self { tokens, postfix, folder, dovecot })
    }

    fn smtp(&self, tls: SmtpTls, login: Login) -> Smtp {
        let port = match tls {
            SmtpTls::Implicit => self.postfix.submissions,
            SmtpTls::StartTls => self.postfix.submission,
            SmtpTls::None => self.postfix.plain,
        };
        let ca = Some(self.postfix.certificate.clone().into_bytes());
        Smtp { ca, login: Some(login), ..Smtp::new("localhost", port, tls) }
    }

    /// The logs of both servers.
    fn told(&self) -> String {
        format!("{}\n{}", self.postfix.told(), self.dovecot.told())
    }

    /// The application signs in by itself.
    fn application(&self) -> Login {
        let settings = self.tokens.application(self.folder.path());
        Login::token(USER, Arc::new(SignIn::new(settings).expect("settings")))
    }
}

fn password() -> Login {
    Login::password(USER, MAILBOX_PASSWORD)
}

async fn send(relay: &Relay) -> Result<(), String> {
    let address = |text: &str| text.parse().expect("an address");
    let envelope = Envelope::new(Some(address(USER)), vec![address("ada@oduya.example")]).expect("one");
    let mail = b"From: support@nordlicht.example\r\nTo: ada@oduya.example\r\nSubject: x\r\n\r\nHello.\r\n";
    relay.send(&envelope, mail).await.map_err(|unsent| unsent.to_string())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn m11_mails_go_out_with_password_and_token_over_both_kinds_of_tls() {
    let Some(host) = Host::start() else { return };
    for tls in [SmtpTls::StartTls, SmtpTls::Implicit] {
        for login in [password(), host.application()] {
            let sent = send(&Relay::new(host.smtp(tls, login))).await;
            assert_eq!(sent, Ok(()), "{tls:?}\n{}", host.told());
        }
    }
    let expected = ["PLAIN", "XOAUTH2", "PLAIN", "XOAUTH2"];
    let expected = expected.map(|how| format!("sasl_method={how}, sasl_username=support"));
    assert_eq!(host.postfix.taken(), expected);
}
