//! What the queue's steps do inside their transactions.
use crate::error::OutboxError;
use crate::file::OutboxFile;
use crate::queue::{DELIVERED_DAYS, POSTPONE_S_MAX, Settled};
use crate::record::{COLUMNS, RawRecord, checksum};
use crate::withdrawal::{forget, is_withdrawn, unmark};
use rusqlite::{Connection, OptionalExtension, Transaction, TransactionBehavior, params};
use uuid::Uuid;
use wire::{Acknowledgement, Envelope};

pub(crate) const DAY_S: i64 = 24 * 3600;

/// Newest records that a search goes through: those of some days without a line, in well under a second.
const FOUND_AMONG_MAX: u32 = 1000;

pub(crate) const OTHER_BYTES: &str = "the backend acknowledged other bytes than were sent";

pub(crate) fn file_record(file: &mut OutboxFile, submission_id: Uuid, body: &[u8]) -> Result<(), OutboxError> {
    let doing = "filing a case";
    let id = submission_id.as_bytes();
    let sum = checksum(submission_id, body);
    let select = format!("SELECT {COLUMNS} FROM waiting WHERE submission_id = ?1");
    let known = in_transaction(&mut file.writer, doing, |transaction| {
        let delivered = "SELECT 1 FROM delivered WHERE submission_id = ?1";
        if transaction.query_row(delivered, [id], |_| Ok(())).optional()?.is_some() {
            return Ok(Known::Settled);
        }
        if is_withdrawn(transaction, submission_id)? {
            return Ok(Known::Settled);
        }
        if let Some(old) = transaction.query_row(&select, [id], RawRecord::from_row).optional()? {
            match (old.is_sound(), old.body == body) {
                (true, true) => return Ok(Known::Waiting),
                (true, false) => return Ok(Known::Otherwise),
                (false, _) => move_aside(transaction, old.seq, "the record doesn't fit its checksum", 0)?,
            }
        }
        transaction.execute(
            "INSERT INTO waiting (submission_id, checksum, body) VALUES (?1, ?2, ?3)",
            params![id, sum, body],
        )?;
        Ok(Known::Waiting)
    })?;
    match known {
        Known::Settled => return Ok(()),
        Known::Otherwise => return Err(OutboxError::Conflict { submission_id }),
        Known::Waiting => {}
    }
    let doing = "reading a filed case back";
    let back = file.reader.query_row(&select, [id], RawRecord::from_row).optional();
    match back.map_err(OutboxError::sqlite(doing))? {
        Some(record) if record.body == body && record.checksum == sum => Ok(()),
        // The agent may have delivered it already.
        None => Ok(()),
        Some(_) => Err(OutboxError::Damaged { doing }),
    }
}

enum Known {
    Waiting,
    /// Delivered or withdrawn.
    Settled,
    Otherwise,
}

pub(crate) fn first_due(connection: &Connection, now: i64) -> Result<Option<RawRecord>, OutboxError> {
    let sql = format!("SELECT {COLUMNS} FROM waiting WHERE not_before <= ?1 OR not_before > ?2 ORDER BY seq LIMIT 1");
    let read = || {
        let mut statement = connection.prepare_cached(&sql)?;
        statement
            .query_row([now, now.saturating_add(POSTPONE_S_MAX)], RawRecord::from_row)
            .optional()
    };
    read().map_err(OutboxError::sqlite("looking for the next record"))
}

pub(crate) fn find_waiting(
    connection: &Connection,
    limit: usize,
    is_wanted: &mut impl FnMut(&Envelope) -> bool,
) -> Result<Vec<Envelope>, OutboxError> {
    let sql = format!("SELECT {COLUMNS} FROM waiting ORDER BY seq DESC LIMIT {FOUND_AMONG_MAX}");
    let mut read = || {
        let mut statement = connection.prepare_cached(&sql)?;
        let mut rows = statement.query([])?;
        let mut found = Vec::new();
        while found.len() < limit
            && let Some(row) = rows.next()?
        {
            // One body at a time in memory.
            if let Ok(waiting) = RawRecord::from_row(row)?.verify()
                && is_wanted(&waiting.envelope)
            {
                found.push(waiting.envelope);
            }
        }
        Ok(found)
    };
    read().map_err(OutboxError::sqlite("looking for a case"))
}

pub(crate) fn settle(transaction: &Transaction<'_>, ack: &Acknowledgement, now: i64) -> rusqlite::Result<Settled> {
    let id = ack.submission_id.as_bytes();
    let select = format!("SELECT {COLUMNS} FROM waiting WHERE submission_id = ?1");
    let Some(record) = transaction.query_row(&select, [id], RawRecord::from_row).optional()? else {
        return Ok(Settled::Unknown);
    };
    if !ack.covers(ack.submission_id, &record.body) {
        move_aside(transaction, record.seq, OTHER_BYTES, now)?;
        return Ok(Settled::SetAside);
    }
    transaction.execute("DELETE FROM waiting WHERE seq = ?1", [record.seq])?;
    unmark(transaction, ack.submission_id)?;
    transaction.execute(
        "INSERT OR REPLACE INTO delivered (submission_id, at) VALUES (?1, ?2)",
        params![id, now],
    )?;
    transaction.execute(
        "DELETE FROM delivered WHERE at < ?1",
        [now.saturating_sub(DELIVERED_DAYS * DAY_S)],
    )?;
    forget(transaction, now)?;
    Ok(Settled::Delivered)
}

/// It may have left all the same, and counts as set out when it is filed again.
pub(crate) fn move_aside(transaction: &Transaction<'_>, seq: i64, reason: &str, now: i64) -> rusqlite::Result<()> {
    transaction.execute(
        "INSERT INTO set_aside (at, submission_id, reason, body)
         SELECT ?2, submission_id, ?3, body FROM waiting WHERE seq = ?1",
        params![seq, now, reason],
    )?;
    transaction.execute("DELETE FROM waiting WHERE seq = ?1", [seq])?;
    Ok(())
}

/// One transaction that takes the write lock at its start: it can wait for the other process there, and nowhere else.
pub(crate) fn in_transaction<T>(
    connection: &mut Connection,
    doing: &'static str,
    run: impl FnOnce(&Transaction<'_>) -> rusqlite::Result<T>,
) -> Result<T, OutboxError> {
    let failed = OutboxError::sqlite(doing);
    let transaction = connection
        .transaction_with_behavior(TransactionBehavior::Immediate)
        .map_err(&failed)?;
    let value = run(&transaction).map_err(&failed)?;
    transaction.commit().map_err(&failed)?;
    Ok(value)
}
