//! The one call of this crate.
use crate::bidi::Direction;
use crate::canvas::{Fonts, font_id, picture_id};
use crate::face::{Subset, face};
use crate::finish::finish;
use crate::flow::Flow;
use crate::page::{draw, glyphs_used, paginate, running};
use crate::structure::{Role, Tree};
use crate::theme::{PAGE_HEIGHT, PAGE_WIDTH, Weight};
use crate::words::substitution_notice;
use crate::{PaperError, structure};
use drivers_api::document::{Block, Document};
use drivers_api::picture::{Depth, Picture};
use printpdf::{
    DictItem, ExternalStream, ExternalXObject, Mm, Op, PdfDocument, PdfFont, PdfPage, PdfSaveOptions, TextItem, XObject,
};
use std::collections::BTreeMap;
use zeroize::{Zeroize, Zeroizing};

/// More pages than any declaration has; a longer document is a mistake, and paper and patience end.
pub const PAGES_MAX: usize = 60;

/// Longest single text of a document. At 90 characters a line and 47 lines a page this is more than [`PAGES_MAX`] pages.
pub const TEXT_BYTES_MAX: usize = 512 * 1024;

/// A document as a PDF file.
#[derive(Debug)]
pub struct Pdf {
    /// The file. Overwritten when dropped.
    pub bytes: Zeroizing<Vec<u8>>,
    /// How many pages it has.
    pub pages: usize,
    /// How many characters the bundled font doesn't have. Each stands in the file as `▯`, and a notice at the end of the
    /// document says so.
    pub substituted: usize,
}

/// Renders a document as a tagged A4 PDF.
///
/// If the document doesn't begin with a heading of level 1 (a picture may stand above), its title becomes one (ISO 14289-1 §7.4.2: the first
/// heading is of level 1).
///
/// # Errors
/// [`PaperError::TooLong`] beyond [`PAGES_MAX`] pages or [`TEXT_BYTES_MAX`] bytes in one text;
/// [`PaperError::QrTooLong`] for a QR payload beyond version 40. The others mean a program built wrong.
pub fn render(document: &Document) -> Result<Pdf, PaperError> {
    let direction = Direction::of(document.language);
    let mut flow = Flow::new(document.language);
    let issuer = flow.tree.add(Tree::ROOT, Role::P);
    if !document.has_own_title() {
        flow.heading(1, &document.title)?;
    }
    for block in &document.blocks {
        flow.block(block)?;
    }
    let substituted = flow.substituted + running(document, 1)?.1;
    if substituted > 0 {
        flow.notice(&substitution_notice(document.language, substituted))?;
    }
    let Flow { tree, slabs, .. } = flow;
    let pages = paginate(slabs)?;
    let (heads, _) = running(document, pages.len())?;
    let [regular, semi_bold] = glyphs_used(&pages, &heads);
    let fonts = Fonts {
        regular: face(Weight::Regular)?.subset(&regular)?,
        semi_bold: face(Weight::SemiBold)?.subset(&semi_bold)?,
    };
    let mut tree = tree;
    let drawn = pages.iter().zip(&heads).enumerate();
    let ops: Vec<Vec<Op>> = drawn
        .map(|(number, (placed, head))| draw(number, placed, head, (issuer, direction), &fonts, &mut tree))
        .collect();
    let count = ops.len();
    let bytes = write(document, ops, fonts, &tree)?;
    Ok(Pdf {
        bytes,
        pages: count,
        substituted,
    })
}

fn write(
    document: &Document,
    pages: Vec<Vec<Op>>,
    fonts: Fonts,
    tree: &structure::Tree,
) -> Result<Zeroizing<Vec<u8>>, PaperError> {
    let mut pdf = PdfDocument::new("");
    for (weight, Subset { font, .. }) in [(Weight::Regular, fonts.regular), (Weight::SemiBold, fonts.semi_bold)] {
        pdf.resources.fonts.map.insert(font_id(weight), PdfFont::new(font));
    }
    let mut number = 0;
    for block in &document.blocks {
        if let Block::Image { picture, .. } = block {
            pdf.resources.xobjects.map.insert(picture_id(number), embedded(picture));
            number += 1;
        }
    }
    let (width, height) = (Mm(PAGE_WIDTH * 25.4 / 72.0), Mm(PAGE_HEIGHT * 25.4 / 72.0));
    pdf.pages = pages.into_iter().map(|ops| PdfPage::new(width, height, ops)).collect();
    let written = pdf.to_lopdf_document(&PdfSaveOptions::default(), &mut Vec::new());
    wipe(&mut pdf.pages);
    for object in pdf.resources.xobjects.map.values_mut() {
        if let XObject::External(picture) = object {
            picture.stream.content.zeroize();
        }
    }
    finish(written, document, tree)
}

/// A picture as an image (ISO 32000-1 §8.9.5); it is compressed with everything else.
fn embedded(picture: &Picture) -> XObject {
    let name = |name: &str| DictItem::Name(name.as_bytes().to_vec());
    let (bits, decode) = match picture.depth() {
        Depth::Bit => (1, [1, 0]), // 1 is ink
        Depth::Gray => (8, [0, 1]),
    };
    let entries = [
        ("Type", name("XObject")),
        ("Subtype", name("Image")),
        ("Width", DictItem::Int(picture.width().into())),
        ("Height", DictItem::Int(picture.height().into())),
        ("ColorSpace", name("DeviceGray")),
        ("BitsPerComponent", DictItem::Int(bits)),
        ("Decode", DictItem::Array(decode.map(DictItem::Int).to_vec())),
    ];
    XObject::External(ExternalXObject {
        stream: ExternalStream {
            dict: BTreeMap::from(entries.map(|(key, value)| (key.to_owned(), value))),
            content: picture.expose().to_vec(),
            compress: false,
        },
        width: None,
        height: None,
        dpi: None,
    })
}

/// Overwrites the text in a page's operations.
fn wipe(pages: &mut [PdfPage]) {
    for op in pages.iter_mut().flat_map(|page| &mut page.ops) {
        let Op::ShowText { items } = op else { continue };
        for item in items {
            if let TextItem::GlyphIds(codes) = item {
                for code in codes {
                    code.gid.zeroize();
                    code.cid.zeroize();
                }
            }
        }
    }
}
