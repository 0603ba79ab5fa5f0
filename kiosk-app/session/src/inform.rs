//! A service that only informs: what to bring, what it costs, where to go. To read, to hear, and to take along.
use crate::entrance::ChoosingService;
use crate::finish::leave;
use crate::paper::Leaflet;
use crate::view::{self, Screen};
use crate::visit::{AnyStage, Expired, Stage, Step};
use crate::{Ending, Input, Now, Tap, Terminal, patience};
use catalogue::Service;
use core::time::Duration;
use drivers_api::language::Language;
use std::sync::Arc;

/// What a service tells.
#[derive(Debug)]
pub(crate) struct Informing {
    service: Arc<Service>,
    /// Where "back" leads.
    chosen_from: ChoosingService,
    leaflet: Leaflet,
}

impl Informing {
    pub(crate) fn about(service: Arc<Service>, chosen_from: ChoosingService) -> Self {
        Self {
            service,
            chosen_from,
            leaflet: Leaflet::default(),
        }
    }
}

impl AnyStage for Informing {
    const NAME: &'static str = "informing";
    const PATIENCE: Duration = patience::SHOWING;

    fn handle(mut self, input: Input, language: Language, step: &mut Step<'_>) -> Stage {
        self.leaflet.hear(&input, step);
        match input {
            Input::Tap(Tap::PrintAgain) => {
                let service = &self.service;
                let document = |step: &Step<'_>| step.terminal.catalogue.leaflet(service, language);
                self.leaflet.print(document, step);
                Stage::Informing(self)
            }
            Input::Tap(Tap::Continue) => leave(Ending::Served, step),
            Input::Tap(Tap::Back) => Stage::Services(self.chosen_from),
            _ => Stage::Informing(self),
        }
    }

    fn expired(self, _language: Language, step: &mut Step<'_>) -> Expired {
        Expired::Go(leave(Ending::Served, step))
    }

    fn screen(&self, language: Language, _terminal: &Terminal) -> Screen {
        let sections = self.service.sections(language);
        Screen::Information(view::Information {
            service: self.service.title(language).to_owned(),
            sections: sections
                .map(|(title, text)| (title.to_owned(), text.to_owned()))
                .collect(),
            legal_basis: self.service.legal_basis(language).to_owned(),
            leaflet: self.leaflet.view(),
        })
    }

    fn texts_in(&self, language: Language, _terminal: &Terminal) -> Language {
        self.service.language_of_texts(language)
    }

    fn wake(&self) -> Option<Now> {
        self.leaflet.wake()
    }

    fn has_back(&self) -> bool {
        true
    }

    fn may_cancel(&self) -> bool {
        false
    }
}
