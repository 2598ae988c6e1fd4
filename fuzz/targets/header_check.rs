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
    // The server in front saw the policy fail. It wrote what the sender called itself beside it, or
    // its failure above whatever the sender wrote. One of the ways for each input, by its length.
    let value = match raw.len() % 5 {
        0 => format!("{FRONT}; spf=none smtp.mailfrom={line}; {fail}"),
        1 => format!("{FRONT}; {fail}; spf=none smtp.mailfrom={line}"),
        2 => format!("{FRONT}; spf=none (helo {line}) smtp.mailfrom=a.example; {fail}"),
        3 => format!("{FRONT}; spf=none smtp.mailfrom=\"{line}\"@a.example; {fail}"),
        _ => format!("{FRONT}; {fail}"),
    };
    let below = if raw.len() % 5 == 4 { &*text } else { "" };
    assert_eq!(proof(&format!("Authentication-Results: {value}\r\n"), below), Proof::Unproven, "{value}");
});

fn proof(above: &str, below: &str) -> Proof {
    let raw = format!("{above}From: Kim <kim@customer.example>\r\n{below}\r\n\r\nHi\r\n");
    check_header(raw.as_bytes(), &message::read(raw.as_bytes()), FRONT).proof
}
