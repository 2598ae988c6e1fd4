//! M11: each provider sends over its own server, and what comes back there is read.

use std::{net::TcpListener, sync::Arc, time::Duration};

use pforte_core::kernel::{ProviderId, Span};
use pforte_mail::transport::server::{Limits, Protocol, Settings, serve};
use pforte_server::{MailTarget, cx::relay::SmtpTls, post::deliver_due};
use pforte_store::outbox::{Message, Origin, Place, put};
use pforte_testkit::{Takes, TestApp, TestDb, entries_named, entries_until, on_both_stores};
use tokio_util::sync::CancellationToken;

use crate::host::{Host, password, until};

async fn write(app: &TestApp, provider: ProviderId, recipient: &str) {
    let now = app.app.sources.now();
    let message = Message {
        id: app.app.sources.id(now),
        provider,
        recipient: recipient.into(),
        subject: "x".into(),
        body: "x".into(),
        origin: Origin::Notice,
        ticket: None,
        contact: None,
        message: None,
        place: Place::default(),
        attempts: 0,
        created_at: now,
    };
    let written = app.app.writer.upkeep(move |tx| Box::pin(async move { put(tx, &message).await }));
    written.await.expect("it is written");
}

on_both_stores! {
    async fn m11_two_providers_send_over_two_servers_and_an_outage_of_one_waits_alone(db: TestDb) {
        let (Some(shared), Some(mut own)) = (Host::start(), Host::start()) else { return };
        let app = TestApp::start_with(db, |settings| {
            settings.mail = MailTarget::Smtp(shared.smtp(SmtpTls::StartTls, password()));
            let far = settings.support.iter_mut().find(|one| one.provider.as_deref() == Some("suedwind"));
            far.expect("suedwind").smtp = Some(own.smtp(SmtpTls::Implicit, own.application()));
        })
        .await;
        let (near, far) = (app.world.near.provider, app.world.far.provider);
        let taken = |host: &Host, from: &str| {
            host.postfix.told().lines().filter(|line| line.contains(&format!("from=<support@{from}.example>"))).count()
        };
        for provider in [near, far] {
            write(&app, provider, "ada@oduya.example").await;
        }
        assert_eq!(deliver_due(&app.app).await.expect("it delivers"), 2, "{}", own.told());
        until("logged", || taken(&shared, "nordlicht") == 1 && taken(&own, "suedwind") == 1).await;
        assert_eq!((taken(&shared, "suedwind"), taken(&own, "nordlicht")), (0, 0));
        own.postfix.stop();
        for provider in [near, far] {
            write(&app, provider, "ada@oduya.example").await;
        }
        assert_eq!(deliver_due(&app.app).await.expect("it delivers"), 1, "one waits");
        assert!(entries_named(&app.app, far, "mail.undelivered").await.is_empty());
        own.postfix.run();
        app.advance(Span::minutes(2));
        assert_eq!(deliver_due(&app.app).await.expect("it delivers"), 1, "it goes on by itself");
    }
}

/// A server that accepts and says nothing takes up every place of its own lane, and of no other.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn m11_a_server_that_hangs_holds_up_no_other_providers_mails() {
    let Some(host) = Host::start() else { return };
    let silent = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = silent.local_addr().expect("an address").port();
    let app = TestApp::start_with(TestDb::sqlite(), |settings| {
        settings.mail = MailTarget::Smtp(host.smtp(SmtpTls::StartTls, password()));
        let mut smtp = host.smtp(SmtpTls::StartTls, password());
        smtp.port = port;
        let far = settings.support.iter_mut().find(|one| one.provider.as_deref() == Some("suedwind"));
        far.expect("suedwind").smtp = Some(smtp);
    })
    .await;
    for n in 0..20 {
        write(&app, app.world.far.provider, &format!("far{n}@oduya.example")).await;
    }
    for n in 0..20 {
        write(&app, app.world.near.provider, &format!("near{n}@oduya.example")).await;
    }
    let shared = Arc::clone(&app.app);
    let delivering = tokio::spawn(async move { deliver_due(&shared).await });
    until("delivered", || host.postfix.taken().len() == 20).await;
    delivering.abort();
}

/// What cannot be delivered goes back to the bounce address, and marks the mail and its recipient.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn m11_a_mail_that_comes_back_to_the_bounce_address_is_known() {
    let door = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = door.local_addr().expect("an address").port();
    let Some(host) = Host::taking(Takes::Lmtp { domain: "nordlicht.example", port }) else { return };
    let app = TestApp::start_with(TestDb::sqlite(), |settings| {
        settings.mail = MailTarget::Smtp(host.smtp(SmtpTls::StartTls, password()));
        let near = settings.support.iter_mut().find(|one| one.provider.as_deref() == Some("nordlicht"));
        near.expect("nordlicht").bounce_address = Some("bounces@nordlicht.example".into());
    })
    .await;
    let (near, stop) = (app.world.near.provider, CancellationToken::new());
    let intake = Arc::new(pforte_server::post::intake(Arc::clone(&app.app)));
    let settings = Settings {
        protocol: Protocol::Lmtp,
        host: "support.example".into(),
        tls: None,
        peers: vec![],
        limits: Limits::default(),
    };
    let serving = tokio::spawn(serve(door, settings, intake, stop.clone()));
    write(&app, near, "gone@elsewhere.example").await;
    assert_eq!(deliver_due(&app.app).await.expect("it delivers"), 1, "{}", host.told());
    let waited =
        tokio::time::timeout(Duration::from_secs(20), entries_until(&app.app, near, "mail.bounced", 1));
    assert!(waited.await.is_ok_and(|found| found.len() == 1), "{}", host.told());
    assert!(host.postfix.told().contains("from=<bounces@nordlicht.example>"), "{}", host.told());
    stop.cancel();
    let _ = serving.await;
}
