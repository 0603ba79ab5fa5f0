//! Dates as one says them: `12.08.1964` is read as numbers with points otherwise. Pure.
use catalogue::date_in_words;
use drivers_api::card::PartialDate;
use drivers_api::language::Language;
use drivers_api::private::PrivateText;

/// What is said otherwise than it is written: the year in full, and the ezafe that a month takes after its last letter.
const SAID: [(Language, &str, &str); 3] = [
    (Language::Russian, " г.", " года"),
    (Language::Ukrainian, " р.", " року"),
    (Language::Persian, "ه ", "هٔ "),
];

/// Length of `DD.MM.YYYY`.
const DATE_BYTES: usize = 10;

/// The text with its dates in the words of a language (BCP 47 tag); as it is in a language that isn't known here.
pub(crate) fn in_words(text: &str, language: &str) -> String {
    let Some(language) = Language::from_tag(language) else {
        return text.to_owned();
    };
    let mut spoken = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(next) = rest.chars().next() {
        let stands_alone = !spoken.ends_with(|c: char| c.is_ascii_digit() || c == '.');
        match date(rest).filter(|_| stands_alone) {
            Some(date) => {
                spoken += said(&date, language).expose();
                rest = rest.get(DATE_BYTES..).unwrap_or_default();
            }
            None => {
                spoken.push(next);
                rest = rest.get(next.len_utf8()..).unwrap_or_default();
            }
        }
    }
    spoken
}

fn said(date: &PartialDate, language: Language) -> PrivateText {
    let written = date_in_words(date, language);
    match SAID.iter().find(|(other, ..)| *other == language) {
        Some((_, written_so, said_so)) => PrivateText::new(written.expose().replace(written_so, said_so)),
        None => written,
    }
}

/// The date at the front of a text.
fn date(text: &str) -> Option<PartialDate> {
    let shown = text.as_bytes().get(..DATE_BYTES)?;
    let is_digit = |at: usize| shown.get(at).is_some_and(u8::is_ascii_digit);
    let is_date = [0, 1, 3, 4, 6, 7, 8, 9].into_iter().all(is_digit) && shown[2] == b'.' && shown[5] == b'.';
    let goes_on = text.as_bytes().get(DATE_BYTES).is_some_and(u8::is_ascii_digit);
    if !is_date || goes_on {
        return None;
    }
    let day = text.get(0..2)?.parse().ok().filter(|day| (1..=31).contains(day))?;
    let month = text.get(3..5)?.parse().ok().filter(|month| (1..=12).contains(month))?;
    Some(PartialDate {
        year: Some(text.get(6..10)?.parse().ok()?),
        month: Some(month),
        day: Some(day),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn dates_are_said_as_one_says_them() {
        for (language, said) in [
            ("de", "geboren am 12. August 1964."),
            ("de-x-leicht", "geboren am 12. August 1964."),
            ("en", "geboren am 12 August 1964."),
            ("es", "geboren am 12 de agosto de 1964."),
            ("ru", "geboren am 12 августа 1964 года."),
            ("uk", "geboren am 12 серпня 1964 року."),
            ("nl", "geboren am 12.08.1964."),
        ] {
            assert_eq!(in_words("geboren am 12.08.1964.", language), said);
        }
        for text in [
            "12.8.1964",
            "32.08.1964",
            "12.13.1964",
            "112.08.1964",
            "12.08.19645",
            "1.12.08.1964",
            "§ 12.08.",
        ] {
            assert_eq!(in_words(text, "de"), text);
        }
        assert_eq!(
            in_words("01.02.2026 und 03.04.2026", "de"),
            "1. Februar 2026 und 3. April 2026"
        );
        assert_eq!(in_words("01.01.2026 · 01.03.2026", "fa"), "1 ژانویهٔ 2026 · 1 مارس 2026");
    }

    proptest! {
        #[test]
        fn no_text_panics(text in "\\PC{0,40}") {
            in_words(&text, "de");
        }
    }
}
