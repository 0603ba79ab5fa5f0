//! A citizen who stepped aside to ask for help comes back to their own case (no mat that throws people out).
//!
//! Nothing personal is shown meanwhile. When a card was read, the birthday (day and month) opens the case again: the
//! citizen knows it by heart, a passer-by doesn't. After [`patience::GRACE`] or three wrong birthdays the case is wiped.
use crate::patience::{self, BIRTHDAY_TRIES_MAX};
use crate::view::{AwayView, Over, Screen, SpeechTo, View};
use crate::visit::{Stage, Step, Visit};
use crate::{Now, StaffNews, Terminal, Wish};
use drivers_api::Job;
use drivers_api::language::Language;
use drivers_api::private::Digits;

/// Digits of a birthday: DDMM.
const BIRTHDAY_DIGITS: usize = 4;

/// A covered case.
#[derive(Debug)]
pub struct Away {
    visit: Visit,
    until: Now,
    typed: Digits,
    tries_left: u8,
    wrong: bool,
}

impl Away {
    pub(crate) fn new(visit: Visit, now: Now) -> Self {
        let until = now.saturating_add(patience::GRACE);
        Self {
            visit,
            until,
            typed: Digits::default(),
            tries_left: BIRTHDAY_TRIES_MAX,
            wrong: false,
        }
    }

    pub(crate) fn until(&self) -> Now {
        self.until
    }

    pub(crate) fn tries_left(&self) -> u8 {
        self.tries_left
    }

    pub(crate) fn digit(&mut self, digit: u8) {
        if self.typed.len() < BIRTHDAY_DIGITS {
            self.typed.push(digit);
        }
    }

    pub(crate) fn erase(&mut self) {
        self.typed.erase();
    }

    /// Whether the person in front may have the case back; counts a wrong birthday.
    pub(crate) fn is_theirs(&mut self) -> bool {
        let Some(birthday) = self.visit.stage.birthday() else {
            return true;
        };
        if *birthday == self.typed {
            return true;
        }
        if self.typed.len() == BIRTHDAY_DIGITS {
            self.tries_left = self.tries_left.saturating_sub(1);
            self.wrong = true;
        }
        self.typed = Digits::default();
        false
    }

    pub(crate) fn speak(&mut self, language: Language) {
        self.visit.language = language;
    }

    pub(crate) fn prefer(&mut self, wish: Wish, step: &mut Step<'_>) {
        self.visit.prefer(wish, step);
    }

    pub(crate) fn hear_of_staff(&mut self, job: Job, news: StaffNews) {
        self.visit.staff.hear(job, news);
    }

    pub(crate) fn stage(&self) -> &Stage {
        &self.visit.stage
    }

    pub(crate) fn into_visit(mut self, now: Now) -> Visit {
        self.visit.touched(now);
        self.visit
    }

    pub(crate) fn view(&self, now: Now, terminal: &Terminal) -> View {
        let birthday = self.visit.stage.birthday().map(|_| self.typed.len());
        let remaining_s = patience::seconds(self.until.saturating_sub(now));
        View {
            language: self.visit.language,
            texts_in: self.visit.language,
            town: terminal.catalogue.town().name().to_owned(),
            screen: Screen::Away(AwayView {
                remaining_s,
                birthday,
                wrong: self.wrong,
            }),
            countdown: None,
            back: false,
            cancel: true,
            over: Over::Nothing,
            preferences: self.visit.preferences,
            speech: SpeechTo::of(self.visit.preferences, terminal),
            staff: self.visit.staff.state(),
            can_step_aside: false,
        }
    }
}
