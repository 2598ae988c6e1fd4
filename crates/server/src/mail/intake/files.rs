//! The files of a mail: stored and looked into before the transaction that names them.

use bytes::Bytes;
use pforte_core::kernel::ProviderId;
use pforte_mail::message::{Attachment, FromField};
use pforte_store::address;

use crate::{App, attachment::prepare, kernel::Problem, ticket::File};

/// The files of a mail, as far as they are stored.
#[derive(Debug, Default)]
pub struct Files {
    pub stored: Vec<File>,
    pub left: Vec<Attachment>,
}

/// Stores the files of a mail whose address is registered, while its sender is still being checked: as a
/// rule it goes into a ticket. Of one that does not they are swept.
pub async fn store_early(
    app: &App,
    provider: ProviderId,
    from: &FromField,
    attachments: Vec<Attachment>,
) -> Result<Files, Problem> {
    let known = match from {
        FromField::One(from) if !attachments.is_empty() => {
            address::standing(&mut *app.read().await?, provider, &from.address).await?
        }
        _ => None,
    };
    if known.is_none() {
        return Ok(Files { stored: vec![], left: attachments });
    }
    Ok(Files { stored: store(app, provider, attachments).await?, left: vec![] })
}

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
        files.push(File::Stored(stored.file(content_id)));
    }
    Ok(files)
}
