//! Everything has a bound.

use std::time::Duration;

use pforte_mail::transport::server::Protocol;

use crate::harness::Door;

const MIB: usize = 1024 * 1024;

#[tokio::test]
async fn a_line_that_is_too_long_ends_the_connection() {
    let door = Door::open(Protocol::Smtp).await;
    let mut peer = door.peer().await;
    // The longest that is allowed, and one byte more.
    assert!(peer.say(&format!("NOOP {}", "a".repeat(4_096 - 7))).await.starts_with("250 "));
    peer.send(format!("NOOP {}\r\n", "a".repeat(4_096 - 6))).await;
    assert!(peer.closed().await.starts_with("500 5.5.2 The line is too long"));
    let mut peer = door.peer().await;
    peer.send("a".repeat(5_000)).await;
    assert!(peer.closed().await.starts_with("500 5.5.2 The line is too long"));
}

#[tokio::test]
async fn a_message_that_says_it_is_too_large_is_refused_at_once() {
    let door = Door::open(Protocol::Smtp).await;
    let mut peer = door.peer().await;
    assert!(peer.say("EHLO a.example").await.contains(&format!("SIZE {}\n", 50 * MIB)));
    assert!(peer.say(&format!("MAIL FROM:<a@a.example> SIZE={}", 100 * MIB)).await.starts_with("552 5.3.4 "));
    assert!(peer.say(&format!("MAIL FROM:<a@a.example> SIZE={}", 50 * MIB)).await.starts_with("250 "));
}

/// 100 MB without a word about it: read to the end, refused, and the connection goes on.
#[tokio::test]
async fn a_hundred_megabytes_are_refused() {
    let door = Door::open(Protocol::Smtp).await;
    let mut peer = door.peer_in_data().await;
    let line = format!("{}\r\n", "x".repeat(998)).repeat(1_000);
    for _ in 0..100 {
        peer.send(&line).await;
    }
    peer.send(".\r\n").await;
    assert!(peer.answer().await.starts_with("552 5.3.4 "));
    assert!(peer.say("NOOP").await.starts_with("250 "));
    assert_eq!(door.intake.taken().len(), 0);
}

/// But nobody is listened to for ever.
#[tokio::test]
async fn a_message_without_an_end_is_cut_off() {
    let door = Door::open_with(Protocol::Lmtp, |settings| settings.limits.message_bytes = MIB).await;
    let mut peer = door.peer_in_data().await;
    let (mut reading, mut writing) = peer.stream.split();
    let endless = async {
        let block = vec![b'x'; 64 * 1024];
        while tokio::io::AsyncWriteExt::write_all(&mut writing, &block).await.is_ok() {}
    };
    let told = async {
        let mut told = [0; 3];
        tokio::io::AsyncReadExt::read_exact(&mut reading, &mut told).await.map(|_| told)
    };
    let (_, told) = tokio::join!(endless, told);
    // The answer may be lost when the connection is cut while bytes are on their way.
    assert!(told.is_err() || told.is_ok_and(|told| &told == b"552"));
    assert_eq!(door.intake.taken().len(), 0);
}

/// One buffer, no copies: the program stays below 150 MB while it takes a message of 50 MB.
#[tokio::test]
async fn fifty_megabytes_are_taken_in_little_memory() {
    let door = Door::open(Protocol::Lmtp).await;
    let mut peer = door.peer_in_data().await;
    let line = format!("{}\r\n", "x".repeat(998)).repeat(1_000);
    for _ in 0..50 {
        peer.send(&line).await;
    }
    peer.send(".\r\n").await;
    assert!(peer.answer().await.starts_with("250 "));
    assert_eq!(door.intake.taken()[0].raw.len(), 50_000_000);
    let status = std::fs::read_to_string("/proc/self/status").expect("Linux");
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("a peak");
    let peak: usize = peak.trim().trim_end_matches(" kB").parse().expect("a number");
    assert!(peak < 150 * 1024, "{peak} kB");
}

/// All connections together hold no more than four of the largest messages.
#[tokio::test]
async fn too_much_at_once_waits() {
    let door = Door::open_with(Protocol::Lmtp, |settings| settings.limits.message_bytes = MIB).await;
    let most = "x".repeat(990) + "\r\n";
    let mut peers = Vec::new();
    for _ in 0..6 {
        let mut peer = door.peer_in_data().await;
        peer.send(most.repeat(1_000)).await;
        peers.push(peer);
    }
    let mut answers = Vec::new();
    for peer in &mut peers {
        peer.send(".\r\n").await;
        answers.push(peer.answer().await[..3].to_owned());
    }
    assert!(answers.iter().any(|code| code == "250"), "{answers:?}");
    assert!(answers.iter().all(|code| code == "250" || code == "452"), "{answers:?}");
    let mut peer = door.peer_in_data().await;
    peer.send(most + ".\r\n").await;
    assert!(peer.answer().await.starts_with("250 "), "what was held is free again");
}

#[tokio::test]
async fn a_message_has_at_most_a_hundred_recipients() {
    let door = Door::open(Protocol::Lmtp).await;
    let mut peer = door.peer().await;
    peer.say("LHLO a.example").await;
    peer.say("MAIL FROM:<a@a.example>").await;
    for _ in 0..100 {
        assert!(peer.say("RCPT TO:<support@nordlicht.example>").await.starts_with("250 "));
    }
    assert!(peer.say("RCPT TO:<support@nordlicht.example>").await.starts_with("452 4.5.3 "));
}

#[tokio::test]
async fn connections_messages_faults_and_silence_have_a_bound() {
    let door = Door::open_with(Protocol::Smtp, |settings| {
        settings.limits.connections = 3;
        settings.limits.messages = 1;
        settings.limits.idle = Duration::from_millis(200);
    })
    .await;
    let mut silent = door.peer().await;
    let mut faulty = door.peer().await;
    let mut busy = door.peer_in_data().await;
    assert!(door.call().await.closed().await.starts_with("421 4.7.0 support.example Too many connections"));
    busy.send("Subject: a\r\n\r\n.\r\n").await;
    assert!(busy.answer().await.starts_with("250 "));
    assert!(busy.say("RSET").await.starts_with("421 4.7.0 "));
    faulty.send("WHAT\r\n".repeat(30)).await;
    let said = faulty.closed().await;
    assert!(said.lines().count() == 22 && said.contains("\n421 4.7.0 "), "{said}");
    assert!(silent.closed().await.starts_with("421 4.4.2 "));
}

#[tokio::test]
async fn only_named_peers_may_deliver() {
    let door = Door::open_with(Protocol::Lmtp, |settings| {
        settings.peers = vec!["192.0.2.1".parse().expect("an address")];
    })
    .await;
    assert!(door.call().await.closed().await.starts_with("554 5.7.1 "));
}
