//! The result that the mail server in front wrote: `Authentication-Results` (RFC 8601, control 38).
//!
//! Anybody can write such a field into a message. One counts only if it bears the configured name,
//! is the only one that does, stands above all others and below no foreign server's `Received`.
//! It is read by the letter: what does not follow the grammar, or could be somebody's text that got
//! into the field, makes the whole field worthless.

use pforte_core::sender::Proof;

use super::{
    CheckResult, Checked, same_organisation,
    signature::{self, MAX_SIGNATURES, Seen},
};
use crate::message::{Mailbox, address, head::Head};

const FIELD: &str = "Authentication-Results";
const MAX_FIELD_BYTES: usize = 8 * 1024;
const MAX_WORDS: usize = 1_000;

/// What the server in front says of the message.
pub(super) fn check(head: &Head<'_>, authserv_id: &str, from: &Mailbox) -> Checked {
    let signatures = match signatures(head, from) {
        Ok(signatures) => signatures,
        Err(code) => return Checked::unproven(vec![code], Vec::new()),
    };
    let said = match field(head, authserv_id) {
        Ok(line) => parse(&line).filter(|said| said.by.eq_ignore_ascii_case(authserv_id)),
        Err(code) => return Checked::unproven(vec![code], Vec::new()),
    };
    match said {
        Some(said) => Checked { signatures, ..conclude(&said, from) },
        None => Checked::unproven(
            vec!["auth.header_missing"],
            vec![result("fail", authserv_id, "cannot be read")],
        ),
    }
}

/// The signatures of the sender's organisation. Which of them the server in front relied on is not known,
/// so each must be one that could count here, and a message bears no more than are looked at (control 41).
fn signatures(head: &Head<'_>, from: &Mailbox) -> Result<Vec<Seen>, &'static str> {
    let mut found = Vec::new();
    for field in head.all("DKIM-Signature") {
        // One over a part of the body proves nothing about the rest, whoever made and checked it.
        if signature::covers_a_part(&field.unfolded()) {
            return Err("auth.dkim_length");
        }
        match signature::read(field, head, from) {
            Ok(_) if found.len() == MAX_SIGNATURES => return Err("auth.dkim_fail"),
            Ok(signed) => found.push(Seen { hash: signed.hash(), good: true }),
            Err(unusable) if unusable.code == "auth.not_aligned" => {}
            Err(unusable) => return Err(unusable.code),
        }
    }
    Ok(found)
}

/// The one field that counts, unfolded.
fn field(head: &Head<'_>, authserv_id: &str) -> Result<String, &'static str> {
    let id = authserv_id.to_ascii_lowercase();
    let named: Vec<_> = head.all(FIELD).filter(|field| names(&field.unfolded(), &id)).collect();
    let top = head.first(FIELD).ok_or("auth.header_missing")?;
    match named.as_slice() {
        [only] if std::ptr::eq(*only, top) => {}
        [] | [_] => return Err("auth.header_missing"),
        _ => return Err("auth.header_twice"),
    }
    let above = head.fields.iter().take_while(|field| !field.is(FIELD)).filter(|field| field.is("Received"));
    let foreign = above.filter(|field| !is_by(&field.unfolded(), &id)).count();
    let has_blank_fold = top.value.split(|byte| *byte == b'\n').any(|line| {
        line.len() > usize::from(line.ends_with(b"\r")) && line.iter().all(u8::is_ascii_whitespace)
    });
    if foreign > 0 || has_blank_fold || top.value.len() > MAX_FIELD_BYTES {
        return Err("auth.header_missing");
    }
    Ok(top.unfolded())
}

/// Whether the name stands anywhere before the first result, in whatever disguise.
fn names(line: &str, id: &str) -> bool {
    let before = line.split(';').next().unwrap_or_default().to_ascii_lowercase();
    before.contains(id)
}

/// Whether a server of the same organisation, or one without a public name, wrote this `Received`.
fn is_by(line: &str, id: &str) -> bool {
    let lower = line.to_ascii_lowercase();
    let mut words = lower.split_whitespace();
    let host = if words.next() == Some("by") { lower.split_whitespace().nth(1) } else { after_by(&lower) };
    let host = host.unwrap_or_default().trim_end_matches(';');
    let has_public_name = host.contains('.') && host.parse::<std::net::IpAddr>().is_err();
    !has_public_name || same_organisation(host, id)
}

fn after_by(line: &str) -> Option<&str> {
    line.split_once(" by ").and_then(|(_, rest)| rest.split_whitespace().next())
}

/// A field, read.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Said {
    /// The server's name.
    pub by: String,
    pub methods: Vec<Method>,
}

/// One method's result, with its properties: `("header.d", "customer.example")`.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Method {
    pub name: String,
    pub result: String,
    pub properties: Vec<(String, String)>,
}

impl Method {
    fn property(&self, name: &str) -> Option<&str> {
        let mut all = self.properties.iter().filter(|(key, _)| key == name);
        // Named twice, it says nothing.
        all.next().filter(|_| all.next().is_none()).map(|(_, value)| value.as_str())
    }
}

#[derive(Debug, PartialEq, Eq)]
enum Word {
    Atom(String),
    Equals,
    End,
}

/// Reads a field's value by the grammar; none if it does not follow it.
pub fn parse(line: &str) -> Option<Said> {
    let words = words(line)?;
    let mut parts = words.split(|word| *word == Word::End);
    let by = match parts.next()? {
        [Word::Atom(by)] => by.clone(),
        [Word::Atom(by), Word::Atom(version)] if version.bytes().all(|byte| byte.is_ascii_digit()) => {
            by.clone()
        }
        _ => return None,
    };
    let mut methods = Vec::new();
    for part in parts {
        match part {
            [] => {}
            [Word::Atom(none)] if none == "none" => {}
            part => methods.push(method(part)?),
        }
    }
    Some(Said { by, methods })
}

/// `dkim=pass header.d=customer.example …`
fn method(words: &[Word]) -> Option<Method> {
    let mut pairs = words.chunks(3).map(|chunk| match chunk {
        [Word::Atom(key), Word::Equals, Word::Atom(value)] => Some((key.to_ascii_lowercase(), value.clone())),
        _ => None,
    });
    let (name, result) = pairs.next()??;
    let name = name.split('/').next().unwrap_or_default().to_owned();
    let properties = pairs.collect::<Option<Vec<_>>>()?;
    // A method after a method without a semicolon is somebody's trick.
    let plain = properties.iter().all(|(key, _)| key == "reason" || key.contains('.'));
    plain.then(|| Method { name, result: result.to_ascii_lowercase(), properties })
}

/// Comments are left out; quotes that hold more than a plain value make the field worthless.
fn words(line: &str) -> Option<Vec<Word>> {
    let mut words = Vec::new();
    let mut chars = line.chars().peekable();
    let mut touches = false;
    while let Some(c) = chars.next() {
        if words.len() > MAX_WORDS || !(c.is_ascii_graphic() || c == ' ') {
            return None;
        }
        let word = match c {
            ' ' => None,
            '(' => comment(&mut chars)?,
            ')' | '\\' => return None,
            ';' => Some(Word::End),
            '=' => Some(Word::Equals),
            '"' => Some(Word::Atom(quoted(&mut chars)?)),
            c => {
                let mut atom = String::from(c);
                while let Some(c) = chars.next_if(|c| c.is_ascii_graphic() && !"()\\;=\"".contains(*c)) {
                    atom.push(c);
                }
                Some(Word::Atom(atom))
            }
        };
        let is_atom = matches!(word, Some(Word::Atom(_)));
        if is_atom && touches {
            return None;
        }
        touches = is_atom;
        words.extend(word);
    }
    Some(words)
}

fn comment(chars: &mut std::iter::Peekable<std::str::Chars<'_>>) -> Option<Option<Word>> {
    loop {
        match chars.next()? {
            ')' => return Some(None),
            '(' | '\\' | '"' => return None,
            _ => {}
        }
    }
}

fn quoted(chars: &mut std::iter::Peekable<std::str::Chars<'_>>) -> Option<String> {
    let mut value = String::new();
    loop {
        match chars.next()? {
            '"' => return Some(value),
            ';' | '=' | '(' | ')' | '\\' => return None,
            c => value.push(c),
        }
    }
}

fn conclude(said: &Said, from: &Mailbox) -> Checked {
    let results = said.methods.iter().take(20).map(result_of).collect();
    let all = |name: &'static str| said.methods.iter().filter(move |method| method.name == name);
    let dmarc: Vec<_> = all("dmarc").collect();
    let signed =
        all("dkim").any(|method| method.result == "pass" && is_aligned(method.property("header.d"), from));
    let spf_aligned = all("spf").any(|method| {
        let domain = method.property("smtp.mailfrom").map(|path| path.rsplit('@').next().unwrap_or_default());
        method.result == "pass" && is_aligned(domain, from)
    });
    let code = match dmarc.as_slice() {
        [one] if one.result == "pass" => {
            let named = one.property("header.from").and_then(address::normalised_domain);
            if named.as_deref() == Some(from.domain()) { None } else { Some("auth.not_aligned") }
        }
        [one] if one.result.ends_with("error") => Some("auth.dns"),
        [one] if one.result == "none" && signed => None,
        [] if signed => None,
        [_] | [] if spf_aligned => Some("auth.spf_only"),
        [_] if signed => Some("auth.not_aligned"),
        [_] | [] if all("dkim").any(|method| method.result == "pass") => Some("auth.not_aligned"),
        [_] | [] if all("dkim").any(|method| method.result != "none") => Some("auth.dkim_fail"),
        [_] | [] if all("arc").any(|method| method.result == "pass") => Some("auth.arc_only"),
        [_] | [] => Some("auth.none"),
        _ => Some("auth.header_twice"),
    };
    match code {
        None => Checked { proof: Proof::Proven, codes: Vec::new(), results, signatures: Vec::new() },
        Some(code) => Checked::unproven(vec![code], results),
    }
}

fn is_aligned(domain: Option<&str>, from: &Mailbox) -> bool {
    domain
        .and_then(address::normalised_domain)
        .is_some_and(|domain| same_organisation(&domain, from.domain()))
}

fn result_of(method: &Method) -> CheckResult {
    let domain = ["header.from", "header.d", "smtp.mailfrom"].iter().find_map(|name| method.property(name));
    let result = match method.result.as_str() {
        "pass" => "pass",
        "none" | "neutral" => "none",
        other if other.ends_with("error") => "error",
        _ => "fail",
    };
    self::result(result, domain.unwrap_or_default(), &format!("{}={}", method.name, method.result))
}

fn result(result: &'static str, domain: &str, why: &str) -> CheckResult {
    let short = |text: &str| text.chars().take(253).collect();
    CheckResult { check: "header", result, domain: short(domain), why: short(why) }
}
