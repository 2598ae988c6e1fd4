//! How long a start takes and how much memory a server at rest holds: printed, to be read. What is
//! promised is measured on the optimised program by the bench; here only what is out of all proportion
//! fails.

mod common;

use std::{
    fs,
    time::{Duration, Instant},
};

use common::{Site, Upstream};

fn resident_kib(pid: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).expect("a process");
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("its size");
    line.split_whitespace().next().and_then(|n| n.parse().ok()).expect("a number")
}

#[tokio::test]
async fn start_up_and_memory_at_rest() {
    let upstream = Upstream::start().await;
    let mut site = Site::new(&upstream);
    // The first start makes tables, keys and people; the second is one as after a restart.
    site.start().await;
    site.kill();
    let since = Instant::now();
    site.start().await;
    let took = since.elapsed();
    let resident = resident_kib(site.pid());
    println!("start-up {} ms, resident {} MiB at rest", took.as_millis(), resident / 1_024);
    assert!(took < Duration::from_secs(15), "{took:?}");
    assert!(resident < 400 * 1_024, "{resident} KiB");
}
