//! HTML in the stream: absolute links come home, and the bar goes on top.

use std::sync::{Arc, Mutex, PoisonError};

use http::HeaderValue;
use lol_html::{
    AsciiCompatibleEncoding, MemorySettings, OutputSink, element,
    html_content::ContentType,
    send::{ElementContentHandlers, HtmlRewriter, Settings},
};
use pforte_core::{catalogue::Product, kernel::Language};

use super::{Origins, csp};
use crate::{
    body::{Filter, FilterError},
    pages::escape,
    permit::Bar,
};

/// What one rewriter may hold: a start tag at most, in effect.
const MEMORY: usize = 4 * 1024 * 1024;

/// Attributes that hold one address.
const ADDRESSES: &[&str] = &[
    "href",
    "src",
    "action",
    "formaction",
    "poster",
    "data",
    "background",
    "manifest",
    "ping",
    "xlink:href",
];

/// Which links lead where.
#[derive(Clone, Debug)]
pub(crate) struct Links {
    pub product: Arc<Product>,
    pub session: String,
}

type Handler = (std::borrow::Cow<'static, lol_html::Selector>, ElementContentHandlers<'static>);

/// Collects what the rewriter lets out.
#[derive(Clone, Default)]
pub(crate) struct Sink(Arc<Mutex<Vec<u8>>>);

impl OutputSink for Sink {
    fn handle_chunk(&mut self, chunk: &[u8]) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(chunk);
    }
}

impl Sink {
    fn drain(&self, out: &mut Vec<u8>) {
        out.append(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner));
    }
}

/// A stream of HTML, rewritten as it passes.
pub(crate) struct Rewriter {
    inner: Option<HtmlRewriter<'static, Sink>>,
    sink: Sink,
}

impl Rewriter {
    /// For answers shown in full.
    pub(crate) fn plain(links: Links, bar: Option<String>) -> Self {
        let mut settings = settings(false);
        for handler in home(links) {
            settings = settings.append_element_content_handler(handler);
        }
        if let Some(bar) = bar {
            settings = with_bar(settings, bar);
        }
        Self::new(settings)
    }

    pub(crate) fn new(settings: Settings<'static, '_>) -> Self {
        let sink = Sink::default();
        Self { inner: Some(HtmlRewriter::new(settings, sink.clone())), sink }
    }
}

impl Filter for Rewriter {
    fn push(&mut self, chunk: &[u8], out: &mut Vec<u8>) -> Result<(), FilterError> {
        let inner = self.inner.as_mut().ok_or(FilterError("the page broke off"))?;
        if inner.write(chunk).is_err() {
            self.inner = None;
            return Err(FilterError("the page cannot be read"));
        }
        self.sink.drain(out);
        Ok(())
    }

    fn finish(&mut self, out: &mut Vec<u8>) -> Result<(), FilterError> {
        let inner = self.inner.take().ok_or(FilterError("the page broke off"))?;
        inner.end().map_err(|_| FilterError("the page cannot be read"))?;
        self.sink.drain(out);
        Ok(())
    }
}

/// A rewriter's settings, without handlers.
pub(crate) fn settings(strict: bool) -> Settings<'static, 'static> {
    let memory = MemorySettings::new().with_max_allowed_memory_usage(MEMORY);
    Settings::new_send()
        .with_encoding(AsciiCompatibleEncoding::utf_8())
        .with_strict(strict)
        .with_memory_settings(memory)
}

/// Whether the character set that a content type names leaves ASCII in its place, so that tags can be
/// read without knowing it.
pub(crate) fn is_ascii_based(content_type: Option<&HeaderValue>) -> bool {
    let text = content_type.and_then(|v| v.to_str().ok()).unwrap_or_default().to_ascii_lowercase();
    let Some((_, charset)) = text.split_once("charset=") else { return true };
    let charset = charset.trim_start_matches(['"', '\'', ' ']);
    !["utf-16", "utf-32", "utf-7", "utf16", "ucs-", "unicode", "iso-2022", "csiso2022", "hz", "iso-10646"]
        .iter()
        .any(|start| charset.starts_with(start))
}

/// Handlers that bring links to the product home to the visit's origin.
pub(crate) fn home(links: Links) -> Vec<Handler> {
    let origins = Arc::new(Origins::new(&links.product));
    let session: Arc<str> = links.session.into();
    let mut handlers = Vec::new();
    let (o, s) = (Arc::clone(&origins), Arc::clone(&session));
    handlers.push(element!("*", move |el| {
        let moved: Vec<(String, String)> = el
            .attributes()
            .iter()
            .filter_map(|attribute| {
                let name = attribute.name();
                let moved = match name.as_str() {
                    "srcset" | "imagesrcset" => o.moved_set(&attribute.value(), &s),
                    name if ADDRESSES.contains(&name) => o.moved(&attribute.value(), &s),
                    _ => None,
                };
                moved.map(|value| (name, value))
            })
            .collect();
        for (name, value) in moved {
            el.set_attribute(&name, &value)?;
        }
        Ok(())
    }));
    handlers.push(element!("meta[http-equiv][content]", move |el| {
        let kind = el.get_attribute("http-equiv").unwrap_or_default().to_ascii_lowercase();
        let content = el.get_attribute("content").unwrap_or_default();
        let told = match kind.trim() {
            "refresh" => origins.moved_refresh(&content, &session),
            "content-security-policy" => Some(csp::adapt(&content, &origins, &session)),
            _ => None,
        };
        if let Some(told) = told {
            el.set_attribute("content", &told)?;
        }
        Ok(())
    }));
    handlers
}

/// Elements that stand before the body.
const HEAD: &[&str] =
    &["html", "head", "title", "meta", "link", "script", "style", "base", "template", "noscript"];

/// Puts the bar at the start of the body, wherever the body starts.
pub(crate) fn with_bar(settings: Settings<'static, 'static>, bar: String) -> Settings<'static, 'static> {
    let waiting = Arc::new(Mutex::new(Some(bar)));
    let take =
        |waiting: &Mutex<Option<String>>| waiting.lock().unwrap_or_else(PoisonError::into_inner).take();
    let at_end = Arc::clone(&waiting);
    settings
        .append_element_content_handler(element!("*", move |el| {
            let name = el.tag_name();
            if HEAD.contains(&name.as_str()) {
                return Ok(());
            }
            if let Some(bar) = take(&waiting) {
                if name == "body" {
                    el.prepend(&bar, ContentType::Html);
                } else {
                    el.before(&bar, ContentType::Html);
                }
            }
            Ok(())
        }))
        .append_document_content_handler(lol_html::end!(move |end| {
            if let Some(bar) = take(&at_end) {
                end.append(&bar, ContentType::Html);
            }
            Ok(())
        }))
}

/// The bar over every page: as whom, for whom, how long still, and the way out (rule T18).
pub(crate) fn bar(bar: &Bar, session: &str, nonce: Option<&str>) -> String {
    let (who, customer, occasion) = (escape(&bar.acting_as), escape(&bar.customer), escape(&bar.occasion));
    let (says, left, end, label) = match bar.language {
        Language::German => (
            format!("Sie handeln als <b>{who}</b> von {customer} · {occasion}"),
            "noch # Min.",
            "Beenden",
            "Sitzung",
        ),
        Language::English => (
            format!("You are acting as <b>{who}</b> of {customer} · {occasion}"),
            "# min left",
            "End",
            "Session",
        ),
    };
    let nonce = nonce.map(|nonce| format!(" nonce=\"{}\"", escape(nonce))).unwrap_or_default();
    let minutes = left.replace('#', &bar.minutes_left.to_string());
    let html = format!(
        "<pforte-bar><template shadowrootmode=\"open\">\
         <link rel=\"stylesheet\" href=\"{session}/.pforte/bar.css\">\
         <div class=\"bar\" role=\"region\" aria-label=\"{label}\"><span class=\"who\">{says}</span>\
         <span class=\"left\" data-left=\"{left}\">{minutes}</span>\
         <form method=\"post\" action=\"{session}/.pforte/end\" target=\"_top\"><button>{end}</button></form></div>\
         </template></pforte-bar><script src=\"{session}/.pforte/bar.js\" defer{nonce}></script>"
    );
    in_ascii(&html)
}

/// The same text for every character set that leaves ASCII in its place.
fn in_ascii(html: &str) -> String {
    let mut out = String::with_capacity(html.len() + 16);
    for c in html.chars() {
        if c.is_ascii() {
            out.push(c);
        } else {
            out.push_str(&format!("&#{};", u32::from(c)));
        }
    }
    out
}
