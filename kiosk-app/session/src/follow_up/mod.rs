//! What became of it: a citizen types or scans the code of the receipt, or lays the card on, and sees how the case stands,
//! reads and prints what the authority wrote, and takes back what nobody works on yet.
//!
//! ```text
//! Choosing → TypingCode → Asking → (ChoosingCase →) Looking → ReadingLetter
//!     └→ Requesting → card → ─┘ ↓                      └→ Withdrawing → Asking → Withdrawn
//!                              NoAnswer
//! ```
//!
//! Nothing of it is work that could be lost, so nothing is covered: when nobody is here any more, it is wiped.
use crate::view::Screen;
use crate::visit::{AnyStage, Expired, Stage, Step};
use crate::{Input, Now, Terminal, patience};
use core::time::Duration;
use drivers_api::language::Language;

mod asking;
mod case;
mod code;
mod entrance;
mod guesses;
mod letter;
mod no_answer;
mod told;
mod typed;
mod withdraw;

pub(crate) use guesses::Guesses;
pub use told::{CaseQuestion, CaseState, CaseTold, KnownCase, StateAt};
pub use typed::{CODE_SYMBOLS, code_symbol};

pub(crate) use asking::Asking;
pub(crate) use entrance::Choosing;

use case::{ChoosingCase, Looking};
use code::TypingCode;
use entrance::Requesting;
use letter::ReadingLetter;
use no_answer::NoAnswer;
use withdraw::{Withdrawing, Withdrawn};

/// The stages of an inquiry.
#[derive(Debug)]
pub(crate) enum FollowUp {
    Choosing(Choosing),
    Code(TypingCode),
    Request(Requesting),
    Asking(Asking),
    NoAnswer(NoAnswer),
    Cases(ChoosingCase),
    Case(Looking),
    Letter(ReadingLetter),
    Withdrawing(Withdrawing),
    Withdrawn(Withdrawn),
}

/// Calls the same method on whatever the stage is.
macro_rules! each {
    ($stage:expr, $name:ident => $then:expr) => {
        match $stage {
            FollowUp::Choosing($name) => $then,
            FollowUp::Code($name) => $then,
            FollowUp::Request($name) => $then,
            FollowUp::Asking($name) => $then,
            FollowUp::NoAnswer($name) => $then,
            FollowUp::Cases($name) => $then,
            FollowUp::Case($name) => $then,
            FollowUp::Letter($name) => $then,
            FollowUp::Withdrawing($name) => $then,
            FollowUp::Withdrawn($name) => $then,
        }
    };
}

impl AnyStage for FollowUp {
    const NAME: &'static str = "follow_up";
    const PATIENCE: Duration = patience::CHOOSING;

    fn name(&self) -> &'static str {
        each!(self, stage => stage.name())
    }

    fn lasts(&self) -> (Duration, bool) {
        each!(self, stage => stage.lasts())
    }

    fn handle(self, input: Input, language: Language, step: &mut Step<'_>) -> Stage {
        each!(self, stage => stage.handle(input, language, step))
    }

    fn expired(self, language: Language, step: &mut Step<'_>) -> Expired {
        each!(self, stage => stage.expired(language, step))
    }

    fn screen(&self, language: Language, terminal: &Terminal) -> Screen {
        each!(self, stage => stage.screen(language, terminal))
    }

    fn texts_in(&self, language: Language, terminal: &Terminal) -> Language {
        each!(self, stage => stage.texts_in(language, terminal))
    }

    fn has_back(&self) -> bool {
        each!(self, stage => stage.has_back())
    }

    fn may_cancel(&self) -> bool {
        each!(self, stage => stage.may_cancel())
    }

    fn wake(&self) -> Option<Now> {
        each!(self, stage => stage.wake())
    }

    fn began(&self) -> Option<Now> {
        each!(self, stage => stage.began())
    }
}
