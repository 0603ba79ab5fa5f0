//! When an office is open: a week, and the days on which it is otherwise.
use super::{Clock, Day, Line, Moment};
use serde::{Deserialize, Serialize};

/// Most stretches of one day; a midday break makes two.
pub const STRETCHES_MAX: usize = 4;

/// Most days that are otherwise, of one office: two years of holidays.
pub const EXCEPTIONS_MAX: usize = 60;

/// How far the next opening is looked for, in days: beyond the longest closure of a town hall.
const LOOK_AHEAD_DAYS: i32 = 40;

/// A stretch of opening.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hours {
    /// From.
    pub from: Clock,
    /// Until, not with.
    pub until: Clock,
}

/// An office and when it is open.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Office {
    /// Its name.
    pub name: Line,
    /// Where it is: street, room.
    #[serde(default)]
    pub place: Line,
    /// Telephone.
    #[serde(default)]
    pub phone: Line,
    /// Monday to Sunday.
    pub week: [Vec<Hours>; 7],
    /// Days that are otherwise.
    #[serde(default)]
    pub exceptions: Vec<Exception>,
    /// What else is to say ("Nur mit Termin").
    #[serde(default)]
    pub note: Line,
}

/// Days on which an office is open at other times, or not at all.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exception {
    /// First day.
    pub from: Day,
    /// Last day.
    pub until: Day,
    /// When it is open then; mostly not at all.
    #[serde(default)]
    pub hours: Vec<Hours>,
    /// Why ("1. Weihnachtstag").
    #[serde(default)]
    pub why: Line,
}

/// What holds at a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OpenNow {
    /// It is open.
    Open {
        /// Until then.
        until: Clock,
    },
    /// It opens later today.
    Later {
        /// Then.
        at: Clock,
    },
    /// It opens on another day.
    Closed {
        /// Then, if that is known.
        next: Option<Moment>,
    },
}

impl Office {
    /// When it is open on that day, and why that is otherwise than usual, if it is.
    pub fn on(&self, day: Day) -> (&[Hours], Option<&Exception>) {
        let exception = self.exceptions.iter().find(|exception| exception.holds_on(day));
        let weekday = usize::try_from(day.0.weekday().to_monday_zero_offset()).unwrap_or_default();
        let usual = self.week.get(weekday).map_or(&[][..], Vec::as_slice);
        (exception.map_or(usual, |exception| &exception.hours), exception)
    }

    /// What holds at that moment.
    pub fn at(&self, moment: Moment) -> OpenNow {
        let now = moment.clock();
        let (today, _) = self.on(moment.day());
        if let Some(hours) = today.iter().find(|hours| hours.from <= now && now < hours.until) {
            return OpenNow::Open { until: hours.until };
        }
        if let Some(hours) = today.iter().find(|hours| hours.from > now) {
            return OpenNow::Later { at: hours.from };
        }
        let next = (1..=LOOK_AHEAD_DAYS).find_map(|days| {
            let day = Day(moment.0.date().checked_add(jiff::Span::new().days(days)).ok()?);
            Moment::at(day, self.on(day).0.first()?.from)
        });
        OpenNow::Closed { next }
    }

    /// The next days that are otherwise, from that day on, soonest first.
    pub fn coming(&self, from: Day) -> impl Iterator<Item = &Exception> {
        self.exceptions.iter().filter(move |exception| exception.until >= from)
    }

    /// Stretches in order and without overlap, days in order, nothing too much.
    pub(super) fn tidy(&mut self) {
        for hours in self
            .week
            .iter_mut()
            .chain(self.exceptions.iter_mut().map(|one| &mut one.hours))
        {
            hours.retain(|stretch| stretch.from < stretch.until);
            hours.sort_by_key(|stretch| (stretch.from, stretch.until));
            let mut end = None;
            hours.retain(|stretch| {
                let apart = end.is_none_or(|end| end <= stretch.from);
                end = if apart { Some(stretch.until) } else { end };
                apart
            });
            hours.truncate(STRETCHES_MAX);
        }
        self.exceptions.retain(|exception| exception.from <= exception.until);
        self.exceptions
            .sort_by_key(|exception| (exception.from, exception.until));
        self.exceptions.truncate(EXCEPTIONS_MAX);
    }
}

impl Exception {
    fn holds_on(&self, day: Day) -> bool {
        (self.from..=self.until).contains(&day)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn hours(from: &str, until: &str) -> Hours {
        let [from, until] = [from, until].map(|text| Clock::parse(text).unwrap());
        Hours { from, until }
    }

    fn office() -> Office {
        let usual = || vec![hours("13:00", "16:00"), hours("08:00", "12:00")];
        let mut office = Office {
            name: Line::clean("Bürgerbüro"),
            place: Line::default(),
            phone: Line::default(),
            week: [
                usual(),
                usual(),
                usual(),
                usual(),
                vec![hours("08:00", "12:00")],
                vec![],
                vec![],
            ],
            exceptions: vec![Exception {
                from: Day::parse("2026-12-24").unwrap(),
                until: Day::parse("2027-01-01").unwrap(),
                hours: vec![],
                why: Line::clean("Weihnachten"),
            }],
            note: Line::default(),
        };
        office.tidy();
        office
    }

    #[test]
    fn open_later_closed() {
        let office = office();
        let at = |text| office.at(Moment::parse(text).unwrap());
        let clock = |text| Clock::parse(text).unwrap();
        // 2026-11-30 is a Monday.
        assert_eq!(at("2026-11-30T08:00"), OpenNow::Open { until: clock("12:00") });
        assert_eq!(at("2026-11-30T12:00"), OpenNow::Later { at: clock("13:00") });
        assert_eq!(at("2026-11-30T15:59"), OpenNow::Open { until: clock("16:00") });
        let next = |text| OpenNow::Closed {
            next: Moment::parse(text),
        };
        assert_eq!(at("2026-11-30T16:00"), next("2026-12-01T08:00"));
        assert_eq!(at("2026-12-04T13:00"), next("2026-12-07T08:00"), "over the weekend");
        assert_eq!(at("2026-12-24T09:00"), next("2027-01-04T08:00"), "over the holidays");
        let coming: Vec<_> = office.coming(Day::parse("2026-12-31").unwrap()).collect();
        assert_eq!(coming.len(), 1);
        assert_eq!(office.coming(Day::parse("2027-01-02").unwrap()).count(), 0);
    }

    #[test]
    fn an_office_that_never_opens_says_so() {
        let mut closed = office();
        closed.week = Default::default();
        assert_eq!(
            closed.at(Moment::parse("2026-11-30T08:00").unwrap()),
            OpenNow::Closed { next: None }
        );
    }

    proptest! {
        #[test]
        fn what_is_told_is_true(stretches in proptest::collection::vec((0u16..=1440, 0u16..=1440), 0..8), minute in 0u16..1440) {
            let clock = |minutes| Clock::from_minutes(minutes).unwrap();
            let day: Vec<Hours> = stretches.iter().map(|(a, b)| Hours { from: clock(*a), until: clock(*b) }).collect();
            let mut office = office();
            office.week = core::array::from_fn(|_| day.clone());
            office.tidy();
            let kept = office.week[0].clone();
            prop_assert!(kept.iter().all(|hours| hours.from < hours.until));
            prop_assert!(kept.windows(2).all(|pair| pair[0].until <= pair[1].from));
            let moment = Moment::at(Day::parse("2026-11-30").unwrap(), clock(minute)).unwrap();
            let is_open = kept.iter().any(|hours| hours.from <= clock(minute) && clock(minute) < hours.until);
            prop_assert_eq!(matches!(office.at(moment), OpenNow::Open { .. }), is_open);
        }
    }
}
