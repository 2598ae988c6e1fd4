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

mod entity;
mod lex;
mod pictures;
mod reading;

use entity::entities;
use lex::{KEPT_ATTRIBUTES, SILENT, Token, next};
pub(super) use pictures::{Picture, take_pictures};
pub use reading::text;

pub const MAX_DEPTH: usize = 60;
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
pub(super) const VOID: [&str; 3] = ["br", "hr", "img"];
/// Safe HTML: a fragment to put into a page of ours.
pub fn safe(source: &str) -> String {
    CLEANER.clean(&rewritten(source)).to_string()
}

/// Plain text as HTML, for a message of which another part is HTML.
pub fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    out.push_str("<p>");
    for (at, line) in text.lines().enumerate() {
        out.push_str(if at > 0 { "<br>" } else { "" });
        escape(&mut out, line);
    }
    out.push_str("</p>");
    out
}

/// The document, written anew from what the lexer understood.
fn rewritten(source: &str) -> String {
    let mut out = String::with_capacity(source.len());
    let mut open: Vec<String> = Vec::new();
    let mut rest = source;
    while let Some(token) = next(&mut rest) {
        match token {
            Token::Text(text) => escape(&mut out, &entities(text, false)),
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

/// Text for HTML; its entities were read before, so that `&amp;lt;` and `&lt;` stay what they were.
fn escape(out: &mut String, text: &str) {
    for c in text.chars() {
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
