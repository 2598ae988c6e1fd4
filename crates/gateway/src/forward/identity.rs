//! Under which names the product learns who asks, and which browser headers may go on.
//!
//! Names are compared in one normal spelling, because products and their servers read `X-User`,
//! `x_user` and `X.User` as the same (control 30). What is not listed does not go on.

use http::HeaderName;
use pforte_core::catalogue::Product;

/// Longest header name that is compared; longer ones are never let through.
const MAX_NAME: usize = 64;

/// A product's header names.
#[derive(Debug)]
pub(super) struct Names {
    pub(super) user: Option<HeaderName>,
    pub(super) staff: Option<HeaderName>,
    pub(super) token: Option<HeaderName>,
    /// In normal spelling: what the product lists beside our own list, identity names taken out.
    more: Vec<String>,
    /// In normal spelling.
    identity: Vec<String>,
}

/// What goes on for every product. Validators and ranges are left out on masked routes.
const PLAIN: &[&str] = &[
    "accept",
    "accept-language",
    "content-type",
    "content-language",
    "last-event-id",
    "sec-fetch-dest",
    "sec-fetch-mode",
    "sec-fetch-site",
    "sec-fetch-user",
    "upgrade-insecure-requests",
    "user-agent",
    "x-requested-with",
];
const WHOLE_ONLY: &[&str] =
    &["if-match", "if-modified-since", "if-none-match", "if-range", "if-unmodified-since", "range"];
const WEBSOCKET: &[&str] =
    &["sec-websocket-extensions", "sec-websocket-key", "sec-websocket-protocol", "sec-websocket-version"];

/// What no product can list: framing, routing, and where a request came from.
const NEVER: &[&str] = &[
    "accept-encoding",
    "connection",
    "content-encoding",
    "content-length",
    "cookie",
    "expect",
    "forwarded",
    "host",
    "http2-settings",
    "keep-alive",
    "origin",
    "referer",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "via",
];
const NEVER_BEGINNING: &[&str] = &[
    "proxy-",
    "sec-websocket-",
    "x-forwarded",
    "x-http-method",
    "x-method-override",
    "x-original",
    "x-real-ip",
    "x-rewrite",
];

impl Names {
    pub(super) fn new(product: &Product) -> Result<Self, &'static str> {
        let name = |text: &Option<String>| {
            text.as_deref()
                .map(|text| HeaderName::try_from(text).map_err(|_| "an identity header has no proper name"))
                .transpose()
        };
        let given = &product.identity;
        let identity: Vec<String> = [&given.user, &given.staff, &given.token]
            .into_iter()
            .flatten()
            .map(|name| normal_owned(name))
            .collect();
        let more = product
            .request_headers
            .iter()
            .map(|name| normal_owned(name))
            .filter(|name| !identity.contains(name) && !is_never(name))
            .collect();
        Ok(Self {
            user: name(&given.user)?,
            staff: name(&given.staff)?,
            token: name(&given.token)?,
            more,
            identity,
        })
    }

    /// Whether a browser's header goes on.
    pub(super) fn lets_through(&self, name: &HeaderName, masked: bool, websocket: bool) -> bool {
        let plain = name.as_str();
        let listed = PLAIN.contains(&plain)
            || (!masked && WHOLE_ONLY.contains(&plain))
            || (websocket && WEBSOCKET.contains(&plain));
        if listed {
            return !self.is_identity(plain);
        }
        let mut buffer = [0; MAX_NAME];
        let Some(normal) = normal(plain, &mut buffer) else { return false };
        !(masked && WHOLE_ONLY.contains(&normal)) && self.more.iter().any(|m| m == normal)
    }

    fn is_identity(&self, plain: &str) -> bool {
        self.identity.iter().any(|name| name == plain)
    }
}

fn is_never(normal: &str) -> bool {
    NEVER.contains(&normal) || NEVER_BEGINNING.iter().any(|start| normal.starts_with(start))
}

fn normal_owned(name: &str) -> String {
    name.chars().map(|c| if matches!(c, '_' | '.') { '-' } else { c.to_ascii_lowercase() }).collect()
}

/// The normal spelling, without allocating.
fn normal<'b>(name: &str, buffer: &'b mut [u8; MAX_NAME]) -> Option<&'b str> {
    let out = buffer.get_mut(..name.len())?;
    for (to, from) in out.iter_mut().zip(name.bytes()) {
        *to = if matches!(from, b'_' | b'.') { b'-' } else { from.to_ascii_lowercase() };
    }
    std::str::from_utf8(out).ok()
}
