//! What became of cases, in SQLite: how each is found again, its states, and the office's sealed letters.
//!
//! A lookup is compared exactly, as HMAC under the [`Pepper`]: there is no pattern to ask with, and how long a search
//! takes tells nothing about what lies beside.
use crate::fees::fee_in;
use crate::pepper::{Mac256, Pepper};
use crate::sqlite::uuid_in;
use crate::{CaseChange, CaseChanged, CaseRow, Fetched};
use rusqlite::types::Type;
use rusqlite::{Connection, OptionalExtension, Row, params};
use uuid::Uuid;
use wire::FollowUp;
use wire::case_status::{
    CASES_MAX, CaseReply, CaseReport, CaseRequest, CaseState, LETTERS_MAX, Refused, STATES_MAX, SealedCode,
    SealedLetter, StateAt,
};

/// Added with schema 3. Submissions of before have a state like all others, and no lookup.
pub(crate) const SCHEMA: &str = "
    CREATE TABLE cases (
        submission_id BLOB PRIMARY KEY REFERENCES submissions,
        service TEXT,
        state TEXT NOT NULL,
        state_at INTEGER NOT NULL,
        case_mac BLOB,
        card_mac BLOB,
        card_code TEXT
    ) STRICT;
    CREATE INDEX cases_by_code ON cases (case_mac) WHERE case_mac IS NOT NULL;
    CREATE INDEX cases_by_card ON cases (card_mac, submission_id) WHERE card_mac IS NOT NULL;
    CREATE INDEX cases_open ON cases (submission_id) WHERE state NOT IN ('answered', 'rejected', 'withdrawn');
    CREATE TABLE case_states (
        submission_id BLOB NOT NULL REFERENCES cases,
        number INTEGER NOT NULL,
        state TEXT NOT NULL,
        at INTEGER NOT NULL,
        PRIMARY KEY (submission_id, number)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE case_letters (
        submission_id BLOB NOT NULL REFERENCES cases,
        number INTEGER NOT NULL,
        added_at INTEGER NOT NULL,
        letter TEXT NOT NULL,
        PRIMARY KEY (submission_id, number)
    ) STRICT;
    INSERT INTO cases (submission_id, state, state_at) SELECT submission_id, 'received', received_at FROM submissions;
    INSERT INTO case_states SELECT submission_id, 1, 'received', received_at FROM submissions;
";

/// True when cases are stored that only their pepper finds.
pub(crate) fn need_pepper(connection: &Connection) -> rusqlite::Result<bool> {
    let sql = "SELECT EXISTS (SELECT 1 FROM cases WHERE case_mac IS NOT NULL)";
    connection.query_row(sql, [], |row| row.get(0))
}

/// The case of a submission that is being stored, in the same transaction.
pub(crate) fn open(
    connection: &Connection,
    pepper: &Pepper,
    submission_id: Uuid,
    follow_up: Option<&FollowUp>,
    now: i64,
) -> rusqlite::Result<()> {
    let card = follow_up.and_then(|facts| facts.card.as_ref());
    connection
        .prepare_cached(
            "INSERT INTO cases (submission_id, service, state, state_at, case_mac, card_mac, card_code)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        )?
        .execute(params![
            submission_id.as_bytes(),
            follow_up.map(|facts| &facts.service),
            CaseState::Received.word(),
            now,
            follow_up.map(|facts| pepper.hash(&facts.case_lookup)),
            card.map(|card| pepper.hash(&card.lookup)),
            card.map(|card| card.code.as_str()),
        ])?;
    add_state(connection, submission_id, CaseState::Received, now)
}

/// Answers a citizen's question. Everything but [`CaseReply::Later`].
pub(crate) fn answer(
    connection: &Connection,
    pepper: &Pepper,
    request: &CaseRequest,
    now: i64,
) -> rusqlite::Result<CaseReply> {
    let reports = match request {
        CaseRequest::ByCode { lookup } => by_code(connection, &pepper.hash(lookup))?.into_iter().collect(),
        CaseRequest::ByCard { lookup } => by_card(connection, &pepper.hash(lookup))?,
        CaseRequest::Withdraw { lookup, submission_id } => {
            let Some(report) = by_code(connection, &pepper.hash(lookup))? else {
                return Ok(CaseReply::Unknown);
            };
            return withdraw(connection, report, *submission_id, now);
        }
    };
    Ok(match reports.is_empty() {
        true => CaseReply::Unknown,
        false => CaseReply::Known(reports),
    })
}

fn withdraw(
    connection: &Connection,
    mut report: CaseReport,
    submission_id: Uuid,
    now: i64,
) -> rusqlite::Result<CaseReply> {
    let withdrawn = CaseState::Withdrawn;
    if report.submission_id != submission_id {
        return Ok(CaseReply::Unknown);
    }
    if report.state() == Some(withdrawn) {
        return Ok(CaseReply::Known(vec![report]));
    }
    if !report.withdrawable {
        return Ok(CaseReply::TooLate);
    }
    set_state(connection, submission_id, withdrawn, now)?;
    report.states.push(StateAt {
        state: withdrawn,
        at: now,
    });
    report.withdrawable = false;
    Ok(CaseReply::Known(vec![report]))
}

/// The one case of a code, with its letters. Should chance ever have given a code twice, it is the older one.
fn by_code(connection: &Connection, mac: &Mac256) -> rusqlite::Result<Option<CaseReport>> {
    let sql = "SELECT submission_id, leika, service, filed_at, NULL FROM cases JOIN submissions USING (submission_id)
               WHERE case_mac = ?1 ORDER BY submission_id LIMIT 1";
    let found = connection.prepare_cached(sql)?.query_row([mac], report_in).optional()?;
    found
        .map(|mut report| {
            complete(connection, &mut report)?;
            report.letters = letters(connection, report.submission_id)?;
            Ok(report)
        })
        .transpose()
}

/// Which case that is.
pub(crate) fn id_by_code(connection: &Connection, mac: &Mac256) -> rusqlite::Result<Option<Uuid>> {
    let sql = "SELECT submission_id FROM cases WHERE case_mac = ?1 ORDER BY submission_id LIMIT 1";
    let mut statement = connection.prepare_cached(sql)?;
    statement.query_row([mac], |row| uuid_in(row, 0)).optional()
}

/// A card's newest cases, without letters: those open with the code.
fn by_card(connection: &Connection, mac: &Mac256) -> rusqlite::Result<Vec<CaseReport>> {
    let sql = format!(
        "SELECT submission_id, leika, service, filed_at, card_code FROM cases JOIN submissions USING (submission_id)
         WHERE card_mac = ?1 ORDER BY submission_id DESC LIMIT {CASES_MAX}"
    );
    let mut statement = connection.prepare_cached(&sql)?;
    let found: Vec<_> = statement.query_map([mac], report_in)?.collect::<Result<_, _>>()?;
    found
        .into_iter()
        .map(|mut report| complete(connection, &mut report).map(|()| report))
        .collect()
}

/// A report without states and letters.
fn report_in(row: &Row<'_>) -> rusqlite::Result<CaseReport> {
    let card_code: Option<String> = row.get(4)?;
    let card_code = card_code.map(|text| SealedCode::parse(&text).map_err(|error| unreadable(4, error)));
    Ok(CaseReport {
        submission_id: uuid_in(row, 0)?,
        leika: row.get(1)?,
        service: row.get(2)?,
        filed_at: row.get(3)?,
        states: Vec::new(),
        letters: Vec::new(),
        withdrawable: false,
        card_code: card_code.transpose()?,
    })
}

fn complete(connection: &Connection, report: &mut CaseReport) -> rusqlite::Result<()> {
    let sql = "SELECT state, at FROM case_states WHERE submission_id = ?1 ORDER BY number";
    let mut statement = connection.prepare_cached(sql)?;
    let states = statement.query_map([report.submission_id.as_bytes()], |row| state_in(row, 0))?;
    report.states = states.collect::<Result<_, _>>()?;
    report.withdrawable = report.state().is_some_and(CaseState::is_withdrawable);
    Ok(())
}

fn letters(connection: &Connection, submission_id: Uuid) -> rusqlite::Result<Vec<SealedLetter>> {
    let sql = "SELECT letter FROM case_letters WHERE submission_id = ?1 ORDER BY number";
    let mut statement = connection.prepare_cached(sql)?;
    let letters = statement.query_map([submission_id.as_bytes()], |row| {
        let text: String = row.get(0)?;
        SealedLetter::parse(&text).map_err(|error| unreadable(0, error))
    })?;
    letters.collect()
}

/// What the office says of a case.
pub(crate) fn change(connection: &Connection, change: &CaseChange, now: i64) -> rusqlite::Result<CaseChanged> {
    let CaseChange {
        submission_id,
        state,
        letter,
    } = change;
    let Some(current) = current(connection, *submission_id)? else {
        return Ok(CaseChanged::Unknown);
    };
    if current.state == CaseState::Withdrawn {
        return Ok(CaseChanged::Refused(Refused::Withdrawn));
    }
    if let Some(next) = *state {
        match current.state.follow_with(next) {
            Ok(()) if count(connection, "case_states", *submission_id)? >= STATES_MAX as i64 => {
                return Ok(CaseChanged::StatesFull);
            }
            Ok(()) => {}
            // A second letter about the same thing.
            Err(Refused::Already) if letter.is_some() => {}
            Err(refused) => return Ok(CaseChanged::Refused(refused)),
        }
    }
    if let Some(letter) = letter {
        let number = count(connection, "case_letters", *submission_id)?;
        if number >= LETTERS_MAX as i64 {
            return Ok(CaseChanged::LettersFull);
        }
        connection
            .prepare_cached(
                "INSERT INTO case_letters (submission_id, number, added_at, letter) VALUES (?1, ?2, ?3, ?4)",
            )?
            .execute(params![submission_id.as_bytes(), number + 1, now, letter.as_str()])?;
    }
    if let Some(next) = state.filter(|next| *next != current.state) {
        set_state(connection, *submission_id, next, now)?;
    }
    Ok(CaseChanged::Done)
}

/// The stored body for the office; from now on the case is on its way.
pub(crate) fn fetch(connection: &Connection, submission_id: Uuid, now: i64) -> rusqlite::Result<Fetched> {
    let Some(current) = current(connection, submission_id)? else {
        return Ok(Fetched::Unknown);
    };
    match current.state {
        CaseState::Withdrawn => return Ok(Fetched::Withdrawn { at: current.at }),
        CaseState::Received => set_state(connection, submission_id, CaseState::OnItsWay, now)?,
        CaseState::WaitingHere
        | CaseState::OnItsWay
        | CaseState::InWork
        | CaseState::NeedsSomething
        | CaseState::Answered
        | CaseState::Rejected => {}
    }
    let sql = "SELECT body FROM submissions WHERE submission_id = ?1";
    let body = connection.query_row(sql, [submission_id.as_bytes()], |row| row.get(0))?;
    Ok(Fetched::Body(body))
}

/// The newest cases, at most `limit`.
pub(crate) fn list(connection: &Connection, only_open: bool, limit: u32) -> rusqlite::Result<Vec<CaseRow>> {
    let open = match only_open {
        // Whoever fetches an answer pays for it then.
        true => {
            "WHERE cases.state NOT IN ('answered', 'rejected', 'withdrawn')
                OR (cases.state <> 'withdrawn' AND fees.state IN ('counter', 'invoice', 'unclear'))"
        }
        false => "",
    };
    let sql = format!(
        "SELECT submission_id, leika, service, filed_at, cases.state, cases.state_at,
                (SELECT count(*) FROM case_letters WHERE case_letters.submission_id = cases.submission_id),
                cents, fees.state, fees.state_at
         FROM cases JOIN submissions USING (submission_id) LEFT JOIN fees USING (submission_id)
         {open} ORDER BY submission_id DESC LIMIT ?1"
    );
    let mut statement = connection.prepare_cached(&sql)?;
    let rows = statement.query_map([limit], |row| {
        Ok(CaseRow {
            submission_id: uuid_in(row, 0)?,
            leika: row.get(1)?,
            service: row.get(2)?,
            filed_at: row.get(3)?,
            state: state_in(row, 4)?,
            letters: row.get(6)?,
            fee: fee_in(row, 7)?,
        })
    })?;
    rows.collect()
}

/// How a case stands. `None` when there is no such submission.
pub(crate) fn current(connection: &Connection, submission_id: Uuid) -> rusqlite::Result<Option<StateAt>> {
    connection
        .prepare_cached("SELECT state, state_at FROM cases WHERE submission_id = ?1")?
        .query_row([submission_id.as_bytes()], |row| state_in(row, 0))
        .optional()
}

fn set_state(connection: &Connection, submission_id: Uuid, state: CaseState, now: i64) -> rusqlite::Result<()> {
    connection
        .prepare_cached("UPDATE cases SET state = ?2, state_at = ?3 WHERE submission_id = ?1")?
        .execute(params![submission_id.as_bytes(), state.word(), now])?;
    add_state(connection, submission_id, state, now)
}

fn add_state(connection: &Connection, submission_id: Uuid, state: CaseState, now: i64) -> rusqlite::Result<()> {
    let number = count(connection, "case_states", submission_id)? + 1;
    connection
        .prepare_cached("INSERT INTO case_states (submission_id, number, state, at) VALUES (?1, ?2, ?3, ?4)")?
        .execute(params![submission_id.as_bytes(), number, state.word(), now])?;
    Ok(())
}

fn count(connection: &Connection, table: &'static str, submission_id: Uuid) -> rusqlite::Result<i64> {
    connection
        .prepare_cached(&format!("SELECT count(*) FROM {table} WHERE submission_id = ?1"))?
        .query_row([submission_id.as_bytes()], |row| row.get(0))
}

/// A state's word and, in the next column, its time.
pub(crate) fn state_in(row: &Row<'_>, column: usize) -> rusqlite::Result<StateAt> {
    let word: String = row.get(column)?;
    let state = CaseState::from_word(&word).ok_or_else(|| unreadable(column, NoState))?;
    Ok(StateAt {
        state,
        at: row.get(column + 1)?,
    })
}

#[derive(Debug, thiserror::Error)]
#[error("the stored word is no state")]
struct NoState;

pub(crate) fn unreadable(column: usize, error: impl std::error::Error + Send + Sync + 'static) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(column, Type::Text, error.into())
}
