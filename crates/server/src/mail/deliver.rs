//! The job that delivers the outbox: several mails at once, so that a slow recipient delays nobody else.
//!
//! Must never send a mail twice while the server runs: whoever sends holds the recipient's claim until
//! it is noted. Start at [`deliver`].

use std::{path::PathBuf, sync::Arc, time::Duration};

use lettre::{
    AsyncSmtpTransport, AsyncTransport, Tokio1Executor, transport::smtp::authentication::Credentials,
};
use pforte_core::kernel::Span;
use pforte_store::{
    StoreError, attachment,
    outbox::{self, Message},
};
use secrecy::{ExposeSecret, SecretString};
use tokio::{
    task::JoinSet,
    time::{MissedTickBehavior, interval, timeout},
};

use super::{
    compose::{FILES_MAX, Failure, File, compose},
    link::with_links,
    thread,
    undelivered::{Fault, How, fault, give_up, note_flow, note_outage},
    under_way::{AT_ONCE, Claim},
};
use crate::{App, Shared, kernel::Problem};

const LOOK_EVERY: Duration = Duration::from_secs(2);
/// The longest that one mail's server may take in all.
const SEND_WITHIN: Duration = Duration::from_secs(120);
/// So long an orderly stop waits for mails that are under way.
pub(crate) const STOP_WITHIN: Duration = Duration::from_secs(10);
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
    pub tls: SmtpTls,
    pub user: Option<String>,
    pub password: Option<SecretString>,
}

/// How the way to it is secured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SmtpTls {
    /// From the first byte (port 465).
    Implicit,
    /// Asked for first (port 587); without it nothing is sent.
    StartTls,
    /// Only for a server on this machine.
    None,
}

/// Delivers until the server shuts down; what is under way then gets [`STOP_WITHIN`] to arrive.
pub async fn deliver(app: Shared) {
    let mut tick = interval(LOOK_EVERY);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut sending = JoinSet::new();
    loop {
        tokio::select! {
            () = app.shutdown.cancelled() => break,
            _ = tick.tick() => {}
            Some(_) = sending.join_next() => {}
        }
        if let Err(error) = begin(&app, &mut sending).await {
            tracing::warn!(%error, "the outbox cannot be worked on");
        }
    }
    // What is not done by then is cut off, stays due, and is tried again after the next start.
    let _ = timeout(STOP_WITHIN, async { while sending.join_next().await.is_some() {} }).await;
}

/// Delivers what is due now, and waits for what is under way; answers how many were sent.
pub async fn deliver_due(app: &Shared) -> Result<usize, StoreError> {
    let mut sending = JoinSet::new();
    let mut sent = 0;
    loop {
        begin(app, &mut sending).await?;
        if let Some(done) = sending.join_next().await {
            sent += usize::from(done.unwrap_or(false));
        } else if app.under_way.recipients().is_empty() {
            return Ok(sent);
        } else {
            app.under_way.one_is_done().await;
        }
    }
}

/// Begins to send what is due, as long as there is room: one mail at a time to each recipient.
async fn begin(app: &Shared, sending: &mut JoinSet<bool>) -> Result<(), StoreError> {
    for _ in 0..AT_ONCE {
        let busy = app.under_way.recipients();
        if busy.len() >= AT_ONCE {
            return Ok(());
        }
        let now = app.sources.now();
        let due = outbox::due(&mut *app.read().await?, now, &busy, AT_ONCE as i64).await?;
        let mut begun = false;
        for message in due {
            if let Some(claim) = app.under_way.claim(&message.recipient) {
                sending.spawn(send_one(Arc::clone(app), message, claim));
                begun = true;
            }
        }
        if !begun {
            return Ok(());
        }
    }
    Ok(())
}

/// Sends one mail and notes what became of it; answers whether it was sent.
async fn send_one(app: Shared, message: Message, _claim: Claim) -> bool {
    let due = async { outbox::is_due(&mut *app.read().await?, &message).await };
    // Between reading and claiming somebody else may have sent it.
    if !due.await.unwrap_or(false) {
        return false;
    }
    let result = match timeout(SEND_WITHIN, send(&app, &message)).await {
        Ok(result) => result,
        Err(_) => Err("the mail server was too slow".into()),
    };
    match result {
        Ok(()) => {
            note_sent(&app, &message).await;
            note_flow(&app, message.provider).await;
        }
        Err(error) => {
            tracing::warn!(%error, id = %message.id, "a mail was not taken");
            note_failed(&app, message, fault(&error)).await;
            return false;
        }
    }
    true
}

/// Tries until it is noted: what is sent and not noted would be sent again.
async fn note_sent(app: &App, message: &Message) {
    let now = app.sources.now();
    loop {
        let mail = message.clone();
        let noted = app.writer.upkeep(move |tx| Box::pin(async move { outbox::sent(tx, &mail, now).await }));
        match noted.await {
            Ok(()) => return,
            Err(error) => {
                tracing::warn!(%error, id = %message.id, "a mail was sent, and that is not noted yet")
            }
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

/// Due again later; given up at once when it was refused for good, else after 72 hours (rule Z13).
async fn note_failed(app: &Shared, message: Message, fault: Fault) {
    let (now, provider) = (app.sources.now(), message.provider);
    let retry = now + Span::minutes(1 << message.attempts.clamp(0, 8));
    let retry = (retry < message.created_at + GIVE_UP_AFTER && fault != Fault::Refused).then_some(retry);
    let noted = match (retry, fault) {
        (Some(_), _) => {
            let upkeep = app
                .writer
                .upkeep(move |tx| Box::pin(async move { outbox::failed(tx, &message, retry, now).await }));
            upkeep.await.map_err(Problem::from)
        }
        (None, Fault::Refused) => give_up(app, message, How::Refused).await,
        (None, Fault::Later) => give_up(app, message, How::Expired).await,
        (None, Fault::Outage) => give_up(app, message, How::Outage).await,
    };
    match fault {
        Fault::Outage => note_outage(app, provider).await,
        // Somebody answered for the recipient: mails go out.
        Fault::Refused | Fault::Later => note_flow(app, provider).await,
    }
    if let Err(problem) = noted {
        tracing::warn!(code = problem.code, "a mail's attempt is not noted");
        // It is due at once.
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

async fn send(app: &App, message: &Message) -> Result<(), Failure> {
    let sender = thread::sender(app, message).await?;
    let id = thread::message_id(app, message, sender.host());
    let files = files(app, message).await?;
    let message = Message { body: with_links(&app.secrets, &message.body), ..message.clone() };
    let (mail, envelope) = compose(&message, &sender, &id, files)?;
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
        let (hash, size) = match &record.redacted {
            Some(copy) => (&copy.hash, copy.size_bytes),
            None => (&record.hash, record.size_bytes),
        };
        if usize::try_from(size).is_ok_and(|size| size <= left) {
            let bytes = app.blobs.get(message.provider, hash).await?;
            left = left.saturating_sub(bytes.len());
            files.push(File { name: record.name, media_type: record.media_type, bytes: bytes.to_vec() });
        }
    }
    Ok(files)
}

fn transport(smtp: &Smtp) -> Result<AsyncSmtpTransport<Tokio1Executor>, Failure> {
    let builder = match smtp.tls {
        SmtpTls::Implicit => AsyncSmtpTransport::<Tokio1Executor>::relay(&smtp.host)?,
        SmtpTls::StartTls => AsyncSmtpTransport::<Tokio1Executor>::starttls_relay(&smtp.host)?,
        SmtpTls::None => AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(&smtp.host),
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
