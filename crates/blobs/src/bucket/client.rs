//! One request to the bucket: signed, sent, bounded in time, and repeated if nothing is wrong with it.
//!
//! All that is asked may be asked twice: a content has one name, and nothing is ever changed. Redirects are
//! not followed, so nobody is called but whom the configuration names (rule M9).

use std::{
    io,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use bytes::Bytes;
use futures_util::{Stream, StreamExt, stream};
use http::{HeaderValue, Method, Request, Response, Uri, header, uri::Scheme};
use http_body_util::{BodyExt, BodyStream, Limited};
use hyper_rustls::HttpsConnector;
use hyper_util::client::legacy::{Client as Http, connect::HttpConnector};
use tokio::time::{sleep, timeout};
use tokio_util::io::ReaderStream;

use super::{
    super::hash,
    body::{self, Body},
    listing,
    settings::{BucketSettings, Waits},
    sign::{Signed, Signer},
    tls,
    trouble::Trouble,
};
use crate::Now;

/// Sent and read in pieces of this size.
const PIECE: usize = 64 * 1024;
/// Of an answer that is read whole.
const ANSWER: usize = 4 * 1024 * 1024;

/// The way to one bucket.
pub struct Client {
    http: Http<HttpsConnector<HttpConnector>, Body>,
    signer: Signer,
    now: Now,
    pub waits: Waits,
    scheme: Scheme,
    host: String,
    /// What the path of an object begins with.
    root: String,
}

/// What is asked.
pub struct Call<'a> {
    pub method: Method,
    /// Below the bucket; only letters, digits and `._-/`, so that nothing has to be escaped.
    pub key: &'a str,
    /// Escaped and sorted.
    pub query: String,
    pub upload: Option<Upload<'a>>,
}

/// What is sent along.
#[derive(Clone, Copy)]
pub struct Upload<'a> {
    pub hash: &'a str,
    pub size_bytes: u64,
    pub from: From<'a>,
}

/// Where it is taken from, once more at each attempt.
#[derive(Clone, Copy)]
pub enum From<'a> {
    Memory(&'a Bytes),
    File(&'a Path),
}

impl<'a> Call<'a> {
    pub fn new(method: Method, key: &'a str) -> Self {
        Self { method, key, query: String::new(), upload: None }
    }
}

impl Client {
    pub fn new(settings: BucketSettings, now: Now) -> Result<Self, Trouble> {
        let uri: Uri =
            settings.endpoint.parse().map_err(|_| Trouble::Settings("the endpoint is no address"))?;
        let (Some(scheme), Some(authority)) = (uri.scheme(), uri.authority()) else {
            return Err(Trouble::Settings("the endpoint is no address"));
        };
        let (host, root) = match settings.path_style {
            true => (authority.to_string(), format!("/{}/", settings.bucket)),
            false => (format!("{}.{authority}", settings.bucket), "/".into()),
        };
        Ok(Self {
            http: tls::client(&settings)?,
            scheme: scheme.clone(),
            host,
            root,
            now,
            waits: settings.waits,
            signer: Signer {
                access_key_id: settings.access_key_id,
                secret_access_key: settings.secret_access_key,
                region: settings.region,
            },
        })
    }

    /// Asks as often as the waits say. What is answered is a success; its body is still on the way.
    pub async fn send(&self, call: &Call<'_>) -> Result<Response<Body>, Trouble> {
        let mut pause = self.waits.pause;
        for _ in 1..self.waits.attempts {
            match self.send_once(call).await {
                Err(trouble) if trouble.passes() => tracing::debug!(%trouble, "the bucket is asked again"),
                answer => return answer,
            }
            sleep(pause).await;
            pause *= 4;
        }
        self.send_once(call).await
    }

    /// Asks once.
    pub async fn send_once(&self, call: &Call<'_>) -> Result<Response<Body>, Trouble> {
        let asked = timeout(self.waits.whole, self.exchange(call)).await;
        let answer = asked.map_err(|_| Trouble::TimedOut)??;
        let status = answer.status();
        if status.is_success() {
            return Ok(answer);
        }
        let code = match call.method {
            Method::HEAD => String::new(),
            _ => self.text(answer).await.map(|xml| listing::code(&xml)).unwrap_or_default(),
        };
        Err(Trouble::Answered { status, code })
    }

    async fn exchange(&self, call: &Call<'_>) -> Result<Response<Body>, Trouble> {
        let moved = Arc::new(AtomicU64::new(0));
        let mut asked = self.http.request(self.request(call, &moved).await?);
        let mut seen = 0;
        // Ends: `send_once` waits only so long.
        loop {
            match timeout(self.waits.idle, &mut asked).await {
                Ok(answer) => {
                    let answer = answer.map_err(|error| Trouble::exchange(&error))?;
                    return Ok(answer.map(body::received));
                }
                Err(_) if moved.load(Ordering::Relaxed) == seen => return Err(Trouble::TimedOut),
                Err(_) => seen = moved.load(Ordering::Relaxed),
            }
        }
    }

    async fn request(&self, call: &Call<'_>, moved: &Arc<AtomicU64>) -> Result<Request<Body>, Trouble> {
        let path = format!("{}{}", self.root, call.key);
        let empty = hash(b"");
        let what = Signed {
            method: call.method.as_str(),
            host: &self.host,
            path: &path,
            query: &call.query,
            payload: call.upload.as_ref().map_or(&empty, |upload| upload.hash),
            at: (self.now)(),
        };
        let unfit = || Trouble::Settings("a value does not fit into a request");
        let mut headers = self.signer.headers(what).ok_or_else(unfit)?;
        let body = match call.upload {
            None => body::empty(),
            Some(upload) => {
                headers.insert(header::CONTENT_LENGTH, HeaderValue::from(upload.size_bytes));
                upload.body(moved).await?
            }
        };
        let query = if call.query.is_empty() { String::new() } else { format!("?{}", call.query) };
        let uri = Uri::builder()
            .scheme(self.scheme.clone())
            .authority(self.host.as_str())
            .path_and_query(format!("{path}{query}"))
            .build()
            .map_err(|_| unfit())?;
        let mut request = Request::new(body);
        (*request.method_mut(), *request.uri_mut(), *request.headers_mut()) =
            (call.method.clone(), uri, headers);
        Ok(request)
    }

    /// The pieces of an answer, each within the wait for one.
    pub fn pieces(&self, answer: Response<Body>) -> impl Stream<Item = io::Result<Bytes>> + Send + 'static {
        let frames = Box::pin(BodyStream::new(answer.into_body()));
        let within = (frames, self.waits.idle);
        stream::try_unfold(within, async |(mut frames, idle): (_, Duration)| {
            // Trailers carry no bytes.
            let next = timeout(idle, StreamExt::next(&mut frames)).await;
            match next.map_err(|_| Trouble::TimedOut)?.transpose() {
                Ok(None) => Ok(None),
                Ok(Some(frame)) => Ok(Some((frame.into_data().unwrap_or_default(), (frames, idle)))),
                Err(error) => Err(Trouble::exchange(&error).into()),
            }
        })
    }

    /// An answer as text.
    pub async fn text(&self, answer: Response<Body>) -> Result<String, Trouble> {
        let read = Limited::new(answer.into_body(), ANSWER).collect();
        let read = timeout(self.waits.idle, read).await.map_err(|_| Trouble::TimedOut)?;
        let read = read.map_err(|_| Trouble::Unreachable("the answer broke off or is too long".into()))?;
        String::from_utf8(read.to_bytes().into()).map_err(|_| Trouble::Odd("the answer is no text"))
    }
}

impl Upload<'_> {
    /// Its bytes, counted as they leave.
    async fn body(&self, moved: &Arc<AtomicU64>) -> io::Result<Body> {
        let moved = Arc::clone(moved);
        let count = move |piece: &io::Result<Bytes>| {
            let bytes = piece.as_ref().map_or(0, Bytes::len);
            moved.fetch_add(bytes as u64, Ordering::Relaxed);
        };
        Ok(match self.from {
            From::Memory(bytes) => {
                let mut left = bytes.clone();
                let pieces = std::iter::from_fn(move || {
                    let next = left.len().min(PIECE);
                    (next > 0).then(|| Ok(left.split_to(next)))
                });
                body::pieces(stream::iter(pieces).inspect(count))
            }
            From::File(path) => {
                let file = tokio::fs::File::open(path).await?;
                body::pieces(ReaderStream::with_capacity(file, PIECE).inspect(count))
            }
        })
    }
}
