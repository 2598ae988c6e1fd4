//! A message from anybody: read, recognised, its files searched (controls 43, 48, 49).

#![no_main]

use libfuzzer_sys::fuzz_target;
use pforte_mail::{fingerprint, message, redact, thread};
use uuid::Uuid;

const KEY: &[u8] = b"a key of the fuzzer, which no input has";

fuzz_target!(|raw: &[u8]| {
    let read = message::read(raw);
    assert!(read.attachments.len() <= 50 && read.to.len() <= message::MAX_RECIPIENTS);
    assert!(read.text.own.chars().count() <= message::MAX_TEXT_CHARS);
    let text_stays = read.text.own.is_empty() && read.text.quoted.is_some();
    assert!(!text_stays, "a quote without own words is shown whole");

    assert_eq!(fingerprint(raw).len(), 64);
    assert!(!matches!(thread::find(KEY, Uuid::nil(), &read), thread::Thread::Ours(_)), "a MAC was guessed");

    for file in &read.attachments {
        let _ = redact::examine(&file.name, &file.media_type, &file.bytes);
        assert!(!file.name.is_empty() && !file.name.contains(['/', '\\', '\0']));
    }
});
