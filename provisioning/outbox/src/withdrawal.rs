//! Taking back what still lies here, and what may have left.
//!
//! An envelope is *set out* from the moment before its first byte is sent, on stable storage, until it is settled. From
//! then on it may lie at the backend, whatever the line says, and is withdrawn there or not at all. One that never was
//! set out never left: taken out of the queue, it never will. Both are steps under the same write lock, so that of courier
//! and citizen one comes first.
use crate::error::OutboxError;
use crate::file::{BUSY_TIMEOUT, is_replaced};
use crate::queue::{DELIVERED_DAYS, Outbox};
use crate::record::{COLUMNS, RawRecord, Waiting};
use crate::steps::{DAY_S, in_transaction};
use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};
use sha2::{Digest, Sha256};
use std::time::Duration;
use uuid::Uuid;
use wire::case_status::CaseLookup;

/// Added to files of before, which keep their schema's version: these tables stand beside what was there, and a terminal
/// that is set back to the program of before must still file.
///
/// Of records that lie there already nobody knows whether they were tried.
pub(crate) const SCHEMA: &str = "
    CREATE TABLE set_out (submission_id BLOB PRIMARY KEY) STRICT, WITHOUT ROWID;
    INSERT OR IGNORE INTO set_out SELECT submission_id FROM waiting;
    CREATE TABLE withdrawn (
        seq INTEGER PRIMARY KEY AUTOINCREMENT,
        at INTEGER NOT NULL,
        submission_id BLOB NOT NULL UNIQUE,
        filed_at INTEGER NOT NULL,
        leika TEXT NOT NULL,
        service TEXT NOT NULL,
        lookup_sha256 BLOB NOT NULL
    ) STRICT;
";

/// How long emptying the log may wait for the other process.
const LOG_PATIENCE: Duration = Duration::from_millis(500);

/// Separates our hashes from any other SHA-256.
const LOOKUP_DOMAIN: &[u8] = b"schalter outbox withdrawn 1";

/// An envelope that is on stable storage as set out. Made by [`Outbox::set_out`] alone: who holds it may send it.
#[derive(Debug, PartialEq, Eq)]
pub struct Underway(Waiting);

impl Underway {
    /// What is sent.
    pub fn waiting(&self) -> &Waiting {
        &self.0
    }
}

/// A case that was taken back before it left, as far as it is remembered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Withdrawn {
    /// Which.
    pub submission_id: Uuid,
    /// LeiKa key of the service.
    pub leika: String,
    /// The service's folder.
    pub service: String,
    /// When it was filed, seconds since 1970-01-01 UTC.
    pub filed_at: i64,
    /// When it was withdrawn, seconds since 1970-01-01 UTC.
    pub at: i64,
}

/// What became of a withdrawal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Withdrawal {
    /// It never left and never will; asked again, the same.
    Done(Withdrawn),
    /// It may lie at the backend: only there it can be withdrawn. Nothing was changed.
    MayHaveLeft,
    /// No such case waits here under that lookup.
    Unknown,
}

impl Outbox {
    /// Marks a record as set out, before its first byte is sent. `None` when it no longer waits: it must not be sent then.
    ///
    /// # Errors
    /// See [`OutboxError`]; it must not be sent then either.
    pub fn set_out(&mut self, waiting: Waiting) -> Result<Option<Underway>, OutboxError> {
        let id = waiting.envelope.submission_id;
        let waits = self.relieve(|file| in_transaction(&mut file.writer, "setting a case out", |t| mark(t, id)))?;
        Ok(waits.then_some(Underway(waiting)))
    }

    /// True when a waiting record may lie at the backend already.
    ///
    /// # Errors
    /// See [`OutboxError`].
    pub fn may_have_left(&mut self, submission_id: Uuid) -> Result<bool, OutboxError> {
        let failed = OutboxError::sqlite("looking whether a case has left");
        self.step(|file| is_marked(&file.writer, submission_id).map_err(&failed))
    }

    /// Takes the case of that lookup out of the queue, unless it may have left. What was sealed is overwritten; what tells
    /// the citizen that it was withdrawn stays for [`DELIVERED_DAYS`], and filing it again doesn't bring it back.
    ///
    /// # Errors
    /// See [`OutboxError`]; nothing was changed then.
    pub fn withdraw(&mut self, lookup: &CaseLookup, submission_id: Uuid, now: i64) -> Result<Withdrawal, OutboxError> {
        let doing = "withdrawing a case";
        loop {
            let done = self
                .relieve(|file| in_transaction(&mut file.writer, doing, |t| withdraw(t, lookup, submission_id, now)))?;
            // The other process may have replaced the file before this was committed, and taken the record over: then
            // the new file tells, where all that was taken over counts as set out.
            if !is_replaced(&self.base, self.file.generation) {
                if matches!(done, Withdrawal::Done(_)) {
                    self.empty_log();
                }
                return Ok(done);
            }
        }
    }

    /// The case of that lookup, if it was withdrawn here within [`DELIVERED_DAYS`].
    ///
    /// # Errors
    /// See [`OutboxError`].
    pub fn withdrawn(&mut self, lookup: &CaseLookup, now: i64) -> Result<Option<Withdrawn>, OutboxError> {
        let failed = OutboxError::sqlite("looking for a withdrawn case");
        self.step(|file| find(&file.writer, lookup, now).map_err(&failed))
    }
}

impl Outbox {
    /// What was withdrawn goes out of the log, too, unless the other process is at it for longer than a citizen waits.
    fn empty_log(&mut self) {
        let writer = &self.file.writer;
        let emptied = writer
            .busy_timeout(LOG_PATIENCE)
            .and_then(|()| writer.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())));
        // It is emptied at the next chance as well.
        let _ = (emptied, writer.busy_timeout(BUSY_TIMEOUT));
    }
}

/// False when it no longer waits.
fn mark(transaction: &Transaction<'_>, submission_id: Uuid) -> rusqlite::Result<bool> {
    let id = submission_id.as_bytes();
    let waits = "SELECT EXISTS (SELECT 1 FROM waiting WHERE submission_id = ?1)";
    if !transaction.query_row(waits, [id], |row| row.get(0))? {
        return Ok(false);
    }
    transaction.execute("INSERT OR IGNORE INTO set_out (submission_id) VALUES (?1)", [id])?;
    Ok(true)
}

fn is_marked(connection: &Connection, submission_id: Uuid) -> rusqlite::Result<bool> {
    connection
        .prepare_cached("SELECT EXISTS (SELECT 1 FROM set_out WHERE submission_id = ?1)")?
        .query_row([submission_id.as_bytes()], |row| row.get(0))
}

/// The record has arrived: nothing of it is underway.
pub(crate) fn unmark(transaction: &Transaction<'_>, submission_id: Uuid) -> rusqlite::Result<()> {
    transaction.execute(
        "DELETE FROM set_out WHERE submission_id = ?1",
        [submission_id.as_bytes()],
    )?;
    Ok(())
}

fn withdraw(
    transaction: &Transaction<'_>,
    lookup: &CaseLookup,
    submission_id: Uuid,
    now: i64,
) -> rusqlite::Result<Withdrawal> {
    if let Some(before) = find(transaction, lookup, now)? {
        return Ok(match before.submission_id == submission_id {
            true => Withdrawal::Done(before),
            false => Withdrawal::Unknown,
        });
    }
    let id = submission_id.as_bytes();
    let select = format!("SELECT {COLUMNS} FROM waiting WHERE submission_id = ?1");
    let record = transaction.query_row(&select, [id], RawRecord::from_row).optional()?;
    // A damaged one is for staff; the next delivery sets it aside.
    let Some(envelope) = record
        .and_then(|record| record.verify().ok())
        .map(|waiting| waiting.envelope)
    else {
        return Ok(Withdrawal::Unknown);
    };
    let Some(facts) = envelope.follow_up.filter(|facts| facts.case_lookup == *lookup) else {
        return Ok(Withdrawal::Unknown);
    };
    // Whoever has paid gets the money back from somebody who hears of it: the backend's.
    let is_paid = facts.fee.is_some_and(|fee| fee.state.may_be_taken());
    if is_paid || is_marked(transaction, submission_id)? {
        return Ok(Withdrawal::MayHaveLeft);
    }
    transaction.execute("DELETE FROM waiting WHERE submission_id = ?1", [id])?;
    transaction.execute(
        "INSERT INTO withdrawn (at, submission_id, filed_at, leika, service, lookup_sha256)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        params![
            now,
            id,
            envelope.filed_at,
            envelope.leika,
            facts.service,
            lookup_sha256(lookup)
        ],
    )?;
    forget(transaction, now)?;
    Ok(Withdrawal::Done(Withdrawn {
        submission_id,
        leika: envelope.leika,
        service: facts.service,
        filed_at: envelope.filed_at,
        at: now,
    }))
}

/// The case of that lookup, if it was withdrawn here within [`DELIVERED_DAYS`].
fn find(connection: &Connection, lookup: &CaseLookup, now: i64) -> rusqlite::Result<Option<Withdrawn>> {
    let sql = "SELECT submission_id, leika, service, filed_at, at FROM withdrawn
               WHERE lookup_sha256 = ?1 AND at >= ?2 ORDER BY seq LIMIT 1";
    let read = |row: &Row<'_>| {
        Ok(Withdrawn {
            submission_id: Uuid::from_bytes(row.get(0)?),
            leika: row.get(1)?,
            service: row.get(2)?,
            filed_at: row.get(3)?,
            at: row.get(4)?,
        })
    };
    connection
        .prepare_cached(sql)?
        .query_row(params![lookup_sha256(lookup), since(now)], read)
        .optional()
}

pub(crate) fn is_withdrawn(connection: &Connection, submission_id: Uuid) -> rusqlite::Result<bool> {
    connection
        .prepare_cached("SELECT EXISTS (SELECT 1 FROM withdrawn WHERE submission_id = ?1)")?
        .query_row([submission_id.as_bytes()], |row| row.get(0))
}

/// Forgets what was withdrawn long ago.
pub(crate) fn forget(transaction: &Transaction<'_>, now: i64) -> rusqlite::Result<()> {
    transaction.execute("DELETE FROM withdrawn WHERE at < ?1", [since(now)])?;
    Ok(())
}

fn since(now: i64) -> i64 {
    now.saturating_sub(DELIVERED_DAYS * DAY_S)
}

/// Hashed, so that who copies the disk finds nothing to ask with.
fn lookup_sha256(lookup: &CaseLookup) -> [u8; 32] {
    let hasher = Sha256::new().chain_update(LOOKUP_DOMAIN);
    hasher.chain_update(lookup.as_bytes()).finalize().into()
}
