//! Bytes in a folder: one file for each content, in a folder of each provider.
//!
//! A file is written beside its place, synced, renamed, and its folder synced.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Write},
    os::unix::fs::{DirBuilderExt, OpenOptionsExt},
    path::{Path, PathBuf},
    sync::atomic::{AtomicU64, Ordering},
    time::UNIX_EPOCH,
};

use bytes::Bytes;
use data_encoding::HEXLOWER;
use futures_util::{Stream, StreamExt};
use pforte_core::kernel::{Moment, ProviderId};
use sha2::{Digest, Sha256};
use tokio::{io::AsyncWriteExt, task::spawn_blocking};
use tokio_util::io::ReaderStream;

use super::{
    Stored,
    content::{self, Content},
    key::{self, Key},
};

/// Files begun in this process, so that no two are written under one name.
static BEGUN: AtomicU64 = AtomicU64::new(0);
/// What the names of files begin with that are not whole yet.
const BEGUN_PREFIX: &str = ".begun-";
/// Read in pieces of this size.
const PIECE: usize = 64 * 1024;
/// Files looked at in one folder.
const FILES: usize = 20_000;

/// A folder of contents.
#[derive(Clone, Debug)]
pub struct Folder {
    root: PathBuf,
}

impl Folder {
    /// It is made with the first content.
    pub fn new(root: PathBuf) -> Self {
        Self { root }
    }

    fn path(&self, key: &Key) -> PathBuf {
        self.root.join(key.path())
    }

    fn home(&self, provider: ProviderId) -> PathBuf {
        self.root.join(key::provider_path(provider))
    }

    /// Writes a content, unless it is there.
    pub async fn put(&self, key: &Key, bytes: Bytes) -> io::Result<()> {
        let path = self.path(key);
        spawn_blocking(move || if path.try_exists()? { Ok(()) } else { write(&path, &bytes) }).await?
    }

    /// A name for a file that is not whole yet.
    pub async fn begin(&self, provider: ProviderId) -> io::Result<Begun> {
        let folder = self.home(provider);
        spawn_blocking(move || {
            make(&folder)?;
            Ok(Begun::beside(&folder))
        })
        .await?
    }

    /// Gives a file that is whole and synced its name, and syncs the folder.
    pub async fn name(&self, begun: Begun, key: &Key) -> io::Result<()> {
        let path = self.path(key);
        spawn_blocking(move || {
            let folder = path.parent().ok_or(io::ErrorKind::InvalidInput)?;
            make(folder)?;
            begun.become_named(&path)?;
            File::open(folder)?.sync_all()
        })
        .await?
    }

    pub async fn remove(&self, key: &Key) -> io::Result<()> {
        gone(tokio::fs::remove_file(self.path(key)).await)
    }

    /// A content's pieces and its size in bytes.
    pub async fn open(&self, key: &Key) -> io::Result<(Content, u64)> {
        let file = tokio::fs::File::open(self.path(key)).await?;
        let size = file.metadata().await?.len();
        Ok((content::checked(key, ReaderStream::with_capacity(file, PIECE)), size))
    }

    /// The names in a part that were last written before an instant.
    pub async fn old(&self, provider: ProviderId, part: u8, before: Moment) -> io::Result<Vec<String>> {
        let folder = self.root.join(key::part_path(provider, part));
        spawn_blocking(move || old(&folder, before)).await?
    }

    /// Removes old files that never became whole: of a part, and with the first one those beside the parts.
    pub async fn remove_begun(&self, provider: ProviderId, part: u8, before: Moment) -> io::Result<()> {
        let mut folders = vec![self.root.join(key::part_path(provider, part))];
        if part == 0 {
            folders.push(self.home(provider));
        }
        spawn_blocking(move || {
            for folder in folders {
                for name in old(&folder, before)?.iter().filter(|name| name.starts_with(BEGUN_PREFIX)) {
                    gone(fs::remove_file(folder.join(name)))?;
                }
            }
            Ok(())
        })
        .await?
    }
}

/// A file that is not whole yet; it goes with this value unless it gets a name.
#[derive(Debug)]
pub struct Begun {
    path: PathBuf,
}

impl Drop for Begun {
    fn drop(&mut self) {
        if !self.path.as_os_str().is_empty() {
            // What a crash leaves, the sweep removes.
            let _ = fs::remove_file(&self.path);
        }
    }
}

impl Begun {
    fn beside(folder: &Path) -> Self {
        let number = BEGUN.fetch_add(1, Ordering::Relaxed);
        Self { path: folder.join(format!("{BEGUN_PREFIX}{}-{number}", std::process::id())) }
    }

    /// Where it lies meanwhile.
    pub fn path(&self) -> &Path {
        &self.path
    }

    fn options() -> OpenOptions {
        OpenOptions::new().write(true).create_new(true).mode(0o600).to_owned()
    }

    fn become_named(mut self, path: &Path) -> io::Result<()> {
        fs::rename(&self.path, path)?;
        self.path.clear();
        Ok(())
    }

    fn fill(&self, bytes: &[u8]) -> io::Result<()> {
        let mut file = Self::options().open(&self.path)?;
        file.write_all(bytes)?;
        file.sync_all()
    }

    /// Writes and syncs a stream; `None` when it is too long.
    pub async fn receive<E>(
        &self,
        stream: impl Stream<Item = Result<Bytes, E>> + Send,
        max_bytes: u64,
    ) -> io::Result<Option<Stored>>
    where
        E: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let mut file = tokio::fs::OpenOptions::from(Self::options()).open(&self.path).await?;
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
}

fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let folder = path.parent().ok_or(io::ErrorKind::InvalidInput)?;
    make(folder)?;
    let begun = Begun::beside(folder);
    begun.fill(bytes)?;
    begun.become_named(path)?;
    File::open(folder)?.sync_all()
}

/// What is gone already is removed.
fn gone(removed: io::Result<()>) -> io::Result<()> {
    match removed {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// The names of files in a folder that were last written before an instant.
fn old(folder: &Path, before: Moment) -> io::Result<Vec<String>> {
    let listed = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(vec![]),
        listed => listed?,
    };
    let mut names = Vec::new();
    for file in listed.take(FILES) {
        let file = file?;
        let known = match file.metadata() {
            // Gone between the two looks.
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            known => known?,
        };
        let written = known.modified()?.duration_since(UNIX_EPOCH).unwrap_or_default().as_micros();
        let written = Moment(i64::try_from(written).unwrap_or(i64::MAX));
        if known.is_file() && written < before {
            names.push(file.file_name().to_string_lossy().into_owned());
        }
    }
    Ok(names)
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
