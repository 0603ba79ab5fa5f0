//! Receipts in SQLite: what whoever is shown a paper is told of it.
//!
//! A check lookup is compared exactly, as HMAC under the [`Pepper`]: a copied database connects no paper with a case.
use crate::Receipt;
use crate::cases::state_in;
use crate::pepper::Pepper;
use rusqlite::{Connection, OptionalExtension, params};
use uuid::Uuid;
use wire::receipt::{CheckLookup, ReceiptFacts};

/// Added with schema 4.
pub(crate) const SCHEMA: &str = "
    CREATE TABLE receipts (
        number INTEGER PRIMARY KEY,
        check_mac BLOB NOT NULL,
        submission_id BLOB NOT NULL UNIQUE REFERENCES cases,
        title TEXT NOT NULL,
        issuer TEXT NOT NULL
    ) STRICT;
    CREATE INDEX receipts_by_check ON receipts (check_mac, number);
";

/// The receipt of a submission that is being stored, in the same transaction.
pub(crate) fn add(
    connection: &Connection,
    pepper: &Pepper,
    submission_id: Uuid,
    facts: &ReceiptFacts,
) -> rusqlite::Result<()> {
    connection
        .prepare_cached("INSERT INTO receipts (check_mac, submission_id, title, issuer) VALUES (?1, ?2, ?3, ?4)")?
        .execute(params![
            pepper.hash_check(&facts.lookup),
            submission_id.as_bytes(),
            facts.title,
            facts.issuer
        ])?;
    Ok(())
}

/// The receipt of that lookup. Should two have it, it is the one that came first: whoever has seen a paper can't put
/// another one in its place by sending its lookup once more.
pub(crate) fn find(
    connection: &Connection,
    pepper: &Pepper,
    lookup: &CheckLookup,
) -> rusqlite::Result<Option<Receipt>> {
    let sql = "SELECT title, issuer, filed_at, state, state_at
               FROM receipts JOIN cases USING (submission_id) JOIN submissions USING (submission_id)
               WHERE check_mac = ?1 ORDER BY number LIMIT 1";
    connection
        .prepare_cached(sql)?
        .query_row([pepper.hash_check(lookup)], |row| {
            Ok(Receipt {
                title: row.get(0)?,
                issuer: row.get(1)?,
                filed_at: row.get(2)?,
                state: state_in(row, 3)?.state,
            })
        })
        .optional()
}
