//! Room kept back for emptying a full disk.
//!
//! Deleting a row in SQLite first writes: to the log, and from there to the database. On a disk that is full to the
//! last byte an outbox could thus never be emptied. So a file of zeros lies beside it, without which nothing is filed; when
//! settling a record finds the disk full, it is given up, and made anew when there is room again.
use crate::error::OutboxError;
use crate::file::with_suffix;
use std::fs::OpenOptions;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

/// More than the log grows to before it is moved into the database: 4 MiB and one record.
pub const RESERVE_BYTES: u64 = 8 * 1024 * 1024;

static CHUNK: [u8; 64 * 1024] = [0; 64 * 1024];

/// Sees to it that the room is there; costs one look when it is.
pub(crate) fn keep(base: &Path) -> Result<(), OutboxError> {
    let path = path(base);
    if std::fs::metadata(&path).is_ok_and(|metadata| metadata.len() == RESERVE_BYTES) {
        return Ok(());
    }
    let fill = || -> std::io::Result<()> {
        let mut file = OpenOptions::new()
            .create(true)
            .truncate(true)
            .write(true)
            .mode(0o600)
            .open(&path)?;
        for _ in 0..RESERVE_BYTES / CHUNK.len() as u64 {
            file.write_all(&CHUNK)?;
        }
        file.sync_all()
    };
    let filled = fill();
    if filled.is_err() {
        // Half a reserve would only take room away.
        let _ = std::fs::remove_file(&path);
    }
    filled.map_err(OutboxError::io("keeping room for the outbox in", &path))
}

/// Gives the room up. False when there was none.
pub(crate) fn release(base: &Path) -> bool {
    std::fs::remove_file(path(base)).is_ok()
}

fn path(base: &Path) -> PathBuf {
    with_suffix(base, ".reserve")
}
