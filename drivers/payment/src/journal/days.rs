//! The closings: which payments belong to one, what the terminal said, and whether the treasury has its files.
use super::{Journal, JournalError, read};
use crate::status::{KINDS, Totals};
use drivers_api::payment::Cents;
use rusqlite::{Row, params};

/// Ends at which money moved or may have: a day with nothing but refusals has nothing to close.
const MOVED: &str = "'filed', 'complete', 'reversed', 'settled_taken', 'settled_returned'";

/// A closing as the journal keeps it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Day {
    /// Its number.
    pub id: i64,
    /// When it was closed, in seconds since 1970-01-01 UTC.
    pub at: i64,
    /// Payments whose money is taken and stays.
    pub count: u64,
    /// All together.
    pub total: Cents,
    /// What the terminal said; `None` for what was before the days were closed by themselves: it wasn't asked.
    pub terminal: Option<Cents>,
}

impl Day {
    /// Terminal less journal, in cents: what staff must explain. `None` if it isn't known.
    pub fn difference_cents(&self) -> Option<i64> {
        Some(number(self.terminal?) - number(self.total))
    }
}

impl Journal {
    /// Closes the day: what is booked and belongs to no closing yet goes into this one. Its number.
    ///
    /// # Errors
    /// See [`JournalError`].
    pub fn close_day(
        &mut self,
        total: Cents,
        terminal: Cents,
        by_kind: Option<&Totals>,
        now: i64,
    ) -> Result<i64, JournalError> {
        tracing::debug!("closing to be journalled");
        let kinds = by_kind.map(|totals| totals.kinds).unwrap_or_default();
        let kinds = KINDS.iter().zip(kinds);
        let kinds: Vec<_> = kinds
            .filter(|(_, (count, amount))| *count > 0 || !amount.is_zero())
            .collect();
        let id = self.write("closing the day", |transaction| {
            transaction.execute(
                "INSERT INTO closings (at, journal_total, terminal_total) VALUES (?1, ?2, ?3)",
                params![now, number(total), number(terminal)],
            )?;
            let id = transaction.last_insert_rowid();
            for (kind, (count, amount)) in &kinds {
                let sql = "INSERT INTO closing_kinds VALUES (?1, ?2, ?3, ?4)";
                transaction.execute(sql, params![id, kind, count, number(*amount)])?;
            }
            let ends = read::ENDS;
            let sql = format!("UPDATE payments SET closing = ?1 WHERE closing IS NULL AND step IN ({ends})");
            transaction.execute(&sql, [id])?;
            Ok(id)
        })?;
        tracing::info!(closing = id, "closing journalled");
        Ok(id)
    }

    /// All closings, newest first.
    ///
    /// # Errors
    /// See [`JournalError`].
    pub fn days(&self) -> Result<Vec<Day>, JournalError> {
        self.read_days("1")
    }

    /// One closing; `None` if there is none of that number.
    ///
    /// # Errors
    /// See [`JournalError`].
    pub fn day(&self, id: i64) -> Result<Option<Day>, JournalError> {
        Ok(self.read_days(&format!("id = {id}"))?.into_iter().next())
    }

    /// Closings whose files aren't with the treasury, oldest first.
    ///
    /// # Errors
    /// See [`JournalError`].
    pub fn days_without_files(&self) -> Result<Vec<i64>, JournalError> {
        self.numbers("SELECT id FROM closings WHERE id NOT IN (SELECT closing FROM closing_files) ORDER BY id")
    }

    /// The treasury has that closing's files. From now on they are staff's: what is removed isn't written again.
    ///
    /// # Errors
    /// See [`JournalError`].
    pub fn files_written(&mut self, day: i64, now: i64) -> Result<(), JournalError> {
        self.write("noting a closing's files", |transaction| {
            let sql = "INSERT OR REPLACE INTO closing_files VALUES (?1, ?2)";
            transaction.execute(sql, [day, now]).map(|_| ())
        })?;
        tracing::debug!(closing = day, "closing's files journalled");
        Ok(())
    }

    /// What the terminal said of each kind of card: its name, how many, how much.
    ///
    /// # Errors
    /// See [`JournalError`].
    pub fn terminal_kinds(&self, day: i64) -> Result<Vec<(String, u64, Cents)>, JournalError> {
        let doing = "reading a closing's kinds of card";
        let sql = "SELECT kind, count, amount FROM closing_kinds WHERE closing = ?1";
        let read = || -> rusqlite::Result<Vec<Option<_>>> {
            let mut statement = self.file.connection.prepare_cached(sql)?;
            statement.query_map([day], kind)?.collect()
        };
        let kinds: Option<Vec<_>> = read().map_err(JournalError::sqlite(doing))?.into_iter().collect();
        kinds.ok_or(JournalError::Damaged(doing))
    }

    /// When the oldest payment was asked for that belongs to no closing and whose money was taken, or may have been.
    ///
    /// # Errors
    /// See [`JournalError`].
    pub fn oldest_unclosed(&self) -> Result<Option<i64>, JournalError> {
        let sql = format!(
            "SELECT steps.at FROM steps JOIN payments ON payments.id = steps.payment WHERE steps.step = 'intent'
             AND payments.closing IS NULL AND payments.step IN ({MOVED}) ORDER BY steps.at LIMIT 1"
        );
        Ok(self.numbers(&sql)?.first().copied())
    }

    /// When the last closings with the terminal were, newest number first, so many at most.
    ///
    /// # Errors
    /// See [`JournalError`].
    pub fn closing_times(&self, most: usize) -> Result<Vec<i64>, JournalError> {
        self.numbers(&format!(
            "SELECT at FROM closings WHERE id NOT IN (SELECT closing FROM closing_before) ORDER BY id DESC LIMIT {most}"
        ))
    }

    fn read_days(&self, which: &str) -> Result<Vec<Day>, JournalError> {
        let doing = "reading the closings";
        let sql = format!(
            "SELECT id, at, journal_total, terminal_total,
             (SELECT count(*) FROM payments WHERE closing = closings.id AND step IN ({taken})),
             id IN (SELECT closing FROM closing_before),
             (SELECT coalesce(sum(amount), 0) FROM payments WHERE closing = closings.id AND step IN ({taken}))
             FROM closings WHERE {which} ORDER BY id DESC",
            taken = read::TAKEN
        );
        let read = || -> rusqlite::Result<Vec<Option<Day>>> {
            let mut statement = self.file.connection.prepare_cached(&sql)?;
            statement.query_map([], day)?.collect()
        };
        let days: Option<Vec<Day>> = read().map_err(JournalError::sqlite(doing))?.into_iter().collect();
        days.ok_or(JournalError::Damaged(doing))
    }

    fn numbers(&self, sql: &str) -> Result<Vec<i64>, JournalError> {
        let read = || -> rusqlite::Result<Vec<i64>> {
            let mut statement = self.file.connection.prepare_cached(sql)?;
            statement.query_map([], |row| row.get(0))?.collect()
        };
        read().map_err(JournalError::sqlite("reading the closings"))
    }
}

/// `None` if the row holds what was never written.
fn day(row: &Row<'_>) -> rusqlite::Result<Option<Day>> {
    // Of what was before, staff may still decide on a payment: its sum isn't final.
    let is_before: bool = row.get(5)?;
    let (total, terminal) = match is_before {
        true => (cents(row, 6)?, Some(None)),
        false => (cents(row, 2)?, cents(row, 3)?.map(Some)),
    };
    let count = u64::try_from(row.get::<_, i64>(4)?).ok();
    let (Some(total), Some(terminal), Some(count)) = (total, terminal, count) else {
        return Ok(None);
    };
    Ok(Some(Day {
        id: row.get(0)?,
        at: row.get(1)?,
        count,
        total,
        terminal,
    }))
}

/// As [`day`].
fn kind(row: &Row<'_>) -> rusqlite::Result<Option<(String, u64, Cents)>> {
    let count = u64::try_from(row.get::<_, i64>(1)?).ok();
    let (Some(count), Some(amount)) = (count, cents(row, 2)?) else {
        return Ok(None);
    };
    Ok(Some((row.get(0)?, count, amount)))
}

fn cents(row: &Row<'_>, column: usize) -> rusqlite::Result<Option<Cents>> {
    let number: Option<i64> = row.get(column)?;
    Ok(number
        .and_then(|number| u64::try_from(number).ok())
        .and_then(Cents::new))
}

fn number(cents: Cents) -> i64 {
    i64::try_from(cents.value()).unwrap_or(i64::MAX)
}
