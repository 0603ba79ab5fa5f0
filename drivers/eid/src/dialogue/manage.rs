//! Work on the PIN by an unauthenticated terminal: no certificate, no rights asked for (TR-03110-2 §2.4.1, TR-03127
//! §3.5.3, §3.5.5, TR-03110-3 B.7.1).
use super::opening::{Entry, Opening, OpeningStep, Secret};
use super::start::{entry_with, typed};
use super::{Ask, Step, Stopped, response};
use crate::channel::{Channel, PaceOnly};
use crate::{Fault, Prepared};
use apdu::{Command, Response, StatusWord};
use drivers_api::card::{CardFailure, CardPassword, PinState, PinTask};
use drivers_api::private::Digits;

/// Digits of a PIN that its owner has set (TR-03127 §3.5.3).
pub const PIN_DIGITS: usize = 6;
/// P1 of RESET RETRY COUNTER (TR-03110-3 B.14.11).
const SET_NEW_PIN: u8 = 0x02;
const RESET_ONLY: u8 = 0x03;
/// P2: the PIN.
const PIN: u8 = 0x03;
/// After the PIN was proved, or after the PUK has unblocked it, all tries are there (TR-03110-2 §2.4.1).
const ALL_TRIES: PinState = PinState::Operational { tries_left: 3 };

/// Work on the PIN that awaits an answer.
pub struct ManagePin(Expect);

/// How work on the PIN ends: its state now, or why it wasn't done.
pub type PinOutcome = Result<PinState, Stopped>;

type StepOfPin = Step<ManagePin, PinOutcome>;
type Next = Result<StepOfPin, Stopped>;

enum Expect {
    Opening(Opening, Errand),
    Reset { channel: Channel<PaceOnly>, doing: Doing },
}

/// What follows once the card is open.
enum Errand {
    SetPin(Digits),
    Nothing,
    Unblock,
}

#[derive(Clone, Copy)]
enum Doing {
    SettingPin,
    Unblocking,
}

impl ManagePin {
    pub(super) fn start(task: PinTask, keys: Prepared) -> StepOfPin {
        let started = || -> Next {
            let (entry, errand) = plan(task, keys)?;
            let (opening, command) = Opening::start(entry, None)?;
            Ok(ask(Expect::Opening(opening, errand), command))
        };
        started().unwrap_or_else(|stopped| Step::Done(Err(stopped)))
    }

    pub(super) fn start_unblocking_after_pad() -> StepOfPin {
        let started = Errand::Unblock.go_on(Channel::in_reader());
        started.unwrap_or_else(|stopped| Step::Done(Err(stopped)))
    }

    /// Takes the answer to the last command: the bytes as the transport brought them.
    pub fn handle(self, answer: Vec<u8>) -> StepOfPin {
        let next = response(answer)
            .map_err(Stopped::from)
            .and_then(|response| match self.0 {
                Expect::Opening(opening, errand) => match opening.handle(response)? {
                    OpeningStep::Ask(opening, command) => Ok(ask(Expect::Opening(opening, errand), command)),
                    OpeningStep::AllTriesThere(pin) => Ok(Step::Done(Ok(pin))),
                    OpeningStep::Open(opened) => errand.go_on(opened.channel),
                },
                Expect::Reset { channel, doing } => doing.ended(channel, response),
            });
        next.unwrap_or_else(|stopped| Step::Done(Err(stopped)))
    }
}

fn plan(task: PinTask, keys: Prepared) -> Result<(Entry, Errand), Fault> {
    let Prepared { can, main, .. } = keys;
    match task {
        PinTask::Change { old, new } => {
            let new = typed(new)?;
            if new.len() != PIN_DIGITS {
                return Err(Fault::NewPin);
            }
            Ok((entry_with(old, can, main)?, Errand::SetPin(new)))
        }
        PinTask::Resume { can: digits, pin } => {
            let password = CardPassword::CanThenPin { can: digits, pin };
            Ok((entry_with(password, can, main)?, Errand::Nothing))
        }
        PinTask::Unblock { puk } => {
            let puk = Secret {
                digits: typed(puk)?,
                keys: main,
            };
            Ok((Entry::Puk(puk), Errand::Unblock))
        }
    }
}

impl Errand {
    fn go_on(self, channel: Channel<PaceOnly>) -> Next {
        match self {
            Self::Nothing => Ok(Step::Done(Ok(ALL_TRIES))),
            Self::SetPin(new) => {
                let command = Command::new(0x00, 0x2C, SET_NEW_PIN, PIN).with_data(new.expose().to_vec());
                reset(channel, command.map_err(Fault::from)?, Doing::SettingPin)
            }
            Self::Unblock => reset(channel, Command::new(0x00, 0x2C, RESET_ONLY, PIN), Doing::Unblocking),
        }
    }
}

fn reset(mut channel: Channel<PaceOnly>, command: Command, doing: Doing) -> Next {
    let command = channel.seal(command)?;
    Ok(ask(Expect::Reset { channel, doing }, command))
}

impl Doing {
    fn ended(self, mut channel: Channel<PaceOnly>, response: Response) -> Next {
        let status = channel.open(response)?.status();
        let (doing, refusal) = match self {
            Self::SettingPin => ("setting a new PIN", CardFailure::NotAuthorised),
            // The reset counter of the PIN is used up (TR-03127 §3.5.5).
            Self::Unblocking => ("unblocking the PIN", CardFailure::PukUsedUp),
        };
        match status {
            StatusWord::OK => Ok(Step::Done(Ok(ALL_TRIES))),
            StatusWord::SECURITY_STATUS => Err(Stopped::because(refusal, doing, status)),
            _ => Err(Fault::Status { doing, status }.into()),
        }
    }
}

fn ask(expect: Expect, command: Command) -> StepOfPin {
    Step::Ask(Ask {
        dialogue: ManagePin(expect),
        command,
        progress: None,
    })
}
