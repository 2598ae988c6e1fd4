//! The pieces of HTML: tags, attributes and text between. One pass, whatever comes.

const MAX_ATTRIBUTES: usize = 40;
/// Tags whose content is dropped with them.
pub(super) const SILENT: [&str; 21] = [
    "script",
    "style",
    "title",
    "textarea",
    "xmp",
    "iframe",
    "noembed",
    "noframes",
    "noscript",
    "plaintext",
    "template",
    "svg",
    "math",
    "select",
    "object",
    "applet",
    "audio",
    "video",
    "canvas",
    "frameset",
    "listing",
];
pub(super) const KEPT_ATTRIBUTES: [&str; 12] = [
    "href", "src", "alt", "title", "colspan", "rowspan", "width", "height", "start", "style", "hidden",
    "type",
];

/// A piece of HTML.
pub(super) enum Token<'a> {
    /// With its entities as they are.
    Text(&'a str),
    Open(String, Vec<(String, String)>),
    Close(String),
}

/// The next token; takes at least one byte while there is one.
pub(super) fn next<'a>(rest: &mut &'a str) -> Option<Token<'a>> {
    loop {
        if rest.is_empty() {
            return None;
        }
        let Some(at) = rest.find('<') else {
            return Some(Token::Text(std::mem::take(rest)));
        };
        if at > 0 {
            let (text, after) = rest.split_at(at);
            *rest = after;
            return Some(Token::Text(text));
        }
        match rest.as_bytes().get(1) {
            Some(b'!' | b'?') => skip_declaration(rest),
            Some(b'/') => return Some(closing(rest)),
            Some(byte) if byte.is_ascii_alphabetic() => {
                if let Some(token) = opening(rest) {
                    return Some(token);
                }
            }
            _ => {
                let (text, after) = rest.split_at(1);
                *rest = after;
                return Some(Token::Text(text));
            }
        }
    }
}

/// A comment, a doctype, Office's conditional parts.
fn skip_declaration(rest: &mut &str) {
    let end = match rest.strip_prefix("<!--") {
        Some(comment) => comment.find("-->").map(|at| at + 7),
        None => rest.find('>').map(|at| at + 1),
    };
    *rest = end.map_or("", |end| &rest[end..]);
}

fn closing<'a>(rest: &mut &'a str) -> Token<'a> {
    let (name, _) = name(&rest[2..]);
    *rest = rest.find('>').map_or("", |at| &rest[at + 1..]);
    Token::Close(name)
}

/// An opening tag; none if it is one whose content is dropped.
fn opening<'a>(rest: &mut &'a str) -> Option<Token<'a>> {
    let (name, length) = name(&rest[1..]);
    *rest = &rest[1 + length..];
    let attributes = attributes(rest);
    if SILENT.contains(&name.as_str()) {
        skip_content(rest, &name);
        return None;
    }
    Some(Token::Open(name, attributes))
}

fn name(text: &str) -> (String, usize) {
    let length = text.find(|c: char| c.is_whitespace() || matches!(c, '/' | '>')).unwrap_or(text.len());
    let name = if length <= 20 { text[..length].to_ascii_lowercase() } else { String::new() };
    (name, length)
}

/// Drops all up to the end tag of `name`; all of the rest if there is none, as browsers do.
fn skip_content(rest: &mut &str, name: &str) {
    let mut from = 0;
    while let Some(at) = rest[from..].find("</") {
        let start = from + at + 2;
        let found = rest.get(start..start + name.len()).is_some_and(|tag| tag.eq_ignore_ascii_case(name));
        if found {
            *rest = rest[start..].find('>').map_or("", |end| &rest[start + end + 1..]);
            return;
        }
        from = start;
    }
    *rest = "";
}

/// The attributes up to the tag's end; takes the end too.
fn attributes(rest: &mut &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    loop {
        *rest = rest.trim_start_matches(|c: char| c.is_whitespace() || c == '/');
        if let Some(after) = rest.strip_prefix('>') {
            *rest = after;
            return found;
        }
        if rest.is_empty() {
            return found;
        }
        // A first `=` belongs to the name, so every round takes something.
        let first = rest.chars().next().map_or(1, char::len_utf8);
        let end = rest[first..].find(|c: char| c.is_whitespace() || matches!(c, '/' | '>' | '='));
        let (key, after) = rest.split_at(end.map_or(rest.len(), |at| at + first));
        *rest = after;
        let value = value(rest);
        let key = if key.len() <= 20 { key.to_ascii_lowercase() } else { String::new() };
        if found.len() < MAX_ATTRIBUTES && KEPT_ATTRIBUTES.contains(&key.as_str()) {
            found.push((key, super::entity::entities(value, true).into_owned()));
        }
    }
}

fn value<'a>(rest: &mut &'a str) -> &'a str {
    let Some(after) = rest.trim_start().strip_prefix('=') else { return "" };
    let after = after.trim_start();
    let (value, after) = match after.chars().next() {
        Some(quote @ ('"' | '\'')) => after[1..].split_once(quote).unwrap_or((&after[1..], "")),
        _ => after.split_at(after.find(|c: char| c.is_whitespace() || c == '>').unwrap_or(after.len())),
    };
    *rest = after;
    value
}
