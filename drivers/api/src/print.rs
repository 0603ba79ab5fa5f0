//! Printers as the visit sees them.
use crate::Job;
use crate::document::Document;

/// One document to print.
#[derive(Debug)]
pub struct PrintJob {
    /// Number that the answer will carry.
    pub job: Job,
    /// What to print.
    pub document: Document,
}

/// Why nothing (or not everything) was printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PrintTrouble {
    /// `media-empty`, `media-needed`
    PaperEmpty,
    /// `media-jam`
    PaperJam,
    /// `cover-open`, `door-open`
    CoverOpen,
    /// `toner-empty`, `marker-supply-empty`
    TonerEmpty,
    /// Not reachable.
    Offline,
    /// Busy for longer than we wait.
    Busy,
    /// Anything else.
    Other,
}

/// On what a printer prints: what the citizen looks for, and where.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Medium {
    /// Sheets of A4, in a tray.
    Sheet,
    /// A narrow strip from a roll, out of a slot.
    Strip,
}

/// What a printer tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PrinterEvent {
    /// The printer can take a job.
    Ready,
    /// The printer can't take a job now.
    NotReady(PrintTrouble),
    /// There is still paper, but not for long: staff should bring some. Told once when it is noticed, while the printer is
    /// ready.
    PaperLow,
    /// The job is on paper, to its end.
    Printed {
        /// Which job.
        job: Job,
        /// On which paper.
        on: Medium,
    },
    /// The job is not on paper; it was withdrawn from the printer.
    Failed {
        /// Which job.
        job: Job,
        /// Why.
        why: PrintTrouble,
    },
}

/// Something that prints. Answers come as [`PrinterEvent`]s on the channel that the printer was made with. Exactly one
/// `Printed` or `Failed` answers a job.
pub trait Printer {
    /// Hands over a job; returns at once.
    fn print(&mut self, job: PrintJob);
}
