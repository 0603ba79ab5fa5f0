//! A question is on its way. It has a number, so that an answer that comes later than the patience settles nothing.
use super::FollowUp;
use super::case::{ChoosingCase, Looking, Opened};
use super::entrance::Choosing;
use super::no_answer::{NoAnswer, Why, back_to};
use super::told::{CaseQuestion, CaseTold, KnownCase};
use super::withdraw::Withdrawn;
use crate::view::{self, Screen};
use crate::visit::{AnyStage, Expired, Stage, Step};
use crate::{Effect, Input, Now, Record, Tap, Terminal, patience};
use core::time::Duration;
use drivers_api::Job;
use drivers_api::card::PersonalData;
use drivers_api::language::Language;

/// The backend is asked.
#[derive(Debug)]
pub(crate) struct Asking {
    question: CaseQuestion,
    purpose: Purpose,
    job: Job,
    began: Now,
}

/// What the answer is for.
#[derive(Debug)]
pub(crate) enum Purpose {
    /// To find cases.
    Find,
    /// To look at one of those that lie open, with its letters: a card's list has none.
    Look(Opened),
    /// To withdraw it.
    Withdraw(Opened),
}

impl Asking {
    pub(crate) fn begin(question: CaseQuestion, purpose: Purpose, step: &mut Step<'_>) -> Stage {
        // However a code comes here, a terminal asks for so many unknown ones only.
        let wait = step.terminal.guesses.wait(step.now);
        let guessed = matches!((&question, &purpose), (CaseQuestion::ByCode { .. }, Purpose::Find));
        if guessed && !wait.is_zero() {
            return NoAnswer::later(wait);
        }
        let job = step.terminal.next_job();
        step.effects.push(Effect::AskCase {
            job,
            question: question.duplicate(),
        });
        Stage::FollowUp(FollowUp::Asking(Self {
            question,
            purpose,
            job,
            began: step.now,
        }))
    }

    /// Asks for the cases of a card; its pseudonym is all that was read.
    pub(crate) fn by_card(person: PersonalData, step: &mut Step<'_>) -> Stage {
        match person.functions.pseudonym {
            Some(pseudonym) => Self::begin(CaseQuestion::ByCard { pseudonym }, Purpose::Find, step),
            None => NoAnswer::no_case_of_card(),
        }
    }

    /// Asks for one of the cases that lie open, as it is now.
    pub(crate) fn look(opened: Opened, step: &mut Step<'_>) -> Stage {
        match opened.case().map(|case| case.code.duplicate()) {
            Some(code) => Self::begin(CaseQuestion::ByCode { code }, Purpose::Look(opened), step),
            None => Choosing::stage(),
        }
    }

    fn told(self, told: CaseTold, step: &mut Step<'_>) -> Stage {
        step.record(Record::CaseTold(told.word()));
        let Self { question, purpose, .. } = self;
        let why = match told {
            CaseTold::Known(cases) if !cases.is_empty() => return known(cases, &question, purpose, step),
            CaseTold::Known(_) | CaseTold::Unknown => match (&question, &purpose) {
                (CaseQuestion::ByCode { .. }, Purpose::Find) => {
                    step.terminal.guesses.unknown(step.now);
                    Why::UnknownCode
                }
                (CaseQuestion::ByCard { .. }, _) => Why::NoCaseOfCard,
                // It was there a moment ago.
                (CaseQuestion::ByCode { .. }, _) => Why::LineDown,
                (CaseQuestion::Withdraw { .. }, _) => Why::Unclear,
            },
            CaseTold::Later { retry_after_s } => Why::Later { seconds: retry_after_s },
            CaseTold::TooLate => Why::TooLate,
            CaseTold::Unreachable => Why::LineDown,
        };
        NoAnswer::stage(why, question, purpose)
    }
}

/// At least one case is known.
fn known(cases: Vec<KnownCase>, question: &CaseQuestion, purpose: Purpose, step: &mut Step<'_>) -> Stage {
    let newest = |cases: Vec<KnownCase>| cases.into_iter().next();
    match purpose {
        Purpose::Find => {
            let many = cases.len() > 1;
            let opened = Opened::new(cases);
            match question {
                CaseQuestion::ByCard { .. } if !many => Asking::look(opened, step),
                _ if many => ChoosingCase::stage(opened),
                _ => Looking::stage(opened),
            }
        }
        Purpose::Look(opened) => Looking::stage(opened.with(newest(cases))),
        Purpose::Withdraw(opened) => Withdrawn::stage_of(opened.with(newest(cases))),
    }
}

impl AnyStage for Asking {
    const NAME: &'static str = "follow_up_asking";
    const PATIENCE: Duration = patience::ASKING_CASE;
    const ANNOUNCED: bool = false;

    fn handle(self, input: Input, _language: Language, step: &mut Step<'_>) -> Stage {
        match input {
            Input::CaseTold { job, told } if job == self.job => self.told(told, step),
            Input::Tap(Tap::Back) if self.may_cancel() => back_to(self.purpose),
            _ => Stage::FollowUp(FollowUp::Asking(self)),
        }
    }

    /// Whether a case was withdrawn is not known then; asking again finds out.
    fn expired(self, _language: Language, step: &mut Step<'_>) -> Expired {
        step.record(Record::CaseTold("silent"));
        let why = match self.purpose {
            Purpose::Withdraw(_) => Why::Unclear,
            Purpose::Find | Purpose::Look(_) => Why::LineDown,
        };
        Expired::Go(NoAnswer::stage(why, self.question, self.purpose))
    }

    fn screen(&self, _language: Language, _terminal: &Terminal) -> Screen {
        Screen::FollowUp(view::FollowUp::Asking {
            withdrawing: matches!(self.purpose, Purpose::Withdraw(_)),
        })
    }

    fn has_back(&self) -> bool {
        self.may_cancel()
    }

    /// What was told to be withdrawn can't be untold.
    fn may_cancel(&self) -> bool {
        !matches!(self.purpose, Purpose::Withdraw(_))
    }

    fn began(&self) -> Option<Now> {
        Some(self.began)
    }
}
