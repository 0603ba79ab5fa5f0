//! The till closes its day by itself, and sees to it that the treasury gets the files of every closing.
use super::schedule::{Known, Pauses, Schedule};
use super::{Closing, ClosingError, close_day, files};
use crate::clerk::{Clerk, Desk};
use core::time::Duration;
use drivers_api::payment::PaymentTrouble;
use jiff::Timestamp;
use jiff::civil::Time;
use std::error::Error;
use std::path::PathBuf;

/// Closings that are looked at for the one of today; the newest counts most.
const CLOSINGS_MAX: usize = 100;
/// A terminal that asks for its end of day though it had one so shortly before is broken; more of them don't mend it.
const ASKED_SECONDS_MIN: u64 = 12 * 3600;
/// With so many failures one after the other, two hours, it won't pass by itself.
const LASTS_ATTEMPTS: u32 = 8;

/// When the day is closed by itself, and where its files go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DailyClosing {
    /// Local time of day.
    pub at: Time,
    /// The treasury's folder. It must be there.
    pub folder: PathBuf,
}

/// The till's side of it.
pub(crate) struct Daily {
    closing: DailyClosing,
    schedule: Schedule,
    /// The journal knows of it.
    is_noted: bool,
    closings: Pauses,
    files: Pauses,
}

impl Daily {
    /// `pause` is the one after a first failure.
    pub(crate) fn new(closing: DailyClosing, pause: Duration) -> Self {
        Self {
            schedule: Schedule::new(closing.at),
            closing,
            is_noted: false,
            closings: Pauses::new(pause),
            files: Pauses::new(pause),
        }
    }

    /// At the start, before anybody pays: from now on the days are closed by themselves.
    pub(crate) fn begin(&mut self, clerk: &mut Clerk) {
        let begun = self.note(clerk);
        self.heed(begun, clerk);
    }

    /// Whenever there is nothing else to do: closes the day if it is time, and writes the files that aren't there yet.
    pub(crate) fn look(&mut self, clerk: &mut Clerk, desk: &mut dyn Desk) {
        let monotonic = clerk.clock.monotonic;
        if self.closings.is_over(monotonic()) && !desk.is_leaving() {
            let closed = self.close_if_due(clerk, desk);
            self.heed(closed, clerk);
        }
        if self.files.is_over(monotonic()) {
            self.write_files(clerk);
        }
    }

    /// Writes the files of closings that aren't with the treasury: also of those before a crash.
    pub(crate) fn write_files(&mut self, clerk: &mut Clerk) {
        match self.write_missing(clerk) {
            Ok(()) => self.files.end(),
            Err(error) => {
                let pause = self.files.failed((clerk.clock.monotonic)());
                tell(
                    "the treasury's files aren't written",
                    &*error,
                    self.files.attempts,
                    pause,
                );
            }
        }
    }

    fn heed(&mut self, closed: Result<(), ClosingError>, clerk: &Clerk) {
        match closed {
            Ok(()) => self.closings.end(),
            Err(error) => {
                let pause = self.closings.failed((clerk.clock.monotonic)());
                tell("the day isn't closed", &error, self.closings.attempts, pause);
            }
        }
    }

    /// Nothing is closed before this is on disk: the first files would hold what was paid in all the time before.
    fn note(&mut self, clerk: &mut Clerk) -> Result<(), ClosingError> {
        if self.is_noted {
            return Ok(());
        }
        let before = clerk.journal.switch_on((clerk.clock.unix)())?;
        self.is_noted = true;
        if let Some(day) = before.map(|id| clerk.journal.day(id)).transpose()?.flatten() {
            let (closing, count, total) = (day.id, day.count, day.total);
            tracing::warn!(
                closing, count, %total,
                "payments from before the days were closed by themselves are a closing of their own, without files"
            );
        }
        Ok(())
    }

    fn close_if_due(&mut self, clerk: &mut Clerk, desk: &mut dyn Desk) -> Result<(), ClosingError> {
        self.note(clerk)?;
        let clock = clerk.clock;
        let known = Known {
            oldest: clerk.journal.oldest_unclosed()?,
            closings: clerk.journal.closing_times(CLOSINGS_MAX)?,
        };
        let now = Timestamp::from_second((clock.unix)()).unwrap_or_default();
        let is_time = self.schedule.is_time(now, &(clock.zone)(), (clock.monotonic)(), &known);
        // A terminal that takes no payment before its end of day gets it at once.
        let had_one = |at: &i64| now.as_second().abs_diff(*at) < ASKED_SECONDS_MIN;
        let is_asked = clerk.trouble() == Some(PaymentTrouble::NeedsClosing);
        if is_time || (is_asked && !known.closings.first().is_some_and(had_one)) {
            close_day(clerk, desk)?;
        }
        Ok(())
    }

    fn write_missing(&self, clerk: &mut Clerk) -> Result<(), Box<dyn Error>> {
        let mut all = Ok(());
        for id in clerk.journal.days_without_files()? {
            // One that can't be written doesn't keep back the others.
            all = all.and(self.write_one(clerk, id));
        }
        all
    }

    fn write_one(&self, clerk: &mut Clerk, id: i64) -> Result<(), Box<dyn Error>> {
        if let Some(closing) = Closing::read(&clerk.journal, id)? {
            files::write(&self.closing.folder, &closing, &(clerk.clock.zone)())?;
            clerk.journal.files_written(id, (clerk.clock.unix)())?;
            tracing::info!(closing = id, "the treasury has the closing's files");
        }
        Ok(())
    }
}

/// Staff close the days at the terminal: what is paid meanwhile gets into no file later.
pub(crate) fn note_off(clerk: &mut Clerk) {
    if let Err(error) = clerk.journal.switch_off((clerk.clock.unix)()) {
        tracing::warn!(why = %error, "that the days aren't closed by themselves can't be noted");
    }
}

/// Once for each attempt: with growing pauses that is some thirty lines a day at most.
fn tell(what: &'static str, error: &dyn Error, attempts: u32, pause: Duration) {
    let mut why = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        why = format!("{why}: {cause}");
        source = cause.source();
    }
    let again_in_minutes = pause.as_secs() / 60;
    // Whoever looks at errors only hears of it when it lasts, and once.
    if attempts == LASTS_ATTEMPTS {
        tracing::error!(why, attempts, again_in_minutes, "{what}");
    } else {
        tracing::warn!(why, attempts, again_in_minutes, "{what}");
    }
}
