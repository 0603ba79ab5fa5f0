//! What it means when PACE with the PIN is refused (TR-03110-3 B.14.2): `63Cx` tells the tries, other words don't, and
//! the state is asked for once more.
use super::opening::{Expect, Next, Opening, OpeningStep};
use super::pace_run::Refusal;
use super::{PASSWORD_PIN, set_password};
use crate::Fault;
use crate::channel::Line;
use crate::pin_state::{after_wrong_pin, of_tries, pin_state};
use apdu::{Response, StatusWord};
use drivers_api::card::{CardFailure, PinState};

const DOING: &str = "running PACE with the PIN";

/// Ends the opening, or asks for the state first.
pub(super) fn of(refusal: Refusal, before: PinState) -> Next {
    let Refusal {
        mut line,
        status,
        at_token,
    } = refusal;
    if let Some(left) = status.tries_left() {
        let pin = of_tries(left).ok_or(Fault::Status { doing: DOING, status })?;
        return Err(if at_token {
            CardFailure::WrongPin { pin }
        } else {
            CardFailure::PinUnusable { pin }
        }
        .into());
    }
    match status {
        StatusWord::DEACTIVATED => Err(CardFailure::PinUnusable {
            pin: PinState::Deactivated,
        }
        .into()),
        StatusWord::AUTHENTICATION_FAILED
        | StatusWord::SECURITY_STATUS
        | StatusWord::AUTHENTICATION_BLOCKED
        | StatusWord::REFERENCE_DATA_NOT_USABLE
        | StatusWord::CONDITIONS_OF_USE => {
            let command = line.seal(set_password(PASSWORD_PIN, None)?)?;
            let state = ExpectTriesLeft {
                line,
                before,
                at_token,
                status,
            };
            Ok(OpeningStep::Ask(Opening::at(Expect::TriesLeft(state)), command))
        }
        _ => Err(Fault::Status { doing: DOING, status }.into()),
    }
}

pub(super) struct ExpectTriesLeft {
    line: Line,
    before: PinState,
    at_token: bool,
    status: StatusWord,
}

impl ExpectTriesLeft {
    pub(super) fn handle(mut self, response: Response) -> Next {
        let status = self.line.open(response)?.status();
        let told = pin_state(status).ok_or(Fault::Status {
            doing: "asking for the tries left",
            status,
        })?;
        if self.at_token {
            return Err(CardFailure::WrongPin {
                pin: after_wrong_pin(self.before, told),
            }
            .into());
        }
        match told {
            PinState::Operational { .. } => Err(Fault::Status {
                doing: DOING,
                status: self.status,
            }
            .into()),
            PinState::Suspended | PinState::Blocked | PinState::Deactivated => {
                Err(CardFailure::PinUnusable { pin: told }.into())
            }
        }
    }
}
