//! Calls for a person in SQLite: one row a terminal, so that their number is bounded and nothing piles up about anybody.
use crate::sqlite::uuid_in;
use crate::{CALL_PERIOD_S, Called, OpenCall, REPRINT_PERIOD_S};
use rusqlite::{Connection, OptionalExtension, params};
use uuid::Uuid;
use wire::call::{Call, CallNews, Stage};

/// Added with schema 2.
pub(crate) const SCHEMA: &str = "
    CREATE TABLE calls (
        terminal_id BLOB PRIMARY KEY REFERENCES terminals,
        call_id BLOB NOT NULL,
        stage TEXT NOT NULL,
        called_at INTEGER NOT NULL,
        answered_at INTEGER
    ) STRICT;
";

/// Added with schema 5.
pub(crate) const REPRINTS: &str = "ALTER TABLE calls ADD COLUMN reprints INTEGER NOT NULL DEFAULT 0;";

/// The terminal's newest call.
struct Newest {
    call_id: Uuid,
    called_at: i64,
    answered_at: Option<i64>,
}

pub(crate) fn put(connection: &Connection, terminal_id: Uuid, call: &Call, now: i64) -> rusqlite::Result<Called> {
    let newest = connection
        .prepare_cached("SELECT call_id, called_at, answered_at FROM calls WHERE terminal_id = ?1")?
        .query_row([terminal_id.as_bytes()], |row| {
            Ok(Newest {
                call_id: uuid_in(row, 0)?,
                called_at: row.get(1)?,
                answered_at: row.get(2)?,
            })
        })
        .optional()?;
    if let Some(newest) = newest {
        // The difference without its sign: a clock that was set back must not swallow calls for hours.
        let just_now = now.saturating_sub(newest.called_at).unsigned_abs() < CALL_PERIOD_S;
        match newest.answered_at {
            _ if newest.call_id == call.call_id => return Ok(Called::Known),
            None if just_now => return still_waiting(connection, terminal_id, call),
            Some(_) if just_now => return Ok(Called::TooSoon),
            None | Some(_) => {}
        }
    }
    connection
        .prepare_cached(
            "INSERT OR REPLACE INTO calls (terminal_id, call_id, stage, called_at, answered_at, reprints)
             VALUES (?1, ?2, ?3, ?4, NULL, 0)",
        )?
        .execute(params![
            terminal_id.as_bytes(),
            call.call_id.as_bytes(),
            call.stage.as_str(),
            now
        ])?;
    Ok(Called::Open)
}

/// The same call goes on; staff see where the citizen is by now. For the terminal it is a new one, which begins with no
/// reprint: it would print those of before once more.
fn still_waiting(connection: &Connection, terminal_id: Uuid, call: &Call) -> rusqlite::Result<Called> {
    connection
        .prepare_cached("UPDATE calls SET stage = ?2, reprints = 0 WHERE terminal_id = ?1")?
        .execute(params![terminal_id.as_bytes(), call.stage.as_str()])?;
    Ok(Called::Known)
}

pub(crate) fn open(connection: &Connection) -> rusqlite::Result<Vec<OpenCall>> {
    let sql = "SELECT call_id, name, stage, called_at FROM calls JOIN terminals USING (terminal_id)
               WHERE answered_at IS NULL AND withdrawn_at IS NULL ORDER BY called_at, name";
    let mut statement = connection.prepare_cached(sql)?;
    let rows = statement.query_map([], |row| {
        let stage: String = row.get(2)?;
        let stage = Stage::parse(&stage)
            .map_err(|error| rusqlite::Error::FromSqlConversionFailure(2, rusqlite::types::Type::Text, error.into()))?;
        Ok(OpenCall {
            call_id: uuid_in(row, 0)?,
            terminal: row.get(1)?,
            stage,
            called_at: row.get(3)?,
        })
    })?;
    rows.collect()
}

pub(crate) fn answer(connection: &Connection, terminal: &str, now: i64) -> rusqlite::Result<bool> {
    let sql = "UPDATE calls SET answered_at = ?2 WHERE answered_at IS NULL
               AND terminal_id IN (SELECT terminal_id FROM terminals WHERE name = ?1 AND withdrawn_at IS NULL)";
    Ok(connection.execute(sql, params![terminal, now])? > 0)
}

/// What became of the terminal's newest call; `None` when it never called.
pub(crate) fn news(connection: &Connection, terminal_id: Uuid) -> rusqlite::Result<Option<CallNews>> {
    connection
        .prepare_cached("SELECT answered_at IS NOT NULL, reprints FROM calls WHERE terminal_id = ?1")?
        .query_row([terminal_id.as_bytes()], |row| {
            Ok(CallNews {
                answered: row.get(0)?,
                reprints: row.get(1)?,
            })
        })
        .optional()
}

/// One reprint more for the newest call of the terminal of that name, if somebody is known to stand there.
pub(crate) fn reprint(connection: &Connection, terminal: &str, now: i64) -> rusqlite::Result<bool> {
    // The difference without its sign, as above.
    let sql = "UPDATE calls SET reprints = min(reprints + 1, ?4) WHERE abs(?2 - called_at) <= ?3
               AND terminal_id IN (SELECT terminal_id FROM terminals WHERE name = ?1 AND withdrawn_at IS NULL)";
    Ok(connection.execute(sql, params![terminal, now, REPRINT_PERIOD_S, u32::MAX])? > 0)
}
