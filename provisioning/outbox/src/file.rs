//! One file of the queue: opening it with the settings durability needs, its schema, its generations.
use crate::error::OutboxError;
use crate::{Notice, salvage, withdrawal};
use rusqlite::{Connection, OpenFlags, TransactionBehavior};
use std::fs::{File, OpenOptions};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// How long a step waits for the other process. Its transactions take milliseconds; a slow medium takes seconds.
pub const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// Room the outbox may take on disk by default: 5,000 cases of 200 kB. Bounds what an endless outage fills.
pub const FILE_BYTES_MAX: u64 = 1024 * 1024 * 1024;

/// After so many damaged files the medium is broken, and another file wouldn't help.
pub const GENERATIONS_MAX: u32 = 20;

/// Up to this size every page is checked on opening; above, opening would take too long, and damage shows on use.
const FULL_CHECK_BYTES_MAX: u64 = 8 * 1024 * 1024;

const PAGE_BYTES: u64 = 4096;
/// What SQLite allows at most (sqlite.org/limits.html, 13).
const PAGES_MAX: u32 = 4_294_967_294;
const MODE: u32 = 0o600;
/// "SOut": tells our files from other SQLite databases.
const APPLICATION_ID: i64 = 0x534f_7574;
const SCHEMA_VERSION: i64 = 1;

/// Small columns stand before the body, so that they are read without walking through it.
const SCHEMA: &str = "
    CREATE TABLE waiting (
        seq INTEGER PRIMARY KEY AUTOINCREMENT,
        not_before INTEGER NOT NULL DEFAULT 0,
        attempts INTEGER NOT NULL DEFAULT 0,
        submission_id BLOB NOT NULL UNIQUE,
        checksum BLOB NOT NULL,
        body BLOB NOT NULL
    ) STRICT;
    CREATE TABLE set_aside (
        seq INTEGER PRIMARY KEY AUTOINCREMENT,
        at INTEGER NOT NULL,
        submission_id BLOB NOT NULL,
        reason TEXT NOT NULL,
        body BLOB NOT NULL
    ) STRICT;
    CREATE TABLE delivered (
        submission_id BLOB PRIMARY KEY,
        at INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX delivered_at ON delivered (at);
    CREATE TABLE taken_over (from_generation INTEGER PRIMARY KEY) STRICT;
";

/// Settings of an outbox.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Room it may take on disk; more is [`OutboxError::DiskFull`].
    pub file_bytes_max: u64,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            file_bytes_max: FILE_BYTES_MAX,
        }
    }
}

/// An open file of the queue.
#[derive(Debug)]
pub(crate) struct OutboxFile {
    pub(crate) generation: u32,
    pub(crate) writer: Connection,
    /// For reading back: has no page of the writer's in its cache.
    pub(crate) reader: Connection,
}

impl OutboxFile {
    /// Opens the newest file, or the one after it if that is damaged or is known to be (`damaged`).
    pub(crate) fn open_newest(
        base: &Path,
        options: Options,
        damaged: Option<u32>,
        notices: &mut Vec<Notice>,
    ) -> Result<Self, OutboxError> {
        let _lock = lock(base)?;
        let newest = newest_generation(base);
        if damaged != Some(newest) {
            match Self::open(base, newest, options, notices) {
                Err(OutboxError::Damaged { .. }) => {}
                other => return other,
            }
        }
        if newest >= GENERATIONS_MAX {
            return Err(OutboxError::Damaged {
                doing: "opening yet another outbox file",
            });
        }
        Self::open(base, newest + 1, options, notices)
    }

    fn open(base: &Path, generation: u32, options: Options, notices: &mut Vec<Notice>) -> Result<Self, OutboxError> {
        let path = generation_path(base, generation);
        create(&path)?;
        let mut writer = connect(&path, options)?;
        prepare_schema(&mut writer, &path, options)?;
        check_pages(&writer, &path)?;
        let reader = connect(&path, options)?;
        let mut file = Self {
            generation,
            writer,
            reader,
        };
        if let Some(previous) = generation.checked_sub(1) {
            salvage::take_over(&mut file.writer, previous, &generation_path(base, previous), notices)?;
        }
        Ok(file)
    }
}

/// True when the file of that generation has been replaced.
pub(crate) fn is_replaced(base: &Path, generation: u32) -> bool {
    generation_path(base, generation + 1).exists()
}

pub(crate) fn generation_path(base: &Path, generation: u32) -> PathBuf {
    match generation {
        0 => base.to_owned(),
        _ => with_suffix(base, &format!(".{generation}")),
    }
}

fn newest_generation(base: &Path) -> u32 {
    (1..=GENERATIONS_MAX)
        .take_while(|generation| generation_path(base, *generation).exists())
        .last()
        .unwrap_or(0)
}

pub(crate) fn with_suffix(base: &Path, suffix: &str) -> PathBuf {
    let mut name = base.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

/// Keeps processes from opening and replacing at the same time; released on drop.
fn lock(base: &Path) -> Result<File, OutboxError> {
    let path = with_suffix(base, ".lock");
    let open = || -> std::io::Result<File> {
        let file = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .mode(MODE)
            .open(&path)?;
        file.lock()?;
        Ok(file)
    };
    open().map_err(OutboxError::io("locking", &path))
}

/// Makes the file with its mode before SQLite opens it (WAL and shared memory take the mode over), and makes its name
/// durable.
fn create(path: &Path) -> Result<(), OutboxError> {
    let make = || -> std::io::Result<()> {
        let file = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .mode(MODE)
            .open(path)?;
        if file.metadata()?.permissions().mode() & 0o777 != MODE {
            file.set_permissions(std::fs::Permissions::from_mode(MODE))?;
        }
        let folder = path
            .parent()
            .filter(|folder| !folder.as_os_str().is_empty())
            .unwrap_or(Path::new("."));
        File::open(folder)?.sync_all()
    };
    make().map_err(OutboxError::io("creating", path))
}

fn connect(path: &Path, options: Options) -> Result<Connection, OutboxError> {
    let failed = OutboxError::sqlite("opening the outbox");
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags).map_err(&failed)?;
    connection.busy_timeout(BUSY_TIMEOUT).map_err(&failed)?;
    // Before the first page is written: lets the file shrink again.
    connection
        .execute_batch("PRAGMA auto_vacuum = INCREMENTAL")
        .map_err(&failed)?;
    let journal: String = connection
        .query_row("PRAGMA journal_mode = WAL", [], |row| row.get(0))
        .map_err(&failed)?;
    if journal != "wal" {
        return Err(OutboxError::Damaged {
            doing: "switching the outbox to write-ahead logging",
        });
    }
    // FULL: a commit returns after the log is synced. No mmap: it hides read errors and spreads stray writes.
    connection
        .execute_batch(
            "PRAGMA synchronous = FULL; PRAGMA secure_delete = ON; PRAGMA mmap_size = 0; PRAGMA trusted_schema = OFF;
             PRAGMA cell_size_check = ON;",
        )
        .map_err(&failed)?;
    limit_size(&connection, options).map_err(&failed)?;
    Ok(connection)
}

/// A file that is larger stays as it is and doesn't grow.
fn limit_size(connection: &Connection, options: Options) -> rusqlite::Result<()> {
    let pages_max = i64::try_from(options.file_bytes_max / PAGE_BYTES).unwrap_or(i64::MAX);
    connection.execute_batch(&format!("PRAGMA max_page_count = {pages_max}"))
}

fn prepare_schema(connection: &mut Connection, path: &Path, options: Options) -> Result<(), OutboxError> {
    let failed = OutboxError::sqlite("preparing the outbox");
    let transaction = connection
        .transaction_with_behavior(TransactionBehavior::Immediate)
        .map_err(&failed)?;
    let number = |pragma: &str| transaction.query_row(pragma, [], |row| row.get::<_, i64>(0));
    let application = number("PRAGMA application_id").map_err(&failed)?;
    let version = number("PRAGMA user_version").map_err(&failed)?;
    let tables = number("SELECT count(*) FROM sqlite_schema").map_err(&failed)?;
    let damaged = OutboxError::Damaged {
        doing: "reading the outbox's schema",
    };
    let added = || number("SELECT count(*) FROM sqlite_schema WHERE name IN ('set_out', 'withdrawn')");
    match (application, version, tables) {
        (0, 0, 0) => {
            let marks = format!("PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = {SCHEMA_VERSION};");
            for batch in [SCHEMA, withdrawal::SCHEMA, &marks] {
                transaction.execute_batch(batch).map_err(&failed)?;
            }
            transaction.commit().map_err(&failed)
        }
        (APPLICATION_ID, SCHEMA_VERSION, 1..) => match added().map_err(&failed)? {
            0 => {
                // In a full outbox, too: it is opened to be emptied.
                let grow = format!("PRAGMA max_page_count = {PAGES_MAX}");
                for batch in [&grow, withdrawal::SCHEMA] {
                    transaction.execute_batch(batch).map_err(&failed)?;
                }
                transaction.commit().map_err(&failed)?;
                limit_size(connection, options).map_err(&failed)
            }
            2 => Ok(()),
            _ => Err(damaged),
        },
        (APPLICATION_ID, found, 1..) if found > SCHEMA_VERSION => Err(OutboxError::Newer {
            path: path.to_owned(),
            found,
        }),
        _ => Err(damaged),
    }
}

/// Finds damage that no later step would stumble over, such as a page that lost its rows.
fn check_pages(connection: &Connection, path: &Path) -> Result<(), OutboxError> {
    let size = std::fs::metadata(path)
        .map_err(OutboxError::io("measuring", path))?
        .len();
    if size > FULL_CHECK_BYTES_MAX {
        return Ok(());
    }
    let damaged = OutboxError::Damaged {
        doing: "checking the outbox's pages",
    };
    let verdict = connection.query_row("PRAGMA integrity_check(1)", [], |row| row.get::<_, String>(0));
    match verdict {
        Ok(text) if text == "ok" => Ok(()),
        Ok(_) => Err(damaged),
        Err(error) => Err(OutboxError::sqlite("checking the outbox's pages")(error)),
    }
}
