//! A shaped text and the lines it gives: glyphs in reading order until a line is made of some; then they are put in the order
//! in which they are seen (UAX #9, rules L1 and L2).
use crate::PaperError;
use crate::bidi::{Direction, Leveled, from_the_left, is_steering};
use crate::face::{Glyph, Glyphs, face, width};
use crate::theme::{Style, Weight};
use core::ops::Range;
use unicode_bidi::Level;
use zeroize::Zeroizing;

/// One line, ready to be drawn. Measures are thousandths of the font size.
pub(crate) struct Line {
    /// In reading order.
    pub(crate) runs: Vec<Run>,
    /// What is read out; of a text's lines one after the other.
    pub(crate) read: Zeroizing<String>,
    /// Blanks at its end included.
    pub(crate) width: i32,
    /// Width of the blanks at its end, if they are on its left.
    pub(crate) left: i32,
    /// Width of the blanks at its end, if they are on its right.
    pub(crate) right: i32,
}

/// A piece of a line that runs one way.
pub(crate) struct Run {
    /// From the left.
    pub(crate) glyphs: Glyphs,
    /// Its left end, from the line's left end.
    pub(crate) x: i32,
    /// It runs from the right: its last glyph is read first.
    pub(crate) is_from_right: bool,
}

impl Line {
    /// Left end of the line where its text begins at `start` and runs as the document does.
    pub(crate) fn left_end(&self, start: f32, style: Style, document: Direction) -> f32 {
        let points = |thousandths: i32| thousandths as f32 * style.size / 1000.0;
        match document {
            Direction::LeftToRight => start - points(self.left),
            Direction::RightToLeft => start - points(self.width - self.right),
        }
    }

    /// What can be seen of it, in points.
    pub(crate) fn seen(&self, style: Style) -> f32 {
        (self.width - self.left - self.right) as f32 * style.size / 1000.0
    }
}

/// A shaped text without line ends.
pub(crate) struct Paragraph {
    /// In reading order, with the isolates that were put in.
    text: Zeroizing<String>,
    base: Level,
    weight: Weight,
    /// In reading order.
    pub(crate) glyphs: Glyphs,
    /// Characters that the font doesn't have.
    pub(crate) substituted: usize,
}

impl Paragraph {
    /// Shapes a text without line ends and control characters.
    ///
    /// # Errors
    /// [`PaperError::Font`].
    pub(crate) fn shape(clean: &str, weight: Weight, document: Direction) -> Result<Self, PaperError> {
        let face = face(weight)?;
        let leveled = Leveled::new(clean, document);
        let mut glyphs = Zeroizing::new(Vec::with_capacity(leveled.text.len()));
        let mut substituted = 0;
        for (begin, piece, level) in leveled.pieces() {
            let (shaped, missing) = face.shape(piece, direction(level));
            substituted += missing;
            glyphs.extend(shaped.iter().map(|glyph| Glyph {
                at: begin + glyph.at,
                level: level.number(),
                ..*glyph
            }));
        }
        Ok(Self {
            base: leveled.base,
            text: leveled.text,
            weight,
            glyphs,
            substituted,
        })
    }

    /// Cuts it off where it reaches `limit`, with an ellipsis.
    pub(crate) fn cut(&mut self, limit: i32) -> Result<(), PaperError> {
        let (ellipsis, _) = face(self.weight)?.shape("…", direction(self.base));
        let room = limit - width(&ellipsis);
        let mut used = 0;
        let fits = self.glyphs.iter().take_while(|glyph| {
            used += glyph.advance;
            used <= room
        });
        let keep = fits.count();
        let at = self.glyphs.get(keep).map_or(self.text.len(), |glyph| glyph.at);
        self.glyphs.truncate(keep);
        self.glyphs.extend(ellipsis.iter().map(|glyph| Glyph {
            at,
            level: self.base.number(),
            ..*glyph
        }));
        self.text = Zeroizing::new([self.text.get(..at).unwrap_or_default(), "…"].concat());
        Ok(())
    }

    /// Some of the glyphs as a line.
    pub(crate) fn line(&self, range: Range<usize>) -> Line {
        let read = self.read(range.clone());
        let mut glyphs = Zeroizing::new(self.glyphs.get(range).unwrap_or_default().to_vec());
        let blanks = glyphs.iter().rev().take_while(|glyph| glyph.text.is_blank()).count();
        let first_blank = glyphs.len() - blanks;
        let mut hanging = 0;
        for blank in glyphs.iter_mut().skip(first_blank) {
            blank.level = self.base.number(); // rule L1
            hanging += blank.advance;
        }
        let (left, right) = if self.base.is_rtl() { (hanging, 0) } else { (0, hanging) };
        let pieces: Vec<&[Glyph]> = glyphs.chunk_by(|a, b| a.level == b.level).collect();
        let level = |piece: &&[Glyph]| piece.first().and_then(|glyph| Level::new(glyph.level).ok());
        let levels: Vec<Level> = pieces.iter().map(|piece| level(piece).unwrap_or(self.base)).collect();
        let mut lefts = vec![0; pieces.len()];
        let mut x = 0;
        for at in from_the_left(&levels) {
            lefts[at] = x;
            x += width(pieces[at]);
        }
        let pieces = pieces.iter().zip(&levels).zip(lefts);
        Line {
            runs: pieces.map(|((piece, level), x)| run(piece, *level, x)).collect(),
            read,
            width: x,
            left,
            right,
        }
    }

    /// What some of the glyphs stand for, without the marks that steer the direction.
    fn read(&self, range: Range<usize>) -> Zeroizing<String> {
        let at = |glyph: usize| self.glyphs.get(glyph).map_or(self.text.len(), |glyph| glyph.at);
        let text = self.text.get(at(range.start)..at(range.end)).unwrap_or_default();
        let mut read = Zeroizing::new(String::with_capacity(text.len()));
        read.extend(text.chars().filter(|c| !is_steering(*c)));
        read
    }
}

fn run(piece: &[Glyph], level: Level, x: i32) -> Run {
    let mut glyphs = Zeroizing::new(piece.to_vec());
    if level.is_rtl() {
        glyphs.reverse();
    }
    Run {
        glyphs,
        x,
        is_from_right: level.is_rtl(),
    }
}

fn direction(level: Level) -> Direction {
    if level.is_rtl() {
        Direction::RightToLeft
    } else {
        Direction::LeftToRight
    }
}
