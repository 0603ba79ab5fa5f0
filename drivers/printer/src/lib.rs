//! Printers: IPP Everywhere and a folder. One thread for each; answers come as [`PrinterEvent`]s.
//!
//! The thread renders the document ([`paper::pdf::render`]), hands it to the printer, watches it to its end and answers
//! each job once. Between jobs it looks at the printer every [`WATCH_INTERVAL`] and tells when its state changes.
//! What the printer is told of a job (its name, its user) holds no personal data.
mod folder;
mod ipp_printer;
mod reasons;
mod wire;

pub use folder::PaperTray;
pub use ipp_printer::Patience;

use core::time::Duration;
use drivers_api::print::{PrintJob, PrintTrouble, Printer, PrinterEvent};
use drivers_api::private::wipe_stack;
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use thiserror::Error;
use zeroize::Zeroizing;

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
    /// A folder that takes `receipt-<job>.pdf` files. A test device: what it holds is readable by whoever may read the
    /// folder.
    Folder {
        /// The folder; it is made if it isn't there.
        path: PathBuf,
        /// The paper of this pretended printer.
        tray: PaperTray,
    },
}

/// Why a printer can't be driven at all.
#[derive(Debug, Error)]
pub enum SpawnError {
    /// The address isn't an `ipp:` or `http:` one with a host.
    #[error("not the address of an IPP printer: {0}")]
    Address(String),
    /// No thread to be had.
    #[error("the printer's thread could not be started")]
    Thread(#[source] std::io::Error),
}

/// Something a printer's thread drives.
trait Device: Send {
    /// Whether a job could be printed now.
    fn state(&mut self) -> Result<(), PrintTrouble>;

    /// Prints to the end, or leaves nothing behind. `pause` waits and tells whether to go on.
    fn print(&mut self, job: u64, pdf: Zeroizing<Vec<u8>>, pause: &Pause) -> Result<(), PrintTrouble>;
}

type Events = Arc<Mutex<dyn Fn(PrinterEvent) + Send>>;

/// A printer in its thread. Dropping it ends the thread, which first withdraws a job that is still being printed.
pub struct PrinterHandle {
    jobs: SyncSender<PrintJob>,
    events: Events,
    /// Closes the thread's [`Pause`] when dropped.
    _alive: SyncSender<()>,
}

impl Printer for PrinterHandle {
    fn print(&mut self, job: PrintJob) {
        let (job, why) = match self.jobs.try_send(job) {
            Ok(()) => return,
            Err(TrySendError::Full(job)) => (job.job, PrintTrouble::Busy),
            Err(TrySendError::Disconnected(job)) => (job.job, PrintTrouble::Offline),
        };
        tell(&self.events, PrinterEvent::Failed { job, why });
    }
}

/// Starts a printer's thread. `events` is called from that thread, and from the caller's when a job can't be taken.
///
/// # Errors
/// [`SpawnError`]. A printer that is merely away is no error: it is told as `NotReady`.
pub fn spawn(target: Target, events: impl Fn(PrinterEvent) + Send + 'static) -> Result<PrinterHandle, SpawnError> {
    let device: Box<dyn Device> = match target {
        Target::Ipp { uri, patience } => Box::new(ipp_printer::IppPrinter::new(&uri, patience)?),
        Target::Folder { path, tray } => Box::new(folder::FolderPrinter::new(path, tray)),
    };
    let events: Events = Arc::new(Mutex::new(events));
    let (jobs, waiting) = sync_channel(JOBS_WAITING_MAX);
    let (alive, ended) = sync_channel(0);
    let for_thread = Arc::clone(&events);
    thread::Builder::new()
        .name("printer".to_owned())
        .spawn(move || drive(device, &waiting, &Pause(ended), &for_thread))
        .map_err(SpawnError::Thread)?;
    Ok(PrinterHandle {
        jobs,
        events,
        _alive: alive,
    })
}

/// A wait that ends early when the printer's handle is dropped.
struct Pause(Receiver<()>);

impl Pause {
    /// Waits; false when the work is to be given up.
    fn wait(&self, time: Duration) -> bool {
        matches!(self.0.recv_timeout(time), Err(RecvTimeoutError::Timeout))
    }
}

fn drive(mut device: Box<dyn Device>, jobs: &Receiver<PrintJob>, pause: &Pause, events: &Events) {
    let mut known = None;
    loop {
        let state = device.state();
        if known != Some(state) {
            known = Some(state);
            tracing::info!(?state, "printer");
            tell(
                events,
                state.map_or_else(PrinterEvent::NotReady, |()| PrinterEvent::Ready),
            );
        }
        match jobs.recv_timeout(WATCH_INTERVAL) {
            Ok(job) => {
                let number = job.job;
                let outcome = print(&mut *device, job, pause);
                wipe_stack();
                tracing::info!(job = number.0, ?outcome, "print job ended");
                if outcome.is_err() {
                    known = None; // told anew: what failed the job may be gone before the printer is looked at again
                }
                tell(
                    events,
                    match outcome {
                        Ok(()) => PrinterEvent::Printed(number),
                        Err(why) => PrinterEvent::Failed { job: number, why },
                    },
                );
            }
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return,
        }
    }
}

fn print(device: &mut dyn Device, job: PrintJob, pause: &Pause) -> Result<(), PrintTrouble> {
    let pdf = paper::pdf::render(&job.document).map_err(|error| {
        tracing::error!(job = job.job.0, %error, "document can't be rendered");
        PrintTrouble::Other
    })?;
    drop(job.document);
    device.print(job.job.0, pdf.bytes, pause)
}

fn tell(events: &Events, event: PrinterEvent) {
    // A panic in the listener must not silence the printer for ever.
    (events.lock().unwrap_or_else(PoisonError::into_inner))(event);
}
