//! M11: tokens are kept while they are good, renewed before they end, and replaced once when they are refused.

use std::{fs, os::unix::fs::PermissionsExt, sync::Arc, time::Duration};

use pforte_mail::{oauth::SignIn, transport::Login};
use pforte_server::cx::relay::{Relay, SmtpTls};
use pforte_testkit::TokenServer;
use serde_json::json;

use crate::host::{Host, USER, send};

/// A relay over which each mail signs in anew.
async fn send_anew(host: &Host, login: &Login) -> Result<(), String> {
    send(&Relay::new(host.smtp(SmtpTls::StartTls, login.clone()))).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn m11_a_token_is_used_again_and_another_one_fetched_in_time_or_when_it_is_refused() {
    let Some(host) = Host::start() else { return };
    let login = host.application();
    for _ in 0..3 {
        assert_eq!(send_anew(&host, &login).await, Ok(()), "{}", host.told());
    }
    assert_eq!(host.tokens.given(), 1, "one for an hour");
    host.tokens.take_back();
    assert_eq!(send_anew(&host, &login).await, Ok(()), "replaced at once\n{}", host.told());
    assert_eq!(host.tokens.given(), 2);
    // One that lives for nothing is over when the next mail asks.
    host.tokens.expires_in(json!("0"));
    host.tokens.take_back();
    for _ in 0..2 {
        assert_eq!(send_anew(&host, &login).await, Ok(()));
    }
    assert_eq!(host.tokens.given(), 4, "refreshed before it is used too late");
    assert_eq!(host.postfix.taken().len(), 6);
}

/// Who is refused with a token that was just fetched asks for no other.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn m11_a_refused_token_is_replaced_once_and_the_refusal_is_told() {
    let Some(host) = Host::start() else { return };
    let mut settings = host.tokens.application(host.folder.path());
    settings.name = "m365".into();
    let sign_in = Arc::new(SignIn::new(settings).expect("settings"));
    let stranger = Login::token("stranger@nordlicht.example", Arc::clone(&sign_in));
    let said = send_anew(&host, &stranger).await.expect_err("not their mailbox");
    assert!(said.contains("does not accept the token") && said.contains("535"), "{said}");
    assert_eq!(host.tokens.given(), 1, "it had just been fetched");
    assert!(send_anew(&host, &stranger).await.is_err());
    assert_eq!(host.tokens.given(), 2);
    assert_eq!(host.postfix.taken(), [""; 0]);
    let shown = format!("{stranger:?} {sign_in:?} {:?}", sign_in.token().await);
    for secret in ["secret-token", "only-for-this-test"] {
        assert!(!said.contains(secret) && !shown.contains(secret), "{said} {shown}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn m11_a_persons_refresh_token_is_exchanged_and_the_new_one_kept_for_its_owner_only() {
    let Some(host) = Host::start() else { return };
    let login = host.person();
    let file = host.folder.path().join("refresh-token");
    assert_eq!(send_anew(&host, &login).await, Ok(()), "{}", host.told());
    assert_eq!(fs::read_to_string(&file).expect("is there").trim(), "refresh-1");
    assert_eq!(fs::metadata(&file).expect("is there").permissions().mode() & 0o777, 0o600);
    host.tokens.take_back();
    assert_eq!(send_anew(&host, &login).await, Ok(()));
    assert_eq!(host.tokens.refresh_token().as_deref(), Some("refresh-2"));
    assert_eq!(fs::read_to_string(&file).expect("is there").trim(), "refresh-2");
}

/// The sentence says what to do, and nothing is lost: after another sign-in it goes on by itself.
#[tokio::test]
async fn m11_what_the_token_server_refuses_is_told_with_what_to_do() {
    let (server, folder) = (TokenServer::start(USER), tempfile::tempdir().expect("a folder"));
    let person = Arc::new(SignIn::new(server.person(folder.path())).expect("settings"));
    let app = Arc::new(SignIn::new(server.application(folder.path())).expect("settings"));
    let file = folder.path().join("refresh-token");
    fs::write(&file, "an old one").expect("writes");
    let told = async |sign_in: &Arc<SignIn>| sign_in.token().await.expect_err("no token").to_string();
    let said = told(&person).await;
    assert!(said.contains("sign in again: pforte mail login host") && !said.contains("an old one"), "{said}");
    fs::remove_file(&file).expect("is there");
    assert!(told(&person).await.contains("nobody has signed in for host yet; run: pforte mail login host"));
    fs::write(&file, "refresh-0\n").expect("writes");
    assert!(person.token().await.is_ok(), "by itself, without a restart");
    server.refuse(Some(("invalid_client", "AADSTS7000215: Invalid client secret provided.")));
    let said = told(&app).await;
    assert!(said.contains("AADSTS7000215") && said.contains("make a new secret"), "{said}");
    assert!(!said.contains("Trace ID"), "{said}");
    server.refuse(Some(("invalid_scope", "")));
    assert!(told(&app).await.contains("may not have this scope"));
    server.refuse(None);
    fs::write(folder.path().join("client-secret"), "").expect("writes");
    assert!(told(&app).await.contains("the file is empty"));
}

/// However many wait for a token, one asks for it; and whoever is cut off loses nothing.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn m11_one_asks_for_a_token_and_the_others_wait_for_it() {
    let (server, folder) = (TokenServer::start(USER), tempfile::tempdir().expect("a folder"));
    let sign_in = Arc::new(SignIn::new(server.person(folder.path())).expect("settings"));
    server.think(Duration::from_millis(300));
    let cut_off = tokio::time::timeout(Duration::from_millis(100), sign_in.token()).await;
    assert!(cut_off.is_err(), "it thinks");
    let waiting = (0..8)
        .map(|_| Arc::clone(&sign_in))
        .map(|one| tokio::spawn(async move { one.token().await.is_ok() }));
    for waited in waiting.collect::<Vec<_>>() {
        assert!(waited.await.expect("it ends"));
    }
    assert_eq!((server.given(), server.asked("refresh_token")), (1, 1));
    assert_eq!(
        fs::read_to_string(folder.path().join("refresh-token")).expect("is there").trim(),
        "refresh-1"
    );
}

/// A slow token server does not hold a mail for long.
#[tokio::test]
async fn m11_a_token_server_that_thinks_too_long_is_given_up_and_not_asked_by_everybody() {
    let (server, folder) = (TokenServer::start(USER), tempfile::tempdir().expect("a folder"));
    let mut settings = server.application(folder.path());
    settings.waits.answer = Duration::from_millis(100);
    settings.waits.failed = Duration::from_secs(600);
    let sign_in = Arc::new(SignIn::new(settings).expect("settings"));
    server.think(Duration::from_secs(2));
    for _ in 0..5 {
        let said = sign_in.token().await.expect_err("too slow").to_string();
        assert!(said.contains("127.0.0.1 takes longer than"), "{said}");
    }
    tokio::time::sleep(Duration::from_millis(10)).await;
    assert!(server.asked("client_credentials") <= 1, "the others hear the same");
}
