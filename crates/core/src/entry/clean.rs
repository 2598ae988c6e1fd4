//! Text from outside, made safe to write, print and show (control 64).

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize};

/// A line of text without anything that moves a cursor, turns the reading direction or hides: such
/// characters stand as `\u{…}`. The only ways to make one clean it, reading it back included.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct Clean(String);

impl Clean {
    /// The longest path, in characters.
    pub const PATH_MAX: usize = 1_024;
    /// The longest name, number, code or browser identification, in characters.
    pub const NAME_MAX: usize = 200;
    /// The longest text that a person wrote, in characters.
    pub const TEXT_MAX: usize = 2_000;

    /// Encodes, and cuts to `max` characters; a cut text ends with `…`.
    pub fn new(text: &str, max: usize) -> Self {
        let encoded = clean(text, max.saturating_add(1));
        if encoded.chars().count() <= max {
            return Self(encoded);
        }
        let kept = encoded.chars().take(max.saturating_sub(1));
        Self(kept.chain(std::iter::once('…')).collect())
    }

    /// A path, cut to [`Self::PATH_MAX`].
    pub fn path(text: &str) -> Self {
        Self::new(text, Self::PATH_MAX)
    }

    /// A name, number, code or browser identification, cut to [`Self::NAME_MAX`].
    pub fn name(text: &str) -> Self {
        Self::new(text, Self::NAME_MAX)
    }

    /// What stands where nothing is said.
    pub fn nothing() -> Self {
        Self::default()
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Clean {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Clean {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Ok(Self(clean(&text, usize::MAX)))
    }
}

/// Encodes control characters, ANSI escapes, line breaks, direction overrides and invisible
/// characters of the first `max` characters. Cleaning twice changes nothing more.
pub fn clean(text: &str, max: usize) -> String {
    let mut out = String::with_capacity(text.len().min(max));
    for c in text.chars().take(max) {
        if harmful(c) {
            out.extend(c.escape_unicode());
        } else {
            out.push(c);
        }
    }
    out
}

/// Whether a character could forge a line, drive a terminal, or make text read as what it is not.
fn harmful(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}' | '\u{200e}' | '\u{200f}'
            | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}'
            | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_64_nothing_that_breaks_a_line_or_turns_it_gets_through() {
        let table = [
            ("GET /\r\nX: 1", "GET /\\u{d}\\u{a}X: 1"),
            ("\u{1b}[2Jgone", "\\u{1b}[2Jgone"),
            ("\u{9b}31m", "\\u{9b}31m"),
            ("invoice\u{202e}fdp.exe", "invoice\\u{202e}fdp.exe"),
            ("a\u{2066}b\u{2069}", "a\\u{2066}b\\u{2069}"),
            ("a\u{2028}b\0", "a\\u{2028}b\\u{0}"),
            ("zero\u{200b}width", "zero\\u{200b}width"),
            ("Müller • \u{1f469}\u{200d}\u{1f4bb} C:\\x", "Müller • \u{1f469}\u{200d}\u{1f4bb} C:\\x"),
        ];
        for (given, wanted) in table {
            assert_eq!(clean(given, 100), wanted);
        }
    }

    #[test]
    fn a_long_text_is_cut_and_says_so() {
        assert_eq!(Clean::new("abcdef", 6).as_str(), "abcdef");
        assert_eq!(Clean::new("abcdefg", 6).as_str(), "abcde…");
        assert_eq!(Clean::new(&"\u{202e}".repeat(9_000), 50).as_str().chars().count(), 50);
        assert_eq!(Clean::new("ab", 0).as_str(), "…");
    }
}
