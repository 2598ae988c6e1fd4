//! Commands that send requests (cURL, wget, HTTPie, PowerShell): the arguments that carry a session or a body.

use super::{Found, MARK};

/// Options whose argument is taken out, and what it is.
type Options = &'static [(&'static str, &'static str)];

const CURL: Options = &[
    ("-b", "cookie"),
    ("--cookie", "cookie"),
    ("-u", "password"),
    ("--user", "password"),
    ("-U", "password"),
    ("--proxy-user", "password"),
    ("--oauth2-bearer", "token"),
    ("--pass", "password"),
    ("--aws-sigv4", "token"),
    ("-d", "body"),
    ("--data", "body"),
    ("--data-raw", "body"),
    ("--data-binary", "body"),
    ("--data-ascii", "body"),
    ("--data-urlencode", "body"),
    ("--json", "body"),
    ("-F", "body"),
    ("--form", "body"),
    ("--form-string", "body"),
];

const WGET: Options = &[
    ("--post-data", "body"),
    ("--body-data", "body"),
    ("--password", "password"),
    ("--http-password", "password"),
    ("--ftp-password", "password"),
    ("--proxy-password", "password"),
    ("--user", "password"),
];

const HTTPIE: Options = &[("-a", "password"), ("--auth", "password"), ("--raw", "body")];

const POWERSHELL: Options = &[("-Body", "body"), ("-Token", "token"), ("-Form", "body")];

/// Commands that are looked for.
const COMMANDS: [(&str, Options); 9] = [
    ("curl", CURL),
    ("wget", WGET),
    ("http", HTTPIE),
    ("https", HTTPIE),
    ("xh", HTTPIE),
    ("Invoke-WebRequest", POWERSHELL),
    ("Invoke-RestMethod", POWERSHELL),
    ("iwr", POWERSHELL),
    ("irm", POWERSHELL),
];

/// The text with its commands' arguments taken out.
pub(super) fn redacted(text: &str, found: &mut Found) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    let mut last = None;
    while let Some((at, options)) = command(rest, last) {
        out.push_str(&rest[..at]);
        last = rest[..at].chars().next_back();
        rest = arguments(&rest[at..], options, &mut out, found);
    }
    out.push_str(rest);
    out
}

/// Behind the next command that begins a word, and its options.
fn command(text: &str, mut before: Option<char>) -> Option<(usize, Options)> {
    let mut at = 0;
    while at < text.len() {
        let rest = &text[at..];
        let length = rest.find(|c: char| !(c.is_alphanumeric() || c == '-')).unwrap_or(rest.len());
        if length == 0 {
            before = rest.chars().next();
            at += before.map_or(1, char::len_utf8);
            continue;
        }
        let word = &rest[..length];
        let known = COMMANDS.iter().find(|(name, _)| word.eq_ignore_ascii_case(name));
        let after = rest[length..].strip_prefix(".exe").unwrap_or(&rest[length..]);
        let begins = !matches!(before, Some('_' | '.' | '@'));
        if let Some((_, options)) = known.filter(|_| begins && after.starts_with([' ', '\t'])) {
            return Some((text.len() - after.len(), options));
        }
        before = word.chars().next_back();
        at += length;
    }
    None
}

/// Copies the arguments up to the command's end; gives what follows.
fn arguments<'a>(text: &'a str, options: Options, out: &mut String, found: &mut Found) -> &'a str {
    let mut rest = text;
    let mut kind = None;
    loop {
        let (gap, ends) = gap(rest);
        out.push_str(&rest[..gap]);
        rest = &rest[gap..];
        if ends || rest.is_empty() {
            return rest;
        }
        let (argument, after) = rest.split_at(argument_end(rest));
        rest = after;
        match kind.take() {
            Some(kind) => {
                out.push_str(MARK);
                found.add(kind);
            }
            None => kind = option(argument, options, out, found),
        }
    }
}

/// An option: what its next argument is, or with the argument attached (`-uuser:word`, `--data=x`).
fn option(argument: &str, options: Options, out: &mut String, found: &mut Found) -> Option<&'static str> {
    for (name, kind) in options {
        let (name, kind) = (*name, *kind);
        // PowerShell does not tell capital letters apart; the others do.
        let same = argument.get(..name.len()).is_some_and(|given| {
            given == name || (name.len() > 2 && name.starts_with(['-']) && given.eq_ignore_ascii_case(name))
        });
        let Some(attached) = argument.get(name.len()..).filter(|_| same) else { continue };
        if attached.is_empty() {
            out.push_str(argument);
            return Some(kind);
        }
        let is_long = name.len() > 2;
        if !is_long || attached.starts_with('=') {
            out.push_str(name);
            out.push_str(if is_long { "=" } else { "" });
            out.push_str(MARK);
            found.add(kind);
            return None;
        }
    }
    out.push_str(argument);
    None
}

/// The blanks before the next argument, and whether the command ends there: at a line's end without
/// a continuation (`\` or, on Windows, `^`), a pipe or a semicolon.
fn gap(text: &str) -> (usize, bool) {
    let bytes = text.as_bytes();
    let mut at = 0;
    loop {
        match (bytes.get(at), bytes.get(at + 1), bytes.get(at + 2)) {
            (Some(b' ' | b'\t'), ..) => at += 1,
            (Some(b'\\' | b'^' | b'`'), Some(b'\n'), _) => at += 2,
            (Some(b'\\' | b'^' | b'`'), Some(b'\r'), Some(b'\n')) => at += 3,
            (None | Some(b'\r' | b'\n' | b';' | b'|'), ..) => return (at, true),
            _ => return (at, false),
        }
    }
}

/// The end of an argument, quotes considered; at least one character.
fn argument_end(text: &str) -> usize {
    let mut quote = None;
    let mut chars = text.char_indices();
    while let Some((at, c)) = chars.next() {
        match (quote, c) {
            (None, ' ' | '\t' | '\r' | '\n') => return at.max(1),
            (None, '"' | '\'') => quote = Some(c),
            (None, '(') => return parenthesis_end(text, at),
            (None, '{') if text[..at].ends_with('@') => return braces_end(text, at),
            // PowerShell's sign for “as it is” is a grave accent.
            (None | Some('"'), '\\' | '`') => {
                chars.next();
            }
            (Some(open), c) if c == open => quote = None,
            _ => {}
        }
    }
    text.len()
}

/// The end of `(…)`, on this line.
fn parenthesis_end(text: &str, from: usize) -> usize {
    let mut depth = 0_usize;
    for (at, c) in text[from..].char_indices() {
        match c {
            '(' => depth += 1,
            ')' => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return from + at + 1;
                }
            }
            '\n' => return (from + at).max(1),
            _ => {}
        }
    }
    text.len()
}

/// The end of PowerShell's `@{…}`, which may run over lines.
fn braces_end(text: &str, from: usize) -> usize {
    let near = &text[from..text.floor_char_boundary(from + 16 * 1024)];
    near.find('}').map_or(from + 1, |at| from + at + 1)
}
