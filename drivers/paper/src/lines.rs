//! From a text to lines that fit.
use crate::PaperError;
use crate::face::{Glyph, Glyphs, face};
use crate::pdf::TEXT_BYTES_MAX;
use crate::theme::Style;
use zeroize::Zeroizing;

/// A text set in lines.
#[derive(Default)]
pub(crate) struct Lines {
    pub(crate) lines: Vec<Glyphs>,
    /// Characters that the font doesn't have.
    pub(crate) substituted: usize,
}

/// Sets a text in lines of at most `width` points. Line ends in the text are kept, empty lines aren't; every other run of
/// blanks becomes one blank; control characters are dropped. A word longer than a line is torn.
///
/// # Errors
/// [`PaperError::TooLong`] for a text longer than [`TEXT_BYTES_MAX`]; [`PaperError::Font`].
pub(crate) fn set(text: &str, style: Style, width: f32) -> Result<Lines, PaperError> {
    if text.len() > TEXT_BYTES_MAX {
        return Err(PaperError::TooLong);
    }
    let face = face(style.weight)?;
    let limit = (width * 1000.0 / style.size) as i32;
    let mut set = Lines::default();
    for line in text.split(is_line_end) {
        let clean = clean(line);
        if clean.is_empty() {
            continue;
        }
        let (glyphs, substituted) = face.shape(&clean);
        set.substituted += substituted;
        set.lines.extend(break_lines(&glyphs, limit));
    }
    Ok(set)
}

/// Sets a text in one line of at most `width` points; what doesn't fit is cut off and ends in an ellipsis.
pub(crate) fn set_one(text: &str, style: Style, width: f32) -> Result<(Glyphs, usize), PaperError> {
    let head: Zeroizing<String> = Zeroizing::new(text.chars().take(ONE_LINE_CHARS_MAX).collect());
    let clean = clean(&head);
    let face = face(style.weight)?;
    let limit = (width * 1000.0 / style.size) as i32;
    let (mut glyphs, substituted) = face.shape(&clean);
    if crate::face::width(&glyphs) > limit {
        let (ellipsis, _) = face.shape("…");
        let room = limit - crate::face::width(&ellipsis);
        let mut used = 0;
        let fits = glyphs.iter().take_while(|glyph| {
            used += glyph.advance;
            used <= room
        });
        let keep = fits.count();
        glyphs.truncate(keep);
        glyphs.extend(ellipsis.iter().copied());
    }
    Ok((glyphs, substituted))
}

/// More characters than any single line shows.
const ONE_LINE_CHARS_MAX: usize = 400;

fn is_line_end(c: char) -> bool {
    matches!(c, '\n' | '\r' | '\u{B}' | '\u{C}' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

/// One line without control characters, runs of blanks and blanks at its ends.
fn clean(line: &str) -> Zeroizing<String> {
    let mut clean = Zeroizing::new(String::with_capacity(line.len()));
    let mut blank = false;
    for c in line.chars() {
        if c.is_whitespace() && c != '\u{A0}' && c != '\u{202F}' {
            blank = true;
        } else if !c.is_control() {
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

/// Greedy line breaking; blanks hang over the end of their line and are kept there, so that words stay apart for a
/// screen reader.
fn break_lines(glyphs: &[Glyph], limit: i32) -> Vec<Glyphs> {
    let mut lines = Vec::new();
    let (mut start, mut width, mut last_break) = (0, 0, 0);
    for (i, glyph) in glyphs.iter().enumerate() {
        if width + glyph.advance > limit && i > start && glyph.text != ' ' && glyph.starts {
            let end = if last_break > start { last_break } else { i };
            lines.push(Zeroizing::new(glyphs[start..end].to_vec()));
            width = glyphs[end..i].iter().map(|glyph| glyph.advance).sum();
            start = end;
        }
        width += glyph.advance;
        if may_break_after(glyph.text) {
            last_break = i + 1;
        }
    }
    if start < glyphs.len() {
        lines.push(Zeroizing::new(glyphs[start..].to_vec()));
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::theme::BODY;

    fn text_of(glyphs: &Glyphs) -> String {
        glyphs.iter().map(|glyph| glyph.text).collect()
    }

    #[test]
    fn words_wrap_and_long_words_are_torn() {
        let set_lines = set("Eins zwei drei vier", BODY, 60.0).unwrap();
        let texts: Vec<String> = set_lines.lines.iter().map(text_of).collect();
        assert_eq!(texts.concat(), "Eins zwei drei vier");
        assert!(texts.len() > 1 && texts[0].ends_with(' '), "{texts:?}");
        let torn = set(&"x".repeat(500), BODY, 60.0).unwrap();
        assert!(torn.lines.len() > 30);
        for line in &torn.lines {
            assert!(crate::face::width(line) as f32 * BODY.size / 1000.0 <= 60.0);
        }
    }

    #[test]
    fn controls_vanish_and_unknown_characters_are_counted() {
        let set_lines = set("a\0b\u{200F}c\t \u{7}d\n\n\r\ne 😀", BODY, 400.0).unwrap();
        let texts: Vec<String> = set_lines.lines.iter().map(text_of).collect();
        assert_eq!(texts, ["abc d", "e \u{25AF}"]);
        assert_eq!(set_lines.substituted, 1);
    }

    #[test]
    fn letters_of_european_names_are_in_the_font() {
        let names = "Ĝiĥ-Þórð ẞ Łódź Çelik Ñuñez Nguyễn Șerban Żółć Óðinn İğdır Κώστας Олена ḩ ẖ x̂ ẍ J\u{30C} m\u{302}";
        let set_lines = set(names, BODY, 4000.0).unwrap();
        assert_eq!(set_lines.substituted, 0);
        let text: String = set_lines.lines.iter().map(text_of).collect();
        assert!(
            text.starts_with("Ĝiĥ-Þórð ẞ Łódź Çelik Ñuñez Nguyễn Șerban Żółć Óðinn İğdır Κώστας Олена"),
            "{text}"
        );
    }

    #[test]
    fn one_line_is_cut_with_an_ellipsis() {
        let (glyphs, _) = set_one(&"Amt ".repeat(100), BODY, 100.0).unwrap();
        assert!(text_of(&glyphs).ends_with('…'));
        assert!(crate::face::width(&glyphs) as f32 * BODY.size / 1000.0 <= 100.0);
    }
}
