//! Honest mails: proven where the sender's domain takes care, unproven where it does not.

use mail_auth::{
    common::{crypto::Ed25519Key, headers::HeaderWriter},
    dkim::{Canonicalization, DkimSigner},
};

use crate::{
    Row,
    mail::{KEY_BYTES, Mail, SIGN, Sign, bare, from},
};

// RSA keys below 2048 bits cannot be made by the library that checks them: public keys, and one
// signature of each, made once elsewhere.
pub const KEY_512: &str = "MFwwDQYJKoZIhvcNAQEBBQADSwAwSAJBAMTWZd5luvVtPwYgCXpUuuRDXQBeOkAA/Sx373OEPbKi4MExvhSLHmn+E29nrT7dHJoSzM/3St7qyX2S8HSxdz8CAwEAAQ==";
pub const SIGNED_512: &str = "v=1; a=rsa-sha256; c=relaxed/relaxed; d=k512.example; s=s; h=from:to:subject; bh=Ba3gj8+xBPQLJTahTfzW6RbWQ/XPgESxkCi2B66PSQg=; b=pt5ZGIk7/hO9M/jazFgccKYqXsa7aOdsnl9PwnozPtkoqcsi653drIzF79aPCqEgBmjm1SFpF+brG61Sl2H6fw==";
pub const KEY_1024: &str = "MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDXjewQW+bkTNrdNjkO3nZkCH8U+IUnM7koQJcLjeX9JIpd1aRSe39CksP0kAXEMov4DNBLOU2RlALn6rT44feFOpwO01WwbbhWo/t1B30viBs+lanQWD3cM2cRoafEd6oqIiMiR/vzrapWs1yC6qGu46NPapVNIl5lahw0i07BIQIDAQAB";
const SIGNED_1024: &str = "v=1; a=rsa-sha256; c=relaxed/relaxed; d=k1024.example; s=s; h=from:to:subject:date; bh=Ba3gj8+xBPQLJTahTfzW6RbWQ/XPgESxkCi2B66PSQg=; b=iV55DRYV6Fe90Qkp5oagzUTOfeRCq3oJHIYHJY+JA/GQaTp6c/Kiex1vlH6QF6MkMd6635gueYPIT2kmDWcegyDy85bU0Ri3bXi+uU9RkfXdi3IzSxu/ExUhPN7YXPTeL0OR8XLGQlw6LpszJ3yYQ2Kck7ww+pim/r8rPxE2Skc=";

/// A mail that was signed with an RSA key of few bits.
pub fn with_rsa(domain: &str, signature: &str) -> Mail {
    bare()
        .with("DKIM-Signature", signature)
        .with("From", &format!("kim@{domain}"))
        .with("To", "support@nordlicht.example")
        .with("Subject", "Keys")
        .body("Hello\n")
}

/// A mail of this date.
pub fn dated(date: &str) -> Mail {
    from("Kim <kim@customer.example>").without("Date").with("Date", date)
}

pub fn rows() -> Vec<Row> {
    let kim = || from("Kim <kim@customer.example>");
    let plain = || from("kim@plain.example");
    vec![
        Row::own("signed, with a policy", &kim().signed("customer.example"), "proven"),
        Row::own("signed, without a policy", &plain().signed("plain.example"), "proven"),
        Row::own(
            "the name in quotes",
            &from("\"Blau, Kim\" <kim@customer.example>").signed("customer.example"),
            "proven",
        ),
        Row::own(
            "the name with a comma, not in quotes",
            &from("Blau, Kim <kim@customer.example>").signed("customer.example"),
            "proven",
        ),
        Row::own(
            "the name with brackets",
            &from("Kim [Sales, EMEA] <kim@customer.example>").signed("customer.example"),
            "proven",
        ),
        Row::own(
            "the recipients written oddly",
            &kim()
                .without("To")
                .with("To", "[Team] <a@other.example>; undisclosed:;, \"Blau, Lou <l@x.example>, Support <support@nordlicht.example>,")
                .signed("customer.example"),
            "proven",
        ),
        Row::own(
            "the name encoded",
            &from("=?utf-8?q?K=C3=AFm?= <kim@customer.example>").signed("customer.example"),
            "proven",
        ),
        Row::own(
            "the name is the address",
            &from("\"kim@customer.example\" <kim@customer.example>").signed("customer.example"),
            "proven",
        ),
        Row::own(
            "the name in a comment",
            &from("kim@customer.example (Kim)").signed("customer.example"),
            "proven",
        ),
        Row::own("capital letters", &from("Kim <KIM@Customer.Example>").signed("customer.example"), "proven"),
        Row::own("signed by a subdomain", &kim().signed("news.customer.example"), "proven"),
        Row::own(
            "written from a subdomain",
            &from("kim@news.customer.example").signed("customer.example"),
            "proven",
        ),
        Row::own(
            "policy found by the tree walk",
            &from("kim@a.b.deep.example").signed("b.deep.example"),
            "proven",
        ),
        Row::own(
            "strict policy, same domain",
            &from("kim@strict.example").signed_at("strict.example"),
            "proven",
        ),
        Row::own(
            "umlaut domain in ASCII",
            &from("kim@xn--bcher-kva.example").signed("xn--bcher-kva.example"),
            "proven",
        ),
        Row::own(
            "umlaut domain written out",
            &from("kim@bücher.example").signed("xn--bcher-kva.example"),
            "proven",
        ),
        Row::own(
            "trace fields on top",
            &kim()
                .signed("customer.example")
                .top("Received", "from a.example by b.example; Fri, 20 Nov 2026 10:00:00 +0100"),
            "proven",
        ),
        Row::own(
            "passed on through a list of blanks",
            &kim().body("One\r\n \t\r\n\r\n").signed("customer.example"),
            "proven",
        ),
        Row::own(
            "blank lines added at the end",
            &kim().signed("customer.example").body("It does not print.\r\n \r\n\t\r\n\r\n"),
            "proven",
        ),
        Row::own(
            "blanks folded on the way",
            &kim()
                .body("It  does not\tprint. \r\n")
                .signed("customer.example")
                .body("It does not print.\r\n"),
            "proven",
        ),
        Row::own("an empty body", &kim().body("").signed("customer.example"), "proven"),
        Row::own(
            "oversigned",
            &kim().sign(&Sign { fields: "from:from:to:subject:subject:date:message-id", ..SIGN }),
            "proven",
        ),
        Row::own(
            "not yet expired",
            &kim().sign(&Sign { extra: " t=1763600000; x=4102444800;", ..SIGN }),
            "proven",
        ),
        Row::own(
            "on behalf of a subdomain (i=)",
            &kim().sign(&Sign { extra: " i=kim@news.customer.example;", ..SIGN }),
            "proven",
        ),
        Row::own(
            "two signatures, one foreign",
            &kim().signed("customer.example").signed("evil.example"),
            "proven",
        ),
        Row::own(
            "two signatures, one broken",
            &kim().signed("customer.example").sign(&Sign { stray_key: true, ..SIGN }),
            "proven",
        ),
        Row::own(
            "a key of 1024 bits",
            &with_rsa("k1024.example", SIGNED_1024).with("Date", "Fri, 20 Nov 2026 10:00:00 +0100"),
            "proven",
        ),
        Row::own(
            "six days on the way",
            &dated("Mon, 16 Nov 2026 12:00:00 +0100").signed("customer.example"),
            "proven",
        ),
        Row::own(
            "a clock that is ahead",
            &dated("Mon, 23 Nov 2026 01:00:00 +0100").signed("customer.example"),
            "proven",
        ),
        Row::own(
            "to somebody, with us in copy",
            &kim()
                .without("To")
                .with("To", "a@other.example")
                .with("Cc", "b@other.example, Help <HELP@nordlicht.example>")
                .sign(&Sign { fields: "from:to:cc:subject:date", ..SIGN }),
            "proven",
        ),
        Row::own(
            "no subject, none signed",
            &kim().without("Subject").sign(&Sign { fields: "from:to:date", ..SIGN }),
            "proven",
        ),
        Row::raw(
            "line feeds only, as from a command line",
            String::from_utf8(kim().signed("customer.example").raw())
                .unwrap()
                .replace("\r\n", "\n")
                .into_bytes(),
            "proven",
        ),
        Row::raw(
            "an mbox line in front",
            [b"From kim Fri Nov 20\r\n".to_vec(), kim().signed("customer.example").raw()].concat(),
            "proven",
        ),
        Row::raw("simple canonical form", by_library(Canonicalization::Simple), "proven"),
        Row::raw("relaxed, signed by the library", by_library(Canonicalization::Relaxed), "proven"),
        Row::own("by SPF and policy", &kim(), "proven").by("192.0.2.10", "bounces@customer.example"),
        Row::own("by SPF of a subdomain's parent", &from("kim@news.customer.example"), "proven")
            .by("192.0.2.10", "kim@customer.example"),
        Row::own("SPF fails, signed", &kim().signed("customer.example"), "proven")
            .by("203.0.113.9", "kim@customer.example"),
        Row::own("passed on by another server, signed", &kim().signed("customer.example"), "proven")
            .by("203.0.113.9", "srs@evil.example"),
        Row::own(
            "two policies count as the first",
            &from("kim@twice.example").signed("twice.example"),
            "proven",
        ),
        // Honest, but nobody can know.
        Row::own("nothing at all", &kim(), "unproven auth.none"),
        Row::own("SPF without a policy", &from("kim@spf.example"), "unproven auth.spf_only")
            .by("192.0.2.10", "kim@spf.example"),
        Row::own(
            "policy cannot be read",
            &from("kim@shaky.example").signed("shaky.example"),
            "unproven auth.dns",
        ),
        Row::own("key cannot be read", &kim().sign(&Sign { selector: "later", ..SIGN }), "unproven auth.dns"),
        Row::own("key withdrawn", &kim().sign(&Sign { selector: "gone", ..SIGN }), "unproven auth.dkim_fail"),
        Row::own(
            "key unknown",
            &kim().sign(&Sign { selector: "nowhere", ..SIGN }),
            "unproven auth.dkim_fail",
        ),
        Row::own(
            "key in test mode",
            &kim().sign(&Sign { selector: "tests", ..SIGN }),
            "unproven auth.dkim_fail",
        ),
        Row::own(
            "strict policy, signed by a subdomain",
            &from("kim@strict.example").signed("mail.strict.example"),
            "unproven auth.not_aligned",
        ),
        Row::own("strict policy, SPF of a subdomain", &from("kim@strict.example"), "unproven auth.spf_only")
            .by("192.0.2.10", "a@mail.strict.example"),
        Row::own(
            "a list changed the subject",
            &kim().signed("customer.example").subject("[list] The printer").with("List-ID", "<l.example>"),
            "unproven auth.dkim_fail mail.list",
        ),
        Row::own(
            "a list changed the body",
            &kim()
                .signed("customer.example")
                .body("It does not print.\n--\nlist")
                .with("List-ID", "<l.example>"),
            "unproven auth.dkim_fail mail.list",
        ),
        Row::own(
            "passed on with ARC",
            &kim()
                .signed("customer.example")
                .subject("Fwd")
                .top("ARC-Seal", "i=1; a=rsa-sha256; cv=none; d=l.example; s=s; b=AAAA"),
            "unproven auth.dkim_fail auth.arc_only",
        ),
        Row {
            how: pforte_mail::authenticate::How::None,
            ..Row::own("nobody checks", &kim().signed("customer.example"), "unproven auth.none")
        },
    ]
}

impl Mail {
    fn signed_at(self, domain: &str) -> Self {
        self.sign(&Sign { domain, extra: " i=@strict.example;", ..SIGN })
    }
}

/// Signed by the library's own signer, so that two programs agree on the canonical forms.
fn by_library(form: Canonicalization) -> Vec<u8> {
    let raw =
        from("Kim   <kim@customer.example>").with("X-Odd", "a  b").body("One  line \n\nTwo\n\n\n").raw();
    let key = Ed25519Key::from_pkcs8_maybe_unchecked_der(&KEY_BYTES).unwrap();
    let signature = DkimSigner::from_key(key)
        .domain("customer.example")
        .selector("s")
        .headers(["From", "To", "Subject", "Date", "X-Odd"])
        .header_canonicalization(form)
        .body_canonicalization(form)
        .sign(&raw)
        .unwrap();
    [signature.to_header().into_bytes(), raw].concat()
}
