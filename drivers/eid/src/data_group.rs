//! Contents of the data groups (TR-03110-4 §2.2, TR-03127 §3.4.3), with what is really found on cards: blanks in dates,
//! `---` for a name that isn't known, groups that are missing or empty, three kinds of place.
use crate::Fault;
use apdu::tlv::{Reader, Tag, Tlv, TlvError};
use drivers_api::card::{DataGroup, GroupContent, PartialDate, Place};
use drivers_api::private::PrivateText;
use miniz_oxide::inflate::{decompress_to_vec_with_limit, decompress_to_vec_zlib_with_limit};
use zeroize::Zeroizing;

const OCTET_STRING: Tag = Tag(0x04);
const UTF8_STRING: Tag = Tag(0x0C);
const NUMERIC_STRING: Tag = Tag(0x12);
const PRINTABLE_STRING: Tag = Tag(0x13);
const IA5_STRING: Tag = Tag(0x16);
const SEQUENCE: Tag = Tag(0x30);
const SET: Tag = Tag(0x31);
/// [1] and [2] of GeneralPlace and of the residence permits' Text.
const FIRST_CHOICE: Tag = Tag(0xA1);
const SECOND_CHOICE: Tag = Tag(0xA2);
/// Bytes of a date: YYYYMMDD.
const DATE_BYTES: usize = 8;
/// Most bytes of an unpacked residence permit: 750 characters of at most 4 bytes.
const UNPACKED_BYTES_MAX: usize = 3000;

/// Why a content can't be read; the caller adds which group it was.
struct Outside;

impl From<TlvError> for Outside {
    fn from(_: TlvError) -> Self {
        Self
    }
}

/// The content of a data group's file.
pub(crate) fn parse(group: DataGroup, file: &[u8]) -> Result<GroupContent, Fault> {
    content(group, file).map_err(|Outside| Fault::DataGroup { number: group.number() })
}

fn content(group: DataGroup, file: &[u8]) -> Result<GroupContent, Outside> {
    if file.is_empty() {
        return Ok(GroupContent::NotOnChip);
    }
    // EF content is [APPLICATION n]; what follows it is filling.
    let outer = Reader::new(file).expect(Tag(0x60 | u32::from(group.number())))?;
    let Some(inner) = outer.nested()?.read()? else {
        return Ok(GroupContent::NotOnChip);
    };
    match group {
        DataGroup::DateOfExpiry | DataGroup::DateOfBirth => date(&inner),
        DataGroup::PlaceOfBirth | DataGroup::PlaceOfResidence => place(&inner),
        DataGroup::MunicipalityId => municipality(&inner),
        DataGroup::ResidencePermitI | DataGroup::ResidencePermitII => permit(&inner),
        DataGroup::PhoneNumber => ascii(&inner, PRINTABLE_STRING),
        DataGroup::EmailAddress => ascii(&inner, IA5_STRING),
        DataGroup::GivenNames
        | DataGroup::FamilyNames
        | DataGroup::ArtisticName
        | DataGroup::AcademicTitle
        | DataGroup::BirthName => Ok(known(string(&inner)?, |text| text.chars().all(|c| c == '-'))),
        // A state, or the place of an issuing office.
        DataGroup::IssuingState if inner.tag == SEQUENCE => structured(&inner),
        DataGroup::DocumentType | DataGroup::IssuingState | DataGroup::Nationality => {
            Ok(known(string(&inner)?, |_| false))
        }
    }
}

/// A text, or `NotOnChip` when there is nothing in it.
fn known(text: PrivateText, means_nothing: impl Fn(&str) -> bool) -> GroupContent {
    let trimmed = text.expose().trim();
    if trimmed.is_empty() || means_nothing(trimmed) {
        GroupContent::NotOnChip
    } else {
        GroupContent::Text(text)
    }
}

/// One of the ASN.1 string types that cards use.
fn string(tlv: &Tlv<'_>) -> Result<PrivateText, Outside> {
    let ascii_only = match tlv.tag {
        UTF8_STRING => false,
        NUMERIC_STRING | PRINTABLE_STRING | IA5_STRING => true,
        _ => return Err(Outside),
    };
    let text = core::str::from_utf8(tlv.value).map_err(|_| Outside)?;
    if ascii_only && !text.is_ascii() {
        return Err(Outside);
    }
    Ok(printable(text))
}

/// Exactly that string type: no card has been seen with these groups, so there are no oddities to allow for.
fn ascii(tlv: &Tlv<'_>, kind: Tag) -> Result<GroupContent, Outside> {
    if tlv.tag == kind {
        Ok(known(string(tlv)?, |_| false))
    } else {
        Err(Outside)
    }
}

/// Line breaks and other control characters become blanks: they have no business on screens and receipts, but are no
/// reason to refuse a card.
fn printable(text: &str) -> PrivateText {
    // Blanks are never longer, so nothing is left behind by growing.
    let mut cleaned = String::with_capacity(text.len());
    cleaned.extend(text.chars().map(|c| if c.is_control() { ' ' } else { c }));
    PrivateText::new(cleaned)
}

/// `YYYYMMDD`; a part that isn't known is blank (or zero).
fn date(tlv: &Tlv<'_>) -> Result<GroupContent, Outside> {
    let text = string(tlv)?;
    if text.expose().trim().is_empty() {
        return Ok(GroupContent::NotOnChip);
    }
    let bytes: &[u8; DATE_BYTES] = text.expose().as_bytes().try_into().map_err(|_| Outside)?;
    let (year, month_day) = bytes.split_at(4);
    let (month, day) = month_day.split_at(2);
    let part = |part, max| date_part(part, max);
    Ok(GroupContent::Date(PartialDate {
        year: part(year, 9999)?,
        month: part(month, 12)?.map(|month| month as u8),
        day: part(day, 31)?.map(|day| day as u8),
    }))
}

fn date_part(digits: &[u8], max: u16) -> Result<Option<u16>, Outside> {
    if digits.contains(&b' ') {
        let only_digits_and_blanks = digits.iter().all(|byte| *byte == b' ' || byte.is_ascii_digit());
        return if only_digits_and_blanks { Ok(None) } else { Err(Outside) };
    }
    let mut number = 0u16;
    for digit in digits {
        let value = digit.is_ascii_digit().then(|| u16::from(digit - b'0')).ok_or(Outside)?;
        number = number.saturating_mul(10).saturating_add(value);
    }
    if number > max {
        Err(Outside)
    } else {
        Ok((number != 0).then_some(number))
    }
}

/// GeneralPlace, or a set of them of which the first counts (TR-03110-4 §2.2.17).
fn place(tlv: &Tlv<'_>) -> Result<GroupContent, Outside> {
    match tlv.tag {
        SEQUENCE => structured(tlv),
        FIRST_CHOICE => Ok(free(only_string(tlv)?, Place::Freetext)),
        SECOND_CHOICE => Ok(free(only_string(tlv)?, Place::NoPlace)),
        SET => match tlv.nested()?.read()? {
            // One level down only: a set in a set is outside the standard.
            Some(first) if first.tag != SET => place(&first),
            Some(_) => Err(Outside),
            None => Ok(GroupContent::NotOnChip),
        },
        _ => Err(Outside),
    }
}

fn free(text: PrivateText, place: fn(PrivateText) -> Place) -> GroupContent {
    if text.expose().trim().is_empty() {
        GroupContent::NotOnChip
    } else {
        GroupContent::Place(place(text))
    }
}

/// Place: [10] street, [11] city, [12] state, [13] country, [14] zip.
fn structured(tlv: &Tlv<'_>) -> Result<GroupContent, Outside> {
    let (mut street, mut city, mut state, mut country, mut zip) = (None, None, None, None, None);
    let mut fields = tlv.nested()?;
    while let Some(field) = fields.read()? {
        let slot = match field.tag {
            Tag(0xAA) => &mut street,
            Tag(0xAB) => &mut city,
            Tag(0xAC) => &mut state,
            Tag(0xAD) => &mut country,
            Tag(0xAE) => &mut zip,
            _ => return Err(Outside),
        };
        let text = only_string(&field)?;
        if slot.is_some() {
            return Err(Outside);
        }
        *slot = Some(text).filter(|text| !text.expose().trim().is_empty());
    }
    let (Some(city), Some(country)) = (city, country) else {
        return Err(Outside);
    };
    Ok(GroupContent::Place(Place::Structured {
        street,
        city,
        state,
        country,
        zip,
    }))
}

fn only_string(tlv: &Tlv<'_>) -> Result<PrivateText, Outside> {
    match tlv.nested()?.read()? {
        Some(inner) => string(&inner),
        None => Ok(PrivateText::default()),
    }
}

/// Municipality id: decimal digits, two in a byte (TR-03127 §3.4.3), e.g. `02760378900276`.
fn municipality(tlv: &Tlv<'_>) -> Result<GroupContent, Outside> {
    if tlv.tag != OCTET_STRING {
        return Err(Outside);
    }
    let mut digits = Zeroizing::new(String::with_capacity(tlv.value.len() * 2));
    for byte in tlv.value {
        for nibble in [byte >> 4, byte & 0x0F] {
            digits.push(char::from_digit(u32::from(nibble), 10).ok_or(Outside)?);
        }
    }
    Ok(known(PrivateText::from(digits.as_str()), |_| false))
}

/// Residence permit: [1] plain text, [2] text packed with DEFLATE, on cards in a zlib envelope, by the standard without.
fn permit(tlv: &Tlv<'_>) -> Result<GroupContent, Outside> {
    match tlv.tag {
        FIRST_CHOICE => Ok(known(only_string(tlv)?, |_| false)),
        SECOND_CHOICE => {
            let packed = tlv.nested()?.expect(OCTET_STRING)?;
            let unpacked = decompress_to_vec_zlib_with_limit(packed.value, UNPACKED_BYTES_MAX)
                .or_else(|_| decompress_to_vec_with_limit(packed.value, UNPACKED_BYTES_MAX));
            let bytes = Zeroizing::new(unpacked.map_err(|_| Outside)?);
            let text = printable(core::str::from_utf8(&bytes).map_err(|_| Outside)?);
            Ok(known(text, |_| false))
        }
        _ => Err(Outside),
    }
}

#[cfg(test)]
#[path = "data_group_tests.rs"]
mod tests;
