//! Long commands through readers that can't carry extended length: in a chain of ENVELOPE commands, the answer by GET
//! RESPONSE (TR-03110-3 E). Neither is secured itself.
use crate::Fault;
use apdu::{Command, NE_SHORT_MAX, Response, StatusWord};
use zeroize::Zeroizing;

const ENVELOPE: u8 = 0xC2;
const GET_RESPONSE: u8 = 0xC0;
/// Bytes in one envelope.
const CHUNK_BYTES: usize = 255;
/// Most GET RESPONSE commands for one answer: the answers to long commands are short here.
const FETCHES_MAX: usize = 4;
/// Most commands that one long command becomes: a certificate of 2 048 bytes and secure messaging make 9 envelopes.
pub(super) const TPDUS_MAX: usize = 10 + FETCHES_MAX;

/// How commands travel, and where a long one stands.
pub(super) struct Wire {
    extended: bool,
    state: State,
}

enum State {
    Direct,
    /// Chunks still to be sent, the last one first.
    Sending(Vec<Zeroizing<Vec<u8>>>),
    Fetching {
        answer: Zeroizing<Vec<u8>>,
        fetches: usize,
    },
}

/// What came of an answer.
pub(super) enum Carried {
    /// A whole answer to the command that was put.
    Whole(Response, Wire),
    /// The next piece is on its way.
    Ask(Wire, Command),
}

impl Wire {
    pub(super) fn new(extended: bool) -> Self {
        Self {
            extended,
            state: State::Direct,
        }
    }

    /// The command to send for that command.
    pub(super) fn put(self, command: Command) -> Result<(Self, Command), Fault> {
        let Self { extended, .. } = self;
        if extended || !command.is_extended() {
            return Ok((Self::new(extended), command));
        }
        let bytes = command.encode();
        let chunks: Vec<_> = bytes
            .chunks(CHUNK_BYTES)
            .rev()
            .map(|chunk| Zeroizing::new(chunk.to_vec()))
            .collect();
        if chunks.len() > TPDUS_MAX - FETCHES_MAX {
            return Err(Fault::Envelope);
        }
        next_envelope(chunks)
    }

    pub(super) fn take(self, response: Response) -> Result<Carried, Fault> {
        let status = response.status();
        let more = status.0 >> 8 == 0x61;
        match self.state {
            State::Direct => Ok(Carried::Whole(response, Self::new(self.extended))),
            State::Sending(chunks) if !chunks.is_empty() && status == StatusWord::OK => {
                let (wire, command) = next_envelope(chunks)?;
                Ok(Carried::Ask(wire, command))
            }
            State::Sending(chunks) if chunks.is_empty() && (status == StatusWord::OK || more) => {
                fetch(Zeroizing::default(), 0)
            }
            State::Sending(_) => Err(Fault::Envelope),
            State::Fetching { answer, fetches } => {
                let answer = apdu::tlv::concat(&[&answer, response.data()]);
                if status == StatusWord::OK {
                    return Ok(Carried::Whole(super::response(answer)?, Self::new(false)));
                }
                if more && fetches < FETCHES_MAX {
                    fetch(answer, fetches)
                } else {
                    Err(Fault::Envelope)
                }
            }
        }
    }
}

fn next_envelope(mut chunks: Vec<Zeroizing<Vec<u8>>>) -> Result<(Wire, Command), Fault> {
    let chunk = chunks.pop().ok_or(Fault::Envelope)?;
    let command = Command::new(0x00, ENVELOPE, 0x00, 0x00).with_data(chunk)?;
    let command = if chunks.is_empty() { command } else { command.chained() };
    let wire = Wire {
        extended: false,
        state: State::Sending(chunks),
    };
    Ok((wire, command))
}

fn fetch(answer: Zeroizing<Vec<u8>>, fetches: usize) -> Result<Carried, Fault> {
    let command = Command::new(0x00, GET_RESPONSE, 0x00, 0x00).with_expected(NE_SHORT_MAX)?;
    let state = State::Fetching {
        answer,
        fetches: fetches + 1,
    };
    Ok(Carried::Ask(Wire { extended: false, state }, command))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(data: &[u8], status: u16) -> Response {
        Response::new(data.to_vec(), StatusWord(status))
    }

    fn ask(carried: Result<Carried, Fault>) -> (Wire, Command) {
        match carried {
            Ok(Carried::Ask(wire, command)) => (wire, command),
            Ok(Carried::Whole(..)) | Err(_) => panic!("a further piece was awaited"),
        }
    }

    fn long() -> Command {
        Command::new(0x0C, 0x2A, 0x00, 0xBE).with_data(vec![7; 600]).unwrap()
    }

    #[test]
    fn short_commands_and_able_readers_need_no_envelope() {
        let short = Command::new(0, 0x84, 0, 0).with_expected(8).unwrap();
        let (wire, command) = Wire::new(false).put(short).unwrap();
        assert_eq!(command.instruction(), 0x84);
        assert!(matches!(wire.take(answer(&[1], 0x9000)), Ok(Carried::Whole(..))));
        assert_eq!(Wire::new(true).put(long()).unwrap().1.instruction(), 0x2A);
    }

    #[test]
    fn a_long_command_travels_in_envelopes_and_its_answer_in_pieces() {
        let whole = long().encode();
        let (mut wire, mut command) = Wire::new(false).put(long()).unwrap();
        let mut sent = vec![];
        while command.instruction() == ENVELOPE {
            sent.extend_from_slice(command.data());
            assert_eq!(command.is_chained(), sent.len() < whole.len());
            (wire, command) = ask(wire.take(answer(&[], 0x9000)));
        }
        assert_eq!(sent.as_slice(), whole.as_slice());
        assert_eq!((command.instruction(), command.expected()), (GET_RESPONSE, Some(256)));
        (wire, _) = ask(wire.take(answer(&[1, 2, 3], 0x6102)));
        let Ok(Carried::Whole(response, _)) = wire.take(answer(&[4, 0x90, 0x00], 0x9000)) else {
            panic!("the answer is whole")
        };
        assert_eq!(
            (response.data(), response.status()),
            (&[1, 2, 3, 4][..], StatusWord::OK)
        );
    }

    #[test]
    fn cards_without_envelopes_and_endless_answers_are_faults() {
        let (wire, _) = Wire::new(false).put(long()).unwrap();
        assert_eq!(wire.take(answer(&[], 0x6D00)).err(), Some(Fault::Envelope));
        let (mut wire, mut command) = Wire::new(false).put(long()).unwrap();
        while command.instruction() == ENVELOPE {
            (wire, command) = ask(wire.take(answer(&[], 0x9000)));
        }
        for _ in 1..FETCHES_MAX {
            (wire, _) = ask(wire.take(answer(&[0; 256], 0x6100)));
        }
        assert_eq!(wire.take(answer(&[0; 256], 0x6100)).err(), Some(Fault::Envelope));
        let huge = Command::new(0, 0, 0, 0).with_data(vec![0; 65_535]).unwrap();
        assert_eq!(Wire::new(false).put(huge).err(), Some(Fault::Envelope));
    }
}
