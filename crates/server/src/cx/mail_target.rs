//! Where mails go, as the configuration says it.

use std::path::PathBuf;

use super::Smtp;

/// Where mails go.
#[derive(Clone, Debug)]
pub enum MailTarget {
    /// One `.eml` file each; until SMTP is configured.
    Folder(PathBuf),
    Smtp(Smtp),
}
