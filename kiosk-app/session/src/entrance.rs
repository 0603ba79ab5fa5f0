//! The first stages: language, service, and who asks for which data and why.
use crate::card::AwaitingCard;
use crate::form::{Case, Filling};
use crate::visit::{AnyStage, Stage, Step};
use crate::{Input, Tap, Terminal, patience, view};
use catalogue::Service;
use core::time::Duration;
use drivers_api::language::Language;
use std::sync::Arc;

/// Which language?
#[derive(Debug)]
pub(crate) struct ChoosingLanguage;

impl AnyStage for ChoosingLanguage {
    const NAME: &'static str = "language";
    const PATIENCE: Duration = patience::CHOOSING;

    fn handle(self, input: Input, _language: Language, _step: &mut Step<'_>) -> Stage {
        match input {
            Input::Tap(Tap::Language(_)) => Stage::Services(ChoosingService),
            _ => Stage::Language(self),
        }
    }

    fn screen(&self, _language: Language, _terminal: &Terminal) -> view::Screen {
        view::Screen::Languages
    }
}

/// Which service?
#[derive(Debug)]
pub(crate) struct ChoosingService;

impl AnyStage for ChoosingService {
    const NAME: &'static str = "services";
    const PATIENCE: Duration = patience::CHOOSING;

    fn handle(self, input: Input, _language: Language, step: &mut Step<'_>) -> Stage {
        match input {
            Input::Tap(Tap::Service(id)) => match step.terminal.catalogue.service(&id) {
                Some(service) if is_available(service, step.terminal) => Stage::Request(Requesting {
                    service: Arc::clone(service),
                }),
                _ => Stage::Services(self),
            },
            Input::Tap(Tap::Back) => Stage::Language(ChoosingLanguage),
            _ => Stage::Services(self),
        }
    }

    fn screen(&self, language: Language, terminal: &Terminal) -> view::Screen {
        let tile = |service: &Arc<Service>| view::Tile {
            id: service.id().clone(),
            title: service.title(language).to_owned(),
            summary: service.summary(language).to_owned(),
            needs_card: !service.data_groups().is_empty(),
            available: is_available(service, terminal),
        };
        view::Screen::Services {
            tiles: terminal.catalogue.services().iter().map(tile).collect(),
        }
    }

    fn has_back(&self) -> bool {
        true
    }
}

/// A service that needs a card needs a reader.
fn is_available(service: &Service, terminal: &Terminal) -> bool {
    service.data_groups().is_empty() || terminal.reader_works
}

/// Who asks for which data and why; shown before the PIN (PAuswG §18(4)).
#[derive(Debug)]
pub(crate) struct Requesting {
    pub(crate) service: Arc<Service>,
}

impl AnyStage for Requesting {
    const NAME: &'static str = "request";
    const PATIENCE: Duration = patience::CHOOSING;

    fn handle(self, input: Input, _language: Language, step: &mut Step<'_>) -> Stage {
        match input {
            Input::Tap(Tap::Continue) if self.service.data_groups().is_empty() => {
                let answers = self.service.blank();
                Filling::begin(Case::new(self.service, answers, None))
            }
            Input::Tap(Tap::Continue) => AwaitingCard::begin(self.service, step),
            Input::Tap(Tap::Back) => Stage::Services(ChoosingService),
            _ => Stage::Request(self),
        }
    }

    fn screen(&self, language: Language, terminal: &Terminal) -> view::Screen {
        let service = &self.service;
        view::Screen::Request(view::Request {
            service: service.title(language).to_owned(),
            provider: terminal.catalogue.town().provider().clone(),
            purpose: service.purpose(language).to_owned(),
            legal_basis: service.legal_basis(language).to_owned(),
            data: service.data_groups().iter().copied().collect(),
            fee: service.fee_text(language),
            no_paper: terminal.printer_trouble.is_some(),
        })
    }

    fn has_back(&self) -> bool {
        true
    }
}
