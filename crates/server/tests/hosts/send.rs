//! M11: mails go out over the ways that the big hosts offer, and only over those.

use pforte_mail::transport::Login;
use pforte_server::cx::relay::{Relay, Smtp, SmtpTls};

use crate::host::{Host, USER, password, send};

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

/// Whatever is not as it should be, nothing is sent, and it is told what to do.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn m11_what_is_not_secure_or_not_allowed_sends_nothing_and_says_why() {
    let Some(host) = Host::start() else { return };
    let good = || host.smtp(SmtpTls::StartTls, password());
    let plain = host.postfix.plain;
    let cases = [
        (Smtp { ca: None, ..good() }, "shows a certificate that is from an authority that is not known here"),
        (Smtp { host: "127.0.0.1".into(), ..good() }, "shows a certificate that is for another name"),
        (Smtp { ca: Some(b"nothing".to_vec()), ..good() }, "the CA file holds no certificate"),
        (Smtp { port: plain, ..good() }, "offers no STARTTLS, and nothing is sent in clear text"),
        (Smtp { tls: SmtpTls::Implicit, ..good() }, "does not begin with TLS"),
        (Smtp { login: Some(Login::password(USER, "wrong")), ..good() }, "does not accept user or password"),
        (Smtp { port: 1, ..good() }, "cannot be reached"),
    ];
    for (smtp, why) in cases {
        for tried in [send(&Relay::new(smtp.clone())).await, trying(&smtp).await] {
            let said = tried.expect_err(why);
            assert!(said.contains(why), "{why}: {said}");
            assert!(!said.contains("wrong") || why.contains("password"), "{said}");
        }
    }
    assert_eq!(host.postfix.taken(), [""; 0]);
    assert_eq!(trying(&good()).await, Ok(()));
}

async fn trying(smtp: &Smtp) -> Result<(), String> {
    Relay::new(smtp.clone()).try_out(Some(USER)).await.map_err(|trouble| trouble.to_string())
}

/// A server without XOAUTH2 is told apart from one that refuses the token.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn m11_a_host_without_tokens_is_told() {
    use pforte_testkit::{Dovecot, Postfix, Takes, TokenServer};
    let Some(dovecot) = Dovecot::start() else { return };
    let Some(postfix) = Postfix::start(&dovecot, Takes::All) else { return };
    let (tokens, folder) = (TokenServer::start(USER), tempfile::tempdir().expect("a folder"));
    let smtp = Smtp {
        ca: Some(postfix.certificate.clone().into_bytes()),
        login: Some(crate::host::login(tokens.application(folder.path()))),
        ..Smtp::new("localhost", postfix.submission, SmtpTls::StartTls)
    };
    let said = trying(&smtp).await.expect_err("no tokens");
    assert!(said.contains("takes no sign-in with a token (XOAUTH2)"), "{said}");
}
