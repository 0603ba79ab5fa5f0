//! Days and times of the town, on its own clock: the screen needs no time zone.
use core::fmt;
use jiff::civil::{Date, DateTime};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A day, as `2026-12-03`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Day(pub Date);

/// A minute of a day, as `2026-12-03T18:30`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moment(pub DateTime);

/// A time of the day, as `08:30`; `24:00` is the end of the day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Clock(u16);

/// Minutes of a day.
const DAY_MINUTES: u16 = 24 * 60;

impl Clock {
    /// A time that many minutes after midnight, up to and with `24:00`.
    pub fn from_minutes(minutes: u16) -> Option<Self> {
        (minutes <= DAY_MINUTES).then_some(Self(minutes))
    }

    /// Reads `8:30`, `08:30` or `24:00`.
    pub fn parse(text: &str) -> Option<Self> {
        let (hours, minutes) = text.split_once(':')?;
        let number = |text: &str| {
            let fits = (1..=2).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
            fits.then(|| text.parse::<u16>().ok()).flatten()
        };
        let (hours, minutes) = (number(hours)?, number(minutes).filter(|minutes| *minutes < 60)?);
        Self::from_minutes(hours * 60 + minutes)
    }

    /// Minutes since midnight.
    pub fn minutes(self) -> u16 {
        self.0
    }
}

impl fmt::Display for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}:{:02}", self.0 / 60, self.0 % 60)
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.strftime("%Y-%m-%dT%H:%M"))
    }
}

impl Day {
    /// Reads `2026-12-03`. Years of four digits only: others can't be written on a screen.
    pub fn parse(text: &str) -> Option<Self> {
        let fits = text.len() == 10 && text.as_bytes().first().is_some_and(u8::is_ascii_digit);
        fits.then(|| text.parse().ok().map(Self)).flatten()
    }
}

impl Moment {
    /// Reads `2026-12-03T18:30`.
    pub fn parse(text: &str) -> Option<Self> {
        let (day, time) = text.split_once('T')?;
        let (day, time) = (Day::parse(day)?, Clock::parse(time)?);
        Self::at(day, time)
    }

    /// That time on that day; none at its end, which is the next day's beginning.
    pub fn at(day: Day, time: Clock) -> Option<Self> {
        let (hour, minute) = (i8::try_from(time.0 / 60).ok()?, i8::try_from(time.0 % 60).ok()?);
        let time = jiff::civil::Time::new(hour, minute, 0, 0).ok()?;
        Some(Self(day.0.to_datetime(time)))
    }

    /// The day.
    pub fn day(self) -> Day {
        Day(self.0.date())
    }

    /// The time of the day.
    pub fn clock(self) -> Clock {
        let (hour, minute) = (self.0.hour().unsigned_abs(), self.0.minute().unsigned_abs());
        Clock(u16::from(hour) * 60 + u16::from(minute))
    }
}

macro_rules! as_text {
    ($name:ident, $what:literal) => {
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = String::deserialize(deserializer)?;
                Self::parse(&text).ok_or_else(|| serde::de::Error::custom($what))
            }
        }
    };
}

as_text!(Day, "a day is written as 2026-12-03");
as_text!(Moment, "a moment is written as 2026-12-03T18:30");
as_text!(Clock, "a time is written as 08:30");

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn times_are_read_as_they_are_written() {
        for text in ["00:00", "08:30", "24:00"] {
            assert_eq!(Clock::parse(text).unwrap().to_string(), text);
        }
        assert_eq!(Clock::parse("8:05").unwrap().minutes(), 485);
        for wrong in ["", ":", "8", "24:01", "25:00", "8:60", "+8:00", "008:00", "8:3O"] {
            assert_eq!(Clock::parse(wrong), None, "{wrong}");
        }
        assert_eq!(
            Moment::parse("2026-12-03T18:30").unwrap().to_string(),
            "2026-12-03T18:30"
        );
        for wrong in [
            "2026-12-03",
            "2026-12-03T24:00",
            "2026-13-03T10:00",
            "-02026-01-01T10:00",
            "T",
        ] {
            assert_eq!(Moment::parse(wrong), None, "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn no_text_panics(text in "\\PC{0,20}|[0-9T:-]{0,18}") {
            if let Some(clock) = Clock::parse(&text) {
                prop_assert_eq!(Clock::parse(&clock.to_string()), Some(clock));
            }
            if let Some(day) = Day::parse(&text) {
                prop_assert_eq!(day.to_string(), text.as_str());
            }
            if let Some(moment) = Moment::parse(&text) {
                prop_assert_eq!(Moment::parse(&moment.to_string()), Some(moment));
                prop_assert_eq!(Moment::at(moment.day(), moment.clock()), Some(moment));
            }
        }
    }
}
