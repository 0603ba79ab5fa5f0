//! The stages around the identity card: lay it on, type PIN (and CAN where the PIN is suspended), read.
//!
//! The state of the PIN is known before any secret is asked for, so that nobody types a PIN in vain (TR-03110-3 B.14.1).
use crate::entrance::Requesting;
use crate::form::{Case, Filling};
use crate::view::{CardHint, Refusal, Screen, SecretEntry, SecretKind};
use crate::visit::{AnyStage, Expired, Stage, Step};
use crate::{Effect, Input, Now, Record, Tap, Terminal, patience};
use catalogue::Service;
use core::time::Duration;
use drivers_api::Job;
use drivers_api::card::{CardEvent, CardFound, CardPassword, PinState, ReadFailure, ReadStep, ReaderCommand};
use drivers_api::language::Language;
use drivers_api::private::Digits;
use std::sync::Arc;

/// Digits of an eID PIN and of a CAN (TR-03127 §3.5.3).
const SECRET_DIGITS: usize = 6;

/// Waits for a card that can be used.
#[derive(Debug)]
pub(crate) struct AwaitingCard {
    service: Arc<Service>,
    hint: CardHint,
}

impl AwaitingCard {
    /// Goes on at once when a card lies there already.
    pub(crate) fn begin(service: Arc<Service>, step: &mut Step<'_>) -> Stage {
        Self::with_hint(service, CardHint::None, step)
    }

    fn with_hint(service: Arc<Service>, hint: CardHint, step: &mut Step<'_>) -> Stage {
        match step.terminal.card {
            Some(found) => found_card(service, found, step),
            None if !step.terminal.reader_works => Stage::AwaitingCard(Self {
                service,
                hint: CardHint::ReaderGone,
            }),
            None => Stage::AwaitingCard(Self { service, hint }),
        }
    }
}

impl AnyStage for AwaitingCard {
    const NAME: &'static str = "awaiting_card";
    const PATIENCE: Duration = patience::LAYING_CARD;

    fn handle(mut self, input: Input, _language: Language, step: &mut Step<'_>) -> Stage {
        match input {
            Input::Card(CardEvent::Inserted(found)) => return found_card(self.service, found, step),
            Input::Card(CardEvent::ReaderGone) => self.hint = CardHint::ReaderGone,
            Input::Card(CardEvent::ReaderReady | CardEvent::Removed) => self.hint = CardHint::None,
            Input::Tap(Tap::Back) => return Stage::Request(Requesting { service: self.service }),
            _ => {}
        }
        Stage::AwaitingCard(self)
    }

    fn screen(&self, _language: Language, _terminal: &Terminal) -> Screen {
        Screen::LayCard { hint: self.hint }
    }

    fn has_back(&self) -> bool {
        true
    }
}

/// What a card on the reader leads to.
fn found_card(service: Arc<Service>, found: CardFound, step: &mut Step<'_>) -> Stage {
    let hint = match found {
        CardFound::Eid { pin } => return with_pin_state(service, pin, false, step),
        CardFound::NotEid => CardHint::NotEid,
        CardFound::Unreadable => CardHint::Unreadable,
    };
    step.record(Record::CardTrouble(if hint == CardHint::NotEid {
        "not_eid"
    } else {
        "unreadable"
    }));
    Stage::AwaitingCard(AwaitingCard { service, hint })
}

/// What the state of a PIN leads to.
fn with_pin_state(service: Arc<Service>, pin: PinState, wrong: bool, step: &mut Step<'_>) -> Stage {
    let (kind, trouble, refusal) = match pin {
        PinState::Operational { .. } => (SecretKind::Pin, None, None),
        PinState::Suspended => (SecretKind::Can, Some("pin_suspended"), None),
        PinState::Blocked => (SecretKind::Pin, Some("pin_blocked"), Some(Refusal::Blocked)),
        PinState::Deactivated => (SecretKind::Pin, Some("pin_deactivated"), Some(Refusal::Deactivated)),
    };
    if let Some(trouble) = trouble {
        step.record(Record::CardTrouble(trouble));
    }
    match refusal {
        Some(why) => Stage::Refused(Refused { service, why }),
        None => {
            let typed = Digits::default();
            Stage::Secret(SecretStage {
                service,
                kind,
                typed,
                pin,
                can: None,
                // A wrong PIN that suspends asks for the CAN next; nobody has typed a wrong CAN yet.
                wrong: wrong && kind == SecretKind::Pin,
            })
        }
    }
}

/// PIN or CAN is typed.
#[derive(Debug)]
pub(crate) struct SecretStage {
    service: Arc<Service>,
    kind: SecretKind,
    typed: Digits,
    pin: PinState,
    /// The CAN, once typed, when the PIN was suspended.
    can: Option<Digits>,
    wrong: bool,
}

impl SecretStage {
    fn confirm(self, step: &mut Step<'_>) -> Stage {
        if self.typed.len() != SECRET_DIGITS {
            return Stage::Secret(self);
        }
        let Self {
            service,
            kind,
            typed,
            pin,
            can,
            ..
        } = self;
        let password = match (kind, can) {
            (SecretKind::Can, _) => {
                let typed_can = Some(typed);
                let typed = Digits::default();
                return Stage::Secret(Self {
                    service,
                    kind: SecretKind::Pin,
                    typed,
                    pin,
                    can: typed_can,
                    wrong: false,
                });
            }
            (SecretKind::Pin, None) => CardPassword::Pin(typed),
            (SecretKind::Pin, Some(can)) => CardPassword::CanThenPin { can, pin: typed },
        };
        let job = step.terminal.next_job();
        let groups = service.data_groups().clone();
        step.effects
            .push(Effect::Reader(ReaderCommand::Read { job, password, groups }));
        Stage::Reading(Reading {
            service,
            job,
            began: step.now,
            progress: ReadStep::Opening,
        })
    }
}

impl AnyStage for SecretStage {
    const NAME: &'static str = "secret";
    const PATIENCE: Duration = patience::SECRET;

    fn handle(mut self, input: Input, _language: Language, step: &mut Step<'_>) -> Stage {
        match input {
            Input::Tap(Tap::Digit(digit)) if self.typed.len() < SECRET_DIGITS => {
                self.typed.push(digit);
                self.wrong = false;
            }
            Input::Tap(Tap::Erase) => self.typed.erase(),
            Input::Tap(Tap::Continue) => return self.confirm(step),
            Input::Tap(Tap::Back) => return Stage::Request(Requesting { service: self.service }),
            Input::Card(event) => {
                if let Some(stage) = card_left(&self.service, &event, step) {
                    return stage;
                }
            }
            _ => {}
        }
        Stage::Secret(self)
    }

    fn screen(&self, _language: Language, _terminal: &Terminal) -> Screen {
        let Self { kind, pin, wrong, .. } = *self;
        Screen::Secret(SecretEntry {
            kind,
            typed: self.typed.len(),
            length: SECRET_DIGITS,
            pin,
            wrong,
        })
    }

    fn has_back(&self) -> bool {
        true
    }
}

/// The card or its reader went away, or another card lies there now.
fn card_left(service: &Arc<Service>, event: &CardEvent, step: &mut Step<'_>) -> Option<Stage> {
    let hint = match event {
        CardEvent::Removed => CardHint::TakenAway,
        CardEvent::ReaderGone => CardHint::ReaderGone,
        CardEvent::Inserted(found) => return Some(found_card(Arc::clone(service), *found, step)),
        CardEvent::ReaderReady => CardHint::TakenAway,
        CardEvent::Progress { .. } | CardEvent::ReadDone { .. } | CardEvent::ReadFailed { .. } => return None,
    };
    step.record(Record::CardTrouble("card_left"));
    Some(Stage::AwaitingCard(AwaitingCard {
        service: Arc::clone(service),
        hint,
    }))
}

/// The card is being read.
#[derive(Debug)]
pub(crate) struct Reading {
    service: Arc<Service>,
    job: Job,
    began: Now,
    progress: ReadStep,
}

impl Reading {
    fn failed(self, why: ReadFailure, step: &mut Step<'_>) -> Stage {
        let service = self.service;
        match why {
            ReadFailure::WrongPin { pin } => {
                note_pin(pin, step);
                with_pin_state(service, pin, true, step)
            }
            ReadFailure::PinUnusable { pin } => {
                note_pin(pin, step);
                with_pin_state(service, pin, false, step)
            }
            ReadFailure::WrongCan => {
                let (kind, pin, typed) = (SecretKind::Can, PinState::Suspended, Digits::default());
                Stage::Secret(SecretStage {
                    service,
                    kind,
                    typed,
                    pin,
                    can: None,
                    wrong: true,
                })
            }
            ReadFailure::NotAuthorised => refuse(service, Refusal::NotAuthorised, "not_authorised", step),
            ReadFailure::Malformed => refuse(service, Refusal::Malformed, "malformed", step),
            ReadFailure::CardLost | ReadFailure::Stopped => {
                step.record(Record::CardTrouble("card_left"));
                AwaitingCard::with_hint(service, CardHint::TakenAway, step)
            }
            ReadFailure::ReaderGone => {
                step.record(Record::CardTrouble("reader_gone"));
                step.terminal.reader_works = false;
                step.terminal.card = None;
                AwaitingCard::with_hint(service, CardHint::ReaderGone, step)
            }
        }
    }
}

/// The terminal's idea of the card on the reader follows what the card last said.
fn note_pin(pin: PinState, step: &mut Step<'_>) {
    if step.terminal.card.is_some() {
        step.terminal.card = Some(CardFound::Eid { pin });
    }
}

fn refuse(service: Arc<Service>, why: Refusal, word: &'static str, step: &mut Step<'_>) -> Stage {
    step.record(Record::CardTrouble(word));
    Stage::Refused(Refused { service, why })
}

impl AnyStage for Reading {
    const NAME: &'static str = "reading";
    const PATIENCE: Duration = patience::READING;
    const ANNOUNCED: bool = false;

    fn handle(mut self, input: Input, _language: Language, step: &mut Step<'_>) -> Stage {
        match input {
            Input::Card(CardEvent::Progress { job, step: progress }) if job == self.job => self.progress = progress,
            Input::Card(CardEvent::ReadDone { job, person }) if job == self.job => {
                let answers = self.service.prefill(&person);
                return Filling::begin(Case::new(self.service, answers, Some(&person)));
            }
            Input::Card(CardEvent::ReadFailed { job, why }) if job == self.job => return self.failed(why, step),
            Input::Card(event) => {
                if let Some(stage) = card_left(&self.service, &event, step) {
                    step.effects.push(Effect::Reader(ReaderCommand::Stop));
                    return stage;
                }
            }
            _ => {}
        }
        Stage::Reading(self)
    }

    /// A reader that doesn't answer is told to stop; the citizen lays the card on again.
    fn expired(self, _language: Language, step: &mut Step<'_>) -> Expired {
        step.effects.push(Effect::Reader(ReaderCommand::Stop));
        Expired::Go(refuse(self.service, Refusal::Malformed, "reader_silent", step))
    }

    fn screen(&self, _language: Language, _terminal: &Terminal) -> Screen {
        Screen::Reading { step: self.progress }
    }

    fn began(&self) -> Option<Now> {
        Some(self.began)
    }
}

/// The card can't be used here as it is.
#[derive(Debug)]
pub(crate) struct Refused {
    service: Arc<Service>,
    why: Refusal,
}

impl Refused {
    /// Trying again makes sense where the card or the line to it may have been the cause.
    fn retry(&self) -> bool {
        match self.why {
            Refusal::Malformed => true,
            Refusal::Blocked | Refusal::Deactivated | Refusal::NotAuthorised => false,
        }
    }
}

impl AnyStage for Refused {
    const NAME: &'static str = "refused";
    const PATIENCE: Duration = patience::REFUSED;

    fn handle(self, input: Input, _language: Language, step: &mut Step<'_>) -> Stage {
        match input {
            Input::Tap(Tap::Continue) if self.retry() => AwaitingCard::begin(self.service, step),
            // Another card (the right one of two) is always welcome.
            Input::Card(CardEvent::Inserted(found)) => found_card(self.service, found, step),
            Input::Card(CardEvent::Removed) => Stage::AwaitingCard(AwaitingCard {
                service: self.service,
                hint: CardHint::None,
            }),
            Input::Tap(Tap::Back) => Stage::Request(Requesting { service: self.service }),
            _ => Stage::Refused(self),
        }
    }

    fn screen(&self, _language: Language, _terminal: &Terminal) -> Screen {
        Screen::CardRefused {
            why: self.why,
            retry: self.retry(),
        }
    }

    fn has_back(&self) -> bool {
        true
    }
}
