//! Fees in SQLite: what a case costs, and what staff say about it at the counter.
use crate::cases::{self, unreadable};
use crate::pepper::Pepper;
use crate::{CaseFee, FeeAt, FeePaid, WhichCase};
use rusqlite::{Connection, OptionalExtension, Row, params};
use uuid::Uuid;
use wire::case_status::CaseState;
use wire::receipt::{Fee, FeeState};

/// Added with schema 4.
pub(crate) const SCHEMA: &str = "
    CREATE TABLE fees (
        submission_id BLOB PRIMARY KEY REFERENCES cases,
        cents INTEGER NOT NULL,
        state TEXT NOT NULL,
        state_at INTEGER NOT NULL
    ) STRICT;
";

/// The fee of a submission that is being stored, in the same transaction.
pub(crate) fn add(connection: &Connection, submission_id: Uuid, fee: Fee, now: i64) -> rusqlite::Result<()> {
    connection
        .prepare_cached("INSERT INTO fees (submission_id, cents, state, state_at) VALUES (?1, ?2, ?3, ?4)")?
        .execute(params![submission_id.as_bytes(), fee.cents, fee.state.word(), now])?;
    Ok(())
}

/// A case and its fee. `None` when there is no such case.
pub(crate) fn of_case(
    connection: &Connection,
    pepper: &Pepper,
    which: &WhichCase,
) -> rusqlite::Result<Option<CaseFee>> {
    let submission_id = match which {
        WhichCase::Id(submission_id) => *submission_id,
        WhichCase::Code(lookup) => match cases::id_by_code(connection, &pepper.hash(lookup))? {
            Some(submission_id) => submission_id,
            None => return Ok(None),
        },
    };
    let Some(case) = cases::current(connection, submission_id)? else {
        return Ok(None);
    };
    let fee = connection
        .prepare_cached("SELECT cents, state, state_at FROM fees WHERE submission_id = ?1")?
        .query_row([submission_id.as_bytes()], |row| fee_in(row, 0))
        .optional()?;
    Ok(Some(CaseFee {
        submission_id,
        case,
        fee: fee.flatten(),
    }))
}

/// Marks a fee as paid at the counter.
pub(crate) fn pay(connection: &Connection, pepper: &Pepper, which: &WhichCase, now: i64) -> rusqlite::Result<FeePaid> {
    let Some(mut found) = of_case(connection, pepper, which)? else {
        return Ok(FeePaid::Unknown);
    };
    let Some(known) = found.fee else {
        return Ok(FeePaid::NoFee(found));
    };
    match known.fee.state {
        FeeState::Paid => return Ok(FeePaid::Already(found)),
        FeeState::Card => return Ok(FeePaid::ByCard(found)),
        FeeState::Counter | FeeState::Invoice | FeeState::Unclear => {}
    }
    if found.case.state == CaseState::Withdrawn {
        return Ok(FeePaid::Withdrawn(found));
    }
    connection
        .prepare_cached("UPDATE fees SET state = ?2, state_at = ?3 WHERE submission_id = ?1")?
        .execute(params![found.submission_id.as_bytes(), FeeState::Paid.word(), now])?;
    found.fee = Some(FeeAt {
        fee: Fee {
            state: FeeState::Paid,
            ..known.fee
        },
        at: now,
    });
    Ok(FeePaid::Done(found))
}

/// Cents, the state's word and its time from this column on. `None` where a case has no fee.
pub(crate) fn fee_in(row: &Row<'_>, column: usize) -> rusqlite::Result<Option<FeeAt>> {
    let Some(cents) = row.get(column)? else { return Ok(None) };
    let word: String = row.get(column + 1)?;
    let state = FeeState::from_word(&word).ok_or_else(|| unreadable(column + 1, NoFeeState))?;
    Ok(Some(FeeAt {
        fee: Fee { cents, state },
        at: row.get(column + 2)?,
    }))
}

#[derive(Debug, thiserror::Error)]
#[error("the stored word is no state of a fee")]
struct NoFeeState;
