//! How a mail in quarantine is shown to staff: who it says it is from, why it waits, and what it says.

use pforte_core::{catalogue::MASK, entry::Clean, sender::Proof};
use pforte_mail::{
    Message,
    message::{address, head},
};
use pforte_store::{Conn, challenge, contact, customer, mail::MailRecord, staff::Staff, ticket};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::hidden;
use crate::{
    cx::{MailWords, Problem, Timestamp, without_secrets},
    show::{CustomerRef, Person, TicketRef, customer_ref},
};

/// Fields of the head that are shown at most.
const HEADERS: usize = 100;

/// A contact whose registered address a mail names.
#[derive(Serialize, ToSchema)]
pub struct SenderView {
    person: Person,
    customer: CustomerRef,
}

/// The question that was sent to the registered address.
#[derive(Serialize, ToSchema)]
pub struct AskedView {
    sent_at: Timestamp,
    /// `yes`, `no`, or nothing yet.
    answered: Option<&'static str>,
}

/// A mail that waits.
#[derive(Serialize, ToSchema)]
pub struct MailLine {
    id: Uuid,
    received_at: Timestamp,
    /// `imap`, `lmtp`, `smtp` or `stdin`.
    way: String,
    /// The address it says it is from.
    sender: String,
    subject: String,
    /// Stable codes, the deciding one first.
    why: Vec<String>,
    #[schema(value_type = String)]
    proof: Proof,
    /// `quarantine`, `ticket`, `bounce` or `discarded`.
    state: &'static str,
    contact: Option<SenderView>,
    /// Where it would belong.
    ticket: Option<TicketRef>,
    size_bytes: i64,
    challenge: Option<AskedView>,
}

/// Loads what is shown of a mail in a list.
pub async fn mail_line(conn: &mut Conn, mail: &MailRecord, staff: &Staff) -> Result<MailLine, Problem> {
    let provider = mail.provider;
    let contact = match mail.contact {
        Some(id) => match contact::by_id(conn, provider, id).await? {
            Some(contact) => {
                let customer = customer::by_id(conn, provider, contact.customer).await?;
                Some(SenderView {
                    person: Person { id: contact.id.0, name: contact.name() },
                    customer: customer_ref(customer.as_ref(), contact.customer),
                })
            }
            None => None,
        },
        None => None,
    };
    let ticket = match mail.ticket {
        Some(id) => ticket::by_id(conn, provider, id).await?.map(|t| TicketRef::new(&t)),
        None => None,
    };
    let challenge = challenge::of_mail(conn, provider, mail.id).await?.map(|asked| AskedView {
        sent_at: asked.created_at.into(),
        answered: asked.yes.map(|yes| if yes { "yes" } else { "no" }),
    });
    Ok(MailLine {
        id: mail.id.0,
        received_at: mail.received_at.into(),
        way: mail.way.clone(),
        sender: mail.sender.clone(),
        // Its subject may hold the code itself (control 45).
        subject: if hidden(mail, staff) { MASK.to_owned() } else { without_secrets(&mail.subject) },
        why: mail.why.clone(),
        proof: mail.proof,
        state: mail.state.word(),
        contact,
        ticket,
        size_bytes: mail.size_bytes,
        challenge,
    })
}

/// A file of a mail in quarantine: named, not opened.
#[derive(Serialize, ToSchema)]
pub struct FileView {
    name: String,
    media_type: String,
    size_bytes: usize,
}

/// One check of the sender.
#[derive(Serialize, ToSchema)]
pub struct CheckView {
    /// `spf`, `dkim`, `dmarc`, `arc` or `header`.
    check: String,
    result: String,
    domain: String,
    why: String,
}

/// One field of the head, as text.
#[derive(Serialize, ToSchema)]
pub struct HeaderView {
    name: String,
    value: String,
}

/// A mail in quarantine, with what it says. A third party's confirmation mail is shown to leads alone: whoever
/// reads its link could take somebody's account (control 45).
#[derive(Serialize, ToSchema)]
pub struct MailView {
    #[serde(flatten)]
    line: MailLine,
    text: String,
    html: Option<String>,
    /// Sessions, tokens or passwords stood in it: they are not shown.
    secrets_removed: bool,
    attachments: Vec<FileView>,
    headers: Vec<HeaderView>,
    auth: Vec<CheckView>,
}

/// Puts the line and the message together; what is secret in it goes (control 48).
pub async fn mail_view(
    line: MailLine,
    (mail, hidden): (&MailRecord, bool),
    raw: &[u8],
    message: Message,
) -> Result<MailView, Problem> {
    let text = |text: String| if hidden { MASK.to_owned() } else { text };
    let words = MailWords::new(whole(&message), None, message.html).await?;
    Ok(MailView {
        secrets_removed: !words.text.found().is_empty(),
        text: text(words.text.into_string()),
        html: words.html.filter(|_| !hidden),
        attachments: message
            .attachments
            .iter()
            .map(|file| FileView {
                name: file.name.clone(),
                media_type: file.media_type.clone(),
                size_bytes: file.bytes.len(),
            })
            .collect(),
        headers: if hidden { vec![] } else { headers(raw) },
        auth: checks(mail),
        line,
    })
}

fn whole(message: &Message) -> String {
    match &message.text.quoted {
        Some(quoted) => format!("{}\n\n{quoted}", message.text.own),
        None => message.text.own.clone(),
    }
}

fn headers(raw: &[u8]) -> Vec<HeaderView> {
    let head = head::split(head::without_mbox_line(raw));
    let fields = head.fields.iter().take(HEADERS).map(|field| {
        let name = Clean::name(&String::from_utf8_lossy(field.name)).to_string();
        // The name says whether the value is secret.
        let line = without_secrets(&format!("{name}: {}", decoded(field)));
        let value = line.strip_prefix(&name).and_then(|rest| rest.strip_prefix(": ")).unwrap_or(MASK);
        HeaderView { value: Clean::new(value, Clean::TEXT_MAX).to_string(), name }
    });
    fields.collect()
}

/// A field as people read it; an encoding hides no secret.
fn decoded(field: &head::Field<'_>) -> String {
    let plain = field.unfolded();
    if plain.contains("=?") { address::decode(field.value) } else { plain }
}

fn checks(mail: &MailRecord) -> Vec<CheckView> {
    let field = |check: &serde_json::Value, name: &str| {
        check.get(name).and_then(serde_json::Value::as_str).unwrap_or_default().to_owned()
    };
    let all = mail.checks.as_array().map(Vec::as_slice).unwrap_or_default();
    all.iter()
        .map(|check| CheckView {
            check: field(check, "check"),
            result: field(check, "result"),
            domain: field(check, "domain"),
            why: field(check, "why"),
        })
        .collect()
}
