//! What can go wrong between us and the database.

use thiserror::Error;

/// A failure of the store; never a rule's refusal.
#[derive(Debug, Error, Clone)]
pub enum StoreError {
    /// Nothing can be written now: full disk, read-only file, lost connection. Doors shut.
    #[error("the database cannot be written: {0}")]
    Unwritable(String),
    /// A sync to disk failed; what was promised may be lost, so the process must end.
    #[error("the disk failed to keep what was written: {0}")]
    Sync(String),
    /// Two changes wanted the same unique value.
    #[error("already exists: {0}")]
    Conflict(String),
    /// What the database holds contradicts what the code expects.
    #[error("the database holds something unexpected: {0}")]
    Inconsistent(String),
    /// The queue to the writer is full.
    #[error("too many changes are waiting to be written")]
    Busy,
    #[error("database: {0}")]
    Driver(String),
}

/// SQLite's extended result code for a failed sync.
const SQLITE_IOERR_FSYNC: &str = "1034";
const SQLITE_IOERR_DIR_FSYNC: &str = "1290";

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        let text = error.to_string();
        match &error {
            sqlx::Error::Database(db) if db.is_unique_violation() => Self::Conflict(text),
            sqlx::Error::Database(db) => {
                let code = db.code().unwrap_or_default();
                match code.as_ref() {
                    SQLITE_IOERR_FSYNC | SQLITE_IOERR_DIR_FSYNC => Self::Sync(text),
                    c if unwritable(c) => Self::Unwritable(text),
                    _ => Self::Driver(text),
                }
            }
            sqlx::Error::Io(_)
            | sqlx::Error::PoolTimedOut
            | sqlx::Error::PoolClosed
            | sqlx::Error::WorkerCrashed
            | sqlx::Error::Protocol(_) => Self::Unwritable(text),
            sqlx::Error::ColumnDecode { .. } | sqlx::Error::Decode(_) => Self::Inconsistent(text),
            _ => Self::Driver(text),
        }
    }
}

/// Whether a driver's code says that writing itself fails. SQLite gives its extended result code as a
/// decimal number (the lowest byte is the primary code), PostgreSQL five characters.
fn unwritable(code: &str) -> bool {
    const SQLITE_READONLY: u32 = 8;
    const SQLITE_IOERR: u32 = 10;
    const SQLITE_FULL: u32 = 13;
    const SQLITE_CANTOPEN: u32 = 14;
    if code.len() == 5 {
        // Class 53 is "insufficient resources", 57 and 58 shutdown and system errors, 25006 read-only.
        return code.starts_with("53") || code.starts_with("57") || code.starts_with("58") || code == "25006";
    }
    code.parse::<u32>()
        .is_ok_and(|c| matches!(c & 0xff, SQLITE_READONLY | SQLITE_IOERR | SQLITE_FULL | SQLITE_CANTOPEN))
}

impl StoreError {
    /// Whether doors must stay shut until writing works again.
    pub fn shuts_doors(&self) -> bool {
        matches!(self, Self::Unwritable(_) | Self::Sync(_))
    }
}

#[cfg(test)]
mod tests {
    use super::unwritable;

    #[test]
    fn full_disk_and_read_only_are_told_from_other_errors() {
        for code in ["8", "13", "778", "14", "53100", "25006", "57P01"] {
            assert!(unwritable(code), "{code}");
        }
        for code in ["1", "19", "2067", "5", "23505", "42601"] {
            assert!(!unwritable(code), "{code}");
        }
    }
}
