//! Authenticated auxiliary data: what the terminal commits to in its signature and has the card compare later
//! (TR-03110-3 A.7.5, B.6).
use crate::Fault;
use apdu::tlv::{self, Tag};
use jiff::ToSpan;
use jiff::civil::Date;
use zeroize::Zeroizing;

const AUTHENTICATION: Tag = Tag(0x67);
const TEMPLATE: Tag = Tag(0x73);
const OBJECT_IDENTIFIER: Tag = Tag(0x06);
const DISCRETIONARY_DATA: Tag = Tag(0x53);
/// id-AuxiliaryData, 0.4.0.127.0.7.3.1.4.
const ID_AUXILIARY_DATA: [u8; 8] = [0x04, 0x00, 0x7F, 0x00, 0x07, 0x03, 0x01, 0x04];
/// Digits of a whole municipality id (TR-03127 §3.4.3).
const MUNICIPALITY_DIGITS_MAX: usize = 14;

/// What the card is asked to compare.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Question {
    /// Whether the holder was born on the required day or before.
    Age = 1,
    /// Whether the card expires today or later.
    Validity = 2,
    /// Whether the holder's municipality id begins with the given digits.
    Municipality = 3,
}

impl Question {
    /// Object 06, the data of VERIFY (TR-03110-3 B.14.10).
    pub(crate) fn object(self) -> Zeroizing<Vec<u8>> {
        tlv::encode(
            OBJECT_IDENTIFIER,
            &[ID_AUXILIARY_DATA.as_slice(), &[self as u8]].concat(),
        )
    }

    fn template(self, data: &[u8]) -> Zeroizing<Vec<u8>> {
        let data = tlv::encode(DISCRETIONARY_DATA, data);
        tlv::encode(TEMPLATE, &tlv::concat(&[&self.object(), &data]))
    }
}

/// Object 67 for a read on that day. The validity is always asked.
pub(crate) fn auxiliary_data(today: Date, age: Option<u8>, municipality: Option<&str>) -> Result<Vec<u8>, Fault> {
    let mut templates = vec![Question::Validity.template(&digits(today))];
    if let Some(years) = age {
        // The last birthday that makes the holder old enough. A 29th of February becomes the 28th.
        let born = today
            .checked_sub(i64::from(years).years())
            .map_err(|_| Fault::Request)?;
        templates.push(Question::Age.template(&digits(born)));
    }
    if let Some(prefix) = municipality {
        templates.push(Question::Municipality.template(&packed(prefix)?));
    }
    let parts: Vec<&[u8]> = templates.iter().map(|template| template.as_slice()).collect();
    Ok(tlv::encode(AUTHENTICATION, &tlv::concat(&parts)).to_vec())
}

/// YYYYMMDD.
fn digits(date: Date) -> Vec<u8> {
    format!("{:04}{:02}{:02}", date.year(), date.month(), date.day()).into_bytes()
}

/// Two digits in a byte: whole bytes are compared, so their number is even (TR-03110-3 A.7.5.4).
fn packed(prefix: &str) -> Result<Vec<u8>, Fault> {
    let (pairs, rest) = prefix.as_bytes().as_chunks::<2>();
    let right = !pairs.is_empty() && rest.is_empty() && prefix.len() <= MUNICIPALITY_DIGITS_MAX;
    if !right || !prefix.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(Fault::Request);
    }
    Ok(pairs
        .iter()
        .map(|[high, low]| (high - b'0') << 4 | (low - b'0'))
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;
    use proptest::prelude::*;

    const VALIDITY: &str = "731506090 4007F000703010402530832303236313132 33";

    fn written(today: Date, age: Option<u8>, municipality: Option<&str>) -> String {
        hex::encode(auxiliary_data(today, age, municipality).unwrap())
    }

    #[test]
    fn validity_alone() {
        let expected = format!("6717{}", VALIDITY.replace(' ', "").to_lowercase());
        assert_eq!(written(date(2026, 11, 23), None, None), expected);
    }

    #[test]
    fn age_and_municipality() {
        let all = written(date(2026, 11, 23), Some(18), Some("02760503"));
        assert!(
            all.contains(&hex::encode("20081123")) && all.ends_with("530402760503"),
            "{all}"
        );
        assert!(all.starts_with("67"));
        let leap = written(date(2028, 2, 29), Some(18), None);
        assert!(leap.ends_with(&hex::encode("20100228")));
    }

    #[test]
    fn prefixes_that_a_card_cannot_compare_are_refused() {
        for wrong in ["", "0", "027", "0x", "027600000000000000"] {
            assert_eq!(
                auxiliary_data(date(2026, 1, 1), None, Some(wrong)),
                Err(Fault::Request),
                "{wrong}"
            );
        }
    }

    proptest! {
        #[test]
        fn any_request_is_written_or_refused(age: Option<u8>, prefix in prop::option::of(".{0,16}")) {
            let written = auxiliary_data(date(2026, 11, 23), age, prefix.as_deref());
            let right = prefix.as_deref().is_none_or(|p| {
                !p.is_empty() && p.len() <= 14 && p.len() % 2 == 0 && p.bytes().all(|b| b.is_ascii_digit())
            });
            prop_assert_eq!(written.is_ok(), right);
        }
    }
}
