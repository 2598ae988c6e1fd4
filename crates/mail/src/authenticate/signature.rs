//! DKIM signatures as they stand in a head, read by the letter, before anybody checks one (control 41).
//!
//! Stricter than RFC 6376 asks: no tag twice, no `l=`, no SHA-1; `From`, `Subject` and `Date` must be
//! covered. What is not read here proves nothing, whoever says it does. Start at [`read`].

use std::sync::LazyLock;

use data_encoding::{Encoding, Specification};
use sha2::{Digest, Sha256};

use super::{same_organisation, vouch::Cover};
use crate::message::{
    Mailbox,
    head::{Field, Head},
};

/// As many signatures of the sender's organisation as are looked at.
pub(super) const MAX_SIGNATURES: usize = 8;
const MAX_TAGS: usize = 40;
/// What a signature must cover where the message has it (RFC 6376 §5.4): what is shown, and how old it is.
const COVERED: [&str; 3] = ["From", "Subject", "Date"];

/// A signature of the sender's organisation, seen in a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    /// Of its domain and its bytes, in hexadecimal: the same however it is written.
    pub hash: String,
    /// Whether it counts for the message that bears it.
    pub good: bool,
}

/// A signature that may count once it is checked.
pub(super) struct Signed {
    /// In lower case.
    pub domain: String,
    /// Which of the domain's keys it was made with.
    pub selector: String,
    pub bytes: Vec<u8>,
    pub cover: Cover,
}

impl Signed {
    /// How it is remembered.
    pub fn hash(&self) -> String {
        hash(&self.domain, &self.bytes)
    }
}

/// How a signature is remembered. Zeros in front of a number change nothing about it.
pub(super) fn hash(domain: &str, bytes: &[u8]) -> String {
    let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
    let mut hash = Sha256::new();
    hash.update(domain.as_bytes());
    hash.update(b"\n");
    hash.update(bytes.get(zeros..).unwrap_or_default());
    data_encoding::HEXLOWER.encode(&hash.finalize())
}

/// A signature that cannot count.
#[cfg_attr(not(feature = "network"), allow(dead_code, reason = "only a check of our own tells of them"))]
pub(super) struct Unusable {
    /// `auth.not_aligned` for another organisation's.
    pub code: &'static str,
    pub domain: String,
    pub why: &'static str,
}

/// Reads one signature of a message that is from this address.
pub(super) fn read(field: &Field<'_>, head: &Head<'_>, from: &Mailbox) -> Result<Signed, Unusable> {
    let line = field.unfolded();
    let Some(tags) = Tags::parse(&line) else {
        return Err(unusable("auth.dkim_fail", "", "the signature cannot be read"));
    };
    let domain = tags.get("d").unwrap_or_default().to_ascii_lowercase();
    let no = |code, why| Err(unusable(code, &domain, why));
    if !same_organisation(&domain, from.domain()) {
        return no("auth.not_aligned", "signed by another organisation than the sender's");
    }
    if tags.get("l").is_some() {
        return no("auth.dkim_length", "the signature leaves a part of the body out (l=)");
    }
    if tags.get("a").is_some_and(|algorithm| algorithm.eq_ignore_ascii_case("rsa-sha1")) {
        return no("auth.dkim_weak", "signed with SHA-1");
    }
    let cover = Cover::new(tags.get("h").unwrap_or_default().split(':'));
    if COVERED.iter().any(|name| !cover.covers(head, name) && (*name == "From" || head.first(name).is_some()))
    {
        return no("auth.dkim_fail", "the sender, the subject or the date is not signed");
    }
    match tags.get("b").and_then(bytes) {
        Some(bytes) => {
            let selector = tags.get("s").unwrap_or_default().to_ascii_lowercase();
            Ok(Signed { domain, selector, bytes, cover })
        }
        None => no("auth.dkim_fail", "the signature cannot be read"),
    }
}

/// Whether a signature covers only the beginning of the body (`l=`); one that cannot be read counts as yes.
pub(super) fn covers_a_part(line: &str) -> bool {
    Tags::parse(line).is_none_or(|tags| tags.get("l").is_some())
}

fn unusable(code: &'static str, domain: &str, why: &'static str) -> Unusable {
    Unusable { code, domain: domain.chars().take(253).collect(), why }
}

/// `name=value` pairs; none if one is named twice (RFC 6376 §3.2).
struct Tags<'a>(Vec<(&'a str, &'a str)>);

impl<'a> Tags<'a> {
    fn parse(line: &'a str) -> Option<Self> {
        let mut tags: Vec<(&str, &str)> = Vec::new();
        for piece in line.split(';').map(str::trim).filter(|piece| !piece.is_empty()) {
            let (name, value) = piece.split_once('=')?;
            let name = name.trim();
            if tags.len() > MAX_TAGS || tags.iter().any(|(known, _)| known.eq_ignore_ascii_case(name)) {
                return None;
            }
            tags.push((name, value.trim()));
        }
        Some(Self(tags))
    }

    fn get(&self, name: &str) -> Option<&'a str> {
        self.0.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| *value)
    }
}

/// Base 64 with blanks anywhere and the padding left out or not; the last bits that count for nothing may
/// be anything, so that they make no other signature of it.
static BASE64: LazyLock<Option<Encoding>> = LazyLock::new(|| {
    let mut form = Specification::new();
    form.symbols.push_str("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/");
    form.check_trailing_bits = false;
    form.encoding().ok()
});

fn bytes(text: &str) -> Option<Vec<u8>> {
    let plain: String = text.chars().filter(|c| !c.is_ascii_whitespace()).collect();
    let form = BASE64.as_ref()?;
    form.decode(plain.trim_end_matches('=').as_bytes()).ok().filter(|bytes| !bytes.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::{FromField, address, head};

    fn hash(signature: &str) -> Option<String> {
        let raw = format!("DKIM-Signature: {signature}\r\nFrom: kim@a.example\r\nSubject: x\r\n\r\n");
        let head = head::split(raw.as_bytes());
        let FromField::One(from) = address::from_field(&[b"kim@a.example".as_slice()]) else { return None };
        read(head.first("DKIM-Signature")?, &head, &from).ok().map(|signed| signed.hash())
    }

    /// Rule Z5: however a signature is written, it is the same one.
    #[test]
    fn z5_a_signature_written_otherwise_is_the_same() {
        let first = hash("v=1; d=a.example; h=from:subject; b=AAECAwQ=").expect("a signature");
        for same in [
            "v=1; d=a.example; h=from:subject; b=AAEC AwQ=",
            "b=AAEC\r\n\tAwQ; h=From : Subject; d=A.Example",
            "v=1; d=a.example; h=from:subject; b=AAECAwR=",
            "v=1; d=a.example; h=from:subject; b=AAABAgME",
        ] {
            assert_eq!(hash(same).as_deref(), Some(&*first), "{same}");
        }
        for other in ["b=AQECAwQ=; h=from:subject; d=a.example", "b=AAECAwQ=; h=from:subject; d=b.a.example"]
        {
            assert!(hash(other).is_some_and(|hash| hash != first), "{other}");
        }
    }

    /// Rule Z5, control 41: what could be read in two ways, or leaves out what is shown, does not count.
    #[test]
    fn z5_control_41_a_signature_that_leaves_out_what_is_shown_does_not_count() {
        for bad in [
            "d=a.example; h=from; b=AAECAwQ=",
            "d=a.example; h=subject; b=AAECAwQ=",
            "d=a.example; h=from:subject; b=AA!CAwQ=",
            "d=a.example; h=from:subject; b=",
            "d=a.example; d=a.example; h=from:subject; b=AAECAwQ=",
            "d=a.example; l=1; h=from:subject; b=AAECAwQ=",
            "d=a.example; a=rsa-sha1; h=from:subject; b=AAECAwQ=",
            "d=b.example; h=from:subject; b=AAECAwQ=",
        ] {
            assert_eq!(hash(bad), None, "{bad}");
        }
    }
}
