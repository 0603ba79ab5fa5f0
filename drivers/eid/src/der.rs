//! DER objects with single-byte tags (X.690 §8, §10): what certificates, CMS and revocation lists are made of.
//!
//! `apdu::tlv` reads what a card sends in its answers; this reader is for signed objects, where the bytes *as they stand*
//! are what was signed. So each object keeps its own bytes, lengths must be the shortest ones, and values may be as long
//! as a master list. Nothing recurses: how deep a caller looks is written in the caller.
use core::fmt;
use thiserror::Error;

pub(crate) const BOOLEAN: u8 = 0x01;
pub(crate) const INTEGER: u8 = 0x02;
pub(crate) const BIT_STRING: u8 = 0x03;
pub(crate) const OCTET_STRING: u8 = 0x04;
pub(crate) const OBJECT_IDENTIFIER: u8 = 0x06;
pub(crate) const SEQUENCE: u8 = 0x30;
pub(crate) const SET: u8 = 0x31;

/// `[number]`, constructed.
pub(crate) const fn context(number: u8) -> u8 {
    0xA0 | number
}

/// `[number]`, primitive.
pub(crate) const fn context_primitive(number: u8) -> u8 {
    0x80 | number
}

/// Why bytes are not the DER that was awaited.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum DerError {
    /// The bytes end inside an object.
    #[error("a DER object ends too early")]
    Truncated,
    /// Tag or length aren't as X.690 §10 wants them: indefinite, not the shortest, or above 256 MiB.
    #[error("the head of a DER object is wrong")]
    Head,
    /// Another object was awaited.
    #[error("DER object {awaited:02X} was awaited")]
    Missing {
        /// Its tag.
        awaited: u8,
    },
    /// Something follows where nothing should.
    #[error("bytes follow the last DER object")]
    Trailing,
    /// A value is outside its type or outside what the standard lets stand here.
    #[error("the value of a DER object is wrong")]
    Value,
    /// More objects than anything real has.
    #[error("too many DER objects")]
    TooMany,
}

/// One object.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Item<'a> {
    pub(crate) tag: u8,
    pub(crate) value: &'a [u8],
    /// Tag, length and value as they stood.
    pub(crate) raw: &'a [u8],
}

impl fmt::Debug for Item<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02X} [{} bytes]", self.tag, self.value.len())
    }
}

impl<'a> Item<'a> {
    /// A reader of the objects inside.
    pub(crate) fn inside(&self) -> Der<'a> {
        Der::new(self.value)
    }

    /// The magnitude of a non-negative INTEGER without leading zero bytes; zero is empty.
    pub(crate) fn unsigned(&self) -> Result<&'a [u8], DerError> {
        match (self.tag, self.value) {
            (INTEGER, [0]) => Ok(&[]),
            (INTEGER, [0, rest @ ..]) if rest.first().is_some_and(|first| first & 0x80 != 0) => Ok(rest),
            (INTEGER, value) if value.first().is_some_and(|first| (1..0x80).contains(first)) => Ok(value),
            _ => Err(DerError::Value),
        }
    }

    /// A small non-negative INTEGER.
    pub(crate) fn small(&self) -> Result<u32, DerError> {
        let magnitude = self.unsigned()?;
        if magnitude.len() > 4 {
            return Err(DerError::Value);
        }
        Ok(magnitude.iter().fold(0, |number, byte| number << 8 | u32::from(*byte)))
    }

    pub(crate) fn boolean(&self) -> Result<bool, DerError> {
        match (self.tag, self.value) {
            (BOOLEAN, [0xFF]) => Ok(true),
            (BOOLEAN, [0x00]) => Ok(false),
            _ => Err(DerError::Value),
        }
    }

    /// A BIT STRING of whole bytes.
    pub(crate) fn whole_bits(&self) -> Result<&'a [u8], DerError> {
        match (self.tag, self.value) {
            (BIT_STRING, [0, bytes @ ..]) => Ok(bytes),
            _ => Err(DerError::Value),
        }
    }
}

/// Reads objects one after the other.
#[derive(Clone)]
pub(crate) struct Der<'a> {
    rest: &'a [u8],
}

impl<'a> Der<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    /// The next object, or `None` at the end.
    pub(crate) fn read(&mut self) -> Result<Option<Item<'a>>, DerError> {
        if self.rest.is_empty() {
            return Ok(None);
        }
        let (tag, head_bytes, value_bytes) = head(self.rest)?;
        let all = head_bytes + value_bytes;
        let (raw, rest) = self.rest.split_at_checked(all).ok_or(DerError::Truncated)?;
        self.rest = rest;
        let value = raw.get(head_bytes..).ok_or(DerError::Truncated)?;
        Ok(Some(Item { tag, value, raw }))
    }

    /// The next object, whatever it is.
    pub(crate) fn any(&mut self) -> Result<Item<'a>, DerError> {
        self.read()?.ok_or(DerError::Truncated)
    }

    /// The next object, which has to carry `tag`.
    pub(crate) fn expect(&mut self, tag: u8) -> Result<Item<'a>, DerError> {
        match self.read()? {
            Some(item) if item.tag == tag => Ok(item),
            Some(_) | None => Err(DerError::Missing { awaited: tag }),
        }
    }

    /// The next object if it carries `tag`; otherwise nothing is read.
    pub(crate) fn optional(&mut self, tag: u8) -> Result<Option<Item<'a>>, DerError> {
        if self.rest.first() == Some(&tag) {
            self.read()
        } else {
            Ok(None)
        }
    }

    /// All objects that are left, at most `most`.
    pub(crate) fn all(&mut self, most: usize) -> Result<Vec<Item<'a>>, DerError> {
        let mut items = vec![];
        while let Some(item) = self.read()? {
            if items.len() == most {
                return Err(DerError::TooMany);
            }
            items.push(item);
        }
        Ok(items)
    }

    /// Says that nothing may follow.
    pub(crate) fn finish(&self) -> Result<(), DerError> {
        if self.rest.is_empty() {
            Ok(())
        } else {
            Err(DerError::Trailing)
        }
    }
}

/// Tag, bytes of the head, bytes of the value.
fn head(bytes: &[u8]) -> Result<(u8, usize, usize), DerError> {
    let (tag, length) = bytes.split_first().ok_or(DerError::Truncated)?;
    if tag & 0x1F == 0x1F {
        return Err(DerError::Head);
    }
    match length {
        [] | [0x81] | [0x82] | [0x82, _] | [0x83] | [0x83, _] | [0x83, _, _] => Err(DerError::Truncated),
        [short @ 0..=0x7F, ..] => Ok((*tag, 2, usize::from(*short))),
        [0x81, a @ 0x80..=0xFF, ..] => Ok((*tag, 3, usize::from(*a))),
        [0x82, a @ 1..=0xFF, b, ..] => Ok((*tag, 4, usize::from(*a) << 8 | usize::from(*b))),
        [0x83, a @ 1..=0xFF, b, c, ..] => Ok((*tag, 5, usize::from(*a) << 16 | usize::from(*b) << 8 | usize::from(*c))),
        [0x84, a @ 1..=0x0F, b, c, d, ..] => {
            let number = u32::from_be_bytes([*a, *b, *c, *d]);
            Ok((*tag, 6, usize::try_from(number).map_err(|_| DerError::Head)?))
        }
        [_, ..] => Err(DerError::Head),
    }
}

/// The head of an object: tag and shortest length.
pub(crate) fn encode_head(tag: u8, value_bytes: usize) -> Vec<u8> {
    let [a, b, c, d] = (value_bytes as u32).to_be_bytes();
    match value_bytes {
        0..=0x7F => vec![tag, d],
        0x80..=0xFF => vec![tag, 0x81, d],
        0x100..=0xFFFF => vec![tag, 0x82, c, d],
        0x1_0000..=0xFF_FFFF => vec![tag, 0x83, b, c, d],
        _ => vec![tag, 0x84, a, b, c, d],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn heads_are_the_shortest_ones() {
        for (bytes, error) in [
            (vec![0x30], DerError::Truncated),
            (vec![0x30, 0x81, 0x7F], DerError::Head),
            (vec![0x30, 0x82, 0x00, 0x80], DerError::Head),
            (vec![0x30, 0x80, 0x00, 0x00], DerError::Head),
            (vec![0x30, 0x84, 0, 0, 0, 0], DerError::Head),
            (vec![0x7F, 0x49, 0x00], DerError::Head),
            (vec![0x30, 0x02, 0x05], DerError::Truncated),
        ] {
            assert_eq!(Der::new(&bytes).read(), Err(error), "{bytes:02x?}");
        }
    }

    #[test]
    fn integers() {
        let read = |bytes: &[u8]| Der::new(bytes).any().unwrap().small();
        assert_eq!(read(&[2, 1, 0]), Ok(0));
        assert_eq!(read(&[2, 2, 0, 0x80]), Ok(0x80));
        assert_eq!(read(&[2, 2, 0x01, 0x02]), Ok(0x102));
        for wrong in [
            &[2, 0][..],
            &[2, 1, 0x80],
            &[2, 2, 0, 1],
            &[2, 6, 1, 0, 0, 0, 0, 0],
            &[4, 1, 1],
        ] {
            assert_eq!(read(wrong), Err(DerError::Value), "{wrong:02x?}");
        }
    }

    proptest! {
        #[test]
        fn arbitrary_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            let mut der = Der::new(&bytes);
            while let Ok(Some(item)) = der.read() {
                prop_assert!(!item.raw.is_empty());
                let _ = (item.small(), item.boolean(), item.whole_bits());
                let _ = item.inside().all(5);
            }
        }

        #[test]
        fn what_was_written_is_read(length in 0usize..70_000) {
            let mut bytes = encode_head(OCTET_STRING, length);
            bytes.resize(bytes.len() + length, 7);
            let item = Der::new(&bytes).expect(OCTET_STRING).unwrap();
            prop_assert_eq!((item.value.len(), item.raw), (length, bytes.as_slice()));
        }
    }
}
