//! How what was written in a ticket is shown, and who wrote it.

use std::collections::HashMap;

use pforte_core::{
    kernel::{ContactId, MessageId, ProviderId, StaffId, Strength},
    sender::Proof,
    ticket::{MessageKind, Viewer},
};
use pforte_store::{
    Conn, attachment,
    message::{self, Author, MessageRecord},
    staff,
};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    attachment::view::{AttachmentView, attachment_view},
    cx::{App, Problem, Timestamp},
    people::{must_serve, sees::Seen},
    show::{Person, StaffRef},
};

/// Messages of one page.
const MESSAGES: i64 = 200;

/// What happened that only staff read of.
const FOR_STAFF: [&str; 6] =
    ["ticket.escalated", "ticket.changed", "mail.bounced", "mail.held", "mail.undelivered", "call.recorded"];

/// Who wrote something.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct AuthorView {
    /// `contact`, `staff`, `guest` or `system`.
    pub kind: &'static str,
    pub person: Option<Person>,
}

/// What happened, in a word.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct EventView {
    pub code: String,
    /// Ids and words that go with it; `null` where none do.
    #[schema(value_type = Option<Object>)]
    pub data: Value,
    /// Whom it is about: to or from whom it went, who watches.
    pub person: Option<Person>,
}

/// One message, note or happening.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct MessageView {
    pub id: Uuid,
    /// `message`, `note` or `event`.
    #[schema(value_type = String)]
    pub kind: MessageKind,
    /// `portal`, `mail`, `phone`, `voice`, `chat` or `system`.
    pub via: String,
    /// Of a mail: `proven`, `confirmed` or `unproven`.
    #[schema(value_type = Option<String>)]
    pub proof: Option<Proof>,
    /// Of a contact who typed it: `link`, `password` or `password_totp`. What came by `link` opens nothing
    /// (rule X8).
    #[schema(value_type = Option<String>)]
    pub strength: Option<Strength>,
    pub author: AuthorView,
    pub at: Timestamp,
    pub text: String,
    pub quoted: Option<String>,
    /// Safe HTML, for a sandboxed frame.
    pub html: Option<String>,
    pub attachments: Vec<AttachmentView>,
    /// For staff: the mail it came by.
    pub mail_id: Option<Uuid>,
    pub event: Option<EventView>,
}

/// Names that were looked up, so that each is read once.
pub(super) struct People<'c> {
    pub conn: &'c mut Conn,
    provider: ProviderId,
    known: HashMap<Uuid, (&'static str, String, String)>,
}

impl<'c> People<'c> {
    pub fn new(conn: &'c mut Conn, provider: ProviderId) -> Self {
        Self { conn, provider, known: HashMap::new() }
    }

    pub async fn staff(&mut self, id: StaffId) -> Result<(&'static str, StaffRef), Problem> {
        if !self.known.contains_key(&id.0) {
            let found = staff::by_id(self.conn, self.provider, id).await?;
            let guest = found.as_ref().is_some_and(|s| must_serve(s).is_err());
            let kind = if guest { "guest" } else { "staff" };
            let (name, username) = found.map_or(("–".into(), String::new()), |s| (s.name(), s.username));
            self.known.insert(id.0, (kind, name, username));
        }
        let (kind, name, username) = self.known.get(&id.0).cloned().ok_or_else(Problem::not_found)?;
        Ok((kind, StaffRef { id: id.0, name, username }))
    }

    pub async fn contact(&mut self, id: ContactId) -> Result<Person, Problem> {
        if !self.known.contains_key(&id.0) {
            let name = crate::show::contact_name(self.conn, self.provider, id).await?;
            self.known.insert(id.0, ("contact", name, String::new()));
        }
        let name = self.known.get(&id.0).map(|(_, name, _)| name.clone());
        Ok(Person { id: id.0, name: name.unwrap_or_default() })
    }

    async fn author(&mut self, author: Author) -> Result<AuthorView, Problem> {
        Ok(match author {
            Author::Staff(id) => {
                let (kind, member) = self.staff(id).await?;
                AuthorView { kind, person: Some(Person { id: member.id, name: member.name }) }
            }
            Author::Contact(id) => AuthorView { kind: "contact", person: Some(self.contact(id).await?) },
            Author::System => AuthorView { kind: "system", person: None },
        })
    }
}

pub(super) async fn messages(
    app: &App,
    conn: &mut Conn,
    seen: &Seen,
    before: Option<MessageId>,
) -> Result<(Vec<MessageView>, bool), Problem> {
    let (provider, id) = (seen.record.provider, seen.record.id());
    let mut found = message::of_ticket(conn, provider, id, seen.reading(), before, MESSAGES + 1).await?;
    let more = i64::try_from(found.len()).is_ok_and(|n| n > MESSAGES);
    found.truncate(usize::try_from(MESSAGES).unwrap_or(usize::MAX));
    let serves = matches!(seen.viewer, Viewer::Serving(_));
    let mut files: HashMap<MessageId, Vec<_>> = HashMap::new();
    for file in attachment::of_ticket(conn, provider, id).await? {
        if let Some(message) = file.message {
            files.entry(message).or_default().push(file);
        }
    }
    let mut views = Vec::with_capacity(found.len());
    let mut people = People::new(conn, provider);
    for mut message in found.into_iter().rev() {
        if seen.since.is_some() {
            // What is quoted may be older than what they were let in to (control 44).
            (message.quoted, message.html) = (None, None);
        }
        let files = files.remove(&message.id).unwrap_or_default();
        let mut attachments = Vec::with_capacity(files.len());
        for file in &files {
            attachments.push(attachment_view(app, people.conn, file, serves).await?);
        }
        let view = one(&mut people, message, attachments, serves).await?;
        let hidden = view.event.as_ref().is_some_and(|e| FOR_STAFF.contains(&e.code.as_str())) && !serves;
        if !hidden {
            views.push(view);
        }
    }
    Ok((views, more))
}

async fn one(
    people: &mut People<'_>,
    message: MessageRecord,
    attachments: Vec<AttachmentView>,
    serves: bool,
) -> Result<MessageView, Problem> {
    let event = match message.kind {
        MessageKind::Event => Some(event(people, &message.text).await?),
        MessageKind::Message | MessageKind::Note => None,
    };
    Ok(MessageView {
        id: message.id.0,
        kind: message.kind,
        via: message.via,
        proof: message.proof,
        strength: message.strength,
        author: people.author(message.author).await?,
        at: message.at.into(),
        text: if event.is_some() { String::new() } else { message.text },
        quoted: message.quoted,
        html: message.html,
        attachments,
        mail_id: message.mail.filter(|_| serves).map(|m| m.0),
        event,
    })
}

/// The line keeps ids; whose they are is looked up for whoever reads it.
async fn event(people: &mut People<'_>, text: &str) -> Result<EventView, Problem> {
    let told: Value = serde_json::from_str(text).unwrap_or_default();
    let code = told["code"].as_str().unwrap_or_default().to_owned();
    let data = told["data"].clone();
    let id = |key: &str| data[key].as_str().and_then(|id| Uuid::parse_str(id).ok());
    let person = match (id("to").or(id("from")).or(id("staff")), id("contact")) {
        (Some(staff), _) => {
            let member = people.staff(StaffId(staff)).await?.1;
            Some(Person { id: member.id, name: member.name })
        }
        (None, Some(contact)) => Some(people.contact(contact.into()).await?),
        (None, None) => None,
    };
    Ok(EventView { code, data, person })
}

/// One message as its writer is shown it.
pub async fn message_view(
    app: &App,
    conn: &mut Conn,
    message: MessageRecord,
    serves: bool,
) -> Result<MessageView, Problem> {
    let mut attachments = Vec::new();
    for file in attachment::of_message(conn, message.provider, message.id).await? {
        attachments.push(attachment_view(app, conn, &file, serves).await?);
    }
    let provider = message.provider;
    one(&mut People::new(conn, provider), message, attachments, serves).await
}
