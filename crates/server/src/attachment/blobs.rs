//! Where bytes lie: one file for each content, named by its hash, in a folder of each provider.
//!
//! A file is durable before anybody is told of it: written beside its place, synced, renamed, and the
//! folder synced. The row that names it comes after, so a crash leaves at most a file without a row.
//! Must never take a name from outside: the only path into the folder is a hash.

use std::{
    collections::HashMap,
    fs::{self, File, OpenOptions},
    io::{self, Write},
    os::unix::fs::{DirBuilderExt, OpenOptionsExt},
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use bytes::Bytes;
use data_encoding::HEXLOWER;
use futures_util::{Stream, StreamExt};
use pforte_core::kernel::ProviderId;
use sha2::{Digest, Sha256};
use tokio::io::AsyncWriteExt;

/// Files begun in this process, so that no two are written under one name.
static BEGUN: AtomicU64 = AtomicU64::new(0);

/// For how long a content that was just stored is never removed: its row may still be on the way.
const FRESH: Duration = Duration::from_secs(60 * 60);

/// The folder that holds all bytes.
#[derive(Clone, Debug)]
pub struct Blobs {
    folder: PathBuf,
    fresh: Arc<Mutex<HashMap<PathBuf, Instant>>>,
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

impl Blobs {
    /// `folder` is made with the first content.
    pub fn new(folder: PathBuf) -> Self {
        Self { folder, fresh: Arc::default() }
    }

    /// From here on, and for an hour, this content is not removed.
    fn keep(&self, path: &Path) {
        let mut fresh = self.fresh.lock().unwrap_or_else(PoisonError::into_inner);
        fresh.retain(|_, since| since.elapsed() < FRESH);
        fresh.insert(path.to_owned(), Instant::now());
    }

    /// A provider's folder.
    pub(super) fn home(&self, provider: ProviderId) -> PathBuf {
        self.folder.join(provider.0.simple().to_string())
    }

    fn path(&self, provider: ProviderId, hash: &str) -> Option<PathBuf> {
        let sound =
            hash.len() == 64 && hash.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
        sound.then(|| self.home(provider).join(&hash[..2]).join(hash))
    }

    /// Makes a content durable and answers its name. What is there already is not written again.
    pub async fn put(&self, provider: ProviderId, bytes: Bytes) -> io::Result<String> {
        let blobs = self.clone();
        tokio::task::spawn_blocking(move || {
            let hash = hash(&bytes);
            let path = blobs.path(provider, &hash).ok_or(io::ErrorKind::InvalidInput)?;
            blobs.keep(&path);
            if !path.try_exists()? {
                write(&path, &bytes)?;
            }
            Ok(hash)
        })
        .await?
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
        let folder = self.home(provider);
        let begun = tokio::task::spawn_blocking(move || {
            make(&folder)?;
            let number = BEGUN.fetch_add(1, Ordering::Relaxed);
            Ok::<_, io::Error>(folder.join(format!(".begun-{}-{number}", std::process::id())))
        })
        .await??;
        let done = match receive(&begun, stream, max_bytes).await {
            Ok(Some(stored)) => self.name(provider, &begun, &stored.hash).await.map(|()| Some(stored)),
            other => other,
        };
        if !matches!(done, Ok(Some(_))) {
            let _ = tokio::fs::remove_file(&begun).await;
        }
        done
    }

    /// Gives a file that is whole and synced its name, and syncs the folder.
    async fn name(&self, provider: ProviderId, begun: &Path, hash: &str) -> io::Result<()> {
        let path = self.path(provider, hash).ok_or(io::ErrorKind::InvalidInput)?;
        self.keep(&path);
        let begun = begun.to_owned();
        tokio::task::spawn_blocking(move || {
            let folder = path.parent().ok_or(io::ErrorKind::InvalidInput)?;
            make(folder)?;
            fs::rename(begun, &path)?;
            File::open(folder)?.sync_all()
        })
        .await?
    }

    /// Removes a content that no row names any more, unless it was stored anew just now.
    pub fn remove(&self, provider: ProviderId, hash: &str) -> io::Result<()> {
        let path = self.path(provider, hash).ok_or(io::ErrorKind::NotFound)?;
        // Held while removing: whoever stores the same content meanwhile writes it afresh.
        let fresh = self.fresh.lock().unwrap_or_else(PoisonError::into_inner);
        if fresh.get(&path).is_some_and(|since| since.elapsed() < FRESH) {
            return Ok(());
        }
        match fs::remove_file(path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    /// Reads a content; an error of kind `NotFound` when it is not there.
    pub async fn get(&self, provider: ProviderId, hash: &str) -> io::Result<Bytes> {
        let path = self.path(provider, hash).ok_or(io::ErrorKind::NotFound)?;
        tokio::fs::read(path).await.map(Bytes::from)
    }

    /// Opens a content for reading piece by piece, with its size in bytes.
    pub async fn open(&self, provider: ProviderId, hash: &str) -> io::Result<(tokio::fs::File, u64)> {
        let path = self.path(provider, hash).ok_or(io::ErrorKind::NotFound)?;
        let file = tokio::fs::File::open(path).await?;
        let size = file.metadata().await?.len();
        Ok((file, size))
    }
}

/// Writes and syncs a stream; `None` when it is too long.
async fn receive<E>(
    path: &Path,
    stream: impl Stream<Item = Result<Bytes, E>> + Send,
    max_bytes: u64,
) -> io::Result<Option<Stored>>
where
    E: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    let options = OpenOptions::new().write(true).create_new(true).mode(0o600).to_owned();
    let mut file = tokio::fs::OpenOptions::from(options).open(path).await?;
    let (mut hash, mut size_bytes) = (Sha256::new(), 0_u64);
    let mut stream = std::pin::pin!(stream);
    while let Some(piece) = stream.next().await {
        let piece = piece.map_err(io::Error::other)?;
        size_bytes += piece.len() as u64;
        if size_bytes > max_bytes {
            return Ok(None);
        }
        hash.update(&piece);
        file.write_all(&piece).await?;
    }
    file.flush().await?;
    file.sync_all().await?;
    Ok(Some(Stored { hash: HEXLOWER.encode(&hash.finalize()), size_bytes }))
}

fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let folder = path.parent().ok_or(io::ErrorKind::InvalidInput)?;
    make(folder)?;
    let number = BEGUN.fetch_add(1, Ordering::Relaxed);
    let begun = folder.join(format!(".begun-{}-{number}", std::process::id()));
    let written = fill(&begun, bytes).and_then(|()| fs::rename(&begun, path));
    if written.is_err() {
        // A full disk leaves half a file; nobody knows its name.
        let _ = fs::remove_file(&begun);
    }
    written?;
    File::open(folder)?.sync_all()
}

fn fill(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

/// Makes a folder and syncs the ones that got a new entry.
fn make(folder: &Path) -> io::Result<()> {
    if folder.try_exists()? {
        return Ok(());
    }
    let parent = folder.parent().ok_or(io::ErrorKind::InvalidInput)?;
    make(parent)?;
    match fs::DirBuilder::new().mode(0o700).create(folder) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
        _ => {}
    }
    File::open(parent)?.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    const PROVIDER: ProviderId = ProviderId(uuid::Uuid::from_u128(5));

    #[tokio::test]
    async fn a_content_is_stored_once_and_read_back() {
        let folder = tempfile::tempdir().expect("a folder");
        let blobs = Blobs::new(folder.path().join("blobs"));
        let first = blobs.put(PROVIDER, Bytes::from_static(b"hello")).await.expect("stored");
        let second = blobs.put(PROVIDER, Bytes::from_static(b"hello")).await.expect("stored");
        assert_eq!(first, second);
        assert_eq!(blobs.get(PROVIDER, &first).await.expect("there"), &b"hello"[..]);
        let other = ProviderId(uuid::Uuid::from_u128(6));
        assert_eq!(blobs.get(other, &first).await.expect_err("another's").kind(), io::ErrorKind::NotFound);
    }

    fn pieces(all: &[&'static str]) -> impl Stream<Item = io::Result<Bytes>> + Send + use<> {
        futures_util::stream::iter(
            all.iter().map(|piece| Ok(Bytes::from_static(piece.as_bytes()))).collect::<Vec<_>>(),
        )
    }

    #[tokio::test]
    async fn a_stream_is_stored_whole_or_not_at_all() {
        let folder = tempfile::tempdir().expect("a folder");
        let blobs = Blobs::new(folder.path().to_owned());
        let stored =
            blobs.put_stream(PROVIDER, pieces(&["hel", "lo"]), 5).await.expect("stored").expect("short");
        assert_eq!((stored.hash.as_str(), stored.size_bytes), (hash(b"hello").as_str(), 5));
        assert_eq!(blobs.get(PROVIDER, &stored.hash).await.expect("there"), &b"hello"[..]);
        assert_eq!(blobs.put_stream(PROVIDER, pieces(&["hel", "lo!"]), 5).await.expect("no error"), None);
        let broken =
            futures_util::stream::iter([Ok(Bytes::from_static(b"h")), Err(io::Error::other("gone"))]);
        assert!(blobs.put_stream(PROVIDER, broken, 5).await.is_err());
        let left = fs::read_dir(folder.path().join(PROVIDER.0.simple().to_string())).expect("a folder");
        assert_eq!(left.count(), 1, "only the folder of the content that was stored");
    }

    #[tokio::test]
    async fn what_was_stored_just_now_is_not_removed() {
        let folder = tempfile::tempdir().expect("a folder");
        let blobs = Blobs::new(folder.path().to_owned());
        let stored = blobs.put(PROVIDER, Bytes::from_static(b"hello")).await.expect("stored");
        blobs.remove(PROVIDER, &stored).expect("no error");
        assert!(blobs.get(PROVIDER, &stored).await.is_ok());
        // Another run of the server knows of no fresh ones.
        let blobs = Blobs::new(folder.path().to_owned());
        blobs.remove(PROVIDER, &stored).expect("removed");
        blobs.remove(PROVIDER, &stored).expect("gone already");
        assert!(blobs.get(PROVIDER, &stored).await.is_err());
    }

    #[tokio::test]
    async fn only_a_hash_leads_into_the_folder() {
        let folder = tempfile::tempdir().expect("a folder");
        let blobs = Blobs::new(folder.path().to_owned());
        for name in ["../../etc/passwd", "", "zz", &"A".repeat(64), &"/".repeat(64)] {
            let error = blobs.get(PROVIDER, name).await.expect_err(name);
            assert_eq!(error.kind(), io::ErrorKind::NotFound, "{name}");
        }
    }
}
