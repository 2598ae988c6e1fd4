//! What no mail can do, whatever it is.

use pforte_core::{kernel::*, sender::*, ticket::TicketState};
use proptest::{prelude::*, test_runner::Config};

use crate::judge::{TICKET, honest};

fn registered() -> impl Strategy<Value = Standing> {
    (any::<bool>(), any::<bool>(), any::<bool>(), any::<bool>(), any::<bool>()).prop_map(
        |(active, support, confirmed, shared, list)| {
            Standing::Registered(Registered { active, support, confirmed, shared, list })
        },
    )
}

fn standing() -> impl Strategy<Value = Standing> {
    let others =
        vec![Standing::LookAlike, Standing::Unregistered, Standing::OwnAddress, Standing::CustomersSupport];
    prop_oneof![3 => registered(), 1 => prop::sample::select(others)]
}

fn nature() -> impl Strategy<Value = Nature> {
    let others = vec![
        Nature::Automatic,
        Nature::Bounce { ours: true },
        Nature::Bounce { ours: false },
        Nature::List,
        Nature::Bulk,
        Nature::Loop,
        Nature::Verification,
    ];
    prop_oneof![1 => Just(Nature::Person), 1 => prop::sample::select(others)]
}

fn sign() -> impl Strategy<Value = Sign> {
    prop::sample::select(vec![Sign::Declared, Sign::Answering, Sign::Likely])
}

/// Whether it is from a registered contact at a confirmed address, and proven.
fn is_known(facts: &SenderFacts) -> bool {
    facts.proof.counts() && matches!(facts.standing, Standing::Registered(c) if c.active && c.confirmed)
}

fn thread() -> impl Strategy<Value = Thread> {
    let ours = (any::<bool>(), prop::sample::select(TicketState::ALL), any::<bool>()).prop_map(
        |(participant, state, vouched)| {
            Thread::Ours(InThread { ticket: TICKET, participant, state, vouched })
        },
    );
    prop_oneof![1 => Just(Thread::None), 1 => Just(Thread::Forged), 2 => ours]
}

fn facts() -> impl Strategy<Value = SenderFacts> {
    let proof = prop::sample::select(Proof::ALL);
    let kind = prop::sample::select(AddressKind::ALL);
    let flaws = prop::collection::vec(prop::sample::select(Code::ALL), 0..3);
    let answered = prop::option::of((0..3_000i64).prop_map(|m| Moment(0) + Span::minutes(m)));
    let replay = prop::option::weighted(0.1, Just(Replay { ticket: Some(TICKET) }));
    let others = (0..100_i64, 0..1_500_i64).prop_map(|(domain, provider)| Answered { domain, provider });
    let answered = (answered, others);
    let flood = prop::bool::weighted(0.1);
    let nature = (nature(), sign());
    (proof, flaws, standing(), kind, nature, thread(), flood, replay, answered).prop_map(
        |(
            proof,
            flaws,
            standing,
            kind,
            (nature, sign),
            thread,
            flood,
            replay,
            (last_answer_at, answered),
        )| {
            SenderFacts {
                proof,
                flaws,
                standing,
                kind,
                nature,
                sign,
                thread,
                flood,
                replay,
                last_answer_at,
                answered,
            }
        },
    )
}

fn reaches_a_ticket(disposition: Disposition) -> bool {
    use Disposition::*;
    matches!(disposition, Open | Append { .. } | Reopen { .. } | FollowUp { .. })
}

proptest! {
    #![proptest_config(Config { failure_persistence: None, cases: 4_096, ..Config::default() })]

    /// Rules Z1, Z5, B13: a ticket is reached only by a person's own proven or confirmed word.
    #[test]
    fn z1_z5_only_a_contacts_own_word_reaches_a_ticket(facts in facts(), now in 0..6_000i64) {
        let verdict = judge(&facts, Moment(0) + Span::minutes(now));
        if !reaches_a_ticket(verdict.disposition) {
            return Ok(());
        }
        prop_assert!(facts.proof.counts() && !facts.flood && facts.replay.is_none() && facts.thread != Thread::Forged);
        let by_itself = facts.sign == Sign::Declared
            || (facts.sign == Sign::Answering && facts.nature == Nature::Automatic);
        prop_assert!(!by_itself || matches!(facts.nature, Nature::Person | Nature::List));
        prop_assert!(matches!(facts.standing, Standing::Registered(c) if c.active && c.confirmed));
        prop_assert!(!matches!(facts.thread, Thread::Ours(t) if !t.participant));
        let reopens = matches!(verdict.disposition, Disposition::Reopen { .. });
        prop_assert!(!reopens || matches!(facts.thread, Thread::Ours(t) if t.vouched), "rule Z5");
        if let Standing::Registered(contact) = facts.standing {
            let asked = contact.shared || contact.list || facts.nature == Nature::List;
            prop_assert!(!asked || facts.proof == Proof::Confirmed);
            let raises = matches!(verdict.disposition, Disposition::Open | Disposition::FollowUp { .. });
            prop_assert!(contact.support || !raises, "rule P2");
        }
        prop_assert_eq!(verdict.answer, None);
    }

    /// Controls 46 and 47: who is answered or asked at all.
    #[test]
    fn control_46_control_47_nobody_is_mailed_twice_a_day_or_in_a_loop(facts in facts(), now in 0..6_000i64) {
        let now = Moment(0) + Span::minutes(now);
        let verdict = judge(&facts, now);
        let asks = matches!(verdict.disposition, Disposition::Challenge { .. });
        if asks || verdict.answer.is_some() {
            prop_assert!(may_answer(facts.last_answer_at, now) && facts.replay.is_none());
            let registered = matches!(facts.standing, Standing::Registered(_));
            prop_assert!(has_room(registered, facts.answered));
            let declared = facts.sign == Sign::Declared;
            prop_assert!(!declared || matches!(facts.nature, Nature::Person | Nature::List));
            prop_assert!(registered || matches!(facts.nature, Nature::Person | Nature::List));
            prop_assert!(!matches!(facts.standing, Standing::OwnAddress | Standing::CustomersSupport));
            prop_assert!(!asks || verdict.answer.is_none(), "one mail, not two");
            if verdict.answer == Some(AutomaticAnswer::Waits) {
                prop_assert!(is_known(&facts), "told to nobody but a proven, registered person");
            } else {
                prop_assert!(!facts.flood && !matches!(facts.kind, AddressKind::Nobody | AddressKind::Support));
            }
        }
        if verdict.answer == Some(AutomaticAnswer::NamesAuthorised) {
            let known = matches!(facts.standing, Standing::Registered(c) if c.active && c.confirmed);
            prop_assert!(known && facts.proof.counts(), "names are told to no outsider");
        }
    }

    /// Rule Z5: a proven, registered person's mail leads to a ticket, a question or an answer, and nothing hides
    /// it; only what says of itself that nobody wrote it waits without a word (control 47).
    #[test]
    fn z5_a_proven_registered_persons_mail_is_readable_and_never_without_a_word(facts in facts(), now in 0..6_000i64) {
        let now = Moment(0) + Span::minutes(now);
        let verdict = judge(&facts, now);
        if matches!(facts.standing, Standing::Registered(_)) {
            prop_assert!(!verdict.codes.contains(&Code::MailVerification), "readable");
        }
        let machine = facts.sign == Sign::Declared && !matches!(facts.nature, Nature::Person | Nature::List);
        if !is_known(&facts) || machine || facts.replay.is_some() {
            return Ok(());
        }
        let asks = matches!(verdict.disposition, Disposition::Challenge { .. });
        let told = may_answer(facts.last_answer_at, now) && has_room(true, facts.answered);
        prop_assert!(reaches_a_ticket(verdict.disposition) || asks || verdict.answer.is_some() || !told);
        let odd = facts.flaws.iter().any(|code| code.word().starts_with("from."));
        let plain = facts.kind == AddressKind::Personal && !facts.flood && !odd && facts.thread == Thread::None;
        let fine = matches!(facts.standing, Standing::Registered(c) if c.support && !c.shared && !c.list);
        let absence = facts.nature == Nature::Automatic && facts.sign == Sign::Answering;
        let verification = facts.nature == Nature::Verification && facts.sign == Sign::Answering;
        if plain && fine && !absence && !verification && facts.nature != Nature::List {
            prop_assert!(reaches_a_ticket(verdict.disposition), "whatever its words");
        }
    }

    /// Answered yes, nothing is asked again; and there is always a reason, each told once.
    #[test]
    fn a_challenge_is_asked_once_and_every_verdict_says_why(facts in facts(), now in 0..6_000i64) {
        let now = Moment(0) + Span::minutes(now);
        let verdict = judge(&facts, now);
        let mut codes = verdict.codes.clone();
        codes.sort_unstable();
        codes.dedup();
        prop_assert_eq!(codes.len(), verdict.codes.len());
        prop_assert!(!codes.is_empty());
        if matches!(verdict.disposition, Disposition::Challenge { .. }) {
            let confirmed = SenderFacts { proof: Proof::Confirmed, ..facts };
            prop_assert!(reaches_a_ticket(judge(&confirmed, now).disposition));
        }
    }
}

/// The properties above would say nothing if no drawn mail reached a ticket.
#[test]
fn an_honest_mail_reaches_a_ticket() {
    assert!(reaches_a_ticket(judge(&honest(), Moment(0)).disposition));
}
