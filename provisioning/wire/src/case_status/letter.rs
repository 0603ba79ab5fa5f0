//! The office's letter to the citizen: a title, who writes, and blocks of text. What is in it is about a citizen, so its
//! texts have no voice.
use super::sealed::OpenError;
use crate::FILED_AT_MAX;
use core::fmt;
use serde::{Deserialize, Deserializer, Serialize};
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

/// Largest letter as JSON; some twenty pages.
pub const LETTER_BYTES_MAX: usize = 128 * 1024;

/// Most blocks of a letter.
pub const BLOCKS_MAX: usize = 200;

/// Most rows of a block.
pub const ROWS_MAX: usize = 50;

/// Longest title, heading, sender or name of a row.
pub const LINE_CHARS_MAX: usize = 200;

/// Longest paragraph or value of a row.
pub const PARAGRAPH_CHARS_MAX: usize = 4000;

/// The sealed text is filled up with blanks to a multiple of this: its length must not tell a yes from a no.
const FILL_BYTES: usize = 1024;

/// A text of a letter. Says nothing by itself: no `Display`, no `Clone`, no `Serialize`; `Debug` tells its length;
/// overwritten on drop.
#[derive(PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub struct LetterText(String);

impl LetterText {
    /// Takes the text over; the caller keeps no copy.
    pub fn new(text: String) -> Self {
        Self(text)
    }

    /// The text itself. Every use is a place where personal data leaves its guard.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl From<&str> for LetterText {
    fn from(text: &str) -> Self {
        Self::new(text.to_owned())
    }
}

impl fmt::Debug for LetterText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[{} chars]", self.0.chars().count())
    }
}

impl<'de> Deserialize<'de> for LetterText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self)
    }
}

/// A letter.
#[derive(Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Letter {
    /// What it is about, in a line.
    pub title: LetterText,
    /// When it was written, seconds since 1970-01-01 UTC.
    pub issued_at: i64,
    /// Who writes: the authority, as it stands in a letterhead.
    pub issuer: LetterText,
    /// The text, at least one block.
    pub blocks: Vec<LetterBlock>,
}

/// A piece of a letter.
#[derive(Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LetterBlock {
    /// A line above what follows.
    Heading(LetterText),
    /// Running text; line breaks are kept.
    Paragraph(LetterText),
    /// Names and values below each other (reference, appointment, fee).
    Rows(Vec<LetterRow>),
}

/// A name and its value.
#[derive(Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LetterRow {
    /// What it is.
    pub name: LetterText,
    /// How it is in this case.
    pub value: LetterText,
}

/// Why a letter can't be sealed or read. Quotes nothing of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LetterError {
    /// It doesn't open.
    #[error("the letter can't be opened")]
    Sealed(#[source] OpenError),
    /// Too long as a whole.
    #[error("the letter has more than {LETTER_BYTES_MAX} bytes")]
    TooLarge,
    /// Not the JSON described here.
    #[error("the letter is not the JSON we speak (line {line}, column {column})")]
    Json {
        /// Where, from 1.
        line: usize,
        /// Where, from 1.
        column: usize,
    },
    /// Title or sender.
    #[error("title and issuer have 1 to {LINE_CHARS_MAX} characters in one line")]
    Head,
    /// When.
    #[error("issued_at must lie between 1970 and 9999")]
    IssuedAt,
    /// Their number.
    #[error("a letter has 1 to {BLOCKS_MAX} blocks, and a block 1 to {ROWS_MAX} rows")]
    Number,
    /// A text of one of them.
    #[error(
        "block {block} is empty or too long ({LINE_CHARS_MAX} characters for a heading or a name, {PARAGRAPH_CHARS_MAX} \
         for a paragraph or a value), or has control characters"
    )]
    Block {
        /// Which, from 1.
        block: usize,
    },
}

impl Letter {
    /// Checks every limit.
    ///
    /// # Errors
    /// The first that is broken.
    pub fn validate(&self) -> Result<(), LetterError> {
        if !is_line(&self.title) || !is_line(&self.issuer) {
            return Err(LetterError::Head);
        }
        if !(0..=FILED_AT_MAX).contains(&self.issued_at) {
            return Err(LetterError::IssuedAt);
        }
        if !(1..=BLOCKS_MAX).contains(&self.blocks.len()) {
            return Err(LetterError::Number);
        }
        for (index, block) in self.blocks.iter().enumerate() {
            let is_right = match block {
                LetterBlock::Heading(text) => is_line(text),
                LetterBlock::Paragraph(text) => is_paragraph(text),
                LetterBlock::Rows(rows) if !(1..=ROWS_MAX).contains(&rows.len()) => return Err(LetterError::Number),
                LetterBlock::Rows(rows) => rows.iter().all(|row| is_line(&row.name) && is_paragraph(&row.value)),
            };
            is_right.then_some(()).ok_or(LetterError::Block { block: index + 1 })?;
        }
        Ok(())
    }

    /// What is sealed: JSON, filled up with blanks.
    pub(super) fn to_json(&self) -> Result<Zeroizing<Vec<u8>>, LetterError> {
        self.validate()?;
        // One buffer that never grows: growing would leave copies behind.
        let mut buffer = Zeroizing::new(vec![b' '; LETTER_BYTES_MAX]);
        let mut rest = buffer.as_mut_slice();
        serde_json::to_writer(&mut rest, &Written::from(self)).map_err(|_| LetterError::TooLarge)?;
        let length = (LETTER_BYTES_MAX - rest.len()).next_multiple_of(FILL_BYTES);
        buffer.truncate(length);
        Ok(buffer)
    }

    pub(super) fn from_json(json: &[u8]) -> Result<Self, LetterError> {
        if json.len() > LETTER_BYTES_MAX {
            return Err(LetterError::TooLarge);
        }
        let letter: Self = serde_json::from_slice(json).map_err(|error| LetterError::Json {
            line: error.line(),
            column: error.column(),
        })?;
        letter.validate()?;
        Ok(letter)
    }
}

fn is_line(text: &LetterText) -> bool {
    let text = text.expose();
    !text.trim().is_empty() && text.chars().count() <= LINE_CHARS_MAX && !text.chars().any(char::is_control)
}

fn is_paragraph(text: &LetterText) -> bool {
    let text = text.expose();
    let strays = |c: char| c.is_control() && c != '\n';
    !text.trim().is_empty() && text.chars().count() <= PARAGRAPH_CHARS_MAX && !text.chars().any(strays)
}

/// A letter on its way into JSON. Its own type, so that a [`Letter`] can't be written anywhere else.
#[derive(Serialize)]
struct Written<'a> {
    title: &'a str,
    issued_at: i64,
    issuer: &'a str,
    blocks: Vec<WrittenBlock<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
enum WrittenBlock<'a> {
    Heading(&'a str),
    Paragraph(&'a str),
    Rows(Vec<WrittenRow<'a>>),
}

#[derive(Serialize)]
struct WrittenRow<'a> {
    name: &'a str,
    value: &'a str,
}

impl<'a> From<&'a Letter> for Written<'a> {
    fn from(letter: &'a Letter) -> Self {
        let row = |row: &'a LetterRow| WrittenRow {
            name: row.name.expose(),
            value: row.value.expose(),
        };
        let block = |block: &'a LetterBlock| match block {
            LetterBlock::Heading(text) => WrittenBlock::Heading(text.expose()),
            LetterBlock::Paragraph(text) => WrittenBlock::Paragraph(text.expose()),
            LetterBlock::Rows(rows) => WrittenBlock::Rows(rows.iter().map(row).collect()),
        };
        Self {
            title: letter.title.expose(),
            issued_at: letter.issued_at,
            issuer: letter.issuer.expose(),
            blocks: letter.blocks.iter().map(block).collect(),
        }
    }
}
