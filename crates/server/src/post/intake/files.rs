//! The files of a mail: stored and looked into before the transaction that names them.

use bytes::Bytes;
use pforte_core::kernel::ProviderId;
use pforte_mail::message::{Attachment, FromField};
use pforte_store::address;

use crate::{
    attachment::prepare,
    cx::{App, Problem, without_secrets},
    ticket::File,
};

/// The files of a mail, as far as they are stored.
#[derive(Debug, Default)]
pub struct Files {
    pub stored: Vec<File>,
    /// Not stored yet.
    pub left: Vec<Attachment>,
    /// Names of those beyond the limit, which stay in the whole message.
    pub over: Vec<String>,
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
        return Ok(Files { left: attachments, ..Files::default() });
    }
    store(app, provider, attachments).await
}

/// Stores the files in their order, up to the limit; each is durable when this answers.
pub async fn store(
    app: &App,
    provider: ProviderId,
    mut attachments: Vec<Attachment>,
) -> Result<Files, Problem> {
    let most = app.settings.attachments.max_files;
    let over = attachments.split_off(most.min(attachments.len()));
    let over = over.into_iter().map(|file| without_secrets(&file.name)).collect();
    let mut files = Vec::with_capacity(attachments.len());
    for attachment in attachments {
        let Attachment { name, media_type, content_id, bytes } = attachment;
        let stored = prepare(app, provider, &name, &media_type, Bytes::from(bytes)).await;
        let stored = stored.map_err(|error| {
            tracing::error!(%error, "a mail's file cannot be stored");
            Problem::unwritable()
        })?;
        files.push(File::Stored(stored.file(content_id)));
    }
    Ok(Files { stored: files, left: vec![], over })
}
