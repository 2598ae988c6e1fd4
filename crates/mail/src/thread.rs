//! Which message answers which: the ids we give our own messages, and how we know them again.
//!
//! An id carries a MAC under a key of the server's, so nobody can join a ticket by guessing or by
//! copying a number from a subject (control 43).

use data_encoding::BASE32_NOPAD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use subtle::ConstantTimeEq;
use uuid::Uuid;

use crate::{authenticate::Vouched, message::Message};

const MAC_CHARS: usize = 20;
/// As many references as are looked at, the newest first.
const MAX_LOOKED_AT: usize = 50;

/// One of our messages in one of our tickets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MessageRef {
    pub ticket: Uuid,
    pub message: Uuid,
}

/// What a message says it answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Thread {
    None,
    /// A message of ours, proven by its MAC.
    Ours(MessageRef),
    /// An id in our form with a wrong MAC, and none with a right one.
    Forged,
    /// Nothing but a ticket's number in the subject, which anybody can write.
    SubjectTagOnly,
}

/// The Message-ID of one of our messages, without angle brackets.
pub fn write(key: &[u8], provider: Uuid, ticket: Uuid, message: Uuid, host: &str) -> String {
    let mac = mac(key, provider, ticket, message);
    format!("{}.{}.{mac}@{host}", ticket.simple(), message.simple())
}

/// Looks for one of our ids in `In-Reply-To` and `References`, whoever vouches for them.
pub fn find(key: &[u8], provider: Uuid, message: &Message) -> Thread {
    find_in(key, provider, message, Vouched::all())
}

/// Looks for one of our ids in those of the two fields that somebody vouches for (rule Z5).
pub fn find_in(key: &[u8], provider: Uuid, message: &Message, vouched: Vouched) -> Thread {
    let mut forged = false;
    for id in answered(message, vouched) {
        match known(key, provider, id) {
            Some(Ok(found)) => return Thread::Ours(found),
            Some(Err(())) => forged = true,
            None => {}
        }
    }
    if forged {
        Thread::Forged
    } else if has_tag(&message.subject) {
        Thread::SubjectTagOnly
    } else {
        Thread::None
    }
}

/// The ids that a message answers, the newest first, of the fields that somebody vouches for.
pub fn answered(message: &Message, vouched: Vouched) -> impl Iterator<Item = &String> {
    let direct = message.in_reply_to.iter().filter(move |_| vouched.in_reply_to);
    let others = message.references.iter().rev().filter(move |_| vouched.references);
    direct.chain(others).take(MAX_LOOKED_AT)
}

/// Whether an id is ours: `None` if it is not in our form at all, an error if the MAC is wrong.
pub fn known(key: &[u8], provider: Uuid, id: &str) -> Option<Result<MessageRef, ()>> {
    let (local, _host) = id.split_once('@')?;
    let mut pieces = local.split('.');
    let (ticket, message, given) = (pieces.next()?, pieces.next()?, pieces.next()?);
    let in_form = pieces.next().is_none() && ticket.len() == 32 && message.len() == 32;
    let ticket = Uuid::try_parse(ticket).ok().filter(|_| in_form)?;
    let message = Uuid::try_parse(message).ok()?;
    let right = mac(key, provider, ticket, message);
    let same = right.as_bytes().ct_eq(given.to_ascii_lowercase().as_bytes());
    Some(if bool::from(same) { Ok(MessageRef { ticket, message }) } else { Err(()) })
}

fn mac(key: &[u8], provider: Uuid, ticket: Uuid, message: Uuid) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes keys of any length");
    mac.update(b"pforte mail thread\0");
    for id in [provider, ticket, message] {
        mac.update(id.as_bytes());
    }
    let mut text = BASE32_NOPAD.encode(&mac.finalize().into_bytes()).to_ascii_lowercase();
    text.truncate(MAC_CHARS);
    text
}

/// `[#1234]` or `#1234` somewhere in a subject.
fn has_tag(subject: &str) -> bool {
    !numbers(subject).is_empty()
}

/// The tickets' numbers in a subject, `[#1234]` or `#1234`, at most three: anybody can write them, so they
/// say only which of somebody's own tickets is meant.
pub fn numbers(subject: &str) -> Vec<i64> {
    let pieces = subject.split('#').skip(1).filter_map(|rest| {
        let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        let (digits, after) = rest.split_at(end);
        let alone = !after.starts_with(|c: char| c.is_alphanumeric() || c == '_');
        digits.parse().ok().filter(|number: &i64| alone && *number > 0)
    });
    pieces.take(3).collect()
}
