//! When the town's office is open, as `town.toml` says it: shown where the town's board tells nothing of it.
use crate::filing::LocalTime;
use core::fmt;
use jiff::civil::Date;

/// The weekdays, Monday first, as they are called in `town.toml`.
pub(crate) const WEEKDAYS: [&str; 7] = ["mo", "di", "mi", "do", "fr", "sa", "so"];

/// A week, and the days on which it is otherwise.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Opening {
    /// Monday to Sunday: in order and apart; none where it is closed.
    pub week: [Vec<Stretch>; 7],
    /// Days that are otherwise; of two that hold, the first counts.
    pub exceptions: Vec<OpeningException>,
    /// Telephone; may be empty.
    pub phone: String,
    /// What else is to say ("Nur mit Termin"); may be empty.
    pub note: String,
}

/// A time of opening, in minutes after midnight.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Stretch {
    /// From.
    pub from: u16,
    /// Until, not with; later than `from`, and 1440 at most.
    pub until: u16,
}

/// Days on which the office is open at other times, or not at all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpeningException {
    /// First day.
    pub from: Date,
    /// Last day, not before the first.
    pub until: Date,
    /// When it is open then; none: closed.
    pub hours: Vec<Stretch>,
    /// Why ("1. Weihnachtstag"); may be empty.
    pub why: String,
}

impl Opening {
    /// True when the office is open then, or opens within `early` minutes.
    pub fn is_open(&self, at: LocalTime, early: u16) -> bool {
        let Some(day) = at.day() else { return false };
        let hours = match self.exceptions.iter().find(|one| (one.from..=one.until).contains(&day)) {
            Some(exception) => &exception.hours,
            None => match self
                .week
                .get(usize::from(day.weekday().to_monday_zero_offset().unsigned_abs()))
            {
                Some(hours) => hours,
                None => return false,
            },
        };
        let minute = u16::from(at.hour) * 60 + u16::from(at.minute);
        let open = |stretch: &Stretch| (stretch.from.saturating_sub(early)..stretch.until).contains(&minute);
        hours.iter().any(open)
    }
}

impl Stretch {
    /// Minutes of a day.
    const DAY: u16 = 24 * 60;

    /// Reads `08:00-12:00, 14:00-18:00`; the part that is wrong, where one is.
    pub(crate) fn parse_all(text: &str) -> Result<Vec<Self>, &str> {
        let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
        parts.map(|part| Self::parse(part).ok_or(part)).collect()
    }

    fn parse(text: &str) -> Option<Self> {
        let (from, until) = text.split_once(['-', '–'])?;
        let (from, until) = (minutes(from.trim())?, minutes(until.trim())?);
        (from < until).then_some(Self { from, until })
    }
}

/// `8:30`, `08:30` or `24:00`.
fn minutes(text: &str) -> Option<u16> {
    let (hours, minutes) = text.split_once(':')?;
    let number = |text: &str, lens: core::ops::RangeInclusive<usize>| {
        let fits = lens.contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
        fits.then(|| text.parse::<u16>().ok()).flatten()
    };
    let (hours, minutes) = (number(hours, 1..=2)?, number(minutes, 2..=2)?);
    let all = hours * 60 + minutes;
    (minutes < 60 && all <= Stretch::DAY).then_some(all)
}

impl fmt::Display for Stretch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { from, until } = self;
        write!(
            f,
            "{:02}:{:02}-{:02}:{:02}",
            from / 60,
            from % 60,
            until / 60,
            until % 60
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn told(hours: &[Stretch]) -> String {
        if hours.is_empty() {
            return "closed".to_owned();
        }
        let hours: Vec<String> = hours.iter().map(Stretch::to_string).collect();
        hours.join(", ")
    }

    #[test]
    fn stretches_are_read_as_people_write_them() {
        let read = |text| Stretch::parse_all(text).map(|all| told(&all));
        assert_eq!(
            read("8:00-12:00, 14:00 – 18:30"),
            Ok("08:00-12:00, 14:00-18:30".to_owned())
        );
        assert_eq!(read("00:00-24:00"), Ok("00:00-24:00".to_owned()));
        assert_eq!(read(" , "), Ok("closed".to_owned()));
        for wrong in [
            "12:00-08:00",
            "8-12",
            "08:00",
            "08:00-24:01",
            "08:0-12:00",
            "08:60-12:00",
            "zu",
        ] {
            assert_eq!(read(wrong), Err(wrong), "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "\\PC{0,40}|([0-9]{1,2}:[0-9]{2}[-–][0-9]{1,2}:[0-9]{2},? ?){0,5}") {
            if let Ok(all) = Stretch::parse_all(&text) {
                prop_assert!(all.iter().all(|one| one.from < one.until && one.until <= Stretch::DAY));
                prop_assert!(all.is_empty() || Stretch::parse_all(&told(&all)) == Ok(all));
            }
        }
    }
}
