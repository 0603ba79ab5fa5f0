//! A closing's files in the treasury's folder: `closing-000017-2026-12-01.csv` and `.json`. Each is there whole or not at
//! all, whenever the power goes; nothing that is there is ever overwritten or removed.
use super::Closing;
use jiff::tz::TimeZone;
use rustix::fs::{CWD, RenameFlags, renameat_with};
use rustix::io::Errno;
use std::fs::{self, File, OpenOptions, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

/// Read by the folder's group (the treasury), whatever the process's umask says.
const MODE: u32 = 0o640;
/// A journal that was set aside counts from 1 again: so many files of one name may be there that say something else.
const NAMESAKES_MAX: u32 = 9;

/// Why a file isn't there.
#[derive(Debug, thiserror::Error)]
#[error("{doing} {}", path.display())]
pub struct FilesError {
    /// What was being done.
    doing: &'static str,
    /// With which file or folder.
    path: PathBuf,
    /// Why.
    #[source]
    source: io::Error,
}

/// Writes both files, and returns when they are on disk under their names. Those that are there already stay; the same
/// closing gives the same bytes.
///
/// # Errors
/// What the file system says. What is there then is whole.
pub fn write(folder: &Path, closing: &Closing, zone: &TimeZone) -> Result<(), FilesError> {
    let stem = format!("closing-{:06}-{}", closing.id, super::day(closing.at, zone));
    let failed = |doing, path: &Path| {
        let path = path.to_owned();
        move |source| FilesError { doing, path, source }
    };
    let mut csv = Vec::new();
    closing
        .write_csv(&mut csv)
        .map_err(|error| failed("making the table for", folder)(io::Error::other(error)))?;
    let json = closing
        .to_json(zone)
        .map_err(|error| failed("making the records for", folder)(error.into()))?;
    for (ending, bytes) in [("csv", csv.as_slice()), ("json", json.as_bytes())] {
        lay_down(folder, &stem, ending, bytes).map_err(failed(
            "writing a closing's file",
            &folder.join(format!("{stem}.{ending}")),
        ))?;
    }
    File::open(folder)
        .and_then(|folder| folder.sync_all())
        .map_err(failed("making names durable in", folder))
}

fn lay_down(folder: &Path, stem: &str, ending: &str, bytes: &[u8]) -> io::Result<()> {
    for namesake in 1..=NAMESAKES_MAX {
        let name = match namesake {
            1 => format!("{stem}.{ending}"),
            _ => format!("{stem}-{namesake}.{ending}"),
        };
        let path = folder.join(&name);
        if path.try_exists()? {
            if fs::read(&path)? == bytes {
                return Ok(());
            }
            tracing::warn!(
                file = name,
                "a file of this name says something else; it stays, and the new one gets another"
            );
            continue;
        }
        tracing::debug!(file = name, "closing's file to be written");
        let unfinished = folder.join(format!(".{name}.new"));
        write_unfinished(&unfinished, bytes)?;
        tracing::debug!(file = name, "closing's file to be named");
        name_it(&unfinished, &path)?;
        tracing::debug!(file = name, "closing's file named");
        return Ok(());
    }
    Err(io::ErrorKind::AlreadyExists.into())
}

fn write_unfinished(path: &Path, bytes: &[u8]) -> io::Result<()> {
    // What a power cut left behind.
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        Ok(()) | Err(_) => {}
    }
    let mut file = OpenOptions::new().write(true).create_new(true).mode(MODE).open(path)?;
    file.set_permissions(Permissions::from_mode(MODE))?;
    file.write_all(bytes)?;
    file.sync_all()
}

fn name_it(unfinished: &Path, path: &Path) -> io::Result<()> {
    match renameat_with(CWD, unfinished, CWD, path, RenameFlags::NOREPLACE) {
        // A file system that can't (a share): nobody but this till writes such names.
        Err(Errno::INVAL | Errno::NOSYS | Errno::NOTSUP) if !path.try_exists()? => fs::rename(unfinished, path),
        named => Ok(named?),
    }
}
