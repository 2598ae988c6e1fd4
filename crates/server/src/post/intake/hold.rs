//! Mails that wait in quarantine, and what their senders are told or asked.

use pforte_core::{
    entry::Actor,
    kernel::{CustomerId, Moment, TicketId},
    sender::{ANSWER_SPAN, AutomaticAnswer, has_room},
};
use pforte_store::{
    StoreError, Tx,
    contact::{self, Contact},
    mail::{self, Answerable, Decided, MailRecord, MailState},
    outbox, provider, ticket,
};
use serde_json::json;

use super::{
    gather::{address_hash, domain_hash},
    letter::{Letter, Row, Undone, note, or_known, received},
};
use crate::{
    challenge::Question,
    cx::{App, Problem, Shared, Step, there},
    mail::answers::{self, To},
    post::quarantine,
    ticket::happened,
};

/// What a sender is sent when the mail has to wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    Automatic(AutomaticAnswer),
    Challenge,
}

/// Keeps a mail in quarantine; answers or asks, at most once a day for each address and so many in all
/// (control 46). A mail that waited before is not answered again.
pub async fn hold(
    app: &Shared,
    letter: Letter,
    ticket: Option<TicketId>,
    answer: Option<Answer>,
) -> Result<Option<()>, Problem> {
    let provider = letter.record.provider;
    let now = letter.record.received_at;
    let may = letter.row == Row::New && !letter.record.sender.is_empty();
    let reply = match answer.filter(|_| may) {
        Some(answer) => Some(reply(app, &letter.record, answer, now).await?),
        None => None,
    };
    let to = Answerable {
        address: address_hash(&letter.record.sender),
        domain: domain_hash(&letter.record.sender),
    };
    let step = Step::new(app, provider, Actor::System);
    let done = app
        .writer
        .change(move |tx| {
            Box::pin(async move {
                let mut step = step;
                let held = Decided {
                    state: MailState::Quarantine,
                    proof: letter.record.proof,
                    ticket,
                    message: None,
                    by: None,
                    at: now,
                };
                note(tx, &letter, held).await?;
                let customer = customer_of(tx, &letter.record).await?;
                let record = match ticket {
                    Some(id) => ticket::by_id(tx.conn(), provider, id).await?,
                    None => None,
                };
                // A mail that waited before stands there already.
                if let Some(record) = record.as_ref().filter(|_| letter.row == Row::New) {
                    let why = letter.record.why.first().cloned().unwrap_or_default();
                    let data = json!({ "why": why, "mail": letter.record.id });
                    happened(tx, &step, record, "mail.held", data).await?;
                }
                step.note(customer, received(&letter, letter.record.proof, ticket));
                if let Some(reply) = reply
                    && may_still_answer(tx, &letter.record, &to).await?
                {
                    reply.put(tx, &mut step, customer).await?;
                }
                Ok::<_, Undone>(step.done((letter.record, record))?)
            })
        })
        .await;
    let Some((record, ticket)) = or_known(done)? else { return Ok(None) };
    if let Some(ticket) = ticket {
        crate::ticket::tell(app, &ticket);
    }
    quarantine::tell(app, &record);
    Ok(Some(()))
}

/// Looks at the limits once more, where nobody comes between.
async fn may_still_answer(tx: &mut Tx, mail: &MailRecord, to: &Answerable) -> Result<bool, StoreError> {
    let now = mail.received_at;
    let gone = mail::answered(tx.conn(), mail.provider, &to.domain, now).await?;
    Ok(has_room(mail.contact.is_some(), gone)
        && mail::take_answer(tx, mail.provider, to, now - ANSWER_SPAN, now).await?)
}

async fn customer_of(tx: &mut Tx, mail: &MailRecord) -> Result<Option<CustomerId>, StoreError> {
    match mail.contact {
        Some(id) => Ok(contact::by_id(tx.conn(), mail.provider, id).await?.map(|c| c.customer)),
        None => Ok(None),
    }
}

/// An answer that is ready to be put into the queue.
enum Reply {
    Plain(Box<outbox::Message>),
    Question(Box<Question>),
}

impl Reply {
    async fn put(self, tx: &mut Tx, step: &mut Step, customer: Option<CustomerId>) -> Result<(), StoreError> {
        match self {
            Self::Plain(message) => outbox::put(tx, &message).await,
            Self::Question(question) => {
                step.note(customer, question.event());
                question.save(tx).await
            }
        }
    }
}

async fn reply(app: &App, record: &MailRecord, answer: Answer, now: Moment) -> Result<Reply, Problem> {
    let mut conn = app.read().await?;
    let provider = there(provider::by_id(&mut conn, record.provider).await?, "provider of a mail")?;
    let contact = match record.contact {
        Some(id) => contact::by_id(&mut conn, record.provider, id).await?,
        None => None,
    };
    let to = To { provider: &provider, address: &record.sender, answers: record.message_ref.as_deref(), now };
    match (answer, &contact) {
        (Answer::Challenge, Some(contact)) => {
            drop(conn);
            let question = Question::about_mail(app, contact, &record.sender, record.id, now).await?;
            Ok(Reply::Question(Box::new(question)))
        }
        (Answer::Automatic(AutomaticAnswer::NamesAuthorised), Some(contact)) => {
            let all = contact::of_customer(&mut conn, record.provider, contact.customer).await?;
            let names: Vec<String> = all.iter().filter(|c| c.rights.support).map(Contact::name).collect();
            Ok(Reply::Plain(Box::new(answers::names_authorised(app, &to, contact, &names))))
        }
        (Answer::Automatic(AutomaticAnswer::Waits), Some(contact)) => {
            Ok(Reply::Plain(Box::new(answers::waits(app, &to, contact))))
        }
        _ => Ok(Reply::Plain(Box::new(answers::neutral(app, &to)))),
    }
}

/// Staff ask the registered address; not limited to once a day, since a person asks.
pub async fn ask_again(app: &Shared, actor: Actor, record: &MailRecord) -> Result<(), Problem> {
    let now = app.sources.now();
    let reply = reply(app, record, Answer::Challenge, now).await?;
    let mut step = Step::new(app, record.provider, actor);
    let record = record.clone();
    app.writer
        .change(move |tx| {
            Box::pin(async move {
                let customer = customer_of(tx, &record).await?;
                reply.put(tx, &mut step, customer).await?;
                Ok::<_, Problem>(step.done(())?)
            })
        })
        .await
}
