//! What a read leads to: a form, what stands on the card in words, or a kind word that the service isn't for its holder.
use crate::entrance::ChoosingService;
use crate::errand::Reading;
use crate::finish::leave;
use crate::form::{Case, Filling};
use crate::view::{self, Screen};
use crate::visit::{AnyStage, Expired, Stage, Step};
use crate::{Ending, Input, Tap, Terminal, patience};
use catalogue::{CardQuestion, Finish, Service};
use core::time::Duration;
use drivers_api::card::{CardEvent, PersonalData};
use drivers_api::language::Language;
use jiff::civil::Date;
use std::sync::Arc;

/// The card has been read for a service.
pub(crate) fn after_read(reading: &Reading, person: PersonalData, today: Option<Date>) -> Stage {
    let service = Arc::clone(&reading.service);
    match service.finish() {
        Finish::Show => Stage::Showing(Showing { service, person }),
        Finish::Submit | Finish::Prepare | Finish::Inform => {
            let answers = service.prefill(&person, today);
            match service.exit(&answers) {
                Some(question) => Stage::Exit(Exit { service, question }),
                None => Filling::begin(Case::new(service, answers, Some(&person))),
            }
        }
    }
}

/// What stands on the card, as long as it lies there. Nothing is kept, submitted or printed.
#[derive(Debug)]
pub(crate) struct Showing {
    service: Arc<Service>,
    person: PersonalData,
}

impl AnyStage for Showing {
    const NAME: &'static str = "showing";
    const PATIENCE: Duration = patience::SHOWING;

    fn handle(self, input: Input, _language: Language, step: &mut Step<'_>) -> Stage {
        match input {
            Input::Tap(Tap::Continue) => leave(Ending::Served, step),
            Input::Tap(Tap::Back) => Stage::Services(ChoosingService::default()),
            // Who takes the card away is done reading; nobody who comes next shall go on.
            Input::Card(CardEvent::Removed | CardEvent::Inserted(_)) => leave(Ending::Served, step),
            Input::Card(CardEvent::ReaderGone | CardEvent::ReaderReady { .. }) => leave(Ending::Served, step),
            _ => Stage::Showing(self),
        }
    }

    fn expired(self, _language: Language, step: &mut Step<'_>) -> Expired {
        Expired::Go(leave(Ending::Served, step))
    }

    fn screen(&self, language: Language, terminal: &Terminal) -> Screen {
        Screen::CardContent(view::CardContent {
            service: self.service.title(language).to_owned(),
            sections: terminal.catalogue.card_in_words(&self.person, language),
            note: self.service.next_steps(language).trim_end().to_owned(),
            authenticity: self.person.authenticity,
        })
    }

    fn texts_in(&self, language: Language, _terminal: &Terminal) -> Language {
        self.service.language_of_texts(language)
    }

    fn has_back(&self) -> bool {
        true
    }

    fn may_cancel(&self) -> bool {
        false
    }
}

/// The card said no to what the service is for: what was read is dropped, and the way on is told.
#[derive(Debug)]
pub(crate) struct Exit {
    pub(crate) service: Arc<Service>,
    pub(crate) question: CardQuestion,
}

impl AnyStage for Exit {
    const NAME: &'static str = "exit";
    const PATIENCE: Duration = patience::REFUSED;

    fn handle(self, input: Input, _language: Language, step: &mut Step<'_>) -> Stage {
        match input {
            Input::Tap(Tap::Continue) => leave(Ending::Served, step),
            Input::Tap(Tap::Back) => Stage::Services(ChoosingService::default()),
            _ => Stage::Exit(self),
        }
    }

    fn expired(self, _language: Language, step: &mut Step<'_>) -> Expired {
        Expired::Go(leave(Ending::Served, step))
    }

    fn screen(&self, language: Language, _terminal: &Terminal) -> Screen {
        let (title, text) = self.service.exit_page(self.question, language);
        Screen::Exit {
            service: self.service.title(language).to_owned(),
            title: title.to_owned(),
            text: text.trim_end().to_owned(),
        }
    }

    fn texts_in(&self, language: Language, _terminal: &Terminal) -> Language {
        self.service.language_of_texts(language)
    }

    fn has_back(&self) -> bool {
        true
    }

    fn may_cancel(&self) -> bool {
        false
    }
}
