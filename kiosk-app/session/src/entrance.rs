//! The first stages: language, service, and who asks for which data and why.
use crate::card::AwaitingCard;
use crate::errand::{Errand, Reading};
use crate::form::{Case, Filling};
use crate::pin::PinMenu;
use crate::view::Availability;
use crate::visit::{AnyStage, Stage, Step};
use crate::{Input, Tap, Terminal, patience, view};
use catalogue::{Finish, Service};
use core::time::Duration;
use drivers_api::card::ReadRequest;
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
                Some(service) if availability(service, step.terminal) == Availability::Now => {
                    Stage::Request(Requesting {
                        service: Arc::clone(service),
                    })
                }
                _ => Stage::Services(self),
            },
            Input::Tap(Tap::PinServices) => Stage::PinMenu(PinMenu),
            Input::Tap(Tap::Back) => Stage::Language(ChoosingLanguage),
            _ => Stage::Services(self),
        }
    }

    fn screen(&self, language: Language, terminal: &Terminal) -> view::Screen {
        let tile = |service: &Arc<Service>| view::Tile {
            id: service.id().clone(),
            title: service.title(language).to_owned(),
            summary: service.summary(language).to_owned(),
            texts_in: service.language_of_texts(language),
            needs_card: service.needs_card(),
            available: availability(service, terminal),
        };
        view::Screen::Services {
            tiles: terminal.catalogue.services().iter().map(tile).collect(),
        }
    }

    fn texts_in(&self, language: Language, terminal: &Terminal) -> Language {
        let services = terminal.catalogue.services().iter();
        let mut spoken = services.map(|service| service.language_of_texts(language));
        spoken.find(|spoken| *spoken != language).unwrap_or(language)
    }

    fn has_back(&self) -> bool {
        true
    }
}

/// A service that needs a card needs a reader, and a certificate that grants what it reads.
fn availability(service: &Service, terminal: &Terminal) -> Availability {
    match service.needs_card() {
        false => Availability::Now,
        true if !terminal.reader_works => Availability::NoReader,
        true if terminal.granted(service).is_none() => Availability::NoCertificate,
        true => Availability::Now,
    }
}

/// Who asks for which data and why; shown before the PIN (PAuswG §18(4)).
#[derive(Debug)]
pub(crate) struct Requesting {
    pub(crate) service: Arc<Service>,
}

impl Requesting {
    /// What the citizen is told, and what is read then. Without a certificate the reader will say so.
    fn request(&self, terminal: &Terminal) -> ReadRequest {
        let granted = terminal.granted(&self.service);
        granted.unwrap_or_else(|| self.service.read_request())
    }
}

impl AnyStage for Requesting {
    const NAME: &'static str = "request";
    const PATIENCE: Duration = patience::CHOOSING;

    fn handle(self, input: Input, _language: Language, step: &mut Step<'_>) -> Stage {
        match input {
            Input::Tap(Tap::Continue) if !self.service.needs_card() => {
                let answers = self.service.blank();
                Filling::begin(Case::new(self.service, answers, None))
            }
            Input::Tap(Tap::Continue) => {
                let request = self.request(step.terminal);
                let service = self.service;
                AwaitingCard::begin(Errand::Read(Reading { service, request }), step)
            }
            Input::Tap(Tap::Back) => Stage::Services(ChoosingService),
            _ => Stage::Request(self),
        }
    }

    fn screen(&self, language: Language, terminal: &Terminal) -> view::Screen {
        let service = &self.service;
        let only_shown = service.finish() == Finish::Show;
        view::Screen::Request(Box::new(view::Request {
            service: service.title(language).to_owned(),
            provider: terminal.catalogue.town().provider().clone(),
            purpose: service.purpose(language).to_owned(),
            legal_basis: service.legal_basis(language).to_owned(),
            data: self.request(terminal).groups.into_iter().collect(),
            questions: service.card_questions(language),
            only_shown,
            fee: service.fee_text(language),
            certificate: terminal.certificate.clone().filter(|_| service.needs_card()),
            no_paper: terminal.printer_trouble.is_some() && !only_shown,
        }))
    }

    fn texts_in(&self, language: Language, _terminal: &Terminal) -> Language {
        self.service.language_of_texts(language)
    }

    fn has_back(&self) -> bool {
        true
    }
}
