//! The same rules for a request that HTTP/2's parser has read: there is one framing, but paths, hosts and headers are
//! as free as ever.

use http::{HeaderValue, Uri, header, request::Parts};

use super::{Refusal, frame::Rules, head, target};

/// Refuses what [`head::check`] would refuse, and brings the rest into the form that HTTP/1.1 has: a path as
/// the target, one `Host`.
pub(crate) fn parsed(parts: &mut Parts, rules: Rules) -> Result<(), Refusal> {
    head::method(parts.method.as_str().as_bytes())?;
    let target = parts.uri.path_and_query().ok_or(Refusal::bad("the target is not an absolute path"))?;
    target::check(target.as_str().as_bytes())?;
    if parts.headers.len() > rules.headers {
        return Err(Refusal { status: 431, detail: "too many header lines" });
    }
    let target = target.clone();
    let host = host(parts)?;
    // RFC 9113 §8.2.2: none of these belongs to a connection that carries many requests.
    for name in [header::TRANSFER_ENCODING, header::UPGRADE, header::TRAILER] {
        if parts.headers.contains_key(name) {
            return Err(Refusal::bad("a header that HTTP/2 does not have"));
        }
    }
    let mut seen = head::Seen::default();
    for (name, value) in &parts.headers {
        head::field(name.as_str().as_bytes(), value.as_bytes(), &mut seen)?;
    }
    parts.headers.insert(header::HOST, host);
    parts.uri = Uri::from(target);
    Ok(())
}

/// The authority; a `Host` beside it must say the same.
fn host(parts: &Parts) -> Result<HeaderValue, Refusal> {
    const ONE: Refusal = Refusal::bad("exactly one Host is needed");
    let mut named = parts.headers.get_all(header::HOST).iter();
    let (first, second) = (named.next(), named.next());
    let authority = parts.uri.authority().map(|authority| authority.as_str());
    let host = match (authority, first, second) {
        (_, _, Some(_)) | (None, None, None) => return Err(ONE),
        (Some(authority), None, None) => HeaderValue::from_str(authority).map_err(|_| ONE)?,
        (None, Some(host), None) => host.clone(),
        (Some(authority), Some(host), None) if authority.as_bytes() == host.as_bytes() => host.clone(),
        (Some(_), Some(_), None) => return Err(ONE),
    };
    head::host_text(host.as_bytes())?;
    Ok(host)
}

#[cfg(test)]
mod tests {
    use http::Request;

    use super::*;

    fn vet(method: &str, uri: &str, headers: &[(&str, &str)]) -> Result<Parts, Refusal> {
        let mut request = Request::builder().method(method).uri(uri);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let (mut parts, ()) = request.body(()).expect("a request").into_parts();
        let rules = Rules { head_bytes: 32 * 1024, headers: 10, websocket: false };
        parsed(&mut parts, rules).map(|()| parts)
    }

    /// Control 31.
    #[test]
    fn what_http_1_refuses_http_2_refuses() {
        for (method, uri, headers) in [
            ("GET", "https://a.example/a/../b", &[][..]),
            ("GET", "https://a.example/a//b", &[]),
            ("GET", "https://a.example/%2e%2e/b", &[]),
            ("GET", "https://a.example/a%2fb", &[]),
            ("GET", "https://a.example/a;b", &[]),
            ("GET", "/a", &[]),
            ("TRACE", "https://a.example/a", &[]),
            ("CONNECT", "https://a.example/a", &[]),
            ("get", "https://a.example/a", &[]),
            ("GET", "https://a.example/a", &[("host", "b.example")]),
            ("GET", "https://me@a.example/a", &[]),
            ("GET", "/a", &[("host", "a.example"), ("host", "a.example")]),
            ("GET", "https://a.example/a", &[("transfer-encoding", "chunked")]),
            ("GET", "https://a.example/a", &[("upgrade", "websocket")]),
            ("POST", "https://a.example/a", &[("content_length", "3")]),
            ("POST", "https://a.example/a", &[("content-length", "3"), ("content-length", "3")]),
            ("POST", "https://a.example/a", &[("expect", "the-unexpected")]),
        ] {
            assert!(vet(method, uri, headers).is_err(), "{method} {uri} {headers:?}");
        }
        let many: Vec<_> = std::iter::repeat_n(("x", "y"), 11).collect();
        assert_eq!(vet("GET", "https://a.example/a", &many).err().map(|refusal| refusal.status), Some(431));
    }

    #[test]
    fn what_passes_looks_like_http_1() {
        for (uri, headers) in [
            ("https://a.example:7000/a?b=c", &[][..]),
            ("https://a.example:7000/a?b=c", &[("host", "a.example:7000")]),
            ("/a?b=c", &[("host", "a.example:7000")]),
        ] {
            let parts = vet("GET", uri, headers).expect("passes");
            assert_eq!(parts.uri.to_string(), "/a?b=c");
            assert_eq!(parts.headers[header::HOST], "a.example:7000");
        }
    }
}
