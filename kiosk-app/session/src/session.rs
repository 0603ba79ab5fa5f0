//! Who is at the terminal: nobody, a citizen, or a citizen who stepped aside.
use crate::away::Away;
use crate::patience;
use crate::view::{Over, Screen, SpeechTo, StaffCall, View};
use crate::visit::{Next, Step, Visit};
use crate::{Effect, Ending, Input, Now, Preferences, Record, Tap, Terminal};
use drivers_api::Job;
use drivers_api::card::{CardEvent, ReaderCommand};
use drivers_api::language::Language;
use drivers_api::voice::{VoiceCommand, VoiceEvent};

/// The terminal's attention. `Idle` has no fields: that an idle kiosk remembers nobody is a type, not a routine.
#[derive(Debug, Default)]
pub enum Session {
    /// Nobody is here.
    #[default]
    Idle,
    /// A citizen is here.
    Visiting(Visit),
    /// A citizen stepped aside; their case is covered and waits a while.
    Away(Away),
}

impl Session {
    /// One step. `now` never goes back.
    #[must_use]
    pub fn handle(self, input: Input, now: Now, terminal: &mut Terminal, effects: &mut Vec<Effect>) -> Self {
        terminal.note(&input);
        terminal.note_filing(&input, effects);
        let session = self.step(input, now, terminal, effects);
        terminal.give_back_unheld(session.filing(), effects);
        session
    }

    fn step(self, input: Input, now: Now, terminal: &mut Terminal, effects: &mut Vec<Effect>) -> Self {
        let mut step = Step { now, terminal, effects };
        match self {
            Self::Idle => idle(input, &mut step),
            Self::Visiting(visit) => match visit.handle(input, &mut step) {
                Next::Stay(visit) => Self::Visiting(visit),
                Next::Aside(visit) => {
                    step.record(Record::WentAway);
                    Self::Away(Away::new(visit, now))
                }
                Next::End(ending) => end(ending, &mut step),
            },
            Self::Away(away) => away.handle(input, &mut step),
        }
    }

    /// The filing that a visit is at, or hasn't given up.
    fn filing(&self) -> Option<Job> {
        match self {
            Self::Idle => None,
            Self::Visiting(visit) => visit.stage.filing(),
            Self::Away(away) => away.stage().filing(),
        }
    }

    /// What the screens show now.
    pub fn view(&self, now: Now, terminal: &Terminal) -> View {
        match self {
            Self::Idle => View {
                language: Language::default(),
                texts_in: Language::default(),
                town: terminal.catalogue.town().name().to_owned(),
                screen: Screen::Attract {
                    card_left: terminal.card.is_some(),
                    reader_works: terminal.reader_works,
                    eid_works: terminal.certificate.is_some(),
                    time: terminal.time,
                    services: terminal.titles(),
                    headlines: terminal
                        .board
                        .as_ref()
                        .map(|board| board.headlines())
                        .unwrap_or_default(),
                },
                countdown: None,
                back: false,
                cancel: false,
                over: Over::Nothing,
                preferences: Preferences::default(),
                speech: SpeechTo::of(Preferences::default(), terminal),
                staff: StaffCall::NotAsked,
                can_step_aside: false,
            },
            Self::Visiting(visit) => visit.view(now, terminal),
            Self::Away(away) => away.view(now, terminal),
        }
    }

    /// When to call [`Session::handle`] with [`Input::Tick`] at the latest, and ask for a new view; never while idle.
    pub fn deadline(&self, now: Now) -> Option<Now> {
        match self {
            Self::Idle => None,
            Self::Visiting(visit) => Some(visit.next_change(now)),
            Self::Away(away) => Some(away.next_change(now)),
        }
    }

    /// Name of the state, for the journal and for staff. No personal data.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Idle => "idle",
            Self::Visiting(visit) => visit.stage.name(),
            Self::Away(_) => "away",
        }
    }
}

/// A touch, a card laid on or a headset plugged in begins a visit. Wishes that can be told before anything else was
/// touched are part of it.
fn idle(input: Input, step: &mut Step<'_>) -> Session {
    let begins = match &input {
        Input::Tap(tap) => matches!(
            tap,
            Tap::Start | Tap::Language(_) | Tap::Languages | Tap::Settings | Tap::Help | Tap::Prefer(_)
        ),
        Input::Card(event) => matches!(event, CardEvent::Inserted(_)),
        Input::Voice(event) => matches!(event, VoiceEvent::HeadsetPlugged),
        Input::Printer(_)
        | Input::Payment(_)
        | Input::Filed { .. }
        | Input::FilingFailed { .. }
        | Input::CaseTold { .. }
        | Input::Number { .. } => false,
        Input::Line { .. } | Input::Staff { .. } | Input::Board(_) | Input::Tick => false,
    };
    if !begins {
        return Session::Idle;
    }
    step.terminal.numbers_drawn = 0;
    step.record(Record::VisitBegan);
    match Visit::begin(step.now).handle(input, step) {
        Next::Stay(visit) => Session::Visiting(visit),
        Next::Aside(_) | Next::End(_) => Session::Idle,
    }
}

/// The visit is over: its memory is dropped with it, and the reader forgets the card's channel.
pub(crate) fn end(ending: Ending, step: &mut Step<'_>) -> Session {
    step.effects.push(Effect::Reader(ReaderCommand::Stop));
    step.effects.push(Effect::Voice(VoiceCommand::Reset));
    step.record(Record::VisitEnded(ending));
    Session::Idle
}

impl Away {
    fn handle(mut self, input: Input, step: &mut Step<'_>) -> Session {
        if step.now >= self.until() {
            return end(Ending::Abandoned, step);
        }
        match input {
            Input::Tap(Tap::Digit(digit)) => self.digit(digit),
            Input::Tap(Tap::Erase) => self.erase(),
            Input::Tap(Tap::Language(language)) => self.speak(language),
            Input::Tap(Tap::Prefer(wish)) => self.prefer(wish, step),
            Input::Tap(Tap::Continue) => return self.come_back(step),
            Input::Tap(Tap::Cancel | Tap::ConfirmCancel) => return end(Ending::Cancelled, step),
            Input::Staff { job, news } => self.hear_of_staff(job, news),
            Input::Tap(_) | Input::Card(_) | Input::Printer(_) | Input::Payment(_) | Input::Voice(_) => {}
            Input::Filed { .. } => {}
            Input::FilingFailed { .. } | Input::CaseTold { .. } | Input::Line { .. } | Input::Number { .. } => {}
            Input::Board(_) | Input::Tick => {}
        }
        Session::Away(self)
    }

    fn come_back(mut self, step: &mut Step<'_>) -> Session {
        if self.is_theirs() {
            step.record(Record::CameBack);
            return Session::Visiting(self.into_visit(step.now));
        }
        if self.tries_left() == 0 {
            return end(Ending::Abandoned, step);
        }
        Session::Away(self)
    }

    fn next_change(&self, now: Now) -> Now {
        patience::next_second(self.until(), now)
    }
}
