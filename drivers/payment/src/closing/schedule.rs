//! When the day is closed by itself. Pure: the clocks and what the journal knows come in, yes or no comes out.
//!
//! A day is due when a payment that belongs to no closing is older than the last closing hour, and no closing came since.
//! Both stand in the journal, so neither a restart nor a night without power changes what is due: a terminal that was off
//! at the hour closes when it is back. Where no money moved, nothing is due.
//!
//! The clock isn't to be trusted: it is set back, it jumps ahead, and a board without a battery begins in the past. A
//! journal that knows of later times than now says so, and then it is waited first whether the clock is set right.
#[cfg(test)]
mod tests;

use core::time::Duration;
use jiff::civil::Time;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

/// A closing of up to so much later than now was before the clock was set back: today is closed. One of later than that
/// was by a clock that was wrong.
const SET_BACK_HOURS: i64 = 25;
/// How long a clock that is behind the journal may take until it is set right. Time servers are asked within minutes.
const DOUBT: Duration = Duration::from_secs(2 * 3600);
/// Longest pause between attempts: a terminal that is off over night is asked a dozen times.
const PAUSE_MAX: Duration = Duration::from_secs(3600);

/// What the journal knows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Known {
    /// When the oldest payment was asked for that moved money and belongs to no closing.
    pub oldest: Option<i64>,
    /// When the last closings were, newest number first.
    pub closings: Vec<i64>,
}

/// Asked now and then whether it is time.
#[derive(Clone, Debug)]
pub struct Schedule {
    hour: Time,
    /// Since when the journal has been ahead of the clock, by the clock that never goes back.
    doubt: Option<Duration>,
}

impl Schedule {
    /// `hour` is the local time of day. One that a spring night skips is an hour later, one that an autumn night has
    /// twice is the first.
    pub const fn new(hour: Time) -> Self {
        Self { hour, doubt: None }
    }

    /// True if the day is to be closed now. `monotonic` is since any moment and never goes back.
    pub fn is_time(&mut self, now: Timestamp, zone: &TimeZone, monotonic: Duration, known: &Known) -> bool {
        let is_ahead = |second: &i64| *second > now.as_second();
        let is_behind = known.oldest.iter().chain(known.closings.first()).any(is_ahead);
        let doubted = match is_behind {
            true => monotonic.saturating_sub(*self.doubt.get_or_insert(monotonic)),
            false => {
                self.doubt = None;
                Duration::ZERO
            }
        };
        let (Some(oldest), Some(last)) = (known.oldest, self.last_hour(now, zone)) else {
            return false;
        };
        let set_back = now.as_second().saturating_add(SET_BACK_HOURS * 3600);
        let closed = last.as_second()..=set_back;
        if known.closings.iter().any(|at| closed.contains(at)) {
            return false;
        }
        if is_behind && doubted < DOUBT {
            return false;
        }
        oldest < last.as_second() || is_ahead(&oldest)
    }

    /// The last closing hour that isn't later than now.
    fn last_hour(&self, now: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
        let today = now.to_zoned(zone.clone()).date();
        // A day that is as much as skipped (a change of the date line) leaves the one before.
        let days = (0..=2).filter_map(|back| today.checked_sub(back.days()).ok());
        let hours = days.filter_map(|day| day.to_datetime(self.hour).to_zoned(zone.clone()).ok());
        hours.map(|hour| hour.timestamp()).filter(|hour| *hour <= now).max()
    }
}

/// Growing pauses between attempts.
#[derive(Clone, Copy, Debug)]
pub struct Pauses {
    /// Failed attempts, one after the other.
    pub attempts: u32,
    first: Duration,
    not_before: Duration,
}

impl Pauses {
    /// `first` is the pause after the first failure; each one is twice as long, up to an hour.
    pub const fn new(first: Duration) -> Self {
        Self {
            attempts: 0,
            first,
            not_before: Duration::ZERO,
        }
    }

    /// True if it may be tried. `monotonic` as in [`Schedule::is_time`].
    pub fn is_over(&self, monotonic: Duration) -> bool {
        monotonic >= self.not_before
    }

    /// It failed: the pause until the next attempt.
    pub fn failed(&mut self, monotonic: Duration) -> Duration {
        let growth = 2_u32.saturating_pow(self.attempts);
        let pause = self.first.saturating_mul(growth).min(PAUSE_MAX);
        self.attempts = self.attempts.saturating_add(1);
        self.not_before = monotonic.saturating_add(pause);
        pause
    }

    /// It succeeded.
    pub fn end(&mut self) {
        *self = Self::new(self.first);
    }
}
