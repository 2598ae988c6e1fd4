//! HTML from anybody, made safe and made text (control 49).

#![no_main]

use libfuzzer_sys::fuzz_target;
use pforte_mail::message::html;

fuzz_target!(|raw: &[u8]| {
    let source = String::from_utf8_lossy(raw);
    shows_nothing_active(&html::safe(&source));
    assert!(html::text(&source).len() <= source.len() * 3);
});

/// Words in text are escaped, so an unescaped tag or attribute is one.
fn shows_nothing_active(html: &str) {
    let lower = html.to_ascii_lowercase();
    for tag in ["<script", "<style", "<iframe", "<svg", "<form", "<object", "<meta", "<link", "<math", "<base"] {
        assert!(!lower.contains(tag), "{tag} in {html}");
    }
    for piece in lower.split('<').skip(1) {
        let tag = piece.split('>').next().unwrap_or_default();
        for attribute in [" on", " src=", " style=", " srcset=", " background="] {
            let mut outside_values = tag.split('"').step_by(2);
            assert!(!outside_values.any(|names| names.contains(attribute)), "{attribute} in {html}");
        }
    }
}
