//! One question to a token server: a form by POST, an answer in JSON, bounded in size and time.
//!
//! Redirects are not followed, so secrets go to nobody but whom the configuration names.

use std::time::Duration;

use bytes::Bytes;
use http::{Request, Uri, header};
use http_body_util::{BodyExt, Full, Limited};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::{TokioExecutor, TokioTimer},
};
use serde_json::Value;
use tokio::time::timeout;

use super::trouble::Trouble;
use crate::transport::trust;

/// Of an answer; Microsoft's tokens have some 3 KiB.
const ANSWER_BYTES: usize = 64 * 1024;
/// Of what the server says went wrong.
const SAID_CHARS: usize = 200;

/// The way to a token server.
pub(super) struct Endpoint {
    http: Client<HttpsConnector<HttpConnector>, Full<Bytes>>,
    within: Duration,
}

/// What was answered.
pub(super) enum Answer {
    Yes(Value),
    /// The error's code (RFC 6749 §5.2), and what stands beside it.
    No {
        error: String,
        said: String,
    },
}

impl Endpoint {
    pub fn new(ca: Option<&[u8]>, within: Duration) -> Result<Self, Trouble> {
        let mut tcp = HttpConnector::new();
        tcp.enforce_http(false);
        tcp.set_connect_timeout(Some(within));
        let config = trust::client(ca).map_err(|error| Trouble::Tls(error.to_string()))?;
        // Plain HTTP only to this machine: the configuration sees to that.
        let connector = HttpsConnectorBuilder::new()
            .with_tls_config(config)
            .https_or_http()
            .enable_http1()
            .wrap_connector(tcp);
        let mut builder = Client::builder(TokioExecutor::new());
        // Asked once an hour: nothing is kept open.
        let http = builder.timer(TokioTimer::new()).pool_max_idle_per_host(0).build(connector);
        Ok(Self { http, within })
    }

    pub async fn post(&self, url: &str, form: &[(&str, &str)]) -> Result<Answer, Trouble> {
        let uri: Uri = url.parse().map_err(|_| Trouble::Odd(url.to_owned()))?;
        let host = uri.host().unwrap_or_default().to_owned();
        let request = Request::post(uri)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header(header::ACCEPT, "application/json")
            .body(Full::from(encode(form)))
            .map_err(|_| Trouble::Odd(url.to_owned()))?;
        let asking = async {
            let answer =
                self.http.request(request).await.map_err(|error| Trouble::unreached(&host, &error))?;
            let status = answer.status();
            let body = Limited::new(answer.into_body(), ANSWER_BYTES).collect().await;
            let body = body.map_err(|_| Trouble::Odd(host.clone()))?.to_bytes();
            Ok((status, serde_json::from_slice::<Value>(&body).unwrap_or_default()))
        };
        let (status, body) = timeout(self.within, asking)
            .await
            .map_err(|_| Trouble::Slow { host: host.clone(), seconds: self.within.as_secs() })??;
        if status.is_success() {
            return if body.is_object() { Ok(Answer::Yes(body)) } else { Err(Trouble::Odd(host)) };
        }
        match body.get("error").and_then(Value::as_str) {
            Some(error) => Ok(Answer::No { error: plain(error), said: said(&body) }),
            None => Err(Trouble::Status { host, status: status.as_u16() }),
        }
    }
}

/// The first line of what stands beside an error's code: Microsoft adds lines with numbers of the request.
fn said(body: &Value) -> String {
    let text = body.get("error_description").and_then(Value::as_str).unwrap_or_default();
    plain(text.lines().next().unwrap_or_default())
}

fn plain(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(SAID_CHARS).collect()
}

/// `application/x-www-form-urlencoded`.
pub(super) fn encode(form: &[(&str, &str)]) -> String {
    let mut out = String::new();
    for (key, value) in form {
        if !out.is_empty() {
            out.push('&');
        }
        push(&mut out, key);
        out.push('=');
        push(&mut out, value);
    }
    out
}

fn push(out: &mut String, text: &str) {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push('%');
            out.push(char::from(DIGITS[usize::from(byte >> 4)]));
            out.push(char::from(DIGITS[usize::from(byte & 15)]));
        }
    }
}
