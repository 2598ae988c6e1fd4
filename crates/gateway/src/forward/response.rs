//! Builds the answer that goes to the browser.

use std::sync::Arc;

use http::{
    HeaderMap, HeaderName, HeaderValue, Method, Response, StatusCode,
    header::{
        ACCEPT_RANGES, CACHE_CONTROL, CONNECTION, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_LOCATION,
        CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, LAST_MODIFIED, LINK, LOCATION, REFERRER_POLICY, REFRESH,
        SET_COOKIE, X_CONTENT_TYPE_OPTIONS,
    },
    request::Parts,
};
use http_body::Body;
use hyper::body::Incoming;

use super::upstream::Prepared;
use crate::{
    body::{Filter, OutBody},
    cookies,
    gateway::Scene,
    mask,
    pages::{self, Own},
    permit::Pass,
    rewrite::{csp, html},
};

/// What of the product's headers never goes on: hop by hop, about storage and caching, about other
/// origins, or about telling third parties. In order, for searching.
const DROPPED: &[&str] = &[
    "accept-ch",
    "access-control-allow-credentials",
    "access-control-allow-headers",
    "access-control-allow-methods",
    "access-control-allow-origin",
    "access-control-expose-headers",
    "access-control-max-age",
    "age",
    "alt-svc",
    "cache-control",
    "clear-site-data",
    "connection",
    "content-location",
    "content-security-policy",
    "content-security-policy-report-only",
    "critical-ch",
    "expires",
    "keep-alive",
    "link",
    "location",
    "nel",
    "no-vary-search",
    "pragma",
    "proxy-authenticate",
    "proxy-authentication-info",
    "proxy-connection",
    "referrer-policy",
    "refresh",
    "report-to",
    "reporting-endpoints",
    "server-timing",
    "service-worker-allowed",
    "set-cookie",
    "set-cookie2",
    "set-login",
    "speculation-rules",
    "strict-transport-security",
    "supports-loading-mode",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "vary",
    "via",
    "www-authenticate",
    "x-accel-redirect",
    "x-sendfile",
];

/// The answer for the browser, streamed from `answer`.
pub(super) fn build(
    product: &Prepared,
    scene: &Scene,
    pass: &Pass,
    asked: &Parts,
    answer: Response<Incoming>,
) -> Response<OutBody> {
    let (parts, body) = answer.into_parts();
    pass.jar.store(&parts.headers, asked.uri.path());
    let empty = body.is_end_stream() || asked.method == Method::HEAD;
    let whole = Whole { product, scene, pass, given: &parts.headers, status: parts.status };
    let built = if pass.masked { whole.masked(asked, empty) } else { Ok(whole.plain(asked, empty)) };
    let Built { headers, filter, bodiless } = match built {
        Ok(built) => built,
        Err(own) => return pages::own_in(scene, Some(&pass.bar), own),
    };
    let body = if bodiless {
        OutBody::empty()
    } else {
        OutBody::watched(body, filter, pass.hold.clone(), pass.deadline, Arc::clone(&scene.connection))
    };
    let mut response = Response::new(body);
    *response.status_mut() = parts.status;
    *response.headers_mut() = headers;
    response
}

struct Built {
    headers: HeaderMap,
    filter: Option<Box<dyn Filter>>,
    /// The product's body is not sent on.
    bodiless: bool,
}

struct Whole<'a> {
    product: &'a Prepared,
    scene: &'a Scene,
    pass: &'a Pass,
    given: &'a HeaderMap,
    status: StatusCode,
}

impl Whole<'_> {
    /// The answer as it is, told from the visit's origin.
    fn plain(&self, asked: &Parts, empty: bool) -> Built {
        let mut headers = HeaderMap::with_capacity(self.given.len() + 4);
        for (name, value) in self.given {
            if DROPPED.binary_search(&name.as_str()).is_err() && !self.is_hop(name) {
                headers.append(name.clone(), value.clone());
            }
        }
        self.moved(&mut headers);
        for value in self.given.get_all(LINK) {
            let local = value.to_str().is_ok_and(|text| !text.contains("//"));
            if local {
                headers.append(LINK, value.clone());
            }
        }
        let secure = self.scene.origin.starts_with("https:");
        for cookie in cookies::for_scripts(self.given, &self.product.product.script_cookies, secure) {
            headers.append(SET_COOKIE, cookie);
        }
        let nonce = self.policies(&mut headers, false);
        common(&mut headers);
        let rewritten = !empty && self.status != StatusCode::PARTIAL_CONTENT && self.is_plain_html();
        if !rewritten {
            if self.is_plain_html() && asked.method == Method::HEAD {
                forget_length(&mut headers);
            }
            return Built { headers, filter: None, bodiless: empty };
        }
        forget_length(&mut headers);
        let bar = is_document(asked).then(|| self.bar(nonce.as_deref()));
        let filter = Box::new(html::Rewriter::plain(self.links(), bar));
        Built { headers, filter: Some(filter), bodiless: false }
    }

    /// Only what the pass list names; what cannot be filtered is withheld (control 32).
    fn masked(&self, asked: &Parts, empty: bool) -> Result<Built, Own> {
        let plan = self.product.plans.get(self.pass.route).and_then(Option::as_ref).ok_or(Own::Withheld)?;
        if self.status == StatusCode::PARTIAL_CONTENT || !is_identity(self.given) {
            return Err(Own::Withheld);
        }
        let mut headers = HeaderMap::with_capacity(8);
        if let Some(location) = self.given.get(LOCATION) {
            // An address with a query could say anything.
            let plain = location.to_str().is_ok_and(|text| !text.contains(['?', '#']));
            if !plain {
                return Err(Own::Withheld);
            }
            self.moved(&mut headers);
            headers.remove(CONTENT_LOCATION);
            headers.remove(REFRESH);
            if self.status.is_redirection() {
                common(&mut headers);
                return Ok(Built { headers, filter: None, bodiless: true });
            }
        }
        let nonce = self.policies(&mut headers, true);
        common(&mut headers);
        headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        let kind = media_type(self.given).map(str::to_ascii_lowercase);
        let (kind, filter): (_, Box<dyn Filter>) = match kind.as_deref() {
            None if empty => return Ok(Built { headers, filter: None, bodiless: true }),
            Some("text/html") if is_utf8(self.given) => {
                let bar = is_document(asked).then(|| self.bar(nonce.as_deref()));
                let rewriter = html::Rewriter::plain(self.links(), bar);
                let mask = mask::html::HtmlMask::new(Arc::clone(&plan.html), rewriter);
                ("text/html; charset=utf-8", Box::new(mask))
            }
            Some(kind) if (kind == "application/json" || kind.ends_with("+json")) && is_utf8(self.given) => {
                ("application/json", Box::new(mask::json::JsonMask::new(Arc::clone(&plan.json))))
            }
            _ => return Err(Own::Withheld),
        };
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
        Ok(Built { headers, filter: Some(filter), bodiless: empty })
    }

    fn bar(&self, nonce: Option<&str>) -> String {
        html::bar(&self.pass.bar, &self.scene.origin, nonce)
    }

    fn links(&self) -> html::Links {
        html::Links { product: Arc::clone(&self.pass.product), session: self.scene.origin.clone() }
    }

    /// Addresses in headers, moved to the visit's origin.
    fn moved(&self, headers: &mut HeaderMap) {
        let (origins, session) = (&self.product.origins, self.scene.origin.as_str());
        for name in [LOCATION, CONTENT_LOCATION, REFRESH] {
            let Some(value) = self.given.get(&name) else { continue };
            let text = value.to_str().unwrap_or_default();
            let moved = if name == REFRESH {
                origins.moved_refresh(text, session)
            } else {
                origins.moved(text, session)
            };
            let moved = moved.and_then(|text| HeaderValue::try_from(text).ok());
            headers.insert(name, moved.unwrap_or_else(|| value.clone()));
        }
    }

    /// The product's policies, with the bar allowed; the nonce that lets the bar's script run.
    /// Under a mask they name no host but ours: a host's name could be anybody's.
    fn policies(&self, headers: &mut HeaderMap, masked: bool) -> Option<String> {
        let mut nonce = None;
        for value in self.given.get_all(CONTENT_SECURITY_POLICY) {
            let Ok(text) = value.to_str() else { continue };
            // One header may hold several policies.
            for policy in text.split(',') {
                nonce = nonce.or_else(|| csp::nonce(policy).map(str::to_owned));
                let adapted = csp::adapt(policy, &self.product.origins, &self.scene.origin);
                let adapted = if masked { csp::closed(&adapted, &self.scene.origin) } else { adapted };
                if let Ok(value) = HeaderValue::try_from(adapted) {
                    headers.append(CONTENT_SECURITY_POLICY, value);
                }
            }
        }
        headers.append(CONTENT_SECURITY_POLICY, HeaderValue::from_static("frame-ancestors 'self'"));
        nonce
    }

    fn is_hop(&self, name: &HeaderName) -> bool {
        let Some(listed) = self.given.get(CONNECTION).and_then(|v| v.to_str().ok()) else { return false };
        listed.split(',').any(|option| option.trim().eq_ignore_ascii_case(name.as_str()))
    }

    fn is_plain_html(&self) -> bool {
        is_identity(self.given)
            && media_type(self.given).is_some_and(|kind| kind.eq_ignore_ascii_case("text/html"))
            && html::is_ascii_based(self.given.get(CONTENT_TYPE))
    }
}

fn is_identity(headers: &HeaderMap) -> bool {
    headers.get_all(CONTENT_ENCODING).iter().all(|v| v.as_bytes().eq_ignore_ascii_case(b"identity"))
}

/// The media type without parameters.
fn media_type(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(CONTENT_TYPE)?.to_str().ok()?;
    Some(value.split(';').next().unwrap_or_default().trim())
}

/// Whether the text is UTF-8, said or unsaid; a masked answer is always sent on as such.
fn is_utf8(headers: &HeaderMap) -> bool {
    let mut kinds = headers.get_all(CONTENT_TYPE).iter();
    let text = kinds.next().and_then(|v| v.to_str().ok()).unwrap_or_default().to_ascii_lowercase();
    let charset = text.split_once("charset=").map(|(_, name)| name.trim_matches(['"', '\'', ' ']));
    kinds.next().is_none() && matches!(charset, None | Some("utf-8" | "utf8" | "us-ascii"))
}

/// Whether the answer fills a window, so that the bar belongs on it.
fn is_document(asked: &Parts) -> bool {
    asked.headers.get("sec-fetch-dest").is_none_or(|dest| dest == "document")
        && !asked.headers.contains_key("x-requested-with")
}

/// What holds for the original length and version no longer holds.
fn forget_length(headers: &mut HeaderMap) {
    for name in [CONTENT_LENGTH, ETAG, LAST_MODIFIED, ACCEPT_RANGES] {
        headers.remove(name);
    }
}

fn common(headers: &mut HeaderMap) {
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    headers.insert("cross-origin-resource-policy", HeaderValue::from_static("same-origin"));
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_list_is_in_order() {
        assert!(super::DROPPED.is_sorted());
    }
}
