//! Keys that are struck twice by a trembling hand (EN 301 549 §5.8): the second strike doesn't count.
use std::cell::Cell;
use std::time::Duration;

/// The same key of the five again within this time is no wish. No longer, because going through a list by key takes some
/// 200 ms a step.
const USUAL: Duration = Duration::from_millis(120);
/// The same for every key, when the visitor wants it steady.
const STEADY: Duration = Duration::from_millis(500);

/// The last key and when it counted.
#[derive(Default)]
pub(crate) struct Tremble {
    last: Cell<Option<(char, Duration)>>,
    steady: Cell<bool>,
}

impl Tremble {
    /// As the visitor wants it.
    pub(crate) fn set_steady(&self, steady: bool) {
        self.steady.set(steady);
    }

    /// The next key is another one, whatever it is.
    pub(crate) fn forget(&self) {
        self.last.set(None);
    }

    /// True if one of the five keys was struck again too soon.
    pub(crate) fn again(&self, key: char, now: Duration) -> bool {
        self.is_within(if self.steady.get() { STEADY } else { USUAL }, key, now)
    }

    /// The same for a letter, a digit and what else is typed.
    pub(crate) fn typed_again(&self, key: char, now: Duration) -> bool {
        self.is_within(if self.steady.get() { STEADY } else { Duration::ZERO }, key, now)
    }

    fn is_within(&self, time: Duration, key: char, now: Duration) -> bool {
        let last = self.last.replace(Some((key, now)));
        last.is_some_and(|(last, at)| last == key && now.saturating_sub(at) < time)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    #[test]
    fn the_same_key_at_once_is_one() {
        let tremble = Tremble::default();
        assert!(!tremble.again('u', at(1_000)));
        assert!(tremble.again('u', at(1_100)));
        assert!(!tremble.again('d', at(1_150)), "another key");
        assert!(!tremble.again('d', at(1_300)), "later");
        assert!(!tremble.typed_again('7', at(2_000)));
        assert!(!tremble.typed_again('7', at(2_000)), "who types 77 may be quick");
    }

    #[test]
    fn whoever_wants_it_steady_has_half_a_second() {
        let tremble = Tremble::default();
        tremble.set_steady(true);
        assert!(!tremble.typed_again('7', at(1_000)));
        assert!(tremble.typed_again('7', at(1_499)));
        assert!(
            tremble.typed_again('7', at(1_998)),
            "from the last strike, not the first"
        );
        assert!(!tremble.typed_again('7', at(2_498)));
        tremble.forget();
        assert!(!tremble.again('7', at(2_500)));
        assert!(tremble.again('7', at(2_900)));
    }
}
