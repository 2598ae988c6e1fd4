//! D13: connections are used again, and never one on which something is half done.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use pforte_server::cx::relay::{Relay, Smtp, SmtpTls};
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
};

use crate::host::{Host, password, send, send_to, until};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn d13_many_mails_go_over_one_connection_and_another_one_after_a_restart() {
    let Some(mut host) = Host::start() else { return };
    let relay = Relay::new(host.smtp(SmtpTls::StartTls, password()));
    for _ in 0..5 {
        assert_eq!(send(&relay).await, Ok(()), "{}", host.told());
    }
    host.postfix.stop();
    host.postfix.run();
    assert_eq!(send(&relay).await, Ok(()), "the old one is dead\n{}", host.told());
    relay.close().await;
    until("closed", || host.postfix.told().contains("auth=1 mail=1 rcpt=1 data=1 quit=1")).await;
    let signed_in = host.postfix.taken().len();
    assert_eq!(signed_in, 6);
    let told = host.postfix.told();
    let greeted = told.lines().filter(|line| line.contains("ehlo=2 starttls=1 auth=1")).count();
    assert!(greeted <= 2, "one connection before and one after:\n{told}");
}

/// A mail server that counts connections, and thinks for ever about some commands.
struct Odd {
    port: u16,
    connections: AtomicUsize,
    open: AtomicUsize,
}

impl Odd {
    async fn start() -> Arc<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let server = Arc::new(Self { port, connections: AtomicUsize::new(0), open: AtomicUsize::new(0) });
        let serving = Arc::clone(&server);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                serving.connections.fetch_add(1, Ordering::SeqCst);
                serving.open.fetch_add(1, Ordering::SeqCst);
                let serving = Arc::clone(&serving);
                tokio::spawn(async move {
                    talk(stream).await;
                    serving.open.fetch_sub(1, Ordering::SeqCst);
                });
            }
        });
        server
    }

    fn relay(&self) -> Relay {
        Relay::new(Smtp::new("127.0.0.1", self.port, SmtpTls::None))
    }

    fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }
}

/// Refuses `gone@`, says nothing any more after `mute@` was taken, and hangs at `slow@`.
async fn talk(stream: TcpStream) -> Option<()> {
    let mut stream = BufReader::new(stream);
    stream.write_all(b"220 here\r\n").await.ok()?;
    let (mut line, mut in_data, mut mute, mut is_mute) = (String::new(), false, false, false);
    loop {
        line.clear();
        if stream.read_line(&mut line).await.ok()? == 0 {
            return None;
        }
        let verb = line.trim_end().to_ascii_uppercase();
        if is_mute || in_data && verb != "." {
            continue;
        }
        is_mute = mute && in_data;
        in_data = verb == "DATA";
        mute |= verb.contains("MUTE@");
        let answer = match verb.as_str() {
            _ if verb.contains("SLOW@") => continue,
            _ if verb.contains("GONE@") => "550 5.1.1 nobody here\r\n",
            "DATA" => "354 go on\r\n",
            _ => "250 yes\r\n",
        };
        stream.write_all(answer.as_bytes()).await.ok()?;
    }
}

#[tokio::test]
async fn d13_who_is_cut_off_in_the_middle_takes_the_connection_along() {
    let server = Odd::start().await;
    let relay = server.relay();
    let sending = send_to(&relay, "slow@oduya.example");
    assert!(tokio::time::timeout(Duration::from_millis(200), sending).await.is_err());
    until("closed", || server.open.load(Ordering::SeqCst) == 0).await;
    assert_eq!(send(&relay).await, Ok(()));
    assert_eq!(server.connections(), 2);
}

#[tokio::test]
async fn d13_a_refused_recipient_costs_no_connection_and_a_dead_one_holds_nobody_up() {
    let server = Odd::start().await;
    let relay = server.relay();
    assert!(send_to(&relay, "gone@oduya.example").await.is_err_and(|said| said.contains("5.1.1")));
    assert_eq!(send_to(&relay, "mute@oduya.example").await, Ok(()));
    assert_eq!(server.connections(), 1);
    // It says nothing any more, and did not close.
    let sending = tokio::time::timeout(Duration::from_secs(20), send(&relay));
    assert_eq!(sending.await, Ok(Ok(())));
    assert_eq!(server.connections(), 2);
}

/// RFC 3207: whoever sits in between may put words ahead of TLS; they are not believed.
#[tokio::test]
async fn m11_words_sent_ahead_of_tls_end_the_connection() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = listener.local_addr().expect("an address").port();
    tokio::spawn(async move {
        let (stream, _) = listener.accept().await.expect("somebody");
        let mut stream = BufReader::new(stream);
        stream.write_all(b"220 here\r\n").await.expect("it hears");
        let mut line = String::new();
        stream.read_line(&mut line).await.expect("EHLO");
        stream.write_all(b"250-here\r\n250 STARTTLS\r\n").await.expect("it hears");
        stream.read_line(&mut line).await.expect("STARTTLS");
        stream.write_all(b"220 go\r\n250 AUTH PLAIN\r\n235 yes\r\n").await.expect("it hears");
        let _ = stream.read_line(&mut line).await;
    });
    let relay =
        Relay::new(Smtp { login: Some(password()), ..Smtp::new("localhost", port, SmtpTls::StartTls) });
    let said = send(&relay).await.expect_err("somebody is in between");
    assert!(said.contains("words were sent ahead of TLS"), "{said}");
}
