//! The cases that a code or a card opened: which of them, and how it stands.
use super::FollowUp;
use super::asking::Asking;
use super::entrance::Choosing;
use super::letter::ReadingLetter;
use super::told::{KnownCase, StateAt};
use super::withdraw::Withdrawing;
use crate::finish::leave;
use crate::view::{self, CaseRow, CaseView, LetterRow, Screen};
use crate::visit::{AnyStage, Expired, Stage, Step};
use crate::{Ending, Input, Tap, Terminal, patience};
use core::time::Duration;
use drivers_api::language::Language;

/// Cases that lie open. There is at least one.
#[derive(Debug)]
pub(crate) struct Opened {
    cases: Vec<KnownCase>,
    at: usize,
}

impl Opened {
    /// `cases` has at least one.
    pub(crate) fn new(mut cases: Vec<KnownCase>) -> Self {
        // The newest first: that is what most people ask about.
        cases.sort_by_key(|case| core::cmp::Reverse(moment(case)));
        cases.truncate(patience::CASES_SHOWN_MAX);
        Self { cases, at: 0 }
    }

    /// The one that is looked at.
    pub(crate) fn case(&self) -> Option<&KnownCase> {
        self.cases.get(self.at)
    }

    /// The one that is looked at is told anew.
    pub(crate) fn with(mut self, case: Option<KnownCase>) -> Self {
        if let (Some(old), Some(case)) = (self.cases.get_mut(self.at), case) {
            *old = case;
        }
        self
    }

    fn look_at(mut self, at: usize) -> Result<Self, Self> {
        if at < self.cases.len() {
            self.at = at;
            return Ok(self);
        }
        Err(self)
    }

    /// There are others beside it.
    pub(crate) fn is_listed(&self) -> bool {
        self.cases.len() > 1
    }
}

fn moment(case: &KnownCase) -> (i16, u8, u8, u8, u8) {
    let at = case.filed_at;
    (at.year, at.month, at.day, at.hour, at.minute)
}

/// Name of what the case was filed for, and the language of the name.
pub(crate) fn title(case: &KnownCase, language: Language, terminal: &Terminal) -> (String, Language) {
    terminal
        .catalogue
        .case_title(case.service.as_deref(), &case.leika, language)
}

/// Which case?
#[derive(Debug)]
pub(crate) struct ChoosingCase(Opened);

impl ChoosingCase {
    pub(crate) fn stage(opened: Opened) -> Stage {
        Stage::FollowUp(FollowUp::Cases(Self(opened)))
    }
}

impl AnyStage for ChoosingCase {
    const NAME: &'static str = "follow_up_cases";
    const PATIENCE: Duration = patience::SHOWING;

    fn handle(self, input: Input, _language: Language, step: &mut Step<'_>) -> Stage {
        match input {
            Input::Tap(Tap::Case(at)) => match self.0.look_at(at) {
                Ok(opened) => Asking::look(opened, step),
                Err(opened) => Self::stage(opened),
            },
            Input::Tap(Tap::Continue) => leave(Ending::Served, step),
            Input::Tap(Tap::Back) => Choosing::stage(),
            _ => Self::stage(self.0),
        }
    }

    fn expired(self, _language: Language, step: &mut Step<'_>) -> Expired {
        Expired::Go(leave(Ending::Served, step))
    }

    fn screen(&self, language: Language, terminal: &Terminal) -> Screen {
        let row = |case: &KnownCase| CaseRow {
            service: title(case, language, terminal).0,
            filed_at: terminal.catalogue.moment(case.filed_at, language),
            state: case.state(),
        };
        Screen::FollowUp(view::FollowUp::Cases(self.0.cases.iter().map(row).collect()))
    }

    fn texts_in(&self, language: Language, terminal: &Terminal) -> Language {
        let mut spoken = self.0.cases.iter().map(|case| title(case, language, terminal).1);
        spoken.find(|spoken| *spoken != language).unwrap_or(language)
    }

    fn has_back(&self) -> bool {
        true
    }

    fn may_cancel(&self) -> bool {
        false
    }
}

/// How a case stands.
#[derive(Debug)]
pub(crate) struct Looking(Opened);

impl Looking {
    pub(crate) fn stage(opened: Opened) -> Stage {
        Stage::FollowUp(FollowUp::Case(Self(opened)))
    }
}

impl AnyStage for Looking {
    const NAME: &'static str = "follow_up_case";
    const PATIENCE: Duration = patience::SHOWING;

    fn handle(self, input: Input, _language: Language, step: &mut Step<'_>) -> Stage {
        let letters = self.0.case().map_or(0, |case| case.letters.len());
        match input {
            Input::Tap(Tap::Letter(at)) if at < letters => ReadingLetter::begin(self.0, at),
            Input::Tap(Tap::Withdraw) if self.0.case().is_some_and(|case| case.withdrawable) => {
                Withdrawing::stage(self.0)
            }
            Input::Tap(Tap::Continue) => leave(Ending::Served, step),
            Input::Tap(Tap::Back) if self.0.is_listed() => ChoosingCase::stage(self.0),
            Input::Tap(Tap::Back) => Choosing::stage(),
            _ => Self::stage(self.0),
        }
    }

    fn expired(self, _language: Language, step: &mut Step<'_>) -> Expired {
        Expired::Go(leave(Ending::Served, step))
    }

    fn screen(&self, language: Language, terminal: &Terminal) -> Screen {
        let Some(case) = self.0.case() else {
            return Screen::FollowUp(view::FollowUp::NoAnswer(view::NoCase::UnknownCode));
        };
        let moment = |at| terminal.catalogue.moment(at, language);
        let step = |told: &StateAt| view::CaseStep {
            state: told.state,
            at: moment(told.at),
        };
        Screen::FollowUp(view::FollowUp::Case(Box::new(CaseView {
            service: title(case, language, terminal).0,
            code: case.code.duplicate(),
            filed_at: moment(case.filed_at),
            state: case.state(),
            steps: case.states.iter().map(step).collect(),
            letters: case
                .letters
                .iter()
                .map(|letter| LetterRow {
                    title: letter.title.duplicate(),
                    day: letter.issued_at.day_text(language),
                })
                .collect(),
            unreadable: case.unreadable,
            withdrawable: case.withdrawable,
        })))
    }

    fn texts_in(&self, language: Language, terminal: &Terminal) -> Language {
        self.0.case().map_or(language, |case| title(case, language, terminal).1)
    }

    fn has_back(&self) -> bool {
        true
    }

    fn may_cancel(&self) -> bool {
        false
    }
}
