//! One document model rendered to a tagged A4 PDF ([`pdf`]), to 80 mm thermal paper ([`raster`], sent by [`escpos`]), and
//! to plain text for speech ([`speech`]).
//!
//! [`pdf::render`] takes a [`drivers_api::document::Document`] and gives the bytes of a PDF 1.7 file that is laid out as
//! an official letter, carries its own subset fonts, and is tagged for screen readers and archives (PDF/A-2a, ISO
//! 19005-2; PDF/UA-1, ISO 14289-1). A document in Arabic or Persian is mirrored; what stands in it from the left (names,
//! codes, amounts) keeps its order. The same document always gives the same bytes: there is no clock and no chance here.
//!
//! # Personal data
//! What this crate itself builds from the document (clean text, glyphs, page content, the file) is overwritten when it
//! is dropped. Three libraries see parts of the text and drop them as they are: `harfrust` (one line's characters while
//! it is shaped), `printpdf` (glyph numbers while it writes a page; its copies of the text are wiped here) and `lopdf`
//! (the parsed page content while it is encoded). `unicode-bidi` keeps levels and no text.
use thiserror::Error;

mod bidi;
mod canvas;
pub mod escpos;
mod face;
mod finish;
mod flow;
mod foreign;
mod icc;
mod lines;
mod page;
mod paragraph;
pub mod pdf;
mod qr;
pub mod raster;
pub mod speech;
mod structure;
mod theme;
mod words;
mod xmp;

/// Why a document can't be put on paper.
#[derive(Debug, Error)]
pub enum PaperError {
    /// The document would need more than [`pdf::PAGES_MAX`] pages, or a text is longer than [`pdf::TEXT_BYTES_MAX`].
    #[error("the document is too long to print")]
    TooLong,
    /// The payload of a QR code doesn't fit into the largest one (ISO/IEC 18004, version 40).
    #[error("the QR code's payload is too long")]
    QrTooLong,
    /// A bundled font can't be read or cut down: the program was built wrong.
    #[error("a bundled font is broken: {0}")]
    Font(&'static str),
    /// The PDF could not be put together.
    #[error("the PDF could not be put together")]
    Pdf(#[source] lopdf::Error),
    /// The PDF could not be written into memory.
    #[error("the PDF could not be written")]
    Write(#[source] std::io::Error),
}
