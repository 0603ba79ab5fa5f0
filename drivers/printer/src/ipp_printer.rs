//! An IPP Everywhere printer: one job at a time, watched to its end.
use crate::SpawnError;
use crate::reasons::{is_paper_low, trouble};
use crate::wire::{JobAttributes, PrinterAttributes, Wire, WireError};
use crate::worker::{Device, Failure, Pause, pdf};
use core::time::Duration;
use drivers_api::document::Document;
use drivers_api::print::PrintTrouble;
use ipp::model::{JobState, PrinterState, StatusCode};
use ipp::parser::IppParseError;
use std::sync::Arc;
use std::time::Instant;
use zeroize::Zeroizing;

/// PWG 5101.1 name of A4.
const A4: &str = "iso_a4_210x297mm";
const PDF: &str = "application/pdf";
/// How often a job in the printer is looked at.
const POLL_INTERVAL: Duration = Duration::from_millis(500);

/// Names remembered of jobs to withdraw; a printer away for longer than so many jobs has lost them itself.
const LEFT_BEHIND_MAX: usize = 32;

/// How long a printer is waited for.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// For somebody to put paper in while a job waits for it.
    pub paper: Duration,
    /// For a printer that is busy with something else.
    pub busy: Duration,
    /// For a printer that stops answering in the middle of a job.
    pub away: Duration,
    /// For a whole job, whatever the printer says.
    pub job: Duration,
    /// For a withdrawn job to be gone.
    pub cancel: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            paper: Duration::from_secs(60),
            busy: Duration::from_secs(30),
            away: Duration::from_secs(10),
            job: Duration::from_secs(240),
            cancel: Duration::from_secs(5),
        }
    }
}

/// The printer, and what is still to be withdrawn from it.
pub(crate) struct IppPrinter {
    wire: Wire,
    patience: Patience,
    /// Names of jobs that could not be withdrawn because the printer was away; withdrawn when it is back.
    left_behind: Vec<String>,
    paper_low: bool,
}

impl IppPrinter {
    pub(crate) fn new(uri: &str, patience: Patience) -> Result<Self, SpawnError> {
        Ok(Self {
            wire: Wire::new(uri)?,
            patience,
            left_behind: Vec::new(),
            paper_low: false,
        })
    }
}

impl Device for IppPrinter {
    fn state(&mut self) -> Result<(), PrintTrouble> {
        let attributes = self.wire.printer().map_err(|error| told(&error, "state"))?;
        self.paper_low = is_paper_low(attributes.reasons.iter().map(String::as_str));
        self.clear_up();
        readiness(&attributes)
    }

    fn is_paper_low(&self) -> bool {
        self.paper_low
    }

    fn print(&mut self, job: u64, document: Arc<Document>, pause: &Pause) -> Result<(), Failure> {
        let pdf = pdf(job, document)?;
        self.wait_until_ready(pause).map_err(Failure::before)?;
        let name = format!("schalter-receipt-{job}");
        let id = match self.hand_over(&name, &pdf, pause) {
            Ok(id) => id,
            Err(why) => {
                // The printer may have taken the job although its answer was lost.
                self.leave_behind(name);
                self.clear_up();
                return Err(Failure { why, has_begun: true });
            }
        };
        drop(pdf);
        match self.watch(id, pause) {
            Ok(()) => Ok(()),
            Err(failure) => self.withdraw(id, name, pause).ok_or(failure),
        }
    }
}

impl IppPrinter {
    /// Waits while there is no paper, or another job; any other trouble ends it.
    fn wait_until_ready(&mut self, pause: &Pause) -> Result<(), PrintTrouble> {
        let start = now();
        loop {
            let Err(why) = self.state() else { return Ok(()) };
            let patience = match why {
                PrintTrouble::PaperEmpty => self.patience.paper,
                PrintTrouble::Busy => self.patience.busy,
                PrintTrouble::PaperJam
                | PrintTrouble::CoverOpen
                | PrintTrouble::TonerEmpty
                | PrintTrouble::Offline
                | PrintTrouble::Other => return Err(why),
            };
            if start.elapsed() >= patience || !pause.wait(POLL_INTERVAL) {
                return Err(why);
            }
        }
    }

    /// Print-Job, again while the printer is busy.
    fn hand_over(&self, name: &str, pdf: &Zeroizing<Vec<u8>>, pause: &Pause) -> Result<i32, PrintTrouble> {
        let start = now();
        loop {
            let why = match self.wire.print(name, A4, pdf.clone()) {
                Ok(id) => return Ok(id),
                Err(error) => told(&error, "Print-Job"),
            };
            if why != PrintTrouble::Busy || start.elapsed() >= self.patience.busy || !pause.wait(POLL_INTERVAL) {
                return Err(why);
            }
        }
    }

    /// Watches a job until it is on paper.
    fn watch(&self, id: i32, pause: &Pause) -> Result<(), Failure> {
        let start = now();
        let (mut heard, mut had_paper) = (start, start);
        let mut has_begun = true; // until the printer says that no side is on paper
        loop {
            let why = match self.look(id, &mut has_begun) {
                Ok(Progress::Done) => return Ok(()),
                Ok(Progress::Ended(why)) => return Err(Failure { why, has_begun }),
                Ok(Progress::Running(trouble)) => {
                    heard = now();
                    if trouble != Some(PrintTrouble::PaperEmpty) {
                        had_paper = heard;
                    }
                    trouble
                }
                Err(error) => Some(told(&error, "Get-Job-Attributes")),
            };
            let patience_ends = match why {
                None => start + self.patience.job,
                Some(PrintTrouble::PaperEmpty) => had_paper + self.patience.paper,
                Some(PrintTrouble::Offline) => heard + self.patience.away,
                Some(PrintTrouble::Busy) => heard + self.patience.busy,
                Some(why) => return Err(Failure { why, has_begun }),
            };
            let is_late = now() >= patience_ends.min(start + self.patience.job);
            if is_late || !pause.wait(POLL_INTERVAL) {
                let why = why.unwrap_or(PrintTrouble::Other);
                return Err(Failure { why, has_begun });
            }
        }
    }

    fn look(&self, id: i32, has_begun: &mut bool) -> Result<Progress, WireError> {
        let job = self.wire.job(id)?;
        *has_begun = job.impressions.is_none_or(|sides| sides > 0);
        let printer = self.wire.printer()?;
        let trouble = trouble(printer.reasons.iter().chain(&job.reasons).map(String::as_str));
        Ok(match job.state {
            Some(JobState::Completed) if !is_botched(&job) => Progress::Done,
            Some(JobState::Completed | JobState::Canceled | JobState::Aborted) => {
                Progress::Ended(trouble.unwrap_or(PrintTrouble::Other))
            }
            Some(JobState::Pending | JobState::PendingHeld | JobState::Processing | JobState::ProcessingStopped)
            | None => Progress::Running(trouble),
        })
    }

    /// Cancel-Job until the job is gone. `Some` if it turned out to be on paper after all.
    fn withdraw(&mut self, id: i32, name: String, pause: &Pause) -> Option<()> {
        let start = now();
        loop {
            let cancelled = self.wire.cancel(id);
            match self.wire.job(id) {
                Ok(job) if job.state == Some(JobState::Completed) && !is_botched(&job) => return Some(()),
                Ok(job) if is_over(&job) => return None,
                Err(WireError::Refused(StatusCode::ClientErrorNotFound | StatusCode::ClientErrorGone)) => return None,
                Ok(_) | Err(_) => {}
            }
            if start.elapsed() >= self.patience.cancel || !pause.wait(POLL_INTERVAL) {
                tracing::warn!(id, ?cancelled, "a job could not be withdrawn yet");
                self.leave_behind(name);
                return None;
            }
        }
    }

    fn leave_behind(&mut self, name: String) {
        if self.left_behind.len() == LEFT_BEHIND_MAX {
            self.left_behind.remove(0);
        }
        self.left_behind.push(name);
    }

    /// Withdraws what was left behind. Jobs are found by name: their numbers begin anew when a printer restarts.
    fn clear_up(&mut self) {
        if self.left_behind.is_empty() {
            return;
        }
        let Ok(jobs) = self.wire.jobs() else { return };
        let waiting: Vec<&JobAttributes> = jobs
            .iter()
            .filter(|job| self.left_behind.contains(&job.name) && !is_over(job))
            .collect();
        for job in &waiting {
            if let Err(error) = self.wire.cancel(job.id) {
                tracing::warn!(id = job.id, %error, "Cancel-Job");
            }
        }
        self.left_behind
            .retain(|name| waiting.iter().any(|job| &job.name == name));
    }
}

enum Progress {
    Running(Option<PrintTrouble>),
    Done,
    Ended(PrintTrouble),
}

fn is_over(job: &JobAttributes) -> bool {
    matches!(
        job.state,
        Some(JobState::Completed | JobState::Canceled | JobState::Aborted)
    )
}

/// A job that "completed", but not well (RFC 8011 §5.3.8).
fn is_botched(job: &JobAttributes) -> bool {
    job.reasons
        .iter()
        .any(|reason| reason == "job-completed-with-errors" || reason == "document-format-error")
}

/// Whether a printer can take an A4 PDF now.
fn readiness(printer: &PrinterAttributes) -> Result<(), PrintTrouble> {
    let lacks = |list: &[String], word: &str| !list.is_empty() && !list.iter().any(|entry| entry == word);
    if lacks(&printer.formats, PDF) || lacks(&printer.media_supported, A4) {
        tracing::error!("the printer takes no A4 PDF");
        return Err(PrintTrouble::Other);
    }
    if let Some(why) = trouble(printer.reasons.iter().map(String::as_str)) {
        return Err(why);
    }
    if lacks(&printer.media_ready, A4) {
        return Err(PrintTrouble::PaperEmpty);
    }
    if !printer.accepts_jobs {
        return Err(PrintTrouble::Busy);
    }
    match printer.state {
        Some(PrinterState::Stopped) => Err(PrintTrouble::Other),
        Some(PrinterState::Idle | PrinterState::Processing) | None => Ok(()),
    }
}

/// Logs an error and says it in our words.
fn told(error: &WireError, doing: &'static str) -> PrintTrouble {
    tracing::debug!(%error, doing, "printer");
    match error {
        // A connection that breaks in the middle of an answer is a printer gone, too.
        WireError::Unreachable(_) | WireError::Malformed(IppParseError::IoError(_)) => PrintTrouble::Offline,
        WireError::Refused(
            StatusCode::ServerErrorBusy
            | StatusCode::ServerErrorTemporaryError
            | StatusCode::ServerErrorNotAcceptingJobs
            | StatusCode::ServerErrorServiceUnavailable,
        ) => PrintTrouble::Busy,
        WireError::Refused(_) | WireError::Http(_) | WireError::Malformed(_) | WireError::Missing(_) => {
            PrintTrouble::Other
        }
    }
}

/// The clock that patience is measured with.
#[allow(clippy::disallowed_methods)] // a host that watches a device; nothing pure depends on it
fn now() -> Instant {
    Instant::now()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn printer() -> PrinterAttributes {
        PrinterAttributes {
            state: Some(PrinterState::Idle),
            reasons: vec!["none".to_owned()],
            formats: vec![PDF.to_owned()],
            media_supported: vec![A4.to_owned()],
            media_ready: vec![A4.to_owned()],
            accepts_jobs: true,
        }
    }

    #[test]
    fn a_printer_without_a4_or_pdf_isn_t_ready() {
        assert_eq!(readiness(&printer()), Ok(()));
        let letter = vec!["na_letter_8.5x11in".to_owned()];
        assert_eq!(
            readiness(&PrinterAttributes {
                media_ready: letter.clone(),
                ..printer()
            }),
            Err(PrintTrouble::PaperEmpty)
        );
        assert_eq!(
            readiness(&PrinterAttributes {
                media_supported: letter,
                ..printer()
            }),
            Err(PrintTrouble::Other)
        );
        let raster = vec!["image/pwg-raster".to_owned()];
        assert_eq!(
            readiness(&PrinterAttributes {
                formats: raster,
                ..printer()
            }),
            Err(PrintTrouble::Other)
        );
        assert_eq!(
            readiness(&PrinterAttributes {
                accepts_jobs: false,
                ..printer()
            }),
            Err(PrintTrouble::Busy)
        );
    }

    #[test]
    fn addresses_are_checked() {
        for wrong in ["", "ftp://x/", "ipps://x/", "/ipp/print", "ipp://"] {
            assert!(IppPrinter::new(wrong, Patience::default()).is_err(), "{wrong}");
        }
        assert!(IppPrinter::new("ipp://localhost/ipp/print", Patience::default()).is_ok());
    }
}
