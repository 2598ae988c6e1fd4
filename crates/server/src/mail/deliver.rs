//! The job that delivers the outbox.

use std::{path::PathBuf, sync::Arc, time::Duration};

use lettre::{
    AsyncSmtpTransport, AsyncTransport, Tokio1Executor, transport::smtp::authentication::Credentials,
};
use pforte_core::kernel::Span;
use pforte_store::{
    attachment,
    outbox::{self, Message},
};
use secrecy::{ExposeSecret, SecretString};
use tokio::time::{MissedTickBehavior, interval};

use super::{
    compose::{FILES_MAX, Failure, File, compose},
    thread,
};
use crate::{App, Shared};

const LOOK_EVERY: Duration = Duration::from_secs(2);
const AT_ONCE: i64 = 20;
/// How long a mail is tried.
const GIVE_UP_AFTER: Span = Span::hours(72);

/// Where mails go.
#[derive(Clone, Debug)]
pub enum MailTarget {
    /// One `.eml` file each; until SMTP is configured.
    Folder(PathBuf),
    Smtp(Smtp),
}

/// A mail server that takes our mails.
#[derive(Clone, Debug)]
pub struct Smtp {
    pub host: String,
    pub port: u16,
    /// `false` only for a server on this machine.
    pub tls: bool,
    pub user: Option<String>,
    pub password: Option<SecretString>,
}

/// Delivers until the server shuts down.
pub async fn deliver(app: Shared) {
    let mut tick = interval(LOOK_EVERY);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            () = app.shutdown.cancelled() => return,
            _ = tick.tick() => {}
        }
        if let Err(error) = deliver_due(&app).await {
            tracing::warn!(%error, "the outbox cannot be worked on");
        }
    }
}

/// Delivers what is due now; answers how many were sent.
pub async fn deliver_due(app: &Arc<App>) -> Result<usize, pforte_store::StoreError> {
    let now = app.sources.now();
    let due = outbox::due(&mut *app.read().await?, now, AT_ONCE).await?;
    let mut sent = 0;
    for message in due {
        let result = send(app, &message).await;
        let now = app.sources.now();
        match result {
            Ok(()) => {
                sent += 1;
                app.writer
                    .upkeep(move |tx| Box::pin(async move { outbox::sent(tx, &message, now).await }))
                    .await?;
            }
            Err(error) => {
                tracing::warn!(%error, id = %message.id, "a mail was not taken");
                let wait = Span::minutes(1 << message.attempts.clamp(0, 8));
                let retry = now + wait;
                let retry = (retry < message.created_at + GIVE_UP_AFTER).then_some(retry);
                app.writer
                    .upkeep(move |tx| Box::pin(async move { outbox::failed(tx, &message, retry, now).await }))
                    .await?;
            }
        }
    }
    Ok(sent)
}

async fn send(app: &App, message: &Message) -> Result<(), Failure> {
    let sender = thread::sender(app, message.provider).await?;
    let id = thread::message_id(app, message, sender.host());
    let files = files(app, message).await?;
    let (mail, envelope) = compose(message, &sender, &id, files)?;
    match &app.settings.mail {
        MailTarget::Folder(folder) => {
            tokio::fs::create_dir_all(folder).await?;
            tokio::fs::write(folder.join(format!("{}.eml", message.id)), mail.formatted()).await?;
        }
        MailTarget::Smtp(smtp) => drop(transport(smtp)?.send_raw(&envelope, &mail.formatted()).await?),
    }
    Ok(())
}

/// The files of the message a mail tells of. Of one with live secrets only the redacted copy goes out
/// (control 48); what is too much for a mail is read on the portal.
async fn files(app: &App, message: &Message) -> Result<Vec<File>, Failure> {
    let Some(of) = message.message else { return Ok(vec![]) };
    let records = attachment::of_message(&mut *app.read().await?, message.provider, of).await?;
    let mut files = Vec::with_capacity(records.len());
    let mut left = FILES_MAX;
    for record in records {
        let hash = record.redacted.as_ref().map_or(&record.hash, |copy| &copy.hash);
        let bytes = app.blobs.get(message.provider, hash).await?;
        if bytes.len() <= left {
            left -= bytes.len();
            files.push(File { name: record.name, media_type: record.media_type, bytes: bytes.to_vec() });
        }
    }
    Ok(files)
}

fn transport(smtp: &Smtp) -> Result<AsyncSmtpTransport<Tokio1Executor>, Failure> {
    let builder = if smtp.tls {
        AsyncSmtpTransport::<Tokio1Executor>::relay(&smtp.host)?
    } else {
        AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(&smtp.host)
    };
    let builder = builder.port(smtp.port).timeout(Some(Duration::from_secs(30)));
    Ok(match (&smtp.user, &smtp.password) {
        (Some(user), Some(password)) => {
            let password = password.expose_secret().to_owned();
            builder.credentials(Credentials::new(user.clone(), password)).build()
        }
        _ => builder.build(),
    })
}
