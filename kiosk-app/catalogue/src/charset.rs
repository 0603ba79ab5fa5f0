//! Which characters a citizen's text may hold: DIN 91379:2022-08 (String.Latin+), the character set that German
//! authorities must be able to process in names.
//!
//! Taken are the normative Latin letters (`bll`), the normative non-letters (`bnlreq`, `bnl`, `bnlopt`), the combining
//! diacritics (`dc`), and typographic quotes, dashes and the ellipsis of the extended non-letters (`enl`). A combining
//! mark must follow a letter. Wider than the standard in one point: any of its marks may follow any of its letters,
//! not only in the 149 sequences it lists. Texts aren't normalised here; the standard leaves NFC to the interfaces.

/// Latin letters, group `bll` of DIN 91379.
const LETTERS: &[(u32, u32)] = &[
    (0x0041, 0x005A),
    (0x0061, 0x007A),
    (0x00C0, 0x00D6),
    (0x00D8, 0x00F6),
    (0x00F8, 0x017E),
    (0x0187, 0x0188),
    (0x018F, 0x018F),
    (0x0197, 0x0197),
    (0x01A0, 0x01A1),
    (0x01AF, 0x01B0),
    (0x01B7, 0x01B7),
    (0x01CD, 0x01DC),
    (0x01DE, 0x01DF),
    (0x01E2, 0x01F0),
    (0x01F4, 0x01F5),
    (0x01F8, 0x01FF),
    (0x0212, 0x0213),
    (0x0218, 0x021B),
    (0x021E, 0x021F),
    (0x0227, 0x0233),
    (0x0259, 0x0259),
    (0x0268, 0x0268),
    (0x0292, 0x0292),
    (0x1E02, 0x1E03),
    (0x1E06, 0x1E07),
    (0x1E0A, 0x1E11),
    (0x1E17, 0x1E17),
    (0x1E1C, 0x1E2B),
    (0x1E2F, 0x1E37),
    (0x1E3A, 0x1E3B),
    (0x1E40, 0x1E49),
    (0x1E52, 0x1E5B),
    (0x1E5E, 0x1E63),
    (0x1E6A, 0x1E6F),
    (0x1E80, 0x1E87),
    (0x1E8C, 0x1E97),
    (0x1E9E, 0x1E9E),
    (0x1EA0, 0x1EF9),
];

/// Digits, punctuation and signs: groups `bnlreq`, `bnl`, `bnlopt`, and quotes, dashes, ellipsis of `enl`.
const NON_LETTERS: &[(u32, u32)] = &[
    (0x0020, 0x0040),
    (0x005B, 0x0060),
    (0x007B, 0x007E),
    (0x00A1, 0x00AC),
    (0x00AE, 0x00BF),
    (0x00D7, 0x00D7),
    (0x00F7, 0x00F7),
    (0x02B9, 0x02BA),
    (0x02BE, 0x02BF),
    (0x02C8, 0x02C8),
    (0x02CC, 0x02CC),
    (0x2013, 0x2014),
    (0x2018, 0x201E),
    (0x2020, 0x2021),
    (0x2026, 0x2026),
    (0x2030, 0x2030),
    (0x2039, 0x203A),
    (0x20AC, 0x20AC),
];

/// Combining diacritics, group `dc`.
const MARKS: &[(u32, u32)] = &[
    (0x0300, 0x0302),
    (0x0304, 0x0304),
    (0x0306, 0x0308),
    (0x030B, 0x030D),
    (0x0310, 0x0310),
    (0x0315, 0x0315),
    (0x031B, 0x031B),
    (0x0323, 0x0323),
    (0x0325, 0x0328),
    (0x0331, 0x0331),
    (0x035F, 0x035F),
];

/// True when every character belongs to the set and every combining mark follows a letter.
pub(crate) fn is_allowed(text: &str) -> bool {
    let mut after_letter = false;
    text.chars().all(|c| {
        let letter = within(LETTERS, c);
        let mark = within(MARKS, c);
        let fits = letter || within(NON_LETTERS, c) || (mark && after_letter);
        after_letter = letter || (mark && after_letter);
        fits
    })
}

/// Characters that never belong into a text shown to people: controls, invisible and direction marks (they can make a
/// text read differently from what it says), surrogates' remains, private use.
pub(crate) fn is_hostile(c: char) -> bool {
    c.is_control()
        || matches!(u32::from(c),
            0x00AD | 0x061C | 0x180E | 0x200B..=0x200F | 0x2028..=0x202E | 0x2060..=0x206F | 0xFE00..=0xFE0F | 0xFEFF
            | 0xFFF0..=0xFFFC | 0xFFFE..=0xFFFF | 0xE000..=0xF8FF | 0xE0000..=0x10_FFFF)
}

/// The first character of a text that doesn't belong there. Line breaks do, and so does the zero-width non-joiner
/// between two Arabic letters: Persian can't be written without it (Unicode 15, §9.2; RFC 5892, A.1).
pub(crate) fn hostile(text: &str) -> Option<char> {
    let plain = |byte: u8| matches!(byte, b' '..=b'~' | b'\n');
    let is_arabic = |c: Option<char>| c.is_some_and(|c| ('\u{0620}'..='\u{06FF}').contains(&c));
    let mut rest = text;
    // From one character that isn't plain to the next.
    while let Some(at) = rest.bytes().position(|byte| !plain(byte)) {
        let from = rest.get(at..)?;
        let mut chars = from.chars();
        let c = chars.next()?;
        let joins_not = || {
            let before = text.get(..text.len() - from.len());
            let before = before.and_then(|before| before.chars().next_back());
            c == '\u{200C}' && is_arabic(before) && is_arabic(chars.clone().next())
        };
        if is_hostile(c) && !joins_not() {
            return Some(c);
        }
        rest = chars.as_str();
    }
    None
}

fn within(ranges: &[(u32, u32)], c: char) -> bool {
    let code = u32::from(c);
    let at = ranges.partition_point(|(_, last)| *last < code);
    ranges.get(at).is_some_and(|(first, _)| *first <= code)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_non_joiner_is_for_arabic_letters_only() {
        assert_eq!(hostile("می\u{200C}خواهید\nja"), None);
        for text in [
            "a\u{200C}b",
            "\u{200C}م",
            "م\u{200C}",
            "م\u{200C}\u{200C}م",
            "م\u{200D}م",
        ] {
            assert!(hostile(text).is_some(), "{text:?}");
        }
    }

    #[test]
    fn names_of_europe_pass() {
        for name in [
            "Ĝiĥ-Þórð ẞ",
            "Müller-Lüdenscheidt",
            "O’Brien",
            "Nguyễn Thị",
            "L̂",
            "t̄",
            "D'Arc, 3. Stock (links)",
            "Ærøskøbing",
            "Łódź",
        ] {
            assert!(is_allowed(name), "{name}");
        }
    }

    #[test]
    fn tricks_do_not_pass() {
        for text in [
            "a\0b",
            "a\u{202E}b",
            "a\u{200F}b",
            "\u{0301}a",
            "1\u{0301}",
            "😀",
            "\u{E000}",
            "a\nb",
            "Иван",
            "a\u{00AD}b",
            "\u{FEFF}a",
        ] {
            assert!(!is_allowed(text), "{text:?}");
        }
    }

    #[test]
    fn ranges_are_sorted() {
        for ranges in [LETTERS, NON_LETTERS, MARKS] {
            assert!(ranges.iter().all(|(first, last)| first <= last));
            assert!(ranges.windows(2).all(|pair| pair[0].1 < pair[1].0));
        }
    }

    proptest! {
        #[test]
        fn nothing_hostile_is_allowed(c in any::<char>()) {
            let text = format!("a{c}");
            prop_assert!(!is_hostile(c) || !is_allowed(&text));
        }
    }
}
