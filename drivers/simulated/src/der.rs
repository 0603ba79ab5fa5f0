//! DER as it is written by the test PKI and the cards (X.690; TR-03110-3 D). Writing only: what is written here is ours.
use apdu::tlv::{Tag, concat, encode};
use jiff::civil::Date;

pub(crate) const SEQUENCE: u32 = 0x30;
pub(crate) const SET: u32 = 0x31;

/// One object whose value is the parts, one after the other.
pub(crate) fn tlv(tag: u32, parts: &[&[u8]]) -> Vec<u8> {
    encode(Tag(tag), &concat(parts)).to_vec()
}

pub(crate) fn sequence(parts: &[&[u8]]) -> Vec<u8> {
    tlv(SEQUENCE, parts)
}

/// SET OF in the order that DER asks for (X.690 §11.6).
pub(crate) fn set(tag: u32, mut parts: Vec<Vec<u8>>) -> Vec<u8> {
    parts.sort();
    tlv(tag, &[&parts.concat()])
}

/// Value of an object identifier in dotted notation; anything in it that is no number is left out.
pub(crate) fn oid_value(dotted: &str) -> Vec<u8> {
    let arcs: Vec<u32> = dotted.split('.').filter_map(|arc| arc.parse().ok()).collect();
    let (head, tail) = arcs.split_at(arcs.len().min(2));
    let first = head.iter().fold(0, |sum, arc| sum * 40 + arc);
    let mut value = vec![];
    for arc in core::iter::once(&first).chain(tail) {
        let groups = (0..5).rev().map(|group| (arc >> (7 * group)) & 0x7F);
        let digits: Vec<u8> = groups
            .skip_while(|digit| *digit == 0)
            .map(|digit| digit as u8)
            .collect();
        match digits.split_last() {
            None => value.push(0),
            Some((last, leading)) => {
                value.extend(leading.iter().map(|digit| digit | 0x80));
                value.push(*last);
            }
        }
    }
    value
}

pub(crate) fn oid(dotted: &str) -> Vec<u8> {
    tlv(0x06, &[&oid_value(dotted)])
}

/// INTEGER of an unsigned big-endian number.
pub(crate) fn unsigned(bytes: &[u8]) -> Vec<u8> {
    let digits: &[u8] = &bytes[bytes.iter().take_while(|byte| **byte == 0).count()..];
    match digits.first() {
        None => tlv(0x02, &[&[0]]),
        Some(0x80..) => tlv(0x02, &[&[0], digits]),
        Some(_) => tlv(0x02, &[digits]),
    }
}

pub(crate) fn integer(number: u32) -> Vec<u8> {
    unsigned(&number.to_be_bytes())
}

pub(crate) fn boolean(value: bool) -> Vec<u8> {
    tlv(0x01, &[&[if value { 0xFF } else { 0x00 }]])
}

pub(crate) fn octets(value: &[u8]) -> Vec<u8> {
    tlv(0x04, &[value])
}

/// BIT STRING of whole bytes.
pub(crate) fn bits(value: &[u8]) -> Vec<u8> {
    tlv(0x03, &[&[0], value])
}

pub(crate) fn utf8(text: &str) -> Vec<u8> {
    tlv(0x0C, &[text.as_bytes()])
}

pub(crate) fn printable(text: &str) -> Vec<u8> {
    tlv(0x13, &[text.as_bytes()])
}

/// Midnight of that day: UTCTime until 2049, GeneralizedTime from 2050 on (RFC 5280 §4.1.2.5).
pub(crate) fn time(date: Date) -> Vec<u8> {
    let (year, month, day) = (date.year(), date.month(), date.day());
    if (1950..2050).contains(&year) {
        tlv(
            0x17,
            &[format!("{:02}{month:02}{day:02}000000Z", year % 100).as_bytes()],
        )
    } else {
        tlv(0x18, &[format!("{year:04}{month:02}{day:02}000000Z").as_bytes()])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_names_are_written_as_x690_says() {
        assert_eq!(
            oid("0.4.0.127.0.7.2.2.4.2.2"),
            [0x06, 0x0A, 4, 0, 0x7F, 0, 7, 2, 2, 4, 2, 2]
        );
        assert_eq!(oid("1.2.840.10045"), [0x06, 0x05, 0x2A, 0x86, 0x48, 0xCE, 0x3D]);
        assert_eq!(integer(0), [2, 1, 0]);
        assert_eq!(integer(0x80), [2, 2, 0, 0x80]);
        assert_eq!(integer(0x7F), [2, 1, 0x7F]);
        assert_eq!(set(SET, vec![integer(2), integer(1)]), [0x31, 6, 2, 1, 1, 2, 1, 2]);
    }

    #[test]
    fn times_change_their_form_in_2050() {
        assert_eq!(time(jiff::civil::date(2049, 12, 31)), *b"\x17\x0D491231000000Z");
        assert_eq!(time(jiff::civil::date(2050, 1, 1)), *b"\x18\x0F20500101000000Z");
    }
}
