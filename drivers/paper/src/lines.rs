//! From a text to lines that fit.
use crate::PaperError;
use crate::bidi::{Direction, is_override};
use crate::face::Glyph;
use crate::paragraph::{Line, Paragraph};
use crate::pdf::TEXT_BYTES_MAX;
use crate::theme::Style;
use core::ops::Range;
use zeroize::Zeroizing;

/// A text set in lines.
#[derive(Default)]
pub(crate) struct Lines {
    pub(crate) lines: Vec<Line>,
    /// Characters that the font doesn't have.
    pub(crate) substituted: usize,
}

/// Sets a text in lines of at most `width` points. Line ends in the text are kept, empty lines aren't; every other run of
/// blanks becomes one blank; control characters are dropped. A word longer than a line is torn.
///
/// # Errors
/// [`PaperError::TooLong`] for a text longer than [`TEXT_BYTES_MAX`]; [`PaperError::Font`].
pub(crate) fn set(text: &str, style: Style, width: f32, document: Direction) -> Result<Lines, PaperError> {
    if text.len() > TEXT_BYTES_MAX {
        return Err(PaperError::TooLong);
    }
    let limit = (width * 1000.0 / style.size) as i32;
    let mut set = Lines::default();
    for line in text.split(is_line_end) {
        let clean = clean(line);
        if clean.is_empty() {
            continue;
        }
        let paragraph = Paragraph::shape(&clean, style.weight, document)?;
        set.substituted += paragraph.substituted;
        let lines = break_lines(&paragraph.glyphs, limit);
        set.lines.extend(lines.into_iter().map(|line| paragraph.line(line)));
    }
    Ok(set)
}

/// Sets a text in one line of at most `width` points; what doesn't fit is cut off and ends in an ellipsis. Also tells how
/// many characters were substituted.
pub(crate) fn set_one(text: &str, style: Style, width: f32, document: Direction) -> Result<(Line, usize), PaperError> {
    let head: Zeroizing<String> = Zeroizing::new(text.chars().take(ONE_LINE_CHARS_MAX).collect());
    let limit = (width * 1000.0 / style.size) as i32;
    let mut whole = Paragraph::shape(&clean(&head), style.weight, document)?;
    if crate::face::width(&whole.glyphs) > limit {
        whole.cut(limit)?;
    }
    Ok((whole.line(0..whole.glyphs.len()), whole.substituted))
}

/// More characters than any single line shows.
const ONE_LINE_CHARS_MAX: usize = 400;

fn is_line_end(c: char) -> bool {
    matches!(c, '\n' | '\r' | '\u{B}' | '\u{C}' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

/// One line without control characters, overrides of the direction, runs of blanks and blanks at its ends.
fn clean(line: &str) -> Zeroizing<String> {
    let mut clean = Zeroizing::new(String::with_capacity(line.len()));
    let mut blank = false;
    for c in line.chars() {
        if c.is_whitespace() && c != '\u{A0}' && c != '\u{202F}' {
            blank = true;
        } else if !c.is_control() && !is_override(c) {
            if blank && !clean.is_empty() {
                clean.push(' ');
            }
            blank = false;
            clean.push(c);
        }
    }
    clean
}

/// After which characters a line may end, beside blanks.
fn may_break_after(c: char) -> bool {
    matches!(
        c,
        ' ' | '-' | '/' | '\u{2010}' | '\u{2013}' | '\u{2014}' | '_' | '@' | '&' | '=' | '?'
    )
}

/// Greedy line breaking in reading order; blanks hang over the end of their line and are kept there, so that words stay
/// apart for a screen reader.
fn break_lines(glyphs: &[Glyph], limit: i32) -> Vec<Range<usize>> {
    let mut lines = Vec::new();
    let (mut start, mut width, mut last_break) = (0, 0, 0);
    for (i, glyph) in glyphs.iter().enumerate() {
        if width + glyph.advance > limit && i > start && !glyph.text.is_blank() && glyph.starts {
            let end = if last_break > start { last_break } else { i };
            lines.push(start..end);
            width = glyphs[end..i].iter().map(|glyph| glyph.advance).sum();
            start = end;
        }
        width += glyph.advance;
        if glyph.text.chars().any(may_break_after) {
            last_break = i + 1;
        }
    }
    if start < glyphs.len() {
        lines.push(start..glyphs.len());
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bidi::is_unseen;
    use crate::face::face;
    use crate::paragraph::Run;
    use crate::theme::BODY;
    use Direction::{LeftToRight, RightToLeft};

    fn text_of(line: &Line) -> String {
        line.read.to_string()
    }

    fn chars(glyph: &Glyph) -> Vec<char> {
        glyph.text.chars().collect()
    }

    /// What its glyphs stand for, in reading order.
    fn drawn(line: &Line) -> String {
        let glyphs = |run: &Run| -> Vec<char> {
            match run.is_from_right {
                true => run.glyphs.iter().rev().flat_map(chars).collect(),
                false => run.glyphs.iter().flat_map(chars).collect(),
            }
        };
        line.runs.iter().flat_map(glyphs).collect()
    }

    /// What the eye sees from left to right.
    fn seen(line: &Line) -> String {
        let mut runs: Vec<&Run> = line.runs.iter().collect();
        runs.sort_by_key(|run| run.x);
        runs.iter().flat_map(|run| run.glyphs.iter()).flat_map(chars).collect()
    }

    fn texts(text: &str, width: f32, document: Direction) -> (Vec<String>, usize) {
        let set = set(text, BODY, width, document).unwrap();
        (set.lines.iter().map(text_of).collect(), set.substituted)
    }

    #[test]
    fn words_wrap_and_long_words_are_torn() {
        let (lines, _) = texts("Eins zwei drei vier", 60.0, LeftToRight);
        assert_eq!(lines.concat(), "Eins zwei drei vier");
        assert!(lines.len() > 1 && lines[0].ends_with(' '), "{lines:?}");
        for (text, document) in [("x", LeftToRight), ("ب", RightToLeft)] {
            let torn = set(&text.repeat(500), BODY, 60.0, document).unwrap();
            assert!(torn.lines.len() > 15);
            for line in &torn.lines {
                assert!(line.seen(BODY) <= 60.0);
            }
        }
    }

    #[test]
    fn controls_vanish_and_unknown_characters_are_counted() {
        let (lines, substituted) = texts("a\0b\u{200F}c\u{202E}\t \u{7}d\n\n\r\ne 😀", 400.0, LeftToRight);
        assert_eq!(lines, ["abc d", "e 😀"]);
        assert_eq!(substituted, 1);
        assert_eq!(texts("שלום", 400.0, RightToLeft).1, 4);
    }

    #[test]
    fn letters_of_european_names_are_in_the_font() {
        let names = "Ĝiĥ-Þórð ẞ Łódź Çelik Ñuñez Nguyễn Șerban Żółć Óðinn İğdır Олена ḩ ẖ x̂ ẍ J\u{30C} m\u{302}";
        let (lines, substituted) = texts(names, 4000.0, LeftToRight);
        assert_eq!(substituted, 0);
        let start = "Ĝiĥ-Þórð ẞ Łódź Çelik Ñuñez Nguyễn Șerban Żółć Óðinn İğdır Олена";
        assert!(lines[0].starts_with(start), "{lines:?}");
    }

    #[test]
    fn one_line_is_cut_with_an_ellipsis() {
        let (line, _) = set_one(&"Amt ".repeat(100), BODY, 100.0, LeftToRight).unwrap();
        assert!(seen(&line).ends_with('…') && text_of(&line).starts_with("Amt Amt"));
        assert!((80.0..=100.0).contains(&line.seen(BODY)));
        let (line, _) = set_one(&"بلدية Köln ".repeat(100), BODY, 100.0, RightToLeft).unwrap();
        assert!(seen(&line).starts_with('…'), "the end is on the left: {}", seen(&line));
        let read = text_of(&line);
        assert!(read.starts_with("بلدية Köln بلدية") && read.ends_with('…'), "{read}");
        assert!((80.0..=100.0).contains(&line.seen(BODY)));
    }

    #[test]
    fn lines_are_broken_as_read_and_ordered_as_seen() {
        let text = "يقدّم المواطن Erika Mustermann طلبه في 12.08.2026 إلى Stadt Musterstadt، ثم ينتظر.";
        let set = set(text, BODY, 150.0, RightToLeft).unwrap();
        let read: Vec<String> = set.lines.iter().map(text_of).collect();
        assert_eq!((read.concat().as_str(), set.substituted), (text, 0));
        assert!(set.lines.len() >= 3, "{read:?}");
        for (line, read) in set.lines.iter().zip(&read) {
            assert!(line.seen(BODY) <= 150.0);
            assert_eq!(
                (line.left > 0, line.right),
                (read.ends_with(' '), 0),
                "blanks hang over on the left"
            );
            for word in ["Erika", "Mustermann", "12.08.2026", "Stadt", "Musterstadt"] {
                assert_eq!(read.contains(word), seen(line).contains(word), "{word}");
            }
        }
    }

    #[test]
    fn joined_letters_stand_for_their_letters() {
        let set = set("الأسئلة لا لآ بلاغًا مدّة الله", BODY, 500.0, RightToLeft).unwrap();
        let glyphs = &set.lines[0].runs[0].glyphs;
        let letters = glyphs.iter().rev().filter(|glyph| !glyph.is_mark).flat_map(chars);
        assert_eq!(letters.collect::<String>(), "الأسئلة لا لآ بلاغا مدة الله");
        let marks = glyphs.iter().filter(|glyph| glyph.is_mark).flat_map(chars);
        assert_eq!(marks.collect::<String>(), "ّ\u{64B}");
        let alefs = glyphs.iter().filter(|glyph| glyph.width == 0 && !glyph.is_mark);
        assert_eq!(
            alefs.flat_map(chars).collect::<String>(),
            "اآاأ",
            "drawn with lam, as one glyph"
        );
        let alone: Vec<u16> = "بلاغ".chars().map(|c| glyph_of(&c.to_string())).collect();
        assert!(!glyphs.iter().any(|glyph| glyph.gid == alone[0]), "beh is joined");
    }

    fn glyph_of(text: &str) -> u16 {
        face(BODY.weight).unwrap().shape(text, RightToLeft).0[0].gid
    }

    #[test]
    fn an_address_in_an_arabic_document_runs_as_in_a_german_one() {
        for text in [
            "Marktplatz 1, 12345 Musterstadt.",
            "+49 30 1234-5",
            "K7QF-2M9X-4TB",
            "10,00 €",
        ] {
            let set = set(text, BODY, 500.0, RightToLeft).unwrap();
            assert_eq!(seen(&set.lines[0]), text);
            assert!(set.lines[0].runs.iter().all(|run| !run.is_from_right));
        }
    }

    proptest::proptest! {
        #[test]
        fn whatever_is_visible_is_set_once(
            text in "[a-cÄ0-9 .,:()%€§+/\u{2066}\u{2069}\u{202E}\u{200C}-]{0,20}|[ابلآأپچهۀمّىئ،؟٣ a-c0-9().\u{202B}\u{2067}-]{0,60}|[א-ת ابa😀]{0,20}",
            width in 20.0_f32..300.0,
            is_rtl: bool,
        ) {
            let document = if is_rtl { RightToLeft } else { LeftToRight };
            let set = set(&text, BODY, width, document).unwrap();
            let is_shown = |c: &char| !is_unseen(*c) && *c != ' ';
            let wanted: String = text.chars().filter(is_shown).collect();
            let hidden = |c: char| if ('א'..='ת').contains(&c) || c == '😀' { '\u{25AF}' } else { c };
            let read: String = set.lines.iter().map(text_of).collect();
            proptest::prop_assert_eq!(read.chars().filter(is_shown).collect::<String>(), wanted.as_str());
            // in a run from the right, one bracket is drawn for the other
            let plain = |c: char| if c == ')' { '(' } else { hidden(c) };
            let drawn: String = set.lines.iter().map(drawn).collect();
            let drawn: String = drawn.chars().filter(is_shown).map(plain).collect();
            let wanted: String = wanted.chars().map(plain).collect();
            // a mark between letters that are one glyph stands behind both
            let letters = |text: &str| text.replace('\u{651}', "");
            proptest::prop_assert_eq!(letters(&drawn), letters(&wanted));
            proptest::prop_assert_eq!(drawn.matches('\u{651}').count(), wanted.matches('\u{651}').count());
            for line in &set.lines {
                let ends: i32 = line.runs.iter().map(|run| crate::face::width(&run.glyphs)).sum();
                proptest::prop_assert_eq!(ends, line.width);
            }
        }
    }
}
