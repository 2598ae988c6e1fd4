//! cURL commands: the arguments that carry a session or a body.

use super::{Found, MARK};

/// Options whose argument is taken out, and what it is.
const OPTIONS: [(&str, &str); 18] = [
    ("-b", "cookie"),
    ("--cookie", "cookie"),
    ("-u", "password"),
    ("--user", "password"),
    ("-U", "password"),
    ("--proxy-user", "password"),
    ("--oauth2-bearer", "token"),
    ("--pass", "password"),
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

/// The text with its cURL commands' arguments taken out.
pub(super) fn redacted(text: &str, found: &mut Found) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = command(rest) {
        out.push_str(&rest[..at]);
        rest = arguments(&rest[at..], &mut out, found);
    }
    out.push_str(rest);
    out
}

/// Behind the next `curl ` that begins a word.
fn command(text: &str) -> Option<usize> {
    let mut from = 0;
    while let Some(at) = text[from..].find("curl") {
        let (begin, end) = (from + at, from + at + 4);
        let before = text[..begin].chars().next_back();
        let after = text[end..].strip_prefix(".exe").unwrap_or(&text[end..]);
        if before.is_none_or(|c| !c.is_alphanumeric()) && after.starts_with([' ', '\t']) {
            return Some(text.len() - after.len());
        }
        from = end;
    }
    None
}

/// Copies the arguments up to the command's end; gives what follows.
fn arguments<'a>(text: &'a str, out: &mut String, found: &mut Found) -> &'a str {
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
            None => kind = option(argument, out, found),
        }
    }
}

/// An option: what its next argument is, or with the argument attached (`-uuser:word`, `--data=x`).
fn option(argument: &str, out: &mut String, found: &mut Found) -> Option<&'static str> {
    for (name, kind) in OPTIONS {
        let Some(attached) = argument.strip_prefix(name) else { continue };
        if attached.is_empty() {
            out.push_str(argument);
            return Some(kind);
        }
        let is_long = name.starts_with("--");
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
            (None | Some('"'), '\\') => {
                chars.next();
            }
            (Some(open), c) if c == open => quote = None,
            _ => {}
        }
    }
    text.len()
}
