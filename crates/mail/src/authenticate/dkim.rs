//! DKIM signatures, stricter than RFC 6376 asks (control 41).
//!
//! No `l=`, no SHA-1, no key below 1024 bits, no key in test mode; `From`, `Subject` and `Date` signed.
//! Only signatures of the sender's own organisation are tried at all, so others cost no question to the
//! DNS.

use mail_auth::{
    AuthenticatedMessage, DkimOutput, DkimResult, Error, MessageAuthenticator,
    common::{
        crypto::{Algorithm, CryptoError, HashAlgorithm},
        headers::Header,
        verify::VerifySignature,
    },
    dkim::{Canonicalization, DkimError, Signature},
};
use sha2::{Digest, Sha256};

use super::{
    CheckResult,
    answers::Answers,
    signature::{self, MAX_SIGNATURES, Seen, Signed, Unusable},
    vouch::Cover,
};
use crate::message::{
    Mailbox,
    head::{Field, Head},
};

const MIN_KEY_BITS: usize = 1024;
/// `t=y` in a key's record: “do not rely on this” (RFC 6376 §3.6.1).
const FLAG_TESTING: u64 = 0x10;

/// What the signatures say.
#[derive(Default)]
pub(super) struct Found {
    /// Codes of what is wrong with the ones that did not pass.
    pub codes: Vec<&'static str>,
    pub results: Vec<CheckResult>,
}

/// The signatures that are worth a look, in a message ready to be checked.
pub(super) fn prepare<'a>(
    raw: &'a [u8],
    head: &Head<'a>,
    from: &Mailbox,
    found: &mut Found,
) -> AuthenticatedMessage<'a> {
    let mut message = AuthenticatedMessage {
        headers: head.fields.iter().map(|field| (field.name, field.value)).collect(),
        from: vec![from.address.clone()],
        raw_message: raw,
        body_offset: u32::try_from(head.body_at).unwrap_or(u32::MAX),
        ..AuthenticatedMessage::default()
    };
    for field in head.all("DKIM-Signature") {
        match usable(field, head, from) {
            Ok(signature) if message.dkim_headers.len() < MAX_SIGNATURES => {
                message.dkim_headers.push(Header { name: field.name, value: field.value, header: signature });
            }
            Ok(_) => {}
            Err(Unusable { code, domain, why }) => {
                found.codes.push(code);
                if found.results.len() < MAX_SIGNATURES {
                    found.results.push(CheckResult {
                        check: "dkim",
                        result: "fail",
                        domain,
                        why: why.into(),
                    });
                }
            }
        }
    }
    hash_body(&mut message, raw.get(head.body_at..).unwrap_or_default());
    message
}

/// Checks them; gives back the outputs that count.
pub(super) async fn verify<'a>(
    dns: &MessageAuthenticator,
    answers: &'a Answers,
    message: &'a AuthenticatedMessage<'a>,
    found: &mut Found,
) -> Vec<DkimOutput<'a>> {
    let outputs = dns.verify_dkim(answers.with(message)).await;
    let mut passed = Vec::new();
    for output in outputs {
        let Some(signature) = output.signature() else { continue };
        let (result, code, why) = judge(output.result(), signature, answers);
        found.results.push(CheckResult { check: "dkim", result, domain: signature.d.clone(), why });
        match code {
            Some(code) => found.codes.push(code),
            None => passed.push(output),
        }
    }
    passed
}

/// What the library understood must be what was looked at here.
fn usable(field: &Field<'_>, head: &Head<'_>, from: &Mailbox) -> Result<Signature, Unusable> {
    let Signed { domain, bytes, .. } = signature::read(field, head, from)?;
    let no = |code, why| Err(Unusable { code, domain: domain.clone(), why });
    let Ok(signature) = Signature::parse(field.value) else {
        return no("auth.dkim_fail", "the signature cannot be read");
    };
    if signature.l != 0 || signature.d != domain || signature.b != bytes {
        return no("auth.dkim_fail", "the signature can be read in two ways");
    }
    if signature.a == Algorithm::RsaSha1 {
        return no("auth.dkim_weak", "signed with SHA-1");
    }
    Ok(signature)
}

/// The signatures that were tried, with whether they passed.
pub(super) fn seen(message: &AuthenticatedMessage<'_>, passed: &[DkimOutput<'_>]) -> Vec<Seen> {
    let tried = message.dkim_headers.iter().map(|field| &field.header);
    tried
        .map(|one| Seen {
            hash: signature::hash(&one.d, &one.b),
            good: passed
                .iter()
                .filter_map(DkimOutput::signature)
                .any(|good| good.d == one.d && good.b == one.b),
        })
        .collect()
}

/// What the signatures cover that passed. With `strictly` only those of this very domain count, as its
/// policy asks.
pub(super) fn covers(passed: &[DkimOutput<'_>], strictly: Option<&str>) -> Vec<Cover> {
    let good = passed.iter().filter_map(DkimOutput::signature);
    let good = good.filter(|one| strictly.is_none_or(|domain| one.d.eq_ignore_ascii_case(domain)));
    good.map(|one| Cover::new(one.h.iter().map(String::as_str))).collect()
}

fn judge(
    result: &DkimResult,
    signature: &Signature,
    answers: &Answers,
) -> (&'static str, Option<&'static str>, String) {
    let key = answers.key(&signature.domain_key());
    if key.as_ref().is_some_and(|key| key.p.public_key_bits() < MIN_KEY_BITS) {
        return ("fail", Some("auth.dkim_weak"), format!("the key has less than {MIN_KEY_BITS} bits"));
    }
    match result {
        DkimResult::Pass if key.is_none_or(|key| key.f & FLAG_TESTING != 0) => {
            ("fail", Some("auth.dkim_fail"), "the key is in test mode".into())
        }
        DkimResult::Pass => ("pass", None, format!("signed by {}", signature.d)),
        DkimResult::TempError(error) => ("error", Some("auth.dns"), error.to_string()),
        DkimResult::None => ("none", Some("auth.none"), String::new()),
        DkimResult::Neutral(error) | DkimResult::Fail(error) | DkimResult::PermError(error) => {
            ("fail", Some(code_of(error)), error.to_string())
        }
    }
}

fn code_of(error: &Error) -> &'static str {
    match error {
        Error::Dkim(DkimError::SignatureExpired) => "auth.expired",
        Error::Dkim(DkimError::SignatureLength) => "auth.dkim_length",
        Error::Dkim(DkimError::UnsupportedAlgorithm) | Error::Crypto(CryptoError::IncompatibleAlgorithms) => {
            "auth.dkim_weak"
        }
        _ => "auth.dkim_fail",
    }
}

/// The body's hashes, by our own canonical forms: the library's relaxed form keeps empty lines
/// before a last line of blanks, which RFC 6376 §3.4.4 drops, and ignores stray carriage returns.
fn hash_body(message: &mut AuthenticatedMessage<'_>, body: &[u8]) {
    for canonical in [Canonicalization::Relaxed, Canonicalization::Simple] {
        if message.dkim_headers.iter().any(|field| field.header.cb == canonical) {
            let mut hash = Sha256::new();
            match canonical {
                Canonicalization::Relaxed => relaxed(body, &mut |piece| hash.update(piece)),
                Canonicalization::Simple => simple(body, &mut |piece| hash.update(piece)),
            }
            message.body_hashes.push((canonical, HashAlgorithm::Sha256, 0, hash.finalize().to_vec()));
        }
    }
}

/// RFC 6376 §3.4.4: blanks at line ends go, runs of blanks become one, empty lines at the end go.
fn relaxed(body: &[u8], write: &mut impl FnMut(&[u8])) {
    let mut empty_lines = 0_usize;
    for line in body.split_inclusive(|byte| *byte == b'\n') {
        let line = line.strip_suffix(b"\r\n").or_else(|| line.strip_suffix(b"\n")).unwrap_or(line);
        let end = line.iter().rposition(|byte| !is_blank(*byte)).map_or(0, |at| at + 1);
        if end == 0 {
            empty_lines += 1;
            continue;
        }
        for _ in 0..std::mem::take(&mut empty_lines) {
            write(b"\r\n");
        }
        let mut after_blank = false;
        for run in line[..end].chunk_by(|one, other| is_blank(*one) == is_blank(*other)) {
            after_blank = is_blank(run[0]);
            write(if after_blank { b" " } else { run });
        }
        debug_assert!(!after_blank, "a canonical line ends with something");
        write(b"\r\n");
    }
}

/// RFC 6376 §3.4.3: only empty lines at the end go; there is at least one line end.
fn simple(body: &[u8], write: &mut impl FnMut(&[u8])) {
    let mut rest = body;
    while let Some(shorter) = rest.strip_suffix(b"\r\n") {
        rest = shorter;
    }
    write(rest);
    write(b"\r\n");
}

fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(form: impl Fn(&[u8], &mut dyn FnMut(&[u8])), body: &str) -> String {
        let mut out = Vec::new();
        form(body.as_bytes(), &mut |piece| out.extend_from_slice(piece));
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn relaxed_bodies_are_as_in_rfc_6376() {
        let form = |body: &[u8], mut write: &mut dyn FnMut(&[u8])| relaxed(body, &mut write);
        for (body, canonical) in [
            ("", ""),
            ("\r\n", ""),
            (" \r\n\r\n", ""),
            (" C \r\nD \t E\r\n\r\n\r\n", " C\r\nD E\r\n"),
            ("one\r\n\r\n \t\r\n", "one\r\n"),
            ("one\r\n \r\ntwo", "one\r\n\r\ntwo\r\n"),
            ("a\rb\r\n", "a\rb\r\n"),
        ] {
            assert_eq!(written(form, body), canonical, "{body:?}");
        }
    }

    #[test]
    fn simple_bodies_are_as_in_rfc_6376() {
        let form = |body: &[u8], mut write: &mut dyn FnMut(&[u8])| simple(body, &mut write);
        for (body, canonical) in [
            ("", "\r\n"),
            ("\r\n\r\n", "\r\n"),
            (" C \r\nD \t E\r\n\r\n\r\n", " C \r\nD \t E\r\n"),
            ("one", "one\r\n"),
            ("one\r\n \r\n", "one\r\n \r\n"),
        ] {
            assert_eq!(written(form, body), canonical, "{body:?}");
        }
    }
}
