//! TLS on the way, and what was said before it.

use std::sync::Arc;

use pforte_mail::transport::server::Protocol;
use rustls::{ClientConfig, RootCertStore, ServerConfig, pki_types::ServerName};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio_rustls::TlsConnector;

use crate::harness::Door;

/// A listener's and a peer's side.
fn both_sides() -> (Arc<ServerConfig>, TlsConnector) {
    let signed = rcgen::generate_simple_self_signed(["support.example".to_owned()]).expect("a certificate");
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let certificate = signed.cert.der().clone();
    let server = ServerConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_no_client_auth()
        .with_single_cert(vec![certificate.clone()], signed.signing_key.into())
        .expect("they fit");
    let mut roots = RootCertStore::empty();
    roots.add(certificate).expect("a root");
    let client = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_root_certificates(roots)
        .with_no_client_auth();
    (Arc::new(server), TlsConnector::from(Arc::new(client)))
}

#[tokio::test]
async fn a_message_is_taken_over_tls() {
    let (server, connector) = both_sides();
    let door = Door::open_with(Protocol::Smtp, |settings| settings.tls = Some(server)).await;
    let mut peer = door.peer().await;
    assert!(peer.say("EHLO a.example").await.contains("250-STARTTLS\n"));
    peer.say("MAIL FROM:<before@a.example>").await;
    assert!(peer.say("STARTTLS").await.starts_with("220 "));
    let name = ServerName::try_from("support.example").expect("a name");
    let mut stream = BufReader::new(connector.connect(name, peer.stream).await.expect("TLS"));
    // The envelope from before is forgotten, and so is the hello.
    stream
        .write_all(b"RCPT TO:<support@nordlicht.example>\r\nMAIL FROM:<a@a.example>\r\n")
        .await
        .expect("sends");
    stream.write_all(b"EHLO a.example\r\n").await.expect("sends");
    let mut said = String::new();
    while !said.contains("250 SIZE") {
        assert!(stream.read_line(&mut said).await.expect("reads") > 0);
    }
    assert!(said.starts_with("503 ") && said.contains("\r\n503 "), "{said}");
    assert!(!said.contains("STARTTLS"), "{said}");
    let rest = "MAIL FROM:<a@a.example>\r\nRCPT TO:<support@nordlicht.example>\r\nDATA\r\n";
    stream.write_all(rest.as_bytes()).await.expect("sends");
    while !said.contains("\r\n354 ") {
        assert!(stream.read_line(&mut said).await.expect("reads") > 0);
    }
    stream.write_all(b"Subject: a\r\n\r\nb\r\n.\r\n").await.expect("sends");
    door.intake.until(1).await;
}

/// What was sent in clear text before TLS is never taken for something said in it (CVE-2011-0411).
#[tokio::test]
async fn commands_sent_ahead_of_tls_end_the_connection() {
    let (server, _) = both_sides();
    let door = Door::open_with(Protocol::Smtp, |settings| settings.tls = Some(server)).await;
    let mut peer = door.peer().await;
    peer.say("EHLO a.example").await;
    peer.send("STARTTLS\r\nEHLO b.example\r\nMAIL FROM:<a@a.example>\r\n").await;
    let said = peer.closed().await;
    assert_eq!(said.lines().count(), 1, "{said}");
}
