//! A receipt printer that speaks ESC/POS: one job at a time, answered when it is on paper to its end. The protocol is in
//! [`paper::escpos`]; here is who is waited for, how long, and what is left behind.
//!
//! After a failure nothing of the job stays in the printer: the line is given up together with what it hasn't sent, the
//! printer's buffers are cleared as soon as it can be reached, and what hangs out of it is cut off, before anything else
//! is printed. A printer that doesn't obey `DLE DC4` keeps what it had taken already (some kilobytes, a hand's breadth of
//! paper) and prints it when it has paper again.
mod line;
mod talk;

pub use line::Line;

use crate::worker::{Device, Failure, Pause};
use core::time::Duration;
use drivers_api::document::Document;
use drivers_api::print::PrintTrouble;
use paper::escpos::{CLEAR, CUT_OFF, INITIALISE, ProcessId, RECOVER, TELL_CHANGES, commands};
use std::sync::Arc;
use talk::{Fault, Talk};
use zeroize::Zeroizing;

/// How long a receipt printer is waited for.
#[derive(Clone, Copy, Debug)]
pub struct Timing {
    /// For a connection.
    pub connect: Duration,
    /// For an answer to a question about its state.
    pub answer: Duration,
    /// For a printer that takes no more data and says nothing of a trouble.
    pub stall: Duration,
    /// From the last byte until the printer says that all is printed. What its buffer holds is a few seconds' work.
    pub end: Duration,
}

impl Default for Timing {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(3),
            answer: Duration::from_millis(1500),
            stall: Duration::from_secs(10),
            end: Duration::from_secs(30),
        }
    }
}

/// The printer, and what is still to be made good on it.
pub(crate) struct EscPosPrinter {
    line: Line,
    timing: Timing,
    talk: Option<Talk>,
    /// Something of a failed job may be in its buffers, or hang out of it.
    left_behind: bool,
    /// The last number of an answer in the order of the data.
    number: u64,
}

impl EscPosPrinter {
    pub(crate) fn new(line: Line, timing: Timing) -> Self {
        Self {
            line,
            timing,
            talk: None,
            left_behind: false,
            number: 0,
        }
    }
}

impl Device for EscPosPrinter {
    fn state(&mut self) -> Result<(), PrintTrouble> {
        // A line that was quiet for long may have been closed by the printer: then a second one is opened.
        let is_old = self.talk.is_some();
        match self.look() {
            Err(Fault::Line(_)) if is_old => self.look(),
            looked => looked,
        }
        .map_err(|fault| fault.told("state"))
    }

    fn is_paper_low(&self) -> bool {
        self.talk.as_ref().is_some_and(|talk| talk.condition.near_end)
    }

    fn print(&mut self, job: u64, document: Arc<Document>, pause: &Pause) -> Result<(), Failure> {
        let bytes = render(job, &document)?;
        drop(document);
        self.state().map_err(Failure::before)?;
        let id = self.next_id();
        let Some(talk) = &mut self.talk else {
            return Err(Failure::before(PrintTrouble::Offline));
        };
        let mut sent = 0;
        let printed = talk
            .send(&bytes, &mut sent, self.timing, pause)
            .and_then(|()| talk.printed_to_the_end(id, self.timing, pause));
        printed.map_err(|fault| {
            let has_begun = sent > 0;
            self.left_behind = has_begun;
            self.give_up();
            Failure {
                why: fault.told("print"),
                has_begun,
            }
        })
    }
}

impl EscPosPrinter {
    /// Opens the line if need be, makes good what was left behind, and asks how the printer is.
    fn look(&mut self) -> Result<(), Fault> {
        let looked = self
            .open()
            .and_then(|()| self.clear_up())
            .and_then(|()| self.learn_ender());
        if let Err(Fault::Line(_) | Fault::Silent) = &looked {
            self.talk = None;
        }
        looked
    }

    fn open(&mut self) -> Result<(), Fault> {
        if self.talk.is_none() {
            let mut talk = Talk::open(&self.line, self.timing)?;
            if self.left_behind {
                // before anything else: it is obeyed at once, whatever the printer holds
                talk.say(&CLEAR, self.timing)?;
            }
            talk.say(&TELL_CHANGES, self.timing)?;
            self.talk = Some(talk);
        }
        Ok(())
    }

    /// Asks how the printer is. If something was left behind and it can print again, what hangs out of it is cut off.
    fn clear_up(&mut self) -> Result<(), Fault> {
        let Some(talk) = &mut self.talk else {
            return Err(Fault::Silent);
        };
        if self.left_behind {
            // an error that ends when it is told so: a cutter that was freed
            talk.say(&[CLEAR.as_slice(), &RECOVER].concat(), self.timing)?;
        }
        talk.look(self.timing)?;
        if self.left_behind {
            talk.say(&[INITIALISE.as_slice(), &CUT_OFF].concat(), self.timing)?;
            self.left_behind = false;
        }
        Ok(())
    }

    /// Finds out by which answer the printer says that it has printed; it must have nothing to print meanwhile.
    fn learn_ender(&mut self) -> Result<(), Fault> {
        let ids = [self.next_id(), self.next_id()];
        match &mut self.talk {
            Some(talk) if talk.ender.is_none() => talk.learn_ender(ids, self.timing),
            _ => Ok(()),
        }
    }

    fn next_id(&mut self) -> ProcessId {
        self.number += 1;
        ProcessId::of(self.number)
    }

    /// Drops what the line hasn't sent, and has the printer forget the rest; again later if it can't be reached now.
    fn give_up(&mut self) {
        if let Some(talk) = self.talk.take() {
            talk.abandon();
        }
        if self.left_behind
            && let Err(fault) = self.open()
        {
            tracing::warn!(%fault, "the printer's buffers could not be cleared yet");
        }
    }
}

fn render(job: u64, document: &Document) -> Result<Zeroizing<Vec<u8>>, Failure> {
    let strip = paper::raster::render(document).map_err(|error| {
        tracing::error!(job, %error, "document can't be rendered");
        Failure::before(PrintTrouble::Other)
    })?;
    Ok(commands(&strip))
}
