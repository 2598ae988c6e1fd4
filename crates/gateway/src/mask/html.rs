//! HTML in the stream: text and attributes stay only inside elements the pass list names.
//!
//! Keeps its own account of the open elements, because start tags end others without saying so, and
//! lets a pass end at the first doubt. Known limit: an end tag that matches no open element is not
//! seen (a heading ended by another heading's end tag stays open until its own; attributes on such a
//! tag stay).

use std::sync::{Arc, Mutex, PoisonError};

use lol_html::{
    doc_comments, doc_text, doctype,
    html_content::{ContentType, Doctype, TextChunk, TextType},
    send::{Element, ElementContentHandlers, Settings},
};
use pforte_core::catalogue::MASK;

use super::{Choice, nesting};

const MAX_OPEN: usize = 512;

/// What stays of an element that is not shown.
const KEPT: &[&str] =
    &["class", "lang", "dir", "role", "type", "rel", "charset", "colspan", "rowspan", "scope", "method"];

/// How the product's own scripts and styles are loaded.
const LOADING: &[&str] = &["nonce", "integrity", "crossorigin", "defer", "async", "media", "as"];

type HandlerError = Box<dyn std::error::Error + Send + Sync>;

#[derive(Debug)]
struct Open {
    id: u64,
    name: String,
    shown: bool,
    masked: bool,
}

#[derive(Debug, Default)]
struct Account {
    open: Vec<Open>,
    next_id: u64,
    /// Elements that ended silently; the parser below still counts them as open.
    silent: Vec<u64>,
    /// Where the element stands that a selector named last.
    passes: Option<usize>,
    masks: Option<usize>,
    /// Whether selectors that look at the nesting can mask something.
    structural_masks: bool,
    /// The text node at hand got its mask.
    covered: bool,
}

type Shared = Arc<Mutex<Account>>;

fn lock(account: &Shared) -> std::sync::MutexGuard<'_, Account> {
    account.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Adds the handlers that mask a page. They come last, so that they see what others wrote.
pub(crate) fn mask<'s>(mut settings: Settings<'static, 's>, choices: &'s [Choice]) -> Settings<'static, 's> {
    let account = Shared::default();
    lock(&account).structural_masks = choices.iter().any(|c| c.masks && c.structural);
    for choice in choices {
        let (account, masks, structural) = (Arc::clone(&account), choice.masks, choice.structural);
        let note = move |el: &mut Element<'_, '_>| {
            let mut account = lock(&account);
            let at = el.source_location().bytes().start;
            if masks {
                account.masks = Some(at);
            } else if !structural || account.silent.is_empty() {
                account.passes = Some(at);
            }
            Ok(())
        };
        let handlers = ElementContentHandlers::default().element(note);
        settings =
            settings.append_element_content_handler((std::borrow::Cow::Borrowed(&choice.selector), handlers));
    }
    let (elements, texts) = (Arc::clone(&account), account);
    settings
        .append_element_content_handler(lol_html::element!("*", move |el| begin(&elements, el)))
        .append_document_content_handler(doc_text!(move |text| {
            cover(&mut lock(&texts), text);
            Ok(())
        }))
        .append_document_content_handler(doc_comments!(|comment| {
            comment.remove();
            Ok(())
        }))
        .append_document_content_handler(doctype!(|doctype: &mut Doctype<'_>| {
            let plain = doctype.name().is_some_and(|name| name == "html")
                && doctype.public_id().is_none_or(|id| id.starts_with("-//W3C//"))
                && doctype
                    .system_id()
                    .is_none_or(|id| id.starts_with("http://www.w3.org/") || id == "about:legacy-compat");
            if !plain {
                doctype.remove();
            }
            Ok(())
        }))
}

/// A start tag: takes it into account and takes off what may not be seen.
fn begin(shared: &Shared, el: &mut Element<'_, '_>) -> Result<(), HandlerError> {
    let mut account = lock(shared);
    let name = el.tag_name();
    account.covered = false;
    account.end_silently(&name);
    let at = Some(el.source_location().bytes().start);
    let doubtful = account.structural_masks && !account.silent.is_empty();
    let (in_shown, in_masked) = account.open.last().map_or((false, false), |top| (top.shown, top.masked));
    let masked = in_masked || account.masks == at;
    let shown = !doubtful && (in_shown || account.passes == at);
    if !shown || masked {
        strip(el, &name)?;
    }
    if !el.can_have_content() {
        return Ok(());
    }
    if account.open.len() == MAX_OPEN || account.silent.len() > 64 * MAX_OPEN {
        return Err("the page is nested too deeply".into());
    }
    let id = account.next_id;
    account.next_id += 1;
    account.open.push(Open { id, name, shown, masked });
    drop(account);
    let shared = Arc::clone(shared);
    if let Some(handlers) = el.end_tag_handlers() {
        handlers.push(Box::new(move |tag| {
            // Written anew: an end tag can carry attributes, too.
            tag.set_name_str(tag.name());
            lock(&shared).end(id);
            Ok(())
        }));
    }
    Ok(())
}

impl Account {
    fn end_silently(&mut self, new: &str) {
        let names: Vec<&str> = self.open.iter().map(|open| open.name.as_str()).collect();
        if let Some(from) = nesting::ended_by(new, &names) {
            self.silent.extend(self.open.drain(from..).map(|open| open.id));
        }
    }

    /// An end tag ended the element, and with it all that lie inside.
    fn end(&mut self, id: u64) {
        self.covered = false;
        match self.open.iter().position(|open| open.id == id) {
            Some(at) => {
                // Those inside are told of by calls of their own.
                let inside = self.open.drain(at..).skip(1).map(|open| open.id);
                self.silent.extend(inside);
            }
            None => self.silent.retain(|silent| *silent != id),
        }
    }

    fn shows_text(&self) -> bool {
        let doubtful = self.structural_masks && !self.silent.is_empty();
        self.open.last().is_some_and(|top| top.shown && !top.masked && top.name != "head") && !doubtful
    }
}

/// One piece of a text node: the first that says something becomes the mask, the rest goes.
fn cover(account: &mut Account, text: &mut TextChunk<'_>) {
    let last = text.last_in_text_node();
    if account.shows_text() {
        account.covered = false;
        return;
    }
    let readable = matches!(text.text_type(), TextType::Data | TextType::RCData);
    if !readable || account.covered {
        text.remove();
    } else if let Some(at) = text.as_str().find(|c: char| !c.is_ascii_whitespace()) {
        let replaced = format!("{}{MASK}", &text.as_str()[..at]);
        text.replace(&replaced, ContentType::Text);
        account.covered = true;
    }
    if last {
        account.covered = false;
    }
}

/// Takes off every attribute that could say something.
fn strip(el: &mut Element<'_, '_>, name: &str) -> Result<(), HandlerError> {
    let given: Vec<(String, String)> = el.attributes().iter().map(|a| (a.name(), a.value())).collect();
    let viewport =
        name == "meta" && given.iter().any(|(n, v)| n == "name" && v.eq_ignore_ascii_case("viewport"));
    for (attribute, value) in given {
        match (name, attribute.as_str()) {
            (_, kept) if KEPT.contains(&kept) => {}
            ("link", "href") | ("script", "src") => {
                let bare = value.split(['?', '#']).next().unwrap_or_default();
                if bare.len() != value.len() {
                    el.set_attribute(&attribute, bare)?;
                }
            }
            ("link" | "script" | "style", technical) if LOADING.contains(&technical) => {}
            ("input", "value") => el.set_attribute("value", MASK)?,
            ("meta", "name" | "content") if viewport && is_layout(&value) => {}
            _ => el.remove_attribute(&attribute),
        }
    }
    Ok(())
}

fn is_layout(value: &str) -> bool {
    value.len() < 120
        && value.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"-=., ".contains(&b))
}

#[cfg(test)]
mod tests;
