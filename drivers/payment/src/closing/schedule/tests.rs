use super::*;
use jiff::civil::{Date, DateTime, date, time};
use proptest::prelude::*;

/// Europe/Berlin without the machine's own tables.
fn berlin() -> TimeZone {
    TimeZone::posix("CET-1CEST,M3.5.0,M10.5.0/3").unwrap()
}

fn second(local: DateTime) -> i64 {
    local.to_zoned(berlin()).unwrap().timestamp().as_second()
}

/// A terminal's years: what its journal knows, and what its clocks say.
struct World {
    schedule: Schedule,
    unclosed: Vec<i64>,
    closings: Vec<i64>,
    /// What really passes.
    steady: i64,
    /// The clock on the wall, less that.
    offset: i64,
}

impl World {
    fn new(hour: Time, starts: i64) -> Self {
        Self {
            schedule: Schedule::new(hour),
            unclosed: Vec::new(),
            closings: Vec::new(),
            steady: 0,
            offset: starts,
        }
    }

    fn now(&self) -> i64 {
        self.steady + self.offset
    }

    fn pay(&mut self) {
        let now = self.now();
        self.unclosed.push(now);
    }

    fn restart(&mut self, hour: Time) {
        self.schedule = Schedule::new(hour);
    }

    /// True if the day was closed.
    fn look(&mut self) -> bool {
        let known = Known {
            oldest: self.unclosed.iter().min().copied(),
            closings: self.closings.iter().rev().copied().collect(),
        };
        let steady = Duration::from_secs(self.steady.unsigned_abs());
        let is_time = self
            .schedule
            .is_time(Timestamp::from_second(self.now()).unwrap(), &berlin(), steady, &known);
        if is_time {
            self.unclosed.clear();
            let now = self.now();
            self.closings.push(now);
        }
        is_time
    }

    /// Looks every ten minutes for so long.
    fn run(&mut self, seconds: i64) {
        let ends = self.steady + seconds;
        while self.steady < ends {
            self.steady += 600;
            self.look();
        }
    }
}

/// All closing hours of some years, one for each day.
fn hours(hour: Time) -> Vec<i64> {
    let days = date(2026, 1, 1).series(1.day()).take(800);
    days.map(|day: Date| second(day.to_datetime(hour))).collect()
}

/// The day that a closing is for: the last closing hour before it.
fn day_of(closing: i64, hours: &[i64]) -> usize {
    hours.partition_point(|hour| *hour <= closing)
}

fn no_day_twice(closings: &[i64], hours: &[i64]) -> bool {
    let mut days: Vec<usize> = closings.iter().map(|closing| day_of(*closing, hours)).collect();
    days.sort_unstable();
    days.windows(2).all(|pair| pair[0] != pair[1])
}

#[test]
fn a_day_is_closed_after_its_hour_and_a_quiet_one_is_not() {
    let mut world = World::new(time(22, 0, 0, 0), second(date(2026, 12, 1).at(9, 0, 0, 0)));
    world.pay();
    world.run(12 * 3600 + 3000);
    assert!(world.closings.is_empty(), "before the hour");
    world.run(600);
    assert_eq!(world.closings, [second(date(2026, 12, 1).at(22, 0, 0, 0))]);
    world.run(5 * 86_400);
    assert_eq!(world.closings.len(), 1, "nobody paid");
}

#[test]
fn a_terminal_that_was_off_closes_when_it_is_back() {
    let hour = time(22, 0, 0, 0);
    let mut world = World::new(hour, second(date(2026, 12, 1).at(17, 0, 0, 0)));
    world.pay();
    world.steady += 15 * 3600;
    world.restart(hour);
    assert!(world.look());
    // Paid that morning: for the evening.
    world.pay();
    assert!(!world.look());
    world.run(14 * 3600);
    assert_eq!(world.closings.len(), 2);
}

#[test]
fn an_hour_that_a_night_skips_or_has_twice_counts_once() {
    for (day, skipped) in [(date(2026, 3, 29), true), (date(2026, 10, 25), false)] {
        let mut world = World::new(time(2, 30, 0, 0), second(day.at(0, 0, 0, 0)));
        for _ in 0..48 {
            world.pay();
            world.run(1800);
        }
        assert_eq!(world.closings.len(), 1, "{day}");
        let hours_passed = (world.closings[0] - second(day.at(0, 0, 0, 0))) as f64 / 3600.0;
        assert_eq!(hours_passed, 2.5, "{day}, skipped: {skipped}");
    }
}

#[test]
fn a_clock_set_back_after_the_closing_doesnt_close_again() {
    let mut world = World::new(time(22, 0, 0, 0), second(date(2026, 12, 1).at(21, 0, 0, 0)));
    world.pay();
    world.run(3600);
    assert_eq!(world.closings.len(), 1);
    world.pay();
    world.offset -= 5 * 3600;
    world.run(20 * 3600);
    assert_eq!(world.closings.len(), 1, "closed again the same day");
    world.run(10 * 3600);
    assert_eq!(world.closings.len(), 2, "the payment is lost");
}

#[test]
fn a_board_that_begins_in_the_past_waits_for_its_time_server() {
    let hour = time(22, 0, 0, 0);
    let mut world = World::new(hour, second(date(2026, 12, 1).at(9, 0, 0, 0)));
    world.pay();
    let right = world.offset;
    world.restart(hour);
    world.offset = 0;
    for _ in 0..3 {
        world.offset = -world.steady;
        world.run(3600);
        assert!(world.closings.is_empty(), "closed by a clock that is wrong");
        world.offset = right;
        world.run(600);
    }
    world.run(9 * 3600);
    assert!(world.closings.is_empty(), "closed before the hour");
    world.run(3600);
    assert_eq!(world.closings.len(), 1);
}

#[test]
fn a_clock_that_was_ahead_loses_no_day() {
    let mut world = World::new(time(22, 0, 0, 0), second(date(2026, 12, 1).at(9, 0, 0, 0)));
    world.offset += 300 * 86_400;
    world.pay();
    world.run(86_400);
    assert_eq!(world.closings.len(), 1);
    world.offset -= 300 * 86_400;
    world.pay();
    world.run(86_400);
    assert_eq!(world.closings.len(), 2);
    assert!(world.unclosed.is_empty());
}

proptest! {
    /// A right clock over both changes of the year, with any hour, terminals that are off at any time, payments at any.
    #[test]
    fn every_day_is_closed_once_and_in_time(
        (is_spring, hour, minute) in (any::<bool>(), 0_i8..24, 0_i8..60),
        pieces in prop::collection::vec((0_i64..120, 0_u8..4), 1..60),
    ) {
        let hour = time(hour, minute, 0, 0);
        let hours = hours(hour);
        let starts = if is_spring { date(2026, 3, 27) } else { date(2026, 10, 23) };
        let mut world = World::new(hour, second(starts.at(0, 0, 0, 0)));
        for (tens_of_minutes, what) in pieces {
            match what {
                0 => { world.steady += tens_of_minutes * 600; world.restart(hour); world.look(); }
                1 => world.pay(),
                _ => world.run(tens_of_minutes * 600),
            }
            let last_hour = hours[day_of(world.now(), &hours) - 1];
            prop_assert!(world.unclosed.iter().all(|paid| *paid >= last_hour), "a day is late");
            prop_assert!(no_day_twice(&world.closings, &hours), "{:?}", world.closings);
        }
    }

    /// A clock that jumps, ahead and back, by minutes or by months, and restarts: no day twice, and nothing is lost once
    /// the clock stays.
    #[test]
    fn clocks_that_jump_close_no_day_twice_and_lose_none(
        hour in 0_i8..24,
        pieces in prop::collection::vec((1_i64..200, 0_u8..4), 1..40),
        jumps in prop::collection::vec((-1_i64..=1, prop_oneof![1_i64..=24, 25_i64..=3000]), 3),
    ) {
        let hour = time(hour, 0, 0, 0);
        let hours = hours(hour);
        let mut world = World::new(hour, second(date(2026, 10, 20).at(12, 0, 0, 0)));
        let every = pieces.len().div_ceil(jumps.len());
        for (at, (tens_of_minutes, what)) in pieces.iter().enumerate() {
            match what {
                0 => world.restart(hour),
                1 => world.pay(),
                _ => world.run(tens_of_minutes * 600),
            }
            if at % every == 0 {
                let (direction, hours) = jumps[at / every];
                world.offset += direction * hours * 3600;
            }
            prop_assert!(no_day_twice(&world.closings, &hours), "{:?}", world.closings);
        }
        world.run(10 * 86_400);
        prop_assert!(world.unclosed.is_empty(), "a payment belongs to no closing: {:?}", world.closings);
        prop_assert!(no_day_twice(&world.closings, &hours), "{:?}", world.closings);
    }

    #[test]
    fn pauses_grow_to_an_hour_and_stay(first in 1_u64..3600, failures in 1_usize..200) {
        let mut pauses = Pauses::new(Duration::from_secs(first));
        let mut now = Duration::ZERO;
        let mut before = Duration::ZERO;
        for _ in 0..failures {
            let pause = pauses.failed(now);
            prop_assert!(pause >= before && pause <= Duration::from_secs(3600));
            prop_assert!(!pauses.is_over(now) && pauses.is_over(now + pause));
            (before, now) = (pause, now + pause);
        }
        pauses.end();
        prop_assert!(pauses.is_over(Duration::ZERO));
    }
}
