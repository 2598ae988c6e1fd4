//! What usual mail servers write into `Authentication-Results`, as it is; and what somebody writes below it
//! (control 38).

use pforte_mail::authenticate::How;

use crate::{
    Row,
    mail::{Mail, from},
};

const FIELD: &str = "Authentication-Results";

fn kim() -> Mail {
    from("Kim <kim@customer.example>").signed("customer.example")
}

/// A mail with these fields on top, the first one first, read under this name.
fn says(name: &str, id: &str, fields: &[&str], expected: &'static str) -> Row {
    let mail = fields.iter().rev().fold(kim(), |mail, field| mail.top(FIELD, field));
    by(name, id, &mail, expected)
}

fn by(name: &str, id: &str, mail: &Mail, expected: &'static str) -> Row {
    Row { how: How::Header { authserv_id: id.into() }, ..Row::front(name, mail, expected) }
}

const OURS: &str = "mx.nordlicht.example";
const DMARC: &str = "mx.nordlicht.example; dmarc=pass (p=reject dis=none) header.from=customer.example";
const DMARC_NO: &str = "mx.nordlicht.example; dmarc=fail (p=reject dis=none) header.from=customer.example";
const DMARC_NONE: &str = "mx.nordlicht.example; dmarc=none header.from=customer.example";
const DKIM: &str = "mx.nordlicht.example;\r\n\tdkim=pass (2048-bit key; unprotected) header.d=customer.example header.i=@customer.example header.b=\"AbC+/1xy\"";
const SPF: &str = "mx.nordlicht.example; spf=pass smtp.mailfrom=kim@customer.example";
const M365: &str = "spf=pass (sender IP is 192.0.2.10)\r\n smtp.mailfrom=customer.example; dkim=pass (signature was verified)\r\n header.d=customer.example;dmarc=pass action=none\r\n header.from=customer.example;compauth=pass reason=100";
const M365_NO: &str = "spf=fail (sender IP is 203.0.113.9) smtp.mailfrom=customer.example; dkim=none (message not signed) header.d=none;dmarc=fail action=oreject header.from=customer.example;compauth=fail reason=000";
const FASTMAIL: &str = "mx4.messagingengine.example;\r\n dkim=pass (2048-bit rsa key sha256) header.d=customer.example header.i=@customer.example header.b=AbC header.a=rsa-sha256 header.s=s x-bits=2048;\r\n dmarc=pass policy.published-domain-policy=reject policy.applied-disposition=none policy.evaluated-disposition=none (p=reject,d=none,d.eval=none) policy.policy-from=p header.from=customer.example;\r\n iprev=pass smtp.remote-ip=192.0.2.10 (out.customer.example);\r\n spf=pass smtp.mailfrom=kim@customer.example smtp.helo=out.customer.example;\r\n x-tls=pass smtp.version=TLSv1.3 smtp.cipher=TLS_AES_256_GCM_SHA384 smtp.bits=256/256";

pub fn rows() -> Vec<Row> {
    let mut rows = vec![
        says("OpenDKIM and OpenDMARC", OURS, &[DMARC, DKIM], "proven"),
        says("OpenDKIM, OpenDMARC and an SPF filter", OURS, &[DMARC, SPF, DKIM], "proven"),
        says("OpenDKIM and an SPF filter", OURS, &[DKIM, SPF], "proven"),
        says(
            "a line that says nothing of senders first",
            OURS,
            &["mx.nordlicht.example; bimi=none (No BIMI records found)", DMARC, DKIM],
            "proven",
        ),
        says("Microsoft 365", "-", &[M365], "proven"),
        by(
            "Microsoft 365, from server to server",
            "-",
            &kim()
                .top(FIELD, M365)
                .top("Received", "from a.prod.exchange.example by b.prod.exchange.example with HTTPS; now")
                .top("Received", "from c.exchange.example (192.0.2.1) by a.prod.exchange.example; now"),
            "proven",
        ),
        says("Fastmail", "mx4.messagingengine.example", &[FASTMAIL], "proven"),
        says("Fastmail, any of its servers", "*.messagingengine.example", &[FASTMAIL], "proven"),
        by(
            "Fastmail, through its own house",
            "*.messagingengine.example",
            &kim()
                .top(FIELD, FASTMAIL)
                .top(FIELD, "mx4.messagingengine.example; x-csa=none; x-me-sender=none; x-ptr=pass")
                .top("Received", "from mx4.messagingengine.example by mailmx.nyi.internal (Postfix); now")
                .top("Received", "from mailmx (mailmx.nyi.internal) by sloti1d1t01 (Cyrus) with LMTPA; now"),
            "proven",
        ),
        says(
            "header.i without header.d",
            OURS,
            &["mx.nordlicht.example; dkim=pass header.i=@customer.example header.s=s header.b=AbC"],
            "proven",
        ),
        says(
            "header.i of a person at a subdomain",
            OURS,
            &["mx.nordlicht.example; dkim=pass header.i=kim@news.customer.example"],
            "proven",
        ),
    ];
    rows.extend(forged());
    rows
}

/// Control 38: whoever writes such lines into a mail gains nothing, whatever the server in front writes above.
pub fn forged() -> Vec<Row> {
    let twice = "unproven auth.header_twice";
    let missing = "unproven auth.header_missing";
    vec![
        says("a forged pass below a failure", OURS, &[DMARC_NO, DKIM, SPF], "unproven auth.none"),
        says("a forged policy below a failure", OURS, &[DMARC_NO, DMARC], twice),
        says("a forged policy below a signature", OURS, &[DKIM, DMARC], twice),
        says("a forged signature where there is no policy", OURS, &[DMARC_NONE, DKIM], "unproven auth.none"),
        says(
            "a forged line that cannot be read",
            OURS,
            &[DMARC, "mx.nordlicht.example; dkim=pass (("],
            twice,
        ),
        says("somebody else's line between", OURS, &[DMARC, "mx.evil.example; none", DKIM], twice),
        by("a forged line further down", OURS, &kim().with(FIELD, DKIM).top(FIELD, DMARC), twice),
        by(
            "SPF forged below a policy, To added",
            OURS,
            &from("Kim <kim@customer.example>")
                .without("To")
                .sign(&crate::mail::Sign { fields: "from:subject:date", ..crate::mail::SIGN })
                .with("To", "support@nordlicht.example")
                .top(FIELD, SPF)
                .top(FIELD, DMARC),
            "unproven auth.unsigned",
        ),
        says("Microsoft 365 says no", "-", &[M365_NO], "unproven auth.none"),
        says("Microsoft 365 says no, a forged line below", "-", &[M365_NO, M365], twice),
        by("the same, further down", "-", &kim().with(FIELD, M365).top(FIELD, M365_NO), twice),
        says("a line with a name where none is expected", "-", &[DMARC], missing),
        says("a line without a name where one is expected", OURS, &[M365], missing),
        by(
            "below a server of another house",
            "-",
            &kim()
                .top(FIELD, M365)
                .top("Received", "from x by relay.evil.example; now")
                .top("Received", "from relay.evil.example by a.prod.exchange.example; now"),
            missing,
        ),
        says(
            "the house's name alone",
            "*.messagingengine.example",
            &["messagingengine.example; dmarc=pass header.from=customer.example"],
            missing,
        ),
        says(
            "a name that ends like the house's",
            "*.messagingengine.example",
            &["mx.evilmessagingengine.example; dmarc=pass header.from=customer.example"],
            missing,
        ),
        says(
            "a name that begins like the house's",
            "*.messagingengine.example",
            &["mx.messagingengine.example.evil.example; dmarc=pass header.from=customer.example"],
            missing,
        ),
        says(
            "header.i of another organisation",
            OURS,
            &["mx.nordlicht.example; dkim=pass header.i=@evil.example"],
            "unproven auth.not_aligned",
        ),
        says(
            "header.d of another organisation, header.i of this one",
            OURS,
            &["mx.nordlicht.example; dkim=pass header.d=evil.example header.i=@customer.example"],
            "unproven auth.not_aligned",
        ),
        says(
            "a method in the guise of a property",
            OURS,
            &["mx.nordlicht.example; spf=none smtp.mailfrom=a x-dmarc=pass header.from=customer.example"],
            "unproven auth.none",
        ),
        says(
            "a signature that the server does not mean",
            OURS,
            &["mx.nordlicht.example; dkim=pass header.d=customer.example header.s=other"],
            "unproven auth.unsigned",
        ),
    ]
}
