//! Mails made by code, and signed as a sender's server would, or as a forger would like to.

use std::sync::LazyLock;

use data_encoding::BASE64;
use mail_auth::common::{
    crypto::{Ed25519Key, SigningKey},
    headers::{Writable, Writer},
};
use sha2::{Digest, Sha256};

/// One key for all domains of the tests.
pub static KEY_BYTES: LazyLock<Vec<u8>> = LazyLock::new(|| Ed25519Key::generate_pkcs8().unwrap());
pub static KEY: LazyLock<Ed25519Key> =
    LazyLock::new(|| Ed25519Key::from_pkcs8_maybe_unchecked_der(&KEY_BYTES).unwrap());
/// Another one, whose public half nobody publishes.
static STRAY: LazyLock<Ed25519Key> = LazyLock::new(|| {
    Ed25519Key::from_pkcs8_maybe_unchecked_der(&Ed25519Key::generate_pkcs8().unwrap()).unwrap()
});

#[derive(Clone)]
pub struct Mail {
    fields: Vec<(String, String)>,
    body: String,
}

/// An ordinary mail from this `From` field.
pub fn from(from: &str) -> Mail {
    bare()
        .with("From", from)
        .with("To", "support@nordlicht.example")
        .with("Subject", "The printer")
        .with("Date", "Fri, 20 Nov 2026 10:00:00 +0100")
        .with("Message-ID", "<1@customer.example>")
}

pub fn bare() -> Mail {
    Mail { fields: Vec::new(), body: "It does not print.\r\n".into() }
}

impl Mail {
    /// A field below the others.
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.fields.push((name.into(), value.into()));
        self
    }

    /// A field above the others, as servers on the way add them.
    pub fn top(mut self, name: &str, value: &str) -> Self {
        self.fields.insert(0, (name.into(), value.into()));
        self
    }

    pub fn has(&self, name: &str) -> bool {
        self.fields.iter().any(|(known, _)| known.eq_ignore_ascii_case(name))
    }

    pub fn without(mut self, name: &str) -> Self {
        self.fields.retain(|(known, _)| !known.eq_ignore_ascii_case(name));
        self
    }

    pub fn body(mut self, body: &str) -> Self {
        self.body = body.replace("\r\n", "\n").replace('\n', "\r\n");
        self
    }

    pub fn subject(self, subject: &str) -> Self {
        self.without("Subject").with("Subject", subject)
    }

    /// Signed by this domain, as is usual.
    pub fn signed(self, domain: &str) -> Self {
        self.sign(&Sign { domain, ..SIGN })
    }

    pub fn sign(self, how: &Sign<'_>) -> Self {
        let hash = BASE64.encode(&Sha256::digest(relaxed_body(&self.body)));
        let Sign { domain, selector, fields, algorithm, extra, .. } = how;
        let tags = format!(
            "v=1; a={algorithm}; c=relaxed/relaxed; d={domain}; s={selector}; h={fields};{extra} bh={hash}; b="
        );
        let mut data = self.relaxed_fields(fields);
        data.push_str(&format!("dkim-signature:{tags}"));
        let key = if how.stray_key { &STRAY } else { &KEY };
        let signature = BASE64.encode(&key.sign(Bytes(data.as_bytes())).unwrap());
        self.top("DKIM-Signature", &format!("{tags}{signature}"))
    }

    /// RFC 6376 §3.4.2 and §5.4.2: from the bottom up, a missing field counts as empty.
    fn relaxed_fields(&self, names: &str) -> String {
        let mut left: Vec<_> = self.fields.iter().collect();
        let mut out = String::new();
        for name in names.split(':') {
            if let Some(at) = left.iter().rposition(|(known, _)| known.eq_ignore_ascii_case(name)) {
                let (_, value) = left.remove(at);
                let words: Vec<_> = value.split_whitespace().collect();
                out.push_str(&format!("{}:{}\r\n", name.to_lowercase(), words.join(" ")));
            }
        }
        out
    }

    pub fn raw(&self) -> Vec<u8> {
        let fields: String = self.fields.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
        format!("{fields}\r\n{}", self.body).into_bytes()
    }
}

/// How a mail is signed.
#[derive(Clone, Copy)]
pub struct Sign<'a> {
    pub domain: &'a str,
    pub selector: &'a str,
    pub fields: &'a str,
    pub algorithm: &'a str,
    /// More tags, each ended by a semicolon.
    pub extra: &'a str,
    pub stray_key: bool,
}

pub const SIGN: Sign<'static> = Sign {
    domain: "customer.example",
    selector: "s",
    fields: "from:to:subject:date:message-id",
    algorithm: "ed25519-sha256",
    extra: "",
    stray_key: false,
};

fn relaxed_body(body: &str) -> Vec<u8> {
    let lines = body.split_terminator("\r\n").map(|line| {
        let words: Vec<_> = line.split([' ', '\t']).filter(|word| !word.is_empty()).collect();
        let lead = if line.starts_with([' ', '\t']) && !words.is_empty() { " " } else { "" };
        format!("{lead}{}\r\n", words.join(" "))
    });
    let whole: String = lines.collect();
    let trimmed = whole.trim_end_matches("\r\n");
    if trimmed.is_empty() { Vec::new() } else { format!("{trimmed}\r\n").into_bytes() }
}

struct Bytes<'a>(&'a [u8]);

impl Writable for Bytes<'_> {
    fn write(self, writer: &mut impl Writer) {
        writer.write(self.0);
    }
}
