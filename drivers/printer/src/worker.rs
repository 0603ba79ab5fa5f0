//! A printer's thread, whatever the printer is.
use crate::escpos::EscPosPrinter;
use crate::folder::FolderPrinter;
use crate::ipp_printer::IppPrinter;
use crate::{JOBS_WAITING_MAX, SpawnError, Target, WATCH_INTERVAL};
use core::time::Duration;
use drivers_api::Job;
use drivers_api::document::Document;
use drivers_api::print::PrintTrouble;
use drivers_api::private::wipe_stack;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel};
use std::thread;
use zeroize::Zeroizing;

/// A document to print. Whoever may want to print it elsewhere keeps a share.
#[derive(Clone)]
pub(crate) struct Task {
    pub(crate) job: Job,
    pub(crate) document: Arc<Document>,
}

/// Why a job failed, and whether some of it may be on paper.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Failure {
    pub(crate) why: PrintTrouble,
    /// False if nothing came out for certain.
    pub(crate) has_begun: bool,
}

impl Failure {
    /// Nothing came out.
    pub(crate) fn before(why: PrintTrouble) -> Self {
        Self { why, has_begun: false }
    }
}

/// What a printer's thread tells.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Told {
    State(Result<(), PrintTrouble>),
    PaperLow,
    Printed(Job),
    Failed(Job, Failure),
}

/// Something a printer's thread drives.
pub(crate) trait Device: Send {
    /// Whether a job could be printed now.
    fn state(&mut self) -> Result<(), PrintTrouble>;

    /// Whether paper was nearly at its end when it was last looked at.
    fn is_paper_low(&self) -> bool {
        false
    }

    /// Prints to the end, or leaves nothing behind. `pause` waits and tells whether to go on.
    fn print(&mut self, job: u64, document: Arc<Document>, pause: &Pause) -> Result<(), Failure>;
}

/// The thread's other end. Dropping it ends the thread, which first withdraws a job that is still being printed.
pub(crate) struct Worker {
    tasks: SyncSender<Task>,
    /// Closes the thread's [`Pause`] when dropped.
    _alive: SyncSender<()>,
}

impl Worker {
    /// Starts the thread, which calls `tell`.
    pub(crate) fn start(target: Target, tell: impl Fn(Told) + Send + 'static) -> Result<Self, SpawnError> {
        let device: Box<dyn Device> = match target {
            Target::Ipp { uri, patience } => Box::new(IppPrinter::new(&uri, patience)?),
            Target::EscPos { line, timing } => Box::new(EscPosPrinter::new(line, timing)),
            Target::Folder { path, tray } => Box::new(FolderPrinter::new(path, tray)),
        };
        let (tasks, waiting) = sync_channel(JOBS_WAITING_MAX);
        let (alive, ended) = sync_channel(0);
        thread::Builder::new()
            .name("printer".to_owned())
            .spawn(move || drive(device, &waiting, &Pause(ended), &tell))
            .map_err(SpawnError::Thread)?;
        Ok(Self { tasks, _alive: alive })
    }

    /// Hands over a task; says why if it can't be taken.
    pub(crate) fn give(&self, task: Task) -> Result<(), PrintTrouble> {
        self.tasks.try_send(task).map_err(|error| match error {
            TrySendError::Full(_) => PrintTrouble::Busy,
            TrySendError::Disconnected(_) => PrintTrouble::Offline,
        })
    }
}

/// A wait that ends early when the printer's handle is dropped.
pub(crate) struct Pause(Receiver<()>);

impl Pause {
    /// Waits; false when the work is to be given up.
    pub(crate) fn wait(&self, time: Duration) -> bool {
        matches!(self.0.recv_timeout(time), Err(RecvTimeoutError::Timeout))
    }

    /// Whether the work is to go on.
    pub(crate) fn goes_on(&self) -> bool {
        self.wait(Duration::ZERO)
    }
}

fn drive(mut device: Box<dyn Device>, tasks: &Receiver<Task>, pause: &Pause, tell: &dyn Fn(Told)) {
    let mut known = None;
    let mut was_low = false;
    loop {
        let state = device.state();
        if known != Some(state) {
            known = Some(state);
            tracing::info!(?state, "printer");
            tell(Told::State(state));
        }
        let is_low = state.is_ok() && device.is_paper_low();
        if is_low && !was_low {
            tracing::info!("the printer's paper is nearly at its end");
            tell(Told::PaperLow);
        }
        was_low = is_low || (was_low && state.is_err());
        match tasks.recv_timeout(WATCH_INTERVAL) {
            Ok(task) => {
                let job = task.job;
                let outcome = device.print(job.0, task.document, pause);
                wipe_stack();
                tracing::info!(job = job.0, ?outcome, "print job ended");
                if outcome.is_err() {
                    known = None; // told anew: what failed the job may be gone before the printer is looked at again
                }
                tell(match outcome {
                    Ok(()) => Told::Printed(job),
                    Err(failure) => Told::Failed(job, failure),
                });
            }
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return,
        }
    }
}

/// The document as PDF; this share of it is given up.
pub(crate) fn pdf(job: u64, document: Arc<Document>) -> Result<Zeroizing<Vec<u8>>, Failure> {
    let pdf = paper::pdf::render(&document).map_err(|error| {
        tracing::error!(job, %error, "document can't be rendered");
        Failure::before(PrintTrouble::Other)
    })?;
    Ok(pdf.bytes)
}
