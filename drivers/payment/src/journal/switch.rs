//! Whether the days are closed by themselves, and what becomes of the payments from before. Those were with the treasury in
//! another way (the payment terminal's own list): they must not come once more, all at once, in the first files.
use super::{Journal, JournalError, read};
use rusqlite::{Connection, OptionalExtension, params};

impl Journal {
    /// From now on the days are closed by themselves. If they weren't, all payments that belong to no closing, also those
    /// that aren't at their end, go into one of their own, which gets no files and of which the terminal knows nothing.
    /// Its number; `None` if there is nothing of before.
    ///
    /// # Errors
    /// See [`JournalError`]; nothing is changed then.
    pub fn switch_on(&mut self, now: i64) -> Result<Option<i64>, JournalError> {
        self.write("noting that the days are closed by themselves", |transaction| {
            let was_on = was_on(transaction)?;
            note(transaction, true, now)?;
            let sql = "SELECT EXISTS (SELECT 1 FROM payments WHERE closing IS NULL AND step <> 'declined')";
            if was_on || !transaction.query_row(sql, [], |row| row.get::<_, bool>(0))? {
                return Ok(None);
            }
            // A program from before reads no closing without the terminal's total.
            let sql = format!(
                "INSERT INTO closings (at, journal_total, terminal_total)
                 SELECT ?1, coalesce(sum(amount), 0), coalesce(sum(amount), 0)
                 FROM payments WHERE closing IS NULL AND step IN ({})",
                read::TAKEN
            );
            transaction.execute(&sql, [now])?;
            let id = transaction.last_insert_rowid();
            transaction.execute("INSERT INTO closing_before VALUES (?1)", [id])?;
            // Nor would it know why there are no files.
            transaction.execute("INSERT INTO closing_files VALUES (?1, ?2)", [id, now])?;
            transaction.execute("UPDATE payments SET closing = ?1 WHERE closing IS NULL", [id])?;
            Ok(Some(id))
        })
    }

    /// The days aren't closed by themselves any more. Writes only if they were.
    ///
    /// # Errors
    /// See [`JournalError`].
    pub fn switch_off(&mut self, now: i64) -> Result<(), JournalError> {
        let doing = "noting that the days aren't closed by themselves";
        if !was_on(&self.file.connection).map_err(JournalError::sqlite(doing))? {
            return Ok(());
        }
        self.write(doing, |transaction| note(transaction, false, now))
    }
}

fn was_on(connection: &Connection) -> rusqlite::Result<bool> {
    let noted = connection
        .query_row("SELECT is_on FROM closing_switch", [], |row| row.get(0))
        .optional()?;
    let has_closings = connection.query_row("SELECT EXISTS (SELECT 1 FROM closings)", [], |row| row.get(0))?;
    Ok(is_on(noted, has_closings))
}

/// A program that noted nothing yet had its closings by itself, if it had any.
fn is_on(noted: Option<bool>, has_closings: bool) -> bool {
    noted.unwrap_or(has_closings)
}

fn note(connection: &Connection, is_on: bool, now: i64) -> rusqlite::Result<()> {
    let sql = "INSERT OR REPLACE INTO closing_switch VALUES (1, ?1, ?2)";
    connection.execute(sql, params![is_on, now]).map(|_| ())
}

#[cfg(test)]
mod tests {
    use super::super::Step;
    use super::*;
    use drivers_api::payment::{Cents, PaymentPurpose};
    use std::path::PathBuf;

    fn cents(cents: u64) -> Cents {
        Cents::new(cents).unwrap()
    }

    fn journal() -> (tempfile::TempDir, PathBuf, Journal) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("payments.db");
        let journal = Journal::open(&path).unwrap();
        (folder, path, journal)
    }

    fn payment(journal: &mut Journal, amount: u64, steps: &[Step]) -> i64 {
        let purpose = PaymentPurpose::new("2026-1", "meldebescheinigung").unwrap();
        let id = journal.intend(cents(amount), &purpose, 10).unwrap();
        for step in steps {
            journal.step(id, *step, None, 11).unwrap();
        }
        id
    }

    const TAKEN: &[Step] = &[Step::Unclear, Step::SettledTaken];

    #[test]
    fn what_was_before_is_a_closing_of_its_own() {
        let (_folder, _path, mut journal) = journal();
        payment(&mut journal, 1250, TAKEN);
        payment(&mut journal, 305, &[Step::Unclear, Step::SettledReturned]);
        payment(&mut journal, 500, &[Step::Declined]);
        let unclear = payment(&mut journal, 700, &[Step::Unclear]);
        let before = journal.switch_on(100).unwrap().unwrap();
        assert_eq!(journal.switch_on(101).unwrap(), None, "twice");
        payment(&mut journal, 999, TAKEN);
        assert_eq!(journal.oldest_unclosed().unwrap(), Some(10));
        assert_eq!(journal.bookings(None).unwrap().len(), 1);
        let day = |journal: &Journal| {
            let day = journal.day(before).unwrap().unwrap();
            assert_eq!((day.at, day.terminal, day.difference_cents()), (100, None, None));
            (day.count, day.total)
        };
        assert_eq!(day(&journal), (1, cents(1250)));
        // Staff decides later on what was before.
        journal.step(unclear, Step::SettledTaken, None, 102).unwrap();
        assert_eq!(day(&journal), (2, cents(1950)));
        assert_eq!(journal.bookings(None).unwrap().len(), 1);
        // It has no files, and the terminal had no end of day.
        assert!(journal.days_without_files().unwrap().is_empty());
        assert!(journal.closing_times(9).unwrap().is_empty());
        let next = journal.close_day(cents(999), cents(999), None, 103).unwrap();
        assert_eq!(journal.day(next).unwrap().unwrap().difference_cents(), Some(0));
        assert_eq!(journal.days_without_files().unwrap(), [next]);
        assert_eq!(journal.closing_times(9).unwrap(), [103]);
    }

    #[test]
    fn payments_of_the_first_days_stay_for_the_first_closing() {
        let (_folder, path, mut journal) = journal();
        payment(&mut journal, 500, &[Step::Declined]);
        assert_eq!(journal.switch_on(1).unwrap(), None, "no money moved before");
        payment(&mut journal, 1250, TAKEN);
        drop(journal);
        let mut journal = Journal::open(&path).unwrap();
        assert_eq!(journal.switch_on(100).unwrap(), None);
        assert_eq!(journal.bookings(None).unwrap().len(), 1);
    }

    #[test]
    fn a_journal_that_had_closings_goes_on_with_them() {
        let (_folder, _path, mut journal) = journal();
        payment(&mut journal, 1250, TAKEN);
        journal.close_day(cents(1250), cents(1250), None, 20).unwrap();
        payment(&mut journal, 305, TAKEN);
        assert_eq!(journal.switch_on(30).unwrap(), None);
        assert_eq!(journal.bookings(None).unwrap().len(), 1);
    }

    #[test]
    fn what_was_paid_while_it_was_off_is_before_too() {
        let (_folder, _path, mut journal) = journal();
        journal.switch_off(1).unwrap();
        assert_eq!(journal.switch_on(2).unwrap(), None);
        payment(&mut journal, 1250, TAKEN);
        journal.close_day(cents(1250), cents(1250), None, 20).unwrap();
        journal.switch_off(21).unwrap();
        payment(&mut journal, 305, TAKEN);
        let before = journal.switch_on(30).unwrap().unwrap();
        let day = journal.day(before).unwrap().unwrap();
        assert_eq!((day.count, day.total, day.terminal), (1, cents(305), None));
    }

    #[test]
    fn what_fails_changes_nothing() {
        for table in ["closing_switch", "closings", "closing_before", "closing_files"] {
            let (_folder, path, mut journal) = journal();
            payment(&mut journal, 1250, TAKEN);
            let other = Connection::open(&path).unwrap();
            let sql = format!("CREATE TRIGGER refuse BEFORE INSERT ON {table} BEGIN SELECT RAISE(FAIL, 'no'); END");
            other.execute_batch(&sql).unwrap();
            assert!(journal.switch_on(100).is_err(), "{table}");
            assert!(journal.days().unwrap().is_empty(), "{table}");
            other.execute_batch("DROP TRIGGER refuse").unwrap();
            assert!(journal.switch_on(101).unwrap().is_some(), "{table}");
        }
    }
}
