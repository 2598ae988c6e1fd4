//! Messages read: what is taken from good ones, and what hostile ones cannot do.

#![allow(clippy::unwrap_used, reason = "tests")]

mod bounds;
mod fold;
mod html;
mod identity;
mod nature;
mod parts;
mod words;

use pforte_mail::{Message, read};

/// A message with this head below the usual fields, and this body; `\n` for line ends.
fn message(head: &str, body: &str) -> Message {
    read(&raw(head, body))
}

fn raw(head: &str, body: &str) -> Vec<u8> {
    let whole = format!(
        "From: Kim <kim@customer.example>\nTo: support@nordlicht.example\nSubject: Printer\n{head}\n{body}"
    );
    whole.replace('\n', "\r\n").into_bytes()
}
