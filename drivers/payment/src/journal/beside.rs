//! Tables that came after the first schema, beside it: a file from before opens and gets them, and a program from before
//! opens a file that has them.
use super::{Journal, JournalError};

/// * `closing_kinds` is what the terminal said of each kind of card.
/// * A closing without a row in `closing_files` isn't with the treasury yet.
/// * `closing_switch` has a row once it is known whether the days are closed by themselves.
/// * A closing in `closing_before` holds the payments from before that; the terminal wasn't asked.
/// * A payment without a row in `payment_tax` has no value added tax in it.
const SCHEMA: &str = "
    CREATE TABLE IF NOT EXISTS closing_kinds (
        closing INTEGER NOT NULL,
        kind TEXT NOT NULL,
        count INTEGER NOT NULL,
        amount INTEGER NOT NULL,
        PRIMARY KEY (closing, kind)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS closing_files (
        closing INTEGER PRIMARY KEY,
        at INTEGER NOT NULL
    ) STRICT;
    CREATE TABLE IF NOT EXISTS closing_switch (
        one INTEGER PRIMARY KEY CHECK (one = 1),
        is_on INTEGER NOT NULL,
        at INTEGER NOT NULL
    ) STRICT;
    CREATE TABLE IF NOT EXISTS closing_before (
        closing INTEGER PRIMARY KEY
    ) STRICT;
    CREATE TABLE IF NOT EXISTS payment_tax (
        payment INTEGER PRIMARY KEY,
        percent INTEGER NOT NULL
    ) STRICT;
";

impl Journal {
    pub(super) fn prepare_beside(&self) -> Result<(), JournalError> {
        let failed = JournalError::sqlite("preparing the journal's later tables");
        self.file.connection.execute_batch(SCHEMA).map_err(failed)
    }
}
