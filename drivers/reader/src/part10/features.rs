//! What a reader can do: the feature list (PC/SC part 10 §2.2) and GetReadersPACECapabilities (amendment 1.1).
use super::{Bytes, Part10Error, output};

const MODIFY_PIN_DIRECT: u8 = 0x07;
const EXECUTE_PACE: u8 = 0x20;
/// Bytes of a control code.
const CODE_BYTES: usize = 4;
/// Bits of the capabilities.
const DESTROY_CHANNEL: u8 = 0x80;
const PACE: u8 = 0x40;
const EID: u8 = 0x20;
/// Longest feature list: 255 features of 6 bytes are more than there are.
pub const FEATURES_BYTES_MAX: usize = 255 * 6;

/// The control codes of those features that identity cards need; a reader without them has none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Features {
    /// FEATURE_EXECUTE_PACE.
    pub execute_pace: Option<u32>,
    /// FEATURE_MODIFY_PIN_DIRECT.
    pub modify_pin: Option<u32>,
}

impl Features {
    /// Reads the answer to CM_IOCTL_GET_FEATURE_REQUEST: tag, length 4, code, for each feature. Other features are passed
    /// over.
    ///
    /// # Errors
    /// [`Part10Error::TooMany`], [`Part10Error::TooShort`], and [`Part10Error::Length`] for a code of another length than 4
    /// or one that is told twice.
    pub fn parse(bytes: &[u8]) -> Result<Self, Part10Error> {
        if bytes.len() > FEATURES_BYTES_MAX {
            return Err(Part10Error::TooMany);
        }
        let mut bytes = Bytes(bytes);
        let mut features = Self::default();
        while !bytes.0.is_empty() {
            let [tag] = bytes.array()?;
            let value = bytes.short()?;
            let place = match tag {
                EXECUTE_PACE => &mut features.execute_pace,
                MODIFY_PIN_DIRECT => &mut features.modify_pin,
                _ => continue,
            };
            let code: [u8; CODE_BYTES] = value.try_into().map_err(|_| Part10Error::Length)?;
            if place.replace(u32::from_be_bytes(code)).is_some() {
                return Err(Part10Error::Length);
            }
        }
        Ok(features)
    }
}

/// What the reader does with PACE (TR-03119 D.1.1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Capabilities {
    /// It runs PACE itself and asks for the password.
    pub pace: bool,
    /// It knows authentication terminals.
    pub eid: bool,
    /// Its channel can be closed with DestroyPACEChannel.
    pub destroy: bool,
}

impl Capabilities {
    /// Reads the answer to [`super::ask_capabilities`]: a bit map of one byte, in some readers with a length before it.
    ///
    /// # Errors
    /// [`Part10Error::Refused`], [`Part10Error::TooShort`], [`Part10Error::Length`].
    pub fn parse(bytes: &[u8]) -> Result<Self, Part10Error> {
        let (result, data) = output(bytes)?;
        if result != 0 {
            return Err(Part10Error::Refused(result));
        }
        let bits = match data.0 {
            [] => return Err(Part10Error::TooShort),
            [bits] => *bits,
            [length, bits, rest @ ..] if usize::from(*length) == 1 + rest.len() => *bits,
            [..] => return Err(Part10Error::Length),
        };
        Ok(Self {
            pace: bits & PACE != 0,
            eid: bits & EID != 0,
            destroy: bits & DESTROY_CHANNEL != 0,
        })
    }
}
