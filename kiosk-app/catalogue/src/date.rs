//! Calendar dates as citizens type them, as cards know them, and as the authority receives them.
//!
//! Canonical form: `YYYY-MM-DD` (ISO 8601-1). Parts a card leaves blank are `XX` or `XXXX` (ISO 8601-2:2019 §4.2.2,
//! unspecified digits): `1964-XX-XX`.
use crate::words::{Word, Words, fill};
use drivers_api::card::PartialDate;
use drivers_api::language::Language;
use drivers_api::private::PrivateText;
use jiff::civil::Date;

/// Reads `12.8.1964`, `12.08.1964` or `1964-08-12`. `None` when it is no day of the calendar.
pub(crate) fn parse(text: &str) -> Option<PartialDate> {
    let text = text.trim();
    let (day, month, year) = match text.split_once('-') {
        Some((year, rest)) => {
            let (month, day) = rest.split_once('-')?;
            if month.len() != 2 || day.len() != 2 {
                return None;
            }
            (day, month, year)
        }
        None => {
            let (day, rest) = text.split_once('.')?;
            let (month, year) = rest.split_once('.')?;
            (day.trim(), month.trim(), year.trim())
        }
    };
    let (day, month, year) = (number(day, 1, 2)?, number(month, 1, 2)?, number(year, 4, 4)?);
    let (day, month) = (u8::try_from(day).ok()?, u8::try_from(month).ok()?);
    is_real(year, month, day).then_some(PartialDate {
        year: Some(year),
        month: Some(month),
        day: Some(day),
    })
}

/// Reads the canonical form, with unknown parts.
pub(crate) fn parse_canonical(text: &str) -> Option<PartialDate> {
    let mut parts = text.split('-');
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() {
        return None;
    }
    let known = |part: &str, len: usize| match part.len() == len && part.bytes().all(|b| b == b'X') {
        true => Some(None),
        false => number(part, len, len).map(Some),
    };
    let small = |part: Option<u16>| part.map(u8::try_from).transpose().ok();
    let date = PartialDate {
        year: known(year, 4)?,
        month: small(known(month, 2)?)?,
        day: small(known(day, 2)?)?,
    };
    is_plausible(&date).then_some(date)
}

/// The canonical form.
pub(crate) fn canonical(date: &PartialDate) -> PrivateText {
    let mut buffer = [b'-'; 10];
    write_number(&mut buffer[..4], date.year.map(u32::from));
    write_number(&mut buffer[5..7], date.month.map(u32::from));
    write_number(&mut buffer[8..], date.day.map(u32::from));
    let text = PrivateText::from(core::str::from_utf8(&buffer).unwrap_or_default());
    zeroize::Zeroize::zeroize(&mut buffer);
    text
}

/// `12.08.1964`, as an input field shows it; unknown parts as `XX`.
pub(crate) fn typed(date: &PartialDate) -> PrivateText {
    let mut buffer = [b'.'; 10];
    write_number(&mut buffer[..2], date.day.map(u32::from));
    write_number(&mut buffer[3..5], date.month.map(u32::from));
    write_number(&mut buffer[6..], date.year.map(u32::from));
    let text = PrivateText::from(core::str::from_utf8(&buffer).unwrap_or_default());
    zeroize::Zeroize::zeroize(&mut buffer);
    text
}

/// "12. August 1964", in the program's own words; kind words for parts that aren't known.
pub fn date_in_words(date: &PartialDate, language: Language) -> PrivateText {
    in_words(date, Words::bundled(), language)
}

/// The same in a town's words.
pub(crate) fn in_words(date: &PartialDate, words: &Words, language: Language) -> PrivateText {
    let day = PrivateText::new(date.day.map(|day| day.to_string()).unwrap_or_default());
    let year = PrivateText::new(date.year.map(|year| year.to_string()).unwrap_or_default());
    let month = date.month.map_or("", |month| words.month(month, language));
    let word = match (date.year, date.month, date.day) {
        (Some(_), Some(_), Some(_)) => Word::DateFull,
        (Some(_), Some(_), None) => Word::DateMonth,
        (Some(_), None, _) => Word::DateYear,
        (None, _, _) => Word::DateUnknown,
    };
    let slots = [("day", day.expose()), ("month", month), ("year", year.expose())];
    PrivateText::new(fill(words.text(word, language), &slots))
}

/// The day, when all of it is known.
pub(crate) fn known_day(date: &PartialDate) -> Option<Date> {
    let part = |part: Option<u8>| i8::try_from(part?).ok();
    Date::new(i16::try_from(date.year?).ok()?, part(date.month)?, part(date.day)?).ok()
}

/// "12. August 1964" for a day of the calendar.
pub(crate) fn day_in_words(day: Date, words: &Words, language: Language) -> PrivateText {
    let date = PartialDate {
        year: u16::try_from(day.year()).ok(),
        month: Some(day.month().unsigned_abs()),
        day: Some(day.day().unsigned_abs()),
    };
    in_words(&date, words, language)
}

/// True for a card's date whose known parts can be true together.
pub(crate) fn is_plausible(date: &PartialDate) -> bool {
    is_real(
        date.year.unwrap_or(2000),
        date.month.unwrap_or(1),
        date.day.unwrap_or(1),
    )
}

/// True for a day of the Gregorian calendar.
pub(crate) fn is_real(year: u16, month: u8, day: u8) -> bool {
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let days = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if leap => 29,
        2 => 28,
        _ => return false,
    };
    (1..=9999).contains(&year) && (1..=days).contains(&day)
}

fn number(text: &str, len_min: usize, len_max: usize) -> Option<u16> {
    let fits = (len_min..=len_max).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    fits.then(|| text.parse().ok()).flatten()
}

fn write_number(place: &mut [u8], number: Option<u32>) {
    let Some(mut rest) = number else {
        place.fill(b'X');
        return;
    };
    for digit in place.iter_mut().rev() {
        *digit = b'0' + u8::try_from(rest % 10).unwrap_or_default();
        rest /= 10;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn typed_dates() {
        for (text, canonical_text) in [
            ("12.8.1964", "1964-08-12"),
            (" 12.08.1964 ", "1964-08-12"),
            ("29.02.2024", "2024-02-29"),
            ("29.2.2000", "2000-02-29"),
            ("1964-08-12", "1964-08-12"),
            ("1. 2. 1964", "1964-02-01"),
        ] {
            assert_eq!(canonical(&parse(text).unwrap()).expose(), canonical_text, "{text}");
        }
        for text in [
            "",
            "29.02.2023",
            "29.2.1900",
            "31.4.2020",
            "0.1.2020",
            "1.13.2020",
            "12.8.64",
            "12/8/1964",
            "1.1.0000",
            "+1.1.2020",
            "1964-8-12",
            "12.8.1964.",
            "１.1.2020",
        ] {
            assert!(parse(text).is_none(), "{text}");
        }
    }

    #[test]
    fn unknown_parts() {
        let date = PartialDate {
            year: Some(1964),
            month: None,
            day: None,
        };
        assert_eq!(canonical(&date).expose(), "1964-XX-XX");
        assert_eq!(typed(&date).expose(), "XX.XX.1964");
        assert!(parse_canonical("1964-XX-XX").unwrap() == date);
        assert!(parse_canonical("1964-XX-32").is_none());
        let words = Words::bundled();
        assert_eq!(
            in_words(&date, words, Language::German).expose(),
            "1964 (Tag und Monat unbekannt)"
        );
        let none = PartialDate {
            year: None,
            month: None,
            day: None,
        };
        assert_eq!(in_words(&none, words, Language::English).expose(), "unknown");
    }

    proptest! {
        #[test]
        fn any_text(text in "\\PC{0,20}|[0-9.X-]{0,12}") {
            if let Some(date) = parse(&text) {
                prop_assert!(parse(typed(&date).expose()).unwrap() == date);
                prop_assert!(parse_canonical(canonical(&date).expose()).unwrap() == date);
            }
            if let Some(date) = parse_canonical(&text) {
                let written = canonical(&date);
                prop_assert_eq!(written.expose(), &text);
            }
        }
    }
}
