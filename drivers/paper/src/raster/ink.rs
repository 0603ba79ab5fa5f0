//! Text as dots: outlines by `skrifa`, hinted for black and white; covered dots by `zeno`.
use super::piece::Piece;
use crate::PaperError;
use crate::face::{Glyph, face};
use crate::paragraph::{Line, Run};
use crate::theme::{Style, Weight};
use embedded_graphics::Pixel;
use embedded_graphics::draw_target::DrawTarget;
use embedded_graphics::geometry::Point;
use embedded_graphics::pixelcolor::BinaryColor;
use skrifa::instance::{LocationRef, Size};
use skrifa::outline::{
    DrawSettings, Engine, HintingInstance, HintingOptions, OutlineGlyphCollection, OutlinePen, Target,
};
use skrifa::{FontRef, GlyphId, MetadataProvider};
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use zeno::{Command, Mask};
use zeroize::Zeroizing;

/// A dot is ink if at least so much of 255 is covered.
const COVERED_MIN: u8 = 128;

/// Draws text; remembers glyphs for one document.
#[derive(Default)]
pub(super) struct Ink {
    cuts: HashMap<(bool, u32), Cut>,
}

/// The font at one weight and size.
struct Cut {
    outlines: OutlineGlyphCollection<'static>,
    size: Size,
    /// `None` for sizes that the hinter doesn't take.
    hinting: Option<HintingInstance>,
    stamps: HashMap<u16, Stamp>,
}

/// Dots of a glyph, from its origin.
struct Stamp {
    left: i32,
    top: i32,
    width: u32,
    covered: Zeroizing<Vec<u8>>,
}

impl Ink {
    /// Draws a line from its left end, on its baseline.
    pub(super) fn text(
        &mut self,
        piece: &mut Piece,
        (left, baseline): (f32, f32),
        line: &Line,
        style: Style,
    ) -> Result<(), PaperError> {
        let cut = self.cut(style)?;
        for run in &line.runs {
            let start = left + run.x as f32 * style.size / 1000.0;
            if run.is_from_right {
                cut.joined(piece, (start, baseline), run);
            } else {
                cut.apart(piece, (start, baseline), run);
            }
        }
        Ok(())
    }

    fn cut(&mut self, style: Style) -> Result<&mut Cut, PaperError> {
        let key = (style.weight == Weight::SemiBold, style.size.to_bits());
        match self.cuts.entry(key) {
            Entry::Occupied(cut) => Ok(cut.into_mut()),
            Entry::Vacant(place) => Ok(place.insert(Cut::new(style)?)),
        }
    }
}

impl Cut {
    fn new(style: Style) -> Result<Self, PaperError> {
        let font = FontRef::new(face(style.weight)?.file()).map_err(|_| PaperError::Font("can't be drawn"))?;
        let (outlines, size) = (font.outline_glyphs(), Size::new(style.size));
        let options = HintingOptions {
            engine: Engine::Auto(None),
            target: Target::Mono,
        };
        let hinting = HintingInstance::new(&outlines, size, LocationRef::default(), options).ok();
        Ok(Self {
            outlines,
            size,
            hinting,
            stamps: HashMap::new(),
        })
    }

    /// Letters that stand apart: each in a whole number of dots, so that it looks the same everywhere.
    fn apart(&mut self, piece: &mut Piece, (left, baseline): (f32, f32), run: &Run) {
        for (glyph, x, dy) in placed(run, self.size) {
            let origin = Point::new((left + x).round() as i32, (baseline - dy).round() as i32);
            self.stamp(glyph.gid).press(piece, origin);
        }
    }

    /// Letters that are joined: drawn as one outline, because a seam between two rounded places would be seen.
    fn joined(&mut self, piece: &mut Piece, (left, baseline): (f32, f32), run: &Run) {
        let mut pen = Pen::default();
        for (glyph, x, dy) in placed(run, self.size) {
            pen.origin = (left + x, -dy);
            self.outline(glyph.gid, None, &mut pen);
        }
        Stamp::of(&pen.commands).press(piece, Point::new(0, baseline as i32));
    }

    fn stamp(&mut self, gid: u16) -> &Stamp {
        let stamp = match self.stamps.remove(&gid) {
            Some(stamp) => stamp,
            None => self.new_stamp(gid),
        };
        self.stamps.entry(gid).or_insert(stamp)
    }

    /// Hinting moves stems to whole dots and makes letters wider or narrower by some of a dot; what it takes or gives is
    /// shared between both sides, or words would fall apart.
    fn new_stamp(&self, gid: u16) -> Stamp {
        let (mut plain, mut hinted) = (Pen::default(), Pen::default());
        self.outline(gid, None, &mut plain);
        self.outline(gid, self.hinting.as_ref(), &mut hinted);
        let mut stamp = Stamp::of(&hinted.commands);
        stamp.left += (plain.middle() - hinted.middle()).round() as i32;
        stamp
    }

    fn outline(&self, gid: u16, hinting: Option<&HintingInstance>, pen: &mut Pen) {
        draw(&self.outlines, self.size, gid, hinting, pen);
    }
}

/// A glyph that can't be drawn is left out: the font was read when the text was shaped.
fn draw(outlines: &OutlineGlyphCollection<'_>, size: Size, gid: u16, hinting: Option<&HintingInstance>, pen: &mut Pen) {
    let settings = match hinting {
        Some(hinting) => DrawSettings::hinted(hinting, false),
        None => DrawSettings::unhinted(size, LocationRef::default()),
    };
    if let Some(outline) = outlines.get(GlyphId::from(gid))
        && let Err(error) = outline.draw(settings, pen)
    {
        debug_assert!(false, "{error}");
    }
}

/// Each glyph of a run with its place from the run's left end, in dots.
fn placed(run: &Run, size: Size) -> impl Iterator<Item = (&Glyph, f32, f32)> {
    let dots = move |thousandths: i32| thousandths as f32 * size.ppem().unwrap_or(0.0) / 1000.0;
    run.glyphs.iter().scan(0, move |pen, glyph| {
        let x = dots(*pen + glyph.dx);
        *pen += glyph.advance;
        Some((glyph, x, dots(glyph.dy)))
    })
}

impl Stamp {
    fn of(commands: &[Command]) -> Self {
        let (covered, placement) = Mask::new(commands).render();
        Self {
            left: placement.left,
            top: placement.top,
            width: placement.width,
            covered: Zeroizing::new(covered),
        }
    }

    fn press(&self, piece: &mut Piece, origin: Point) {
        let corner = origin + Point::new(self.left, self.top);
        let rows = self.covered.chunks_exact(self.width.max(1) as usize);
        let pixels = rows.enumerate().flat_map(|(y, row)| {
            let dots = row.iter().enumerate().filter(|(_, covered)| **covered >= COVERED_MIN);
            dots.map(move |(x, _)| Pixel(corner + Point::new(x as i32, y as i32), BinaryColor::On))
        });
        let Ok(()) = piece.draw_iter(pixels);
    }
}

/// Turns an outline into `zeno`'s commands: `y` downwards, moved to the glyph's place.
#[derive(Default)]
struct Pen {
    origin: (f32, f32),
    commands: Vec<Command>,
    /// Leftmost and rightmost point.
    edges: Option<(f32, f32)>,
}

impl Pen {
    fn middle(&self) -> f32 {
        self.edges.map_or(0.0, |(left, right)| (left + right) / 2.0)
    }

    fn at(&mut self, x: f32, y: f32) -> zeno::Point {
        let (left, right) = self.edges.unwrap_or((x, x));
        self.edges = Some((left.min(x), right.max(x)));
        zeno::Point::new(self.origin.0 + x, self.origin.1 - y)
    }
}

impl OutlinePen for Pen {
    fn move_to(&mut self, x: f32, y: f32) {
        let end = self.at(x, y);
        self.commands.push(Command::MoveTo(end));
    }

    fn line_to(&mut self, x: f32, y: f32) {
        let end = self.at(x, y);
        self.commands.push(Command::LineTo(end));
    }

    fn quad_to(&mut self, cx: f32, cy: f32, x: f32, y: f32) {
        let (control, end) = (self.at(cx, cy), self.at(x, y));
        self.commands.push(Command::QuadTo(control, end));
    }

    fn curve_to(&mut self, ax: f32, ay: f32, bx: f32, by: f32, x: f32, y: f32) {
        let (a, b, end) = (self.at(ax, ay), self.at(bx, by), self.at(x, y));
        self.commands.push(Command::CurveTo(a, b, end));
    }

    fn close(&mut self) {
        self.commands.push(Command::Close);
    }
}
