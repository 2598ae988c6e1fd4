//! Where bytes lie: one file for each content, named by its hash, in a folder of each provider.
//!
//! A file is durable before anybody is told of it: written beside its place, synced, renamed, and the
//! folder synced. The row that names it comes after, so a crash leaves at most a file without a row.
//! Must never take a name from outside: the only path into the folder is a hash.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Write},
    os::unix::fs::{DirBuilderExt, OpenOptionsExt},
    path::{Path, PathBuf},
    sync::atomic::{AtomicU64, Ordering},
};

use bytes::Bytes;
use data_encoding::HEXLOWER;
use pforte_core::kernel::ProviderId;
use sha2::{Digest, Sha256};

/// Files begun in this process, so that no two are written under one name.
static BEGUN: AtomicU64 = AtomicU64::new(0);

/// The folder that holds all bytes.
#[derive(Clone, Debug)]
pub struct Blobs {
    folder: PathBuf,
}

/// The SHA-256 of a content, in small hex letters: its name.
pub fn hash(bytes: &[u8]) -> String {
    HEXLOWER.encode(&Sha256::digest(bytes))
}

impl Blobs {
    /// `folder` is made with the first content.
    pub fn new(folder: PathBuf) -> Self {
        Self { folder }
    }

    fn path(&self, provider: ProviderId, hash: &str) -> Option<PathBuf> {
        let sound =
            hash.len() == 64 && hash.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
        sound.then(|| self.folder.join(provider.0.simple().to_string()).join(&hash[..2]).join(hash))
    }

    /// Makes a content durable and answers its name. What is there already is not written again.
    pub async fn put(&self, provider: ProviderId, bytes: Bytes) -> io::Result<String> {
        let blobs = self.clone();
        tokio::task::spawn_blocking(move || {
            let hash = hash(&bytes);
            let path = blobs.path(provider, &hash).ok_or(io::ErrorKind::InvalidInput)?;
            if !path.try_exists()? {
                write(&path, &bytes)?;
            }
            Ok(hash)
        })
        .await?
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
