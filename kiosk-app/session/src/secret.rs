//! PIN, CAN, PUK and a new PIN are typed here, digit by digit, into memory that is overwritten. On a reader with keys of
//! its own nothing is typed here at all (TR-03124-1 §3.8).
use crate::card::{Working, card_left};
use crate::errand::{Errand, PinWish};
use crate::view::{Screen, SecretEntry, SecretKind, SecretTrouble};
use crate::visit::{AnyStage, Stage, Step};
use crate::{Input, Tap, Terminal, patience};
use core::time::Duration;
use drivers_api::card::{CardPassword, PinState, PinTask, Secret};
use drivers_api::language::Language;
use drivers_api::private::Digits;

/// A secret is typed.
#[derive(Debug)]
pub(crate) struct SecretStage {
    errand: Errand,
    wanted: Wanted,
    typed: Digits,
    /// State of the PIN as the card last told it.
    pin: PinState,
    trouble: Option<SecretTrouble>,
}

/// Which secret comes next, with those typed before it.
#[derive(Debug)]
enum Wanted {
    Can,
    Pin { can: Option<Digits> },
    NewPin { old: CardPassword },
    NewPinAgain { old: CardPassword, new: Digits },
    Puk,
}

impl SecretStage {
    /// Asks for what a PIN in this state needs first: itself, or the CAN.
    pub(crate) fn begin(errand: Errand, pin: PinState, trouble: Option<SecretTrouble>, step: &mut Step<'_>) -> Stage {
        if step.terminal.pin_pad {
            return on_pad(errand, pin, step);
        }
        let wanted = match pin {
            PinState::Suspended => Wanted::Can,
            _ => Wanted::Pin { can: None },
        };
        Stage::Secret(Self::asking(errand, wanted, pin, trouble))
    }

    /// Asks for the PUK.
    pub(crate) fn puk(errand: Errand, trouble: Option<SecretTrouble>, step: &mut Step<'_>) -> Stage {
        if step.terminal.pin_pad {
            return Working::manage(errand, PinTask::Unblock { puk: Secret::OnPad }, step);
        }
        Stage::Secret(Self::asking(errand, Wanted::Puk, PinState::Blocked, trouble))
    }

    fn asking(errand: Errand, wanted: Wanted, pin: PinState, trouble: Option<SecretTrouble>) -> Self {
        Self {
            errand,
            wanted,
            typed: Digits::default(),
            pin,
            trouble,
        }
    }

    fn kind(&self) -> SecretKind {
        match self.wanted {
            Wanted::Can => SecretKind::Can,
            Wanted::Pin { .. } if self.errand.has_transport_pin() => SecretKind::TransportPin,
            Wanted::Pin { .. } => SecretKind::Pin,
            Wanted::NewPin { .. } => SecretKind::NewPin,
            Wanted::NewPinAgain { .. } => SecretKind::NewPinAgain,
            Wanted::Puk => SecretKind::Puk,
        }
    }

    fn confirm(self, step: &mut Step<'_>) -> Stage {
        if self.typed.len() != self.kind().length() {
            return Stage::Secret(self);
        }
        let Self {
            errand,
            wanted,
            typed,
            pin,
            ..
        } = self;
        let next = |errand, wanted, trouble| Stage::Secret(Self::asking(errand, wanted, pin, trouble));
        match wanted {
            Wanted::Can => next(errand, Wanted::Pin { can: Some(typed) }, None),
            Wanted::Pin { can } => {
                let password = match can {
                    None => CardPassword::Pin(Secret::Typed(typed)),
                    Some(can) => CardPassword::CanThenPin {
                        can: Secret::Typed(can),
                        pin: Secret::Typed(typed),
                    },
                };
                match errand {
                    Errand::Pin(PinWish::Change | PinWish::First) => {
                        next(errand, Wanted::NewPin { old: password }, None)
                    }
                    Errand::Read(_) | Errand::FollowUp(_) | Errand::Pin(PinWish::Check) => {
                        with_password(errand, password, step)
                    }
                }
            }
            Wanted::NewPin { old } => next(errand, Wanted::NewPinAgain { old, new: typed }, None),
            Wanted::NewPinAgain { old, new } if new == typed => {
                let new = Secret::Typed(new);
                Working::manage(errand, PinTask::Change { old, new }, step)
            }
            Wanted::NewPinAgain { old, .. } => next(errand, Wanted::NewPin { old }, Some(SecretTrouble::NotTheSame)),
            Wanted::Puk => {
                let puk = Secret::Typed(typed);
                Working::manage(errand, PinTask::Unblock { puk }, step)
            }
        }
    }
}

/// The card is opened with this password, for what the errand wants.
fn with_password(errand: Errand, password: CardPassword, step: &mut Step<'_>) -> Stage {
    match (errand, password) {
        (errand @ (Errand::Read(_) | Errand::FollowUp(_)), password) => Working::read(errand, password, step),
        (errand @ Errand::Pin(_), CardPassword::CanThenPin { can, pin }) => {
            Working::manage(errand, PinTask::Resume { can, pin }, step)
        }
        // Only a suspended PIN is proven for its own sake; any other is in order already.
        (errand @ Errand::Pin(_), CardPassword::Pin(_)) => errand.back(),
    }
}

/// Every secret is typed on the reader.
fn on_pad(errand: Errand, pin: PinState, step: &mut Step<'_>) -> Stage {
    let password = match pin {
        PinState::Suspended => CardPassword::CanThenPin {
            can: Secret::OnPad,
            pin: Secret::OnPad,
        },
        _ => CardPassword::Pin(Secret::OnPad),
    };
    match errand {
        Errand::Pin(PinWish::Change | PinWish::First) => {
            let task = PinTask::Change {
                old: password,
                new: Secret::OnPad,
            };
            Working::manage(errand, task, step)
        }
        Errand::Read(_) | Errand::FollowUp(_) | Errand::Pin(PinWish::Check) => with_password(errand, password, step),
    }
}

impl AnyStage for SecretStage {
    const NAME: &'static str = "secret";
    const PATIENCE: Duration = patience::SECRET;

    fn handle(mut self, input: Input, _language: Language, step: &mut Step<'_>) -> Stage {
        match input {
            Input::Tap(Tap::Digit(digit)) if self.typed.len() < self.kind().length() => {
                self.typed.push(digit);
                self.trouble = None;
            }
            Input::Tap(Tap::Erase) => self.typed.erase(),
            Input::Tap(Tap::Continue) => return self.confirm(step),
            Input::Tap(Tap::Back) => return self.errand.back(),
            Input::Card(event) => {
                if let Some(stage) = card_left(&self.errand, &event, step) {
                    return stage;
                }
            }
            _ => {}
        }
        Stage::Secret(self)
    }

    fn screen(&self, _language: Language, _terminal: &Terminal) -> Screen {
        let kind = self.kind();
        Screen::Secret(SecretEntry {
            kind,
            typed: self.typed.len(),
            length: kind.length(),
            pin: self.pin,
            trouble: self.trouble,
        })
    }

    fn has_back(&self) -> bool {
        true
    }
}
