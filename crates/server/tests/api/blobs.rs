//! Where bytes lie: whole or not at all, once, and only under a hash. Each test runs on a folder and on a
//! bucket behind a server that verifies signatures.

use std::{
    fs::{self, File},
    io,
    path::{Path, PathBuf},
    sync::Arc,
    time::SystemTime,
};

use bytes::Bytes;
use futures_util::{Stream, StreamExt};
use pforte_blobs::{Blobs, hash};
use pforte_core::kernel::{Moment, ProviderId};
use pforte_server::{AttachmentSettings, cx::Clock};
use pforte_testkit::{FakeClock, TestBucket};
use tempfile::TempDir;

pub const PROVIDER: ProviderId = ProviderId(uuid::Uuid::from_u128(5));

/// As a server opens it, with a clock that stands still.
pub fn opened(settings: &AttachmentSettings) -> Blobs {
    let now = Arc::new(|| FakeClock::default().now());
    Blobs::new(settings.folder.clone(), settings.bucket.clone(), now).expect("settings")
}

/// A place for bytes.
pub struct Place {
    folder: TempDir,
    pub bucket: Option<TestBucket>,
}

impl Place {
    fn folder() -> Self {
        Self { folder: tempfile::tempdir().expect("a folder"), bucket: None }
    }

    pub async fn bucket() -> Self {
        Self { bucket: Some(TestBucket::start().await), ..Self::folder() }
    }

    pub fn settings(&self) -> AttachmentSettings {
        AttachmentSettings {
            folder: self.folder.path().to_owned(),
            bucket: self.bucket.as_ref().map(TestBucket::settings),
            max_bytes: 1_000_000,
            max_files: 20,
        }
    }

    /// As a server finds it that was just started.
    pub fn blobs(&self) -> Blobs {
        opened(&self.settings())
    }

    /// Where the provider's contents lie.
    fn home(&self) -> PathBuf {
        let root = self.bucket.as_ref().map_or_else(|| self.folder.path().to_owned(), TestBucket::objects);
        root.join(PROVIDER.0.simple().to_string())
    }

    fn file(&self, hash: &str) -> PathBuf {
        self.home().join(&hash[..2]).join(hash)
    }
}

macro_rules! in_both_places {
    ($($(#[$meta:meta])* async fn $name:ident($place:ident: Place) $body:block)+) => {$(
        $(#[$meta])*
        mod $name {
            use super::*;

            async fn run($place: Place) $body

            #[tokio::test]
            async fn folder() {
                run(Place::folder()).await;
            }

            #[tokio::test]
            async fn bucket() {
                run(Place::bucket().await).await;
            }
        }
    )+};
}

fn pieces(all: &[&'static str]) -> impl Stream<Item = io::Result<Bytes>> + Send + use<> {
    futures_util::stream::iter(
        all.iter().map(|piece| Ok(Bytes::from_static(piece.as_bytes()))).collect::<Vec<_>>(),
    )
}

fn age(path: &Path) {
    let file = File::options().write(true).open(path).expect("a file");
    file.set_modified(SystemTime::UNIX_EPOCH).expect("its time");
}

/// The files at any depth.
fn files(folder: &Path) -> usize {
    let Ok(listed) = fs::read_dir(folder) else { return 0 };
    listed
        .map(|entry| {
            let path = entry.expect("an entry").path();
            if path.is_dir() { files(&path) } else { 1 }
        })
        .sum()
}

in_both_places! {
    async fn a_content_is_stored_once_and_read_back(place: Place) {
        let blobs = place.blobs();
        let first = blobs.put(PROVIDER, Bytes::from_static(b"hello")).await.expect("stored");
        age(&place.file(&first));
        let second = blobs.put(PROVIDER, Bytes::from_static(b"hello")).await.expect("stored");
        assert_eq!(first, second);
        assert_eq!(blobs.get(PROVIDER, &first).await.expect("there"), &b"hello"[..]);
        let written = place.file(&first).metadata().expect("a file").modified().expect("its time");
        assert_eq!(written, SystemTime::UNIX_EPOCH, "it was not written again");
        let other = ProviderId(uuid::Uuid::from_u128(6));
        assert_eq!(blobs.get(other, &first).await.expect_err("another's").kind(), io::ErrorKind::NotFound);
        let empty = blobs.put(PROVIDER, Bytes::new()).await.expect("stored");
        assert_eq!(blobs.get(PROVIDER, &empty).await.expect("there"), &b""[..]);
    }

    async fn a_stream_is_stored_whole_or_not_at_all(place: Place) {
        let blobs = place.blobs();
        let stored =
            blobs.put_stream(PROVIDER, pieces(&["hel", "lo"]), 5).await.expect("stored").expect("short");
        assert_eq!((stored.hash.as_str(), stored.size_bytes), (hash(b"hello").as_str(), 5));
        assert_eq!(blobs.get(PROVIDER, &stored.hash).await.expect("there"), &b"hello"[..]);
        assert_eq!(blobs.put_stream(PROVIDER, pieces(&["hel", "lo!"]), 5).await.expect("no error"), None);
        let broken = futures_util::stream::iter([Ok(Bytes::from_static(b"h")), Err(io::Error::other("gone"))]);
        assert!(blobs.put_stream(PROVIDER, broken, 5).await.is_err());
        assert_eq!(files(&place.home()), 1, "only the content that was stored");
        let spooled = usize::from(place.bucket.is_none());
        assert_eq!(files(place.folder.path()), spooled, "nothing stays that was only on its way");
    }

    async fn a_large_content_goes_and_comes_in_pieces(place: Place) {
        let blobs = place.blobs();
        let large: Vec<u8> = (0..1_500_000_u32).map(|n| (n % 251) as u8).collect();
        let large = Bytes::from(large);
        let stream = futures_util::stream::iter([Ok::<_, io::Error>(large.clone())]);
        let stored = blobs.put_stream(PROVIDER, stream, 2_000_000).await.expect("stored").expect("short");
        let (content, size) = blobs.open(PROVIDER, &stored.hash).await.expect("there");
        assert_eq!(size, 1_500_000);
        let read: Vec<Bytes> = content.map(|piece| piece.expect("whole")).collect().await;
        assert!(read.len() > 4, "it is never in memory as a whole");
        assert_eq!(read.concat(), large);
        let again = place.blobs().put(PROVIDER, large.slice(1..)).await.expect("stored");
        assert_eq!(blobs.get(PROVIDER, &again).await.expect("there"), large.slice(1..));
    }

    async fn what_was_torn_or_changed_is_never_served_as_whole(place: Place) {
        let blobs = place.blobs();
        let content: &'static [u8] = &[7; 200_000];
        let name = blobs.put(PROVIDER, Bytes::from_static(content)).await.expect("stored");
        let mut changed = content.to_vec();
        changed[100] = 8;
        for lies in [changed, content[..150_000].to_vec(), vec![]] {
            fs::write(place.file(&name), &lies).expect("changed behind our back");
            let error = blobs.get(PROVIDER, &name).await.expect_err("not what was stored");
            assert_eq!(error.kind(), io::ErrorKind::InvalidData, "{error}");
            let (pieces, size) = blobs.open(PROVIDER, &name).await.expect("it is there");
            let read: Vec<io::Result<Bytes>> = pieces.collect().await;
            let told: usize = read.iter().flatten().map(Bytes::len).sum();
            assert!(told < usize::try_from(size).expect("small").max(1), "the last piece is held back");
            assert!(read.last().expect("an answer").is_err());
        }
    }

    async fn what_was_stored_just_now_is_not_removed(place: Place) {
        let blobs = place.blobs();
        let stored = blobs.put(PROVIDER, Bytes::from_static(b"hello")).await.expect("stored");
        blobs.remove(PROVIDER, &stored).await.expect("no error");
        assert!(blobs.get(PROVIDER, &stored).await.is_ok());
        // Another run of the server knows of no fresh ones.
        let blobs = place.blobs();
        blobs.remove(PROVIDER, &stored).await.expect("removed");
        blobs.remove(PROVIDER, &stored).await.expect("gone already");
        let error = blobs.get(PROVIDER, &stored).await.expect_err("removed");
        assert_eq!(error.kind(), io::ErrorKind::NotFound);
        assert_eq!(blobs.put(PROVIDER, Bytes::from_static(b"hello")).await.expect("stored anew"), stored);
        assert!(blobs.get(PROVIDER, &stored).await.is_ok());
    }

    async fn only_a_hash_leads_anywhere(place: Place) {
        let blobs = place.blobs();
        for name in ["../../etc/passwd", "", "zz", &"A".repeat(64), &"/".repeat(64), &"0".repeat(63)] {
            let error = blobs.get(PROVIDER, name).await.expect_err(name);
            assert_eq!(error.kind(), io::ErrorKind::NotFound, "{name}");
            blobs.remove(PROVIDER, name).await.expect_err(name);
        }
    }

    async fn old_contents_of_a_part_are_listed_and_nothing_else(place: Place) {
        let folder = place.home().join("ab");
        fs::create_dir_all(&folder).expect("a folder");
        // More than one page of a listing.
        let old: Vec<String> = (0..1_005).map(|n| format!("ab{n:062x}")).collect();
        for name in old.iter().map(String::as_str).chain(["readme", &"z".repeat(64)]) {
            fs::write(folder.join(name), "lost").expect("a file");
            age(&folder.join(name));
        }
        fs::write(folder.join(format!("ab{}", "f".repeat(62))), "young").expect("a file");
        let mut listed = place.blobs().old(PROVIDER, 0xab, Moment(1)).await.expect("listed");
        listed.sort();
        assert_eq!(listed, old);
        assert!(place.blobs().old(PROVIDER, 0xac, Moment(1)).await.expect("listed").is_empty());
    }
}
