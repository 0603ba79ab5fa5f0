//! One piece of paper on its way: printed, late, or not at all.
use crate::view::{self, Paper};
use crate::visit::Step;
use crate::{Effect, Input, Now, Record, patience};
use drivers_api::Job;
use drivers_api::document::Document;
use drivers_api::print::{Medium, PrintJob, PrintTrouble, PrinterEvent};

/// A piece of paper that was given to the printer.
#[derive(Debug)]
pub(crate) enum PaperJob {
    Printing {
        job: Job,
        until: Now,
    },
    Printed(Medium),
    /// Kept with its number: a printer may finish late.
    Failed {
        job: Job,
        why: PrintTrouble,
    },
}

impl PaperJob {
    /// It was given to the printer at `now`.
    pub(crate) fn sent(job: Job, now: Now) -> Self {
        Self::Printing {
            job,
            until: now.saturating_add(patience::PRINTING),
        }
    }

    /// What the printer says of it.
    pub(crate) fn hear(&mut self, event: &PrinterEvent, step: &mut Step<'_>) {
        match *event {
            PrinterEvent::Printed { job, on } if self.awaits(job) => {
                step.record(Record::Printed);
                *self = Self::Printed(on);
            }
            PrinterEvent::Failed { job, why } if self.awaits(job) => {
                step.record(Record::PrintFailed(why));
                *self = Self::Failed { job, why };
            }
            _ => {}
        }
    }

    /// A printer that doesn't answer in time is taken for switched off.
    pub(crate) fn lose_patience(&mut self, step: &mut Step<'_>) {
        if let Self::Printing { job, until } = *self
            && step.now >= until
        {
            let why = PrintTrouble::Offline;
            step.record(Record::PrintFailed(why));
            *self = Self::Failed { job, why };
        }
    }

    /// As the screens show it.
    pub(crate) fn paper(&self) -> Paper {
        match *self {
            Self::Printing { .. } => Paper::Printing,
            Self::Printed(on) => Paper::Printed(on),
            Self::Failed { why, .. } => Paper::Failed(why),
        }
    }

    /// When patience ends.
    pub(crate) fn wake(&self) -> Option<Now> {
        match *self {
            Self::Printing { until, .. } => Some(until),
            Self::Printed(_) | Self::Failed { .. } => None,
        }
    }

    fn awaits(&self, answered: Job) -> bool {
        match *self {
            Self::Printing { job, .. } | Self::Failed { job, .. } => job == answered,
            Self::Printed(_) => false,
        }
    }
}

/// What can be taken along from a page, on wish.
#[derive(Debug, Default)]
pub(crate) struct Leaflet {
    paper: Option<PaperJob>,
    prints: u8,
}

impl Leaflet {
    /// What an input says about the paper.
    pub(crate) fn hear(&mut self, input: &Input, step: &mut Step<'_>) {
        if let Some(paper) = &mut self.paper {
            if let Input::Printer(event) = input {
                paper.hear(event, step);
            }
            paper.lose_patience(step);
        }
    }

    /// Prints it, unless it is being printed or was printed often enough.
    pub(crate) fn print(&mut self, document: impl FnOnce(&Step<'_>) -> Document, step: &mut Step<'_>) {
        if self.may_print() {
            self.prints += 1;
            let document = document(step);
            let job = step.terminal.next_job();
            step.effects.push(Effect::Print(PrintJob { job, document }));
            self.paper = Some(PaperJob::sent(job, step.now));
        }
    }

    fn may_print(&self) -> bool {
        self.prints < patience::PRINTS_MAX && !matches!(self.paper, Some(PaperJob::Printing { .. }))
    }

    /// As the screens show it.
    pub(crate) fn view(&self) -> view::Leaflet {
        view::Leaflet {
            paper: self.paper.as_ref().map(PaperJob::paper),
            print: self.may_print(),
        }
    }

    /// When patience ends.
    pub(crate) fn wake(&self) -> Option<Now> {
        self.paper.as_ref().and_then(PaperJob::wake)
    }
}
