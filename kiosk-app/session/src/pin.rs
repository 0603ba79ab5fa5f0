//! Everything about the PIN itself, without a certificate and without a line: change it, set the first one, open it
//! again, see how it stands. A forgotten PIN leads to the counter, with a note to take along (PAuswV §20).
use crate::card::AwaitingCard;
use crate::entrance::ChoosingService;
use crate::errand::{Errand, PinWish};
use crate::finish::leave;
use crate::paper::Leaflet;
use crate::view::{PinNews, Screen};
use crate::visit::{AnyStage, Expired, Stage, Step};
use crate::{Ending, Input, Now, Record, Tap, Terminal, patience};
use core::time::Duration;
use drivers_api::language::Language;

/// What about the PIN?
#[derive(Debug)]
pub(crate) struct PinMenu;

impl AnyStage for PinMenu {
    const NAME: &'static str = "pin_menu";
    const PATIENCE: Duration = patience::CHOOSING;

    fn handle(self, input: Input, _language: Language, step: &mut Step<'_>) -> Stage {
        match input {
            Input::Tap(Tap::Pin(wish)) if step.terminal.reader_works => AwaitingCard::begin(Errand::Pin(wish), step),
            Input::Tap(Tap::PinForgotten) => Stage::PinForgotten(PinForgotten::default()),
            Input::Tap(Tap::Back) => Stage::Services(ChoosingService::default()),
            _ => Stage::PinMenu(self),
        }
    }

    fn screen(&self, _language: Language, terminal: &Terminal) -> Screen {
        Screen::PinMenu {
            reader_works: terminal.reader_works,
        }
    }

    fn has_back(&self) -> bool {
        true
    }
}

/// The PIN is as the citizen wanted it, or this is how it stands.
#[derive(Debug)]
pub(crate) struct PinDone {
    pub(crate) news: PinNews,
}

impl AnyStage for PinDone {
    const NAME: &'static str = "pin_done";
    const PATIENCE: Duration = patience::REFUSED;

    fn handle(self, input: Input, _language: Language, step: &mut Step<'_>) -> Stage {
        match input {
            Input::Tap(Tap::Continue) => leave(Ending::Served, step),
            Input::Tap(Tap::Back) => Stage::Services(ChoosingService::default()),
            _ => Stage::PinDone(self),
        }
    }

    fn expired(self, _language: Language, step: &mut Step<'_>) -> Expired {
        Expired::Go(leave(Ending::Served, step))
    }

    fn screen(&self, _language: Language, _terminal: &Terminal) -> Screen {
        Screen::PinDone(self.news)
    }

    fn has_back(&self) -> bool {
        true
    }

    fn may_cancel(&self) -> bool {
        false
    }
}

/// Only the office can set a new PIN: what to bring, where, and a note of it on paper.
#[derive(Debug, Default)]
pub(crate) struct PinForgotten {
    note: Leaflet,
}

impl AnyStage for PinForgotten {
    const NAME: &'static str = "pin_forgotten";
    const PATIENCE: Duration = patience::RECEIPT;

    fn handle(mut self, input: Input, language: Language, step: &mut Step<'_>) -> Stage {
        self.note.hear(&input, step);
        match input {
            Input::Tap(Tap::PrintAgain) => {
                let note = |step: &Step<'_>| step.terminal.catalogue.pin_note(language);
                self.note.print(note, step);
            }
            Input::Tap(Tap::Continue) => return leave(Ending::Served, step),
            Input::Tap(Tap::Back) => return Stage::PinMenu(PinMenu),
            _ => {}
        }
        Stage::PinForgotten(self)
    }

    fn expired(self, _language: Language, step: &mut Step<'_>) -> Expired {
        Expired::Go(leave(Ending::Served, step))
    }

    fn screen(&self, _language: Language, terminal: &Terminal) -> Screen {
        let provider = terminal.catalogue.town().provider();
        Screen::PinForgotten {
            office: format!("{}, {}, {}", provider.name, provider.street, provider.city),
            note: self.note.view(),
        }
    }

    fn wake(&self) -> Option<Now> {
        self.note.wake()
    }

    fn has_back(&self) -> bool {
        true
    }
}

/// What comes after the PIN has been worked on: the news, or the errand that had to wait for it.
pub(crate) fn after_work(errand: Errand, news: PinNews, step: &mut Step<'_>) -> Stage {
    step.record(Record::PinServed(news.word()));
    match (errand, news) {
        (Errand::Pin(PinWish::Check), _) => Stage::PinDone(PinDone { news }),
        // The PIN was blocked on the way to something else: that goes on.
        (errand @ (Errand::Read(_) | Errand::FollowUp(_) | Errand::Pin(_)), PinNews::Unblocked) => {
            AwaitingCard::begin(errand, step)
        }
        (_, news) => Stage::PinDone(PinDone { news }),
    }
}
