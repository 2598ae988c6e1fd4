//! The word of the server in front, and words that only look like it (control 38, RFC 8601 §5).

use crate::{
    Row,
    mail::{Mail, SIGN, Sign, from},
};

const PASS: &str = "mx.nordlicht.example; dmarc=pass header.from=customer.example";
const OUR_RECEIVED: &str =
    "from out.example (out.example [192.0.2.1]) by mx.nordlicht.example; Fri, 20 Nov 2026 10:00:00 +0100";
const FOREIGN_RECEIVED: &str = "from a.example by relay.evil.example; Fri, 20 Nov 2026 10:00:00 +0100";

fn kim() -> Mail {
    from("Kim <kim@customer.example>").top("Received", OUR_RECEIVED)
}

/// A mail with this field on top.
fn says(name: &str, value: &str, expected: &'static str) -> Row {
    Row::front(name, &kim().top("Authentication-Results", value), expected)
}

/// The same, signed by this domain: what the server in front found good is there to be read.
fn signed(name: &str, domain: &str, value: &str, expected: &'static str) -> Row {
    Row::front(name, &kim().signed(domain).top("Authentication-Results", value), expected)
}

pub fn rows() -> Vec<Row> {
    let mut rows = vec![
        says("policy met", PASS, "proven"),
        says(
            "policy met, in full words",
            "mx.nordlicht.example 1; spf=pass (sender ok) smtp.mailfrom=kim@customer.example; dkim=pass (2048-bit key) header.d=customer.example header.i=@customer.example header.b=\"AbC+/1\"; dmarc=pass (p=REJECT sp=REJECT dis=NONE) header.from=customer.example",
            "proven",
        ),
        signed(
            "folded over lines",
            "customer.example",
            "mx.nordlicht.example;\r\n\tdkim=pass header.d=customer.example;\r\n\tdmarc=pass header.from=customer.example",
            "proven",
        ),
        says(
            "the name in capitals",
            "MX.Nordlicht.Example; DMARC=Pass header.from=Customer.example",
            "proven",
        ),
        signed(
            "signature only",
            "customer.example",
            "mx.nordlicht.example; dkim=pass header.d=customer.example",
            "proven",
        ),
        says(
            "a signature that is said to be good, and is not there",
            "mx.nordlicht.example; dkim=pass header.d=customer.example",
            "unproven auth.unsigned",
        ),
        signed(
            "signature of a subdomain, no policy",
            "news.customer.example",
            "mx.nordlicht.example; dkim=pass header.d=news.customer.example; dmarc=none header.from=customer.example",
            "proven",
        ),
        Row::front(
            "below our own Received",
            &from("kim@customer.example").top("Authentication-Results", PASS).top("Received", OUR_RECEIVED),
            "proven",
        ),
        Row::front(
            "above another server's results",
            &kim()
                .top("Authentication-Results", "relay.other.example; dkim=fail")
                .top("Received", "from mx by store.nordlicht.example; now")
                .top("Authentication-Results", PASS),
            "proven",
        ),
        Row::front(
            "signed, and said to be",
            &kim().signed("customer.example").signed("evil.example").top("Authentication-Results", PASS),
            "proven",
        ),
    ];
    rows.extend(forged());
    rows
}

/// The server in front says yes, but what it relied on holds for other mails, too (rule Z5).
fn sent_again() -> Vec<Row> {
    let said =
        |name, mail: Mail, expected| Row::front(name, &mail.top("Authentication-Results", PASS), expected);
    let fail = "unproven auth.dkim_fail";
    vec![
        said("the subject is not signed", kim().sign(&Sign { fields: "from:to:date", ..SIGN }), fail),
        said(
            "a signature nobody can read",
            kim().top("DKIM-Signature", "d=customer.example; h=from:subject:date; b=%"),
            fail,
        ),
        said("nine signatures", (0..9).fold(kim(), |mail, _| mail.signed("customer.example")), fail),
        said(
            "signed with SHA-1",
            kim().sign(&Sign { algorithm: "rsa-sha1", ..SIGN }),
            "unproven auth.dkim_weak",
        ),
        said(
            "years old",
            kim().without("Date").with("Date", "Fri, 20 Nov 2020 10:00:00 +0100"),
            "unproven auth.stale",
        ),
        said("no date", kim().without("Date"), "unproven auth.stale"),
        said(
            "to somebody else",
            kim().without("To").with("To", "a@other.example"),
            "unproven auth.not_addressed",
        ),
    ]
}

pub fn forged() -> Vec<Row> {
    let missing = "unproven auth.header_missing";
    let mut rows = vec![
        Row::front("no results", &kim(), missing),
        Row::front(
            "results of another server only",
            &kim().top("Authentication-Results", "mx.evil.example; dmarc=pass header.from=customer.example"),
            missing,
        ),
        Row::front(
            "below a foreign server",
            &kim().top("Authentication-Results", PASS).top("Received", FOREIGN_RECEIVED),
            missing,
        ),
        Row::front(
            "below a real failure of ours",
            &kim().with("Authentication-Results", PASS).top(
                "Authentication-Results",
                "mx.nordlicht.example; dmarc=fail header.from=customer.example",
            ),
            "unproven auth.header_twice",
        ),
        Row::front(
            "twice",
            &kim().top("Authentication-Results", PASS).top("Authentication-Results", PASS),
            "unproven auth.header_twice",
        ),
        Row::front(
            "below another server's results",
            &kim()
                .top("Authentication-Results", PASS)
                .top("Authentication-Results", "relay.other.example; none"),
            missing,
        ),
        Row::front(
            "below another server's failure",
            &kim()
                .top("Authentication-Results", PASS)
                .top("Authentication-Results", "other.example; dmarc=fail"),
            missing,
        ),
        Row::front("the older field's name", &kim().top("X-Authentication-Results", PASS), missing),
        Row::front("ARC's field", &kim().top("ARC-Authentication-Results", &format!("i=1; {PASS}")), missing),
        Row::front(
            "a blank before the colon",
            &kim().top("Authentication-Results ", PASS),
            "unproven mail.broken",
        ),
        Row::front("signed by us to see, but no field", &kim().signed("customer.example"), missing),
        Row::front(
            "two Froms",
            &kim().with("From", "boss@customer.example").top("Authentication-Results", PASS),
            "unproven from.many",
        ),
        Row::front(
            "an odd From",
            &from("g: kim@customer.example;").top("Authentication-Results", PASS),
            "unproven from.odd",
        ),
        Row::front(
            "the name as a comment in another's",
            &kim()
                .top("Authentication-Results", PASS)
                .top("Authentication-Results", "(mx.nordlicht.example) other.example; dmarc=fail"),
            "unproven auth.header_twice",
        ),
    ];
    rows.extend(sent_again());
    let tricks = [
        ("failed", "mx.nordlicht.example; dmarc=fail header.from=customer.example", "unproven auth.none"),
        ("nothing checked", "mx.nordlicht.example; none", "unproven auth.none"),
        ("no results at all", "mx.nordlicht.example", "unproven auth.none"),
        (
            "policy of another domain met",
            "mx.nordlicht.example; dmarc=pass header.from=evil.example",
            "unproven auth.not_aligned",
        ),
        ("policy met, but of whom", "mx.nordlicht.example; dmarc=pass", "unproven auth.not_aligned"),
        (
            "signature of another domain",
            "mx.nordlicht.example; dkim=pass header.d=evil.example",
            "unproven auth.not_aligned",
        ),
        (
            "SPF of another domain",
            "mx.nordlicht.example; spf=pass smtp.mailfrom=evil.example",
            "unproven auth.none",
        ),
        (
            "SPF only",
            "mx.nordlicht.example; spf=pass smtp.mailfrom=kim@customer.example",
            "unproven auth.spf_only",
        ),
        ("ARC only", "mx.nordlicht.example; arc=pass header.d=customer.example", "unproven auth.arc_only"),
        (
            "signature broken",
            "mx.nordlicht.example; dkim=fail header.d=customer.example",
            "unproven auth.dkim_fail",
        ),
        (
            "policy not met, signature aligned",
            "mx.nordlicht.example; dkim=pass header.d=news.customer.example; dmarc=fail header.from=customer.example",
            "unproven auth.not_aligned",
        ),
        (
            "no answer from the DNS",
            "mx.nordlicht.example; dmarc=temperror header.from=customer.example",
            "unproven auth.dns",
        ),
        (
            "two policies",
            "mx.nordlicht.example; dmarc=fail header.from=customer.example; dmarc=pass header.from=customer.example",
            "unproven auth.header_twice",
        ),
        (
            "two domains in one result",
            "mx.nordlicht.example; dmarc=pass header.from=evil.example header.from=customer.example",
            "unproven auth.not_aligned",
        ),
        (
            "in a comment",
            "mx.nordlicht.example; spf=none (; dmarc=pass header.from=customer.example)",
            "unproven auth.none",
        ),
        (
            "out of a comment",
            "mx.nordlicht.example; spf=none (x) dmarc=pass header.from=customer.example",
            missing,
        ),
        (
            "comment in a comment",
            "mx.nordlicht.example; spf=none (a (b) c); dmarc=pass header.from=customer.example",
            missing,
        ),
        ("an open comment", "mx.nordlicht.example; dmarc=pass header.from=customer.example (", missing),
        (
            "a comment with a backslash",
            "mx.nordlicht.example; spf=none (\\); dmarc=pass header.from=customer.example",
            missing,
        ),
        (
            "through the envelope, quoted",
            "mx.nordlicht.example; spf=none smtp.mailfrom=\"a; dmarc=pass header.from=customer.example\"@evil.example",
            missing,
        ),
        (
            "through the envelope, bare",
            "mx.nordlicht.example; spf=none smtp.mailfrom=a dmarc=pass header.from=customer.example",
            missing,
        ),
        (
            "through the envelope, with a quote",
            "mx.nordlicht.example; spf=none smtp.mailfrom=a\"; dmarc=pass header.from=customer.example",
            missing,
        ),
        (
            "through HELO",
            "mx.nordlicht.example; spf=none smtp.helo=(a) dkim=pass header.d=customer.example",
            missing,
        ),
        ("a result without a method", "mx.nordlicht.example; pass header.from=customer.example", missing),
        ("equals signs", "mx.nordlicht.example; dmarc==pass header.from=customer.example", missing),
        (
            "a name that begins like ours",
            "mx.nordlicht.example.evil.example; dmarc=pass header.from=customer.example",
            missing,
        ),
        (
            "a name that ends like ours",
            "evil.mx.nordlicht.example; dmarc=pass header.from=customer.example",
            missing,
        ),
        (
            "the name in a comment",
            "evil.example (mx.nordlicht.example); dmarc=pass header.from=customer.example",
            missing,
        ),
        (
            "the name in quotes with more",
            "\"mx.nordlicht.example;\" evil.example; dmarc=pass header.from=customer.example",
            missing,
        ),
        ("no name", "dmarc=pass header.from=customer.example", missing),
        ("encoded", "=?utf-8?q?mx.nordlicht.example=3B?= dmarc=pass header.from=customer.example", missing),
        ("letters not in ASCII", "mx.nordlicht.example; dmarc=paß header.from=customer.example", missing),
        ("a wide semicolon", "mx.nordlicht.example；dmarc=pass header.from=customer.example", missing),
        ("a tab", "mx.nordlicht.example;\tdmarc=passed header.from=customer.example", "unproven auth.none"),
        (
            "best guess",
            "mx.nordlicht.example; dmarc=bestguesspass header.from=customer.example",
            "unproven auth.none",
        ),
        (
            "a line of blanks",
            "mx.nordlicht.example;\r\n \r\n dmarc=pass header.from=customer.example",
            missing,
        ),
        (
            "a subdomain of the sender's",
            "mx.nordlicht.example; dmarc=pass header.from=evil.customer.example",
            "unproven auth.not_aligned",
        ),
        (
            "the domain as an address",
            "mx.nordlicht.example; dmarc=pass header.from=kim@customer.example",
            "unproven auth.not_aligned",
        ),
    ];
    rows.extend(tricks.map(|(name, value, expected)| says(name, value, expected)));
    rows
}
