//! Our own check: signatures, then SPF where the client is known, then the domain's policy.
//!
//! DMARC (RFC 9989) has the last word where a domain publishes it. Beyond it, domains must share an
//! organisation by the public suffix list, so a missing record of a registry opens nothing.

use std::borrow::Cow;

use mail_auth::{
    AuthenticatedMessage, DkimOutput, DmarcOutput, DmarcResult, MessageAuthenticator, SpfOutput, SpfResult,
    dmarc::{Alignment, verify::DmarcParameters},
    spf::verify::SpfParameters,
};

use super::{
    CheckResult, Checked, Delivery,
    answers::Answers,
    dkim::{self, Found},
    same_organisation,
    vouch::Voucher,
};
use crate::message::{
    Mailbox, address,
    head::{self, Head},
};

/// What our server calls itself where a domain's SPF record asks; none of anybody's business.
const HOST: &str = "mail.invalid";

pub(super) async fn check(
    dns: &MessageAuthenticator,
    raw: &[u8],
    from: &Mailbox,
    delivery: Delivery<'_>,
) -> Checked {
    let raw = with_crlf(raw);
    let head = head::split(&raw);
    let answers = Answers::default();
    let mut found = Found::default();
    let message = dkim::prepare(&raw, &head, from, &mut found);
    let (passed, spf) =
        tokio::join!(dkim::verify(dns, &answers, &message, &mut found), Spf::check(dns, &answers, delivery));
    let dmarc = dmarc(dns, &answers, &message, &passed, &spf).await;
    let signatures = dkim::seen(&message, &passed);
    let looked = Looked { head: &head, from, signed: !passed.is_empty(), spf: &spf, dmarc: &dmarc };
    let vouched = looked.voucher(&passed).of(&head, raw.get(head.body_at..).unwrap_or_default());
    Checked { signatures, vouched, ..conclude(&looked, found) }
}

/// Whether the server that hands the message over may send for the sender's organisation. For a server
/// in front that tells who brought a message, but not what it thinks of that.
pub(super) async fn is_delivered_by(
    dns: &MessageAuthenticator,
    from: &Mailbox,
    delivery: Delivery<'_>,
) -> bool {
    let spf = Spf::check(dns, &Answers::default(), delivery).await;
    spf.passed() && same_organisation(&spf.domain, from.domain())
}

/// What a command line hands over has bare line feeds; signatures are over CRLF.
fn with_crlf(raw: &[u8]) -> Cow<'_, [u8]> {
    if raw.contains(&b'\r') {
        return Cow::Borrowed(raw);
    }
    let mut out = Vec::with_capacity(raw.len() + raw.len() / 32);
    for line in raw.split_inclusive(|byte| *byte == b'\n') {
        match line.strip_suffix(b"\n") {
            Some(line) => {
                out.extend_from_slice(line);
                out.extend_from_slice(b"\r\n");
            }
            None => out.extend_from_slice(line),
        }
    }
    Cow::Owned(out)
}

/// SPF of the envelope's sender.
struct Spf {
    domain: String,
    output: SpfOutput,
}

impl Spf {
    async fn check(dns: &MessageAuthenticator, answers: &Answers, delivery: Delivery<'_>) -> Self {
        let path = delivery.return_path.map(|path| path.trim().trim_matches(['<', '>']));
        // The local part may be anything; only the domain must be plain.
        let domain = path.and_then(|path| path.rsplit_once('@')).map(|(_, domain)| domain);
        let domain = domain.and_then(address::normalised_domain);
        let (Some(client), Some(domain)) = (delivery.client, domain) else {
            return Self { domain: String::new(), output: SpfOutput::default() };
        };
        let local = path.and_then(|path| path.rsplit_once('@')).map_or("", |(local, _)| local);
        let sender = format!("{local}@{domain}");
        let helo = address::normalised_domain(&client.helo).unwrap_or_else(|| HOST.to_owned());
        let params = SpfParameters::verify_mail_from(client.ip, &helo, HOST, &sender);
        let output = dns.verify_spf(answers.with(params)).await;
        Self { domain, output }
    }

    fn passed(&self) -> bool {
        self.output.result() == SpfResult::Pass
    }
}

async fn dmarc(
    dns: &MessageAuthenticator,
    answers: &Answers,
    message: &AuthenticatedMessage<'_>,
    passed: &[DkimOutput<'_>],
    spf: &Spf,
) -> DmarcOutput {
    let params = DmarcParameters {
        message,
        dkim_output: passed,
        dkim2_output: None,
        rfc5321_mail_from_domain: &spf.domain,
        spf_output: &spf.output,
    };
    dns.verify_dmarc(answers.with(params)).await
}

struct Looked<'a> {
    head: &'a Head<'a>,
    from: &'a Mailbox,
    /// Whether a signature of the sender's organisation passed.
    signed: bool,
    spf: &'a Spf,
    dmarc: &'a DmarcOutput,
}

impl Looked<'_> {
    fn spf_aligned(&self) -> bool {
        self.spf.passed() && same_organisation(&self.spf.domain, self.from.domain())
    }

    /// By the envelope, as the domain's policy asks for it.
    fn by_envelope(&self) -> bool {
        let has_policy = self.dmarc.dmarc_record().is_some();
        self.spf_aligned() && (!has_policy || *self.dmarc.spf_result() == DmarcResult::Pass)
    }

    fn voucher(&self, passed: &[DkimOutput<'_>]) -> Voucher {
        if self.by_envelope() {
            return Voucher::Delivery;
        }
        let strict = self.dmarc.dmarc_record().is_some_and(|record| record.adkim == Alignment::Strict);
        Voucher::All(dkim::covers(passed, strict.then(|| self.from.domain())))
    }
}

fn conclude(seen: &Looked<'_>, found: Found) -> Checked {
    let Looked { from, signed, spf, dmarc, .. } = *seen;
    let spf_aligned = seen.spf_aligned();
    let by_signature = *dmarc.dkim_result() == DmarcResult::Pass && signed;
    let has_policy = dmarc.dmarc_record().is_some();
    let by_envelope = has_policy && seen.by_envelope();
    let unknown = is_unknown(dmarc.dkim_result()) || is_unknown(dmarc.spf_result());
    let proven = if has_policy { by_signature || by_envelope } else { signed && !unknown };

    let mut results = found.results;
    results.extend(spf_result(spf));
    results.push(dmarc_result(from, dmarc, has_policy, unknown));
    if proven {
        return Checked::proven(results);
    }
    let mut codes = found.codes;
    if unknown || spf.output.result() == SpfResult::TempError {
        codes.push("auth.dns");
    }
    if signed && !unknown {
        // The signature is good, but the domain's policy asks for more.
        codes.push("auth.not_aligned");
    }
    if spf_aligned {
        codes.push("auth.spf_only");
    } else if spf.passed() {
        codes.push("auth.not_aligned");
    }
    if seen.head.first("ARC-Seal").is_some() {
        codes.push("auth.arc_only");
        results.push(CheckResult {
            check: "arc",
            result: "none",
            domain: String::new(),
            why: "another server's word on the way is not relied on".into(),
        });
    }
    if codes.is_empty() {
        codes.push("auth.none");
    }
    codes.sort_by_key(|code| RANK.iter().position(|known| known == code));
    codes.dedup();
    Checked::unproven(codes, results)
}

/// Most important first.
const RANK: [&str; 9] = [
    "auth.dns",
    "auth.dkim_length",
    "auth.dkim_weak",
    "auth.expired",
    "auth.dkim_fail",
    "auth.not_aligned",
    "auth.spf_only",
    "auth.arc_only",
    "auth.none",
];

fn is_unknown(result: &DmarcResult) -> bool {
    matches!(result, DmarcResult::TempError(_) | DmarcResult::PermError(_))
}

fn spf_result(spf: &Spf) -> Option<CheckResult> {
    let (result, why) = match spf.output.result() {
        SpfResult::Pass => ("pass", "the server may send for the envelope's domain"),
        SpfResult::Fail | SpfResult::SoftFail => {
            ("fail", "the server may not send for the envelope's domain")
        }
        SpfResult::TempError => ("error", "the domain's record could not be read"),
        SpfResult::PermError => ("error", "the domain's record makes no sense"),
        SpfResult::Neutral => ("none", "the domain says neither"),
        SpfResult::None => ("none", "the domain says nothing"),
    };
    (!spf.domain.is_empty()).then(|| CheckResult {
        check: "spf",
        result,
        domain: spf.domain.clone(),
        why: why.into(),
    })
}

fn dmarc_result(from: &Mailbox, dmarc: &DmarcOutput, has_policy: bool, unknown: bool) -> CheckResult {
    let (result, why) = match dmarc.result() {
        DmarcResult::Pass => ("pass", "the domain's policy is met"),
        _ if unknown => ("error", "the domain's policy could not be read"),
        _ if has_policy => ("fail", "the domain's policy is not met"),
        _ => ("none", "the domain has no policy"),
    };
    CheckResult { check: "dmarc", result, domain: from.domain().to_owned(), why: why.into() }
}
