//! How long each kind of screen waits for a person or a device. One table, so that staff and evaluators find every
//! deadline in one place (EN 301 549 §11.2.2.1: timing adjustable; EAA Annex I: warning and extension).
use crate::Now;
use crate::view::Countdown;
use core::time::Duration;

/// A choice between a few things (language, service, request).
pub const CHOOSING: Duration = Duration::from_secs(90);
/// Laying on a card: people look for it in their bags.
pub const LAYING_CARD: Duration = Duration::from_secs(120);
/// Typing PIN or CAN.
pub const SECRET: Duration = Duration::from_secs(120);
/// The card's answer; a slow card takes 6 s (TR-03110 with 13 scalar multiplications).
pub const READING: Duration = Duration::from_secs(30);
/// Reading why a card was refused.
pub const REFUSED: Duration = Duration::from_secs(90);
/// A page of a form.
pub const FORM: Duration = Duration::from_secs(240);
/// Reading the whole declaration.
pub const REVIEW: Duration = Duration::from_secs(300);
/// Reading what stands on one's card; shorter than a form, because it is all there and nothing is lost.
pub const SHOWING: Duration = Duration::from_secs(180);
/// Choosing how to pay: people look for their card.
pub const PAY_CHOOSING: Duration = Duration::from_secs(180);
/// The payment terminal's answer. It gives up after three minutes by itself (ZVT's T4); then it is asked what became of
/// it.
pub const PAYING: Duration = Duration::from_secs(300);
/// Giving money back, tried several times.
pub const GIVING_BACK: Duration = Duration::from_secs(240);
/// Sealing and storing; fsync on a worn card takes seconds.
pub const FILING: Duration = Duration::from_secs(30);
/// Deciding what to do when a case could not be stored.
pub const FILING_FAILED: Duration = Duration::from_secs(180);
/// The printer's answer to one job.
pub const PRINTING: Duration = Duration::from_secs(90);
/// Taking the receipt and noting the code.
pub const RECEIPT: Duration = Duration::from_secs(120);
/// Typing a case code: eleven symbols from a paper, maybe by five keys.
pub const CASE_CODE: Duration = Duration::from_secs(240);
/// The backend's answer about a case. The courier gives up sooner.
pub const ASKING_CASE: Duration = Duration::from_secs(15);
/// Reading a page of a letter.
pub const LETTER: Duration = Duration::from_secs(240);
/// Taking the card.
pub const TAKING_CARD: Duration = Duration::from_secs(60);
/// Reading "good-bye".
pub const GOODBYE: Duration = Duration::from_secs(8);
/// A citizen who stepped aside comes back to their own case within this time.
pub const GRACE: Duration = Duration::from_secs(180);
/// The countdown is visible for this long before the time is up.
pub const WARNING: Duration = Duration::from_secs(40);

/// Birthdays that may be tried to come back to a case.
pub const BIRTHDAY_TRIES_MAX: u8 = 3;
/// Case codes that may be asked for and that nobody knows, at one terminal, before the next one needs a wait.
pub const CODE_TRIES_MAX: u8 = 3;
/// After so long one of these tries comes back.
pub const CODE_TRY_BACK: Duration = Duration::from_secs(120);
/// Cases of a card that are shown, the newest of them.
pub const CASES_SHOWN_MAX: usize = 50;
/// Drawing a waiting number; the agent gives up sooner.
pub const DRAWING: Duration = Duration::from_secs(12);
/// Waiting numbers that may be drawn in one visit: for oneself, and for who came along.
pub const NUMBERS_MAX: u8 = 3;
/// Receipts that may be printed in one visit.
pub const PRINTS_MAX: u8 = 3;

/// A stretch of waiting: it began, and it ends.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Patience {
    pub(crate) since: Now,
    pub(crate) lasts: Duration,
    /// A person is waited for: the end is announced and can be put off.
    pub(crate) announced: bool,
}

impl Patience {
    pub(crate) fn end(self) -> Now {
        self.since.saturating_add(self.lasts)
    }

    pub(crate) fn is_over(self, now: Now) -> bool {
        now >= self.end()
    }

    /// The countdown, once it is visible.
    pub(crate) fn countdown(self, now: Now) -> Option<Countdown> {
        let left = self.end().saturating_sub(now);
        (self.announced && left <= WARNING).then(|| Countdown {
            remaining_s: seconds(left),
            from_s: seconds(WARNING),
        })
    }

    /// When the screen or the state changes next by time alone.
    pub(crate) fn next_change(self, now: Now) -> Now {
        let left = self.end().saturating_sub(now);
        if !self.announced {
            self.end()
        } else if left > WARNING {
            self.end() - WARNING
        } else {
            next_second(self.end(), now)
        }
    }
}

/// Whole seconds, rounded up: "1" is shown until the end.
pub(crate) fn seconds(left: Duration) -> u32 {
    u32::try_from(left.as_millis().div_ceil(1000)).unwrap_or(u32::MAX)
}

/// The next moment at which a whole number of seconds is left until `end`; `end` itself when that is next.
pub(crate) fn next_second(end: Now, now: Now) -> Now {
    let left = end.saturating_sub(now);
    match left.as_secs() {
        whole if left.subsec_nanos() == 0 => end.saturating_sub(Duration::from_secs(whole.saturating_sub(1))),
        whole => end.saturating_sub(Duration::from_secs(whole)),
    }
}
