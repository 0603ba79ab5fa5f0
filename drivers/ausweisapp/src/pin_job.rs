//! Work on the PIN, with the secrets that came with its command: each answers at most one question.
//!
//! AusweisApp has one workflow for it, RUN_CHANGE_PIN. It opens a suspended PIN by the CAN and unblocks a blocked one by
//! the PUK on its way; to do no more than that, the workflow is given up as soon as it asks for what comes next.
use crate::events::card_failure;
use crate::message::SecretKind;
use crate::words::{Ask, Failure, Success};
use drivers_api::Job;
use drivers_api::card::{CardEvent, CardFailure, CardPassword, PinState, PinTask, Secret};

/// Tries of a PIN that was just proven (TR-03127 §3.5.5).
const TRIES_FRESH: u8 = 3;

#[derive(Debug)]
pub(crate) struct PinJob {
    job: Job,
    pin: Option<Secret>,
    can: Option<Secret>,
    puk: Option<Secret>,
    new: Option<Secret>,
    goal: Goal,
    /// How it ends when the workflow is given up by us.
    verdict: Option<Result<PinState, CardFailure>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Goal {
    Change,
    Resume,
    Unblock,
}

/// What to do about a question.
#[derive(Debug)]
pub(crate) enum Turn {
    Answer(Secret),
    /// Give up: the verdict stands.
    Over,
}

impl PinJob {
    pub(crate) fn new(job: Job, task: PinTask) -> Self {
        let (goal, pin, can, puk, new) = match task {
            PinTask::Change {
                old: CardPassword::Pin(pin),
                new,
            } => (Goal::Change, Some(pin), None, None, Some(new)),
            PinTask::Change {
                old: CardPassword::CanThenPin { can, pin },
                new,
            } => (Goal::Change, Some(pin), Some(can), None, Some(new)),
            PinTask::Resume { can, pin } => (Goal::Resume, Some(pin), Some(can), None, None),
            PinTask::Unblock { puk } => (Goal::Unblock, None, None, Some(puk), None),
        };
        Self {
            job,
            pin,
            can,
            puk,
            new,
            goal,
            verdict: None,
        }
    }

    /// Ends it for a reason that the card gives; the first reason stands.
    pub(crate) fn fail(&mut self, why: CardFailure) {
        self.verdict.get_or_insert(Err(why));
    }

    pub(crate) fn ask(&mut self, ask: Ask) -> Turn {
        if let Some(over) = self.ends_here(ask) {
            self.verdict.get_or_insert(over);
            return Turn::Over;
        }
        let secret = match ask.kind {
            SecretKind::Pin => self.pin.take(),
            SecretKind::Can => self.can.take(),
            SecretKind::Puk => self.puk.take(),
            SecretKind::NewPin => self.new.take(),
        };
        match secret {
            Some(secret) => Turn::Answer(secret),
            None => {
                let pin = ask.pin.unwrap_or(state_that_asks(ask.kind));
                self.fail(CardFailure::PinUnusable { pin });
                Turn::Over
            }
        }
    }

    /// The answer to its command.
    pub(crate) fn done(self, result: Result<Success, Failure>) -> CardEvent {
        let Self { job, verdict, .. } = self;
        let fresh = PinState::Operational {
            tries_left: TRIES_FRESH,
        };
        let end = match (result, verdict) {
            // Though it was given up: it is changed, and must be said so.
            (Ok(Success::PinChanged), _) => Ok(fresh),
            (Ok(Success::Authenticated(_)), _) => Err(CardFailure::Malformed),
            // Given up by us, and AusweisApp confirmed it. When the line broke meanwhile, it still is as the card said.
            (Err(_), Some(verdict)) => verdict,
            (Err(failure), None) => Err(card_failure(failure)),
        };
        match end {
            Ok(pin) => CardEvent::PinDone { job, pin },
            Err(why) => CardEvent::PinFailed { job, why },
        }
    }

    /// Whether this question says that the job has ended: by a wrong secret, or by its goal being reached.
    fn ends_here(&self, ask: Ask) -> Option<Result<PinState, CardFailure>> {
        let fresh = PinState::Operational {
            tries_left: TRIES_FRESH,
        };
        let pin = ask.pin.unwrap_or(state_that_asks(ask.kind));
        match ask.wrong {
            Some(SecretKind::Pin) => return Some(Err(CardFailure::WrongPin { pin })),
            Some(SecretKind::Can) => return Some(Err(CardFailure::WrongCan)),
            Some(SecretKind::Puk) => return Some(Err(CardFailure::WrongPuk)),
            // The card refused the new PIN.
            Some(SecretKind::NewPin) => return Some(Err(CardFailure::Malformed)),
            None => {}
        }
        match (self.goal, ask.kind) {
            // The length was wrong, so nothing was tried and nothing lost.
            _ if ask.rejected => Some(Err(CardFailure::Malformed)),
            (Goal::Resume, SecretKind::NewPin) => Some(Ok(fresh)),
            (Goal::Unblock, SecretKind::Pin) => Some(Ok(pin)),
            (Goal::Change | Goal::Resume | Goal::Unblock, _) => None,
        }
    }
}

/// The state of a PIN whose card doesn't tell it, by what is asked for.
fn state_that_asks(kind: SecretKind) -> PinState {
    match kind {
        SecretKind::Pin | SecretKind::NewPin => PinState::Operational {
            tries_left: TRIES_FRESH,
        },
        SecretKind::Can => PinState::Suspended,
        SecretKind::Puk => PinState::Blocked,
    }
}
