//! A message from anybody: read, recognised, shown, its files searched (controls 43, 48, 49).

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

    if let Some(html) = &read.html {
        shows_nothing_active(html);
    }
    if raw.len() < 600 && raw.contains(&b'<') {
        let source = String::from_utf8_lossy(raw);
        shows_nothing_active(&message::html::safe(&source));
        let _ = message::html::text(&source);
    }
    for file in &read.attachments {
        let _ = redact::examine(&file.name, &file.media_type, &file.bytes);
        assert!(!file.name.is_empty() && !file.name.contains(['/', '\\', '\0']));
    }
});

/// Words in text are escaped, so an unescaped tag or attribute is one.
fn shows_nothing_active(html: &str) {
    let lower = html.to_ascii_lowercase();
    for tag in ["<script", "<style", "<iframe", "<svg", "<form", "<object", "<meta", "<link", " onerror=\"", " src=\""] {
        let in_text = tag.starts_with(' ');
        assert!(in_text || !lower.contains(tag), "{tag} in {html}");
    }
    for piece in lower.split('<').skip(1) {
        let tag = piece.split('>').next().unwrap_or_default();
        for attribute in [" on", " src=", " style=", " srcset=", "javascript:\""] {
            let names = tag.split('"').step_by(2);
            assert!(!names.into_iter().any(|outside| outside.contains(attribute)), "{attribute} in {html}");
        }
    }
}
