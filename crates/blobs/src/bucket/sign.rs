//! Signature Version 4 of requests to S3, in headers: method, path, query, host, time and the content's
//! hash are signed. So a server that verifies takes no content but the one that was meant.
//!
//! Paths and queries come percent-encoded and sorted; this file only signs.

use aws_lc_rs::hmac::{self, HMAC_SHA256};
use data_encoding::HEXLOWER;
use http::{HeaderMap, HeaderName, HeaderValue, header};
use pforte_core::kernel::Moment;
use secrecy::{ExposeSecret, SecretString};

use super::super::hash;

const SIGNED: &str = "host;x-amz-content-sha256;x-amz-date";

/// Who signs.
#[derive(Clone, Debug)]
pub struct Signer {
    pub access_key_id: String,
    pub secret_access_key: SecretString,
    pub region: String,
}

/// What is signed.
#[derive(Clone, Copy, Debug)]
pub struct Signed<'a> {
    pub method: &'a str,
    pub host: &'a str,
    pub path: &'a str,
    pub query: &'a str,
    /// The SHA-256 of the body, in small hex letters.
    pub payload: &'a str,
    pub at: Moment,
}

impl Signer {
    /// The headers that carry the signature; `None` if a value does not fit into a header.
    pub fn headers(&self, what: Signed<'_>) -> Option<HeaderMap> {
        let time = jiff::Timestamp::from_microsecond(what.at.0).ok()?.strftime("%Y%m%dT%H%M%SZ").to_string();
        let signature = self.signature(what, &time);
        let scope = self.scope(&time);
        let key = &self.access_key_id;
        let line = format!(
            "AWS4-HMAC-SHA256 Credential={key}/{scope}, SignedHeaders={SIGNED}, Signature={signature}"
        );
        let mut authorization = HeaderValue::try_from(line).ok()?;
        authorization.set_sensitive(true);
        Some(HeaderMap::from_iter([
            (header::AUTHORIZATION, authorization),
            (header::HOST, HeaderValue::try_from(what.host).ok()?),
            (HeaderName::from_static("x-amz-content-sha256"), HeaderValue::try_from(what.payload).ok()?),
            (HeaderName::from_static("x-amz-date"), HeaderValue::try_from(time).ok()?),
        ]))
    }

    fn scope(&self, time: &str) -> String {
        format!("{}/{}/s3/aws4_request", &time[..8], self.region)
    }

    fn signature(&self, what: Signed<'_>, time: &str) -> String {
        let Signed { method, host, path, query, payload, .. } = what;
        let request = format!(
            "{method}\n{path}\n{query}\nhost:{host}\nx-amz-content-sha256:{payload}\nx-amz-date:{time}\n\n\
             {SIGNED}\n{payload}"
        );
        let request = hash(request.as_bytes());
        let text = format!("AWS4-HMAC-SHA256\n{time}\n{}\n{request}", self.scope(time));
        let secret = format!("AWS4{}", self.secret_access_key.expose_secret());
        let secret = zeroize::Zeroizing::new(secret);
        let mut key = mac(secret.as_bytes(), &time[..8]);
        for part in [self.region.as_str(), "s3", "aws4_request", &text] {
            key = mac(key.as_ref(), part);
        }
        HEXLOWER.encode(key.as_ref())
    }
}

fn mac(key: &[u8], text: &str) -> hmac::Tag {
    hmac::sign(&hmac::Key::new(HMAC_SHA256, key), text.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The examples that the makers of the signature publish.
    #[test]
    fn published_examples_are_signed_alike() {
        let signer = Signer {
            access_key_id: "AKIAIOSFODNN7EXAMPLE".into(),
            secret_access_key: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY".into(),
            region: "us-east-1".into(),
        };
        for (query, signature) in [
            ("lifecycle=", "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543"),
            ("max-keys=2&prefix=J", "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"),
        ] {
            let what = Signed {
                method: "GET",
                host: "examplebucket.s3.amazonaws.com",
                path: "/",
                query,
                payload: &hash(b""),
                at: Moment(1_369_353_600_000_000),
            };
            let headers = signer.headers(what).expect("headers");
            let line = headers[header::AUTHORIZATION].to_str().expect("text");
            assert!(line.ends_with(signature), "{query}: {line}");
            assert!(headers[header::AUTHORIZATION].is_sensitive());
        }
    }
}
