//! From a row of the outbox to the mail that goes out: text and HTML, files, and the headers that keep
//! one thread in the reader's mail program and no loop anywhere (RFC 5322 §3.6.4, RFC 3834).

use lettre::{
    Address, Message as Mail,
    address::Envelope,
    message::{
        Attachment, Mailbox, MessageBuilder, MultiPart, SinglePart,
        header::{ContentType, HeaderName, HeaderValue},
    },
};
use pforte_store::outbox::{Message, Origin};

/// Bytes of files that go along with a mail; whatever is larger is read on the portal.
pub(crate) const FILES_MAX: usize = 10 * 1024 * 1024;

/// A file that goes along.
#[derive(Debug)]
pub struct File {
    pub name: String,
    pub media_type: String,
    pub bytes: Vec<u8>,
}

/// Who writes, as the reader's mail program shows it.
#[derive(Clone, Debug)]
pub struct Sender {
    pub name: String,
    pub address: String,
    /// What mail servers give the mail back to.
    pub bounces: String,
}

impl Sender {
    /// What follows the `@`: the name our Message-IDs live under.
    pub fn host(&self) -> &str {
        self.address.rsplit('@').next().unwrap_or("localhost")
    }
}

/// What could not be made into a mail.
pub type Failure = Box<dyn std::error::Error + Send + Sync>;

/// The mail and its envelope. `message_id` without angle brackets.
pub fn compose(
    message: &Message,
    sender: &Sender,
    message_id: &str,
    files: Vec<File>,
) -> Result<(Mail, Envelope), Failure> {
    let from: Address = sender.address.parse()?;
    let to: Mailbox = message.recipient.parse()?;
    let recipient = to.email.clone();
    let back: Address = sender.bounces.parse()?;
    let mut builder = Mail::builder()
        .from(Mailbox::new(Some(sender.name.clone()), from))
        .to(to)
        .subject(&message.subject)
        .message_id(Some(format!("<{message_id}>")));
    if !message.place.references.is_empty() {
        let all: Vec<String> = message.place.references.iter().map(|id| format!("<{id}>")).collect();
        builder = builder.references(all.join(" "));
    }
    if let Some(reference) = &message.place.in_reply_to {
        builder = builder.in_reply_to(format!("<{reference}>"));
    }
    let builder = automatic(builder, message);
    let words = MultiPart::alternative()
        .singlepart(SinglePart::plain(message.body.clone()))
        .singlepart(SinglePart::html(html(&message.body)));
    let mail = if files.is_empty() {
        builder.multipart(words)?
    } else {
        let mut all = MultiPart::mixed().multipart(words);
        for file in files {
            let plain = || ContentType::parse("application/octet-stream");
            let kind = ContentType::parse(&file.media_type).or_else(|_| plain())?;
            all = all.singlepart(Attachment::new(file.name).body(file.bytes, kind));
        }
        builder.multipart(all)?
    };
    // Big hosts refuse an envelope without a sender from who signs in; what comes back is read as a report.
    Ok((mail, Envelope::new(Some(back), vec![recipient])?))
}

/// Marks what nobody wrote, so that no machine answers it, and everything as ours, so that we do not.
/// Absences and robots need not answer; reports that a mail could not be delivered have to come (rule Z13).
const SUPPRESSED: &str = "OOF, AutoReply";
fn automatic(builder: MessageBuilder, message: &Message) -> MessageBuilder {
    let builder = raw(builder, "X-Pforte", message.id.to_string());
    let submitted = match message.origin {
        Origin::Person => return builder,
        Origin::Notice => "auto-generated",
        Origin::Answer => "auto-replied",
    };
    // Exchange looks at this one alone.
    raw(raw(builder, "Auto-Submitted", submitted.into()), "X-Auto-Response-Suppress", SUPPRESSED.into())
}

fn raw(builder: MessageBuilder, name: &'static str, value: String) -> MessageBuilder {
    builder.raw_header(HeaderValue::new(HeaderName::new_from_ascii_str(name), value))
}

/// The text as HTML: paragraphs, line breaks, links, quotes. Whatever is in the text stays text.
fn html(text: &str) -> String {
    let mut out =
        String::from("<!doctype html><html><body style=\"font-family:sans-serif;line-height:1.5\">");
    for paragraph in text.trim_end().split("\n\n").filter(|p| !p.trim().is_empty()) {
        // Code keeps its columns.
        let code = paragraph.lines().any(|line| line.starts_with([' ', '\t']) || line.trim().contains("  "));
        out.push_str(if code { "<pre>" } else { "<p>" });
        for (n, line) in paragraph.lines().enumerate() {
            if n > 0 {
                out.push_str(if code { "\n" } else { "<br>" });
            }
            for word in line.split_inclusive([' ', '\t', '(', '<', '[', '"']) {
                push_word(&mut out, word);
            }
        }
        out.push_str(if code { "</pre>" } else { "</p>" });
    }
    out.push_str("</body></html>");
    out
}

fn push_word(out: &mut String, word: &str) {
    let link = word.starts_with("https://") || word.starts_with("http://");
    let end = if link {
        word.trim_end_matches([' ', '\t', '(', '<', '[', '"', '>', ']', '.', ',', ';', ':', ')', '?', '!'])
            .len()
    } else {
        word.len()
    };
    let (address, rest) = word.split_at(end);
    if link {
        out.push_str("<a href=\"");
        push_escaped(out, address);
        out.push_str("\">");
        push_escaped(out, address);
        out.push_str("</a>");
    } else {
        push_escaped(out, address);
    }
    push_escaped(out, rest);
}

fn push_escaped(out: &mut String, text: &str) {
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            c => out.push(c),
        }
    }
}

#[cfg(test)]
mod tests {
    use pforte_core::kernel::Moment;
    use pforte_store::outbox::Place;

    use super::*;

    fn message(origin: Origin) -> Message {
        Message {
            id: uuid::Uuid::from_u128(7),
            provider: uuid::Uuid::from_u128(1).into(),
            recipient: "ada@oduya.example".into(),
            subject: "Re: Rechnung".into(),
            body: "Guten Tag,\n\nsiehe https://support.example/requests/1.\n\n<b>".into(),
            origin,
            ticket: None,
            contact: None,
            message: None,
            place: Place {
                in_reply_to: Some("b@x.example".into()),
                references: vec!["a@x.example".into(), "b@x.example".into()],
            },
            attempts: 0,
            created_at: Moment(0),
        }
    }

    fn sender() -> Sender {
        let address = "support@nordlicht.example".to_owned();
        Sender { name: "Nordlicht Support".into(), bounces: address.clone(), address }
    }

    #[test]
    fn a_mail_has_text_and_html_and_stands_in_its_thread() {
        let (mail, envelope) =
            compose(&message(Origin::Person), &sender(), "id@x.example", vec![]).expect("a mail");
        let text = String::from_utf8(mail.formatted()).expect("ASCII");
        assert!(text.contains("Message-ID: <id@x.example>\r\n"), "{text}");
        assert!(text.contains("In-Reply-To: <b@x.example>\r\n"), "{text}");
        assert!(text.contains("<a@x.example>") && text.contains("References: "), "{text}");
        assert!(
            text.contains("text/plain") && text.contains("text/html") && !text.contains("Auto-Submitted")
        );
        assert_eq!(envelope.from().map(ToString::to_string).as_deref(), Some("support@nordlicht.example"));
    }

    #[test]
    fn control_47_what_nobody_wrote_says_so_and_the_big_hosts_take_it() {
        let (mail, envelope) =
            compose(&message(Origin::Answer), &sender(), "id@x.example", vec![]).expect("a mail");
        let text = String::from_utf8(mail.formatted()).expect("ASCII");
        assert!(text.contains("Auto-Submitted: auto-replied\r\n"), "{text}");
        assert!(text.contains("X-Auto-Response-Suppress: OOF, AutoReply\r\n"), "{text}");
        assert_eq!(envelope.from().map(ToString::to_string).as_deref(), Some("support@nordlicht.example"));
    }

    #[test]
    fn a_link_becomes_a_link_and_everything_else_stays_text() {
        let html = html("Siehe https://support.example/a?b=1&c=2.\n\n<script>alert(1)</script>");
        assert!(html.contains("<a href=\"https://support.example/a?b=1&amp;c=2\">"), "{html}");
        assert!(html.contains("&lt;script&gt;") && !html.contains("<script"), "{html}");
    }

    #[test]
    fn m11_links_in_brackets_are_links_and_code_keeps_its_columns() {
        let html = html("So (https://a.example/b), <https://c.example>:\n\nif x:\n    go  on\n\tend");
        assert!(
            html.contains("(<a href=\"https://a.example/b\">https://a.example/b</a>), &lt;<a href"),
            "{html}"
        );
        assert!(html.contains("<pre>if x:\n    go  on\n\tend</pre>"), "{html}");
    }

    #[test]
    fn m10_files_go_along() {
        let file = File {
            name: "Rechnung März.pdf".into(),
            media_type: "application/pdf".into(),
            bytes: b"%PDF-".to_vec(),
        };
        let (mail, _) =
            compose(&message(Origin::Person), &sender(), "id@x.example", vec![file]).expect("a mail");
        let text = String::from_utf8(mail.formatted()).expect("ASCII");
        assert!(text.contains("multipart/mixed") && text.contains("application/pdf"), "{text}");
    }
}
