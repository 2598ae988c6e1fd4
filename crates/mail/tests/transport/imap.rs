//! A mailbox on a real IMAP server: nothing is lost, nothing is taken before it is durable.

use std::{sync::Arc, time::Duration};

use pforte_mail::transport::{
    Login, Way,
    imap::{After, Settings, Waits, keep},
};
use pforte_testkit::{Dovecot, Kept, MAILBOX_PASSWORD};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::harness::{Collector, LONG, Mood};

fn settings(dovecot: &Dovecot) -> Settings {
    Settings {
        host: "localhost".into(),
        port: dovecot.imap,
        tls: false,
        ca: None,
        login: Login::password("support", MAILBOX_PASSWORD),
        folder: "INBOX".into(),
        after: After::Keep,
        recipient: "support@nordlicht.example".into(),
        max_bytes: 50 * 1024 * 1024,
        waits: Waits {
            first: Duration::from_millis(20),
            longest: Duration::from_millis(200),
            ..Waits::default()
        },
    }
}

/// A mailbox being kept.
struct Keeping {
    stop: CancellationToken,
    task: JoinHandle<()>,
}

impl Keeping {
    fn begin(settings: Settings, intake: &Arc<Collector>) -> Self {
        let stop = CancellationToken::new();
        let task = tokio::spawn(keep(settings, Arc::clone(intake), stop.clone()));
        Self { stop, task }
    }

    async fn end(self) {
        self.stop.cancel();
        tokio::time::timeout(LONG, self.task).await.expect("it ends in time").expect("it ends well");
    }
}

fn message(subject: &str) -> Vec<u8> {
    format!("From: marta@oduya-ceramics.example\r\nSubject: {subject}\r\n\r\nThe kiln is cold.\r\n")
        .into_bytes()
}

/// Waits until the mailbox looks as wished.
async fn until(dovecot: &Dovecot, wished: impl Fn(&[Kept]) -> bool) {
    let looking = async {
        while !wished(&dovecot.kept("support")) {
            tokio::task::yield_now().await;
        }
    };
    let looked = tokio::time::timeout(LONG, looking).await;
    let kept = dovecot.kept("support");
    assert!(looked.is_ok(), "{} in the mailbox\n{}", kept.len(), dovecot.told());
}

fn all_taken(kept: &[Kept]) -> bool {
    kept.iter().all(|kept| kept.taken && kept.seen && !kept.flagged)
}

#[tokio::test]
async fn what_lies_there_and_what_comes_is_taken_once_and_marked() {
    let Some(dovecot) = Dovecot::start() else { return };
    dovecot.deliver("support", &message("one"));
    dovecot.deliver("support", &message("two"));
    let intake = Collector::new();
    let keeping = Keeping::begin(settings(&dovecot), &intake);
    let taken = intake.until(2).await;
    assert_eq!(taken[0].raw.as_ref(), message("one"));
    assert_eq!((taken[0].way, taken[0].cut), (Way::Imap, None));
    assert_eq!((&taken[0].return_path, &taken[0].client), (&None, &None));
    assert_eq!(taken[0].recipient, "support@nordlicht.example");
    // The server tells news by itself: nothing here polls sooner than in minutes.
    until(&dovecot, |kept| kept.len() == 2 && all_taken(kept)).await;
    dovecot.deliver("support", &message("three"));
    assert_eq!(intake.until(3).await[2].raw.as_ref(), message("three"));
    until(&dovecot, |kept| kept.len() == 3 && all_taken(kept)).await;
    keeping.end().await;
    let again = Keeping::begin(settings(&dovecot), &intake);
    dovecot.deliver("support", &message("four"));
    intake.until(4).await;
    again.end().await;
    assert_eq!(intake.taken().len(), 4, "what was marked is not handed over again");
}

#[tokio::test]
async fn what_is_not_taken_stays_and_holds_nothing_else_up() {
    let Some(dovecot) = Dovecot::start() else { return };
    dovecot.deliver("support", &message("one"));
    dovecot.deliver("support", &message("two"));
    let intake = Collector::new();
    intake.will(&[Mood::Later]);
    let keeping = Keeping::begin(settings(&dovecot), &intake);
    let taken = intake.until(2).await;
    assert_eq!(taken[0].raw.as_ref(), message("two"));
    assert_eq!(taken[1].raw.as_ref(), message("one"));
    until(&dovecot, all_taken).await;
    intake.will(&[Mood::Panic]);
    dovecot.deliver("support", &message("three"));
    intake.until(3).await;
    keeping.end().await;
}

/// A crash between taking and marking: the message is handed over again, and the intake knows it.
#[tokio::test]
async fn what_was_taken_and_not_marked_is_handed_over_again() {
    let Some(dovecot) = Dovecot::start() else { return };
    dovecot.deliver("support", &message("one"));
    let intake = Collector::new();
    intake.will(&[Mood::Silent]);
    let keeping = Keeping::begin(settings(&dovecot), &intake);
    intake.until(1).await;
    keeping.task.abort();
    assert!(dovecot.kept("support").iter().all(|kept| !kept.seen && !kept.taken));
    let keeping = Keeping::begin(settings(&dovecot), &intake);
    let taken = intake.until(2).await;
    assert_eq!(taken[0].raw, taken[1].raw);
    until(&dovecot, all_taken).await;
    keeping.end().await;
}

#[tokio::test]
async fn deleting_removes_what_was_taken_and_nothing_else() {
    let Some(dovecot) = Dovecot::start() else { return };
    dovecot.deliver("support", &message("one"));
    dovecot.deliver("support", &message("two"));
    let intake = Collector::new();
    // The first is not taken as long as the test looks.
    intake.will(&[Mood::Later]);
    let waits = Waits { first: LONG, ..Waits::default() };
    let keeping = Keeping::begin(Settings { after: After::Delete, waits, ..settings(&dovecot) }, &intake);
    intake.until(1).await;
    until(&dovecot, |kept| kept.len() == 1).await;
    assert_eq!(dovecot.kept("support")[0].raw, message("one"));
    keeping.end().await;
}

#[tokio::test]
async fn what_is_too_large_stays_flagged_and_its_header_is_told() {
    let Some(dovecot) = Dovecot::start() else { return };
    let large = [message("large"), vec![b'x'; 5_000]].concat();
    dovecot.deliver("support", &large);
    dovecot.deliver("support", &message("small"));
    let intake = Collector::new();
    let small_only = Settings { max_bytes: 1_000, after: After::Delete, ..settings(&dovecot) };
    let keeping = Keeping::begin(small_only, &intake);
    let taken = intake.until(2).await;
    assert_eq!(taken[0].cut, Some(large.len() as u64));
    assert!(taken[0].raw.starts_with(b"From: marta") && taken[0].raw.ends_with(b"Subject: large\r\n\r\n"));
    assert_eq!(taken[1].cut, None);
    until(&dovecot, |kept| kept.len() == 1 && kept[0].flagged && kept[0].taken).await;
    assert!(!dovecot.kept("support")[0].deleted);
    assert_eq!(dovecot.kept("support")[0].raw, large, "not even with `delete` is it removed");
    keeping.end().await;
}

/// Large ones come in pieces; one ends exactly with a piece.
#[tokio::test]
async fn large_messages_arrive_byte_for_byte() {
    let Some(dovecot) = Dovecot::start() else { return };
    let mib = 1024 * 1024;
    let mut sent = Vec::new();
    for size in [2 * mib, 5 * mib + 17] {
        let mut raw = message("large");
        let mut number = 0_u32;
        while raw.len() < size {
            raw.extend_from_slice(format!("{number:070}\r\n").as_bytes());
            number += 1;
        }
        raw.truncate(size - 2);
        // Neither half of a line's end in the middle, nor at the end.
        let last = raw.len() - 4;
        raw[last..].fill(b'x');
        raw.extend_from_slice(b"\r\n");
        assert_eq!(raw.len(), size);
        dovecot.deliver("support", &raw);
        sent.push(raw);
    }
    let intake = Collector::new();
    let keeping = Keeping::begin(settings(&dovecot), &intake);
    for (taken, sent) in intake.until(2).await.iter().zip(&sent) {
        assert!(taken.raw == *sent, "{} bytes came of {}", taken.raw.len(), sent.len());
    }
    keeping.end().await;
}

/// The server goes away and comes back, and numbers its messages anew (UIDVALIDITY).
#[tokio::test]
async fn an_outage_and_new_numbers_lose_and_double_nothing() {
    let Some(mut dovecot) = Dovecot::start() else { return };
    dovecot.deliver("support", &message("one"));
    let intake = Collector::new();
    let keeping = Keeping::begin(settings(&dovecot), &intake);
    intake.until(1).await;
    until(&dovecot, all_taken).await;
    dovecot.stop();
    for file in ["dovecot-uidlist", "dovecot.index.log", "dovecot.index", "dovecot.index.cache"] {
        let _ = std::fs::remove_file(dovecot.mailbox("support").join(file));
    }
    dovecot.deliver("support", &message("two"));
    dovecot.run();
    assert_eq!(intake.until(2).await[1].raw.as_ref(), message("two"));
    until(&dovecot, |kept| kept.len() == 2 && all_taken(kept)).await;
    keeping.end().await;
    assert_eq!(intake.taken().len(), 2);
}

#[tokio::test]
async fn tls_is_checked_against_the_given_certificate() {
    let Some(dovecot) = Dovecot::start() else { return };
    dovecot.deliver("support", &message("one"));
    let intake = Collector::new();
    let other =
        rcgen::generate_simple_self_signed(["localhost".to_owned()]).expect("a certificate").cert.pem();
    let tls = |ca: Option<&str>| Settings {
        port: dovecot.imaps,
        tls: true,
        ca: ca.map(|pem| pem.as_bytes().to_vec()),
        ..settings(&dovecot)
    };
    // Neither the public roots nor somebody else's certificate let it in.
    for ca in [None, Some(other.as_str())] {
        let before = refusals(&dovecot);
        let keeping = Keeping::begin(tls(ca), &intake);
        while refusals(&dovecot) < before + 2 {
            tokio::task::yield_now().await;
        }
        keeping.end().await;
    }
    assert_eq!(intake.taken().len(), 0);
    let keeping = Keeping::begin(tls(Some(&dovecot.certificate)), &intake);
    intake.until(1).await;
    until(&dovecot, all_taken).await;
    keeping.end().await;
}

/// How often somebody went away from the server without trusting it.
fn refusals(dovecot: &Dovecot) -> usize {
    dovecot.told().lines().filter(|line| line.contains("TLS handshaking")).count()
}
