//! The journal's file: opening it with the settings durability needs, its schema, its generations.
//!
//! A damaged file is left where it is, and the next *generation* beside it is used (`payments.db`, `payments.db.1`, …).
//! A later generation is out of order until staff has confirmed that they looked at the damaged one: that is a row in
//! it, so that neither a crash in between nor a restart lets payments begin again at nothing.
use super::error::JournalError;
use rusqlite::{Connection, OpenFlags, TransactionBehavior};
use std::fs::{File, OpenOptions};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// How long a step waits for another process that has the file open (staff's tool).
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
/// After so many damaged files the medium is broken, and another file wouldn't help.
const GENERATIONS_MAX: u32 = 20;
const MODE: u32 = 0o600;
/// "SPay": tells our files from other SQLite databases.
const APPLICATION_ID: i64 = 0x5350_6179;
const SCHEMA_VERSION: i64 = 1;

/// Times are seconds since 1970-01-01 UTC, amounts are cents. No names, no card numbers. `numbers` holds the
/// terminal's numbers of a transaction by its role: `before` is the last that was known when the payment began, `result`
/// the payment, `reversal` its reversal, `last` (payment 0) the last that is known now.
const SCHEMA: &str = "
    CREATE TABLE payments (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        step TEXT NOT NULL,
        amount INTEGER NOT NULL CHECK (amount > 0),
        reference TEXT NOT NULL,
        service TEXT NOT NULL,
        before TEXT NOT NULL,
        card_kind TEXT NOT NULL DEFAULT '',
        closing INTEGER
    ) STRICT;
    CREATE INDEX payments_step ON payments (step);
    CREATE TABLE steps (
        seq INTEGER PRIMARY KEY AUTOINCREMENT,
        payment INTEGER NOT NULL,
        step TEXT NOT NULL,
        at INTEGER NOT NULL,
        code INTEGER
    ) STRICT;
    CREATE INDEX steps_payment ON steps (payment);
    CREATE TABLE numbers (
        payment INTEGER NOT NULL,
        role TEXT NOT NULL,
        receipt_no INTEGER,
        trace_no INTEGER,
        date INTEGER,
        time INTEGER,
        terminal_id INTEGER,
        PRIMARY KEY (payment, role)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE terminal (
        one INTEGER PRIMARY KEY CHECK (one = 1),
        last TEXT NOT NULL DEFAULT 'unknown',
        has_told INTEGER NOT NULL DEFAULT 0,
        sync BLOB,
        confirmed INTEGER
    ) STRICT;
    INSERT INTO terminal (one) VALUES (1);
    CREATE TABLE closings (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        at INTEGER NOT NULL,
        journal_total INTEGER NOT NULL,
        terminal_total INTEGER
    ) STRICT;
";

/// An open file.
#[derive(Debug)]
pub(super) struct JournalFile {
    pub(super) connection: Connection,
    /// Zero until a file was damaged.
    pub(super) generation: u32,
    /// Keeps a second till away.
    _lock: Option<File>,
}

impl JournalFile {
    /// Opens the newest file, or the one after it if that is damaged. `exclusive`: as the till, of which there is one.
    pub(super) fn open(base: &Path, exclusive: bool) -> Result<Self, JournalError> {
        let lock = if exclusive { Some(lock(base)?) } else { None };
        let mut generation = newest(base);
        loop {
            let path = generation_path(base, generation);
            match connect(&path) {
                Ok(connection) => {
                    return Ok(Self {
                        connection,
                        generation,
                        _lock: lock,
                    });
                }
                Err(error @ JournalError::Damaged(_)) if exclusive && generation < GENERATIONS_MAX => {
                    tracing::error!(%error, file = %path.display(), "the payment journal is damaged and is set aside");
                    generation += 1;
                }
                Err(error) => return Err(error),
            }
        }
    }
}

/// The file of a generation.
pub(super) fn generation_path(base: &Path, generation: u32) -> PathBuf {
    match generation {
        0 => base.to_owned(),
        _ => with_suffix(base, &format!(".{generation}")),
    }
}

fn newest(base: &Path) -> u32 {
    let exists = |generation: &u32| generation_path(base, *generation).exists();
    (1..=GENERATIONS_MAX).rev().find(exists).unwrap_or(0)
}

fn with_suffix(base: &Path, suffix: &str) -> PathBuf {
    let mut name = base.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

fn open_or_create(path: &Path) -> std::io::Result<File> {
    OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .mode(MODE)
        .open(path)
}

/// Two tills on one journal would each believe that the other's payments are left over from a crash.
fn lock(base: &Path) -> Result<File, JournalError> {
    let path = with_suffix(base, ".lock");
    let take = || -> std::io::Result<File> {
        let file = open_or_create(&path)?;
        file.try_lock().map_err(std::io::Error::from)?;
        Ok(file)
    };
    take().map_err(JournalError::io("locking", &path))
}

/// Makes the file with its mode before SQLite opens it (WAL and shared memory take it over), and its name durable. One that
/// is there isn't opened: closing it would drop the locks that another connection of this process has on it (SQLite, "How To
/// Corrupt An SQLite Database File", §2.2).
fn create(path: &Path) -> Result<(), JournalError> {
    let make = || -> std::io::Result<()> {
        let made = OpenOptions::new().create_new(true).write(true).mode(MODE).open(path);
        if let Err(error) = made
            && error.kind() != std::io::ErrorKind::AlreadyExists
        {
            return Err(error);
        }
        if path.metadata()?.permissions().mode() & 0o777 != MODE {
            std::fs::set_permissions(path, std::fs::Permissions::from_mode(MODE))?;
        }
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
    };
    make().map_err(JournalError::io("creating", path))
}

fn connect(path: &Path) -> Result<Connection, JournalError> {
    create(path)?;
    let failed = JournalError::sqlite("opening the journal");
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut connection = Connection::open_with_flags(path, flags).map_err(&failed)?;
    connection.busy_timeout(BUSY_TIMEOUT).map_err(&failed)?;
    let mode: String = connection
        .query_row("PRAGMA journal_mode = WAL", [], |row| row.get(0))
        .map_err(&failed)?;
    if mode != "wal" {
        return Err(JournalError::Damaged("switching the journal to write-ahead logging"));
    }
    // FULL: a commit returns after the log is synced. No mmap: it hides read errors and spreads stray writes.
    connection
        .execute_batch(
            "PRAGMA synchronous = FULL; PRAGMA mmap_size = 0; PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON;",
        )
        .map_err(&failed)?;
    prepare_schema(&mut connection, path)?;
    check(&connection)?;
    Ok(connection)
}

fn prepare_schema(connection: &mut Connection, path: &Path) -> Result<(), JournalError> {
    let failed = JournalError::sqlite("preparing the journal");
    let transaction = connection
        .transaction_with_behavior(TransactionBehavior::Immediate)
        .map_err(&failed)?;
    let number = |pragma: &str| transaction.query_row(pragma, [], |row| row.get::<_, i64>(0));
    let application = number("PRAGMA application_id").map_err(&failed)?;
    let version = number("PRAGMA user_version").map_err(&failed)?;
    let tables = number("SELECT count(*) FROM sqlite_schema").map_err(&failed)?;
    match (application, version, tables) {
        (0, 0, 0) => {
            let marks = format!("PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = {SCHEMA_VERSION};");
            transaction.execute_batch(SCHEMA).map_err(&failed)?;
            transaction.execute_batch(&marks).map_err(&failed)?;
            transaction.commit().map_err(&failed)
        }
        (APPLICATION_ID, SCHEMA_VERSION, 1..) => Ok(()),
        (APPLICATION_ID, found, 1..) if found > SCHEMA_VERSION => Err(JournalError::Newer {
            path: path.to_owned(),
            found,
        }),
        _ => Err(JournalError::Damaged("reading the journal's schema")),
    }
}

/// Finds damage that no later step would stumble over. Some thousand payments a year: reading all takes milliseconds.
fn check(connection: &Connection) -> Result<(), JournalError> {
    let failed = JournalError::sqlite("checking the journal");
    let found: String = connection
        .query_row("PRAGMA integrity_check(1)", [], |row| row.get(0))
        .map_err(&failed)?;
    if found == "ok" {
        Ok(())
    } else {
        Err(JournalError::Damaged("checking the journal"))
    }
}
