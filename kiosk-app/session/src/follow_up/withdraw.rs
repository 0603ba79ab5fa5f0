//! Taking a case back: asked once more, done, and on paper.
use super::FollowUp;
use super::asking::{Asking, Purpose};
use super::case::{Looking, Opened, title};
use super::told::{CaseQuestion, KnownCase};
use crate::finish::leave;
use crate::paper::Leaflet;
use crate::view::{self, Screen};
use crate::visit::{AnyStage, Expired, Stage, Step};
use crate::{Ending, Input, Now, Tap, Terminal, patience};
use core::time::Duration;
use drivers_api::language::Language;

/// Really?
#[derive(Debug)]
pub(crate) struct Withdrawing(Opened);

impl Withdrawing {
    pub(crate) fn stage(opened: Opened) -> Stage {
        Stage::FollowUp(FollowUp::Withdrawing(Self(opened)))
    }
}

impl AnyStage for Withdrawing {
    const NAME: &'static str = "follow_up_withdrawing";
    const PATIENCE: Duration = patience::CHOOSING;

    fn handle(self, input: Input, _language: Language, step: &mut Step<'_>) -> Stage {
        match (input, self.0.case()) {
            (Input::Tap(Tap::ConfirmWithdraw), Some(case)) => {
                let question = CaseQuestion::Withdraw {
                    code: case.code.duplicate(),
                    submission_id: case.submission_id,
                };
                Asking::begin(question, Purpose::Withdraw(self.0), step)
            }
            (Input::Tap(Tap::Back | Tap::Continue), _) => Looking::stage(self.0),
            _ => Self::stage(self.0),
        }
    }

    fn expired(self, _language: Language, step: &mut Step<'_>) -> Expired {
        Expired::Go(leave(Ending::Served, step))
    }

    fn screen(&self, language: Language, terminal: &Terminal) -> Screen {
        let service = self.0.case().map(|case| title(case, language, terminal).0);
        Screen::FollowUp(view::FollowUp::Withdraw {
            service: service.unwrap_or_default(),
        })
    }

    fn texts_in(&self, language: Language, terminal: &Terminal) -> Language {
        self.0.case().map_or(language, |case| title(case, language, terminal).1)
    }

    fn may_cancel(&self) -> bool {
        false
    }
}

/// It is withdrawn.
#[derive(Debug)]
pub(crate) struct Withdrawn {
    opened: Opened,
    paper: Leaflet,
}

impl Withdrawn {
    pub(crate) fn stage_of(opened: Opened) -> Stage {
        let paper = Leaflet::default();
        Self { opened, paper }.stage()
    }

    fn stage(self) -> Stage {
        Stage::FollowUp(FollowUp::Withdrawn(self))
    }

    fn print(&mut self, language: Language, step: &mut Step<'_>) {
        let Some(case) = self.opened.case() else { return };
        let document = |step: &Step<'_>| proof(case, language, step.terminal);
        self.paper.print(document, step);
    }
}

fn proof(case: &KnownCase, language: Language, terminal: &Terminal) -> drivers_api::document::Document {
    let (service, _) = title(case, language, terminal);
    let at = case.states.last().map_or(case.filed_at, |last| last.at);
    let catalogue = &terminal.catalogue;
    catalogue.withdrawal(&service, case.code.expose(), case.filed_at, at, language)
}

impl AnyStage for Withdrawn {
    const NAME: &'static str = "follow_up_withdrawn";
    const PATIENCE: Duration = patience::RECEIPT;

    fn handle(mut self, input: Input, language: Language, step: &mut Step<'_>) -> Stage {
        self.paper.hear(&input, step);
        match input {
            Input::Tap(Tap::PrintAgain) => self.print(language, step),
            Input::Tap(Tap::Continue) => return leave(Ending::Served, step),
            Input::Tap(Tap::Back) => return Looking::stage(self.opened),
            _ => {}
        }
        self.stage()
    }

    fn expired(self, _language: Language, step: &mut Step<'_>) -> Expired {
        Expired::Go(leave(Ending::Served, step))
    }

    fn screen(&self, language: Language, terminal: &Terminal) -> Screen {
        let service = self.opened.case().map(|case| title(case, language, terminal).0);
        Screen::FollowUp(view::FollowUp::Withdrawn {
            service: service.unwrap_or_default(),
            paper: self.paper.view(),
        })
    }

    fn wake(&self) -> Option<Now> {
        self.paper.wake()
    }

    fn has_back(&self) -> bool {
        true
    }

    fn may_cancel(&self) -> bool {
        false
    }
}
