//! Forged mails: none may be proven (controls 39 to 41).

use crate::{
    Row,
    honest::{self, dated},
    mail::{Mail, SIGN, Sign, bare, from},
};

const STALE: &str = "unproven auth.stale";
const ELSEWHERE: &str = "unproven auth.not_addressed";

fn to(to: &str) -> Mail {
    from("Kim <kim@customer.example>").without("To").with("To", to)
}

/// An odd `From` field, on a mail that is otherwise signed as well as can be.
fn odd(name: &str, field: &str, expected: &'static str) -> Row {
    Row::own(name, &from(field).signed("customer.example").signed("evil.example"), expected)
}

pub fn rows() -> Vec<Row> {
    let kim = || from("Kim <kim@customer.example>");
    let mut rows = vec![
        // Control 39: somebody else's domain passes, the From is forged.
        Row::own(
            "signed by the attacker's domain",
            &kim().signed("evil.example"),
            "unproven auth.not_aligned",
        ),
        Row::own("SPF of the attacker's domain", &kim(), "unproven auth.not_aligned")
            .by("192.0.2.10", "a@evil.example"),
        Row::own("both of the attacker's domain", &kim().signed("evil.example"), "unproven auth.not_aligned")
            .by("192.0.2.10", "a@evil.example"),
        Row::own(
            "the victim's name in the attacker's domain",
            &kim().signed("customer.evil.example"),
            "unproven auth.not_aligned",
        ),
        Row::own("an empty envelope", &kim(), "unproven auth.none mail.automatic").by("192.0.2.10", ""),
        Row::own("SPF from the wrong address", &kim(), "unproven auth.none")
            .by("203.0.113.9", "kim@customer.example"),
        Row::own("SPF only, envelope of the customer", &from("kim@spf.example"), "unproven auth.spf_only")
            .by("192.0.2.10", "\"x@evil.example\"@spf.example"),
        Row::own(
            "ARC only",
            &kim().top("ARC-Seal", "i=1; cv=none; b=AA").top(
                "ARC-Authentication-Results",
                "i=1; mx.nordlicht.example; dmarc=pass header.from=customer.example",
            ),
            "unproven auth.arc_only",
        ),
        Row::own(
            "results written by the sender",
            &kim().top(
                "Authentication-Results",
                "mx.nordlicht.example; dmarc=pass header.from=customer.example",
            ),
            "unproven auth.none",
        ),
        Row::own("the sender claims SPF", &kim().top("Received-SPF", "pass"), "unproven auth.none"),
        Row::own(
            "a registry signs for its customer",
            &from("kim@example.co.uk").signed("co.uk"),
            "unproven auth.not_aligned",
        ),
        Row::own(
            "the name of another organisation as Sender",
            &from("kim@customer.example").with("Sender", "a@evil.example").signed("evil.example"),
            "unproven auth.not_aligned",
        ),
        Row::own(
            "Resent-From signed",
            &kim().with("Resent-From", "a@evil.example").signed("evil.example"),
            "unproven auth.not_aligned",
        ),
        // Control 41: what is wrong with a signature.
        Row::own(
            "signed with a stray key",
            &kim().sign(&Sign { stray_key: true, ..SIGN }),
            "unproven auth.dkim_fail",
        ),
        Row::own(
            "the body was changed",
            &kim().signed("customer.example").body("Send me the password.\n"),
            "unproven auth.dkim_fail",
        ),
        Row::own(
            "the body was lengthened",
            &kim().signed("customer.example").body("It does not print.\nAnd more.\n"),
            "unproven auth.dkim_fail",
        ),
        Row::own(
            "the subject was changed",
            &kim().signed("customer.example").subject("The password"),
            "unproven auth.dkim_fail",
        ),
        Row::own(
            "the From was changed",
            &kim().signed("customer.example").without("From").with("From", "boss@customer.example"),
            "unproven auth.dkim_fail",
        ),
        Row::own(
            "the From is not signed",
            &kim().sign(&Sign { fields: "to:subject:date", ..SIGN }),
            "unproven auth.dkim_fail",
        ),
        Row::own(
            "part of the body is not signed (l=)",
            &kim().sign(&Sign { extra: " l=5;", ..SIGN }),
            "unproven auth.dkim_length",
        ),
        Row::own(
            "nothing of the body is signed (l=0)",
            &kim().sign(&Sign { extra: " l=0;", ..SIGN }),
            "unproven auth.dkim_length",
        ),
        Row::own(
            "l= larger than the body",
            &kim().sign(&Sign { extra: " l=99999;", ..SIGN }),
            "unproven auth.dkim_length",
        ),
        Row::own(
            "L= in a capital letter",
            &kim().sign(&Sign { extra: " L=5;", ..SIGN }),
            "unproven auth.dkim_length",
        ),
        Row::own(
            "expired",
            &kim().sign(&Sign { extra: " t=1000000000; x=1000003600;", ..SIGN }),
            "unproven auth.expired",
        ),
        Row::own(
            "expires before it was signed",
            &kim().sign(&Sign { extra: " t=4102444800; x=4102444700;", ..SIGN }),
            "unproven auth.expired",
        ),
        Row::own(
            "signed with SHA-1",
            &kim().sign(&Sign { algorithm: "rsa-sha1", ..SIGN }),
            "unproven auth.dkim_weak",
        ),
        Row::own(
            "the wrong kind of key",
            &kim().sign(&Sign { algorithm: "rsa-sha256", ..SIGN }),
            "unproven auth.dkim_weak",
        ),
        Row::own(
            "an unknown algorithm",
            &kim().sign(&Sign { algorithm: "none", ..SIGN }),
            "unproven auth.dkim_fail",
        ),
        Row::own(
            "a key of 512 bits",
            &honest::with_rsa("k512.example", honest::SIGNED_512),
            "unproven auth.dkim_weak",
        ),
        Row::own(
            "a tag named twice",
            &kim().sign(&Sign { extra: " d=customer.example;", ..SIGN }),
            "unproven auth.dkim_fail",
        ),
        Row::own(
            "two domains in one signature",
            &kim().sign(&Sign { domain: "evil.example", extra: " d=customer.example;", ..SIGN }),
            "unproven auth.dkim_fail",
        ),
        Row::own(
            "on behalf of a foreign address (i=)",
            &kim().sign(&Sign { extra: " i=kim@evil.example;", ..SIGN }),
            "unproven auth.dkim_fail",
        ),
        Row::own("an empty signature", &kim().top("DKIM-Signature", ""), "unproven auth.not_aligned"),
        Row::own(
            "a signature without parts",
            &kim().top("DKIM-Signature", "v=1; d=customer.example; s=s"),
            "unproven auth.dkim_fail",
        ),
        Row::own(
            "a signature of a later version",
            &kim().top(
                "DKIM-Signature",
                "v=2; a=ed25519-sha256; d=customer.example; s=s; h=from; bh=AAAA; b=AAAA",
            ),
            "unproven auth.dkim_fail",
        ),
        Row::own(
            "a hundred signatures",
            &(0..100).fold(kim(), |mail, _| mail.sign(&Sign { stray_key: true, ..SIGN })),
            "unproven auth.dkim_fail",
        ),
        // What is shown is not signed (RFC 6376 §5.4).
        Row::own(
            "the subject is not signed",
            &kim().sign(&Sign { fields: "from:to:date:message-id", ..SIGN }),
            "unproven auth.dkim_fail",
        ),
        Row::own(
            "the date is not signed",
            &kim().sign(&Sign { fields: "from:to:subject:message-id", ..SIGN }),
            "unproven auth.dkim_fail",
        ),
        Row::own(
            "a subject was added",
            &kim()
                .without("Subject")
                .sign(&Sign { fields: "from:to:date", ..SIGN })
                .with("Subject", "The password"),
            "unproven auth.dkim_fail",
        ),
        // Sent again, or written to somebody else (rule Z5).
        Row::own(
            "eight days old",
            &dated("Sat, 14 Nov 2026 11:00:00 +0100").signed("customer.example"),
            STALE,
        ),
        Row::own("years old", &dated("Fri, 20 Nov 2020 10:00:00 +0100").signed("customer.example"), STALE),
        Row::own(
            "two days ahead",
            &dated("Tue, 24 Nov 2026 12:01:00 +0100").signed("customer.example"),
            STALE,
        ),
        Row::own("a date nobody can read", &dated("yesterday").signed("customer.example"), STALE),
        Row::own("no date", &kim().without("Date").signed("customer.example"), STALE),
        Row::own("no date, by SPF and policy", &kim().without("Date"), STALE)
            .by("192.0.2.10", "kim@customer.example"),
        Row::own("to somebody else", &to("a@other.example").signed("customer.example"), ELSEWHERE),
        Row::own(
            "to one who is called so",
            &to("support@nordlicht.example.evil.example").signed("customer.example"),
            ELSEWHERE,
        ),
        Row::own(
            "our address as a name only",
            &to("\"support@nordlicht.example\" <a@other.example>").signed("customer.example"),
            ELSEWHERE,
        ),
        Row::own("to nobody named", &kim().without("To").signed("customer.example"), ELSEWHERE),
        Row::own(
            "old, and to somebody else",
            &to("a@other.example")
                .without("Date")
                .with("Date", "Fri, 20 Nov 2020 10:00:00 +0100")
                .signed("customer.example"),
            "unproven auth.stale auth.not_addressed",
        ),
        // Fields that were added to a signed mail.
        Row::own(
            "a second From below",
            &kim().signed("customer.example").with("From", "boss@customer.example"),
            "unproven from.many",
        ),
        Row::own(
            "a second From above",
            &kim().signed("customer.example").top("From", "boss@customer.example"),
            "unproven from.many",
        ),
        Row::own(
            "the same From twice",
            &kim().signed("customer.example").top("From", "Kim <kim@customer.example>"),
            "unproven from.many",
        ),
        Row::own(
            "a second subject",
            &kim().signed("customer.example").top("Subject", "The password"),
            "unproven mail.broken",
        ),
        Row::own(
            "a second content type",
            &kim()
                .with("Content-Type", "text/plain")
                .signed("customer.example")
                .top("Content-Type", "text/html"),
            "unproven mail.broken",
        ),
        Row::own(
            "a second To",
            &kim().signed("customer.example").top("To", "b@nordlicht.example"),
            "unproven mail.broken",
        ),
        Row::own(
            "a second Reply-To",
            &kim()
                .with("Reply-To", "a@evil.example")
                .signed("customer.example")
                .top("Reply-To", "b@evil.example"),
            "unproven mail.broken",
        ),
        Row::own(
            "a blank before the colon",
            &kim().signed("customer.example").top("From ", "boss@customer.example"),
            "unproven mail.broken",
        ),
        Row::raw(
            "a line without a colon",
            String::from_utf8(kim().signed("customer.example").raw())
                .unwrap()
                .replacen("To:", "nonsense\r\nTo:", 1)
                .into_bytes(),
            "unproven mail.broken",
        ),
        Row::raw(
            "a NUL in a field",
            [b"X: a\0b\r\n".to_vec(), kim().signed("customer.example").raw()].concat(),
            "unproven mail.broken",
        ),
        Row::raw(
            "a bare carriage return hides a From",
            [b"X: a\rFrom: boss@customer.example\r\n".to_vec(), kim().signed("customer.example").raw()]
                .concat(),
            "unproven mail.broken",
        ),
        Row::raw(
            "a From behind 64 KiB of others",
            [
                kim()
                    .signed("customer.example")
                    .raw()
                    .split(|byte| *byte == b'\n')
                    .take(6)
                    .flat_map(|line| [line, b"\n"].concat())
                    .collect(),
                format!("X: {}\r\n", "y".repeat(900)).repeat(80).into_bytes(),
                b"From: boss@customer.example\r\n\r\nHi\r\n".to_vec(),
            ]
            .concat(),
            "unproven mail.broken",
        ),
        Row::raw("no head", b"\r\nJust text\r\n".to_vec(), "unproven from.missing"),
        Row::raw("nothing", Vec::new(), "unproven from.missing"),
        Row::own(
            "no From",
            &bare().with("To", "support@nordlicht.example").signed("customer.example"),
            "unproven from.missing",
        ),
    ];
    rows.extend(odd_froms());
    rows
}

/// Control 40.
fn odd_froms() -> Vec<Row> {
    let odd_domain = |name, field, expected| Row::own(name, &from(field).signed("evil.example"), expected);
    vec![
        odd("two addresses", "kim@customer.example, boss@customer.example", "unproven from.many"),
        odd("two addresses, one foreign", "kim@customer.example, a@evil.example", "unproven from.many"),
        odd("an empty From", "", "unproven from.missing"),
        odd("no address", "Kim", "unproven from.odd"),
        odd("empty brackets", "Kim <>", "unproven from.odd"),
        odd("group syntax", "customer: kim@customer.example;", "unproven from.odd"),
        odd("an empty group", "undisclosed:;", "unproven from.odd"),
        odd("a route", "<@evil.example:kim@customer.example>", "unproven from.odd"),
        odd("two pairs of brackets", "<a@evil.example> <kim@customer.example>", "unproven from.odd"),
        odd("brackets in brackets", "<kim@customer.example<a@evil.example>>", "unproven from.odd"),
        odd("an address before the brackets", "kim@customer.example <a@evil.example>", "unproven from.odd"),
        odd("an address as the name", "\"kim@customer.example\" <a@evil.example>", "unproven from.odd"),
        odd("an address in the name", "Kim (kim@customer.example) <a@evil.example>", "unproven from.odd"),
        odd(
            "an address in brackets as the name",
            "\"Kim <kim@customer.example>\" <a@evil.example>",
            "unproven from.odd",
        ),
        odd(
            "an encoded address as the name",
            "=?utf-8?q?kim=40customer=2Eexample?= <a@evil.example>",
            "unproven from.odd",
        ),
        odd(
            "an address with a wide at sign",
            "\"kim＠customer.example\" <a@evil.example>",
            "unproven from.odd",
        ),
        odd("an encoded word as the address", "=?utf-8?q?kim?=@customer.example", "unproven from.odd"),
        odd(
            "an encoded word in the address",
            "<=?utf-8?q?kim=40customer.example=00?=@evil.example>",
            "unproven from.odd",
        ),
        odd(
            "an encoded NUL in the name",
            "=?utf-8?q?kim=40customer.example=00?= <a@evil.example>",
            "unproven from.odd",
        ),
        odd(
            "an encoded line end in the name",
            "=?utf-8?q?Kim=0D=0AFrom=3A_b?= <kim@customer.example>",
            "unproven from.odd",
        ),
        odd("a NUL in the address", "<kim@customer.example\0.evil.example>", "unproven from.odd mail.broken"),
        odd("a NUL before the address", "\0<kim@customer.example>", "unproven from.odd mail.broken"),
        odd("a bell", "Kim\u{7} <kim@customer.example>", "unproven from.odd"),
        odd("text turned around", "\u{202e}mik <kim@customer.example>", "unproven from.odd"),
        odd("a quoted local part", "\"kim\"@customer.example", "unproven from.odd"),
        odd(
            "a quoted foreign address as local part",
            "\"a@evil.example\"@customer.example",
            "unproven from.odd",
        ),
        odd("two at signs", "kim@customer.example@evil.example", "unproven from.odd"),
        odd("a comment in the address", "kim@(evil.example)customer.example", "unproven from.odd"),
        odd("a comment in a comment", "kim@customer.example (a (b) c)", "unproven from.odd"),
        odd("an open comment", "kim@customer.example (", "unproven from.odd"),
        odd("an open quote", "\"Kim <kim@customer.example>", "unproven from.odd"),
        odd("something after the brackets", "Kim <kim@customer.example> x", "unproven from.odd"),
        odd("a backslash", "kim\\@evil.example@customer.example", "unproven from.odd"),
        odd("a blank in the address", "<kim @customer.example>", "unproven from.odd"),
        odd("a comma at the end", "kim@customer.example,", "unproven from.odd"),
        odd("an address before a comma", "a@evil.example, Kim <kim@customer.example", "unproven from.odd"),
        odd(
            "an address in a name with a comma",
            "Blau, a@evil.example <kim@customer.example>",
            "unproven from.odd",
        ),
        odd(
            "an encoded address in a name with a comma",
            "Blau, =?utf-8?q?a=40evil.example?= <kim@customer.example>",
            "unproven from.odd",
        ),
        odd("a name with a comma behind", "<kim@customer.example> Kim, Blau", "unproven from.odd"),
        odd("a semicolon", "kim@customer.example; a@evil.example", "unproven from.odd"),
        odd("a numeric domain", "kim@[192.0.2.10]", "unproven from.odd"),
        odd("a domain of one label", "kim@localhost", "unproven from.odd"),
        odd("a dot at the end", "kim@customer.example.", "unproven from.odd"),
        odd("two dots", "kim@customer..example", "unproven from.odd"),
        odd("a local part of dots", ".@customer.example", "unproven from.odd"),
        odd("a very long local part", &format!("{}@customer.example", "k".repeat(65)), "unproven from.odd"),
        odd("a local part not in ASCII", "kïm@customer.example", "unproven from.odd"),
        odd_domain("a Cyrillic letter in the domain", "kim@сustomer.example", "unproven auth.not_aligned"),
        odd_domain("the same in ASCII", "kim@xn--ustomer-9nf.example", "unproven auth.not_aligned"),
        odd_domain(
            "the victim's domain as a subdomain",
            "kim@customer.example.other.example",
            "unproven auth.not_aligned",
        ),
        odd_domain("a longer name", "kim@mycustomer.example", "unproven auth.not_aligned"),
        odd_domain(
            "a zero-width blank in the domain",
            "kim@custo\u{200b}mer.example",
            "unproven auth.not_aligned",
        ),
    ]
}
