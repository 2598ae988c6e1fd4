//! Text of the sender's inside the field that proves the sender (control 38).

#![no_main]

use libfuzzer_sys::fuzz_target;
use pforte_core::sender::Proof;
use pforte_mail::{
    authenticate::{check_header, header},
    message,
};

const FRONT: &str = "mx.nordlicht.example";

fuzz_target!(|raw: &[u8]| {
    let text = String::from_utf8_lossy(raw);
    let _ = header::parse(&text);
    let line = text.replace(['\r', '\n'], " ");
    let fail = "dmarc=fail header.from=customer.example";
    // The server in front saw the policy fail, and wrote what the sender called itself beside it.
    for value in [
        format!("{FRONT}; spf=none smtp.mailfrom={line}; {fail}"),
        format!("{FRONT}; {fail}; spf=none smtp.mailfrom={line}"),
        format!("{FRONT}; spf=none (helo {line}) smtp.mailfrom=a.example; {fail}"),
        format!("{FRONT}; spf=none smtp.mailfrom=\"{line}\"@a.example; {fail}"),
    ] {
        assert_eq!(proof(&format!("Authentication-Results: {value}\r\n"), ""), Proof::Unproven, "{value}");
    }
    // The server in front wrote its failure above whatever the sender wrote.
    let ours = format!("Authentication-Results: {FRONT}; {fail}\r\n");
    assert_eq!(proof(&ours, &text), Proof::Unproven, "{text}");
});

fn proof(above: &str, below: &str) -> Proof {
    let raw = format!("{above}From: Kim <kim@customer.example>\r\n{below}\r\n\r\nHi\r\n");
    check_header(raw.as_bytes(), &message::read(raw.as_bytes()), FRONT).proof
}
