//! Where bytes lie: each content once, named by its hash, apart for each provider.
//!
//! A content is durable before anybody is told of it. The row that names it comes after, so a crash leaves
//! at most a content without a row. It knows no person, no ticket and no database. Must never take a name from outside: the only way in is a [`Key`].
//! Start reading here; `folder.rs` and `bucket/` are the two places, `content.rs` is the way out, `fresh.rs`
//! keeps what was just stored from the sweep.

mod bucket;
mod content;
mod folder;
mod fresh;
mod key;

use std::{io, path::PathBuf, sync::Arc};

use bytes::Bytes;
use data_encoding::HEXLOWER;
use futures_util::Stream;
use pforte_core::kernel::{Moment, ProviderId};
use sha2::{Digest, Sha256};

use bucket::Bucket;
use folder::Folder;
use fresh::Fresh;
use key::Key;

pub use bucket::{BucketSettings, Trouble, Waits};
pub use content::Content;

/// Tells the machine's time: S3 refuses what was signed by another.
pub type Now = Arc<dyn Fn() -> Moment + Send + Sync>;

/// All bytes: in a folder, or in a bucket, and then the folder holds only what is being received.
#[derive(Clone, Debug)]
pub struct Blobs {
    folder: Folder,
    bucket: Option<Arc<Bucket>>,
    fresh: Arc<Fresh>,
}

/// A content that was stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored {
    pub hash: String,
    pub size_bytes: u64,
}

/// The SHA-256 of a content, in small hex letters: its name.
pub fn hash(bytes: &[u8]) -> String {
    HEXLOWER.encode(&Sha256::digest(bytes))
}

fn unnamed() -> io::Error {
    io::Error::new(io::ErrorKind::NotFound, "this is not the name of a content")
}

impl Blobs {
    /// Nothing is made or asked yet. `now` stands in what a bucket is asked.
    pub fn new(folder: PathBuf, bucket: Option<BucketSettings>, now: Now) -> Result<Self, Trouble> {
        let bucket = bucket.map(|bucket| Bucket::new(bucket, now)).transpose()?;
        let folder = Folder::new(folder);
        Ok(Self { folder, bucket: bucket.map(Arc::new), fresh: Arc::default() })
    }

    /// Tries the bucket once, if there is one: puts, reads, lists and removes a small object.
    pub async fn probe(&self) -> Result<(), Trouble> {
        match &self.bucket {
            Some(bucket) => bucket.probe().await,
            None => Ok(()),
        }
    }

    /// Makes a content durable and answers its name. What is there already is not written again.
    pub async fn put(&self, provider: ProviderId, bytes: Bytes) -> io::Result<String> {
        let copy = bytes.clone();
        let hash = tokio::task::spawn_blocking(move || hash(&copy)).await?;
        let key = Key::new(provider, &hash).ok_or_else(unnamed)?;
        self.fresh.keep(&key).await?;
        match &self.bucket {
            Some(bucket) => bucket.put(&key, &bytes).await?,
            None => self.folder.put(&key, bytes).await?,
        }
        Ok(hash)
    }

    /// Makes a stream's content durable without holding it in memory; `None` when it is longer than
    /// `max_bytes`, and then nothing stays of it.
    pub async fn put_stream<E>(
        &self,
        provider: ProviderId,
        stream: impl Stream<Item = Result<Bytes, E>> + Send,
        max_bytes: u64,
    ) -> io::Result<Option<Stored>>
    where
        E: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let begun = self.folder.begin(provider).await?;
        let Some(stored) = begun.receive(stream, max_bytes).await? else { return Ok(None) };
        let key = Key::new(provider, &stored.hash).ok_or_else(unnamed)?;
        self.fresh.keep(&key).await?;
        match &self.bucket {
            Some(bucket) => bucket.put_file(&key, begun.path(), stored.size_bytes).await?,
            None => self.folder.name(begun, &key).await?,
        }
        Ok(Some(stored))
    }

    /// Removes a content that no row names any more, unless it was stored anew just now.
    pub async fn remove(&self, provider: ProviderId, hash: &str) -> io::Result<()> {
        let key = Key::new(provider, hash).ok_or_else(unnamed)?;
        // Held while removing: whoever stores the same content meanwhile writes it afresh.
        let Some(mut held) = self.fresh.hold_stale(&key).await else { return Ok(()) };
        let Some(bucket) = &self.bucket else { return self.folder.remove(&key).await };
        held.doubt(&key);
        let removed = bucket.remove(&key).await;
        if !removed.as_ref().is_err_and(Trouble::passes) {
            held.settle(&key);
        }
        Ok(removed?)
    }

    /// Reads a content, whole and as it was stored; an error of kind `NotFound` when it is not there.
    pub async fn get(&self, provider: ProviderId, hash: &str) -> io::Result<Bytes> {
        content::whole(self.open(provider, hash).await?).await
    }

    /// Opens a content for reading piece by piece, with its size in bytes. What is not as it was stored ends
    /// in an error before its last piece.
    pub async fn open(&self, provider: ProviderId, hash: &str) -> io::Result<(Content, u64)> {
        let key = Key::new(provider, hash).ok_or_else(unnamed)?;
        match &self.bucket {
            Some(bucket) => Ok(bucket.open(&key).await?),
            None => self.folder.open(&key).await,
        }
    }

    /// Contents of one of 256 parts that were last written before an instant. Not all of a very large part.
    pub async fn old(&self, provider: ProviderId, part: u8, before: Moment) -> io::Result<Vec<String>> {
        let mut old = match &self.bucket {
            Some(bucket) => bucket.old(provider, part, before).await?,
            None => self.folder.old(provider, part, before).await?,
        };
        old.retain(|hash| Key::new(provider, hash).is_some_and(|key| key.part() == part));
        Ok(old)
    }

    /// Removes from the folder what a run before began to write and never finished.
    pub async fn remove_begun(&self, provider: ProviderId, part: u8, before: Moment) -> io::Result<()> {
        self.folder.remove_begun(provider, part, before).await
    }
}
