//! The stages around the identity card: lay it on, let it be read or its PIN be worked on, and what to do when it can't.
//!
//! The state of the PIN is known before any secret is asked for, so that nobody types a PIN in vain (TR-03110-3 B.14.1).
use crate::errand::{Errand, PinWish};
use crate::follow_up::Asking;
use crate::pin::{PinDone, PinForgotten, after_work};
use crate::secret::SecretStage;
use crate::show::after_read;
use crate::view::{CardHint, CardWork, PinNews, Refusal, Screen, SecretTrouble};
use crate::visit::{AnyStage, Expired, Stage, Step};
use crate::{Effect, Input, Now, Record, Tap, Terminal, patience};
use core::time::Duration;
use drivers_api::Job;
use drivers_api::basis::ReadBasis;
use drivers_api::card::{
    CardEvent, CardFailure, CardFound, CardPassword, PinState, PinTask, ReadStep, ReaderCommand, Secret,
};
use drivers_api::language::Language;

/// Tries of a PIN that was just right: the retry counter is reset (TR-03127 §3.5.5).
const PIN_TRIES: u8 = 3;

/// Waits for a card that can be used.
#[derive(Debug)]
pub(crate) struct AwaitingCard {
    errand: Errand,
    hint: CardHint,
}

impl AwaitingCard {
    /// Goes on at once when a card lies there already.
    pub(crate) fn begin(errand: Errand, step: &mut Step<'_>) -> Stage {
        Self::with_hint(errand, CardHint::None, step)
    }

    fn with_hint(errand: Errand, hint: CardHint, step: &mut Step<'_>) -> Stage {
        match step.terminal.card {
            Some(found) => found_card(errand, found, step),
            None if !step.terminal.reader_works => Stage::AwaitingCard(Self {
                errand,
                hint: CardHint::ReaderGone,
            }),
            None => Stage::AwaitingCard(Self { errand, hint }),
        }
    }
}

impl AnyStage for AwaitingCard {
    const NAME: &'static str = "awaiting_card";
    const PATIENCE: Duration = patience::LAYING_CARD;

    fn handle(mut self, input: Input, _language: Language, step: &mut Step<'_>) -> Stage {
        match input {
            Input::Card(CardEvent::Inserted(found)) => return found_card(self.errand, found, step),
            Input::Card(CardEvent::ReaderGone) => self.hint = CardHint::ReaderGone,
            Input::Card(CardEvent::ReaderReady { .. } | CardEvent::Removed) => self.hint = CardHint::None,
            Input::Tap(Tap::Back) => return self.errand.back(),
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
fn found_card(errand: Errand, found: CardFound, step: &mut Step<'_>) -> Stage {
    let (hint, word) = match found {
        CardFound::Eid { pin } => return with_pin_state(errand, pin, None, step),
        CardFound::NotEid => (CardHint::NotEid, "not_eid"),
        CardFound::Unreadable => (CardHint::Unreadable, "unreadable"),
    };
    step.record(Record::CardTrouble(word));
    Stage::AwaitingCard(AwaitingCard { errand, hint })
}

/// What the state of a PIN leads to.
fn with_pin_state(errand: Errand, pin: PinState, trouble: Option<SecretTrouble>, step: &mut Step<'_>) -> Stage {
    match (pin, &errand) {
        (PinState::Operational { .. }, Errand::Pin(PinWish::Check)) => Stage::PinDone(PinDone {
            news: PinNews::InOrder(pin),
        }),
        (PinState::Operational { .. }, _) => SecretStage::begin(errand, pin, trouble, step),
        (PinState::Suspended, _) => {
            step.record(Record::CardTrouble("pin_suspended"));
            // A wrong PIN that suspends asks for the CAN next; nobody has typed a wrong CAN yet.
            let trouble = trouble.filter(|trouble| *trouble == SecretTrouble::WrongCan);
            SecretStage::begin(errand, pin, trouble, step)
        }
        (PinState::Blocked, _) => refuse(errand, Refusal::Blocked, "pin_blocked", step),
        (PinState::Deactivated, _) => refuse(errand, Refusal::Deactivated, "pin_deactivated", step),
    }
}

/// The card or its reader went away, or another card lies there now.
pub(crate) fn card_left(errand: &Errand, event: &CardEvent, step: &mut Step<'_>) -> Option<Stage> {
    let hint = match event {
        CardEvent::Removed | CardEvent::ReaderReady { .. } => CardHint::TakenAway,
        CardEvent::ReaderGone => CardHint::ReaderGone,
        CardEvent::Inserted(found) => return Some(found_card(errand.clone(), *found, step)),
        CardEvent::Progress { .. } | CardEvent::ReadDone { .. } | CardEvent::ReadFailed { .. } => return None,
        CardEvent::PinDone { .. } | CardEvent::PinFailed { .. } | CardEvent::Certificate(_) => return None,
    };
    step.record(Record::CardTrouble("card_left"));
    let errand = errand.clone();
    Some(Stage::AwaitingCard(AwaitingCard { errand, hint }))
}

/// The reader works with the card.
#[derive(Debug)]
pub(crate) struct Working {
    errand: Errand,
    job: Job,
    began: Now,
    work: CardWork,
    /// Secrets are typed on the reader meanwhile, which takes its time.
    on_pad: bool,
}

impl Working {
    /// Reads what the citizen was told, by the holder's PIN (PAuswG §18).
    pub(crate) fn read(errand: Errand, password: CardPassword, step: &mut Step<'_>) -> Stage {
        let request = match &errand {
            Errand::Read(reading) => reading.request.clone(),
            Errand::FollowUp(request) => request.clone(),
            Errand::Pin(_) => return errand.back(),
        };
        let job = step.terminal.next_job();
        let on_pad = is_on_pad(&password);
        step.effects.push(Effect::Reader(ReaderCommand::Read {
            job,
            request,
            basis: ReadBasis::OnlineAusweis(password),
        }));
        let work = CardWork::Reading(ReadStep::Opening);
        Self::begun(errand, job, work, on_pad, step)
    }

    /// Works on the PIN.
    pub(crate) fn manage(errand: Errand, task: PinTask, step: &mut Step<'_>) -> Stage {
        let job = step.terminal.next_job();
        let (work, on_pad) = match &task {
            PinTask::Change { old, .. } => (CardWork::ChangingPin, is_on_pad(old)),
            PinTask::Resume { pin, .. } => (CardWork::ResumingPin, matches!(pin, Secret::OnPad)),
            PinTask::Unblock { puk } => (CardWork::UnblockingPin, matches!(puk, Secret::OnPad)),
        };
        step.effects
            .push(Effect::Reader(ReaderCommand::ManagePin { job, task }));
        Self::begun(errand, job, work, on_pad, step)
    }

    fn begun(errand: Errand, job: Job, work: CardWork, on_pad: bool, step: &mut Step<'_>) -> Stage {
        Stage::Working(Self {
            errand,
            job,
            began: step.now,
            work,
            on_pad,
        })
    }

    fn done(self, pin: PinState, step: &mut Step<'_>) -> Stage {
        note_pin(pin, step);
        let news = match (self.work, &self.errand) {
            (CardWork::ChangingPin, Errand::Pin(PinWish::First)) => PinNews::FirstSet,
            (CardWork::ChangingPin, _) => PinNews::Changed,
            (CardWork::UnblockingPin, _) => PinNews::Unblocked,
            (CardWork::ResumingPin, _) => PinNews::Resumed,
            (CardWork::Reading(_), _) => return Stage::Working(self),
        };
        after_work(self.errand, news, step)
    }

    fn failed(self, why: CardFailure, step: &mut Step<'_>) -> Stage {
        let errand = self.errand;
        match why {
            CardFailure::WrongPin { pin } => {
                note_pin(pin, step);
                with_pin_state(errand, pin, Some(SecretTrouble::WrongPin), step)
            }
            CardFailure::PinUnusable { pin } => {
                note_pin(pin, step);
                with_pin_state(errand, pin, None, step)
            }
            CardFailure::WrongCan => with_pin_state(errand, PinState::Suspended, Some(SecretTrouble::WrongCan), step),
            CardFailure::WrongPuk => SecretStage::puk(errand, Some(SecretTrouble::WrongPuk), step),
            CardFailure::PukUsedUp => refuse(errand, Refusal::PukUsedUp, "puk_used_up", step),
            CardFailure::NotAuthorised => refuse(errand, Refusal::NotAuthorised, "not_authorised", step),
            CardFailure::NoCertificate => refuse(errand, Refusal::NoCertificate, "no_certificate", step),
            CardFailure::SignerGone => refuse(errand, Refusal::SignerGone, "signer_gone", step),
            CardFailure::NotGenuine => refuse(errand, Refusal::NotGenuine, "not_genuine", step),
            CardFailure::Revoked => refuse(errand, Refusal::Revoked, "revoked", step),
            CardFailure::Expired => refuse(errand, Refusal::Expired, "expired", step),
            CardFailure::NotTyped => refuse(errand, Refusal::NotTyped, "not_typed", step),
            CardFailure::Malformed => refuse(errand, Refusal::Malformed, "malformed", step),
            CardFailure::CardLost | CardFailure::Stopped => {
                step.record(Record::CardTrouble("card_left"));
                AwaitingCard::with_hint(errand, CardHint::TakenAway, step)
            }
            CardFailure::ReaderGone => {
                step.record(Record::CardTrouble("reader_gone"));
                step.terminal.reader_works = false;
                step.terminal.card = None;
                AwaitingCard::with_hint(errand, CardHint::ReaderGone, step)
            }
        }
    }
}

fn is_on_pad(password: &CardPassword) -> bool {
    match password {
        CardPassword::Pin(pin) | CardPassword::CanThenPin { pin, .. } => matches!(pin, Secret::OnPad),
    }
}

/// The terminal's idea of the card on the reader follows what the card last said.
fn note_pin(pin: PinState, step: &mut Step<'_>) {
    if step.terminal.card.is_some() {
        step.terminal.card = Some(CardFound::Eid { pin });
    }
}

fn refuse(errand: Errand, why: Refusal, word: &'static str, step: &mut Step<'_>) -> Stage {
    step.record(Record::CardTrouble(word));
    Stage::Refused(Refused { errand, why })
}

impl AnyStage for Working {
    const NAME: &'static str = "working";
    const PATIENCE: Duration = patience::READING;
    const ANNOUNCED: bool = false;

    fn handle(mut self, input: Input, _language: Language, step: &mut Step<'_>) -> Stage {
        match input {
            Input::Card(CardEvent::Progress { job, step: progress }) if job == self.job => {
                if let CardWork::Reading(now_at) = &mut self.work {
                    *now_at = progress;
                }
            }
            Input::Card(CardEvent::ReadDone { job, person }) if job == self.job => {
                let tries_left = PIN_TRIES;
                note_pin(PinState::Operational { tries_left }, step);
                match &self.errand {
                    Errand::Read(reading) => return after_read(reading, person, step.terminal.today()),
                    Errand::FollowUp(_) => return Asking::by_card(person, step),
                    Errand::Pin(_) => {}
                }
            }
            Input::Card(CardEvent::PinDone { job, pin }) if job == self.job => return self.done(pin, step),
            Input::Card(CardEvent::ReadFailed { job, why } | CardEvent::PinFailed { job, why }) if job == self.job => {
                return self.failed(why, step);
            }
            Input::Card(event) => {
                if let Some(stage) = card_left(&self.errand, &event, step) {
                    step.effects.push(Effect::Reader(ReaderCommand::Stop));
                    return stage;
                }
            }
            _ => {}
        }
        Stage::Working(self)
    }

    /// A reader that doesn't answer is told to stop; the citizen lays the card on again.
    fn expired(self, _language: Language, step: &mut Step<'_>) -> Expired {
        step.effects.push(Effect::Reader(ReaderCommand::Stop));
        Expired::Go(refuse(self.errand, Refusal::Malformed, "reader_silent", step))
    }

    fn screen(&self, _language: Language, _terminal: &Terminal) -> Screen {
        Screen::Working {
            work: self.work,
            on_pad: self.on_pad,
        }
    }

    /// On a reader's keys the typing comes first.
    fn began(&self) -> Option<Now> {
        let typing = if self.on_pad { patience::SECRET } else { Duration::ZERO };
        Some(self.began.saturating_add(typing))
    }
}

/// The card can't be used here as it is.
#[derive(Debug)]
pub(crate) struct Refused {
    errand: Errand,
    why: Refusal,
}

impl AnyStage for Refused {
    const NAME: &'static str = "refused";
    const PATIENCE: Duration = patience::REFUSED;

    fn handle(self, input: Input, _language: Language, step: &mut Step<'_>) -> Stage {
        match input {
            Input::Tap(Tap::Continue) if self.why.retry() => AwaitingCard::begin(self.errand, step),
            Input::Tap(Tap::Continue) if self.why == Refusal::Blocked => SecretStage::puk(self.errand, None, step),
            Input::Tap(Tap::PinForgotten) if self.why.needs_counter() => Stage::PinForgotten(PinForgotten::default()),
            // Another card (the right one of two) is always welcome.
            Input::Card(CardEvent::Inserted(found)) => found_card(self.errand, found, step),
            Input::Card(CardEvent::Removed) => Stage::AwaitingCard(AwaitingCard {
                errand: self.errand,
                hint: CardHint::None,
            }),
            Input::Tap(Tap::Back) => self.errand.back(),
            _ => Stage::Refused(self),
        }
    }

    fn screen(&self, _language: Language, _terminal: &Terminal) -> Screen {
        Screen::CardRefused { why: self.why }
    }

    fn has_back(&self) -> bool {
        true
    }
}
