//! A search for secrets in text: headers, `name=value`, JSON, tokens that show by their form.
//!
//! One pass: at each word it is decided once, and the place moves on past whatever was taken.

use super::{Found, MARK};

/// Header fields whose value runs to the end of the line, and what they are.
const HEADERS: [(&str, &str); 11] = [
    ("cookie", "cookie"),
    ("set-cookie", "cookie"),
    ("cookie2", "cookie"),
    ("authorization", "authorization"),
    ("proxy-authorization", "authorization"),
    ("www-authenticate", "authorization"),
    ("x-api-key", "token"),
    ("x-auth-token", "token"),
    ("x-csrf-token", "token"),
    ("x-xsrf-token", "token"),
    ("x-amz-security-token", "token"),
];

/// Ends of names whose value is one word, and what they are.
const NAMES: [(&str, &str); 32] = [
    ("password", "password"),
    ("passwd", "password"),
    ("passwort", "password"),
    ("kennwort", "password"),
    ("passphrase", "password"),
    ("pwd", "password"),
    ("token", "token"),
    ("secret", "token"),
    ("apikey", "token"),
    ("api_key", "token"),
    ("api-key", "token"),
    ("accesskey", "token"),
    ("access_key", "token"),
    ("secret_key", "token"),
    ("private_key", "key"),
    ("privatekey", "key"),
    ("sessionid", "cookie"),
    ("session_id", "cookie"),
    ("session-id", "cookie"),
    ("sessid", "cookie"),
    ("jsessionid", "cookie"),
    ("connect.sid", "cookie"),
    ("session", "cookie"),
    ("cookie", "cookie"),
    ("cookies", "cookie"),
    ("authorization", "authorization"),
    ("credential", "password"),
    ("credentials", "password"),
    ("signature", "token"),
    ("otp", "password"),
    ("csrf", "token"),
    ("sig", "token"),
];

/// Beginnings of tokens that programs give out, and how long they are at least.
const PREFIXES: [(&str, usize); 14] = [
    ("AKIA", 20),
    ("ASIA", 20),
    ("ghp_", 24),
    ("gho_", 24),
    ("ghu_", 24),
    ("ghs_", 24),
    ("ghr_", 24),
    ("github_pat_", 30),
    ("glpat-", 20),
    ("xoxb-", 20),
    ("xoxp-", 20),
    ("sk_live_", 20),
    ("sk-", 24),
    ("AIza", 35),
];

/// The text without what was found.
pub(super) fn redacted(text: &str, found: &mut Found) -> String {
    let mut search = Search { text, at: 0, copied: 0, out: String::with_capacity(text.len()), found };
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
}

impl<'a> Search<'a, '_> {
    fn run(&mut self) {
        let bytes = self.text.as_bytes();
        while self.at < bytes.len() {
            let byte = bytes[self.at];
            if byte == b'-' && self.text[self.at..].starts_with("-----BEGIN ") {
                self.key_block();
            } else if byte == b':' && self.text[self.at..].starts_with("://") {
                self.user_in_address();
            } else if is_word(byte) {
                self.word();
            } else {
                self.at += 1;
            }
        }
        self.out.push_str(&self.text[self.copied..]);
    }

    /// Takes out `from..to`.
    fn take(&mut self, kind: &'static str, from: usize, to: usize) {
        self.out.push_str(&self.text[self.copied..from]);
        self.out.push_str(MARK);
        (self.copied, self.at) = (to, to);
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
            Some(at) if authority[..at].contains(':') => self.take("password", begin, begin + at),
            _ => self.at = begin,
        }
    }

    fn word(&mut self) {
        let begin = self.at;
        let bytes = self.text.as_bytes();
        let mut end = begin;
        while end < bytes.len() && is_word(bytes[end]) {
            end += 1;
        }
        let word = &self.text[begin..end];
        self.at = end;
        if is_token(word) {
            return self.take("token", begin, end);
        }
        if word.len() > 80 {
            return;
        }
        let lower = word.to_ascii_lowercase();
        if matches!(lower.as_str(), "bearer" | "basic") {
            return self.scheme(end);
        }
        let header = HEADERS.iter().find(|(name, _)| *name == lower);
        let named = || NAMES.iter().find(|(name, _)| ends_with_word(&lower, name));
        if let Some((_, kind)) = header {
            self.value(kind, begin, end, true);
        } else if let Some((_, kind)) = named() {
            self.value(kind, begin, end, false);
        }
    }

    /// What follows `Bearer` or `Basic`.
    fn scheme(&mut self, end: usize) {
        let rest = &self.text[end..];
        let blanks = rest.len() - rest.trim_start_matches([' ', '\t']).len();
        let length =
            rest[blanks..].bytes().take_while(|byte| is_word(*byte) || b"~+/=".contains(byte)).count();
        if blanks > 0 && length >= 8 {
            self.take("authorization", end + blanks, end + blanks + length);
        }
    }

    /// What follows a telling name: `: value`, `="value"`, `\": \"value\"`.
    fn value(&mut self, kind: &'static str, begin: usize, end: usize, to_line_end: bool) {
        let bytes = self.text.as_bytes();
        let mut at = end;
        let skip = |at: &mut usize, set: &[u8]| {
            while bytes.get(*at).is_some_and(|byte| set.contains(byte)) {
                *at += 1;
            }
        };
        skip(&mut at, b"\\\"'] \t");
        if !matches!(bytes.get(at), Some(b':' | b'=')) {
            return;
        }
        at += 1;
        skip(&mut at, b"=> \t");
        // Some programs copy a header's value into the next line.
        if to_line_end && matches!(bytes.get(at), Some(b'\r' | b'\n')) {
            skip(&mut at, b"\r\n");
        }
        let escaped = bytes.get(at) == Some(&b'\\');
        let quote_at = at + usize::from(escaped);
        let outer =
            begin.checked_sub(1).map(|before| bytes[before]).filter(|byte| matches!(byte, b'"' | b'\''));
        let to = match bytes.get(quote_at) {
            Some(quote @ (b'"' | b'\'')) => {
                at = quote_at + 1;
                quote_end(bytes, at, *quote, escaped)
            }
            _ if to_line_end && outer.is_some_and(|quote| bytes.get(end) != Some(&quote)) => {
                quote_end(bytes, at, outer.unwrap_or(b'"'), false).min(line_end(bytes, at))
            }
            _ if to_line_end => line_end(bytes, at),
            _ => word_end(bytes, at),
        };
        let value = &self.text[at..to];
        if value.bytes().any(|byte| byte.is_ascii_alphanumeric()) && value != MARK && !is_literal(value) {
            self.take(kind, at, to);
        }
    }
}

/// A word of names and tokens.
fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"_-.".contains(&byte)
}

/// Whether `name` ends with `end`, which begins at a boundary: `userPassword` is not told apart from
/// `userpassword`, but `antitokens` is no token.
fn ends_with_word(name: &str, end: &str) -> bool {
    let short = end.len() <= 4;
    name.strip_suffix(end)
        .is_some_and(|before| !short || before.is_empty() || before.ends_with(['_', '-', '.']))
}

/// A JWT or another token that shows by its form.
fn is_token(word: &str) -> bool {
    let jwt = word.starts_with("eyJ") && word.len() >= 20 && word.contains('.');
    jwt || PREFIXES.iter().any(|(prefix, length)| word.starts_with(prefix) && word.len() >= *length)
}

fn is_literal(value: &str) -> bool {
    matches!(value, "true" | "false" | "null" | "none" | "undefined" | "0" | "1")
}

/// Where the quoted value ends: at the same quote, escaped as the first one was.
fn quote_end(bytes: &[u8], from: usize, quote: u8, escaped: bool) -> usize {
    let mut at = from;
    while at < bytes.len() {
        match bytes[at] {
            b'\\' if escaped && bytes.get(at + 1) == Some(&quote) => return at,
            b'\\' if !escaped => at += 1,
            byte if byte == quote && !escaped => return at,
            b'\n' if escaped => return at,
            _ => {}
        }
        at += 1;
    }
    bytes.len()
}

fn line_end(bytes: &[u8], from: usize) -> usize {
    bytes[from..]
        .iter()
        .position(|byte| matches!(byte, b'\r' | b'\n'))
        .map_or(bytes.len(), |length| from + length)
}

fn word_end(bytes: &[u8], from: usize) -> usize {
    let ends = |byte: &u8| byte.is_ascii_whitespace() || b"&,;\"')]}<".contains(byte);
    bytes[from..].iter().position(ends).map_or(bytes.len(), |length| from + length)
}
