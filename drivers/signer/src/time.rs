//! Time as this crate counts it: seconds for plans, days for certificates. Nobody here looks at a clock; `now` comes in.
use core::fmt;

/// Seconds of a day.
const DAY_S: u64 = 86_400;

/// Seconds since 1970-01-01 00:00 UTC.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UnixTime(pub u64);

impl UnixTime {
    /// The day it is in UTC, as certificates count it (TR-03110-3 D.2.1.3: GMT).
    pub fn date(self) -> Date {
        Date::from_day_number(self.0 / DAY_S)
    }

    /// That many seconds later.
    pub fn after(self, seconds: u64) -> Self {
        Self(self.0.saturating_add(seconds))
    }

    /// That many seconds earlier.
    pub fn before(self, seconds: u64) -> Self {
        Self(self.0.saturating_sub(seconds))
    }

    /// Seconds from `earlier` to here; 0 if it is later.
    pub fn since(self, earlier: Self) -> u64 {
        self.0.saturating_sub(earlier.0)
    }
}

/// A day in a CV certificate: 2000-01-01 to 2099-12-31 (TR-03110-3 D.2.1.3).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date {
    year: u16,
    month: u8,
    day: u8,
}

impl Date {
    /// A day; `None` when there is no such day between 2000 and 2099.
    pub fn new(year: u16, month: u8, day: u8) -> Option<Self> {
        let exists = (2000..=2099).contains(&year) && (1..=12).contains(&month) && day >= 1;
        (exists && day <= days_of(year, month)).then_some(Self { year, month, day })
    }

    /// Six unpacked digits `YYMMDD` (tags 5F24, 5F25); `None` for anything else.
    pub fn from_digits(digits: &[u8]) -> Option<Self> {
        let digits: [u8; 6] = digits.try_into().ok()?;
        if digits.iter().any(|digit| *digit > 9) {
            return None;
        }
        let two = |at: usize| digits[at] * 10 + digits[at + 1];
        Self::new(2000 + u16::from(two(0)), two(2), two(4))
    }

    /// The first second of the day.
    pub fn start(self) -> UnixTime {
        UnixTime(self.day_number() * DAY_S)
    }

    /// The first second that isn't this day any more: a certificate that expires on this day is good until then.
    pub fn end(self) -> UnixTime {
        self.start().after(DAY_S)
    }

    /// Days since 1970-01-01.
    fn day_number(self) -> u64 {
        let years: u64 = (1970..self.year)
            .map(|year| if is_leap(year) { 366 } else { 365 })
            .sum();
        let months: u64 = (1..self.month).map(|month| u64::from(days_of(self.year, month))).sum();
        years + months + u64::from(self.day) - 1
    }

    /// The day of that number; days outside 2000 to 2099 become the nearest one inside.
    fn from_day_number(number: u64) -> Self {
        let first = Self {
            year: 2000,
            month: 1,
            day: 1,
        };
        let Some(mut rest) = number.checked_sub(first.day_number()) else {
            return first;
        };
        for year in 2000..=2099 {
            for month in 1..=12 {
                let days = days_of(year, month);
                if rest < u64::from(days) {
                    return Self {
                        year,
                        month,
                        day: u8::try_from(rest + 1).unwrap_or(days),
                    };
                }
                rest -= u64::from(days);
            }
        }
        Self {
            year: 2099,
            month: 12,
            day: 31,
        }
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

impl fmt::Debug for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

fn is_leap(year: u16) -> bool {
    year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400))
}

fn days_of(year: u16, month: u8) -> u8 {
    match month {
        2 if is_leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn known_days() {
        let day = Date::from_digits(&[2, 6, 1, 1, 2, 3]).unwrap();
        assert_eq!(day.to_string(), "2026-11-23");
        // date -u -d 2026-11-23 +%s
        assert_eq!(day.start(), UnixTime(1_795_392_000));
        assert_eq!(UnixTime(1_795_392_000 + 86_399).date(), day);
        assert_eq!(day.end().date().to_string(), "2026-11-24");
        assert!(Date::new(2023, 2, 29).is_none() && Date::new(2024, 2, 29).is_some());
        assert!(Date::from_digits(&[2, 4, 1, 3, 0, 1]).is_none());
        assert!(Date::from_digits(b"240101").is_none(), "unpacked digits, not ASCII");
        assert_eq!(UnixTime(0).date().to_string(), "2000-01-01");
        assert_eq!(UnixTime(u64::MAX).date().to_string(), "2099-12-31");
    }

    proptest! {
        #[test]
        fn days_there_and_back(number in 10_957u64..47_481) {
            let date = Date::from_day_number(number);
            prop_assert_eq!(date.day_number(), number);
            prop_assert!(date < date.end().date() || date.to_string() == "2099-12-31");
        }
    }
}
