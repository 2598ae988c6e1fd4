//! Taking mail in: one path behind every way. What is handed over becomes a ticket, a message in one,
//! the end of one of our own mails, or waits in quarantine; it is never refused for its content and
//! never lost.
//!
//! The order: the bytes are durable first, then one transaction writes the row with whatever became of
//! it, then the transport is told. A crash before that, and the sender tries again; a message that
//! comes twice is known by its fingerprint, an earlier one with something added by its signature. Must
//! never answer `Ok` before the transaction is committed. Start reading at [`take`], then `gather.rs`, then `carry.rs`.

mod bounce;
mod carry;
mod files;
mod gather;
mod hold;
mod letter;
mod written;

use std::sync::Arc;

use files::Files;
pub use hold::ask_again;
use pforte_core::{
    entry::Clean,
    kernel::{Moment, ProviderId},
    sender::{Code, Proof, Verdict, judge},
};
use pforte_mail::{
    Message,
    authenticate::{CheckResult, Checked, Delivery, How as Check, Occasion},
    transport::{Handed, Intake, TakeError, Taken, Way},
};
use pforte_store::mail::{self, MailRecord, MailState};
use serde_json::json;
use tokio::sync::Semaphore;
pub use written::{confirm, release};

use crate::cx::{App, How, Problem, Shared, Support, without_secrets};

/// Messages that are read at the same time; each may take a few times its size in memory.
const AT_ONCE: usize = 8;
/// Of all messages together that are read at the same time, in KiB: large ones go one by one.
const KIBIBYTES: u32 = 64 * 1024;

/// The application as the transports see it.
pub fn intake(app: Shared) -> impl Intake {
    AppIntake {
        app,
        places: Arc::new(Semaphore::new(AT_ONCE)),
        room: Arc::new(Semaphore::new(KIBIBYTES as usize)),
    }
}

struct AppIntake {
    app: Shared,
    places: Arc<Semaphore>,
    room: Arc<Semaphore>,
}

impl Intake for AppIntake {
    fn accepts(&self, recipient: &str) -> bool {
        self.app.is_support_address(recipient)
    }

    async fn take(&self, handed: Handed) -> Result<Taken, TakeError> {
        if handed.raw.len() > self.app.settings.max_mail_bytes {
            return Err(TakeError::TooLarge);
        }
        let later = |_| TakeError::Later("the server is stopping".into());
        let _place = self.places.acquire().await.map_err(later)?;
        let kibibytes = u32::try_from(handed.raw.len() / 1024).unwrap_or(u32::MAX).clamp(1, KIBIBYTES);
        let _room = self.room.acquire_many(kibibytes).await.map_err(later)?;
        take(&self.app, handed).await.map_err(|problem| {
            tracing::warn!(code = problem.code, detail = %problem.detail, "a mail is not taken for now");
            TakeError::Later("it cannot be stored just now".into())
        })
    }
}

/// A message that was read and checked.
struct Read {
    fingerprint: String,
    message: Message,
}

async fn read(handed: &Handed) -> Result<Read, Problem> {
    let (raw, return_path) = (handed.raw.clone(), handed.return_path.clone());
    let read = tokio::task::spawn_blocking(move || Read {
        fingerprint: pforte_mail::fingerprint(&raw),
        message: pforte_mail::read(&raw).with_return_path(return_path.as_deref()),
    });
    read.await.map_err(|_| Problem::unwritable())
}

/// As often a message is judged again that was overtaken: by a copy of itself, then by its signature.
const ROUNDS: usize = 4;

/// Takes one message in. `Ok` once it is durable.
///
/// A message that was there before is checked once more only while it waits unproven: a mangled copy
/// that came first must not keep the genuine one out.
pub async fn take(app: &Shared, handed: Handed) -> Result<Taken, Problem> {
    let Some((provider, support)) = app.support_at(&handed.recipient) else {
        return Err(Problem::not_found());
    };
    let Read { fingerprint, mut message } = read(&handed).await?;
    let known = mail::known(&mut *app.read().await?, provider, &fingerprint).await?;
    if known.as_ref().is_some_and(|known| !waits_unproven(known)) {
        return Ok(Taken::Known);
    }
    // The disk and the name servers are waited for at the same time. Bytes that no row names are swept.
    let attachments = std::mem::take(&mut message.attachments);
    let (checked, stored, files) = tokio::join!(
        check_sender(app, support, &handed, &message),
        app.blobs.put(provider, handed.raw.clone()),
        files::store_early(app, provider, &message.from, attachments)
    );
    if known.is_some() && checked.proof == Proof::Unproven {
        return Ok(Taken::Known);
    }
    let hash = stored.map_err(|error| {
        tracing::error!(%error, "a mail cannot be stored");
        Problem::unwritable()
    })?;
    let arrived = Arrived { provider, handed: &handed, fingerprint, hash };
    let mut files = files?;
    message.attachments = std::mem::take(&mut files.left);
    let mut first = Some((message, files));
    for _ in 0..ROUNDS {
        let (message, files) = match first.take() {
            Some(first) => first,
            None => (read(&handed).await?.message, Files::default()),
        };
        if let Some(taken) = arrived.judged(app, message, files, &checked).await? {
            return Ok(taken);
        }
    }
    tracing::warn!("a mail was overtaken again and again");
    Err(Problem::unwritable())
}

fn waits_unproven(mail: &MailRecord) -> bool {
    mail.state == MailState::Quarantine && mail.proof == Proof::Unproven
}

async fn check_sender(app: &App, support: &Support, handed: &Handed, message: &Message) -> Checked {
    let how = match &support.check {
        How::Own => Check::Own,
        How::Header { authserv_id } => Check::Header { authserv_id: authserv_id.clone() },
        How::Nothing => Check::None,
    };
    let addresses: Vec<&str> = support.addresses().collect();
    // Who connects to us by SMTP while another server checks senders is that server, and may send for many.
    let is_front = handed.way == Way::Smtp && matches!(how, Check::Header { .. });
    let delivery = Delivery {
        how: &how,
        client: handed.client.as_ref().filter(|_| !is_front),
        return_path: handed.return_path.as_deref(),
        occasion: Occasion { now: app.sources.now(), support: &addresses },
    };
    let mut checked = app.mail_checker.check(&handed.raw, message, delivery).await;
    if handed.cut.is_some() {
        checked.codes.insert(0, Code::MailTooLarge.word());
    }
    checked
}

/// A message whose bytes are durable.
struct Arrived<'a> {
    provider: ProviderId,
    handed: &'a Handed,
    fingerprint: String,
    hash: String,
}

impl Arrived<'_> {
    /// Judges the message and carries that out; `None` when it was overtaken and nothing was written.
    async fn judged(
        &self,
        app: &Shared,
        message: Message,
        files: Files,
        checked: &Checked,
    ) -> Result<Option<Taken>, Problem> {
        let now = app.sources.now();
        let mut conn = app.read().await?;
        let known = mail::known(&mut conn, self.provider, &self.fingerprint).await?;
        let seen =
            gather::seen(&mut conn, self.provider, checked, self.handed.return_path.as_deref()).await?;
        if known.as_ref().is_some_and(|known| !waits_unproven(known) || seen.proof == Proof::Unproven) {
            return Ok(Some(Taken::Known));
        }
        let gathered = gather::gather(app, &mut conn, self.provider, &message, &seen, now).await?;
        drop(conn);
        let verdict = judge(&gathered.facts, now);
        let mut record = self.record(app, now, &message, &gathered, &verdict);
        record.checks = checked.results.iter().map(check).collect();
        let row = if known.is_some() { letter::Row::Renewed } else { letter::Row::New };
        if let Some(known) = known {
            record = MailRecord { id: known.id, received_at: known.received_at, ..record };
        }
        let mut letter = letter::Letter::new(record, seen.vouched.keep_named(message), row);
        (letter.files, letter.over) = (files.stored, files.over);
        if seen.proof == Proof::Proven {
            let good = checked.signatures.iter().filter(|one| one.good);
            letter.signatures = good.map(|one| one.hash.clone()).collect();
            // Two fields with one signature are one.
            letter.signatures.sort_unstable();
            letter.signatures.dedup();
        }
        Ok(carry::carry_out(app, letter, gathered, verdict).await?.map(|()| Taken::New))
    }

    /// The row, as it is before anything became of the message: it waits.
    fn record(
        &self,
        app: &App,
        now: Moment,
        message: &Message,
        gathered: &gather::Gathered,
        verdict: &Verdict,
    ) -> MailRecord {
        let sender = gathered.from.as_ref().map_or_else(String::new, |from| from.as_str().to_owned());
        let size = self.handed.cut.unwrap_or(self.handed.raw.len() as u64);
        MailRecord {
            id: app.sources.id(now),
            provider: self.provider,
            fingerprint: self.fingerprint.clone(),
            way: self.handed.way.word().to_owned(),
            received_at: now,
            hash: self.hash.clone(),
            size_bytes: i64::try_from(size).unwrap_or(i64::MAX),
            sender: Clean::name(&sender).to_string(),
            subject: Clean::new(&without_secrets(&message.subject), 400).to_string(),
            message_ref: message.message_id.clone(),
            proof: gathered.facts.proof,
            state: MailState::Quarantine,
            why: verdict.codes.iter().map(|code| code.word().to_owned()).collect(),
            checks: serde_json::Value::Array(vec![]),
            contact: gathered.sender.as_ref().map(|sender| sender.contact),
            ticket: None,
            message: None,
            decided_by: None,
            decided_at: None,
        }
    }
}

fn check(result: &CheckResult) -> serde_json::Value {
    json!({
        "check": result.check,
        "result": result.result,
        "domain": Clean::name(&result.domain).as_str(),
        "why": Clean::name(&result.why).as_str(),
    })
}
