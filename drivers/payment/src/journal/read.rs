//! Reading the journal.
use super::{Journal, JournalError, Last, Step, TerminalMemory};
use crate::status::Numbers;
use drivers_api::payment::{Cents, PaymentPurpose};
use rusqlite::{Connection, OptionalExtension, Row};

/// Steps at which nothing is left to do, but a closing.
pub(super) const ENDS: &str = "'filed', 'complete', 'reversed', 'declined', 'settled_taken', 'settled_returned'";
/// Steps that a crash may leave behind, and that the terminal must be asked about.
const OPEN: &str = "'intent', 'result', 'acknowledged', 'reversing', 'reversal_result'";
/// Steps at which the money is taken and stays.
pub(super) const TAKEN: &str = "'filed', 'complete', 'settled_taken'";

/// One payment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Payment {
    /// Its number in the journal.
    pub id: i64,
    /// Where it stands.
    pub step: Step,
    /// How much.
    pub amount: Cents,
    /// What for.
    pub purpose: PaymentPurpose,
    /// The terminal's last transaction before.
    pub before: Last,
    /// The payment's numbers.
    pub result: Option<Numbers>,
    /// Its reversal's.
    pub reversal: Option<Numbers>,
    /// The kind of card.
    pub card_kind: String,
}

/// A payment whose money is taken, for the closing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Booking {
    /// The payment.
    pub payment: Payment,
    /// When it was asked for.
    pub at: i64,
}

const COLUMNS: &str = "id, step, amount, reference, service, before, card_kind,
    coalesce((SELECT percent FROM payment_tax WHERE payment = payments.id), 0)";

impl Journal {
    /// Payments that a crash left open, oldest first.
    ///
    /// # Errors
    /// See [`JournalError`].
    pub fn open_payments(&self) -> Result<Vec<Payment>, JournalError> {
        self.select(&format!(
            "SELECT {COLUMNS} FROM payments WHERE step IN ({OPEN}) ORDER BY id"
        ))
    }

    /// Payments that staff must decide on, oldest first.
    ///
    /// # Errors
    /// See [`JournalError`].
    pub fn unclear(&self) -> Result<Vec<Payment>, JournalError> {
        self.select(&format!(
            "SELECT {COLUMNS} FROM payments WHERE step = 'unclear' ORDER BY id"
        ))
    }

    /// One payment.
    ///
    /// # Errors
    /// See [`JournalError`]; [`JournalError::Damaged`] if there is no such payment.
    pub fn payment(&self, id: i64) -> Result<Payment, JournalError> {
        let found = self.select(&format!("SELECT {COLUMNS} FROM payments WHERE id = {id}"))?;
        found
            .into_iter()
            .next()
            .ok_or(JournalError::Damaged("looking for a payment"))
    }

    /// All payments, oldest first.
    ///
    /// # Errors
    /// See [`JournalError`].
    pub fn all(&self) -> Result<Vec<Payment>, JournalError> {
        self.select(&format!("SELECT {COLUMNS} FROM payments ORDER BY id"))
    }

    /// What is taken and belongs to that closing, or to none yet.
    ///
    /// # Errors
    /// See [`JournalError`].
    pub fn bookings(&self, closing: Option<i64>) -> Result<Vec<Booking>, JournalError> {
        let which = closing.map_or("closing IS NULL".to_owned(), |closing| format!("closing = {closing}"));
        let sql = format!("SELECT {COLUMNS} FROM payments WHERE {which} AND step IN ({TAKEN}) ORDER BY id");
        let with_time = |payment: Payment| {
            let sql = "SELECT at FROM steps WHERE payment = ?1 AND step = 'intent'";
            let found = self
                .file
                .connection
                .query_row(sql, [payment.id], |row| row.get(0))
                .optional();
            let at = found.map_err(JournalError::sqlite("reading a payment's time"))?;
            Ok(Booking {
                at: at.ok_or(JournalError::Damaged("reading a payment's time"))?,
                payment,
            })
        };
        self.select(&sql)?.into_iter().map(with_time).collect()
    }

    /// What is known of the terminal.
    ///
    /// # Errors
    /// See [`JournalError`].
    pub fn terminal(&self) -> Result<TerminalMemory, JournalError> {
        let failed = JournalError::sqlite("reading what is known of the terminal");
        let connection = &self.file.connection;
        let (last, has_told, sync) = connection
            .query_row("SELECT last, has_told, sync FROM terminal", [], |row| {
                Ok((row.get::<_, String>(0)?, row.get(1)?, row.get(2)?))
            })
            .map_err(&failed)?;
        let last = read_last(connection, &last, 0, "last").map_err(&failed)?;
        Ok(TerminalMemory { last, has_told, sync })
    }

    fn select(&self, sql: &str) -> Result<Vec<Payment>, JournalError> {
        let connection = &self.file.connection;
        let read = || -> rusqlite::Result<Vec<Option<Payment>>> {
            let mut statement = connection.prepare_cached(sql)?;
            statement.query_map([], |row| payment(connection, row))?.collect()
        };
        let rows = read().map_err(JournalError::sqlite("reading payments"))?;
        let payments: Option<Vec<Payment>> = rows.into_iter().collect();
        payments.ok_or(JournalError::Damaged("reading payments"))
    }
}

/// `None` if the row holds what was never written.
fn payment(connection: &Connection, row: &Row<'_>) -> rusqlite::Result<Option<Payment>> {
    let id: i64 = row.get(0)?;
    let (step, reference, service): (String, String, String) = (row.get(1)?, row.get(3)?, row.get(4)?);
    let before = read_last(connection, &row.get::<_, String>(5)?, id, "before")?;
    let amount = u64::try_from(row.get::<_, i64>(2)?).ok().and_then(Cents::new);
    let tax_percent = u8::try_from(row.get::<_, i64>(7)?).ok();
    let (Some(step), Some(amount), Some(tax_percent)) = (Step::from_name(&step), amount, tax_percent) else {
        return Ok(None);
    };
    let Some(purpose) = PaymentPurpose::new(&reference, &service) else {
        return Ok(None);
    };
    let result = numbers(connection, id, "result")?;
    let reversal = numbers(connection, id, "reversal")?;
    Ok(Some(Payment {
        id,
        step,
        amount,
        purpose: purpose.with_tax(tax_percent),
        before,
        result,
        reversal,
        card_kind: row.get(6)?,
    }))
}

fn read_last(connection: &Connection, word: &str, payment: i64, role: &str) -> rusqlite::Result<Last> {
    Ok(match word {
        "nothing" => Last::Nothing,
        "was" => numbers(connection, payment, role)?.map_or(Last::Unknown, Last::Was),
        _ => Last::Unknown,
    })
}

fn numbers(connection: &Connection, payment: i64, role: &str) -> rusqlite::Result<Option<Numbers>> {
    let sql = "SELECT receipt_no, trace_no, date, time, terminal_id FROM numbers WHERE payment = ?1 AND role = ?2";
    let mut statement = connection.prepare_cached(sql)?;
    let read = |row: &Row<'_>| {
        Ok(Numbers {
            receipt_no: row.get(0)?,
            trace_no: row
                .get::<_, Option<i64>>(1)?
                .and_then(|trace| u64::try_from(trace).ok()),
            date: row.get(2)?,
            time: row.get(3)?,
            terminal_id: row.get(4)?,
        })
    };
    statement.query_row((payment, role), read).optional()
}
