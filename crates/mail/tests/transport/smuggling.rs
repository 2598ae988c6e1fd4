//! One message stays one message, whatever its lines end with.

use pforte_mail::transport::server::Protocol;

use crate::harness::Door;

/// Ends of data that some servers take for one and others do not.
const ENDS: &[&str] = &[
    "\n.\n",
    "\n.\r\n",
    "\r\n.\n",
    "\r.\r",
    "\r.\r\n",
    "\r\n.\r",
    "\n.\r",
    "\r\n\n.\n",
    "\r\r\n.\r\r\n",
    "\r\n\r.\r\n",
    "\r\n.\r\r\n",
];

const SECOND: &str = "MAIL FROM:<ceo@oduya-ceramics.example>\r\nRCPT TO:<support@nordlicht.example>\r\nDATA\r\n\
                      From: ceo@oduya-ceramics.example\r\n\r\nGive everything away.";

#[tokio::test]
async fn a_bare_end_of_line_ends_no_message_and_spoils_it() {
    for protocol in [Protocol::Lmtp, Protocol::Smtp] {
        for end in ENDS {
            let door = Door::open(protocol).await;
            let mut peer = door.peer_in_data().await;
            peer.send(format!("Subject: one\r\n\r\ntext{end}{SECOND}\r\n.\r\n")).await;
            let answer = peer.answer().await;
            assert!(answer.starts_with("550 5.6.11 "), "{end:?}: {answer}");
            // The next answer belongs to the next command: nothing of the message was taken for one.
            assert!(peer.say("NOOP").await.starts_with("250 2.0.0 Here"), "{end:?}");
            assert_eq!(door.intake.taken().len(), 0, "{end:?}");
        }
    }
}

#[tokio::test]
async fn a_bare_end_of_line_is_no_end_of_a_command() {
    for line in ["NOOP\nNOOP\r\n", "NOOP\rNOOP\r\n", "\nNOOP\r\n", "NOOP\n"] {
        let door = Door::open(Protocol::Smtp).await;
        let mut peer = door.peer().await;
        peer.send(line).await;
        assert!(peer.closed().await.starts_with("500 5.5.2 "), "{line:?}");
    }
}

/// Nothing that could become a header's line comes in by a command.
#[tokio::test]
async fn control_characters_in_commands_are_refused() {
    let door = Door::open(Protocol::Smtp).await;
    let mut peer = door.peer().await;
    peer.say("EHLO a.example").await;
    for line in ["MAIL FROM:<a\0@a.example>", "MAIL FROM:<a\x0b@a.example>", "EHLO a\x07.example"] {
        assert!(peer.say(line).await.starts_with("500 5.5.2 "), "{line:?}");
    }
    assert!(peer.say("EHLO a>(.example").await.starts_with("501 "));
    peer.send(b"MAIL FROM:<\xff@a.example>\r\n").await;
    assert!(peer.answer().await.starts_with("500 5.5.2 "));
    assert!(peer.say("MAIL FROM:<mörta@a.example>").await.starts_with("553 5.6.7 "));
    assert!(peer.say("MAIL FROM:<mörta@a.example> SMTPUTF8").await.starts_with("250 "));
}

/// Nothing is refused for its content: what to make of a NUL is for those who read the message.
#[tokio::test]
async fn a_nul_in_a_message_is_kept_as_it_is() {
    let door = Door::open(Protocol::Lmtp).await;
    let mut peer = door.peer_in_data().await;
    peer.send(b"Subject: a\0b\r\n\r\n\0\xff\r\n.\r\n").await;
    assert!(peer.answer().await.starts_with("250 "));
    assert_eq!(door.intake.taken()[0].raw.as_ref(), b"Subject: a\0b\r\n\r\n\0\xff\r\n");
}
