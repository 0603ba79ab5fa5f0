//! What can go wrong with the queue.
use rusqlite::ffi::{self, ErrorCode};
use std::path::PathBuf;
use uuid::Uuid;

/// Why a step did not happen. After an error the queue is as it was before the step.
#[derive(Debug, thiserror::Error)]
pub enum OutboxError {
    /// The envelope itself is wrong: a fault of ours.
    #[error("the envelope can't be filed")]
    Envelope(#[from] wire::EnvelopeError),
    /// Another envelope is waiting under this identifier: a fault of ours.
    #[error("another envelope is waiting under {submission_id}")]
    Conflict {
        /// The identifier.
        submission_id: Uuid,
    },
    /// The disk, or the room given to the outbox, is full. Staff must act; deliveries make room, too.
    #[error("the disk is full while {doing}")]
    DiskFull {
        /// What was being done.
        doing: &'static str,
    },
    /// The other process held the file for longer than we wait.
    #[error("the outbox is busy while {doing}")]
    Busy {
        /// What was being done.
        doing: &'static str,
    },
    /// The file was written by a newer version of this program. Left alone.
    #[error("{} was written by a newer version (schema {found})", path.display())]
    Newer {
        /// Which file.
        path: PathBuf,
        /// Its schema version.
        found: i64,
    },
    /// The file is damaged, and so were its replacements: the medium is broken.
    #[error("the outbox file is damaged while {doing}")]
    Damaged {
        /// What was being done.
        doing: &'static str,
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

impl OutboxError {
    /// Sorts an SQLite error by who can mend it.
    pub(crate) fn sqlite(doing: &'static str) -> impl Fn(rusqlite::Error) -> Self {
        move |source| {
            let extended = source.sqlite_error().map_or(0, |error| error.extended_code);
            // Growing the shared-memory file on a full disk is reported as an I/O error of its own.
            if extended == ffi::SQLITE_IOERR_SHMSIZE {
                return Self::DiskFull { doing };
            }
            match source.sqlite_error_code() {
                Some(ErrorCode::DiskFull) => Self::DiskFull { doing },
                Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::Busy { doing },
                Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => Self::Damaged { doing },
                // Our own statements are right, so the schema is damaged.
                _ if matches!(source, rusqlite::Error::SqlInputError { .. }) => Self::Damaged { doing },
                _ => Self::Sqlite { doing, source },
            }
        }
    }

    pub(crate) fn io(doing: &'static str, path: impl Into<PathBuf>) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.into();
        move |source| {
            let full = [std::io::ErrorKind::StorageFull, std::io::ErrorKind::QuotaExceeded];
            if full.contains(&source.kind()) {
                Self::DiskFull { doing }
            } else {
                Self::Io { doing, path, source }
            }
        }
    }
}
