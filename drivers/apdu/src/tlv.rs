//! BER-TLV data objects (ISO 7816-4 §6.3, X.690): what cards put into files and answers.
//!
//! The reader is bounded: tags of at most 3 bytes, lengths of at most [`LENGTH_MAX`], nesting of at most
//! [`DEPTH_MAX`]. It looks at borrowed bytes and copies nothing.
use core::fmt;
use thiserror::Error;
use zeroize::Zeroizing;

/// Longest value: what fits an extended APDU.
pub const LENGTH_MAX: usize = 65_535;
/// Deepest nesting: EF.CardSecurity needs 8, hostile bytes need a stop.
pub const DEPTH_MAX: u8 = 12;

/// A tag as its bytes read as one number: `0x7F49`, `0x80`.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Tag(pub u32);

impl Tag {
    /// True when the value is made of data objects itself.
    pub fn is_constructed(self) -> bool {
        let bytes = self.0.to_be_bytes();
        bytes
            .iter()
            .find(|byte| **byte != 0)
            .is_some_and(|first| first & 0x20 != 0)
    }
}

impl fmt::Debug for Tag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02X}", self.0)
    }
}

/// Why bytes are no data object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum TlvError {
    /// The bytes end inside an object.
    #[error("the data object ends too early")]
    Truncated,
    /// A tag of more than 3 bytes or with a needless leading byte.
    #[error("the tag is outside ISO 7816-4")]
    Tag,
    /// An indefinite length, or one above [`LENGTH_MAX`].
    #[error("the length field is outside ISO 7816-4")]
    Length,
    /// Nested deeper than [`DEPTH_MAX`].
    #[error("data objects are nested too deep")]
    Depth,
    /// Another object was awaited.
    #[error("object {awaited:?} was awaited")]
    Missing {
        /// Which one.
        awaited: Tag,
    },
    /// Something follows where nothing should.
    #[error("bytes follow the last data object")]
    Trailing,
}

/// One data object.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Tlv<'a> {
    /// Its tag.
    pub tag: Tag,
    /// Its value.
    pub value: &'a [u8],
    depth: u8,
}

impl<'a> Tlv<'a> {
    /// A reader of the objects inside.
    pub fn nested(&self) -> Result<Reader<'a>, TlvError> {
        if self.depth >= DEPTH_MAX {
            return Err(TlvError::Depth);
        }
        Ok(Reader {
            rest: self.value,
            depth: self.depth + 1,
        })
    }
}

impl fmt::Debug for Tlv<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} [{} bytes]", self.tag, self.value.len())
    }
}

/// Reads data objects one after the other.
pub struct Reader<'a> {
    rest: &'a [u8],
    depth: u8,
}

impl<'a> Reader<'a> {
    /// A reader over `bytes`.
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes, depth: 0 }
    }

    /// The next object, or `None` at the end. After an error the reader stays where it was.
    pub fn read(&mut self) -> Result<Option<Tlv<'a>>, TlvError> {
        if self.rest.is_empty() {
            return Ok(None);
        }
        let header = header(self.rest)?;
        let body = self.rest.get(header.header_bytes..).ok_or(TlvError::Truncated)?;
        let (value, rest) = body.split_at_checked(header.value_bytes).ok_or(TlvError::Truncated)?;
        self.rest = rest;
        Ok(Some(Tlv {
            tag: header.tag,
            value,
            depth: self.depth,
        }))
    }

    /// The next object, which has to carry `tag`.
    pub fn expect(&mut self, tag: Tag) -> Result<Tlv<'a>, TlvError> {
        match self.read()? {
            Some(tlv) if tlv.tag == tag => Ok(tlv),
            Some(_) | None => Err(TlvError::Missing { awaited: tag }),
        }
    }

    /// The first object of that tag from here on, if any.
    pub fn find(&mut self, tag: Tag) -> Result<Option<Tlv<'a>>, TlvError> {
        while let Some(tlv) = self.read()? {
            if tlv.tag == tag {
                return Ok(Some(tlv));
            }
        }
        Ok(None)
    }

    /// Says that nothing may follow.
    pub fn finish(self) -> Result<(), TlvError> {
        if self.rest.is_empty() {
            Ok(())
        } else {
            Err(TlvError::Trailing)
        }
    }
}

/// Tag and length of an object whose value may not be there yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    /// The tag.
    pub tag: Tag,
    /// Bytes of tag and length field.
    pub header_bytes: usize,
    /// Bytes of the value.
    pub value_bytes: usize,
}

/// Reads tag and length at the start of `bytes`: tells how much of a file has to be read.
pub fn header(bytes: &[u8]) -> Result<Header, TlvError> {
    let (tag, tag_bytes) = tag(bytes)?;
    let length_field = bytes.get(tag_bytes..).ok_or(TlvError::Truncated)?;
    let (value_bytes, length_bytes) = match length_field {
        [] => return Err(TlvError::Truncated),
        [short @ 0..=0x7F, ..] => (usize::from(*short), 1),
        [0x81, a, ..] => (usize::from(*a), 2),
        [0x82, a, b, ..] => (usize::from(u16::from_be_bytes([*a, *b])), 3),
        [0x83, 0, a, b, ..] => (usize::from(u16::from_be_bytes([*a, *b])), 4),
        [0x81] | [0x82, ..] | [0x83] | [0x83, 0, ..] => return Err(TlvError::Truncated),
        [_, ..] => return Err(TlvError::Length),
    };
    Ok(Header {
        tag,
        header_bytes: tag_bytes + length_bytes,
        value_bytes,
    })
}

/// The object `tag` with that value, in one allocation of the right size (a value may be secret).
///
/// A value longer than [`LENGTH_MAX`] can't be written by this crate's callers; its length field would be cut to three
/// bytes.
pub fn encode(tag: Tag, value: &[u8]) -> Zeroizing<Vec<u8>> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(value.len() + 8));
    let tag_bytes = tag.0.to_be_bytes();
    let skip = tag_bytes.iter().take_while(|byte| **byte == 0).count().min(3);
    bytes.extend(tag_bytes.iter().skip(skip));
    let [_, a, b, c] = (value.len() as u32).to_be_bytes();
    match value.len() {
        0..=0x7F => bytes.push(c),
        0x80..=0xFF => bytes.extend([0x81, c]),
        0x100..=0xFFFF => bytes.extend([0x82, b, c]),
        _ => bytes.extend([0x83, a, b, c]),
    }
    bytes.extend_from_slice(value);
    bytes
}

/// `parts` one after the other, in one allocation of the right size.
pub fn concat(parts: &[&[u8]]) -> Zeroizing<Vec<u8>> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(parts.iter().map(|part| part.len()).sum()));
    parts.iter().for_each(|part| bytes.extend_from_slice(part));
    bytes
}

fn tag(bytes: &[u8]) -> Result<(Tag, usize), TlvError> {
    let first = *bytes.first().ok_or(TlvError::Truncated)?;
    if first & 0x1F != 0x1F {
        return Ok((Tag(u32::from(first)), 1));
    }
    let second = *bytes.get(1).ok_or(TlvError::Truncated)?;
    if second & 0x80 == 0 {
        return Ok((Tag(u32::from_be_bytes([0, 0, first, second])), 2));
    }
    if second == 0x80 {
        return Err(TlvError::Tag);
    }
    let third = *bytes.get(2).ok_or(TlvError::Truncated)?;
    if third & 0x80 != 0 {
        return Err(TlvError::Tag);
    }
    Ok((Tag(u32::from_be_bytes([0, first, second, third])), 3))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn objects_are_read_in_order() {
        let bytes = hex::decode("7c0580020102 810112".replace(' ', "")).unwrap();
        let error = Reader::new(&bytes)
            .expect(Tag(0x7C))
            .unwrap()
            .nested()
            .unwrap()
            .find(Tag(0x90))
            .unwrap_err();
        assert_eq!(error, TlvError::Truncated);
        let bytes = hex::decode("7c0480020102810112").unwrap();
        let mut reader = Reader::new(&bytes);
        let outer = reader.expect(Tag(0x7C)).unwrap();
        assert_eq!(outer.nested().unwrap().expect(Tag(0x80)).unwrap().value, [1, 2]);
        assert_eq!(
            reader.expect(Tag(0x82)).unwrap_err(),
            TlvError::Missing { awaited: Tag(0x82) }
        );
        assert!(reader.finish().is_ok());
        assert_eq!(format!("{outer:?}"), "7C [4 bytes]");
    }

    #[test]
    fn lengths_are_written_short() {
        for (length, head) in [(0, "8000"), (0x7F, "807f"), (0x80, "808180"), (0x100, "80820100")] {
            assert!(hex::encode(encode(Tag(0x80), &vec![0; length]).as_slice()).starts_with(head));
        }
        assert_eq!(hex::encode(encode(Tag(0x7F49), &[1]).as_slice()), "7f490101");
        assert!(Tag(0x7F49).is_constructed() && !Tag(0x5F29).is_constructed());
    }

    #[test]
    fn odd_headers_are_errors() {
        for (bytes, error) in [
            ("80", TlvError::Truncated),
            ("8080", TlvError::Length),
            ("808401000000", TlvError::Length),
            ("8083010000", TlvError::Length),
            ("1f80", TlvError::Tag),
            ("1f8181", TlvError::Tag),
            ("800201", TlvError::Truncated),
        ] {
            assert_eq!(
                Reader::new(&hex::decode(bytes).unwrap()).read().unwrap_err(),
                error,
                "{bytes}"
            );
        }
    }

    #[test]
    fn nesting_is_limited() {
        let mut bytes = Zeroizing::new(vec![]);
        for _ in 0..40 {
            bytes = encode(Tag(0x30), &bytes);
        }
        let mut tlv = Reader::new(&bytes).expect(Tag(0x30)).unwrap();
        let error = loop {
            match tlv.nested() {
                Ok(mut reader) => tlv = reader.expect(Tag(0x30)).unwrap(),
                Err(error) => break error,
            }
        };
        assert_eq!(error, TlvError::Depth);
    }

    proptest! {
        #[test]
        fn arbitrary_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            let mut reader = Reader::new(&bytes);
            let mut seen = 0;
            while let Ok(Some(tlv)) = reader.read() {
                seen += 1;
                prop_assert!(seen <= bytes.len());
                if let Ok(mut inner) = tlv.nested() {
                    let _ = inner.find(Tag(0x06));
                }
            }
        }

        #[test]
        fn what_was_written_is_read(
            tag in prop::sample::select(vec![0x80, 0x7C, 0x7F49, 0x5F29]),
            value in prop::collection::vec(any::<u8>(), 0..70_000usize),
        ) {
            let bytes = encode(Tag(tag), &value);
            match Reader::new(&bytes).expect(Tag(tag)) {
                Ok(tlv) => prop_assert_eq!(tlv.value, value.as_slice()),
                Err(error) => prop_assert!(value.len() > LENGTH_MAX && error == TlvError::Length),
            }
        }
    }
}
