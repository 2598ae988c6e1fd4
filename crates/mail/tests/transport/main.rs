//! How mail comes in: raw bytes at the listeners, and a real IMAP server.

mod dialogue;
mod harness;
mod imap;
mod limits;
mod smuggling;
mod starttls;
