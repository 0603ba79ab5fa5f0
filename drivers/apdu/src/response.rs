//! Response APDUs and status words (ISO 7816-4 §5.1, §5.6).
use core::fmt;
use thiserror::Error;
use zeroize::Zeroizing;

/// Most bytes of a response: extended length data and the status word.
pub const RESPONSE_BYTES_MAX: usize = 65_538;

/// SW1 SW2.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct StatusWord(pub u16);

impl StatusWord {
    /// Done.
    pub const OK: Self = Self(0x9000);
    /// End of file before Ne bytes were read; the data are good.
    pub const END_OF_FILE: Self = Self(0x6282);
    /// The selected file or the referenced password is deactivated.
    pub const DEACTIVATED: Self = Self(0x6283);
    /// Authentication failed, no counter told.
    pub const AUTHENTICATION_FAILED: Self = Self(0x6300);
    /// Wrong length.
    pub const WRONG_LENGTH: Self = Self(0x6700);
    /// The last command of a chain was expected.
    pub const LAST_OF_CHAIN_EXPECTED: Self = Self(0x6883);
    /// Command chaining isn't supported here.
    pub const CHAINING_NOT_SUPPORTED: Self = Self(0x6884);
    /// Command incompatible with the file's structure.
    pub const FILE_STRUCTURE: Self = Self(0x6981);
    /// Security status not satisfied.
    pub const SECURITY_STATUS: Self = Self(0x6982);
    /// Authentication method blocked.
    pub const AUTHENTICATION_BLOCKED: Self = Self(0x6983);
    /// Reference data not usable.
    pub const REFERENCE_DATA_NOT_USABLE: Self = Self(0x6984);
    /// Conditions of use not satisfied.
    pub const CONDITIONS_OF_USE: Self = Self(0x6985);
    /// No current EF.
    pub const NO_CURRENT_EF: Self = Self(0x6986);
    /// Expected secure messaging data objects missing.
    pub const SECURE_MESSAGING_MISSING: Self = Self(0x6987);
    /// Incorrect secure messaging data objects.
    pub const SECURE_MESSAGING_INCORRECT: Self = Self(0x6988);
    /// Incorrect parameters in the data field.
    pub const WRONG_DATA: Self = Self(0x6A80);
    /// File or application not found.
    pub const NOT_FOUND: Self = Self(0x6A82);
    /// Incorrect P1 P2.
    pub const WRONG_P1_P2: Self = Self(0x6A86);
    /// Referenced data not found.
    pub const REFERENCE_NOT_FOUND: Self = Self(0x6A88);
    /// Offset outside the file.
    pub const WRONG_OFFSET: Self = Self(0x6B00);
    /// Instruction not supported.
    pub const INSTRUCTION_NOT_SUPPORTED: Self = Self(0x6D00);
    /// Class not supported.
    pub const CLASS_NOT_SUPPORTED: Self = Self(0x6E00);

    /// `63Cx`: authentication failed, x tries left.
    pub const fn tries(left: u8) -> Self {
        Self(0x63C0 | (left & 0x0F) as u16)
    }

    /// x of `63Cx`.
    pub fn tries_left(self) -> Option<u8> {
        let [high, low] = self.0.to_be_bytes();
        (high == 0x63 && low & 0xF0 == 0xC0).then_some(low & 0x0F)
    }

    /// True for SW1 of ISO 7816-4 table 5: `61`–`6F` and `90`–`9F`.
    pub fn is_standard(self) -> bool {
        let [high, _] = self.0.to_be_bytes();
        matches!(high, 0x61..=0x6F | 0x90..=0x9F)
    }
}

impl fmt::Debug for StatusWord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04X}", self.0)
    }
}

impl fmt::Display for StatusWord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04X}", self.0)
    }
}

/// What a card answered. Its data are overwritten on drop.
pub struct Response {
    data: Zeroizing<Vec<u8>>,
    status: StatusWord,
}

/// Why bytes are no response.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum ResponseError {
    /// No status word, or more than [`RESPONSE_BYTES_MAX`].
    #[error("a response has 2 to {RESPONSE_BYTES_MAX} bytes, not {0}")]
    Length(usize),
    /// SW1 is none of ISO 7816-4 table 5.
    #[error("status word {0} is outside ISO 7816-4")]
    Status(StatusWord),
}

impl Response {
    /// An answer, as a card in software makes it.
    pub fn new(data: impl Into<Zeroizing<Vec<u8>>>, status: StatusWord) -> Self {
        Self {
            data: data.into(),
            status,
        }
    }

    /// Reads an answer; takes the bytes over so that no copy is left.
    pub fn parse(bytes: impl Into<Zeroizing<Vec<u8>>>) -> Result<Self, ResponseError> {
        let mut data = bytes.into();
        let length = data.len();
        if length > RESPONSE_BYTES_MAX {
            return Err(ResponseError::Length(length));
        }
        let Some([high, low]) = data.last_chunk::<2>().copied() else {
            return Err(ResponseError::Length(length));
        };
        let status = StatusWord(u16::from_be_bytes([high, low]));
        if !status.is_standard() {
            return Err(ResponseError::Status(status));
        }
        data.truncate(length - 2);
        Ok(Self { data, status })
    }

    /// The data field.
    pub fn data(&self) -> &[u8] {
        &self.data
    }

    /// The status word.
    pub fn status(&self) -> StatusWord {
        self.status
    }

    /// The bytes as a card sends them.
    pub fn encode(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(self.data.len() + 2);
        bytes.extend_from_slice(&self.data);
        bytes.extend(self.status.0.to_be_bytes());
        bytes
    }
}

impl fmt::Debug for Response {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[{} bytes] {}", self.data.len(), self.status)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn status_words_tell_tries() {
        assert_eq!(StatusWord(0x63C2).tries_left(), Some(2));
        assert_eq!(StatusWord::tries(1), StatusWord(0x63C1));
        assert_eq!(StatusWord(0x6300).tries_left(), None);
        assert_eq!(StatusWord(0x9002).tries_left(), None);
    }

    #[test]
    fn garbage_is_no_response() {
        assert_eq!(Response::parse(vec![0x90]).unwrap_err(), ResponseError::Length(1));
        assert_eq!(Response::parse(vec![]).unwrap_err(), ResponseError::Length(0));
        assert_eq!(
            Response::parse(vec![0x12, 0x34]).unwrap_err(),
            ResponseError::Status(StatusWord(0x1234))
        );
        assert_eq!(
            Response::parse(vec![0; 65_539]).unwrap_err(),
            ResponseError::Length(65_539)
        );
    }

    #[test]
    fn debug_tells_no_data() {
        assert_eq!(
            format!("{:?}", Response::parse(vec![1, 2, 3, 0x62, 0x82]).unwrap()),
            "[3 bytes] 6282"
        );
    }

    proptest! {
        #[test]
        fn what_was_written_is_read(data in prop::collection::vec(any::<u8>(), 0..300)) {
            let response = Response::parse(Response::new(data.clone(), StatusWord::OK).encode()).unwrap();
            prop_assert_eq!(response.data(), data.as_slice());
            prop_assert_eq!(response.status(), StatusWord::OK);
        }
    }
}
