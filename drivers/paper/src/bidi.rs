//! Which way a text runs, and what in it must not be torn apart: the Unicode Bidirectional Algorithm (UAX #9) with
//! `unicode-bidi`, and isolates where it would scramble what people write from the left in a text from the right.
use crate::foreign::isolated;
use drivers_api::language::Language;
use unicode_bidi::{BidiClass, BidiInfo, Level, bidi_class};
use zeroize::Zeroizing;

/// Which way a document or a text runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Direction {
    LeftToRight,
    RightToLeft,
}

impl Direction {
    pub(crate) fn of(language: Language) -> Self {
        if language.is_right_to_left() {
            Self::RightToLeft
        } else {
            Self::LeftToRight
        }
    }

    /// The way a text in a document of this direction runs: the document's, unless its letters are all of the other. A
    /// telephone number or an address in an Arabic document has no Arabic letter and runs as in a German one (UAX #9,
    /// HL1: the paragraph level is ours to choose).
    fn of_text(self, text: &str) -> Self {
        let has = |classes: &[BidiClass]| text.chars().any(|c| classes.contains(&bidi_class(c)));
        match self {
            _ if !has(&[BidiClass::R, BidiClass::AL]) => Self::LeftToRight,
            Self::LeftToRight if has(&[BidiClass::L]) => Self::LeftToRight,
            Self::LeftToRight | Self::RightToLeft => Self::RightToLeft,
        }
    }

    fn level(self) -> Level {
        match self {
            Self::LeftToRight => Level::ltr(),
            Self::RightToLeft => Level::rtl(),
        }
    }

    /// Left edge of what is `width` wide and lies `x` from the left of a page from left to right, whose text reaches
    /// from `left` to `right`.
    pub(crate) fn mirrored(self, x: f32, width: f32, (left, right): (f32, f32)) -> f32 {
        match self {
            Self::LeftToRight => x,
            Self::RightToLeft => left + right - x - width,
        }
    }
}

/// A text and the level of each of its bytes.
pub(crate) struct Leveled {
    /// In the order in which it is read, isolates included.
    pub(crate) text: Zeroizing<String>,
    levels: Vec<Level>,
    /// Level of the paragraph.
    pub(crate) base: Level,
}

impl Leveled {
    /// `text` is one line's worth, without control characters.
    pub(crate) fn new(text: &str, document: Direction) -> Self {
        let direction = document.of_text(text);
        let text = match direction {
            Direction::LeftToRight => Zeroizing::new(text.to_owned()),
            Direction::RightToLeft => isolated(text),
        };
        let base = direction.level();
        let levels = BidiInfo::new(&text, Some(base)).levels;
        Self { text, levels, base }
    }

    /// Pieces of one level each, in reading order: where they begin, their text, their level.
    pub(crate) fn pieces(&self) -> impl Iterator<Item = (usize, &str, Level)> {
        let mut start = 0;
        self.levels.chunk_by(|a, b| a == b).filter_map(move |levels| {
            let (begin, end) = (start, start + levels.len());
            start = end;
            Some((begin, self.text.get(begin..end)?, *levels.first()?))
        })
    }
}

/// Where pieces of these levels stand on the line, from the left (rule L2): numbers of the pieces.
pub(crate) fn from_the_left(levels: &[Level]) -> Vec<usize> {
    BidiInfo::reorder_visual(levels)
}

/// Marks that steer the direction and are never seen. Of the ones that come with a text only isolates and single marks
/// are obeyed: an embedding or override can make a printed name read differently from what was stored.
pub(crate) fn is_override(c: char) -> bool {
    matches!(c, '\u{202A}'..='\u{202E}')
}

/// Isolates and direction marks: they have done their work when a line is set, and aren't read out.
pub(crate) fn is_steering(c: char) -> bool {
    is_override(c) || matches!(c, '\u{2066}'..='\u{2069}' | '\u{200E}' | '\u{200F}' | '\u{61C}')
}

/// Those, and what parts or joins letters.
pub(crate) fn is_unseen(c: char) -> bool {
    is_steering(c) || matches!(c, '\u{200B}'..='\u{200D}' | '\u{2060}')
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the eye sees from left to right, marks left out.
    pub(crate) fn seen(text: &str, document: Direction) -> String {
        let leveled = Leveled::new(text, document);
        let pieces: Vec<(&str, Level)> = leveled.pieces().map(|(_, text, level)| (text, level)).collect();
        let levels: Vec<Level> = pieces.iter().map(|(_, level)| *level).collect();
        let mut seen = String::new();
        for at in from_the_left(&levels) {
            let (text, level) = pieces[at];
            let chars = text.chars().filter(|c| !is_steering(*c));
            match level.is_rtl() {
                true => seen.extend(chars.collect::<Vec<char>>().into_iter().rev()),
                false => seen.extend(chars),
            }
        }
        seen
    }

    #[test]
    fn a_text_runs_as_its_letters_do() {
        use Direction::{LeftToRight, RightToLeft};
        for (document, text, runs) in [
            (LeftToRight, "Erika", LeftToRight),
            (LeftToRight, "Name: اسم", LeftToRight),
            (LeftToRight, "اسم 5", RightToLeft),
            (LeftToRight, "+49 30", LeftToRight),
            (RightToLeft, "اسم", RightToLeft),
            (RightToLeft, "Erika: اسم", RightToLeft),
            (RightToLeft, "Stadt Musterstadt, Bürgeramt.", LeftToRight),
            (RightToLeft, "+49 30 1234-5", LeftToRight),
            (RightToLeft, "", LeftToRight),
        ] {
            assert_eq!(document.of_text(text), runs, "{text}");
        }
    }

    #[test]
    fn numbers_and_latin_words_keep_their_order() {
        for (text, expected) in [
            ("في 12 أغسطس 1964", "1964 سطسغأ 12 يف"),
            ("الرمز K7QF-2M9X-4TB هنا", "انه K7QF-2M9X-4TB زمرلا"),
            ("رقم 2026-11-23.", ".2026-11-23 مقر"),
            ("هاتف +49 228 99-5 الآن", "نآلا +49 228 99-5 فتاه"),
            ("هاتف 01234 56-789", "01234 56-789 فتاه"),
            ("الرسوم: 10,00 €.", ".10,00 € :موسرلا"),
            ("خصم -5 % فقط", "طقف -5 % مصخ"),
            ("إلى Stadt Köln, 51147 Köln.", ".Stadt Köln, 51147 Köln ىلإ"),
            ("في 51147 Köln الآن", "نآلا 51147 Köln يف"),
            ("قانون § 3a VwVfG هنا", "انه § 3a VwVfG نوناق"),
            ("بريد info@stadt.de؟", "؟info@stadt.de ديرب"),
            ("موقع https://stadt.de/ هنا", "انه https://stadt.de/ عقوم"),
            ("اختبار Prüfung (B2) هنا", "انه Prüfung (B2) رابتخا"),
            ("في 2026، 9:05", "9:05 ،2026 يف"),
            ("أ/ب", "ب/أ"),
        ] {
            assert_eq!(seen(text, Direction::RightToLeft), expected);
        }
        assert_eq!(seen("Name: اسم 5!", Direction::LeftToRight), "Name: 5 مسا!");
    }

    #[test]
    fn mirroring_keeps_what_lies_inside_inside() {
        let edges = (10.0, 110.0);
        assert_eq!(Direction::LeftToRight.mirrored(30.0, 20.0, edges), 30.0);
        assert_eq!(Direction::RightToLeft.mirrored(30.0, 20.0, edges), 70.0);
        assert_eq!(Direction::RightToLeft.mirrored(10.0, 100.0, edges), 10.0);
    }
}
