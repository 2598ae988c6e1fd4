//! The frame every page has: sidebar, heading, the small words. Must escape whatever it is handed.

use axum::{
    Extension,
    response::{Html, IntoResponse, Response},
};
use http::{HeaderMap, StatusCode, header};

use crate::identity::Caller;

/// The language a page speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lang {
    En,
    De,
}

impl Lang {
    /// The first language named in `Accept-Language` decides.
    pub fn of(headers: &HeaderMap) -> Self {
        let wanted = headers.get(header::ACCEPT_LANGUAGE).and_then(|v| v.to_str().ok()).unwrap_or_default();
        if wanted.trim_start().to_ascii_lowercase().starts_with("de") { Self::De } else { Self::En }
    }

    pub fn t(self, english: &'static str, german: &'static str) -> &'static str {
        match self {
            Self::En => english,
            Self::De => german,
        }
    }

    fn code(self) -> &'static str {
        self.t("en", "de")
    }
}

/// Text made safe for HTML, in content and in quoted attributes.
pub(crate) fn esc(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            c => safe.push(c),
        }
    }
    safe
}

/// What stands in the sidebar, by path; the path is also the mark of the page one is on.
const MENU: [(&str, &str, &str, &str); 7] = [
    ("/", "Overview", "Übersicht", "M3 10.5 10 4l7 6.5V17h-5v-4H8v4H3z"),
    ("/servers", "Servers", "Server", "M3 4h14v5H3zm0 7h14v5H3zm2.5-5v1h1V6zm0 7v1h1v-1z"),
    (
        "/domains",
        "Domains",
        "Domains",
        "M10 3a7 7 0 1 0 0 14 7 7 0 0 0 0-14zM3.5 10h13M10 3c-4 4.5-4 9.5 0 14 4-4.5 4-9.5 0-14z",
    ),
    ("/invoices", "Invoices", "Rechnungen", "M5 3h10v14l-2.5-1.5L10 17l-2.5-1.5L5 17zm2.5 4h5m-5 3h5"),
    (
        "/people",
        "People",
        "Personen",
        "M7 10a3 3 0 1 0 0-6 3 3 0 0 0 0 6zm-5 7c0-3 2-5 5-5s5 2 5 5zm11-7a2.5 2.5 0 1 0-1-4.8M14 12c2.5 0 4 2 4 5h-4",
    ),
    ("/account", "Account", "Konto", "M4 5h12v10H4zm0 3h12M6 12h4"),
    ("/settings/password", "Password", "Passwort", "M5 9h10v8H5zm2 0V6.5a3 3 0 0 1 6 0V9"),
];

/// A page inside the frame: `active` is the menu's path, `body` is HTML.
pub(crate) fn page(caller: &Caller, active: &str, title: &str, body: &str) -> Response {
    let lang = caller.lang;
    let mut menu = String::new();
    for (path, en, de, icon) in MENU {
        let here = if path == active { " aria-current=\"page\"" } else { "" };
        let label = lang.t(en, de);
        menu.push_str(&format!(
            "<a href=\"{path}\"{here}><svg viewBox=\"0 0 20 20\" aria-hidden=\"true\"><path d=\"{icon}\"/></svg>\
             <span>{label}</span></a>"
        ));
    }
    let who = match &caller.support {
        Some(s) => format!(
            "<small>{}</small><span class=\"support\">{}</span>",
            lang.t("Support access", "Zugriff durch Support"),
            esc(&s.name)
        ),
        None => format!(
            "<small>{}</small><a href=\"/logout\">{}</a>",
            esc(caller.user.name),
            lang.t("Sign out", "Abmelden")
        ),
    };
    let frame = format!(
        "<a class=\"skip\" href=\"#content\">{skip}</a>\n<nav class=\"side\" aria-label=\"{menu_name}\">\
         <a class=\"brand\" href=\"/\"><span class=\"aurora\"></span><b>Nordlicht</b> Hosting</a>\
         <div class=\"menu\">{menu}</div>\
         <div class=\"foot\"><strong>{account}</strong>{who}\
         <button type=\"button\" class=\"theme\" data-theme-toggle>{look}</button></div></nav>\n\
         <main id=\"content\"><h1>{title}</h1>\n{body}</main>",
        skip = lang.t("Skip to content", "Zum Inhalt"),
        menu_name = lang.t("Main menu", "Hauptmenü"),
        account = esc(caller.account.name),
        look = lang.t("Light / dark", "Hell / dunkel"),
        title = esc(title),
    );
    Html(document(lang, caller.theme, title, "", &frame)).into_response()
}

/// A page without the menu, for those who are not signed in.
pub(crate) fn bare(lang: Lang, status: StatusCode, title: &str, body: &str) -> Response {
    let frame = format!(
        "<main class=\"card\"><p class=\"brand\"><span class=\"aurora\"></span><b>Nordlicht</b> Hosting</p>\
         <h1>{}</h1>{body}</main>",
        esc(title)
    );
    (status, Html(document(lang, "auto", title, "bare", &frame))).into_response()
}

fn document(lang: Lang, theme: &str, title: &str, class: &str, frame: &str) -> String {
    format!(
        "<!doctype html>\n<html lang=\"{}\" data-theme=\"{theme}\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>{} · Nordlicht</title>\n<link rel=\"icon\" href=\"/assets/icon.svg\">\n\
         <link rel=\"stylesheet\" href=\"/assets/panel.css\">\n\
         <script src=\"/assets/panel.js\" defer></script>\n</head>\n<body class=\"{class}\">\n{frame}\n</body>\n</html>\n",
        lang.code(),
        esc(title)
    )
}

/// The page for a request whose token does not hold.
pub(crate) fn refused(lang: Lang, status: StatusCode, why: &str) -> Response {
    let title = lang.t("Not signed in", "Nicht angemeldet");
    let text = lang.t(
        "The panel does not know who is asking, so it shows nothing.",
        "Das Panel weiß nicht, wer fragt, und zeigt deshalb nichts.",
    );
    bare(lang, status, title, &format!("<p>{text}</p><p class=\"why\"><code>{}</code></p>", esc(why)))
}

/// A page inside the frame that says something does not exist in this account.
pub(crate) fn missing(caller: &Caller) -> Response {
    let title = caller.lang.t("Not found", "Nicht gefunden");
    let text =
        caller.lang.t("There is no such page in this account.", "Diese Seite gibt es in diesem Konto nicht.");
    (StatusCode::NOT_FOUND, page(caller, "", title, &format!("<p>{text}</p>"))).into_response()
}

pub(crate) async fn not_found(Extension(caller): Extension<Caller>) -> Response {
    missing(&caller)
}
