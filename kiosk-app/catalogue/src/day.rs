//! Days that a definition names: one of the calendar, or one that is counted from today.
use core::str::FromStr;
use jiff::Span;
use jiff::civil::{Date, date};

/// Most days, weeks, months or years that are counted; 150 years in days.
const COUNT_MAX: i32 = 55_000;

/// A day: `"2026-01-01"`, `"today"`, `"today + 14 days"`, `"today - 18 years"`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    Fixed(Date),
    /// So many units after today; before it when negative.
    FromToday(i32, Unit),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    Days,
    Weeks,
    Months,
    Years,
}

impl Limit {
    /// Which day it is; `None` while nobody knows what day it is today, and beyond the calendar.
    pub(crate) fn day(self, today: Option<Date>) -> Option<Date> {
        let (count, unit) = match self {
            Self::Fixed(day) => return Some(day),
            Self::FromToday(count, unit) => (count, unit),
        };
        let span = match unit {
            Unit::Days => Span::new().try_days(count),
            Unit::Weeks => Span::new().try_weeks(count),
            Unit::Months => Span::new().try_months(count),
            Unit::Years => Span::new().try_years(count),
        };
        today?.checked_add(span.ok()?).ok()
    }
}

impl Limit {
    /// True when it is before the other one, whatever day it is. A day of the calendar and one counted from today can be
    /// either.
    pub(crate) fn is_always_before(self, other: Self) -> bool {
        // Months differ in length: so on days that make most of it, and least.
        let days = [date(2024, 2, 29), date(2026, 7, 31), date(2026, 12, 31)];
        let before = |today: Date| self.day(Some(today)) < other.day(Some(today));
        match (self, other) {
            (Self::Fixed(_), Self::FromToday(..)) | (Self::FromToday(..), Self::Fixed(_)) => false,
            (Self::Fixed(_), Self::Fixed(_)) | (Self::FromToday(..), Self::FromToday(..)) => {
                days.into_iter().all(before)
            }
        }
    }
}

impl FromStr for Limit {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let Some(rest) = text.strip_prefix("today") else {
            // The calendar's own form alone, as TOML and JSON have it.
            let is_day = text.len() == 10 && text.bytes().all(|byte| byte == b'-' || byte.is_ascii_digit());
            return text
                .parse()
                .map(Self::Fixed)
                .map_err(drop)
                .and_then(|day| is_day.then_some(day).ok_or(()));
        };
        if rest.is_empty() {
            return Ok(Self::FromToday(0, Unit::Days));
        }
        let mut words = rest.split_whitespace();
        let sign = match words.next() {
            Some("+") => 1,
            Some("-") => -1,
            _ => return Err(()),
        };
        let count: i32 = words.next().and_then(|count| count.parse().ok()).ok_or(())?;
        let unit = match words.next() {
            Some("day" | "days") => Unit::Days,
            Some("week" | "weeks") => Unit::Weeks,
            Some("month" | "months") => Unit::Months,
            Some("year" | "years") => Unit::Years,
            _ => return Err(()),
        };
        let plausible = (0..=COUNT_MAX).contains(&count) && words.next().is_none();
        plausible.then_some(Self::FromToday(sign * count, unit)).ok_or(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn days_are_counted_from_today() {
        let today = Some(date(2024, 2, 29));
        for (text, day) in [
            ("2026-11-24", date(2026, 11, 24)),
            ("today", date(2024, 2, 29)),
            ("today + 1 day", date(2024, 3, 1)),
            ("today - 2 weeks", date(2024, 2, 15)),
            ("today + 6 months", date(2024, 8, 29)),
            ("today - 18 years", date(2006, 2, 28)),
        ] {
            assert_eq!(text.parse::<Limit>().unwrap().day(today), Some(day), "{text}");
        }
        assert_eq!("today".parse::<Limit>().unwrap().day(None), None);
        assert_eq!("today + 9000 years".parse::<Limit>().unwrap().day(today), None);
        for text in [
            "",
            "tomorrow",
            "today+1 day",
            "today + -1 days",
            "today + 1 fortnight",
            "2026-02-30",
            "20261124",
            "today + 60000 days",
            "today + 1 day ago",
        ] {
            assert!(text.parse::<Limit>().is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in any::<String>(), words in "today [+-] [0-9]{1,12} (day|week|month|year)s?") {
            for text in [text, words] {
                let today = Some(date(2026, 11, 24));
                let _read_or_refused = text.parse::<Limit>().map(|limit| limit.day(today));
            }
        }
    }
}
