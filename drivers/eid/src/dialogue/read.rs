//! A read: the order of its phases. The phases: `opening` (PIN state, CAN, PIN), `authenticating` (the terminal to the
//! card), `proving` (the chip to the terminal), `reading` (blocklist, validity, data).
use super::authenticating::{self, AwaitsSignature, ExpectAuthenticated, ExpectCertificate, ExpectChallenge};
use super::opening::{Opening, OpeningStep};
use super::proving::{ExpectAtrInfo, ExpectCardSecurity, ExpectChip};
use super::reading::{ExpectAnswer, ExpectApplication, ExpectGroup};
use super::wire::{Carried, Wire};
use super::{Ask, SignAsk, Step, Stopped, response};
use crate::chat::Chat;
use crate::curve::KeyPair;
use crate::{Fault, Terminal};
use apdu::{Command, Response};
use drivers_api::card::{PersonalData, ReadRequest, ReadStep};
use jiff::civil::Date;
use std::sync::Arc;

/// A read that awaits an answer.
pub struct Read {
    expect: Expect,
    wire: Wire,
}

/// How a read ends.
pub type ReadOutcome = Result<PersonalData, Stopped>;

pub(super) type StepOfRead = Step<Read, ReadOutcome, AwaitsSignature>;

/// What a state makes of an answer.
#[allow(clippy::large_enum_variant)] // taken apart at once, never stored
pub(super) enum Turn {
    Ask {
        expect: Expect,
        command: Command,
        progress: Option<ReadStep>,
    },
    Sign {
        state: Box<authenticating::ExpectSignature>,
        holder: Vec<u8>,
        message: Vec<u8>,
    },
    Done(PersonalData),
}

/// A state's answer: the next turn, or the end.
pub(super) type Next = Result<Turn, Stopped>;

/// What a read was given, and what it needs to its end.
pub(super) struct Plan {
    pub(super) terminal: Arc<Terminal>,
    pub(super) chat: Chat,
    pub(super) request: ReadRequest,
    pub(super) auxiliary_data: Vec<u8>,
    pub(super) today: Date,
    pub(super) extended_length: bool,
    pub(super) chip_key: KeyPair,
}

pub(super) enum Expect {
    Opening(Opening, Box<Plan>),
    Certificate(ExpectCertificate),
    Challenge(ExpectChallenge),
    Authenticated(ExpectAuthenticated),
    AtrInfo(ExpectAtrInfo),
    CardSecurity(ExpectCardSecurity),
    Chip(ExpectChip),
    Application(ExpectApplication),
    Answer(ExpectAnswer),
    Group(ExpectGroup),
}

impl Read {
    /// Takes the answer to the last command: the bytes as the transport brought them.
    pub fn handle(self, answer: Vec<u8>) -> StepOfRead {
        let Self { expect, wire } = self;
        let carried = response(answer).and_then(|response| wire.take(response));
        match carried {
            Ok(Carried::Whole(response, wire)) => carry(expect.handle(response), wire),
            Ok(Carried::Ask(wire, command)) => Step::Ask(Ask {
                dialogue: Self { expect, wire },
                command,
                progress: None,
            }),
            Err(fault) => Step::Done(Err(fault.into())),
        }
    }
}

/// Puts a turn on the wire.
pub(super) fn carry(next: Next, wire: Wire) -> StepOfRead {
    let step = next.and_then(|turn| match turn {
        Turn::Ask {
            expect,
            command,
            progress,
        } => {
            let (wire, command) = wire.put(command)?;
            Ok(Step::Ask(Ask {
                dialogue: Read { expect, wire },
                command,
                progress,
            }))
        }
        Turn::Sign { state, holder, message } => Ok(Step::Sign(SignAsk {
            dialogue: AwaitsSignature { state, wire },
            holder,
            message,
        })),
        Turn::Done(person) => Ok(Step::Done(Ok(person))),
    });
    step.unwrap_or_else(|stopped: Stopped| Step::Done(Err(stopped)))
}

impl Expect {
    fn handle(self, response: Response) -> Next {
        match self {
            Self::Opening(opening, plan) => match opening.handle(response)? {
                OpeningStep::Ask(opening, command) => ask(Self::Opening(opening, plan), command),
                OpeningStep::Open(opened) => authenticating::start(*opened, plan),
                // Only work on the PIN opens with the PUK.
                OpeningStep::AllTriesThere(_) => Err(Fault::Request.into()),
            },
            Self::Certificate(state) => state.handle(response),
            Self::Challenge(state) => state.handle(response),
            Self::Authenticated(state) => state.handle(response),
            Self::AtrInfo(state) => state.handle(response),
            Self::CardSecurity(state) => state.handle(response),
            Self::Chip(state) => state.handle(response),
            Self::Application(state) => state.handle(response),
            Self::Answer(state) => state.handle(response),
            Self::Group(state) => state.handle(response),
        }
    }
}

pub(super) fn ask(expect: Expect, command: Command) -> Next {
    Ok(Turn::Ask {
        expect,
        command,
        progress: None,
    })
}

pub(super) fn ask_in(step: ReadStep, expect: Expect, command: Command) -> Next {
    Ok(Turn::Ask {
        expect,
        command,
        progress: Some(step),
    })
}
