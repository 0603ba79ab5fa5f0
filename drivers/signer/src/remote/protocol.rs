//! The bytes of question and answer, version 1. Numbers are big-endian.
//!
//! | question | bytes | | answer | bytes |
//! |---|---|---|---|---|
//! | version, 1 | 1 | | version, 1 | 1 |
//! | length of the holder reference, 7–16 | 1 | | outcome: 0 signature, 1 unknown holder, 2 unreachable, 3 refused | 1 |
//! | length of the message, 1–1024 | 2 | | length of the signature, at most 132; 0 unless the outcome is 0 | 2 |
//! | holder reference | 7–16 | | signature, `r ‖ s` | 0–132 |
//! | message | 1–1024 | | | |
use crate::certificate::HolderReference;
use drivers_api::signer::SignerTrouble;
use std::io::{self, Read};
use thiserror::Error;

/// Version of the protocol.
pub const VERSION: u8 = 1;

/// Longest message: a terminal authentication transcript has about 100 bytes and some more for auxiliary data.
pub const MESSAGE_BYTES_MAX: usize = 1024;

/// Longest signature: two halves of a 521-bit curve.
pub const SIGNATURE_BYTES_MAX: usize = 132;

/// Bytes before the variable part of question and answer.
const HEADER_BYTES: usize = 4;

/// Why bytes are no question or answer.
#[derive(Debug, Error)]
pub enum ProtocolError {
    /// The other side speaks another version.
    #[error("the other side speaks version {0} of the signing protocol, not {VERSION}")]
    Version(u8),
    /// A length or a reference outside its range.
    #[error("the signing protocol's {0} is outside its range")]
    Range(&'static str),
    /// The bytes ended early or the socket failed.
    #[error("the signing link failed: {0}")]
    Io(#[from] io::Error),
}

/// What is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// Whose key.
    pub holder: HolderReference,
    /// What to sign.
    pub message: Vec<u8>,
}

impl Question {
    /// A question; `None` when holder or message are outside their range.
    pub fn new(holder: &[u8], message: &[u8]) -> Option<Self> {
        let fits = (1..=MESSAGE_BYTES_MAX).contains(&message.len());
        let holder = HolderReference::new(holder)?;
        fits.then(|| Self {
            holder,
            message: message.to_vec(),
        })
    }

    /// Its bytes.
    pub fn encode(&self) -> Vec<u8> {
        let holder = self.holder.as_bytes();
        let [high, low] = (self.message.len() as u16).to_be_bytes();
        let mut bytes = vec![VERSION, holder.len() as u8, high, low];
        bytes.extend_from_slice(holder);
        bytes.extend_from_slice(&self.message);
        bytes
    }

    /// Reads one question and no byte more.
    pub fn read(source: &mut impl Read) -> Result<Self, ProtocolError> {
        let [_, holder_bytes, high, low] = header(source)?;
        let holder_bytes = usize::from(holder_bytes);
        let message_bytes = usize::from(u16::from_be_bytes([high, low]));
        if !(1..=MESSAGE_BYTES_MAX).contains(&message_bytes) {
            return Err(ProtocolError::Range("message length"));
        }
        if holder_bytes > 16 {
            return Err(ProtocolError::Range("holder reference"));
        }
        let mut bytes = vec![0; holder_bytes + message_bytes];
        source.read_exact(&mut bytes)?;
        let (holder, message) = bytes.split_at(holder_bytes);
        Self::new(holder, message).ok_or(ProtocolError::Range("holder reference"))
    }
}

/// What comes back: a plain signature, or why there is none.
pub type Answer = Result<Vec<u8>, SignerTrouble>;

/// The bytes of an answer. A signature outside the range is answered as [`SignerTrouble::Refused`].
pub fn encode_answer(answer: &Answer) -> Vec<u8> {
    let (outcome, signature) = match answer {
        Ok(signature) if (1..=SIGNATURE_BYTES_MAX).contains(&signature.len()) => (0, signature.as_slice()),
        Err(SignerTrouble::UnknownHolder) => (1, [].as_slice()),
        Err(SignerTrouble::Unreachable) => (2, [].as_slice()),
        Ok(_) | Err(SignerTrouble::Refused) => (3, [].as_slice()),
    };
    let [high, low] = (signature.len() as u16).to_be_bytes();
    let mut bytes = vec![VERSION, outcome, high, low];
    bytes.extend_from_slice(signature);
    bytes
}

/// Reads one answer and no byte more.
pub fn read_answer(source: &mut impl Read) -> Result<Answer, ProtocolError> {
    let [_, outcome, high, low] = header(source)?;
    let signature_bytes = usize::from(u16::from_be_bytes([high, low]));
    if signature_bytes > SIGNATURE_BYTES_MAX || (outcome == 0) != (signature_bytes > 0) {
        return Err(ProtocolError::Range("signature length"));
    }
    match outcome {
        0 => {
            let mut signature = vec![0; signature_bytes];
            source.read_exact(&mut signature)?;
            Ok(Ok(signature))
        }
        1 => Ok(Err(SignerTrouble::UnknownHolder)),
        2 => Ok(Err(SignerTrouble::Unreachable)),
        3 => Ok(Err(SignerTrouble::Refused)),
        _ => Err(ProtocolError::Range("outcome")),
    }
}

fn header(source: &mut impl Read) -> Result<[u8; HEADER_BYTES], ProtocolError> {
    let mut header = [0; HEADER_BYTES];
    source.read_exact(&mut header)?;
    let [version, ..] = header;
    if version != VERSION {
        return Err(ProtocolError::Version(version));
    }
    Ok(header)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn limits() {
        assert!(Question::new(b"DETESTAT00001", &[0; MESSAGE_BYTES_MAX]).is_some());
        assert!(Question::new(b"DETESTAT00001", &[0; MESSAGE_BYTES_MAX + 1]).is_none());
        assert!(Question::new(b"DETESTAT00001", &[]).is_none());
        assert!(Question::new(b"short", &[1]).is_none());
        for wrong in [
            &[2, 13, 0, 1][..],
            &[1, 17, 0, 1],
            &[1, 13, 4, 1],
            &[1, 13, 0, 0],
            &[1, 13, 0, 1, 0x44],
        ] {
            assert!(Question::read(&mut &wrong[..]).is_err());
        }
        for wrong in [
            &[1, 0, 0, 0][..],
            &[1, 4, 0, 0],
            &[1, 1, 0, 1, 9],
            &[1, 0, 0, 133],
            &[1, 0, 0, 64, 1],
        ] {
            assert!(read_answer(&mut &wrong[..]).is_err());
        }
        assert_eq!(encode_answer(&Ok(vec![7; 133])), [1, 3, 0, 0]);
    }

    proptest! {
        #[test]
        fn arbitrary_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..1200)) {
            let _ = Question::read(&mut bytes.as_slice());
            let _ = read_answer(&mut bytes.as_slice());
        }

        #[test]
        fn what_was_written_is_read(
            holder in prop::collection::vec(0x20u8..0x7F, 7..=16),
            message in prop::collection::vec(any::<u8>(), 1..=MESSAGE_BYTES_MAX),
            signature in prop::collection::vec(any::<u8>(), 1..=SIGNATURE_BYTES_MAX),
        ) {
            let question = Question::new(&holder, &message).unwrap();
            let bytes = question.encode();
            let mut rest = bytes.as_slice();
            prop_assert_eq!(Question::read(&mut rest).unwrap(), question);
            prop_assert!(rest.is_empty());
            for answer in [
                Ok(signature), Err(SignerTrouble::UnknownHolder), Err(SignerTrouble::Unreachable),
                Err(SignerTrouble::Refused),
            ] {
                prop_assert_eq!(read_answer(&mut encode_answer(&answer).as_slice()).unwrap(), answer);
            }
        }
    }
}
