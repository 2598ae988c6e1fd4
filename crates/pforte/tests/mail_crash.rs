//! kill -9 while mail comes in by mailbox, LMTP and standard input: what was acknowledged or lay in the
//! mailbox is afterwards exactly one ticket, or waits exactly once in quarantine.
//!
//! `PFORTE_CRASH_ROUNDS` sets how often (10 unless told).

mod common;

use std::{
    collections::{BTreeMap, BTreeSet},
    io::Write,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use common::{Api, Person, Site, Upstream, api::AGENT, site::PFORTE, tools};
use pforte_core::kernel::Moment;
use pforte_testkit::{Dovecot, MAILBOX_PASSWORD, date};
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    net::TcpStream,
};

const SUPPORT: &str = "support@nordlicht.example";
/// How long what lies in the mailbox may take until it is taken.
const CATCH_UP: Duration = Duration::from_secs(60);

/// Subjects that somebody was promised to find again.
type Promised = Arc<Mutex<BTreeSet<String>>>;

static NEXT: AtomicU64 = AtomicU64::new(1);

/// A message like no other: every second one from a registered contact whose sender is proven.
fn letter() -> (String, Vec<u8>) {
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let subject = format!("Kiln number {number} is cold");
    let (from, proof) = match number % 2 {
        0 => (
            "Marta Oduya <marta@oduya-ceramics.example>",
            "spf=pass smtp.mailfrom=oduya-ceramics.example; dmarc=pass header.from=oduya-ceramics.example",
        ),
        _ => ("Nobody <nobody@elsewhere.example>", "dkim=none; dmarc=none"),
    };
    let date = date(now());
    let raw = format!(
        "Authentication-Results: mx.nordlicht.example; {proof}\r\nFrom: {from}\r\nTo: {SUPPORT}\r\n\
         Subject: {subject}\r\nMessage-ID: <{number}.crash@elsewhere.example>\r\n\
         Date: {date}\r\n\r\nKiln number {number} does not heat.\r\n"
    );
    (subject, raw.into_bytes())
}

/// The server runs on the real clock, and an old mail is not proven.
#[expect(clippy::disallowed_methods, reason = "the date of a mail for a real process")]
fn now() -> Moment {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    Moment(i64::try_from(since.as_micros()).unwrap_or(i64::MAX))
}

/// Hands messages over by LMTP until the server is gone. Which one was unanswered may be there or not.
async fn by_lmtp(port: u16, promised: Promised) -> Option<()> {
    let mut stream = BufReader::new(TcpStream::connect(("127.0.0.1", port)).await.ok()?);
    answer(&mut stream).await?;
    ask(&mut stream, b"LHLO mx.nordlicht.example\r\n").await?;
    // Fewer than a connection may carry.
    for _ in 0..90 {
        let (subject, raw) = letter();
        ask(&mut stream, b"MAIL FROM:<>\r\n").await?;
        ask(&mut stream, format!("RCPT TO:<{SUPPORT}>\r\n").as_bytes()).await?;
        ask(&mut stream, b"DATA\r\n").await?;
        if ask(&mut stream, &[&raw, &b".\r\n"[..]].concat()).await?.starts_with("250 ") {
            promised.lock().expect("not poisoned").insert(subject);
        }
    }
    Some(())
}

async fn ask(stream: &mut BufReader<TcpStream>, line: &[u8]) -> Option<String> {
    stream.write_all(line).await.ok()?;
    answer(stream).await
}

async fn answer(stream: &mut BufReader<TcpStream>) -> Option<String> {
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).await.ok()? == 0 {
            return None;
        }
        if line.as_bytes().get(3) == Some(&b' ') {
            return Some(line);
        }
    }
}

/// Hands messages to `pforte mail receive`, one after the other, until one is not taken.
fn by_stdin(config: &Path, promised: &Promised) {
    loop {
        let (subject, raw) = letter();
        let mut child = Command::new(PFORTE)
            .args(["mail", "receive", "--to", SUPPORT, "--config"])
            .arg(config)
            .stdin(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the program runs");
        child.stdin.take().expect("a pipe").write_all(&raw).expect("it reads");
        if !child.wait().expect("it ends").success() {
            return;
        }
        promised.lock().expect("not poisoned").insert(subject);
    }
}

/// Everything that can be found, each subject with the number of its tickets and quarantined mails.
async fn found(agent: &Person) -> BTreeMap<String, usize> {
    let mut found = BTreeMap::new();
    for list in ["/tickets?state=all&limit=100", "/quarantine?limit=100"] {
        let mut cursor = String::new();
        loop {
            let page = agent.get(&format!("{list}{cursor}")).await.expect("an answer").good();
            for item in page["items"].as_array().expect("a list") {
                *found.entry(item["subject"].as_str().unwrap_or_default().to_owned()).or_default() += 1;
            }
            match page["next"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => break,
            }
        }
    }
    found
}

/// Looks until everything promised is there; nothing may ever be there twice.
async fn kept(api: &Api, promised: &BTreeSet<String>) -> usize {
    let agent = api.sign_in(AGENT).await.expect("signs in");
    let until = Instant::now() + CATCH_UP;
    loop {
        let found = found(&agent).await;
        let double: Vec<_> = found.iter().filter(|(s, n)| s.starts_with("Kiln ") && **n > 1).collect();
        assert!(double.is_empty(), "there more than once: {double:?}");
        let lost: Vec<_> = promised.iter().filter(|subject| !found.contains_key(*subject)).collect();
        if lost.is_empty() {
            return found.len();
        }
        assert!(Instant::now() < until, "lost: {lost:?}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// Adds all three ways to a site's configuration.
fn configure(site: &Site, dovecot: &Dovecot, lmtp: u16) -> PathBuf {
    let config = site.config();
    let mut text = std::fs::read_to_string(&config).expect("reads");
    text += &format!(
        "[mail.lmtp]\nlisten = \"127.0.0.1:{lmtp}\"\n[[support]]\naddress = \"{SUPPORT}\"\n\
         [support.check]\nhow = \"header\"\nauthserv_id = \"mx.nordlicht.example\"\n\
         [support.imap]\nhost = \"localhost\"\nport = {}\ntls = false\nuser = \"support\"\n\
         password_file = \"mailbox-password\"\n",
        dovecot.imap
    );
    std::fs::write(&config, text).expect("writes");
    std::fs::write(config.with_file_name("mailbox-password"), MAILBOX_PASSWORD).expect("writes");
    config
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_mail_is_lost_or_doubled_when_the_server_is_killed_while_it_comes_in() {
    let rounds = std::env::var("PFORTE_CRASH_ROUNDS").map_or(10, |n| n.parse().expect("a number"));
    let Some(dovecot) = Dovecot::start() else { return };
    let upstream = Upstream::start().await;
    let mut site = Site::new(&upstream);
    let [lmtp] = tools::free_ports();
    let config = configure(&site, &dovecot, lmtp);
    site.start().await;
    let promised = Promised::default();
    for round in 1..=rounds {
        let piping = {
            let (config, promised) = (config.clone(), Arc::clone(&promised));
            tokio::task::spawn_blocking(move || by_stdin(&config, &promised))
        };
        let handing: Vec<_> = (0..3).map(|_| tokio::spawn(by_lmtp(lmtp, Arc::clone(&promised)))).collect();
        for _ in 0..20 {
            let (subject, raw) = letter();
            dovecot.deliver("support", &raw);
            promised.lock().expect("not poisoned").insert(subject);
        }
        let delay = Duration::from_millis(100 + tools::random() % 900);
        tokio::time::sleep(delay).await;
        site.kill();
        piping.await.expect("only ever lost the server");
        for handed in handing {
            handed.await.expect("only ever lost the server");
        }
        let api = site.start().await;
        let wanted = promised.lock().expect("not poisoned").clone();
        let there = kept(&api, &wanted).await;
        println!("round {round}: killed after {delay:?}, {} promised, {there} there", wanted.len());
    }
    let wanted = promised.lock().expect("not poisoned").len();
    assert!(wanted > 20 * rounds, "only the mailbox was at work: {wanted}");
    println!("{rounds} crashes: {wanted} mails, none lost and none doubled");
}
