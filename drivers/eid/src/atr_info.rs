//! EF.ATR/INFO: how long commands and answers may be (ISO 7816-4 §12.7.1). Only a card that states it here may be sent
//! extended READ BINARY (TR-03110-3 B.12.2).
use apdu::tlv::{Reader, Tag, TlvError};

/// Extended length information (ISO 7816-4 §12.7.1).
const EXTENDED_LENGTH_INFORMATION: Tag = Tag(0x7F66);
const INTEGER: Tag = Tag(0x02);
/// Shorter buffers than a short APDU needs are no offer of extended length.
const SHORT_APDU_BYTES: u32 = 261;
/// Longest extended APDU: head, three bytes Lc, data, two bytes Le.
const APDU_BYTES_MAX: u32 = 65_544;

/// Buffers of the card, in bytes of whole APDUs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BufferSizes {
    /// Longest command, head and length fields included.
    pub command: u32,
    /// Longest answer, status word included.
    pub response: u32,
}

impl BufferSizes {
    /// Looks for the sizes in the file. `None` when the card says nothing about them or offers less than short APDUs
    /// need; what follows the object isn't looked at. An object with other content than two numbers is an error.
    pub fn parse(atr_info: &[u8]) -> Result<Option<Self>, TlvError> {
        let Some(object) = Reader::new(atr_info).find(EXTENDED_LENGTH_INFORMATION)? else {
            return Ok(None);
        };
        let mut numbers = object.nested()?;
        let command = number(numbers.expect(INTEGER)?.value)?;
        let response = number(numbers.expect(INTEGER)?.value)?;
        numbers.finish()?;
        let sizes = Self {
            command: command.min(APDU_BYTES_MAX),
            response: response.min(APDU_BYTES_MAX),
        };
        Ok(Some(sizes).filter(|sizes| sizes.command >= SHORT_APDU_BYTES && sizes.response >= SHORT_APDU_BYTES))
    }
}

/// The standard means positive numbers; some cards leave out the zero byte that would say so.
fn number(value: &[u8]) -> Result<u32, TlvError> {
    if value.is_empty() || value.len() > 4 {
        return Err(TlvError::Length);
    }
    Ok(value.iter().fold(0, |number, byte| number << 8 | u32::from(*byte)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn parse(hex: &str) -> Result<Option<BufferSizes>, TlvError> {
        BufferSizes::parse(&hex::decode(hex).unwrap())
    }

    #[test]
    fn sizes_are_found_among_other_objects() {
        let sizes = BufferSizes {
            command: 1152,
            response: 2048,
        };
        assert_eq!(parse("4303B4D2007F660802020480020208004701EE"), Ok(Some(sizes)));
        assert_eq!(parse("7F660802020480020208000000"), Ok(Some(sizes)));
        let all = Ok(Some(BufferSizes {
            command: 65_535,
            response: 65_544,
        }));
        assert_eq!(parse("7F660A0202FFFF020400FFFFFF"), all);
    }

    #[test]
    fn no_statement_is_no_extended_length() {
        assert_eq!(parse(""), Ok(None));
        assert_eq!(parse("4303B4D200"), Ok(None));
        assert_eq!(parse("7F6608020200800202ffff"), Ok(None));
    }

    #[test]
    fn wrong_objects_are_errors() {
        assert_eq!(parse("7F6604020204"), Err(TlvError::Truncated));
        assert_eq!(parse("7F660402020480"), Err(TlvError::Missing { awaited: INTEGER }));
        assert_eq!(parse("7F660A02020480020208000500"), Err(TlvError::Trailing));
        assert_eq!(parse("7F66070200020308FFFF"), Err(TlvError::Length));
    }

    proptest! {
        #[test]
        fn arbitrary_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..100)) {
            if let Ok(Some(sizes)) = BufferSizes::parse(&bytes) {
                prop_assert!(sizes.command <= APDU_BYTES_MAX && sizes.response <= APDU_BYTES_MAX);
            }
        }
    }
}
