//! Bytes in a bucket that speaks S3, under `<prefix>/<provider>/<2 hex>/<sha256>`.
//!
//! A content is there once S3 has answered 2xx for all of it: the signature covers its hash, and a server
//! that verifies takes nothing else under it. Keys come from a hash alone. Start reading here; `client.rs`
//! sends, `sign.rs` signs, `listing.rs` reads what S3 answers.

mod body;
mod client;
mod listing;
mod settings;
mod sign;
mod tls;
mod trouble;

use std::{path::Path, time::Duration};

use bytes::Bytes;
use http::{Method, header};
use pforte_core::kernel::{Moment, ProviderId};
use tokio::time::timeout;

use self::client::{Call, Client, From, Upload};
use super::{
    content::{self, Content},
    hash,
    key::{self, Key},
};
use crate::Now;

pub use settings::{BucketSettings, Waits};
pub use trouble::Trouble;

/// Of one listing, a thousand objects each.
const PAGES: usize = 20;
/// The object that is put and removed at a start.
const PROBE: &str = "probe";
/// How long all of that may take.
const PROBE_LONGEST: Duration = Duration::from_secs(30);

/// A bucket.
pub struct Bucket {
    client: Client,
    /// What all keys begin with, with a slash at its end; or empty.
    prefix: String,
}

impl std::fmt::Debug for Bucket {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Bucket").field("prefix", &self.prefix).finish_non_exhaustive()
    }
}

impl Bucket {
    /// `now` is the machine's: S3 refuses what was signed too long ago or ahead.
    pub fn new(settings: BucketSettings, now: Now) -> Result<Self, Trouble> {
        let slash = if settings.prefix.is_empty() { "" } else { "/" };
        let prefix = format!("{}{slash}", settings.prefix);
        Ok(Self { client: Client::new(settings, now)?, prefix })
    }

    fn at(&self, key: &Key) -> String {
        format!("{}{}", self.prefix, key.path())
    }

    /// Stores a content that is in memory, unless it is there.
    pub async fn put(&self, key: &Key, bytes: &Bytes) -> Result<(), Trouble> {
        self.store(key, bytes.len() as u64, From::Memory(bytes)).await
    }

    /// Stores a file's content, unless it is there.
    pub async fn put_file(&self, key: &Key, file: &Path, size_bytes: u64) -> Result<(), Trouble> {
        self.store(key, size_bytes, From::File(file)).await
    }

    async fn store(&self, key: &Key, size_bytes: u64, from: From<'_>) -> Result<(), Trouble> {
        let at = self.at(key);
        match self.client.send(&Call::new(Method::HEAD, &at)).await {
            Ok(there) if length(&there) == Some(size_bytes) => return Ok(()),
            Err(trouble) if !trouble.missing() => return Err(trouble),
            _ => {}
        }
        let upload = Some(Upload { hash: key.hash(), size_bytes, from });
        self.client.send(&Call { upload, ..Call::new(Method::PUT, &at) }).await.map(drop)
    }

    /// A content's pieces and its size in bytes.
    pub async fn open(&self, key: &Key) -> Result<(Content, u64), Trouble> {
        let answer = self.client.send(&Call::new(Method::GET, &self.at(key))).await?;
        let size = length(&answer).ok_or(Trouble::Odd("an object without a length"))?;
        Ok((content::checked(key, self.client.pieces(answer)), size))
    }

    /// Removes a content; one that is gone already is no error.
    pub async fn remove(&self, key: &Key) -> Result<(), Trouble> {
        match self.client.send(&Call::new(Method::DELETE, &self.at(key))).await {
            Err(trouble) if !trouble.missing() => Err(trouble),
            _ => Ok(()),
        }
    }

    /// The names in a part that were last written before an instant.
    pub async fn old(&self, provider: ProviderId, part: u8, before: Moment) -> Result<Vec<String>, Trouble> {
        let prefix = format!("{}{}", self.prefix, key::part_path(provider, part));
        let (mut names, mut after) = (Vec::new(), String::new());
        for _ in 0..PAGES {
            let page = self.list(&prefix, &after).await?;
            let Some(last) = page.objects.last().filter(|last| page.truncated && last.key > after) else {
                names.extend(old(page.objects, &prefix, before));
                break;
            };
            after.clone_from(&last.key);
            names.extend(old(page.objects, &prefix, before));
        }
        Ok(names)
    }

    async fn list(&self, prefix: &str, after: &str) -> Result<listing::Page, Trouble> {
        let mut query = format!("list-type=2&max-keys=1000&prefix={}", escaped(prefix));
        if !after.is_empty() {
            query = format!("{query}&start-after={}", escaped(after));
        }
        let answer = self.client.send(&Call { query, ..Call::new(Method::GET, "") }).await?;
        let xml = self.client.text(answer).await?;
        listing::page(&xml).ok_or(Trouble::Odd("no listing"))
    }

    /// Puts, reads, lists and removes a small object, once: whether all that is needed is allowed.
    pub async fn probe(&self) -> Result<(), Trouble> {
        timeout(PROBE_LONGEST, self.try_all()).await.map_err(|_| Trouble::TimedOut)?
    }

    async fn try_all(&self) -> Result<(), Trouble> {
        let (at, bytes) = (format!("{}{PROBE}", self.prefix), Bytes::from_static(b"pforte"));
        let upload =
            Upload { hash: &hash(&bytes), size_bytes: bytes.len() as u64, from: From::Memory(&bytes) };
        self.client.send_once(&Call { upload: Some(upload), ..Call::new(Method::PUT, &at) }).await?;
        let read = self.client.send_once(&Call::new(Method::GET, &at)).await?;
        if self.client.text(read).await?.as_bytes() != bytes {
            return Err(Trouble::Odd("what was put does not come back"));
        }
        if !self.list(&at, "").await?.objects.iter().any(|object| object.key == at) {
            return Err(Trouble::Odd("what was put is not listed"));
        }
        self.client.send_once(&Call::new(Method::DELETE, &at)).await.map(drop)
    }
}

fn length<B>(answer: &http::Response<B>) -> Option<u64> {
    answer.headers().get(header::CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

/// A part's names; an object of unknown age is not old.
fn old(
    objects: Vec<listing::Object>,
    prefix: &str,
    before: Moment,
) -> impl Iterator<Item = String> + use<'_> {
    let aged = objects.into_iter().filter(move |object| object.written.is_some_and(|at| at < before));
    aged.filter_map(move |object| object.key.strip_prefix(prefix).map(str::to_owned))
}

/// As the value of a query: all but letters, digits and `-._~` is escaped.
fn escaped(text: &str) -> String {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"-._~".contains(&b);
    text.bytes().map(|b| if plain(b) { char::from(b).to_string() } else { format!("%{b:02X}") }).collect()
}
