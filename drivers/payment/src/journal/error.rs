//! What can go wrong with the journal.
use rusqlite::ffi::ErrorCode;
use std::path::PathBuf;

/// Why a step was not written. After an error the journal is as it was before.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// The payment isn't where this step could follow: a fault of ours, or staff has decided meanwhile.
    #[error("payment {payment} can't go on to {step}")]
    WrongStep {
        /// Which payment.
        payment: i64,
        /// The step that can't follow.
        step: &'static str,
    },
    /// The disk is full.
    #[error("the disk is full while {0}")]
    DiskFull(&'static str),
    /// The file is damaged. The next opening sets it aside.
    #[error("the journal is damaged while {0}")]
    Damaged(&'static str),
    /// The file was written by a newer version of this program. Left alone.
    #[error("{} was written by a newer version (schema {found})", path.display())]
    Newer {
        /// Which file.
        path: PathBuf,
        /// Its schema version.
        found: i64,
    },
    /// The file system refuses.
    #[error("{doing} {} failed", path.display())]
    Io {
        /// What was being done.
        doing: &'static str,
        /// With which file.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// SQLite refuses for another reason.
    #[error("{doing} failed")]
    Sqlite {
        /// What was being done.
        doing: &'static str,
        /// Why.
        #[source]
        source: rusqlite::Error,
    },
}

impl JournalError {
    /// Sorts an SQLite error by who can mend it.
    pub(crate) fn sqlite(doing: &'static str) -> impl Fn(rusqlite::Error) -> Self {
        move |source| match source.sqlite_error_code() {
            Some(ErrorCode::DiskFull) => Self::DiskFull(doing),
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => Self::Damaged(doing),
            // Our own statements are right, so the schema is damaged.
            _ if matches!(source, rusqlite::Error::SqlInputError { .. }) => Self::Damaged(doing),
            _ => Self::Sqlite { doing, source },
        }
    }

    pub(crate) fn io(doing: &'static str, path: impl Into<PathBuf>) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.into();
        move |source| Self::Io { doing, path, source }
    }
}
