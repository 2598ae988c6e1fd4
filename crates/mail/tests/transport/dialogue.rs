//! What is said and answered, in both protocols.

use pforte_mail::transport::{Client, Way, server::Protocol};

use crate::harness::{Door, Mood};

const MESSAGE: &str =
    "From: Marta <marta@oduya-ceramics.example>\r\nSubject: Hello\r\n\r\nThe kiln is cold.\r\n";

#[tokio::test]
async fn smtp_hands_over_envelope_client_and_bytes() {
    let door = Door::open(Protocol::Smtp).await;
    let mut peer = door.peer_in_data().await;
    peer.send(format!("{MESSAGE}..dotted\r\n.\r\n")).await;
    assert!(peer.answer().await.starts_with("250 2.0.0 "));
    let [handed] = door.intake.taken().try_into().expect("one message");
    assert_eq!(handed.raw, format!("{MESSAGE}.dotted\r\n"), "dots are unstuffed, nothing else changes");
    assert_eq!((handed.way, handed.cut), (Way::Smtp, None));
    assert_eq!(handed.recipient, "support@nordlicht.example");
    assert_eq!(handed.return_path.as_deref(), Some("marta@oduya-ceramics.example"));
    let client = Client { ip: door.at.ip(), helo: "mx.oduya-ceramics.example".into() };
    assert_eq!(handed.client, Some(client));
    assert!(peer.say("QUIT").await.starts_with("221 "));
    assert_eq!(peer.closed().await, "");
}

#[tokio::test]
async fn lmtp_answers_for_each_recipient_by_itself() {
    let door = Door::open(Protocol::Lmtp).await;
    let mut peer = door.peer().await;
    assert!(peer.say("LHLO mx.nordlicht.example").await.contains("250-PIPELINING\n"));
    peer.say("MAIL FROM:<> SIZE=80 BODY=8BITMIME").await;
    assert!(peer.say("RCPT TO:<support@nordlicht.example>").await.starts_with("250 "));
    assert!(peer.say("RCPT TO:<nobody@nordlicht.example>").await.starts_with("550 5.1.1 "));
    assert!(peer.say("RCPT TO:<Hilfe@Nordlicht.example>").await.starts_with("250 "));
    peer.say("DATA").await;
    door.intake.will(&[Mood::Later]);
    peer.send(format!("{MESSAGE}.\r\n")).await;
    assert!(peer.answer().await.starts_with("451 4.3.0 "), "the first is not taken now");
    assert!(peer.answer().await.starts_with("250 "), "the second is");
    let [handed] = door.intake.taken().try_into().expect("one message");
    assert_eq!((handed.way, handed.client), (Way::Lmtp, None));
    assert_eq!(
        (handed.recipient.as_str(), handed.return_path.as_deref()),
        ("Hilfe@Nordlicht.example", Some(""))
    );
}

/// Rule Z5: behind a mail server, SPF is checked of who connected to that one; each message has its own.
#[tokio::test]
async fn z5_lmtp_hands_over_the_client_that_the_server_in_front_tells() {
    let door = Door::open(Protocol::Lmtp).await;
    let mut peer = door.peer().await;
    assert!(peer.say("LHLO mx.nordlicht.example").await.contains("250-XFORWARD NAME ADDR"));
    assert!(
        peer.say("XFORWARD ADDR=192.0.2.10 HELO=out.customer.example SOURCE=REMOTE")
            .await
            .starts_with("250 ")
    );
    assert!(peer.say("XFORWARD LOGIN=root").await.starts_with("501 "));
    assert!(
        peer.say("xforward NAME=out ADDR=192.0.2.10 HELO=out.customer.example").await.starts_with("250 ")
    );
    for _ in 0..2 {
        peer.say("MAIL FROM:<kim@customer.example>").await;
        assert!(peer.say("XFORWARD ADDR=192.0.2.99").await.starts_with("503 "), "not in the middle of one");
        peer.say("RCPT TO:<support@nordlicht.example>").await;
        peer.say("DATA").await;
        peer.send(format!("{MESSAGE}.\r\n")).await;
        assert!(peer.answer().await.starts_with("250 "));
    }
    let [first, second] = door.intake.taken().try_into().expect("two messages");
    let client = Client { ip: "192.0.2.10".parse().unwrap(), helo: "out.customer.example".into() };
    assert_eq!((first.client, second.client), (Some(client), None));
    let door = Door::open(Protocol::Smtp).await;
    let mut peer = door.peer().await;
    assert!(!peer.say("EHLO mx.evil.example").await.contains("XFORWARD"));
    assert!(peer.say("XFORWARD ADDR=192.0.2.10").await.starts_with("500 "), "anybody may speak SMTP");
}

#[tokio::test]
async fn nothing_is_confirmed_that_is_not_taken() {
    let door = Door::open(Protocol::Smtp).await;
    for (mood, code) in
        [(Mood::Later, "451 4.3.0 "), (Mood::TooLarge, "552 5.3.4 "), (Mood::Panic, "451 4.3.0 ")]
    {
        door.intake.will(&[mood]);
        let mut peer = door.peer_in_data().await;
        peer.send(format!("{MESSAGE}.\r\n")).await;
        let answer = peer.answer().await;
        assert!(answer.starts_with(code), "{mood:?}: {answer}");
    }
    assert_eq!(door.intake.taken().len(), 0);
}

/// One answer for all: if one of two is not taken, the sender tries both again.
#[tokio::test]
async fn smtp_says_later_if_one_recipient_was_not_taken() {
    let door = Door::open(Protocol::Smtp).await;
    let mut peer = door.peer().await;
    peer.say("EHLO a.example").await;
    peer.say("MAIL FROM:<a@a.example>").await;
    peer.say("RCPT TO:<support@nordlicht.example>").await;
    peer.say("RCPT TO:<hilfe@nordlicht.example>").await;
    peer.say("DATA").await;
    door.intake.will(&[Mood::Later]);
    peer.send(format!("{MESSAGE}.\r\n")).await;
    assert!(peer.answer().await.starts_with("451 "));
}

#[tokio::test]
async fn pipelined_commands_are_answered_in_order() {
    let door = Door::open(Protocol::Smtp).await;
    let mut peer = door.peer().await;
    peer.send(
        "EHLO a.example\r\nMAIL FROM:<a@a.example>\r\nRCPT TO:<x@elsewhere.example>\r\n\
         RCPT TO:<support@nordlicht.example>\r\nDATA\r\n",
    )
    .await;
    for code in ["250-", "250 2.1.0", "550 5.1.1", "250 2.1.5", "354 "] {
        let answer = peer.answer().await;
        assert!(answer.starts_with(code), "{code}: {answer}");
    }
    peer.send(format!("{MESSAGE}.\r\nMAIL FROM:<b@b.example>\r\nRSET\r\nQUIT\r\n")).await;
    for code in ["250 2.0.0", "250 2.1.0", "250 2.0.0", "221 "] {
        let answer = peer.answer().await;
        assert!(answer.starts_with(code), "{code}: {answer}");
    }
    assert_eq!(door.intake.taken().len(), 1);
}

/// Nobody else's mail is passed on, and nobody is told who is here.
#[tokio::test]
async fn there_is_no_relaying_and_no_looking_up() {
    let door = Door::open(Protocol::Smtp).await;
    let mut peer = door.peer().await;
    peer.say("EHLO a.example").await;
    for (line, code) in [
        ("RCPT TO:<support@nordlicht.example>", "503 "),
        ("DATA", "503 "),
        ("VRFY support", "502 "),
        ("EXPN support", "502 "),
        ("BDAT 10 LAST", "502 "),
        ("AUTH PLAIN AGEAYg==", "502 "),
        ("STARTTLS", "502 "),
        ("XCLIENT ADDR=192.0.2.1", "500 "),
        ("LHLO a.example", "500 "),
        ("MAIL FROM:<a@a.example> BODY=BINARYMIME", "555 "),
        ("MAIL FROM:<a@a.example>", "250 "),
        ("MAIL FROM:<a@a.example>", "503 "),
        ("RCPT TO:<marta@oduya-ceramics.example>", "550 "),
        ("RCPT TO:<@nordlicht.example:marta@oduya-ceramics.example>", "550 "),
        ("RCPT TO:<marta%oduya-ceramics.example@elsewhere.example>", "550 "),
        ("DATA", "503 "),
    ] {
        let answer = peer.say(line).await;
        assert!(answer.starts_with(code), "{line}: {answer}");
    }
}

#[tokio::test]
async fn a_message_that_breaks_off_is_not_taken() {
    let door = Door::open(Protocol::Lmtp).await;
    let mut peer = door.peer_in_data().await;
    peer.send(format!("{MESSAGE}.\r")).await;
    drop(peer);
    // One that is whole comes after it, so that the other's end was seen.
    let mut peer = door.peer_in_data().await;
    peer.send(format!("{MESSAGE}.\r\n")).await;
    assert!(peer.answer().await.starts_with("250 "));
    assert_eq!(door.intake.taken().len(), 1);
}

#[tokio::test]
async fn stopping_says_so_and_confirms_nothing() {
    let door = Door::open(Protocol::Smtp).await;
    let mut waiting = door.peer().await;
    let mut sending = door.peer_in_data().await;
    sending.send(MESSAGE).await;
    door.stop();
    assert!(waiting.closed().await.starts_with("421 4.3.2 "));
    assert!(sending.closed().await.starts_with("421 4.3.2 "));
    assert_eq!(door.intake.taken().len(), 0);
}
