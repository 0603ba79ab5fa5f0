//! The journal of payments: what must survive a power cut, step by step, each step one transaction on stable storage
//! (SQLite in WAL mode with `synchronous=FULL`) before the next thing happens.
//!
//! ```text
//! INTENT ─▶ RESULT ─▶ ACKNOWLEDGED ─▶ FILED ─▶ COMPLETE
//!   │         │  └─────────┬──▲────────▲           the money is taken, the service given
//!   │         │            ▼
//!   │         └──▶ REVERSING ─▶ REVERSAL_RESULT ─▶ REVERSED      the money went back
//!   ├─────────┴──▶ DECLINED                                     nothing was taken
//!   └────(all but the ends)──▶ UNCLEAR ─▶ SETTLED_TAKEN, SETTLED_RETURNED     by staff
//! ```
mod beside;
mod days;
mod error;
mod file;
mod read;
mod switch;
#[cfg(test)]
mod tests;

pub use days::Day;
pub use error::JournalError;
pub use read::{Booking, Payment};

use crate::status::{Numbers, Status};
use drivers_api::payment::{Cents, PaymentPurpose};
use file::JournalFile;
use rusqlite::{OptionalExtension, Transaction, TransactionBehavior, params};
use std::path::{Path, PathBuf};

/// Where a payment stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// The terminal is about to be asked.
    Intent,
    /// The terminal told of success; the acknowledgement follows.
    Result,
    /// The terminal confirmed that it has stored the payment.
    Acknowledged,
    /// The case is stored: the payment stands.
    Filed,
    /// The receipt is handed over.
    Complete,
    /// The money is to go back.
    Reversing,
    /// The terminal told of a reversal's success; the acknowledgement follows.
    ReversalResult,
    /// The money went back.
    Reversed,
    /// Nothing was taken.
    Declined,
    /// Nobody knows; staff must decide.
    Unclear,
    /// Staff: the money was taken and stays.
    SettledTaken,
    /// Staff: nothing was taken, or it was given back.
    SettledReturned,
}

impl Step {
    const ALL: [Self; 12] = [
        Self::Intent,
        Self::Result,
        Self::Acknowledged,
        Self::Filed,
        Self::Complete,
        Self::Reversing,
        Self::ReversalResult,
        Self::Reversed,
        Self::Declined,
        Self::Unclear,
        Self::SettledTaken,
        Self::SettledReturned,
    ];

    /// As it stands in the file and in logs.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Intent => "intent",
            Self::Result => "result",
            Self::Acknowledged => "acknowledged",
            Self::Filed => "filed",
            Self::Complete => "complete",
            Self::Reversing => "reversing",
            Self::ReversalResult => "reversal_result",
            Self::Reversed => "reversed",
            Self::Declined => "declined",
            Self::Unclear => "unclear",
            Self::SettledTaken => "settled_taken",
            Self::SettledReturned => "settled_returned",
        }
    }

    fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|step| step.name() == name)
    }

    /// Steps that this one may follow.
    const fn after(self) -> &'static [Self] {
        match self {
            Self::Intent => &[],
            Self::Result => &[Self::Intent],
            Self::Acknowledged => &[Self::Result],
            // A full disk may have kept the step before; what counts is that the result is there.
            Self::Filed => &[Self::Acknowledged, Self::Result],
            Self::Complete => &[Self::Filed],
            Self::Reversing => &[Self::Result, Self::Acknowledged, Self::Reversing, Self::ReversalResult],
            Self::ReversalResult => &[Self::Reversing],
            Self::Reversed => &[Self::Reversing, Self::ReversalResult],
            Self::Declined => &[Self::Intent, Self::Result],
            Self::Unclear => &[
                Self::Intent,
                Self::Result,
                Self::Acknowledged,
                Self::Reversing,
                Self::ReversalResult,
            ],
            Self::SettledTaken | Self::SettledReturned => &[Self::Unclear],
        }
    }
}

/// The terminal's last transaction, as far as it is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Last {
    /// The terminal was never asked.
    Unknown,
    /// It was asked and told of none.
    Nothing,
    /// This one.
    Was(Numbers),
}

/// What is known of the terminal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TerminalMemory {
    /// Its last transaction.
    pub last: Last,
    /// It has told of a transaction when asked, at least once: only then its silence means something.
    pub has_told: bool,
    /// Tag 1F1F as it last sent it, or empty if it only said that it knows the tag.
    pub sync: Option<Vec<u8>>,
}

/// The journal.
#[derive(Debug)]
pub struct Journal {
    file: JournalFile,
    base: PathBuf,
}

impl Journal {
    /// Opens the journal at that path, or makes it (mode 0600), as the one till that uses it. A damaged file is set
    /// aside; [`Self::needs_confirmation`] is true then.
    ///
    /// # Errors
    /// When the folder can't be written, another till has it, or the file is a newer version's.
    pub fn open(path: &Path) -> Result<Self, JournalError> {
        Self::open_as(path, true)
    }

    /// Opens it beside a running till: for staff's decisions and the closing. Never sets anything aside.
    ///
    /// # Errors
    /// As [`Self::open`], and if the file is damaged.
    pub fn open_beside(path: &Path) -> Result<Self, JournalError> {
        Self::open_as(path, false)
    }

    fn open_as(path: &Path, exclusive: bool) -> Result<Self, JournalError> {
        let journal = Self {
            file: JournalFile::open(path, exclusive)?,
            base: path.to_owned(),
        };
        journal.prepare_beside()?;
        Ok(journal)
    }

    /// True if an earlier file was damaged and nobody confirmed yet that they looked at its payments.
    ///
    /// # Errors
    /// See [`JournalError`].
    pub fn needs_confirmation(&self) -> Result<bool, JournalError> {
        let sql = "SELECT confirmed IS NULL FROM terminal";
        let unconfirmed: bool = self.one(sql, "reading the confirmation")?;
        Ok(self.file.generation > 0 && unconfirmed)
    }

    /// Staff has looked at the damaged file and settled its payments by hand.
    ///
    /// # Errors
    /// See [`JournalError`].
    pub fn confirm(&mut self, now: i64) -> Result<(), JournalError> {
        self.write("confirming a new journal", |transaction| {
            transaction
                .execute("UPDATE terminal SET confirmed = ?1", [now])
                .map(|_| ())
        })
    }

    /// The files that were damaged, oldest first.
    pub fn damaged_files(&self) -> Vec<PathBuf> {
        (0..self.file.generation)
            .map(|generation| file::generation_path(&self.base, generation))
            .collect()
    }

    /// A payment is about to be asked for. Remembers what the terminal's last transaction was.
    ///
    /// # Errors
    /// See [`JournalError`]; the terminal must not be asked then.
    pub fn intend(&mut self, amount: Cents, purpose: &PaymentPurpose, now: i64) -> Result<i64, JournalError> {
        tracing::debug!(step = Step::Intent.name(), "to be journalled");
        let cents = i64::try_from(amount.value()).unwrap_or(i64::MAX);
        let id = self.write("writing an intent", |transaction| {
            transaction.execute(
                "INSERT INTO payments (step, amount, reference, service, before)
                 SELECT 'intent', ?1, ?2, ?3, last FROM terminal",
                params![cents, purpose.reference(), purpose.service()],
            )?;
            let id = transaction.last_insert_rowid();
            if purpose.tax_percent() > 0 {
                let sql = "INSERT INTO payment_tax VALUES (?1, ?2)";
                transaction.execute(sql, params![id, purpose.tax_percent()])?;
            }
            transaction.execute(
                "INSERT INTO numbers SELECT ?1, 'before', receipt_no, trace_no, date, time, terminal_id
                 FROM numbers WHERE payment = 0 AND role = 'last'",
                [id],
            )?;
            log(transaction, id, Step::Intent, now, None)?;
            Ok(id)
        })?;
        tracing::info!(payment = id, step = Step::Intent.name(), "journalled");
        Ok(id)
    }

    /// The terminal told of success ([`Step::Result`]) or of a reversal's ([`Step::ReversalResult`]).
    ///
    /// # Errors
    /// See [`JournalError`]; the status must not be acknowledged then.
    pub fn told(&mut self, payment: i64, step: Step, status: &Status, now: i64) -> Result<(), JournalError> {
        let role = if step == Step::ReversalResult {
            "reversal"
        } else {
            "result"
        };
        self.advance(payment, step, now, None, |transaction| {
            write_numbers(transaction, payment, role, &status.numbers)?;
            if role == "result" {
                let sql = "UPDATE payments SET card_kind = ?2 WHERE id = ?1";
                transaction.execute(sql, params![payment, status.card_kind])?;
            }
            Ok(())
        })
    }

    /// Any other step. `code` is the terminal's, where it gave one.
    ///
    /// # Errors
    /// See [`JournalError`].
    pub fn step(&mut self, payment: i64, step: Step, code: Option<u8>, now: i64) -> Result<(), JournalError> {
        self.advance(payment, step, now, code, |_| Ok(()))
    }

    /// Remembers the terminal's last transaction: by its own word when asked (`asked`), or from a payment that went well.
    ///
    /// # Errors
    /// See [`JournalError`].
    pub fn remember(&mut self, last: Last, sync: Option<&[u8]>, asked: bool) -> Result<(), JournalError> {
        self.write("remembering the terminal's last transaction", |transaction| {
            let word = match last {
                Last::Unknown => "unknown",
                Last::Nothing => "nothing",
                Last::Was(_) => "was",
            };
            let has_told = asked && matches!(last, Last::Was(_));
            transaction.execute(
                "UPDATE terminal SET last = ?1, has_told = max(has_told, ?2), sync = coalesce(?3, sync)",
                params![word, has_told, sync],
            )?;
            transaction.execute("DELETE FROM numbers WHERE payment = 0", [])?;
            match last {
                Last::Was(numbers) => write_numbers(transaction, 0, "last", &numbers),
                Last::Unknown | Last::Nothing => Ok(()),
            }
        })
    }

    /// The terminal knows tag 1F1F, though it never sent one.
    ///
    /// # Errors
    /// See [`JournalError`].
    pub fn knows_sync(&mut self) -> Result<(), JournalError> {
        self.write("remembering that the terminal knows tag 1F1F", |transaction| {
            transaction
                .execute("UPDATE terminal SET sync = coalesce(sync, x'')", [])
                .map(|_| ())
        })
    }

    fn advance(
        &mut self,
        payment: i64,
        step: Step,
        now: i64,
        code: Option<u8>,
        more: impl Fn(&Transaction<'_>) -> rusqlite::Result<()>,
    ) -> Result<(), JournalError> {
        tracing::debug!(payment, step = step.name(), "to be journalled");
        let from: Vec<String> = step.after().iter().map(|step| format!("'{}'", step.name())).collect();
        let sql = format!(
            "UPDATE payments SET step = ?2 WHERE id = ?1 AND step IN ({})",
            from.join(", ")
        );
        let moved = self.write("writing a payment's step", |transaction| {
            if transaction.execute(&sql, params![payment, step.name()])? == 0 {
                return Ok(false);
            }
            more(transaction)?;
            log(transaction, payment, step, now, code)?;
            Ok(true)
        })?;
        if !moved {
            return Err(JournalError::WrongStep {
                payment,
                step: step.name(),
            });
        }
        tracing::info!(payment, step = step.name(), "journalled");
        Ok(())
    }

    fn write<T>(
        &mut self,
        doing: &'static str,
        run: impl FnOnce(&Transaction<'_>) -> rusqlite::Result<T>,
    ) -> Result<T, JournalError> {
        let failed = JournalError::sqlite(doing);
        let behaviour = TransactionBehavior::Immediate;
        let transaction = self
            .file
            .connection
            .transaction_with_behavior(behaviour)
            .map_err(&failed)?;
        let value = run(&transaction).map_err(&failed)?;
        transaction.commit().map_err(&failed)?;
        Ok(value)
    }

    fn one<T: rusqlite::types::FromSql>(&self, sql: &str, doing: &'static str) -> Result<T, JournalError> {
        let failed = JournalError::sqlite(doing);
        let value = self
            .file
            .connection
            .query_row(sql, [], |row| row.get(0))
            .optional()
            .map_err(&failed)?;
        value.ok_or(JournalError::Damaged(doing))
    }
}

fn log(transaction: &Transaction<'_>, payment: i64, step: Step, now: i64, code: Option<u8>) -> rusqlite::Result<()> {
    let sql = "INSERT INTO steps (payment, step, at, code) VALUES (?1, ?2, ?3, ?4)";
    transaction
        .execute(sql, params![payment, step.name(), now, code])
        .map(|_| ())
}

fn write_numbers(transaction: &Transaction<'_>, payment: i64, role: &str, numbers: &Numbers) -> rusqlite::Result<()> {
    let trace_no = numbers.trace_no.and_then(|trace| i64::try_from(trace).ok());
    let sql = "INSERT OR REPLACE INTO numbers VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
    let (receipt_no, date) = (numbers.receipt_no, numbers.date);
    transaction
        .execute(
            sql,
            params![
                payment,
                role,
                receipt_no,
                trace_no,
                date,
                numbers.time,
                numbers.terminal_id
            ],
        )
        .map(|_| ())
}
