//! International bank account numbers (ISO 13616-1:2020), as SEPA takes them: a direct debit needs one of these
//! countries. Checked here and not by a crate, because those copy the number about, and nobody overwrites their copies.
use drivers_api::private::PrivateText;

/// Countries and the length of their numbers (SWIFT, IBAN Registry; European Payments Council, EPC409-09).
#[rustfmt::skip] // a table
const LENGTHS: [(&str, usize); 41] = [
    ("AD", 24), ("AL", 28), ("AT", 20), ("BE", 16), ("BG", 22), ("CH", 21), ("CY", 28), ("CZ", 24), ("DE", 22),
    ("DK", 18), ("EE", 20), ("ES", 24), ("FI", 18), ("FR", 27), ("GB", 22), ("GI", 23), ("GR", 27), ("HR", 21),
    ("HU", 28), ("IE", 22), ("IS", 26), ("IT", 27), ("LI", 21), ("LT", 20), ("LU", 20), ("LV", 21), ("MC", 27),
    ("MD", 24), ("ME", 22), ("MK", 19), ("MT", 31), ("NL", 18), ("NO", 15), ("PL", 28), ("PT", 25), ("RO", 24),
    ("SE", 24), ("SI", 19), ("SK", 24), ("SM", 27), ("VA", 22),
];
/// Characters between two spaces.
const GROUP: usize = 4;

/// What is stored: capitals and digits alone.
pub(crate) fn compact(typed: &str) -> PrivateText {
    let mut text = String::with_capacity(typed.len());
    text.extend(
        typed
            .chars()
            .filter(|c| !c.is_whitespace())
            .map(|c| c.to_ascii_uppercase()),
    );
    PrivateText::new(text)
}

/// As it stands on a bank card: in groups of four.
pub(crate) fn grouped(compact: &str) -> PrivateText {
    let mut text = String::with_capacity(compact.len() + compact.len() / GROUP);
    for (at, c) in compact.chars().enumerate() {
        if at > 0 && at % GROUP == 0 {
            text.push(' ');
        }
        text.push(c);
    }
    PrivateText::new(text)
}

/// Country, length and check digits (ISO/IEC 7064, MOD 97-10) fit together.
pub(crate) fn is_valid(compact: &str) -> bool {
    let known = LENGTHS
        .iter()
        .any(|(country, length)| compact.starts_with(country) && compact.len() == *length);
    if !known || !compact.is_ascii() {
        return false;
    }
    let (head, rest) = compact.split_at(GROUP);
    let mut sum = 0;
    for c in rest.chars().chain(head.chars()) {
        let Some(value) = c.to_digit(36).filter(|_| !c.is_ascii_lowercase()) else {
            return false;
        };
        sum = (sum * if value < 10 { 10 } else { 100 } + value) % 97;
    }
    sum == 1
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Examples of the IBAN Registry.
    const PUBLISHED: [&str; 6] = [
        "DE89370400440532013000",
        "AT611904300234573201",
        "CH9300762011623852957",
        "GB29NWBK60161331926819",
        "MT84MALT011000012345MTLCAST001S",
        "NO9386011117947",
    ];

    #[test]
    fn the_registry_s_examples_are_valid() {
        for iban in PUBLISHED {
            assert!(is_valid(iban), "{iban}");
            let shown = grouped(iban);
            assert_eq!(compact(shown.expose()).expose(), iban);
            assert_eq!(compact(&shown.expose().to_lowercase()).expose(), iban);
        }
        assert_eq!(grouped(PUBLISHED[0]).expose(), "DE89 3704 0044 0532 0130 00");
    }

    #[test]
    fn countries_are_sorted_and_short_ones_have_their_length() {
        assert!(LENGTHS.is_sorted());
        for wrong in [
            "",
            "DE",
            "DE8937040044053201300",
            "US89370400440532013000",
            "DÉ89370400440532013000",
            "ＤＥ89",
        ] {
            assert!(!is_valid(wrong), "{wrong}");
        }
    }

    proptest! {
        /// MOD 97-10 finds every single mistake and every swap of neighbours.
        #[test]
        fn one_slip_is_found(at in 0..PUBLISHED.len(), place in 0_usize..14, digit in 0_u32..10) {
            let right: Vec<char> = PUBLISHED[at].chars().collect();
            let mut wrong = right.clone();
            wrong[place] = char::from_digit(digit, 10).unwrap();
            prop_assert_eq!(is_valid(&wrong.iter().collect::<String>()), wrong == right);
            let mut swapped = right.clone();
            swapped.swap(place, place + 1);
            prop_assert_eq!(is_valid(&swapped.iter().collect::<String>()), swapped == right);
        }

        #[test]
        fn any_text_is_taken(text in "\\PC{0,60}") {
            is_valid(compact(&text).expose());
            grouped(&text);
        }
    }
}
