//! A Postfix of the test's own: takes mails on free ports of this machine, and keeps them as files.
//!
//! Whoever sends signs in; who may, a [`Dovecot`] says. Without Postfix on the machine, or not as root, the test
//! says so and passes, unless `PFORTE_TEST_TOOLS=required`.

use std::{
    fs::{self, Permissions},
    net::{Ipv4Addr, TcpStream},
    os::unix::fs::{MetadataExt, PermissionsExt},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use tempfile::TempDir;

use crate::dovecot::{Dovecot, free_ports};

const MASTER: &str = "/usr/lib/postfix/sbin/master";
/// How long a start may take on a busy machine.
const START_LIMIT: Duration = Duration::from_secs(30);
const QUEUES: &str =
    "incoming active deferred bounce defer trace flush corrupt hold saved maildrop pid private public";
const SERVICES: &str = "cleanup unix n - n - 0 cleanup\nqmgr unix n - n 300 1 qmgr\ntlsmgr unix - - n 1000? 1 tlsmgr\n\
     rewrite unix - - n - - trivial-rewrite\nbounce unix - - n - 0 bounce\ndefer unix - - n - 0 bounce\n\
     trace unix - - n - 0 bounce\nproxymap unix - - n - - proxymap\nerror unix - - n - - error\n\
     retry unix - - n - - error\ndiscard unix - - n - - discard\nlmtp unix - - n - - lmtp\nsmtp unix - - n - - smtp\n\
     relay unix - - n - - smtp\nanvil unix - - n - 1 anvil\nscache unix - - n - 1 scache\n\
     postlog unix-dgram n - n - 1 postlogd\n";

/// What it does with the mails it takes.
#[derive(Clone, Copy, Debug)]
pub enum Takes {
    /// Takes and forgets them; its log tells.
    All,
    /// Hands them on to LMTP on this port, those of this one domain; others it gives back to their sender.
    Lmtp { domain: &'static str, port: u16 },
}

/// A running Postfix; it ends with the value.
pub struct Postfix {
    folder: TempDir,
    /// With STARTTLS, as on port 587.
    pub submission: u16,
    /// With TLS from the first byte, as on port 465.
    pub submissions: u16,
    /// Without TLS.
    pub plain: u16,
    /// The certificate that it shows, for `localhost`, in PEM.
    pub certificate: String,
    child: Option<Child>,
}

impl Postfix {
    /// Starts one that asks `dovecot` who may send; `None` where there is none.
    pub fn start(dovecot: &Dovecot, takes: Takes) -> Option<Self> {
        if let Some(why) = missing() {
            let required = std::env::var("PFORTE_TEST_TOOLS").is_ok_and(|wish| wish == "required");
            assert!(!required, "needed for this run: {why}");
            println!("skipped: {why}");
            return None;
        }
        let folder = tempfile::Builder::new().prefix("postfix").tempdir_in("/tmp").expect("a folder");
        // Other users than root work in it.
        fs::set_permissions(folder.path(), Permissions::from_mode(0o755)).expect("a mode");
        queues(folder.path());
        let signed = rcgen::generate_simple_self_signed(["localhost".to_owned()]).expect("a certificate");
        let certificate = signed.cert.pem();
        fs::write(folder.path().join("cert.pem"), &certificate).expect("writes");
        fs::write(folder.path().join("key.pem"), signed.signing_key.serialize_pem()).expect("writes");
        let ports = free_ports();
        fs::write(folder.path().join("main.cf"), main_cf(folder.path(), dovecot, takes)).expect("writes");
        fs::write(folder.path().join("master.cf"), master_cf(ports)).expect("writes");
        let [submission, submissions, plain] = ports;
        let mut postfix = Self { folder, submission, submissions, plain, certificate, child: None };
        postfix.run();
        Some(postfix)
    }

    /// Starts it again after [`Self::stop`].
    pub fn run(&mut self) {
        assert!(self.child.is_none(), "it runs already");
        let mut command = Command::new(MASTER);
        command.arg("-c").arg(self.folder.path()).arg("-d");
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        self.child = Some(command.spawn().expect("postfix starts"));
        let until = Instant::now() + START_LIMIT;
        while [self.submission, self.submissions, self.plain]
            .iter()
            .any(|port| TcpStream::connect((Ipv4Addr::LOCALHOST, *port)).is_err())
        {
            assert!(Instant::now() < until, "postfix does not answer:\n{}", self.told());
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Ends it with all its connections.
    pub fn stop(&mut self) {
        if let Some(mut child) = self.child.take() {
            // Its services would go on with whoever is connected.
            let id = child.id();
            let services = fs::read_to_string(format!("/proc/{id}/task/{id}/children")).unwrap_or_default();
            let all = std::iter::once(id.to_string()).chain(services.split_whitespace().map(str::to_owned));
            let _ = Command::new("kill").arg("-TERM").args(all).stderr(Stdio::null()).status();
            let _ = child.wait();
        }
    }

    /// What it wrote to its log.
    pub fn told(&self) -> String {
        fs::read_to_string(self.log()).unwrap_or_default()
    }

    fn log(&self) -> PathBuf {
        self.folder.path().join("mail.log")
    }

    /// Mails that it took, by sign-in: how and as whom (`sasl_method=XOAUTH2, sasl_username=…`).
    pub fn taken(&self) -> Vec<String> {
        let told = self.told();
        let lines = told.lines().filter(|line| line.contains(": client=") && line.contains("sasl_method="));
        lines.filter_map(|line| Some(line[line.find("sasl_method=")?..].to_owned())).collect()
    }
}

impl Drop for Postfix {
    fn drop(&mut self) {
        self.stop();
    }
}

fn missing() -> Option<&'static str> {
    if !Path::new(MASTER).exists() {
        return Some("Postfix (on Debian: postfix)");
    }
    let root = fs::metadata("/proc/self").map_or(1, |me| me.uid()) == 0;
    (!root).then_some("root, to start a Postfix of the test's own")
}

fn queues(folder: &Path) {
    let (queue, data) = (folder.join("queue"), folder.join("data"));
    for part in [queue.clone(), data.clone()].into_iter().chain(QUEUES.split(' ').map(|q| queue.join(q))) {
        fs::create_dir_all(&part).expect("a folder");
        let name = part.file_name().expect("a name").to_string_lossy().into_owned();
        let (owner, mode) = match name.as_str() {
            "queue" | "pid" => ("root:root", 0o755),
            "maildrop" => ("postfix:postdrop", 0o730),
            "public" => ("postfix:postdrop", 0o710),
            _ => ("postfix:root", 0o700),
        };
        let given = Command::new("chown").arg(owner).arg(&part).status();
        assert!(given.is_ok_and(|status| status.success()), "an owner of {name}");
        fs::set_permissions(&part, Permissions::from_mode(mode)).expect("a mode");
    }
}

fn main_cf(folder: &Path, dovecot: &Dovecot, takes: Takes) -> String {
    let at = folder.display();
    let (relay, ways) = match takes {
        Takes::All => (String::new(), "default_transport = discard:\nrelay_transport = discard:".to_owned()),
        Takes::Lmtp { domain, port } => (
            domain.to_owned(),
            format!(
                "transport_maps = inline:{{ {{{domain}=lmtp:inet:127.0.0.1:{port}}} }}\n\
                 default_transport = smtp:[127.0.0.1]:1\nrelay_transport = smtp:[127.0.0.1]:1\n\
                 maximal_queue_lifetime = 0\nbounce_queue_lifetime = 0"
            ),
        ),
    };
    format!(
        "compatibility_level = 3.6\nqueue_directory = {at}/queue\ndata_directory = {at}/data\n\
         maillog_file = {at}/mail.log\nmaillog_file_prefixes = {at}\nmail_owner = postfix\n\
         myhostname = mx.elsewhere.example\nmydestination =\nlocal_recipient_maps =\nalias_maps =\n\
         alias_database =\ninet_interfaces = 127.0.0.1\ninet_protocols = ipv4\nmynetworks = 127.0.0.2/32\n\
         relay_domains = {relay}\n{ways}\nsmtpd_tls_cert_file = {at}/cert.pem\nsmtpd_tls_key_file = {at}/key.pem\n\
         smtpd_sasl_auth_enable = yes\nsmtpd_sasl_type = dovecot\nsmtpd_sasl_path = {}\n\
         smtpd_sasl_authenticated_header = yes\nsmtpd_relay_restrictions = permit_sasl_authenticated,reject\n\
         smtp_tls_security_level = none\nsmtp_dns_support_level = disabled\nsmtp_host_lookup = native\n\
         lmtp_host_lookup = native\ndisable_dns_lookups = yes\nsmtputf8_enable = no\nbiff = no\n\
         queue_run_delay = 1s\nminimal_backoff_time = 1s\nmaximal_backoff_time = 1s\nin_flow_delay = 0\n\
         smtpd_error_sleep_time = 0\n",
        dovecot.auth().display()
    )
}

fn master_cf([submission, submissions, plain]: [u16; 3]) -> String {
    let starttls = "-o smtpd_tls_security_level=encrypt";
    let implicit = "-o smtpd_tls_wrappermode=yes -o smtpd_tls_security_level=encrypt";
    format!(
        "127.0.0.1:{submission} inet n - n - - smtpd {starttls}\n\
         127.0.0.1:{submissions} inet n - n - - smtpd {implicit}\n\
         127.0.0.1:{plain} inet n - n - - smtpd -o smtpd_tls_security_level=none\n{SERVICES}"
    )
}
