//! What HTML says, as text: lines, lists, tables and quotes as a person reads them, and where links lead.

use super::{
    MAX_URL_BYTES, VOID,
    entity::entities,
    is_link,
    lex::{Token, next},
};

/// A new paragraph begins before and after these.
const PARAGRAPHS: [&str; 16] = [
    "blockquote",
    "dl",
    "figure",
    "form",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "ol",
    "p",
    "pre",
    "table",
    "ul",
    "hr",
];
/// A new line begins before and after these.
const LINES: [&str; 17] = [
    "address",
    "article",
    "aside",
    "caption",
    "center",
    "dd",
    "div",
    "dt",
    "fieldset",
    "figcaption",
    "footer",
    "header",
    "li",
    "main",
    "nav",
    "section",
    "tr",
];
/// Those that end where the next one of them begins, if nobody closes them.
const LOOSE: [&str; 8] = ["dd", "dt", "li", "p", "td", "th", "tr", "option"];
/// Lists in lists, and quotes in quotes, are told apart so deep.
const MAX_DEPTH: usize = 8;

/// What the HTML says, as text. What it hides is left out, unless there is nothing else.
pub fn text(source: &str) -> String {
    let shown = read(source, true);
    if shown.chars().any(char::is_alphanumeric) { shown } else { read(source, false) }
}

fn read(source: &str, hides: bool) -> String {
    let mut reading = Reading::default();
    let mut rest = source;
    while let Some(token) = next(&mut rest) {
        match token {
            Token::Text(text) => reading.words(&entities(text, false)),
            Token::Open(name, attributes) => {
                if hides && is_hidden(&attributes) && !VOID.contains(&name.as_str()) {
                    reading.skip(&mut rest, &name);
                } else {
                    reading.open(&name, &attributes);
                }
            }
            Token::Close(name) => reading.close(&name),
        }
    }
    reading.end_link();
    reading.out.trim_end().trim_start_matches('\n').to_owned()
}

fn is_hidden(attributes: &[(String, String)]) -> bool {
    attributes.iter().any(|(key, value)| match key.as_str() {
        "hidden" => true,
        "style" => {
            let plain: String =
                value.chars().filter(|c| !c.is_whitespace()).collect::<String>().to_lowercase();
            plain.split(';').any(|rule| {
                let rule = rule.trim_end_matches("!important");
                matches!(rule, "display:none" | "visibility:hidden" | "opacity:0")
            })
        }
        _ => false,
    })
}

#[derive(Default)]
struct Reading {
    out: String,
    /// What has to stand before the next word: line ends, at most two.
    lines: usize,
    blank: bool,
    pre: usize,
    quotes: usize,
    /// Open lists: the next number, or a plain one.
    lists: Vec<Option<usize>>,
    /// Begins a list's line.
    bullet: Option<String>,
    /// Where the open link leads, and where its words begin.
    link: Option<(String, usize)>,
    /// Tags that nobody closes; they are not looked for again.
    unclosed: Vec<String>,
}

impl Reading {
    fn open(&mut self, name: &str, attributes: &[(String, String)]) {
        let attribute =
            |key: &str| attributes.iter().find(|(k, _)| k == key).map(|(_, value)| value.as_str());
        match name {
            "br" => self.lines = (self.lines + 1).clamp(1, 2),
            "td" | "th" => self.cell(),
            "a" => {
                self.end_link();
                let leads = attribute("href")
                    .map(str::trim)
                    .filter(|href| href.len() <= MAX_URL_BYTES && is_link(href));
                self.link = leads.map(|href| (href.to_owned(), self.out.len()));
            }
            "img" => {
                if let Some(alt) = attribute("alt").filter(|alt| alt.chars().any(char::is_alphanumeric)) {
                    self.words(&format!("[{}]", alt.trim()));
                }
            }
            _ => self.break_at(name, self.lists.len()),
        }
        match name {
            "pre" => self.pre += 1,
            "blockquote" => self.quotes = (self.quotes + 1).min(MAX_DEPTH),
            "ul" => self.lists.push(None),
            "ol" => self.lists.push(Some(attribute("start").and_then(|n| n.parse().ok()).unwrap_or(1))),
            "li" => self.item(),
            _ => {}
        }
        self.lists.truncate(MAX_DEPTH * 4);
    }

    fn close(&mut self, name: &str) {
        match name {
            "a" => self.end_link(),
            "td" | "th" => {}
            "br" => self.lines = (self.lines + 1).clamp(1, 2),
            _ => self.break_at(name, self.lists.len().saturating_sub(1)),
        }
        match name {
            "pre" => self.pre = self.pre.saturating_sub(1),
            "blockquote" => self.quotes = self.quotes.saturating_sub(1),
            "ul" | "ol" => drop(self.lists.pop()),
            "li" => self.bullet = None,
            _ => {}
        }
    }

    /// `around`: how many lists this stands in.
    fn break_at(&mut self, name: &str, around: usize) {
        // A list in a list stands closer.
        let inner = matches!(name, "ul" | "ol") && around > 0;
        if PARAGRAPHS.contains(&name) && !inner {
            self.lines = 2;
        } else if LINES.contains(&name) || inner {
            self.lines = self.lines.max(1);
        }
    }

    fn item(&mut self) {
        let depth = self.lists.len().clamp(1, MAX_DEPTH) - 1;
        let sign = match self.lists.last_mut() {
            Some(Some(number)) => {
                let sign = format!("{number}. ");
                *number = number.saturating_add(1);
                sign
            }
            _ => "- ".to_owned(),
        };
        self.bullet = Some(format!("{}{sign}", "  ".repeat(depth)));
    }

    /// Cells of a row stand apart.
    fn cell(&mut self) {
        let fresh = self.lines > 0 || self.out.is_empty() || self.out.ends_with(['\n', '\t']);
        if !fresh {
            let kept = self.out.trim_end_matches(' ').len();
            self.out.truncate(kept);
            self.out.push('\t');
            self.blank = false;
        }
    }

    fn words(&mut self, text: &str) {
        for c in text.chars() {
            if c == '\0' || (c.is_control() && !c.is_whitespace()) {
                continue;
            }
            if self.pre > 0 && c == '\n' {
                self.lines += 1;
            } else if self.pre > 0 && matches!(c, ' ' | '\t') {
                self.begin();
                self.out.push(c);
            } else if c.is_whitespace() {
                self.blank = true;
            } else {
                self.begin();
                self.out.push(c);
            }
        }
    }

    /// Writes what has to stand before the next word.
    fn begin(&mut self) {
        let mut fresh = self.out.is_empty();
        if self.lines > 0 && !self.out.is_empty() {
            let kept = self.out.trim_end_matches([' ', '\t']).len();
            self.out.truncate(kept);
            for line in 0..self.lines {
                // Between lines of a quote its sign goes on.
                if line > 0 && self.quotes > 0 {
                    self.out.push_str(">".repeat(self.quotes).as_str());
                }
                self.out.push('\n');
            }
            fresh = true;
        }
        if fresh {
            if self.quotes > 0 {
                self.out.push_str(">".repeat(self.quotes).as_str());
                self.out.push(' ');
            }
            if let Some(bullet) = self.bullet.take() {
                self.out.push_str(&bullet);
            }
        } else if self.blank && !self.out.ends_with([' ', '\t', '\n']) {
            self.out.push(' ');
        }
        (self.lines, self.blank) = (0, false);
    }

    /// Writes where the link leads, unless its words say so.
    fn end_link(&mut self) {
        let Some((href, from)) = self.link.take() else { return };
        let words = self.out.get(from.min(self.out.len())..).unwrap_or_default();
        let words = words.trim().trim_start_matches('>').trim();
        let is_empty = words.is_empty();
        let plain = |text: &str| {
            let text = text.to_lowercase();
            let text = text
                .trim_start_matches("https://")
                .trim_start_matches("http://")
                .trim_start_matches("mailto:");
            text.trim_start_matches("www.").trim_end_matches('/').to_owned()
        };
        let says_so = plain(words) == plain(&href);
        if !says_so {
            // One that shows nothing but a picture without a name leads somewhere all the same.
            let (lines, before) = (self.lines, self.blank);
            if !is_empty {
                (self.lines, self.blank) = (0, true);
            }
            self.begin();
            self.out.push('(');
            self.out.push_str(&href);
            self.out.push(')');
            (self.lines, self.blank) = if is_empty { (0, true) } else { (lines, before) };
        }
    }

    /// Skips to where the hidden element ends; one that nobody closes hides nothing.
    fn skip(&mut self, rest: &mut &str, name: &str) {
        if self.unclosed.iter().any(|known| known == name) || self.unclosed.len() > 40 {
            return;
        }
        let (mut ahead, mut depth) = (*rest, 1_usize);
        let is_loose = LOOSE.contains(&name);
        loop {
            let before = ahead;
            match next(&mut ahead) {
                Some(Token::Open(open, _)) if open == name => {
                    if is_loose {
                        // The next one ends it, and is read itself.
                        *rest = before;
                        return;
                    }
                    depth += 1;
                }
                Some(Token::Close(closed)) if closed == name => {
                    depth -= 1;
                    if depth == 0 {
                        *rest = ahead;
                        return;
                    }
                }
                Some(_) => {}
                None => return self.unclosed.push(name.to_owned()),
            }
        }
    }
}
