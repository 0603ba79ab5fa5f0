//! No case to show: why, and what to do now. What is said is the same for a code that was never given out, one of
//! another town, and one that was withdrawn: whoever tries codes learns nothing from it.
use super::FollowUp;
use super::asking::{Asking, Purpose};
use super::case::{ChoosingCase, Looking};
use super::code::TypingCode;
use super::entrance::Choosing;
use super::told::CaseQuestion;
use crate::view::{self, Screen};
use crate::visit::{AnyStage, Stage, Step};
use crate::{Input, Tap, Terminal, patience};
use core::time::Duration;
use drivers_api::language::Language;

/// Why there is nothing to show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Why {
    UnknownCode,
    NoCaseOfCard,
    LineDown,
    Later {
        seconds: u32,
    },
    TooLate,
    /// A withdrawal was asked for, and nobody said what became of it.
    Unclear,
}

/// Nothing to show.
#[derive(Debug)]
pub(crate) struct NoAnswer {
    why: Why,
    /// To ask it again; none where it wasn't asked.
    question: Option<CaseQuestion>,
    /// What it was for.
    purpose: Purpose,
}

impl NoAnswer {
    pub(crate) fn stage(why: Why, question: CaseQuestion, purpose: Purpose) -> Stage {
        Self {
            why,
            question: Some(question),
            purpose,
        }
        .into_stage()
    }

    /// Too many unknown codes at this terminal: nothing is asked.
    pub(crate) fn later(wait: Duration) -> Stage {
        let seconds = patience::seconds(wait);
        Self {
            why: Why::Later { seconds },
            question: None,
            purpose: Purpose::Find,
        }
        .into_stage()
    }

    /// A card that told no pseudonym has no cases.
    pub(crate) fn no_case_of_card() -> Stage {
        Self {
            why: Why::NoCaseOfCard,
            question: None,
            purpose: Purpose::Find,
        }
        .into_stage()
    }

    fn into_stage(self) -> Stage {
        Stage::FollowUp(FollowUp::NoAnswer(self))
    }

    /// The way on: the code once more, the question once more, the case as it is now.
    fn go_on(self, step: &mut Step<'_>) -> Stage {
        match (self.why, self.question, self.purpose) {
            (Why::UnknownCode, Some(CaseQuestion::ByCode { code }), _) => TypingCode::again(code.expose()),
            (Why::LineDown | Why::Unclear, Some(question), purpose) => Asking::begin(question, purpose, step),
            // Somebody works on it by now; what they have made of it is asked anew.
            (Why::TooLate, _, Purpose::Withdraw(opened)) => Asking::look(opened, step),
            (Why::NoCaseOfCard, ..) => TypingCode::begin(),
            (Why::UnknownCode | Why::LineDown | Why::Unclear | Why::TooLate | Why::Later { .. }, _, purpose) => {
                back_to(purpose)
            }
        }
    }
}

/// What lies open, or the way to it.
pub(crate) fn back_to(purpose: Purpose) -> Stage {
    match purpose {
        Purpose::Find => Choosing::stage(),
        Purpose::Look(opened) if opened.is_listed() => ChoosingCase::stage(opened),
        Purpose::Look(_) => Choosing::stage(),
        Purpose::Withdraw(opened) => Looking::stage(opened),
    }
}

impl AnyStage for NoAnswer {
    const NAME: &'static str = "follow_up_no_answer";
    const PATIENCE: Duration = patience::REFUSED;

    fn handle(self, input: Input, _language: Language, step: &mut Step<'_>) -> Stage {
        match input {
            Input::Tap(Tap::Continue) => self.go_on(step),
            Input::Tap(Tap::Back) => back_to(self.purpose),
            _ => self.into_stage(),
        }
    }

    fn screen(&self, _language: Language, _terminal: &Terminal) -> Screen {
        let why = match self.why {
            Why::UnknownCode => view::NoCase::UnknownCode,
            Why::NoCaseOfCard => view::NoCase::NoCaseOfCard,
            Why::LineDown => view::NoCase::LineDown,
            Why::Later { seconds } => view::NoCase::Later {
                minutes: seconds.div_ceil(60).max(1),
            },
            Why::TooLate => view::NoCase::TooLate,
            Why::Unclear => view::NoCase::Unclear,
        };
        Screen::FollowUp(view::FollowUp::NoAnswer(why))
    }

    fn has_back(&self) -> bool {
        true
    }
}
