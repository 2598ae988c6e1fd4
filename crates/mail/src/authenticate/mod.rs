//! Whether a message really comes from the address it names (rule Z5, controls 38 to 41).
//!
//! Two ways, chosen for each inbox: our own check of DKIM, SPF and DMARC, or the result that a mail
//! server in front wrote into the head. Either proves a *domain*, nothing more. In doubt the answer
//! is “unproven”, and a challenge to the registered address decides; a check that cannot be made
//! (no DNS, too slow) is doubt. Start at `Checker::check`.

#[cfg(feature = "network")]
mod answers;
#[cfg(feature = "network")]
mod checker;
#[cfg(feature = "network")]
mod dkim;
pub mod header;
#[cfg(feature = "network")]
mod occasion;
#[cfg(feature = "network")]
mod own;
mod signature;
mod structure;
mod vouch;

use pforte_core::sender::Proof;

#[cfg(feature = "network")]
pub use checker::{Checker, Delivery, MAX_TIME, NoResolver};
#[cfg(feature = "network")]
pub use occasion::{MAX_AGE, MAX_AHEAD, Occasion};
pub use signature::Seen;
pub use vouch::Vouched;

use crate::message::{
    FromField, Mailbox, Message, address,
    head::{self, Head},
};

/// How an inbox proves its senders.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum How {
    /// We check signatures and policies ourselves.
    Own,
    /// The server in front does, and says so under this name (RFC 8601).
    ///
    /// It must take away every such field that comes from outside (RFC 8601 §5).
    Header { authserv_id: String },
    /// Nobody does.
    None,
}

/// One check and how it went, for staff to read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckResult {
    /// `dkim`, `spf`, `dmarc`, `arc` or `header`.
    pub check: &'static str,
    /// `pass`, `fail`, `none` or `error`.
    pub result: &'static str,
    pub domain: String,
    /// In English, for the technical view.
    pub why: String,
}

/// The answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checked {
    /// Never [`Proof::Confirmed`]: that is a person's to give.
    pub proof: Proof,
    /// Why it is unproven, most important first; empty when proven.
    pub codes: Vec<&'static str>,
    pub results: Vec<CheckResult>,
    /// The signatures of the sender's organisation, at most eight: one that stood under an earlier
    /// message makes this one a replay. None when the message is checked by nobody.
    pub signatures: Vec<Seen>,
    /// Which of its other fields can be believed, proven or not.
    pub vouched: Vouched,
}

impl Checked {
    fn proven(results: Vec<CheckResult>) -> Self {
        Self { proof: Proof::Proven, ..Self::unproven(Vec::new(), results) }
    }

    fn unproven(codes: Vec<&'static str>, results: Vec<CheckResult>) -> Self {
        let (signatures, vouched) = (Vec::new(), Vouched::default());
        Self { proof: Proof::Unproven, codes, results, signatures, vouched }
    }
}

/// What the server in front says of the message `raw`, which was read as `message`.
pub fn check_header(raw: &[u8], message: &Message, authserv_id: &str) -> Checked {
    match checkable(raw, message) {
        Ok((raw, head, from)) => {
            header::check(&head, raw.get(head.body_at..).unwrap_or_default(), authserv_id, from)
        }
        Err(code) => Checked::unproven(vec![code], Vec::new()),
    }
}

/// A head that everybody reads in the same way, and the one address it is from.
fn checkable<'a>(
    raw: &'a [u8],
    message: &'a Message,
) -> Result<(&'a [u8], Head<'a>, &'a Mailbox), &'static str> {
    let raw = head::without_mbox_line(raw);
    let head = head::split(raw);
    let from = match &message.from {
        FromField::One(from) => from,
        odd => return Err(odd.code().unwrap_or("from.odd")),
    };
    if head.broken || has_twice(&head) {
        return Err("mail.broken");
    }
    Ok((raw, head, from))
}

/// Fields that a message has once (RFC 5322 §3.6): a second one, unsigned, could be what is shown.
fn has_twice(head: &Head<'_>) -> bool {
    const ONCE: [&str; 13] = [
        "From",
        "Sender",
        "Reply-To",
        "To",
        "Cc",
        "Subject",
        "Date",
        "Message-ID",
        "In-Reply-To",
        "References",
        "MIME-Version",
        "Content-Type",
        "Content-Transfer-Encoding",
    ];
    ONCE.iter().any(|name| head.all(name).count() > 1)
}

/// Whether two domains belong to one organisation.
fn same_organisation(one: &str, other: &str) -> bool {
    one == other
        || address::organisation(one)
            .is_some_and(|organisation| address::organisation(other) == Some(organisation))
}
