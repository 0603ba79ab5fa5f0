//! A folder as a printer: for the desk program and for tests.
use crate::worker::{Device, Failure, Pause, pdf};
use drivers_api::document::Document;
use drivers_api::print::PrintTrouble;
use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// The paper of a folder printer: whoever holds a clone can take it out and put it back.
#[derive(Clone, Debug, Default)]
pub struct PaperTray {
    empty: Arc<AtomicBool>,
}

impl PaperTray {
    /// Takes the paper out, or puts it back.
    pub fn set_empty(&self, is_empty: bool) {
        self.empty.store(is_empty, Ordering::SeqCst);
    }

    /// True when there is no paper.
    pub fn is_empty(&self) -> bool {
        self.empty.load(Ordering::SeqCst)
    }
}

/// Writes each job as `receipt-<job>.pdf`.
pub(crate) struct FolderPrinter {
    path: PathBuf,
    tray: PaperTray,
}

impl FolderPrinter {
    pub(crate) fn new(path: PathBuf, tray: PaperTray) -> Self {
        Self { path, tray }
    }
}

impl Device for FolderPrinter {
    fn state(&mut self) -> Result<(), PrintTrouble> {
        if self.tray.is_empty() {
            return Err(PrintTrouble::PaperEmpty);
        }
        fs::create_dir_all(&self.path).map_err(|error| {
            tracing::warn!(%error, "the printer's folder can't be used");
            PrintTrouble::Offline
        })
    }

    fn print(&mut self, job: u64, document: Arc<Document>, _pause: &Pause) -> Result<(), Failure> {
        self.state().map_err(Failure::before)?;
        let pdf = pdf(job, document)?;
        write_whole(&self.path, &format!("receipt-{job}.pdf"), &pdf).map_err(|error| {
            tracing::warn!(job, %error, "the receipt could not be written");
            Failure::before(PrintTrouble::Other)
        })
    }
}

/// Writes a file so that nobody ever sees half of it; leaves nothing when it fails.
fn write_whole(folder: &Path, name: &str, bytes: &[u8]) -> io::Result<()> {
    let unfinished = folder.join(format!(".{name}.part"));
    let written = (|| {
        let mut file = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(true)
            .open(&unfinished)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&unfinished, folder.join(name))
    })();
    if written.is_err() {
        // The first error is the one worth telling.
        let _ = fs::remove_file(&unfinished);
    }
    written
}
