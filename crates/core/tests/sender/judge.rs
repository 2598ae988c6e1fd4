//! The table of verdicts.

use pforte_core::{
    kernel::*,
    sender::{Disposition::*, *},
    ticket::TicketState,
};
use uuid::Uuid;

const NOW: Moment = Moment(1_800_000_000_000_000);
pub const TICKET: TicketId = TicketId(Uuid::from_u128(0x71));
const HELD: Disposition = Quarantine { ticket: Some(TICKET) };
const LOOSE: Disposition = Quarantine { ticket: None };
const NEUTRAL: Option<AutomaticAnswer> = Some(AutomaticAnswer::Neutral);
const WAITS: Option<AutomaticAnswer> = Some(AutomaticAnswer::Waits);

pub const fn contact() -> Registered {
    Registered { active: true, support: true, confirmed: true, shared: false, list: false }
}

/// An honest mail: proven, from a contact who may, to nothing of ours.
pub fn honest() -> SenderFacts {
    SenderFacts {
        proof: Proof::Proven,
        flaws: vec![],
        standing: Standing::Registered(contact()),
        kind: AddressKind::Personal,
        nature: Nature::Person,
        sign: Sign::Likely,
        thread: Thread::None,
        flood: false,
        replay: None,
        last_answer_at: None,
        answered: Answered::default(),
    }
}

fn from(contact: Registered) -> SenderFacts {
    SenderFacts { standing: Standing::Registered(contact), ..honest() }
}

fn standing(standing: Standing) -> SenderFacts {
    SenderFacts { standing, ..honest() }
}

fn unproven() -> SenderFacts {
    SenderFacts { proof: Proof::Unproven, flaws: vec![Code::AuthDkimFail], ..honest() }
}

fn of_nature(nature: Nature) -> SenderFacts {
    SenderFacts { nature, ..honest() }
}

fn ours(participant: bool, state: TicketState) -> Thread {
    Thread::Ours(InThread { ticket: TICKET, participant, state, vouched: true })
}

/// Answers by a reference that nobody vouches for.
fn unvouched(state: TicketState) -> SenderFacts {
    let thread = Thread::Ours(InThread { ticket: TICKET, participant: true, state, vouched: false });
    SenderFacts { thread, ..honest() }
}

fn answering(participant: bool, state: TicketState) -> SenderFacts {
    SenderFacts { thread: ours(participant, state), ..honest() }
}

fn is(facts: &SenderFacts, disposition: Disposition, code: &str, answer: Option<AutomaticAnswer>) {
    let verdict = judge(facts, NOW);
    assert_eq!(
        (verdict.disposition, verdict.codes[0].word(), verdict.answer),
        (disposition, code, answer),
        "{facts:?}"
    );
}

#[test]
fn z5_who_is_proven_registered_and_may_opens_a_ticket() {
    is(&honest(), Open, "proven", None);
    is(&SenderFacts { proof: Proof::Confirmed, ..honest() }, Open, "confirmed", None);
}

/// Rules Z5, B13: a reference that somebody may have added reopens nothing; nothing of the words is lost.
#[test]
fn z5_b13_what_nobody_vouches_for_reopens_nothing() {
    use TicketState::*;
    for state in [New, TicketState::Open, Waiting] {
        is(&unvouched(state), Append { ticket: TICKET }, "proven", None);
    }
    for state in [Closed, Locked] {
        for proof in [Proof::Proven, Proof::Confirmed] {
            let facts = SenderFacts { proof, ..unvouched(state) };
            is(&facts, Disposition::Open, proof.word(), None);
            assert!(judge(&facts, NOW).codes.contains(&Code::ThreadUnvouched));
        }
        // Rule P2: who may not raise requests does not by an answer that opens a new one.
        let unable = Registered { support: false, ..contact() };
        let facts = SenderFacts { standing: Standing::Registered(unable), ..unvouched(state) };
        is(&facts, HELD, "sender.not_authorised", Some(AutomaticAnswer::NamesAuthorised));
    }
}

#[test]
fn z5_the_registered_address_is_asked_when_nothing_proves_the_sender() {
    is(&unproven(), Challenge { ticket: None }, "sender.unproven", None);
    assert_eq!(judge(&unproven(), NOW).codes, [Code::SenderUnproven, Code::AuthDkimFail]);
    let answering = SenderFacts { thread: ours(true, TicketState::Closed), ..unproven() };
    is(&answering, Challenge { ticket: Some(TICKET) }, "sender.unproven", None);
}

#[test]
fn z1_z3_outsiders_are_answered_the_same() {
    let cases = [
        (standing(Standing::Unregistered), "sender.unregistered"),
        (standing(Standing::LookAlike), "sender.look_alike"),
        (from(Registered { active: false, ..contact() }), "sender.inactive"),
        (from(Registered { confirmed: false, ..contact() }), "sender.unregistered"),
        (SenderFacts { thread: Thread::Forged, ..honest() }, "thread.forged"),
    ];
    for (facts, code) in cases {
        for proof in Proof::ALL {
            is(&SenderFacts { proof: *proof, ..facts.clone() }, LOOSE, code, NEUTRAL);
        }
    }
}

#[test]
fn z4_neither_own_addresses_nor_those_of_customers_customers_are_senders() {
    is(&standing(Standing::OwnAddress), LOOSE, "sender.own_address", None);
    is(&standing(Standing::CustomersSupport), LOOSE, "sender.customers_support", None);
    // Whoever is registered there and proven hears that somebody will look (rule Z5).
    for (standing, told) in [(Standing::Registered(contact()), WAITS), (Standing::Unregistered, None)] {
        let facts = SenderFacts { kind: AddressKind::Support, standing, ..honest() };
        is(&facts, LOOSE, "sender.customers_support", told);
        let facts = SenderFacts { kind: AddressKind::Nobody, standing, ..honest() };
        is(&facts, LOOSE, "sender.role_address", told);
    }
}

#[test]
fn p2_who_may_not_raise_requests_learns_who_may_once_proven() {
    let unable = Registered { support: false, ..contact() };
    is(&from(unable), LOOSE, "sender.not_authorised", Some(AutomaticAnswer::NamesAuthorised));
    let forged = SenderFacts { proof: Proof::Unproven, ..from(unable) };
    is(&forged, LOOSE, "sender.unproven", NEUTRAL);
    assert!(judge(&forged, NOW).codes.contains(&Code::SenderNotAuthorised));
    for several in [Registered { shared: true, ..unable }, Registered { list: true, ..unable }] {
        is(&from(several), LOOSE, "sender.not_authorised", NEUTRAL);
    }
}

/// Rule P15: whoever asked in the portal answers by mail, with or without the right to raise by mail.
#[test]
fn p2_p15_answering_in_ones_own_ticket_takes_no_right() {
    let answers =
        |state| SenderFacts { thread: ours(true, state), ..from(Registered { support: false, ..contact() }) };
    is(&answers(TicketState::Waiting), Append { ticket: TICKET }, "proven", None);
    is(&answers(TicketState::Closed), Reopen { ticket: TICKET }, "proven", None);
    let names = Some(AutomaticAnswer::NamesAuthorised);
    is(&answers(TicketState::Locked), HELD, "sender.not_authorised", names);
}

#[test]
fn b13_b15_a_participants_answer_follows_the_tickets_state() {
    for state in [TicketState::New, TicketState::Open, TicketState::Waiting] {
        is(&answering(true, state), Append { ticket: TICKET }, "proven", None);
    }
    is(&answering(true, TicketState::Closed), Reopen { ticket: TICKET }, "proven", None);
    is(&answering(true, TicketState::Locked), FollowUp { ticket: TICKET }, "proven", None);
}

/// Control 43: neither a reference nor a number lets anybody into a ticket that is not theirs.
#[test]
fn control_43_a_foreign_ticket_is_joined_by_nobody() {
    for state in TicketState::ALL {
        for proof in Proof::ALL {
            let facts = SenderFacts { proof: *proof, ..answering(false, *state) };
            is(&facts, HELD, "thread.not_participant", NEUTRAL);
        }
    }
    is(&SenderFacts { thread: Thread::Forged, ..honest() }, LOOSE, "thread.forged", NEUTRAL);
}

/// Control 15, control 47: nothing automatic opens, reopens or is answered.
#[test]
fn b13_control_15_control_47_automatic_mail_waits_and_is_never_answered() {
    let cases = [
        (Nature::Automatic, HELD, "mail.automatic"),
        (Nature::Bulk, HELD, "mail.bulk"),
        (Nature::Loop, HELD, "mail.loop"),
        (Nature::Bounce { ours: false }, HELD, "mail.bounce"),
        (Nature::Bounce { ours: true }, Bounce, "mail.bounce"),
    ];
    for (nature, disposition, code) in cases {
        for standing in [Standing::Registered(contact()), Standing::Unregistered, Standing::OwnAddress] {
            let thread = ours(true, TicketState::Closed);
            let facts = SenderFacts { thread, standing, sign: Sign::Declared, ..of_nature(nature) };
            is(&facts, disposition, code, None);
        }
    }
    is(&SenderFacts { flood: true, ..standing(Standing::Unregistered) }, LOOSE, "mail.flood", None);
    is(&SenderFacts { flood: true, ..honest() }, LOOSE, "mail.flood", WAITS);
}

/// Rule Z5 (decision 0024): words and fields that people's mails bear as well say nothing of a registered sender.
#[test]
fn z5_what_only_reads_like_a_machine_is_a_registered_persons() {
    let likely =
        [Nature::Automatic, Nature::Bulk, Nature::Loop, Nature::Bounce { ours: true }, Nature::Verification];
    for nature in likely {
        let answers = SenderFacts { thread: ours(true, TicketState::Waiting), ..of_nature(nature) };
        is(&of_nature(nature), Open, "proven", None);
        is(&answers, Append { ticket: TICKET }, "proven", None);
        // Unproven, the person is asked, as always.
        let unproven = SenderFacts { nature, ..unproven() };
        is(&unproven, Challenge { ticket: None }, "sender.unproven", None);
        assert!(!judge(&unproven, NOW).codes.contains(&Code::MailVerification));
        // Of a stranger it decides.
        let stranger = SenderFacts { nature, ..standing(Standing::Unregistered) };
        assert_ne!(judge(&stranger, NOW).codes[0], Code::SenderUnregistered, "{nature:?}");
        assert_eq!(judge(&stranger, NOW).answer, None);
    }
}

/// Rules B13, Z5: an absence's words in an answer give nothing back; they wait to be read, and a person hears it.
#[test]
fn b13_z5_an_absence_by_its_words_waits_readable_and_is_told() {
    let absence = SenderFacts {
        sign: Sign::Answering,
        thread: ours(true, TicketState::Closed),
        ..of_nature(Nature::Automatic)
    };
    is(&absence, HELD, "mail.automatic", WAITS);
    is(&SenderFacts { proof: Proof::Unproven, ..absence.clone() }, HELD, "mail.automatic", None);
    is(&SenderFacts { last_answer_at: Some(NOW), ..absence }, HELD, "mail.automatic", None);
}

/// Control 45: only of third parties, and only there it hides anything.
#[test]
fn control_45_another_services_confirmation_waits_hidden() {
    for sign in [Sign::Declared, Sign::Answering, Sign::Likely] {
        for other in [Standing::Unregistered, Standing::LookAlike, Standing::OwnAddress] {
            let facts = SenderFacts { sign, thread: ours(true, TicketState::Open), ..standing(other) };
            is(&SenderFacts { nature: Nature::Verification, ..facts }, LOOSE, "mail.verification", None);
        }
        let flaws = vec![Code::MailVerification];
        let own = SenderFacts { sign, flaws, ..of_nature(Nature::Verification) };
        assert!(!judge(&own, NOW).codes.contains(&Code::MailVerification), "{sign:?}");
    }
}

/// Rules Z8, Z13 to Z15, control 42: flagged addresses lead to a question, not to a refusal.
#[test]
fn z8_z13_z14_z15_flagged_addresses_are_asked_in_person() {
    let challenge = Challenge { ticket: None };
    is(&from(Registered { shared: true, ..contact() }), challenge, "sender.shared", None);
    is(&from(Registered { list: true, ..contact() }), challenge, "sender.role_address", None);
    is(&of_nature(Nature::List), challenge, "mail.list", None);
    let flagged = Registered { shared: true, list: true, ..contact() };
    let yes = SenderFacts { proof: Proof::Confirmed, nature: Nature::List, ..from(flagged) };
    is(&yes, Open, "confirmed", None);
    is(
        &SenderFacts { nature: Nature::List, ..standing(Standing::Unregistered) },
        LOOSE,
        "sender.unregistered",
        None,
    );
}

#[test]
fn z15_a_role_by_name_is_flagged_and_taken() {
    let facts = SenderFacts { kind: AddressKind::Role, ..honest() };
    is(&facts, Open, "proven", None);
    assert_eq!(judge(&facts, NOW).codes, [Code::Proven, Code::SenderRoleAddress]);
}

#[test]
fn control_40_what_has_no_single_sender_waits_unanswered() {
    for code in [Code::FromMany, Code::FromMissing, Code::FromOdd] {
        for standing in [Standing::Registered(contact()), Standing::Unregistered] {
            let facts = SenderFacts { flaws: vec![Code::AuthNone, code], standing, ..unproven() };
            is(&facts, LOOSE, code.word(), None);
        }
    }
}

/// Control 46: one automatic answer, of whatever kind, to an address in 24 hours.
#[test]
fn control_46_an_address_is_answered_or_asked_once_a_day() {
    let day = Span::hours(24);
    assert!(may_answer(None, NOW));
    assert!(!may_answer(Some(NOW), NOW));
    assert!(!may_answer(Some(NOW - day + Span(1)), NOW));
    assert!(may_answer(Some(NOW - day), NOW));
    let again = |facts| SenderFacts { last_answer_at: Some(NOW - Span::hours(23)), ..facts };
    is(&again(standing(Standing::Unregistered)), LOOSE, "sender.unregistered", None);
    is(&again(unproven()), LOOSE, "sender.unproven", None);
    is(&again(from(Registered { support: false, ..contact() })), LOOSE, "sender.not_authorised", None);
    is(&again(honest()), Open, "proven", None);
}

/// Control 46: with invented local parts nobody makes us flood a domain; registered addresses keep room.
#[test]
fn control_46_a_domain_and_a_provider_are_not_flooded_with_answers() {
    let stranger = |domain, provider| SenderFacts {
        answered: Answered { domain, provider },
        ..standing(Standing::Unregistered)
    };
    is(&stranger(49, 499), LOOSE, "sender.unregistered", NEUTRAL);
    for full in [stranger(50, 0), stranger(0, 500)] {
        is(&full, LOOSE, "sender.unregistered", None);
        assert!(judge(&full, NOW).codes.contains(&Code::MailNotAnswered));
        let again = SenderFacts { last_answer_at: Some(NOW), ..full };
        assert!(!judge(&again, NOW).codes.contains(&Code::MailNotAnswered), "it had its answer");
    }
    let owner = |provider| SenderFacts { answered: Answered { domain: 50, provider }, ..unproven() };
    is(&owner(999), Challenge { ticket: None }, "sender.unproven", None);
    is(&owner(1_000), LOOSE, "sender.unproven", None);
    assert!(judge(&owner(1_000), NOW).codes.contains(&Code::MailNotAnswered));
    let honest = SenderFacts { answered: Answered { domain: 50, provider: 1_000 }, ..honest() };
    is(&honest, Open, "proven", None);
}

/// Rule Z5, controls 38 to 41: an earlier mail sent again waits where that one went, and nobody is asked.
#[test]
fn z5_a_replay_waits_beside_the_earlier_mail_unanswered() {
    let replay = Some(Replay { ticket: Some(TICKET) });
    for standing in [Standing::Registered(contact()), Standing::Unregistered, Standing::LookAlike] {
        for proof in Proof::ALL {
            let facts = SenderFacts { proof: *proof, replay, standing, ..unproven() };
            is(&facts, HELD, "auth.replayed", None);
        }
    }
    is(&SenderFacts { replay: Some(Replay { ticket: None }), ..unproven() }, LOOSE, "auth.replayed", None);
}

/// Rule Z5: what may be old, or written to somebody else, is the registered address's to confirm.
#[test]
fn z5_stale_mail_and_mail_to_others_lead_to_a_challenge() {
    for code in [Code::AuthStale, Code::AuthNotAddressed] {
        let facts = SenderFacts { flaws: vec![code], ..unproven() };
        is(&facts, Challenge { ticket: None }, "sender.unproven", None);
        assert_eq!(judge(&facts, NOW).codes, [Code::SenderUnproven, code]);
    }
}

#[test]
fn codes_are_told_once_the_deciding_one_first() {
    let facts = SenderFacts {
        flaws: vec![Code::MailBroken, Code::AuthNone, Code::MailBroken],
        thread: Thread::Forged,
        ..unproven()
    };
    let codes = [Code::ThreadForged, Code::SenderUnproven, Code::AuthNone, Code::MailBroken];
    assert_eq!(judge(&facts, NOW).codes, codes);
}
