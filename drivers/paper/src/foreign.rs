//! What is written from the left inside a text from the right: codes, names, addresses, amounts. The bidirectional
//! algorithm keeps letters and digits in order but scatters the signs between and beside them (`5-` for `-5`,
//! `Köln 51147` for `51147 Köln`), so each such stretch is put between isolates (UAX #9, HL3).
use unicode_bidi::{BidiClass, bidi_class};
use zeroize::Zeroizing;

const ISOLATE: char = '\u{2066}'; // LEFT-TO-RIGHT ISOLATE
const END: char = '\u{2069}'; // POP DIRECTIONAL ISOLATE

/// The text with an isolate around each foreign stretch.
pub(crate) fn isolated(text: &str) -> Zeroizing<String> {
    let chars: Zeroizing<Vec<char>> = Zeroizing::new(text.chars().collect());
    // at most one isolate, of six bytes, before every other character: it needn't grow and leave a copy behind
    let mut whole = Zeroizing::new(String::with_capacity(text.len() + 3 * chars.len() + 6));
    let mut at = 0;
    for (start, end) in stretches(&chars) {
        whole.extend(chars.get(at..start).into_iter().flatten());
        whole.push(ISOLATE);
        whole.extend(chars.get(start..end).into_iter().flatten());
        whole.push(END);
        at = end;
    }
    whole.extend(chars.get(at..).into_iter().flatten());
    whole
}

/// Where foreign stretches begin and end.
fn stretches(chars: &[char]) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    let mut start = 0;
    for part in chars.chunk_by(|a, b| is_native(*a) == is_native(*b)) {
        let end = start + part.len();
        if !part.first().copied().is_none_or(is_native) {
            if part.iter().any(|c| is_letter(*c)) {
                found.extend(trimmed(chars, start, end));
            } else {
                found.extend(numbers(chars, start, end));
            }
        }
        start = end;
    }
    found
}

/// From the first letter or digit to the last, with the signs, brackets and quotes that belong to them.
fn trimmed(chars: &[char], start: usize, end: usize) -> Option<(usize, usize)> {
    let part = chars.get(start..end)?;
    let first = start + part.iter().position(|c| is_solid(*c))?;
    let last = start + part.iter().rposition(|c| is_solid(*c))?;
    let mut begin = with_signs_before(chars, start, first);
    let finish = with_signs_after(chars, begin, last + 1, end);
    for _ in 0..PAIRS_MAX {
        if begin > start && opens(chars[begin - 1], &chars[begin..finish]) {
            begin -= 1;
        }
    }
    Some((begin, finish))
}

/// Numbers, each on its own unless a blank is part of it: `01234 56-789` is one, `2026 2027` are two, to be read from
/// the right like words.
fn numbers(chars: &[char], start: usize, end: usize) -> Vec<(usize, usize)> {
    let mut found: Vec<(usize, usize)> = Vec::new();
    let mut at = start;
    for token in chars.get(start..end).unwrap_or_default().split(|c| c.is_whitespace()) {
        let next = at + token.len();
        let taken = found.last().map_or(start, |before| before.1);
        if let Some((begin, finish)) = trimmed(chars, at.max(taken), next) {
            let finish = with_signs_after(chars, begin, finish, end);
            match found.last_mut() {
                Some(before) if is_telephone(chars, before.0, begin) && is_digits(&chars[begin..finish]) => {
                    before.1 = finish;
                }
                _ => found.push((with_signs_before(chars, taken, begin), finish)),
            }
        }
        at = next + 1;
    }
    found
}

/// From `start` to `end` stands the beginning of a telephone number and one blank.
fn is_telephone(chars: &[char], start: usize, end: usize) -> bool {
    let Some((blank, number)) = chars.get(start..end).and_then(<[char]>::split_last) else {
        return false;
    };
    let fits = number.len() <= TELEPHONE_CHARS_MAX;
    fits && blank.is_whitespace() && matches!(number, ['+' | '0', _, ..]) && is_digits(number)
}

/// ITU-T E.164 has 15 digits; the rest is blanks and signs.
const TELEPHONE_CHARS_MAX: usize = 30;

fn is_digits(number: &[char]) -> bool {
    let sign = |c: &char| c.is_ascii_digit() || matches!(c, '+' | '-' | '/' | ' ' | '\u{A0}' | '\u{2013}');
    number.iter().all(sign)
}

/// Signs in front of a word or number, after a blank or nothing (`+49`, `§ 3a`); a dash between words is none.
fn with_signs_before(chars: &[char], start: usize, first: usize) -> usize {
    let is_sign = |c: &char| "+-−–±/#§@€$£~=*<>&_.\\".contains(*c);
    let before = chars.get(start..first).unwrap_or_default();
    let spaced = match before {
        [rest @ .., '§' | '€' | '$' | '£' | '№', ' ' | '\u{A0}' | '\u{202F}'] => start + rest.len(),
        _ => first - before.iter().rev().take_while(|c| is_sign(c)).count(),
    };
    let behind_a_word = spaced.checked_sub(1).and_then(|at| chars.get(at));
    if behind_a_word.is_some_and(|c| is_native(*c)) {
        first
    } else {
        spaced
    }
}

/// Signs and marks behind a word or number (`5 %`, `https://…/`), and the ends of what begins inside it.
fn with_signs_after(chars: &[char], begin: usize, mut end: usize, limit: usize) -> usize {
    let is_unit = |c: char| "%‰€$£°′″".contains(c);
    let is_tied =
        |c: char| is_unit(c) || "/+#_*".contains(c) || matches!(bidi_class(c), BidiClass::NSM | BidiClass::BN);
    let mut pairs = 0;
    while end < limit {
        end += match chars.get(end..limit).unwrap_or_default() {
            [c, ..] if is_tied(*c) => 1,
            [c, ..] if pairs < PAIRS_MAX && closes(&chars[begin..end], *c) => {
                pairs += 1;
                1
            }
            [' ' | '\u{A0}' | '\u{202F}', c]
            | [' ' | '\u{A0}' | '\u{202F}', c, ' ' | '.' | ',' | ')' | ';' | ':', ..]
                if is_unit(*c) =>
            {
                2
            }
            _ => break,
        };
    }
    end
}

/// So many brackets and quotes in a row belong to a stretch; of a text full of them, each would be counted for each.
const PAIRS_MAX: usize = 8;

/// What stands around a stretch in pairs.
const PAIRS: [(char, char); 10] = [
    ('(', ')'),
    ('[', ']'),
    ('{', '}'),
    ('"', '"'),
    ('„', '“'),
    ('„', '”'),
    ('“', '”'),
    ('‚', '‘'),
    ('«', '»'),
    ('»', '«'),
];

/// `inside` begins what `c` ends.
fn closes(inside: &[char], c: char) -> bool {
    let mut pairs = PAIRS.iter().filter(|(_, close)| *close == c);
    pairs.any(|(open, close)| unpaired(inside, *open, *close))
}

/// `inside` ends what `c` begins.
fn opens(c: char, inside: &[char]) -> bool {
    let mut pairs = PAIRS.iter().filter(|(open, _)| *open == c);
    pairs.any(|(open, close)| unpaired(inside, *close, *open))
}

/// There are more of one than of the other.
fn unpaired(inside: &[char], one: char, other: char) -> bool {
    let count = |wanted: char| inside.iter().filter(|c| **c == wanted).count();
    if one == other {
        count(one) % 2 == 1
    } else {
        count(one) > count(other)
    }
}

/// Letters, marks and punctuation of writing from the right, and marks of direction: the end of what is foreign.
fn is_native(c: char) -> bool {
    matches!(bidi_class(c), BidiClass::R | BidiClass::AL | BidiClass::AN)
        || matches!(c, '\u{590}'..='\u{8FF}' | '\u{FB1D}'..='\u{FDFF}' | '\u{FE70}'..='\u{FEFC}')
        || matches!(c, '\u{200C}'..='\u{200F}' | '\u{2066}'..='\u{2069}')
}

fn is_letter(c: char) -> bool {
    bidi_class(c) == BidiClass::L
}

fn is_solid(c: char) -> bool {
    is_letter(c) || bidi_class(c) == BidiClass::EN
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn marked(text: &str) -> String {
        isolated(text).replace(ISOLATE, "⟦").replace(END, "⟧")
    }

    #[test]
    fn stretches_have_their_signs_and_nothing_else() {
        for (text, expected) in [
            ("اسم", "اسم"),
            ("إلى Köln.", "إلى ⟦Köln⟧."),
            ("من 1 إلى 20", "من ⟦1⟧ إلى ⟦20⟧"),
            ("أعوام 2026 2027", "أعوام ⟦2026⟧ ⟦2027⟧"),
            ("هاتف (+49 30) 12", "هاتف (⟦+49 30⟧) ⟦12⟧"),
            ("رقم 0228 99-7, 5", "رقم ⟦0228 99-7⟧, ⟦5⟧"),
            ("كلفة € 5, 6 €", "كلفة ⟦€ 5⟧, ⟦6 €⟧"),
            ("شارع-Straße", "شارع-⟦Straße⟧"),
            ("قال „Ja“ (Nein)", "قال ⟦„Ja“ (Nein)⟧"),
            ("- Antrag ثم", "- ⟦Antrag⟧ ثم"),
            ("اسم Cafe\u{301} ثم", "اسم ⟦Cafe\u{301}⟧ ثم"),
            ("5 € 6 €.3 ثم", "⟦5 €⟧ ⟦6 €⟧⟦.3⟧ ثم"),
            ("می\u{200C}خواهید", "می\u{200C}خواهید"),
        ] {
            assert_eq!(marked(text), expected);
        }
    }

    proptest! {
        #[test]
        fn isolates_are_all_that_is_added(text in "[ابپ،؟٣a-cÄ0-9 .,:;()\"„“%€§+/\u{2066}\u{200C}-]{0,40}|\\PC{0,40}") {
            let whole = isolated(&text);
            prop_assert!(whole.len() <= text.len() + 3 * text.chars().count() + 6);
            let kept: String = marked(&text).chars().filter(|c| !"⟦⟧".contains(*c)).collect();
            let given: String = text.chars().filter(|c| !"⟦⟧\u{2066}\u{2069}".contains(*c)).collect();
            prop_assert_eq!(kept, given);
        }
    }
}
