//! Programs from outside the workspace, and small things about the machine.

use std::{
    hash::{BuildHasher, RandomState},
    io::{BufRead, BufReader},
    net::{Ipv4Addr, TcpListener},
    process::{Child, Command, Stdio},
};

/// Whether a missing tool fails the run instead of skipping a test.
pub fn required() -> bool {
    std::env::var("PFORTE_TEST_TOOLS").is_ok_and(|wish| wish == "required")
}

/// Says that a test is skipped, or fails where nothing may be.
pub fn skip(why: &str) {
    assert!(!required(), "needed for this run: {why}");
    println!("skipped: {why}");
}

/// Whether strace can watch a process here.
pub fn has_strace() -> bool {
    let mut probe = Command::new("strace");
    probe.args(["-f", "-o", "/dev/null", "true"]);
    let ran = probe.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status();
    ran.is_ok_and(|status| status.success())
}

/// Any number; different each time.
pub fn random() -> u64 {
    RandomState::new().hash_one(0)
}

/// Ports nobody listens on, below those that the system gives to outgoing connections: so a server can
/// come back to its own after a crash.
pub fn free_ports<const N: usize>() -> [u16; N] {
    let mut held = Vec::new();
    while held.len() < N {
        let port = 10_000 + u16::try_from(random() % 20_000).expect("fits");
        held.extend(TcpListener::bind((Ipv4Addr::LOCALHOST, port)));
    }
    let ports: Vec<u16> =
        held.iter().map(|listener| listener.local_addr().expect("an address").port()).collect();
    ports.try_into().expect("as many as wished")
}

/// Asks a process that this test started to end, as service managers do.
pub fn terminate(pid: u32) {
    signal("-TERM", pid);
}

/// Sends a signal to a process that this test started.
pub fn signal(name: &str, pid: u32) {
    let sent = Command::new("kill").args([name, &pid.to_string()]).status();
    assert!(sent.is_ok_and(|status| status.success()), "{name} does not reach {pid}");
}

/// strace at a running server. Dropping it lets the server go on undisturbed.
pub struct Strace(Child);

impl Strace {
    /// Attaches to all threads of a process, those to come included, and waits until it watches.
    pub fn attach(pid: u32, arguments: &[&str]) -> Self {
        let mut command = Command::new("strace");
        command.args(["-f", "-yy", "-p", &pid.to_string()]).args(arguments);
        let mut child = command.stdin(Stdio::null()).stderr(Stdio::piped()).spawn().expect("strace starts");
        let mut told = BufReader::new(child.stderr.take().expect("a pipe"));
        let mut line = String::new();
        while !line.contains("attached") {
            line.clear();
            assert!(told.read_line(&mut line).is_ok_and(|n| n > 0), "strace cannot watch {pid}");
        }
        // Nobody reads further; strace says little more than that it lets go.
        std::thread::spawn(move || std::io::copy(&mut told, &mut std::io::sink()));
        Self(child)
    }

    /// Lets go, and waits until everything is written down.
    pub fn detach(self) {
        drop(self);
    }
}

impl Drop for Strace {
    fn drop(&mut self) {
        if let Ok(None) = self.0.try_wait() {
            signal("-INT", self.0.id());
        }
        let _ = self.0.wait();
    }
}
