//! The system calls show it: an entry is on disk before the first byte goes to the product (rule W2,
//! control 31).
//!
//! strace watches the server while single requests go through the gateway. A lost write would not show
//! after kill -9, since the kernel keeps what was written; a missing sync shows here.

mod common;

use std::{
    collections::HashMap,
    fs,
    path::{Path, PathBuf},
};

use common::{
    Site, Upstream,
    api::{AGENT, ODUYA, walk_in},
    tools::{self, Strace},
};

/// Single requests that are looked at.
const REQUESTS: usize = 12;

/// What the trace tells, as far as it matters here, in the order of the kernel.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Step {
    /// The gateway has read the request's head.
    Arrived,
    /// The write-ahead log holds a page on which the request's path stands.
    Written,
    /// A sync of the write-ahead log was begun.
    Sync,
    /// It has come back without an error.
    Synced,
    /// The first byte towards the product leaves the server.
    Sent,
}

/// One call of one thread: what it was called with, and what it gave back once it did.
struct Call<'a> {
    name: &'a str,
    begun: &'a str,
    ended: Option<&'a str>,
}

/// Splits a line of `strace -f -o`: thread, call, and whether it begins, resumes or is whole.
fn calls(line: &str) -> Option<(&str, Call<'_>)> {
    let (thread, rest) = line.split_once(' ')?;
    let rest = rest.trim_start();
    if let Some(resumed) = rest.strip_prefix("<... ") {
        let (name, ended) = resumed.split_once(" resumed>")?;
        return Some((thread, Call { name, begun: "", ended: Some(ended) }));
    }
    let (name, arguments) = rest.split_once('(')?;
    match arguments.split_once("<unfinished ...>") {
        Some((begun, _)) => Some((thread, Call { name, begun, ended: None })),
        None => Some((thread, Call { name, begun: arguments, ended: Some(arguments) })),
    }
}

/// The file or connection a call is about: what strace writes in `<…>` behind the first number. An
/// address of a connection holds `->`, so its end is `]>`.
fn target(arguments: &str) -> &str {
    let Some((number, rest)) = arguments.split_once('<') else { return "" };
    if !number.chars().all(|c| c.is_ascii_digit()) {
        return "";
    }
    let end = if rest.starts_with("TCP") { rest.find("]>") } else { rest.find('>') };
    end.map_or("", |end| &rest[..end])
}

/// How one request's calls are known from others.
struct Wanted {
    /// The request's first line, as strace shows a buffer that begins with it.
    head: String,
    /// The path, as it stands inside a page that strace shows.
    entry: String,
    /// The gateway's side of a browser's connection begins so.
    browser: String,
    /// A connection to the product ends so.
    product: String,
    /// The write-ahead log.
    wal: String,
}

impl Wanted {
    fn new(path: &str, site: &Site, upstream: u16) -> Self {
        Self {
            head: format!("\"GET {path} HTTP/1.1"),
            entry: format!("\"{path}\\\""),
            browser: format!("TCP:[127.0.0.1:{}->", site.gateway),
            product: format!("->127.0.0.1:{upstream}"),
            wal: wal(&site.database()),
        }
    }

    /// What a line means: at the beginning of a call, at its end, or both. `begun` is what the thread's
    /// call was called with, which stands only on the line where it begins.
    fn steps(&self, call: &Call<'_>, begun: &str) -> [Option<Step>; 2] {
        let target = target(begun);
        let begins = !call.begun.is_empty();
        let at = |step: Step, now: bool| now.then_some(step);
        let gives = |test: &dyn Fn(&str) -> bool| call.ended.is_some_and(test);
        match call.name {
            "read" | "recvfrom" | "recvmsg" | "readv" => {
                let head = target.starts_with(&self.browser) && gives(&|ended| ended.contains(&self.head));
                [at(Step::Arrived, head), None]
            }
            "pwrite64" | "pwritev" => {
                let page = target == self.wal && begun.contains(&self.entry);
                [at(Step::Written, page && gives(&|_| true)), None]
            }
            "fdatasync" | "fsync" => {
                let done = gives(&|ended| ended.trim_end().ends_with("= 0"));
                let log = target == self.wal;
                [at(Step::Sync, log && begins), at(Step::Synced, log && done)]
            }
            "write" | "writev" | "sendto" | "sendmsg" => {
                let head = target.ends_with(&self.product) && call.begun.contains(&self.head);
                [at(Step::Sent, head), None]
            }
            _ => [None, None],
        }
    }
}

/// What happened to a request, in order.
fn steps(trace: &str, wanted: &Wanted) -> Vec<Step> {
    let mut steps = Vec::new();
    let mut inside = HashMap::<&str, &str>::new();
    for (thread, call) in trace.lines().filter_map(calls) {
        if !call.begun.is_empty() {
            inside.insert(thread, call.begun);
        }
        let begun = inside.get(thread).copied().unwrap_or_default();
        steps.extend(wanted.steps(&call, begun).into_iter().flatten());
    }
    steps
}

/// The write-ahead log as strace names it: without links in its path.
fn wal(database: &Path) -> String {
    let name = database.file_name().expect("a file").to_string_lossy().into_owned() + "-wal";
    let folder = database.parent().and_then(|p| p.canonicalize().ok()).expect("a folder");
    folder.join(name).display().to_string()
}

/// Whether a whole sync lies between the entry's write and the first byte to the product.
fn in_order(steps: &[Step]) -> Result<(), String> {
    let first = |step: &Step, from: usize| {
        let found = steps.iter().skip(from).position(|s| s == step).map(|at| at + from);
        found.ok_or_else(|| format!("no {step:?} after step {from} in {steps:?}"))
    };
    let arrived = first(&Step::Arrived, 0)?;
    let sent = first(&Step::Sent, 0)?;
    let written = first(&Step::Written, arrived)?;
    let sync = first(&Step::Sync, written)?;
    let synced = first(&Step::Synced, sync)?;
    if synced < sent { Ok(()) } else { Err(format!("sent before it was synced: {steps:?}")) }
}

/// The calls that matter.
const TRACE: &str = "--trace=read,recvfrom,recvmsg,readv,write,writev,sendto,sendmsg,pwrite64,pwritev,\
                     fdatasync,fsync";

#[tokio::test]
async fn w2_control_31_an_entry_is_synced_before_the_first_byte_goes_to_the_product() {
    if !tools::has_strace() {
        return tools::skip("strace is not installed, or may not watch processes here");
    }
    let upstream = Upstream::start().await;
    let mut site = Site::new(&upstream);
    let file: PathBuf = site.folder.path().join("trace");
    let api = site.start().await;
    let agent = api.sign_in(AGENT).await.expect("signs in");
    let contact = api.sign_in(ODUYA.contact).await.expect("signs in");
    let (_, _, inside) = walk_in(&agent, &contact, ODUYA).await;
    let strace = Strace::attach(site.pid(), &["-s", "8192", TRACE, "-o", &file.display().to_string()]);
    for number in 0..REQUESTS {
        let (status, _) = inside.get(&format!("/traced/{number}")).await.expect("an answer");
        assert!(status.is_success(), "{status}");
    }
    strace.detach();
    let trace = fs::read_to_string(&file).expect("a trace");
    for number in 0..REQUESTS {
        let path = format!("/traced/{number}");
        let steps = steps(&trace, &Wanted::new(&path, &site, upstream.port));
        in_order(&steps).unwrap_or_else(|why| panic!("{path}: {why}"));
    }
}

#[test]
fn a_byte_that_leaves_before_the_sync_came_back_is_found() {
    use Step::{Arrived, Sent, Sync, Synced, Written};
    assert_eq!(in_order(&[Arrived, Written, Sync, Synced, Sent]), Ok(()));
    for wrong in [
        vec![Arrived, Written, Sync, Sent, Synced],
        vec![Arrived, Sync, Synced, Written, Sent],
        vec![Arrived, Sync, Written, Synced, Sent],
        vec![Arrived, Written, Sent],
        vec![Sync, Synced, Arrived, Written, Sent],
        vec![Arrived, Written, Sync, Synced],
    ] {
        assert!(in_order(&wrong).is_err(), "{wrong:?}");
    }
}
