//! How a case is found: by the code on the receipt, or with the card; and what is read from the card for it.
use super::FollowUp;
use super::asking::{Asking, Purpose};
use super::code::TypingCode;
use super::told::CaseQuestion;
use super::typed::TypedCode;
use crate::card::AwaitingCard;
use crate::entrance::ChoosingService;
use crate::errand::Errand;
use crate::view::{self, Availability, Screen};
use crate::visit::{AnyStage, Stage, Step};
use crate::{Input, Tap, Terminal, patience};
use core::time::Duration;
use drivers_api::card::ReadRequest;
use drivers_api::language::Language;

/// Code or card?
#[derive(Debug)]
pub(crate) struct Choosing;

impl Choosing {
    pub(crate) fn stage() -> Stage {
        Stage::FollowUp(FollowUp::Choosing(Self))
    }
}

/// The card finds cases again where the terminal's certificate grants a pseudonym.
fn by_card(terminal: &Terminal) -> Availability {
    let granted = terminal.certificate.as_ref().is_some_and(|it| it.rights.pseudonym);
    match (terminal.reader_works, granted) {
        (false, _) => Availability::NoReader,
        (true, false) => Availability::NoCertificate,
        (true, true) => Availability::Now,
    }
}

impl AnyStage for Choosing {
    const NAME: &'static str = "follow_up_choice";
    const PATIENCE: Duration = patience::CHOOSING;

    fn handle(self, input: Input, _language: Language, step: &mut Step<'_>) -> Stage {
        match input {
            Input::Tap(Tap::ByCode) => TypingCode::begin(),
            Input::Tap(Tap::ByCard) if by_card(step.terminal) == Availability::Now => Requesting::stage(),
            Input::Tap(Tap::Scanned(text)) => scanned(text.expose(), step),
            Input::Tap(Tap::Back) => Stage::Services(ChoosingService::default()),
            _ => Self::stage(),
        }
    }

    fn screen(&self, _language: Language, terminal: &Terminal) -> Screen {
        Screen::FollowUp(view::FollowUp::Choose {
            by_card: by_card(terminal),
        })
    }

    fn has_back(&self) -> bool {
        true
    }
}

/// What a scanner read: a code of ours is asked for at once.
pub(crate) fn scanned(text: &str, step: &mut Step<'_>) -> Stage {
    match TypedCode::scanned(text) {
        Some(code) => by_code(&code, step),
        None => TypingCode::not_ours(),
    }
}

/// Asks for the case of a code that has no slip.
pub(crate) fn by_code(code: &TypedCode, step: &mut Step<'_>) -> Stage {
    let question = CaseQuestion::ByCode { code: code.grouped() };
    Asking::begin(question, Purpose::Find, step)
}

/// Who asks the card, and for what: the pseudonym alone (PAuswG §18(4)).
#[derive(Debug)]
pub(crate) struct Requesting;

impl Requesting {
    pub(crate) fn stage() -> Stage {
        Stage::FollowUp(FollowUp::Request(Self))
    }
}

impl AnyStage for Requesting {
    const NAME: &'static str = "follow_up_request";
    const PATIENCE: Duration = patience::CHOOSING;

    fn handle(self, input: Input, _language: Language, step: &mut Step<'_>) -> Stage {
        match input {
            Input::Tap(Tap::Continue) => {
                let request = ReadRequest {
                    pseudonym: true,
                    ..ReadRequest::default()
                };
                AwaitingCard::begin(Errand::FollowUp(request), step)
            }
            Input::Tap(Tap::Back) => Choosing::stage(),
            _ => Self::stage(),
        }
    }

    fn screen(&self, language: Language, terminal: &Terminal) -> Screen {
        let catalogue = &terminal.catalogue;
        let (purpose, legal_basis) = catalogue.follow_up_purpose(language);
        Screen::Request(Box::new(view::Request {
            service: catalogue.follow_up_title(language).to_owned(),
            provider: catalogue.town().provider().clone(),
            purpose: purpose.to_owned(),
            legal_basis: legal_basis.to_owned(),
            data: Vec::new(),
            questions: vec![catalogue.pseudonym_question(language)],
            only_shown: false,
            fee: None,
            certificate: terminal.certificate.clone(),
            no_paper: false,
        }))
    }

    fn has_back(&self) -> bool {
        true
    }
}
