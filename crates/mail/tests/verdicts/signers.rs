//! What usual senders sign, and what becomes of their mails: as they were sent, and after somebody who holds
//! one has changed what its signature leaves out (rule Z5).
//!
//! Each mail is signed for real. The lists of fields are what each of them writes into `h=`.

use pforte_core::sender::Proof;
use pforte_mail::authenticate::{Checked, Checker, How, Vouched};

use crate::{
    Row,
    mail::{Mail, SIGN, Sign, bare},
    outcome, zone,
};

/// A sender, and the fields it signs where a message has them.
struct Signer {
    name: &'static str,
    fields: &'static str,
    /// Names that are signed as often again, so that nobody can add one.
    oversigned: &'static str,
}

const fn signer(name: &'static str, fields: &'static str, oversigned: &'static str) -> Signer {
    Signer { name, fields, oversigned }
}

const SIGNERS: [Signer; 18] = [
    signer(
        "Gmail",
        "to:subject:message-id:date:from:in-reply-to:references:mime-version",
        "from:to:cc:subject:date:message-id:reply-to",
    ),
    signer("Microsoft 365", "from:date:subject:message-id:content-type:mime-version", ""),
    signer("Yahoo", "date:from:to:subject:references", "from:subject:reply-to"),
    signer("iCloud", "from:content-type:mime-version:subject:message-id:date:to", ""),
    signer(
        "GMX, web.de",
        "message-id:date:mime-version:subject:to:references:from:in-reply-to:content-type:content-transfer-encoding",
        "cc:content-transfer-encoding:content-type:date:from:message-id:mime-version:reply-to:subject:to",
    ),
    signer(
        "IONOS",
        "date:message-id:mime-version:subject:to:references:from:in-reply-to:content-type:content-transfer-encoding",
        "cc:content-type:date:from:message-id:subject:to",
    ),
    signer("Strato", "message-id:date:subject:from:to:cc", "cc:date:from:subject:sender"),
    signer("T-Online", "date:from:to:subject:message-id", ""),
    signer(
        "Fastmail",
        "cc:content-transfer-encoding:content-type:date:from:in-reply-to:message-id:mime-version:references:reply-to:subject:to",
        "content-type:date:from:in-reply-to:subject:to",
    ),
    signer(
        "Proton",
        "date:to:from:subject:message-id:in-reply-to:references",
        "from:to:cc:date:subject:reply-to:message-id",
    ),
    signer("Amazon SES", "from:to:subject:mime-version:content-type:message-id:date", ""),
    signer("Mailgun", "content-type:mime-version:subject:from:to:reply-to:date:message-id:sender", ""),
    signer("SendGrid", "from:subject:mime-version:to:content-type:date", "cc:content-type:from:subject:to"),
    signer(
        "Zoho",
        "message-id:date:mime-version:subject:to:references:from:in-reply-to:content-type:cc",
        "date:subject:to:from",
    ),
    signer("OpenDKIM", "date:from:to:subject:cc:in-reply-to:references", "from"),
    signer("Postmark", "from:date:reply-to:to:cc:message-id:subject:content-type:mime-version", ""),
    signer(
        "Exim",
        "from:to:subject:date:message-id:cc:mime-version:content-type:content-transfer-encoding:in-reply-to:references",
        "sender:reply-to:cc:in-reply-to:references",
    ),
    signer(
        "rspamd",
        "from:to:cc:subject:date:message-id:mime-version:content-type:content-transfer-encoding:in-reply-to:references",
        "from:reply-to:subject:to:cc",
    ),
];

impl Signer {
    /// Signs what the mail has of its fields.
    fn sign(&self, mail: Mail) -> Mail {
        let there = self.fields.split(':').filter(|name| mail.has(name));
        let mut names: Vec<&str> = there.collect();
        names.extend(self.oversigned.split(':').filter(|name| !name.is_empty()));
        mail.sign(&Sign { fields: &names.join(":"), ..SIGN })
    }

    fn covers(&self, name: &str) -> bool {
        self.fields.split(':').any(|one| one == name)
    }

    fn oversigns(&self, name: &str) -> bool {
        self.oversigned.split(':').any(|one| one == name)
    }
}

const US: &str = "Support <support@nordlicht.example>";
const REFERENCE: &str = "<0198c0de.1.abc@nordlicht.example>";
const BODY: &str = "--outer\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nPlease look at this.\r\n--outer\r\n\
    Content-Type: message/rfc822\r\n\r\nFrom: a@evil.example\r\nContent-Type: multipart/mixed; boundary=inner\r\n\r\n\
    --inner\r\nContent-Type: text/plain\r\n\r\nDelete everything.\r\n--inner--\r\n--outer--\r\n";
const OUTER: &str = "multipart/mixed; boundary=\"outer\"";

/// How a mail reaches us.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    /// By SMTP, or with XFORWARD: from the sender's own server.
    Direct,
    /// The server in front says that SPF passed as well.
    FrontDirect,
    /// From elsewhere: nobody says who brought it.
    Mailbox,
    /// The same, from the attacker's server.
    Replayed,
    /// The server in front found the signature good, and SPF not.
    Front,
    /// It says which signature it means.
    FrontNamed,
    /// It says only that the policy is met.
    FrontShort,
}

const FOUND: &str = "dkim=pass header.d=customer.example";
const MET: &str = "dmarc=pass header.from=customer.example";

impl Way {
    const REPLAYED: [Self; 5] =
        [Self::Mailbox, Self::Replayed, Self::Front, Self::FrontNamed, Self::FrontShort];

    fn is_front(self) -> bool {
        matches!(self, Self::FrontDirect | Self::Front | Self::FrontNamed | Self::FrontShort)
    }

    fn row(self, name: &str, mail: &Mail) -> Row {
        let front = |results: &str| {
            let field = format!("mx.nordlicht.example; {results}");
            Row::front(name, &mail.clone().top("Authentication-Results", &field), "")
        };
        match self {
            Self::Direct => Row::own(name, mail, "").by("192.0.2.10", "kim@customer.example"),
            Self::FrontDirect => {
                front(&format!("{FOUND}; {MET}; spf=pass smtp.mailfrom=kim@customer.example"))
            }
            Self::Mailbox => Row::own(name, mail, ""),
            Self::Replayed => Row::own(name, mail, "").by("203.0.113.9", "a@evil.example"),
            Self::Front => front(&format!("{FOUND}; {MET}; spf=pass smtp.mailfrom=a@evil.example")),
            Self::FrontNamed => front(&format!("{FOUND} header.s=s; {MET}; spf=none")),
            Self::FrontShort => front(MET),
        }
    }
}

/// A mail to us, as people write it with their programs.
fn letters() -> Vec<(&'static str, Mail)> {
    let kim = || {
        bare()
            .with("From", "Kim Blau <kim@customer.example>")
            .with("Subject", "The printer")
            .with("Date", "Fri, 20 Nov 2026 10:00:00 +0100")
            .with("Message-ID", "<1@customer.example>")
            .with("MIME-Version", "1.0")
    };
    let plain = || kim().with("Content-Type", "text/plain; charset=\"UTF-8\"");
    let both = "--x\r\nContent-Type: text/plain; charset=\"UTF-8\"\r\n\r\nIt does not print.\r\n--x\r\n\
                Content-Type: text/html; charset=\"UTF-8\"\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n\
                <p>It does not print.</p>\r\n--x--\r\n";
    let alternative = || kim().with("Content-Type", "multipart/alternative; boundary=\"x\"").body(both);
    vec![
        ("text", plain().with("To", US)),
        ("text and HTML", alternative().with("To", US)),
        ("an answer", plain().with("To", US).with("In-Reply-To", REFERENCE).with("References", REFERENCE)),
        ("a colleague in copy", alternative().with("To", US).with("Cc", "Lou <lou@customer.example>")),
        ("us in copy", alternative().with("To", "a@other.example").with("Cc", US)),
        ("a file", kim().with("To", US).with("Content-Type", OUTER).body(BODY)),
        (
            "odd neighbours",
            plain().with("To", &format!("[Team] <a@other.example>, \"Blau, Lou <l@other.example>, {US},")),
        ),
        (
            "quoted-printable",
            kim()
                .with("To", US)
                .with("Content-Type", "text/plain; charset=utf-8")
                .with("Content-Transfer-Encoding", "quoted-printable")
                .body("Der Drucker l=C3=A4uft nicht.\r\n"),
        ),
    ]
}

/// What somebody makes of a mail that was written to somebody else, or to us.
type Change = (&'static str, fn(Mail) -> Mail);

/// A mail to a friend: whoever holds it wants it to be one to us.
fn redirected() -> Vec<Change> {
    vec![
        ("Cc added", |mail| mail.with("Cc", US)),
        ("To replaced", |mail| mail.without("To").with("To", US)),
        ("To widened", |mail| mail.without("To").with("To", &format!("a@other.example, {US}"))),
        ("a second To", |mail| mail.with("To", US)),
        ("a second To above", |mail| mail.top("To", US)),
        ("Resent-To added", |mail| mail.top("Resent-To", US)),
        ("Reply-To added", |mail| mail.with("Reply-To", US)),
        ("Bcc added", |mail| mail.with("Bcc", US)),
        ("a signature of the attacker's above", |mail| {
            mail.with("Cc", US).sign(&Sign {
                domain: "evil.example",
                fields: "from:to:cc:subject:date",
                ..SIGN
            })
        }),
        ("a false signature that covers all", |mail| {
            mail.with("Cc", US).sign(&Sign { fields: "from:to:cc:subject:date", stray_key: true, ..SIGN })
        }),
    ]
}

/// A mail to us with an attached one: whoever holds it wants other words to be read.
fn reshaped() -> Vec<Change> {
    vec![
        ("another boundary", |mail| kind(mail, "multipart/mixed; boundary=inner")),
        ("no such boundary", |mail| kind(mail, "multipart/mixed; boundary=none")),
        ("no type", |mail| mail.without("Content-Type")),
        ("plain", |mail| kind(mail, "text/plain")),
        ("HTML", |mail| kind(mail, "text/html; charset=utf-8")),
        ("UTF-16", |mail| kind(mail, "text/plain; charset=utf-16")),
        ("another kind", |mail| kind(mail, "multipart/alternative; boundary=outer")),
        ("two boundaries", |mail| kind(mail, "multipart/mixed; boundary=outer; boundary=inner")),
        ("base64", |mail| mail.with("Content-Transfer-Encoding", "base64")),
        ("a second type", |mail| mail.top("Content-Type", "multipart/mixed; boundary=inner")),
    ]
}

fn kind(mail: Mail, kind: &str) -> Mail {
    mail.without("Content-Type").with("Content-Type", kind)
}

/// Whether one of the sender's own signatures is still good.
async fn is_good(checker: &Checker, mail: &Mail) -> bool {
    let (checked, _) = outcome(checker, &Way::Mailbox.row("", mail)).await;
    checked.signatures.iter().any(|one| one.good)
}

/// Rule Z5: of the usual signers' honest mails at least 95 of 100 are proven; of what others make of them, none.
#[tokio::test]
async fn z5_honest_mails_of_usual_signers_are_proven_and_changed_ones_never() {
    let checker = Checker::with_dns_server(zone().serve().await).unwrap();
    let (mut honest, mut proven, mut undelivered, mut changed) = (0, 0, 0, 0);
    let mut wrong = Vec::new();
    for signer in &SIGNERS {
        for (what, letter) in letters() {
            for way in [Way::Direct, Way::FrontDirect] {
                let name = format!("{}: {what}, {way:?}", signer.name);
                let row = way.row(&name, &signer.sign(letter.clone()));
                let (checked, said) = outcome(&checker, &row).await;
                honest += 1;
                if checked.proof == Proof::Proven && checked.vouched == Vouched::all() {
                    proven += 1;
                } else {
                    wrong.push(format!("{name}: {said}"));
                }
            }
            // From a mailbox, where nobody says who brought it, the signature alone has to do.
            let row = Way::Mailbox.row(what, &signer.sign(letter));
            undelivered += usize::from(outcome(&checker, &row).await.0.proof == Proof::Proven);
        }
        let friend = letters().remove(1).1.without("To").with("To", "Lou <lou@other.example>");
        let file = letters().remove(5).1;
        let cases = redirected().into_iter().map(|change| (friend.clone(), change));
        let cases = cases.chain(reshaped().into_iter().map(|change| (file.clone(), change)));
        for (letter, (what, change)) in cases {
            let mail = change(signer.sign(letter));
            let is_good = is_good(&checker, &mail).await;
            // A server in front says so when the signature is broken.
            for way in Way::REPLAYED.into_iter().filter(|way| is_good || !way.is_front()) {
                let name = format!("{}: {what}, {way:?}", signer.name);
                let (checked, said) = outcome(&checker, &way.row(&name, &mail)).await;
                changed += 1;
                assert_eq!(checked.proof, Proof::Unproven, "{name}: {said}");
            }
        }
    }
    println!(
        "honest: {proven} of {honest} proven; by the signature alone {undelivered} of {}; changed: 0 of {changed}",
        honest / 2
    );
    assert!(proven * 100 >= honest * 95, "{proven} of {honest}: {}", wrong.join("\n"));
    assert!(honest >= 200 && changed >= 200, "{honest} honest, {changed} changed");
    assert!(undelivered * 3 >= honest / 2, "{undelivered} of {} by the signature alone", honest / 2);
}

/// Rule Z5: a reference counts only where the signature covers it; an added one never.
#[tokio::test]
async fn z5_an_added_reference_is_never_vouched_for() {
    let checker = Checker::with_dns_server(zone().serve().await).unwrap();
    let mut tried = 0;
    for signer in &SIGNERS {
        let letter = letters().remove(0).1;
        for name in ["In-Reply-To", "References"] {
            let lower = name.to_ascii_lowercase();
            let added = signer.sign(letter.clone()).with(name, REFERENCE);
            let own = signer.sign(letter.clone().with(name, REFERENCE));
            let added_is_good = is_good(&checker, &added).await;
            for way in Way::REPLAYED {
                let vouched = |checked: &Checked| {
                    if lower == "references" {
                        checked.vouched.references
                    } else {
                        checked.vouched.in_reply_to
                    }
                };
                if added_is_good || !way.is_front() {
                    let (checked, _) = outcome(&checker, &way.row(name, &added)).await;
                    assert!(!vouched(&checked), "{}: {name} added, {way:?}", signer.name);
                }
                // What is signed stays so: whoever answers comes into the ticket.
                let (checked, said) = outcome(&checker, &way.row(name, &own)).await;
                assert_eq!(
                    vouched(&checked),
                    signer.covers(&lower),
                    "{}: {name}, {way:?}: {said}",
                    signer.name
                );
                tried += 2;
            }
            if signer.oversigns(&lower) {
                let (checked, _) = outcome(&checker, &Way::Mailbox.row(name, &added)).await;
                assert_eq!(checked.proof, Proof::Unproven, "{}: {name}", signer.name);
            }
            let (checked, said) = outcome(&checker, &Way::Direct.row(name, &own)).await;
            assert!(checked.proof == Proof::Proven && checked.vouched == Vouched::all(), "{said}");
        }
    }
    println!("references: {tried} mails, 0 falsely vouched for");
    assert!(tried >= 200);
}

/// Rule Z5: the senders that sign no To are proven by who brings their mail, and by nothing else.
#[tokio::test]
async fn z5_microsoft_365_is_proven_by_its_delivery() {
    let checker = Checker::with_dns_server(zone().serve().await).unwrap();
    let signer = SIGNERS.iter().find(|one| !one.covers("to")).expect("one that signs no To");
    let mail = signer.sign(letters().remove(1).1);
    for (way, expected) in [
        (Way::Direct, "proven"),
        (Way::FrontDirect, "proven"),
        (Way::Mailbox, "unproven auth.unsigned"),
        (Way::Replayed, "unproven auth.unsigned"),
        (Way::Front, "unproven auth.unsigned"),
    ] {
        assert_eq!(outcome(&checker, &way.row("", &mail)).await.1, expected, "{way:?}");
    }
    // Told who brought it, the word of a server in front that says no more is enough.
    for (ip, expected) in [("192.0.2.10", "proven"), ("203.0.113.9", "unproven auth.unsigned")] {
        let row = Way::FrontShort.row("", &mail).by(ip, "kim@customer.example");
        assert!(matches!(row.how, How::Header { .. }));
        assert_eq!(outcome(&checker, &row).await.1, expected, "{ip}");
    }
}
