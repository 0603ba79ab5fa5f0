//! The document on a strip of thermal paper: black dots or none, 576 beside each other (72 mm of an 80 mm roll at 203
//! dpi), drawn with the house's own font and shaping, so that every language can be printed by every printer.
//!
//! [`render`] gives one [`Piece`] for each part that is cut off and used alone ([`drivers_api::document::Block::NewPage`]). A piece is an
//! `embedded_graphics` draw target; its dots are overwritten when it is dropped. Text is drawn with hinted outlines and
//! without grey, so that strokes of the same letter are equally thick everywhere.
//!
//! # Personal data
//! As in [`crate::pdf`], `harfrust` sees one line's characters. `zeno` sees outlines of single glyphs and of one line that
//! runs from the right, and drops them as they are.
use crate::PaperError;
use drivers_api::document::Document;

mod fees;
mod ink;
mod layout;
mod marks;
mod piece;
mod theme;

pub use piece::Piece;

/// Dots beside each other: what 80 mm printers print on.
pub const WIDTH_DOTS: u32 = 576;

/// 203 dots to the inch.
pub const DOTS_PER_MM: u32 = 8;

/// Longest strip, all pieces together: three metres. A longer one is a mistake, and paper ends.
pub const ROWS_MAX: u32 = 24_000;

/// More pieces than any document has.
pub const PIECES_MAX: usize = 12;

/// A document as pieces of thermal paper.
#[derive(Debug)]
pub struct Strip {
    /// In the order in which they are printed; each is cut off.
    pub pieces: Vec<Piece>,
    /// How many characters the bundled font doesn't have. Each stands there as `▯`, and a notice says so.
    pub substituted: usize,
}

/// Renders a document for thermal paper. If the document doesn't begin with a heading of level 1 (a picture may stand above), its title becomes one.
///
/// # Errors
/// [`PaperError::TooLong`] beyond [`ROWS_MAX`], [`PIECES_MAX`] or [`crate::pdf::TEXT_BYTES_MAX`] bytes in one text;
/// [`PaperError::QrTooLong`] for a QR payload beyond version 40. [`PaperError::Font`] means a program built wrong.
pub fn render(document: &Document) -> Result<Strip, PaperError> {
    let mut layout = layout::Layout::new(document)?;
    if !document.has_own_title() {
        layout.heading(1, &document.title)?;
    }
    for block in &document.blocks {
        layout.block(block)?;
    }
    let substituted = layout.substituted();
    let sketches = layout.finish()?;
    let mut ink = ink::Ink::default();
    let pieces = sketches.iter().map(|sketch| sketch.draw(&mut ink));
    Ok(Strip {
        pieces: pieces.collect::<Result<_, _>>()?,
        substituted,
    })
}
