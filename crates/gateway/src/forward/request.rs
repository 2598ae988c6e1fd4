//! Builds the request that goes upstream.

use http::{
    HeaderMap, HeaderName, HeaderValue, Method, Request, Uri, Version,
    header::{
        ACCEPT_ENCODING, AUTHORIZATION, CONNECTION, CONTENT_LENGTH, COOKIE, HOST, ORIGIN, REFERER, UPGRADE,
    },
    request::Parts,
    uri::Scheme,
};

use http_body::Body;

use super::{upload::Upload, upstream::Prepared};
use crate::{gateway::Scene, origin, pages::Own, permit::Pass};

/// A new request from what may go on of the browser's, and what we say ourselves.
pub(super) fn build(
    product: &Prepared,
    scene: &Scene,
    pass: &Pass,
    parts: &Parts,
    body: Upload,
) -> Result<Request<Upload>, Own> {
    let mut uri = http::uri::Parts::default();
    uri.scheme = Some(if product.https { Scheme::HTTPS } else { Scheme::HTTP });
    uri.authority = Some(product.authority.clone());
    uri.path_and_query = parts.uri.path_and_query().cloned();
    let mut request = Request::new(body);
    *request.method_mut() = parts.method.clone();
    *request.uri_mut() = Uri::from_parts(uri).map_err(|_| Own::Bad)?;
    *request.version_mut() = Version::HTTP_11;
    let payload = matches!(parts.method, Method::POST | Method::PUT | Method::PATCH);
    let length = request.body().known_length().or((payload && request.body().is_end_stream()).then_some(0));
    let headers = request.headers_mut();
    headers.reserve(16);
    for (name, value) in &parts.headers {
        if product.names.lets_through(name, pass.masked, scene.websocket) {
            headers.append(name.clone(), value.clone());
        }
    }
    headers.insert(HOST, product.host.clone());
    headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("identity"));
    if let Some(length) = length {
        headers.insert(CONTENT_LENGTH, HeaderValue::from(length));
    }
    if scene.websocket {
        headers.insert(CONNECTION, HeaderValue::from_static("Upgrade"));
        headers.insert(UPGRADE, HeaderValue::from_static("websocket"));
    }
    provenance(product, scene, parts, headers);
    let script = |name: &str| product.product.script_cookies.iter().any(|s| s == name);
    if let Some(cookie) = pass.jar.header(
        parts.uri.path(),
        product.trustworthy,
        script,
        origin::cookies(&parts.headers).filter(|(name, _)| script(name)),
    ) {
        headers.insert(COOKIE, cookie);
    }
    identify(product, pass, headers)?;
    Ok(request)
}

/// Origin and Referer, as if the browser had spoken to the product itself.
fn provenance(product: &Prepared, scene: &Scene, parts: &Parts, headers: &mut HeaderMap) {
    if parts.headers.contains_key(ORIGIN)
        && let Ok(value) = HeaderValue::try_from(product.origins.upstream())
    {
        headers.insert(ORIGIN, value);
    }
    let referer = parts.headers.get(REFERER).and_then(|value| value.to_str().ok());
    let rest = referer.and_then(|referer| referer.strip_prefix(scene.origin.as_str()));
    if let Some(rest) = rest.filter(|rest| rest.is_empty() || rest.starts_with('/')) {
        let ours = rest.starts_with("/.pforte/");
        let path = if ours || rest.is_empty() { "/" } else { rest };
        if let Ok(value) = HeaderValue::try_from(format!("{}{path}", product.origins.upstream())) {
            headers.insert(REFERER, value);
        }
    }
}

/// Says who asks (rule T12). Inserted last, so that nothing stands beside it.
fn identify(product: &Prepared, pass: &Pass, headers: &mut HeaderMap) -> Result<(), Own> {
    let names = &product.names;
    let who = &pass.identity;
    let mut say = |name: &Option<HeaderName>, text: &str| {
        let Some(name) = name else { return Ok(()) };
        let value = if *name == AUTHORIZATION {
            HeaderValue::try_from(format!("Bearer {text}"))
        } else {
            HeaderValue::try_from(text)
        };
        headers.insert(name.clone(), value.map_err(|_| Own::UpstreamDown)?);
        Ok(())
    };
    say(&names.user, &who.user)?;
    say(&names.staff, &who.staff)?;
    say(&names.token, &who.token)
}
