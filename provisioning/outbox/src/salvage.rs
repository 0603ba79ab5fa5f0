//! Takes what can still be read out of a damaged file over into its replacement.
use crate::Notice;
use crate::error::OutboxError;
use crate::file::BUSY_TIMEOUT;
use crate::record::{COLUMNS, RawRecord};
use rusqlite::{Connection, OpenFlags, OptionalExtension, Transaction, TransactionBehavior, params};
use std::path::Path;

/// How many unreadable places are stepped over, one by one, before the rest is given up. Bounds the time of a rescue.
const UNREADABLE_MAX: u64 = 100_000;

/// Tables, and their columns in the order of the schema.
const WAITING: (&str, &str) = ("waiting", "seq, not_before, attempts, submission_id, checksum, body");
const SET_ASIDE: (&str, &str) = ("set_aside", "seq, at, submission_id, reason, body");
const WITHDRAWN: (&str, &str) = (
    "withdrawn",
    "seq, at, submission_id, filed_at, leika, service, lookup_sha256",
);

const DAMAGED_RECORD: &str = "found damaged in a damaged file";

/// Fills a fresh file from its predecessor, once: record and mark are one transaction, so that a power cut in the
/// middle starts it over.
pub(crate) fn take_over(
    fresh: &mut Connection,
    previous: u32,
    previous_path: &Path,
    notices: &mut Vec<Notice>,
) -> Result<(), OutboxError> {
    let failed = OutboxError::sqlite("taking records over from a damaged outbox");
    let transaction = fresh
        .transaction_with_behavior(TransactionBehavior::Immediate)
        .map_err(&failed)?;
    let mark = "SELECT 1 FROM taken_over WHERE from_generation = ?1";
    if transaction
        .query_row(mark, [previous], |_| Ok(()))
        .optional()
        .map_err(&failed)?
        .is_some()
    {
        return Ok(());
    }
    let mut taken_over = 0;
    let mut unreadable = 0;
    if let Ok(old) = open_damaged(previous_path) {
        for_each_row(&old, WAITING, COLUMNS, RawRecord::from_row, &mut unreadable, |raw| {
            taken_over += 1;
            if raw.is_sound() {
                transaction.execute(
                    "INSERT OR IGNORE INTO waiting (submission_id, checksum, body) VALUES (?1, ?2, ?3)",
                    params![raw.submission_id, raw.checksum, raw.body],
                )
            } else {
                transaction.execute(
                    "INSERT INTO set_aside (at, submission_id, reason, body) VALUES (0, ?1, ?2, ?3)",
                    params![raw.submission_id, DAMAGED_RECORD, raw.body],
                )
            }
        })
        .map_err(&failed)?;
        for_each_row(
            &old,
            SET_ASIDE,
            SET_ASIDE.1,
            LeftAside::from_row,
            &mut unreadable,
            |row| {
                taken_over += 1;
                transaction.execute(
                    "INSERT INTO set_aside (at, submission_id, reason, body) VALUES (?1, ?2, ?3, ?4)",
                    params![row.at, row.submission_id, row.reason, row.body],
                )
            },
        )
        .map_err(&failed)?;
        take_over_withdrawn(&old, &transaction).map_err(&failed)?;
    }
    transaction
        .execute("INSERT INTO taken_over VALUES (?1)", [previous])
        .map_err(&failed)?;
    transaction.commit().map_err(&failed)?;
    notices.push(Notice::FileReplaced {
        damaged: previous_path.to_owned(),
        taken_over,
        unreadable,
    });
    Ok(())
}

/// What was withdrawn stays so. Whether a record was set out is not asked of a damaged file: each counts as if it was.
fn take_over_withdrawn(old: &Connection, fresh: &Transaction<'_>) -> rusqlite::Result<()> {
    // A file of before has no such table. What can't be read costs a citizen the answer, and no case.
    let mut unreadable = 0;
    for_each_row(
        old,
        WITHDRAWN,
        WITHDRAWN.1,
        LeftWithdrawn::from_row,
        &mut unreadable,
        |row| {
            fresh.execute(
                "INSERT OR IGNORE INTO withdrawn (at, submission_id, filed_at, leika, service, lookup_sha256)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                params![
                    row.at,
                    row.submission_id,
                    row.filed_at,
                    row.leika,
                    row.service,
                    row.lookup_sha256
                ],
            )
        },
    )?;
    fresh.execute_batch(
        "DELETE FROM waiting WHERE submission_id IN (SELECT submission_id FROM withdrawn);
         INSERT OR IGNORE INTO set_out SELECT submission_id FROM waiting;",
    )
}

struct LeftWithdrawn {
    seq: i64,
    at: i64,
    submission_id: Vec<u8>,
    filed_at: i64,
    leika: String,
    service: String,
    lookup_sha256: Vec<u8>,
}

impl LeftWithdrawn {
    fn from_row(row: &rusqlite::Row<'_>) -> rusqlite::Result<Self> {
        let number = |column| -> rusqlite::Result<i64> { Ok(row.get_ref(column)?.as_i64().unwrap_or_default()) };
        let text =
            |column| -> rusqlite::Result<String> { Ok(String::from_utf8_lossy(&bytes_in(row, column)?).into_owned()) };
        Ok(Self {
            seq: number(0)?,
            at: number(1)?,
            submission_id: bytes_in(row, 2)?,
            filed_at: number(3)?,
            leika: text(4)?,
            service: text(5)?,
            lookup_sha256: bytes_in(row, 6)?,
        })
    }
}

fn bytes_in(row: &rusqlite::Row<'_>, column: usize) -> rusqlite::Result<Vec<u8>> {
    Ok(row.get_ref(column)?.as_bytes().unwrap_or_default().to_vec())
}

impl Numbered for LeftWithdrawn {
    fn seq(&self) -> i64 {
        self.seq
    }
}

struct LeftAside {
    seq: i64,
    at: i64,
    submission_id: Vec<u8>,
    reason: String,
    body: Vec<u8>,
}

impl LeftAside {
    fn from_row(row: &rusqlite::Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            seq: row.get_ref(0)?.as_i64().unwrap_or_default(),
            at: row.get_ref(1)?.as_i64().unwrap_or_default(),
            submission_id: bytes_in(row, 2)?,
            reason: String::from_utf8_lossy(&bytes_in(row, 3)?).into_owned(),
            body: bytes_in(row, 4)?,
        })
    }
}

trait Numbered {
    fn seq(&self) -> i64;
}

impl Numbered for RawRecord {
    fn seq(&self) -> i64 {
        self.seq
    }
}

impl Numbered for LeftAside {
    fn seq(&self) -> i64 {
        self.seq
    }
}

fn open_damaged(path: &Path) -> rusqlite::Result<Connection> {
    // Read-write, for the log may have to be replayed to see the last records.
    let connection = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    Ok(connection)
}

/// Visits the readable rows of a table in order; an error of `visit` (of the fresh file) ends it, one of the old file
/// steps on.
fn for_each_row<T: Numbered>(
    old: &Connection,
    (table, places): (&str, &str),
    columns: &str,
    read: fn(&rusqlite::Row<'_>) -> rusqlite::Result<T>,
    unreadable: &mut u64,
    mut visit: impl FnMut(&T) -> rusqlite::Result<usize>,
) -> rusqlite::Result<()> {
    // By place: the damage may be in a column's name.
    let sql = format!(
        "WITH old ({places}) AS (SELECT * FROM {table}) SELECT {columns} FROM old WHERE seq > ?1 ORDER BY seq LIMIT 1"
    );
    // Without a schema there is nothing to step through.
    let Ok(mut statement) = old.prepare(&sql) else {
        *unreadable += 1;
        return Ok(());
    };
    let highest = old
        .query_row("SELECT seq FROM sqlite_sequence WHERE name = ?1", [table], |row| {
            row.get::<_, i64>(0)
        })
        .unwrap_or(i64::MAX);
    let mut at = 0;
    while at < highest && *unreadable < UNREADABLE_MAX {
        match statement.query_row([at], read) {
            Ok(row) if row.seq() > at => {
                at = row.seq();
                visit(&row)?;
            }
            Err(rusqlite::Error::QueryReturnedNoRows) => break,
            Ok(_) | Err(_) => {
                *unreadable += 1;
                at += 1;
            }
        }
    }
    Ok(())
}
