//! What nobody needs goes: uploads that were never sent, and bytes that no row names.
//!
//! A little each round, so that a large store is never held up. Bytes stored within the last hour are let
//! be: their row may still be on the way.

use std::{io, time::Duration};

use pforte_core::kernel::{Moment, ProviderId, Span};
use pforte_store::{
    StoreError,
    attachment::{self, AttachmentRecord},
    provider,
};
use thiserror::Error;
use tokio::time::{MissedTickBehavior, interval};

use crate::cx::{App, Shared};

const LOOK_EVERY: Duration = Duration::from_secs(60);
/// How long an upload waits to be sent.
const UNSENT_LIFE: Span = Span::hours(24);
/// How old bytes without a row have to be.
const UNNAMED_LIFE: Span = Span::hours(1);
/// Uploads forgotten in one round.
const UPLOADS: i64 = 200;

/// What kept a round from its work.
#[derive(Debug, Error)]
pub enum SweepError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("stored files: {0}")]
    Blobs(#[from] io::Error),
}

/// Cleans up for as long as it runs: each round one of 256 parts.
pub async fn keep_clean(app: Shared) {
    let mut tick = interval(LOOK_EVERY);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut part = 0_u8;
    loop {
        tick.tick().await;
        if let Err(error) = sweep(&app, part).await {
            tracing::warn!(%error, "files cannot be cleaned up");
        }
        part = part.wrapping_add(1);
    }
}

/// One round: old uploads, and one of 256 parts of each provider's contents. Answers how many uploads and
/// contents went.
pub async fn sweep(app: &App, part: u8) -> Result<usize, SweepError> {
    let now = app.sources.now();
    let mut gone = 0;
    let unsent = attachment::unsent(&mut *app.read().await?, now - UNSENT_LIFE, UPLOADS).await?;
    for file in unsent {
        gone += usize::from(forget(app, file).await?);
    }
    for provider in provider::all(&mut *app.read().await?).await? {
        gone += unnamed(app, provider.id, part, now - UNNAMED_LIFE).await?;
    }
    Ok(gone)
}

/// Forgets an upload, and its bytes unless something else has the same.
async fn forget(app: &App, file: AttachmentRecord) -> Result<bool, SweepError> {
    let provider = file.provider;
    let mut hashes = vec![file.hash];
    hashes.extend(file.redacted.map(|copy| copy.hash));
    let unnamed = app
        .writer
        .upkeep(move |tx| {
            Box::pin(async move {
                if !attachment::forget(tx, provider, file.id).await? {
                    return Ok(None);
                }
                let mut unnamed = Vec::with_capacity(hashes.len());
                for hash in hashes {
                    if attachment::forget_blob(tx, provider, &hash).await? {
                        unnamed.push(hash);
                    }
                }
                Ok(Some(unnamed))
            })
        })
        .await?;
    let Some(unnamed) = unnamed else { return Ok(false) };
    for hash in unnamed {
        app.blobs.remove(provider, &hash).await?;
    }
    Ok(true)
}

/// Removes old contents of one part that have no row: their transaction never came.
async fn unnamed(app: &App, provider: ProviderId, part: u8, before: Moment) -> Result<usize, SweepError> {
    app.blobs.remove_begun(provider, part, before).await?;
    let mut gone = 0;
    for hash in app.blobs.old(provider, part, before).await? {
        if !attachment::has_blob(&mut *app.read().await?, provider, &hash).await? {
            app.blobs.remove(provider, &hash).await?;
            gone += 1;
        }
    }
    Ok(gone)
}
