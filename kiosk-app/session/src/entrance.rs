//! The first stages: language, service, and who asks for which data and why.
use crate::board::AtBoard;
use crate::card::AwaitingCard;
use crate::errand::{Errand, Reading};
use crate::follow_up::Choosing;
use crate::form::{Case, Filling};
use crate::inform::Informing;
use crate::pin::PinMenu;
use crate::view::Availability;
use crate::visit::{AnyStage, Stage, Step};
use crate::{Input, Tap, Terminal, patience, view};
use catalogue::{Finish, Service, Situation};
use core::time::Duration;
use drivers_api::card::ReadRequest;
use drivers_api::language::Language;
use drivers_api::private::PrivateText;
use std::sync::Arc;

/// Which language?
#[derive(Debug)]
pub(crate) struct ChoosingLanguage;

impl AnyStage for ChoosingLanguage {
    const NAME: &'static str = "language";
    const PATIENCE: Duration = patience::CHOOSING;

    fn handle(self, input: Input, _language: Language, _step: &mut Step<'_>) -> Stage {
        match input {
            Input::Tap(Tap::Language(_)) => Stage::Services(ChoosingService::default()),
            _ => Stage::Language(self),
        }
    }

    fn screen(&self, _language: Language, _terminal: &Terminal) -> view::Screen {
        view::Screen::Languages
    }
}

/// Up to so many services are one list; more are found by situation and by search.
const FEW: usize = 5;

/// Which service?
#[derive(Clone, Debug, Default)]
pub(crate) struct ChoosingService {
    looking: Looking,
}

/// How the citizen looks for a service.
#[derive(Clone, Debug, Default)]
enum Looking {
    /// At what there is.
    #[default]
    Around,
    /// In a situation; `None`: among the services that name none.
    In(Option<Situation>),
    /// By words, which may say anything.
    For(Arc<PrivateText>),
}

impl ChoosingService {
    /// The list of a situation.
    pub(crate) fn of(situation: Option<Situation>) -> Self {
        let looking = Looking::In(situation);
        Self { looking }
    }

    /// The situations that lists are offered for.
    pub(crate) fn situations(terminal: &Terminal) -> Vec<Option<Situation>> {
        if terminal.offered().count() <= FEW {
            Vec::new()
        } else {
            situations(terminal)
        }
    }

    fn at(looking: Looking) -> Stage {
        Stage::Services(Self { looking })
    }
}

impl AnyStage for ChoosingService {
    const NAME: &'static str = "services";
    const PATIENCE: Duration = patience::CHOOSING;

    fn handle(self, input: Input, _language: Language, step: &mut Step<'_>) -> Stage {
        let catalogue = &step.terminal.catalogue;
        let many = step.terminal.offered().count() > FEW;
        match (input, &self.looking) {
            (Input::Tap(Tap::Service(id)), _) => match catalogue.service(&id) {
                Some(service) if can_begin(service, step.terminal) => {
                    let (service, chosen_from) = (Arc::clone(service), self);
                    match service.finish() {
                        Finish::Inform => Stage::Informing(Informing::about(service, chosen_from)),
                        Finish::Submit | Finish::Prepare | Finish::Show => {
                            Stage::Request(Requesting { service, chosen_from })
                        }
                    }
                }
                _ => Stage::Services(self),
            },
            (Input::Tap(Tap::Board), _) => match step.terminal.board.clone() {
                Some(board) => Stage::Board(AtBoard::new(board, self)),
                None => Stage::Services(self),
            },
            (Input::Tap(Tap::PinServices), _) => Stage::PinMenu(PinMenu),
            (Input::Tap(Tap::FollowUp), _) => Choosing::stage(),
            (Input::Tap(Tap::Situation(situation)), Looking::Around) if many => Self::at(Looking::In(situation)),
            (Input::Tap(Tap::Search), Looking::Around) if many => Self::at(Looking::For(Arc::default())),
            (Input::Tap(Tap::Find(words)), Looking::For(_)) => Self::at(Looking::For(Arc::new(words))),
            (Input::Tap(Tap::Back), Looking::Around) => Stage::Language(ChoosingLanguage),
            (Input::Tap(Tap::Back), Looking::In(_) | Looking::For(_)) => Stage::Services(Self::default()),
            _ => Stage::Services(self),
        }
    }

    fn screen(&self, language: Language, terminal: &Terminal) -> view::Screen {
        let catalogue = &terminal.catalogue;
        let tile = |service: &Arc<Service>| view::Tile {
            id: service.id().clone(),
            title: catalogue.tile_title(service, language),
            summary: service.summary(language).to_owned(),
            texts_in: service.language_of_texts(language),
            needs_card: service.needs_card(),
            available: availability(service, terminal),
        };
        let few = terminal.offered().count() <= FEW;
        let situations = if few { Vec::new() } else { situations(terminal) };
        let (list, services): (_, Vec<&Arc<Service>>) = match &self.looking {
            Looking::Around if few => (view::List::All, terminal.offered().collect()),
            Looking::Around => {
                let most_used = catalogue.town().most_used().iter();
                let services = most_used.filter_map(|id| catalogue.service(id));
                let services = services
                    .filter(|service| service.is_offered(terminal.today()))
                    .collect();
                (view::List::Start { situations }, services)
            }
            Looking::In(situation) => {
                let services = terminal.offered();
                let services = services.filter(|service| is_wanted_in(service, *situation)).collect();
                (view::List::Situation(*situation), services)
            }
            Looking::For(words) => {
                let found = catalogue.search(words.expose()).into_iter();
                let found = found.filter(|service| service.is_offered(terminal.today()));
                return view::Screen::Search {
                    words: PrivateText::from(words.expose()),
                    tiles: found.take(FOUND_MAX).map(tile).collect(),
                };
            }
        };
        view::Screen::Services {
            tiles: services.into_iter().map(tile).collect(),
            board: terminal.board.is_some() && !matches!(list, view::List::Situation(_)),
            list,
        }
    }

    fn texts_in(&self, language: Language, terminal: &Terminal) -> Language {
        let mut spoken = terminal.offered().map(|service| service.language_of_texts(language));
        spoken.find(|spoken| *spoken != language).unwrap_or(language)
    }

    fn has_back(&self) -> bool {
        true
    }
}

/// Most services that a search tells.
const FOUND_MAX: usize = 12;

/// The situations that a service is wanted in, in their order; `None` at the end, if one names none.
fn situations(terminal: &Terminal) -> Vec<Option<Situation>> {
    let all = Situation::ALL.into_iter().map(Some).chain([None]);
    let wanted = |situation: &Option<Situation>| terminal.offered().any(|service| is_wanted_in(service, *situation));
    all.filter(wanted).collect()
}

fn is_wanted_in(service: &Service, situation: Option<Situation>) -> bool {
    let situations = service.situations();
    situation.map_or(situations.is_empty(), |situation| situations.contains(&situation))
}

/// A service is begun on the days on which it is offered, and when all that it needs is there.
fn can_begin(service: &Service, terminal: &Terminal) -> bool {
    service.is_offered(terminal.today()) && availability(service, terminal) == Availability::Now
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
    /// Where "back" leads.
    pub(crate) chosen_from: ChoosingService,
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
                let answers = self.service.blank(step.terminal.today());
                Filling::begin(Case::new(self.service, answers, None))
            }
            Input::Tap(Tap::Continue) => {
                let request = self.request(step.terminal);
                let reading = Reading {
                    service: self.service,
                    chosen_from: self.chosen_from,
                    request,
                };
                AwaitingCard::begin(Errand::Read(reading), step)
            }
            Input::Tap(Tap::Back) => Stage::Services(self.chosen_from),
            _ => Stage::Request(self),
        }
    }

    fn screen(&self, language: Language, terminal: &Terminal) -> view::Screen {
        let service = &self.service;
        let only_shown = service.finish() == Finish::Show;
        let request = self.request(terminal);
        view::Screen::Request(Box::new(view::Request {
            service: service.title(language).to_owned(),
            provider: service.town().provider().clone(),
            purpose: service.purpose_and_retention(language),
            legal_basis: service.legal_basis(language).to_owned(),
            questions: service.card_questions(&request, language),
            data: request.groups.into_iter().collect(),
            only_shown,
            fee: service.fee_overview(terminal.today(), language),
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
