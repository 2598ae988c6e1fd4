//! A content on its way out, piece by piece.
//!
//! The last piece is held back until all of it has the hash it is named by: what was torn or changed where
//! it lies ends in an error and is never served as whole.

use std::io;

use bytes::{Bytes, BytesMut};
use data_encoding::HEXLOWER;
use futures_util::{
    Stream, StreamExt, TryStreamExt,
    stream::{self, BoxStream, Fuse},
};
use sha2::{Digest, Sha256};

use super::key::Key;

/// The pieces of a content.
pub type Content = BoxStream<'static, io::Result<Bytes>>;

/// Nothing larger is read into memory; whatever is stored is smaller.
const MOST: u64 = 256 * 1024 * 1024;

/// The pieces, and an error instead of the last one if together they are not what `key` names.
pub fn checked(key: &Key, pieces: impl Stream<Item = io::Result<Bytes>> + Send + 'static) -> Content {
    let checking = Checking {
        pieces: pieces.boxed().fuse(),
        held: None,
        found: Some(Sha256::new()),
        named: key.hash().to_owned(),
    };
    stream::try_unfold(checking, Checking::next).boxed()
}

/// All of a content that has this size.
pub async fn whole((pieces, size_bytes): (Content, u64)) -> io::Result<Bytes> {
    if size_bytes > MOST {
        return Err(io::Error::other("a stored content is too large to be read at once"));
    }
    let room = BytesMut::with_capacity(usize::try_from(size_bytes).unwrap_or_default());
    let joined = pieces.try_fold(room, async |mut all, piece| {
        all.extend_from_slice(&piece);
        Ok(all)
    });
    Ok(joined.await?.freeze())
}

struct Checking {
    pieces: Fuse<Content>,
    held: Option<Bytes>,
    /// Until the end was looked at.
    found: Option<Sha256>,
    named: String,
}

impl Checking {
    async fn next(mut self) -> io::Result<Option<(Bytes, Self)>> {
        while let Some(piece) = self.pieces.try_next().await? {
            if let Some(found) = &mut self.found {
                found.update(&piece);
            }
            if let Some(before) = self.held.replace(piece) {
                return Ok(Some((before, self)));
            }
        }
        let Some(found) = self.found.take() else { return Ok(None) };
        if HEXLOWER.encode(&found.finalize()) != self.named {
            let what = "a stored content is not what was stored: it was torn or changed";
            return Err(io::Error::new(io::ErrorKind::InvalidData, what));
        }
        Ok(self.held.take().map(|last| (last, self)))
    }
}
