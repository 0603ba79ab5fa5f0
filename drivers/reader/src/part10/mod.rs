//! The bytes of PC/SC part 10 and its amendment 1.1, as TR-03119 D.2 has them for identity cards: what a reader can do,
//! EstablishPACEChannel, DestroyPACEChannel (FEATURE_EXECUTE_PACE) and ModifyPIN (FEATURE_MODIFY_PIN_DIRECT).
//!
//! Sans-IO: what is written here goes through [`drivers_api::slot::CardTransport::control`], and what comes back is read
//! here. Numbers are in the machine's order (part 10 §2.5.1), which is little-endian wherever this runs; only the control
//! codes of the feature list are big-endian (§2.2). No structure here has room for a PIN or a PUK.
mod establish;
mod features;
mod modify;

pub use establish::{EstablishPace, PaceOutput, PacePassword, PaceResult, PaceStep};
pub use features::{Capabilities, FEATURES_BYTES_MAX, Features};
pub use modify::{ModifyResult, modify_pin};

use thiserror::Error;

/// Functions of FEATURE_EXECUTE_PACE (part 10 amendment 1.1).
const GET_CAPABILITIES: u8 = 0x01;
const ESTABLISH: u8 = 0x02;
const DESTROY: u8 = 0x03;

/// Why bytes of a reader can't be read, or bytes for it can't be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum Part10Error {
    /// The bytes end before the structure does.
    #[error("the reader's answer is too short")]
    TooShort,
    /// Lengths that contradict each other, or bytes where there should be none.
    #[error("lengths in the reader's answer contradict each other")]
    Length,
    /// A feature list of more than [`FEATURES_BYTES_MAX`] bytes.
    #[error("the reader's list of features is too long")]
    TooMany,
    /// GetReadersPACECapabilities was answered with an error.
    #[error("the reader doesn't tell its capabilities: {0:08X}")]
    Refused(u32),
    /// Ours: rights or a description longer than their length fields.
    #[error("rights or description are longer than the reader's structure can carry")]
    Input,
}

/// InputData of GetReadersPACECapabilities.
pub fn ask_capabilities() -> Vec<u8> {
    vec![GET_CAPABILITIES, 0, 0]
}

/// InputData of DestroyPACEChannel.
pub fn destroy() -> Vec<u8> {
    vec![DESTROY, 0, 0]
}

/// Takes bytes from the front.
struct Bytes<'a>(&'a [u8]);

impl<'a> Bytes<'a> {
    fn take(&mut self, count: usize) -> Result<&'a [u8], Part10Error> {
        let (front, rest) = self.0.split_at_checked(count).ok_or(Part10Error::TooShort)?;
        self.0 = rest;
        Ok(front)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], Part10Error> {
        let (front, rest) = self.0.split_first_chunk::<N>().ok_or(Part10Error::TooShort)?;
        self.0 = rest;
        Ok(*front)
    }

    /// A length byte and so many bytes.
    fn short(&mut self) -> Result<&'a [u8], Part10Error> {
        let [length] = self.array()?;
        self.take(usize::from(length))
    }

    /// A USHORT length and so many bytes.
    fn long(&mut self) -> Result<&'a [u8], Part10Error> {
        let length = u16::from_le_bytes(self.array()?);
        self.take(usize::from(length))
    }

    fn finish(self) -> Result<(), Part10Error> {
        if self.0.is_empty() {
            Ok(())
        } else {
            Err(Part10Error::Length)
        }
    }
}

/// The common outside of FEATURE_EXECUTE_PACE's answers: result code, and OutputData with its length. What stands behind
/// that length is the driver's buffer and counts for nothing.
fn output(bytes: &[u8]) -> Result<(u32, Bytes<'_>), Part10Error> {
    let mut bytes = Bytes(bytes);
    let result = u32::from_le_bytes(bytes.array()?);
    // Drivers leave the length off when there is nothing but the error to tell.
    if bytes.0.is_empty() && result != 0 {
        return Ok((result, bytes));
    }
    Ok((result, Bytes(bytes.long()?)))
}

#[cfg(test)]
mod tests;
