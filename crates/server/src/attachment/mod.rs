//! Files: taken in as streams, stored by their hash, served so that no browser runs them.
//!
//! A file with live secrets is shown only as a redacted copy; its original takes two people and has an
//! end (control 48). Every way to a file's bytes leaves an entry (control 58).
//! Start reading at `take.rs` (in) and `read.rs` (out); who may see a file `sight.rs` says.

mod kind;
mod leave;
mod read;
pub mod routes;
mod sight;
mod sweep;
mod take;
pub mod view;

pub use sweep::{keep_clean, sweep};
pub use take::{Stored, StoredFile, prepare};
pub use view::{AttachmentView, attachment_view};

use axum::http::StatusCode;

use crate::cx::Problem;

/// More files than a message may carry.
pub fn too_many() -> Problem {
    Problem::new(
        StatusCode::UNPROCESSABLE_ENTITY,
        "attachment.too_many",
        "Too many files",
        "Send the others in another message.",
    )
}

/// A file is larger than it may be.
pub fn too_large() -> Problem {
    Problem::new(
        StatusCode::PAYLOAD_TOO_LARGE,
        "attachment.too_large",
        "The file is too large",
        "Make it smaller, or send it in parts.",
    )
}
