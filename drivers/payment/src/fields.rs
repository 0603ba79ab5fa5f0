//! Data fields of messages, each led by its number, the BMP (PA00P015 chapter 13; variable lengths PA00P016 §5.2.8).
use crate::tlv;

/// Most fields of one message: twice what is defined.
const FIELDS_MAX: usize = 256;

/// BMP 06: a TLV container.
pub const CONTAINER: u8 = 0x06;

/// How long a field is.
#[derive(Clone, Copy)]
enum Length {
    Fixed(usize),
    /// Two or three bytes `Fx`, each one decimal digit.
    Digits(usize),
    /// As in TLV.
    Tlv,
}

/// Chapter 13. `None`: not defined, so that nobody knows where the field ends.
fn length(number: u8) -> Option<Length> {
    Some(match number {
        0x01..=0x03 | 0x05 | 0x19 | 0x27 | 0x72..=0x75 | 0x8A | 0x8C | 0xA0 => Length::Fixed(1),
        0xD0 | 0xD2 | 0xD3 | 0xE0 | 0xE9 | 0xEA | 0xF0 | 0xF9..=0xFD => Length::Fixed(1),
        0x0D | 0x0E | 0x17 | 0x3A | 0x49 | 0x87 => Length::Fixed(2),
        0x0B | 0x0C | 0x37 | 0x3D | 0x88 | 0xAA => Length::Fixed(3),
        0x29 | 0x70 | 0x71 => Length::Fixed(4),
        0xBA => Length::Fixed(5),
        0x04 => Length::Fixed(6),
        0x3B | 0xEB => Length::Fixed(8),
        0x2A => Length::Fixed(15),
        0x22 | 0x23 | 0x2D | 0x4C | 0x8B | 0xA7 | 0xD1 | 0xE1..=0xE8 | 0xF1..=0xF8 => Length::Digits(2),
        0x24 | 0x2E | 0x3C | 0x60 | 0x9A | 0xAF => Length::Digits(3),
        CONTAINER => Length::Tlv,
        _ => return None,
    })
}

/// The fields in their order, until the end of the data or the first byte that is no field.
pub fn fields(data: &[u8]) -> impl Iterator<Item = (u8, &[u8])> {
    let mut rest = data;
    core::iter::from_fn(move || {
        let (number, after) = rest.split_first()?;
        let (content, after) = match length(*number)? {
            Length::Fixed(length) => after.split_at_checked(length)?,
            Length::Digits(digits) => split_digits(after, digits)?,
            Length::Tlv => tlv::split_content(after)?,
        };
        rest = after;
        Some((*number, content))
    })
    .take(FIELDS_MAX)
}

/// LLVAR (two digits) and LLLVAR (three): the content and what follows it. Some leave out the leading F of each digit;
/// they are read as well.
pub fn split_digits(bytes: &[u8], digits: usize) -> Option<(&[u8], &[u8])> {
    let (head, rest) = bytes.split_at_checked(digits)?;
    let length = head.iter().try_fold(0_usize, |length, byte| {
        let digit = usize::from(byte & 0x0F);
        (matches!(byte >> 4, 0x0 | 0xF) && digit <= 9).then_some(length * 10 + digit)
    })?;
    rest.split_at_checked(length)
}

/// Appends a field of fixed length.
pub fn push(to: &mut Vec<u8>, number: u8, content: &[u8]) {
    to.push(number);
    to.extend_from_slice(content);
}

/// Appends BMP 06.
pub fn push_container(to: &mut Vec<u8>, container: &[u8]) {
    to.push(CONTAINER);
    tlv::push_length(to, container.len());
    to.extend_from_slice(container);
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn fields_of_each_kind() {
        let data = [
            0x27, 0x00, 0x04, 0, 0, 0, 0, 0x12, 0x50, 0x22, 0xF0, 0xF2, 0x12, 0x34, 0x3C, 0xF0, 0xF0, 0xF1, 0x41, 0x06,
            0x03, 0x1F, 0x07, 0x00, 0x87, 0x00, 0x07,
        ];
        let read: Vec<_> = fields(&data).map(|(number, content)| (number, content.len())).collect();
        assert_eq!(read, [(0x27, 1), (0x04, 6), (0x22, 2), (0x3C, 1), (0x06, 3), (0x87, 2)]);
        // What isn't defined ends the reading; what was read stays.
        assert_eq!(fields(&[0x27, 0x6C, 0x99, 0x04, 0]).count(), 1);
        assert_eq!(fields(&[0x22, 0xF0, 0x12, 0x00]).count(), 0);
        assert_eq!(fields(&[0x22, 0x00, 0x01, 0x12]).count(), 1);
        assert_eq!(fields(&[0x04, 0, 0]).count(), 0);
    }

    proptest! {
        #[test]
        fn any_bytes_end(bytes in proptest::collection::vec(any::<u8>(), 0..1024)) {
            let length: usize = fields(&bytes).map(|field| field.1.len() + 1).sum();
            prop_assert!(length <= bytes.len());
        }
    }
}
