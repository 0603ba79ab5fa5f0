//! Days of the week: a date that another answer binds to some of them (when the lorry comes into a street).
use crate::answers::Answers;
use crate::check::Problem;
use crate::date;
use crate::field::{FieldIndex, FieldKind};
use crate::service::Service;
use jiff::ToSpan;
use jiff::civil::Date;

/// How many days are offered instead of one that isn't taken.
pub(crate) const OFFERED: usize = 3;
const DAYS_OF_WEEK: i64 = 7;
/// Their names in the keys of choices, in the order of ISO 8601.
const NAMES: [&str; 7] = [
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
];

/// Some days of the week, as bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Weekdays(u8);

impl Weekdays {
    /// Those that the key of a choice names: `monday`, `tuesday_friday`. Nothing, where it names something else.
    pub(crate) fn named(key: &str) -> Option<Self> {
        let days = key.split('_').map(|name| NAMES.iter().position(|known| *known == name));
        let bits = days.into_iter().try_fold(0, |bits, day| Some(bits | 1 << day?));
        bits.map(Self)
    }

    fn has(self, day: Date) -> bool {
        self.0 & (1 << day.weekday().to_monday_zero_offset()) != 0
    }

    /// The next days after `wished` that fit and aren't after `last`; where there is none, the one before it that isn't
    /// before `first`.
    fn near(self, wished: Date, first: Option<Date>, last: Option<Date>) -> [Option<Date>; OFFERED] {
        let day = |ahead: i64| wished.checked_add(ahead.days()).ok();
        let fits = |day: &Date| {
            self.has(*day) && first.is_none_or(|first| *day >= first) && last.is_none_or(|last| *day <= last)
        };
        let weeks = i64::try_from(OFFERED).unwrap_or(1) * DAYS_OF_WEEK;
        let mut after = (1..=weeks).filter_map(day).filter(fits);
        let mut offered: [Option<Date>; OFFERED] = core::array::from_fn(|_| after.next());
        if let [none @ None, ..] = &mut offered {
            *none = (1..=DAYS_OF_WEEK).filter_map(|back| day(-back)).find(fits);
        }
        offered
    }
}

/// A date that falls on the days that another answer names.
#[derive(Clone, Copy, Debug)]
pub(crate) struct OnWeekdays {
    /// The date.
    pub(crate) field: FieldIndex,
    /// The choice.
    pub(crate) by: FieldIndex,
}

impl Service {
    /// A day of the wrong kind, and the right ones near it. Where none is between the first and the last day, every day is
    /// right: nobody shall stand without a way on.
    pub(crate) fn wrong_weekday(&self, field: FieldIndex, answers: &Answers) -> Option<Problem> {
        let by = self.weekdays.iter().find(|rule| rule.field == field)?.by;
        let FieldKind::Date { not_before, not_after } = &self.fields.get(field)?.kind else {
            return None;
        };
        let named = answers.value(by).filter(|_| self.walk(answers).shows(by))?;
        let days = Weekdays::named(named)?;
        let wished = date::known_day(&date::parse(answers.value(field)?)?)?;
        if days.has(wished) {
            return None;
        }
        let limit = |limit: &Option<crate::day::Limit>| limit.as_ref()?.day(answers.today);
        let days = days.near(wished, limit(not_before), limit(not_after));
        let [first, ..] = days;
        first.map(|_| Problem::WrongWeekday { days })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;
    use proptest::prelude::*;

    #[test]
    fn keys_name_days_or_something_else() {
        let tuesday = Weekdays::named("tuesday").unwrap();
        assert!(tuesday.has(date(2026, 12, 1)) && !tuesday.has(date(2026, 12, 2)));
        let both = Weekdays::named("monday_sunday").unwrap();
        assert!(both.has(date(2026, 11, 30)) && both.has(date(2026, 12, 6)) && !both.has(date(2026, 12, 1)));
        for other in ["", "unknown", "tuesday_", "Tuesday", "tuesday_never", "mon"] {
            assert_eq!(Weekdays::named(other), None, "{other}");
        }
    }

    #[test]
    fn days_near_by_are_offered() {
        let tuesday = Weekdays::named("tuesday").unwrap();
        let (first, last) = (date(2026, 11, 27), date(2026, 12, 10));
        assert_eq!(
            tuesday.near(date(2026, 11, 28), Some(first), Some(last)),
            [Some(date(2026, 12, 1)), Some(date(2026, 12, 8)), None]
        );
        assert_eq!(
            tuesday.near(date(2026, 12, 9), Some(first), Some(last)),
            [Some(date(2026, 12, 8)), None, None]
        );
        let none = tuesday.near(date(2026, 12, 3), Some(date(2026, 12, 2)), Some(date(2026, 12, 7)));
        assert_eq!(none, [None; OFFERED]);
        assert_eq!(tuesday.near(Date::MAX, None, None)[1..], [None, None]);
    }

    proptest! {
        #[test]
        fn what_is_offered_fits(bits in 1_u8..128, ahead in -400_i64..400, first in 0_i64..60, more in 0_i64..60) {
            let today = date(2026, 11, 24);
            let (wished, first) = (today + ahead.days(), today + first.days());
            let last = first + more.days();
            let days = Weekdays(bits);
            let offered = days.near(wished, Some(first), Some(last));
            let told: Vec<Date> = offered.into_iter().flatten().collect();
            prop_assert!(told.iter().all(|day| days.has(*day) && (first..=last).contains(day)));
            prop_assert!(told.is_sorted());
            // A week between the limits holds one of every kind.
            let between = (first..=last).contains(&wished) && more >= 6;
            prop_assert!(!between || !told.is_empty());
        }
    }
}
