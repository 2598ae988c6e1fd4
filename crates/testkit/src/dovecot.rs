//! A Dovecot of the test's own: mailboxes over IMAP on free ports of this machine, in a folder of their own.
//!
//! Every user name has a mailbox with the same password. Without Dovecot on the machine, or not as root,
//! the test says so and passes, unless `PFORTE_TEST_TOOLS=required`.

use std::{
    fs::{self, Permissions},
    net::{Ipv4Addr, TcpListener, TcpStream},
    os::unix::fs::{MetadataExt, PermissionsExt, chown},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::atomic::{AtomicU64, Ordering},
    time::{Duration, Instant},
};

use tempfile::TempDir;

/// The password of every mailbox.
pub const MAILBOX_PASSWORD: &str = "only-for-this-test";

/// How long a start may take on a busy machine.
const START_LIMIT: Duration = Duration::from_secs(30);

/// A running Dovecot; it ends with the value.
pub struct Dovecot {
    folder: TempDir,
    /// In clear text.
    pub imap: u16,
    /// With TLS from the first byte, for `localhost`.
    pub imaps: u16,
    /// The certificate that it shows, in PEM.
    pub certificate: String,
    owner: (u32, u32),
    child: Option<Child>,
    delivered: AtomicU64,
}

/// A message as it lies in a mailbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    pub raw: Vec<u8>,
    pub seen: bool,
    pub flagged: bool,
    pub deleted: bool,
    /// Whether it has the mark of what was taken.
    pub taken: bool,
}

impl Dovecot {
    /// Starts one; `None` where there is none.
    pub fn start() -> Option<Self> {
        Self::start_with(None)
    }

    /// The same, and users may also sign in with tokens that are good at this address (XOAUTH2).
    pub fn with_tokens(introspection: &str) -> Option<Self> {
        Self::start_with(Some(introspection))
    }

    fn start_with(introspection: Option<&str>) -> Option<Self> {
        let missing = missing();
        if let Some(why) = missing {
            let required = std::env::var("PFORTE_TEST_TOOLS").is_ok_and(|wish| wish == "required");
            assert!(!required, "needed for this run: {why}");
            println!("skipped: {why}");
            return None;
        }
        let folder = tempfile::Builder::new().prefix("dovecot").tempdir_in("/tmp").expect("a folder");
        fs::set_permissions(folder.path(), Permissions::from_mode(0o755)).expect("a mode");
        let owner = mail_user()?;
        for name in ["run", "mail"] {
            fs::create_dir(folder.path().join(name)).expect("a folder");
        }
        chown(folder.path().join("mail"), Some(owner.0), Some(owner.1)).expect("an owner");
        let signed = rcgen::generate_simple_self_signed(["localhost".to_owned()]).expect("a certificate");
        let certificate = signed.cert.pem();
        fs::write(folder.path().join("cert.pem"), &certificate).expect("writes");
        fs::write(folder.path().join("key.pem"), signed.signing_key.serialize_pem()).expect("writes");
        let [imap, imaps] = free_ports();
        let tokens = introspection.map(|url| tokens(folder.path(), url)).unwrap_or_default();
        let config = format!("{}{tokens}", config(folder.path(), imap, imaps));
        fs::write(folder.path().join("dovecot.conf"), config).expect("writes");
        let delivered = AtomicU64::new(0);
        let mut dovecot = Self { folder, imap, imaps, certificate, owner, child: None, delivered };
        dovecot.run();
        Some(dovecot)
    }

    /// Starts it again after [`Self::stop`].
    pub fn run(&mut self) {
        assert!(self.child.is_none(), "it runs already");
        let mut command = Command::new("dovecot");
        command.arg("-F").arg("-c").arg(self.folder.path().join("dovecot.conf"));
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        self.child = Some(command.spawn().expect("dovecot starts"));
        let until = Instant::now() + START_LIMIT;
        while [self.imap, self.imaps]
            .iter()
            .any(|port| TcpStream::connect((Ipv4Addr::LOCALHOST, *port)).is_err())
        {
            assert!(Instant::now() < until, "dovecot does not answer:\n{}", self.told());
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Ends it with all its connections.
    pub fn stop(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = Command::new("kill").args(["-TERM", &child.id().to_string()]).status();
            let _ = child.wait();
        }
    }

    /// What it wrote to its log.
    pub fn told(&self) -> String {
        fs::read_to_string(self.folder.path().join("dovecot.log")).unwrap_or_default()
    }

    /// Where other servers ask whether somebody may sign in (a socket).
    pub fn auth(&self) -> PathBuf {
        self.folder.path().join("run/for-others")
    }

    /// Where a user's messages lie.
    pub fn mailbox(&self, user: &str) -> PathBuf {
        self.folder.path().join("mail").join(user)
    }

    /// Puts a message into somebody's inbox, the way mail servers do.
    pub fn deliver(&self, user: &str, raw: &[u8]) {
        let at = self.mailbox(user);
        for folder in [at.clone(), at.join("tmp"), at.join("new"), at.join("cur")] {
            if !folder.exists() {
                fs::create_dir(&folder).expect("a folder");
                self.give(&folder);
            }
        }
        let number = self.delivered.fetch_add(1, Ordering::Relaxed);
        let name = format!("{}.M{number}P{}.test", 1_700_000_000 + number, std::process::id());
        let written = at.join("tmp").join(&name);
        fs::write(&written, raw).expect("writes");
        self.give(&written);
        fs::rename(written, at.join("new").join(name)).expect("moves");
    }

    fn give(&self, path: &Path) {
        chown(path, Some(self.owner.0), Some(self.owner.1)).expect("an owner");
    }

    /// Everything in somebody's inbox, oldest first.
    pub fn kept(&self, user: &str) -> Vec<Kept> {
        let at = self.mailbox(user);
        let keywords = fs::read_to_string(at.join("dovecot-keywords")).unwrap_or_default();
        let letter = keywords.lines().find_map(|line| {
            let (number, word) = line.split_once(' ')?;
            let number: u8 = number.parse().ok()?;
            word.eq_ignore_ascii_case("PforteTaken").then(|| char::from(b'a' + number))
        });
        let mut files: Vec<(String, PathBuf)> = ["new", "cur"]
            .iter()
            .filter_map(|part| fs::read_dir(at.join(part)).ok())
            .flatten()
            .filter_map(Result::ok)
            .map(|entry| (entry.file_name().to_string_lossy().into_owned(), entry.path()))
            .collect();
        files.sort();
        let kept = files.into_iter().filter_map(|(name, path)| {
            let flags = name.split_once(":2,").map(|(_, flags)| flags.to_owned()).unwrap_or_default();
            // It may be renamed at this moment; whoever waits looks again.
            let raw = fs::read(path).ok()?;
            Some(Kept {
                raw,
                seen: flags.contains('S'),
                flagged: flags.contains('F'),
                deleted: flags.contains('T'),
                taken: letter.is_some_and(|letter| flags.contains(letter)),
            })
        });
        kept.collect()
    }
}

impl Drop for Dovecot {
    fn drop(&mut self) {
        self.stop();
    }
}

/// Why it cannot be started here.
fn missing() -> Option<&'static str> {
    let installed = Command::new("dovecot")
        .arg("--version")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success());
    if !installed || !Path::new("/usr/lib/dovecot/imap").exists() {
        return Some("Dovecot with IMAP (on Debian: dovecot-imapd)");
    }
    if fs::metadata("/proc/self").map_or(1, |me| me.uid()) != 0 {
        return Some("root, to start a Dovecot of the test's own");
    }
    if mail_user().is_none() {
        return Some("a user named mail, to own the mailboxes");
    }
    None
}

fn mail_user() -> Option<(u32, u32)> {
    let people = fs::read_to_string("/etc/passwd").ok()?;
    let line = people.lines().find(|line| line.starts_with("mail:"))?;
    let mut fields = line.split(':').skip(2);
    Some((fields.next()?.parse().ok()?, fields.next()?.parse().ok()?))
}

pub(crate) fn free_ports<const N: usize>() -> [u16; N] {
    let held: Vec<TcpListener> =
        (0..N).map(|_| TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port")).collect();
    std::array::from_fn(|at| held[at].local_addr().expect("an address").port())
}

fn config(folder: &Path, imap: u16, imaps: u16) -> String {
    let at = folder.display();
    format!(
        "base_dir = {at}/run\nstate_dir = {at}/run\nlog_path = {at}/dovecot.log\nprotocols = imap\n\
         listen = 127.0.0.1\nfirst_valid_uid = 1\nmail_location = maildir:{at}/mail/%n\n\
         mailbox_list_index = no\nauth_username_format = %Ln\nssl = yes\nssl_cert = <{at}/cert.pem\n\
         ssl_key = <{at}/key.pem\ndisable_plaintext_auth = no\n\
         passdb {{\n  driver = static\n  mechanisms = plain login\n  args = password={MAILBOX_PASSWORD}\n}}\n\
         userdb {{\n  driver = static\n  args = uid=mail gid=mail home={at}/mail/%n allow_all_users=yes\n}}\n\
         service imap-login {{\n  inet_listener imap {{\n    address = 127.0.0.1\n    port = {imap}\n  }}\n  \
         inet_listener imaps {{\n    address = 127.0.0.1\n    port = {imaps}\n    ssl = yes\n  }}\n}}\n\
         service anvil {{\n  unix_listener anvil-auth-penalty {{\n    mode = 0\n  }}\n}}\n\
         service auth {{\n  unix_listener for-others {{\n    mode = 0666\n  }}\n}}\n\
         service stats {{\n  client_limit = 200\n}}\n"
    )
}

/// Tokens instead of passwords; whether one is good is asked at `introspection`.
fn tokens(folder: &Path, introspection: &str) -> String {
    let settings = format!(
        "introspection_url = {introspection}\nintrospection_mode = get\nforce_introspection = yes\n\
         username_attribute = username\nusername_format = %u\nactive_attribute = active\nactive_value = true\n"
    );
    let at = folder.join("oauth2.conf");
    fs::write(&at, settings).expect("writes");
    format!(
        "auth_mechanisms = plain login xoauth2\nauth_failure_delay = 0\n\
         passdb {{\n  driver = oauth2\n  mechanisms = xoauth2\n  args = {}\n}}\n",
        at.display()
    )
}
