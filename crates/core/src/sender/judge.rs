//! What becomes of a mail: one function, from facts to a verdict.

use super::{
    AddressKind, Answered, Code, InThread, Nature, Proof, Registered, SenderFacts, Sign, Standing, Thread,
};
use crate::{
    kernel::{Moment, Span, TicketId, words},
    ticket::TicketState,
};

/// An address is answered automatically, or asked, at most once in this time (control 46).
pub const ANSWER_SPAN: Span = Span::hours(24);
/// As many addresses of one organisation are answered in that time, unless they are registered: a
/// forger invents as many as it likes.
pub const DOMAIN_ANSWERS: i64 = 50;
/// The time in which a provider's answers are counted.
pub const BURST_SPAN: Span = Span::hours(1);
/// As many answers go out in that time to whoever is not registered.
pub const STRANGER_ANSWERS: i64 = 500;
/// As many in all, so that strangers leave room for registered addresses.
pub const PROVIDER_ANSWERS: i64 = 1_000;

/// What becomes of a mail, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub struct Verdict {
    pub disposition: Disposition,
    /// The deciding one first, then the others, most important first; each once.
    pub codes: Vec<Code>,
    pub answer: Option<AutomaticAnswer>,
}

/// What becomes of a mail. In every case it is kept whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Disposition {
    /// A new ticket of the contact's.
    Open,
    /// A message in the ticket.
    Append { ticket: TicketId },
    /// A message in the closed ticket, which opens again (rule B13).
    Reopen { ticket: TicketId },
    /// A new ticket that goes on from the locked one (rules B15, B16).
    FollowUp { ticket: TicketId },
    /// Waits in quarantine while the *registered* address is asked whether it wrote this (rule Z5).
    /// Answered yes, it is judged again with [`Proof::Confirmed`].
    Challenge { ticket: Option<TicketId> },
    /// Waits in quarantine for staff (rule Z3). `ticket` is where it would belong; staff see it there
    /// in a line, and it changes nothing.
    Quarantine { ticket: Option<TicketId> },
    /// A report on a mail of ours: noted at the mail, the ticket and the address (rule Z13).
    Bounce,
}

words! {
    /// What the sender is answered by itself. No text of the sender's stands in it (control 46).
    AutomaticAnswer {
        /// The same for all, without account information (rule Z3).
        Neutral = "neutral",
        /// Names who is authorised; only to a colleague who is proven (rule P2).
        NamesAuthorised = "names_authorised",
        /// That it arrived and somebody will look; only to a proven, registered person (rule Z5).
        Waits = "waits",
    }
}

/// Whether the address may be answered automatically, or asked, now (control 46).
pub fn may_answer(last_answer_at: Option<Moment>, now: Moment) -> bool {
    last_answer_at.is_none_or(|at| now >= at + ANSWER_SPAN)
}

/// Whether one more answer or question may go out, whoever else was answered (control 46): otherwise
/// many invented senders would make us flood a domain.
pub const fn has_room(is_registered: bool, answered: Answered) -> bool {
    if is_registered {
        answered.provider < PROVIDER_ANSWERS
    } else {
        answered.domain < DOMAIN_ANSWERS && answered.provider < STRANGER_ANSWERS
    }
}

/// Decides what becomes of a mail. Only a mail that a person wrote, from the confirmed address of an
/// active contact, and proven or confirmed, reaches a ticket; all else waits, and nothing is dropped. A proven,
/// registered person's mail always leads to a ticket or an answer (rule Z5).
///
/// A challenge counts as an automatic answer: when one was sent within the day, or too many went out to
/// others, the mail only waits.
pub fn judge(facts: &SenderFacts, now: Moment) -> Verdict {
    let early = by_nature(facts).or_else(|| by_replay(facts)).or_else(|| by_address(facts));
    let ruling = early.unwrap_or_else(|| {
        by_standing(facts).map_or_else(|ruling| ruling, |contact| by_contact(facts, contact))
    });
    let due = may_answer(facts.last_answer_at, now);
    let told = due && has_room(matches!(facts.standing, Standing::Registered(_)), facts.answered);
    let waits = matches!(ruling.disposition, Disposition::Quarantine { .. }) && is_persons(facts);
    let answer = ruling.answer.filter(|_| nature(facts) == Nature::Person);
    let answer = answer.or(waits.then_some(AutomaticAnswer::Waits));
    let asks = matches!(ruling.disposition, Disposition::Challenge { .. });
    let unanswered = due && !told && (asks || answer.is_some());
    let disposition = match ruling.disposition {
        Disposition::Challenge { ticket } if !told => Disposition::Quarantine { ticket },
        other => other,
    };
    let answer = answer.filter(|_| told);
    Verdict { disposition, codes: codes(facts, ruling.code, unanswered), answer }
}

/// A disposition before the day's limit is looked at.
struct Ruling {
    disposition: Disposition,
    code: Code,
    answer: Option<AutomaticAnswer>,
}

impl Ruling {
    const fn new(disposition: Disposition, code: Code) -> Self {
        Self { disposition, code, answer: None }
    }

    const fn answered(self, answer: AutomaticAnswer) -> Self {
        Self { answer: Some(answer), ..self }
    }
}

/// What a mail counts as (rule Z5). Words and fields that people's mails bear as well say nothing of a
/// registered sender: who wrote it, sender, proof and thread tell. An absence's words in an answer do, and what
/// a mail says of itself.
///
/// Control 45 is about third parties: what a registered contact sends is no other service's confirmation.
const fn nature(facts: &SenderFacts) -> Nature {
    if !matches!(facts.standing, Standing::Registered(_)) {
        return facts.nature;
    }
    match (facts.nature, facts.sign) {
        (Nature::Verification, Sign::Declared | Sign::Answering) => Nature::Automatic,
        (Nature::Person | Nature::List, _) | (_, Sign::Declared) | (Nature::Automatic, Sign::Answering) => {
            facts.nature
        }
        (_, Sign::Likely | Sign::Answering) => Nature::Person,
    }
}

/// Whether it is a proven, registered person's: such a mail never waits without a word (rule Z5). What says of
/// itself that nobody wrote it is not answered (control 47), nor is what was there before.
const fn is_persons(facts: &SenderFacts) -> bool {
    let registered = matches!(facts.standing, Standing::Registered(c) if c.active && c.confirmed);
    let declared =
        matches!(facts.sign, Sign::Declared) && !matches!(nature(facts), Nature::Person | Nature::List);
    registered && facts.proof.counts() && !declared && facts.replay.is_none()
}

/// Mails that nobody wrote, or too many.
fn by_nature(facts: &SenderFacts) -> Option<Ruling> {
    let waits = Disposition::Quarantine { ticket: ticket(facts) };
    let ruling = match nature(facts) {
        Nature::Bounce { ours: true } => Ruling::new(Disposition::Bounce, Code::MailBounce),
        Nature::Bounce { ours: false } => Ruling::new(waits, Code::MailBounce),
        Nature::Loop => Ruling::new(waits, Code::MailLoop),
        Nature::Automatic => Ruling::new(waits, Code::MailAutomatic),
        Nature::Bulk => Ruling::new(waits, Code::MailBulk),
        // Such a mail carries a link that confirms an account: it is nobody's but staff's to see.
        Nature::Verification => Ruling::new(Disposition::Quarantine { ticket: None }, Code::MailVerification),
        Nature::Person | Nature::List if facts.flood => Ruling::new(waits, Code::MailFlood),
        Nature::Person | Nature::List => return None,
    };
    Some(ruling)
}

/// An earlier mail that is sent again is neither answered nor asked about: its sender would say yes to
/// what it once wrote, and let in what somebody made of it (rule Z5).
fn by_replay(facts: &SenderFacts) -> Option<Ruling> {
    let earlier = facts.replay?;
    Some(Ruling::new(Disposition::Quarantine { ticket: earlier.ticket }, Code::AuthReplayed))
}

/// Senders that are no person's address: none of them is answered (rule Z4).
fn by_address(facts: &SenderFacts) -> Option<Ruling> {
    let odd = |code: &&Code| matches!(code, Code::FromMany | Code::FromMissing | Code::FromOdd);
    let code = match (facts.standing, facts.kind) {
        (Standing::OwnAddress, _) => Code::SenderOwnAddress,
        _ if facts.flaws.iter().any(|code| odd(&code)) => *facts.flaws.iter().filter(odd).min()?,
        (Standing::CustomersSupport, _) | (_, AddressKind::Support) => Code::SenderCustomersSupport,
        (_, AddressKind::Nobody) => Code::SenderRoleAddress,
        _ => return None,
    };
    Some(Ruling::new(Disposition::Quarantine { ticket: ticket(facts) }, code))
}

/// Rules Z1, Z3: only an active contact at a confirmed address comes further. All others are answered
/// the same.
fn by_standing(facts: &SenderFacts) -> Result<Registered, Ruling> {
    let code = match facts.standing {
        Standing::Registered(contact) if !contact.confirmed => Code::SenderUnregistered,
        Standing::Registered(contact) if !contact.active => Code::SenderInactive,
        Standing::Registered(contact) => return Ok(contact),
        Standing::LookAlike => Code::SenderLookAlike,
        Standing::Unregistered => Code::SenderUnregistered,
        Standing::OwnAddress => Code::SenderOwnAddress,
        Standing::CustomersSupport => Code::SenderCustomersSupport,
    };
    Err(waits(facts, code).answered(AutomaticAnswer::Neutral))
}

fn by_contact(facts: &SenderFacts, contact: Registered) -> Ruling {
    let code = match facts.thread {
        Thread::Forged => Some(Code::ThreadForged),
        Thread::Ours(thread) if !thread.participant && contact.support => Some(Code::ThreadNotParticipant),
        _ => None,
    };
    if let Some(code) = code {
        return waits(facts, code).answered(AutomaticAnswer::Neutral);
    }
    if !may_write(facts.thread, contact) {
        return not_authorised(facts, contact);
    }
    if let Some(code) = to_ask(facts, contact) {
        return Ruling::new(Disposition::Challenge { ticket: ticket(facts) }, code);
    }
    let code = if facts.proof == Proof::Confirmed { Code::Confirmed } else { Code::Proven };
    Ruling::new(taken_in(facts.thread), code)
}

/// Rules P2, P15: raising a request by mail takes the right to; answering in one's own ticket does not.
fn may_write(thread: Thread, contact: Registered) -> bool {
    let answers = match taken_in(thread) {
        Disposition::Append { .. } | Disposition::Reopen { .. } => {
            matches!(thread, Thread::Ours(InThread { participant: true, .. }))
        }
        _ => false,
    };
    contact.support || answers
}

/// Names are told to nobody but a colleague who is proven, alone at the address.
fn not_authorised(facts: &SenderFacts, contact: Registered) -> Ruling {
    if facts.proof == Proof::Unproven {
        return waits(facts, Code::SenderUnproven).answered(AutomaticAnswer::Neutral);
    }
    let alone = facts.kind == AddressKind::Personal && !contact.shared && !contact.list;
    let answer = if alone { AutomaticAnswer::NamesAuthorised } else { AutomaticAnswer::Neutral };
    waits(facts, Code::SenderNotAuthorised).answered(answer)
}

/// Why the person must be asked, if so (rules Z5, Z8, Z13 to Z15). A role address by name alone is only
/// told: it is flagged, not refused.
fn to_ask(facts: &SenderFacts, contact: Registered) -> Option<Code> {
    match facts.proof {
        Proof::Confirmed => None,
        Proof::Unproven => Some(Code::SenderUnproven),
        Proof::Proven if contact.shared => Some(Code::SenderShared),
        Proof::Proven if contact.list => Some(Code::SenderRoleAddress),
        Proof::Proven => (nature(facts) == Nature::List).then_some(Code::MailList),
    }
}

const fn taken_in(thread: Thread) -> Disposition {
    match thread {
        Thread::None | Thread::Forged => Disposition::Open,
        Thread::Ours(InThread { ticket, state, vouched, .. }) => match state {
            TicketState::New | TicketState::Open | TicketState::Waiting => Disposition::Append { ticket },
            // What nobody vouches for reopens nothing (rule Z5); the words are a request all the same.
            TicketState::Closed | TicketState::Locked if !vouched => Disposition::Open,
            TicketState::Closed => Disposition::Reopen { ticket },
            TicketState::Locked => Disposition::FollowUp { ticket },
        },
    }
}

fn waits(facts: &SenderFacts, code: Code) -> Ruling {
    Ruling::new(Disposition::Quarantine { ticket: ticket(facts) }, code)
}

const fn ticket(facts: &SenderFacts) -> Option<TicketId> {
    match facts.thread {
        Thread::Ours(thread) => Some(thread.ticket),
        Thread::None | Thread::Forged => None,
    }
}

/// The deciding code, then everything else that was found.
fn codes(facts: &SenderFacts, deciding: Code, unanswered: bool) -> Vec<Code> {
    let mut found = facts.flaws.clone();
    found.push(match facts.proof {
        Proof::Proven => Code::Proven,
        Proof::Confirmed => Code::Confirmed,
        Proof::Unproven => Code::SenderUnproven,
    });
    let (shared, list, unable) = match facts.standing {
        Standing::Registered(contact) => (contact.shared, contact.list, !contact.support),
        _ => (false, false, false),
    };
    let role = list || facts.kind != AddressKind::Personal;
    let more = [
        (role, Code::SenderRoleAddress),
        (shared, Code::SenderShared),
        (unable, Code::SenderNotAuthorised),
        (facts.nature == Nature::List, Code::MailList),
        (facts.nature == Nature::Bulk, Code::MailBulk),
        (facts.nature == Nature::Automatic, Code::MailAutomatic),
        (facts.flood, Code::MailFlood),
        (facts.replay.is_some(), Code::AuthReplayed),
        (unanswered, Code::MailNotAnswered),
        (facts.thread == Thread::Forged, Code::ThreadForged),
        (matches!(facts.thread, Thread::Ours(thread) if !thread.vouched), Code::ThreadUnvouched),
    ];
    found.extend(more.into_iter().filter_map(|(is, code)| is.then_some(code)));
    // This one hides a mail from those who would let it in: it stands only where it decides.
    found.retain(|code| *code != deciding && *code != Code::MailVerification);
    found.sort_unstable();
    found.dedup();
    found.insert(0, deciding);
    found
}
