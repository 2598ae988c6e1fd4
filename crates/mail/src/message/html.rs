//! HTML from anybody, made safe to show, and as text (control 49).
//!
//! Two steps. First we write the document anew: only tags of a short list, each properly nested and
//! closed, at most [`MAX_DEPTH`] deep, with only the attributes we know. What comes out is small and
//! plain, so the parser behind the second step cannot be made to work long. Then ammonia, which
//! reads as a browser does, keeps its own allow-list. Neither step alone is relied on.
//!
//! Nothing in the result is fetched when it is shown: pictures only name our own attachments
//! (`data-cid`), and links open nothing by themselves.

use std::{
    collections::{HashMap, HashSet},
    sync::LazyLock,
};

use ammonia::{Builder, UrlRelative};

pub const MAX_DEPTH: usize = 60;
const MAX_ATTRIBUTES: usize = 40;
const MAX_ENTITIES: usize = 5_000;
const MAX_URL_BYTES: usize = 2_000;

/// Tags that are kept.
const TAGS: [&str; 44] = [
    "a",
    "abbr",
    "b",
    "blockquote",
    "br",
    "caption",
    "center",
    "code",
    "dd",
    "del",
    "div",
    "dl",
    "dt",
    "em",
    "figcaption",
    "figure",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "hr",
    "i",
    "img",
    "ins",
    "li",
    "ol",
    "p",
    "pre",
    "s",
    "small",
    "span",
    "strong",
    "sub",
    "sup",
    "table",
    "tbody",
    "td",
    "th",
    "thead",
    "tr",
    "u",
    "ul",
];
/// Tags whose content is dropped with them.
const SILENT: [&str; 21] = [
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
const VOID: [&str; 3] = ["br", "hr", "img"];
/// Tags after which text goes on in a new line.
const BREAKING: [&str; 17] = [
    "blockquote",
    "br",
    "div",
    "dd",
    "dl",
    "dt",
    "figure",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "hr",
    "li",
    "p",
    "tr",
];
const KEPT_ATTRIBUTES: [&str; 9] =
    ["href", "src", "alt", "title", "colspan", "rowspan", "width", "height", "start"];

/// A piece of HTML.
enum Token<'a> {
    /// With its entities as they are.
    Text(&'a str),
    Open(String, Vec<(String, String)>),
    Close(String),
}

/// Safe HTML: a fragment to put into a page of ours.
pub fn safe(source: &str) -> String {
    CLEANER.clean(&rewritten(source)).to_string()
}

/// What the HTML says, as text.
pub fn text(source: &str) -> String {
    let mut out = String::with_capacity(source.len() / 2);
    let mut rest = source;
    while let Some(token) = next(&mut rest) {
        match token {
            Token::Text(text) => push_words(&mut out, &entities(text)),
            Token::Open(name, _) | Token::Close(name) if BREAKING.contains(&name.as_str()) => {
                let trimmed = out.trim_end_matches(' ').len();
                out.truncate(trimmed);
                if !out.is_empty() && !out.ends_with("\n\n") {
                    out.push('\n');
                }
            }
            Token::Open(name, _) | Token::Close(name) if name == "td" || name == "th" => {
                push_words(&mut out, " ")
            }
            Token::Open(..) | Token::Close(_) => {}
        }
    }
    out.trim().to_owned()
}

fn push_words(out: &mut String, text: &str) {
    for c in text.chars() {
        let c = if c.is_whitespace() { ' ' } else { c };
        if c != ' ' || !(out.is_empty() || out.ends_with([' ', '\n'])) {
            out.push(c);
        }
    }
}

/// The document, written anew from what the lexer understood.
fn rewritten(source: &str) -> String {
    let mut out = String::with_capacity(source.len());
    let mut open: Vec<String> = Vec::new();
    let mut rest = source;
    while let Some(token) = next(&mut rest) {
        match token {
            Token::Text(text) => escape(&mut out, text),
            Token::Open(name, attributes) if TAGS.contains(&name.as_str()) => {
                let is_void = VOID.contains(&name.as_str());
                if is_void || open.len() < MAX_DEPTH {
                    write_tag(&mut out, &name, &attributes);
                }
                if !is_void && open.len() < MAX_DEPTH {
                    open.push(name);
                }
            }
            Token::Close(name) => close(&mut out, &mut open, &name),
            Token::Open(..) => {}
        }
    }
    for name in open.iter().rev() {
        write_close(&mut out, name);
    }
    with_few_entities(out)
}

/// The parser behind is quadratic in the number of entities: many are written as wide characters.
fn with_few_entities(html: String) -> String {
    if html.bytes().filter(|byte| *byte == b'&').take(MAX_ENTITIES + 1).count() <= MAX_ENTITIES {
        return html;
    }
    [("&amp;", "＆"), ("&lt;", "＜"), ("&gt;", "＞"), ("&quot;", "＂")]
        .into_iter()
        .fold(html, |html, (entity, wide)| html.replace(entity, wide))
}

fn close(out: &mut String, open: &mut Vec<String>, name: &str) {
    if let Some(at) = open.iter().rposition(|tag| tag == name) {
        for tag in open.drain(at..).rev() {
            write_close(out, &tag);
        }
    }
}

fn write_close(out: &mut String, name: &str) {
    out.push_str("</");
    out.push_str(name);
    out.push('>');
}

fn write_tag(out: &mut String, name: &str, attributes: &[(String, String)]) {
    out.push('<');
    out.push_str(name);
    for (key, value) in attributes.iter().take(KEPT_ATTRIBUTES.len()) {
        let Some((key, value)) = kept(name, key, value) else { continue };
        out.push(' ');
        out.push_str(key);
        out.push_str("=\"");
        escape(out, &value);
        out.push('"');
    }
    out.push('>');
}

/// The attribute as it is kept: links to the web and to addresses, pictures among our attachments.
fn kept(tag: &str, key: &str, value: &str) -> Option<(&'static str, String)> {
    let value = value.trim();
    match (tag, key) {
        ("a", "href") if value.len() <= MAX_URL_BYTES && is_link(value) => Some(("href", value.to_owned())),
        ("img", "src") => {
            let id =
                value.get(..4).filter(|scheme| scheme.eq_ignore_ascii_case("cid:")).map(|_| &value[4..])?;
            let plain = !id.is_empty() && id.len() <= 200 && id.bytes().all(|b| (33..127).contains(&b));
            plain.then(|| ("data-cid", id.to_owned()))
        }
        ("img", "alt") => Some(("alt", value.to_owned())),
        ("img" | "td" | "th" | "table", "width") => number(value).map(|n| ("width", n)),
        ("img", "height") => number(value).map(|n| ("height", n)),
        ("td" | "th", "colspan") => number(value).map(|n| ("colspan", n)),
        ("td" | "th", "rowspan") => number(value).map(|n| ("rowspan", n)),
        ("ol", "start") => number(value).map(|n| ("start", n)),
        _ => None,
    }
}

fn number(value: &str) -> Option<String> {
    value.parse::<u16>().ok().filter(|n| *n <= 1_000).map(|n| n.to_string())
}

fn is_link(value: &str) -> bool {
    let lower: String = value.chars().take(8).flat_map(char::to_lowercase).collect();
    ["http://", "https://", "mailto:"].iter().any(|scheme| lower.starts_with(scheme))
}

/// Text for HTML: entities are read first, so that `&amp;lt;` and `&lt;` stay what they were.
fn escape(out: &mut String, text: &str) {
    for c in entities(text).chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\0' => {}
            c => out.push(c),
        }
    }
}

/// The next token; takes at least one byte while there is one.
fn next<'a>(rest: &mut &'a str) -> Option<Token<'a>> {
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
            found.push((key, value.to_owned()));
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

/// Replaces the entities that mail programs write; others stay as they are.
fn entities(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let end = rest.bytes().take(12).position(|byte| byte == b';');
        match end.and_then(|end| entity(&rest[1..end]).map(|c| (c, end))) {
            Some((c, end)) => {
                out.push(c);
                rest = &rest[end + 1..];
            }
            None => {
                out.push('&');
                rest = &rest[1..];
            }
        }
    }
    out.push_str(rest);
    out
}

fn entity(name: &str) -> Option<char> {
    if let Some(number) = name.strip_prefix('#') {
        let code = match number.strip_prefix(['x', 'X']) {
            Some(hex) => u32::from_str_radix(hex, 16).ok()?,
            None => number.parse().ok()?,
        };
        return char::from_u32(code).filter(|c| !c.is_control() || matches!(c, '\n' | '\t'));
    }
    Some(match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        "nbsp" => '\u{a0}',
        "auml" => 'ä',
        "ouml" => 'ö',
        "uuml" => 'ü',
        "Auml" => 'Ä',
        "Ouml" => 'Ö',
        "Uuml" => 'Ü',
        "szlig" => 'ß',
        "euro" => '€',
        "ndash" => '–',
        "mdash" => '—',
        "hellip" => '…',
        "bdquo" => '„',
        "ldquo" => '“',
        "rdquo" => '”',
        "lsquo" => '‘',
        "rsquo" => '’',
        "laquo" => '«',
        "raquo" => '»',
        "copy" => '©',
        "reg" => '®',
        "middot" => '·',
        "bull" => '•',
        "eacute" => 'é',
        "egrave" => 'è',
        "agrave" => 'à',
        "ccedil" => 'ç',
        _ => return None,
    })
}

static CLEANER: LazyLock<Builder<'static>> = LazyLock::new(|| {
    let mut attributes: HashMap<&str, HashSet<&str>> = HashMap::new();
    attributes.insert("a", HashSet::from(["href"]));
    attributes.insert("img", HashSet::from(["data-cid", "alt", "width", "height"]));
    attributes.insert("td", HashSet::from(["colspan", "rowspan", "width"]));
    attributes.insert("th", HashSet::from(["colspan", "rowspan", "width"]));
    attributes.insert("table", HashSet::from(["width"]));
    attributes.insert("ol", HashSet::from(["start"]));
    let mut builder = Builder::empty();
    builder
        .tags(HashSet::from(TAGS))
        .clean_content_tags(HashSet::from(SILENT))
        .tag_attributes(attributes)
        .generic_attributes(HashSet::new())
        .url_schemes(HashSet::from(["http", "https", "mailto"]))
        .url_relative(UrlRelative::Deny)
        .link_rel(Some("noopener noreferrer"))
        .strip_comments(true);
    builder
});
