//! The code of the receipt, symbol by symbol or all at once.
//!
//! The check character finds every slip of one symbol and every swap of two, as soon as the last one is there. It can't
//! say where the slip is: each of the eleven places could be the wrong one. So the groups are shown one by one, to be
//! compared with the paper.
use super::FollowUp;
use super::entrance::{Choosing, by_code, scanned};
use super::no_answer::NoAnswer;
use super::typed::TypedCode;
use crate::view::{self, CodeTrouble, Screen};
use crate::visit::{AnyStage, Stage, Step};
use crate::{Input, Tap, Terminal, patience};
use core::time::Duration;
use drivers_api::language::Language;

/// A code is typed.
#[derive(Debug, Default)]
pub(crate) struct TypingCode {
    typed: TypedCode,
    /// What was scanned is no receipt of ours.
    not_ours: bool,
}

impl TypingCode {
    pub(crate) fn begin() -> Stage {
        Self::default().stage()
    }

    /// Something else than a receipt was scanned.
    pub(crate) fn not_ours() -> Stage {
        let not_ours = true;
        let typed = TypedCode::default();
        Self { typed, not_ours }.stage()
    }

    /// The same code again, to be compared with the paper.
    pub(crate) fn again(code: &str) -> Stage {
        let typed = TypedCode::of(code);
        let not_ours = false;
        Self { typed, not_ours }.stage()
    }

    fn stage(self) -> Stage {
        Stage::FollowUp(FollowUp::Code(self))
    }

    fn trouble(&self) -> Option<CodeTrouble> {
        match (self.not_ours, self.typed.is_complete(), self.typed.is_right()) {
            (true, ..) => Some(CodeTrouble::NotOurs),
            (false, true, false) => Some(CodeTrouble::Slip),
            (false, false, _) | (false, true, true) => None,
        }
    }
}

impl AnyStage for TypingCode {
    const NAME: &'static str = "follow_up_code";
    const PATIENCE: Duration = patience::CASE_CODE;

    fn handle(mut self, input: Input, _language: Language, step: &mut Step<'_>) -> Stage {
        match input {
            Input::Tap(Tap::Code(text)) => {
                self.typed = TypedCode::of(text.expose());
                self.not_ours = false;
            }
            Input::Tap(Tap::Scanned(text)) => return scanned(text.expose(), step),
            Input::Tap(Tap::Continue) if self.typed.is_right() => {
                let wait = step.terminal.guesses.wait(step.now);
                if !wait.is_zero() {
                    return NoAnswer::later(wait);
                }
                return by_code(&self.typed, step);
            }
            Input::Tap(Tap::Back) => return Choosing::stage(),
            _ => {}
        }
        self.stage()
    }

    fn screen(&self, _language: Language, _terminal: &Terminal) -> Screen {
        Screen::FollowUp(view::FollowUp::Code(view::CodeEntry {
            typed: self.typed.grouped(),
            complete: self.typed.is_right(),
            trouble: self.trouble(),
        }))
    }

    fn has_back(&self) -> bool {
        true
    }
}
