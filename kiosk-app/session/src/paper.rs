//! One piece of paper on its way: printed, late, or not at all.
use crate::view::Paper;
use crate::visit::Step;
use crate::{Now, Record, patience};
use drivers_api::Job;
use drivers_api::print::{PrintTrouble, PrinterEvent};

/// A piece of paper that was given to the printer.
#[derive(Debug)]
pub(crate) enum PaperJob {
    Printing {
        job: Job,
        until: Now,
    },
    Printed,
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
            PrinterEvent::Printed(job) if self.awaits(job) => {
                step.record(Record::Printed);
                *self = Self::Printed;
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
            Self::Printed => Paper::Printed,
            Self::Failed { why, .. } => Paper::Failed(why),
        }
    }

    /// When patience ends.
    pub(crate) fn wake(&self) -> Option<Now> {
        match *self {
            Self::Printing { until, .. } => Some(until),
            Self::Printed | Self::Failed { .. } => None,
        }
    }

    fn awaits(&self, answered: Job) -> bool {
        match *self {
            Self::Printing { job, .. } | Self::Failed { job, .. } => job == answered,
            Self::Printed => false,
        }
    }
}
