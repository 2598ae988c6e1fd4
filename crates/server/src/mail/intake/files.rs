//! The files of a mail: stored and looked into before the transaction that names them.

use bytes::Bytes;
use pforte_core::kernel::ProviderId;
use pforte_mail::message::Attachment;

use crate::{
    App,
    attachment::prepare,
    kernel::Problem,
    ticket::{File, StoredFile},
};

/// Stores every file; each is durable when this answers.
pub async fn store(
    app: &App,
    provider: ProviderId,
    attachments: Vec<Attachment>,
) -> Result<Vec<File>, Problem> {
    let most = app.settings.attachments.max_files;
    let mut files = Vec::with_capacity(attachments.len().min(most));
    // What is beyond the limit stays in the whole message, which is kept.
    for attachment in attachments.into_iter().take(most) {
        let Attachment { name, media_type, content_id, bytes } = attachment;
        let stored = prepare(app, provider, &name, &media_type, Bytes::from(bytes)).await;
        let stored = stored.map_err(|error| {
            tracing::error!(%error, "a mail's file cannot be stored");
            Problem::unwritable()
        })?;
        files.push(File::Stored(StoredFile {
            name: stored.name,
            media_type: stored.media_type,
            content_id,
            size_bytes: stored.size_bytes,
            hash: stored.hash,
            redacted: stored.redacted,
        }));
    }
    Ok(files)
}
