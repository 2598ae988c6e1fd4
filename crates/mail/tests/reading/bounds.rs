//! Whatever comes: no panic, and bounds on all that is kept (control 49).

use pforte_mail::{
    Message, fingerprint,
    message::{MAX_ATTACHMENTS, MAX_RECIPIENTS, MAX_TEXT_CHARS},
    read, redact,
};
use proptest::prelude::*;

use crate::raw;

fn is_bounded(message: &Message) {
    assert!(message.attachments.len() <= MAX_ATTACHMENTS);
    assert!(message.to.len() <= MAX_RECIPIENTS && message.cc.len() <= MAX_RECIPIENTS);
    assert!(message.text.own.chars().count() <= MAX_TEXT_CHARS);
    assert!(message.subject.chars().count() <= 400);
    assert!(message.references.len() <= 100);
    assert!(message.flaws.len() <= 4);
}

/// Control 49: more of everything than anybody needs.
#[test]
fn huge_messages_are_cut() {
    let nested = |depth: usize| {
        let open: String = (0..depth)
            .map(|n| format!("--b{n}\nContent-Type: multipart/mixed; boundary=b{}\n\n", n + 1))
            .collect();
        raw("Content-Type: multipart/mixed; boundary=b0\n", &open)
    };
    let deep = read(&nested(3_000));
    assert!(deep.flaws.contains(&"mail.too_deep"), "{:?}", deep.flaws);
    is_bounded(&deep);
    assert!(!read(&nested(15)).flaws.contains(&"mail.too_deep"));

    let parts = "--b\nContent-Type: image/png\n\nx\n".repeat(100_000);
    let wide = read(&raw("Content-Type: multipart/mixed; boundary=b\n", &parts));
    assert_eq!(wide.attachments.len(), MAX_ATTACHMENTS);
    assert!(wide.flaws.contains(&"mail.cut"));

    let open = "--b\nContent-Type: multipart/mixed; boundary=none\n\n".repeat(50_000);
    is_bounded(&read(&raw("Content-Type: multipart/mixed; boundary=b\n", &open)));
    let forwarded = "Content-Type: message/rfc822\n\n".repeat(100_000);
    is_bounded(&read(&raw("", &forwarded)));
    is_bounded(&read(forwarded.as_bytes()));

    let people = "kim@customer.example, ".repeat(10_000);
    is_bounded(&read(&raw(&format!("Cc: {people}a@b.example\n"), "x")));
    is_bounded(&read(&raw(&"X: y\n".repeat(200_000), "x")));
    is_bounded(&read(&raw(&format!("X: {}\n", "=?utf-8?q?a?= ".repeat(100_000)), "x")));

    let long = read(&raw("", &"word ".repeat(1_000_000)));
    is_bounded(&long);
    let html = read(&raw("Content-Type: text/html\n", &"<p>x".repeat(1_000_000)));
    assert_eq!(html.html, None);
    assert!(html.flaws.contains(&"mail.cut"));
}

#[test]
fn a_head_too_long_is_broken() {
    let long = read(&raw(&format!("X: {}\n", "y".repeat(70_000)), "body"));
    assert!(long.flaws.contains(&"mail.broken"));
    assert_eq!(long.text.own, "body");
}

/// Pieces that mean something, so that most inputs get far.
fn piece() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        4 => prop::sample::select(vec![
            "From: ", "Kim <kim@customer.example>", "Subject: ", "=?utf-8?q?", "?=", "Content-Type: ", "multipart/mixed",
            "; boundary=b", "\r\n--b", "\r\n--b--", "text/html", "text/plain; charset=utf-16", "message/rfc822",
            "Content-Transfer-Encoding: ", "base64", "quoted-printable", "\r\n", "\r\n\r\n", "\n", "\r", " ", "\t", "<", ">",
            "\"", "(", ")", ",", ":", ";", "@", "\0", "<script>", "<p", " href=", "-----BEGIN PRIVATE KEY-----", "Cookie: ",
            "curl -H ", "password=", "References: <", "multipart/report; report-type=delivery-status", "Status: 5.1.1",
            "Content-Disposition: attachment; filename*0=", "{\"log\":", "##-", "-##", "> ", "From kim\n", "é", "\u{202e}",
        ]).prop_map(|text| text.as_bytes().to_vec()),
        1 => prop::collection::vec(any::<u8>(), 0..12),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    /// Control 49: nothing that comes makes reading panic or grow.
    #[test]
    fn read_never_panics_and_stays_bounded(pieces in prop::collection::vec(piece(), 0..60)) {
        let raw = pieces.concat();
        let message = read(&raw);
        is_bounded(&message);
        prop_assert_eq!(fingerprint(&raw).len(), 64);
        let _ = redact::examine("a.har", "text/plain", &raw);
        let _ = redact::examine("a.txt", "text/plain", &raw);
    }
}
