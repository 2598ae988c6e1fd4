//! Where bytes lie: whole or not at all, once, and only under a hash.

use std::{fs, io};

use bytes::Bytes;
use futures_util::Stream;
use pforte_core::kernel::ProviderId;
use pforte_server::attachment::blobs::{Blobs, hash};

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
    let stored = blobs.put_stream(PROVIDER, pieces(&["hel", "lo"]), 5).await.expect("stored").expect("short");
    assert_eq!((stored.hash.as_str(), stored.size_bytes), (hash(b"hello").as_str(), 5));
    assert_eq!(blobs.get(PROVIDER, &stored.hash).await.expect("there"), &b"hello"[..]);
    assert_eq!(blobs.put_stream(PROVIDER, pieces(&["hel", "lo!"]), 5).await.expect("no error"), None);
    let broken = futures_util::stream::iter([Ok(Bytes::from_static(b"h")), Err(io::Error::other("gone"))]);
    assert!(blobs.put_stream(PROVIDER, broken, 5).await.is_err());
    let left = fs::read_dir(folder.path().join(PROVIDER.0.simple().to_string())).expect("a folder");
    assert_eq!(left.count(), 1, "only the folder of the content that was stored");
}

#[tokio::test]
async fn what_was_stored_just_now_is_not_removed() {
    let folder = tempfile::tempdir().expect("a folder");
    let blobs = Blobs::new(folder.path().to_owned());
    let stored = blobs.put(PROVIDER, Bytes::from_static(b"hello")).await.expect("stored");
    blobs.remove(PROVIDER, &stored).await.expect("no error");
    assert!(blobs.get(PROVIDER, &stored).await.is_ok());
    // Another run of the server knows of no fresh ones.
    let blobs = Blobs::new(folder.path().to_owned());
    blobs.remove(PROVIDER, &stored).await.expect("removed");
    blobs.remove(PROVIDER, &stored).await.expect("gone already");
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
