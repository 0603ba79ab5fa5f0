//! The second half of a task, with the card: secrets, and the end.
use crate::authenticating::{code, result};
use crate::command::{Command, Outgoing};
use crate::dialogue::{Next, Step, WORK_PATIENCE};
use crate::message::{ChangePin, Enter, Message, Reader, SecretKind};
use crate::words::{Ask, Failure, Output, Success, Tell, Way};
use drivers_api::card::{PinState, Secret};

/// How often a card may lie badly in one task before it counts as lost.
const PAUSES_MAX: u8 = 3;

/// Which workflow of AusweisApp.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Auth,
    ChangePin,
}

#[derive(Debug)]
pub(crate) struct Working {
    kind: Kind,
    /// By which right data are read; none where the PIN is changed.
    way: Option<Way>,
    turn: Turn,
    /// The secret that was sent last.
    sent: Option<SecretKind>,
    /// Reader with the card that the first secret was asked for: from then on it must stay.
    bound_to: Option<String>,
    pauses: u8,
}

/// Whose turn it is.
#[derive(Debug)]
enum Turn {
    AusweisApp,
    /// Citizen: lay the card on.
    Card,
    /// Citizen: lay the card straight.
    Straight,
    /// Citizen: this secret.
    Secret(Ask),
}

impl Working {
    pub(crate) fn new(kind: Kind, way: Option<Way>) -> Self {
        Self {
            kind,
            way,
            turn: Turn::AusweisApp,
            sent: None,
            bound_to: None,
            pauses: 0,
        }
    }

    pub(crate) fn kind(&self) -> Kind {
        self.kind
    }

    pub(crate) fn is_citizens_turn(&self) -> bool {
        !matches!(self.turn, Turn::AusweisApp)
    }

    /// Sends the secret if it is the one that was asked for; else it is dropped and the question stays open.
    pub(crate) fn answer(&mut self, kind: SecretKind, secret: &Secret, step: &mut Step<'_>) -> Result<(), Failure> {
        let Turn::Secret(ask) = self.turn else { return Ok(()) };
        if ask.kind != kind {
            return Ok(());
        }
        let outgoing = match (secret, ask.on_pad) {
            (Secret::Typed(digits), false) => Outgoing::secret(kind, Some(digits)),
            (Secret::OnPad, true) => Outgoing::secret(kind, None),
            (Secret::Typed(_), true) => {
                return Err(Failure::OutOfStep("typed on the screen though the reader has keys"));
            }
            (Secret::OnPad, false) => return Err(Failure::OutOfStep("the reader has no keys")),
        };
        self.turn = Turn::AusweisApp;
        self.sent = Some(kind);
        step.send_secret(outgoing);
        Ok(())
    }

    pub(crate) fn message(mut self, message: Message, step: &mut Step<'_>) -> Next {
        match message {
            Message::Enter(kind, enter) => self.enter(kind, enter, step),
            Message::InsertCard(_) if self.bound_to.is_some() => self.cancel(Failure::CardLost),
            Message::InsertCard(_) => {
                self.turn = Turn::Card;
                step.tell(Tell::InsertCard);
                Next::Working(self)
            }
            Message::Reader(reader) => self.reader(&reader, step),
            Message::Pause => self.pause(step),
            Message::Status(status) => {
                status
                    .progress
                    .into_iter()
                    .for_each(|percent| step.tell(Tell::Progress(percent.min(100))));
                Next::Working(self)
            }
            Message::Auth(auth) if self.kind == Kind::Auth => match result(auth) {
                Ok(_) if self.sent.is_none() => Next::Done(Err(Failure::OutOfStep("authenticated without a secret"))),
                ended => Next::Done(ended),
            },
            Message::ChangePin(change) if self.kind == Kind::ChangePin => self.changed(change),
            Message::Auth(_) | Message::ChangePin(_) => self.cancel(Failure::OutOfStep("the end of another workflow")),
            Message::AccessRights(_) | Message::Certificate(_) => {
                self.cancel(Failure::OutOfStep("rights after the consent"))
            }
            Message::BadState(_) | Message::UnknownCommand(_) | Message::Invalid(_) => {
                self.cancel(Failure::OutOfStep("a command didn't fit"))
            }
            Message::InternalError(_) => self.cancel(Failure::OutOfStep("internal error")),
            Message::Info(_) | Message::ApiLevel(_) | Message::ReaderList(_) | Message::Unknown => Next::Working(self),
        }
    }

    fn cancel(self, failure: Failure) -> Next {
        Next::Cancel(self.kind, failure)
    }

    fn enter(mut self, kind: SecretKind, enter: Enter, step: &mut Step<'_>) -> Next {
        let card = enter.reader.card.as_ref();
        let pin = card.and_then(|card| card.pin());
        if enter.reader.is_simulated() || card.is_none() {
            return self.cancel(Failure::OutOfStep("a secret for no card"));
        }
        if self.bound_to.as_ref().is_some_and(|name| *name != enter.reader.name) {
            return self.cancel(Failure::CardLost);
        }
        if let Err(failure) = self.may_ask(kind, pin, step) {
            return self.cancel(failure);
        }
        if kind == SecretKind::Puk && card.is_some_and(|card| card.inoperative) {
            return self.cancel(Failure::PukUsedUp);
        }
        let rejected = enter.error.is_some();
        let ask = Ask {
            kind,
            pin,
            wrong: self.sent.filter(|sent| !rejected && was_wrong(*sent, kind)),
            rejected,
            on_pad: enter.reader.keypad,
        };
        self.bound_to = Some(enter.reader.name);
        self.turn = Turn::Secret(ask);
        step.out.push(Output::Ask(ask));
        Next::Working(self)
    }

    /// The law's say in which secret may be asked for.
    fn may_ask(&self, kind: SecretKind, pin: Option<PinState>, step: &Step<'_>) -> Result<(), Failure> {
        let suspended = pin == Some(PinState::Suspended);
        match (&self.way, kind) {
            (Some(Way::VorOrt(comparison)), SecretKind::Can) if comparison.holds(step.now) => Ok(()),
            (Some(Way::VorOrt(_)), SecretKind::Can) => Err(Failure::ComparisonOver),
            // The holder's secrets are none of the staff's business (PAuswG §18a: CAN).
            (Some(Way::VorOrt(_)), SecretKind::Pin | SecretKind::Puk | SecretKind::NewPin) => {
                Err(Failure::OutOfStep("another secret than the CAN"))
            }
            (Some(Way::Holder), SecretKind::NewPin) => Err(Failure::OutOfStep("a new PIN in an authentication")),
            (Some(Way::Holder) | None, SecretKind::Can) if !suspended => Err(Failure::CanRefused),
            (Some(Way::Holder) | None, SecretKind::Pin | SecretKind::Can | SecretKind::NewPin)
                if pin == Some(PinState::Deactivated) =>
            {
                Err(Failure::PinUnusable(PinState::Deactivated))
            }
            (Some(Way::Holder) | None, SecretKind::Pin | SecretKind::Can | SecretKind::Puk) => Ok(()),
            (None, SecretKind::NewPin)
                if self.sent == Some(SecretKind::Pin) || self.sent == Some(SecretKind::NewPin) =>
            {
                Ok(())
            }
            (None, SecretKind::NewPin) => Err(Failure::OutOfStep("a new PIN before the old one")),
        }
    }

    fn reader(mut self, reader: &Reader, step: &mut Step<'_>) -> Next {
        let gone = !reader.attached || reader.card.is_none();
        if gone && self.bound_to.as_ref() == Some(&reader.name) {
            return self.cancel(Failure::CardLost);
        }
        if !gone && !reader.is_simulated() {
            match self.turn {
                Turn::Straight => {
                    step.send(Command::Continue, WORK_PATIENCE);
                    self.turn = Turn::AusweisApp;
                }
                // AusweisApp goes on by itself.
                Turn::Card => {
                    step.patience = Some(WORK_PATIENCE);
                    self.turn = Turn::AusweisApp;
                }
                Turn::AusweisApp | Turn::Secret(_) => {}
            }
        }
        Next::Working(self)
    }

    fn pause(mut self, step: &mut Step<'_>) -> Next {
        self.pauses += 1;
        if self.pauses > PAUSES_MAX {
            return self.cancel(Failure::CardLost);
        }
        // Whatever was asked for before is void.
        self.turn = Turn::Straight;
        step.tell(Tell::CardLiesBadly);
        Next::Working(self)
    }

    fn changed(self, change: ChangePin) -> Next {
        match change.success {
            None => self.cancel(Failure::OutOfStep("CHANGE_PIN began twice")),
            Some(true) if self.sent == Some(SecretKind::NewPin) => Next::Done(Ok(Success::PinChanged)),
            Some(true) => Next::Done(Err(Failure::OutOfStep("a PIN was changed without a new one"))),
            Some(false) => Next::Done(Err(Failure::Ended {
                minor: None,
                reason: change.reason.map(|reason| code(&reason)),
                url: None,
            })),
        }
    }
}

/// Whether asking for `now` means that the secret sent before it was wrong: right ones lead from PUK and CAN to the PIN,
/// and from the PIN to the new one.
fn was_wrong(sent: SecretKind, now: SecretKind) -> bool {
    match (sent, now) {
        (SecretKind::Pin, SecretKind::Pin | SecretKind::Can | SecretKind::Puk) => true,
        (SecretKind::Can, SecretKind::Can) | (SecretKind::Puk, SecretKind::Puk) => true,
        (SecretKind::NewPin, SecretKind::NewPin) => true,
        (SecretKind::Pin | SecretKind::NewPin, _) | (SecretKind::Can | SecretKind::Puk, _) => false,
    }
}
