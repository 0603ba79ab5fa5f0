//! Codes that nobody knows, counted at the terminal, whoever types them: three are forgiven, then each needs a wait.
//! The backend counts, too; this one spares a citizen's question from its limits, and a thief's from being asked.
use crate::{Now, patience};
use core::time::Duration;

/// How many unknown codes were asked for lately.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Guesses {
    used: u8,
    last: Now,
}

impl Guesses {
    /// Tries that are left.
    pub(crate) fn left(self, now: Now) -> u8 {
        patience::CODE_TRIES_MAX.saturating_sub(self.used_at(now))
    }

    /// How long until the next try; zero while one is left.
    pub(crate) fn wait(self, now: Now) -> Duration {
        if self.left(now) > 0 {
            return Duration::ZERO;
        }
        let since = now.saturating_sub(self.last);
        let into = since.as_secs() % patience::CODE_TRY_BACK.as_secs();
        patience::CODE_TRY_BACK - Duration::from_secs(into)
    }

    /// One more code that nobody knows.
    pub(crate) fn unknown(&mut self, now: Now) {
        self.used = self.used_at(now).saturating_add(1);
        self.last = now;
    }

    /// With time the tries come back, one by one.
    fn used_at(self, now: Now) -> u8 {
        let since = now.saturating_sub(self.last).as_secs();
        let back = since / patience::CODE_TRY_BACK.as_secs();
        self.used.saturating_sub(u8::try_from(back).unwrap_or(u8::MAX))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tries_are_used_up_and_come_back_one_by_one() {
        let mut guesses = Guesses::default();
        let start = Duration::from_secs(1_000);
        for left in (0..patience::CODE_TRIES_MAX).rev() {
            guesses.unknown(start);
            assert_eq!(guesses.left(start), left);
        }
        assert_eq!(guesses.wait(start), patience::CODE_TRY_BACK);
        let later = start + patience::CODE_TRY_BACK - Duration::from_secs(1);
        assert_eq!((guesses.left(later), guesses.wait(later)), (0, Duration::from_secs(1)));
        let back = start + patience::CODE_TRY_BACK;
        assert_eq!((guesses.left(back), guesses.wait(back)), (1, Duration::ZERO));
        guesses.unknown(back);
        assert_eq!(guesses.left(back), 0, "no more than one came back");
        assert_eq!(
            guesses.left(back + 10 * patience::CODE_TRY_BACK),
            patience::CODE_TRIES_MAX
        );
    }
}
