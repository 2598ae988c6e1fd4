//! Taking files in: out of a browser piece by piece, or out of a mail.
//!
//! Both ways end in the same [`Stored`]: bytes that are durable, and a copy without live secrets where
//! there were any (control 48). Nothing here makes a row; whoever has the row's transaction does.

use std::{io, time::Duration};

use axum::{body::Body, http::StatusCode};
use bytes::Bytes;
use pforte_core::{entry::Event, kernel::ProviderId};
use pforte_store::{
    Change,
    attachment::{self, AttachmentRecord, RedactedCopy},
};
use tokio::{sync::Semaphore, time::timeout};

use super::{kind, too_large};
use crate::{
    cx::{App, Problem, uploads_busy},
    people::{SignedIn, Who},
};

/// Uploads of one person that no message carries yet, at most.
const UNSENT: i64 = 40;
/// How long one upload may take.
const UPLOAD_MAX: Duration = Duration::from_secs(15 * 60);

/// Files looked into at the same time: each is in memory as a whole meanwhile.
static LOOKING: Semaphore = Semaphore::const_new(2);

/// A file whose bytes are durable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored {
    /// Without folders and deceiving signs.
    pub name: String,
    pub media_type: String,
    pub size_bytes: i64,
    pub hash: String,
    /// Set when it carries live secrets: only this copy is shown.
    pub redacted: Option<RedactedCopy>,
}

impl Stored {
    /// As a message takes it; `content_id` is what the HTML of its mail calls it.
    pub fn file(self, content_id: Option<String>) -> StoredFile {
        let Self { name, media_type, size_bytes, hash, redacted } = self;
        StoredFile { name, media_type, content_id, size_bytes, hash, redacted }
    }
}

/// Bytes in the blob store, and what they are called.
#[derive(Clone, Debug)]
pub struct StoredFile {
    pub name: String,
    pub media_type: String,
    /// What the HTML of its mail calls it.
    pub content_id: Option<String>,
    pub size_bytes: i64,
    pub hash: String,
    /// Set when it carries live secrets: only this copy is shown (control 48).
    pub redacted: Option<RedactedCopy>,
}

/// Stores a file that is in memory, e.g. out of a mail.
pub async fn prepare(
    app: &App,
    provider: ProviderId,
    name: &str,
    declared: &str,
    bytes: Bytes,
) -> io::Result<Stored> {
    let (name, media_type) = (kind::file_name(name), kind::media_type(&bytes, declared));
    let size_bytes = size(bytes.len());
    let look = async {
        let _turn = LOOKING.acquire().await.map_err(io::Error::other)?;
        redact(app, provider, (&name, &media_type), bytes.clone()).await
    };
    let (hash, redacted) = tokio::try_join!(app.blobs.put(provider, bytes.clone()), look)?;
    Ok(Stored { name, media_type, size_bytes, hash, redacted })
}

fn size(bytes: usize) -> i64 {
    i64::try_from(bytes).unwrap_or(i64::MAX)
}

/// Stores the copy without secrets, if there are any.
async fn redact(
    app: &App,
    provider: ProviderId,
    (name, media_type): (&str, &str),
    bytes: Bytes,
) -> io::Result<Option<RedactedCopy>> {
    let (name, media_type) = (name.to_owned(), media_type.to_owned());
    let examine = move || pforte_mail::redact::examine(&name, &media_type, &bytes);
    let Some(found) = tokio::task::spawn_blocking(examine).await? else { return Ok(None) };
    let size_bytes = size(found.bytes.len());
    let hash = app.blobs.put(provider, found.bytes.into()).await?;
    Ok(Some(RedactedCopy { hash, size_bytes }))
}

/// Stores a file as it comes in; `None` when it is larger than it may be.
async fn receive(
    app: &App,
    provider: ProviderId,
    (name, declared): (&str, &str),
    body: Body,
) -> io::Result<Option<Stored>> {
    let max = u64::try_from(app.settings.attachments.max_bytes).unwrap_or(u64::MAX);
    let stored = app.blobs.put_stream(provider, body.into_data_stream(), max).await?;
    let Some(stored) = stored else { return Ok(None) };
    let _turn = LOOKING.acquire().await.map_err(io::Error::other)?;
    let bytes = app.blobs.get(provider, &stored.hash).await?;
    let head = &bytes[..bytes.len().min(kind::HEAD)];
    let (name, media_type) = (kind::file_name(name), kind::media_type(head, declared));
    let redacted = redact(app, provider, (&name, &media_type), bytes).await?;
    let size_bytes = i64::try_from(stored.size_bytes).unwrap_or(i64::MAX);
    Ok(Some(Stored { name, media_type, size_bytes, hash: stored.hash, redacted }))
}

fn empty() -> Problem {
    Problem::new(
        StatusCode::UNPROCESSABLE_ENTITY,
        "attachment.empty",
        "The file is empty",
        "Choose one with something in it.",
    )
}

fn too_many_unsent() -> Problem {
    Problem::new(
        StatusCode::CONFLICT,
        "attachment.too_many",
        "Too many files wait to be sent",
        "Send what you have uploaded. What is not sent within a day is forgotten.",
    )
}

/// The bytes could not be kept.
pub(super) fn unstored(error: &io::Error) -> Problem {
    tracing::warn!(%error, "a file is not stored");
    Problem::new(
        StatusCode::SERVICE_UNAVAILABLE,
        "attachment.not_stored",
        "The file could not be stored",
        "Send it once more. If that does not help, tell the administrator the time.",
    )
}

/// Takes a file that somebody uploads. It belongs to them alone until they send it.
pub async fn upload(
    app: &App,
    who: &SignedIn,
    (name, declared): (&str, &str),
    body: Body,
) -> Result<AttachmentRecord, Problem> {
    let (provider, owner) = (who.sign_in.provider, who.sign_in.person);
    let _turn = app.uploads.turn(owner).await?;
    // Before a byte is taken, and once more with the row.
    if attachment::unsent_of(&mut *app.read().await?, provider, owner).await? >= UNSENT {
        return Err(too_many_unsent());
    }
    let received = timeout(UPLOAD_MAX, receive(app, provider, (name, declared), body)).await;
    let received = received.map_err(|_| uploads_busy())?;
    let stored = received.map_err(|error| unstored(&error))?.ok_or_else(too_large)?;
    if stored.size_bytes == 0 {
        return Err(empty());
    }
    let now = app.sources.now();
    let record = AttachmentRecord {
        id: app.sources.id(now),
        provider,
        ticket: None,
        message: None,
        owner: Some(owner),
        name: stored.name,
        media_type: stored.media_type,
        content_id: None,
        size_bytes: stored.size_bytes,
        hash: stored.hash,
        redacted: stored.redacted,
        created_at: now,
    };
    let event = Event::AttachmentAdded { attachment: record.id, live_secrets: record.redacted.is_some() };
    let mut entry = app.entry(now, provider, who.actor(), event);
    if let Who::Contact(contact) = &who.who {
        entry.customer = Some(contact.customer);
    }
    app.writer
        .change(move |tx| {
            Box::pin(async move {
                if attachment::unsent_of(tx.conn(), provider, owner).await? >= UNSENT {
                    return Err(too_many_unsent());
                }
                attachment::insert(tx, &record).await?;
                Ok(Change::logged(record, entry))
            })
        })
        .await
}
