//! What a mail's judgement looks at. Plain values that the intake has read and looked up.

use super::{AddressKind, Code, Proof};
use crate::kernel::{Moment, TicketId};

/// One mail, as far as its judgement depends on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SenderFacts {
    pub proof: Proof,
    /// What checking and reading it found: `auth.…`, `from.…`, `mail.broken` and the like. They are
    /// told beside the verdict; a `from.…` code also means that nobody can be answered.
    pub flaws: Vec<Code>,
    pub standing: Standing,
    /// What the sender's local part gives away ([`super::address_kind`]).
    pub kind: AddressKind,
    pub nature: Nature,
    /// By what it reads as that.
    pub sign: Sign,
    pub thread: Thread,
    /// More mails from this address or domain than anybody writes.
    pub flood: bool,
    /// Whether it is an earlier mail, sent again.
    pub replay: Option<Replay>,
    /// When this address was last answered automatically, or asked ([`super::may_answer`]).
    pub last_answer_at: Option<Moment>,
    pub answered: Answered,
}

/// A mail whose signature stood under an earlier one: not its sender sends it, or not as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Replay {
    /// Where the earlier one went.
    pub ticket: Option<TicketId>,
}

/// How much was answered automatically, or asked, to everybody ([`super::has_room`]).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Answered {
    /// To addresses of the sender's organisation, in the last [`super::ANSWER_SPAN`].
    pub domain: i64,
    /// By this provider, in the last [`super::BURST_SPAN`].
    pub provider: i64,
}

/// What is known of the sender's address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// A contact's.
    Registered(Registered),
    /// Easily taken for a registered one ([`super::Address::looks_like`]).
    LookAlike,
    Unregistered,
    /// One of the provider's own support addresses (rule Z4: loops).
    OwnAddress,
    /// Named in a customer's settings: its own customers reach its support there (rule Z4).
    CustomersSupport,
}

/// A registered address and its contact.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Registered {
    /// Whether the contact and its customer are active.
    pub active: bool,
    /// Whether the contact may raise requests by mail (rule P2).
    pub support: bool,
    /// Whether its owner has confirmed it (rule Z9). Until then it counts as unregistered.
    pub confirmed: bool,
    /// Two people use it (rule Z8).
    pub shared: bool,
    /// Found to be a list or role address (rules Z14, Z15).
    pub list: bool,
}

/// What kind of mail it reads as. What it counts as, [`super::judge`] decides, which looks at its sender, too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Nature {
    /// Somebody wrote it.
    Person,
    /// An absence notice, an automatic answer (RFC 3834).
    Automatic,
    /// A delivery report; `ours` when it names a message that we did send.
    Bounce { ours: bool },
    /// Came through a mailing list (RFC 2369, RFC 2919).
    List,
    /// A newsletter and the like (`Precedence: bulk`).
    Bulk,
    /// We sent it ourselves.
    Loop,
    /// Another service's confirmation mail (control 45).
    Verification,
}

/// How firmly a mail is what it reads as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sign {
    /// It says so itself, by a field that only machines write.
    Declared,
    /// By an absence's words, in a mail that answers another.
    Answering,
    /// By words or fields that people's mails bear as well.
    Likely,
}

/// What it answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Thread {
    /// Nothing of ours.
    None,
    /// A message of ours, by its keyed reference; an earlier mail of the sender's own; or the number, in the
    /// subject, of a ticket that is theirs. What follows is the same: none lets anybody in who is not in the
    /// ticket.
    Ours(InThread),
    /// A reference in our form that we never made (control 43).
    Forged,
}

/// The ticket that is answered. A merged one's stands for it: the ticket in which it goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InThread {
    pub ticket: TicketId,
    /// Whether the address's contact asked for it or watches it.
    pub participant: bool,
    /// Now, by [`crate::ticket::Ticket::state`].
    pub state: crate::ticket::TicketState,
    /// Whether the signature covers what says so, or this delivery is the sender's own (rule Z5). Else
    /// somebody may have added it: it reopens nothing, and the mail counts as nobody's word in the ticket.
    pub vouched: bool,
}
