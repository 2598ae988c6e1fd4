//! What stands behind a telling name, and whether it is the secret itself.

use super::{
    MARK, MAX_TRIES, NEAR, Search,
    place::{assigned, brackets_end, line_end, near, quote_end, quoted_at, value_of},
};
use crate::redact::names::{self, Name};

impl Search<'_, '_> {
    /// What follows a telling name: `: value`, `="value"`, `\": \"value\"`, `>value<`, ` ist value`.
    pub(super) fn secret(&mut self, name: Name, begin: usize, end: usize) {
        let bytes = self.text.as_bytes();
        let in_element =
            begin > 0 && (bytes[begin - 1] == b'<' || (bytes[begin - 1] == b':' && self.opens(begin)));
        if in_element {
            let near = &near(self.text, end, NEAR)[end..];
            if let Some(close) = near.find('>').filter(|close| !near[..*close].contains(['<', '/']))
                && self.element(name.kind, end + close + 1)
            {
                return;
            }
        }
        if self.login(name, begin, end) || self.own_line(name, begin, end) || self.listed(name, begin, end) {
            return;
        }
        match assigned(self.text, end) {
            Some(at) => self.assigned(name, begin, end, at),
            None if name.is_word => self.said(name, end),
            None => {}
        }
    }

    /// The end of the line at `at`; each line is looked at once.
    fn line_end(&mut self, at: usize) -> usize {
        if !(self.line.0..=self.line.1).contains(&at) {
            self.line = (at, line_end(self.text.as_bytes(), at));
            self.tries = 0;
        }
        self.line.1
    }

    /// `<ns:` before the word.
    fn opens(&self, begin: usize) -> bool {
        let line = &self.text[..begin - 1];
        let prefix = line.trim_end_matches(|c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_');
        line.len() - prefix.len() <= 20 && prefix.ends_with('<')
    }

    fn assigned(&mut self, name: Name, begin: usize, end: usize, at: usize) {
        if self.text[at..].starts_with(MARK) {
            return;
        }
        let bytes = self.text.as_bytes();
        let sign = self.text[end..at].bytes().find(|byte| matches!(byte, b':' | b'='));
        let quoted_name = begin > 0
            && b"\"'".contains(&bytes[begin - 1])
            && b"\"'\\".contains(bytes.get(end).unwrap_or(&0));
        let quoted = quoted_at(self.text, at).is_some_and(|(from, _)| from - at <= 2);
        let opens = bytes.get(at).is_some_and(|byte| b"[{(".contains(byte));
        if opens && (quoted_name || sign == Some(b'=')) {
            return self.take(name.kind, at + 1, brackets_end(self.text, at));
        }
        let mut at = at;
        // Some programs copy a header's value into the next line.
        if name.is_header && matches!(bytes.get(at), Some(b'\r' | b'\n')) {
            at += self.text[at..].len() - self.text[at..].trim_start_matches(['\r', '\n']).len();
        }
        let outer =
            (begin > 0).then(|| bytes[begin - 1]).filter(|byte| b"\"'".contains(byte) && !quoted_name);
        let (from, to) = match outer.filter(|_| name.is_header && !quoted) {
            Some(quote) => {
                let line = self.line_end(at);
                (at, quote_end(&bytes[..line], at, quote, false))
            }
            None if name.is_header && !quoted => (at, self.line_end(at)),
            None => value_of(self.text, at, name.is_word && sign == Some(b':')),
        };
        let value = &self.text[from..to];
        if !value.chars().any(char::is_alphanumeric) || value.trim() == MARK || names::is_literal(value) {
            return;
        }
        let certain = quoted || quoted_name || outer.is_some() || sign == Some(b'=') || !name.is_word;
        if certain || self.is_told(name, value, to) {
            let trailing = if certain {
                0
            } else {
                value.len() - value.trim_end_matches(['.', ',', ';', '!', '?', ')']).len()
            };
            self.take(name.kind, from, to - trailing);
        }
    }

    /// Whether what stands behind `Passwort:` in a text is the password itself.
    fn is_told(&mut self, name: Name, value: &str, to: usize) -> bool {
        if name.is_header {
            self.tries += 1;
            if self.tries > MAX_TRIES {
                return false;
            }
            let value = &value[..value.floor_char_boundary(NEAR)];
            let words = value.split_whitespace();
            return value.contains('=')
                || words.clone().nth(1).is_none() && !names::is_ordinary(value)
                || words.clone().any(names::looks_secret)
                || words.clone().next().is_some_and(|word| {
                    ["basic", "bearer", "digest", "negotiate", "ntlm", "token"]
                        .contains(&word.to_lowercase().as_str())
                });
        }
        let rest = self.text[to..].trim_start_matches([' ', '\t']);
        let alone = rest.is_empty() || rest.starts_with(['\r', '\n', '/', '|', ';']);
        names::looks_secret(value)
            || (alone && value.len() >= 3 && !names::is_ordinary(value) && !value.contains("://"))
    }

    /// `Das Passwort lautet geheim1`
    fn said(&mut self, name: Name, end: usize) {
        let near = near(self.text, end, NEAR);
        let mut rest = near[end..].trim_start_matches([' ', '\t']);
        let first = rest.split(char::is_whitespace).next().unwrap_or_default();
        if !names::LINKS.contains(&first) {
            return;
        }
        rest = rest[first.len()..].trim_start_matches([' ', '\t', ':', '"', '\'', '„', '“', '”']);
        let from = near.len() - rest.len();
        let length = rest.find(|c: char| c.is_whitespace() || "\"'“”".contains(c)).unwrap_or(rest.len());
        let word = rest[..length].trim_end_matches(['.', ',', ';', '!', '?', ')']);
        if names::looks_secret(word) {
            self.take(name.kind, from, from + word.len());
        }
    }

    /// `machine host login kim password …` (`.netrc`)
    fn login(&mut self, name: Name, begin: usize, end: usize) -> bool {
        if name.kind != "password" || !self.text[end..].starts_with([' ', '\t']) {
            return false;
        }
        let start = self.text.ceil_char_boundary(begin.saturating_sub(200));
        let before = &self.text[start..begin];
        if !(before.contains("machine ") || before.contains("default")) || !before.contains("login ") {
            return false;
        }
        let rest = self.text[end..].trim_start_matches([' ', '\t']);
        let from = self.text.len() - rest.len();
        let length = rest.find(char::is_whitespace).unwrap_or(rest.len());
        self.take(name.kind, from, from + length);
        length > 0
    }

    /// A header's name alone on a line, and its value on the next one, as browsers' tools copy them.
    fn own_line(&mut self, name: Name, begin: usize, end: usize) -> bool {
        if !name.is_header || (begin > 0 && self.text.as_bytes()[begin - 1] != b'\n') {
            return false;
        }
        let rest = self.text[end..].trim_start_matches(['\r', ' ']);
        let Some(rest) = rest.strip_prefix(['\n', '\t']) else { return false };
        let from = self.text.len() - rest.len();
        let to = self.line_end(from);
        let value = &self.text[from..to];
        if !self.is_told(Name { is_header: true, ..name }, value, to) || value.trim() == MARK {
            return false;
        }
        self.take(name.kind, from, to);
        true
    }

    /// `"Authorization", "…"`: name and value as two arguments.
    fn listed(&mut self, name: Name, begin: usize, end: usize) -> bool {
        let bytes = self.text.as_bytes();
        let quote = begin > 0 && b"\"'`".contains(&bytes[begin - 1]);
        let quoted =
            self.text[end..].strip_prefix(['"', '\'', '`']).map(|rest| rest.trim_start_matches([' ', '\t']));
        let Some(rest) = quoted.filter(|_| quote).and_then(|rest| rest.strip_prefix(',')) else {
            return false;
        };
        let Some((from, to)) = quoted_at(self.text, self.text.len() - rest.len()) else { return false };
        let value = &self.text[from..to];
        let is_secret = value.contains(['=', ' ']) || names::looks_secret(value);
        if !is_secret || from - (self.text.len() - rest.len()) > 4 {
            return false;
        }
        self.take(name.kind, from, to);
        true
    }
}
