//! A mail of ours that could not be delivered, as the server says that gives it back (RFC 3464).

use super::{Message, address, head, head::Head, part::Parts};

/// What came back.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bounce {
    /// Message ids the report names, without angle brackets. Whether one is ours, a MAC decides.
    pub originals: Vec<String>,
    /// Those of them that stand in the returned message itself, as its own id: who reports only what it was
    /// answered with may never have had that message.
    pub returned: Vec<String>,
    pub recipient: Option<String>,
    /// Whether nobody tries again: a failure, whatever its status, or 5.x.x of a report that names no action.
    /// False for delays and unclear ones.
    pub permanent: bool,
}

const MAX_ORIGINALS: usize = 10;

/// None if it is no report of a failed delivery.
pub(super) fn bounce(head: &Head<'_>, parts: &Parts, message: &Message) -> Option<Bounce> {
    let reported = parts.report.as_deref() == Some("delivery-status") || parts.delivery_status.is_some();
    let local =
        message.from.one().and_then(|from| from.address.split_once('@')).map_or("", |(local, _)| local);
    let by_daemon = local == "mailer-daemon" || head.first("X-Failed-Recipients").is_some();
    let says_so = by_daemon && says_undelivered(&message.subject);
    if !reported && !says_so {
        return None;
    }
    let returned = parts.returned.as_deref().map(|part| super::ids(&head::split(part), "Message-ID"));
    let returned = returned.unwrap_or_default();
    let mut bounce = Bounce { originals: originals(&returned, message), returned, ..Bounce::default() };
    if let Some(status) = &parts.delivery_status {
        read_status(&mut bounce, status);
    }
    if bounce.recipient.is_none() {
        bounce.recipient = head.line("X-Failed-Recipients").and_then(|line| address::normalised(&line));
    }
    Some(bounce)
}

fn says_undelivered(subject: &str) -> bool {
    let lower = subject.to_lowercase();
    [
        "undeliver",
        "delivery status",
        "delivery failure",
        "returned mail",
        "failure notice",
        "mail delivery",
        "unzustellbar",
    ]
    .iter()
    .any(|words| lower.contains(words))
}

fn originals(returned: &[String], message: &Message) -> Vec<String> {
    let mut found = returned.to_vec();
    found.extend(message.in_reply_to.iter().cloned());
    found.extend(message.references.iter().rev().cloned());
    found.truncate(MAX_ORIGINALS);
    found
}

/// The groups of fields of a delivery status: the first tells of the server, the others of recipients.
fn read_status(bounce: &mut Bounce, status: &[u8]) {
    let mut rest = status;
    for _ in 0..20 {
        let group = head::split(rest);
        if let Some(line) = group.line("Final-Recipient").or_else(|| group.line("Original-Recipient")) {
            let given = line.rsplit(';').next().unwrap_or_default().trim().trim_matches(['<', '>']);
            bounce.recipient = address::normalised(given).or(bounce.recipient.take());
        }
        // “Failed” with 4.x.x is what was tried until it was given up (RFC 3464 §2.3.3).
        bounce.permanent |= match group.line("Action") {
            Some(action) => action.eq_ignore_ascii_case("failed"),
            None => group.line("Status").is_some_and(|code| code.starts_with('5')),
        };
        if group.body_at >= rest.len() {
            return;
        }
        rest = &rest[group.body_at..];
    }
}
