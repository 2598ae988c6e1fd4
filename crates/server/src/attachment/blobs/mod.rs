//! Where bytes lie: each content once, named by its hash, apart for each provider.
//!
//! A content is durable before anybody is told of it. The row that names it comes after, so a crash leaves
//! at most a content without a row. Must never take a name from outside: the only way in is a [`Key`].
//! Start reading here; `folder.rs` is the place, `fresh.rs` keeps what was just stored from the sweep.

mod folder;
mod fresh;
mod key;

use std::{io, path::PathBuf, sync::Arc};

use bytes::Bytes;
use data_encoding::HEXLOWER;
use futures_util::Stream;
use pforte_core::kernel::{Moment, ProviderId};
use sha2::{Digest, Sha256};

use folder::Folder;
use fresh::Fresh;
use key::Key;

/// All bytes.
#[derive(Clone, Debug)]
pub struct Blobs {
    folder: Folder,
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
    /// `folder` is made with the first content.
    pub fn new(folder: PathBuf) -> Self {
        Self { folder: Folder::new(folder), fresh: Arc::default() }
    }

    /// Makes a content durable and answers its name. What is there already is not written again.
    pub async fn put(&self, provider: ProviderId, bytes: Bytes) -> io::Result<String> {
        let copy = bytes.clone();
        let hash = tokio::task::spawn_blocking(move || hash(&copy)).await?;
        let key = Key::new(provider, &hash).ok_or_else(unnamed)?;
        self.fresh.keep(&key).await;
        self.folder.put(&key, bytes).await?;
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
        self.fresh.keep(&key).await;
        self.folder.name(begun, &key).await?;
        Ok(Some(stored))
    }

    /// Removes a content that no row names any more, unless it was stored anew just now.
    pub async fn remove(&self, provider: ProviderId, hash: &str) -> io::Result<()> {
        let key = Key::new(provider, hash).ok_or_else(unnamed)?;
        // Held while removing: whoever stores the same content meanwhile writes it afresh.
        let Some(_held) = self.fresh.hold_stale(&key).await else { return Ok(()) };
        self.folder.remove(&key).await
    }

    /// Reads a content; an error of kind `NotFound` when it is not there.
    pub async fn get(&self, provider: ProviderId, hash: &str) -> io::Result<Bytes> {
        let key = Key::new(provider, hash).ok_or_else(unnamed)?;
        self.folder.get(&key).await
    }

    /// Opens a content for reading piece by piece, with its size in bytes.
    pub async fn open(&self, provider: ProviderId, hash: &str) -> io::Result<(tokio::fs::File, u64)> {
        let key = Key::new(provider, hash).ok_or_else(unnamed)?;
        self.folder.open(&key).await
    }

    /// Contents of one of 256 parts that were last written before an instant. Not all of a very large part.
    pub(super) async fn old(
        &self,
        provider: ProviderId,
        part: u8,
        before: Moment,
    ) -> io::Result<Vec<String>> {
        let mut old = self.folder.old(provider, part, before).await?;
        old.retain(|hash| Key::new(provider, hash).is_some_and(|key| key.part() == part));
        Ok(old)
    }

    /// Removes what a run before began to write and never finished.
    pub(super) async fn remove_begun(
        &self,
        provider: ProviderId,
        part: u8,
        before: Moment,
    ) -> io::Result<()> {
        self.folder.remove_begun(provider, part, before).await
    }
}
