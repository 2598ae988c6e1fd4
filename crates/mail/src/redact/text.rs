//! A search for secrets in text: headers, `name=value`, pairs of a name and a value, sentences, tokens that
//! show by their form.
//!
//! One pass: at each word it is decided once, and the place moves on past whatever was taken.

mod place;
mod value;

use super::{
    Found, MARK,
    names::{self, Name},
};
use place::{assigned, near, quoted_at, value_of};

/// How far a value may stand from its name, in bytes.
const NEAR: usize = 300;
/// So many header fields are looked for in one line.
const MAX_TRIES: usize = 20;
/// The longest password in a sentence, in bytes.
const MAX_PASSWORD: usize = 100;
/// The longest value of an element, in bytes.
const MAX_ELEMENT: usize = 8 * 1024;
/// The longest list or object that is taken as a whole.
const MAX_BRACKETS: usize = 64 * 1024;

/// The text without what was found.
pub(super) fn redacted(text: &str, found: &mut Found) -> String {
    let out = String::with_capacity(text.len());
    let mut search = Search {
        text,
        at: 0,
        copied: 0,
        out,
        found,
        before: (0, 0),
        value: None,
        line: (1, 0),
        tries: 0,
        has_fetch: text.contains("fetch("),
    };
    search.run();
    search.out
}

struct Search<'a, 'f> {
    text: &'a str,
    /// All before is decided.
    at: usize,
    /// All before is written.
    copied: usize,
    out: String,
    found: &'f mut Found,
    /// The word before this one.
    before: (usize, usize),
    /// Where the last value begins that was named `value`, for names that stand behind theirs.
    value: Option<usize>,
    /// The end of the line that was looked at last.
    line: (usize, usize),
    /// Header fields that were no secret in that line.
    tries: usize,
    has_fetch: bool,
}

impl Search<'_, '_> {
    fn run(&mut self) {
        let bytes = self.text.as_bytes();
        while self.at < bytes.len() {
            let byte = bytes[self.at];
            if byte == b'-' && self.text[self.at..].starts_with("-----BEGIN ") {
                self.key_block();
            } else if byte == b':' && self.text[self.at..].starts_with("://") {
                self.user_in_address();
            } else if is_word(byte) || byte >= 0x80 {
                self.word();
            } else {
                if matches!(byte, b'{' | b'}' | b'<') {
                    self.value = None;
                }
                self.at += 1;
            }
        }
        self.out.push_str(&self.text[self.copied..]);
    }

    /// Takes out `from..to`.
    fn take(&mut self, kind: &'static str, from: usize, to: usize) {
        let given = self.text.get(from..to).unwrap_or_default().trim();
        let is_mark = given == MARK || (given.len() + 1 == MARK.len() && MARK.starts_with(given));
        if from < self.copied || from >= to || is_mark {
            self.at = self.at.max(to);
            return;
        }
        self.out.push_str(&self.text[self.copied..from]);
        self.out.push_str(MARK);
        (self.copied, self.at) = (to, self.at.max(to));
        self.found.add(kind);
    }

    fn key_block(&mut self) {
        let rest = &self.text[self.at..];
        // `RSA PRIVATE KEY`, `ENCRYPTED PRIVATE KEY`: the words stand near.
        let near = &rest[..rest.floor_char_boundary(60)];
        let Some(words) = near.find("PRIVATE KEY") else {
            self.at += 11;
            return;
        };
        let begin = self.at + words + 11;
        let body = &self.text[begin..];
        let end = body.find("-----END").map_or(self.text.len(), |at| begin + at);
        self.take("key", begin, end);
        // The end line has the same words; it is no beginning.
        self.at = self.text[end..].find('\n').map_or(self.text.len(), |at| end + at);
    }

    /// `://user:password@host`
    fn user_in_address(&mut self) {
        let begin = self.at + 3;
        let host = &self.text[begin..];
        let end =
            host.bytes().take(300).position(|byte| !byte.is_ascii_graphic() || b"/?#\"'<>".contains(&byte));
        let authority = &host[..end.unwrap_or(host.len().min(host.floor_char_boundary(300)))];
        match authority.rfind('@') {
            Some(at) if authority[..at].contains(':') || names::looks_secret(&authority[..at]) => {
                self.take("password", begin, begin + at);
            }
            _ => self.at = begin,
        }
    }

    fn word(&mut self) {
        let begin = self.at;
        let end = word_end(self.text, begin);
        if end == begin {
            self.at = begin + self.text[begin..].chars().next().map_or(1, char::len_utf8);
            return;
        }
        let word = &self.text[begin..end];
        self.at = end;
        let before = std::mem::replace(&mut self.before, (begin, end));
        if names::is_token(word) {
            return self.take("token", begin, end);
        }
        if word.len() > 80 {
            return;
        }
        let lower = word.to_lowercase();
        if matches!(lower.as_str(), "bearer" | "basic") {
            return self.scheme(end, &lower);
        }
        if self.query(&lower, begin, end) || self.path(&lower, end) || self.call(&lower, end) {
            return;
        }
        if matches!(lower.as_str(), "name" | "key" | "header" | "field" | "id") && self.pair(end) {
            return;
        }
        if lower == "value" {
            self.value = assigned(self.text, end);
        }
        if lower == "body" && self.has_fetch && self.body(begin, end) {
            return;
        }
        if lower.ends_with("private-lines") {
            return self.take("key", end, self.text.len());
        }
        if let Some(name) = self.named(&lower, before, begin) {
            self.secret(name, begin, end);
        }
    }

    /// What the word stands for; `API key` and `Zugangs-Code` are two words.
    fn named(&self, lower: &str, before: (usize, usize), begin: usize) -> Option<Name> {
        if let Some(name) = names::secret(lower) {
            return Some(name);
        }
        let is_key = matches!(lower, "key" | "schlüssel" | "code" | "keys");
        let gap = self.text.get(before.1..begin)?;
        if !is_key || gap.len() > 2 || gap.contains('\n') {
            return None;
        }
        let first = self.text[before.0..before.1].to_lowercase();
        const FIRST: [&str; 16] = [
            "api",
            "access",
            "secret",
            "auth",
            "private",
            "license",
            "security",
            "verification",
            "recovery",
            "backup",
            "one-time",
            "login",
            "signing",
            "encryption",
            "account",
            "shared",
        ];
        FIRST.iter().any(|word| first == *word).then_some(Name {
            kind: "token",
            is_word: true,
            is_header: false,
        })
    }

    /// What follows `Bearer` or `Basic`: both are words of sentences, too.
    fn scheme(&mut self, end: usize, scheme: &str) {
        let rest = &self.text[end..];
        let blanks = rest.len() - rest.trim_start_matches([' ', '\t']).len();
        let from = end + blanks;
        let length = self.text[from..].bytes().take_while(|b| is_word(*b) || b"~+/=".contains(b)).count();
        let value = &self.text[from..from + length];
        let is_secret = match scheme {
            "basic" => is_user_and_password(value),
            _ => {
                value.len() >= 8 && (names::looks_secret(value) || value.trim_end_matches('.').contains('.'))
            }
        };
        if blanks > 0 && is_secret {
            self.take("authorization", from, from + length);
        }
    }

    /// `?code=…`, `&key=…`, `#state=…` in an address or a form.
    fn query(&mut self, lower: &str, begin: usize, end: usize) -> bool {
        let bytes = self.text.as_bytes();
        let leads = begin > 0 && matches!(bytes[begin - 1], b'?' | b'&' | b'#' | b';');
        if !leads || bytes.get(end) != Some(&b'=') || !names::in_query(lower) {
            return false;
        }
        let from = end + 1;
        let stop = |c: char| c.is_whitespace() || "&#\"'<>\\`)".contains(c);
        let to = self.text[from..].find(stop).map_or(self.text.len(), |length| from + length);
        let value = &self.text[from..to];
        if value.len() < 6 || !(value.len() >= 16 || value.bytes().any(|byte| byte.is_ascii_digit())) {
            return false;
        }
        self.take("token", from, to);
        true
    }

    /// `/reset-password/<random>`: the address alone opens something.
    fn path(&mut self, lower: &str, end: usize) -> bool {
        const LEADS: [&str; 16] = [
            "reset",
            "password-reset",
            "reset-password",
            "magic",
            "magic-link",
            "invite",
            "invitation",
            "activate",
            "activation",
            "verify",
            "confirm",
            "login",
            "signin",
            "sign-in",
            "token",
            "session",
        ];
        if self.text.as_bytes().get(end) != Some(&b'/') || !LEADS.contains(&lower) {
            return false;
        }
        let to = word_end(self.text, end + 1);
        if !names::is_random(&self.text[end + 1..to]) {
            return false;
        }
        self.take("token", end + 1, to);
        true
    }

    /// `Net.Cookie("name", "value", …)`, `setCookie("name", "value")`, `setRequestHeader("Cookie", "value")`.
    fn call(&mut self, lower: &str, end: usize) -> bool {
        let rest = &self.text[end..];
        let cookie = [
            "net.cookie",
            "cookies.set",
            "cookie.set",
            "setcookie",
            "set_cookie",
            "cookies.add",
            "add_cookie",
        ];
        let is_cookie = cookie.iter().any(|name| lower.ends_with(name)) && rest.trim_start().starts_with('(');
        if !is_cookie {
            return false;
        }
        let Some(open) = rest.find('(') else { return false };
        let Some((_, first_to)) = quoted_at(self.text, end + open + 1) else { return false };
        let after = self.text[first_to..].trim_start_matches(['"', '\'', '`', ' ', '\t', '\r', '\n']);
        if !after.starts_with(',') {
            return false;
        }
        let Some((from, to)) = quoted_at(self.text, self.text.len() - after.len() + 1) else { return false };
        self.take("cookie", from, to);
        true
    }

    /// A pair of a name and a value: `"key": "Authorization", "value": "…"`, `<header name="Cookie">…</header>`,
    /// `name="password" value="…"`, `- name: API_TOKEN` with `value: …` in the next line.
    fn pair(&mut self, end: usize) -> bool {
        let Some(at) = assigned(self.text, end) else { return false };
        let (from, to) = value_of(near(self.text, at, 100), at, false);
        let name = self.text[from..to].to_lowercase();
        let Some(secret) = names::secret(&name) else { return false };
        self.at = to;
        let near = &near(self.text, to, NEAR)[to..];
        let stop = near.find(['{', '}']).unwrap_or(near.len());
        // `<header name="Cookie">…`
        if let Some(close) = near[..stop].find('>').filter(|close| !near[..*close].contains("value")) {
            let inner = to + close + 1;
            if !near[..close].ends_with('/') {
                return self.element(secret.kind, inner);
            }
        }
        let named = ["value", "val", "content"].iter().find_map(|word| {
            let place = near[..stop].to_ascii_lowercase().find(word)?;
            assigned(self.text, to + place + word.len())
        });
        if let Some(at) = named {
            let (from, to) = value_of(self.text, at, false);
            let value = &self.text[from..to];
            if from < to && !names::is_literal(value) {
                self.take(secret.kind, from, to);
                return true;
            }
        }
        if let Some(at) = self.value.take().filter(|at| *at >= self.copied) {
            let (from, to) = value_of(self.text, at, false);
            if from < to && to <= self.at {
                self.take(secret.kind, from, to);
                return true;
            }
        }
        // `setRequestHeader("name", …)` and the like are no pairs; the name itself is looked at as a word.
        self.at = end;
        false
    }

    /// What stands in an element up to its end.
    fn element(&mut self, kind: &'static str, inner: usize) -> bool {
        let rest = &near(self.text, inner, MAX_ELEMENT)[inner..];
        let to = match rest.trim_start().starts_with("<![CDATA[") {
            true => rest.find("]]>").map(|at| at + 3),
            false => rest.find('<'),
        };
        let length = to.unwrap_or(rest.len());
        if rest[..length].trim().is_empty() {
            return false;
        }
        if rest[..length].trim() != MARK {
            self.take(kind, inner, inner + length);
        }
        true
    }

    /// `"body": "…"` of a `fetch()`.
    fn body(&mut self, begin: usize, end: usize) -> bool {
        let Some(at) = assigned(self.text, end) else { return false };
        let (from, to) = value_of(self.text, at, false);
        let quoted = self.text.as_bytes().get(at).is_some_and(|byte| b"\"'`".contains(byte));
        if begin == 0 || !quoted || to == from {
            return false;
        }
        self.take("body", from, to);
        true
    }
}

/// `user:password` in base64.
fn is_user_and_password(value: &str) -> bool {
    let value = value.trim_end_matches(['.', '=']);
    let decoded = data_encoding::BASE64_NOPAD.decode(&value.as_bytes()[..value.len() / 4 * 4]);
    value.len() >= 4 && decoded.is_ok_and(|bytes| bytes.contains(&b':'))
}

/// A byte of names and tokens.
fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"_-.".contains(&byte)
}

fn word_end(text: &str, from: usize) -> usize {
    let other = |c: char| !(c.is_alphanumeric() || matches!(c, '_' | '-' | '.'));
    text[from..].find(other).map_or(text.len(), |length| from + length)
}
