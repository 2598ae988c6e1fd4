//! The job that delivers the outbox.

use std::{path::PathBuf, sync::Arc, time::Duration};

use lettre::{
    AsyncSmtpTransport, AsyncTransport, Message as Mail, Tokio1Executor,
    message::{Mailbox, header::ContentType},
    transport::smtp::authentication::Credentials,
};
use pforte_core::kernel::Span;
use pforte_store::outbox::{self, Message};
use secrecy::{ExposeSecret, SecretString};
use tokio::time::{MissedTickBehavior, interval};

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

/// The sender of every mail.
fn sender(app: &App) -> String {
    let host = app.settings.public_origin.split("://").nth(1).unwrap_or("localhost");
    let host = host.split(':').next().unwrap_or("localhost");
    format!("Support <support@{host}>")
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

type Failure = Box<dyn std::error::Error + Send + Sync>;

async fn send(app: &App, message: &Message) -> Result<(), Failure> {
    let mail = Mail::builder()
        .from(sender(app).parse::<Mailbox>()?)
        .to(message.recipient.parse::<Mailbox>()?)
        .subject(&message.subject)
        .message_id(Some(format!("<{}@pforte>", message.id)))
        .header(ContentType::TEXT_PLAIN)
        .body(message.body.clone())?;
    match &app.settings.mail {
        MailTarget::Folder(folder) => {
            tokio::fs::create_dir_all(folder).await?;
            tokio::fs::write(folder.join(format!("{}.eml", message.id)), mail.formatted()).await?;
        }
        MailTarget::Smtp(smtp) => drop(transport(smtp)?.send(mail).await?),
    }
    Ok(())
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
