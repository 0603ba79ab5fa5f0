//! How many questions about cases and receipts are answered: token buckets for each terminal and for all together. Time is
//! an argument.
//!
//! A question takes a token of each bucket before anything is looked up; those for misses are given back when something
//! was found. So the limit on guessing holds however many guesses run at once, and beyond it the answer is the same for a
//! known code and an unknown one. A card's lookup has 256 bits of chance: there is nothing to guess, and somebody who
//! lays on a card that has no case takes no guess away from those who type a code.
use std::collections::HashMap;
use std::time::Duration;
use uuid::Uuid;

/// Questions that one terminal may ask at once: some citizens one after the other, each with a few questions.
pub const TERMINAL_BURST: u32 = 20;

/// How soon it may ask the next one after that.
pub const TERMINAL_PERIOD: Duration = Duration::from_secs(6);

/// Questions of one terminal that find nothing: slips of the finger that the check character lets through are one in 32.
pub const TERMINAL_MISS_BURST: u32 = 5;

/// How soon it may miss again. At this pace half of all codes takes a thousand million years.
pub const TERMINAL_MISS_PERIOD: Duration = Duration::from_secs(60);

/// Questions of all terminals at once.
pub const ALL_BURST: u32 = 400;

/// How soon the next one, over all terminals.
pub const ALL_PERIOD: Duration = Duration::from_millis(50);

/// Misses of all terminals at once: the tokens of many stolen terminals together guess no faster.
pub const ALL_MISS_BURST: u32 = 60;

/// How soon the next miss, over all terminals.
pub const ALL_MISS_PERIOD: Duration = Duration::from_secs(5);

/// Receipts that may be checked at once, over all who ask: a school class with its certificates. A check code has 75 bits
/// of chance, so this is for the store's sake; nobody's address is kept to tell one from another.
pub const CHECK_BURST: u32 = 200;

/// How soon the next one, over all who ask.
pub const CHECK_PERIOD: Duration = Duration::from_millis(50);

/// A bucket: it holds `burst` tokens and gets one each `period`. Kept as the time at which it is full again.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Bucket {
    full_at: Duration,
}

/// How a bucket is filled.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rule {
    pub(crate) burst: u32,
    pub(crate) period: Duration,
}

const TERMINAL: Rule = Rule {
    burst: TERMINAL_BURST,
    period: TERMINAL_PERIOD,
};
const TERMINAL_MISS: Rule = Rule {
    burst: TERMINAL_MISS_BURST,
    period: TERMINAL_MISS_PERIOD,
};
const ALL: Rule = Rule {
    burst: ALL_BURST,
    period: ALL_PERIOD,
};
const ALL_MISS: Rule = Rule {
    burst: ALL_MISS_BURST,
    period: ALL_MISS_PERIOD,
};

const CHECK: Rule = Rule {
    burst: CHECK_BURST,
    period: CHECK_PERIOD,
};

impl Bucket {
    /// How long until there is a token.
    pub(crate) fn wait(&self, rule: Rule, now: Duration) -> Duration {
        let room = rule.period * (rule.burst - 1);
        self.full_at.saturating_sub(now).saturating_sub(room)
    }

    pub(crate) fn take(&mut self, rule: Rule, now: Duration) {
        self.full_at = self.full_at.max(now) + rule.period;
    }

    fn give_back(&mut self, rule: Rule) {
        self.full_at = self.full_at.saturating_sub(rule.period);
    }
}

/// What is asked with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum By {
    /// A code may be guessed.
    Code,
    /// A card's lookup can't.
    Card,
}

#[derive(Clone, Copy, Debug, Default)]
struct Pair {
    questions: Bucket,
    misses: Bucket,
}

/// The buckets of a server. One for each terminal that ever asked: enrolled ones only, so that their number is bounded.
#[derive(Debug, Default)]
pub(crate) struct Limits {
    all: Pair,
    checks: Bucket,
    terminals: HashMap<Uuid, Pair>,
}

impl Limits {
    /// Takes what a question needs.
    ///
    /// # Errors
    /// How long to wait; nothing was taken then.
    pub(crate) fn admit(&mut self, terminal_id: Uuid, by: By, now: Duration) -> Result<(), Duration> {
        let terminal = self.terminals.entry(terminal_id).or_default();
        let mut all = [
            (&mut terminal.questions, TERMINAL),
            (&mut self.all.questions, ALL),
            (&mut terminal.misses, TERMINAL_MISS),
            (&mut self.all.misses, ALL_MISS),
        ];
        let needed = match by {
            By::Code => &mut all[..],
            By::Card => &mut all[..2],
        };
        let wait = needed.iter().map(|(bucket, rule)| bucket.wait(*rule, now)).max();
        match wait.unwrap_or_default() {
            Duration::ZERO => {
                needed.iter_mut().for_each(|(bucket, rule)| bucket.take(*rule, now));
                Ok(())
            }
            wait => Err(wait),
        }
    }

    /// Takes what checking a receipt needs, whatever it finds.
    ///
    /// # Errors
    /// How long to wait; nothing was taken then.
    pub(crate) fn admit_check(&mut self, now: Duration) -> Result<(), Duration> {
        match self.checks.wait(CHECK, now) {
            Duration::ZERO => {
                self.checks.take(CHECK, now);
                Ok(())
            }
            wait => Err(wait),
        }
    }

    /// The question by code found something.
    pub(crate) fn found(&mut self, terminal_id: Uuid) {
        if let Some(terminal) = self.terminals.get_mut(&terminal_id) {
            terminal.misses.give_back(TERMINAL_MISS);
            self.all.misses.give_back(ALL_MISS);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const fn s(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    fn terminal(number: u128) -> Uuid {
        Uuid::from_u128(number)
    }

    #[test]
    fn misses_run_out_soon_and_come_back_slowly() {
        let mut limits = Limits::default();
        for _ in 0..TERMINAL_MISS_BURST {
            assert_eq!(limits.admit(terminal(1), By::Code, s(100)), Ok(()));
        }
        assert_eq!(limits.admit(terminal(1), By::Code, s(100)), Err(s(60)));
        assert_eq!(limits.admit(terminal(1), By::Code, s(159)), Err(s(1)));
        assert_eq!(limits.admit(terminal(1), By::Code, s(160)), Ok(()));
        assert_eq!(limits.admit(terminal(1), By::Code, s(160)), Err(s(60)));
        assert_eq!(
            limits.admit(terminal(2), By::Code, s(160)),
            Ok(()),
            "another terminal has its own"
        );
    }

    #[test]
    fn what_is_found_counts_less() {
        let mut limits = Limits::default();
        for _ in 0..TERMINAL_BURST {
            assert_eq!(limits.admit(terminal(1), By::Code, s(9)), Ok(()));
            limits.found(terminal(1));
        }
        assert_eq!(limits.admit(terminal(1), By::Code, s(9)), Err(TERMINAL_PERIOD));
    }

    #[test]
    fn cards_without_a_case_take_no_guess_away() {
        let mut limits = Limits::default();
        for _ in 0..TERMINAL_BURST - 1 {
            assert_eq!(limits.admit(terminal(1), By::Card, s(9)), Ok(()));
        }
        assert_eq!(limits.admit(terminal(1), By::Code, s(9)), Ok(()));
        assert_eq!(limits.admit(terminal(1), By::Card, s(9)), Err(TERMINAL_PERIOD));
    }

    #[test]
    fn many_terminals_together_miss_no_faster() {
        let mut limits = Limits::default();
        let admitted = (0..1000)
            .filter(|number| limits.admit(terminal(*number), By::Code, s(1)).is_ok())
            .count();
        assert_eq!(admitted, ALL_MISS_BURST as usize);
        assert_eq!(limits.admit(terminal(5000), By::Code, s(1)), Err(ALL_MISS_PERIOD));
    }

    #[test]
    fn many_terminals_that_find_something_are_answered_up_to_a_limit() {
        let mut limits = Limits::default();
        let admitted = (0..1000).filter(|number| {
            let admitted = limits.admit(terminal(*number), By::Code, s(1)).is_ok();
            if admitted {
                limits.found(terminal(*number));
            }
            admitted
        });
        assert_eq!(admitted.count(), ALL_BURST as usize);
    }

    #[test]
    fn receipts_are_checked_up_to_a_limit_and_take_nothing_from_cases() {
        let mut limits = Limits::default();
        let admitted = (0..1000).filter(|_| limits.admit_check(s(7)).is_ok()).count();
        assert_eq!(admitted, CHECK_BURST as usize);
        assert_eq!(limits.admit_check(s(7)), Err(CHECK_PERIOD));
        assert_eq!(limits.admit(terminal(1), By::Code, s(7)), Ok(()));
        let admitted = (0..1000).filter(|_| limits.admit_check(s(8)).is_ok()).count();
        assert_eq!(admitted, 20, "a second later");
    }

    proptest! {
        /// Whatever the pace, and however often something is found in between.
        #[test]
        fn no_terminal_misses_more_than_its_share(steps in proptest::collection::vec((0u64..200, 0u8..4), 1..300)) {
            let mut limits = Limits::default();
            let (mut now, mut misses) = (Duration::ZERO, 0u32);
            for (wait_s, kind) in steps {
                now += s(wait_s);
                match limits.admit(terminal(1), By::Code, now) {
                    Ok(()) if kind == 0 => limits.found(terminal(1)),
                    Ok(()) => misses += 1,
                    Err(wait) => prop_assert!(wait <= TERMINAL_MISS_PERIOD),
                }
                let share = TERMINAL_MISS_BURST + u32::try_from(now.as_secs() / TERMINAL_MISS_PERIOD.as_secs()).unwrap();
                prop_assert!(misses <= share, "{misses} misses in {now:?}");
            }
        }
    }
}
