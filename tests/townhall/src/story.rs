//! A citizen's story told step by step: what is seen, what is touched, what the devices say.
use crate::devices::{Card, PIN, Weather};
use crate::services::catalogue;
use crate::world::World;
use drivers_api::language::Language;
use drivers_api::private::PrivateText;
use session::view::{FormFieldKind, Screen, View};
use session::{Input, Session, Tap};
use std::time::Duration;

/// A card in good order.
pub const GOOD_CARD: Card = Card::Eid { tries: 3, off: false };

/// A story in a world where everything works unless the story says otherwise.
#[derive(Debug)]
pub struct Story {
    /// The world.
    pub world: World,
}

impl Default for Story {
    fn default() -> Self {
        Self {
            world: World::new(catalogue(), Weather { faults: 0.0 }, 1),
        }
    }
}

impl Story {
    /// What is on the screens.
    pub fn view(&self) -> View {
        self.world.session.view(self.world.now, &self.world.terminal)
    }

    /// What is shown.
    pub fn screen(&self) -> Screen {
        self.view().screen
    }

    /// A touch.
    pub fn tap(&mut self, tap: Tap) -> &mut Self {
        self.world.input(Input::Tap(tap));
        self
    }

    /// Time goes by.
    pub fn wait(&mut self, seconds: u64) -> &mut Self {
        self.world.pass(self.world.now + Duration::from_secs(seconds));
        self
    }

    /// To the page that says who asks for what.
    pub fn to_request(&mut self) -> &mut Self {
        self.to_request_of("meldebescheinigung")
    }

    /// To the page that says who asks for what in that service.
    pub fn to_request_of(&mut self, service: &str) -> &mut Self {
        self.tap(Tap::Start)
            .tap(Tap::Language(Language::German))
            .tap(Tap::Service(service.into()))
    }

    /// Through a whole read for that service, with a card in good order.
    pub fn read_for(&mut self, service: &str) -> &mut Self {
        self.to_request_of(service).tap(Tap::Continue);
        self.world.lay_on(GOOD_CARD);
        self.type_secret(PIN).wait(10)
    }

    /// To the PIN, with a card laid on.
    pub fn to_pin(&mut self, card: Card) -> &mut Self {
        self.to_request().tap(Tap::Continue);
        self.world.lay_on(card);
        self
    }

    /// Types six digits and confirms.
    pub fn type_secret(&mut self, secret: &[u8]) -> &mut Self {
        for ascii in secret {
            self.tap(Tap::Digit(ascii - b'0'));
        }
        self.tap(Tap::Continue)
    }

    /// To the first page of the form, card read.
    pub fn to_form(&mut self) -> &mut Self {
        self.to_pin(GOOD_CARD).type_secret(PIN).wait(10)
    }

    /// Fills what has to be filled with the first choice, and goes on, to the review.
    pub fn to_review(&mut self) -> &mut Self {
        self.to_form().fill()
    }

    /// Fills every page that is left with the first choice.
    pub fn fill(&mut self) -> &mut Self {
        for _page in 0..20 {
            let Screen::Form(form) = self.screen() else { break };
            for field in form
                .fields
                .iter()
                .filter(|field| field.editable && field.value.is_empty() && field.required)
            {
                let text = match &field.kind {
                    FormFieldKind::Text => "Beispiel".to_owned(),
                    FormFieldKind::Digits => "51147".to_owned(),
                    FormFieldKind::Iban => "DE89 3704 0044 0532 0130 00".to_owned(),
                    FormFieldKind::Money => "650,00".to_owned(),
                    FormFieldKind::Date => "12.08.1964".to_owned(),
                    FormFieldKind::Number { min, .. } => min.to_string(),
                    FormFieldKind::YesNo => "true".to_owned(),
                    FormFieldKind::Place(_) => continue, // nobody has to see a map
                    FormFieldKind::Select { choices } => choices[0].key.clone(),
                };
                self.tap(Tap::Enter {
                    field: field.field,
                    text: PrivateText::new(text),
                });
            }
            self.tap(Tap::Continue);
        }
        self
    }

    /// To the receipt, printed.
    pub fn to_receipt(&mut self) -> &mut Self {
        self.to_review().tap(Tap::Continue).wait(15)
    }

    /// Nobody is here, and nobody is remembered.
    pub fn is_idle(&self) -> bool {
        matches!(self.world.session, Session::Idle)
    }
}
