//! Durable queue of sealed cases on the terminal.
//!
//! A case is *filed* when [`Outbox::file`] returns `Ok`: its envelope is then on stable storage (SQLite in WAL mode
//! with `synchronous=FULL`, one transaction per step) and was read back through a second connection. Every record
//! carries a SHA-256 checksum of its own, since storage media lie.
//!
//! Two processes share the file: the kiosk files, the agent carries away. Each opens an [`Outbox`] of its own; writers
//! wait for each other up to [`BUSY_TIMEOUT`].
//!
//! # When something is damaged
//! * A record that doesn't fit its checksum is set aside with a [`Notice`]; the others go on.
//! * A file that SQLite calls corrupt is left where it is, and the next *generation* is opened
//!   beside it (`outbox.db`, `outbox.db.1`, …) into which every record that can still be read is taken over. It is not
//!   renamed, because the other process may have it open, and renaming a database in use is a way to corrupt both
//!   (SQLite, "How To Corrupt An SQLite Database File", §2.4, §2.5). Nothing is ever deleted.
//! * A full disk is [`OutboxError::DiskFull`]; nothing is half filed then. [`RESERVE_BYTES`] are kept back, so that
//!   filing stops while delivering still goes on and makes room.
//!
//! Delivered envelopes are deleted and overwritten (`secure_delete`); identifier and time stay for [`DELIVERED_DAYS`].
//!
//! # What was withdrawn, and what may have left
//! A citizen takes back what still lies here ([`Outbox::withdraw`]), as long as it certainly never left. Whoever delivers
//! says so before the first byte ([`Outbox::set_out`]); from then on, whatever came back, only the backend can tell.
//!
//! All times are arguments, in seconds since 1970-01-01 UTC.
mod error;
mod file;
mod queue;
mod record;
mod reserve;
mod salvage;
mod steps;
mod withdrawal;

pub use error::OutboxError;
pub use file::{BUSY_TIMEOUT, FILE_BYTES_MAX, GENERATIONS_MAX, Options};
pub use queue::{Counts, DELIVERED_DAYS, Outbox, POSTPONE_S_MAX, REASON_CHARS_MAX, SetAside, Settled};
pub use record::Waiting;
pub use reserve::RESERVE_BYTES;
pub use withdrawal::{Underway, Withdrawal, Withdrawn};

use std::path::PathBuf;
use uuid::Uuid;

/// Something staff must hear of. Holds no content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Notice {
    /// A record could not be used and was set aside.
    RecordSetAside {
        /// Which, as far as that can still be told.
        submission_id: Option<Uuid>,
        /// Why.
        reason: String,
    },
    /// A file was damaged and a fresh one is in use.
    FileReplaced {
        /// The damaged file, left as it is.
        damaged: PathBuf,
        /// Records that were taken over, good ones and ones set aside.
        taken_over: u64,
        /// Places in the damaged file that could not be read. Not each of them needs to have held a record.
        unreadable: u64,
    },
}
