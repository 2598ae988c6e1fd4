//! What nobody needs goes: uploads that were never sent, and bytes that no row names.
//!
//! A little each round, so that a large store is never held up. Bytes stored within the last hour are let
//! be: their row may still be on the way.

use std::{
    fs, io,
    path::Path,
    time::{Duration, UNIX_EPOCH},
};

use pforte_core::kernel::{Moment, ProviderId, Span};
use pforte_store::{
    StoreError,
    attachment::{self, AttachmentRecord},
    provider,
};
use thiserror::Error;
use tokio::time::{MissedTickBehavior, interval};

use crate::{App, Shared};

const LOOK_EVERY: Duration = Duration::from_secs(60);
/// How long an upload waits to be sent.
const UNSENT_LIFE: Span = Span::hours(24);
/// How old bytes without a row have to be.
const UNNAMED_LIFE: Span = Span::hours(1);
/// Uploads forgotten in one round.
const UPLOADS: i64 = 200;
/// Files looked at in one round and folder.
const FILES: usize = 20_000;
/// At most this many providers are looked at.
const PROVIDERS: i64 = 10_000;

/// What kept a round from its work.
#[derive(Debug, Error)]
pub enum SweepError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("the folder of files: {0}")]
    Folder(#[from] io::Error),
}

/// Cleans up until the server shuts down: each round one of 256 folders.
pub async fn keep_clean(app: Shared) {
    let mut tick = interval(LOOK_EVERY);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut folder = 0_u8;
    loop {
        tokio::select! {
            () = app.shutdown.cancelled() => return,
            _ = tick.tick() => {}
        }
        if let Err(error) = sweep(&app, folder).await {
            tracing::warn!(%error, "files cannot be cleaned up");
        }
        folder = folder.wrapping_add(1);
    }
}

/// One round: old uploads, and the files in one folder of each provider. Answers how many uploads and
/// files went.
pub async fn sweep(app: &App, folder: u8) -> Result<usize, SweepError> {
    let now = app.sources.now();
    let mut gone = 0;
    let unsent = attachment::unsent(&mut *app.read().await?, now - UNSENT_LIFE, UPLOADS).await?;
    for file in unsent {
        gone += usize::from(forget(app, file).await?);
    }
    for provider in provider::list(&mut *app.read().await?, PROVIDERS).await? {
        gone += unnamed(app, provider.id, folder, now - UNNAMED_LIFE).await?;
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
        app.blobs.remove(provider, &hash)?;
    }
    Ok(true)
}

/// Removes old files of one folder that have no row: their transaction never came.
async fn unnamed(app: &App, provider: ProviderId, folder: u8, before: Moment) -> Result<usize, SweepError> {
    let home = app.blobs.home(provider);
    let names = tokio::task::spawn_blocking(move || {
        if folder == 0 {
            remove_begun(&old(&home, before)?, &home)?;
        }
        let home = home.join(format!("{folder:02x}"));
        let names = old(&home, before)?;
        remove_begun(&names, &home)?;
        Ok::<_, io::Error>(names)
    });
    let names = names.await.map_err(io::Error::other)??;
    let mut gone = 0;
    let mut conn = app.read().await?;
    for hash in names.iter().filter(|name| !name.starts_with('.')) {
        if !attachment::has_blob(&mut conn, provider, hash).await? && hash.len() == 64 {
            app.blobs.remove(provider, hash)?;
            gone += 1;
        }
    }
    Ok(gone)
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

/// Removes what a run before began to write and never finished.
fn remove_begun(names: &[String], folder: &Path) -> io::Result<()> {
    for name in names.iter().filter(|name| name.starts_with(".begun-")) {
        match fs::remove_file(folder.join(name)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    Ok(())
}
