//! The gateway's own pages: what stands there when a request does not pass.
//!
//! Every page says in short sentences what is so, why, and what would change it. They load nothing
//! but their own style sheet; while the visit goes on they keep its bar, with the bar's script. Must
//! never show anything of the product.

mod words;

use std::borrow::Cow;

use http::{
    HeaderMap, HeaderValue, Response, StatusCode,
    header::{
        ACCEPT, ACCEPT_LANGUAGE, CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, LOCATION,
        REFERRER_POLICY, RETRY_AFTER, SET_COOKIE, X_CONTENT_TYPE_OPTIONS,
    },
};
use pforte_core::access::{Closed, EndedHow};

use crate::{
    body::OutBody,
    gateway::Scene,
    origin::COOKIE_NAME,
    permit::{Bar, Ended, Language, Shut, Why},
    rewrite::html::bar,
};

/// The style sheet of these pages.
pub(crate) const PAGE_CSS: &str = include_str!("page.css");
/// The style sheet of the bar.
pub(crate) const BAR_CSS: &str = include_str!("bar.css");
/// What keeps the bar's minutes true.
pub(crate) const BAR_JS: &str = include_str!("bar.js");

const POLICY: &str = "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; \
                      frame-ancestors 'self'";

/// The same, with what the bar needs.
const POLICY_WITH_BAR: &str = "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; \
                               base-uri 'none'; form-action 'self'; frame-ancestors 'self'";

/// What is removed from the browser when a visit is over (control 33).
const CLEAR: &str = "\"cache\", \"cookies\", \"storage\"";

/// Reasons that the gateway itself finds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Own {
    NotFound,
    /// Ambiguous or malformed.
    Bad,
    /// It would be another method to the product than to the decision.
    Override,
    /// Sent by a page of another origin.
    Foreign,
    ServiceWorker,
    TooLarge,
    Compressed,
    SlowBody,
    /// A mask came back: nothing was saved.
    CarriesMask,
    /// The answer holds personal data that cannot be masked.
    Withheld,
    UpstreamDown,
    UpstreamSlow,
    /// The session's facts changed twice while the request was under way.
    Unsettled,
    /// The opening link was only looked at.
    Preview,
}

/// Who reads, and how.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reader {
    pub html: bool,
    pub language: Language,
}

impl Reader {
    /// Told by the request alone, for pages that no visit gives a language.
    pub(crate) fn of(headers: &HeaderMap) -> Self {
        let text = |name| headers.get(name).and_then(|v| v.to_str().ok()).unwrap_or_default();
        let german =
            text(ACCEPT_LANGUAGE).trim_start().get(..2).is_some_and(|l| l.eq_ignore_ascii_case("de"));
        Self {
            html: text(ACCEPT).contains("text/html"),
            language: if german { Language::German } else { Language::English },
        }
    }

    pub(crate) fn speaking(self, language: Language) -> Self {
        Self { language, ..self }
    }
}

/// The face of a page, before it is written.
pub(super) struct Text {
    status: StatusCode,
    code: Cow<'static, str>,
    tone: &'static str,
    title: String,
    lines: Vec<String>,
    /// What was asked for and by which rule it is closed: words and what they stand for.
    facts: Vec<(String, String)>,
}

/// Where a page leads on to.
enum Way<'a> {
    Desk(&'a str),
    /// To the product's start page, and to the desk.
    Both(&'a str),
    Start,
    Nowhere,
}

/// The page for a refusal of the permit's.
pub(crate) fn shut(scene: &Scene, shut: &Shut) -> Response<OutBody> {
    // Where no visit is known, nor is its reader.
    let unknown = matches!(shut.why, Why::NotHere | Why::LinkSpent | Why::Ended);
    let reader = if unknown { scene.reader } else { scene.reader.speaking(shut.language) };
    let over = matches!(shut.why, Why::Over { .. } | Why::Ended);
    let mut text = words::shut(&shut.why, reader.language);
    if let Some(told) = &shut.told {
        text.facts = words::facts(told, reader.language);
    }
    let way = match (&shut.bar, shut.desk.as_str()) {
        (_, "") => Way::Nowhere,
        // The visit goes on: so does the way through the product.
        (Some(_), desk) => Way::Both(desk),
        (None, desk) => Way::Desk(desk),
    };
    let mut response = write(reader, text, &way, shut.bar.as_deref().map(|bar| (bar, scene.origin.as_str())));
    // Only with the page itself: a script's request that cleared the cookie would leave the reader
    // without the page that says why.
    if over && reader.html {
        forget(&mut response);
    }
    if matches!(shut.why, Why::Closed(Closed::LogDown) | Why::Busy) {
        response.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("5"));
    }
    response
}

/// The page for a reason of the gateway's own, where no visit is known.
pub(crate) fn own(reader: Reader, own: Own) -> Response<OutBody> {
    let way = match own {
        Own::NotFound | Own::Bad | Own::Override | Own::Foreign | Own::ServiceWorker | Own::Preview => {
            Way::Nowhere
        }
        _ => Way::Start,
    };
    write(reader, words::own(own, reader.language), &way, None)
}

/// The same inside a visit, whose bar stays.
pub(crate) fn own_in(scene: &Scene, bar: Option<&Bar>, own: Own) -> Response<OutBody> {
    let Some(bar) = bar else { return self::own(scene.reader, own) };
    let reader = scene.reader.speaking(bar.language);
    write(reader, words::own(own, reader.language), &Way::Start, Some((bar, &scene.origin)))
}

/// The stable code of a reason, for the log.
pub(crate) fn code(own: Own) -> &'static str {
    match words::own(own, Language::English).code {
        Cow::Borrowed(code) => code,
        Cow::Owned(_) => "request.refused",
    }
}

/// The page after *End*.
pub(crate) fn ended(reader: Reader, ended: &Ended) -> Response<OutBody> {
    let reader = reader.speaking(ended.language);
    let why = Why::Over { how: EndedHow::Staff, cut_millis: Some(ended.cut_millis) };
    let mut text = words::shut(&why, ended.language);
    text.status = StatusCode::OK;
    let mut response = write(reader, text, &Way::Desk(&ended.desk), None);
    forget(&mut response);
    response
}

/// Answers the opening link: takes the cookie and goes on to the product.
pub(crate) fn opened(cookie: &str) -> Response<OutBody> {
    let mut response = Response::new(OutBody::empty());
    *response.status_mut() = StatusCode::SEE_OTHER;
    let headers = response.headers_mut();
    common(headers);
    headers.insert(LOCATION, HeaderValue::from_static("/"));
    // Lax, because a strict cookie would not go along with the redirect that another site began.
    let value = format!("{COOKIE_NAME}={cookie}; Path=/; Secure; HttpOnly; SameSite=Lax");
    match HeaderValue::try_from(value) {
        Ok(value) => {
            headers.insert(SET_COOKIE, value);
        }
        Err(_) => *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR,
    }
    response
}

/// A file of ours.
pub(crate) fn file(kind: &'static str, text: &'static str) -> Response<OutBody> {
    let mut response = Response::new(OutBody::full(text));
    common(response.headers_mut());
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    response
}

/// A JSON answer of ours.
pub(crate) fn json(status: StatusCode, kind: &'static str, body: String) -> Response<OutBody> {
    let mut response = Response::new(OutBody::full(body));
    *response.status_mut() = status;
    common(response.headers_mut());
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    response
}

fn forget(response: &mut Response<OutBody>) {
    let headers = response.headers_mut();
    headers.insert("clear-site-data", HeaderValue::from_static(CLEAR));
    let gone = format!("{COOKIE_NAME}=; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0");
    if let Ok(value) = HeaderValue::try_from(gone) {
        headers.append(SET_COOKIE, value);
    }
}

fn common(headers: &mut HeaderMap) {
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    headers.insert("cross-origin-resource-policy", HeaderValue::from_static("same-origin"));
}

fn write(reader: Reader, text: Text, way: &Way<'_>, over: Option<(&Bar, &str)>) -> Response<OutBody> {
    if !reader.html {
        let body = serde_json::json!({
            "title": text.title,
            "status": text.status.as_u16(),
            "code": text.code,
            "detail": text.lines.join(" "),
            "facts": text.facts.iter().map(|(name, value)| format!("{name}: {value}")).collect::<Vec<_>>(),
        });
        return json(text.status, "application/problem+json", body.to_string());
    }
    let over_it = over.map(|(said, origin)| bar(said, origin, None)).unwrap_or_default();
    let mut response = Response::new(OutBody::full(html(reader.language, &text, way, &over_it)));
    *response.status_mut() = text.status;
    let headers = response.headers_mut();
    common(headers);
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    let policy = if over.is_some() { POLICY_WITH_BAR } else { POLICY };
    headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(policy));
    response
}

fn html(language: Language, text: &Text, way: &Way<'_>, bar: &str) -> String {
    let (code, to_desk, to_start) = match language {
        Language::German => ("de", "Zurück zum Arbeitsplatz", "Zur Startseite des Produkts"),
        Language::English => ("en", "Back to the desk", "To the product's start page"),
    };
    let desk = match way {
        Way::Desk(desk) | Way::Both(desk) if desk.starts_with("https://") || desk.starts_with("http://") => {
            format!(r#"<p class="way"><a href="{}">{to_desk}</a></p>"#, escape(desk))
        }
        _ => String::new(),
    };
    let start = match way {
        Way::Start | Way::Both(_) => format!(r#"<p class="way"><a href="/">{to_start}</a></p>"#),
        Way::Desk(_) | Way::Nowhere => String::new(),
    };
    let facts: String = text
        .facts
        .iter()
        .map(|(name, value)| format!("<div><dt>{}</dt><dd>{}</dd></div>", escape(name), escape(value)))
        .collect();
    let facts = if facts.is_empty() { facts } else { format!("<dl>{facts}</dl>") };
    let lines: String = text.lines.iter().map(|line| format!("<p>{}</p>", escape(line))).collect();
    format!(
        "<!doctype html>\n<html lang=\"{code}\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <meta name=\"robots\" content=\"noindex\"><title>{title}</title>\
         <link rel=\"stylesheet\" href=\"/.pforte/page.css\"></head>\
         <body>{bar}<main class=\"{tone}\"><p class=\"mark\" aria-hidden=\"true\"></p>\
         <h1>{title}</h1>{lines}{facts}{start}{desk}<p class=\"code\">{status} · {reason}</p></main></body></html>\n",
        title = escape(&text.title),
        tone = text.tone,
        status = text.status.as_u16(),
        reason = text.code,
    )
}

/// Makes a text harmless inside HTML text and double-quoted attributes.
pub(crate) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}
