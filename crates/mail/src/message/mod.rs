//! What a message says, read out of bytes that anybody may have made.
//!
//! [`read`] never fails and never panics; whatever it meets, its work and what it keeps are bounded
//! (control 49). What it could not take is in [`Message::flaws`], as stable codes. It believes
//! nothing: who sent the message is [`crate::authenticate`]'s to say.

pub mod address;
mod bounce;
pub mod coding;
pub mod fingerprint;
pub mod fold;
pub mod head;
pub mod html;
mod nature;
mod opaque;
mod params;
mod part;
mod recipients;
#[cfg(test)]
mod tests;

use mail_parser::parsers::MessageStream;
use pforte_core::kernel::Moment;

pub use address::{FromField, Mailbox};
pub use bounce::Bounce;
pub use fold::Folded;
pub use nature::{Nature, Sign};
pub use part::{Attachment, MAX_ATTACHMENTS};

use head::Head;

/// As many recipients of each kind as are listed: about as many as a head has room for, since one of them
/// may be us.
pub const MAX_RECIPIENTS: usize = 4_000;
/// As many characters of text as are kept.
pub const MAX_TEXT_CHARS: usize = 256 * 1024;
const MAX_SUBJECT_CHARS: usize = 400;
const MAX_REFERENCES: usize = 100;
const MAX_ID_BYTES: usize = 500;

/// A message, read.
#[derive(Clone, Debug)]
pub struct Message {
    pub from: FromField,
    pub reply_to: Vec<Mailbox>,
    pub to: Vec<Mailbox>,
    pub cc: Vec<Mailbox>,
    /// On one line, at most 400 characters; may be empty.
    pub subject: String,
    pub date: Option<Moment>,
    /// Message ids are without angle brackets.
    pub message_id: Option<String>,
    pub in_reply_to: Vec<String>,
    pub references: Vec<String>,
    /// What was written, and what was quoted under it.
    pub text: Folded,
    /// Safe to show (see [`html`]); none if the message has none, or more than is taken.
    pub html: Option<String>,
    pub attachments: Vec<Attachment>,
    pub nature: Nature,
    /// By what it reads as that.
    pub sign: Sign,
    /// How many servers say they have passed it on.
    pub hops: usize,
    /// Whether it is a third party's “confirm your address” mail (control 45).
    pub verification: bool,
    /// Stable codes of what could not be taken: `mail.broken`, `mail.too_deep`, `mail.cut`.
    pub flaws: Vec<&'static str>,
}

impl Message {
    /// The stable codes of all that speaks against taking it as a person's plain message.
    pub fn codes(&self) -> Vec<&'static str> {
        let verification = self.verification.then_some("mail.verification");
        let found = self.from.code().into_iter().chain(self.nature.code()).chain(verification);
        found.chain(self.flaws.iter().copied()).collect()
    }

    /// Takes the envelope's sender into account: what nobody can answer, nobody wrote (RFC 3834).
    pub fn with_return_path(mut self, return_path: Option<&str>) -> Self {
        let empty = return_path.is_some_and(|path| matches!(path.trim(), "" | "<>"));
        if empty {
            self.sign = Sign::Declared;
            if !matches!(self.nature, Nature::Bounce(_) | Nature::Loop) {
                self.nature = Nature::AutoReply;
            }
        }
        self
    }
}

/// Reads a message as it came.
pub fn read(raw: &[u8]) -> Message {
    let raw = head::without_mbox_line(raw);
    let head = head::split(raw);
    let mut parts = part::walk(&head, raw);
    let text = fold::fold(&parts.text());
    let mut flaws = parts.flaws.clone();
    if head.broken {
        flaws.push("mail.broken");
    }
    let mut message = Message {
        from: address::from_field(&head.all("From").map(|field| field.value).collect::<Vec<_>>()),
        reply_to: people(&head, "Reply-To"),
        to: people(&head, "To"),
        cc: people(&head, "Cc"),
        subject: subject(&head),
        date: date(&head),
        message_id: ids(&head, "Message-ID").into_iter().next(),
        in_reply_to: ids(&head, "In-Reply-To"),
        references: ids(&head, "References"),
        text,
        html: parts.safe_html(&mut flaws),
        hops: head.all("Received").count(),
        nature: Nature::Person,
        sign: Sign::Likely,
        verification: false,
        attachments: Vec::new(),
        flaws: Vec::new(),
    };
    (message.nature, message.sign) = nature::nature(&head, &parts, &message);
    message.verification = nature::is_verification(&head, &message);
    message.attachments = parts.attachments;
    flaws.sort_unstable();
    flaws.dedup();
    message.flaws = flaws;
    message
}

fn people(head: &Head<'_>, name: &'static str) -> Vec<Mailbox> {
    let lists = head.all(name).take(10).map(|field| recipients::recipients(field.value, MAX_RECIPIENTS));
    lists.flatten().take(MAX_RECIPIENTS).collect()
}

fn subject(head: &Head<'_>) -> String {
    let decoded = head.first("Subject").map(|field| address::decode(field.value)).unwrap_or_default();
    let plain: String = decoded
        .chars()
        .map(|c| if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}') { ' ' } else { c })
        .collect();
    let plain = plain.chars().filter(|c| !address::turns(*c) && !address::is_invisible(*c)).collect();
    address::cut(plain, MAX_SUBJECT_CHARS).trim().to_owned()
}

fn date(head: &Head<'_>) -> Option<Moment> {
    let line = format!("{}\n", head.line("Date")?);
    let parsed = MessageStream::new(line.as_bytes()).parse_date();
    let date = parsed.as_datetime().filter(|date| date.is_valid() && (1971..=9000).contains(&date.year))?;
    Some(Moment(date.to_timestamp().saturating_mul(1_000_000)))
}

/// All `<…>` of a field, without brackets.
fn ids(head: &Head<'_>, name: &'static str) -> Vec<String> {
    let mut found = Vec::new();
    for field in head.all(name).take(4) {
        let line = field.unfolded();
        let inner = line.split('<').skip(1).filter_map(|rest| rest.split_once('>').map(|(id, _)| id.trim()));
        found.extend(inner.filter(|id| is_id(id)).map(str::to_owned));
    }
    // The newest stand at the end of References.
    let cut = found.len().saturating_sub(MAX_REFERENCES);
    found.split_off(cut)
}

fn is_id(id: &str) -> bool {
    !id.is_empty() && id.len() <= MAX_ID_BYTES && id.bytes().all(|byte| (33..127).contains(&byte))
}
