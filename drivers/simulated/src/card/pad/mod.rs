//! A reader with keys of its own, in software: it speaks PC/SC part 10 (amendment 1.1) in bytes, asks somebody for the
//! secret, runs PACE with the card and keeps the channel (TR-03119 A.4, D). Strict: malformed input is refused with the
//! table's code, and what a host must not do is filtered (A.4.4).
mod input;
mod new_pin;
mod rules;
mod run;
mod wrapping;

use super::numbers::BLOCK;
use super::rules::Password;
use apdu::{Command, Response, StatusWord};
use drivers_api::slot::{FEATURE_REQUEST, NO_CONTROL, TransportError};
use input::Establish;
use rand::SeedableRng;
use rand::rngs::StdRng;
use rules::Host;
use std::collections::VecDeque;
use wrapping::Wrapping;

/// Control codes as a cyberJack RFID standard has them.
const VERIFY_PIN_CODE: u32 = 0x4200_0DB2;
const MODIFY_PIN_CODE: u32 = 0x4200_0DB3;
const EXECUTE_PACE_CODE: u32 = 0x4200_0DCC;
/// Features of the list (part 10 §2.2).
const VERIFY_PIN_DIRECT: u8 = 0x06;
const MODIFY_PIN_DIRECT: u8 = 0x07;
const EXECUTE_PACE: u8 = 0x20;

/// What somebody does when the reader asks next. Once all is done, nobody types any more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Press {
    /// Types these digits and confirms.
    Types(&'static str),
    /// Presses the abort key.
    Aborts,
    /// Types nothing until the reader gives up.
    Waits,
    /// Takes the card away.
    PullsCard,
}

/// What the reader asks for on its display.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Asks {
    Can,
    Pin,
    Puk,
    NewPin,
    NewPinAgain,
    /// Whether the CAN that the host knows may be used (TR-03119 A.4.4).
    MayUseCan,
}

/// A display.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prompt {
    /// For what.
    pub asks: Asks,
    /// Who asks for data, out of the certificate's description; nobody does when the PIN is worked on.
    pub provider: Option<String>,
}

/// How the reader is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PadManner {
    /// It has FEATURE_MODIFY_PIN_DIRECT.
    pub modifies_pin: bool,
    /// It has DestroyPACEChannel (readers after TR-03119 1.3).
    pub destroys: bool,
    /// It tells no more than the code when something fails, as some readers do.
    pub terse: bool,
}

impl Default for PadManner {
    fn default() -> Self {
        Self {
            modifies_pin: true,
            destroys: true,
            terse: false,
        }
    }
}

/// What the reader's electronics can do with the card.
pub(super) trait Contact {
    fn exchange(&mut self, command: &[u8]) -> Result<Vec<u8>, TransportError>;

    /// Somebody takes the card away.
    fn pull(&mut self);
}

/// The reader.
pub(super) struct Pad {
    manner: PadManner,
    pub(super) presses: VecDeque<Press>,
    pub(super) prompts: Vec<Prompt>,
    channel: Option<Channel>,
    host: Host,
    random: StdRng,
}

/// What PACE in the reader has opened.
struct Channel {
    wrapping: Wrapping,
    password: Password,
    /// SHA-256 of the description that was shown.
    shown: Option<[u8; 2 * BLOCK]>,
}

/// Why no secret came.
enum NoSecret {
    Aborted,
    TimedOut,
    Pulled,
}

impl Pad {
    pub(super) fn new(manner: PadManner) -> Self {
        Self {
            manner,
            presses: VecDeque::new(),
            prompts: vec![],
            channel: None,
            host: Host::default(),
            random: StdRng::seed_from_u64(0x9AD),
        }
    }

    /// The card was reset: the channel is gone.
    pub(super) fn forget(&mut self) {
        self.channel = None;
        self.host = Host::default();
    }

    /// SCardControl; without `contact` no card lies there.
    pub(super) fn control(
        &mut self,
        code: u32,
        input: &[u8],
        contact: Option<&mut dyn Contact>,
    ) -> Result<Vec<u8>, TransportError> {
        match code {
            FEATURE_REQUEST => Ok(self.features()),
            EXECUTE_PACE_CODE => Ok(self.execute_pace(input, contact)),
            MODIFY_PIN_CODE if self.manner.modifies_pin => match contact {
                Some(contact) => Ok(self.modify_pin(input, contact)?.0.to_be_bytes().to_vec()),
                None => Err(TransportError::CardLost),
            },
            _ => Err(NO_CONTROL),
        }
    }

    /// SCardTransmit: filtered, then wrapped if a channel stands and the host doesn't wrap itself.
    pub(super) fn transmit(&mut self, bytes: &[u8], contact: &mut dyn Contact) -> Result<Vec<u8>, TransportError> {
        let Ok(command) = Command::parse(bytes) else {
            return contact.exchange(bytes);
        };
        if command.is_secured() {
            // Chip authentication has given the host keys that the reader doesn't have: its own channel has ended.
            self.channel = None;
            return contact.exchange(bytes);
        }
        if let Err(refused) = self.host.may(&command) {
            return Ok(refused.0.to_be_bytes().to_vec());
        }
        let shown = self.channel.as_ref().and_then(|channel| channel.shown);
        if shown.is_some_and(|shown| !rules::is_of_description(&command, &shown)) {
            return Ok(StatusWord::CONDITIONS_OF_USE.0.to_be_bytes().to_vec());
        }
        self.through(&command, contact).map(|response| response.encode())
    }

    /// One command of the reader's own or of the host, inside the channel if there is one.
    fn through(&mut self, command: &Command, contact: &mut dyn Contact) -> Result<Response, TransportError> {
        let Some(channel) = &mut self.channel else {
            let answer = contact.exchange(&command.encode())?;
            return Response::parse(answer).map_err(|_| TransportError::Other(0));
        };
        let answer = contact.exchange(&channel.wrapping.seal(command).encode())?;
        let outer = Response::parse(answer).map_err(|_| TransportError::Other(0))?;
        match channel.wrapping.open(&outer) {
            Some(inner) => Ok(inner),
            // Without secure messaging, or with a wrong one: the session has ended (TR-03110-3 F.6).
            None => {
                self.channel = None;
                Ok(Response::new(vec![], StatusWord::SECURE_MESSAGING_INCORRECT))
            }
        }
    }

    /// Shows a display and waits for keys.
    fn ask(
        &mut self,
        asks: Asks,
        provider: Option<&str>,
        contact: &mut dyn Contact,
    ) -> Result<&'static [u8], NoSecret> {
        self.prompts.push(Prompt {
            asks,
            provider: provider.map(str::to_owned),
        });
        match self.presses.pop_front() {
            Some(Press::Types(digits)) => Ok(digits.as_bytes()),
            Some(Press::Aborts) => Err(NoSecret::Aborted),
            Some(Press::Waits) | None => Err(NoSecret::TimedOut),
            Some(Press::PullsCard) => {
                contact.pull();
                Err(NoSecret::Pulled)
            }
        }
    }

    fn features(&self) -> Vec<u8> {
        let mut features = vec![(VERIFY_PIN_DIRECT, VERIFY_PIN_CODE)];
        if self.manner.modifies_pin {
            features.push((MODIFY_PIN_DIRECT, MODIFY_PIN_CODE));
        }
        features.push((EXECUTE_PACE, EXECUTE_PACE_CODE));
        let written = |(tag, code): (u8, u32)| [vec![tag, 4], code.to_be_bytes().to_vec()].concat();
        features.into_iter().flat_map(written).collect()
    }

    fn execute_pace(&mut self, input: &[u8], contact: Option<&mut dyn Contact>) -> Vec<u8> {
        match input {
            [0x01, 0, 0] => {
                let destroys = if self.manner.destroys { 0x80 } else { 0 };
                output(0, &[0x40 | 0x20 | destroys])
            }
            [0x02, rest @ ..] => match Establish::parse(rest) {
                Ok(order) => self.establish(&order, contact),
                Err(code) => output(code, &[]),
            },
            [0x03, 0, 0] if self.manner.destroys => {
                self.channel = None;
                output(0, &[])
            }
            [0x01 | 0x03, ..] => output(input::INCONSISTENT, &[]),
            _ => output(input::UNEXPECTED, &[]),
        }
    }
}

/// Result code, length, OutputData; numbers in the machine's order.
fn output(code: u32, data: &[u8]) -> Vec<u8> {
    [&code.to_le_bytes()[..], &(data.len() as u16).to_le_bytes(), data].concat()
}
