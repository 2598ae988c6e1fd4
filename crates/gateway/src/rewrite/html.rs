//! HTML in the stream: absolute links come home, and the bar goes on top.

use std::sync::{Arc, Mutex, PoisonError};

use http::HeaderValue;
use lol_html::{
    AsciiCompatibleEncoding, MemorySettings, OutputSink, element,
    html_content::ContentType,
    send::{HtmlRewriter, Settings},
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
    bar: Waiting,
}

/// The bar, until its place came.
type Waiting = Arc<Mutex<Option<String>>>;

impl Rewriter {
    pub(crate) fn plain(links: Links, bar: Option<String>) -> Self {
        let (settings, bar) = with_bar(with_home(settings(), links), bar);
        let sink = Sink::default();
        Self { inner: Some(HtmlRewriter::new(settings, sink.clone())), sink, bar }
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
        // A page without any element of a body.
        out.extend_from_slice(take(&self.bar).unwrap_or_default().as_bytes());
        Ok(())
    }
}

/// A rewriter's settings, without handlers.
fn settings<'s>() -> Settings<'static, 's> {
    let memory = MemorySettings::new().with_max_allowed_memory_usage(MEMORY);
    Settings::new_send()
        .with_encoding(AsciiCompatibleEncoding::utf_8())
        .with_strict(false)
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

/// Adds handlers that bring links to the product home to the visit's origin.
fn with_home<'s>(settings: Settings<'static, 's>, links: Links) -> Settings<'static, 's> {
    let origins = Arc::new(Origins::new(&links.product));
    let session: Arc<str> = links.session.into();
    let (o, s) = (Arc::clone(&origins), Arc::clone(&session));
    let addresses = element!("*", move |el| {
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
    });
    let policies = element!("meta[http-equiv][content]", move |el| {
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
    });
    settings.append_element_content_handler(addresses).append_element_content_handler(policies)
}

/// Elements that stand before the body.
const HEAD: &[&str] =
    &["html", "head", "title", "meta", "link", "script", "style", "base", "template", "noscript"];

/// Puts the bar at the start of the body, wherever the body starts.
fn with_bar<'s>(settings: Settings<'static, 's>, bar: Option<String>) -> (Settings<'static, 's>, Waiting) {
    if bar.is_none() {
        return (settings, Waiting::default());
    }
    let waiting: Waiting = Arc::new(Mutex::new(bar));
    let rest = Arc::clone(&waiting);
    let first = element!("*", move |el| {
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
    });
    (settings.append_element_content_handler(first), rest)
}

fn take(waiting: &Waiting) -> Option<String> {
    waiting.lock().unwrap_or_else(PoisonError::into_inner).take()
}

/// The bar over every page: as whom, for whom, how long still, and the way out (rule T18).
pub(crate) fn bar(bar: &Bar, session: &str, nonce: Option<&str>) -> String {
    let (who, customer, occasion) = (escape(&bar.acting_as), escape(&bar.customer), escape(&bar.occasion));
    let (says, left, end, label, ended, more) = match bar.language {
        Language::German => (
            format!("Sie handeln als <b>{who}</b> von {customer} · {occasion}"),
            "noch # Min.",
            "Beenden",
            "Besuch",
            "Dieser Besuch ist zu Ende.",
            "Wie es endete",
        ),
        Language::English => (
            format!("You are acting as <b>{who}</b> of {customer} · {occasion}"),
            "# min left",
            "End",
            "Visit",
            "This visit has ended.",
            "How it ended",
        ),
    };
    let nonce = nonce.map(|nonce| format!(" nonce=\"{}\"", escape(nonce))).unwrap_or_default();
    let minutes = left.replace('#', &bar.minutes_left.to_string());
    let html = format!(
        "<pforte-bar><template shadowrootmode=\"open\">\
         <link rel=\"stylesheet\" href=\"{session}/.pforte/bar.css\">\
         <div class=\"bar\" data-ended=\"{ended}\" data-more=\"{more}\" role=\"region\" aria-label=\"{label}\"><span class=\"who\">{says}</span>\
         <span class=\"left\" data-left=\"{left}\">{minutes}</span>\
         <form method=\"post\" action=\"{session}/.pforte/end\" target=\"_top\"><button>{end}</button></form></div>\
         </template><link rel=\"stylesheet\" href=\"{session}/.pforte/bar.css\"></pforte-bar>\
         <script src=\"{session}/.pforte/bar.js\" defer{nonce}></script>"
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
