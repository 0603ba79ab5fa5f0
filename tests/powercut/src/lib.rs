//! The power cut, for files that must survive one: a SQLite VFS that records what goes to the disk, and a model of what a
//! disk may have kept of it (`docs/protocols/power-cuts.md`).
//!
//! ```text
//! vfs     stands between SQLite and the unix VFS                      the one place with `unsafe`
//! record  what went to the disk, in its order
//! disk    what is durable, what isn't yet, what a cut leaves          pure
//! storm   work, cut anywhere, look at what is left, go on from there
//! ```
//!
//! The work runs once on real files; the cuts are made afterwards, in the recording. What came after a cut can't have had a
//! part in what was before it, so this is the same as cutting at that point, and a thousand times cheaper.
mod disk;
mod record;
mod storm;
mod vfs;

pub use disk::{Event, Fault, Part, Platter, Remains, SECTOR_BYTES};
pub use record::{Disk, Seeded, seeded};
pub use storm::{Broken, Figures, History, Workload, storm};

use std::path::Path;
use tempfile::TempDir;

/// A folder for files that are written and thrown away thousands of times: in memory where the system has a place for that.
///
/// # Errors
/// When there is no place for temporary files.
pub fn scratch() -> std::io::Result<TempDir> {
    let memory = Path::new("/dev/shm");
    if memory.is_dir() {
        tempfile::tempdir_in(memory)
    } else {
        tempfile::tempdir()
    }
}
