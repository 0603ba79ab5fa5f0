//! Waiting numbers in SQLite: one row a number, of two days at most, with nothing about a person.
//!
//! All that draws or calls runs on the writer, in transactions that begin with the write lock: two terminals never get the
//! same number, and two counters never call the same one.
use crate::{CalledNumber, Day, Desk, Drawn, Hall, Waiting};
use rusqlite::{Connection, OptionalExtension, Row, params};
use uuid::Uuid;
use wire::queue::{Draw, NUMBER_MAX, Number, Queue};

/// Added with schema 5. `turn` is the order of calls within a day, over all queues: two may be called in the same second,
/// and a clock may be set back.
pub(crate) const SCHEMA: &str = "
    CREATE TABLE numbers (
        day INTEGER NOT NULL,
        queue TEXT NOT NULL,
        number INTEGER NOT NULL,
        draw_id BLOB NOT NULL UNIQUE,
        terminal_id BLOB NOT NULL REFERENCES terminals,
        drawn_at INTEGER NOT NULL,
        called_at INTEGER,
        turn INTEGER,
        desk TEXT,
        PRIMARY KEY (day, queue, number)
    ) STRICT, WITHOUT ROWID;
    CREATE UNIQUE INDEX numbers_by_turn ON numbers (day, turn) WHERE turn IS NOT NULL;
";

pub(crate) fn draw(
    connection: &Connection,
    terminal_id: Uuid,
    draw: Draw,
    day: Day,
    now: i64,
) -> rusqlite::Result<Drawn> {
    if let Some((queue, number, day)) = drawn_before(connection, draw.draw_id)? {
        return match queue == draw.queue {
            true => Ok(Drawn::Known(with_ahead(connection, draw, number, day)?)),
            false => Ok(Drawn::Conflict),
        };
    }
    let letter = draw.queue.letter().to_string();
    let highest: Option<u32> = connection
        .prepare_cached("SELECT max(number) FROM numbers WHERE day = ?1 AND queue = ?2")?
        .query_row(params![day.0, letter], |row| row.get(0))?;
    let number = match highest {
        None => {
            forget_before(connection, day)?;
            1
        }
        Some(NUMBER_MAX..) => return Ok(Drawn::Full),
        Some(highest) => highest + 1,
    };
    connection
        .prepare_cached(
            "INSERT INTO numbers (day, queue, number, draw_id, terminal_id, drawn_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )?
        .execute(params![
            day.0,
            letter,
            number,
            draw.draw_id.as_bytes(),
            terminal_id.as_bytes(),
            now
        ])?;
    Ok(Drawn::New(with_ahead(connection, draw, number, day)?))
}

/// Queue, number and day of that draw.
fn drawn_before(connection: &Connection, draw_id: Uuid) -> rusqlite::Result<Option<(Queue, u32, Day)>> {
    connection
        .prepare_cached("SELECT queue, number, day FROM numbers WHERE draw_id = ?1")?
        .query_row([draw_id.as_bytes()], |row| {
            Ok((queue_in(row, 0)?, row.get(1)?, Day(row.get(2)?)))
        })
        .optional()
}

/// A queue's first number of a day ends the days before yesterday. Yesterday's stay for a draw that is sent again over
/// midnight.
fn forget_before(connection: &Connection, day: Day) -> rusqlite::Result<()> {
    connection
        .prepare_cached("DELETE FROM numbers WHERE day < ?1")?
        .execute([day.0.saturating_sub(1)])?;
    Ok(())
}

fn with_ahead(connection: &Connection, draw: Draw, number: u32, day: Day) -> rusqlite::Result<Number> {
    let sql = "SELECT count(*) FROM numbers WHERE day = ?1 AND queue = ?2 AND number < ?3 AND called_at IS NULL";
    let ahead = connection
        .prepare_cached(sql)?
        .query_row(params![day.0, draw.queue.letter().to_string(), number], |row| {
            row.get(0)
        })?;
    Ok(Number {
        draw_id: draw.draw_id,
        queue: draw.queue,
        number,
        ahead,
    })
}

pub(crate) fn call_next(
    connection: &Connection,
    queue: Queue,
    desk: Option<&Desk>,
    day: Day,
    now: i64,
) -> rusqlite::Result<Option<CalledNumber>> {
    let sql = "UPDATE numbers SET called_at = ?3, turn = ?4, desk = ?5
               WHERE day = ?1 AND queue = ?2 AND number =
                   (SELECT min(number) FROM numbers WHERE day = ?1 AND queue = ?2 AND called_at IS NULL)
               RETURNING queue, number, desk, called_at";
    let (letter, turn) = (queue.letter().to_string(), next_turn(connection, day)?);
    connection
        .prepare_cached(sql)?
        .query_row(params![day.0, letter, now, turn, desk.map(Desk::as_str)], called_in)
        .optional()
}

pub(crate) fn call_again(
    connection: &Connection,
    queue: Queue,
    desk: Option<&Desk>,
    day: Day,
    now: i64,
) -> rusqlite::Result<Option<CalledNumber>> {
    let sql = "UPDATE numbers SET called_at = ?3, turn = ?4
               WHERE day = ?1 AND turn =
                   (SELECT max(turn) FROM numbers WHERE day = ?1 AND queue = ?2 AND (?5 IS NULL OR desk = ?5))
               RETURNING queue, number, desk, called_at";
    let (letter, turn) = (queue.letter().to_string(), next_turn(connection, day)?);
    connection
        .prepare_cached(sql)?
        .query_row(params![day.0, letter, now, turn, desk.map(Desk::as_str)], called_in)
        .optional()
}

fn next_turn(connection: &Connection, day: Day) -> rusqlite::Result<i64> {
    let sql = "SELECT coalesce(max(turn), 0) + 1 FROM numbers WHERE day = ?1 AND turn IS NOT NULL";
    connection.prepare_cached(sql)?.query_row([day.0], |row| row.get(0))
}

pub(crate) fn hall(connection: &Connection, day: Day, called_max: u32) -> rusqlite::Result<Hall> {
    let mut statement = connection.prepare_cached(
        "SELECT queue, number, desk, called_at FROM numbers
         WHERE day = ?1 AND turn IS NOT NULL ORDER BY turn DESC LIMIT ?2",
    )?;
    let called = statement.query_map(params![day.0, called_max], called_in)?;
    let called = called.collect::<rusqlite::Result<_>>()?;
    let mut statement = connection.prepare_cached(
        "SELECT queue, count(*), min(drawn_at) FROM numbers
         WHERE day = ?1 AND called_at IS NULL GROUP BY queue ORDER BY queue",
    )?;
    let waiting = statement.query_map([day.0], |row| {
        Ok(Waiting {
            queue: queue_in(row, 0)?,
            count: row.get(1)?,
            since: row.get(2)?,
        })
    })?;
    Ok(Hall {
        called,
        waiting: waiting.collect::<rusqlite::Result<_>>()?,
    })
}

fn called_in(row: &Row<'_>) -> rusqlite::Result<CalledNumber> {
    let desk: Option<String> = row.get(2)?;
    let desk = desk.map(|text| Desk::parse(&text)).transpose();
    Ok(CalledNumber {
        queue: queue_in(row, 0)?,
        number: row.get(1)?,
        desk: desk.map_err(|error| crate::cases::unreadable(2, error))?,
        called_at: row.get(3)?,
    })
}

fn queue_in(row: &Row<'_>, column: usize) -> rusqlite::Result<Queue> {
    let letter: String = row.get(column)?;
    Queue::parse(&letter).ok_or_else(|| crate::cases::unreadable(column, NoQueue))
}

#[derive(Debug, thiserror::Error)]
#[error("the stored letter is no queue")]
struct NoQueue;
