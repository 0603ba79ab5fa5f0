//! The queue's steps. Each is one transaction.
use crate::error::OutboxError;
use crate::file::{Options, OutboxFile, generation_path, is_replaced};
use crate::record::Waiting;
use crate::steps::{OTHER_BYTES, file_record, find_waiting, first_due, in_transaction, move_aside, settle};
use crate::{Notice, reserve};
use rusqlite::{OptionalExtension, params};
use std::path::{Path, PathBuf};
use uuid::Uuid;
use wire::{Acknowledgement, Envelope};

/// Longest postponement. A record whose time lies further ahead is due: the clock was set back, or the record is
/// damaged.
pub const POSTPONE_S_MAX: i64 = 3600;

/// How long identifier and time of a delivered envelope are kept.
pub const DELIVERED_DAYS: i64 = 30;

/// Longest reason kept for a record that was set aside.
pub const REASON_CHARS_MAX: usize = 300;

/// How many records are where.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// To be carried away.
    pub waiting: u64,
    /// Acknowledged within the last [`DELIVERED_DAYS`].
    pub delivered: u64,
    /// Can't be delivered; staff must look at them.
    pub set_aside: u64,
}

/// What became of an acknowledged record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Settled {
    /// The acknowledgement covers what was sent; the record is gone.
    Delivered,
    /// It names other bytes than were sent; the record was set aside.
    SetAside,
    /// No such record waits (any more).
    Unknown,
}

/// A record that can't be delivered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SetAside {
    /// Which, as far as that can still be told.
    pub submission_id: Option<Uuid>,
    /// Why.
    pub reason: String,
    /// When; 0 when it was found damaged in a damaged file.
    pub at: i64,
}

/// The queue of sealed cases. One per thread; any number on one file.
#[derive(Debug)]
pub struct Outbox {
    pub(crate) base: PathBuf,
    options: Options,
    pub(crate) file: OutboxFile,
    seen: i64,
    notices: Vec<Notice>,
}

impl Outbox {
    /// Opens the queue at that path, or makes it (mode 0600). Files named after it with `.lock`, `.1`, `.2`, `-wal`,
    /// `-shm`, `.reserve` lie beside it.
    ///
    /// # Errors
    /// When the folder can't be written, the disk is full, the file is a newer version's, or the medium is broken.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, OutboxError> {
        Self::open_with(path, Options::default())
    }

    /// As [`Outbox::open`], with other settings.
    ///
    /// # Errors
    /// The same.
    pub fn open_with(path: impl AsRef<Path>, options: Options) -> Result<Self, OutboxError> {
        let base = path.as_ref().to_owned();
        let mut notices = Vec::new();
        let file = match OutboxFile::open_newest(&base, options, None, &mut notices) {
            Err(OutboxError::DiskFull { .. }) if reserve::release(&base) => {
                OutboxFile::open_newest(&base, options, None, &mut notices)?
            }
            other => other?,
        };
        // On a full disk it opens all the same: it must be emptied. Filing will say so.
        let _ = reserve::keep(&base);
        Ok(Self {
            base,
            options,
            file,
            seen: 0,
            notices,
        })
    }

    /// Files an envelope. When this returns `Ok`, it is on stable storage and was read back. Filing the same envelope
    /// again is `Ok` and changes nothing, also when it was delivered or withdrawn.
    ///
    /// # Errors
    /// See [`OutboxError`]; the envelope is then not filed.
    pub fn file(&mut self, envelope: &Envelope) -> Result<(), OutboxError> {
        let body = envelope.to_body()?;
        match reserve::keep(&self.base) {
            Err(OutboxError::DiskFull { .. }) => {
                self.shrink();
                reserve::keep(&self.base)?;
            }
            other => other?,
        }
        loop {
            self.step(|file| file_record(file, envelope.submission_id, &body))?;
            // The other process may have replaced the file after this step began and before its commit; it would not
            // have taken this record over. Filing twice is harmless.
            if !is_replaced(&self.base, self.file.generation) {
                return Ok(());
            }
        }
    }

    /// The record that has waited longest and is due. Damaged ones on the way are set aside.
    ///
    /// # Errors
    /// See [`OutboxError`].
    pub fn next(&mut self, now: i64) -> Result<Option<Waiting>, OutboxError> {
        loop {
            let Some(raw) = self.step(|file| first_due(&file.writer, now))? else {
                return Ok(None);
            };
            let (seq, submission_id) = (raw.seq, raw.id());
            match raw.verify() {
                Ok(waiting) => return Ok(Some(waiting)),
                Err(reason) => {
                    self.relieve(|file| {
                        in_transaction(&mut file.writer, "setting a damaged record aside", |transaction| {
                            move_aside(transaction, seq, reason, now)
                        })
                    })?;
                    self.notices.push(Notice::RecordSetAside {
                        submission_id,
                        reason: reason.to_owned(),
                    });
                }
            }
        }
    }

    /// Settles a record by the backend's answer. Only an acknowledgement of exactly the bytes that were sent ends it.
    ///
    /// # Errors
    /// See [`OutboxError`].
    pub fn acknowledge(&mut self, acknowledgement: &Acknowledgement, now: i64) -> Result<Settled, OutboxError> {
        let settled = self.relieve(|file| {
            in_transaction(&mut file.writer, "settling a record", |transaction| {
                settle(transaction, acknowledgement, now)
            })
        })?;
        if settled == Settled::SetAside {
            let submission_id = Some(acknowledgement.submission_id);
            self.notices.push(Notice::RecordSetAside {
                submission_id,
                reason: OTHER_BYTES.to_owned(),
            });
        }
        Ok(settled)
    }

    /// Lets a record wait until a time, at most [`POSTPONE_S_MAX`] ahead, and counts the attempt. False when it no
    /// longer waits.
    ///
    /// # Errors
    /// See [`OutboxError`].
    pub fn postpone(&mut self, submission_id: Uuid, until: i64) -> Result<bool, OutboxError> {
        let sql = "UPDATE waiting SET not_before = ?2, attempts = min(attempts + 1, 1000000) WHERE submission_id = ?1";
        self.relieve(|file| {
            in_transaction(&mut file.writer, "postponing a record", |transaction| {
                Ok(transaction.execute(sql, params![submission_id.as_bytes(), until])? > 0)
            })
        })
    }

    /// Takes a record that the backend refuses for good out of the queue and keeps it for staff. False when it no
    /// longer waits. Control characters and what exceeds [`REASON_CHARS_MAX`] are dropped from the reason.
    ///
    /// # Errors
    /// See [`OutboxError`].
    pub fn set_aside(&mut self, submission_id: Uuid, reason: &str, now: i64) -> Result<bool, OutboxError> {
        let reason: String = reason
            .chars()
            .filter(|c| !c.is_control())
            .take(REASON_CHARS_MAX)
            .collect();
        let moved = self.relieve(|file| {
            in_transaction(&mut file.writer, "setting a record aside", |transaction| {
                let sql = "SELECT seq FROM waiting WHERE submission_id = ?1";
                let id = submission_id.as_bytes();
                let Some(seq) = transaction.query_row(sql, [id], |row| row.get(0)).optional()? else {
                    return Ok(false);
                };
                move_aside(transaction, seq, &reason, now).map(|()| true)
            })
        })?;
        if moved {
            self.notices.push(Notice::RecordSetAside {
                submission_id: Some(submission_id),
                reason,
            });
        }
        Ok(moved)
    }

    /// The waiting envelopes for which `is_wanted`, the newest first, at most `limit`. Damaged ones are passed over: the
    /// next delivery sets them aside.
    ///
    /// # Errors
    /// See [`OutboxError`].
    pub fn find(
        &mut self,
        limit: usize,
        mut is_wanted: impl FnMut(&Envelope) -> bool,
    ) -> Result<Vec<Envelope>, OutboxError> {
        self.step(|file| find_waiting(&file.writer, limit, &mut is_wanted))
    }

    /// True if that case was filed here, wherever it is now. What was delivered or withdrawn is remembered for some weeks.
    ///
    /// # Errors
    /// See [`OutboxError`].
    pub fn has(&mut self, submission_id: Uuid) -> Result<bool, OutboxError> {
        let sql = "SELECT EXISTS (SELECT 1 FROM waiting WHERE submission_id = ?1)
                       OR EXISTS (SELECT 1 FROM delivered WHERE submission_id = ?1)
                       OR EXISTS (SELECT 1 FROM set_aside WHERE submission_id = ?1)
                       OR EXISTS (SELECT 1 FROM withdrawn WHERE submission_id = ?1)";
        self.step(|file| {
            let has = file.writer.query_row(sql, [submission_id.as_bytes()], |row| row.get(0));
            has.map_err(OutboxError::sqlite("looking for a case"))
        })
    }

    /// The newest records that were set aside, at most `limit`.
    ///
    /// # Errors
    /// See [`OutboxError`].
    pub fn list_set_aside(&mut self, limit: u32) -> Result<Vec<SetAside>, OutboxError> {
        let sql = "SELECT submission_id, reason, at FROM set_aside ORDER BY seq DESC LIMIT ?1";
        self.step(|file| {
            let read = || {
                let mut statement = file.writer.prepare_cached(sql)?;
                let rows = statement.query_map([limit], |row| {
                    let submission_id = row.get_ref(0)?.as_blob().ok().and_then(|id| Uuid::from_slice(id).ok());
                    Ok(SetAside {
                        submission_id,
                        reason: row.get(1)?,
                        at: row.get(2)?,
                    })
                })?;
                rows.collect::<rusqlite::Result<Vec<_>>>()
            };
            read().map_err(OutboxError::sqlite("listing what was set aside"))
        })
    }

    /// How many records are where.
    ///
    /// # Errors
    /// See [`OutboxError`].
    pub fn counts(&mut self) -> Result<Counts, OutboxError> {
        let sql = "SELECT (SELECT count(*) FROM waiting), (SELECT count(*) FROM delivered),
                          (SELECT count(*) FROM set_aside)";
        self.step(|file| {
            let number = |row: &rusqlite::Row<'_>, column| -> rusqlite::Result<u64> {
                Ok(row.get::<_, i64>(column)?.unsigned_abs())
            };
            file.writer
                .query_row(sql, [], |row| {
                    Ok(Counts {
                        waiting: number(row, 0)?,
                        delivered: number(row, 1)?,
                        set_aside: number(row, 2)?,
                    })
                })
                .map_err(OutboxError::sqlite("counting records"))
        })
    }

    /// True when another process (or another `Outbox`) has changed the queue since this was last asked. Costs some
    /// microseconds, so that it can be asked once a second.
    ///
    /// # Errors
    /// See [`OutboxError`].
    pub fn changed(&mut self) -> Result<bool, OutboxError> {
        let replaced = is_replaced(&self.base, self.file.generation);
        let version = self.step(|file| {
            file.writer
                .query_row("PRAGMA data_version", [], |row| row.get(0))
                .map_err(OutboxError::sqlite("looking for changes"))
        })?;
        let changed = replaced || version != self.seen;
        self.seen = version;
        Ok(changed)
    }

    /// What staff must hear of since this was last asked.
    pub fn take_notices(&mut self) -> Vec<Notice> {
        core::mem::take(&mut self.notices)
    }

    /// The file in use: the path it was opened with, or a later generation.
    pub fn path(&self) -> PathBuf {
        generation_path(&self.base, self.file.generation)
    }

    /// Runs a step that helps to empty the queue: it may use the reserve.
    pub(crate) fn relieve<T>(
        &mut self,
        mut run: impl FnMut(&mut OutboxFile) -> Result<T, OutboxError>,
    ) -> Result<T, OutboxError> {
        match self.step(&mut run) {
            Err(OutboxError::DiskFull { .. }) if reserve::release(&self.base) => {
                self.shrink();
                self.step(run)
            }
            other => other,
        }
    }

    /// Moves the log into the database and gives room that records had back to the disk. Whether that was enough, the
    /// next step says.
    fn shrink(&mut self) {
        for pragma in [
            "PRAGMA wal_checkpoint(TRUNCATE)",
            "PRAGMA incremental_vacuum",
            "PRAGMA wal_checkpoint(TRUNCATE)",
        ] {
            if let Ok(mut statement) = self.file.writer.prepare(pragma)
                && let Ok(mut rows) = statement.query([])
            {
                // A vacuum goes on page by page, one row each.
                while let Ok(Some(_)) = rows.next() {}
            }
        }
    }

    /// Runs one step on the newest file. A file that turns out damaged is replaced, and the step tried once more.
    pub(crate) fn step<T>(
        &mut self,
        mut run: impl FnMut(&mut OutboxFile) -> Result<T, OutboxError>,
    ) -> Result<T, OutboxError> {
        if is_replaced(&self.base, self.file.generation) {
            self.file = OutboxFile::open_newest(&self.base, self.options, None, &mut self.notices)?;
        }
        match run(&mut self.file) {
            Err(OutboxError::Damaged { .. }) => {
                let damaged = Some(self.file.generation);
                self.file = OutboxFile::open_newest(&self.base, self.options, damaged, &mut self.notices)?;
                run(&mut self.file)
            }
            other => other,
        }
    }
}
