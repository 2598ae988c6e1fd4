//! What makes a message the same message, however often and by whichever way it is handed over.

use sha2::{Digest, Sha256};

use super::head;

/// Fields that servers on the way write, and so differ between two deliveries of one message.
const TRACE: [&str; 19] = [
    "received",
    "return-path",
    "delivered-to",
    "x-original-to",
    "envelope-to",
    "delivery-date",
    "authentication-results",
    "arc-seal",
    "arc-message-signature",
    "arc-authentication-results",
    "received-spf",
    "x-received",
    "x-google-smtp-source",
    "x-virus-scanned",
    "x-rspamd-server",
    "x-rspamd-queue-id",
    "x-sieve",
    "status",
    "x-status",
];

/// SHA-256, in hexadecimal, of the message without trace fields and without a difference between
/// line ends. Never fails; linear.
pub fn fingerprint(raw: &[u8]) -> String {
    let raw = head::without_mbox_line(raw);
    let head = head::split(raw);
    let mut hash = Sha256::new();
    for field in head.fields.iter().filter(|field| !is_trace(field.name)) {
        hash.update(field.name.to_ascii_lowercase());
        hash.update(b":");
        update(&mut hash, field.value);
    }
    hash.update(b"\n");
    update(&mut hash, &raw[head.body_at..]);
    data_encoding::HEXLOWER.encode(&hash.finalize())
}

fn is_trace(name: &[u8]) -> bool {
    let name = String::from_utf8_lossy(name).to_ascii_lowercase();
    TRACE.contains(&name.as_str()) || (name.starts_with("x-") && name.contains("spam"))
}

fn update(hash: &mut Sha256, bytes: &[u8]) {
    for piece in bytes.split_inclusive(|byte| *byte == b'\n') {
        match piece.strip_suffix(b"\r\n") {
            Some(line) => {
                hash.update(line);
                hash.update(b"\n");
            }
            None => hash.update(piece),
        }
    }
}
