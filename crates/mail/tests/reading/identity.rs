//! Which message it is, and which one it answers.

use pforte_mail::{
    Message, fingerprint,
    thread::{MessageRef, Thread, find, known, write},
};
use uuid::Uuid;

use crate::{message, raw};

const KEY: &[u8] = b"a key of thirty-two bytes, at least";
const PROVIDER: Uuid = Uuid::from_u128(7);
const TICKET: Uuid = Uuid::from_u128(0x0198_c0de_0000_7000_8000_0000_0000_0001);
const MESSAGE: Uuid = Uuid::from_u128(0x0198_c0de_0000_7000_8000_0000_0000_0002);

fn ours() -> String {
    write(KEY, PROVIDER, TICKET, MESSAGE, "nordlicht.example")
}

fn answering(field: &str, ids: &str) -> Message {
    message(&format!("{field}: {ids}\n"), "x")
}

#[test]
fn our_ids_are_known_again() {
    let found = Thread::Ours(MessageRef { ticket: TICKET, message: MESSAGE });
    for (field, ids) in [
        ("In-Reply-To", format!("<{}>", ours())),
        ("References", format!("<a@b.example>\n <{}>\n <c@d.example>", ours())),
        ("References", format!("<{}>", ours().to_uppercase())),
        ("References", format!("<{}>", ours().replace("nordlicht.example", "elsewhere.example"))),
    ] {
        assert_eq!(find(KEY, PROVIDER, &answering(field, &ids)), found, "{field}: {ids}");
    }
}

/// Control 43: a forged reference, or a number in the subject, joins nothing.
#[test]
fn forged_ids_join_nothing() {
    let id = ours();
    let (local, host) = id.split_once('@').unwrap();
    let mut pieces: Vec<&str> = local.split('.').collect();
    let other = MESSAGE.simple().to_string();
    pieces[0] = &other;
    for forged in [
        format!("{}@{host}", pieces.join(".")),
        write(b"another key", PROVIDER, TICKET, MESSAGE, host),
        write(KEY, Uuid::from_u128(8), TICKET, MESSAGE, host),
        format!("{}.{}.@{host}", TICKET.simple(), MESSAGE.simple()),
        format!("{}.{}.{}@{host}", TICKET.simple(), MESSAGE.simple(), "a".repeat(20)),
    ] {
        assert_eq!(
            find(KEY, PROVIDER, &answering("In-Reply-To", &format!("<{forged}>"))),
            Thread::Forged,
            "{forged}"
        );
    }
    assert_eq!(known(KEY, PROVIDER, "1.2.3@a.example"), None);
    assert_eq!(known(KEY, PROVIDER, &format!("{local}.x@a.example")), None);
    assert_eq!(find(KEY, PROVIDER, &message("", "x")), Thread::None);
    let tagged = pforte_mail::read(b"Subject: Re: [#1001] Printer\r\n\r\nx");
    assert_eq!(find(KEY, PROVIDER, &tagged), Thread::SubjectTagOnly);
}

#[test]
fn a_true_id_counts_beside_forged_ones() {
    let forged = write(b"another key", PROVIDER, TICKET, MESSAGE, "a.example");
    let message = message(&format!("In-Reply-To: <{forged}>\nReferences: <{}>\n", ours()), "x");
    assert!(matches!(find(KEY, PROVIDER, &message), Thread::Ours(_)));
}

#[test]
fn a_message_handed_over_twice_has_one_fingerprint() {
    let first = raw("Message-ID: <1@a.example>\n", "Hello\nyou\n");
    let text = String::from_utf8(first.clone()).unwrap();
    let again = [
        format!("Received: from a by b; now\r\n\tfolded\r\n{text}"),
        format!(
            "Return-Path: <x@y.example>\r\nDelivered-To: z\r\nX-Spam-Status: No\r\nX-Rspamd-Spamd: a\r\n{text}"
        ),
        format!("Authentication-Results: mx; none\r\nARC-Seal: i=1\r\nReceived-SPF: pass\r\n{text}"),
        format!("From kim Fri Nov 20\n{text}"),
        text.replace("\r\n", "\n"),
        text.replace("From:", "FROM:"),
    ];
    for raw in again {
        assert_eq!(fingerprint(raw.as_bytes()), fingerprint(&first), "{raw}");
    }
    let others = [
        text.replace("Hello", "Hallo"),
        text.replace("<1@", "<2@"),
        text.replace("you\r\n", "you\r\n\r\n"),
        format!("X-Other: a\r\n{text}"),
    ];
    for raw in others {
        assert_ne!(fingerprint(raw.as_bytes()), fingerprint(&first), "{raw}");
    }
}
