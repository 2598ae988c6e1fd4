//! M11: a mailbox is read with a token.

use std::sync::Arc;

use pforte_mail::transport::{
    Login,
    imap::{After, Settings, Waits, keep, try_out},
};
use pforte_testkit::{TestApp, TestDb, entries_until};
use tokio_util::sync::CancellationToken;

use crate::host::{Host, USER, password};

fn settings(host: &Host, login: Login) -> Settings {
    Settings {
        host: "localhost".into(),
        port: host.dovecot.imaps,
        tls: true,
        ca: Some(host.dovecot.certificate.clone().into_bytes()),
        login,
        folder: "INBOX".into(),
        after: After::Keep,
        recipient: USER.into(),
        max_bytes: 1024 * 1024,
        waits: Waits::default(),
    }
}

async fn tried(settings: &Settings) -> Result<(), String> {
    try_out(settings).await.map_err(|trouble| trouble.to_string())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn m11_a_mailbox_is_read_with_a_token_that_is_replaced_when_it_is_refused() {
    let Some(host) = Host::start() else { return };
    let app = TestApp::start(TestDb::sqlite()).await;
    host.dovecot.deliver("support", b"From: marta@oduya.example\r\nSubject: Ofen\r\n\r\nKalt.\r\n");
    let settings = settings(&host, host.person());
    let stop = CancellationToken::new();
    let intake = Arc::new(pforte_server::post::intake(Arc::clone(&app.app)));
    let keeping = tokio::spawn(keep(settings.clone(), intake, stop.clone()));
    entries_until(&app.app, app.world.near.provider, "mail.received", 1).await;
    stop.cancel();
    keeping.await.expect("it ends");
    assert_eq!(host.tokens.given(), 1);
    host.tokens.take_back();
    assert_eq!(tried(&settings).await, Ok(()), "{}", host.dovecot.told());
    assert_eq!(host.tokens.given(), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn m11_what_is_wrong_with_a_mailbox_is_told() {
    let Some(host) = Host::start() else { return };
    let good = || settings(&host, password());
    let stranger = Login { user: "stranger@nordlicht.example".into(), ..host.application() };
    let cases = [
        (Settings { ca: None, ..good() }, "certificate is from an authority that is not known here"),
        (Settings { host: "127.0.0.1".into(), ..good() }, "certificate is for another name"),
        (Settings { port: host.dovecot.imap, ..good() }, "does not begin with TLS"),
        (Settings { login: Login::password(USER, "wrong"), ..good() }, "user or password is not accepted"),
        (Settings { login: stranger, ..good() }, "the token is not accepted; may the app read this mailbox"),
        (Settings { folder: "Nowhere".into(), ..good() }, "the folder cannot be opened"),
    ];
    for (settings, why) in cases {
        let said = tried(&settings).await.expect_err(why);
        assert!(said.contains(why), "{why}: {said}");
    }
    assert_eq!(tried(&good()).await, Ok(()));
}
