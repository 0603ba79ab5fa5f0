//! The folder with the terminal's certificates and lists. Nothing in it is secret; everything in it is signed by
//! somebody. The agent writes it, the kiosk reads it: a file is replaced as a whole, so a reader sees the old one or the
//! new one, and after a crash the old one is still there.
use crate::chain::{CHAIN_BYTES_MAX, Chain, ChainError};
use crate::lists::ListKind;
use crate::time::UnixTime;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};
use thiserror::Error;

/// Name of the file with the set of certificates.
pub const CHAIN_FILE_NAME: &str = "terminal.cvcs";

/// Ending of files that are being written.
const UNFINISHED: &str = ".part";

/// Why the folder can't be used.
#[derive(Debug, Error)]
pub enum StoreError {
    /// A file can't be read or written.
    #[error("{what} can't be {verb} ({})", path.display())]
    Io {
        /// What was tried.
        verb: &'static str,
        /// On what.
        what: &'static str,
        /// Where.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// A file or list is larger than it may be.
    #[error("{0} is larger than {1} bytes")]
    TooLarge(&'static str, u64),
    /// The set of certificates can't be understood.
    #[error(transparent)]
    Chain(#[from] ChainError),
    /// A list isn't made of DER objects.
    #[error("the list isn't made of DER objects")]
    NotDer,
}

/// The folder.
#[derive(Clone, Debug)]
pub struct Certificates {
    folder: PathBuf,
}

impl Certificates {
    /// Opens the folder for writing and makes it if needed; clears away what a crash left half written.
    pub fn open(folder: &Path) -> Result<Self, StoreError> {
        let io = |verb| {
            move |source| StoreError::Io {
                verb,
                what: "the folder",
                path: folder.to_owned(),
                source,
            }
        };
        fs::create_dir_all(folder).map_err(io("made"))?;
        for entry in fs::read_dir(folder).map_err(io("listed"))? {
            let path = entry.map_err(io("listed"))?.path();
            if path.extension().is_some_and(|extension| extension == &UNFINISHED[1..]) {
                fs::remove_file(&path).map_err(io("cleared of unfinished files"))?;
            }
        }
        Ok(Self {
            folder: folder.to_owned(),
        })
    }

    /// The folder for a process that only reads; touches nothing.
    pub fn read_only(folder: &Path) -> Self {
        Self {
            folder: folder.to_owned(),
        }
    }

    /// The set of certificates; empty when none was ever installed.
    pub fn chain(&self) -> Result<Chain, StoreError> {
        let bytes = self.read(CHAIN_FILE_NAME, "the set of certificates", CHAIN_BYTES_MAX as u64)?;
        Ok(Chain::parse(&bytes.unwrap_or_default())?)
    }

    /// Replaces the set of certificates.
    pub fn replace_chain(&self, chain: &Chain) -> Result<(), StoreError> {
        let bytes = chain.encode();
        if bytes.len() > CHAIN_BYTES_MAX {
            return Err(StoreError::TooLarge("the set of certificates", CHAIN_BYTES_MAX as u64));
        }
        self.write(CHAIN_FILE_NAME, "the set of certificates", &bytes)
    }

    /// A list; `None` when there is none.
    pub fn list(&self, kind: ListKind) -> Result<Option<Vec<u8>>, StoreError> {
        self.read(kind.file_name(), kind.file_name(), kind.bytes_max())
    }

    /// Replaces a list. A new complete blocklist makes the deltas to the old one void: they go first, so that a crash in
    /// between leaves the old list without its last changes, never a list with another one's changes.
    pub fn replace_list(&self, kind: ListKind, bytes: &[u8]) -> Result<(), StoreError> {
        if bytes.len() as u64 > kind.bytes_max() {
            return Err(StoreError::TooLarge(kind.file_name(), kind.bytes_max()));
        }
        crate::lists::der_objects(bytes)?;
        if kind == ListKind::Blocklist {
            self.remove(ListKind::BlocklistDeltas.file_name())?;
        }
        self.write(kind.file_name(), kind.file_name(), bytes)
    }

    /// Says that a list is still the newest one.
    pub fn confirm_list(&self, kind: ListKind, now: UnixTime) -> Result<(), StoreError> {
        let path = self.folder.join(kind.file_name());
        let time = SystemTime::UNIX_EPOCH + Duration::from_secs(now.0);
        let touched = File::open(&path).and_then(|file| file.set_modified(time));
        touched.map_err(|source| StoreError::Io {
            verb: "marked as current",
            what: kind.file_name(),
            path,
            source,
        })
    }

    /// When a list was last written or confirmed; `None` when there is none.
    pub fn confirmed_at(&self, kind: ListKind) -> Option<UnixTime> {
        let modified = fs::metadata(self.folder.join(kind.file_name())).ok()?.modified().ok()?;
        Some(UnixTime(
            modified.duration_since(SystemTime::UNIX_EPOCH).ok()?.as_secs(),
        ))
    }

    fn read(&self, name: &str, what: &'static str, bytes_max: u64) -> Result<Option<Vec<u8>>, StoreError> {
        let path = self.folder.join(name);
        let io = |source| StoreError::Io {
            verb: "read",
            what,
            path: path.clone(),
            source,
        };
        let file = match File::open(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(io(error)),
        };
        let mut bytes = Vec::new();
        file.take(bytes_max + 1).read_to_end(&mut bytes).map_err(io)?;
        if bytes.len() as u64 > bytes_max {
            return Err(StoreError::TooLarge(what, bytes_max));
        }
        Ok(Some(bytes))
    }

    fn write(&self, name: &str, what: &'static str, bytes: &[u8]) -> Result<(), StoreError> {
        let path = self.folder.join(name);
        let unfinished = self.folder.join(format!("{name}{UNFINISHED}"));
        let written = (|| {
            let mut file = OpenOptions::new()
                .write(true)
                .create(true)
                .truncate(true)
                .mode(0o644)
                .open(&unfinished)?;
            file.write_all(bytes)?;
            file.sync_all()?;
            fs::rename(&unfinished, &path)?;
            // The new name itself has to reach the disk, too.
            File::open(&self.folder)?.sync_all()
        })();
        written.map_err(|source| {
            // The first error is the one worth telling.
            let _ = fs::remove_file(&unfinished);
            StoreError::Io {
                verb: "written",
                what,
                path,
                source,
            }
        })
    }

    fn remove(&self, name: &'static str) -> Result<(), StoreError> {
        let path = self.folder.join(name);
        match fs::remove_file(&path) {
            Err(source) if source.kind() != io::ErrorKind::NotFound => Err(StoreError::Io {
                verb: "removed",
                what: name,
                path,
                source,
            }),
            Ok(()) | Err(_) => Ok(()),
        }
    }
}
