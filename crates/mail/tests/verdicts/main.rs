//! The table of verdicts: mails, how they were made, and what we must think of them (controls 38 to
//! 42, 45, 47). Each row says the proof, why not, and what kind of mail it is.

#![allow(clippy::unwrap_used, reason = "tests")]

mod dns;
mod forged;
mod front;
mod honest;
mod machines;
mod mail;
mod servers;
mod signers;

use std::{collections::BTreeSet, net::IpAddr};

use data_encoding::BASE64;
use pforte_core::{
    kernel::Moment,
    sender::{Code, Proof},
};
use pforte_mail::{
    authenticate::{Checked, Checker, Delivery, How, Occasion},
    message,
    transport::Client,
};

/// One mail, and what is to be thought of it: `proven`, or `unproven` and the codes, blank between.
pub struct Row {
    name: String,
    raw: Vec<u8>,
    how: How,
    client: Option<Client>,
    path: Option<String>,
    expected: &'static str,
}

impl Row {
    /// Checked by ourselves, from a mailbox: no client known.
    fn own(name: &str, mail: &mail::Mail, expected: &'static str) -> Self {
        Self::raw(name, mail.raw(), expected)
    }

    fn raw(name: &str, raw: Vec<u8>, expected: &'static str) -> Self {
        Self { name: name.into(), raw, how: How::Own, client: None, path: None, expected }
    }

    /// Checked by the server in front, `mx.nordlicht.example`.
    fn front(name: &str, mail: &mail::Mail, expected: &'static str) -> Self {
        let how = How::Header { authserv_id: "mx.nordlicht.example".into() };
        Self { how, ..Self::own(name, mail, expected) }
    }

    /// Handed over by SMTP from this address.
    fn by(mut self, ip: &str, path: &str) -> Self {
        let ip: IpAddr = ip.parse().unwrap();
        self.client = Some(Client { ip, helo: "out.customer.example".into() });
        self.path = Some(path.into());
        self
    }
}

/// Sunday, 22 November 2026, noon in Berlin.
const NOW: Moment = Moment(1_795_345_200_000_000);

fn zone() -> dns::Zone {
    let mut zone = dns::Zone::default();
    let key = format!("v=DKIM1; k=ed25519; p={}", BASE64.encode(&mail::KEY.public_key()));
    for domain in [
        "customer.example",
        "news.customer.example",
        "plain.example",
        "strict.example",
        "spf.example",
        "evil.example",
        "shaky.example",
        "twice.example",
        "xn--bcher-kva.example",
        "xn--cstomer-n4a.example",
        "customer.evil.example",
        "co.uk",
        "example.co.uk",
        "b.deep.example",
    ] {
        zone.text(&format!("s._domainkey.{domain}"), &key);
    }
    for domain in ["customer.example", "evil.example", "xn--bcher-kva.example", "deep.example", "co.uk"] {
        zone.text(&format!("_dmarc.{domain}"), "v=DMARC1; p=reject");
        zone.text(domain, "v=spf1 ip4:192.0.2.10 -all");
    }
    zone.text("_dmarc.strict.example", "v=DMARC1; p=reject; adkim=s; aspf=s");
    zone.text("strict.example", "v=spf1 ip4:192.0.2.10 -all");
    zone.text("s._domainkey.mail.strict.example", &key);
    zone.text("mail.strict.example", "v=spf1 ip4:192.0.2.10 -all");
    zone.text("spf.example", "v=spf1 a:out.spf.example -all");
    zone.address("out.spf.example", [192, 0, 2, 10]);
    zone.text("tests._domainkey.customer.example", &key.replace("k=", "t=y; k="));
    zone.text("gone._domainkey.customer.example", "v=DKIM1; k=ed25519; p=");
    zone.fails("later._domainkey.customer.example");
    zone.fails("_dmarc.shaky.example");
    zone.text("_dmarc.twice.example", "v=DMARC1; p=none");
    zone.text("_dmarc.twice.example", "v=DMARC1; p=reject");
    zone.text("s._domainkey.k512.example", &format!("v=DKIM1; k=rsa; p={}", honest::KEY_512));
    zone.text("s._domainkey.k1024.example", &format!("v=DKIM1; k=rsa; p={}", honest::KEY_1024));
    zone
}

async fn outcome(checker: &Checker, row: &Row) -> (Checked, String) {
    let message = message::read(&row.raw).with_return_path(row.path.as_deref());
    let occasion = Occasion { now: NOW, support: &["support@nordlicht.example", "help@nordlicht.example"] };
    let (client, path) = (row.client.as_ref(), row.path.as_deref());
    let delivery = Delivery { how: &row.how, client, return_path: path, occasion };
    let checked = checker.check(&row.raw, &message, delivery).await;
    let mut words = vec![if checked.proof == Proof::Proven { "proven" } else { "unproven" }];
    words.extend(&checked.codes);
    for code in message.codes() {
        if !words.contains(&code) {
            words.push(code);
        }
    }
    let said = words.join(" ");
    (checked, said)
}

/// Controls 38 to 42, 45 and 47, row by row.
#[tokio::test]
async fn each_mail_gets_its_verdict() {
    let checker = Checker::with_dns_server(zone().serve().await).unwrap();
    let rows =
        [honest::rows(), forged::rows(), front::rows(), servers::rows(), machines::rows()].concat_rows();
    let mut wrong = Vec::new();
    for row in &rows {
        let (_, said) = outcome(&checker, row).await;
        if said != row.expected {
            wrong.push(format!("{}: {said:?}, not {:?}", row.name, row.expected));
        }
    }
    let said = rows.iter().flat_map(|row| row.expected.split(' ')).collect::<BTreeSet<_>>();
    let unknown: Vec<_> =
        said.into_iter().filter(|w| *w != "unproven" && Code::from_word(w).is_none()).collect();
    assert!(unknown.is_empty(), "staff would not read of {unknown:?}: they are no codes of the core's");
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), rows.len(), wrong.join("\n"));
    assert!(rows.len() >= 150, "{} rows", rows.len());
}

/// Controls 38 to 41: whatever a forged row is expected to say, none is ever proven; and each is
/// changed in many small ways, as somebody would who looks for a gap.
#[tokio::test]
async fn no_forged_mail_is_proven() {
    let checker = Checker::with_dns_server(zone().serve().await).unwrap();
    let mut tried = 0;
    for mut row in forged::rows().into_iter().chain(front::forged()).chain(servers::forged()) {
        let raw = std::mem::take(&mut row.raw);
        // The place of a field that the server in front wrote is not the sender's to choose.
        let moved = if row.how == How::Own { moves(&raw) } else { Vec::new() };
        for changed in changes(&raw).into_iter().chain(moved) {
            row.raw = changed;
            let (checked, _) = outcome(&checker, &row).await;
            assert_eq!(
                checked.proof,
                Proof::Unproven,
                "{}:\n{}",
                row.name,
                String::from_utf8_lossy(&row.raw)
            );
            tried += 1;
        }
    }
    assert!(tried >= 1_000, "{tried} tried");
}

/// The mail itself, and with line ends, blanks and what stands around it changed.
fn changes(raw: &[u8]) -> Vec<Vec<u8>> {
    let text = String::from_utf8_lossy(raw).into_owned();
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
    let all = [
        text.clone(),
        text.replace("\r\n", "\n"),
        text.replacen("\r\n", "\n", 1),
        text.replace(": ", ":"),
        text.replace(": ", ":\r\n "),
        text.replace(": ", ":\t"),
        format!("From kim Fri Nov 20\r\n{text}"),
        format!("\r\n{text}"),
        format!("{head}\r\n \r\n\r\n{body}"),
        format!("{text} \r\n\r\n"),
    ];
    all.map(String::into_bytes).to_vec()
}

/// The mail with each of its first lines doubled, and put last.
fn moves(raw: &[u8]) -> Vec<Vec<u8>> {
    let text = String::from_utf8_lossy(raw).into_owned();
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
    let lines: Vec<&str> = head.split("\r\n").collect();
    let mut all = Vec::new();
    for at in 0..lines.len().min(12) {
        let mut doubled = lines.clone();
        doubled.insert(at, lines[at]);
        let mut moved = lines.clone();
        let line = moved.remove(at);
        moved.push(line);
        all.extend(
            [doubled, moved].map(|lines| format!("{}\r\n\r\n{body}", lines.join("\r\n")).into_bytes()),
        );
    }
    all
}

trait ConcatRows {
    fn concat_rows(self) -> Vec<Row>;
}

impl<const N: usize> ConcatRows for [Vec<Row>; N] {
    fn concat_rows(self) -> Vec<Row> {
        self.into_iter().flatten().collect()
    }
}
