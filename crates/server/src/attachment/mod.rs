//! Files at messages, and whole mails: bytes stored once by content, beside the database.

pub mod blobs;
