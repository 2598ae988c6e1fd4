//! `pforte mail receive`: mail servers go by its exit status, so no mail may be given up that can be taken
//! later.

mod common;

use std::{
    io::Write,
    path::Path,
    process::{Command, Stdio},
};

use common::{Site, Upstream, site::PFORTE};

/// Hands a message to the command line; answers its exit status and what it said.
fn receive(config: &Path, to: &str, message: &[u8]) -> (Option<i32>, String) {
    let mut child = Command::new(PFORTE)
        .args(["mail", "receive", "--to", to, "--from", "", "--client-address", "unknown", "--config"])
        .arg(config)
        .stdin(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program runs");
    // It may be gone before it has read everything.
    let _ = child.stdin.take().expect("a pipe").write_all(message);
    let output = child.wait_with_output().expect("the program ends");
    (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
}

const MESSAGE: &[u8] = b"From: somebody@elsewhere.example\nSubject: Hello\n\nIs anybody there?\n";
const SUPPORT: &str = "support@nordlicht.example";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn exit_status_says_whether_to_try_again() {
    let upstream = Upstream::start().await;
    let mut site = Site::new(&upstream);
    let config = site.config();
    let mut text = std::fs::read_to_string(&config).expect("reads");
    text += "[mail]\nmax_bytes = 1048576\n[[support]]\naddress = \"support@nordlicht.example\"\n\
             [support.check]\nhow = \"header\"\nauthserv_id = \"mx.nordlicht.example\"\n";
    std::fs::write(&config, text).expect("writes");
    assert_eq!(receive(&config, SUPPORT, MESSAGE).0, Some(75), "the server is not running");
    assert_eq!(receive(Path::new("/nowhere/pforte.toml"), SUPPORT, MESSAGE).0, Some(75), "not its fault");
    site.start().await;
    let (status, said) = receive(&config, SUPPORT, MESSAGE);
    assert_eq!(status, Some(0), "{said}");
    assert_eq!(receive(&config, "elsewhere@nordlicht.example", MESSAGE).0, Some(67), "nobody's address");
    assert_eq!(receive(&config, SUPPORT, b"").0, Some(65), "no message");
    assert_eq!(receive(&config, SUPPORT, &vec![b'x'; 2 << 20]).0, Some(65), "too large");
    site.kill();
    assert_eq!(receive(&config, SUPPORT, MESSAGE).0, Some(75), "the server is gone");
}
