//! Mails of ours that do not arrive: what a refusal means, who is told, and when nothing goes out at all.
//!
//! A recipient that is refused for good is flagged, and its ticket and the leads read of it (rule Z13). What the
//! mail server says about *us* (no sign-in, no connection) is never an address's fault: the mail is tried again,
//! and after an hour the leads are told, once. Must never flag an address for an outage.

use crate::{
    cx::{App, Audience, News, Outage, Problem, Shared, Step, Topic, Unsent},
    mail::compose::Failure,
    ticket::happened,
};
use pforte_core::{
    entry::{Actor, Clean, Event},
    kernel::{AlarmId, ProviderId, Span},
};
use pforte_store::{
    StoreError, Tx, address,
    alarm::{self, Alarm},
    contact,
    outbox::{self, Message},
    ticket::{self, TicketRecord},
};
use serde_json::json;

/// The leads are told of failing mails without a ticket at most once in this time.
const TOLD_EVERY: Span = Span::hours(1);
const OUTAGE: &str = "mail.outage";
const UNDELIVERED: &str = "mail.undelivered";

/// What a failed attempt says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The recipient, or this mail, is refused for good (RFC 5321 §4.2.1).
    Refused,
    /// The recipient cannot be reached for now; others can.
    Later,
    /// We cannot send at all: no connection, no sign-in, a server that takes nothing.
    Outage,
}

/// Reads it off the error. Only an answer of the mail server's says anything about a recipient.
pub(super) fn fault(failure: &Failure) -> Fault {
    let Some(Unsent::Answered(error)) = failure.downcast_ref::<Unsent>() else { return Fault::Outage };
    match error.status() {
        Some(code) => answered(u16::from(code), &error.to_string()),
        None => Fault::Outage,
    }
}

/// What an answer means: about the recipient, or about us (RFC 4954 §6, RFC 3463).
fn answered(code: u16, text: &str) -> Fault {
    const ABOUT_US: [u16; 15] = [421, 432, 454, 500, 501, 502, 503, 504, 521, 523, 530, 534, 535, 538, 555];
    // 5.7.8, 5.7.9: our sign-in; 5.5.x: our commands; 5.7.57, 5.7.60 and 5.2.252: Microsoft about who may send as
    // whom; 5.4.5: Gmail's limit of a day.
    const STATUS: [&str; 8] = ["5.7.0 ", "5.7.8", "5.7.9", "5.5.", "5.7.57", "5.7.60", "5.2.252", "5.4.5"];
    let enhanced = STATUS.iter().any(|status| text.contains(status));
    let lower = text.to_ascii_lowercase();
    // SES names a sender that is not verified, or anybody while it is in the sandbox.
    let words =
        ["relay", "sendasdenied", "address is not verified"].iter().any(|words| lower.contains(words));
    match code {
        _ if ABOUT_US.contains(&code) || enhanced || words => Fault::Outage,
        400..500 => Fault::Later,
        _ => Fault::Refused,
    }
}

/// How a mail failed for good.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum How {
    /// Refused at once.
    Refused,
    /// Tried until there was no point any more, and the recipient was at fault.
    Expired,
    /// Tried as long, while we could not send.
    Outage,
}

impl How {
    const fn word(self) -> &'static str {
        match self {
            Self::Refused => "refused",
            Self::Expired => "expired",
            Self::Outage => "outage",
        }
    }
}

/// Gives a mail up: the address is flagged, the log, the ticket and the leads tell of it.
pub(super) async fn give_up(app: &Shared, message: Message, how: How) -> Result<(), Problem> {
    let step = Step::new(app, message.provider, Actor::System);
    let provider = message.provider;
    let told = app
        .writer
        .change(move |tx| {
            Box::pin(async move {
                let mut step = step;
                outbox::failed(tx, &message, None, step.now).await?;
                if how != How::Outage {
                    flag(tx, &mut step, &message).await?;
                }
                let (ticket, contact) = (message.ticket, message.contact);
                step.note(None, Event::MailUndelivered { ticket, contact, how: Clean::name(how.word()) });
                let record = in_ticket(tx, &step, &message, "mail.undelivered").await?;
                let since = step.now - TOLD_EVERY;
                if record.is_none() && !alarm::raised_since(tx.conn(), provider, UNDELIVERED, since).await? {
                    let id = step.id::<AlarmId>();
                    raise(tx, &mut step, id, UNDELIVERED).await?;
                }
                Ok::<_, Problem>(step.done(record)?)
            })
        })
        .await?;
    match told {
        Some(ticket) => crate::ticket::tell(app, &ticket),
        None => tell_leads(app, provider),
    }
    Ok(())
}

/// Flags the address that we wrote to as unreachable (rule Z13).
pub(super) async fn flag(tx: &mut Tx, step: &mut Step, mail: &Message) -> Result<(), StoreError> {
    let flag = address::Flag::Unreachable;
    for contact in address::flag(tx, mail.provider, &mail.recipient, flag, step.now).await? {
        let customer = contact::by_id(tx.conn(), mail.provider, contact).await?.map(|c| c.customer);
        step.note(customer, Event::AddressFlagged { contact, flag: Clean::name(flag.word()) });
    }
    Ok(())
}

/// Tells of it in the mail's ticket, if it has one.
pub(super) async fn in_ticket(
    tx: &mut Tx,
    step: &Step,
    mail: &Message,
    code: &str,
) -> Result<Option<TicketRecord>, StoreError> {
    let Some(id) = mail.ticket else { return Ok(None) };
    let Some(record) = ticket::by_id(tx.conn(), mail.provider, id).await? else { return Ok(None) };
    happened(tx, step, &record, code, json!({ "contact": mail.contact })).await?;
    Ok(Some(record))
}

async fn raise(tx: &mut Tx, step: &mut Step, id: AlarmId, code: &str) -> Result<(), StoreError> {
    let alarm = Alarm {
        id,
        provider: step.provider,
        code: code.into(),
        at: step.now,
        staff: None,
        customer: None,
        acknowledged_at: None,
        acknowledged_by: None,
    };
    alarm::insert(tx, &alarm).await?;
    step.note(None, Event::AlarmRaised { alarm: id, code: Clean::name(code), staff: None });
    Ok(())
}

fn tell_leads(app: &App, provider: ProviderId) {
    app.hub.publish(News::new(provider, &[Audience::Leads], &[Topic::Alarms]));
}

/// An attempt failed because of us.
pub(super) async fn note_outage(app: &Shared, provider: ProviderId) {
    let step = Step::new(app, provider, Actor::System);
    if !app.outages.failed(provider, step.now) {
        return;
    }
    let raised = app.writer.change(move |tx| {
        Box::pin(async move {
            let mut step = step;
            let id = step.id::<AlarmId>();
            raise(tx, &mut step, id, OUTAGE).await?;
            Ok::<_, Problem>(step.done(())?)
        })
    });
    match raised.await {
        Ok(()) => {
            app.outages.change(|all| all.insert(provider, Outage::Told));
            tell_leads(app, provider);
        }
        // The next attempt tries again.
        Err(problem) => tracing::warn!(code = problem.code, "an outage of the mail server is not told yet"),
    }
}

/// The server takes mails: an alarm that said otherwise is over.
pub(super) async fn note_flow(app: &Shared, provider: ProviderId) {
    if !app.outages.over(provider) {
        return;
    }
    let now = app.sources.now();
    let cleared =
        app.writer.upkeep(move |tx| Box::pin(async move { alarm::clear(tx, provider, OUTAGE, now).await }));
    match cleared.await {
        Ok(0) => {}
        Ok(_) => tell_leads(app, provider),
        Err(error) => {
            app.outages.change(|all| all.insert(provider, Outage::Told));
            tracing::warn!(%error, "the end of an outage is not noted yet");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Fault, answered};

    /// Rule Z13: which answers speak of the recipient, and which of us.
    #[test]
    fn z13_only_what_is_said_of_the_recipient_is_the_recipients() {
        let cases = [
            (550, "permanent error (550): 5.1.1 unknown user", Fault::Refused),
            (551, "user not local", Fault::Refused),
            (552, "5.2.2 mailbox full", Fault::Refused),
            (553, "5.1.3 bad address", Fault::Refused),
            (554, "5.7.1 rejected as spam", Fault::Refused),
            (556, "5.1.10 null MX", Fault::Refused),
            (450, "4.2.1 greylisted", Fault::Later),
            (451, "4.7.1 try again", Fault::Later),
            (452, "4.2.2 over quota", Fault::Later),
            (421, "4.3.2 shutting down", Fault::Outage),
            (454, "4.7.0 temporary authentication failure", Fault::Outage),
            (535, "5.7.8 authentication failed", Fault::Outage),
            (530, "5.7.0 must issue STARTTLS first", Fault::Outage),
            (550, "5.7.9 authentication required", Fault::Outage),
            (554, "5.7.1 relay access denied", Fault::Outage),
            (503, "5.5.1 bad sequence", Fault::Outage),
            (550, "5.4.5 Daily user sending limit exceeded", Fault::Outage),
            (554, "5.2.252 SendAsDenied; support@ not allowed to send as", Fault::Outage),
            (554, "Message rejected: Email address is not verified", Fault::Outage),
        ];
        for (code, text, expected) in cases {
            assert_eq!(answered(code, text), expected, "{code} {text}");
        }
    }
}
