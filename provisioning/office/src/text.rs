//! A letter as a clerk types it, in any editor, without learning a format:
//!
//! ```text
//! Ihr Antrag auf Wohngeld              the first line is the title
//!
//! Guten Tag Frau Mustermann,           paragraphs, a blank line between
//! Ihr Antrag ist bewilligt.            line breaks are kept
//!
//! # Was Sie bekommen                   a heading
//!
//! Betrag: 180,00 € im Monat            a block of `name: value` lines becomes rows
//! Ab: 1. Januar 2027
//! ```
use core::fmt;
use wire::case_status::{LETTER_BYTES_MAX, Letter, LetterBlock, LetterError, LetterRow, LetterText};

/// Longest name of a row; more is a sentence with a colon in it.
pub const ROW_NAME_CHARS_MAX: usize = 40;

/// Why a text is no letter. Quotes nothing of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TextError {
    /// Too long.
    #[error("the text has more than {LETTER_BYTES_MAX} bytes")]
    TooLarge,
    /// Another encoding.
    #[error("the text is not UTF-8; save it as UTF-8")]
    Encoding,
    /// No title, or nothing below it.
    #[error("the text needs a title in its first line, and something below it")]
    Empty,
    /// Breaks a limit of letters.
    #[error("the text can't be a letter")]
    Letter(#[from] LetterError),
}

/// Reads a letter.
///
/// # Errors
/// See [`TextError`].
pub fn letter(text: &[u8], issuer: &str, issued_at: i64) -> Result<Letter, TextError> {
    if text.len() > LETTER_BYTES_MAX {
        return Err(TextError::TooLarge);
    }
    let text = core::str::from_utf8(text).map_err(|_| TextError::Encoding)?;
    // A text editor of Windows may begin a file with a mark.
    let mut lines = text.trim_start_matches('\u{feff}').lines().map(str::trim_end);
    let title = lines.find(|line| !line.is_empty()).ok_or(TextError::Empty)?;
    let letter = Letter {
        title: plain(title.trim_start_matches("# ")),
        issued_at,
        issuer: plain(issuer.trim()),
        blocks: blocks(lines),
    };
    if letter.blocks.is_empty() {
        return Err(TextError::Empty);
    }
    letter.validate()?;
    Ok(letter)
}

/// How many of which, so that a clerk sees what became of the text.
pub struct Shape {
    headings: usize,
    paragraphs: usize,
    rows: usize,
}

impl Shape {
    /// Of a letter.
    pub fn of(letter: &Letter) -> Self {
        let mut shape = Self {
            headings: 0,
            paragraphs: 0,
            rows: 0,
        };
        for block in &letter.blocks {
            match block {
                LetterBlock::Heading(_) => shape.headings += 1,
                LetterBlock::Paragraph(_) => shape.paragraphs += 1,
                LetterBlock::Rows(rows) => shape.rows += rows.len(),
            }
        }
        shape
    }
}

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            headings,
            paragraphs,
            rows,
        } = self;
        write!(
            f,
            "headings: {headings}, paragraphs: {paragraphs}, rows of name and value: {rows}"
        )
    }
}

fn blocks<'a>(lines: impl Iterator<Item = &'a str>) -> Vec<LetterBlock> {
    let mut blocks = Vec::new();
    let mut open: Vec<&str> = Vec::new();
    for line in lines {
        match line.strip_prefix("# ") {
            Some(heading) => {
                close(&mut open, &mut blocks);
                blocks.push(LetterBlock::Heading(plain(heading)));
            }
            None if line.is_empty() => close(&mut open, &mut blocks),
            None => open.push(line),
        }
    }
    close(&mut open, &mut blocks);
    blocks
}

fn close(open: &mut Vec<&str>, blocks: &mut Vec<LetterBlock>) {
    if open.is_empty() {
        return;
    }
    let rows: Option<Vec<LetterRow>> = open.iter().map(|line| row(line)).collect();
    blocks.push(match rows {
        Some(rows) => LetterBlock::Rows(rows),
        None => LetterBlock::Paragraph(plain(&open.join("\n"))),
    });
    open.clear();
}

fn row(line: &str) -> Option<LetterRow> {
    let line = line.replace('\t', " ");
    let (name, value) = line.split_once(": ")?;
    let (name, value) = (name.trim(), value.trim());
    let fits = !name.is_empty() && !value.is_empty() && name.chars().count() <= ROW_NAME_CHARS_MAX;
    fits.then(|| LetterRow {
        name: plain(name),
        value: plain(value),
    })
}

/// Tabs are blanks on a screen.
fn plain(text: &str) -> LetterText {
    LetterText::new(text.replace('\t', " "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(text: &str) -> Result<Letter, TextError> {
        letter(text.as_bytes(), "Stadt Musterstadt, Wohngeldstelle", 1_795_305_600)
    }

    #[test]
    fn a_clerk_s_text() {
        let text = "\u{feff}\r\nIhr Antrag auf Wohngeld\r\n\r\nGuten Tag Frau Mustermann,\r\nIhr Antrag ist bewilligt.\r\n\r\n\
                    # Was Sie bekommen\r\nBetrag:\t180,00 € im Monat\r\nAb: 1. Januar 2027, 8:00 Uhr\r\n\r\n\r\n\
                    Bitte: Lesen Sie das.\nDanke.\n";
        let letter = read(text).unwrap();
        let line = |text: &str| LetterText::from(text);
        assert_eq!(letter.title, line("Ihr Antrag auf Wohngeld"));
        let row = |name, value| LetterRow {
            name: line(name),
            value: line(value),
        };
        assert_eq!(
            letter.blocks,
            [
                LetterBlock::Paragraph(line("Guten Tag Frau Mustermann,\nIhr Antrag ist bewilligt.")),
                LetterBlock::Heading(line("Was Sie bekommen")),
                LetterBlock::Rows(vec![
                    row("Betrag", "180,00 € im Monat"),
                    row("Ab", "1. Januar 2027, 8:00 Uhr")
                ]),
                // One line that is no row, and the block stays a paragraph.
                LetterBlock::Paragraph(line("Bitte: Lesen Sie das.\nDanke.")),
            ]
        );
        assert_eq!(
            Shape::of(&letter).to_string(),
            "headings: 1, paragraphs: 2, rows of name and value: 2"
        );
    }

    #[test]
    fn what_is_no_letter_is_named() {
        assert_eq!(read(""), Err(TextError::Empty));
        assert_eq!(read("\n \nTitel\n\n"), Err(TextError::Empty));
        assert_eq!(letter(b"Gr\xfc\xdfe\n\nText", "S", 0), Err(TextError::Encoding));
        assert_eq!(read(&"x".repeat(LETTER_BYTES_MAX + 1)), Err(TextError::TooLarge));
        assert_eq!(letter(b"T\n\nText", " ", 0), Err(TextError::Letter(LetterError::Head)));
        assert_eq!(
            read("T\n\nText\u{1b}[2J"),
            Err(TextError::Letter(LetterError::Block { block: 1 }))
        );
        let error = read(&format!("{}\n\nText", "Mustermann ".repeat(40))).unwrap_err();
        assert!(!format!("{error} {error:?}").contains("Muster"));
    }

    proptest! {
        #[test]
        fn no_text_panics_and_a_letter_keeps_the_limits(text in "[a-z:# \\r\\n\\t\u{feff}äß0-9\u{1b}]{0,200}") {
            if let Ok(letter) = read(&text) {
                prop_assert_eq!(letter.validate(), Ok(()));
                // Nothing is lost but blanks, marks and colons.
                let words = |text: &str| text.replace(|c: char| c.is_whitespace() || "#:\u{feff}".contains(c), "");
                let mut kept = words(letter.title.expose());
                for block in &letter.blocks {
                    match block {
                        LetterBlock::Heading(text) | LetterBlock::Paragraph(text) => kept += &words(text.expose()),
                        LetterBlock::Rows(rows) => rows.iter().for_each(|row| {
                            kept += &words(row.name.expose());
                            kept += &words(row.value.expose());
                        }),
                    }
                }
                prop_assert_eq!(kept, words(&text));
            }
        }
    }
}
