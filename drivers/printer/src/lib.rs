//! Printers: IPP Everywhere, receipt printers that speak ESC/POS, and a folder. One thread for each; answers come as
//! [`PrinterEvent`]s. Two printers of which one stands in for the other are in [`fallback`].
//!
//! The thread renders the document ([`paper::pdf::render`] or [`paper::raster::render`]), hands it to the printer, watches
//! it to its end and answers each job once. Between jobs it looks at the printer every [`WATCH_INTERVAL`] and tells when
//! its state changes. What the printer is told of a job (its name, its user) holds no personal data.
mod address;
mod escpos;
pub mod fallback;
mod folder;
mod ipp_printer;
mod reasons;
mod wire;
mod worker;

pub use escpos::{Line, Timing};
pub use folder::PaperTray;
pub use ipp_printer::Patience;

use core::time::Duration;
use drivers_api::print::{Medium, PrintJob, Printer, PrinterEvent};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use thiserror::Error;
use worker::{Task, Told, Worker};

/// How often an idle printer is looked at: a citizen should learn before the form, not after it, that nothing prints.
pub const WATCH_INTERVAL: Duration = Duration::from_secs(5);

/// Jobs that may wait for one printer. A terminal prints one at a time; more means that something is wrong.
pub const JOBS_WAITING_MAX: usize = 4;

/// Where a printer is.
#[derive(Debug)]
pub enum Target {
    /// A printer that speaks IPP Everywhere (PWG 5100.14).
    Ipp {
        /// Its `ipp://host:port/path`.
        uri: String,
        /// How long it is waited for; [`Patience::default`] in the field.
        patience: Patience,
    },
    /// A receipt printer for 80 mm paper that speaks ESC/POS (see `docs/protocols/escpos.md`).
    EscPos {
        /// How it is connected.
        line: Line,
        /// How long it is waited for; [`Timing::default`] in the field.
        timing: Timing,
    },
    /// A folder that takes `receipt-<job>.pdf` files. A test device: what it holds is readable by whoever may read the
    /// folder.
    Folder {
        /// The folder; it is made if it isn't there.
        path: PathBuf,
        /// The paper of this pretended printer.
        tray: PaperTray,
    },
}

impl Target {
    /// On what it prints.
    pub fn medium(&self) -> Medium {
        match self {
            Self::EscPos { .. } => Medium::Strip,
            Self::Ipp { .. } | Self::Folder { .. } => Medium::Sheet,
        }
    }
}

/// Why a printer can't be driven at all.
#[derive(Debug, Error)]
pub enum SpawnError {
    /// The address is none of [`Target::at`].
    #[error("not the address of a printer: {0}")]
    Address(String),
    /// No thread to be had.
    #[error("the printer's thread could not be started")]
    Thread(#[source] std::io::Error),
}

/// A printer in its thread. Dropping it ends the thread, which first withdraws a job that is still being printed.
pub struct PrinterHandle {
    worker: Worker,
    events: Events,
}

type Events = Arc<Mutex<dyn Fn(PrinterEvent) + Send>>;

impl Printer for PrinterHandle {
    fn print(&mut self, job: PrintJob) {
        let task = Task {
            job: job.job,
            document: Arc::new(job.document),
        };
        if let Err(why) = self.worker.give(task) {
            tell(&self.events, PrinterEvent::Failed { job: job.job, why });
        }
    }
}

/// Starts a printer's thread. `events` is called from that thread, and from the caller's when a job can't be taken.
///
/// # Errors
/// [`SpawnError`]. A printer that is merely away is no error: it is told as `NotReady`.
pub fn spawn(target: Target, events: impl Fn(PrinterEvent) + Send + 'static) -> Result<PrinterHandle, SpawnError> {
    let events: Events = Arc::new(Mutex::new(events));
    let for_thread = Arc::clone(&events);
    let on = target.medium();
    let worker = Worker::start(target, move |told| {
        tell(
            &for_thread,
            match told {
                Told::State(Ok(())) => PrinterEvent::Ready,
                Told::State(Err(why)) => PrinterEvent::NotReady(why),
                Told::PaperLow => PrinterEvent::PaperLow,
                Told::Printed(job) => PrinterEvent::Printed { job, on },
                Told::Failed(job, failure) => PrinterEvent::Failed { job, why: failure.why },
            },
        );
    })?;
    Ok(PrinterHandle { worker, events })
}

fn tell(events: &Events, event: PrinterEvent) {
    // A panic in the listener must not silence the printer for ever.
    (events.lock().unwrap_or_else(PoisonError::into_inner))(event);
}
