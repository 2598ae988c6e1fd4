//! The result that the mail server in front wrote: `Authentication-Results` (RFC 8601, control 38).
//!
//! Anybody can write such a field into a message. One counts only if it bears the configured name,
//! stands above all others and below no foreign server's `Received`, and no other one contradicts it.
//! It is read by the letter: what does not follow the grammar, or could be somebody's text that got
//! into the field, makes the whole field worthless.

use super::{
    CheckResult, Checked, same_organisation,
    signature::{self, MAX_SIGNATURES, Seen, Signed},
    vouch::Voucher,
};
use crate::message::{
    Mailbox, address,
    head::{Field, Head},
};

const FIELD: &str = "Authentication-Results";
const MAX_FIELD_BYTES: usize = 8 * 1024;
const MAX_WORDS: usize = 1_000;

/// The configured name of a server that writes none (Microsoft 365).
const NAMELESS: &str = "-";

/// What the server in front says of the message.
pub(super) fn check(head: &Head<'_>, body: &[u8], authserv_id: &str, from: &Mailbox) -> Checked {
    let signatures = match signatures(head, from) {
        Ok(signatures) => signatures,
        Err(code) => return Checked::unproven(vec![code], Vec::new()),
    };
    let said = match said(head, &authserv_id.to_ascii_lowercase()) {
        Ok(said) => said,
        Err("auth.header_missing") => {
            let why = result("fail", authserv_id, "missing, or cannot be read");
            return Checked::unproven(vec!["auth.header_missing"], vec![why]);
        }
        Err(code) => return Checked::unproven(vec![code], Vec::new()),
    };
    let vouched = voucher(&said, &signatures, from).of(head, body);
    let signatures = signatures.iter().map(|one| Seen { hash: one.hash(), good: true }).collect();
    Checked { signatures, vouched, ..conclude(&said, from) }
}

/// The signatures of the sender's organisation. Which of them the server in front relied on is not known,
/// so each must be one that could count here, and a message bears no more than are looked at (control 41).
fn signatures(head: &Head<'_>, from: &Mailbox) -> Result<Vec<Signed>, &'static str> {
    let mut found = Vec::new();
    for field in head.all("DKIM-Signature") {
        // One over a part of the body proves nothing about the rest, whoever made and checked it.
        if signature::covers_a_part(&field.unfolded()) {
            return Err("auth.dkim_length");
        }
        match signature::read(field, head, from) {
            Ok(_) if found.len() == MAX_SIGNATURES => return Err("auth.dkim_fail"),
            Ok(signed) => found.push(signed),
            Err(unusable) if unusable.code == "auth.not_aligned" => {}
            Err(unusable) => return Err(unusable.code),
        }
    }
    Ok(found)
}

/// What stands behind the other fields, by the server's words and the signatures themselves (rule Z5).
///
/// Whoever sends a mail again can add a signature of its own making; so what the words do not tell apart
/// counts only where all agree.
fn voucher(said: &Said, signatures: &[Signed], from: &Mailbox) -> Voucher {
    let all = |name: &'static str| said.methods.iter().filter(move |method| method.name == name);
    if all("spf").any(|method| method.result == "pass" && is_aligned(method.mailfrom(), from)) {
        return Voucher::Delivery;
    }
    let good: Vec<_> =
        all("dkim").filter(|one| one.result == "pass" && is_aligned(one.signer(), from)).collect();
    // Without a signature it is the envelope that met the policy; unless the server says otherwise.
    let by_envelope = signatures.is_empty() && good.is_empty() && all("spf").next().is_none();
    if by_envelope && all("dmarc").any(|method| method.result == "pass") {
        return Voucher::Delivery;
    }
    let meant = |one: &&Signed| good.is_empty() || good.iter().any(|method| method.means(one));
    Voucher::OneOf(signatures.iter().filter(meant).map(|one| one.cover.clone()).collect())
}

/// What the server in front says in its field, or in its fields: some write one for each of their checks.
///
/// They count only as one block above all others. The first of them that says anything of the sender
/// decides, since it stands above whatever came with the message; one below it that judges the sender as
/// well makes all of them worthless.
fn said(head: &Head<'_>, id: &str) -> Result<Said, &'static str> {
    let missing = "auth.header_missing";
    let named = head.all(FIELD).filter(|field| names(&field.unfolded(), id)).count();
    let first = head.fields.iter().position(|field| field.is(FIELD)).ok_or(missing)?;
    let block: Vec<_> = head.fields[first..]
        .iter()
        .take_while(|field| field.is(FIELD) && names(&field.unfolded(), id))
        .collect();
    match (block.len(), named) {
        (_, 0) | (0, 1) => return Err(missing),
        (in_a_row, all) if in_a_row != all => return Err("auth.header_twice"),
        _ => {}
    }
    if has_foreign(&head.fields[..first], id) {
        return Err(missing);
    }
    let several = block.len() > 1;
    let unreadable = if several { "auth.header_twice" } else { missing };
    let mut deciding: Option<Said> = None;
    for field in block {
        let said = read(field, id).ok_or(unreadable)?;
        match &deciding {
            None if !several || said.judges() => deciding = Some(said),
            Some(_) if said.methods.iter().any(|method| method.name == "dmarc") => {
                return Err("auth.header_twice");
            }
            _ => {}
        }
    }
    deciding.ok_or(missing)
}

/// One field of the server's, if it follows the grammar and bears its name.
fn read(field: &Field<'_>, id: &str) -> Option<Said> {
    let has_blank_fold = field.value.split(|byte| *byte == b'\n').any(|line| {
        line.len() > usize::from(line.ends_with(b"\r")) && line.iter().all(u8::is_ascii_whitespace)
    });
    if has_blank_fold || field.value.len() > MAX_FIELD_BYTES {
        return None;
    }
    let line = field.unfolded();
    if id == NAMELESS { parse(&format!("{NAMELESS}; {line}")) } else { parse(&line) }
        .filter(|said| is_named(&said.by, id))
}

/// Whether this is the server's name; `*.mx.example` stands for every host below.
fn is_named(by: &str, id: &str) -> bool {
    let by = by.to_ascii_lowercase();
    match id.strip_prefix('*') {
        Some(below) if below.starts_with('.') && below.len() > 3 => {
            by.strip_suffix(below).is_some_and(|host| !host.is_empty() && !host.starts_with('.'))
        }
        _ => by == id,
    }
}

/// Whether the name stands anywhere before the first result, in whatever disguise.
fn names(line: &str, id: &str) -> bool {
    let before = line.split(';').next().unwrap_or_default().to_ascii_lowercase();
    if id == NAMELESS {
        // No name is one result, or anything that could be read so.
        return before.contains('=');
    }
    before.contains(id.trim_start_matches('*'))
}

/// Whether somebody else's server wrote a `Received` above.
fn has_foreign(above: &[Field<'_>], id: &str) -> bool {
    let hosts: Vec<_> = above
        .iter()
        .filter(|field| field.is("Received"))
        .filter_map(|field| public_host(&field.unfolded()))
        .collect();
    if id == NAMELESS {
        // Whoever wrote the top one took the mail in; the others must be of the same house.
        return hosts.first().is_some_and(|top| hosts.iter().any(|host| !same_organisation(host, top)));
    }
    let id = id.trim_start_matches("*.");
    hosts.iter().any(|host| !same_organisation(host, id))
}

/// The server that wrote this `Received`, if it has a public name.
fn public_host(line: &str) -> Option<String> {
    let lower = line.to_ascii_lowercase();
    let mut words = lower.split_whitespace();
    let host = if words.next() == Some("by") { lower.split_whitespace().nth(1) } else { after_by(&lower) };
    let host = host.unwrap_or_default().trim_end_matches(';');
    // Names that nobody can register are a house's own.
    let private = [".internal", ".local", ".lan", ".intern", ".corp", ".localdomain", ".home.arpa"];
    let is_public = host.contains('.')
        && host.parse::<std::net::IpAddr>().is_err()
        && !private.iter().any(|end| host.ends_with(end));
    is_public.then(|| host.to_owned())
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

impl Said {
    /// Whether it says anything of whom the message is from.
    fn judges(&self) -> bool {
        self.methods.iter().any(|method| matches!(method.name.as_str(), "dkim" | "spf" | "dmarc"))
    }
}

impl Method {
    fn property(&self, name: &str) -> Option<&str> {
        let mut all = self.properties.iter().filter(|(key, _)| key == name);
        // Named twice, it says nothing.
        all.next().filter(|_| all.next().is_none()).map(|(_, value)| value.as_str())
    }

    /// Whose signature it is about: the signing domain, or that of whom it was made for (RFC 6376 §3.5).
    fn signer(&self) -> Option<&str> {
        if self.properties.iter().any(|(key, _)| key == "header.d") {
            return self.property("header.d");
        }
        self.property("header.i").map(|who| who.rsplit('@').next().unwrap_or_default())
    }

    /// The domain of the envelope's sender.
    fn mailfrom(&self) -> Option<&str> {
        self.property("smtp.mailfrom").map(|path| path.rsplit('@').next().unwrap_or_default())
    }

    /// Whether it may be about this signature: what it names of it must agree.
    fn means(&self, one: &Signed) -> bool {
        let is = |name: &str, value: &str| {
            self.property(name).is_none_or(|named| named.eq_ignore_ascii_case(value))
        };
        let made_for = self.property("header.i").is_none_or(|who| {
            let domain = who.rsplit('@').next().unwrap_or_default().to_ascii_lowercase();
            domain == one.domain || domain.ends_with(&format!(".{}", one.domain))
        });
        is("header.d", &one.domain) && is("header.s", &one.selector) && made_for
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
    let plain = properties.iter().all(|(key, _)| is_property(key));
    plain.then(|| Method { name, result: result.to_ascii_lowercase(), properties })
}

/// Names that are no method: `reason`, `header.d`; what some servers add without a dot.
fn is_property(name: &str) -> bool {
    name.contains('.') || name.starts_with("x-") || matches!(name, "reason" | "action")
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
    let signed = all("dkim").any(|method| method.result == "pass" && is_aligned(method.signer(), from));
    let spf_aligned = all("spf").any(|method| method.result == "pass" && is_aligned(method.mailfrom(), from));
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
        None => Checked::proven(results),
        Some(code) => Checked::unproven(vec![code], results),
    }
}

fn is_aligned(domain: Option<&str>, from: &Mailbox) -> bool {
    domain
        .and_then(address::normalised_domain)
        .is_some_and(|domain| same_organisation(&domain, from.domain()))
}

fn result_of(method: &Method) -> CheckResult {
    let domain = ["header.from", "header.d", "header.i", "smtp.mailfrom"]
        .iter()
        .find_map(|name| method.property(name));
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
