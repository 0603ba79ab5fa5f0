//! Dates as one says them: `12.08.1964` is read as numbers with points otherwise. Pure.

/// Month names as they follow a day (CLDR, format wide), and what stands before and after them.
const MONTHS: [(&str, &str, [&str; 12]); 11] = [
    (
        "de",
        "{d}. {m} {y}",
        [
            "Januar",
            "Februar",
            "März",
            "April",
            "Mai",
            "Juni",
            "Juli",
            "August",
            "September",
            "Oktober",
            "November",
            "Dezember",
        ],
    ),
    (
        "en",
        "{d} {m} {y}",
        [
            "January",
            "February",
            "March",
            "April",
            "May",
            "June",
            "July",
            "August",
            "September",
            "October",
            "November",
            "December",
        ],
    ),
    (
        "tr",
        "{d} {m} {y}",
        [
            "Ocak", "Şubat", "Mart", "Nisan", "Mayıs", "Haziran", "Temmuz", "Ağustos", "Eylül", "Ekim", "Kasım",
            "Aralık",
        ],
    ),
    (
        "ru",
        "{d} {m} {y} года",
        [
            "января",
            "февраля",
            "марта",
            "апреля",
            "мая",
            "июня",
            "июля",
            "августа",
            "сентября",
            "октября",
            "ноября",
            "декабря",
        ],
    ),
    (
        "uk",
        "{d} {m} {y} року",
        [
            "січня",
            "лютого",
            "березня",
            "квітня",
            "травня",
            "червня",
            "липня",
            "серпня",
            "вересня",
            "жовтня",
            "листопада",
            "грудня",
        ],
    ),
    (
        "pl",
        "{d} {m} {y}",
        [
            "stycznia",
            "lutego",
            "marca",
            "kwietnia",
            "maja",
            "czerwca",
            "lipca",
            "sierpnia",
            "września",
            "października",
            "listopada",
            "grudnia",
        ],
    ),
    (
        "ro",
        "{d} {m} {y}",
        [
            "ianuarie",
            "februarie",
            "martie",
            "aprilie",
            "mai",
            "iunie",
            "iulie",
            "august",
            "septembrie",
            "octombrie",
            "noiembrie",
            "decembrie",
        ],
    ),
    (
        "fr",
        "{d} {m} {y}",
        [
            "janvier",
            "février",
            "mars",
            "avril",
            "mai",
            "juin",
            "juillet",
            "août",
            "septembre",
            "octobre",
            "novembre",
            "décembre",
        ],
    ),
    (
        "es",
        "{d} de {m} de {y}",
        [
            "enero",
            "febrero",
            "marzo",
            "abril",
            "mayo",
            "junio",
            "julio",
            "agosto",
            "septiembre",
            "octubre",
            "noviembre",
            "diciembre",
        ],
    ),
    (
        "ar",
        "{d} {m} {y}",
        [
            "يناير",
            "فبراير",
            "مارس",
            "أبريل",
            "مايو",
            "يونيو",
            "يوليو",
            "أغسطس",
            "سبتمبر",
            "أكتوبر",
            "نوفمبر",
            "ديسمبر",
        ],
    ),
    (
        "fa",
        "{d} {m} {y}",
        [
            "ژانویهٔ",
            "فوریهٔ",
            "مارس",
            "آوریل",
            "مهٔ",
            "ژوئن",
            "ژوئیهٔ",
            "اوت",
            "سپتامبر",
            "اکتبر",
            "نوامبر",
            "دسامبر",
        ],
    ),
];

/// Length of `DD.MM.YYYY`.
const DATE_BYTES: usize = 10;

/// The text with its dates in the words of a language (BCP 47 tag); as it is in a language that isn't known here.
pub(crate) fn in_words(text: &str, language: &str) -> String {
    let primary = language.split('-').next().unwrap_or_default();
    let Some((_, pattern, months)) = MONTHS.iter().find(|(tag, ..)| *tag == primary) else {
        return text.to_owned();
    };
    let mut spoken = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(next) = rest.chars().next() {
        let stands_alone = !spoken.ends_with(|c: char| c.is_ascii_digit() || c == '.');
        match date(rest).filter(|_| stands_alone) {
            Some((day, month, year)) => {
                let name = months.get(month.saturating_sub(1)).copied().unwrap_or_default();
                let (day, year) = (day.to_string(), year.to_string());
                spoken += &pattern.replace("{d}", &day).replace("{m}", name).replace("{y}", &year);
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

/// Day, month and year at the front of a text.
fn date(text: &str) -> Option<(u32, usize, u32)> {
    let shown = text.as_bytes().get(..DATE_BYTES)?;
    let is_digit = |at: usize| shown.get(at).is_some_and(u8::is_ascii_digit);
    let is_date = [0, 1, 3, 4, 6, 7, 8, 9].into_iter().all(is_digit) && shown[2] == b'.' && shown[5] == b'.';
    let goes_on = text.as_bytes().get(DATE_BYTES).is_some_and(u8::is_ascii_digit);
    if !is_date || goes_on {
        return None;
    }
    let day = text.get(0..2)?.parse().ok().filter(|day| (1..=31).contains(day))?;
    let month = text.get(3..5)?.parse().ok().filter(|month| (1..=12).contains(month))?;
    Some((day, month, text.get(6..10)?.parse().ok()?))
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
    }

    proptest! {
        #[test]
        fn no_text_panics(text in "\\PC{0,40}") {
            in_words(&text, "de");
        }
    }
}
