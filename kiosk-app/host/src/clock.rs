//! The town's clock: what stands on the screen and on paper.
use catalogue::LocalTime;
use jiff::tz::{Offset, TimeZone};
use jiff::{Timestamp, Zoned};
use std::time::Duration;

/// Legal time in Germany (Zeitgesetz §§ 4, 5) as a POSIX rule, so that a terminal without a time-zone database, or with
/// a wrong one, still dates receipts rightly.
const LEGAL_TIME: &str = "CET-1CEST,M3.5.0,M10.5.0/3";

/// A moment on the town's clock.
pub fn legal(at: Timestamp) -> Zoned {
    // The rule is one, as the test below shows; winter time would be the lesser evil.
    let zone = TimeZone::posix(LEGAL_TIME).unwrap_or_else(|_| TimeZone::fixed(Offset::constant(1)));
    at.to_zoned(zone)
}

/// A moment as people read it.
pub(crate) fn local_time(moment: &Zoned) -> LocalTime {
    LocalTime {
        year: moment.year(),
        month: moment.month().unsigned_abs(),
        day: moment.day().unsigned_abs(),
        hour: moment.hour().unsigned_abs(),
        minute: moment.minute().unsigned_abs(),
    }
}

/// A time on the town's clock as programs read it (RFC 3339); `None` for one that never was.
pub(crate) fn instant(at: &LocalTime) -> Option<String> {
    let day = at.day()?;
    let part = |part: u8| i8::try_from(part).ok();
    let clock = jiff::civil::Time::new(part(at.hour)?, part(at.minute)?, 0, 0).ok()?;
    let time = day.to_datetime(clock);
    let moment = TimeZone::posix(LEGAL_TIME).ok()?.to_zoned(time).ok()?;
    Some(moment.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string())
}

/// How long until another minute stands on the clock.
pub(crate) fn until_next_minute(moment: &Zoned) -> Duration {
    let second = u64::from(moment.second().unsigned_abs());
    Duration::from_secs(60 - second.min(59))
}

/// Now, where the terminal stands.
#[allow(clippy::disallowed_methods)] // the host owns the terminal's clock
pub fn now() -> Zoned {
    legal(Timestamp::now())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_terminal_whose_system_clock_shows_utc_shows_german_time() {
        let shown = |at: &str| local_time(&legal(at.parse().unwrap())).clock_text();
        assert_eq!(shown("2026-11-30T23:05:00Z"), "0:05", "winter");
        assert_eq!(shown("2026-07-01T10:05:00Z"), "12:05", "summer");
    }

    #[test]
    fn the_clock_is_looked_at_once_a_minute() {
        let moment: Zoned = "2026-11-23T14:05:59.9+01:00[+01:00]".parse().unwrap();
        assert_eq!(local_time(&moment).clock_text(), "14:05");
        assert_eq!(until_next_minute(&moment), Duration::from_secs(1));
        let later = moment.checked_add(until_next_minute(&moment)).unwrap();
        assert_eq!(local_time(&later).clock_text(), "14:06");
        let at_the_minute: Zoned = "2026-11-23T14:05:00+01:00[+01:00]".parse().unwrap();
        assert_eq!(until_next_minute(&at_the_minute), Duration::from_secs(60));
    }
}
