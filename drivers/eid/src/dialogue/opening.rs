//! Opening the card: the state of the PIN decides before any secret is sent; a CAN opens a channel in which the PIN is
//! resumed; the PIN opens the channel in which data are read (TR-03110-2 §2.2.3, §3.2).
use super::pace_run::{PaceRun, PaceStep, Refusal};
use super::read::Next;
use super::reading::open_application;
use super::{PASSWORD_CAN, Step, set_password, verdict};
use crate::Fault;
use crate::channel::Line;
use crate::dialogue::PASSWORD_PIN;
use crate::pace::EphemeralKeys;
use crate::pin_state::pin_state;
use apdu::{Response, StatusWord};
use drivers_api::card::{CardPassword, DataGroup, DataGroups, PinState, ReadFailure};
use drivers_api::private::Digits;
use rand_core::CryptoRng;

/// A password and the keys for its run of PACE.
struct Secret {
    digits: Digits,
    keys: EphemeralKeys,
}

/// What follows once the PIN is open.
pub(super) struct Errand {
    pin: Secret,
    groups: Vec<DataGroup>,
}

/// All that a read was given.
pub(super) enum Plan {
    Pin(Errand),
    CanThenPin { can: Box<CanPlan> },
}

pub(super) struct CanPlan {
    can: Secret,
    errand: Errand,
}

impl Plan {
    pub(super) fn new(password: CardPassword, groups: &DataGroups, random: &mut impl CryptoRng) -> Self {
        let groups = groups.iter().copied().collect();
        let mut secret = |digits| Secret {
            digits,
            keys: EphemeralKeys::generate(random),
        };
        match password {
            CardPassword::Pin(pin) => Self::Pin(Errand {
                pin: secret(pin),
                groups,
            }),
            CardPassword::CanThenPin { can, pin } => {
                let can = secret(can);
                Self::CanThenPin {
                    can: Box::new(CanPlan {
                        can,
                        errand: Errand {
                            pin: secret(pin),
                            groups,
                        },
                    }),
                }
            }
        }
    }
}

pub(super) struct ExpectPinState {
    pub(super) plan: Plan,
}

impl ExpectPinState {
    pub(super) fn handle(self, response: &Response) -> Next {
        let status = response.status();
        let pin = pin_state(status).ok_or(Fault::Status {
            doing: "asking for the state of the PIN",
            status,
        })?;
        match (self.plan, pin) {
            (_, PinState::Blocked | PinState::Deactivated) | (Plan::Pin(_), PinState::Suspended) => {
                Err(ReadFailure::PinUnusable { pin }.into())
            }
            (Plan::Pin(errand), PinState::Operational { .. }) => errand.enter_pin(Line::Plain, pin),
            (Plan::CanThenPin { can }, PinState::Suspended | PinState::Operational { .. }) => Ok(Step::ask(
                ExpectCanChosen { plan: can, pin },
                set_password(PASSWORD_CAN)?,
            )),
        }
    }
}

pub(super) struct ExpectCanChosen {
    plan: Box<CanPlan>,
    pin: PinState,
}

impl ExpectCanChosen {
    pub(super) fn handle(self, response: &Response) -> Next {
        let status = response.status();
        if status != StatusWord::OK {
            return Err(Fault::Status {
                doing: "choosing the CAN",
                status,
            }
            .into());
        }
        let CanPlan { can, errand } = *self.plan;
        let (run, command) = PaceRun::start(can.digits, can.keys, Line::Plain)?;
        Ok(Step::ask(
            ExpectCan {
                run,
                errand,
                pin: self.pin,
            },
            command,
        ))
    }
}

pub(super) struct ExpectCan {
    run: PaceRun,
    errand: Errand,
    pin: PinState,
}

impl ExpectCan {
    pub(super) fn handle(self, response: Response) -> Next {
        let Self { run, errand, pin } = self;
        match run.handle(response)? {
            PaceStep::Ask(run, command) => Ok(Step::ask(Self { run, errand, pin }, command)),
            PaceStep::Open(channel) => {
                let mut line = Line::Secured(channel);
                let command = line.seal(set_password(PASSWORD_PIN)?)?;
                Ok(Step::ask(ExpectPinChosen { line, errand, pin }, command))
            }
            PaceStep::Refused(Refusal { status, at_token, .. }) if at_token && is_wrong_password(status) => {
                Err(ReadFailure::WrongCan.into())
            }
            PaceStep::Refused(Refusal { status, .. }) => Err(Fault::Status {
                doing: "running PACE with the CAN",
                status,
            }
            .into()),
        }
    }
}

pub(super) struct ExpectPinChosen {
    line: Line,
    errand: Errand,
    pin: PinState,
}

impl ExpectPinChosen {
    /// A resumed PIN may still be reported as 63C1.
    pub(super) fn handle(self, response: Response) -> Next {
        let Self { mut line, errand, pin } = self;
        let status = line.open(response)?.status();
        match pin_state(status) {
            Some(PinState::Operational { .. } | PinState::Suspended) => errand.enter_pin(line, pin),
            Some(pin @ (PinState::Blocked | PinState::Deactivated)) => Err(ReadFailure::PinUnusable { pin }.into()),
            None => Err(Fault::Status {
                doing: "choosing the PIN",
                status,
            }
            .into()),
        }
    }
}

impl Errand {
    /// PACE with the PIN, which MSE:Set AT has just chosen on this line.
    fn enter_pin(self, line: Line, before: PinState) -> Next {
        let (run, command) = PaceRun::start(self.pin.digits, self.pin.keys, line)?;
        Ok(Step::ask(
            ExpectPin {
                run,
                groups: self.groups,
                before,
            },
            command,
        ))
    }
}

pub(super) struct ExpectPin {
    run: PaceRun,
    groups: Vec<DataGroup>,
    before: PinState,
}

impl ExpectPin {
    pub(super) fn handle(self, response: Response) -> Next {
        let Self { run, groups, before } = self;
        match run.handle(response)? {
            PaceStep::Ask(run, command) => Ok(Step::ask(Self { run, groups, before }, command)),
            PaceStep::Open(channel) => open_application(channel, groups),
            PaceStep::Refused(refusal) => verdict::of(refusal, before),
        }
    }
}

/// Status words with which a card refuses the proof of a password whose tries aren't counted.
fn is_wrong_password(status: StatusWord) -> bool {
    status == StatusWord::AUTHENTICATION_FAILED || status.tries_left().is_some()
}
