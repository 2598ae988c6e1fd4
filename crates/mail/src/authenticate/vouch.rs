//! Who stands behind which field of a message (rule Z5).
//!
//! A proof of the sender says nothing of a field that the signature leaves out: whoever holds a signed mail
//! adds a `Cc`, a reference or another boundary, and the signature stays good. So a field that decides
//! counts only if a signature covers it as often as it is there, or if an aligned SPF pass shows that this
//! very delivery comes from the sender's own servers. Must never guess in the sender's favour: where it is
//! not known which signature was good, only what all of them cover counts. Start at [`Voucher::of`].

use super::structure;
use crate::message::{Message, head::Head};

/// The names that one signature covers, in lower case, as often as it names them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Cover(Vec<String>);

impl Cover {
    pub fn new<'a>(names: impl Iterator<Item = &'a str>) -> Self {
        Self(names.map(|name| name.trim().to_ascii_lowercase()).collect())
    }

    /// Whether every field of that name is signed. Of none at all: whether one more would break it.
    pub fn covers(&self, head: &Head<'_>, name: &'static str) -> bool {
        let named = self.0.iter().filter(|known| known.eq_ignore_ascii_case(name)).count();
        named >= head.all(name).count().max(1)
    }
}

/// What stands behind a message besides its sender's name.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(
    not(feature = "network"),
    allow(dead_code, reason = "only a check of our own knows which are good")
)]
pub(super) enum Voucher {
    /// An aligned SPF pass: this very delivery comes from the sender's own servers.
    Delivery,
    /// All of these signatures are good.
    All(Vec<Cover>),
    /// One of these is good, and nobody knows which.
    OneOf(Vec<Cover>),
}

impl Voucher {
    fn covers(&self, head: &Head<'_>, name: &'static str) -> bool {
        match self {
            Self::Delivery => true,
            Self::All(covers) => covers.iter().any(|cover| cover.covers(head, name)),
            Self::OneOf(covers) => !covers.is_empty() && covers.iter().all(|cover| cover.covers(head, name)),
        }
    }

    /// Which of the fields that decide it stands behind.
    pub fn of(&self, head: &Head<'_>, body: &[u8]) -> Vouched {
        let covers = |name| self.covers(head, name);
        Vouched {
            to: covers("To"),
            cc: covers("Cc"),
            in_reply_to: covers("In-Reply-To"),
            references: covers("References"),
            structure: structure::is_believed(head, body, &covers),
        }
    }
}

/// The fields that decide something, and whether somebody stands behind each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Vouched {
    /// Whether it was written to us …
    pub to: bool,
    pub cc: bool,
    /// … which ticket it answers …
    pub in_reply_to: bool,
    pub references: bool,
    /// … and which words of its body are read: Content-Type, -Transfer-Encoding and -Disposition.
    pub structure: bool,
}

impl Vouched {
    /// The sender's own servers brought it.
    #[must_use]
    pub const fn all() -> Self {
        Self { to: true, cc: true, in_reply_to: true, references: true, structure: true }
    }

    /// The message without recipients that somebody may have added (control 44).
    #[must_use]
    pub fn keep_named(self, mut message: Message) -> Message {
        message.to.truncate(if self.to { usize::MAX } else { 0 });
        message.cc.truncate(if self.cc { usize::MAX } else { 0 });
        message
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::head;

    fn cover(names: &str) -> Cover {
        Cover::new(names.split(':'))
    }

    /// Rule Z5: a field is signed as often as it is there, or not at all.
    #[test]
    fn z5_a_field_counts_only_if_each_of_it_is_signed() {
        let once = head::split(b"To: a@a.example\r\n\r\n");
        let twice = head::split(b"To: a@a.example\r\nTO: b@a.example\r\n\r\n");
        let none = head::split(b"Subject: x\r\n\r\n");
        for (names, covered) in [
            ("from", [false, false, false]),
            ("from: To ", [true, false, true]),
            ("to:from:to", [true, true, true]),
            ("from:too:x-to", [false, false, false]),
        ] {
            let said = [&once, &twice, &none].map(|head| cover(names).covers(head, "To"));
            assert_eq!(said, covered, "{names}");
        }
    }

    /// Rule Z5: of several signatures of which one is good, only what all cover is signed.
    #[test]
    fn z5_what_only_one_of_several_covers_is_not_signed_when_nobody_knows_which_is_good() {
        let head = head::split(b"To: a@a.example\r\nCc: b@a.example\r\n\r\n");
        let covers = vec![cover("from:to"), cover("from:to:cc")];
        let all = Voucher::All(covers.clone()).of(&head, b"x\r\n");
        let one = Voucher::OneOf(covers).of(&head, b"x\r\n");
        assert_eq!((all.to, all.cc, one.to, one.cc), (true, true, true, false));
        for nothing in [Voucher::All(vec![]), Voucher::OneOf(vec![])] {
            // Plain text is plain text, whoever says so.
            let plain = Vouched { structure: true, ..Vouched::default() };
            assert_eq!(nothing.of(&head, b"x\r\n"), plain);
        }
    }
}
