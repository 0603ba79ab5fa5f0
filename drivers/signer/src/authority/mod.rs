//! The terminal's side of reading cards in production: certificates and lists in a folder that the agent keeps current,
//! and a signer that is somewhere else, so that no private key comes into the process that reads cards.
//!
//! The folder holds what [`crate::certificates::Certificates`] keeps, and beside it what an operator pins once
//! ([`Pinned`]). Whatever is missing, broken or out of date there turns reading off, with one line in the log, until it
//! is mended; everything else of the kiosk goes on.
mod check;
mod load;

pub use check::ListGuard;
pub use load::{Fault, PINNED_BYTES_MAX, Pinned, REVOCATION_GRACE_DAYS};

use crate::time::{Date as CertificateDate, UnixTime};
use core::time::Duration;
use drivers_api::signer::{SignerTrouble, TerminalSigner};
use eid::{Authority, Terminal};
use jiff::civil::Date;
use load::{Loaded, load};
use std::cell::RefCell;
use std::ffi::OsString;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Instant, SystemTime};

/// How often a folder that changes while it is read is read again. The agent replaces some files one after the other.
const READINGS_MAX: u32 = 3;

/// Most files looked at in the folder; it has a dozen.
const FILES_MAX: usize = 256;

/// What time it is, in the three ways that reading cards needs. Tests bring their own.
pub trait Clock: Send + 'static {
    /// The calendar day where the terminal stands.
    fn today(&self) -> Date;

    /// The time by which certificates end.
    fn now(&self) -> UnixTime;

    /// The monotonic time since some beginning.
    fn elapsed(&self) -> Duration;
}

/// The operating system's clock.
#[derive(Clone, Copy, Debug)]
pub struct SystemClock {
    began: Instant,
}

impl SystemClock {
    /// Begins now.
    #[allow(
        clippy::disallowed_methods,
        reason = "this is the one place where a program gets its clock"
    )]
    pub fn start() -> Self {
        Self { began: Instant::now() }
    }
}

impl Clock for SystemClock {
    fn today(&self) -> Date {
        jiff::Zoned::now().date()
    }

    #[allow(
        clippy::disallowed_methods,
        reason = "this is the one place where a program gets its clock"
    )]
    fn now(&self) -> UnixTime {
        let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
        UnixTime(since.unwrap_or_default().as_secs())
    }

    fn elapsed(&self) -> Duration {
        self.began.elapsed()
    }
}

/// Certificates in a folder, a key elsewhere.
pub struct Folder<S, C> {
    folder: PathBuf,
    signer: S,
    clock: C,
    known: RefCell<Known>,
}

/// What was read of the folder, and when it has to be read again.
#[derive(Default)]
struct Known {
    read_for: Option<ReadFor>,
    terminal: Option<Arc<Terminal>>,
    holds_until: UnixTime,
    readings: u64,
}

/// What the outcome of a reading depends on.
#[derive(Clone, PartialEq, Eq)]
struct ReadFor {
    /// `None` when the folder can't be listed.
    files: Option<Vec<FileState>>,
    today: Date,
    /// Certificates begin and end at midnight UTC, which isn't midnight here.
    certificate_day: CertificateDate,
}

/// What tells one state of a file from another; the change time tells of rights that were mended, too.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
struct FileState {
    name: OsString,
    inode: u64,
    bytes: u64,
    modified: (i64, i64),
    changed: (i64, i64),
}

impl<S: TerminalSigner + 'static, C: Clock> Folder<S, C> {
    /// Reads `folder` when it is asked for the first time.
    pub fn new(folder: impl Into<PathBuf>, signer: S, clock: C) -> Self {
        Self {
            folder: folder.into(),
            signer,
            clock,
            known: RefCell::default(),
        }
    }

    /// How often the folder's files were read. Asking for the terminal reads them only when there is a reason.
    pub fn readings(&self) -> u64 {
        self.known.borrow().readings
    }

    fn read_again(&self, known: &mut Known, mut read_for: ReadFor) {
        let mut outcome = self.load(known);
        for _ in 1..READINGS_MAX {
            let after = self.read_for();
            if after == read_for {
                break;
            }
            // Somebody was writing: the files that were read may not belong together.
            read_for = after;
            outcome = self.load(known);
        }
        let was_on = known.terminal.is_some();
        (known.terminal, known.holds_until) = match outcome {
            Ok(loaded) => {
                if !was_on {
                    tracing::info!(holder = %loaded.holder, "cards can be read");
                }
                (Some(Arc::new(loaded.terminal)), loaded.holds_until)
            }
            Err(fault) => {
                tracing::error!(error = &fault as &dyn std::error::Error, "no card can be read");
                (None, UnixTime(0))
            }
        };
        known.read_for = Some(read_for);
    }

    fn load(&self, known: &mut Known) -> Result<Loaded, Fault> {
        known.readings += 1;
        load(&self.folder, self.clock.today(), self.clock.now())
    }

    fn read_for(&self) -> ReadFor {
        ReadFor {
            files: files(&self.folder),
            today: self.clock.today(),
            certificate_day: self.clock.now().date(),
        }
    }
}

/// The files of the folder but for those that are being written.
fn files(folder: &Path) -> Option<Vec<FileState>> {
    let mut states = Vec::new();
    for entry in std::fs::read_dir(folder).ok()?.take(FILES_MAX) {
        let entry = entry.ok()?;
        let name = entry.file_name();
        if Path::new(&name)
            .extension()
            .is_some_and(|extension| extension == "part")
        {
            continue;
        }
        // Through links, as reading goes; a file that is just going away is a change.
        let Ok(metadata) = std::fs::metadata(entry.path()) else {
            continue;
        };
        states.push(FileState {
            name,
            inode: metadata.ino(),
            bytes: metadata.len(),
            modified: (metadata.mtime(), metadata.mtime_nsec()),
            changed: (metadata.ctime(), metadata.ctime_nsec()),
        });
    }
    states.sort();
    Some(states)
}

impl<S: TerminalSigner + 'static, C: Clock> Authority for Folder<S, C> {
    fn today(&self) -> Date {
        self.clock.today()
    }

    fn now(&self) -> Duration {
        self.clock.elapsed()
    }

    /// Reads the folder again when a file in it or the day is another one, or what was read has come to its end.
    fn terminal(&self) -> Option<Arc<Terminal>> {
        let mut known = self.known.borrow_mut();
        let read_for = self.read_for();
        let has_ended = known.terminal.is_some() && known.holds_until <= self.clock.now();
        if has_ended || known.read_for.as_ref() != Some(&read_for) {
            self.read_again(&mut known, read_for);
        }
        known.terminal.clone()
    }

    fn sign(&mut self, holder: &[u8], message: &[u8]) -> Result<Vec<u8>, SignerTrouble> {
        self.signer.sign(holder, message)
    }
}
