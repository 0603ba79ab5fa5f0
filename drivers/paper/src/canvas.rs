//! The one way onto a page: every draw call says whose it is, a structure element's or nobody's (an artifact), so an
//! untagged mark can't be made (ISO 14289-1 §7.1).
use crate::face::{Glyph, Subset};
use crate::paragraph::{Line, Run};
use crate::qr::Qr;
use crate::structure::{ElementId, Tree};
use crate::theme::{BLACK, Colour, PAGE_HEIGHT, Style, Weight};
use printpdf::{
    Codepoint, Color, DictItem, FontId, LinePoint, Op, PaintMode, PdfFontHandle, Point, Polygon, PolygonRing, Pt, Rect,
    Rgb, TextItem, WindingOrder, XObjectId, XObjectTransform,
};
use std::collections::BTreeMap;

/// Whose a mark is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Owner {
    /// Decoration, or repeated on every page: not read aloud.
    Artifact,
    /// Content.
    Element(ElementId),
}

/// The document's subset fonts.
pub(crate) struct Fonts {
    pub(crate) regular: Subset,
    pub(crate) semi_bold: Subset,
}

impl Fonts {
    fn subset(&self, weight: Weight) -> &Subset {
        match weight {
            Weight::Regular => &self.regular,
            Weight::SemiBold => &self.semi_bold,
        }
    }
}

/// Resource name of a font.
pub(crate) fn font_id(weight: Weight) -> FontId {
    FontId(
        match weight {
            Weight::Regular => "SchalterSans",
            Weight::SemiBold => "SchalterSansSemiBold",
        }
        .to_owned(),
    )
}

/// Resource name of a picture.
pub(crate) fn picture_id(number: usize) -> XObjectId {
    XObjectId(format!("Picture{number}"))
}

/// A page being drawn. Coordinates are points from its upper left corner.
pub(crate) struct Canvas<'a> {
    fonts: &'a Fonts,
    tree: &'a mut Tree,
    page: usize,
    ops: Vec<Op>,
    open: Option<Owner>,
}

impl<'a> Canvas<'a> {
    pub(crate) fn new(fonts: &'a Fonts, tree: &'a mut Tree, page: usize) -> Self {
        Self {
            fonts,
            tree,
            page,
            ops: Vec::new(),
            open: None,
        }
    }

    /// The finished page content.
    pub(crate) fn finish(mut self) -> Vec<Op> {
        self.close();
        self.ops
    }

    /// Draws one line of text from its left end `x`, its baseline at `y`. What it is made of follows in reading order,
    /// save that the glyphs of a run from the right stand from the left, as viewers expect; its element says how it reads.
    pub(crate) fn text(&mut self, owner: Owner, x: f32, y: f32, line: &Line, style: Style) {
        if let Owner::Element(element) = owner {
            self.tree.elements[element.0].read(line);
        }
        for run in &line.runs {
            self.owned_by(owner);
            let left = x + run.x as f32 * style.size / 1000.0;
            self.run(left, y, run, style);
        }
    }

    fn run(&mut self, x: f32, y: f32, run: &Run, style: Style) {
        self.ops.push(Op::StartTextSection);
        self.fill(style.colour);
        let font = PdfFontHandle::External(font_id(style.weight));
        self.ops.push(Op::SetFont {
            font,
            size: Pt(style.size),
        });
        self.ops.push(Op::SetTextCursor { pos: point(x, y) });
        for glyphs in run.glyphs.chunk_by(|a, b| (a.dy, a.is_mark) == (b.dy, b.is_mark)) {
            let (raised, is_mark) = (glyphs[0].dy != 0, glyphs[0].is_mark);
            if is_mark {
                self.ops.push(unread());
            }
            if raised {
                self.ops.push(Op::SetLineOffset {
                    multiplier: round(glyphs[0].dy as f32 * style.size / 1000.0),
                });
            }
            self.ops.push(Op::ShowText {
                items: show(glyphs, self.fonts.subset(style.weight)),
            });
            if raised {
                self.ops.push(Op::SetLineOffset { multiplier: 0.0 });
            }
            if is_mark {
                self.ops.push(Op::EndMarkedContent);
            }
        }
        self.ops.push(Op::EndTextSection);
    }

    /// Fills a rectangle; decoration.
    pub(crate) fn rectangle(&mut self, x: f32, y: f32, width: f32, height: f32, colour: Colour) {
        self.owned_by(Owner::Artifact);
        self.fill(colour);
        self.ops.push(Op::DrawRectangle {
            rectangle: Rect {
                x: Pt(round(x)),
                y: Pt(round(PAGE_HEIGHT - y - height)),
                width: Pt(round(width)),
                height: Pt(round(height)),
                mode: Some(PaintMode::Fill),
                winding_order: Some(WindingOrder::NonZero),
            },
        });
    }

    /// Draws a QR code, its upper left dark module at `x`, `y`. All modules are one path: no seams between rows.
    pub(crate) fn qr(&mut self, element: ElementId, x: f32, y: f32, module: f32, code: &Qr) {
        self.owned_by(Owner::Element(element));
        self.fill(BLACK);
        let rings = code.runs.iter().map(|&(row, column, length)| {
            let (left, right) = (x + column as f32 * module, x + (column + length) as f32 * module);
            let (top, bottom) = (y + row as f32 * module, y + (row + 1) as f32 * module);
            let corners = [
                point(left, top),
                point(right, top),
                point(right, bottom),
                point(left, bottom),
            ];
            PolygonRing {
                points: corners.into_iter().map(|p| LinePoint { p, bezier: false }).collect(),
            }
        });
        let polygon = Polygon {
            rings: rings.collect(),
            mode: PaintMode::Fill,
            winding_order: WindingOrder::NonZero,
        };
        self.ops.push(Op::DrawPolygon { polygon });
    }

    /// Draws the document's picture of this number.
    pub(crate) fn picture(
        &mut self,
        element: ElementId,
        (x, y): (f32, f32),
        (width, height): (f32, f32),
        number: usize,
    ) {
        self.owned_by(Owner::Element(element));
        self.ops.push(Op::UseXobject {
            id: picture_id(number),
            transform: XObjectTransform {
                translate_x: Some(Pt(round(x))),
                translate_y: Some(Pt(round(PAGE_HEIGHT - y - height))),
                scale_x: Some(round(width)),
                scale_y: Some(round(height)),
                no_auto_scale: true,
                ..XObjectTransform::default()
            },
        });
    }

    /// What follows is `owner`'s.
    fn owned_by(&mut self, owner: Owner) {
        if self.open == Some(owner) {
            return;
        }
        self.close();
        self.ops.push(match owner {
            Owner::Artifact => Op::BeginMarkedContent {
                tag: "Artifact".to_owned(),
            },
            Owner::Element(element) => {
                let mcid = self.tree.mark(element, self.page);
                let map = BTreeMap::from([("MCID".to_owned(), DictItem::Int(mcid as i64))]);
                let tag = self.tree.elements[element.0].role.name().to_owned();
                Op::BeginMarkedContentWithProperties {
                    tag,
                    properties: DictItem::Dict { map },
                }
            }
        });
        self.open = Some(owner);
    }

    fn close(&mut self) {
        if self.open.take().is_some() {
            self.ops.push(Op::EndMarkedContent);
        }
    }

    fn fill(&mut self, Colour(r, g, b): Colour) {
        let [r, g, b] = [r, g, b].map(|part| (part * 1000.0).round() / 1000.0);
        self.ops.push(Op::SetFillColor {
            col: Color::Rgb(Rgb {
                r,
                g,
                b,
                icc_profile: None,
            }),
        });
    }
}

/// Begins marks that are read as nothing (ISO 32000-1 §14.9.4). Vowel signs stand before their letters when glyphs stand
/// from the left, and programs that look for words would tear the word there. Their element says them.
fn unread() -> Op {
    let nothing = DictItem::String {
        data: utf16(""),
        literal: false,
    };
    Op::BeginMarkedContentWithProperties {
        tag: "Span".to_owned(),
        properties: DictItem::Dict {
            map: BTreeMap::from([("ActualText".to_owned(), nothing)]),
        },
    }
}

/// A text string (ISO 32000-1 §7.9.2.2) in UTF-16. Its buffer is made in its final size: growing would leave copies.
pub(crate) fn utf16(text: &str) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(2 + 2 * text.encode_utf16().count());
    bytes.extend([0xFE, 0xFF]);
    bytes.extend(text.encode_utf16().flat_map(u16::to_be_bytes));
    bytes
}

/// Glyphs as `TJ` items. A viewer moves by a glyph's own width; a number moves it back by thousandths of the font size
/// (ISO 32000-1 §9.4.3).
fn show(run: &[Glyph], subset: &Subset) -> Vec<TextItem> {
    let mut items = Vec::new();
    let mut codes = Vec::with_capacity(run.len());
    for glyph in run {
        if glyph.dx != 0 {
            items.push(TextItem::GlyphIds(core::mem::take(&mut codes)));
            items.push(TextItem::Offset(-glyph.dx as f32));
        }
        let back = (glyph.width + glyph.dx - glyph.advance) as f32;
        codes.push(Codepoint::with_cid(
            subset.number(glyph.gid),
            back,
            glyph.text.chars().collect::<String>(),
        ));
    }
    items.push(TextItem::GlyphIds(codes));
    items
}

fn point(x: f32, y: f32) -> Point {
    Point {
        x: Pt(round(x)),
        y: Pt(round(PAGE_HEIGHT - y)),
    }
}

/// Hundredths of a point are finer than any printer and keep numbers short.
pub(crate) fn round(points: f32) -> f32 {
    (points * 100.0).round() / 100.0
}
