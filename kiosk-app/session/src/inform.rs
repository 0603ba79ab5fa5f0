//! A service that only informs: what to bring, what it costs, where to go. To read, to hear, and to take along. Some give a
//! waiting number, too.
use crate::entrance::ChoosingService;
use crate::finish::leave;
use crate::paper::Leaflet;
use crate::view::{self, Screen};
use crate::visit::{AnyStage, Expired, Stage, Step};
use crate::{Effect, Ending, Input, Now, Record, Tap, Terminal, patience};
use catalogue::{Service, WaitingNumber};
use core::time::Duration;
use drivers_api::Job;
use drivers_api::language::Language;
use std::sync::Arc;

/// What a service tells.
#[derive(Debug)]
pub(crate) struct Informing {
    service: Arc<Service>,
    /// Where "back" leads.
    chosen_from: ChoosingService,
    number: Drawing,
    leaflet: Leaflet,
}

/// How it stands with a waiting number.
#[derive(Debug, Default)]
enum Drawing {
    #[default]
    NotAsked,
    Asked {
        job: Job,
        until: Now,
    },
    Drawn(WaitingNumber),
    NotNow,
}

/// Numbers are drawn so long before the office opens, in minutes: whoever waits at the door is in the queue.
const EARLY_MINUTES: u16 = 30;

impl Informing {
    pub(crate) fn about(service: Arc<Service>, chosen_from: ChoosingService) -> Self {
        Self {
            service,
            chosen_from,
            number: Drawing::default(),
            leaflet: Leaflet::default(),
        }
    }

    /// A number is of use only while somebody calls it; where the town doesn't say when, always.
    fn is_open(&self, terminal: &Terminal) -> bool {
        let opening = self.service.town().opening();
        let open = opening
            .zip(terminal.time)
            .map(|(opening, now)| opening.is_open(now, EARLY_MINUTES));
        open.unwrap_or(true)
    }

    /// One number a page, and [`patience::NUMBERS_MAX`] a visit: whoever has one keeps it.
    fn draw(&mut self, step: &mut Step<'_>) {
        let may = matches!(self.number, Drawing::NotAsked | Drawing::NotNow)
            && self.is_open(step.terminal)
            && step.terminal.numbers_drawn < patience::NUMBERS_MAX;
        if let Some(queue) = self.service.queue().filter(|_| may) {
            step.terminal.numbers_drawn += 1;
            let job = step.terminal.next_job();
            step.effects.push(Effect::DrawNumber { job, queue });
            let until = step.now.saturating_add(patience::DRAWING);
            self.number = Drawing::Asked { job, until };
        }
    }

    fn drawn(&mut self, drawn: Option<(String, u32)>, language: Language, step: &mut Step<'_>) {
        step.record(Record::NumberDrawn(drawn.is_some()));
        self.number = match drawn {
            None => Drawing::NotNow,
            Some((text, ahead)) => Drawing::Drawn(WaitingNumber {
                text,
                ahead,
                drawn_at: step.terminal.time,
            }),
        };
        if matches!(self.number, Drawing::Drawn(_)) {
            self.print(language, step);
        }
    }

    /// The number, where there is one; else what the service tells.
    fn print(&mut self, language: Language, step: &mut Step<'_>) {
        let (service, number) = (&self.service, &self.number);
        let document = |step: &Step<'_>| match number {
            Drawing::Drawn(number) => step.terminal.catalogue.number_ticket(service, number, language),
            Drawing::NotAsked | Drawing::Asked { .. } | Drawing::NotNow => {
                step.terminal.catalogue.leaflet(service, language)
            }
        };
        self.leaflet.print(document, step);
    }

    fn touched(mut self, input: Input, language: Language, step: &mut Step<'_>) -> Stage {
        match input {
            Input::Tap(Tap::PrintAgain) => self.print(language, step),
            Input::Tap(Tap::DrawNumber) => self.draw(step),
            // A number that is on its way must not be drawn for nobody.
            Input::Tap(Tap::Back | Tap::Continue) if matches!(self.number, Drawing::Asked { .. }) => {}
            Input::Tap(Tap::Continue) => return leave(Ending::Served, step),
            Input::Tap(Tap::Back) => return Stage::Services(self.chosen_from),
            _ => {}
        }
        Stage::Informing(self)
    }

    fn number(&self, language: Language, terminal: &Terminal) -> Option<view::Number> {
        self.service.queue()?;
        Some(match &self.number {
            Drawing::Drawn(number) => view::Number::Drawn {
                text: number.text.clone(),
                ahead: terminal.catalogue.ahead_text(number.ahead, language),
            },
            Drawing::Asked { .. } => view::Number::Asking,
            Drawing::NotAsked | Drawing::NotNow if !self.is_open(terminal) => view::Number::Closed,
            Drawing::NotAsked if terminal.numbers_drawn >= patience::NUMBERS_MAX => view::Number::NotNow,
            Drawing::NotAsked => view::Number::Offered,
            Drawing::NotNow => view::Number::NotNow,
        })
    }
}

impl AnyStage for Informing {
    const NAME: &'static str = "informing";
    const PATIENCE: Duration = patience::SHOWING;

    fn handle(mut self, input: Input, language: Language, step: &mut Step<'_>) -> Stage {
        self.leaflet.hear(&input, step);
        if let Drawing::Asked { until, .. } = self.number
            && step.now >= until
        {
            self.drawn(None, language, step);
        }
        match (input, &self.number) {
            (Input::Number { job, drawn }, Drawing::Asked { job: asked, .. }) if job == *asked => {
                self.drawn(drawn, language, step);
                Stage::Informing(self)
            }
            (input, _) => self.touched(input, language, step),
        }
    }

    fn expired(self, _language: Language, step: &mut Step<'_>) -> Expired {
        Expired::Go(leave(Ending::Served, step))
    }

    fn screen(&self, language: Language, terminal: &Terminal) -> Screen {
        let sections = self.service.sections(language);
        Screen::Information(view::Information {
            service: self.service.title(language).to_owned(),
            sections: sections
                .map(|(title, text)| (title.to_owned(), text.to_owned()))
                .collect(),
            legal_basis: self.service.legal_basis(language).to_owned(),
            number: self.number(language, terminal),
            leaflet: self.leaflet.view(),
        })
    }

    fn texts_in(&self, language: Language, _terminal: &Terminal) -> Language {
        self.service.language_of_texts(language)
    }

    fn wake(&self) -> Option<Now> {
        let asked = match self.number {
            Drawing::Asked { until, .. } => Some(until),
            Drawing::NotAsked | Drawing::Drawn(_) | Drawing::NotNow => None,
        };
        [asked, self.leaflet.wake()].into_iter().flatten().min()
    }

    fn has_back(&self) -> bool {
        true
    }

    fn may_cancel(&self) -> bool {
        false
    }
}
