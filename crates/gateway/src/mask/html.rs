//! HTML: text and attributes stay only inside elements the pass list names.
//!
//! The page is read whole by a parser that builds the tree a browser builds (HTML, "tree
//! construction"), and written anew from that tree. So there is no account of open elements of our own
//! that could differ from a browser's, and what stands outside a passing element is not in the output
//! at all, however the output is read. Must never copy a piece of the input.

use ego_tree::{NodeRef, iter::Edge};
use html5ever::ns;
use pforte_core::catalogue::MASK;
use scraper::{ElementRef, Html, Node};

use super::{Choice, attributes, names};
use crate::body::{Filter, FilterError};

/// A longer page is not shown: its tree takes some ten times as much.
const MOST: usize = 4 * 1024 * 1024;
/// Browsers nest no deeper; from there on they would read the output differently.
const DEEPEST: usize = 500;

/// Elements whose text is read differently with and without scripts, or not as text at all: it never
/// passes.
const UNREADABLE: &[&str] = &["noscript", "iframe", "noembed", "noframes", "xmp", "plaintext"];

/// Masks a page, and hands it on to what makes its links right.
pub(crate) struct HtmlMask<F> {
    page: Vec<u8>,
    choices: std::sync::Arc<Vec<Choice>>,
    next: F,
}

impl<F: Filter> HtmlMask<F> {
    pub(crate) fn new(choices: std::sync::Arc<Vec<Choice>>, next: F) -> Self {
        Self { page: Vec::new(), choices, next }
    }
}

impl<F: Filter> Filter for HtmlMask<F> {
    fn push(&mut self, chunk: &[u8], _: &mut Vec<u8>) -> Result<(), FilterError> {
        if self.page.len() + chunk.len() > MOST {
            return Err(FilterError("the page is too long to be masked"));
        }
        self.page.extend_from_slice(chunk);
        Ok(())
    }

    fn finish(&mut self, out: &mut Vec<u8>) -> Result<(), FilterError> {
        let page = std::mem::take(&mut self.page);
        let masked = mask(&String::from_utf8_lossy(&page), &self.choices)?;
        self.next.push(masked.as_bytes(), out)?;
        self.next.finish(out)
    }
}

/// The page, with everything masked that no choice lets pass.
pub(crate) fn mask(page: &str, choices: &[Choice]) -> Result<String, FilterError> {
    let html = Html::parse_document(page);
    let mut writer = Writer { choices, out: String::with_capacity(page.len()), open: Vec::new() };
    if html.tree.root().children().any(|node| is_plain_doctype(node.value())) {
        writer.out.push_str("<!doctype html>");
    }
    for edge in html.tree.root().traverse() {
        match edge {
            Edge::Open(node) => writer.open(node)?,
            Edge::Close(node) => writer.close(node),
        }
    }
    Ok(writer.out)
}

fn is_plain_doctype(node: &Node) -> bool {
    let Node::Doctype(doctype) = node else { return false };
    let (public, system) = (doctype.public_id(), doctype.system_id());
    let known = ["", "about:legacy-compat", "http://www.w3.org/TR/xhtml1/DTD/xhtml1-strict.dtd"];
    doctype.name() == "html"
        && (public.is_empty() || public == "-//W3C//DTD XHTML 1.0 Strict//EN")
        && known.contains(&system)
}

/// An element that is being written.
struct Open {
    /// As it is written; `None`: it is left out, with all that it holds.
    name: Option<&'static str>,
    /// Written under the product's own name, because it lies in a passing element.
    own_name: Option<String>,
    shown: bool,
    masked: bool,
    raw: bool,
}

struct Writer<'c> {
    choices: &'c [Choice],
    out: String,
    open: Vec<Open>,
}

impl Writer<'_> {
    fn open(&mut self, node: NodeRef<'_, Node>) -> Result<(), FilterError> {
        match node.value() {
            Node::Element(_) => self.element(node),
            Node::Text(text) => {
                self.text(text);
                Ok(())
            }
            // Comments, doctypes and instructions say nothing that anybody needs.
            _ => Ok(()),
        }
    }

    fn element(&mut self, node: NodeRef<'_, Node>) -> Result<(), FilterError> {
        let Some(element) = ElementRef::wrap(node) else { return Ok(()) };
        if self.open.len() == DEEPEST {
            return Err(FilterError("the page is nested too deeply"));
        }
        let (in_shown, in_masked, left_out) =
            self.open.last().map_or((false, false, false), |top| (top.shown, top.masked, top.name.is_none()));
        let chosen = |masks| self.choices.iter().any(|c| c.masks == masks && c.selector.matches(&element));
        let shown = in_shown || chosen(false);
        let masked = in_masked || chosen(true);
        let html = element.value().name.ns == ns!(html);
        let name = element.value().name();
        let passes = shown && !masked;
        let written = names::known(name);
        let own_name = (passes && written.is_none() && names::is_writable(name)).then(|| name.to_owned());
        let open = Open {
            name: if left_out { None } else { Some(written.unwrap_or("span")) },
            own_name,
            shown,
            masked,
            raw: html && matches!(name, "script" | "style"),
        };
        if !left_out {
            self.out.push('<');
            self.out.push_str(open.own_name.as_deref().unwrap_or(open.name.unwrap_or("span")));
            for (attribute, value) in element.value().attrs.iter() {
                self.attribute(element, attribute, value, passes);
            }
            self.out.push('>');
        }
        let unreadable = html && UNREADABLE.contains(&name);
        self.open.push(open);
        if unreadable {
            // The tag stays, closed by `close`; what it holds does not.
            self.open.push(Open { name: None, own_name: None, shown: false, masked: true, raw: false });
        }
        Ok(())
    }

    fn attribute(&mut self, of: ElementRef<'_>, name: &html5ever::QualName, value: &str, passes: bool) {
        let written = match &name.prefix {
            Some(prefix) if !prefix.is_empty() => format!("{prefix}:{}", name.local),
            _ => name.local.to_string(),
        };
        let value = if passes {
            // A page within the page would be read by nobody here.
            let holds = written == "srcdoc" || !names::is_attribute(&written);
            (!holds).then(|| value.to_owned())
        } else {
            attributes::kept(of, &written, value)
        };
        if let Some(value) = value {
            self.out.push(' ');
            self.out.push_str(&written);
            self.out.push_str("=\"");
            escape(&value, true, &mut self.out);
            self.out.push('"');
        }
    }

    fn text(&mut self, text: &str) {
        let Some(top) = self.open.last() else { return };
        if top.name.is_none() {
            return;
        }
        let passes = top.shown && !top.masked;
        match (passes, top.raw) {
            // An end tag in it would end the element: such a script is not written.
            (true, true) if !text.to_ascii_lowercase().contains("</") && !text.contains("<!--") => {
                self.out.push_str(text);
            }
            (_, true) => {}
            (true, false) => {
                self.line_of_its_own(text);
                escape(text, false, &mut self.out);
            }
            (false, false) => {
                let Some(at) = text.find(|c: char| !c.is_ascii_whitespace()) else {
                    self.line_of_its_own(text);
                    return self.out.push_str(text);
                };
                self.line_of_its_own(text);
                self.out.push_str(&text[..at]);
                self.out.push_str(MASK);
            }
        }
    }

    /// The first line break of these is not part of their text.
    fn line_of_its_own(&mut self, text: &str) {
        if text.starts_with('\n') && (self.out.ends_with("<pre>") || self.out.ends_with("<textarea>")) {
            self.out.push('\n');
        }
    }

    fn close(&mut self, node: NodeRef<'_, Node>) {
        let Node::Element(element) = node.value() else { return };
        if self.open.last().is_some_and(|top| top.name.is_none())
            && element.name.ns == ns!(html)
            && UNREADABLE.contains(&element.name())
        {
            self.open.pop();
        }
        let Some(open) = self.open.pop() else { return };
        let Some(name) = open.name else { return };
        if element.name.ns == ns!(html) && names::is_void(element.name()) {
            return;
        }
        self.out.push_str("</");
        self.out.push_str(open.own_name.as_deref().unwrap_or(name));
        self.out.push('>');
    }
}

fn escape(text: &str, attribute: bool, out: &mut String) {
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '\u{a0}' => out.push_str("&nbsp;"),
            '"' if attribute => out.push_str("&quot;"),
            c => out.push(c),
        }
    }
}

#[cfg(test)]
mod tests;
