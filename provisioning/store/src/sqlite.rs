//! The embedded store.
use crate::pepper::Pepper;
use crate::worker::{WorkError, Worker};
use crate::{
    Called, CalledNumber, CaseChange, CaseChanged, CaseFee, CaseRow, Day, Desk, Drawn, FeePaid, Fetched, Hall, IfKnown,
    NewSubmission, OpenCall, Receipt, Store, StoreError, Stored, Submission, Terminal, WhichCase, calls, cases, fees,
    numbers, receipts, submissions,
};
use rusqlite::{Connection, OptionalExtension, Row, params};
use std::fs::{DirBuilder, OpenOptions};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use uuid::Uuid;
use wire::call::{Call, CallNews};
use wire::case_status::{CaseReply, CaseRequest};
use wire::queue::{Draw, Queue};
use wire::receipt::CheckLookup;

/// Name of the file in the data folder.
pub const SQLITE_FILE: &str = "fleet.db";

/// How long a step waits for another process on the same file (the command line beside the server).
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

const SCHEMA_VERSION: i64 = 5;

/// Schema 1. Keys are identifiers with time in front (UUIDv7), so that new rows go to the end of the tree however many there are.
const SCHEMA: &str = "
    CREATE TABLE terminals (
        terminal_id BLOB PRIMARY KEY,
        name TEXT NOT NULL UNIQUE,
        token_sha256 BLOB NOT NULL,
        enrolled_at INTEGER NOT NULL,
        withdrawn_at INTEGER
    ) STRICT;
    CREATE TABLE submissions (
        submission_id BLOB PRIMARY KEY,
        terminal_id BLOB NOT NULL REFERENCES terminals,
        destination_id BLOB NOT NULL,
        leika TEXT NOT NULL,
        filed_at INTEGER NOT NULL,
        received_at INTEGER NOT NULL,
        sha256 TEXT NOT NULL,
        body BLOB NOT NULL
    ) STRICT;
";

/// SQLite in WAL mode, every commit synced. One connection writes and shares commits, one reads.
#[derive(Clone, Debug)]
pub struct SqliteStore {
    writer: Worker,
    reader: Worker,
    pepper: Arc<Pepper>,
}

impl SqliteStore {
    /// Opens the store in a data folder, or makes both (folder mode 0700, file mode 0600).
    ///
    /// # Errors
    /// When the folder can't be written, the file is no store, or a newer version's.
    pub fn open(data: &Path) -> Result<Self, StoreError> {
        let doing = "opening the store";
        let failed = |source| StoreError::Unavailable { doing, source };
        let path = data.join(SQLITE_FILE);
        let create = || -> std::io::Result<()> {
            DirBuilder::new().recursive(true).mode(0o700).create(data)?;
            OpenOptions::new()
                .create(true)
                .truncate(false)
                .write(true)
                .mode(0o600)
                .open(&path)?;
            std::fs::File::open(data)?.sync_all()
        };
        create().map_err(|error| failed(error.into()))?;
        let writer = connect(&path).map_err(|error| failed(error.into()))?;
        let found = prepare_schema(&writer).map_err(|error| failed(error.into()))?;
        if found > SCHEMA_VERSION {
            return Err(StoreError::Newer { found });
        }
        let is_needed = cases::need_pepper(&writer).map_err(|error| failed(error.into()))?;
        let pepper = Pepper::open(data, is_needed).map_err(|error| failed(error.into()))?;
        let reader = connect(&path).map_err(|error| failed(error.into()))?;
        Ok(Self {
            pepper: Arc::new(pepper),
            writer: Worker::start("store-writer", writer).map_err(|error| failed(error.into()))?,
            reader: Worker::start("store-reader", reader).map_err(|error| failed(error.into()))?,
        })
    }
}

impl Store for SqliteStore {
    async fn put_submission(&self, submission: NewSubmission, now: i64) -> Result<Stored, StoreError> {
        let doing = "storing a submission";
        let kept = submissions::kept_body(&submission).map_err(|error| StoreError::Unavailable {
            doing,
            source: error.into(),
        })?;
        let pepper = Arc::clone(&self.pepper);
        self.writer
            .run(move |connection| submissions::put(connection, &pepper, &submission, &kept, now))
            .await
            .map_err(unavailable(doing))
    }

    async fn submission(&self, submission_id: Uuid) -> Result<Option<Submission>, StoreError> {
        self.reader
            .run(move |connection| submissions::find(connection, submission_id))
            .await
            .map_err(unavailable("reading a submission"))
    }

    async fn submission_count(&self) -> Result<u64, StoreError> {
        self.reader
            .run(|connection| connection.query_row("SELECT count(*) FROM submissions", [], |row| row.get::<_, i64>(0)))
            .await
            .map(i64::unsigned_abs)
            .map_err(unavailable("counting submissions"))
    }

    async fn enrol_terminal(&self, terminal: Terminal, if_known: IfKnown) -> Result<Uuid, StoreError> {
        let name = terminal.name.clone();
        self.writer
            .run(move |connection| enrol_terminal(connection, &terminal, if_known))
            .await
            .map_err(unavailable("enrolling a terminal"))?
            .ok_or(StoreError::NameTaken { name })
    }

    async fn terminal(&self, terminal_id: Uuid) -> Result<Option<Terminal>, StoreError> {
        let sql = "SELECT name, token_sha256, enrolled_at FROM terminals
                   WHERE terminal_id = ?1 AND withdrawn_at IS NULL";
        self.reader
            .run(move |connection| {
                let mut statement = connection.prepare_cached(sql)?;
                statement
                    .query_row([terminal_id.as_bytes()], |row| {
                        Ok(Terminal {
                            terminal_id,
                            name: row.get(0)?,
                            token_sha256: row.get(1)?,
                            enrolled_at: row.get(2)?,
                        })
                    })
                    .optional()
            })
            .await
            .map_err(unavailable("looking up a terminal"))
    }

    async fn withdraw_terminal(&self, name: String, now: i64) -> Result<bool, StoreError> {
        let sql = "UPDATE terminals SET withdrawn_at = ?2 WHERE name = ?1 AND withdrawn_at IS NULL";
        self.writer
            .run(move |connection| {
                // Enrolled anew, it must not ring for somebody of long ago.
                calls::answer(connection, &name, now)?;
                Ok(connection.execute(sql, params![name, now])? > 0)
            })
            .await
            .map_err(unavailable("withdrawing a terminal"))
    }

    async fn put_call(&self, terminal_id: Uuid, call: Call, now: i64) -> Result<Called, StoreError> {
        self.writer
            .run(move |connection| calls::put(connection, terminal_id, &call, now))
            .await
            .map_err(unavailable("storing a call"))
    }

    async fn open_calls(&self) -> Result<Vec<OpenCall>, StoreError> {
        self.reader
            .run(calls::open)
            .await
            .map_err(unavailable("reading the calls"))
    }

    async fn answer_call(&self, terminal: String, now: i64) -> Result<bool, StoreError> {
        self.writer
            .run(move |connection| calls::answer(connection, &terminal, now))
            .await
            .map_err(unavailable("closing a call"))
    }

    async fn call_news(&self, terminal_id: Uuid) -> Result<Option<CallNews>, StoreError> {
        self.reader
            .run(move |connection| calls::news(connection, terminal_id))
            .await
            .map_err(unavailable("looking at a call"))
    }

    async fn reprint(&self, terminal: String, now: i64) -> Result<bool, StoreError> {
        self.writer
            .run(move |connection| calls::reprint(connection, &terminal, now))
            .await
            .map_err(unavailable("having a receipt printed once more"))
    }

    async fn draw_number(&self, terminal_id: Uuid, draw: Draw, day: Day, now: i64) -> Result<Drawn, StoreError> {
        self.writer
            .run(move |connection| numbers::draw(connection, terminal_id, draw, day, now))
            .await
            .map_err(unavailable("drawing a number"))
    }

    async fn call_next(
        &self,
        queue: Queue,
        desk: Option<Desk>,
        day: Day,
        now: i64,
    ) -> Result<Option<CalledNumber>, StoreError> {
        self.writer
            .run(move |connection| numbers::call_next(connection, queue, desk.as_ref(), day, now))
            .await
            .map_err(unavailable("calling a number"))
    }

    async fn call_again(
        &self,
        queue: Queue,
        desk: Option<Desk>,
        day: Day,
        now: i64,
    ) -> Result<Option<CalledNumber>, StoreError> {
        self.writer
            .run(move |connection| numbers::call_again(connection, queue, desk.as_ref(), day, now))
            .await
            .map_err(unavailable("calling a number once more"))
    }

    async fn hall(&self, day: Day, called_max: u32) -> Result<Hall, StoreError> {
        self.reader
            .run(move |connection| numbers::hall(connection, day, called_max))
            .await
            .map_err(unavailable("reading who waits"))
    }

    async fn answer_case(&self, request: CaseRequest, now: i64) -> Result<CaseReply, StoreError> {
        let pepper = Arc::clone(&self.pepper);
        let worker = match request {
            CaseRequest::ByCode { .. } | CaseRequest::ByCard { .. } => &self.reader,
            CaseRequest::Withdraw { .. } => &self.writer,
        };
        worker
            .run(move |connection| cases::answer(connection, &pepper, &request, now))
            .await
            .map_err(unavailable("answering a question about a case"))
    }

    async fn change_case(&self, change: CaseChange, now: i64) -> Result<CaseChanged, StoreError> {
        self.writer
            .run(move |connection| cases::change(connection, &change, now))
            .await
            .map_err(unavailable("changing a case"))
    }

    async fn fetch_case(&self, submission_id: Uuid, now: i64) -> Result<Fetched, StoreError> {
        self.writer
            .run(move |connection| cases::fetch(connection, submission_id, now))
            .await
            .map_err(unavailable("fetching a case"))
    }

    async fn cases(&self, only_open: bool, limit: u32) -> Result<Vec<CaseRow>, StoreError> {
        self.reader
            .run(move |connection| cases::list(connection, only_open, limit))
            .await
            .map_err(unavailable("listing the cases"))
    }

    async fn receipt(&self, lookup: CheckLookup) -> Result<Option<Receipt>, StoreError> {
        let pepper = Arc::clone(&self.pepper);
        self.reader
            .run(move |connection| receipts::find(connection, &pepper, &lookup))
            .await
            .map_err(unavailable("looking up a receipt"))
    }

    async fn case_fee(&self, which: WhichCase) -> Result<Option<CaseFee>, StoreError> {
        let pepper = Arc::clone(&self.pepper);
        self.reader
            .run(move |connection| fees::of_case(connection, &pepper, &which))
            .await
            .map_err(unavailable("looking up a fee"))
    }

    async fn pay_fee(&self, which: WhichCase, now: i64) -> Result<FeePaid, StoreError> {
        let pepper = Arc::clone(&self.pepper);
        self.writer
            .run(move |connection| fees::pay(connection, &pepper, &which, now))
            .await
            .map_err(unavailable("marking a fee as paid"))
    }

    async fn ready(&self) -> Result<(), StoreError> {
        // Takes the write lock, as storing would.
        self.writer
            .run(|connection| connection.query_row("SELECT count(*) FROM terminals", [], |_| Ok(())))
            .await
            .map_err(unavailable("checking the store"))
    }
}

fn unavailable(doing: &'static str) -> impl FnOnce(WorkError) -> StoreError {
    move |source| StoreError::Unavailable {
        doing,
        source: source.into(),
    }
}

fn connect(path: &Path) -> rusqlite::Result<Connection> {
    let connection = Connection::open(path)?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    connection.query_row("PRAGMA journal_mode = WAL", [], |_| Ok(()))?;
    connection.execute_batch(
        "PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA mmap_size = 0; PRAGMA trusted_schema = OFF;",
    )?;
    Ok(connection)
}

/// Makes the schema in an empty file, brings an older one up to date; returns the version found or made.
fn prepare_schema(connection: &Connection) -> rusqlite::Result<i64> {
    connection.execute_batch("BEGIN IMMEDIATE")?;
    let version: i64 = connection.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    if version < 1 {
        connection.execute_batch(SCHEMA)?;
    }
    if version < 2 {
        connection.execute_batch(calls::SCHEMA)?;
    }
    if version < 3 {
        connection.execute_batch(cases::SCHEMA)?;
    }
    if version < 4 {
        connection.execute_batch(receipts::SCHEMA)?;
        connection.execute_batch(fees::SCHEMA)?;
    }
    if version < 5 {
        connection.execute_batch(numbers::SCHEMA)?;
        connection.execute_batch(calls::REPRINTS)?;
        connection.execute_batch(&format!("PRAGMA user_version = {SCHEMA_VERSION}"))?;
    }
    connection.execute_batch("COMMIT")?;
    Ok(version.max(SCHEMA_VERSION))
}

/// `None` when the name is taken and must not be replaced.
fn enrol_terminal(connection: &Connection, new: &Terminal, if_known: IfKnown) -> rusqlite::Result<Option<Uuid>> {
    let known = connection
        .query_row(
            "SELECT terminal_id FROM terminals WHERE name = ?1",
            [&new.name],
            |row| uuid_in(row, 0),
        )
        .optional()?;
    match (known, if_known) {
        (Some(_), IfKnown::Refuse) => Ok(None),
        (Some(terminal_id), IfKnown::Replace) => {
            connection.execute(
                "UPDATE terminals SET token_sha256 = ?2, enrolled_at = ?3, withdrawn_at = NULL WHERE terminal_id = ?1",
                params![terminal_id.as_bytes(), new.token_sha256, new.enrolled_at],
            )?;
            Ok(Some(terminal_id))
        }
        (None, _) => {
            connection.execute(
                "INSERT INTO terminals (terminal_id, name, token_sha256, enrolled_at) VALUES (?1, ?2, ?3, ?4)",
                params![new.terminal_id.as_bytes(), new.name, new.token_sha256, new.enrolled_at],
            )?;
            Ok(Some(new.terminal_id))
        }
    }
}

pub(crate) fn uuid_in(row: &Row<'_>, column: usize) -> rusqlite::Result<Uuid> {
    Ok(Uuid::from_bytes(row.get(column)?))
}
