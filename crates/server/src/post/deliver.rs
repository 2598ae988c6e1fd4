//! The job that delivers the outbox: several mails at once, so that a slow recipient delays nobody else.
//!
//! Must never send a mail twice while the server runs: whoever sends holds the recipient's claim until
//! it is noted. Start at [`deliver`].

use std::{sync::Arc, time::Duration};

use super::undelivered::{Fault, How, fault, give_up, note_flow, note_outage};
use crate::{
    cx::{App, Claim, Lane, MAILS_AT_ONCE as AT_ONCE, MailTarget, Problem, Shared, asked},
    mail::{
        compose::{FILES_MAX, Failure, File, compose},
        link::with_links,
        thread,
    },
};
use pforte_core::kernel::{ProviderId, Span};
use pforte_store::{
    StoreError, attachment,
    outbox::{self, Message},
};
use tokio::{
    task::JoinSet,
    time::{MissedTickBehavior, interval, timeout},
};

const LOOK_EVERY: Duration = Duration::from_secs(2);
/// The longest that one mail's server may take in all.
const SEND_WITHIN: Duration = Duration::from_secs(120);
/// So long an orderly stop waits for mails that are under way.
pub(crate) const STOP_WITHIN: Duration = Duration::from_secs(10);
/// How long a mail is tried.
const GIVE_UP_AFTER: Span = Span::hours(72);

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
        app.relays.tidy();
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
        } else if app.under_way.is_idle() {
            return Ok(sent);
        } else {
            app.under_way.one_is_done().await;
        }
    }
}

/// Begins to send what is due, on every lane as long as there is room: one mail at a time to each recipient.
async fn begin(app: &Shared, sending: &mut JoinSet<bool>) -> Result<(), StoreError> {
    let own = app.with_own_relay();
    for lane in own.iter().copied().map(Some).chain([None]) {
        begin_lane(app, lane, &own, sending).await?;
    }
    Ok(())
}

async fn begin_lane(
    app: &Shared,
    lane: Lane,
    own: &[ProviderId],
    sending: &mut JoinSet<bool>,
) -> Result<(), StoreError> {
    let most = app.at_once(lane);
    for _ in 0..AT_ONCE {
        let busy = app.under_way.recipients(lane);
        if busy.len() >= most {
            return Ok(());
        }
        let now = app.sources.now();
        let asked = asked(lane, own);
        let due = outbox::due(&mut *app.read().await?, asked, now, &busy, AT_ONCE as i64).await?;
        let mut begun = false;
        for message in due {
            if let Some(claim) = app.under_way.claim(lane, &message.recipient, most) {
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
async fn send_one(app: Shared, message: Message, claim: Claim) -> bool {
    let due = async { outbox::is_due(&mut *app.read().await?, &message).await };
    // Between reading and claiming somebody else may have sent it.
    if !due.await.unwrap_or(false) {
        return false;
    }
    let result = match timeout(SEND_WITHIN, send(&app, &message, claim.lane())).await {
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

async fn send(app: &App, message: &Message, lane: Lane) -> Result<(), Failure> {
    let sender = thread::sender(app, message).await?;
    let id = thread::message_id(app, message, sender.host());
    let files = files(app, message).await?;
    let message = Message { body: with_links(&app.secrets, &message.body), ..message.clone() };
    let (mail, envelope) = compose(&message, &sender, &id, files)?;
    if let Some(relay) = app.relay(lane) {
        relay.send(&envelope, &mail.formatted()).await?;
    } else if let MailTarget::Folder(folder) = &app.settings.mail {
        tokio::fs::create_dir_all(folder).await?;
        tokio::fs::write(folder.join(format!("{}.eml", message.id)), mail.formatted()).await?;
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
